// SPDX-License-Identifier: MIT
// Covers: SYS-04. /proc/PID/io counts bytes and calls of what reads and writes, by thread and for the
// whole process, with the threads that have ended and the children that were waited for.
#include "contract.h"

#include <sys/sendfile.h>
#include <sys/uio.h>

struct io {
	long long rchar, wchar, syscr, syscw;
};

// Reading the file is itself one call, told by the next look only.
static long long own_bytes, own_calls;

static struct io look(const char *path)
{
	struct io io;
	char text[512];
	int fd = (int)MUST(open(path, O_RDONLY));
	ssize_t n = MUST(read(fd, text, sizeof(text) - 1));

	close(fd);
	text[n] = 0;
	own_bytes = n;
	own_calls = 1;
	if (sscanf(text, "rchar: %lld\nwchar: %lld\nsyscr: %lld\nsyscw: %lld\nread_bytes:",
		   &io.rchar, &io.wchar, &io.syscr, &io.syscw) != 4) {
		say("FAIL: expected the counts, got %s", text);
		_exit(1);
	}
	return io;
}

static struct io before;

static void begin(void)
{
	before = look("/proc/self/io");
}

// What was counted since begin(), without begin's own look: "rchar wchar syscr syscw". Nothing is
// said in between, for that is a write.
static const char *counted(void)
{
	static char text[128];
	long long bytes = own_bytes, calls = own_calls;
	struct io now = look("/proc/self/io");

	snprintf(text, sizeof(text), "%lld %lld %lld %lld", now.rchar - before.rchar - bytes,
		 now.wchar - before.wchar, now.syscr - before.syscr - calls,
		 now.syscw - before.syscw);
	return text;
}

static char data[4096];

static void transfers(int fd, int pipes[2])
{
	struct iovec two[2] = {{data, 100}, {data, 200}};
	off_t start = 0;

	begin();
	MUST(write(fd, data, 3000));
	CHECK_TEXT(counted(), "0 3000 0 1");
	begin();
	MUST(lseek(fd, 0, SEEK_SET));
	MUST(read(fd, data, 1000));
	MUST(pread(fd, data, 500, 100));
	MUST(read(fd, data, 4096));
	MUST(read(fd, data, 4096)); // the end: a call without bytes
	CHECK_TEXT(counted(), "3500 0 4 0");
	begin();
	MUST(writev(pipes[1], two, 2));
	MUST(pwrite(fd, data, 7, 0));
	MUST(readv(pipes[0], two, 2));
	CHECK_TEXT(counted(), "300 307 1 2");
	begin();
	MUST(sendfile(pipes[1], fd, &start, 600));
	CHECK_TEXT(counted(), "600 600 1 1");
	begin();
	(void)!read(-1, data, 1);
	(void)!write(pipes[0], data, 1); // not open for that: no call that counts
	(void)!read(pipes[1], data, 1);
	CHECK_TEXT(counted(), "0 0 0 0");
	MUST(fcntl(pipes[0], F_SETFL, O_NONBLOCK));
	begin();
	MUST(read(pipes[0], data, 600));
	(void)!read(pipes[0], data, 1); // EAGAIN
	CHECK_TEXT(counted(), "600 0 2 0");
}

static void *writer(void *argument)
{
	char path[64];
	struct io first, second;

	snprintf(path, sizeof(path), "/proc/self/task/%ld/io", syscall(SYS_gettid));
	first = look(path);
	CHECK_EQ(first.wchar, 0);
	MUST(write(*(int *)argument, data, 11));
	second = look(path);
	if (second.wchar < 11 || second.syscw < 1) {
		say("FAIL: expected the write in %s, got %lld", path, second.wchar);
		_exit(1);
	}
	return NULL;
}

CONTRACT
{
	pthread_t thread;
	struct io first, second;
	int pipes[2];
	int fd = (int)MUST(open("f", O_CREAT | O_RDWR, 0600));

	MUST(pipe(pipes));
	transfers(fd, pipes);
	first = look("/proc/self/io");
	MUST(pthread_create(&thread, NULL, writer, &fd));
	MUST(pthread_join(thread, NULL));
	second = look("/proc/self/io");
	CHECK(second.wchar - first.wchar >= 11);
	begin();
	CHECK_EXIT(CHILD(MUST(write(fd, data, 2000)); _exit(0)), 0);
	second = look("/proc/self/io");
	CHECK(second.wchar - before.wchar >= 2000);
	// Nobody else may look.
	pid_t child = CHILD(pause());
	char path[32];
	snprintf(path, sizeof(path), "/proc/%d/io", child);
	CHECK_EQ(look(path).syscr, 0);
	CHECK_EXIT(CHILD(MUST(setuid(1000)); int fd2 = open(path, O_RDONLY); char c;
			 CHECK(fd2 < 0 || read(fd2, &c, 1) < 0)),
		   0);
	MUST(kill(child, SIGKILL));
	CHECK_KILLED(child, SIGKILL);
}
