// SPDX-License-Identifier: MIT
// Program files: what is accepted, what is refused and how, and where a segment goes. The fuzzer (tests/fuzz) tries the rest.
// sources: core/proc/elf.c

#include "../../../../core/proc/elf.h"

#include "../../test.h"

#include <core/errno.h>
#include <hal/abi.h>

#define LIMIT 0x7ffffffff000ull

static struct elf_header header(void)
{
	return (struct elf_header){
		.ident = {0x7f, 'E', 'L', 'F', 2, 1, 1},
		.type = ET_EXEC,
		.machine = HAL_ABI_ELF_MACHINE,
		.entry = 0x400100,
		.phoff = sizeof(struct elf_header),
		.phentsize = sizeof(struct elf_segment),
		.phnum = 1,
	};
}

static int read_header(struct elf_header h)
{
	struct elf_image image;

	return elf_read_header(&h, sizeof(h), &image);
}

#define CHECK_REFUSED(change)                       \
	do {                                        \
		h = header();                       \
		change;                             \
		CHECK_EQ(read_header(h), -ENOEXEC); \
	} while (0)

TEST(headers)
{
	struct elf_header h = header();
	struct elf_image image;

	REQUIRE(!elf_read_header(&h, sizeof(h), &image));
	CHECK(image.entry == 0x400100 && image.phnum == 1 && !image.dynamic);
	h.type = ET_DYN;
	CHECK(!elf_read_header(&h, sizeof(h), &image) && image.dynamic);
	CHECK_EQ(elf_read_header(&h, sizeof(h) - 1, &image), -ENOEXEC);
	CHECK_REFUSED(h.ident[0] = '#');
	CHECK_REFUSED(h.ident[4] = 1); // 32 bits
	CHECK_REFUSED(h.ident[5] = 2); // big endian
	CHECK_REFUSED(h.type = 1);     // an object file
	CHECK_REFUSED(h.type = 4);     // a core
	CHECK_REFUSED(h.machine ^= 1);
	CHECK_REFUSED(h.phnum = 0);
	CHECK_REFUSED(h.phnum = ELF_SEGMENTS_MAX + 1);
	CHECK_REFUSED(h.phentsize--);
	CHECK_REFUSED(h.phoff = UINT64_MAX);
}

static struct elf_segment load(void)
{
	return (struct elf_segment){.type = PT_LOAD,
				    .flags = PF_R | PF_X,
				    .offset = 0,
				    .vaddr = 0x400000,
				    .filesz = 0x1234,
				    .memsz = 0x2345,
				    .align = 0x1000};
}

static int read_segments(const struct elf_segment *segments, unsigned int n,
			 struct elf_image *image)
{
	*image = (struct elf_image){.phnum = n, .phoff = sizeof(struct elf_header)};
	return elf_read_segments(segments, LIMIT, image);
}

TEST(extent)
{
	struct elf_segment s[] = {load(), load(), {.type = PT_GNU_STACK, .flags = PF_R | PF_W}};
	struct elf_image image;

	s[1].offset = 0x2100;
	s[1].vaddr = 0x600100;
	s[1].align = 0x200000;
	REQUIRE(!read_segments(s, 3, &image));
	CHECK(image.low == 0x400000 && image.high == 0x603000 && image.align == 0x200000);
	CHECK_EQ(image.phdr_vaddr, 0x400000 + sizeof(struct elf_header));
	CHECK(image.has_stack_header && !image.exec_stack && !image.interp_size);
	s[2].flags |= PF_X;
	CHECK(!read_segments(s, 3, &image) && image.exec_stack);
	CHECK(!read_segments(s, 2, &image) && !image.has_stack_header);
}

TEST(interpreters)
{
	struct elf_segment s[] = {load(), {.type = PT_INTERP, .offset = 0x200, .filesz = 20}};
	struct elf_image image;

	CHECK(!read_segments(s, 2, &image));
	CHECK(image.interp_offset == 0x200 && image.interp_size == 20);
	s[1].filesz = 1; // not even one letter
	CHECK_EQ(read_segments(s, 2, &image), -ENOEXEC);
	s[1].filesz = 4097;
	CHECK_EQ(read_segments(s, 2, &image), -ENOEXEC);
}

TEST(segments_that_make_no_sense)
{
	struct elf_segment s = load(), other = {.type = 6};
	struct elf_image image;

	CHECK_EQ(read_segments(&other, 1, &image), -ENOEXEC); // nothing to load
	s.filesz = s.memsz + 1;
	CHECK_EQ(read_segments(&s, 1, &image), -ENOEXEC);
	s = load();
	s.vaddr += 0x10; // the file's page cannot be mapped there
	CHECK_EQ(read_segments(&s, 1, &image), -ENOEXEC);
	s = load();
	s.vaddr = LIMIT - 0x1000;
	CHECK_EQ(read_segments(&s, 1, &image), -ENOMEM);
	s = load();
	s.memsz = UINT64_MAX;
	CHECK_EQ(read_segments(&s, 1, &image), -ENOMEM);
	s = load();
	s.offset = UINT64_MAX & ~0xfffull;
	CHECK_EQ(read_segments(&s, 1, &image), -ENOEXEC);
}

TEST(mapping)
{
	struct elf_segment s = load();
	struct elf_mapping m;

	s.vaddr = 0x400ff0;
	s.offset = 0x2ff0;
	s.flags = PF_R | PF_W;
	elf_mapping(&s, 0x10000, &m);
	CHECK(m.start == 0x410000 && m.offset == 0x2000);
	CHECK_EQ(m.zero_from, 0x410ff0 + 0x1234);
	CHECK(m.file_end == 0x413000 && m.memory_end == 0x414000);
	CHECK(m.read && m.write && !m.exec);
	s.filesz = 0; // .bss alone: no page of the file
	elf_mapping(&s, 0, &m);
	CHECK(m.start == m.file_end && m.zero_from == s.vaddr);
}
