// SPDX-License-Identifier: MIT
// Covers: TIME-03 TIME-04. Intervals beyond any clock: the timer expires once and its next expiry is
// far away, heard or ignored, for interval timers, POSIX timers and timerfds; microsecond intervals
// of ignored signals leave the processor to others.
#include "contract.h"
#include <sys/timerfd.h>

#define FAR   (1L << 62)
#define YEARS 9000000000L // s: what is left of the longest time that a clock counts

static volatile int count;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	count++;
}

static void listen_for(int number, bool heard)
{
	struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};

	count = 0;
	if (heard)
		MUST(sigaction(number, &action, NULL));
	else
		MUST((long)signal(number, SIG_IGN));
}

// Until it has been heard, if it can be, and a while longer. In user mode: some count only that.
static void spin(bool heard)
{
	volatile unsigned int work = 0;
	long long end;

	while (heard && !count)
		work++;
	end = now_ns(CLOCK_MONOTONIC) + 60000000;
	do {
		for (unsigned int i = 0; i < 100000; i++)
			work++;
	} while (now_ns(CLOCK_MONOTONIC) < end);
}

static void interval_timer(int which, int number, bool heard)
{
	struct itimerval set = {{FAR, 0}, {0, 1}}, none = {{0, 0}, {0, 0}}, now;

	listen_for(number, heard);
	CHECK_EQ(setitimer(which, &set, NULL), 0);
	spin(heard);
	CHECK_EQ(getitimer(which, &now), 0);
	CHECK(now.it_interval.tv_sec > YEARS);
	CHECK_EQ(count, heard);
	CHECK_EQ(setitimer(which, &none, NULL), 0);
}

static void posix_timer(clockid_t clock, bool heard, int flags)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGURG};
	struct itimerspec set = {{FAR, 0}, {0, 1}}, now;
	timer_t id;

	listen_for(SIGURG, heard);
	CHECK_EQ(timer_create(clock, &event, &id), 0);
	CHECK_EQ(timer_settime(id, flags, &set, NULL), 0);
	spin(heard);
	CHECK_EQ(timer_gettime(id, &now), 0);
	CHECK(now.it_interval.tv_sec > YEARS);
	CHECK_EQ(count, heard);
	CHECK_EQ(timer_delete(id), 0);
}

static void descriptor(clockid_t clock, int flags)
{
	struct itimerspec set = {{FAR, 0}, {0, 1}}, now;
	int fd = (int)MUST(timerfd_create(clock, TFD_NONBLOCK));
	uint64_t ticks = 0;

	CHECK_EQ(timerfd_settime(fd, flags, &set, NULL), 0);
	sleep_ms(50);
	CHECK_EQ(read(fd, &ticks, sizeof(ticks)), sizeof(ticks));
	CHECK_EQ(ticks, 1);
	CHECK_ERRNO(read(fd, &ticks, sizeof(ticks)), EAGAIN);
	CHECK_EQ(timerfd_gettime(fd, &now), 0);
	CHECK(now.it_interval.tv_sec > YEARS);
	CHECK_EQ(close(fd), 0);
}

// Nobody hears them: they take no processor. A hundred sleeps end in time beside them.
static void unheard(void)
{
	struct itimerval often = {{0, 1}, {0, 1}}, none = {{0, 0}, {0, 0}};
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGURG};
	struct itimerspec spec = {{0, 1}, {0, 1}};
	long long start;
	timer_t id;

	listen_for(SIGALRM, false);
	listen_for(SIGURG, false);
	CHECK_EQ(setitimer(ITIMER_REAL, &often, NULL), 0);
	CHECK_EQ(timer_create(CLOCK_MONOTONIC, &event, &id), 0);
	CHECK_EQ(timer_settime(id, 0, &spec, NULL), 0);
	start = now_ns(CLOCK_MONOTONIC);
	for (int i = 0; i < 100; i++)
		sleep_ms(1);
	CHECK(now_ns(CLOCK_MONOTONIC) - start < 5000000000LL);
	CHECK_EQ(timer_delete(id), 0);
	CHECK_EQ(setitimer(ITIMER_REAL, &none, NULL), 0);
}

CONTRACT
{
	for (int heard = 0; heard < 2; heard++) {
		interval_timer(ITIMER_REAL, SIGALRM, heard);
		interval_timer(ITIMER_VIRTUAL, SIGVTALRM, heard);
		interval_timer(ITIMER_PROF, SIGPROF, heard);
		posix_timer(CLOCK_MONOTONIC, heard, 0);
		posix_timer(CLOCK_REALTIME, heard, 0);
		posix_timer(CLOCK_REALTIME, heard, TIMER_ABSTIME);
		posix_timer(CLOCK_PROCESS_CPUTIME_ID, heard, 0);
		posix_timer(CLOCK_THREAD_CPUTIME_ID, heard, 0);
	}
	descriptor(CLOCK_MONOTONIC, 0);
	descriptor(CLOCK_REALTIME, 0);
	descriptor(CLOCK_REALTIME, TFD_TIMER_ABSTIME);
	unheard();
}
