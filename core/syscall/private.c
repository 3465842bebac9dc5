// SPDX-License-Identifier: MIT
// System calls that only one machine has: the HAL answers them.

#include <core/proc.h>
#include <core/syscall.h>
#include <core/upcall.h>
#include <hal/thread.h>

bool core_go_on(void)
{
	resched_point();
	return !signal_fatal_pending();
}

SYSCALL(arch_prctl)
{
	return hal_private_call(HAL_CALL_ARCH_PRCTL, args->arg);
}

SYSCALL(riscv_flush_icache)
{
	return hal_private_call(HAL_CALL_RISCV_FLUSH_ICACHE, args->arg);
}

SYSCALL(riscv_hwprobe)
{
	return hal_private_call(HAL_CALL_RISCV_HWPROBE, args->arg);
}
