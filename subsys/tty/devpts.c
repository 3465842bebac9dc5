// SPDX-License-Identifier: MIT
// devpts: a directory of the pseudo-terminals in use, and of ptmx, by which one is made. There
// is one instance, which every mount shows. Its options are those of its first mount, or of the
// last remount.

#include "pty.h"

#include <core/errno.h>
#include <core/init.h>
#include <core/lib/string.h>
#include <core/printk.h>

#define DEVPTS_MAGIC 0x1cd1
#define INO_ROOT     1
#define INO_PTMX     2
#define INO_FIRST    3 /* of number 0 */

/* Positions in the directory are inode numbers, "." being 0 and ".." 1. */

#define MOST_EVER (1u << 20) /* what Linux takes for max */

struct devpts_options {
	uint32_t uid, gid;
	bool has_uid, has_gid; /* else those of who makes it */
	umode_t mode, ptmx_mode;
	uint32_t max;
};

static struct super *the_super;
static bool was_mounted;
static struct devpts_options options = {.mode = 0600, .max = MOST_EVER};
static struct mutex options_mutex =
	MUTEX_INIT(options_mutex, "devpts options"); /* of both; readers take single fields */

static bool number_of(const struct dentry *dentry, unsigned int *index)
{
	unsigned long long value;

	if (dentry->name_length > 4 || (dentry->name[0] == '0' && dentry->name_length > 1) ||
	    parse_u64(dentry->name, 10, &value) || value >= PTY_MAX)
		return false;
	*index = (unsigned int)value;
	return true;
}

/* A name stays right as long as it stands for the pseudo-terminal it was looked up for: dentries
 * of numbers that are free, or free again, are looked up anew. */
static bool devpts_revalidate(struct dentry *dentry)
{
	struct inode *inode = rcu_dereference(dentry->inode);
	unsigned int index;

	if (!number_of(dentry, &index))
		return true;
	return inode && (uintptr_t)inode->private == pty_serial(index);
}

static const struct dentry_ops dentry_ops = {.revalidate = devpts_revalidate};

/* Owner and mode live with the pseudo-terminal: they outlast the inode. */
static int devpts_setattr(struct inode *inode, const struct attributes *a)
{
	struct pty *pty =
		inode->ino >= INO_FIRST ? pty_find((unsigned int)(inode->ino - INO_FIRST)) : NULL;

	if (!pty)
		return 0;
	if (pty->serial == (uintptr_t)inode->private) {
		if (a->valid & ATTR_UID)
			pty->uid = a->uid;
		if (a->valid & ATTR_GID)
			pty->gid = a->gid;
		if (a->valid & ATTR_MODE)
			pty->mode = a->mode & S_IALLUGO;
	}
	tty_put(&pty->tty);
	return 0;
}

/* The name goes with the pseudo-terminal. */
static void devpts_getattr(struct inode *inode, struct kstat *stat)
{
	if (inode->ino >= INO_FIRST &&
	    (uintptr_t)inode->private != pty_serial((unsigned int)(inode->ino - INO_FIRST)))
		stat->nlink = 0;
}

static const struct inode_ops node_inode_ops = {.setattr = devpts_setattr,
						.getattr = devpts_getattr};

static struct inode *node(struct super *super, uint64_t ino, umode_t mode, dev_t dev)
{
	struct inode *inode = inode_new(super, mode);

	if (inode) {
		inode->ino = ino;
		inode->rdev = dev;
		inode->ops = &node_inode_ops;
	}
	return inode;
}

static int devpts_lookup(struct inode *dir, struct dentry *dentry)
{
	unsigned int index;
	struct inode *inode;
	struct pty *pty;

	dentry->ops = &dentry_ops;
	if (!strcmp(dentry->name, "ptmx")) {
		inode = node(dir->super, INO_PTMX, S_IFCHR | READ_ONCE(options.ptmx_mode),
			     MKDEV(5, 2));
		if (!inode)
			return -ENOMEM;
		dentry_attach(dentry, inode);
		return 0;
	}
	if (!number_of(dentry, &index))
		return 0;
	pty = pty_find(index);
	if (!pty)
		return 0;
	inode = node(dir->super, INO_FIRST + index, S_IFCHR | pty->mode, pty->tty.dev);
	if (inode) {
		inode->uid = pty->uid;
		inode->gid = pty->gid;
		inode->private = (void *)(uintptr_t)pty->serial;
	}
	tty_put(&pty->tty);
	if (!inode)
		return -ENOMEM;
	dentry_attach(dentry, inode);
	return 0;
}

static int devpts_iterate(__attribute__((unused)) struct file *file, struct dir_context *context)
{
	char name[12];

	if (context->pos == 0) {
		if (!context->emit(context, ".", 1, INO_ROOT, 4))
			return 0;
		context->pos = 1;
	}
	if (context->pos == 1) {
		if (!context->emit(context, "..", 2, INO_ROOT, 4))
			return 0;
		context->pos = INO_PTMX;
	}
	if (context->pos == INO_PTMX) {
		if (!context->emit(context, "ptmx", 4, INO_PTMX, 2))
			return 0;
		context->pos = INO_FIRST;
	}
	for (;;) {
		int index = pty_next((unsigned int)(context->pos - INO_FIRST));

		if (index < 0)
			return 0;
		if (!context->emit(context, name,
				   (size_t)scnprintf(name, sizeof(name), "%d", index),
				   INO_FIRST + (uint64_t)index, 2))
			return 0;
		context->pos = INO_FIRST + index + 1;
	}
}

static const struct inode_ops dir_inode_ops = {.lookup = devpts_lookup};
static const struct file_ops dir_ops = {
	.iterate = devpts_iterate, .seek = file_seek_dir, .fsync = file_fsync_memory};

/* ---- options ---- */

unsigned int devpts_max(void)
{
	unsigned int max = READ_ONCE(options.max);

	return max && max < PTY_MAX ? max : PTY_MAX; /* 0 is none on Linux, too */
}

void devpts_own(struct pty *pty)
{
	mutex_lock(&options_mutex);
	pty->uid = options.has_uid ? options.uid : current->cred->fsuid;
	pty->gid = options.has_gid ? options.gid : current->cred->fsgid;
	pty->mode = options.mode;
	mutex_unlock(&options_mutex);
}

static int parse_one(void *context, const char *name, const char *value)
{
	struct devpts_options *wanted = context;
	int error = -EINVAL;

	if (!strcmp(name, "uid") && value) {
		error = mount_option_number(value, &wanted->uid);
		wanted->has_uid = true;
	} else if (!strcmp(name, "gid") && value) {
		error = mount_option_number(value, &wanted->gid);
		wanted->has_gid = true;
	} else if (!strcmp(name, "mode") && value) {
		error = mount_option_octal(value, &wanted->mode);
	} else if (!strcmp(name, "ptmxmode") && value) {
		error = mount_option_octal(value, &wanted->ptmx_mode);
	} else if (!strcmp(name, "max") && value) {
		error = mount_option_number(value, &wanted->max);
		if (wanted->max > MOST_EVER)
			error = -EINVAL;
	} else if (!strcmp(name, "newinstance") && !value) {
		error = 0; /* as on Linux, where it is the only way there is */
	}
	return error;
}

static int check_option(const char *name, const char *value)
{
	struct devpts_options scratch = {0};

	return parse_one(&scratch, name, value);
}

/* What is not named gets its default. */
static int parse(const char *text, struct devpts_options *wanted)
{
	*wanted = (struct devpts_options){.mode = 0600, .max = MOST_EVER};
	return mount_options_each(text, parse_one, wanted);
}

/* options_mutex held */
static void apply(const struct devpts_options *wanted)
{
	struct dentry *ptmx = dentry_child(the_super->root, "ptmx", 4);

	options = *wanted;
	if (!ptmx)
		return;
	if (ptmx->inode)
		WRITE_ONCE(ptmx->inode->mode, S_IFCHR | wanted->ptmx_mode);
	dentry_put(ptmx);
}

static int devpts_remount(__attribute__((unused)) struct super *super, const char *text)
{
	struct devpts_options wanted;
	int error = parse(text, &wanted);

	if (error)
		return error;
	mutex_lock(&options_mutex);
	apply(&wanted);
	mutex_unlock(&options_mutex);
	return 0;
}

static void devpts_show_options(__attribute__((unused)) struct super *super, char *buf, size_t n)
{
	size_t at = 0;

	buf[0] = '\0';
	mutex_lock(&options_mutex);
	if (options.has_uid)
		at += (size_t)scnprintf(buf + at, n - at, ",uid=%u", options.uid);
	if (options.has_gid)
		at += (size_t)scnprintf(buf + at, n - at, ",gid=%u", options.gid);
	at += (size_t)scnprintf(buf + at, n - at, ",mode=%03o,ptmxmode=%03o", options.mode,
				options.ptmx_mode);
	if (options.max < MOST_EVER)
		(void)scnprintf(buf + at, n - at, ",max=%u", options.max);
	mutex_unlock(&options_mutex);
}

static const struct super_ops super_ops = {.remount = devpts_remount,
					   .show_options = devpts_show_options};

static int devpts_mount(__attribute__((unused)) const struct fs_type *type,
			__attribute__((unused)) const char *source, const char *text,
			struct super **super)
{
	struct devpts_options wanted;
	int error;

	if (!the_super)
		return -ENODEV;
	error = parse(text, &wanted);
	if (error)
		return error;
	mutex_lock(&options_mutex);
	if (!was_mounted)
		apply(&wanted);
	was_mounted = true;
	mutex_unlock(&options_mutex);
	*super = the_super;
	return 0;
}

static const struct fs_type devpts_type = {
	.name = "devpts", .flags = FS_NODEV, .mount = devpts_mount, .check_option = check_option};
FS_TYPE(devpts_type);

static int devpts_init(void)
{
	struct super *super = super_new(&devpts_type, &super_ops);
	struct inode *root;

	if (!super)
		return -ENOMEM;
	super->magic = DEVPTS_MAGIC;
	super->blocksize = 1024;
	root = node(super, INO_ROOT, S_IFDIR | 0755, 0);
	if (!root)
		goto fail;
	root->nlink = 2;
	root->ops = &dir_inode_ops;
	root->file_ops = &dir_ops;
	super->root = dentry_root(super, root);
	if (!super->root)
		goto fail;
	super->active = 1; /* it stays for good */
	the_super = super;
	return 0;
fail:
	super_kill(super);
	return -ENOMEM;
}
INIT_CORE(devpts_init);
