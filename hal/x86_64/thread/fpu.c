// SPDX-License-Identifier: MIT
// FP and SIMD state: XSAVE in its standard format, sized by CPUID, or FXSAVE where there is no
// XSAVE. The kernel itself never uses it.

#include <core/lib/string.h>
#include <hal/thread.h>
#include <hal/user.h>
#include <x86_64/cpu.h>
#include <x86_64/fpu.h>

// x87, SSE, AVX and AVX-512: what user code gets. PKRU stays off with CR4.PKE, AMX needs a
// permission that does not exist.
#define XCR0_WANTED  0xe7ul
#define XSAVE_HEADER 64
#define EFAULT	     14

struct fpu_info fpu_info = {.size = FPU_LEGACY};

// What a program starts with. XSTATE_BV is 0: every component in its initial state; but MXCSR is
// taken from here all the same.
static const uint8_t initial[FPU_LEGACY + XSAVE_HEADER] __aligned_to(64) = {
	[FPU_CONTROL] = 0x7f, [FPU_CONTROL + 1] = 0x03, [FPU_MXCSR] = 0x80, [FPU_MXCSR + 1] = 0x1f};

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

void fpu_cpu_setup(void)
{
	uint32_t mxcsr = 0x1f80;

	if (cpu_features.xsave)
		xsetbv(fpu_info.features);
	__asm__ volatile("fninit; ldmxcsr %0" : : "m"(mxcsr));
	// Known only after XCR0 is set.
	if (hal_cpu_id() == 0 && cpu_features.xsave)
		fpu_info.size = cpuid(0xd, 0).ebx;
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

void fpu_save_now(struct hal_thread *thread)
{
	unsigned long flags = hal_irq_save();

	fpu_save(thread->fpu);
	hal_irq_restore(flags);
}

void fpu_restore(const void *area)
{
	if (cpu_features.xsave)
		__asm__ volatile("xrstor64 (%0)" : : "r"(area), "a"(~0u), "d"(~0u) : "memory");
	else
		__asm__ volatile("fxrstor64 (%0)" : : "r"(area) : "memory");
}

void fpu_prepare_area(void *area)
{
	// XSAVE writes all but the header's reserved bytes, which XRSTOR insists on.
	memset((uint8_t *)area + FPU_LEGACY, 0, cpu_features.xsave ? XSAVE_HEADER : 0);
}

void fpu_load_init(struct hal_thread *thread)
{
	unsigned long flags = hal_irq_save();

	fpu_restore(initial);
	thread->fpu_valid = thread->fpu;
	hal_irq_restore(flags);
}

int fpu_save_user(vaddr_t area)
{
	if (!cpu_features.xsave)
		return fpu_fxsave_user(area);
	if (hal_zero_user(hal_user_ptr(void, area + FPU_LEGACY), XSAVE_HEADER))
		return -EFAULT;
	return fpu_xsave_user(area);
}

int fpu_restore_user(vaddr_t area, bool whole)
{
	if (whole)
		return fpu_xrstor_user(area);
	// x87 and SSE as they are there, the rest as a program starts with.
	if (cpu_features.xsave)
		fpu_load_init(hal_thread_current());
	return fpu_fxrstor_user(area);
}
