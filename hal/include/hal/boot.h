/* SPDX-License-Identifier: MIT */
/*
 * hal/boot.h - what the firmware or boot loader told us, in one form for every machine.
 *
 * The HAL's boot code fills one struct hal_boot_info before it calls core_main(). By then:
 *  - the kernel runs at its link address (plus KASLR slide), W^X, with the whole of RAM in the
 *    linear map, whose granularity never changes afterwards; page tables for that came from RAM
 *    and are listed as HAL_MEM_KERNEL;
 *  - this CPU has its trap vectors, per-CPU block, interrupt and emergency stacks; interrupts are
 *    off;
 *  - the emergency serial port (hal/debug.h) works.
 * What the machine lacks and Tern needs (an unsupported CPU, no memory map, too little memory for
 * the page tables) has been reported in one line by hal_boot_fail() and the machine is off.
 */
#ifndef HAL_BOOT_H
#define HAL_BOOT_H

#include <hal/types.h>

#define HAL_MEM_REGIONS_MAX 64
#define HAL_CMDLINE_MAX	    2048

enum hal_mem_kind {
	HAL_MEM_RAM, /* usable now */
	HAL_MEM_KERNEL, /* RAM that holds the kernel image, boot page tables, the device tree: never given back */
	HAL_MEM_INITRD, /* RAM that holds the initramfs: usable once unpacked */
	HAL_MEM_BOOT, /* RAM that boot data occupies: usable once core_main has read hal_boot_info and the CPUs are up */
	HAL_MEM_RESERVED, /* not to be touched */
};

/* Sorted by base, never overlapping, page-aligned (RAM rounded inwards, all else outwards). */
struct hal_mem_region {
	paddr_t base;
	uint64_t size; /* bytes */
	enum hal_mem_kind kind;
};

struct hal_boot_info {
	struct hal_mem_region regions[HAL_MEM_REGIONS_MAX];
	unsigned int region_count;
	unsigned int
		cpu_count; /* CPUs that can be started, this one included; at most HAL_MAX_CPUS */
	char cmdline
		[HAL_CMDLINE_MAX]; /* NUL-terminated copy; cut off (and said so on the serial port) if it is longer */
	paddr_t initrd;	      /* physical address of the initramfs, exact; 0 when there is none */
	uint64_t initrd_size; /* bytes, exact */
	const char *loader;   /* "pvh", "multiboot2", "fdt": for the log */
};

/* The one instance. Any context. */
const struct hal_boot_info *hal_boot_info(void);

/* Give up at boot: print "tern: cannot boot: WHY" on the emergency serial port, wait until it is
 * sent, power off. */
__noreturn void hal_boot_fail(const char *why);

/*
 * Find the devices that need memory allocation or the kernel's mappings: interrupt controllers,
 * timers, serial port, RTC. Called once, on the boot CPU, after core's allocators work and before
 * interrupts are first enabled.
 */
void hal_boot_devices(void);

#endif
