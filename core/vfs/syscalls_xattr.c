// SPDX-License-Identifier: MIT
/* Extended attributes: names and who may use them; file systems keep them. */
#include "internal.h"

#include <core/syscall.h>

#define XATTR_NAME_MAX 255
#define XATTR_SIZE_MAX 65536u
#define XATTR_LIST_MAX 65536u
#define XATTR_CREATE   1
#define XATTR_REPLACE  2

/* May current use a name of this kind on the inode? mask: MAY_READ or MAY_WRITE. */
static int name_permission(struct inode *inode, const char *name, unsigned int mask)
{
	bool write = mask & MAY_WRITE;

	if (write && inode->flags & (INODE_IMMUTABLE | INODE_APPEND))
		return -EPERM;
	if (!strncmp(name, "security.", 9)) {
		bool capability = !strcmp(name, "security.capability");

		/* Who has none to keep says so to everybody. */
		return write && inode->ops->setxattr &&
				       !capable(capability ? CAP_SETFCAP : CAP_SYS_ADMIN)
			       ? -EPERM
			       : 0;
	}
	if (!strncmp(name, "system.", 7))
		return 0;
	if (!strncmp(name, "trusted.", 8)) {
		if (capable(CAP_SYS_ADMIN))
			return 0;
		return write ? -EPERM : -ENODATA;
	}
	if (!strncmp(name, "user.", 5)) {
		/* On links and special files they would be anybody's storage. */
		if (!S_ISREG(inode->mode) && !S_ISDIR(inode->mode))
			return write ? -EPERM : -ENODATA;
		if (write && S_ISDIR(inode->mode) && inode->mode & S_ISVTX &&
		    !inode_owner_or_capable(inode))
			return -EPERM;
	}
	return inode_permission(inode, mask);
}

static int check_name(struct inode *inode, const char *name, unsigned int mask)
{
	int error = name_permission(inode, name, mask);

	if (error)
		return error;
	return inode->ops->getxattr ? 0 : -EOPNOTSUPP;
}

static int name_from_user(unsigned long user, char *name)
{
	long n = hal_string_from_user(name, hal_user_ptr(const char, user), XATTR_NAME_MAX + 1);

	if (n < 0)
		return -EFAULT;
	return n == 0 || n > XATTR_NAME_MAX ? -ERANGE : 0;
}

static long set(const struct path *path, const char *name, const void *value, size_t size,
		int flags)
{
	struct inode *inode = path->dentry->inode;
	long error = mount_want_write(path->mount);

	if (error)
		return error;
	error = check_name(inode, name, MAY_WRITE);
	if (!error && !inode->ops->setxattr)
		error = -EOPNOTSUPP;
	if (!error) {
		rwsem_write(&inode->rwsem);
		error = inode->ops->setxattr(inode, name, value, size, flags);
		rwsem_write_done(&inode->rwsem);
	}
	mount_drop_write(path->mount);
	if (!error)
		notify_dentry(path->dentry, NOTIFY_ATTRIB);
	return error;
}

/* What is to be set or removed. */
struct change {
	char name[XATTR_NAME_MAX + 2];
	void *value; /* NULL: remove */
	size_t size;
	int flags;
};

/* From user space; ends with kfree(change->value). */
static long change_read(struct change *change, bool remove, const struct syscall_args *args)
{
	unsigned long user_value = args->arg[2];
	long error;

	*change = (struct change){.size = remove ? 0 : args->arg[3],
				  .flags = remove ? 0 : (int)args->arg[4]};
	if (change->flags & ~(XATTR_CREATE | XATTR_REPLACE))
		return -EINVAL;
	error = name_from_user(args->arg[1], change->name);
	if (error || remove)
		return error;
	if (change->size > XATTR_SIZE_MAX)
		return -E2BIG;
	change->value = change->size > 4096 ? vmalloc(change->size)
					    : kmalloc(MAX(change->size, (size_t)1), GFP_KERNEL);
	if (!change->value)
		return -ENOMEM;
	return change->size && copy_from_user(change->value, user_value, change->size) ? -EFAULT
										       : 0;
}

static long get_user(const struct path *path, unsigned long user_name, unsigned long user_value,
		     size_t size)
{
	struct inode *inode = path->dentry->inode;
	char name[XATTR_NAME_MAX + 2];
	void *value = NULL;
	long result = name_from_user(user_name, name);

	if (result)
		return result;
	result = check_name(inode, name, MAY_READ);
	if (result)
		return result;
	size = MIN(size, (size_t)XATTR_SIZE_MAX);
	if (size) {
		value = size > 4096 ? vmalloc(size) : kmalloc(size, GFP_KERNEL);
		if (!value)
			return -ENOMEM;
	}
	result = inode->ops->getxattr(inode, name, value, size);
	if (result > 0 && size && copy_to_user(user_value, value, (size_t)result))
		result = -EFAULT;
	kfree(value);
	return result;
}

static long list_user(const struct path *path, unsigned long user, size_t size)
{
	struct inode *inode = path->dentry->inode;
	char *list = NULL;
	long result;

	size = MIN(size, (size_t)XATTR_LIST_MAX);
	if (!inode->ops->listxattr)
		return 0;
	if (size) {
		list = size > 4096 ? vmalloc(size) : kmalloc(size, GFP_KERNEL);
		if (!list)
			return -ENOMEM;
	}
	result = inode->ops->listxattr(inode, list, size);
	if (result == -ERANGE && size >= XATTR_LIST_MAX)
		result = -E2BIG; /* no larger buffer helps */
	if (result > 0 && size && copy_to_user(user, list, (size_t)result))
		result = -EFAULT;
	kfree(list);
	return result;
}

enum operation { OP_SET, OP_GET, OP_LIST, OP_REMOVE };

static bool changes(enum operation operation)
{
	return operation == OP_SET || operation == OP_REMOVE;
}

/* change: what changes() operations are about. */
static long perform(enum operation operation, const struct path *path, const struct change *change,
		    const struct syscall_args *args)
{
	switch (operation) {
	case OP_SET:
	case OP_REMOVE:
		return set(path, change->name, change->value, change->size, change->flags);
	case OP_GET:
		return get_user(path, args->arg[1], args->arg[2], args->arg[3]);
	case OP_LIST:
		return list_user(path, args->arg[1], args->arg[2]);
	}
	return -EINVAL;
}

/* A change is read before the file is looked for. */
static long by_path(enum operation operation, const struct syscall_args *args, unsigned int lookup)
{
	struct change change = {.value = NULL};
	struct path path;
	long result = 0;

	if (changes(operation))
		result = change_read(&change, operation == OP_REMOVE, args);
	if (!result)
		result = path_lookup_user(AT_FDCWD, args->arg[0], lookup, &path);
	if (!result) {
		result = perform(operation, &path, &change, args);
		path_put(&path);
	}
	kfree(change.value);
	return result;
}

static long by_fd(enum operation operation, const struct syscall_args *args)
{
	struct fd fd = fd_get((int)args->arg[0]);
	struct change change = {.value = NULL};
	long result = fd.file ? 0 : -EBADF;

	if (!result && changes(operation))
		result = change_read(&change, operation == OP_REMOVE, args);
	if (!result)
		result = perform(operation, &fd.file->path, &change, args);
	kfree(change.value);
	fd_put(fd);
	return result;
}

#define XATTR_CALLS(name, operation)                            \
	SYSCALL(name)                                           \
	{                                                       \
		return by_path(operation, args, LOOKUP_FOLLOW); \
	}                                                       \
	SYSCALL(l##name)                                        \
	{                                                       \
		return by_path(operation, args, 0);             \
	}                                                       \
	SYSCALL(f##name)                                        \
	{                                                       \
		return by_fd(operation, args);                  \
	}

XATTR_CALLS(setxattr, OP_SET)
XATTR_CALLS(getxattr, OP_GET)
XATTR_CALLS(listxattr, OP_LIST)
XATTR_CALLS(removexattr, OP_REMOVE)
