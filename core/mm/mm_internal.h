/* SPDX-License-Identifier: MIT */
/* mm_internal.h - what the files of core/mm say to one another. */
#ifndef CORE_MM_INTERNAL_H
#define CORE_MM_INTERNAL_H

#include <core/assert.h>
#include <core/page.h>
#include <core/types.h>

/* The kernel's own address range: first stacks, then vmalloc and device registers. */
#define KSTACK_START	   HAL_KERNEL_VM_START
#define KERNEL_AREAS_START (HAL_KERNEL_VM_START + (1ul << 30) * (HAL_STACK_SIZE / 16384))

/* reclaim.c: give back what caches hold beyond need. May sleep. */
void memory_reclaim(void);
/* After reclaim did not help: kill, then wait for memory; false: give up. May sleep. */
__must_check bool memory_wait(unsigned int attempt);

/* Debug builds: pretend that there is no memory, as tests ask. */
#ifdef TERN_DEBUG
bool memory_inject_failure(unsigned int gfp);
#else
static inline bool memory_inject_failure(__attribute__((unused)) unsigned int gfp)
{
	return false;
}
#endif

/* kstack.c, vmalloc.c: unmap cached stacks. May sleep. */
void kstack_drain(void);
void vmalloc_init(void);
size_t vmalloc_size(const void *p);

#endif
