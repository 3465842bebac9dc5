// SPDX-License-Identifier: MIT
// ACPI tables as firmware gives them, cut off, and damaged: what is wrong is not found, and nothing
// outside a table is read (ASan).
// sources: hal/common/acpi.c hal/common/mc146818.c

#include "../../test.h"
#include <common/acpi.h>
#include <common/rtc.h>
#include <stdlib.h>

// A "physical" memory of a few pages; maps are exact copies, so that ASan sees a step over the end.
static uint8_t memory[8192];
static void *maps[4096];
static unsigned int map_count;

static const void *map(paddr_t pa, size_t n)
{
	if (pa > sizeof(memory) || n > sizeof(memory) - pa || map_count == 4096)
		return NULL;
	maps[map_count] = malloc(n ? n : 1);
	memcpy(maps[map_count], memory + pa, n);
	return maps[map_count++];
}

static void forget(void)
{
	while (map_count)
		free(maps[--map_count]);
}

static void sum(void *table, size_t n, size_t at)
{
	uint8_t *bytes = table, total = 0;

	bytes[at] = 0;
	for (size_t i = 0; i < n; i++)
		total = (uint8_t)(total + bytes[i]);
	bytes[at] = (uint8_t)-total;
}

static void put(paddr_t pa, const char *signature, const void *body, uint32_t n)
{
	struct acpi_header header = {.length = (uint32_t)sizeof(header) + n, .revision = 1};

	memcpy(header.signature, signature, 4);
	memcpy(memory + pa, &header, sizeof(header));
	if (n)
		memcpy(memory + pa + sizeof(header), body, n);
	sum(memory + pa, header.length, 9);
}

// RSDP at 0, XSDT at 0x100, FADT at 0x200, DSDT at 0x400, MADT at 0x600.
static void build(void)
{
	static const uint8_t dsdt[] = {0x08, '_', 'S', '5', '_', 0x12, 0x08, 4, 0x0a, 5, 0x0a, 6,
				       0,    0,	  0,   0,   0,	 0,    0,    0, 0,    0, 0,    0};
	static const uint8_t madt[] = {0, 0,  0xe0, 0xfe, 1, 0, 0,    0, // address, flags
				       0, 8,  0,    0,	  1, 0, 0,    0, // CPU 0
				       0, 8,  1,    1,	  1, 0, 0,    0, // CPU 1
				       1, 12, 0,    0,	  0, 0, 0xc0, 0xfe, 0, 0, 0, 0};
	uint64_t tables[] = {0x200, 0x600};
	uint8_t fadt[112] = {0};
	uint64_t xsdt = 0x100;
	uint32_t words[] = {0x400};

	memset(memory, 0, sizeof(memory));
	memcpy(memory, "RSD PTR ", 8);
	memory[15] = 2;
	memcpy(memory + 24, &xsdt, 8);
	sum(memory, 20, 8);
	sum(memory, 36, 32);
	memcpy(fadt + 4, words, 4); // DSDT
	fadt[64 - 36] = 0x04;	    // PM1a at 0x604
	fadt[65 - 36] = 0x06;
	put(0x100, "XSDT", tables, sizeof(tables));
	put(0x200, "FACP", fadt, sizeof(fadt));
	put(0x400, "DSDT", dsdt, sizeof(dsdt));
	put(0x600, "APIC", madt, sizeof(madt));
}

TEST(tables_are_found_and_walked)
{
	const struct acpi_madt_entry *entry = NULL;
	struct acpi_soft_off off = {0};
	unsigned int kinds[2] = {0};

	build();
	REQUIRE(acpi_use_rsdp(memory, 36, map));
	REQUIRE(acpi_find("APIC"));
	CHECK(!acpi_find("HPET"));
	const struct acpi_header *madt = acpi_find("APIC");
	for (entry = NULL; (entry = acpi_madt_next(madt, entry));)
		kinds[entry->type & 1]++;
	CHECK(kinds[0] == 2 && kinds[1] == 1);
	CHECK(acpi_find_soft_off(&off));
	CHECK(off.pm1a_port == 0x604 && off.pm1a_value == (5 << 10 | 1 << 13) &&
	      off.pm1b_value == (6 << 10 | 1 << 13));
	forget();
}

TEST(an_rsdp_must_add_up)
{
	build();
	memory[3] ^= 1;
	CHECK(!acpi_use_rsdp(memory, 36, map));
	build();
	memory[9] ^= 1;
	CHECK(!acpi_use_rsdp(memory, 36, map));
	CHECK(!acpi_use_rsdp(memory, 19, map));
	forget();
}

TEST(a_damaged_table_is_not_there)
{
	build();
	memory[0x600 + 40] ^= 0xff;
	REQUIRE(acpi_use_rsdp(memory, 36, map));
	CHECK(!acpi_find("APIC"));
	build();
	memory[0x600 + 4] = 10; // shorter than a header
	CHECK(!acpi_find("APIC"));
	build();
	memory[0x604 + 3] = 0x7f; // 2 GiB long
	CHECK(!acpi_find("APIC"));
	forget();
}

// Every byte of every table changed, with the sums made right again: found or not, nothing is read
// outside.
TEST(any_byte_may_be_wrong)
{
	static const struct {
		paddr_t pa;
		const char *name;
	} tables[] = {{0x100, "XSDT"}, {0x200, "FACP"}, {0x400, "DSDT"}, {0x600, "APIC"}};
	unsigned int walked = 0;

	for (unsigned int t = 0; t < 4; t++) {
		build();
		uint32_t length = memory[tables[t].pa + 4];

		for (uint32_t i = 4; i < length; i++) {
			static const uint8_t values[] = {0, 1, 0x7f, 0x80, 0xff};

			for (unsigned int v = 0; v < sizeof(values); v++) {
				struct acpi_soft_off off;
				const struct acpi_header *madt;
				const struct acpi_madt_entry *entry = NULL;

				build();
				memory[tables[t].pa + i] = values[v];
				uint32_t now = memory[tables[t].pa + 4];
				sum(memory + tables[t].pa, now, 9);
				if (!acpi_use_rsdp(memory, 36, map))
					continue;
				(void)acpi_find_soft_off(&off);
				madt = acpi_find("APIC");
				while (madt && (entry = acpi_madt_next(madt, entry)))
					walked++;
				forget();
			}
		}
	}
	CHECK(walked > 1000);
}

/* ---- the clock chip ---- */

static uint8_t cmos[128];
static uint8_t read_cmos(uint8_t reg)
{
	return cmos[reg & 127];
}

static uint64_t clock_says(uint8_t mode, uint8_t s, uint8_t m, uint8_t h, uint8_t day,
			   uint8_t month, uint8_t year, uint8_t century)
{
	uint64_t seconds = 0;

	cmos[0] = s;
	cmos[2] = m;
	cmos[4] = h;
	cmos[7] = day;
	cmos[8] = month;
	cmos[9] = year;
	cmos[0x0b] = mode;
	cmos[0x32] = century;
	return mc146818_read(read_cmos, &seconds) ? 0 : seconds;
}

TEST(the_battery_clock)
{
	CHECK(clock_says(2, 0x59, 0x59, 0x23, 0x31, 0x12, 0x99, 0x19) == 946684799);
	CHECK(clock_says(6, 0, 0, 0, 29, 2, 24, 20) == 1709164800);
	CHECK(clock_says(0, 0, 0, 0x80 | 0x12, 0x01, 0x01, 0x70, 0x19) == 12 * 3600); // noon
	CHECK(clock_says(0, 0, 0, 0x12, 0x01, 0x01, 0x70, 0x19) == 0);		      // midnight
	CHECK(clock_says(6, 0, 0, 0, 0, 0, 0, 20) == 0); // no date at all
	cmos[0x0a] = 0x80;
	CHECK(clock_says(6, 0, 0, 0, 1, 1, 26, 20) == 0); // forever updating
	cmos[0x0a] = 0;
}
