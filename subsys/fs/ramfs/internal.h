/* SPDX-License-Identifier: MIT */
/* subsys/fs/ramfs/internal.h - tmpfs's own structures. */
#ifndef SUBSYS_FS_RAMFS_INTERNAL_H
#define SUBSYS_FS_RAMFS_INTERNAL_H

#include <core/errno.h>
#include <core/lib/string.h>
#include <core/lib/xarray.h>
#include <core/slab.h>
#include <core/thread.h>
#include <core/vfs.h>
#include <ramfs/tmpfs.h>

#define TMPFS_MAGIC  0x01021994u
#define RAMFS_MAGIC  0x858458f6u
#define DIRENT_BYTES 20 /* what an entry adds to a directory's size, as Linux's tmpfs counts */

struct tmpfs {
	uint64_t max_pages, max_inodes; /* 0: no limit */
	uint64_t pages, space;		/* atomic. space: of inodes and attributes, see below */
	umode_t mode;
	uid_t uid;
	gid_t gid;
};

struct tmpfs_xattr {
	struct list link;
	size_t size;
	char *value;
	char name[];
};

/* inode->private. [inode rwsem], lock for xattrs */
struct tmpfs_inode {
	struct xarray entries; /* directories: place -> dentry, in order of entering */
	uint64_t next_place;
	struct mutex xattr_lock;
	struct list xattrs; /* [xattr_lock] struct tmpfs_xattr */
};

/* Small things are limited together: nr_inodes=N is room for N inodes of this size. A further name of a
 * file takes as much, an attribute what it needs. false: there is not so much left. */
#define TMPFS_INODE_SPACE 1024u
__must_check bool tmpfs_space_take(struct super *super, uint64_t space);
void tmpfs_space_give(struct super *super, uint64_t space);

/* What size= limits: pages of contents, and of long links. 0 or -ENOSPC. */
__must_check int tmpfs_page_take(struct super *super);
void tmpfs_pages_give(struct super *super, uint64_t count);

static inline struct tmpfs *tmpfs_of(const struct super *super)
{
	return super->private;
}
static inline struct tmpfs_inode *tmpfs_inode_of(const struct inode *inode)
{
	return inode->private;
}

extern const struct inode_ops tmpfs_dir_inode_ops, tmpfs_file_inode_ops, tmpfs_link_inode_ops;
extern const struct file_ops tmpfs_dir_ops;
extern const struct pagecache_ops tmpfs_cache_ops;

int tmpfs_setattr(struct inode *inode, const struct attributes *a);
int tmpfs_getxattr(struct inode *inode, const char *name, void *value, size_t size);
int tmpfs_setxattr(struct inode *inode, const char *name, const void *value, size_t size,
		   int flags);
int tmpfs_listxattr(struct inode *inode, char *list, size_t size);
uint64_t tmpfs_xattrs_space(struct tmpfs_inode *private); /* what they are counted as */
void tmpfs_xattrs_free(struct tmpfs_inode *private);

#endif
