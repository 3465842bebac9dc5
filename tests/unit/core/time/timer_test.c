// SPDX-License-Identifier: MIT
// Timers: order, what the hardware is armed for, functions that start and cancel timers, more than one processor.
// sources: core/time/timer.c core/lib/rbtree.c tests/unit/fake_hal/fake_hal.c tests/unit/fake_hal/fake_core.c

#include "../../fake_hal/fake_hal.h"
#include "../../test.h"

#include <core/percpu.h>
#include <core/time.h>
#include <core/upcall.h>
#include <hal/time.h>

#include <stdlib.h>

// ---- the clock and the one-shot timer of each processor ----

static ktime_t now, tick = KTIME_MAX, armed[4];

uint64_t hal_time_ns(void)
{
	return now;
}

void hal_timer_set(uint64_t deadline)
{
	armed[hal_cpu_id()] = deadline;
}

ktime_t sched_next_tick(void)
{
	return tick;
}

ktime_t sched_tick(ktime_t time, bool user)
{
	(void)time, (void)user;
	return tick;
}

static struct percpu blocks[4];

static void on(unsigned int cpu)
{
	fake_cpu = cpu;
	fake_local = &blocks[cpu];
}

static void interrupt_at(ktime_t time)
{
	now = time;
	armed[fake_cpu] = KTIME_MAX; // it is one-shot
	core_timer(false);
}

__attribute__((constructor)) static void start(void)
{
	timer_init_cpus();
	on(0);
}

// ---- timers that write down that they fired ----

static char log_text[4096];

struct named {
	struct timer timer;
	char name;
	ktime_t again;	      // start anew for then
	struct timer *victim; // cancel this one
};

static void fire(struct timer *timer)
{
	struct named *mine = (struct named *)timer;
	size_t n = strlen(log_text);

	log_text[n] = mine->name;
	log_text[n + 1] = 0;
	if (mine->victim)
		CHECK(timer_cancel(mine->victim));
	if (mine->again)
		timer_start(timer, mine->again);
	mine->again = 0;
}

static struct named a = {.name = 'a'}, b = {.name = 'b'}, c = {.name = 'c'};

static void fresh(void)
{
	struct named *all[] = {&a, &b, &c};

	log_text[0] = 0;
	tick = KTIME_MAX;
	for (unsigned int i = 0; i < 3; i++) {
		CHECK(!timer_pending(&all[i]->timer)); // left by the test before
		all[i]->victim = NULL;
		timer_init(&all[i]->timer, fire);
	}
	now = 1000;
	interrupt_at(now);
	CHECK_EQ(armed[0], KTIME_MAX);
}

TEST(in_order_and_not_before)
{
	fresh();
	timer_start(&b.timer, 3000);
	timer_start(&a.timer, 2000);
	timer_start(&c.timer, 4000);
	CHECK_EQ(armed[0], 2000);
	interrupt_at(1999);
	CHECK_STR(log_text, "");
	CHECK_EQ(armed[0], 2000);
	interrupt_at(3000);
	CHECK_STR(log_text, "ab");
	CHECK(!timer_pending(&a.timer) && timer_pending(&c.timer));
	CHECK_EQ(armed[0], 4000);
	interrupt_at(9000);
	CHECK_STR(log_text, "abc");
}

TEST(equal_times_fire_as_started)
{
	fresh();
	timer_start(&b.timer, 2000);
	timer_start(&a.timer, 2000);
	timer_start(&c.timer, 2000);
	interrupt_at(2000);
	CHECK_STR(log_text, "bac");
}

TEST(started_anew_and_cancelled)
{
	fresh();
	timer_start(&a.timer, 2000);
	timer_start(&a.timer, 5000);
	timer_start(&b.timer, 3000);
	CHECK(timer_cancel(&b.timer));
	CHECK(!timer_cancel(&b.timer));
	interrupt_at(4000);
	CHECK_STR(log_text, "");
	CHECK_EQ(armed[0], 5000);
	interrupt_at(5000);
	CHECK_STR(log_text, "a");
}

TEST(functions_that_start_and_cancel)
{
	fresh();
	a.again = 2500; // already over when it fires
	b.victim = &c.timer;
	timer_start(&a.timer, 2000);
	timer_start(&b.timer, 2600);
	timer_start(&c.timer, 2700);
	interrupt_at(2800);
	CHECK_STR(log_text, "aab");
	CHECK_EQ(armed[0], KTIME_MAX);
}

TEST(the_tick_shares_the_hardware)
{
	fresh();
	timer_start(&a.timer, 5000);
	tick = 3000;
	interrupt_at(1500);
	CHECK_EQ(armed[0], 3000);
	tick = 8000;
	interrupt_at(3000);
	CHECK_EQ(armed[0], 5000);
	interrupt_at(5000);
	CHECK_EQ(armed[0], 8000);
}

// A timer lives where it was started last, and anybody may cancel it.
TEST(processors)
{
	fresh();
	timer_start(&a.timer, 2000);
	on(1);
	interrupt_at(1500);
	timer_start(&b.timer, 2500);
	CHECK_EQ(armed[1], 2500);
	interrupt_at(2600);
	CHECK_STR(log_text, "b");
	timer_start(&a.timer, 4000); // from processor 0 to 1
	on(0);
	interrupt_at(4000);
	CHECK_STR(log_text, "b");
	CHECK(timer_cancel_sync(&a.timer));
	on(1);
	interrupt_at(4500);
	CHECK_STR(log_text, "b");
	on(0);
}

TEST(a_thousand_at_random)
{
	static struct named many[1000];
	ktime_t last = 0;
	unsigned int pending = 1000;

	fresh();
	srand(1);
	for (unsigned int i = 0; i < 1000; i++) {
		many[i].name = 'm';
		timer_init(&many[i].timer, fire);
		timer_start(&many[i].timer, 2000 + (ktime_t)(rand() % 5000));
	}
	for (unsigned int i = 0; i < 1000; i += 3)
		pending -= timer_cancel(&many[i].timer);
	for (ktime_t time = 2000; time <= 7000; time += 50) {
		CHECK(armed[0] >= last);
		last = armed[0];
		interrupt_at(time);
		for (unsigned int i = 0; i < 1000; i++)
			CHECK(!timer_pending(&many[i].timer) || many[i].timer.expires > time);
	}
	CHECK_EQ(strlen(log_text), pending);
}
