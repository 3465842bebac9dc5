// SPDX-License-Identifier: MIT
// Covers: SIG-37. sigaction reads back what was set, bit for bit; KILL and STOP are refused;
// sizes and pointers are checked.
#include "contract.h"

CONTRACT
{
	struct sigaction action = {0}, old;
	struct {
		uint64_t handler, flags, third, fourth;
	} raw = {0}, back;

	for (int number = 1; number <= 64; number++) {
		if (number >= 32 && number < 35)
			continue;
		MUST(sigaction(number, NULL, &old));
		if (old.sa_handler != SIG_DFL || old.sa_flags != 0) {
			say("FAIL: signal %d does not begin at its default", number);
			_exit(1);
		}
	}
	action.sa_handler = SIG_IGN;
	CHECK_ERRNO(syscall(SYS_rt_sigaction, SIGKILL, &raw, NULL, 8), EINVAL);
	CHECK_ERRNO(syscall(SYS_rt_sigaction, SIGSTOP, &raw, NULL, 8), EINVAL);
	CHECK_EQ(syscall(SYS_rt_sigaction, SIGKILL, NULL, &raw, 8), 0);
	CHECK_ERRNO(syscall(SYS_rt_sigaction, 0, &raw, NULL, 8), EINVAL);
	CHECK_ERRNO(syscall(SYS_rt_sigaction, 65, &raw, NULL, 8), EINVAL);
	CHECK_ERRNO(syscall(SYS_rt_sigaction, SIGUSR1, &raw, NULL, 4), EINVAL);
	CHECK_ERRNO(syscall(SYS_rt_sigaction, SIGUSR1, &raw, NULL, 16), EINVAL);
	CHECK_ERRNO(syscall(SYS_rt_sigaction, SIGUSR1, (void *)8, NULL, 8), EFAULT);
	CHECK_ERRNO(syscall(SYS_rt_sigaction, SIGUSR1, NULL, (void *)8, 8), EFAULT);
	raw.handler = 0x123450;
	raw.flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
	raw.third = raw.fourth = ~0UL;
	MUST(syscall(SYS_rt_sigaction, SIGUSR1, &raw, NULL, 8));
	memset(&back, 0, sizeof(back));
	MUST(syscall(SYS_rt_sigaction, SIGUSR1, NULL, &back, 8));
	CHECK_EQ(back.handler, 0x123450);
	CHECK_EQ(back.flags, SA_SIGINFO | SA_NODEFER | SA_ONSTACK);
	// The mask loses SIGKILL and SIGSTOP; where it stands depends on whether the machine has a restorer.
	uint64_t mask = ~(1UL << (SIGKILL - 1) | 1UL << (SIGSTOP - 1));
#ifdef __riscv
	CHECK_EQ(back.third, mask);
#else
	CHECK_EQ(back.fourth, mask);
	CHECK_EQ(back.third, ~0UL);
#endif
	// SA_UNSUPPORTED and unknown bits are cleared, SA_EXPOSE_TAGBITS is known: how a program asks what there is.
	raw.flags = 0x400 | 0x800 | 0x10000000;
	MUST(syscall(SYS_rt_sigaction, SIGUSR1, &raw, NULL, 8));
	MUST(syscall(SYS_rt_sigaction, SIGUSR1, NULL, &back, 8));
	CHECK_EQ(back.flags & 0x400, 0);
	CHECK_EQ(back.flags & 0x800, 0x800);
}
