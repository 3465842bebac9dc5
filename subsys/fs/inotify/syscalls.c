// SPDX-License-Identifier: MIT
/* inotify_init, inotify_init1, inotify_add_watch, inotify_rm_watch. */
#include "internal.h"

#include <core/syscall.h>
#include <core/textfile.h>

/* Bits of which a watch's mask must have one, and no other: what may be asked for and what may be
 * reported. */
#define KNOWN_BITS                                                                          \
	(NOTIFY_ALL | NOTIFY_ISDIR | IN_UNMOUNT | IN_Q_OVERFLOW | IN_IGNORED | IN_ONLYDIR | \
	 IN_DONT_FOLLOW | IN_EXCL_UNLINK | IN_MASK_CREATE | IN_MASK_ADD | IN_ONESHOT)

static long create(unsigned int flags)
{
	struct file *file;
	int result;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	result = inotify_create(flags, &file);
	if (result)
		return result;
	result = fd_install(file, 0, flags & O_CLOEXEC);
	if (result < 0)
		file_put_now(file);
	return result;
}

SYSCALL(inotify_init)
{
	return create(0);
}

SYSCALL(inotify_init1)
{
	return create((unsigned int)args->arg[0]);
}

static int watch_path(struct inotify *inotify, unsigned long user, uint32_t mask)
{
	struct path path;
	int result;

	result = path_lookup_user(AT_FDCWD, user,
				  (mask & IN_DONT_FOLLOW ? 0 : LOOKUP_FOLLOW) |
					  (mask & IN_ONLYDIR ? LOOKUP_DIRECTORY : 0),
				  &path);
	if (result)
		return result;
	result = inode_permission(path.dentry->inode, MAY_READ);
	if (!result)
		result = inotify_watch_inode(inotify, path.dentry->inode, mask);
	path_put(&path);
	return result;
}

SYSCALL(inotify_add_watch)
{
	uint32_t mask = (uint32_t)args->arg[2];
	struct inotify *inotify;
	struct fd fd;
	int result = -EINVAL;

	if (!(mask & KNOWN_BITS) || mask & ~KNOWN_BITS)
		return -EINVAL;
	fd = fd_get((int)args->arg[0]);
	if (!fd.file)
		return -EBADF;
	inotify = inotify_of_file(fd.file);
	if (inotify && (mask & (IN_MASK_ADD | IN_MASK_CREATE)) != (IN_MASK_ADD | IN_MASK_CREATE))
		result = watch_path(inotify, args->arg[1], mask);
	fd_put(fd);
	return result;
}

SYSCALL(inotify_rm_watch)
{
	struct fd fd = fd_get((int)args->arg[0]);
	struct inotify *inotify;
	int result = -EINVAL;

	if (!fd.file)
		return -EBADF;
	inotify = inotify_of_file(fd.file);
	if (inotify)
		result = inotify_unwatch(inotify, (int32_t)args->arg[1]);
	fd_put(fd);
	return result;
}

static const struct tunable max_events = {"fs/inotify", "max_queued_events", &inotify_max_events,
					  INT32_MAX};
static const struct tunable max_instances = {"fs/inotify", "max_user_instances",
					     &inotify_max_instances, INT32_MAX};
static const struct tunable max_watches = {"fs/inotify", "max_user_watches", &inotify_max_watches,
					   INT32_MAX};
TUNABLE(max_events);
TUNABLE(max_instances);
TUNABLE(max_watches);
