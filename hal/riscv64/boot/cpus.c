// SPDX-License-Identifier: MIT
// The harts: which there are and what they can do, starting them, interrupting them.

#include <common/fdt.h>
#include <core/lib/string.h>
#include <core/upcall.h>
#include <hal/boot.h>
#include <hal/debug.h>
#include <hal_arch/pte.h>
#include <riscv/cpu.h>
#include <riscv/sbi.h>

#define EIO 5

#define SBI_HSM_START 0

struct hal_cpu riscv_cpus[HAL_MAX_CPUS];
unsigned int riscv_cpu_total;
uint64_t riscv_cpus_online;

static const char *isa = "rv64imafdc"; // of all harts: they are alike
static unsigned long hwcap;

void riscv_start_secondary(void); // physical entry, in start.S

// "rv64imafdch_zicsr_sstc": single letters up to the first underscore, then names.
bool riscv_isa_has(const char *name)
{
	size_t n = strlen(name);
	const char *at = isa + 4;

	if (n == 1) {
		for (; *at && *at != '_'; at++)
			if (*at == *name)
				return true;
		return false;
	}
	while ((at = strchr(at, '_'))) {
		at++;
		if (strncmp(at, name, n) == 0 && (at[n] == '_' || at[n] == '\0'))
			return true;
	}
	return false;
}

static bool find_isa(const struct dt_node *node, void *context)
{
	const char *text = dt_string(node, "riscv,isa");

	(void)context;
	if (!text || strncmp(text, "rv64", 4) != 0)
		return false;
	isa = text;
	return true;
}

void riscv_cpus_init(unsigned long boot_hartid)
{
	static uint64_t ids[HAL_MAX_CPUS];
	unsigned int n = dt_cpus(ids, HAL_MAX_CPUS);

	riscv_cpu_total = 1;
	for (unsigned int i = 0; i < n && i < HAL_MAX_CPUS && riscv_cpu_total < HAL_MAX_CPUS; i++)
		if (ids[i] != boot_hartid)
			riscv_cpus[riscv_cpu_total++].hartid = ids[i];
	for (unsigned int i = 0; i < riscv_cpu_total; i++)
		riscv_cpus[i].id = i;

	dt_walk(find_isa, NULL);
	for (const char *c = "imafdc"; *c; c++) {
		char name[2] = {*c, '\0'};

		if (!riscv_isa_has(name))
			hal_boot_fail("this CPU is not an rv64imafdc");
		hwcap |= 1ul << (*c - 'a');
	}
}

unsigned int riscv_cpu_of_hart(unsigned long hartid)
{
	for (unsigned int i = 0; i < riscv_cpu_total; i++)
		if (riscv_cpus[i].hartid == hartid)
			return i;
	return HAL_MAX_CPUS;
}

int hal_cpu_start(unsigned int cpu, struct hal_thread *thread, void *irq_stack,
		  void *emergency_stack)
{
	struct hal_cpu *block = &riscv_cpus[cpu];
	long error;

	block->irq_stack = irq_stack;
	block->emergency_stack = emergency_stack;
	block->first = thread;
	thread->hal = block;
	thread->cpu = cpu;
	thread->local = NULL;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	// The hart starts with translation off: the entry is a physical address, its argument a
	// virtual one.
	error = sbi_call(SBI_HSM, SBI_HSM_START, block->hartid,
			 hal_virt_to_phys((const void *)riscv_start_secondary),
			 (unsigned long)block, 0, 0)
			.error;
	return error ? -EIO : 0;
}

void hal_cpu_set_local(void *local)
{
	hal_thread_current()->local = local;
}

void hal_ipi_send(unsigned int cpu, enum hal_ipi kind)
{
	// Someone who set a bit before us has sent the interrupt that will find ours too.
	if (__atomic_fetch_or(&riscv_cpus[cpu].ipis, 1u << kind, __ATOMIC_SEQ_CST) == 0)
		sbi_call(SBI_IPI, 0, 1, riscv_cpus[cpu].hartid, 0, 0, 0);
}

void riscv_ipi_handle(void)
{
	unsigned int kinds;

	csr_clear(sip, 1ul << IRQ_SOFT);
	kinds = __atomic_exchange_n(&this_cpu()->ipis, 0, __ATOMIC_SEQ_CST);
	for (unsigned int kind = 0; kinds; kind++, kinds >>= 1)
		if (kinds & 1)
			core_ipi((enum hal_ipi)kind);
}

void hal_cpu_idle(void)
{
	// WFI wakes for a pending interrupt also while they are off.
	__asm__ volatile("wfi" : : : "memory");
	hal_irq_enable();
	hal_irq_disable();
}

__noreturn void hal_cpu_park(void)
{
	hal_irq_disable();
	csr_write(sie, 0);
	for (;;)
		__asm__ volatile("wfi" : : : "memory");
}

size_t hal_entropy(void *buf, size_t n)
{
	// Only what the firmware left in the device tree, once.
	return dt_take_seed(buf, n);
}

unsigned long hal_hwcap(unsigned int which)
{
	return which == 0 ? hwcap : 0;
}

const char *hal_platform(void)
{
	return NULL;
}

// ---- /proc/cpuinfo ----

struct text {
	char *at;
	size_t left, length;
};

static void put(struct text *t, const char *s)
{
	for (; *s; s++) {
		if (t->left) {
			*t->at++ = *s;
			t->left--;
		}
		t->length++;
	}
}

static void put_number(struct text *t, unsigned long value, unsigned int base)
{
	char digits[24];
	unsigned int i = sizeof(digits);

	digits[--i] = '\0';
	do
		digits[--i] = "0123456789abcdef"[value % base];
	while (value /= base);
	put(t, &digits[i]);
}

unsigned long riscv_machine_id(unsigned int which)
{
	// The base extension's functions 4 to 6: mvendorid, marchid, mimpid.
	return (unsigned long)sbi_call(SBI_BASE, 4 + which, 0, 0, 0, 0, 0).value;
}

size_t hal_cpu_describe(unsigned int cpu, char *buf, size_t n)
{
	static const char *const ids[] = {"mvendorid\t: 0x", "marchid\t\t: 0x", "mimpid\t\t: 0x"};
	static const char *const names[] = {"zicbom",	"zicboz",      "zicntr",  "zicsr",
					    "zifencei", "zihintpause", "zihpm",	  "zba",
					    "zbb",	"zbc",	       "zbs",	  "sscofpmf",
					    "sstc",	"svinval",     "svnapot", "svpbmt"};
	struct text t = {.at = buf, .left = n};
	char had[2] = {0};

	put(&t, "processor\t: ");
	put_number(&t, cpu, 10);
	put(&t, "\nhart\t\t: ");
	put_number(&t, riscv_cpus[cpu].hartid, 10);
	put(&t, "\nisa\t\t: rv64");
	for (const char *c = "imafdc"; *c; c++) {
		had[0] = *c;
		put(&t, had);
	}
	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (riscv_isa_has(names[i])) {
			put(&t, "_");
			put(&t, names[i]);
		}
	}
	put(&t, riscv_mmu_levels == 4 ? "\nmmu\t\t: sv48\n" : "\nmmu\t\t: sv39\n");
	for (unsigned int i = 0; i < 3; i++) {
		put(&t, ids[i]);
		put_number(&t, riscv_machine_id(i), 16);
		put(&t, "\n");
	}
	return t.length < n ? t.length : n;
}
