// SPDX-License-Identifier: MIT
// I/O APICs: device lines are the MADT's global system interrupts, so line n is GSI n. The two old
// 8259 controllers are masked.

#include <common/acpi.h>
#include <common/lock.h>
#include <core/lib/string.h>
#include <core/upcall.h>
#include <hal/irq.h>
#include <x86_64/cpu.h>
#include <x86_64/regs.h>

#define IOAPICS_MAX 8
#define LINES_MAX   (VECTOR_DEVICE_END - VECTOR_DEVICE)
#define EINVAL	    22

#define ENTRY_LOW_ACTIVE 0x2000u
#define ENTRY_LEVEL	 0x8000u
#define ENTRY_MASKED	 0x10000u

static struct {
	volatile uint32_t *registers; // [0]: index, [4]: data
	unsigned int first, count;
} ioapics[IOAPICS_MAX];
static unsigned int ioapic_count, line_count;
static uint32_t lines[LINES_MAX]; // low word of each redirection entry [lock]
static uint8_t isa_line[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
static struct hal_lock lock;

static uint32_t read(unsigned int chip, uint32_t index)
{
	ioapics[chip].registers[0] = index;
	return ioapics[chip].registers[4];
}

static void write(unsigned int chip, uint32_t index, uint32_t value)
{
	ioapics[chip].registers[0] = index;
	ioapics[chip].registers[4] = value;
}

// half 0: flags and vector; 1: destination
static void write_entry(unsigned int line, unsigned int half, uint32_t value)
{
	for (unsigned int i = 0; i < ioapic_count; i++)
		if (line - ioapics[i].first < ioapics[i].count)
			write(i, 0x10 + 2 * (line - ioapics[i].first) + half, value);
}

unsigned int hal_irq_count(void)
{
	return line_count;
}

static void set_masked(unsigned int line, bool masked)
{
	unsigned long flags;

	if (line >= line_count)
		return;
	flags = hal_lock(&lock);
	lines[line] = masked ? lines[line] | ENTRY_MASKED : lines[line] & ~ENTRY_MASKED;
	write_entry(line, 0, lines[line]);
	hal_unlock(&lock, flags);
}

void hal_irq_unmask(unsigned int line)
{
	set_masked(line, false);
}

void hal_irq_mask(unsigned int line)
{
	set_masked(line, true);
}

int hal_irq_route(unsigned int line, unsigned int cpu)
{
	unsigned long flags;

	if (line >= line_count || cpu >= cpu_count || cpus[cpu].apic_id > 0xff)
		return -EINVAL;
	flags = hal_lock(&lock);
	write_entry(line, 1, cpus[cpu].apic_id << 24);
	hal_unlock(&lock, flags);
	return 0;
}

unsigned int ioapic_isa_line(unsigned int isa)
{
	return isa_line[isa] < line_count ? isa_line[isa] : HAL_IRQ_NONE;
}

static void add_ioapic(const struct acpi_madt_entry *entry)
{
	uint32_t address, first;
	unsigned int n = ioapic_count;

	if (entry->length < 12 || n == IOAPICS_MAX)
		return;
	memcpy(&address, entry->data + 2, 4);
	memcpy(&first, entry->data + 6, 4);
	ioapics[n].registers = mmu_fixmap(address, 32, true);
	if (!ioapics[n].registers || first >= LINES_MAX)
		return;
	ioapics[n].first = first;
	ioapics[n].count = (read(n, 1) >> 16 & 0xff) + 1;
	if (ioapics[n].count > LINES_MAX - first)
		ioapics[n].count = LINES_MAX - first;
	if (first + ioapics[n].count > line_count)
		line_count = first + ioapics[n].count;
	ioapic_count++;
}

// Interrupt source override: an ISA line's GSI, polarity and trigger.
static void add_override(const struct acpi_madt_entry *entry)
{
	uint16_t flags;
	uint32_t gsi;

	if (entry->length < 10 || entry->data[1] > 15)
		return;
	memcpy(&gsi, entry->data + 2, 4);
	memcpy(&flags, entry->data + 6, 2);
	if (gsi >= LINES_MAX)
		return;
	isa_line[entry->data[1]] = (uint8_t)gsi;
	lines[gsi] &= ~(ENTRY_LEVEL | ENTRY_LOW_ACTIVE);
	if ((flags & 3) == 3)
		lines[gsi] |= ENTRY_LOW_ACTIVE;
	if ((flags >> 2 & 3) == 3)
		lines[gsi] |= ENTRY_LEVEL;
}

static void mask_pics(void)
{
	// Initialise both to vectors of their own, since even masked they may raise spurious
	// interrupts.
	static const uint8_t words[2][5] = {{0x11, VECTOR_PIC, 4, 1, 0xff},
					    {0x11, VECTOR_PIC + 8, 2, 1, 0xff}};

	for (unsigned int i = 0; i < 5; i++) {
		out8(i ? 0x21 : 0x20, words[0][i]);
		out8(i ? 0xa1 : 0xa0, words[1][i]);
	}
}

void ioapic_boot(void)
{
	const struct acpi_header *madt = acpi_find("APIC");
	const struct acpi_madt_entry *entry = NULL;

	mask_pics();
	// PCI lines are level-triggered and active low, ISA lines edge and high.
	for (unsigned int i = 0; i < LINES_MAX; i++)
		lines[i] = (VECTOR_DEVICE + i) | ENTRY_MASKED |
			   (i < 16 ? 0 : ENTRY_LEVEL | ENTRY_LOW_ACTIVE);
	if (!madt)
		return;
	while ((entry = acpi_madt_next(madt, entry))) {
		if (entry->type == 1)
			add_ioapic(entry);
		else if (entry->type == 2)
			add_override(entry);
	}
	for (unsigned int i = 0; i < line_count; i++) {
		write_entry(i, 0, lines[i]);
		write_entry(i, 1, cpus[0].apic_id << 24);
	}
}
