// SPDX-License-Identifier: MIT
// The fake machine: 64 MiB of "RAM" behind a linear map, kernel mappings as real mappings of the
// same memory, user spaces as page tables that only hal/common/pagetable.c and the copy functions
// here read.

#define _GNU_SOURCE
#include "fake_hal.h"

#include <core/upcall.h>
#include <hal/boot.h>
#include <hal/mmu.h>
#include <hal/user.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

__thread unsigned int fake_cpu;
__thread bool fake_irqs_off;
__thread void *fake_local;
__thread struct hal_thread *fake_thread;
char *fake_ram;

static int ram_fd;
static struct hal_boot_info info = {
	.regions = {{FAKE_RAM_BASE, FAKE_RAM_SIZE, HAL_MEM_RAM}},
	.region_count = 1,
	.cpu_count = 4,
	.loader = "fake",
};

void fake_hal_start(void)
{
	ram_fd = memfd_create("ram", 0);
	if (ram_fd < 0 || ftruncate(ram_fd, (off_t)FAKE_RAM_SIZE))
		abort();
	fake_ram = mmap(NULL, FAKE_RAM_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, ram_fd, 0);
	if (fake_ram == MAP_FAILED)
		abort();
	if (mmap((void *)HAL_KERNEL_VM_START, HAL_KERNEL_VM_END - HAL_KERNEL_VM_START, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1,
		 0) == MAP_FAILED)
		abort();
}

const struct hal_boot_info *hal_boot_info(void)
{
	return &info;
}

__noreturn void hal_boot_fail(const char *why)
{
	printf("hal_boot_fail: %s\n", why);
	abort();
}

// ---- kernel mappings: page by page, the frame is remembered ----

#define VM_PAGES ((HAL_KERNEL_VM_END - HAL_KERNEL_VM_START) >> HAL_PAGE_SHIFT)
static uint32_t vm_frame[VM_PAGES]; // frame number - base + 1

static int fake_kernel_map(vaddr_t va, paddr_t pa, size_t n)
{
	for (size_t at = 0; at < n; at += 4096) {
		if (mmap((void *)(va + at), 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
			 ram_fd, (off_t)(pa + at - FAKE_RAM_BASE)) == MAP_FAILED)
			return -12;
		vm_frame[(va + at - HAL_KERNEL_VM_START) >> 12] =
			(uint32_t)((pa + at - FAKE_RAM_BASE) >> 12) + 1;
	}
	return 0;
}

// pagetable.c's kernel half works on page tables that nobody walks here: the tests' link replaces
// it.
int hal_kernel_map(vaddr_t va, paddr_t pa, size_t n, unsigned int rights, enum hal_memory_type type)
{
	(void)rights;
	(void)type;
	return fake_kernel_map(va, pa, n);
}

void hal_kernel_unmap(vaddr_t va, size_t n)
{
	if (mmap((void *)va, n, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED,
		 -1, 0) == MAP_FAILED)
		abort();
	memset(&vm_frame[(va - HAL_KERNEL_VM_START) >> 12], 0, (n >> 12) * sizeof(vm_frame[0]));
}

paddr_t hal_kernel_query(vaddr_t va)
{
	uint32_t frame = vm_frame[(va - HAL_KERNEL_VM_START) >> 12];

	return frame ? ((paddr_t)(frame - 1) << 12) + FAKE_RAM_BASE : 0;
}
