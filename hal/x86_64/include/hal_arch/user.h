/* SPDX-License-Identifier: MIT */
/* Inline half of hal/user.h. The last page below the canonical hole is never mapped: SYSRET to its
 * end would fault in the kernel. */
#ifndef HAL_ARCH_USER_H
#define HAL_ARCH_USER_H

#include <hal/types.h>

#define HAL_USER_END_ 0x7ffffffff000ul

static inline vaddr_t hal_user_end(void)
{
	return HAL_USER_END_;
}

static inline vaddr_t hal_untag(vaddr_t address)
{
	return address;
}

static inline bool hal_user_range(const void __user *p, size_t n)
{
	return n <= HAL_USER_END_ && hal_user_addr(p) <= HAL_USER_END_ - n;
}

#endif
