// SPDX-License-Identifier: MIT
// Reading a flattened device tree with libfdt: boot information and look-ups. See common/fdt.h.

#include <common/fdt.h>
#include <common/memory_map.h>
#include <core/lib/string.h>
#include <hal/debug.h>
#include <hal_arch/arch.h>
#include <libfdt.h>

#define DEPTH_MAX 16

static const void *tree;

size_t dt_size(const void *blob)
{
	return fdt_check_header(blob) == 0 ? fdt_totalsize(blob) : 0;
}

void dt_open(const void *blob)
{
	static bool checked;

	if (!checked) {
		if (fdt_check_header(blob) != 0)
			hal_boot_fail("no device tree was given");
		if (fdt_check_full(blob, fdt_totalsize(blob)) != 0)
			hal_boot_fail("the device tree is malformed");
		checked = true;
	}
	tree = blob;
}

const void *dt_property(const struct dt_node *node, const char *name, size_t *size)
{
	int n = 0;
	const void *value = fdt_getprop(tree, node->offset, name, &n);

	*size = value && n > 0 ? (size_t)n : 0;
	return value;
}

static uint32_t cell_at(const void *cells, size_t i)
{
	return fdt32_ld((const fdt32_t *)cells + i);
}

uint32_t dt_cell(const struct dt_node *node, const char *name, unsigned int i, uint32_t otherwise)
{
	size_t size;
	const void *value = dt_property(node, name, &size);

	return value && size / 4 > i ? cell_at(value, i) : otherwise;
}

const char *dt_string(const struct dt_node *node, const char *name)
{
	size_t size;
	const char *value = dt_property(node, name, &size);

	return value && size && value[size - 1] == '\0' ? value : NULL;
}

bool dt_compatible(const struct dt_node *node, const char *compatible)
{
	return node->compatible_at &&
	       fdt_stringlist_contains((const char *)tree + node->compatible_at,
				       (int)node->compatible_size, compatible);
}

// What children inherit.
struct inherited {
	unsigned int address_cells, size_cells;
	uint32_t interrupt_parent;
};

// Complete node, whose offset and inherited fields are there, in one pass over its properties;
// false when it is disabled.
static bool read_node(struct dt_node *node, struct inherited *children)
{
	bool enabled = true;
	int property;

	*children = (struct inherited){2, 1, node->interrupt_parent};
	node->name = fdt_get_name(tree, node->offset, NULL);
	node->name_at = (unsigned int)(node->name - (const char *)tree);
	fdt_for_each_property_offset(property, tree, node->offset)
	{
		const char *name;
		int size;
		const char *value = fdt_getprop_by_offset(tree, property, &name, &size);
		uint32_t cell;

		// Few of the names begin like these.
		if (!value || (*name != '#' && *name != 'c' && *name != 'i' && *name != 's'))
			continue;
		cell = size == 4 ? cell_at(value, 0) : ~0u;
		if (strcmp(name, "compatible") == 0) {
			node->compatible_at = (unsigned int)(value - (const char *)tree);
			node->compatible_size = (unsigned int)size;
		} else if (strcmp(name, "status") == 0) {
			enabled = (size == 5 && memcmp(value, "okay", 5) == 0) ||
				  (size == 3 && memcmp(value, "ok", 3) == 0);
		} else if (strcmp(name, "#address-cells") == 0 && cell <= 4) {
			children->address_cells = cell;
		} else if (strcmp(name, "#size-cells") == 0 && cell <= 4) {
			children->size_cells = cell;
		} else if (strcmp(name, "interrupt-parent") == 0 && size == 4) {
			node->interrupt_parent = children->interrupt_parent = cell;
		}
	}
	return enabled;
}

// The tree's nodes in order, so that the many look-ups at boot need not parse it again. A tree that
// has more of them is parsed each time.
#define NODES_MAX 256

static struct {
	struct dt_node node; // its name apart, which would depend on where the tree is mapped
	bool enabled;	     // with all its ancestors
} nodes[NODES_MAX];
static unsigned int node_count; // NODES_MAX + 1: too many

typedef bool (*visitor)(const struct dt_node *node, void *context);

// One pass over the nodes, carrying what children inherit. It visits disabled nodes only when all
// is set. Without a visitor it fills the array.
static void parse(visitor visit, void *context, bool all)
{
	struct inherited inherited[DEPTH_MAX + 1] = {{2, 1, 0}};
	int skip = DEPTH_MAX; // nodes deeper than this lie below a disabled one
	int depth = 0;

	for (int at = fdt_next_node(tree, -1, NULL); at >= 0 && depth >= 0;
	     at = fdt_next_node(tree, at, &depth)) {
		struct dt_node node = {.offset = at, .depth = depth};
		bool on;

		if (depth < 0)
			break;
		if (depth >= DEPTH_MAX)
			continue;
		if (depth <= skip)
			skip = DEPTH_MAX;
		node.address_cells = inherited[depth].address_cells;
		node.size_cells = inherited[depth].size_cells;
		node.interrupt_parent = inherited[depth].interrupt_parent;
		on = read_node(&node, &inherited[depth + 1]) && skip == DEPTH_MAX;
		if (!on && skip == DEPTH_MAX)
			skip = depth;
		if (visit) {
			if ((on || all) && node.name && visit(&node, context))
				return;
		} else if (node_count < NODES_MAX) {
			nodes[node_count].node = node;
			nodes[node_count++].enabled = on;
		} else {
			node_count = NODES_MAX + 1;
			return;
		}
	}
}

static void walk(visitor visit, void *context, bool all)
{
	if (!node_count)
		parse(NULL, NULL, true);
	if (node_count > NODES_MAX) {
		parse(visit, context, all);
		return;
	}
	for (unsigned int i = 0; i < node_count; i++) {
		struct dt_node node = nodes[i].node;

		if (!nodes[i].enabled && !all)
			continue;
		node.name = (const char *)tree + node.name_at;
		if (visit(&node, context))
			return;
	}
}

void dt_walk(bool (*visit)(const struct dt_node *node, void *context), void *context)
{
	walk(visit, context, false);
}

struct find {
	int offset;
	struct dt_node *node;
	bool found;
};

static bool is_offset(const struct dt_node *node, void *context)
{
	struct find *find = context;

	if (node->offset != find->offset)
		return false;
	*find->node = *node;
	find->found = true;
	return true;
}

static bool find_offset(struct dt_node *node, int offset)
{
	struct find find = {.offset = offset, .node = node};

	if (offset >= 0)
		walk(is_offset, &find, true);
	return find.found;
}

bool dt_find_path(struct dt_node *node, const char *path)
{
	return find_offset(node, fdt_path_offset(tree, path));
}

bool dt_find_phandle(struct dt_node *node, uint32_t phandle)
{
	return find_offset(node, fdt_node_offset_by_phandle(tree, phandle));
}

bool dt_find_stdout(struct dt_node *node)
{
	struct dt_node chosen;
	const char *path, *options;

	if (!dt_find_path(&chosen, "/chosen"))
		return false;
	path = dt_string(&chosen, "stdout-path");
	if (!path)
		path = dt_string(&chosen, "linux,stdout-path");
	if (!path)
		return false;
	options = strchr(path, ':'); // "serial0:115200n8"
	return find_offset(
		node, fdt_path_offset_namelen(tree, path,
					      options ? (int)(options - path) : (int)strlen(path)));
}

// A number of n cells; those above 64 bits are dropped.
static uint64_t number(const void *cells, size_t at, unsigned int n)
{
	uint64_t value = 0;

	while (n--)
		value = value << 32 | cell_at(cells, at++);
	return value;
}

static bool range_of(const struct dt_node *node, const char *property, unsigned int i,
		     paddr_t *base, uint64_t *size)
{
	size_t bytes, step = node->address_cells + node->size_cells;
	const void *cells = dt_property(node, property, &bytes);

	if (!cells || !step || bytes / 4 < step * (i + 1))
		return false;
	*base = number(cells, step * i, node->address_cells);
	*size = number(cells, step * i + node->address_cells, node->size_cells);
	return true;
}

bool dt_reg(const struct dt_node *node, unsigned int i, paddr_t *base, uint64_t *size)
{
	return range_of(node, "reg", i, base, size);
}

// ---- boot information ----

static bool add_memory(const struct dt_node *node, void *context)
{
	const char *type = node->depth == 1 ? dt_string(node, "device_type") : NULL;
	paddr_t base;
	uint64_t size;

	if (type && strcmp(type, "memory") == 0)
		for (unsigned int i = 0; dt_reg(node, i, &base, &size); i++)
			memory_map_add(context, base, size);
	return false;
}

// Children of /reserved-memory; those without reg are wishes of drivers that do not concern us.
struct reservations {
	struct hal_boot_info *info;
	bool inside;
};

static bool claim_reserved(const struct dt_node *node, void *context)
{
	struct reservations *r = context;
	paddr_t base;
	uint64_t size;

	if (node->depth <= 1)
		r->inside = node->depth == 1 && strcmp(node->name, "reserved-memory") == 0;
	else if (r->inside && node->depth == 2)
		for (unsigned int i = 0; dt_reg(node, i, &base, &size); i++)
			memory_map_claim(r->info, base, size, HAL_MEM_RESERVED, true);
	return false;
}

// An address in /chosen: 32 or 64 bits.
static uint64_t chosen_number(const struct dt_node *chosen, const char *name)
{
	size_t size;
	const void *value = dt_property(chosen, name, &size);

	return value && (size == 4 || size == 8) ? number(value, 0, (unsigned int)size / 4) : 0;
}

static void read_chosen(struct hal_boot_info *info)
{
	static const char cut[] = "tern: the command line is too long and was cut off\n";
	struct dt_node chosen;
	const char *args;
	uint64_t start, end;

	if (!dt_find_path(&chosen, "/chosen"))
		return;
	args = dt_string(&chosen, "bootargs");
	if (args && strscpy(info->cmdline, args, sizeof(info->cmdline)) < 0)
		hal_debug_write(cut, sizeof(cut) - 1);
	start = chosen_number(&chosen, "linux,initrd-start");
	end = chosen_number(&chosen, "linux,initrd-end");
	if (start && end > start) {
		info->initrd = start;
		info->initrd_size = end - start;
	}
}

// Without the room that loaders leave at the end for additions.
static size_t used_size(void)
{
	size_t structure = (size_t)fdt_off_dt_struct(tree) + fdt_size_dt_struct(tree);
	size_t strings = (size_t)fdt_off_dt_strings(tree) + fdt_size_dt_strings(tree);
	size_t reserved = (size_t)fdt_off_mem_rsvmap(tree) +
			  (size_t)(fdt_num_mem_rsv(tree) + 1) * sizeof(struct fdt_reserve_entry);
	size_t most = structure > strings ? structure : strings;

	return most > reserved ? most : reserved;
}

// Is [base, base + size) no more than the pages of the initramfs?
static bool in_initrd(const struct hal_boot_info *info, paddr_t base, uint64_t size)
{
	const uint64_t page = 1ul << HAL_PAGE_SHIFT;
	paddr_t start = info->initrd & ~(page - 1);
	paddr_t end = (info->initrd + info->initrd_size + page - 1) & ~(page - 1);

	return info->initrd_size && base >= start && base <= end && size <= end - base;
}

void dt_boot_info(struct hal_boot_info *info, paddr_t tree_base)
{
	struct reservations r = {.info = info};
	uint64_t base, size;

	info->loader = "fdt";
	dt_walk(add_memory, info);
	if (!info->region_count)
		hal_boot_fail("the device tree names no memory");
	dt_walk(claim_reserved, &r);
	read_chosen(info);
	// Boot loaders reserve the tree and the initramfs too; both are ours to give back or keep.
	for (int i = 0; i < fdt_num_mem_rsv(tree); i++)
		if (fdt_get_mem_rsv(tree, i, &base, &size) == 0 && base != tree_base &&
		    !in_initrd(info, base, size))
			memory_map_claim(info, base, size, HAL_MEM_RESERVED, true);
	memory_map_claim(info, tree_base, used_size(), HAL_MEM_KERNEL, false);
	if (info->initrd_size)
		memory_map_claim(info, info->initrd, info->initrd_size, HAL_MEM_INITRD, false);
}

struct cpus {
	uint64_t *ids;
	unsigned int max, count;
};

static bool add_cpu(const struct dt_node *node, void *context)
{
	struct cpus *cpus = context;
	const char *type = node->depth == 2 ? dt_string(node, "device_type") : NULL;
	paddr_t id;
	uint64_t size;

	if (type && strcmp(type, "cpu") == 0 && dt_reg(node, 0, &id, &size)) {
		if (cpus->count < cpus->max)
			cpus->ids[cpus->count] = id;
		cpus->count++;
	}
	return false;
}

unsigned int dt_cpus(uint64_t *ids, unsigned int max)
{
	struct cpus cpus = {.ids = ids, .max = max};

	dt_walk(add_cpu, &cpus);
	return cpus.count;
}

size_t dt_take_seed(void *buf, size_t n)
{
	static size_t taken;
	struct dt_node chosen;
	size_t size;
	unsigned char *seed;

	if (!dt_find_path(&chosen, "/chosen"))
		return 0;
	// The tree lies in RAM of ours: what is given out must not be there for the next reader.
	seed = (void *)(uintptr_t)dt_property(&chosen, "rng-seed", &size);
	if (!seed || taken >= size)
		return 0;
	n = size - taken < n ? size - taken : n;
	memcpy(buf, seed + taken, n);
	memset(seed + taken, 0, n);
	taken += n;
	return n;
}
