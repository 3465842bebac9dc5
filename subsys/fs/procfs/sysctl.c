// SPDX-License-Identifier: MIT
/* /proc/sys: the settings programs read, and the few that can be changed. */
#include "internal.h"

#include <core/coredump.h>
#include <core/cred.h>
#include <core/init.h>
#include <core/random.h>
#include <core/uts.h>

#define SHOW_TEXT(function, ...)                        \
	static int function(struct text *text, void *p) \
	{                                               \
		(void)p;                                \
		text_printf(text, __VA_ARGS__);         \
		return 0;                               \
	}

/* Cut the newline, read a number. */
static int number_from(char *buf, size_t n, unsigned long long *value)
{
	if (n && buf[n - 1] == '\n')
		buf[n - 1] = '\0';
	return parse_u64(buf, 10, value) ? -EINVAL : 0;
}

static ssize_t set_unsigned(unsigned int *variable, char *buf, size_t n, unsigned int max)
{
	unsigned long long value;

	if (number_from(buf, n, &value) || value > max)
		return -EINVAL;
	WRITE_ONCE(*variable, (unsigned int)value);
	return (ssize_t)n;
}

/* ---- kernel ---- */

SHOW_TEXT(hostname_show, "%s\n", uts.nodename)
SHOW_TEXT(domainname_show, "%s\n", uts.domainname)
SHOW_TEXT(osrelease_show, "%s\n", uts.release)
SHOW_TEXT(ostype_show, "%s\n", uts.sysname)
SHOW_TEXT(version_show, "%s\n", uts.version)
SHOW_TEXT(pid_max_show, "%d\n", 32768)
SHOW_TEXT(threads_max_show, "%u\n", thread_count_max())
SHOW_TEXT(overflow_show, "65534\n")
SHOW_TEXT(cap_last_cap_show, "%d\n", CAP_LAST)
SHOW_TEXT(ngroups_max_show, "65536\n")
SHOW_TEXT(core_uses_pid_show, "%u\n", READ_ONCE(core_uses_pid))
SHOW_TEXT(zero_show, "0\n")
SHOW_TEXT(two_show, "2\n")
SHOW_TEXT(random_bits_show, "256\n")
SHOW_TEXT(printk_show, "%d\t4\t1\t7\n", printk_console_level())

static int core_pattern_show(struct text *text, void *p)
{
	char pattern[CORE_PATTERN_SIZE];

	(void)p;
	core_pattern_get(pattern);
	text_printf(text, "%s\n", pattern);
	return 0;
}

static ssize_t core_pattern_write(struct proc_inode *p, char *buf, size_t n)
{
	int error;

	(void)p;
	if (n && buf[n - 1] == '\n')
		buf[n - 1] = '\0';
	error = core_pattern_set(buf);
	return error ? error : (ssize_t)n;
}

static ssize_t core_uses_pid_write(struct proc_inode *p, char *buf, size_t n)
{
	(void)p;
	return set_unsigned(&core_uses_pid, buf, n, INT32_MAX);
}

static ssize_t hostname_write(struct proc_inode *p, char *buf, size_t n)
{
	(void)p;
	if (n && buf[n - 1] == '\n')
		buf[n - 1] = '\0';
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	(void)strscpy(uts.nodename, buf,
		      sizeof(uts.nodename)); /* longer ones are cut, as Linux does */
	return (ssize_t)n;
}

static ssize_t domainname_write(struct proc_inode *p, char *buf, size_t n)
{
	(void)p;
	if (n && buf[n - 1] == '\n')
		buf[n - 1] = '\0';
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	(void)strscpy(uts.domainname, buf, sizeof(uts.domainname));
	return (ssize_t)n;
}

static ssize_t printk_write(struct proc_inode *p, char *buf, size_t n)
{
	(void)p;
	/* Up to four numbers; the first is the console's. */
	if (!n || buf[0] < '0' || buf[0] > '9')
		return -EINVAL;
	printk_set_console_level(buf[0] - '0');
	return (ssize_t)n;
}

static void show_uuid(struct text *text, const unsigned char *b)
{
	for (int i = 0; i < 16; i++)
		text_printf(text, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", b[i]);
	text_puts(text, "\n");
}

static void make_uuid(unsigned char *b)
{
	random_bytes(b, 16);
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40); /* version 4 */
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
}

static int uuid_show(struct text *text, void *p)
{
	unsigned char b[16];

	(void)p;
	make_uuid(b);
	show_uuid(text, b);
	return 0;
}

static struct mutex boot_id_lock = MUTEX_INIT(boot_id_lock, "boot id");

static int boot_id_show(struct text *text, void *p)
{
	static unsigned char id[16]; /* [boot_id_lock] */

	(void)p;
	mutex_lock(&boot_id_lock);
	if (!id[6])
		make_uuid(id);
	show_uuid(text, id);
	mutex_unlock(&boot_id_lock);
	return 0;
}

static const struct proc_entry random_entries[] = {
	PROC_FILE("boot_id", 0444, boot_id_show),
	PROC_FILE("entropy_avail", 0444, random_bits_show),
	PROC_FILE("poolsize", 0444, random_bits_show),
	PROC_FILE("uuid", 0444, uuid_show),
	PROC_END,
};

static const struct proc_entry kernel_entries[] = {
	PROC_FILE("cap_last_cap", 0444, cap_last_cap_show),
	PROC_RW("core_pattern", 0644, core_pattern_show, core_pattern_write),
	PROC_RW("core_uses_pid", 0644, core_uses_pid_show, core_uses_pid_write),
	PROC_FILE("dmesg_restrict", 0444, zero_show),
	PROC_RW("domainname", 0644, domainname_show, domainname_write),
	PROC_RW("hostname", 0644, hostname_show, hostname_write),
	PROC_FILE("kptr_restrict", 0444, two_show),
	PROC_FILE("ngroups_max", 0444, ngroups_max_show),
	PROC_FILE("osrelease", 0444, osrelease_show),
	PROC_FILE("ostype", 0444, ostype_show),
	PROC_FILE("overflowgid", 0444, overflow_show),
	PROC_FILE("overflowuid", 0444, overflow_show),
	PROC_FILE("panic", 0444, zero_show),
	PROC_FILE("pid_max", 0444, pid_max_show),
	PROC_RW("printk", 0644, printk_show, printk_write),
	PROC_DIR("random", 0555, random_entries),
	PROC_FILE("randomize_va_space", 0444, two_show),
	PROC_FILE("tainted", 0444, zero_show),
	PROC_FILE("threads-max", 0444, threads_max_show),
	PROC_FILE("version", 0444, version_show),
	PROC_END,
};

/* ---- vm ---- */

SHOW_TEXT(overcommit_memory_show, "%u\n", overcommit_mode)
SHOW_TEXT(overcommit_ratio_show, "%u\n", overcommit_ratio)
SHOW_TEXT(max_map_count_show, "%u\n", max_map_count)
SHOW_TEXT(drop_caches_show, "%u\n", 0u)

static ssize_t overcommit_memory_write(struct proc_inode *p, char *buf, size_t n)
{
	(void)p;
	return set_unsigned(&overcommit_mode, buf, n, 2);
}

static ssize_t overcommit_ratio_write(struct proc_inode *p, char *buf, size_t n)
{
	(void)p;
	return set_unsigned(&overcommit_ratio, buf, n, INT32_MAX);
}

static ssize_t max_map_count_write(struct proc_inode *p, char *buf, size_t n)
{
	(void)p;
	return set_unsigned(&max_map_count, buf, n, INT32_MAX);
}

/* 1: page cache (nothing of ours can be read again), 2: dentries and inodes, 3: both; and the
 * allocators' own stores, so that accounts can be compared. What waits for a grace period is waited
 * for: several times, since freeing an object may put off freeing what it held (a thread its
 * address space, that its page tables). */
static ssize_t drop_caches_write(struct proc_inode *p, char *buf, size_t n)
{
	unsigned long long what;

	(void)p;
	if (number_from(buf, n, &what) || what < 1 || what > 4)
		return -EINVAL;
	if (what & 2)
		vfs_drop_caches();
	for (unsigned int i = 0; i < 3; i++)
		rcu_barrier();
	slab_drain();
	rcu_barrier();
	page_drain();
	return (ssize_t)n;
}

static const struct proc_entry vm_entries[] = {
	PROC_RW("drop_caches", 0200, drop_caches_show, drop_caches_write),
	PROC_RW("max_map_count", 0644, max_map_count_show, max_map_count_write),
	PROC_RW("overcommit_memory", 0644, overcommit_memory_show, overcommit_memory_write),
	PROC_RW("overcommit_ratio", 0644, overcommit_ratio_show, overcommit_ratio_write),
	PROC_FILE("swappiness", 0444, zero_show),
	PROC_END,
};

/* ---- numbers that rooms announce ---- */

#define FOLDER_MAX 8u

static struct proc_entry inotify_entries[FOLDER_MAX + 1]; /* filled at boot, then constant */
static struct proc_entry net_core_entries[FOLDER_MAX + 1];
static struct proc_entry net_unix_entries[FOLDER_MAX + 1];

static const struct {
	const char *name;
	struct proc_entry *entries;
} folders[] = {
	{"fs/inotify", inotify_entries},
	{"net/core", net_core_entries},
	{"net/unix", net_unix_entries},
};

extern const struct tunable *const __start_core_tunables[] __attribute__((weak));
extern const struct tunable *const __stop_core_tunables[] __attribute__((weak));

static int tunable_show(struct text *text, void *p)
{
	const struct proc_inode *inode = p;

	text_printf(text, "%u\n", READ_ONCE(*inode->entry->tunable->value));
	return 0;
}

static ssize_t tunable_write(struct proc_inode *p, char *buf, size_t n)
{
	return set_unsigned(p->entry->tunable->value, buf, n, p->entry->tunable->max);
}

static void add_tunable(const struct tunable *tunable)
{
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		struct proc_entry *entry = folders[i].entries;

		if (strcmp(folders[i].name, tunable->folder) != 0)
			continue;
		while (entry->name)
			entry++;
		VERIFY(entry < folders[i].entries + FOLDER_MAX);
		*entry = (struct proc_entry)PROC_RW(tunable->name, 0644, tunable_show,
						    tunable_write);
		entry->tunable = tunable;
		return;
	}
	panic("no folder %s in /proc/sys for %s", tunable->folder, tunable->name);
}

static int tunables_init(void)
{
	for (const struct tunable *const *t = __start_core_tunables; t < __stop_core_tunables; t++)
		add_tunable(*t);
	return 0;
}
INIT_CORE(tunables_init);

/* ---- fs ---- */

SHOW_TEXT(file_max_show, "9223372036854775807\n")
SHOW_TEXT(nr_open_show, "%u\n", FILES_MAX)
SHOW_TEXT(pipe_max_show, "1048576\n")

static int file_nr_show(struct text *text, void *p)
{
	(void)p;
	text_printf(text, "%zu\t0\t9223372036854775807\n", vfs_counts().files);
	return 0;
}

static int inode_nr_show(struct text *text, void *p)
{
	(void)p;
	text_printf(text, "%zu\t0\n", vfs_counts().inodes);
	return 0;
}

static int inode_state_show(struct text *text, void *p)
{
	(void)p;
	text_printf(text, "%zu\t0\t0\t0\t0\t0\t0\n", vfs_counts().inodes);
	return 0;
}

/* All of them, those that nobody uses, their age and how many are wanted back (neither is kept),
 * and the negative ones. */
static int dentry_state_show(struct text *text, void *p)
{
	struct vfs_counts counts = vfs_counts();

	(void)p;
	text_printf(text, "%zu\t%zu\t45\t0\t0\t0\n", counts.dentries, counts.dentries_unused);
	return 0;
}

static const struct tunable fifos_tunable = {.value = &vfs_protected_fifos, .max = 2};
static const struct tunable regular_tunable = {.value = &vfs_protected_regular, .max = 2};
static const struct tunable hardlinks_tunable = {.value = &vfs_protected_hardlinks, .max = 1};
static const struct tunable symlinks_tunable = {.value = &vfs_protected_symlinks, .max = 1};

#define PROC_TUNABLE(n, t)       \
	{.name = (n),            \
	 .mode = S_IFREG | 0644, \
	 .show = tunable_show,   \
	 .write = tunable_write, \
	 .tunable = (t)}

static const struct proc_entry fs_entries[] = {
	PROC_FILE("dentry-state", 0444, dentry_state_show),
	PROC_FILE("file-max", 0444, file_max_show),
	PROC_FILE("file-nr", 0444, file_nr_show),
	PROC_FILE("inode-nr", 0444, inode_nr_show),
	PROC_FILE("inode-state", 0444, inode_state_show),
	PROC_DIR("inotify", 0555, inotify_entries),
	PROC_FILE("nr_open", 0444, nr_open_show),
	PROC_FILE("pipe-max-size", 0444, pipe_max_show),
	PROC_TUNABLE("protected_fifos", &fifos_tunable),
	PROC_TUNABLE("protected_hardlinks", &hardlinks_tunable),
	PROC_TUNABLE("protected_regular", &regular_tunable),
	PROC_TUNABLE("protected_symlinks", &symlinks_tunable),
	PROC_FILE("suid_dumpable", 0444, zero_show),
	PROC_END,
};

static const struct proc_entry net_entries[] = {
	PROC_DIR("core", 0555, net_core_entries),
	PROC_DIR("unix", 0555, net_unix_entries),
	PROC_END,
};

const struct proc_entry proc_sys_entries[] = {
	PROC_DIR("fs", 0555, fs_entries),
	PROC_DIR("kernel", 0555, kernel_entries),
	PROC_DIR("net", 0555, net_entries),
	PROC_DIR("vm", 0555, vm_entries),
	PROC_END,
};
