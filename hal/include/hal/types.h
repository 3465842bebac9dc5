/* SPDX-License-Identifier: MIT */
/* hal/types.h - the scalar types and compiler words that both sides of the HAL share. */
#ifndef HAL_TYPES_H
#define HAL_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t paddr_t;      /* a physical address */
typedef unsigned long vaddr_t; /* a virtual address, user or kernel, as a number */

/* A pointer into user memory: only hal/user.h dereferences it. */
#ifdef __clang__
#define __user __attribute__((noderef, address_space(1)))
#else
#define __user
#endif

#define __must_check	__attribute__((warn_unused_result))
#define __noreturn	__attribute__((noreturn))
#define __printf(f, a)	__attribute__((format(printf, f, a)))
#define __aligned_to(n) __attribute__((aligned(n)))
#define __section(s)	__attribute__((section(s)))

/* Turn an integer from a register into a user pointer and back; the only two casts that do so. */
#define hal_user_ptr(type, value) ((type __user *)(unsigned long)(value))
#define hal_user_addr(pointer)	  ((vaddr_t)(pointer))

#endif
