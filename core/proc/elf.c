// SPDX-License-Identifier: MIT
// Parsing ELF64 program files. Pure: it sees bytes that may be anything and must neither trap,
// overflow nor accept nonsense.

#include "elf.h"

#include <core/errno.h>
#include <core/lib/string.h>
#include <hal/abi.h>

#define INTERP_MAX 4096 /* PATH_MAX */

int elf_read_header(const void *buf, size_t n, struct elf_image *image)
{
	static const uint8_t magic[] = {0x7f, 'E', 'L', 'F', 2 /* 64 bits */,
					1 /* little endian */};
	struct elf_header h;

	if (n < sizeof(h))
		return -ENOEXEC;
	memcpy(&h, buf, sizeof(h));
	if (memcmp(h.ident, magic, sizeof(magic)) != 0)
		return -ENOEXEC;
	if (h.type != ET_EXEC && h.type != ET_DYN)
		return -ENOEXEC;
	if (h.machine != HAL_ABI_ELF_MACHINE || !HAL_ABI_ELF_FLAGS_OK(h.flags))
		return -ENOEXEC;
	if (h.phentsize != sizeof(struct elf_segment) || h.phnum == 0 || h.phnum > ELF_SEGMENTS_MAX)
		return -ENOEXEC;
	if (h.phoff > INT64_MAX - sizeof(struct elf_segment) * ELF_SEGMENTS_MAX)
		return -ENOEXEC;
	*image = (struct elf_image){
		.entry = h.entry,
		.phoff = h.phoff,
		.phnum = h.phnum,
		.dynamic = h.type == ET_DYN,
	};
	return 0;
}

/* One PT_LOAD: does it make sense by itself? */
static int check_load(const struct elf_segment *s, uint64_t limit)
{
	if (s->filesz > s->memsz)
		return -ENOEXEC;
	if (s->memsz > limit || s->vaddr > limit - s->memsz)
		return -ENOMEM;
	/* The file page that holds the first byte must be mappable where that byte goes. */
	if ((s->vaddr ^ s->offset) & (PAGE_SIZE - 1))
		return -ENOEXEC;
	if (s->offset > INT64_MAX - limit)
		return -ENOEXEC;
	return 0;
}

int elf_read_segments(const struct elf_segment *segments, uint64_t limit, struct elf_image *image)
{
	uint64_t low = UINT64_MAX, high = 0, align = PAGE_SIZE;

	for (unsigned int i = 0; i < image->phnum; i++) {
		const struct elf_segment *s = &segments[i];

		if (s->type == PT_INTERP && !image->interp_size) {
			if (s->filesz < 2 || s->filesz > INTERP_MAX ||
			    s->offset > INT64_MAX - INTERP_MAX)
				return -ENOEXEC;
			image->interp_offset = s->offset;
			image->interp_size = s->filesz;
		} else if (s->type == PT_GNU_STACK) {
			image->has_stack_header = true;
			image->exec_stack = s->flags & PF_X;
		} else if (s->type == PT_LOAD) {
			int error = check_load(s, limit);

			if (error)
				return error;
			if (s->memsz == 0)
				continue;
			if (s->align > align && (s->align & (s->align - 1)) == 0)
				align = s->align;
			low = MIN(low, PAGE_DOWN(s->vaddr));
			high = MAX(high, PAGE_UP(s->vaddr + s->memsz));
			if (image->phoff >= s->offset && image->phoff - s->offset < s->filesz &&
			    !image->phdr_vaddr)
				image->phdr_vaddr = image->phoff - s->offset + s->vaddr;
		}
	}
	if (high == 0)
		return -ENOEXEC;
	if (high > limit)
		return -ENOMEM;
	image->low = low;
	image->high = high;
	image->align = align;
	return 0;
}

void elf_mapping(const struct elf_segment *s, uint64_t bias, struct elf_mapping *out)
{
	uint64_t vaddr = s->vaddr + bias;

	*out = (struct elf_mapping){
		.start = PAGE_DOWN(vaddr),
		.file_end = s->filesz ? PAGE_UP(vaddr + s->filesz) : PAGE_DOWN(vaddr),
		.memory_end = PAGE_UP(vaddr + s->memsz),
		.offset = PAGE_DOWN(s->offset),
		.zero_from = vaddr + s->filesz,
		.read = s->flags & PF_R,
		.write = s->flags & PF_W,
		.exec = s->flags & PF_X,
	};
}
