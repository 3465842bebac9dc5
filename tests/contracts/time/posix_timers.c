// SPDX-License-Identifier: MIT
// Covers: TIME-04. timer_create: signals with their value, id and overruns, SIGEV_NONE and
// THREAD_ID, absolute times, deleted ones are EINVAL, CPU-time timers, of another process too.
#include "contract.h"
#include <sys/resource.h>

static siginfo_t seen;
static volatile int count;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	seen = *info;
	count++;
}

static int create(clockid_t clock, struct sigevent *event)
{
	int id = -1;

	MUST(syscall(SYS_timer_create, clock, event, &id));
	return id;
}

// What a timer has sent is still told when the timer is gone.
static void deleted(void)
{
	struct itimerspec at_once = {{0, 0}, {0, 1}};
	sigset_t set = set_of(SIGUSR2), pending;
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL,
				 .sigev_signo = SIGUSR2,
				 .sigev_value = {.sival_int = 77}};
	siginfo_t info;
	int id = create(CLOCK_MONOTONIC, &event);

	MUST(sigprocmask(SIG_BLOCK, &set, NULL));
	CHECK_EQ(syscall(SYS_timer_settime, id, 0, &at_once, NULL), 0);
	do
		MUST(sigpending(&pending));
	while (!sigismember(&pending, SIGUSR2));
	CHECK_EQ(syscall(SYS_timer_delete, id), 0);
	CHECK_EQ(sigwaitinfo(&set, &info), SIGUSR2);
	CHECK_EQ(info.si_code, SI_TIMER);
	CHECK_EQ(info.si_value.sival_int, 77);
	MUST(sigprocmask(SIG_UNBLOCK, &set, NULL));
}

// The time of another process, while we use none.
static void of_another(void)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2};
	struct itimerspec soon = {{0, 0}, {0, 50000000}};
	struct timespec long_time = {20, 0};
	sigset_t set = set_of(SIGUSR2);
	clockid_t clock;
	pid_t child = CHILD(for (;;));
	int id;

	MUST(sigprocmask(SIG_BLOCK, &set, NULL));
	CHECK_EQ(clock_getcpuclockid(child, &clock), 0);
	id = create(clock, &event);
	CHECK_EQ(syscall(SYS_timer_settime, id, 0, &soon, NULL), 0);
	CHECK_EQ(sigtimedwait(&set, NULL, &long_time), SIGUSR2);
	CHECK(now_ns(clock) >= 50000000);
	kill(child, SIGKILL);
	CHECK_KILLED(child, SIGKILL);
	CHECK_EQ(syscall(SYS_timer_delete, id), 0);
	MUST(sigprocmask(SIG_UNBLOCK, &set, NULL));
}

CONTRACT
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL,
				 .sigev_signo = SIGRTMIN + 2,
				 .sigev_value.sival_int = 1234};
	struct itimerspec set = {{0, 0}, {0, 5000000}}, old;
	sigset_t block = set_of(SIGRTMIN + 2);
	int id, none, cpu;

	catch_signal(SIGRTMIN + 2, handler, 0);
	catch_signal(SIGALRM, handler, 0);
	id = create(CLOCK_MONOTONIC, &event);
	CHECK_EQ(syscall(SYS_timer_settime, id, 0, &set, NULL), 0);
	while (count == 0)
		sleep_ms(1);
	CHECK_EQ(seen.si_code, SI_TIMER);
	CHECK_EQ(seen.si_value.sival_int, 1234);
	CHECK_EQ(seen.si_timerid, id);
	CHECK_EQ(seen.si_overrun, 0);
	// Blocked over many periods: one signal, the rest counted.
	MUST(sigprocmask(SIG_BLOCK, &block, NULL));
	set.it_interval.tv_nsec = 2000000;
	MUST(syscall(SYS_timer_settime, id, 0, &set, NULL));
	sleep_ms(40);
	count = 0;
	MUST(sigprocmask(SIG_UNBLOCK, &block, NULL));
	CHECK(count >= 1);
	CHECK(seen.si_overrun >= 0);
	int overrun = (int)syscall(SYS_timer_getoverrun, id);
	CHECK(overrun >= 0);
	set = (struct itimerspec){{0, 0}, {0, 0}};
	CHECK_EQ(syscall(SYS_timer_settime, id, 0, &set, &old), 0);
	CHECK_EQ(old.it_interval.tv_nsec, 2000000);
	CHECK_EQ(syscall(SYS_timer_gettime, id, &old), 0);
	CHECK_EQ(old.it_value.tv_sec + old.it_value.tv_nsec, 0);
	CHECK_EQ(syscall(SYS_timer_delete, id), 0);
	CHECK_ERRNO(syscall(SYS_timer_delete, id), EINVAL);
	CHECK_ERRNO(syscall(SYS_timer_gettime, id, &old), EINVAL);
	deleted();
	of_another();
	// No event: SIGALRM with the timer's id as its value.
	count = 0;
	id = create(CLOCK_REALTIME, NULL);
	set.it_value.tv_nsec = 1;
	CHECK_EQ(syscall(SYS_timer_settime, id, TIMER_ABSTIME, &set, NULL), 0);
	while (count == 0)
		sleep_ms(1);
	CHECK_EQ(seen.si_signo, SIGALRM);
	CHECK_EQ(seen.si_value.sival_int, id);
	event.sigev_notify = SIGEV_NONE;
	none = create(CLOCK_MONOTONIC, &event);
	set = (struct itimerspec){{0, 0}, {100, 0}};
	MUST(syscall(SYS_timer_settime, none, 0, &set, NULL));
	CHECK_EQ(syscall(SYS_timer_gettime, none, &old), 0);
	CHECK(old.it_value.tv_sec >= 90 && old.it_value.tv_sec <= 100);
	event = (struct sigevent){.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
	cpu = create(CLOCK_PROCESS_CPUTIME_ID, &event);
	set = (struct itimerspec){{0, 0}, {0, 20000000}};
	count = 0;
	MUST(syscall(SYS_timer_settime, cpu, 0, &set, NULL));
	sleep_ms(40);
	// A machine that stands still while we run counts that time as ours.
	CHECK(count == 0 || now_ns(CLOCK_PROCESS_CPUTIME_ID) >= 20000000);
	volatile unsigned long turns = 0;
	while (count == 0)
		turns++;
	CHECK_EQ(seen.si_timerid, cpu);
	CHECK(now_ns(CLOCK_PROCESS_CPUTIME_ID) >= 18000000);
	int out;
	event.sigev_signo = 65;
	CHECK_ERRNO(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &out), EINVAL);
	event.sigev_signo = SIGALRM;
	event.sigev_notify = 9;
	CHECK_ERRNO(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &out), EINVAL);
	CHECK_ERRNO(syscall(SYS_timer_create, 99, NULL, &out), EINVAL);
	set.it_value.tv_nsec = -1;
	CHECK_ERRNO(syscall(SYS_timer_settime, id, 0, &set, NULL), EINVAL);
	CHECK_EXIT(CHILD(CHECK_ERRNO(syscall(SYS_timer_gettime, id, &old), EINVAL)), 0);
	// Numbers go up, also by those that came to nothing once they had one. The limit on signals is
	// looked at before the event.
	id = create(CLOCK_MONOTONIC, NULL);
	event = (struct sigevent){.sigev_notify = SIGEV_SIGNAL, .sigev_signo = 65};
	CHECK_ERRNO(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &out), EINVAL);
	CHECK_ERRNO(syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, 8), EFAULT);
	CHECK_ERRNO(syscall(SYS_timer_create, 99, NULL, &out), EINVAL);
	CHECK_EQ(create(CLOCK_MONOTONIC, NULL), id + 3);
	struct rlimit none_left = {0, 0};
	MUST(setrlimit(RLIMIT_SIGPENDING, &none_left));
	CHECK_ERRNO(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &out), EAGAIN);
}
