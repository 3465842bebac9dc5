// SPDX-License-Identifier: MIT
/* devfs: one tmpfs that every mount of "devtmpfs" or "devfs" shows, in which drivers' nodes appear
 * by themselves. */
#include <core/errno.h>
#include <core/init.h>
#include <core/lib/string.h>
#include <core/printk.h>
#include <ramfs/tmpfs.h>

static struct super *the_super;
static const struct fs_type devtmpfs_type, devfs_type;

static int devfs_mount(const struct fs_type *type, const char *source, const char *options,
		       struct super **super)
{
	(void)type, (void)source, (void)options;
	if (!the_super)
		return -ENODEV;
	*super = the_super;
	return 0;
}

static const struct fs_type devtmpfs_type = {.name = "devtmpfs",
					     .flags = FS_NODEV | FS_COMPLETE | FS_BTIME |
						      FS_HANDLES | FS_FLAGS,
					     .mount = devfs_mount};
static const struct fs_type devfs_type = {.name = "devfs",
					  .flags = FS_NODEV | FS_COMPLETE | FS_BTIME | FS_HANDLES |
						   FS_FLAGS,
					  .mount = devfs_mount};
FS_TYPE(devtmpfs_type);
FS_TYPE(devfs_type);

/* name may have folders in it: they are made on the way. */
static int add_node(const char *name, umode_t mode, dev_t rdev)
{
	struct dentry *parent = dentry_get(the_super->root), *child;
	int error;

	for (;;) {
		const char *slash = strchr(name, '/');
		size_t length = slash ? (size_t)(slash - name) : strlen(name);

		child = NULL;
		error = tmpfs_make(parent, name, length, slash ? S_IFDIR | 0755 : mode,
				   slash ? 0 : rdev, slash ? &child : NULL);
		dentry_put(parent);
		if (!slash)
			return error;
		if (error && error != -EEXIST)
			return error;
		parent = child;
		name = slash + 1;
	}
}

static int devfs_init(void)
{
	/* It stays for good: counted as if one more mount showed it. */
	int error = tmpfs_mount(&devtmpfs_type, "devtmpfs", "mode=755", &the_super);

	if (error)
		return error;
	the_super->active = 1;
	return devfs_set_hook(add_node);
}
INIT_CORE(devfs_init);
