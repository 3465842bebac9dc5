// SPDX-License-Identifier: MIT
// The end: report once, through the emergency path, whatever is locked, and power off.

#include <core/init.h>
#include <core/lib/string.h>
#include <core/lockdep.h>
#include <core/panic.h>
#include <core/percpu.h>
#include <core/printk.h>
#include <core/symbols.h>
#include <core/thread.h>
#include <hal/debug.h>
#include <hal/regs.h>

#define BACKTRACE_MAX 32

static uint32_t panic_cpu = ~0u; /* the CPU that reports; ~0: nobody */
static bool halt;

bool panicking(void)
{
	return READ_ONCE(panic_cpu) != ~0u;
}

__noreturn void panic_stop_here(void)
{
	hal_cpu_park();
}

bool symbol_name(vaddr_t pc, char *buf, size_t n)
{
	size_t offset;
	const char *name = symbol_lookup(pc, &offset);

	if (!name)
		return false;
	snprintf(buf, n, "%s+0x%zx", name, offset);
	return true;
}

static __printf(1, 2) void say(const char *format, ...)
{
	char line[256];
	va_list ap;

	va_start(ap, format);
	int n = vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	hal_debug_write(line, MIN((size_t)n, sizeof(line) - 1));
}

static void say_line(const char *text)
{
	say("%s\n", text);
}

/* First in: report. Another CPU, or a second fault while reporting: stop quietly. */
static void begin(void)
{
	uint32_t nobody = ~0u, me = hal_cpu_local() ? hal_cpu_id() : 0;

	hal_irq_disable();
	if (!__atomic_compare_exchange_n(&panic_cpu, &nobody, me, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_SEQ_CST)) {
		if (nobody != me)
			hal_cpu_park();
		say("*** tern panic: again, while reporting\n");
		hal_power_off(1);
	}
	if (hal_cpu_local())
		for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
			if (cpu != me && sched_online() & 1ull << cpu)
				hal_ipi_send(cpu, HAL_IPI_STOP);
}

static void say_context(void)
{
	struct thread *t = hal_cpu_local() ? current : NULL;

	if (!t)
		return;
	say("cpu %u, thread %d \"%s\"%s%s\n", hal_cpu_id(), t->pid ? t->pid->number : 0, t->name,
	    t->process ? "" : " (kernel)", this_cpu()->irq_depth ? ", in interrupt" : "");
#ifdef TERN_DEBUG
	lockdep_show_held();
#endif
}

static void say_backtrace(const struct hal_regs *regs)
{
	vaddr_t pcs[BACKTRACE_MAX];
	unsigned int n = hal_backtrace(regs, pcs, BACKTRACE_MAX);

	say("backtrace:\n");
	for (unsigned int i = 0; i < n; i++)
		say("  %016lx %pS\n", pcs[i], (void *)pcs[i]);
}

static __noreturn void end(void)
{
	say("*** end of report\n");
	if (halt)
		hal_cpu_park();
	hal_power_off(1);
}

__noreturn void panic(const char *format, ...)
{
	char text[256];
	va_list ap;

	begin();
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	say("*** tern panic: %s\n", text);
	say_context();
	say_backtrace(NULL);
	end();
}

__noreturn void core_kernel_trap(struct hal_regs *regs, const char *what, vaddr_t address)
{
	const char *cause = hal_regs_cause(regs);

	begin();
	say("*** tern panic: %s at address %016lx, pc %016lx %pS\n", what, address,
	    hal_regs_pc(regs), (void *)hal_regs_pc(regs));
	if (cause)
		say("cause: %s\n", cause);
	say_context();
	hal_regs_dump(regs, say_line);
	say_backtrace(regs);
	if (hal_cpu_local() && current->mm)
		panic_show_memory(current, address, say_line);
	end();
}

static int set_panic(const char *value)
{
	if (!value || strcmp(value, "halt") != 0)
		return -22;
	halt = true;
	return 0;
}
BOOT_OPTION("tern.panic", set_panic);
