/* SPDX-License-Identifier: MIT */
/*
 * core/notify.h - telling watchers what happens to files. The VFS says what it has done; the room that
 * keeps the watches (inotify) registers itself and decides who hears of it.
 *
 * As long as nobody watches anything, an event costs one load and a branch. The calls may sleep; an
 * inode's rwsem may be held.
 */
#ifndef CORE_NOTIFY_H
#define CORE_NOTIFY_H

#include <core/vfs.h>

/* The bits programs see (inotify's). */
#define NOTIFY_ACCESS	     0x001u
#define NOTIFY_MODIFY	     0x002u
#define NOTIFY_ATTRIB	     0x004u
#define NOTIFY_CLOSE_WRITE   0x008u
#define NOTIFY_CLOSE_NOWRITE 0x010u
#define NOTIFY_OPEN	     0x020u
#define NOTIFY_MOVED_FROM    0x040u
#define NOTIFY_MOVED_TO	     0x080u
#define NOTIFY_CREATE	     0x100u
#define NOTIFY_DELETE	     0x200u
#define NOTIFY_DELETE_SELF   0x400u
#define NOTIFY_MOVE_SELF     0x800u
#define NOTIFY_ALL	     0xfffu
#define NOTIFY_RENAMED	     0x1000u /* within its directory; beside the MOVED events, for F_NOTIFY */
#define NOTIFY_ISDIR	     0x40000000u

struct notify_event {
	uint32_t mask;	 /* NOTIFY_*: one event, and ISDIR */
	uint32_t cookie; /* joins the halves of a rename */
	/* An entry of the watched directory, or NULL: the watched inode itself. */
	const char *name;
	uint32_t length;
	bool unlinked; /* that entry has been removed since */
};

struct notify_ops {
	void (*event)(struct inode *inode, const struct notify_event *event);
	void (*unmount)(struct super *super); /* its inodes are about to go */
};
extern const struct notify_ops *notify_ops; /* set once, at boot */
extern unsigned int notify_watches;	    /* how many there are anywhere; atomic */

/* Not inline: somebody watches something. */
void notify_dentry_slow(struct dentry *dentry, uint32_t mask);
void notify_inode_slow(struct inode *inode, uint32_t mask);
void notify_entry_slow(struct inode *dir, uint32_t mask, const char *name, uint32_t length,
		       uint32_t cookie);

static inline bool notify_wanted(void)
{
	return unlikely(READ_ONCE(notify_watches) != 0);
}
/* Something happened to what dentry names: for watchers of it, and of the directory it is in. */
static inline void notify_dentry(struct dentry *dentry, uint32_t mask)
{
	if (notify_wanted())
		notify_dentry_slow(dentry, mask);
}
/* For watchers of the inode alone. */
static inline void notify_inode(struct inode *inode, uint32_t mask)
{
	if (notify_wanted())
		notify_inode_slow(inode, mask);
}
/* An entry of dir came or went. mask: with NOTIFY_ISDIR if it is a directory. */
static inline void notify_entry(struct inode *dir, uint32_t mask, const char *name, uint32_t length)
{
	if (notify_wanted())
		notify_entry_slow(dir, mask, name, length, 0);
}
static inline uint32_t notify_kind(const struct inode *inode)
{
	return S_ISDIR(inode->mode) ? NOTIFY_ISDIR : 0;
}
/* Joins two events. */
uint32_t notify_cookie(void);

#endif
