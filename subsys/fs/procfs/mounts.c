// SPDX-License-Identifier: MIT
/* /proc/PID/{mounts,mountinfo}. */
#include "internal.h"

#define SPECIAL " \t\n\\"

static void show_flags(struct text *text, const struct mount *mount)
{
	unsigned int flags = mount->flags;

	if (flags & MS_NOSUID)
		text_puts(text, ",nosuid");
	if (flags & MS_NODEV)
		text_puts(text, ",nodev");
	if (flags & MS_NOEXEC)
		text_puts(text, ",noexec");
	if (flags & MS_NOATIME)
		text_puts(text, ",noatime");
	if (flags & MS_NODIRATIME)
		text_puts(text, ",nodiratime");
	if (flags & MS_RELATIME)
		text_puts(text, ",relatime");
	if (flags & MS_NOSYMFOLLOW)
		text_puts(text, ",nosymfollow");
}

static const char *access(unsigned long flags)
{
	return flags & MS_RDONLY ? "ro" : "rw";
}

/* What every file system has. */
static void show_super_flags(struct text *text, const struct super *super)
{
	unsigned long flags = READ_ONCE(super->flags);

	if (flags & MS_SYNCHRONOUS)
		text_puts(text, ",sync");
	if (flags & MS_DIRSYNC)
		text_puts(text, ",dirsync");
	if (flags & MS_MANDLOCK)
		text_puts(text, ",mand");
	if (flags & MS_LAZYTIME)
		text_puts(text, ",lazytime");
}

static void show_options(struct text *text, struct super *super)
{
	char options[192];

	if (!super->ops->show_options)
		return;
	super->ops->show_options(super, options, sizeof(options));
	text_puts(text, options);
}

static void mounts_line(struct text *text, struct mount *mount, const char *where)
{
	text_escape(text, mount->source, SPECIAL);
	text_puts(text, " ");
	text_escape(text, where, SPECIAL);
	text_printf(text, " %s ", mount->super->type->name);
	text_puts(text, access(mount->flags | mount->super->flags));
	show_super_flags(text, mount->super);
	show_flags(text, mount);
	show_options(text, mount->super);
	text_puts(text, " 0 0\n");
}

static void show_propagation(struct text *text, const struct mount *mount)
{
	int shared, master;
	bool unbindable;

	mount_propagation(mount, &shared, &master, &unbindable);
	if (shared)
		text_printf(text, " shared:%d", shared);
	if (master)
		text_printf(text, " master:%d", master);
	if (unbindable)
		text_puts(text, " unbindable");
}

static void mountinfo_line(struct text *text, struct mount *mount, const char *where, char *buf)
{
	const struct mount *parent = READ_ONCE(mount->parent);
	const char *root = dentry_name(mount->root, buf, PATH_MAX);

	text_printf(text, "%d %d %u:%u ", mount->id, parent ? parent->id : mount->id,
		    MAJOR(mount->super->dev), MINOR(mount->super->dev));
	text_escape(text, is_err(root) ? "/" : root, SPECIAL);
	text_puts(text, " ");
	text_escape(text, where, SPECIAL);
	text_puts(text, " ");
	text_puts(text, access(mount->flags));
	show_flags(text, mount);
	show_propagation(text, mount);
	text_printf(text, " - %s ", mount->super->type->name);
	text_escape(text, mount->source, SPECIAL);
	text_printf(text, " %s", access(mount->super->flags));
	show_super_flags(text, mount->super);
	show_options(text, mount->super);
	text_puts(text, "\n");
}

/* Whose end has begun has no root any more: EINVAL. */
static int root_of(struct proc_inode *p, struct path *root)
{
	struct thread *thread = proc_thread(p);
	bool found;

	if (!thread)
		return -EINVAL;
	found = fs_of_thread(thread, root, NULL);
	thread_put(thread);
	return found ? 0 : -EINVAL;
}

int proc_mounts_may_open(struct proc_inode *p, uint64_t *mark)
{
	struct path root;
	int error = root_of(p, &root);

	if (!error)
		path_put(&root);
	*mark = READ_ONCE(mount_events);
	return error;
}

/* POLLPRI when mounts have come or gone since it was last asked. */
unsigned int proc_mounts_poll(struct file *file, struct poll_table *table)
{
	uint64_t now, *seen = text_mark(file);

	poll_wait(table, &mount_waiters);
	now = READ_ONCE(mount_events);
	if (__atomic_exchange_n(seen, now, __ATOMIC_RELAXED) == now)
		return POLLIN | POLLRDNORM;
	return POLLIN | POLLRDNORM | POLLPRI | POLLERR;
}

static int show(struct text *text, struct proc_inode *p, bool info)
{
	struct mount *mount;
	struct path root;
	char *buf;
	int error = root_of(p, &root);

	if (error)
		return error;
	buf = kmalloc(2 * PATH_MAX, GFP_KERNEL);
	if (!buf) {
		path_put(&root);
		return -ENOMEM;
	}
	for (int id = 0; (mount = mount_after(id)) != NULL; mount_put(mount)) {
		const struct path where = {.mount = mount, .dentry = mount->root};
		char *name = path_name(&where, &root, buf, PATH_MAX);

		id = mount->id;
		/* What this process cannot reach is not shown to it. */
		if (is_err(name) || name[0] != '/')
			continue;
		if (info)
			mountinfo_line(text, mount, name, buf + PATH_MAX);
		else
			mounts_line(text, mount, name);
	}
	kfree(buf);
	path_put(&root);
	return 0;
}

int proc_mounts(struct text *text, void *p)
{
	return show(text, p, false);
}

int proc_mountinfo(struct text *text, void *p)
{
	return show(text, p, true);
}
