// SPDX-License-Identifier: MIT
/*
 * bench.c - what operations cost, one row each. The same static binary runs on Tern and on Linux.
 *
 *     bench [NAME...]     measure all rows or the named ones; prints `row NAME COUNT NANOSECONDS`,
 *                         `row NAME unsupported ERRNO` for what the kernel does not have,
 *                         and `memory TOTAL AVAILABLE` in KiB
 *     bench --events [NAME...]    what Tern's processors did to each other meanwhile: prints
 *                         `events NAME COUNT IPIS FLUSHES CONTENDED`
 *     bench --list        print the names
 *     as process 1        print `boot NANOSECONDS`, from power-on to the first instruction here,
 * and power off
 *
 * It is meant for QEMU's instruction clock (scripts/run --icount): there a nanosecond is an
 * instruction. Time is read from the machine's own counter, which starts with the machine, and not
 * from the kernel's clock: a kernel that calibrates its clock badly gains nothing.
 *
 * Each row runs a tenth of its operations first, so that caches of the kernel are warm; the counts
 * are fixed, so that one run equals the next.
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DIRECTORY "/tmp/bench"
#define DEEP	  DIRECTORY "/one/two"
#define DATA_FILE DEEP "/data"
#define WORDS	  DIRECTORY "/words"
#define ARCHIVE	  DIRECTORY "/archive.tar"

/* ---- the machine's counter ---- */

#if defined(__x86_64__)
static uint64_t now_ns(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low; /* QEMU's counts nanoseconds */
}

static void mark(void)
{
	__asm__ volatile("nopl 0x077e7e57(%rax)");
}
#elif defined(__aarch64__)
static uint64_t now_ns(void)
{
	uint64_t ticks, frequency;

	__asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(ticks));
	__asm__ volatile("mrs %0, cntfrq_el0" : "=r"(frequency));
	return ticks * (1000000000 / frequency);
}

static void mark(void)
{
	__asm__ volatile("movz xzr, #0x7e57");
}
#else
static uint64_t now_ns(void)
{
	uint64_t ticks;

	__asm__ volatile("rdtime %0" : "=r"(ticks));
	return ticks * 100; /* QEMU's board has 10 MHz */
}

static void mark(void)
{
	__asm__ volatile(".option push; .option norvc; addi zero, zero, 0x757; .option pop");
}
#endif

/* ---- what rows share ---- */

/* Each row's functions return 0 or a negative errno. */
struct row {
	const char *name;
	unsigned count;
	int (*operate)(unsigned count);
	int (*prepare)(unsigned count);
	void (*finish)(unsigned count);
};

static char buffer[65536];
static int fd = -1, other_fd = -1;
static int pipe_there[2], pipe_back[2];
static char *mapping;
static pid_t child;

static int failed(long result)
{
	return result < 0 ? -errno : 0;
}

#define REPEAT(count, call)                                 \
	do {                                                \
		for (unsigned i_ = 0; i_ < (count); i_++) { \
			if ((long)(call) < 0)               \
				return -errno;              \
		}                                           \
		return 0;                                   \
	} while (0)

static void close_fds(unsigned count)
{
	(void)count;
	if (fd >= 0)
		close(fd);
	if (other_fd >= 0)
		close(other_fd);
	fd = other_fd = -1;
}

static int open_file(const char *path, int flags)
{
	fd = open(path, flags, 0644);
	return failed(fd);
}

static int open_null(unsigned count)
{
	(void)count;
	return open_file("/dev/null", O_RDWR);
}

static int open_zero(unsigned count)
{
	(void)count;
	return open_file("/dev/zero", O_RDWR);
}

static int open_data(unsigned count)
{
	(void)count;
	return open_file(DATA_FILE, O_RDWR);
}

/* ---- small system calls ---- */

static int op_getpid(unsigned count)
{
	REPEAT(count, syscall(SYS_getpid));
}

static int op_getuid(unsigned count)
{
	REPEAT(count, syscall(SYS_getuid));
}

static int op_getsid(unsigned count)
{
	REPEAT(count, syscall(SYS_getsid, 0));
}

static int op_getpriority(unsigned count)
{
	REPEAT(count, syscall(SYS_getpriority, PRIO_PROCESS, 0));
}

static int op_uname(unsigned count)
{
	struct utsname names;

	REPEAT(count, uname(&names));
}

static int op_clock_gettime(unsigned count)
{
	struct timespec time;

	REPEAT(count, clock_gettime(CLOCK_MONOTONIC, &time));
}

static int op_sched_yield(unsigned count)
{
	REPEAT(count, sched_yield());
}

static int op_getrlimit(unsigned count)
{
	struct rlimit limit;

	REPEAT(count, getrlimit(RLIMIT_NOFILE, &limit));
}

static int op_setrlimit(unsigned count)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_CORE, &limit) < 0)
		return -errno;
	REPEAT(count, setrlimit(RLIMIT_CORE, &limit));
}

static int op_prlimit64(unsigned count)
{
	struct rlimit limit;

	REPEAT(count, prlimit(getpid(), RLIMIT_NOFILE, NULL, &limit));
}

static int op_waitid(unsigned count)
{
	siginfo_t information;

	for (unsigned i = 0; i < count; i++) {
		if (waitid(P_ALL, 0, &information, WEXITED | WNOHANG) >= 0 || errno != ECHILD)
			return -EPROTO;
	}
	return 0;
}

/* ---- files ---- */

static int op_read_byte(unsigned count)
{
	REPEAT(count, read(fd, buffer, 1));
}

static int op_read_page(unsigned count)
{
	REPEAT(count, read(fd, buffer, 4096));
}

static int op_write_byte(unsigned count)
{
	REPEAT(count, write(fd, buffer, 1));
}

static int op_writev(unsigned count)
{
	struct iovec parts[4];

	for (int i = 0; i < 4; i++)
		parts[i] = (struct iovec){.iov_base = buffer + i * 16, .iov_len = 16};
	REPEAT(count, writev(fd, parts, 4));
}

static int op_pread(unsigned count)
{
	REPEAT(count, pread(fd, buffer, 64, 128));
}

static int op_lseek(unsigned count)
{
	REPEAT(count, lseek(fd, 0, SEEK_SET));
}

static int op_dup_close(unsigned count)
{
	REPEAT(count, close(dup(fd)));
}

static int op_fcntl_getfl(unsigned count)
{
	REPEAT(count, fcntl(fd, F_GETFL));
}

static int op_fcntl_lock(unsigned count)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 10};
	struct flock unlock = {.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 10};

	REPEAT(count, fcntl(fd, F_SETLK, &lock) < 0 ? -1 : fcntl(fd, F_SETLK, &unlock));
}

static int op_flock(unsigned count)
{
	REPEAT(count, flock(fd, LOCK_EX) < 0 ? -1 : flock(fd, LOCK_UN));
}

static int op_fstat(unsigned count)
{
	struct stat status;

	REPEAT(count, fstat(fd, &status));
}

static int op_stat(unsigned count)
{
	struct stat status;

	REPEAT(count, stat(DEEP, &status));
}

static int op_statx(unsigned count)
{
	/* 256 bytes of struct statx, which this C library does not have yet */
	REPEAT(count, syscall(SYS_statx, AT_FDCWD, DEEP, 0, 0x7ff, buffer));
}

static int op_access(unsigned count)
{
	REPEAT(count, access(DEEP, R_OK));
}

static int op_readlink(unsigned count)
{
	REPEAT(count, readlink(DIRECTORY "/link", buffer, sizeof(buffer)));
}

static int op_open_close(unsigned count)
{
	REPEAT(count, close(open(DATA_FILE, O_RDONLY)));
}

static int op_getcwd(unsigned count)
{
	REPEAT(count, getcwd(buffer, sizeof(buffer)) ? 0 : -1);
}

static int open_directory(unsigned count)
{
	(void)count;
	return open_file(DIRECTORY, O_RDONLY | O_DIRECTORY);
}

static int op_getdents64(unsigned count)
{
	REPEAT(count, lseek(fd, 0, SEEK_SET) < 0 ? -1 : syscall(SYS_getdents64, fd, buffer, 4096));
}

/* Makes, fills, looks at, lists and removes a small tree. */
static int file_tree_once(void)
{
	char path[64];
	struct stat status;

	for (int d = 0; d < 4; d++) {
		snprintf(path, sizeof(path), DIRECTORY "/tree%d", d);
		if (mkdir(path, 0755) < 0)
			return -errno;
		for (int f = 0; f < 8; f++) {
			snprintf(path, sizeof(path), DIRECTORY "/tree%d/file%d", d, f);
			fd = open(path, O_CREAT | O_WRONLY | O_EXCL, 0644);
			if (fd < 0 || write(fd, buffer, 1000) != 1000 || close(fd) < 0 ||
			    stat(path, &status) < 0)
				return -errno;
		}
	}
	for (int d = 0; d < 4; d++) {
		for (int f = 0; f < 8; f++) {
			snprintf(path, sizeof(path), DIRECTORY "/tree%d/file%d", d, f);
			if (unlink(path) < 0)
				return -errno;
		}
		snprintf(path, sizeof(path), DIRECTORY "/tree%d", d);
		if (rmdir(path) < 0)
			return -errno;
	}
	fd = -1;
	return 0;
}

static int op_file_tree(unsigned count)
{
	int result = 0;

	for (unsigned i = 0; i < count && result == 0; i++)
		result = file_tree_once();
	return result;
}

/* ---- pipes, events, sockets ---- */

static int open_pipe(unsigned count)
{
	int ends[2];

	(void)count;
	if (pipe(ends) < 0)
		return -errno;
	fd = ends[0];
	other_fd = ends[1];
	return 0;
}

static int op_pipe(unsigned count)
{
	REPEAT(count, write(other_fd, buffer, 4096) < 0 ? -1 : read(fd, buffer, 4096));
}

static int op_poll(unsigned count)
{
	struct pollfd watched[2] = {{.fd = fd, .events = POLLIN},
				    {.fd = other_fd, .events = POLLOUT}};

	REPEAT(count, poll(watched, 2, 0));
}

static int open_epoll(unsigned count)
{
	struct epoll_event event = {.events = EPOLLIN};

	(void)count;
	fd = epoll_create1(0);
	other_fd = eventfd(0, 0);
	if (fd < 0 || other_fd < 0)
		return -errno;
	return failed(epoll_ctl(fd, EPOLL_CTL_ADD, other_fd, &event));
}

static int op_epoll_wait(unsigned count)
{
	struct epoll_event events[4];

	REPEAT(count, epoll_wait(fd, events, 4, 0));
}

static int open_eventfd(unsigned count)
{
	(void)count;
	fd = eventfd(0, 0);
	return failed(fd);
}

static int op_eventfd(unsigned count)
{
	uint64_t value = 1;

	REPEAT(count, write(fd, &value, sizeof(value)) < 0 ? -1 : read(fd, &value, sizeof(value)));
}

static int open_socket(unsigned count)
{
	(void)count;
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	return failed(fd);
}

static int op_getsockopt(unsigned count)
{
	int value;
	socklen_t length = sizeof(value);

	REPEAT(count, getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &length));
}

static int op_setsockopt(unsigned count)
{
	int value = 1;

	REPEAT(count, setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &value, sizeof(value)));
}

static int op_socketpair(unsigned count)
{
	int ends[2];

	REPEAT(count, socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0
			      ? -1
			      : close(ends[0]) | close(ends[1]));
}

static int open_socketpair(unsigned count)
{
	int ends[2];

	(void)count;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
		return -errno;
	fd = ends[0];
	other_fd = ends[1];
	return 0;
}

static int op_socket_stream(unsigned count)
{
	REPEAT(count, write(other_fd, buffer, 4096) < 0 ? -1 : read(fd, buffer, 4096));
}

/* A descriptor goes over, and the new one is closed. */
static int pass_one(void)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {.header = {.cmsg_len = CMSG_LEN(sizeof(int)),
				.cmsg_level = SOL_SOCKET,
				.cmsg_type = SCM_RIGHTS}};
	struct iovec vector = {buffer, 1};
	struct msghdr message = {.msg_iov = &vector,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	int passed;

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(int));
	if (sendmsg(other_fd, &message, 0) != 1 || recvmsg(fd, &message, 0) != 1)
		return -1;
	memcpy(&passed, CMSG_DATA(&control.header), sizeof(int));
	return close(passed);
}

static int op_pass_descriptor(unsigned count)
{
	REPEAT(count, pass_one());
}

static int start_socket_echo(unsigned count)
{
	int error = open_socketpair(count);
	char byte;

	if (error)
		return error;
	child = fork();
	if (child != 0) {
		close(other_fd);
		return failed(child);
	}
	close(fd);
	while (read(other_fd, &byte, 1) == 1 && write(other_fd, &byte, 1) == 1)
		;
	_exit(0);
}

static void stop_socket_echo(unsigned count)
{
	(void)count;
	close(fd);
	waitpid(child, NULL, 0);
}

static int op_socket_pingpong(unsigned count)
{
	REPEAT(count, write(fd, buffer, 1) != 1 ? -1 : read(fd, buffer, 1));
}

/* A child that sends every byte back. */
static int start_echo(unsigned count)
{
	char byte;

	(void)count;
	if (pipe(pipe_there) < 0 || pipe(pipe_back) < 0)
		return -errno;
	child = fork();
	if (child != 0) {
		close(pipe_there[0]);
		close(pipe_back[1]);
		return failed(child);
	}
	close(pipe_there[1]);
	close(pipe_back[0]);
	while (read(pipe_there[0], &byte, 1) == 1 && write(pipe_back[1], &byte, 1) == 1)
		;
	_exit(0);
}

static void stop_echo(unsigned count)
{
	(void)count;
	close(pipe_there[1]);
	close(pipe_back[0]);
	waitpid(child, NULL, 0);
}

static int op_pipe_pingpong(unsigned count)
{
	REPEAT(count, write(pipe_there[1], buffer, 1) != 1 ? -1 : read(pipe_back[0], buffer, 1));
}

/* A child that reads all it gets and says so for each 64 KiB. */
static int start_sink(unsigned count)
{
	size_t total = 0;

	(void)count;
	if (pipe(pipe_there) < 0 || pipe(pipe_back) < 0)
		return -errno;
	child = fork();
	if (child != 0) {
		close(pipe_there[0]);
		close(pipe_back[1]);
		return failed(child);
	}
	close(pipe_there[1]);
	close(pipe_back[0]);
	for (;;) {
		ssize_t got = read(pipe_there[0], buffer, sizeof(buffer));

		if (got <= 0)
			_exit(0);
		for (total += (size_t)got; total >= sizeof(buffer); total -= sizeof(buffer)) {
			if (write(pipe_back[1], buffer, 1) != 1)
				_exit(1);
		}
	}
}

static int op_pipe_throughput(unsigned count)
{
	REPEAT(count, write(pipe_there[1], buffer, sizeof(buffer)) < 0
			      ? -1
			      : read(pipe_back[0], buffer, 1));
}

/* ---- signals ---- */

static void on_signal(int number)
{
	(void)number;
}

static int op_sigaction(unsigned count)
{
	struct sigaction action = {.sa_handler = on_signal};

	REPEAT(count, sigaction(SIGUSR2, &action, NULL));
}

static int op_sigprocmask(unsigned count)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	REPEAT(count,
	       sigprocmask(SIG_BLOCK, &set, NULL) < 0 ? -1 : sigprocmask(SIG_UNBLOCK, &set, NULL));
}

static int op_signal_delivery(unsigned count)
{
	struct sigaction action = {.sa_handler = on_signal};
	long process = getpid(), thread = syscall(SYS_gettid);

	if (sigaction(SIGUSR1, &action, NULL) < 0)
		return -errno;
	REPEAT(count, syscall(SYS_tgkill, process, thread, SIGUSR1));
}

/* ---- memory ---- */

#define PAGE ((size_t)4096)

static int map_pages(unsigned count)
{
	mapping = mmap(NULL, count * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);
	if (mapping == MAP_FAILED)
		return -errno;
	madvise(mapping, count * PAGE, MADV_NOHUGEPAGE);
	return 0;
}

static void unmap_pages(unsigned count)
{
	munmap(mapping, count * PAGE);
}

static int op_mmap_fault(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		((volatile char *)mapping)[i * PAGE] = 1;
	return 0;
}

static int op_mmap_munmap(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		char *page = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (page == MAP_FAILED)
			return -errno;
		*(volatile char *)page = 1;
		if (munmap(page, 4 * PAGE) < 0)
			return -errno;
	}
	return 0;
}

static int map_sixteen(unsigned count)
{
	int result = map_pages(16);

	(void)count;
	return result ? result : op_mmap_fault(16);
}

static void unmap_sixteen(unsigned count)
{
	(void)count;
	unmap_pages(16);
}

static int op_mprotect(unsigned count)
{
	REPEAT(count, mprotect(mapping, 16 * PAGE, PROT_READ) < 0
			      ? -1
			      : mprotect(mapping, 16 * PAGE, PROT_READ | PROT_WRITE));
}

/* Moves sixteen touched pages to another place and back. */
static int op_mremap(unsigned count)
{
	static char *other;

	if (!other)
		other = mmap(NULL, 16 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (unsigned i = 0; i < count; i++) {
		int flags = MREMAP_MAYMOVE | MREMAP_FIXED;

		if (mremap(mapping, 16 * PAGE, 16 * PAGE, flags, other) == MAP_FAILED ||
		    mremap(other, 16 * PAGE, 16 * PAGE, flags, mapping) == MAP_FAILED)
			return -errno;
	}
	return 0;
}

/* ---- timers ---- */

/* Arms a timer that is far away, and disarms it. */
static int op_itimer(unsigned count)
{
	static const struct itimerval far = {.it_value = {1000, 0}}, off;

	REPEAT(count,
	       setitimer(ITIMER_REAL, &far, NULL) < 0 ? -1 : setitimer(ITIMER_REAL, &off, NULL));
}

/* ---- threads ---- */

static _Atomic int turn; /* 0: the measuring thread's, 1: the partner's, 2: stop */
static pthread_t partner;

static int op_futex_wake(unsigned count)
{
	REPEAT(count, syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0));
}

static void wait_while(int value)
{
	while (atomic_load(&turn) == value)
		syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void give_turn(int value)
{
	atomic_store(&turn, value);
	syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void *partner_main(void *unused)
{
	for (;;) {
		wait_while(0);
		if (atomic_load(&turn) == 2)
			return unused;
		give_turn(0);
	}
}

static int start_partner(unsigned count)
{
	(void)count;
	turn = 0;
	return -pthread_create(&partner, NULL, partner_main, NULL);
}

static void stop_partner(unsigned count)
{
	(void)count;
	give_turn(2);
	pthread_join(partner, NULL);
}

static void *yielder_main(void *unused)
{
	while (atomic_load(&turn) != 2)
		sched_yield();
	return unused;
}

static int start_yielder(unsigned count)
{
	(void)count;
	turn = 0;
	return -pthread_create(&partner, NULL, yielder_main, NULL);
}

static void stop_yielder(unsigned count)
{
	(void)count;
	atomic_store(&turn, 2);
	pthread_join(partner, NULL);
}

static int op_futex_pingpong(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		give_turn(1);
		wait_while(1);
	}
	return 0;
}

/* ---- processes ---- */

static int wait_for(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -errno;
	return status == 0 ? 0 : -ECHILD;
}

static int op_fork_exit(unsigned count)
{
	int result = 0;

	for (unsigned i = 0; i < count && result == 0; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		result = wait_for(pid);
	}
	return result;
}

static int repeat_program(unsigned count, const char *path, char *const words[])
{
	static char *environment[] = {"PATH=/bin", NULL};
	int result = 0;

	for (unsigned i = 0; i < count && result == 0; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			execve(path, words, environment);
			_exit(126);
		}
		result = wait_for(pid);
	}
	return result;
}

static int op_exec_true(unsigned count)
{
	return repeat_program(count, "/bin/true", (char *[]){"true", NULL});
}

static int repeat_script(unsigned count, char *script)
{
	return repeat_program(count, "/bin/sh", (char *[]){"sh", "-c", script, NULL});
}

static int op_shell_noop(unsigned count)
{
	return repeat_script(count, ":");
}

static int op_pipe_grep(unsigned count)
{
	return repeat_script(count, "cat " WORDS " | grep -c w1 >/dev/null");
}

static int op_sed_pipeline(unsigned count)
{
	return repeat_script(count, "sed s/o/0/ " WORDS " | sed -n /9/p >/dev/null");
}

static int op_sort_uniq(unsigned count)
{
	return repeat_script(count, "sort " WORDS " | uniq -c | sort -rn >/dev/null");
}

static int op_tar_extract(unsigned count)
{
	return repeat_script(count, "mkdir " DIRECTORY "/out && tar xf " ARCHIVE " -C " DIRECTORY
				    "/out && rm -r " DIRECTORY "/out");
}

static const struct row rows[] = {
	{"access", 2000, op_access, NULL, NULL},
	{"clock_gettime", 2000, op_clock_gettime, NULL, NULL},
	{"context_switch", 2000, op_sched_yield, start_yielder, stop_yielder},
	{"dup_close", 2000, op_dup_close, open_null, close_fds},
	{"epoll_wait", 2000, op_epoll_wait, open_epoll, close_fds},
	{"eventfd", 2000, op_eventfd, open_eventfd, close_fds},
	{"exec_true", 100, op_exec_true, NULL, NULL},
	{"fcntl_getfl", 2000, op_fcntl_getfl, open_null, close_fds},
	{"fcntl_lock", 2000, op_fcntl_lock, open_data, close_fds},
	{"file_tree", 50, op_file_tree, NULL, NULL},
	{"flock", 2000, op_flock, open_data, close_fds},
	{"fork_exit", 200, op_fork_exit, NULL, NULL},
	{"fstat", 2000, op_fstat, open_data, close_fds},
	{"futex_pingpong", 2000, op_futex_pingpong, start_partner, stop_partner},
	{"futex_wake", 2000, op_futex_wake, NULL, NULL},
	{"getcwd", 2000, op_getcwd, NULL, NULL},
	{"getdents64", 2000, op_getdents64, open_directory, close_fds},
	{"getpid", 2000, op_getpid, NULL, NULL},
	{"getpriority", 2000, op_getpriority, NULL, NULL},
	{"getrlimit", 2000, op_getrlimit, NULL, NULL},
	{"getsid", 2000, op_getsid, NULL, NULL},
	{"getsockopt", 2000, op_getsockopt, open_socket, close_fds},
	{"getuid", 2000, op_getuid, NULL, NULL},
	{"itimer", 2000, op_itimer, NULL, NULL},
	{"lseek", 2000, op_lseek, open_data, close_fds},
	{"mmap_fault", 4096, op_mmap_fault, map_pages, unmap_pages},
	{"mmap_munmap", 2000, op_mmap_munmap, NULL, NULL},
	{"mprotect", 2000, op_mprotect, map_sixteen, unmap_sixteen},
	{"mremap", 2000, op_mremap, map_sixteen, unmap_sixteen},
	{"open_close", 2000, op_open_close, NULL, NULL},
	{"pass_descriptor", 2000, op_pass_descriptor, open_socketpair, close_fds},
	{"pipe", 2000, op_pipe, open_pipe, close_fds},
	{"pipe_grep", 20, op_pipe_grep, NULL, NULL},
	{"pipe_pingpong", 2000, op_pipe_pingpong, start_echo, stop_echo},
	{"pipe_throughput", 200, op_pipe_throughput, start_sink, stop_echo},
	{"poll", 2000, op_poll, open_pipe, close_fds},
	{"pread", 2000, op_pread, open_data, close_fds},
	{"prlimit64", 2000, op_prlimit64, NULL, NULL},
	{"read_null", 2000, op_read_byte, open_null, close_fds},
	{"read_zero", 2000, op_read_page, open_zero, close_fds},
	{"readlink", 2000, op_readlink, NULL, NULL},
	{"sched_yield", 2000, op_sched_yield, NULL, NULL},
	{"sed_pipeline", 20, op_sed_pipeline, NULL, NULL},
	{"setrlimit", 2000, op_setrlimit, NULL, NULL},
	{"setsockopt", 2000, op_setsockopt, open_socket, close_fds},
	{"shell_noop", 100, op_shell_noop, NULL, NULL},
	{"sigaction", 2000, op_sigaction, NULL, NULL},
	{"signal_delivery", 2000, op_signal_delivery, NULL, NULL},
	{"sigprocmask", 2000, op_sigprocmask, NULL, NULL},
	{"socket_pingpong", 2000, op_socket_pingpong, start_socket_echo, stop_socket_echo},
	{"socket_stream", 2000, op_socket_stream, open_socketpair, close_fds},
	{"socketpair", 1000, op_socketpair, NULL, NULL},
	{"sort_uniq", 20, op_sort_uniq, NULL, NULL},
	{"stat", 2000, op_stat, NULL, NULL},
	{"statx", 2000, op_statx, NULL, NULL},
	{"tar_extract", 20, op_tar_extract, NULL, NULL},
	{"uname", 2000, op_uname, NULL, NULL},
	{"waitid", 2000, op_waitid, NULL, NULL},
	{"write_null", 2000, op_write_byte, open_null, close_fds},
	{"write_zero", 2000, op_write_byte, open_zero, close_fds},
	{"writev", 2000, op_writev, open_null, close_fds},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* ---- running them ---- */

static int write_words(void)
{
	FILE *file = fopen(WORDS, "w");

	if (!file)
		return -errno;
	for (unsigned i = 0; i < 400; i++)
		fprintf(file, "w%u some words of line %u\n", i * 7919 % 97, i);
	return fclose(file) == 0 ? 0 : -errno;
}

static int make_files(void)
{
	int result = 0;

	if (mkdir(DIRECTORY, 0755) < 0 || mkdir(DIRECTORY "/one", 0755) < 0 ||
	    mkdir(DEEP, 0755) < 0)
		return -errno;
	if (symlink("one/two", DIRECTORY "/link") < 0)
		return -errno;
	for (char name = 'a'; name <= 'h' && result == 0; name++) {
		char path[64];

		snprintf(path, sizeof(path), DIRECTORY "/one/%c", name);
		result = open_file(path, O_CREAT | O_WRONLY);
		if (result == 0)
			result = failed(write(fd, buffer, 3000));
		close_fds(0);
	}
	result = result ? result : open_file(DATA_FILE, O_CREAT | O_WRONLY);
	result = result ? result : failed(write(fd, buffer, 8192));
	close_fds(0);
	result = result ? result : write_words();
	return result ? result : repeat_script(1, "cd " DIRECTORY " && tar cf archive.tar one");
}

/* ---- what processors do to each other ---- */

struct events {
	unsigned long ipis, flushes, contended;
};

static struct events events_now(void)
{
	struct events now = {0, 0, 0};
	char line[512];
	FILE *file = fopen("/proc/interrupts", "r");

	while (file && fgets(line, sizeof(line), file)) {
		char *at = strchr(line, ':'), *next;

		if (!strstr(line, "RES:") && !strstr(line, "CAL:"))
			continue;
		for (at++;; at = next) {
			unsigned long count = strtoul(at, &next, 10);

			if (next == at)
				break;
			now.ipis += count;
		}
	}
	if (file)
		fclose(file);
	file = fopen("/proc/vmstat", "r");
	while (file && fgets(line, sizeof(line), file)) {
		sscanf(line, "nr_tlb_remote_flush %lu", &now.flushes);
		sscanf(line, "lock_contended %lu", &now.contended);
	}
	if (file)
		fclose(file);
	return now;
}

static void count_events(const struct row *row)
{
	struct events before, after;
	int result = row->prepare ? row->prepare(row->count) : 0;

	before = events_now();
	if (result == 0)
		result = row->operate(row->count);
	after = events_now();
	if (row->finish)
		row->finish(row->count);
	if (result == 0)
		printf("events %s %u %lu %lu %lu\n", row->name, row->count,
		       after.ipis - before.ipis, after.flushes - before.flushes,
		       after.contended - before.contended);
	fflush(stdout);
}

static void measure(const struct row *row)
{
	uint64_t start, end;
	int result = row->prepare ? row->prepare(row->count) : 0;

	if (result == 0 && row->operate != op_mmap_fault)
		result = row->operate(row->count / 10);
	mark();
	start = now_ns();
	if (result == 0)
		result = row->operate(row->count);
	end = now_ns();
	mark();
	if (row->finish)
		row->finish(row->count);
	if (result < 0)
		printf("row %s unsupported %d\n", row->name, -result);
	else
		printf("row %s %u %llu\n", row->name, row->count,
		       (unsigned long long)(end - start));
	fflush(stdout);
}

static void print_memory(void)
{
	char line[128];
	unsigned long total = 0, available = 0;
	FILE *file = fopen("/proc/meminfo", "r");

	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		sscanf(line, "MemTotal: %lu", &total);
		sscanf(line, "MemAvailable: %lu", &available);
	}
	fclose(file);
	printf("memory %lu %lu\n", total, available);
}

static int run_as_init(void)
{
	puts("booted");
	fflush(stdout);
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

static bool wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], name) == 0)
			return true;
	}
	return argc < 2;
}

/* Where the stack begins decides how many of its pages fork_exit's child copies: the same place in every run. */
static void stay_in_place(char **argv)
{
	int now = personality(0xffffffff);

	if (now >= 0 && !(now & ADDR_NO_RANDOMIZE) &&
	    personality((unsigned long)now | ADDR_NO_RANDOMIZE) >= 0)
		execv("/proc/self/exe", argv);
}

int main(int argc, char **argv)
{
	bool events = false;
	int result;

	if (getpid() != 1)
		stay_in_place(argv);
	mark(); /* once: the host counts from here */
	if (getpid() == 1)
		return run_as_init();
	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		for (size_t i = 0; i < ROWS; i++)
			puts(rows[i].name);
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "--events") == 0) {
		argc--, argv++;
		events = true;
	}
	print_memory();
	result = make_files();
	if (result < 0) {
		fprintf(stderr, "bench: cannot make the files in %s: %s\n", DIRECTORY,
			strerror(-result));
		return 1;
	}
	/* Kernel threads of a kernel that has just booted settle first; with QEMU's sleep=off this
	 * costs nothing. */
	if (!events)
		sleep(5);
	for (size_t i = 0; i < ROWS; i++) {
		if (wanted(rows[i].name, argc, argv))
			(events ? count_events : measure)(&rows[i]);
	}
	return 0;
}
