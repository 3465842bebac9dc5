// SPDX-License-Identifier: MIT
// Covers: SIG-12 SIG-13. Pending signals come lowest first, standard ones once, real-time ones
// queued in order with their values.
#include "contract.h"

static int numbers[32], values[32], count;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)context;
	numbers[count] = number;
	values[count++] = info->si_value.sival_int;
}

CONTRACT
{
	static const int sent[] = {40, SIGTERM, 36, 40, SIGUSR1, SIGUSR1, 36, SIGHUP};
	struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
	sigset_t all, pending;
	struct timespec none = {0, 0};
	siginfo_t info;

	sigfillset(&all);
	action.sa_mask = all;
	for (int number = 1; number < 65; number++)
		if (number != SIGKILL && number != SIGSTOP && (number < 32 || number > 34))
			MUST(sigaction(number, &action, NULL));
	MUST(sigprocmask(SIG_SETMASK, &all, NULL));
	for (int i = 0; i < 8; i++)
		MUST(sigqueue(getpid(), sent[i], (union sigval){.sival_int = i}));
	MUST(sigpending(&pending));
	CHECK_EQ(sigismember(&pending, SIGHUP), 1);
	CHECK_EQ(sigismember(&pending, 40), 1);
	CHECK_EQ(sigismember(&pending, SIGINT), 0);

	// sigtimedwait takes in the same order.
	sigset_t some = set_of(40);
	CHECK_EQ(sigtimedwait(&some, &info, &none), 40);
	CHECK_EQ(info.si_value.sival_int, 0);
	CHECK_EQ(info.si_code, SI_QUEUE);
	sigemptyset(&all);
	MUST(sigprocmask(SIG_SETMASK, &all, NULL));
	CHECK_EQ(count, 6);
	CHECK_EQ(numbers[0], SIGHUP);
	CHECK_EQ(numbers[1], SIGUSR1);
	CHECK_EQ(values[1], 4);
	CHECK_EQ(numbers[2], SIGTERM);
	CHECK_EQ(numbers[3], 36);
	CHECK_EQ(values[3], 2);
	CHECK_EQ(numbers[4], 36);
	CHECK_EQ(values[4], 6);
	CHECK_EQ(numbers[5], 40);
	CHECK_EQ(values[5], 3);
	CHECK_ERRNO(sigtimedwait(&some, &info, &none), EAGAIN);
}
