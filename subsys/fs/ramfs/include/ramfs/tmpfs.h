/* SPDX-License-Identifier: MIT */
/* ramfs/tmpfs.h - tmpfs for its relatives: devfs, memfd, and the root file system are made of it.
 */
#ifndef RAMFS_TMPFS_H
#define RAMFS_TMPFS_H

#include <core/vfs.h>

/* A superblock with an empty root. options: as mount(2)'s data or NULL. 0 or -errno. */
__must_check int tmpfs_mount(const struct fs_type *type, const char *source, const char *options,
			     struct super **super);
/* An inode of mode without a name: nlink 0 for the caller to raise. NULL: no memory or no inodes
 * left. */
struct inode *tmpfs_inode(struct super *super, struct inode *dir, umode_t mode, dev_t rdev);
/* Enter a new dentry (hashed by the caller) into dir's order. dir's rwsem held exclusively. */
__must_check int tmpfs_enter(struct inode *dir, struct dentry *dentry);
/* Make a node below parent, from the kernel: takes parent's rwsem. -EEXIST if the name is taken.
 * *child: its dentry with a reference, or NULL if not wanted. */
__must_check int tmpfs_make(struct dentry *parent, const char *name, size_t length, umode_t mode,
			    dev_t rdev, struct dentry **child);

extern const struct file_ops tmpfs_file_ops;

#endif
