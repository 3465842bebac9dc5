// SPDX-License-Identifier: MIT
// Random system calls: calls SECONDS [SEED]. Every child makes some thousands, from a seed of its own that is printed first; what ends
// a child is all right, what ends the kernel is not.
//
// Every other child is an ordinary user, who may call everything; the others are root and leave out what would end the machine or this
// test. A child has a few descriptors of every kind, a page, a page before a hole, and read-only memory to point to.

#include "random.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

#define USER	 6001
#define CALLS	 3000
#define NUMBERS	 470
#define CHILDREN 2

static char *memory, *constant;

static bool only_for_users(long number)
{
	switch (number) {
	case SYS_reboot:
	case SYS_kill:
	case SYS_tkill:
	case SYS_tgkill:
	case SYS_rt_sigqueueinfo:
	case SYS_rt_tgsigqueueinfo:
	case SYS_pidfd_send_signal:
	case SYS_vhangup:
	case SYS_umount2:
	case SYS_mount:
	case SYS_move_mount:
	case SYS_pivot_root:
	case SYS_chroot:
	case SYS_settimeofday:
	case SYS_clock_settime:
	case SYS_clock_adjtime:
	case SYS_adjtimex:
	case SYS_sethostname:
	case SYS_setdomainname:
	case SYS_setpriority:
	case SYS_sched_setscheduler:
	case SYS_sched_setparam:
	case SYS_sched_setattr:
	case SYS_setrlimit:
	case SYS_prlimit64:
	case SYS_swapon:
	case SYS_syslog:
		return true;
	default:
		return false;
	}
}

static uint64_t argument(void)
{
	static const uint64_t odd[] = {
		0xffff800000000000, 0xffffffff80000000, 0xffffffffffffffff, 0x0000800000000000,
		0x7ffffffff000,	    0x8000000000000000, 0x7fffffffffffffff, 0x7fffffff,
		0x80000000,	    0xffffffff,		0xfffffffffffff000, 0x1000,
	};

	switch (random_below(12)) {
	case 0:
		return 0;
	case 1:
		return random_below(8);
	case 2:
		return random_below(24); // descriptors and small numbers
	case 3:
		return 1ULL << random_below(64);
	case 4:
		return odd[random_below(sizeof(odd) / sizeof(*odd))];
	case 5:
		return (uintptr_t)memory + random_below(PAGE);
	case 6:
		return (uintptr_t)memory + PAGE - random_below(64); // then nothing
	case 7:
		return (uintptr_t)constant + random_below(PAGE);
	case 8:
		return (uint64_t)-(int64_t)random_below(200);
	case 9:
		return random_below(65536);
	case 10:
		return random_next();
	default:
		return (uintptr_t)memory + random_below(64) * 64;
	}
}

// Paths, numbers and pointers where a structure may be.
static void fill_memory(void)
{
	static const char *const paths[] = {"file", "folder", "folder/file",	"/folder/file",
					    "/",    "link",   "folder/../link", ".."};

	for (unsigned i = 0; i < PAGE / 64; i++) {
		char *at = memory + i * 64;

		if (random_below(3) == 0)
			strcpy(at, paths[random_below(sizeof(paths) / sizeof(*paths))]);
		else
			for (int j = 0; j < 8; j++)
				((uint64_t *)(void *)at)[j] = argument();
	}
}

static void open_some(void)
{
	int pair[2];
	struct epoll_event event = {.events = EPOLLIN};

	open("file", O_RDWR | O_CREAT, 0666);
	open("/dev/zero", O_RDWR);
	open("/proc/self/status", O_RDONLY);
	open(".", O_RDONLY | O_DIRECTORY);
	(void)!pipe2(pair, O_NONBLOCK);
	eventfd(1, EFD_NONBLOCK);
	epoll_ctl(epoll_create1(0), EPOLL_CTL_ADD, pair[0], &event);
	memfd_create("memory", MFD_ALLOW_SEALING);
	syscall(SYS_timerfd_create, CLOCK_MONOTONIC, 0);
	open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK);
	syscall(SYS_pidfd_open, getpid(), 0);
	open("file", O_PATH);
}

static void child(uint64_t seed, bool user)
{
	struct rlimit processes = {20, 20}, size = {8 << 20, 8 << 20}, cpu = {2, 3};

	random_seed(seed);
	setsid();
	silent();
	open_some();
	(void)!chroot("."); // what it makes it makes here
	memory = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(memory + PAGE, PAGE);
	constant = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	setrlimit(RLIMIT_NPROC, &processes);
	setrlimit(RLIMIT_FSIZE, &size);
	setrlimit(RLIMIT_CPU, &cpu);
	if (user && (setgid(USER) != 0 || setuid(USER) != 0))
		_exit(1);
	for (int i = 0; i < CALLS; i++) {
		long number = (long)random_below(NUMBERS);

		if (i % 64 == 0) {
			fill_memory();
			alarm(1);
		}
		if (number == SYS_exit || number == SYS_exit_group || number == SYS_rt_sigreturn)
			continue;
#ifdef SYS_pause
		if (number == SYS_pause)
			continue;
#endif
		if (!user && (only_for_users(number) || number == SYS_clone))
			continue;
		syscall(number, argument(), argument(), argument(), argument(), argument(),
			argument());
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	long long seconds = argc > 1 ? atoi(argv[1]) : 10;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : (uint64_t)now_ns(CLOCK_REALTIME);
	long long end = now_ns(CLOCK_MONOTONIC) + seconds * 1000000000LL;
	long children = 0;

	MUST(prctl(PR_SET_CHILD_SUBREAPER, 1));
	MUST(mkdir("folder", 0777));
	MUST(chmod("folder", 0777));
	while (now_ns(CLOCK_MONOTONIC) < end) {
		pid_t pids[CHILDREN];

		for (int i = 0; i < CHILDREN; i++) {
			say("seed %llu", (unsigned long long)seed);
			pids[i] = CHILD(child(seed, seed % 2));
			seed++;
			children++;
		}
		for (int i = 0; i < CHILDREN; i++)
			child_end_within(pids[i], 2000);
		// What the users among them left.
		child_wait(CHILD(MUST(setuid(USER)); kill(-1, SIGKILL)));
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
	say("ok %ld children", children);
	return 0;
}
