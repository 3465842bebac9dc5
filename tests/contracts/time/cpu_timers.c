// SPDX-License-Identifier: MIT
// Covers: TIME-04. Many timers on another process's CPU clock all tell, and what that process sets
// for itself comes in time beside them; one on a thread's clock comes when that thread has run; one set
// anew; signals that merge; of those that have ended; timers that one thread makes and another deletes.
#include "contract.h"

#define MANY 300

static volatile int count;
static volatile bool stop;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	count++;
}

static timer_t timer_on(clockid_t clock, int number)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = number};
	timer_t id;

	MUST(timer_create(clock, &event, &id));
	return id;
}

static void set(timer_t id, long value, long interval)
{
	struct itimerspec spec = {{interval / 1000000000, interval % 1000000000},
				  {value / 1000000000, value % 1000000000}};

	MUST(timer_settime(id, 0, &spec, NULL));
}

static void spin(clockid_t clock, long long time)
{
	long long end = now_ns(clock) + time;

	while (now_ns(clock) < end)
		;
}

static volatile bool passed;

static void pass(int number)
{
	(void)number;
	passed = true;
}

// Until a later timer has told, so that earlier ones have too: that is at a tick, whatever time has passed.
static void spin_past(clockid_t clock, long time)
{
	timer_t later = timer_on(clock, SIGURG);

	MUST(signal(SIGURG, pass) == SIG_ERR ? -1 : 0);
	passed = false;
	set(later, time, 0);
	while (!passed)
		;
	CHECK_EQ(timer_delete(later), 0);
}

// In the child: its own timer beside all of its parent's, until these have told. A tick tells of some of them only, and of as
// many ticks as there are in a second no one can be sure: what does not come hangs.
static void victim(int ready, const volatile bool *told)
{
	struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
	char byte;

	MUST(sigaction(SIGUSR1, &action, NULL));
	MUST(read(ready, &byte, 1));
	set(timer_on(CLOCK_PROCESS_CPUTIME_ID, SIGUSR1), 20000000, 20000000);
	while (!count || !*told)
		;
	_exit(0);
}

static void many(void)
{
	struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
	static timer_t ids[MANY];
	volatile bool *told =
		MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	clockid_t clock;
	int ends[2];
	pid_t child;

	MUST(pipe(ends));
	child = (pid_t)MUST(fork());
	if (!child)
		victim(ends[0], told);
	CHECK_EQ(clock_getcpuclockid(child, &clock), 0);
	MUST(sigaction(SIGRTMIN, &action, NULL));
	MUST((long)signal(SIGURG, SIG_IGN));
	count = 0;
	for (int i = 0; i < MANY; i++) {
		ids[i] = timer_on(clock, i % 2 ? SIGRTMIN : SIGURG);
		set(ids[i], 1 + i * 1000, i % 2 ? 0 : 10000000);
	}
	MUST(write(ends[1], "", 1));
	while (count < MANY / 2)
		sleep_ms(1);
	*told = true;
	CHECK_EXIT(child, 0);
	CHECK_EQ(count, MANY / 2);
	for (int i = 0; i < MANY; i++)
		MUST(timer_delete(ids[i]));
}

static void *run_while(void *argument)
{
	(void)argument;
	while (!stop)
		;
	return NULL;
}

static void thread_clock(void)
{
	struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
	timer_t id = timer_on(CLOCK_THREAD_CPUTIME_ID, SIGUSR2);
	long long start;
	pthread_t other;
	bool told;

	MUST(sigaction(SIGUSR2, &action, NULL));
	count = 0;
	start = now_ns(CLOCK_THREAD_CPUTIME_ID);
	set(id, 50000000, 0);
	CHECK_EQ(pthread_create(&other, NULL, run_while, NULL), 0);
	sleep_ms(300);
	told = count;
	CHECK(!told || now_ns(CLOCK_THREAD_CPUTIME_ID) - start >= 50000000);
	while (!count)
		;
	CHECK_EQ(count, 1);
	stop = true;
	CHECK_EQ(pthread_join(other, NULL), 0);
	CHECK_EQ(timer_delete(id), 0);
}

// The signal is queued once: what is due meanwhile, of one that was set anew too, is its overrun.
static void merged(void)
{
	sigset_t block = set_of(SIGUSR2);
	timer_t id = timer_on(CLOCK_PROCESS_CPUTIME_ID, SIGUSR2);
	struct timespec none = {0, 0};
	siginfo_t info;

	MUST(sigprocmask(SIG_BLOCK, &block, NULL));
	for (long interval = 0; interval <= 100000000000; interval += 100000000000) {
		for (int i = 0; i < 2; i++) {
			set(id, 10000000, interval);
			spin_past(CLOCK_PROCESS_CPUTIME_ID, 20000000);
		}
		CHECK_EQ(sigtimedwait(&block, &info, &none), SIGUSR2);
		CHECK_EQ(info.si_overrun, 1);
		spin(CLOCK_PROCESS_CPUTIME_ID, 60000000);
		CHECK_ERRNO(sigtimedwait(&block, &info, &none), EAGAIN);
	}
	CHECK_EQ(timer_delete(id), 0);
	MUST(sigprocmask(SIG_UNBLOCK, &block, NULL));
}

// One that is set anew while its signal is queued tells again.
static void set_anew(void)
{
	sigset_t block = set_of(SIGUSR2);
	timer_t id = timer_on(CLOCK_PROCESS_CPUTIME_ID, SIGUSR2);

	MUST(sigprocmask(SIG_BLOCK, &block, NULL));
	count = 0;
	set(id, 1, 0);
	spin_past(CLOCK_PROCESS_CPUTIME_ID, 1000000);
	MUST(sigprocmask(SIG_UNBLOCK, &block, NULL));
	CHECK_EQ(count, 1);
	set(id, 10000000, 10000000);
	while (count < 3)
		;
	set(id, 0, 0);
	count = 0;
	spin(CLOCK_PROCESS_CPUTIME_ID, 50000000);
	CHECK_EQ(count, 0);
	CHECK_EQ(timer_delete(id), 0);
}

// Nothing is left of it, and it cannot be set.
static void gone(timer_t id)
{
	struct itimerspec now, spec = {{1, 0}, {1, 0}};

	CHECK_EQ(timer_gettime(id, &now), 0);
	CHECK_EQ(now.it_value.tv_sec | now.it_value.tv_nsec | now.it_interval.tv_sec, 0);
	CHECK_ERRNO(timer_settime(id, 0, &spec, NULL), ESRCH);
	CHECK_EQ(timer_delete(id), 0);
}

// A clock is gone when its process has been waited for, or its thread has ended.
static void of_the_dead(void)
{
	pid_t child = CHILD(_exit(0));
	pthread_t other;
	clockid_t clock;
	timer_t id;

	CHECK_EQ(clock_getcpuclockid(child, &clock), 0);
	id = timer_on(clock, SIGUSR2);
	MUST(waitid(P_PID, (id_t)child, &(siginfo_t){0}, WEXITED | WNOWAIT));
	set(id, 1000000000, 1000000000);
	CHECK_EXIT(child, 0);
	gone(id);
	stop = false;
	CHECK_EQ(pthread_create(&other, NULL, run_while, NULL), 0);
	CHECK_EQ(pthread_getcpuclockid(other, &clock), 0);
	id = timer_on(clock, SIGUSR2);
	set(id, 1000000000000, 1000000000);
	stop = true;
	CHECK_EQ(pthread_join(other, NULL), 0);
	while (field_of("/proc/self/status", "Threads:") > 1)
		sleep_ms(1);
	gone(id);
}

static volatile int next;

static void *delete_next(void *argument)
{
	(void)argument;
	while (!stop)
		syscall(SYS_timer_delete, next);
	return NULL;
}

static void deleted_while_made(void)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGURG};
	pthread_t other;
	int id;

	stop = false;
	CHECK_EQ(pthread_create(&other, NULL, delete_next, NULL), 0);
	for (int i = 0; i < 20000; i++) {
		MUST(syscall(SYS_timer_create, CLOCK_PROCESS_CPUTIME_ID, &event, &id));
		next = id + 1;
		syscall(SYS_timer_delete, id);
	}
	stop = true;
	CHECK_EQ(pthread_join(other, NULL), 0);
}

CONTRACT
{
	many();
	thread_clock();
	merged();
	set_anew();
	of_the_dead();
	deleted_while_made();
}
