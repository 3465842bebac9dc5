// SPDX-License-Identifier: MIT
// The ELF parser on any bytes: an error, or an image whose every promise to the loader holds.

#include "../../core/proc/elf.h"

#include "fuzz.h"

#include <core/errno.h>

#define LIMIT 0x7ffffffff000ull

static void check_mapping(const struct elf_segment *s, uint64_t bias, const struct elf_image *image)
{
	struct elf_mapping m;

	elf_mapping(s, bias, &m);
	REQUIRE(m.start % PAGE_SIZE == 0 && m.file_end % PAGE_SIZE == 0);
	REQUIRE(m.memory_end % PAGE_SIZE == 0 && m.offset % PAGE_SIZE == 0);
	REQUIRE(m.start >= image->low + bias && m.memory_end <= image->high + bias);
	REQUIRE(m.start <= m.file_end && m.file_end <= m.memory_end);
	REQUIRE(m.zero_from >= m.start && m.zero_from <= m.memory_end);
	// The file's byte lands at its address.
	REQUIRE(!s->filesz || m.offset + (s->vaddr + bias - m.start) == s->offset);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct elf_segment segments[ELF_SEGMENTS_MAX];
	struct elf_image image;
	int error = elf_read_header(data, n, &image);

	if (error) {
		REQUIRE(error == -ENOEXEC);
		return 0;
	}
	REQUIRE(image.phnum >= 1 && image.phnum <= ELF_SEGMENTS_MAX);
	// What is not in the file, exec refuses; here it is read as zeroes.
	memset(segments, 0, sizeof(segments));
	if (image.phoff < n)
		memcpy(segments, data + image.phoff,
		       MIN(n - image.phoff, image.phnum * sizeof(*segments)));
	error = elf_read_segments(segments, LIMIT, &image);
	if (error) {
		REQUIRE(error == -ENOEXEC || error == -ENOMEM);
		return 0;
	}
	REQUIRE(image.low < image.high && image.high <= LIMIT);
	REQUIRE(image.align >= PAGE_SIZE && (image.align & (image.align - 1)) == 0);
	REQUIRE(image.interp_size <= 4096);
	for (unsigned int i = 0; i < image.phnum; i++)
		if (segments[i].type == PT_LOAD && segments[i].memsz)
			check_mapping(&segments[i], image.dynamic ? PAGE_SIZE * 16 : 0, &image);
	return 0;
}
