/* SPDX-License-Identifier: MIT */
/*
 * hal/vdso.h - the vDSO: a small ELF shared object that every process has mapped, and the data
 * page it reads.
 *
 * Core maps, at a random place of every new address space, HAL_VDSO_DATA_PAGES page(s) read-only
 * that hold struct hal_vdso_data, and right above the image, read and execute. The image exports
 * Linux's names and versions for the machine (x86_64: __vdso_* with LINUX_2.6; arm64: __kernel_*
 * with LINUX_2.6.39; riscv64: __vdso_* and __kernel/__vdso_rt_sigreturn with LINUX_4.15) and
 * carries DT_HASH.
 */
#ifndef HAL_VDSO_H
#define HAL_VDSO_H

#include <hal/types.h>

#define HAL_VDSO_DATA_PAGES 1

/* What the vDSO's clocks read; one writer (core's time keeping), readers retry while seq is odd or
 * has changed. */
struct hal_vdso_data {
	uint32_t seq;
	uint32_t
		usable; /* 0: the counter may not be read from user mode; fall back to the system call */
	uint64_t counter_base; /* counter value at which the two times below hold */
	uint64_t mult;	       /* ns = ((counter - counter_base) * mult) >> shift */
	uint32_t shift;
	uint32_t pad;
	uint64_t monotonic_ns; /* CLOCK_MONOTONIC at counter_base */
	uint64_t realtime_ns;  /* CLOCK_REALTIME at counter_base */
	uint64_t coarse_monotonic_ns;
	uint64_t coarse_realtime_ns;
};

/* The image: page-aligned in the kernel's read-only data, size in bytes. */
const void *hal_vdso_image(size_t *size);

#endif
