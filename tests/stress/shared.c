// SPDX-License-Identifier: MIT
// Threads that share everything: shared SECONDS [SEED]. Those of one process make calls that fit, on the same few objects at the same
// time: what one uses another closes, unmaps, cancels or gives another priority meanwhile. No answer is judged: the kernel lives, and in the
// end nothing is left.
//
// Each round is a child, with a seed of its own that is printed first. Signals keep calls from lasting.

#include "random.h"

#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>

#define FOLDER \
	"shared" // a mount of its own for each round: it goes with all that was mounted there
#define THREADS	 6
#define ROUND_MS 700
#define FIRST	 10 // descriptors FIRST to FIRST + SLOTS - 1 are everybody's
#define SLOTS	 20
#define PAGES	 32
#define WORDS	 4
#define TIMERS	 4

static char *window; // PAGES pages that come and go
static char *words;  // futexes
static int timers[TIMERS];
static volatile pid_t tids[THREADS];
static volatile bool over;

// Each thread has numbers of its own.
static __thread uint64_t own;

static unsigned roll(unsigned sides)
{
	own ^= own << 13;
	own ^= own >> 7;
	own ^= own << 17;
	return (unsigned)((own >> 20) % sides);
}

static int slot(void)
{
	return FIRST + (int)roll(SLOTS);
}

static void *address(void)
{
	return window + roll(PAGES) * (size_t)PAGE;
}

static size_t length(void)
{
	return (1 + roll(4)) * (size_t)PAGE;
}

static const char *name(void)
{
	static const char *const names[] = {"a", "b", "c", "d", "a/x", "b/x", "c/x", "d/y"};

	return names[roll(8)];
}

static struct itimerspec soon(void)
{
	return (struct itimerspec){{0, roll(2) * 200000}, {0, roll(400000)}};
}

static void keep(int fd)
{
	if (fd < 0)
		return;
	dup2(fd, slot());
	close(fd);
}

static void keep_two(const int *pair)
{
	keep(pair[0]);
	keep(pair[1]);
}

// ---- descriptors ----

static void make(void)
{
	static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
	sigset_t set;
	int pair[2];

	switch (roll(12)) {
	case 0:
		if (!pipe2(pair, O_NONBLOCK))
			keep_two(pair);
		return;
	case 1:
	case 2:
		if (!socketpair(AF_UNIX, types[roll(3)], 0, pair))
			keep_two(pair);
		return;
	case 3:
		keep(eventfd(roll(3), EFD_NONBLOCK));
		return;
	case 4:
		keep(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
		return;
	case 5:
		sigemptyset(&set);
		sigaddset(&set, SIGUSR2);
		keep(signalfd(-1, &set, SFD_NONBLOCK));
		return;
	case 6:
		keep(epoll_create1(0));
		return;
	case 7:
		keep(inotify_init1(IN_NONBLOCK));
		return;
	case 8:
		keep((int)syscall(SYS_memfd_create, "m", MFD_ALLOW_SEALING));
		return;
	case 9:
		keep(open(name(), O_RDWR | O_CREAT | O_NONBLOCK, 0666));
		return;
	case 10:
		pair[0] = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK);
		if (pair[0] >= 0) {
			ioctl(pair[0], TIOCSPTLCK, &(int){0});
			keep(ioctl(pair[0], TIOCGPTPEER, O_RDWR | O_NOCTTY | O_NONBLOCK));
			keep(pair[0]);
		}
		return;
	default:
		keep((int)syscall(SYS_pidfd_open, getpid(), 0));
	}
}

static void use(void)
{
	struct epoll_event event = {.events = roll(2) ? EPOLLIN | EPOLLET : EPOLLIN | EPOLLOUT};
	struct pollfd polled[4];
	struct flock lock = {.l_type = (short)roll(3), .l_start = roll(8), .l_len = roll(8)};
	struct itimerspec when = soon();

	switch (roll(16)) {
	case 0:
		(void)!write(slot(), address(), roll(5000));
		return;
	case 1:
		(void)!read(slot(), address(), roll(5000));
		return;
	case 2:
		close(slot());
		return;
	case 3:
		dup2(slot(), slot());
		return;
	case 4:
	case 5:
		epoll_ctl(slot(), 1 + (int)roll(3), slot(), &event);
		return;
	case 6:
		epoll_wait(slot(), (struct epoll_event[4]){{0}}, 4, (int)roll(2));
		return;
	case 7:
		for (int i = 0; i < 4; i++)
			polled[i] = (struct pollfd){slot(), POLLIN | POLLOUT | POLLPRI, 0};
		poll(polled, 4, (int)roll(2));
		return;
	case 8:
		timerfd_settime(slot(), 0, &when, NULL);
		return;
	case 9:
		splice(slot(), NULL, slot(), NULL, roll(9000), SPLICE_F_NONBLOCK);
		return;
	case 10:
		sendfile(slot(), slot(), NULL, roll(9000));
		return;
	case 11:
		fcntl(slot(), roll(2) ? F_SETLK : F_SETLKW, &lock);
		return;
	case 12:
		fcntl(slot(), F_SETOWN, roll(2) ? getpid() : 0);
		fcntl(slot(), F_SETFL, O_NONBLOCK | (roll(2) ? O_ASYNC : 0));
		return;
	case 13:
		(void)!ftruncate(slot(), roll(40000));
		return;
	case 14:
		flock(slot(), (int[]){LOCK_SH, LOCK_EX, LOCK_UN}[roll(3)] | LOCK_NB);
		return;
	default:
		if (roll(2))
			inotify_add_watch(slot(), roll(2) ? "." : name(), IN_ALL_EVENTS);
		else
			inotify_rm_watch(slot(), 1 + (int)roll(4));
	}
}

// ---- sockets ----

static void talk(void)
{
	char control[CMSG_SPACE(2 * sizeof(int))] = {0}, data[64];
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	struct iovec vector = {data, 1 + roll(63)};
	struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
	int fds[2] = {slot(), slot()}, got;

	to.sun_path[1] = (char)('a' + roll(3));
	memset(data, 'x', sizeof(data));
	switch (roll(8)) {
	case 0:
	case 1:
		message.msg_control = control;
		message.msg_controllen = sizeof(control);
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);

		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(fds));
		memcpy(CMSG_DATA(header), fds, sizeof(fds));
		sendmsg(slot(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
		return;
	case 2:
	case 3:
		message.msg_control = control;
		message.msg_controllen = sizeof(control);
		if (recvmsg(slot(), &message, MSG_DONTWAIT | (roll(4) ? 0 : MSG_PEEK)) <= 0 ||
		    !CMSG_FIRSTHDR(&message))
			return;
		memcpy(fds, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fds));
		for (size_t i = 0;
		     CMSG_FIRSTHDR(&message)->cmsg_len >= CMSG_LEN((i + 1) * sizeof(int)); i++)
			keep(fds[i]);
		return;
	case 4:
		bind(slot(), (void *)&to, sizeof(sa_family_t) + 2);
		listen(slot(), (int)roll(3));
		return;
	case 5:
		got = socket(AF_UNIX, roll(2) ? SOCK_STREAM : SOCK_DGRAM, 0);
		fcntl(got, F_SETFL, O_NONBLOCK);
		connect(got, (void *)&to, sizeof(sa_family_t) + 2);
		keep(got);
		return;
	case 6:
		fcntl(fds[0], F_SETFL, O_NONBLOCK);
		keep(accept(fds[0], NULL, NULL));
		return;
	default:
		if (roll(3))
			(void)!send(slot(), data, vector.iov_len,
				    MSG_DONTWAIT | MSG_NOSIGNAL | (roll(2) ? MSG_OOB : 0));
		else if (roll(4))
			(void)!recv(slot(), data, 1, MSG_DONTWAIT | MSG_OOB);
		else
			shutdown(slot(), (int)roll(3));
	}
}

// ---- memory ----

static void map(void)
{
	int protection = (int)roll(8);

	switch (roll(8)) {
	case 0:
		mmap(address(), length(), protection, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1,
		     0);
		return;
	case 1:
		mmap(address(), length(), protection, MAP_FIXED | MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
		return;
	case 2:
		mmap(address(), length(), PROT_READ | PROT_WRITE,
		     MAP_FIXED | (roll(2) ? MAP_SHARED : MAP_PRIVATE), slot(), 0);
		return;
	case 3:
		munmap(address(), length());
		return;
	case 4:
		mprotect(address(), length(), protection);
		return;
	case 5:
		mremap(address(), length(), length(), MREMAP_MAYMOVE | MREMAP_FIXED, address());
		return;
	case 6:
		madvise(address(), length(),
			(int[]){MADV_DONTNEED, MADV_FREE, MADV_WILLNEED, MADV_COLD}[roll(4)]);
		return;
	default:
		roll(2) ? mlock(address(), length()) : munlock(address(), length());
	}
}

// ---- time, futexes, scheduling, signals ----

static void wait_and_wake(void)
{
	struct timespec shortly = {0, 100000}, until;
	char *one = words + roll(WORDS) * sizeof(uint32_t),
	     *two = words + roll(WORDS) * sizeof(uint32_t);
	int shared = roll(2) ? FUTEX_PRIVATE_FLAG : 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec = (until.tv_nsec + 200000) % 1000000000;
	switch (roll(8)) {
	case 0:
		syscall(SYS_futex, one, FUTEX_WAIT | shared, 0, &shortly, NULL, 0);
		return;
	case 1:
		syscall(SYS_futex, one, FUTEX_WAKE | shared, 1 + roll(3), NULL, NULL, 0);
		return;
	case 2:
		syscall(SYS_futex, one, FUTEX_REQUEUE | shared, 1, (void *)2, two, 0);
		return;
	case 3:
	case 4:
		syscall(SYS_futex, one, FUTEX_LOCK_PI | shared, 0, &until, NULL, 0);
		return;
	case 5:
		syscall(SYS_futex, one, FUTEX_UNLOCK_PI | shared, 0, NULL, NULL, 0);
		return;
	case 6:
		clock_gettime(CLOCK_MONOTONIC, &until);
		syscall(SYS_futex, one, FUTEX_WAIT_REQUEUE_PI | shared, 0, &until, two, 0);
		return;
	default:
		syscall(SYS_futex, one, FUTEX_CMP_REQUEUE_PI | shared, 1, (void *)2, two, 0);
	}
}

static void time_and_order(void)
{
	struct itimerspec when = soon();
	struct itimerval alarm = {{0, 0}, {0, roll(300)}};
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	static const int policies[] = {SCHED_OTHER, SCHED_BATCH, SCHED_IDLE, SCHED_RR};
	int policy = policies[roll(4)], timer = (int)roll(TIMERS);
	struct sched_param level = {.sched_priority = policy == SCHED_RR ? 1 + (int)roll(3) : 0};
	unsigned long allowed = 1 + roll(15);

	switch (roll(9)) {
	case 0:
		syscall(SYS_timer_create, roll(2) ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID,
			&event, &timers[timer]);
		return;
	case 1:
		syscall(SYS_timer_settime, timers[timer], 0, &when, NULL);
		return;
	case 2:
		syscall(SYS_timer_delete, timers[timer]);
		return;
	case 3:
		setitimer((int)roll(3), &alarm, NULL);
		return;
	case 4:
		syscall(SYS_sched_setscheduler, tids[roll(THREADS)], policy, &level);
		return;
	case 5:
		syscall(SYS_sched_setaffinity, tids[roll(THREADS)], sizeof(allowed), &allowed);
		return;
	case 6:
		syscall(SYS_tgkill, getpid(), tids[roll(THREADS)], roll(2) ? SIGUSR1 : SIGUSR2);
		return;
	case 7:
		syscall(SYS_membarrier, 1 << roll(5), 0, 0);
		return;
	default:
		sched_yield();
	}
}

// ---- names, processes, what /proc tells ----

static void *ends(void *argument)
{
	return argument;
}

static void others(void)
{
	static const char *const files[] = {"status", "maps",	      "stat",
					    "smaps",  "fdinfo/12",    "wchan",
					    "mounts", "task/%d/stat", "limits"};
	char path[64], text[512];
	pthread_t thread;
	int fd;
	pid_t child;

	switch (roll(12)) {
	case 0:
		roll(2) ? mkdir(name(), 0777) : rmdir(name());
		return;
	case 1:
		roll(2) ? rename(name(), name()) : link(name(), name());
		return;
	case 2:
		roll(2) ? unlink(name()) : symlink("a", name());
		return;
	case 3:
	case 4:
		snprintf(path, sizeof(path), "/proc/self/%s", files[roll(9)]);
		snprintf(text, sizeof(text), path, tids[roll(THREADS)]);
		fd = open(text, O_RDONLY);
		(void)!read(fd, text, sizeof(text));
		keep(fd);
		return;
	case 5:
		snprintf(path, sizeof(path), "/proc/self/fd/%d", slot());
		(void)!readlink(path, text, sizeof(text));
		keep(open(path, O_RDWR | O_NONBLOCK));
		return;
	case 6:
		child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
		if (!child)
			_exit(0);
		return;
	case 7:
		waitpid(-1, NULL, WNOHANG | (roll(2) ? WUNTRACED : 0));
		return;
	case 8:
		if (!pthread_create(&thread, NULL, ends, NULL))
			pthread_detach(thread);
		return;
	case 9:
		fd = open(name(), O_RDONLY | O_DIRECTORY);
		(void)!syscall(SYS_getdents64, fd, text, sizeof(text));
		keep(fd);
		return;
	case 10:
		if (!mount("t", name(), "tmpfs", 0, NULL) || roll(2))
			umount2(name(), MNT_DETACH);
		return;
	default:
		roll(2) ? chmod(name(), 0700) : chown(name(), roll(3), roll(3));
	}
}

static void *runs(void *argument)
{
	long me = (long)argument;

	own = (random_state + (uint64_t)me + 1) * 0x9e3779b97f4a7c15;
	tids[me] = (pid_t)syscall(SYS_gettid);
	while (!over) {
		switch (roll(9)) {
		case 0:
		case 1:
			make();
			break;
		case 2:
		case 3:
			use();
			break;
		case 4:
			talk();
			break;
		case 5:
			map();
			break;
		case 6:
			wait_and_wake();
			break;
		case 7:
			time_and_order();
			break;
		default:
			others();
		}
	}
	return NULL;
}

static void nothing(int number)
{
	(void)number;
}

static void one_round(uint64_t seed)
{
	static const int caught[] = {SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF,
				     SIGIO,   SIGURG,  SIGPIPE, SIGHUP};
	struct sigaction action = {.sa_handler = nothing};
	long long end = now_ns(CLOCK_MONOTONIC) + ROUND_MS * 1000000LL;
	pthread_t thread;

	random_seed(seed);
	setsid();
	silent();
	MUST(chdir(FOLDER));
	for (size_t i = 0; i < sizeof(caught) / sizeof(*caught); i++)
		sigaction(caught[i], &action, NULL);
	window = mmap(NULL, (PAGES + 4) * (size_t)PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		      0);
	words = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &(struct sched_param){10});
	for (long i = 0; i < THREADS; i++)
		if (pthread_create(&thread, NULL, runs, (void *)i))
			break;
	while (now_ns(CLOCK_MONOTONIC) < end) {
		sleep_ms(1);
		for (int i = 0; i < THREADS; i++)
			if (tids[i])
				syscall(SYS_tgkill, getpid(), tids[i], SIGUSR1);
	}
	_exit(0); // the others are in the middle of something
}

int main(int argc, char **argv)
{
	long long end = now_ns(CLOCK_MONOTONIC) + (argc > 1 ? atoi(argv[1]) : 5) * 1000000000LL;
	uint64_t seed =
		argc > 2 ? strtoull(argv[2], NULL, 0) : (uint64_t)now_ns(CLOCK_REALTIME) % 1000000;
	int rounds = 0;

	mkdir(FOLDER, 0777);

	for (; now_ns(CLOCK_MONOTONIC) < end; rounds++, seed++) {
		pid_t child;

		MUST(mount("shared", FOLDER, "tmpfs", 0, NULL));
		printf("seed %llu\n", (unsigned long long)seed);
		fflush(stdout);
		child = MUST(fork());
		if (!child)
			one_round(seed);
		child_end_within(child, 20000);
		MUST(umount2(FOLDER, MNT_DETACH));
	}
	rmdir(FOLDER);
	printf("ok %d rounds\n", rounds);
	return 0;
}
