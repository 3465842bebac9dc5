// SPDX-License-Identifier: MIT
// Covers: TIME-04 TIME-03. Periods beside busy processors: every period that has passed is a signal or
// an overrun, however late the signal comes, and the phase is kept; an interval timer that could not
// tell goes on in the phase of its first expiry.
#include "contract.h"

#define PERIOD	3000000LL // ns
#define BLOCKED 100000000LL

static volatile siginfo_t seen;
static volatile int count;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	seen = *info;
	count++;
}

static void wait_until(long long when)
{
	struct timespec time = {when / 1000000000, when % 1000000000};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR)
		;
}

// What is left of a period at a moment between two, if the phase is kept.
static void in_phase(long long left, long long before, long long after, long long start)
{
	long long expiry = before + left;

	// It was read between before and after: the expiry lies that much later at most.
	long long over = (expiry - start) % PERIOD;

	CHECK(left > 0 && left <= PERIOD);
	CHECK((PERIOD - over) % PERIOD <= after - before);
}

// From a timer's start: signals blocked, then let through. Expiries are numbered from 1.
static void overruns(int id)
{
	sigset_t block = set_of(SIGRTMIN + 2);
	struct itimerspec set, now;
	long long start = now_ns(CLOCK_MONOTONIC) + PERIOD, before, after, least, most;

	set = (struct itimerspec){{0, PERIOD},
				  {(time_t)(start / 1000000000), (long)(start % 1000000000)}};
	MUST(sigprocmask(SIG_BLOCK, &block, NULL));
	count = 0;
	MUST(syscall(SYS_timer_settime, id, TIMER_ABSTIME, &set, NULL));
	wait_until(start + BLOCKED);
	before = now_ns(CLOCK_MONOTONIC);
	MUST(sigprocmask(SIG_UNBLOCK, &block, NULL));
	MUST(sigprocmask(SIG_BLOCK, &block, NULL));
	after = now_ns(CLOCK_MONOTONIC);
	CHECK(count >= 1);
	if (count == 1) {
		// One signal for all that had passed when it was taken.
		least = (before - start) / PERIOD;
		most = (after - start) / PERIOD;
		CHECK(seen.si_overrun >= least && seen.si_overrun <= most);
		CHECK_EQ(syscall(SYS_timer_getoverrun, id), seen.si_overrun);
	}
	do { // 1 ns: it has passed, and the interrupt is late
		before = now_ns(CLOCK_MONOTONIC);
		MUST(syscall(SYS_timer_gettime, id, &now));
		after = now_ns(CLOCK_MONOTONIC);
	} while (now.it_value.tv_sec == 0 && now.it_value.tv_nsec == 1);
	in_phase(now.it_value.tv_sec * 1000000000LL + now.it_value.tv_nsec, before, after, start);
	set = (struct itimerspec){{0, 0}, {0, 0}};
	MUST(syscall(SYS_timer_settime, id, 0, &set, NULL));
	MUST(sigprocmask(SIG_UNBLOCK, &block, NULL));
}

// All that passes while signals are taken one by one: signals plus overruns are the periods, neither
// more than have passed when one has been taken nor fewer than had when it was asked for.
static void all_counted(int id)
{
	long long start = now_ns(CLOCK_MONOTONIC) + PERIOD, before, after, total = 0;
	struct itimerspec set = {{0, PERIOD},
				 {(time_t)(start / 1000000000), (long)(start % 1000000000)}};
	sigset_t block = set_of(SIGRTMIN + 2);
	bool too_many = false, too_few = false;
	siginfo_t info;

	MUST(sigprocmask(SIG_BLOCK, &block, NULL));
	MUST(syscall(SYS_timer_settime, id, TIMER_ABSTIME, &set, NULL));
	do {
		before = now_ns(CLOCK_MONOTONIC);
		MUST(sigwaitinfo(&block, &info));
		after = now_ns(CLOCK_MONOTONIC);
		total += 1 + info.si_overrun;
		too_many |= total > (after - start) / PERIOD + 1;
		too_few |= total < (before - start) / PERIOD;
	} while (after < start + BLOCKED || total < 2);
	CHECK_EQ(info.si_code, SI_TIMER);
	CHECK(!too_many);
	CHECK(!too_few);
	set = (struct itimerspec){{0, 0}, {0, 0}};
	MUST(syscall(SYS_timer_settime, id, 0, &set, NULL));
	MUST(sigprocmask(SIG_UNBLOCK, &block, NULL));
}

static void interval_timer(void)
{
	struct itimerval set = {{0, PERIOD / 1000}, {0, PERIOD / 1000}};
	sigset_t block = set_of(SIGALRM);
	long long start, stop;
	int pending = 0;

	MUST(sigprocmask(SIG_BLOCK, &block, NULL));
	start = now_ns(CLOCK_MONOTONIC);
	MUST(setitimer(ITIMER_REAL, &set, NULL));
	do {
		struct timespec none = {0, 0};

		wait_until(now_ns(CLOCK_MONOTONIC) + PERIOD / 2);
		pending += sigtimedwait(&block, NULL, &none) == SIGALRM;
		stop = now_ns(CLOCK_MONOTONIC);
	} while (stop < start + BLOCKED || pending < 2);
	CHECK(pending <= (stop - start) / PERIOD);
	set = (struct itimerval){{0, 0}, {0, 0}};
	MUST(setitimer(ITIMER_REAL, &set, NULL));
	MUST(sigprocmask(SIG_UNBLOCK, &block, NULL));
}

CONTRACT
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 2};
	pid_t busy[4];
	int id = -1;

	catch_signal(SIGRTMIN + 2, handler, SA_RESTART);
	catch_signal(SIGALRM, handler, SA_RESTART);
	for (int i = 0; i < 4; i++)
		busy[i] = CHILD(for (;;));
	MUST(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &id));
	overruns(id);
	all_counted(id);
	MUST(syscall(SYS_timer_delete, id));
	interval_timer();
	for (int i = 0; i < 4; i++) {
		kill(busy[i], SIGKILL);
		CHECK_KILLED(busy[i], SIGKILL);
	}
}
