// SPDX-License-Identifier: MIT
// What the report of a kernel fault says of the process's memory: the mappings around the address.
//
// Other processors have been stopped wherever they were, and this one may hold any lock: nothing is
// locked here. A tree that was being changed is walked no further than it can be long; should it
// lead astray, that is a second fault, which ends the report (panic.c).

#include <core/mm.h>
#include <core/panic.h>
#include <core/printk.h>
#include <core/thread.h>
#include <core/vfs.h>

#include "mm_internal.h"

#define BELOW 4u // mappings shown below the address, and from it on
#define ABOVE 4u
#define FAR   65536u

static void show(const struct vma *vma, vaddr_t address, void (*line)(const char *text))
{
	const char *name = vma_name(vma);
	char text[128];

	if (!name && vma->file && vma->file->path.dentry)
		name = vma->file->path.dentry->name;
	(void)snprintf(text, sizeof(text), "  %016lx-%016lx %c%c%c%c %.48s%s", vma->start, vma->end,
		       vma->flags & VM_READ ? 'r' : '-', vma->flags & VM_WRITE ? 'w' : '-',
		       vma->flags & VM_EXEC ? 'x' : '-', vma->flags & VM_SHARED ? 's' : 'p',
		       name ? name : "",
		       address >= vma->start && address < vma->end ? "  <-- the address" : "");
	line(text);
}

void panic_show_memory(struct thread *thread, vaddr_t address, void (*line)(const char *text))
{
	const struct vma *near[BELOW], *vma = vma_first(thread->mm);
	unsigned int below = 0, steps = 0;

	line("memory map around the address:");
	for (; vma && vma->end <= address && steps++ < FAR; vma = vma_next(vma))
		near[below++ % BELOW] = vma;
	for (unsigned int i = below > BELOW ? below - BELOW : 0; i < below; i++)
		show(near[i % BELOW], address, line);
	if (vma && address < vma->start)
		line("  (the address lies in no mapping)");
	for (unsigned int i = 0; vma && i < ABOVE; i++, vma = vma_next(vma))
		show(vma, address, line);
	if (!vma && address >= hal_user_end())
		line("  (the address is not the process's)");
}
