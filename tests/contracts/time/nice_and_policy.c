// SPDX-License-Identifier: MIT
// Covers: TIME-05. A scheduling class stays as it was set while another thread sets the nice value.
#include "contract.h"

#define ROUNDS 20000

static pid_t main_thread;
static volatile bool over;

static void *change_nice(void *argument)
{
	for (int nice = 0; !over; nice = (nice + 1) % 10)
		if (setpriority(PRIO_PROCESS, (id_t)main_thread, nice) < 0)
			return argument;
	return NULL;
}

CONTRACT
{
	struct sched_param parameter = {0};
	pthread_t thread;
	void *failed;
	int lost = 0;

	main_thread = gettid();
	CHECK_EQ(pthread_create(&thread, NULL, change_nice, &thread), 0);
	for (int i = 0; i < ROUNDS; i++) {
		int policy = i % 2 ? SCHED_FIFO : SCHED_OTHER;

		parameter.sched_priority = i % 2 ? 5 : 0;
		MUST(syscall(SYS_sched_setscheduler, 0, policy, &parameter));
		for (int j = 0; j < 5; j++)
			lost += syscall(SYS_sched_getscheduler, 0) != policy;
	}
	CHECK_EQ(lost, 0);
	over = true;
	CHECK_EQ(pthread_join(thread, &failed), 0);
	CHECK(failed == NULL);
}
