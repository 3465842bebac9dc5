/* SPDX-License-Identifier: MIT */
/* hal_arch/arch.h (the host, for unit tests): a machine of 16 CPUs whose "CPUs" are host threads.
 */
#ifndef HAL_ARCH_ARCH_H
#define HAL_ARCH_ARCH_H

#define HAL_PAGE_SHIFT 12
#define HAL_MAX_CPUS   16
#define HAL_CACHE_LINE 64

/* Are misaligned loads and stores of the kernel as good as aligned ones? */
#define HAL_UNALIGNED_ACCESS 0
#define HAL_STACK_SIZE	     16384

/* Host addresses that ASan leaves to programs; fake_hal.c reserves them. */
#define HAL_KERNEL_VM_START 0x200000000000ul
#define HAL_KERNEL_VM_END   0x201000000000ul

#define HAL_USER_MIN 0x10000ul

#endif
