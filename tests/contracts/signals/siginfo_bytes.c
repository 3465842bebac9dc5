// SPDX-License-Identifier: MIT
// Covers: SIG-29. siginfo byte for byte, for kill, tgkill, sigqueue and a fault: what a sender
// does not set is zero.
#include "contract.h"

static unsigned char seen[128];
static volatile int deliveries;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	memcpy(seen, info, sizeof(seen));
	deliveries++;
}

static void expect(int number, int code, size_t used)
{
	int words[4];

	memcpy(words, seen, sizeof(words));
	CHECK_EQ(words[0], number);
	CHECK_EQ(words[1], 0);
	CHECK_EQ(words[2], code);
	CHECK_EQ(words[3], 0);
	for (size_t i = used; i < sizeof(seen); i++)
		if (seen[i]) {
			say("FAIL: byte %zu of siginfo is %#x, not 0", i, seen[i]);
			_exit(1);
		}
	CHECK(true);
}

CONTRACT
{
	int fields[2];
	union sigval value = {.sival_ptr = (void *)0x1122334455667788};
	void *pointer;

	_Static_assert(sizeof(siginfo_t) == 128, "siginfo is 128 bytes");
	catch_signal(SIGUSR1, handler, 0);
	catch_signal(SIGRTMIN, handler, 0);
	MUST(kill(getpid(), SIGUSR1));
	expect(SIGUSR1, SI_USER, 24);
	memcpy(fields, seen + 16, 8);
	CHECK_EQ(fields[0], getpid());
	CHECK_EQ(fields[1], 0);
	MUST(syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1));
	expect(SIGUSR1, SI_TKILL, 24);
	MUST(sigqueue(getpid(), SIGRTMIN, value));
	expect(SIGRTMIN, SI_QUEUE, 32);
	memcpy(&pointer, seen + 24, 8);
	CHECK(pointer == value.sival_ptr);
	CHECK_EQ(deliveries, 3);
}
