// SPDX-License-Identifier: MIT
/* Extended attributes of tmpfs: a short list per inode. Which names are allowed for whom the VFS
 * has decided. */
#include "internal.h"

#define XATTR_CREATE  1
#define XATTR_REPLACE 2

static struct tmpfs_xattr *find(struct tmpfs_inode *private, const char *name)
{
	struct tmpfs_xattr *attribute;

	list_for_each_entry (attribute, &private->xattrs, link) {
		if (!strcmp(attribute->name, name))
			return attribute;
	}
	return NULL;
}

static void attribute_free(struct tmpfs_xattr *attribute)
{
	kfree(attribute->value);
	kfree(attribute);
}

void tmpfs_xattrs_free(struct tmpfs_inode *private)
{
	while (!list_empty(&private->xattrs)) {
		struct tmpfs_xattr *attribute =
			list_first(&private->xattrs, struct tmpfs_xattr, link);

		list_del(&attribute->link);
		attribute_free(attribute);
	}
}

/* Names that are kept: neither system. (ACLs) nor of unknown name spaces. */
static int check_kept(const char *name)
{
	static const char *const known[] = {"user.", "trusted.", "security."};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		size_t n = strlen(known[i]);

		if (!strncmp(name, known[i], n))
			return name[n] ? 0 : -EINVAL;
	}
	return -EOPNOTSUPP;
}

int tmpfs_getxattr(struct inode *inode, const char *name, void *value, size_t size)
{
	struct tmpfs_inode *private = tmpfs_inode_of(inode);
	struct tmpfs_xattr *attribute;
	int result = check_kept(name);

	if (result)
		return result;
	result = -ENODATA;
	mutex_lock(&private->xattr_lock);
	attribute = find(private, name);
	if (attribute) {
		result = (int)attribute->size;
		if (size && size < attribute->size)
			result = -ERANGE;
		else if (size)
			memcpy(value, attribute->value, attribute->size);
	}
	mutex_unlock(&private->xattr_lock);
	return result;
}

/* The same on machines of all sizes, whatever the struct is like. */
static uint64_t space_of(const char *name, size_t size)
{
	return 40 + strlen(name) + size;
}

uint64_t tmpfs_xattrs_space(struct tmpfs_inode *private)
{
	struct tmpfs_xattr *attribute;
	uint64_t space = 0;

	list_for_each_entry (attribute, &private->xattrs, link)
		space += space_of(attribute->name, attribute->size);
	return space;
}

static struct tmpfs_xattr *attribute_new(const char *name, const void *value, size_t size)
{
	size_t length = strlen(name) + 1;
	struct tmpfs_xattr *attribute = kzalloc(sizeof(*attribute) + length, GFP_KERNEL);

	if (!attribute)
		return NULL;
	attribute->value = kmalloc(MAX(size, (size_t)1), GFP_KERNEL);
	if (!attribute->value) {
		kfree(attribute);
		return NULL;
	}
	memcpy(attribute->name, name, length);
	memcpy(attribute->value, value, size);
	attribute->size = size;
	return attribute;
}

/* In the order of their names, which is how they are listed. */
static void insert(struct tmpfs_inode *private, struct tmpfs_xattr *fresh)
{
	struct tmpfs_xattr *attribute;

	list_for_each_entry (attribute, &private->xattrs, link) {
		if (strcmp(attribute->name, fresh->name) > 0)
			break;
	}
	list_add_tail(&fresh->link, &attribute->link); /* the list itself, if none is behind it */
}

/* value NULL: remove. */
int tmpfs_setxattr(struct inode *inode, const char *name, const void *value, size_t size, int flags)
{
	struct tmpfs_inode *private = tmpfs_inode_of(inode);
	struct tmpfs_xattr *fresh = NULL, *old, *gone;
	int error = check_kept(name);

	if (error)
		return error;
	if (value) {
		if (!tmpfs_space_take(inode->super, space_of(name, size)))
			return -ENOSPC;
		fresh = attribute_new(name, value, size);
		if (!fresh) {
			tmpfs_space_give(inode->super, space_of(name, size));
			return -ENOMEM;
		}
	}
	mutex_lock(&private->xattr_lock);
	old = find(private, name);
	if (old && flags & XATTR_CREATE)
		error = -EEXIST;
	else if (!old && (flags & XATTR_REPLACE || !value))
		error = -ENODATA;
	if (!error) {
		if (old)
			list_del(&old->link);
		if (fresh)
			insert(private, fresh);
		inode->ctime = inode_now(inode->super);
	}
	mutex_unlock(&private->xattr_lock);
	gone = error ? fresh : old;
	if (gone) {
		tmpfs_space_give(inode->super, space_of(gone->name, gone->size));
		attribute_free(gone);
	}
	return error;
}

int tmpfs_listxattr(struct inode *inode, char *list, size_t size)
{
	struct tmpfs_inode *private = tmpfs_inode_of(inode);
	struct tmpfs_xattr *attribute;
	size_t used = 0;
	int error = 0;

	mutex_lock(&private->xattr_lock);
	list_for_each_entry (attribute, &private->xattrs, link) {
		size_t n = strlen(attribute->name) + 1;

		/* Who may not read trusted attributes does not see that they are there. */
		if (!strncmp(attribute->name, "trusted.", 8) && !capable(CAP_SYS_ADMIN))
			continue;
		if (size && used + n > size) {
			error = -ERANGE;
			break;
		}
		if (size)
			memcpy(list + used, attribute->name, n);
		used += n;
	}
	mutex_unlock(&private->xattr_lock);
	return error ? error : (int)used;
}
