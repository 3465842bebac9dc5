// SPDX-License-Identifier: MIT
// ACPI: from the RSDP to the tables (ACPI 6.5, chapter 5). What firmware wrote is checked for
// length and checksum before it is believed.

#include <common/acpi.h>
#include <core/lib/string.h>

#define RSDP_V1_SIZE 20
#define RSDP_V2_SIZE 36
#define TABLE_MAX    (1u << 20) // longer than any real table

static struct {
	paddr_t table;	    // RSDT or XSDT
	unsigned int width; // of its pointers: 4 or 8 bytes
	const void *(*map)(paddr_t pa, size_t n);
} root;

static bool sum_is_zero(const void *data, size_t n)
{
	const uint8_t *bytes = data;
	uint8_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum = (uint8_t)(sum + bytes[i]);
	return sum == 0;
}

static uint64_t read_le(const void *at, size_t n)
{
	uint64_t value = 0;

	memcpy(&value, at, n);
	return value;
}

bool acpi_use_rsdp(const void *rsdp, size_t n, const void *(*map)(paddr_t pa, size_t n))
{
	const uint8_t *bytes = rsdp;

	if (n < RSDP_V1_SIZE || memcmp(bytes, "RSD PTR ", 8) != 0 ||
	    !sum_is_zero(bytes, RSDP_V1_SIZE))
		return false;
	root.table = read_le(bytes + 16, 4);
	root.width = 4;
	root.map = map;
	if (bytes[15] >= 2 && n >= RSDP_V2_SIZE && sum_is_zero(bytes, RSDP_V2_SIZE) &&
	    read_le(bytes + 24, 8)) {
		root.table = read_le(bytes + 24, 8);
		root.width = 8;
	}
	return true;
}

// The whole table at pa, if it is one.
static const struct acpi_header *map_table(paddr_t pa, const char *signature)
{
	const struct acpi_header *header = pa ? root.map(pa, sizeof(*header)) : NULL;
	uint32_t length;

	if (!header || (signature && memcmp(header->signature, signature, 4) != 0))
		return NULL;
	length = header->length;
	if (length < sizeof(*header) || length > TABLE_MAX)
		return NULL;
	header = root.map(pa, length);
	return header && sum_is_zero(header, length) ? header : NULL;
}

const struct acpi_header *acpi_find(const char *signature)
{
	const struct acpi_header *list = map_table(root.table, root.width == 8 ? "XSDT" : "RSDT");
	const struct acpi_header *found = NULL;

	if (!list)
		return NULL;
	for (size_t at = sizeof(*list); at + root.width <= list->length && !found; at += root.width)
		found = map_table(read_le((const char *)list + at, root.width), signature);
	return found;
}

const struct acpi_madt_entry *acpi_madt_next(const struct acpi_header *madt,
					     const struct acpi_madt_entry *previous)
{
	const char *end = (const char *)madt + madt->length;
	const char *at = previous ? (const char *)previous + previous->length
				  : (const char *)madt + sizeof(*madt) + 8;
	const struct acpi_madt_entry *entry = (const struct acpi_madt_entry *)(const void *)at;

	if (end - at < (long)sizeof(*entry) || entry->length < sizeof(*entry) ||
	    entry->length > end - at)
		return NULL;
	return entry;
}

// An AML integer of one byte: ByteConst, Zero, One, or a bare number as some firmware writes it.
static uint16_t sleep_type(const uint8_t **at)
{
	uint16_t value = *(*at)++;

	if (value == 0x0a)
		value = *(*at)++;
	return (uint16_t)((value & 7) << 10 | 1u << 13); // SLP_TYP, SLP_EN
}

bool acpi_find_soft_off(struct acpi_soft_off *off)
{
	const struct acpi_header *fadt = acpi_find("FACP"), *dsdt;
	const uint8_t *at, *end;

	if (!fadt || fadt->length < 76)
		return false;
	off->pm1a_port = (uint16_t)read_le((const char *)fadt + 64, 4);
	off->pm1b_port = (uint16_t)read_le((const char *)fadt + 68, 4);
	dsdt = map_table(read_le((const char *)fadt + 40, 4), "DSDT");
	if (!dsdt && fadt->length >= 148)
		dsdt = map_table(read_le((const char *)fadt + 140, 8), "DSDT");
	if (!dsdt || !off->pm1a_port)
		return false;
	// Name (\_S5, Package { SLP_TYPa, SLP_TYPb, ... }): the name, 0x12, the package's length,
	// its element count, the elements.
	at = (const uint8_t *)(dsdt + 1);
	end = (const uint8_t *)dsdt + dsdt->length - 16;
	for (; at < end; at++) {
		if (memcmp(at, "_S5_\x12", 5) != 0)
			continue;
		at += 5;
		at += (*at >> 6) + 2;
		off->pm1a_value = sleep_type(&at);
		off->pm1b_value = sleep_type(&at);
		return true;
	}
	return false;
}
