/* SPDX-License-Identifier: MIT */
/* hal_arch/user.h (riscv64) - where user addresses end. */
#ifndef HAL_ARCH_USER_H
#define HAL_ARCH_USER_H

#include <hal/types.h>

/* 1 << 38 (Sv39) or 1 << 47 (Sv48), less a page, so that no access can run over the end; constant
 * after boot. */
extern vaddr_t hal_user_limit;

static inline vaddr_t hal_user_end(void)
{
	return hal_user_limit;
}

static inline vaddr_t hal_untag(vaddr_t address)
{
	return address;
}

static inline bool hal_user_range(const void __user *p, size_t n)
{
	vaddr_t end = hal_user_limit;

	return n <= end && hal_user_addr(p) <= end - n;
}

#endif
