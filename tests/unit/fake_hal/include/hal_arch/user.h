/* SPDX-License-Identifier: MIT */
/* hal_arch/user.h (host): user addresses are those of the fake page tables, below 128 TiB. */
#ifndef HAL_ARCH_USER_H
#define HAL_ARCH_USER_H

#include <hal/types.h>

static inline vaddr_t hal_user_end(void)
{
	return 0x7ffffffff000ul;
}

static inline vaddr_t hal_untag(vaddr_t address)
{
	return address;
}

static inline bool hal_user_range(const void __user *p, size_t n)
{
	return n <= hal_user_end() && hal_user_addr(p) <= hal_user_end() - n;
}

#endif
