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

int tmpfs_getxattr(struct inode *inode, const char *name, void *value, size_t size)
{
	struct tmpfs_inode *private = tmpfs_inode_of(inode);
	struct tmpfs_xattr *attribute;
	int result = -ENODATA;

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

/* value NULL: remove. */
int tmpfs_setxattr(struct inode *inode, const char *name, const void *value, size_t size, int flags)
{
	struct tmpfs_inode *private = tmpfs_inode_of(inode);
	struct tmpfs_xattr *fresh = NULL, *old;
	size_t length = strlen(name) + 1;
	int error = 0;

	if (value) {
		fresh = kzalloc(sizeof(*fresh) + length, GFP_KERNEL);
		if (!fresh)
			return -ENOMEM;
		fresh->value = kmalloc(MAX(size, (size_t)1), GFP_KERNEL);
		if (!fresh->value) {
			kfree(fresh);
			return -ENOMEM;
		}
		memcpy(fresh->name, name, length);
		memcpy(fresh->value, value, size);
		fresh->size = size;
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
			list_add(&fresh->link, &private->xattrs);
		inode->ctime = inode_now(inode->super);
	}
	mutex_unlock(&private->xattr_lock);
	if (error) {
		if (fresh)
			attribute_free(fresh);
	} else if (old) {
		attribute_free(old);
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
