// SPDX-License-Identifier: MIT
// The other CPUs: counted in the MADT, started one after the other by INIT and startup IPIs.

#include <common/acpi.h>
#include <core/lib/string.h>
#include <core/upcall.h>
#include <hal/boot.h>
#include <x86_64/boot.h>
#include <x86_64/cpu.h>

#define EIO	     5
#define ICR_INIT     0x4500u
#define ICR_STARTUP  0x4600u
#define MADT_LAPIC   0
#define MADT_X2APIC  9
#define MADT_ENABLED 1

uint64_t ap_stack;
unsigned int ap_number;
static paddr_t trampoline;

void smp_reserve(paddr_t page)
{
	trampoline = page;
}

static void add_cpu(uint32_t id, uint32_t flags)
{
	if (!(flags & MADT_ENABLED) || id == cpus[0].apic_id || cpu_count == HAL_MAX_CPUS)
		return;
	for (unsigned int i = 1; i < cpu_count; i++)
		if (cpus[i].apic_id == id)
			return;
	cpus[cpu_count++].apic_id = id;
}

void smp_boot(void)
{
	const struct acpi_header *madt = acpi_find("APIC");
	const struct acpi_madt_entry *entry = NULL;
	uint32_t id, flags;

	if (!madt || !trampoline)
		return;
	while ((entry = acpi_madt_next(madt, entry))) {
		if (entry->type == MADT_LAPIC && entry->length >= 8) {
			memcpy(&flags, entry->data + 2, 4);
			add_cpu(entry->data[1], flags);
		} else if (entry->type == MADT_X2APIC && entry->length >= 16 &&
			   cpu_features.x2apic) {
			memcpy(&id, entry->data + 2, 4);
			memcpy(&flags, entry->data + 6, 4);
			add_cpu(id, flags);
		}
	}
}

static void put(char *copy, const char *symbol, uint64_t value, size_t size)
{
	memcpy(copy + (symbol - trampoline_start), &value, size);
}

static void copy_trampoline(void)
{
	char *copy = hal_phys_to_virt(trampoline);

	memcpy(copy, trampoline_start, (size_t)(trampoline_end - trampoline_start));
	put(copy, trampoline_root, (uint64_t)boot_pml4, 4);
	put(copy, trampoline_far, trampoline + (uint64_t)(trampoline64 - trampoline_start), 4);
	put(copy, trampoline_gdtr + 2, trampoline + (uint64_t)(trampoline_gdt - trampoline_start),
	    4);
	put(copy, trampoline_entry, (uint64_t)ap_high, 8);
}

static bool wait_online(struct hal_cpu *cpu, unsigned int us)
{
	for (; us; us--) {
		if (__atomic_load_n(&cpu->online, __ATOMIC_ACQUIRE))
			return true;
		time_delay_us(1);
	}
	return __atomic_load_n(&cpu->online, __ATOMIC_ACQUIRE);
}

int hal_cpu_start(unsigned int id, struct hal_thread *thread, void *irq_stack,
		  void *emergency_stack)
{
	struct hal_cpu *cpu = &cpus[id];

	if (!trampoline || id == 0 || id >= cpu_count)
		return -EIO;
	copy_trampoline();
	cpu->idle = thread;
	ap_stack = thread->stack_top;
	ap_number = id;
	cpu->irq_stack = (uint64_t)irq_stack;
	cpu->emergency_stack = (uint64_t)emergency_stack;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);

	apic_command(cpu->apic_id, ICR_INIT);
	time_delay_us(10);
	apic_command(cpu->apic_id, ICR_STARTUP | (uint32_t)(trampoline >> 12));
	if (!wait_online(cpu, 300))
		apic_command(cpu->apic_id, ICR_STARTUP | (uint32_t)(trampoline >> 12));
	if (!wait_online(cpu, 1000000))
		return -EIO;
	time_check_warp();
	return 0;
}

void ap_start(unsigned int id)
{
	struct hal_cpu *cpu = &cpus[id];

	cpu_setup(id);
	cpu->head.current = cpu->idle;
	cpu_set_stack(cpu, cpu->idle->stack_top);
	apic_cpu_setup();
	tlb_cpu_setup(cpu);
	__atomic_store_n(&cpu->online, true, __ATOMIC_RELEASE);
	time_check_warp();
	core_secondary(id);
}

void hal_cpu_set_local(void *local)
{
	this_cpu()->head.local = local;
}

void hal_cpu_idle(void)
{
	// STI holds interrupts off for one more instruction.
	__asm__ volatile("sti; hlt; cli" : : : "memory");
}

void hal_cpu_park(void)
{
	for (;;)
		__asm__ volatile("cli; hlt" : : : "memory");
}
