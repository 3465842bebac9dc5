/* SPDX-License-Identifier: MIT */
/*
 * hal_arch/arch.h (arm64) - sizes, and the layout of the kernel's half of the address space
 * (TTBR1, 48 bits):
 *
 *   0xffff0000_00000000  linear map: physical address + HAL_LINEAR_BASE, 128 TiB
 *   0xffff8000_00000000  the kernel's own mappings: stacks, vmalloc, MMIO; 512 GiB
 *   0xffffdfff_00000000  KASAN's shadow of all this, 32 TiB
 *   0xffffffff_80000000  the kernel's image
 *   0xffffffff_c0000000  device registers of the HAL itself
 */
#ifndef HAL_ARCH_ARCH_H
#define HAL_ARCH_ARCH_H

#define HAL_PAGE_SHIFT 12
#define HAL_MAX_CPUS   64
#define HAL_CACHE_LINE 64

/* Are misaligned loads and stores of the kernel as good as aligned ones? */
#define HAL_UNALIGNED_ACCESS 1

#ifdef TERN_KASAN
#define HAL_STACK_SHIFT 15
#else
#define HAL_STACK_SHIFT 14
#endif
#define HAL_STACK_SIZE (1 << HAL_STACK_SHIFT)

#define HAL_LINEAR_BASE	    0xffff000000000000
#define HAL_LINEAR_SIZE	    0x0000800000000000
#define HAL_KERNEL_VM_START 0xffff800000000000
#define HAL_KERNEL_VM_END   0xffff808000000000
#define HAL_IMAGE_BASE	    0xffffffff80000000
#define HAL_REGISTERS_BASE  0xffffffffc0000000 /* 512 MiB */

#define HAL_USER_BITS 48
#define HAL_USER_MIN  0x1000 /* lowest address that mmap without MAP_FIXED gives out */

#endif
