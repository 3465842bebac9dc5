// SPDX-License-Identifier: MIT
/* mount_setattr: the attributes and the propagation of a mount, or of a whole tree, all or none. */
#include "mount.h"

#include <core/syscall.h>

#define MOUNT_ATTR_RDONLY      0x00000001u
#define MOUNT_ATTR_NOSUID      0x00000002u
#define MOUNT_ATTR_NODEV       0x00000004u
#define MOUNT_ATTR_NOEXEC      0x00000008u
#define MOUNT_ATTR_ATIME       0x00000070u /* a field: 0 relatime, */
#define MOUNT_ATTR_NOATIME     0x00000010u
#define MOUNT_ATTR_STRICTATIME 0x00000020u
#define MOUNT_ATTR_NODIRATIME  0x00000080u
#define MOUNT_ATTR_NOSYMFOLLOW 0x00200000u
#define MOUNT_ATTR_KNOWN       0x002000ffu

struct user_mount_attr {
	uint64_t set, clear, propagation, userns_fd;
};
_Static_assert(sizeof(struct user_mount_attr) == 32, "struct mount_attr, first version");

static const struct {
	unsigned int attribute, flag;
} simple[] = {
	{MOUNT_ATTR_RDONLY, MS_RDONLY},		{MOUNT_ATTR_NOSUID, MS_NOSUID},
	{MOUNT_ATTR_NODEV, MS_NODEV},		{MOUNT_ATTR_NOEXEC, MS_NOEXEC},
	{MOUNT_ATTR_NODIRATIME, MS_NODIRATIME}, {MOUNT_ATTR_NOSYMFOLLOW, MS_NOSYMFOLLOW},
};

static unsigned int simple_flags(uint64_t attributes)
{
	unsigned int flags = 0;

	for (size_t i = 0; i < ARRAY_SIZE(simple); i++) {
		if (attributes & simple[i].attribute)
			flags |= simple[i].flag;
	}
	return flags;
}

/* The access-time field: 0 with *flags, or -EINVAL. */
static int atime_flags(uint64_t attributes, unsigned int *flags)
{
	switch (attributes & MOUNT_ATTR_ATIME) {
	case 0:
		*flags = MS_RELATIME;
		return 0;
	case MOUNT_ATTR_NOATIME:
		*flags = MS_NOATIME;
		return 0;
	case MOUNT_ATTR_STRICTATIME:
		*flags = 0;
		return 0;
	default:
		return -EINVAL;
	}
}

int mount_attributes(uint64_t attributes, unsigned int *flags)
{
	unsigned int atime;

	if (attributes & ~(uint64_t)MOUNT_ATTR_KNOWN || atime_flags(attributes, &atime))
		return -EINVAL;
	*flags = simple_flags(attributes) | atime;
	return 0;
}

struct change {
	unsigned int set, clear; /* MS_* */
	unsigned long propagation;
};

static int decode(const struct user_mount_attr *attr, struct change *change)
{
	unsigned int atime;

	if ((attr->set | attr->clear) & ~(uint64_t)MOUNT_ATTR_KNOWN)
		return -EINVAL; /* the rest would map ids: there are no user namespaces */
	if (attr->propagation & ~(uint64_t)MS_PROPAGATION ||
	    attr->propagation & (attr->propagation - 1))
		return -EINVAL;
	*change = (struct change){.set = simple_flags(attr->set),
				  .clear = simple_flags(attr->clear),
				  .propagation = (unsigned long)attr->propagation};
	/* The access times are one field: it is cleared whole, or not touched. */
	if (attr->clear & MOUNT_ATTR_ATIME) {
		if ((attr->clear & MOUNT_ATTR_ATIME) != MOUNT_ATTR_ATIME ||
		    atime_flags(attr->set, &atime))
			return -EINVAL;
		change->clear |= MS_NOATIME | MS_RELATIME;
		change->set |= atime;
	} else if (attr->set & MOUNT_ATTR_ATIME) {
		return -EINVAL;
	}
	return 0;
}

static unsigned int changed(const struct mount *mount, const struct change *change)
{
	return (mount->flags & ~change->clear) | change->set;
}

/* mount_mutex held. All or none, but for a file that is opened for writing meanwhile. */
static int apply(struct mount *top, const struct change *change, bool rec)
{
	struct mount *mount;
	int error;

	for (mount = top; mount; mount = rec ? mount_next(mount, top) : NULL)
		if (changed(mount, change) & ~mount->flags & MS_RDONLY &&
		    mount_written(&mount->writers))
			return -EBUSY;
	for (mount = top; mount; mount = rec ? mount_next(mount, top) : NULL) {
		error = mount_set_flags(mount, changed(mount, change));
		if (error)
			return error;
	}
	return change->propagation ? propagation_change(top, change->propagation, rec) : 0;
}

/* A longer struct than ours must say nothing more than ours. */
static int copy_attr(struct user_mount_attr *attr, unsigned long user, size_t size)
{
	uint8_t byte;

	if (size > PAGE_SIZE)
		return -E2BIG;
	if (size < sizeof(*attr))
		return -EINVAL;
	for (size_t at = sizeof(*attr); at < size; at++) {
		if (hal_get_user8(&byte, hal_user_ptr(const void, user + at)))
			return -EFAULT;
		if (byte)
			return -E2BIG;
	}
	return copy_from_user(attr, user, sizeof(*attr));
}

SYSCALL(mount_setattr)
{
	unsigned int flags = (unsigned int)args->arg[2], lookup = LOOKUP_FOLLOW;
	struct user_mount_attr attr;
	struct change change;
	struct path path;
	long error;

	if (flags & ~(AT_EMPTY_PATH | AT_RECURSIVE | AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT))
		return -EINVAL;
	if (args->arg[4] > PAGE_SIZE)
		return -E2BIG;
	if (args->arg[4] < sizeof(attr))
		return -EINVAL;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	error = copy_attr(&attr, args->arg[3], args->arg[4]);
	if (error)
		return error;
	if (!attr.set && !attr.clear && !attr.propagation)
		return 0;
	error = decode(&attr, &change);
	if (error)
		return error;
	if (flags & AT_SYMLINK_NOFOLLOW)
		lookup = 0;
	if (flags & AT_EMPTY_PATH)
		lookup |= LOOKUP_EMPTY;
	error = path_lookup_user((int)args->arg[0], args->arg[1], lookup, &path);
	if (error)
		return error;
	mutex_lock(&mount_mutex);
	error = path.dentry == path.mount->root && mount_changeable(path.mount)
			? apply(path.mount, &change, flags & AT_RECURSIVE)
			: -EINVAL;
	mutex_unlock(&mount_mutex);
	path_put(&path);
	return error;
}
