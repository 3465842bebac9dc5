// SPDX-License-Identifier: MIT
// Of the area of tasks: signals to oneself, their actions, masks and queues.

#ifndef SIGNALS_H
#define SIGNALS_H

#include "differ.h"

#define SIGNAL_SET(number) (1ull << ((number) - 1))
#define NEVER_BLOCKED	   (SIGNAL_SET(SIGALRM) | SIGNAL_SET(SIGSEGV))

// What came, told at the end of the call during which it came.
static struct {
	int number, code, value;
	bool informed, mine;
} arrived[64];
static volatile int arrivals;

static void arrive(int number)
{
	if (arrivals < 64)
		arrived[arrivals++].number = number;
}

static void arrive_informed(int number, siginfo_t *info, void *context)
{
	(void)context;
	if (arrivals >= 64)
		return;
	arrived[arrivals].code = info->si_code;
	arrived[arrivals].informed = true;
	arrived[arrivals].mine = info->si_pid == getpid();
	arrived[arrivals].value = number == SIGCHLD ? info->si_status : 0;
	if (info->si_code == SI_QUEUE || info->si_code == SI_TIMER)
		arrived[arrivals].value = info->si_value.sival_int;
	arrived[arrivals++].number = number;
}

static void show_arrivals(void)
{
	for (int i = 0; i < arrivals; i++)
		if (arrived[i].informed)
			note(" <%d: %d %d%s>", arrived[i].number, arrived[i].code, arrived[i].value,
			     arrived[i].mine ? " mine" : "");
		else
			note(" <%d>", arrived[i].number);
	memset(arrived, 0, sizeof(arrived));
	arrivals = 0;
}

// The kernel's own struct; riscv64 has no restorer.
struct kernel_action {
	void *handler;
	unsigned long flags;
#ifndef __riscv
	void *restorer;
#endif
	uint64_t mask;
};

#define RESTORER 0x04000000ul

static struct kernel_action from_library;

static int a_signal(void)
{
	return (int)ONE_OF(SIGHUP, SIGUSR1, SIGUSR2, SIGTERM, SIGCHLD, SIGURG, SIGWINCH, SIGCONT,
			   34, 35, 64, SIGUSR1, SIGUSR2, SIGCHLD);
}

static int any_signal(void)
{
	return random_below(8) ? a_signal() : (int)ONE_OF(0, -1, 65, 100, SIGCONT, 33);
}

static uint64_t a_set(void)
{
	uint64_t set = 0;

	for (uint64_t n = random_below(4); n; n--)
		set |= SIGNAL_SET(a_signal());
	if (random_below(16) == 0)
		set = ~0ull;
	return set;
}

// Mostly where it is; sometimes nowhere.
#define SOMEWHERE(pointer) \
	(random_below(16) ? (void *)(pointer) : (void *)(uintptr_t)ONE_OF(0, 8, -4096))
#define SET_SIZE() (size_t)ONE_OF(8, 8, 8, 8, 8, 8, 8, 4, 0, 16, -1)

static void signals_begin(void)
{
	static const int caught[] = {SIGHUP,  SIGUSR1, SIGUSR2, SIGTERM, SIGCHLD, SIGURG, SIGWINCH,
				     SIGCONT, SIGPIPE, 34,	35,	 64,	  33,	  32};
	struct sigaction action = {.sa_sigaction = arrive_informed, .sa_flags = SA_SIGINFO};

	sigaction(SIGUSR1, &action, NULL);
	syscall(SYS_rt_sigaction, SIGUSR1, NULL, &from_library, 8);
	for (size_t i = 0; i < COUNT(caught); i++)
		syscall(SYS_rt_sigaction, caught[i], &from_library, NULL, 8);
}

static void op_sigaction(void)
{
	int number = random_below(8) ? a_signal()
				     : (int)ONE_OF(0, -1, 65, SIGKILL, SIGSTOP, SIGPIPE, SIGTSTP);
	unsigned long flags = (unsigned long)SOME_OF(SA_NOCLDSTOP, SA_NOCLDWAIT, SA_SIGINFO,
						     SA_SIGINFO, SA_ONSTACK, SA_RESTART, SA_NODEFER,
						     0x400, 0x800, 0x100, 1LL << 32);
	struct kernel_action action = from_library, old = {0};
	int what = (int)random_below(8);
	void *new = SOMEWHERE(&action), *was = SOMEWHERE(&old);
	size_t size = SET_SIZE();
	bool ignorable =
		number == SIGCHLD || number == SIGURG || number == SIGWINCH || number == SIGCONT;

	action.flags = (from_library.flags & RESTORER) | flags;
	action.handler = what == 0		  ? (void *)SIG_IGN
			 : what == 1 && ignorable ? (void *)SIG_DFL
			 : flags & SA_SIGINFO	  ? (void *)arrive_informed
						  : (void *)arrive;
	action.mask = a_set() & ~NEVER_BLOCKED;
	if (DO(syscall(SYS_rt_sigaction, number, new, was, size), "(%d, %s, %#lx, %#llx, %d, %zu)",
	       number,
	       action.handler == SIG_IGN	  ? "ignore"
	       : action.handler == SIG_DFL	  ? "default"
	       : action.handler == (void *)arrive ? "plain"
						  : "informed",
	       flags, (unsigned long long)action.mask, (new == &action) * 2 + (was == &old),
	       size) == 0 &&
	    was == &old)
		note(" {%s, %#lx, %#llx}",
		     old.handler == SIG_IGN	     ? "ignore"
		     : old.handler == SIG_DFL	     ? "default"
		     : old.handler == (void *)arrive ? "plain"
						     : "informed",
		     old.flags & ~RESTORER, (unsigned long long)old.mask);
}

static void op_sigprocmask(void)
{
	uint64_t set = a_set() & ~NEVER_BLOCKED, old = 0;
	int how = (int)ONE_OF(SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK, SIG_UNBLOCK, SIG_BLOCK, 3, -1);
	void *new = SOMEWHERE(&set), *was = SOMEWHERE(&old);
	size_t size = SET_SIZE();

	if (DO(syscall(SYS_rt_sigprocmask, how, new, was, size), "(%d, %#llx, %d, %zu)", how,
	       (unsigned long long)set, (new == &set) * 2 + (was == &old), size) == 0 &&
	    was == &old)
		note(" %#llx", (unsigned long long)old);
}

static void op_sigpending(void)
{
	uint64_t set = 0;
	void *to = SOMEWHERE(&set);
	size_t size = SET_SIZE();

	if (DO(syscall(SYS_rt_sigpending, to, size), "(%d, %zu)", to == &set, size) == 0)
		note(" %#llx", (unsigned long long)set);
}

static void show_information(const siginfo_t *info)
{
	note(" {%d, %d, %d%s", info->si_signo, info->si_code, info->si_errno,
	     info->si_code <= 0 && info->si_pid == getpid() ? ", mine" : "");
	if (info->si_code == SI_QUEUE)
		note(", %d", info->si_value.sival_int);
	note("}");
}

static void op_sigtimedwait(void)
{
	uint64_t set = a_set();
	siginfo_t info = {0};
	struct timespec time = {ONE_OF(0, 0, 0, 0, -1, 0), ONE_OF(0, 0, 0, 1000, 1000000000, -1)};
	void *from = SOMEWHERE(&set), *to = SOMEWHERE(&info);
	void *within = random_below(16) ? (void *)&time : (void *)-4096;
	size_t size = SET_SIZE();

	if (DO(syscall(SYS_rt_sigtimedwait, from, to, within, size), "(%#llx, %d, {%ld, %ld}, %zu)",
	       (unsigned long long)set, (from == &set) * 4 + (to == &info) * 2 + (within == &time),
	       (long)time.tv_sec, time.tv_nsec, size) > 0 &&
	    to == &info)
		show_information(&info);
}

static void op_kill(void)
{
	int number = any_signal(), me = getpid();
	int task = random_below(8) ? me : (int)ONE_OF(0, -1, 0x7fffffff, -0x7fffffff, 32767);
	int group = random_below(8) ? me : (int)ONE_OF(0, -1, 1, 32767);

	switch (random_below(3)) {
	case 0:
		if (task == -1 || task == 0)
			number = ONE_OF(-1, 65, 100);
		DO(kill(task, number), "(%d, %d)", task == me ? 1 : task, number);
		break;
	case 1:
		DO(syscall(SYS_tkill, task, number), " tkill(%d, %d)", task == me ? 1 : task,
		   number);
		break;
	default:
		DO(syscall(SYS_tgkill, group, task, number), " tgkill(%d, %d, %d)",
		   group == me ? 1 : group, task == me ? 1 : task, number);
	}
}

static void op_sigqueueinfo(void)
{
	int number = any_signal(), me = getpid();
	int task = random_below(8) ? me : (int)ONE_OF(0, -1, 0x7fffffff, 32767, 1);
	int group = random_below(8) ? me : (int)ONE_OF(0, -1, 1, 32767);
	siginfo_t info = {.si_code = (int)ONE_OF(SI_QUEUE, SI_QUEUE, SI_QUEUE, SI_USER, SI_TKILL,
						 -2, -60, 1, 128, SI_TIMER, 6, 7)};
	void *from = SOMEWHERE(&info);

	info.si_signo = (int)ONE_OF(0, 1, 99);
	info.si_pid = me;
	info.si_value.sival_int = (int)random_below(100);
	if (task == 1 && number > 0)
		number = 0;
	if (random_below(2))
		DO(syscall(SYS_rt_sigqueueinfo, task, number, from), "(%d, %d, {%d, %d}, %d)",
		   task == me ? -5 : task, number, info.si_code, info.si_value.sival_int,
		   from == &info);
	else
		DO(syscall(SYS_rt_tgsigqueueinfo, group, task, number, from),
		   " tg(%d, %d, %d, {%d, %d}, %d)", group == me ? -5 : group,
		   task == me ? -5 : task, number, info.si_code, info.si_value.sival_int,
		   from == &info);
}

static void op_sigaltstack(void)
{
	static char memory[65536];
	stack_t new = {.ss_sp = memory + random_below(3) * 16,
		       .ss_flags = (int)ONE_OF(0, 0, SS_DISABLE, SS_ONSTACK, 1LL << 31,
					       (1LL << 31) | SS_DISABLE, 4, 3, -1),
		       .ss_size = (size_t)ONE_OF(16384, 16384, 0, 1000, 2047, 5119, 65536)},
		old = {0};
	void *from = SOMEWHERE(&new), *to = SOMEWHERE(&old);

	if (DO(syscall(SYS_sigaltstack, from, to), "({%ld, %#x, %zu}, %d)",
	       (long)((char *)new.ss_sp - memory), new.ss_flags, new.ss_size,
	       (from == &new) * 2 + (to == &old)) == 0 &&
	    to == &old)
		note(" {%ld, %#x, %zu}", old.ss_sp ? (long)((char *)old.ss_sp - memory) : -1,
		     old.ss_flags, old.ss_size);
}

static void op_sigsuspend(void)
{
	uint64_t set = ~NEVER_BLOCKED;
	void *from = (void *)(uintptr_t)ONE_OF(0, 8, -4096);
	size_t size = SET_SIZE();

	if (size == 8)
		DO(syscall(SYS_rt_sigsuspend, from, size), "(bad, %zu)", size);
	else
		DO(syscall(SYS_rt_sigsuspend, &set, size), "(%zu)", size);
}

#endif
