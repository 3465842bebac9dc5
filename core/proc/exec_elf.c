// SPDX-License-Identifier: MIT
// Loading an ELF program: everything is mapped into a new address space while the old one is still
// the thread's, so that whatever is wrong with the file is an error of execve and not the death of
// the process.

#include <core/errno.h>
#include <core/lib/string.h>
#include <core/proc.h>
#include <core/random.h>
#include <core/slab.h>
#include <core/time.h>
#include <hal/abi.h>
#include <hal/user.h>
#include <hal/vdso.h>

#include "elf.h"
#include "exec.h"

#define VDSO_PAGES_MAX 8

struct loaded {
	vaddr_t bias, low, high; /* high: end of the last page */
	vaddr_t brk;		 /* first byte after everything */
	vaddr_t code_start, code_end, data_start, data_end;
};

static int read_exact(struct file *file, void *buf, size_t n, uint64_t offset)
{
	loff_t pos = (loff_t)offset;
	ssize_t got = vfs_read(file, buf, n, &pos);

	if (got < 0)
		return (int)got;
	return (size_t)got == n ? 0 : -EIO;
}

/* The program headers, parsed into image: kfree *segments. */
static int read_segments(struct file *file, struct elf_image *image, struct elf_segment **segments)
{
	size_t n = image->phnum * sizeof(**segments);
	int error;

	*segments = kmalloc(n, GFP_KERNEL);
	if (!*segments)
		return -ENOMEM;
	error = read_exact(file, *segments, n, image->phoff);
	if (error == -EIO)
		error = -ENOEXEC;
	if (!error)
		error = elf_read_segments(*segments, hal_user_end(), image);
	if (error) {
		kfree(*segments);
		*segments = NULL;
	}
	return error;
}

/* ---- mapping ---- */

static int zero_tail(struct mm *mm, vaddr_t from, vaddr_t to)
{
	static const char zeroes[256];

	while (from < to) {
		size_t n = MIN(to - from, sizeof(zeroes));

		/* mm_access only reads the buffer when it writes. */
		if (mm_access(mm, from, (void *)(uintptr_t)zeroes, n, true, false) != n)
			return -EFAULT;
		from += n;
	}
	return 0;
}

static int map_segment(struct exec *e, struct file *file, const struct elf_segment *s, vaddr_t bias,
		       bool fresh)
{
	struct mm *mm = e->mm;
	struct elf_mapping m;
	unsigned int vm, how = MM_FIXED | (fresh ? MM_NOREPLACE : 0);
	vaddr_t at;
	int error;

	elf_mapping(s, bias, &m);
	vm = (m.read ? VM_READ : 0) | (m.write ? VM_WRITE : 0) | (m.exec ? VM_EXEC : 0) |
	     VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;
	if ((e->personality & READ_IMPLIES_EXEC) && m.read)
		vm |= VM_EXEC;
	if (m.file_end > m.start) {
		at = m.start;
		error = mm_map(mm, &at, m.file_end - m.start, vm, how, file, m.offset);
		if (error)
			return error == -EEXIST ? -ENOMEM : error;
		if (m.write && s->memsz > s->filesz) {
			error = zero_tail(mm, m.zero_from,
					  MIN(m.file_end, bias + s->vaddr + s->memsz));
			/* Beyond the file's end there is nothing to zero a part of. */
			if (error)
				return s->offset + s->filesz > PAGE_UP((uint64_t)file->inode->size)
					       ? -ENOEXEC
					       : -ENOMEM;
		}
	}
	if (m.memory_end > m.file_end) {
		at = m.file_end;
		error = mm_map(mm, &at, m.memory_end - m.file_end, vm, how, NULL, 0);
		if (error)
			return error == -EEXIST ? -ENOMEM : error;
	}
	return 0;
}

static void note_segment(struct loaded *l, const struct elf_segment *s)
{
	vaddr_t start = s->vaddr + l->bias, file_end = start + s->filesz;

	if ((s->flags & PF_X) && start < l->code_start)
		l->code_start = start;
	if ((s->flags & PF_X) && file_end > l->code_end)
		l->code_end = file_end;
	if (start > l->data_start)
		l->data_start = start;
	if (file_end > l->data_end)
		l->data_end = file_end;
	if (start + s->memsz > l->brk)
		l->brk = start + s->memsz;
}

/* Where may a position-independent file of this size go in the mmap area? */
static int find_place(struct mm *mm, const struct elf_image *image, vaddr_t *bias)
{
	size_t size = image->high - image->low, slack = image->align - PAGE_SIZE;
	vaddr_t at = 0;
	int error = mm_map(mm, &at, size + slack, VM_NORESERVE, 0, NULL, 0);

	if (error)
		return error;
	error = mm_unmap(mm, at, size + slack);
	*bias = ALIGN_UP(at - ALIGN_DOWN(image->low, image->align) % image->align, image->align) -
		ALIGN_DOWN(image->low, image->align);
	if (*bias + image->low < at)
		*bias += image->align;
	return error;
}

/* Map all segments of file. program: it may be placed by its own addresses. */
static int map_image(struct exec *e, struct file *file, const struct elf_image *image,
		     const struct elf_segment *segments, bool has_interp, struct loaded *l)
{
	bool randomize = !(e->personality & ADDR_NO_RANDOMIZE);
	int error = 0;

	*l = (struct loaded){.code_start = UINT64_MAX};
	if (image->dynamic && has_interp) {
		l->bias = HAL_ABI_ELF_DYN_BASE;
		if (randomize)
			l->bias += (random_u64() & ((1ull << HAL_ABI_MMAP_RND_BITS) - 1))
				   << PAGE_SHIFT;
		l->bias = ALIGN_DOWN(l->bias, image->align) - ALIGN_DOWN(image->low, image->align);
		if (image->high > hal_user_end() - l->bias)
			return -ENOMEM;
	} else if (image->dynamic) {
		error = find_place(e->mm, image, &l->bias);
		if (error)
			return error;
	}
	for (unsigned int i = 0; i < image->phnum; i++) {
		if (segments[i].type != PT_LOAD || segments[i].memsz == 0)
			continue;
		/* Segments may share a page: later ones win, as on Linux. */
		error = map_segment(e, file, &segments[i], l->bias, false);
		/* What mmap has against the numbers (too low, no multiple) is the file's fault. */
		if (error)
			return error == -ENOMEM ? -ENOMEM : -ENOEXEC;
		note_segment(l, &segments[i]);
	}
	l->low = image->low + l->bias;
	l->high = image->high + l->bias;
	return 0;
}

/* ---- the interpreter ---- */

static int open_interp(struct file *program, const struct elf_image *image, struct file **file)
{
	char *path = kmalloc(image->interp_size, GFP_KERNEL);
	int error;

	if (!path)
		return -ENOMEM;
	error = read_exact(program, path, image->interp_size, image->interp_offset);
	if (!error && path[image->interp_size - 1] != '\0')
		error = -ENOEXEC;
	if (!error)
		error = vfs_open_exec(AT_FDCWD, path, LOOKUP_FOLLOW, file);
	kfree(path);
	return error;
}

static int load_interp(struct exec *e, struct file *file)
{
	struct elf_segment *segments;
	struct elf_image image;
	struct elf_header header;
	struct loaded l;
	int error = read_exact(file, &header, sizeof(header), 0);

	if (error)
		return error;
	if (elf_read_header(&header, sizeof(header), &image))
		return -ELIBBAD;
	error = read_segments(file, &image, &segments);
	if (error)
		return error == -ENOEXEC ? -ELIBBAD : error;
	error = map_image(e, file, &image, segments, false, &l);
	kfree(segments);
	if (error)
		return error;
	e->interp_base = l.bias;
	e->entry = l.bias + image.entry;
	return e->entry < hal_user_end() ? 0 : -ENOEXEC;
}

/* ---- the vDSO ---- */

static int map_vdso(struct mm *mm)
{
	static paddr_t data_frame;
	size_t size;
	const char *image = hal_vdso_image(&size);
	static paddr_t frames[VDSO_PAGES_MAX]; /* kept by the mapping; always the same values */
	unsigned int pages = (unsigned int)(PAGE_UP(size) / PAGE_SIZE);
	vaddr_t at = 0, data;
	int error;

	VERIFY(pages <= VDSO_PAGES_MAX);
	data_frame = hal_virt_to_phys(time_vdso_page());
	for (unsigned int i = 0; i < pages; i++)
		frames[i] = hal_virt_to_phys(image + i * PAGE_SIZE);
	/* The data lies right below the image: find room for both, then put each in its place. */
	error = mm_map(mm, &at, (pages + HAL_VDSO_DATA_PAGES) * PAGE_SIZE, VM_NORESERVE, 0, NULL,
		       0);
	if (error)
		return error;
	error = mm_unmap(mm, at, (pages + HAL_VDSO_DATA_PAGES) * PAGE_SIZE);
	if (error)
		return error;
	data = at;
	at += HAL_VDSO_DATA_PAGES * PAGE_SIZE;
	mm->vdso = at;
	error = mm_map_special(mm, &data, &data_frame, HAL_VDSO_DATA_PAGES, VM_READ, "[vvar]");
	if (!error)
		error = mm_map_special(mm, &at, frames, pages, VM_READ | VM_EXEC, "[vdso]");
	if (!error && (at != mm->vdso || data != at - HAL_VDSO_DATA_PAGES * PAGE_SIZE))
		error = -ENOMEM;
	return error;
}

/* ---- the program ---- */

static int map_stack(struct exec *e)
{
	vaddr_t top = HAL_ABI_STACK_TOP;
	size_t need =
		e->strings.bytes + ((size_t)e->strings.argc + e->strings.envc) * sizeof(uint64_t);
	size_t size = PAGE_UP(need + strlen(e->name) + 2 * PAGE_SIZE + 8192) + 131072;

	if (!(e->personality & ADDR_NO_RANDOMIZE))
		top -= random_u64() % HAL_ABI_STACK_RND_PAGES << PAGE_SHIFT;
	e->stack_top = PAGE_DOWN(top);
	return mm_map_stack(e->mm, e->stack_top, size, e->exec_stack);
}

static void set_layout(const struct exec *e, const struct loaded *l, bool brk_apart)
{
	struct mm *mm = e->mm;
	vaddr_t brk = brk_apart ? PAGE_UP((vaddr_t)HAL_ABI_ELF_DYN_BASE) : PAGE_UP(l->brk);

	mm->code_start = l->code_start;
	mm->code_end = l->code_end;
	mm->data_start = l->data_start;
	mm->data_end = l->data_end;
	if (!(e->personality & ADDR_NO_RANDOMIZE))
		brk += (random_u64() % 0x2000) << PAGE_SHIFT;
	mm_set_brk_start(mm, brk);
}

int exec_load_elf(struct exec *e)
{
	struct elf_segment *segments;
	struct elf_image image;
	struct file *interp = NULL;
	struct loaded l;
	int error = elf_read_header(e->head, e->head_size, &image);

	if (error)
		return error;
	error = read_segments(e->file, &image, &segments);
	if (error)
		return error;
	if (image.interp_size) {
		error = open_interp(e->file, &image, &interp);
		if (error)
			goto out;
		e->unreadable |= inode_permission(interp->inode, MAY_READ) != 0;
	}
	e->exec_stack = image.exec_stack;
	mm_layout(e->mm, e->stack_limit, !(e->personality & ADDR_NO_RANDOMIZE));
	error = map_stack(e);
	if (!error)
		error = map_image(e, e->file, &image, segments, interp != NULL, &l);
	if (error)
		goto out;
	e->program_entry = e->entry = image.entry + l.bias;
	e->phdr = image.phdr_vaddr ? image.phdr_vaddr + l.bias : 0;
	e->phnum = image.phnum;
	if (e->entry >= hal_user_end()) {
		error = -ENOEXEC;
		goto out;
	}
	set_layout(e, &l, image.dynamic && !interp);
	if (interp)
		error = load_interp(e, interp);
	if (!error)
		error = map_vdso(e->mm);
out:
	if (interp)
		file_put(interp);
	kfree(segments);
	return error;
}
