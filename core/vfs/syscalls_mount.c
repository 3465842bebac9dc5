// SPDX-License-Identifier: MIT
/* mount, umount2, pivot_root. */
#include "mount.h"

#include <core/syscall.h>

#define MS_MGC_VALUE 0xc0ed0000ul
#define MS_MGC_MASK  0xffff0000ul

/* A user's string, or NULL for a null pointer. */
static int optional_string(unsigned long user, char **string)
{
	*string = NULL;
	return user ? path_string(user, LOOKUP_EMPTY, string) : 0;
}

/* mount's data: up to a page, not necessarily readable to its end. */
static int copy_options(unsigned long user, char **options)
{
	size_t left;

	*options = NULL;
	if (!user)
		return 0;
	*options = kzalloc(PAGE_SIZE, GFP_KERNEL);
	if (!*options)
		return -ENOMEM;
	left = hal_copy_from_user(*options, hal_user_ptr(const void, user), PAGE_SIZE - 1);
	if (left == PAGE_SIZE - 1) {
		kfree(*options);
		*options = NULL;
		return -EFAULT;
	}
	return 0;
}

SYSCALL(mount)
{
	unsigned long flags = args->arg[3];
	char *source = NULL, *type = NULL, *options = NULL;
	struct path target;
	long error = optional_string(args->arg[2], &type);

	if (error)
		return error;
	error = optional_string(args->arg[0], &source);
	if (error)
		goto out_type;
	error = copy_options(args->arg[4], &options);
	if (error)
		goto out_source;
	error = path_lookup_user(AT_FDCWD, args->arg[1], LOOKUP_FOLLOW, &target);
	if (error)
		goto out_options;
	if ((flags & MS_MGC_MASK) == MS_MGC_VALUE)
		flags &= ~MS_MGC_MASK;
	error = do_mount(source, &target, type, flags, options);
	path_put(&target);
out_options:
	kfree(options);
out_source:
	if (source)
		path_string_free(source);
out_type:
	if (type)
		path_string_free(type);
	return error;
}

SYSCALL(umount2)
{
	unsigned int flags = (unsigned int)args->arg[1];
	struct path path;
	long error;

	if (flags & ~(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW))
		return -EINVAL;
	error = path_lookup_user(AT_FDCWD, args->arg[0],
				 flags & UMOUNT_NOFOLLOW ? 0 : LOOKUP_FOLLOW, &path);
	if (error)
		return error;
	mount_topmost(&path); /* also of ".", where a walk does not look up */
	if (!capable(CAP_SYS_ADMIN))
		error = -EPERM;
	else if (flags & MNT_EXPIRE && flags & (MNT_FORCE | MNT_DETACH))
		error = -EINVAL;
	else
		error = do_umount(&path, flags);
	/* Not path_put(): this was no use of the mount. */
	dentry_put(path.dentry);
	mount_put(path.mount);
	return error;
}

SYSCALL(pivot_root)
{
	struct path new_root, put_old;
	long error;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	error = path_lookup_user(AT_FDCWD, args->arg[0], LOOKUP_FOLLOW | LOOKUP_DIRECTORY,
				 &new_root);
	if (error)
		return error;
	error = path_lookup_user(AT_FDCWD, args->arg[1], LOOKUP_FOLLOW | LOOKUP_DIRECTORY,
				 &put_old);
	if (!error) {
		mount_topmost(&put_old);
		error = do_pivot_root(&new_root, &put_old);
		path_put(&put_old);
	}
	path_put(&new_root);
	return error;
}
