// SPDX-License-Identifier: MIT
// The file of a core dump: an ELF header, one PT_NOTE, a PT_LOAD for each mapping, the notes, and
// from the next page on the memory. Pages that were never touched are holes.

#include <core/errno.h>
#include <core/lib/string.h>
#include <core/mm.h>
#include <core/proc.h>
#include <core/slab.h>
#include <core/vfs.h>
#include <hal/abi.h>

#include "coredump.h"
#include "elf.h"

#define ET_CORE 4
#define PT_NOTE 4u
#define PN_XNUM 0xffff /* so many and more: their number is in the first section's header */

struct elf_section {
	uint32_t name, type;
	uint64_t flags, addr, offset, size;
	uint32_t link, info;
	uint64_t align, entry_size;
};
_Static_assert(sizeof(struct elf_section) == 64, "Elf64_Shdr");

/* A mapping as it was when the dump began: others who share the memory may change theirs. */
struct area {
	vaddr_t start, end;
	uint64_t dumped; /* bytes from start on */
	unsigned int flags;
};

struct layout {
	struct area *areas;
	size_t count;
	struct text notes;
	uint64_t data,
		sections; /* where the memory, and the section header, if any, are in the file */
};

/* ---- what to dump ---- */

/* Does a mapping of a file begin with an ELF header? */
static bool starts_with_elf(const struct area *area)
{
	char magic[4];

	return mm_access(current->mm, area->start, magic, sizeof(magic), false, true) ==
		       sizeof(magic) &&
	       !memcmp(magic, "\177ELF", sizeof(magic));
}

#define MAYBE_HEADER UINT64_MAX /* one page if it starts_with_elf(), which sleeps for the lock */

static uint64_t amount(const struct vma *vma, unsigned int filter)
{
	uint64_t whole = vma->end - vma->start;

	if (vma->flags & VM_SPECIAL)
		return whole;
	if (vma->flags & VM_DONTDUMP)
		return 0;
	if (vma->flags & VM_SHARED) {
		bool anonymous = !vma->file || !vma->file->inode->nlink;

		return filter & (anonymous ? CORE_ANON_SHARED : CORE_MAPPED_SHARED) ? whole : 0;
	}
	if (vma->has_anon && (filter & CORE_ANON_PRIVATE))
		return whole;
	if (!vma->file)
		return 0;
	if (filter & CORE_MAPPED_PRIVATE)
		return whole;
	if ((filter & CORE_ELF_HEADERS) && !vma->offset && (vma->flags & VM_READ))
		return vma->file->inode->mode & 0111 ? PAGE_SIZE : MAYBE_HEADER;
	return 0;
}

static bool take_areas(struct layout *l)
{
	struct mm *mm = current->mm;

	rwsem_read(&mm->lock);
	l->areas = kcalloc(mm->vma_count, sizeof(l->areas[0]), GFP_KERNEL);
	for (struct vma *vma = vma_find(mm, 0); vma && l->areas; vma = vma_next(vma))
		l->areas[l->count++] = (struct area){
			.start = vma->start,
			.end = vma->end,
			.flags = vma->flags,
			.dumped = amount(vma, READ_ONCE(mm->dump_filter)),
		};
	rwsem_read_done(&mm->lock);
	if (!l->areas)
		return false;
	for (struct area *a = l->areas; a < l->areas + l->count; a++)
		if (a->dumped == MAYBE_HEADER)
			a->dumped = starts_with_elf(a) ? PAGE_SIZE : 0;
	return true;
}

/* ---- the file ---- */

/* Write n bytes; false: the limit, the file system or a SIGKILL ends the dump. */
static bool emit(struct core_dump *dump, const void *data, size_t n)
{
	if (signal_fatal_pending() || dump->written + n > dump->limit)
		return false;
	if (vfs_write(dump->file, data, n, &dump->pos) != (ssize_t)n)
		return false;
	dump->written += n;
	dump->hole = false;
	return true;
}

static void skip_to(struct core_dump *dump, loff_t pos)
{
	dump->hole |= pos > dump->pos;
	dump->pos = pos;
}

static bool emit_area(struct core_dump *dump, const struct area *area, void *page)
{
	loff_t base = dump->pos;
	vaddr_t at = area->start, end = at + area->dumped;

	for (; mm_dump_page(current->mm, &at, end, page); at += PAGE_SIZE) {
		skip_to(dump, base + (loff_t)(at - area->start));
		if (!emit(dump, page, PAGE_SIZE))
			return false;
	}
	skip_to(dump, base + (loff_t)area->dumped);
	return !signal_fatal_pending();
}

static bool emit_segments(struct core_dump *dump, const struct layout *l)
{
	struct elf_segment segment = {
		.type = PT_NOTE,
		.offset = sizeof(struct elf_header) + (l->count + 1) * sizeof(segment),
		.filesz = l->notes.length,
		.align = 4,
	};
	uint64_t offset = l->data;

	if (!emit(dump, &segment, sizeof(segment)))
		return false;
	for (const struct area *a = l->areas; a < l->areas + l->count; a++) {
		segment = (struct elf_segment){
			.type = PT_LOAD,
			.flags = (a->flags & VM_READ ? PF_R : 0) |
				 (a->flags & VM_WRITE ? PF_W : 0) | (a->flags & VM_EXEC ? PF_X : 0),
			.offset = offset,
			.vaddr = a->start,
			.filesz = a->dumped,
			.memsz = a->end - a->start,
			.align = PAGE_SIZE,
		};
		if (!emit(dump, &segment, sizeof(segment)))
			return false;
		offset += a->dumped;
	}
	return true;
}

static bool emit_header(struct core_dump *dump, const struct layout *l)
{
	const struct elf_header header = {
		.ident = {0x7f, 'E', 'L', 'F', 2 /* 64 bits */, 1 /* little endian */, 1},
		.type = ET_CORE,
		.machine = HAL_ABI_ELF_MACHINE,
		.version = 1,
		.phoff = sizeof(header),
		.shoff = l->sections,
		.ehsize = sizeof(header),
		.phentsize = sizeof(struct elf_segment),
		.phnum = l->sections ? PN_XNUM : (uint16_t)(l->count + 1),
		.shentsize = l->sections ? sizeof(struct elf_section) : 0,
		.shnum = l->sections ? 1 : 0,
	};

	return emit(dump, &header, sizeof(header));
}

/* Where there are too many mappings for the ELF header's field. */
static bool emit_sections(struct core_dump *dump, const struct layout *l)
{
	const struct elf_section section = {.size = 1, .info = (uint32_t)l->count + 1};

	return !l->sections || emit(dump, &section, sizeof(section));
}

static void place(struct layout *l)
{
	uint64_t at = sizeof(struct elf_header) + (l->count + 1) * sizeof(struct elf_segment) +
		      l->notes.length;

	l->data = PAGE_UP(at);
	if (l->count + 1 < PN_XNUM)
		return;
	l->sections = l->data;
	for (const struct area *a = l->areas; a < l->areas + l->count; a++)
		l->sections += a->dumped;
}

static bool emit_all(struct core_dump *dump, const struct layout *l, void *page)
{
	if (!emit_header(dump, l) || !emit_segments(dump, l) ||
	    !emit(dump, l->notes.buf, l->notes.length))
		return false;
	skip_to(dump, (loff_t)l->data);
	for (const struct area *a = l->areas; a < l->areas + l->count; a++)
		if (!emit_area(dump, a, page))
			return false;
	return emit_sections(dump, l);
}

bool core_write(struct core_dump *dump)
{
	struct layout l = {0};
	void *page = kmalloc(PAGE_SIZE, GFP_KERNEL);
	bool begun = page && take_areas(&l) && core_notes(dump, &l.notes);

	if (begun) {
		place(&l);
		/* Cut short, it is a core all the same: Linux says so too. */
		(void)emit_all(dump, &l, page);
		if (dump->hole && dump->pos) {
			dump->pos--; /* the file is as long as its last hole */
			(void)emit(dump, "", 1);
		}
	}
	text_free(&l.notes);
	kfree(l.areas);
	kfree(page);
	return begun;
}
