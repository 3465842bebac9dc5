/* SPDX-License-Identifier: MIT */
/*
 * common/fdt.h - the flattened device tree as the arm64 and riscv64 ports read it. The tree is
 * checked whole when it is opened; a malformed one ends in hal_boot_fail(). After that no function
 * here fails on it worse than by saying "not there".
 */
#ifndef HAL_COMMON_FDT_H
#define HAL_COMMON_FDT_H

#include <hal/boot.h>

/* A node during a walk: valid as long as the tree stays where dt_open() was told. */
struct dt_node {
	int offset; /* libfdt's */
	int depth;  /* 0: the root */
	const char *name;
	unsigned int address_cells, size_cells; /* for this node's own reg */
	uint32_t interrupt_parent;		/* phandle, inherited */
	unsigned int name_at, compatible_at; /* where in the tree; compatible_at 0: it has none */
	unsigned int compatible_size;
};

/* Use the tree at blob, which is readable for at least its header; check it. Called again with
 * another address when the mapping has changed (the check is not repeated). */
void dt_open(const void *blob);
/* Bytes of the tree; 0 when blob has no tree's header. */
size_t dt_size(const void *blob);

/*
 * Fill info from the tree: RAM; firmware's reservations; initramfs; command line. The tree itself
 * at its physical address is claimed as KERNEL. The port claims what its image occupies.
 */
void dt_boot_info(struct hal_boot_info *info, paddr_t tree);

/* Call visit for every enabled node (the descendants of disabled ones are left out) in the tree's
 * order until it returns true. */
void dt_walk(bool (*visit)(const struct dt_node *node, void *context), void *context);
/* Find the node with this path or phandle; false when there is none. */
bool dt_find_path(struct dt_node *node, const char *path);
bool dt_find_phandle(struct dt_node *node, uint32_t phandle);
/* The node that /chosen's stdout-path names. */
bool dt_find_stdout(struct dt_node *node);

bool dt_compatible(const struct dt_node *node, const char *compatible);
/* A property's bytes, or NULL. */
const void *dt_property(const struct dt_node *node, const char *name, size_t *size);
/* The 32-bit cell i of a property, or otherwise. */
uint32_t dt_cell(const struct dt_node *node, const char *name, unsigned int i, uint32_t otherwise);
/* A NUL-terminated property, or NULL. */
const char *dt_string(const struct dt_node *node, const char *name);
/* Entry i of reg. (Buses with a translation of addresses are not translated: no machine of ours has
 * devices of the HAL behind one.) */
bool dt_reg(const struct dt_node *node, unsigned int i, paddr_t *base, uint64_t *size);

/* Hardware ids (reg) of the enabled CPUs in the tree's order, up to max; returns how many there
 * are. */
unsigned int dt_cpus(uint64_t *ids, unsigned int max);

/* Take the next n bytes of /chosen/rng-seed away into buf, wiped from the tree; returns how many
 * were left. */
size_t dt_take_seed(void *buf, size_t n);

#endif
