// SPDX-License-Identifier: MIT
/* /proc/PID/smaps and smaps_rollup: what each mapping, and all together, really use. */
#include "internal.h"

static void kilobytes(struct text *text, const char *label, uint64_t bytes)
{
	text_printf(text, "%-16s%8llu kB\n", label, (unsigned long long)(bytes >> 10));
}

static void show_usage(struct text *text, const struct vma_usage *use, bool rollup)
{
	kilobytes(text, "Rss:", use->resident);
	kilobytes(text, "Pss:", use->share >> USAGE_SHARE_SHIFT);
	kilobytes(text, "Pss_Dirty:", use->share_dirty >> USAGE_SHARE_SHIFT);
	if (rollup) {
		/* All files are in memory file systems, whose pages Linux calls shmem. */
		kilobytes(text, "Pss_Anon:", use->share_anonymous >> USAGE_SHARE_SHIFT);
		kilobytes(text, "Pss_File:", 0);
		kilobytes(text,
			  "Pss_Shmem:", (use->share - use->share_anonymous) >> USAGE_SHARE_SHIFT);
	}
	kilobytes(text, "Shared_Clean:", use->shared_clean);
	kilobytes(text, "Shared_Dirty:", use->shared_dirty);
	kilobytes(text, "Private_Clean:", use->private_clean);
	kilobytes(text, "Private_Dirty:", use->private_dirty);
	kilobytes(text, "Referenced:", use->referenced);
	kilobytes(text, "Anonymous:", use->anonymous);
	/* Tern merges no pages, has no pages that it could drop at need, and no swap. */
	kilobytes(text, "KSM:", 0);
	kilobytes(text, "LazyFree:", 0);
	kilobytes(text, "AnonHugePages:", use->huge);
	kilobytes(text, "ShmemPmdMapped:", 0);
	kilobytes(text, "FilePmdMapped:", 0);
	kilobytes(text, "Shared_Hugetlb:", 0);
	kilobytes(text, "Private_Hugetlb:", 0);
	kilobytes(text, "Swap:", 0);
	kilobytes(text, "SwapPss:", 0);
	kilobytes(text, "Locked:", use->share_locked >> USAGE_SHARE_SHIFT);
}

static void show_flags(struct text *text, unsigned int flags)
{
	static const struct {
		unsigned int flag;
		const char *name;
	} names[] = {
		{VM_READ, "rd"},      {VM_WRITE, "wr"},	      {VM_EXEC, "ex"},
		{VM_SHARED, "sh"},    {VM_MAYREAD, "mr"},     {VM_MAYWRITE, "mw"},
		{VM_MAYEXEC, "me"},   {VM_SHARED, "ms"},      {VM_GROWSDOWN, "gd"},
		{VM_LOCKED, "lo"},    {VM_SEQUENTIAL, "sr"},  {VM_RANDOM, "rr"},
		{VM_DONTFORK, "dc"},  {VM_LOCKONFAULT, "lf"}, {VM_ACCOUNT, "ac"},
		{VM_NORESERVE, "nr"}, {VM_WIPEONFORK, "wf"},  {VM_DONTDUMP, "dd"},
		{VM_HUGEPAGE, "hg"},  {VM_NOHUGEPAGE, "nh"},
	};

	text_puts(text, "VmFlags: ");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (flags & names[i].flag)
			text_printf(text, "%s ", names[i].name);
	text_puts(text, "\n");
}

static void show_mapping(struct text *text, const struct vma *vma, char *buf, void *state)
{
	struct vma_usage use = {0};

	(void)state;
	proc_maps_line(text, vma, buf);
	kilobytes(text, "Size:", vma->end - vma->start);
	kilobytes(text, "KernelPageSize:", PAGE_SIZE);
	kilobytes(text, "MMUPageSize:", PAGE_SIZE);
	vma_usage(vma, &use);
	show_usage(text, &use, false);
	text_printf(text, "THPeligible:    %8u\n", vma_huge_eligible(vma));
	show_flags(text, vma->flags);
}

int proc_pid_smaps(struct text *text, void *file)
{
	return proc_each_mapping(text, file, show_mapping, NULL);
}

struct rollup {
	vaddr_t start, end;
	struct vma_usage use;
};

static void add_mapping(struct text *text, const struct vma *vma, char *buf, void *state)
{
	struct rollup *rollup = state;

	(void)text;
	(void)buf;
	if (!rollup->end)
		rollup->start = vma->start;
	rollup->end = vma->end;
	vma_usage(vma, &rollup->use);
}

int proc_pid_smaps_rollup(struct text *text, void *file)
{
	struct rollup rollup = {0};
	int error = proc_each_mapping(text, file, add_mapping, &rollup);

	if (error)
		return error;
	if (!rollup.end)
		return -ESRCH; /* a kernel thread, or gone */
	text_printf(text, "%08lx-%08lx ---p 00000000 00:00 0 %26s[rollup]\n", rollup.start,
		    rollup.end, "");
	show_usage(text, &rollup.use, true);
	return 0;
}
