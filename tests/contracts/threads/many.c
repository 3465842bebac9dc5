// SPDX-License-Identifier: MIT
// Covers: THREAD-07 THREAD-01. Two hundred threads: each has its own tid and thread-local
// memory, one pid; /proc counts them.
#include "contract.h"

static __thread long mine;
static volatile int running, wrong, release;
static pid_t process;

static void *body(void *argument)
{
	mine = (long)argument;
	if (getpid() != process || syscall(SYS_gettid) == process)
		wrong = 1;
	__atomic_add_fetch(&running, 1, __ATOMIC_SEQ_CST);
	while (!release)
		sleep_ms(100);
	if (mine != (long)argument)
		wrong = 1;
	return (void *)(mine * 2);
}

CONTRACT
{
	static pthread_t threads[200];
	pthread_attr_t attributes;
	void *result;
	long sum = 0;

	process = getpid();
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 16384);
	for (long i = 0; i < 200; i++)
		if (pthread_create(&threads[i], &attributes, body, (void *)i) != 0)
			CHECK(!"a thread");
	while (__atomic_load_n(&running, __ATOMIC_SEQ_CST) != 200)
		sleep_ms(2);
	CHECK(strstr(get_file("/proc/self/status"), "Threads:\t201\n") != NULL);
	release = 1;
	for (int i = 0; i < 200; i++) {
		pthread_join(threads[i], &result);
		sum += (long)result;
	}
	CHECK_EQ(sum, 200 * 199);
	CHECK_EQ(wrong, 0);
	while (strstr(get_file("/proc/self/status"), "Threads:\t1\n") == NULL)
		sleep_ms(1);
	CHECK_EQ(state_of(process), 'R');
}
