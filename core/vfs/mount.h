/* SPDX-License-Identifier: MIT */
/* core/vfs/mount.h - what the files about mounts share: mount.c (the table), mount_tree.c (copies,
 * placing and removing trees), propagation.c (peer groups), mount_ops.c and fsmount.c (the calls). */
#ifndef CORE_VFS_MOUNT_H
#define CORE_VFS_MOUNT_H

#include "internal.h"

#define MNT_FORCE	1u
#define MNT_DETACH	2u
#define MNT_EXPIRE	4u
#define UMOUNT_NOFOLLOW 8u

#define MOUNT_FLAGS                                                                                \
	(MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY | MS_NOATIME | MS_NODIRATIME | MS_RELATIME | \
	 MS_NOSYMFOLLOW)
#define ATIME_FLAGS    (MS_NOATIME | MS_NODIRATIME | MS_RELATIME)
#define SUPER_FLAGS    (MS_RDONLY | MS_SYNCHRONOUS | MS_MANDLOCK | MS_DIRSYNC | MS_LAZYTIME)
#define REMOUNT_FLAGS  (MS_RDONLY | MS_SYNCHRONOUS | MS_MANDLOCK | MS_LAZYTIME)
#define MS_PROPAGATION (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)
#define MOUNT_LIMIT    100000u

/* The tree changes under this; taken before any inode's rwsem. */
extern struct mutex mount_mutex;
extern unsigned int mount_count;

/* ---- mount.c: steps, between mount_change_begin and _end ---- */
void mount_change_begin(void);
void mount_change_end(void);
/* Put a detached mount into the tree; its creation reference becomes the tree's. */
void mount_attach(struct mount *mount, struct mount *parent, struct dentry *mountpoint);
/* Is it in the tree, and not in one that is nowhere yet (open_tree, fsmount)? */
static inline bool mount_placed(const struct mount *mount)
{
	return mount->attached && !mount->fresh;
}
/* Can it be changed: is it in the tree, or the top of one that is nowhere yet? */
static inline bool mount_changeable(const struct mount *mount)
{
	return mount->attached != mount->fresh;
}
/* Has it been unmounted, so that it goes with its last user? */
static inline bool mount_gone(const struct mount *mount)
{
	return !mount->attached && !mount->fresh;
}
static inline bool dentry_removed(const struct dentry *dentry)
{
	return dentry->inode->flags & INODE_DEAD || dentry->flags & DENTRY_UNHASHED;
}
/* Take a mount out of the tree. The tree's reference, and those in was_on, are the caller's to put. */
void mount_detach(struct mount *mount);
/* The same, but the mountpoint stays marked as one, so that nobody removes it, until mount_left(). */
void mount_lift(struct mount *mount);
/* Unmark it, unless something is mounted there. mount_mutex held. */
void mount_left(struct dentry *mountpoint);

/* ---- mount_tree.c; mount_mutex held ---- */
/* The mount after this one in the tree at top, parents first; NULL: that was the last. */
struct mount *mount_next(struct mount *mount, struct mount *top);
/* Go to the top of what is mounted on path, with the references. No locks held. */
void mount_topmost(struct path *path);
bool mount_below(const struct mount *mount, const struct mount *top);
enum copy_kind {
	COPY_PEER,	  /* of shared mounts peers, of slaves slaves of the same master */
	COPY_SLAVE,	  /* slaves of what is copied */
	COPY_SHARED_SLAVE /* the same, in a peer group of their own */
};
/* A detached copy of what source shows at root; whole: with the mounts below it. 0 or -errno. */
__must_check int mount_copy(struct mount *source, struct dentry *root, bool whole,
			    enum copy_kind kind, struct mount **copy);
/* Drop a detached tree that never got a place. */
void mount_discard(struct mount *top);
/* May anything be mounted there? 0, -ENOENT or -EINVAL. */
__must_check int mount_may_target(const struct mount *parent, const struct dentry *dentry);
/* Put a detached tree, with propagation, at the top of what is mounted on target. Consumes its
 * reference when it succeeds. */
__must_check int mount_place(struct mount *top, const struct path *target);
/* Take an attached tree away from where it is, without an end: it is detached then. was_on: for
 * mount_left(), and to be put. */
void mount_take(struct mount *top, struct path *was_on);
/* Remove the tree at top, and what propagation put elsewhere, into gone. */
void mount_remove_tree(struct mount *top, struct list *gone);
/* Does anything but the tree and the caller refer to it? Change begun, or the answer may be old. */
bool mount_in_use(const struct mount *mount);
/* The same for a mount that must be unused and without mounts on it: 0 or -EBUSY. */
__must_check int mount_remove_unused(struct mount *mount, struct list *gone);
/* Put removed mounts and the places they were on. No locks held. */
void mount_release_all(struct list *gone);
/* A detached tree loses its last descriptor. No locks held. */
void mount_dissolve(struct mount *top);

/* ---- mount.c ---- */
/* Exchange the flags. -EBUSY: it would become read-only while files are open for writing. */
__must_check int mount_set_flags(struct mount *mount, unsigned int flags);
__must_check int super_set_flags(struct super *super, unsigned long flags); /* of SUPER_FLAGS */
/* The file system takes options (or NULL), then those of SUPER_FLAGS that mask names. -EBUSY as above. */
__must_check int super_remount(struct super *super, unsigned long flags, unsigned long mask,
			       const char *options);
/* Keep a superblock active that is so (returned), as a mount does; end that. */
struct super *super_active(struct super *super);
void super_inactive(struct super *super);
/* Does anybody write, for who has set a flag that forbids it? */
bool mount_written(const uint32_t *writers);

/* ---- propagation.c; mount_mutex held ---- */
/* Change mount (with rec: and all below it) to MS_SHARED, MS_PRIVATE, MS_SLAVE or MS_UNBINDABLE. */
__must_check int propagation_change(struct mount *mount, unsigned long type, bool rec);
void propagation_leave(struct mount *mount); /* become private */
/* A copy of original takes its place in the groups. */
__must_check int propagation_copy(struct mount *copy, struct mount *original, enum copy_kind kind);
/* Is it in a peer group, so that what is mounted on it is mounted elsewhere too? */
bool propagation_shared(const struct mount *mount);
/* Is any mount of the tree unbindable? */
bool propagation_unbindable(struct mount *top);
/* Copies of the tree at top for all that parent at mountpoint propagates to: each says in ->place
 * where it belongs, and hangs in copies by ->all. top is shared afterwards. */
__must_check int propagation_copies(struct mount *top, struct mount *parent,
				    struct dentry *mountpoint, struct list *copies);
/* Call visit with each mount that got a copy of what is mounted on parent at mountpoint. */
void propagation_for_each(struct mount *parent, struct dentry *mountpoint,
			  void (*visit)(struct mount *mount, struct mount *child, void *context),
			  void *context);

/* ---- mount_ops.c ---- */
__must_check int do_mount(const char *source, struct path *target, const char *type,
			  unsigned long flags, char *options);
__must_check int do_umount(struct path *path, unsigned int flags);
__must_check int do_pivot_root(struct path *new_root, struct path *put_old);
/* Move the attached tree at from, or place a detached one. */
__must_check int do_move_mount(struct path *from, struct path *target);
unsigned int mount_flags(unsigned long flags); /* MS_* of mount(2) to a mount's */
/* A detached mount of a new superblock: 0 or -errno. */
__must_check int mount_new_detached(const struct fs_type *type, const char *source,
				    const char *options, unsigned long super_flags,
				    unsigned int flags, struct mount **mount);
/* A detached copy for bind mounts and open_tree. */
__must_check int mount_bind_copy(const struct path *source, bool rec, struct mount **copy);

/* ---- mount_options.c ---- */
struct super_change {
	unsigned long flags, mask; /* of SUPER_FLAGS */
};
/* Is name one of the words that every file system takes ("ro", "sync")? Then change has it. */
bool mount_option_common(const char *name, struct super_change *change);
/* Take these words out of options (may be NULL). */
void mount_options_common(char *options, struct super_change *change);

/* ---- mount_attr.c ---- */
/* MOUNT_ATTR_* to a mount's MS_* flags: 0 or -EINVAL. */
__must_check int mount_attributes(uint64_t attributes, unsigned int *flags);

/* ---- file.c ---- */
/* A file as O_PATH's for path, whose references it takes; detached: the mount is dissolved with it if
 * it has no place by then. NULL: no memory, and nothing is taken. */
struct file *file_for_mount(const struct path *path, bool detached);

#endif
