/* SPDX-License-Identifier: MIT */
/* elf.h - ELF64 as far as loading a program needs it: pure parsing of what may be anything;
 * host-tested and fuzzed. */
#ifndef CORE_PROC_ELF_H
#define CORE_PROC_ELF_H

#include <core/types.h>

#define PT_LOAD	     1u
#define PT_INTERP    3u
#define PT_GNU_STACK 0x6474e551u
#define PF_X	     1u
#define PF_W	     2u
#define PF_R	     4u
#define ET_EXEC	     2
#define ET_DYN	     3

struct elf_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, phoff, shoff;
	uint32_t flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
_Static_assert(sizeof(struct elf_header) == 64, "Elf64_Ehdr");

struct elf_segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};
_Static_assert(sizeof(struct elf_segment) == 56, "Elf64_Phdr");

#define ELF_SEGMENTS_MAX (65536 / sizeof(struct elf_segment))

/* What the header says, checked. */
struct elf_image {
	uint64_t entry, phoff;
	unsigned int phnum;
	bool dynamic; /* ET_DYN: goes anywhere */
	/* by elf_read_segments */
	uint64_t low, high;		     /* page-rounded extent of the PT_LOADs */
	uint64_t align;			     /* the greatest of their alignments, at least a page */
	uint64_t phdr_vaddr;		     /* where the program headers are in memory, or 0 */
	uint64_t interp_offset, interp_size; /* of PT_INTERP's string with its NUL; 0: none */
	bool exec_stack; /* PT_GNU_STACK with PF_X, or none at all where that means so: see elf.c */
	bool has_stack_header;
};

/* buf: the first n bytes of the file. 0 or -ENOEXEC. */
__must_check int elf_read_header(const void *buf, size_t n, struct elf_image *image);

/* segments: image->phnum program headers. interpreter: PT_INTERP in it is ignored. limit: first
 * address beyond user space. 0, -ENOEXEC or -ENOMEM. */
__must_check int elf_read_segments(const struct elf_segment *segments, uint64_t limit,
				   struct elf_image *image);

/* What to map for one PT_LOAD at bias: file pages [map_start, file_end), then zeroes up to
 * memory_end; zero_from: first byte after the file's data. */
struct elf_mapping {
	uint64_t start, file_end, memory_end,
		offset; /* page-aligned; offset in the file of start */
	uint64_t zero_from;
	bool read, write, exec;
};
void elf_mapping(const struct elf_segment *segment, uint64_t bias, struct elf_mapping *out);

#endif
