/* SPDX-License-Identifier: MIT */
/* Sizes and limits of x86_64, and its address space: user | linear map | core's kernel range |
 * (KASAN shadow) | image. */
#ifndef HAL_ARCH_ARCH_H
#define HAL_ARCH_ARCH_H

#define HAL_PAGE_SHIFT 12
#define HAL_MAX_CPUS   64
#define HAL_CACHE_LINE 64

/* Are misaligned loads and stores of the kernel as good as aligned ones? */
#define HAL_UNALIGNED_ACCESS 1
#ifdef TERN_KASAN
#define HAL_STACK_SIZE 32768
#else
#define HAL_STACK_SIZE 16384
#endif

/* All of RAM, at its physical address plus this. */
#define HAL_LINEAR_START 0xffff800000000000ul
#define HAL_LINEAR_END	 0xffffc00000000000ul

/* Core's: kernel stacks, vmalloc, MMIO. One entry of the top-level table. */
#define HAL_KERNEL_VM_START 0xffffc00000000000ul
#define HAL_KERNEL_VM_END   0xffffc08000000000ul

/* The image: its link address minus its physical address. */
#define HAL_IMAGE_START 0xffffffff80000000ul

#define HAL_USER_MIN 0x10000ul

#endif
