// SPDX-License-Identifier: MIT
// Bad pointers in every argument of every system call: an error or a signal, never a fault of
// the kernel.
//
// Each system call number is tried in a child of its own (so that what it does to its process
// stays there), in a folder and a file system view that may be spoilt. The calls that would end
// the machine or the test are left out.

#include "contract.h"

static const uint64_t bad[] = {
	0,
	1,
	7,
	8,
	0xfff,
	0x1000,
	0x7ffffffff000,
	0x7ffffffffff9,
	0x0000800000000000,
	0x0000ffffffffffff,
	0x0001000000000000,
	0x8000000000000000,
	0xdeadbeefdeadbeef,
	0xffff800000000000,
	0xffffffff80000000,
	0xfffffffffffff000,
	0xffffffffffffffff,
};
#define BADS (sizeof(bad) / sizeof(*bad))

static bool left_out(long number)
{
	switch (number) {
	case SYS_reboot:
	case SYS_exit:
	case SYS_exit_group:
	case SYS_kill:
	case SYS_tkill:
	case SYS_tgkill:
	case SYS_rt_sigqueueinfo:
	case SYS_rt_tgsigqueueinfo:
	case SYS_vhangup:
	case SYS_syslog: // the console's log level
	case SYS_umount2:
	case SYS_settimeofday:
	case SYS_clock_settime:
#ifdef SYS_fork
	case SYS_fork:
	case SYS_vfork:
	case SYS_pause:
#endif
	case SYS_clone:
	case SYS_clone3: // a good one forks, and its children would go on from here: a bomb
		return true;
	default:
		return false;
	}
}

// Arguments that otherwise look right: small numbers, descriptors, a good pointer.
static uint64_t plausible(int kind, char *page)
{
	switch (kind % 5) {
	case 0:
		return 0;
	case 1:
		return 1;
	case 2:
		return 3;
	case 3:
		return (uintptr_t)page;
	default:
		return 64;
	}
}

static void attack(long number, char *page)
{
	struct rlimit limit = {64 << 20, 64 << 20};
	uint32_t seed = (uint32_t)number * 2654435761U;

	setrlimit(RLIMIT_DATA, &limit);
	alarm(1);
	dup2((int)MUST(open("file", O_RDWR | O_CREAT, 0600)), 3);
	for (int position = 0; position < 6; position++)
		for (unsigned i = 0; i < BADS; i++)
			for (int variant = 0; variant < 4; variant++) {
				uint64_t a[6];

				for (int j = 0; j < 6; j++) {
					seed = seed * 1664525 + 1013904223;
					a[j] = plausible((int)(seed >> 24) + variant, page);
				}
				a[position] = bad[i];
				// And once all of them.
				if (variant == 3)
					for (int j = 0; j < 6; j++)
						a[j] = bad[(i + (unsigned)j * (unsigned)position) %
							   BADS];
				syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
			}
}

int main(int argc, char **argv)
{
	char *page =
		MAP(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int killed = 0, slow = 0;

	MUST(munmap(page + PAGE, PAGE));
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	for (long number = argc > 1 ? atol(argv[1]) : 0; number < 470; number++) {
		pid_t child;
		int status = 0;
		struct timespec tick = {0, 5000000};

		if (left_out(number))
			continue;
		say("call %ld", number); // the last one that is read, if the kernel does not go on
		child = CHILD(setsid(); close(0); dup2((int)MUST(open("/dev/null", O_RDWR)), 1);
			      dup2(1, 2); attack(number, page));
		// Whatever it waits for, a second is enough.
		for (int i = 0; i < 200 && waitpid(child, &status, WNOHANG) == 0; i++)
			nanosleep(&tick, NULL);
		if (kill(child, SIGKILL) == 0 && waitpid(child, &status, 0) == child)
			slow++;
		else if (WIFSIGNALED(status))
			killed++;
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
	say("%d calls ended their process by a signal, %d were ended", killed, slow);
	say("ok");
	return 0;
}
