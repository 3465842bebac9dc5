/* SPDX-License-Identifier: MIT */
/*
 * hal_arch/arch.h (riscv64) - sizes, and the layout of the kernel's half of the address space.
 *
 * Everything lies in the top 256 GiB, which Sv39 and Sv48 both have, so that all addresses are
 * constants:
 *
 *   0xffffffc0_00000000  linear map: 128 GiB, physical address + HAL_LINEAR_BASE (device registers
 * of the HAL too) 0xffffffe0_00000000  the kernel's own mappings: stacks, vmalloc, MMIO, 64 GiB
 *   0xffffffff_80000000  the kernel's image
 */
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

#define HAL_LINEAR_BASE	    0xffffffc000000000
#define HAL_LINEAR_SIZE	    0x0000002000000000
#define HAL_KERNEL_VM_START 0xffffffe000000000
#define HAL_KERNEL_VM_END   0xfffffff000000000
#define HAL_IMAGE_BASE	    0xffffffff80000000

#define HAL_USER_MIN 0x10000 /* lowest address that mmap without MAP_FIXED gives out */

#endif
