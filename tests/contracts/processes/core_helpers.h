// SPDX-License-Identifier: MIT
// What the contracts about core dumps share: reading the file as a debugger does.

#ifndef CORE_HELPERS_H
#define CORE_HELPERS_H

#include "contract.h"

#include <elf.h>
#include <sys/prctl.h>
#include <sys/procfs.h>

struct core {
	const unsigned char *bytes;
	size_t size;
	const Elf64_Ehdr *header;
	const Elf64_Phdr *segments;
};

static __attribute__((unused)) struct core core_read(const char *path)
{
	struct core core;
	struct stat st;
	int fd = (int)MUST(open(path, O_RDONLY));

	MUST(fstat(fd, &st));
	core.size = (size_t)st.st_size;
	core.bytes = MAP(NULL, core.size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	core.header = (const void *)core.bytes;
	core.segments = (const void *)(core.bytes + core.header->e_phoff);
	return core;
}

// The segment in which address lies, or NULL.
static __attribute__((unused)) const Elf64_Phdr *core_segment(const struct core *core,
							      const volatile void *address)
{
	uintptr_t at = (uintptr_t)address;

	for (int i = 0; i < core->header->e_phnum; i++) {
		const Elf64_Phdr *s = &core->segments[i];

		if (s->p_type == PT_LOAD && at >= s->p_vaddr && at < s->p_vaddr + s->p_memsz)
			return s;
	}
	return NULL;
}

// What the process had at address, or NULL when it is not in the file.
static __attribute__((unused)) const void *core_memory(const struct core *core,
						       const volatile void *address)
{
	const Elf64_Phdr *s = core_segment(core, address);
	uintptr_t into = s ? (uintptr_t)address - s->p_vaddr : 0;

	return s && into < s->p_filesz && s->p_offset + into < core->size
		       ? core->bytes + s->p_offset + into
		       : NULL;
}

// The nth note of that type (from 0), its size in *size; NULL: there is none.
static __attribute__((unused)) const void *core_note(const struct core *core, const char *owner,
						     unsigned type, int nth, size_t *size)
{
	const unsigned char *at = core->bytes + core->segments[0].p_offset,
			    *end = at + core->segments[0].p_filesz;

	while (at < end) {
		const Elf64_Nhdr *note = (const void *)at;
		const unsigned char *data = at + sizeof(*note) + ((note->n_namesz + 3) & ~3u);

		if (note->n_type == type && !strcmp((const char *)(note + 1), owner) &&
		    nth-- == 0) {
			*size = note->n_descsz;
			return data;
		}
		at = data + ((note->n_descsz + 3) & ~3u);
	}
	return NULL;
}

static __attribute__((unused)) void core_limit(rlim_t bytes)
{
	struct rlimit limit = {bytes, RLIM_INFINITY};

	MUST(setrlimit(RLIMIT_CORE, &limit));
}

#define CORE_FLAG 0x80

#endif
