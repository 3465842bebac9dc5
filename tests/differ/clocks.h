// SPDX-License-Identifier: MIT
// Of the area of tasks: clocks, timers, sleeping, and what is told of the time used.

#ifndef CLOCKS_H
#define CLOCKS_H

#include "differ.h"
#include "signals.h"

// Clocks by number, of processes and threads by pid (0: of oneself), and of no kind. Not those of alarms, which Linux has only with a
// battery clock that it can set.
static int a_clock(void)
{
	return (int)ONE_OF(0, 1, 2, 3, 4, 5, 6, 7, 11, 0, 1, 7, 10, 12, 16, 100, -1, -2, -6, -5, -8,
			   ~0x7fffff * 8 + 2, -3, -7);
}

static struct timespec a_time(void)
{
	return (struct timespec){ONE_OF(0, 0, 0, 0, -1, 0),
				 ONE_OF(0, 1, 1000, 999999, -1, 1000000000, 999999999 / 1000)};
}

static void op_clock(void)
{
	int clock = a_clock();
	struct timespec time = {-1, -1};
	void *at = SOMEWHERE(&time);

	switch (random_below(4)) {
	case 0:
		DO(syscall(SYS_clock_gettime, clock, at), " gettime(%d, %d)", clock, at == &time);
		break;
	case 1:
	case 2:
		// How fine the coarse clocks are is a matter of the kernel's configuration.
		if (DO(syscall(SYS_clock_getres, clock, at), " getres(%d, %d)", clock,
		       at == &time) == 0 &&
		    at == &time && clock != 5 && clock != 6)
			note(" {%ld, %ld}", (long)time.tv_sec, time.tv_nsec);
		break;
	default: // never a time that is taken: the clock is everybody's
		time = (struct timespec){ONE_OF(-1, 0, 1), ONE_OF(1000000000, -1, 2000000000)};
		DO(syscall(SYS_clock_settime, clock, at), " settime(%d, {%ld, %ld}, %d)", clock,
		   (long)time.tv_sec, time.tv_nsec, at == &time);
	}
}

static void op_sleep(void)
{
	int clock = a_clock(), flags = (int)ONE_OF(0, 0, 0, 1, 1, 2, -1, 4);
	struct timespec time = a_time(), left = {7, 7};
	void *from = SOMEWHERE(&time), *to = random_below(3) ? NULL : SOMEWHERE(&left);

	if (clock < 0 || clock == 2 || clock == 3) // they stand still meanwhile
		time.tv_nsec = ONE_OF(-1, 1000000000);
	if (random_below(3) == 0)
		DO(syscall(SYS_nanosleep, from, to), "({%ld, %ld}, %d)", (long)time.tv_sec,
		   time.tv_nsec, from == &time);
	else
		DO(syscall(SYS_clock_nanosleep, clock, flags, from, to),
		   " clock(%d, %d, {%ld, %ld}, %d)", clock, flags, (long)time.tv_sec, time.tv_nsec,
		   from == &time);
	note(" left %ld %ld", (long)left.tv_sec, left.tv_nsec);
}

static int timers[16], timer_count;
static bool timer_of_cpu[16];

static int a_timer(void)
{
	if (timer_count && random_below(16))
		return timers[random_below((uint64_t)timer_count)];
	return (int)ONE_OF(-1, 1000, 0x7fffffff);
}

static const char *timer_name(int timer)
{
	for (int i = 0; i < timer_count; i++)
		if (timers[i] == timer)
			return (const char *[]){"t0",  "t1",  "t2",  "t3", "t4",  "t5",
						"t6",  "t7",  "t8",  "t9", "t10", "t11",
						"t12", "t13", "t14", "t15"}[i];
	return "none";
}

// sigevent as the kernel has it.
struct kernel_event {
	long value;
	int number, notify, task;
	char rest[44];
};

static void op_timer_create(void)
{
	int clock = a_clock(), id = -1;
	struct kernel_event event = {.value = (long)random_below(100),
				     .number = any_signal(),
				     .notify = (int)ONE_OF(0, 0, 1, 1, 2, 3, 4, 4, 5, -1)};
	void *from = random_below(5) ? SOMEWHERE(&event) : NULL, *to = SOMEWHERE(&id);
	int task = random_below(3) ? getpid() : (int)ONE_OF(0, -1, 1, 0x7fffffff);

	event.task = task;
	if (timer_count == 16 || (!from && (clock == 2 || clock == 3)))
		return;
	if (DO(syscall(SYS_timer_create, clock, from, to), "(%d, {%d, %d, %d}, %d)", clock,
	       event.number, event.notify, task == getpid() ? -5 : task,
	       (from == &event) * 2 + (to == &id)) == 0) {
		timer_of_cpu[timer_count] = clock < 0 || clock == 2 || clock == 3;
		timers[timer_count++] = id;
	}
}

static void op_timer(void)
{
	int timer = a_timer(), flags = (int)ONE_OF(0, 0, 0, 0, 1, 2, -1);
	struct itimerspec new = {{ONE_OF(0, 0, 1000, 500, -1), ONE_OF(0, 0, 500, -1, 1000000000)},
				 {ONE_OF(0, 0, 1000, 1000, 1LL << 31, -1, 1LL << 40),
				  ONE_OF(0, 0, 1, 500, -1, 1000000000)}},
			  old = {{0, 0}, {0, 0}};
	void *from = SOMEWHERE(&new), *to = random_below(2) ? NULL : SOMEWHERE(&old);
	long result;

	for (int i = 0; i < timer_count; i++) // when some CPU time has passed is not told
		if (timers[i] == timer && timer_of_cpu[i] && !new.it_value.tv_sec)
			new.it_value.tv_nsec = ONE_OF(0, -1);
	if (!new.it_interval.tv_sec &&new.it_interval.tv_nsec == 500) // no storms
		new.it_interval.tv_sec = 100;
	switch (random_below(6)) {
	case 0:
		DO(syscall(SYS_timer_getoverrun, timer), " overrun(%s)", timer_name(timer));
		return;
	case 1:
		if (random_below(2))
			return;
		DO(syscall(SYS_timer_delete, timer), " delete(%s)", timer_name(timer));
		return;
	case 2:
		to = SOMEWHERE(&old);
		result = DO(syscall(SYS_timer_gettime, timer, to), " gettime(%s, %d)",
			    timer_name(timer), to == &old);
		break;
	default:
		result = DO(syscall(SYS_timer_settime, timer, flags, from, to),
			    " settime(%s, %d, {{%ld, %ld}, {%ld, %ld}}, %d)", timer_name(timer),
			    flags, (long)new.it_interval.tv_sec, new.it_interval.tv_nsec,
			    (long)new.it_value.tv_sec, new.it_value.tv_nsec,
			    (from == &new) * 2 + (to == &old));
		usleep(3000); // what is due comes within this call
	}
	if (result == 0 && to == &old)
		note(" {%ld, %ld, %s}", (long)old.it_interval.tv_sec, old.it_interval.tv_nsec,
		     old.it_value.tv_sec || old.it_value.tv_nsec ? "armed" : "not armed");
}

static void op_itimer(void)
{
	int which = (int)ONE_OF(1, 2, 1, 2, 3, -1);
	struct itimerval new = {{ONE_OF(0, 1000, -1), ONE_OF(0, 0, 500, -1, 1000000)},
				{ONE_OF(0, 1000, 1000, -1), ONE_OF(0, 0, 500, -1, 1000000)}},
			 old = {{0, 0}, {0, 0}};
	void *from = SOMEWHERE(&new), *to = SOMEWHERE(&old);

	if (!new.it_value.tv_sec) // they would end the process
		new.it_value.tv_usec = ONE_OF(0, -1, 1000000);
	if (random_below(2)) {
		if (DO(syscall(SYS_getitimer, which, to), " get(%d, %d)", which, to == &old))
			return;
	} else if (DO(syscall(SYS_setitimer, which, from, to),
		      " set(%d, {{%ld, %ld}, {%ld, %ld}}, %d)", which, (long)new.it_interval.tv_sec,
		      (long)new.it_interval.tv_usec, (long)new.it_value.tv_sec,
		      (long)new.it_value.tv_usec, (from == &new) * 2 + (to == &old))) {
		return;
	}
	if (to == &old)
		note(" {%ld, %ld, %s}", (long)old.it_interval.tv_sec, (long)old.it_interval.tv_usec,
		     old.it_value.tv_sec || old.it_value.tv_usec ? "armed" : "not armed");
}

// What is told of the system and the process: the answers are the machine's, the errors are not.
static void op_tell(void)
{
	static char room[1024];
	void *at = SOMEWHERE(room), *other = SOMEWHERE(room + 512);
	int what = (int)ONE_OF(0, -1, 1, 2, -2, 99);
	bool ok = at == room;

	switch (random_below(8)) {
	case 0:
		DO(syscall(SYS_getrusage, what, at), " getrusage(%d, %d)", what, ok);
		break;
	case 1:
		note(" times(%d) %s", ok || !at, syscall(SYS_times, at) == -1 ? "failed" : "told");
		break;
	case 2:
		DO(syscall(SYS_sysinfo, at), " sysinfo(%d)", ok);
		break;
	case 3:
		DO(syscall(SYS_uname, at), " uname(%d)", ok);
		break;
	case 4:
		DO(syscall(SYS_gettimeofday, at, other), " gettimeofday(%d, %d)", ok,
		   other == room + 512);
		break;
	case 5: {
		struct timeval time = {ONE_OF(-1, 0), ONE_OF(1000000, -1)};

		DO(syscall(SYS_settimeofday, &time, at), " settimeofday({%ld, %ld}, %d)",
		   (long)time.tv_sec, (long)time.tv_usec, ok);
		break;
	}
	case 6:
		DO(syscall(SYS_getcpu, at, other, NULL), " getcpu(%d, %d)", ok,
		   other == room + 512);
		break;
	default: {
		size_t length = (size_t)ONE_OF(0, 1, 16, 256, 257, -1);
		unsigned int flags = (unsigned int)ONE_OF(0, 1, 2, 3, 4, 5, 6, 7, 8, -1);

		if (length == (size_t)-1 && ok)
			length = 300;
		DO(syscall(SYS_getrandom, at, length, flags), " getrandom(%d, %zu, %u)", ok, length,
		   flags);
	}
	}
}

#endif
