// SPDX-License-Identifier: MIT
// FP and SIMD state: XSAVE in its standard format, sized by CPUID, or FXSAVE where there is no
// XSAVE. The kernel itself never uses it.

#include <core/lib/string.h>
#include <hal/boot.h>
#include <hal/thread.h>
#include <x86_64/cpu.h>
#include <x86_64/fpu.h>

// x87, SSE, AVX and AVX-512: what user code gets. PKRU stays off with CR4.PKE, AMX needs a
// permission that does not exist.
#define XCR0_WANTED  0xe7ul
#define FXSAVE_SIZE  512
#define XSAVE_HEADER 64

struct fpu_info fpu_info = {.size = FXSAVE_SIZE, .mxcsr_mask = 0xffbf};

static inline void xsetbv(uint64_t value)
{
	__asm__ volatile("xsetbv" : : "c"(0), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

void fpu_detect(void)
{
	struct cpuid leaf;

	if (!cpu_features.xsave)
		return;
	leaf = cpuid(0xd, 0);
	fpu_info.features = ((uint64_t)leaf.edx << 32 | leaf.eax) & XCR0_WANTED;
	// AVX-512's three parts go together, and with AVX.
	if ((fpu_info.features & 0xe4) != 0xe4)
		fpu_info.features &= ~0xe0ul;
}

// Size and mask can be asked only after XCR0 is set.
static void measure(void)
{
	static uint8_t area[FXSAVE_SIZE] __aligned_to(16);
	uint32_t mask;

	if (cpu_features.xsave)
		fpu_info.size = cpuid(0xd, 0).ebx;
	__asm__ volatile("fxsave64 %0" : "=m"(area));
	memcpy(&mask, area + 28, sizeof(mask));
	if (mask)
		fpu_info.mxcsr_mask = mask;
	if (fpu_info.size > FPU_SIZE_MAX)
		hal_boot_fail("the XSAVE area is larger than this kernel knows");
}

void fpu_cpu_setup(void)
{
	uint32_t mxcsr = 0x1f80;

	if (cpu_features.xsave)
		xsetbv(fpu_info.features);
	__asm__ volatile("fninit; ldmxcsr %0" : : "m"(mxcsr));
	if (hal_cpu_id() == 0)
		measure();
}

size_t hal_fpu_size(void)
{
	return fpu_info.size;
}

void fpu_save(void *area)
{
	if (cpu_features.xsave)
		__asm__ volatile("xsave64 (%0)" : : "r"(area), "a"(~0u), "d"(~0u) : "memory");
	else
		__asm__ volatile("fxsave64 (%0)" : : "r"(area) : "memory");
}

void fpu_restore(const void *area)
{
	if (cpu_features.xsave)
		__asm__ volatile("xrstor64 (%0)" : : "r"(area), "a"(~0u), "d"(~0u) : "memory");
	else
		__asm__ volatile("fxrstor64 (%0)" : : "r"(area) : "memory");
}

void fpu_init_area(void *area)
{
	uint16_t control = 0x37f;
	uint32_t mxcsr = 0x1f80;

	// XSTATE_BV 0: every component in its initial state. MXCSR is taken from the area even so.
	memset(area, 0, cpu_features.xsave ? FXSAVE_SIZE + XSAVE_HEADER : FXSAVE_SIZE);
	memcpy((uint8_t *)area + FPU_CONTROL, &control, sizeof(control));
	memcpy((uint8_t *)area + FPU_MXCSR, &mxcsr, sizeof(mxcsr));
}

void fpu_load_init(struct hal_thread *thread)
{
	if (!thread->fpu)
		return;
	thread->fpu_valid = false;
	fpu_init_area(thread->fpu);
	fpu_load(thread);
}

void fpu_load(struct hal_thread *thread)
{
	unsigned long flags = hal_irq_save();

	fpu_restore(thread->fpu);
	thread->fpu_valid = true;
	hal_irq_restore(flags);
}

bool fpu_check_area(void *area)
{
	uint64_t header[8];
	uint32_t mxcsr;

	memcpy(&mxcsr, (uint8_t *)area + FPU_MXCSR, sizeof(mxcsr));
	if (mxcsr & ~fpu_info.mxcsr_mask)
		return false;
	if (!cpu_features.xsave)
		return true;
	memcpy(header, (uint8_t *)area + FXSAVE_SIZE, sizeof(header));
	for (unsigned int i = 1; i < 8; i++)
		if (header[i])
			return false;
	return !(header[0] & ~fpu_info.features);
}
