/* SPDX-License-Identifier: MIT */
/* hal_arch/arch.h (template) - sizes, and the layout of the kernel's half of the address space. */
#ifndef HAL_ARCH_ARCH_H
#define HAL_ARCH_ARCH_H

#define HAL_PAGE_SHIFT 12
#define HAL_MAX_CPUS   64
#define HAL_CACHE_LINE 64

/* Are misaligned loads and stores of the kernel as good as aligned ones? */
#define HAL_UNALIGNED_ACCESS 0

#ifdef TERN_KASAN
#define HAL_STACK_SIZE 32768
#else
#define HAL_STACK_SIZE 16384
#endif

/* FILL IN: where the linear map begins (KASAN's shadow, the image and the range below must not
 * overlap it), and 64 GiB for core's own mappings. */
#define HAL_LINEAR_BASE	    0xffff800000000000
#define HAL_LINEAR_SIZE	    0x0000010000000000
#define HAL_KERNEL_VM_START 0xffffa00000000000
#define HAL_KERNEL_VM_END   0xffffa01000000000

#define HAL_USER_MIN 0x10000 /* lowest address that mmap without MAP_FIXED gives out */

#endif
