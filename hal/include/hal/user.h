/* SPDX-License-Identifier: MIT */
/*
 * hal/user.h - access to user memory, the only code that dereferences a user pointer.
 *
 * Every function checks that the whole range lies below hal_user_end() and opens the user window
 * (SMAP, PAN, SUM) once. A fault calls core_fault(), which may page in and sleep; when it cannot,
 * the copy stops. The _nofault forms never call core_fault() and never sleep: they may be used
 * under spinlocks. All the others: interrupts on, no spinlock, no RCU section.
 */
#ifndef HAL_USER_H
#define HAL_USER_H

#include <hal/types.h>

/* Copy n bytes; return the number of bytes NOT copied (0: success), counted exactly to the byte
 * where the fault was. */
__must_check size_t hal_copy_from_user(void *to, const void __user *from, size_t n);
__must_check size_t hal_copy_to_user(void __user *to, const void *from, size_t n);
__must_check size_t hal_zero_user(void __user *to, size_t n);
__must_check size_t hal_copy_from_user_nofault(void *to, const void __user *from, size_t n);
__must_check size_t hal_copy_to_user_nofault(void __user *to, const void *from, size_t n);

/* Copy a string of at most n bytes with its NUL: its length without the NUL, n if there is no NUL
 * in n bytes, or -EFAULT. */
__must_check long hal_string_from_user(char *to, const char __user *from, size_t n);

/* One aligned or unaligned value, through to/from: 0 or -EFAULT. size 1, 2, 4, 8 known at compile
 * time gives one load or store. */
__must_check int hal_get_user8(uint8_t *to, const void __user *from);
__must_check int hal_get_user32(uint32_t *to, const void __user *from);
__must_check int hal_get_user64(uint64_t *to, const void __user *from);
__must_check int hal_put_user32(void __user *to, uint32_t value);
__must_check int hal_put_user64(void __user *to, uint64_t value);

/* Futex words, 4-byte aligned (the caller checks). Sequentially consistent. 0 or -EFAULT; the old
 * value goes to *seen. _nofault forms: for use under the futex bucket's spinlock. */
__must_check int hal_user_load32_nofault(uint32_t *seen, const uint32_t __user *word);
__must_check int hal_user_cmpxchg32_nofault(uint32_t *seen, uint32_t __user *word,
					    uint32_t expected, uint32_t desired);
__must_check int hal_user_cmpxchg32(uint32_t *seen, uint32_t __user *word, uint32_t expected,
				    uint32_t desired);

/*
 * Inline half, <hal_arch/user.h>:
 *   vaddr_t hal_user_end(void);                       first address that is never a user's
 *   vaddr_t hal_untag(vaddr_t address);               strip a pointer tag (arm64 top byte); identity elsewhere
 *   bool hal_user_range(const void __user *p, size_t n);  does [p, p+n) lie below hal_user_end(), without wrapping
 */
#include <hal_arch/user.h>

#endif
