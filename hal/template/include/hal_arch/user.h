/* SPDX-License-Identifier: MIT */
/* hal_arch/user.h (template) - where user addresses end. */
#ifndef HAL_ARCH_USER_H
#define HAL_ARCH_USER_H

#include <hal/types.h>

/* FILL IN: a variable where it is known only at boot. A page less than the hardware has, so that no
 * access reaches across. */
static inline vaddr_t hal_user_end(void)
{
	return 0x00007ffffffff000;
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
