// SPDX-License-Identifier: MIT
/*
 * The mount calls in steps: a context collects what a file system needs (fsopen, fsconfig), becomes a
 * mount that is nowhere yet (fsmount), or is made of one that exists (open_tree); move_mount puts it
 * somewhere. A mount without a place is held by the descriptor, and goes with it.
 */
#include "mount.h"

#include <core/printk.h>
#include <core/syscall.h>

#define FSOPEN_CLOEXEC	1u
#define FSMOUNT_CLOEXEC 1u

#define FSPICK_CLOEXEC		1u
#define FSPICK_SYMLINK_NOFOLLOW 2u
#define FSPICK_NO_AUTOMOUNT	4u
#define FSPICK_EMPTY_PATH	8u

#define OPEN_TREE_CLONE	  1u
#define OPEN_TREE_CLOEXEC O_CLOEXEC

#define MOVE_FROM_SYMLINKS   0x01u
#define MOVE_FROM_AUTOMOUNTS 0x02u
#define MOVE_FROM_EMPTY	     0x04u
#define MOVE_TO_SYMLINKS     0x10u
#define MOVE_TO_AUTOMOUNTS   0x20u
#define MOVE_TO_EMPTY	     0x40u
#define MOVE_FLAGS	     0x77u

enum {
	FSCONFIG_SET_FLAG,
	FSCONFIG_SET_STRING,
	FSCONFIG_SET_BINARY,
	FSCONFIG_SET_PATH,
	FSCONFIG_SET_PATH_EMPTY,
	FSCONFIG_SET_FD,
	FSCONFIG_CREATE,
	FSCONFIG_RECONFIGURE,
	FSCONFIG_CREATE_EXCL
};

#define VALUE_MAX 256u

/* ---- contexts ---- */

enum phase { COLLECTING, CREATED, RECONFIGURING, FAILED };

struct fs_setup {
	struct mutex lock;
	/* [lock] */
	enum phase phase;
	const struct fs_type *type;
	char *source;
	char *options; /* a page, as mount(2)'s data */
	struct super_change change;
	struct mount *mount; /* CREATED: what fsmount will give */
	struct super *super; /* RECONFIGURING: kept active, but no mount of it */
};

/* What went wrong would be read here, as text; nothing of ours leaves any. */
static ssize_t setup_read(struct file *file, struct uio *uio, loff_t *pos)
{
	(void)file, (void)uio, (void)pos;
	return -ENODATA;
}

static void setup_free(struct fs_setup *setup)
{
	if (setup->mount)
		mount_put(setup->mount);
	if (setup->super)
		super_inactive(setup->super);
	kfree(setup->source);
	kfree(setup->options);
	kfree(setup);
}

static void setup_release(struct file *file)
{
	setup_free(file->private);
}

static const struct file_ops setup_ops = {
	.read = setup_read, .release = setup_release, .traits = FILE_NO_SPLICE};

static long setup_open(struct fs_setup *setup, bool cloexec)
{
	struct file *file;
	long result = file_anonymous("anon_inode:[fscontext]", &setup_ops, setup, O_RDWR,
				     FILE_READ | FILE_WRITE | FILE_STREAM, &file);

	if (result) {
		setup_free(setup);
		return result;
	}
	result = fd_install(file, 0, cloexec);
	if (result < 0)
		file_put_now(file);
	return result;
}

static struct fs_setup *setup_new(const struct fs_type *type)
{
	struct fs_setup *setup = kzalloc(sizeof(*setup), GFP_KERNEL);

	if (!setup)
		return NULL;
	mutex_init(&setup->lock, "file system setup");
	setup->type = type;
	return setup;
}

SYSCALL(fsopen)
{
	unsigned int flags = (unsigned int)args->arg[1];
	const struct fs_type *type;
	struct fs_setup *setup;
	char *name;
	long result;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (flags & ~FSOPEN_CLOEXEC)
		return -EINVAL;
	result = path_string(args->arg[0], LOOKUP_EMPTY, &name);
	if (result)
		return result;
	type = fs_type_find(name);
	path_string_free(name);
	if (!type || type->flags & FS_KERNEL)
		return -ENODEV;
	setup = setup_new(type);
	if (!setup)
		return -ENOMEM;
	result = setup_open(setup, flags & FSOPEN_CLOEXEC);
	return result;
}

SYSCALL(fspick)
{
	unsigned int flags = (unsigned int)args->arg[2];
	struct fs_setup *setup;
	struct path path;
	long result;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (flags &
	    ~(FSPICK_CLOEXEC | FSPICK_SYMLINK_NOFOLLOW | FSPICK_NO_AUTOMOUNT | FSPICK_EMPTY_PATH))
		return -EINVAL;
	result = path_lookup_user((int)args->arg[0], args->arg[1],
				  (flags & FSPICK_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
					  (flags & FSPICK_EMPTY_PATH ? LOOKUP_EMPTY : 0),
				  &path);
	if (result)
		return result;
	setup = path.dentry == path.mount->root ? setup_new(path.mount->super->type) : NULL;
	if (!setup) {
		result = path.dentry == path.mount->root ? -ENOMEM : -EINVAL;
		path_put(&path);
		return result;
	}
	setup->phase = RECONFIGURING;
	setup->super = super_active(path.mount->super);
	path_put(&path);
	return setup_open(setup, flags & FSPICK_CLOEXEC);
}

/* ---- collecting ---- */

/* Append key or key=value to the options. */
static int add_option(struct fs_setup *setup, const char *key, const char *value)
{
	size_t used, room;

	if (strchr(key, ',') || (value && strchr(value, ',')))
		return -EINVAL;
	if (!setup->options)
		setup->options = kzalloc(PAGE_SIZE, GFP_KERNEL);
	if (!setup->options)
		return -ENOMEM;
	used = strlen(setup->options);
	room = PAGE_SIZE - used;
	if (strlen(key) + (value ? strlen(value) + 1 : 0) + 2 > room)
		return -EINVAL;
	(void)snprintf(setup->options + used, room, "%s%s%s%s", used ? "," : "", key,
		       value ? "=" : "", value ? value : "");
	return 0;
}

static int set_source(struct fs_setup *setup, const char *value)
{
	if (setup->source)
		return -EINVAL;
	setup->source = kstrdup(value, GFP_KERNEL);
	return setup->source ? 0 : -ENOMEM;
}

static int create(struct fs_setup *setup)
{
	int error;

	if (setup->phase != COLLECTING)
		return -EBUSY;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM; /* whoever made the context was */
	error = mount_new_detached(setup->type, setup->source, setup->options, setup->change.flags,
				   0, &setup->mount);
	setup->phase = error ? FAILED : CREATED;
	return error;
}

/* What was collected has been used: now the file system can be changed. */
static void begin_again(struct fs_setup *setup)
{
	kfree(setup->source);
	kfree(setup->options);
	setup->source = setup->options = NULL;
	setup->change.flags = 0;
	setup->phase = RECONFIGURING;
}

static int reconfigure(struct fs_setup *setup)
{
	int error;

	if (setup->phase != RECONFIGURING)
		return -EBUSY;
	mutex_lock(&mount_mutex);
	error = !capable(CAP_SYS_ADMIN) ? -EPERM
					: super_remount(setup->super, setup->change.flags,
							setup->change.mask, setup->options);
	mutex_unlock(&mount_mutex);
	if (error)
		setup->phase = FAILED;
	else
		begin_again(setup);
	return error;
}

static int collect(struct fs_setup *setup, const char *key, const char *value)
{
	int error;

	if (mount_option_common(key, &setup->change))
		return 0;
	error = setup->type->check_option ? setup->type->check_option(key, value) : 0;
	if (!strcmp(key, "source"))
		return value ? set_source(setup, value) : -EINVAL;
	return error ? error : add_option(setup, key, value);
}

/* setup->lock held; key and value as the command wants them, else NULL. */
static int configure(struct fs_setup *setup, unsigned int command, const char *key,
		     const char *value)
{
	switch (command) {
	case FSCONFIG_CREATE:
	case FSCONFIG_CREATE_EXCL:
		return create(setup);
	case FSCONFIG_RECONFIGURE:
		return reconfigure(setup);
	default:
		break;
	}
	if (setup->phase != COLLECTING && setup->phase != RECONFIGURING)
		return -EBUSY;
	return collect(setup, key, command == FSCONFIG_SET_FLAG ? NULL : value);
}

/* Which of key, value and aux a command takes. */
static int check_config(unsigned int command, unsigned long key, unsigned long value, int aux)
{
	switch (command) {
	case FSCONFIG_SET_FLAG:
		return key && !value && !aux ? 0 : -EINVAL;
	case FSCONFIG_SET_STRING:
		return key && value && !aux ? 0 : -EINVAL;
	case FSCONFIG_SET_BINARY:
	case FSCONFIG_SET_PATH:
	case FSCONFIG_SET_PATH_EMPTY:
	case FSCONFIG_SET_FD:
		return -EINVAL; /* no file system here takes such a parameter */
	case FSCONFIG_CREATE:
	case FSCONFIG_RECONFIGURE:
	case FSCONFIG_CREATE_EXCL:
		return !key && !value && !aux ? 0 : -EINVAL;
	default:
		return -EOPNOTSUPP;
	}
}

static int copy_text(unsigned long user, char *to)
{
	long n = hal_string_from_user(to, hal_user_ptr(const char, user), VALUE_MAX);

	if (n < 0)
		return (int)n;
	return n == VALUE_MAX ? -EINVAL : 0;
}

SYSCALL(fsconfig)
{
	char key[VALUE_MAX] __uninitialized, value[VALUE_MAX] __uninitialized;
	unsigned int command = (unsigned int)args->arg[1];
	struct fs_setup *setup;
	struct fd fd;
	long error;

	if ((int)args->arg[0] < 0)
		return -EINVAL;
	error = check_config(command, args->arg[2], args->arg[3], (int)args->arg[4]);
	if (error)
		return error;
	fd = fd_get((int)args->arg[0]);
	if (!fd.file)
		return -EBADF;
	error = fd.file->ops == &setup_ops ? 0 : -EINVAL;
	if (!error && args->arg[2])
		error = copy_text(args->arg[2], key);
	if (!error && args->arg[3])
		error = copy_text(args->arg[3], value);
	if (!error) {
		setup = fd.file->private;
		mutex_lock(&setup->lock);
		error = configure(setup, command, key, value);
		mutex_unlock(&setup->lock);
	}
	fd_put(fd);
	return error;
}

/* ---- descriptors of mounts ---- */

/* A descriptor as of O_PATH for path (references consumed). detached: it holds a mount without a
 * place. */
static long open_mount(struct path *path, bool detached, bool cloexec)
{
	struct file *file = file_for_mount(path, detached);
	long result;

	if (!file) {
		if (detached)
			mount_dissolve(path->mount);
		path_put(path);
		return -ENOMEM;
	}
	result = fd_install(file, 0, cloexec);
	if (result < 0)
		file_put_now(file);
	return result;
}

SYSCALL(fsmount)
{
	unsigned int flags = (unsigned int)args->arg[1], mount_bits;
	struct path path = {NULL, NULL};
	struct fs_setup *setup;
	struct fd fd;
	long error;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (flags & ~FSMOUNT_CLOEXEC)
		return -EINVAL;
	error = mount_attributes((uint64_t)(unsigned int)args->arg[2], &mount_bits);
	if (error)
		return error;
	fd = fd_get((int)args->arg[0]);
	if (!fd.file)
		return -EBADF;
	error = -EINVAL;
	if (fd.file->ops == &setup_ops) {
		setup = fd.file->private;
		mutex_lock(&setup->lock);
		if (setup->phase == CREATED) {
			setup->mount->flags = mount_bits;
			path = (struct path){.mount = setup->mount, .dentry = setup->mount->root};
			path_get(&path); /* the mount's own reference waits for its place */
			setup->super = super_active(setup->mount->super);
			setup->mount = NULL;
			begin_again(setup);
			error = 0;
		} else {
			error = setup->super ? -EBUSY : -EINVAL;
		}
		mutex_unlock(&setup->lock);
	}
	fd_put(fd);
	return error ? error : open_mount(&path, true, flags & FSMOUNT_CLOEXEC);
}

SYSCALL(open_tree)
{
	unsigned int flags = (unsigned int)args->arg[2], lookup = LOOKUP_FOLLOW;
	bool clone = flags & OPEN_TREE_CLONE;
	struct path path, copied;
	struct mount *copy;
	long error;

	if (flags & ~(AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_RECURSIVE | AT_SYMLINK_NOFOLLOW |
		      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC))
		return -EINVAL;
	if ((flags & (AT_RECURSIVE | OPEN_TREE_CLONE)) == AT_RECURSIVE)
		return -EINVAL;
	if (clone && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (flags & AT_SYMLINK_NOFOLLOW)
		lookup = 0;
	if (flags & AT_EMPTY_PATH)
		lookup |= LOOKUP_EMPTY;
	error = path_lookup_user((int)args->arg[0], args->arg[1], lookup, &path);
	if (error)
		return error;
	if (!clone)
		return open_mount(&path, false, flags & OPEN_TREE_CLOEXEC);
	error = mount_bind_copy(&path, flags & AT_RECURSIVE, &copy);
	path_put(&path);
	if (error)
		return error;
	copied = (struct path){.mount = copy, .dentry = copy->root};
	path_get(&copied);
	return open_mount(&copied, true, flags & OPEN_TREE_CLOEXEC);
}

SYSCALL(move_mount)
{
	unsigned int flags = (unsigned int)args->arg[4];
	struct path from, to;
	long error;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (flags & ~MOVE_FLAGS)
		return -EINVAL;
	error = path_lookup_user((int)args->arg[0], args->arg[1],
				 (flags & MOVE_FROM_SYMLINKS ? LOOKUP_FOLLOW : 0) |
					 (flags & MOVE_FROM_EMPTY ? LOOKUP_EMPTY : 0),
				 &from);
	if (error)
		return error;
	error = path_lookup_user((int)args->arg[2], args->arg[3],
				 (flags & MOVE_TO_SYMLINKS ? LOOKUP_FOLLOW : 0) |
					 (flags & MOVE_TO_EMPTY ? LOOKUP_EMPTY : 0),
				 &to);
	if (!error) {
		error = do_move_mount(&from, &to);
		path_put(&to);
	}
	path_put(&from);
	return error;
}
