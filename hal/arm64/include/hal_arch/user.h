/* SPDX-License-Identifier: MIT */
/* hal_arch/user.h (arm64) - where user addresses end. The top byte of a user pointer is a tag,
 * which the hardware ignores. */
#ifndef HAL_ARCH_USER_H
#define HAL_ARCH_USER_H

#include <hal/types.h>
#include <hal_arch/arch.h>

static inline vaddr_t hal_user_end(void)
{
	return 1ul << HAL_USER_BITS;
}

static inline vaddr_t hal_untag(vaddr_t address)
{
	/* Bit 55 says which half of the address space is meant, as for the hardware. */
	return (vaddr_t)((long)(address << 8) >> 8);
}

static inline bool hal_user_range(const void __user *p, size_t n)
{
	return n <= hal_user_end() && hal_untag(hal_user_addr(p)) <= hal_user_end() - n;
}

#endif
