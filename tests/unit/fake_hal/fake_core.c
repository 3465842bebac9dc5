// SPDX-License-Identifier: MIT
// The few functions of core that nearly every room calls, in the simplest form that works on the
// host: panic, printk, RCU, spinning.

#define _GNU_SOURCE
#include "fake_hal.h"

#include <core/mutex.h>
#include <core/rcu.h>
#include <core/sched.h>
#include <core/spinlock.h>
#include <core/time.h>
#include <core/upcall.h>

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

__thread jmp_buf *fake_panic_jump;
char fake_panic_text[256];

__noreturn void panic(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(fake_panic_text, sizeof(fake_panic_text), format, ap);
	va_end(ap);
	if (fake_panic_jump)
		longjmp(*fake_panic_jump, 1);
	fprintf(stderr, "panic: %s\n", fake_panic_text);
	abort();
}

void printk(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
}

// ---- locks ----

void spin_lock_slow(struct spinlock *lock)
{
	while (__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE))
		sched_yield_now();
}

void sched_yield_now(void)
{
	struct timespec pause = {0, 1000};

	nanosleep(&pause, NULL);
}

void lockdep_acquire(struct lock_class *class, const void *lock, bool sleeping, bool try)
{
	(void)class;
	(void)lock;
	(void)sleeping;
	(void)try;
}

void lockdep_release(struct lock_class *class, const void *lock)
{
	(void)class;
	(void)lock;
}

void might_sleep_at(const char *file, int line)
{
	if (fake_irqs_off)
		panic("%s:%d: sleeping with interrupts off", file, line);
}

// ---- RCU: a grace period is over when the test says so ----

static pthread_mutex_t rcu_lock = PTHREAD_MUTEX_INITIALIZER;
static struct rcu_head *rcu_first, **rcu_last = &rcu_first;

void rcu_read_lock(void)
{
}

void rcu_read_unlock(void)
{
}

void rcu_call(struct rcu_head *head, void (*done)(struct rcu_head *head))
{
	pthread_mutex_lock(&rcu_lock);
	head->next = NULL;
	head->done = done;
	*rcu_last = head;
	rcu_last = &head->next;
	pthread_mutex_unlock(&rcu_lock);
}

unsigned int fake_rcu_run(void)
{
	unsigned int count = 0;
	struct rcu_head *head;

	for (;;) {
		pthread_mutex_lock(&rcu_lock);
		head = rcu_first;
		rcu_first = NULL;
		rcu_last = &rcu_first;
		pthread_mutex_unlock(&rcu_lock);
		if (!head)
			return count;
		while (head) {
			struct rcu_head *next = head->next;

			head->done(head);
			head = next;
			count++;
		}
	}
}

void rcu_synchronize(void)
{
	fake_rcu_run();
}

void rcu_barrier(void)
{
	fake_rcu_run();
}

// ---- the scheduler: one thread, unless the test runs its own ----

unsigned int sched_cpu_count(void)
{
	return 4;
}

// Other CPUs are not running when tests drain: act as each of them.
void smp_call_all(void (*function)(void *), void *arg)
{
	unsigned int me = fake_cpu;

	for (unsigned int cpu = 0; cpu < sched_cpu_count(); cpu++) {
		if (cpu == me)
			continue;
		fake_cpu = cpu;
		fake_irqs_off = true;
		function(arg);
		fake_irqs_off = false;
	}
	fake_cpu = me;
}

int sched_sleep_until(ktime_t deadline, unsigned int state)
{
	(void)deadline;
	(void)state;
	return 0;
}

ktime_t clock_monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (ktime_t)now.tv_sec * NSEC_PER_SEC + (ktime_t)now.tv_nsec;
}

// For tests that do not link core/sync/mutex.c: one for all, since reclaim's is the only one there.
static pthread_mutex_t only_mutex = PTHREAD_MUTEX_INITIALIZER;

__attribute__((weak)) void mutex_lock(struct mutex *m)
{
	(void)m;
	pthread_mutex_lock(&only_mutex);
}

__attribute__((weak)) void mutex_unlock(struct mutex *m)
{
	(void)m;
	pthread_mutex_unlock(&only_mutex);
}
