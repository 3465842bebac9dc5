// SPDX-License-Identifier: MIT
/* The files of /proc itself: what the machine and the kernel are and do. */
#include "internal.h"

#include <core/irq.h>
#include <core/pagecache.h>
#include <core/percpu.h>
#include <core/proc.h>
#include <core/uts.h>
#include <hal/boot.h>
#include <hal/cpu.h>

static int version_show(struct text *text, void *p)
{
	(void)p;
	text_printf(text, "%s version %s (tern@tern) (clang) %s\n", uts.sysname, uts.release,
		    uts.version);
	return 0;
}

static int cmdline_show(struct text *text, void *p)
{
	(void)p;
	text_printf(text, "%s\n", hal_boot_info()->cmdline);
	return 0;
}

static int uptime_show(struct text *text, void *p)
{
	ktime_t now = clock_monotonic(), idle = 0;
	unsigned int n = sched_cpu_count();

	(void)p;
	for (unsigned int cpu = 0; cpu < n; cpu++)
		idle += sched_idle_time(cpu);
	text_printf(text, "%llu.%02llu %llu.%02llu\n", (unsigned long long)(now / NSEC_PER_SEC),
		    (unsigned long long)(now % NSEC_PER_SEC / 10000000),
		    (unsigned long long)(idle / NSEC_PER_SEC),
		    (unsigned long long)(idle % NSEC_PER_SEC / 10000000));
	return 0;
}

static int loadavg_show(struct text *text, void *p)
{
	unsigned long loads[3];

	(void)p;
	sched_loads(loads);
	for (int i = 0; i < 3; i++) {
		unsigned long load = loads[i] + 65536 / 200; /* rounded to hundredths */

		text_printf(text, "%lu.%02lu ", load >> 16, (load & 0xffff) * 100 >> 16);
	}
	text_printf(text, "%u/%u %d\n", sched_running(), thread_count_all(), pid_last());
	return 0;
}

static void kib(struct text *text, const char *name, uint64_t pages)
{
	text_printf(text, "%-15s %8llu kB\n", name, (unsigned long long)pages << (PAGE_SHIFT - 10));
}

static int meminfo_show(struct text *text, void *p)
{
	struct page_counts counts;
	uint64_t free, cached, shmem = pagecache_shmem();

	(void)p;
	page_counts(&counts);
	free = counts.free;
	cached = pagecache_total() + shmem;
	kib(text, "MemTotal:", counts.total);
	kib(text, "MemFree:", free);
	kib(text, "MemAvailable:", free + counts.reclaimable);
	kib(text, "Buffers:", 0);
	kib(text, "Cached:", cached);
	kib(text, "SwapCached:", 0);
	kib(text, "Active:", cached);
	kib(text, "Inactive:", counts.by_state[PAGE_ANON]);
	kib(text, "Active(anon):", 0);
	kib(text, "Inactive(anon):", counts.by_state[PAGE_ANON]);
	kib(text, "Active(file):", cached);
	kib(text, "Inactive(file):", 0);
	kib(text, "Unevictable:", 0);
	kib(text, "Mlocked:", 0);
	kib(text, "SwapTotal:", 0);
	kib(text, "SwapFree:", 0);
	kib(text, "Dirty:", counts.dirty);
	kib(text, "Writeback:", 0);
	kib(text, "AnonPages:", counts.by_state[PAGE_ANON]);
	kib(text, "Mapped:", 0);
	kib(text, "Shmem:", cached); /* all files live in memory */
	kib(text, "KReclaimable:", counts.reclaimable);
	kib(text, "Slab:", counts.by_state[PAGE_SLAB]);
	kib(text, "SReclaimable:", 0);
	kib(text, "SUnreclaim:", counts.by_state[PAGE_SLAB]);
	text_printf(text, "%-15s %8llu kB\n", "KernelStack:",
		    (unsigned long long)counts.by_state[PAGE_STACK] << (PAGE_SHIFT - 10));
	kib(text, "PageTables:", counts.by_state[PAGE_TABLE]);
	kib(text, "SecPageTables:", 0);
	kib(text, "NFS_Unstable:", 0);
	kib(text, "Bounce:", 0);
	kib(text, "WritebackTmp:", 0);
	kib(text, "CommitLimit:", mm_commit_limit());
	kib(text, "Committed_AS:", mm_committed());
	text_printf(text, "%-15s %8llu kB\n", "VmallocTotal:", 34359738367ull);
	kib(text, "VmallocUsed:", 0);
	kib(text, "VmallocChunk:", 0);
	kib(text, "Percpu:", 0);
	kib(text, "AnonHugePages:", (uint64_t)hal_block_count() << HAL_BLOCK_ORDER);
	kib(text, "ShmemHugePages:", 0);
	kib(text, "ShmemPmdMapped:", 0);
	kib(text, "FileHugePages:", 0);
	kib(text, "FilePmdMapped:", 0);
	text_puts(text, "HugePages_Total:       0\nHugePages_Free:        0\n"
			"HugePages_Rsvd:        0\nHugePages_Surp:        0\n");
	kib(text, "Hugepagesize:", HAL_BLOCK_PAGES);
	kib(text, "Hugetlb:", 0);
	return 0;
}

static void slab_line(void *context, const struct kcache_info *info)
{
	struct text *text = context;
	char name[32];
	size_t i;

	for (i = 0; info->name[i] && i < sizeof(name) - 1; i++)
		name[i] = info->name[i] == ' ' ? '_' : info->name[i];
	name[i] = '\0';
	text_printf(
		text,
		"%-17s %6zu %6zu %6zu %4zu %4zu : tunables %4u %4u %4u : slabdata %6zu %6zu %6u\n",
		name, info->active, info->total, info->size, info->per_slab, info->frames_per_slab,
		0, 0, 0, info->slabs, info->slabs, 0);
}

/* The lines are made under the allocator's lock: room must be there before. */
static int slabinfo_show(struct text *text, void *p)
{
	(void)p;
	text_puts(text, "slabinfo - version: 2.1\n"
			"# name            <active_objs> <num_objs> <objsize> <objperslab> "
			"<pagesperslab> : tunables <limit> "
			"<batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> "
			"<sharedavail>\n");
	text_reserve(text, 32768);
	kcache_for_each(slab_line, text);
	return 0;
}

static int stat_show(struct text *text, void *p)
{
	unsigned int n = sched_cpu_count();
	ktime_t user, system, idle, all[3] = {0, 0, 0};

	(void)p;
	for (unsigned int cpu = 0; cpu < n; cpu++) {
		sched_cpu_ticks(cpu, &user, &system);
		all[0] += user;
		all[1] += system;
		all[2] += sched_idle_time(cpu);
	}
	text_printf(text, "cpu  %llu 0 %llu %llu 0 0 0 0 0 0\n",
		    (unsigned long long)proc_ticks(all[0]), (unsigned long long)proc_ticks(all[1]),
		    (unsigned long long)proc_ticks(all[2]));
	for (unsigned int cpu = 0; cpu < n; cpu++) {
		sched_cpu_ticks(cpu, &user, &system);
		idle = sched_idle_time(cpu);
		text_printf(text, "cpu%u %llu 0 %llu %llu 0 0 0 0 0 0\n", cpu,
			    (unsigned long long)proc_ticks(user),
			    (unsigned long long)proc_ticks(system),
			    (unsigned long long)proc_ticks(idle));
	}
	text_printf(
		text,
		"intr 0\nctxt %llu\nbtime %llu\nprocesses %d\nprocs_running %u\nprocs_blocked 0\n",
		(unsigned long long)sched_switches(),
		(unsigned long long)((clock_realtime() - clock_monotonic()) / NSEC_PER_SEC),
		pid_last(), sched_running());
	text_puts(text, "softirq 0 0 0 0 0 0 0 0 0 0 0\n");
	return 0;
}

static int cpuinfo_show(struct text *text, void *p)
{
	char *buf = kmalloc(PAGE_SIZE, GFP_KERNEL);

	(void)p;
	if (!buf)
		return -ENOMEM;
	for (unsigned int cpu = 0; cpu < sched_cpu_count(); cpu++) {
		size_t n = hal_cpu_describe(cpu, buf, PAGE_SIZE);

		text_write(text, buf, MIN(n, PAGE_SIZE));
	}
	kfree(buf);
	return 0;
}

static int filesystems_show(struct text *text, void *p)
{
	const struct fs_type *type;
	unsigned int index = 0;

	(void)p;
	while ((type = fs_type_next(&index)) != NULL)
		text_printf(text, "%s\t%s\n", type->flags & FS_NODEV ? "nodev" : "", type->name);
	return 0;
}

static int devices_show(struct text *text, void *p)
{
	unsigned int major, last = UINT32_MAX;
	const char *name;

	(void)p;
	text_puts(text, "Character devices:\n");
	for (unsigned int i = 0; chrdev_info(i, &major, &name); i++) {
		if (major != last)
			text_printf(text, "%3u %s\n", major, name);
		last = major;
	}
	text_puts(text, "\nBlock devices:\n");
	return 0;
}

static void event_row(struct text *text, const char *name, enum cpu_event event, const char *what)
{
	text_printf(text, "%4s: ", name);
	for (unsigned int cpu = 0; cpu < sched_cpu_count(); cpu++)
		text_printf(text, "%10llu ",
			    (unsigned long long)READ_ONCE(percpus[cpu].events[event]));
	text_printf(text, "  %s\n", what);
}

/* Devices' interrupts arrive at the first processor. */
static int interrupts_show(struct text *text, void *p)
{
	(void)p;
	text_puts(text, "     ");
	for (unsigned int cpu = 0; cpu < sched_cpu_count(); cpu++)
		text_printf(text, "       CPU%-u", cpu);
	text_puts(text, "\n");
	for (unsigned int irq = 0; irq < IRQ_LINES; irq++) {
		uint64_t count;
		const char *name = irq_info(irq, &count);

		if (!name)
			continue;
		text_printf(text, "%4u: %10llu ", irq, (unsigned long long)count);
		for (unsigned int cpu = 1; cpu < sched_cpu_count(); cpu++)
			text_printf(text, "%10u ", 0u);
		text_printf(text, "  %s\n", name);
	}
	event_row(text, "LOC", EVENT_TIMER, "Local timer interrupts");
	event_row(text, "RES", EVENT_RESCHED, "Rescheduling interrupts");
	event_row(text, "CAL", EVENT_CALL, "Function call interrupts");
	event_row(text, "TLB", EVENT_TLB, "TLB shootdowns");
	return 0;
}

static int empty_show(struct text *text, void *p)
{
	(void)text, (void)p;
	return 0;
}

static int swaps_show(struct text *text, void *p)
{
	(void)p;
	text_puts(text, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
	return 0;
}

static int partitions_show(struct text *text, void *p)
{
	(void)p;
	text_puts(text, "major minor  #blocks  name\n\n");
	return 0;
}

static uint64_t all_cpus(enum cpu_event event)
{
	uint64_t sum = 0;

	for (unsigned int cpu = 0; cpu < sched_cpu_count(); cpu++)
		sum += READ_ONCE(percpus[cpu].events[event]);
	return sum;
}

static int vmstat_show(struct text *text, void *p)
{
	struct machine_faults faults = machine_faults();
	struct page_counts counts;

	(void)p;
	page_counts(&counts);
	text_printf(text,
		    "nr_free_pages %llu\nnr_slab_unreclaimable %llu\nnr_page_table_pages "
		    "%llu\nnr_kernel_stack %llu\n",
		    (unsigned long long)counts.free, (unsigned long long)counts.by_state[PAGE_SLAB],
		    (unsigned long long)counts.by_state[PAGE_TABLE],
		    (unsigned long long)counts.by_state[PAGE_STACK] << (PAGE_SHIFT - 10));
	text_printf(text,
		    "nr_anon_pages %llu\nnr_file_pages %llu\nnr_dirty %llu\npgpgin 0\npgpgout "
		    "0\npswpin 0\npswpout 0\n",
		    (unsigned long long)counts.by_state[PAGE_ANON],
		    (unsigned long long)counts.by_state[PAGE_CACHE],
		    (unsigned long long)counts.dirty);
	text_printf(text, "pgfault %llu\npgmajfault %llu\n",
		    (unsigned long long)(faults.minor + faults.major),
		    (unsigned long long)faults.major);
	text_printf(text, "nr_tlb_remote_flush %llu\nlock_contended %llu\n",
		    (unsigned long long)all_cpus(EVENT_TLB),
		    (unsigned long long)all_cpus(EVENT_CONTENDED));
	return 0;
}

/* ---- links ---- */

static int self_link(struct proc_inode *p, char *buf, size_t n)
{
	(void)p;
	(void)snprintf(buf, n, "%d", process_id(current->process));
	return 0;
}

static int thread_self_link(struct proc_inode *p, char *buf, size_t n)
{
	(void)p;
	(void)snprintf(buf, n, "%d/task/%d", process_id(current->process), current->pid->number);
	return 0;
}

static int mounts_link(struct proc_inode *p, char *buf, size_t n)
{
	(void)p;
	return strscpy(buf, "self/mounts", n) < 0 ? -ENAMETOOLONG : 0;
}

static int net_link(struct proc_inode *p, char *buf, size_t n)
{
	(void)p;
	return strscpy(buf, "self/net", n) < 0 ? -ENAMETOOLONG : 0;
}

const struct proc_entry proc_root_entries[] = {
	PROC_FILE("cmdline", 0444, cmdline_show),
	PROC_FILE("cpuinfo", 0444, cpuinfo_show),
	PROC_FILE("devices", 0444, devices_show),
	PROC_FILE("diskstats", 0444, empty_show),
	PROC_FILE("filesystems", 0444, filesystems_show),
	PROC_FILE("interrupts", 0444, interrupts_show),
	PROC_FILE("loadavg", 0444, loadavg_show),
	PROC_FILE("meminfo", 0444, meminfo_show),
	PROC_FILE("modules", 0444, empty_show),
	PROC_LINK("mounts", mounts_link, NULL),
	PROC_LINK("net", net_link, NULL),
	PROC_FILE("partitions", 0444, partitions_show),
	PROC_LINK("self", self_link, NULL),
	PROC_FILE("slabinfo", 0400, slabinfo_show),
	PROC_FILE("stat", 0444, stat_show),
	PROC_FILE("swaps", 0444, swaps_show),
	{.name = "sys", .mode = S_IFDIR | 0555, .children = proc_sys_entries, .plain = true},
	PROC_RW("sysrq-trigger", 0200, NULL, proc_sysrq_write),
	PROC_LINK("thread-self", thread_self_link, NULL),
	PROC_FILE("uptime", 0444, uptime_show),
	PROC_FILE("version", 0444, version_show),
	PROC_FILE("vmstat", 0444, vmstat_show),
	PROC_END,
};
