// SPDX-License-Identifier: MIT
// Names for addresses of the kernel's text, from the table that scripts/symtab puts into the image.

#include <core/symbols.h>

// count, then count offsets from __text_start in rising order, then count offsets into the names,
// then the names.
extern const uint32_t kernel_symbols[];
extern const char __text_start[], __text_end[];

const char *symbol_lookup(vaddr_t pc, size_t *offset)
{
	uint32_t count = kernel_symbols[0];
	const uint32_t *starts = &kernel_symbols[1];
	const uint32_t *name_offsets = &starts[count];
	const char *names = (const char *)&name_offsets[count];
	size_t low = 0, high = count;
	vaddr_t distance;

	if (pc < (vaddr_t)__text_start || pc >= (vaddr_t)__text_end)
		return NULL;
	distance = pc - (vaddr_t)__text_start;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (starts[middle] <= distance)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return NULL;
	*offset = distance - starts[low - 1];
	return names + name_offsets[low - 1];
}
