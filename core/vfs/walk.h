/* SPDX-License-Identifier: MIT */
/* core/vfs/walk.h - what the two halves of the path walk share: walk.c (from component to component)
 * and walk_step.c (the steps that are not plain). */
#ifndef CORE_VFS_WALK_H
#define CORE_VFS_WALK_H

#include "internal.h"

enum follow { FOLLOW_NOT, FOLLOW_INNER, FOLLOW_LAST }; /* is a link followed, and is it the last? */

/* ---- walk_step.c: a step to w->last. 0: done; 1: w->link is to be walked now; or -errno ---- */
/* In RCU mode, when the cache does not have the name. renames: the count before it was asked. */
__must_check int walk_step_absent(struct walk *w, uint32_t renames, enum follow follow);
/* In RCU mode, to dentry: a negative one, one that its file system must confirm, a mount point, or a
 * link. The parent's sequence was checked after sequence, dentry's, had been read. */
__must_check int walk_step_special(struct walk *w, struct dentry *dentry, uint32_t sequence,
				   enum follow follow);
/* In reference mode, or in either mode to what is not a name. */
__must_check int walk_step_otherwise(struct walk *w, enum follow follow);

/* ---- the root, which a walk looks up when it first needs it ---- */

/* In RCU mode: *which, the root or cwd of fs, and its dentry's sequence, as they were at one time. */
static inline void read_fs_path(struct fs_context *fs, const struct path *which, struct path *path,
				uint32_t *sequence)
{
	uint32_t before;

	do {
		before = sequence_read(&fs->sequence);
		*path = *which;
		*sequence = sequence_read(&path->dentry->sequence);
	} while (sequence_changed(&fs->sequence, before));
}

static inline void need_root(struct walk *w)
{
	if (w->root.mount)
		return;
	if (w->rcu) {
		read_fs_path(current->fs, &current->fs->root, &w->root, &w->root_sequence);
	} else {
		fs_root(&w->root);
		w->root_referenced = true;
	}
}

#endif
