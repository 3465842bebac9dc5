/* SPDX-License-Identifier: MIT */
/* common/acpi.h - the static ACPI tables: found, checked, walked. AML is not interpreted. */
#ifndef HAL_COMMON_ACPI_H
#define HAL_COMMON_ACPI_H

#include <hal/types.h>

struct acpi_header {
	char signature[4];
	uint32_t length; /* of the whole table */
	uint8_t revision, checksum;
	char oem_id[6], oem_table_id[8];
	uint32_t oem_revision, creator_id, creator_revision;
} __attribute__((packed));

struct acpi_madt_entry {
	uint8_t type, length;
	uint8_t data[];
} __attribute__((packed));

/* Is there a valid RSDP in these n bytes? Remembers it, and map: makes n bytes of physical memory
 * readable, for good; NULL when that is impossible. */
bool acpi_use_rsdp(const void *rsdp, size_t n, const void *(*map)(paddr_t pa, size_t n));

/* The first table with this signature whose length and checksum are right, or NULL. Boot only: each
 * call maps the table anew. */
const struct acpi_header *acpi_find(const char *signature);

/* Entries of the MADT in order: the one behind previous (NULL: the first), NULL at the end or where
 * an entry is malformed. */
const struct acpi_madt_entry *acpi_madt_next(const struct acpi_header *madt,
					     const struct acpi_madt_entry *previous);

/* From FADT and DSDT: what to write where for soft-off; false when the tables do not say. */
struct acpi_soft_off {
	uint16_t pm1a_port, pm1b_port; /* b: 0 when there is none */
	uint16_t pm1a_value, pm1b_value;
};
bool acpi_find_soft_off(struct acpi_soft_off *off);

#endif
