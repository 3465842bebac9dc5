// SPDX-License-Identifier: MIT
// Every allocation of common sequences of system calls fails once: enomem [SEQUENCE]. An error is an answer; nothing is lost and
// nothing dies of it but the process itself.
//
// Debug builds have Linux's /proc/thread-self/fail-nth: what is written there counts down with each allocation of the thread, and the
// one that reaches 0 fails. A sequence is repeated, in a child of its own, with 1, 2, 3 and so on until no allocation is left to fail.

#include "contract.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>

#define MOST 2000 // allocations in one sequence

static int knob;

static void forks(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	if (child > 0)
		waitpid(child, NULL, 0);
}

static void executes(void)
{
	execl("/bin/true", "true", (char *)NULL);
}

static void *nothing(void *argument)
{
	return argument;
}

static void threads(void)
{
	pthread_t id;

	if (pthread_create(&id, NULL, nothing, NULL) == 0)
		pthread_join(id, NULL);
}

static void files(void)
{
	char buffer[256];
	int fd;

	mkdir("folder", 0755);
	fd = open("folder/a name that is longer than what a dentry keeps inside itself",
		  O_RDWR | O_CREAT, 0644);
	(void)!write(fd, "text", 4);
	(void)!pread(fd, buffer, sizeof(buffer), 0);
	fallocate(fd, 0, 0, 65536);
	ftruncate(fd, 100);
	fsync(fd);
	fcntl(fd, F_SETLK, &(struct flock){.l_type = F_WRLCK, .l_len = 10});
	fcntl(fd, F_SETLK, &(struct flock){.l_type = F_UNLCK, .l_start = 3, .l_len = 3});
	close(fd);
	symlink("folder", "symlink");
	link("symlink", "hard link");
	rename("symlink", "renamed");
	rename("folder/a name that is longer than what a dentry keeps inside itself",
	       "folder/another that is longer than what a dentry keeps inside itself");
	unlink("folder/another that is longer than what a dentry keeps inside itself");
	unlink("folder/a name that is longer than what a dentry keeps inside itself");
	unlink("renamed");
	unlink("symlink");
	unlink("hard link");
	rmdir("folder");
}

static void memory(void)
{
	size_t size = 64 * PAGE;
	char *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *moved;
	int fd = memfd_create("memory", 0);

	if (map == MAP_FAILED)
		return;
	// The kernel touches it, so that it is an error and no signal.
	(void)!pread(open("/dev/zero", O_RDONLY), map, size, 0);
	mprotect(map + PAGE, PAGE, PROT_READ);
	mlock(map, 4 * PAGE);
	madvise(map, 8 * PAGE, MADV_DONTNEED);
	munmap(map + 10 * PAGE, PAGE);
	moved = mremap(map, 4 * PAGE, 200 * PAGE, MREMAP_MAYMOVE);
	if (moved != MAP_FAILED)
		munmap(moved, 200 * PAGE);
	ftruncate(fd, (off_t)size);
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	(void)!pwrite(fd, "text", 4, 5000);
	msync(map, size, MS_SYNC);
	sbrk(PAGE);
}

static void pipes(void)
{
	static char block[65536];
	int ends[2], others[2];
	struct iovec vector = {block, 4096};

	if (pipe2(ends, O_NONBLOCK) != 0 || pipe(others) != 0)
		return;
	(void)!write(ends[1], block, sizeof(block));
	fcntl(ends[1], F_SETPIPE_SZ, 1 << 18);
	(void)!vmsplice(ends[1], &vector, 1, SPLICE_F_NONBLOCK);
	tee(ends[0], others[1], 4096, SPLICE_F_NONBLOCK);
	(void)!read(ends[0], block, 100);
}

static void events(void)
{
	int set = epoll_create1(0), event = eventfd(0, EFD_NONBLOCK),
	    timer = timerfd_create(CLOCK_MONOTONIC, 0);
	sigset_t signals = set_of(SIGUSR1);
	int watch = inotify_init1(IN_NONBLOCK), signal = signalfd(-1, &signals, SFD_NONBLOCK);
	struct epoll_event want = {.events = EPOLLIN};
	struct itimerspec soon = {.it_value = {.tv_nsec = 1000}};
	struct pollfd many[100];

	epoll_ctl(set, EPOLL_CTL_ADD, event, &want);
	epoll_ctl(set, EPOLL_CTL_ADD, timer, &want);
	epoll_ctl(set, EPOLL_CTL_ADD, watch, &want);
	epoll_ctl(set, EPOLL_CTL_ADD, signal, &want);
	timerfd_settime(timer, 0, &soon, NULL);
	inotify_add_watch(watch, ".", IN_ALL_EVENTS);
	close(open("watched", O_CREAT | O_RDWR, 0600));
	unlink("watched");
	epoll_wait(set, &want, 1, 5);
	for (int i = 0; i < 100; i++)
		many[i] = (struct pollfd){.fd = event, .events = POLLIN};
	poll(many, 100, 0);
}

static void sockets(void)
{
	char control[CMSG_SPACE(sizeof(int))] = {0}, byte = 0;
	struct iovec vector = {&byte, 1};
	struct msghdr message = {.msg_iov = &vector,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
	int pair[2], listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0),
		     client = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	*header = (struct cmsghdr){.cmsg_level = SOL_SOCKET,
				   .cmsg_type = SCM_RIGHTS,
				   .cmsg_len = CMSG_LEN(sizeof(int))};
	memcpy(CMSG_DATA(header), &listener, sizeof(int));
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0) {
		sendmsg(pair[0], &message, 0);
		recvmsg(pair[1], &message, 0);
		sendmsg(pair[1], &message, 0); // and nobody takes this one
	}
	bind(listener, (struct sockaddr *)&address, sizeof(address));
	listen(listener, 4);
	connect(client, (struct sockaddr *)&address, sizeof(address));
	accept(listener, NULL, NULL);
	unlink("socket");
}

static void signals(void)
{
	sigset_t set = set_of(SIGUSR1);
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	int timer;

	sigprocmask(SIG_BLOCK, &set, NULL);
	sigqueue(getpid(), SIGUSR1, (union sigval){0});
	if (syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer) == 0)
		syscall(SYS_timer_delete, timer);
	syscall(SYS_pidfd_open, getpid(), 0);
}

static void looks(void)
{
	static const char *const paths[] = {
		"/proc/self/maps",    "/proc/self/status", "/proc/meminfo", "/proc/self/mountinfo",
		"/proc/self/cmdline", "/proc/slabinfo",	   "/proc",	    "/dev/null",
		"/sys/kernel",	      "/proc/self/fd",	   "/dev/ptmx"};
	static char buffer[8192];

	for (unsigned i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		int fd = open(paths[i], O_RDONLY | O_NOCTTY | O_NONBLOCK);

		(void)!read(fd, buffer, sizeof(buffer));
		syscall(SYS_getdents64, fd, buffer, sizeof(buffer));
		close(fd);
	}
	(void)!readlink("/proc/self/exe", buffer, sizeof(buffer));
	(void)!getcwd(buffer, sizeof(buffer));
}

static void mounts(void)
{
	mkdir("mounted", 0755);
	if (mount("none", "mounted", "tmpfs", 0, "size=1m") == 0) {
		close(open("mounted/file", O_CREAT | O_RDWR, 0600));
		mount("mounted", "mounted", NULL, MS_BIND, NULL);
	}
	while (umount2("mounted", MNT_DETACH) == 0)
		;
	rmdir("mounted");
}

static void identities(void)
{
	gid_t groups[40] = {1, 2, 3};

	(void)!setgroups(40, groups);
	(void)!setgid(7);
	(void)!setuid(7);
	access("/bin/sh", R_OK);
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	dup2(0, 300);
}

static const struct {
	const char *name;
	void (*run)(void);
} sequences[] = {
	{"forks", forks},   {"executes", executes}, {"threads", threads},
	{"files", files},   {"memory", memory},	    {"pipes", pipes},
	{"events", events}, {"sockets", sockets},   {"signals", signals},
	{"looks", looks},   {"mounts", mounts},	    {"identities", identities},
};

// Did the n-th allocation exist? What the sequence does of it is its child's matter.
static bool fail_one(void (*run)(void), int n)
{
	int ends[2], status;
	bool reached = true;
	char count[16], left = '1';
	pid_t child;

	MUST(pipe2(ends, O_CLOEXEC));
	child = CHILD(alarm(20); snprintf(count, sizeof(count), "%d", n);
		      knob = (int)MUST(open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC));
		      MUST(pwrite(knob, count, strlen(count), 0)); run();
		      (void)!pread(knob, &left, 1, 0); (void)!pwrite(knob, "0", 1, 0);
		      (void)!write(ends[1], &left, 1));
	close(ends[1]);
	// An execve that succeeded closes the pipe as a death does: with status 0 and nothing said, it was not reached.
	if (read(ends[0], &left, 1) == 1)
		reached = left == '0';
	else
		left = 'x';
	close(ends[0]);
	status = child_wait(child);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
		say("FAIL a sequence does not end when allocation %d fails", n);
		_exit(1);
	}
	return left == 'x' ? status != 0 : reached;
}

int main(int argc, char **argv)
{
	int all = 0;

	if (access("/proc/thread-self/fail-nth", W_OK) != 0)
		NOT_HERE("this kernel cannot make allocations fail: only the debug builds can");
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	for (unsigned i = 0; i < sizeof(sequences) / sizeof(*sequences); i++) {
		int n = 1;

		if (argc > 1 && strcmp(argv[1], sequences[i].name) != 0)
			continue;
		say("%s", sequences[i].name);
		while (n < MOST && fail_one(sequences[i].run, n))
			n++;
		say("%s: %d allocations failed", sequences[i].name, n - 1);
		CHECK(n > 1 && n < MOST);
		all += n - 1;
	}
	say("ok %d", all);
	return 0;
}
