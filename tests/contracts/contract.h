// SPDX-License-Identifier: MIT
// The framework of the contracts: every check prints one line; the first that fails says what it
// expected and ends the program.
//
// A contract is `CONTRACT { ... }`; its body ends by falling off its end. Checks work in forked
// children too: a child that fails a check exits with 1, so its parent has to look at its status
// (child_wait, CHECK_CHILD).

#ifndef CONTRACT_H
#define CONTRACT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

static int contract_checks __attribute__((unused));

// One write per line: lines of several processes do not mix, and fork copies no buffer.
static __attribute__((format(printf, 1, 2), unused)) void say(const char *format, ...)
{
	char line[1024];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(line, sizeof(line) - 1, format, arguments);
	va_end(arguments);
	if (length > (int)sizeof(line) - 2)
		length = (int)sizeof(line) - 2;
	line[length++] = '\n';
	if (write(1, line, (size_t)length) != length)
		_exit(3);
}

static __attribute__((unused)) void check_value(const char *file, int line, const char *what,
						long long got, long long expected)
{
	if (got != expected) {
		say("FAIL %s:%d: %s: expected %lld (%#llx), got %lld (%#llx)", file, line, what,
		    expected, expected, got, got);
		_exit(1);
	}
	contract_checks++;
	say("%s = %lld", what, got);
}

static __attribute__((unused)) void check_truth(const char *file, int line, const char *what,
						bool holds)
{
	if (!holds) {
		say("FAIL %s:%d: expected %s (errno %d)", file, line, what, errno);
		_exit(1);
	}
	contract_checks++;
	say("%s", what);
}

static __attribute__((unused)) void check_text(const char *file, int line, const char *what,
					       const char *got, const char *expected)
{
	if (strcmp(got, expected) != 0) {
		say("FAIL %s:%d: %s: expected \"%s\", got \"%s\"", file, line, what, expected, got);
		_exit(1);
	}
	contract_checks++;
	say("%s = \"%s\"", what, got);
}

static __attribute__((unused)) void check_error(const char *file, int line, const char *what,
						long long result, int expected)
{
	int got = errno;

	if (result != -1 || got != expected) {
		say("FAIL %s:%d: %s: expected errno %d (%s), got result %lld, errno %d (%s)", file,
		    line, what, expected, strerror(expected), result, result == -1 ? got : 0,
		    result == -1 ? strerror(got) : "success");
		_exit(1);
	}
	contract_checks++;
	say("%s: %s", what, strerror(expected));
}

static __attribute__((unused)) long long check_done(const char *file, int line, const char *what,
						    long long result)
{
	if (result == -1) {
		say("FAIL %s:%d: %s: expected success, got errno %d (%s)", file, line, what, errno,
		    strerror(errno));
		_exit(1);
	}
	return result;
}

#define CHECK(condition) check_truth(__FILE_NAME__, __LINE__, #condition, condition)
#define CHECK_EQ(got, expected) \
	check_value(__FILE_NAME__, __LINE__, #got, (long long)(got), (long long)(expected))
#define CHECK_TEXT(got, expected) check_text(__FILE_NAME__, __LINE__, #got, got, expected)
#define CHECK_ERRNO(call, error)                                             \
	do {                                                                 \
		errno = 0;                                                   \
		long long result_ = (long long)(call);                       \
		check_error(__FILE_NAME__, __LINE__, #call, result_, error); \
	} while (0)
// What a contract needs before it can check anything: not counted.
#define MUST(call) check_done(__FILE_NAME__, __LINE__, #call, (long long)(call))
#define MAP(...)                                                        \
	((void *)(uintptr_t)check_done(__FILE_NAME__, __LINE__, "mmap", \
				       (long long)mmap(__VA_ARGS__)))

#define NOT_HERE(why)                \
	do {                         \
		say("n/a: %s", why); \
		_exit(77);           \
	} while (0)

// Start BODY in a child and give its pid; the child exits with 0 when the body does not exit.
#define CHILD(...)                                                   \
	({                                                           \
		pid_t child_ = fork();                               \
		check_done(__FILE_NAME__, __LINE__, "fork", child_); \
		if (child_ == 0) {                                   \
			__VA_ARGS__;                                 \
			_exit(0);                                    \
		}                                                    \
		child_;                                              \
	})

static __attribute__((unused)) int child_wait(pid_t child)
{
	int status = -1;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR) {
			say("FAIL waitpid: expected a child, got errno %d (%s)", errno,
			    strerror(errno));
			_exit(1);
		}
	return status;
}

// The child ended with this exit status, or was killed by this signal.
#define CHECK_EXIT(child, code)	    CHECK_EQ(child_wait(child), (code) << 8)
#define CHECK_KILLED(child, number) CHECK_EQ(child_wait(child) & ~0x80, number)

#ifdef __riscv
// musl 1.2.3 believes that riscv64 has a restorer in front of the mask (later ones do not), so it
// would set no mask at all.
static __attribute__((unused)) int contract_sigaction(int number, const struct sigaction *new,
						      struct sigaction *old)
{
	struct {
		void (*handler)(int);
		unsigned long flags, mask;
	} in = {0}, out = {0};
	int result;

	if (new) {
		in.handler = new->sa_handler;
		in.flags = (unsigned long)new->sa_flags;
		memcpy(&in.mask, &new->sa_mask, sizeof(in.mask));
	}
	result = (int)syscall(SYS_rt_sigaction, number, new ? &in : NULL, old ? &out : NULL,
			      sizeof(in.mask));
	if (result == 0 && old) {
		memset(old, 0, sizeof(*old));
		old->sa_handler = out.handler;
		old->sa_flags = (int)out.flags;
		memcpy(&old->sa_mask, &out.mask, sizeof(out.mask));
	}
	return result;
}
#define sigaction(number, new, old) contract_sigaction(number, new, old)
#endif

static __attribute__((unused)) void
catch_signal(int number, void (*handler)(int, siginfo_t *, void *), int flags)
{
	struct sigaction action = {.sa_sigaction = handler, .sa_flags = flags | SA_SIGINFO};

	sigemptyset(&action.sa_mask);
	MUST(sigaction(number, &action, NULL));
}

static __attribute__((unused)) sigset_t set_of(int number)
{
	sigset_t set;

	sigemptyset(&set);
	if (number)
		sigaddset(&set, number);
	return set;
}

static __attribute__((unused)) void sleep_ms(long milliseconds)
{
	struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};

	while (nanosleep(&time, &time) < 0 && errno == EINTR)
		;
}

static __attribute__((unused)) long long now_ns(clockid_t clock)
{
	struct timespec time;

	MUST(clock_gettime(clock, &time));
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

// The state letter in a stat file of /proc, 0 when there is none.
static __attribute__((unused)) char state_in(const char *path)
{
	char text[512];
	char *end;
	ssize_t n;
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = 0;
	end = strrchr(text, ')');
	return end ? end[2] : 0;
}

static __attribute__((unused)) char state_of(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	return state_in(path);
}

// Until it sleeps in the kernel. No bound: the runner has one.
static __attribute__((unused)) void wait_until_asleep(pid_t pid)
{
	while (state_of(pid) != 'S')
		sleep_ms(1);
}

// Until so many threads of this process sleep in the kernel (the caller runs).
static __attribute__((unused)) void wait_threads_asleep(int count)
{
	int asleep;

	do {
		DIR *folder = opendir("/proc/self/task");
		struct dirent *entry;
		char path[300];

		asleep = 0;
		while (folder && (entry = readdir(folder))) {
			snprintf(path, sizeof(path), "/proc/self/task/%s/stat", entry->d_name);
			asleep += entry->d_name[0] != '.' && state_in(path) == 'S';
		}
		closedir(folder);
		sleep_ms(2);
	} while (asleep < count);
}

static __attribute__((unused)) void put_file(const char *path, const char *text)
{
	int fd = (int)MUST(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644));

	MUST(write(fd, text, strlen(text)));
	close(fd);
}

// This program once more, under a name of its own.
static __attribute__((unused)) void copy_self(const char *path)
{
	char buffer[16384];
	int in = (int)MUST(open("/proc/self/exe", O_RDONLY));
	int out = (int)MUST(open(path, O_WRONLY | O_CREAT, 0755));
	ssize_t n;

	while ((n = (ssize_t)MUST(read(in, buffer, sizeof(buffer)))) > 0)
		MUST(write(out, buffer, (size_t)n));
	close(out);
	close(in);
}

// The first bytes of a file as a string in a static buffer.
static __attribute__((unused)) const char *get_file(const char *path)
{
	static char text[65536];
	size_t length = 0;
	int fd = (int)MUST(open(path, O_RDONLY));

	while (length < sizeof(text) - 1) {
		ssize_t n = MUST(read(fd, text + length, sizeof(text) - 1 - length));

		if (n == 0)
			break;
		length += (size_t)n;
	}
	text[length] = 0;
	close(fd);
	return text;
}

// The number after "NAME" at the start of a line of a file (such as "VmRSS:"), -1 when it has no
// such line.
static __attribute__((unused)) long long field_of(const char *path, const char *name)
{
	const char *at = get_file(path);
	size_t length = strlen(name);

	while (at && strncmp(at, name, length) != 0) {
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	return at ? strtoll(at + length, NULL, 0) : -1;
}

// Tell the other end of a pipe, and wait until it has told.
static __attribute__((unused)) void tell(const int ends[2])
{
	MUST(write(ends[1], "", 1));
}

static __attribute__((unused)) void hear(const int ends[2])
{
	char byte;

	if (MUST(read(ends[0], &byte, 1)) != 1) {
		say("FAIL: the other end went away without a word");
		_exit(1);
	}
}

#define PAGE ((size_t)4096)

static __attribute__((unused)) void contract(void);

#define CONTRACT                                      \
	int main(void)                                \
	{                                             \
		contract();                           \
		say("ok %d checks", contract_checks); \
		return 0;                             \
	}                                             \
	static void contract(void)

#endif
