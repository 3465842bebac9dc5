/* SPDX-License-Identifier: MIT */
/* core/vfs/internal.h - what the files of this room share: the walk's state, the dentry cache's and
 * the mount table's insides. */
#ifndef CORE_VFS_INTERNAL_H
#define CORE_VFS_INTERNAL_H

#include <core/errno.h>
#include <core/files.h>
#include <core/lib/string.h>
#include <core/notify.h>
#include <core/race.h>
#include <core/signal.h>
#include <core/slab.h>
#include <core/thread.h>
#include <core/vfs.h>

/* ---- sequence counts: readers retry, writers are serialised by a lock of their own ---- */
static inline uint32_t sequence_read(const uint32_t *sequence)
{
	uint32_t value;

	while (unlikely((value = load_acquire(sequence)) & 1))
		hal_cpu_relax();
	return value;
}

static inline bool sequence_changed(const uint32_t *sequence, uint32_t before)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return unlikely(READ_ONCE(*sequence) != before);
}

static inline void sequence_begin(uint32_t *sequence)
{
	WRITE_ONCE(*sequence, *sequence + 1);
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

static inline void sequence_end(uint32_t *sequence)
{
	store_release(sequence, *sequence + 1);
}

/* ---- dentry cache (dcache.c) ---- */
extern uint32_t dentry_rename_sequence; /* odd while a dentry moves between hash chains */

struct name {
	const char *text;
	uint32_t length;
	uint32_t hash;
};

uint32_t name_hash(const char *text, size_t length);
/* Room for PATH_MAX bytes, or NULL. Free with path_string_free(). */
char *path_string_alloc(void);
/* current's root and cwd without references: valid in the RCU section that the caller is in. */
void fs_peek(struct path *root, struct path *cwd);
void dcache_init(void);
#define DENTRY_BUCKETS 8192u
extern struct hlist *dentry_table;

static inline uint32_t dentry_bucket(const struct dentry *parent, uint32_t hash)
{
	uint64_t mixed = ((uint64_t)(uintptr_t)parent >> 4) + hash;

	return (uint32_t)((mixed * 0x9e3779b97f4a7c15u) >> 40) % DENTRY_BUCKETS;
}

/* The dentry's name may be changing: a NUL ends it in every case, so the comparison cannot run
 * away. */
static inline bool dentry_named(const struct dentry *dentry, const struct name *name)
{
	const char *text = rcu_dereference(dentry->name) + name->length;
	const char *other = name->text + name->length;

	for (ptrdiff_t i = -(ptrdiff_t)name->length; i; i++)
		if (text[i] != other[i])
			return false;
	return true;
}

/* Look in the cache. RCU section; *sequence is the dentry's count when it was found. No reference.
 * Here, since every component of every path comes by. */
static inline struct dentry *dentry_find_rcu(const struct dentry *parent, const struct name *name,
					     uint32_t *sequence)
{
	struct dentry *dentry;

	hlist_for_each_entry (dentry, &dentry_table[dentry_bucket(parent, name->hash)], hash) {
		/* A rename may be under way: whoever uses what is found looks at the count again. */
		if (data_race(dentry->name_hash) != name->hash)
			continue;
		*sequence = sequence_read(&dentry->sequence);
		if (READ_ONCE(dentry->parent) != parent ||
		    data_race(dentry->name_length) != name->length || !dentry_named(dentry, name))
			continue;
		if (!(READ_ONCE(dentry->flags) & (DENTRY_REFERENCED | DENTRY_PERSIST)))
			__atomic_fetch_or(&dentry->flags, DENTRY_REFERENCED, __ATOMIC_RELAXED);
		return dentry;
	}
	return NULL;
}
/* The same with a reference. Takes no lock. */
struct dentry *dentry_find(struct dentry *parent, const struct name *name);
/* One of the names of super's inode ino, with a reference; NULL: it has none in the cache. Looks at all
 * there are. May sleep. */
struct dentry *dentry_find_number(struct super *super, uint64_t ino);
/* A new negative dentry, unhashed, with one reference and one on parent. NULL: no memory. */
struct dentry *dentry_new(struct dentry *parent, const struct name *name);
/* Name a dentry nobody else knows yet; false: no memory. */
__must_check bool dentry_set_name(struct dentry *dentry, const char *name);
/* Put it into the cache (one more reference, the cache's). The parent inode's rwsem is held
 * exclusively. */
void dentry_hash(struct dentry *dentry);
static inline bool dentry_hashed(const struct dentry *dentry)
{
	return dentry->hash.pprev != NULL;
}
/* A rename in the cache: prepare allocates, and after it nothing can fail. from gets to's name and
 * parent; to is unhashed unless exchange, which swaps both. Both parents' rwsems (and rename_lock,
 * if they differ) are held. */
struct owned_name {
	char inline_name[32];
	char *name; /* NULL: inline */
	uint32_t length, hash;
};
struct old_name {
	struct rcu_head rcu;
	char *name;
};
struct dentry_move {
	struct dentry *from, *to;
	bool exchange;
	struct owned_name from_name, to_name;
	struct old_name *from_old, *to_old;
};
__must_check int dentry_move_prepare(struct dentry_move *move, struct dentry *from,
				     struct dentry *to, bool exchange);
void dentry_move_cancel(struct dentry_move *move);
void dentry_move(struct dentry_move *move);
bool dentry_below(const struct dentry *dentry,
		  const struct dentry *ancestor); /* rename_lock or RCU with retry */
/* Drop up to n unused dentries; how many went. May sleep. */
size_t dentry_shrink(size_t n);

/* ---- mounts (mount.c) ---- */
extern uint32_t mount_sequence;
/* What is mounted on (mount, dentry): topmost is found by repeating. RCU section or mount_lock. */
struct mount *mount_find(const struct mount *mount, const struct dentry *dentry);
/* What MNT_EXPIRE has noted no longer holds. */
static inline void mount_used(struct mount *mount)
{
	if (unlikely(READ_ONCE(mount->expiring)))
		WRITE_ONCE(mount->expiring, false);
}
void mount_init(void);
/* Of a mount's number that no other has had or will have: such begin behind the short ones. */
#define MOUNT_ID_UNIQUE (1ull << 31)
static inline uint64_t mount_unique_id(const struct mount *mount)
{
	return (uint64_t)mount->id | MOUNT_ID_UNIQUE;
}
static inline int mount_check_write(const struct mount *mount)
{
	return unlikely((mount->flags | mount->super->flags) & MS_RDONLY) ? -EROFS : 0;
}
/* For as long as something is changed, or open for writing: it does not become read-only meanwhile. 0, or
 * -EROFS. */
__must_check int mount_want_write(struct mount *mount);
void mount_drop_write(struct mount *mount);
/* A detached mount of root (reference taken), counted in super->active. NULL: no memory. */
struct mount *mount_create(struct super *super, struct dentry *root, unsigned int flags,
			   const char *source);

/* ---- the walk (walk.c, walk_step.c) ---- */
#define WALK_LINKS 40

struct walk_link { /* a symlink whose rest of the path is still to be walked */
	const char *rest;
	struct path path;  /* the link, in the reference walk: keeps its target, and its mount */
	const char *owned; /* to be freed, or NULL */
};

enum walk_last { LAST_NAME, LAST_DOT, LAST_DOTDOT, LAST_ROOT };

struct walk {
	struct path path;    /* where we are; without references while rcu */
	struct inode *inode; /* of path.dentry */
	uint32_t sequence;   /* of path.dentry, while rcu */
	uint32_t mounts;     /* mount_sequence at the start, while rcu or scoped */
	uint32_t renames;    /* dentry_rename_sequence at the start, while scoped */
	bool rcu;
	bool trailing; /* the last component had slashes behind it */
	bool root_referenced;
	enum walk_last last_type;
	unsigned int flags; /* LOOKUP_* */
	unsigned int depth, link_count;
	struct path root; /* mount NULL: not looked up yet */
	uint32_t root_sequence;
	struct name last;	     /* LAST_NAME: not looked up yet */
	const char *link;	     /* target that a step found, */
	struct walk_link link_owner; /* and what keeps it; */
	struct walk_link
		trailing_link; /* owner of the string being walked after a link in last place: both mean something once link_count is not 0 */
	struct fd base;	       /* the starting descriptor, held while rcu */
	struct walk_link *stack;
	struct walk_link inline_stack[2];
};
#define WALK(name) struct walk name __attribute__((uninitialized))

/*
 * Walk name to its last component, which is not looked up (w->last). Starts in the RCU mode unless
 * no_rcu. -ECHILD in RCU mode: begin again with no_rcu. On any error nothing is held.
 */
__must_check int walk_parent(struct walk *w, int dirfd, const char *name, unsigned int flags,
			     bool no_rcu);
/* Take the last component. 0: w->path is it; 1: it is a link to be followed: walk_continue(). <0:
 * error, nothing held. */
__must_check int walk_last(struct walk *w);
/* Go on with the target of the link in last place, up to its own last component. */
__must_check int walk_continue(struct walk *w);
/* Leave the RCU mode keeping the place, or -ECHILD with nothing held. */
__must_check int walk_unlazy(struct walk *w);
/* The whole walk, trailing links by flags; ends in either mode. */
__must_check int walk_path(struct walk *w, int dirfd, const char *name, unsigned int flags,
			   bool no_rcu);
/* In RCU mode: is what was read of w->inode since still true? Then end the walk: true, nothing
 * held. false: nothing held, try without RCU. */
bool walk_end_rcu(struct walk *w);
/* The walk to the parent, in reference mode: w->path is a directory, w->last the name. */
__must_check int walk_to_parent(struct walk *w, int dirfd, const char *name, unsigned int flags);
/* Give w->path to the caller with references, or -ECHILD. Ends the walk. */
__must_check int walk_take(struct walk *w, struct path *path);
/* Give up at any time. */
void walk_drop(struct walk *w);
/* Reference mode: find or look up w->last below w->path; parent's rwsem held exclusively. Reference
 * or err_ptr. Negative is possible. */
struct dentry *walk_lookup_locked(struct dentry *parent, const struct name *name);
/* Hash a dentry that has just become positive (or is to be remembered as negative). */
void walk_hash_new(struct dentry *dentry);

/* A user's path in a small buffer or an allocated one. */
#define PATH_SMALL 120
struct path_arg {
	char *name;
	char small[PATH_SMALL];
};
__must_check int path_arg_get(struct path_arg *arg, unsigned long user, unsigned int flags);
void path_arg_free_large(char *name);
static inline void path_arg_put(struct path_arg *arg)
{
	if (unlikely(arg->name != arg->small))
		path_arg_free_large(arg->name);
}
#define PATH_ARG(name) struct path_arg name __attribute__((uninitialized))

/* A name of inode has gone (its rwsem is held): was it the last? */
static inline void inode_unnamed(struct inode *inode)
{
	if (inode->nlink || inode->removed)
		return;
	inode->removed = true;
	__atomic_add_fetch(&inode->super->removed, 1, __ATOMIC_RELAXED);
}
static inline void inode_not_removed(struct inode *inode)
{
	if (inode->removed)
		__atomic_sub_fetch(&inode->super->removed, 1, __ATOMIC_RELAXED);
	inode->removed = false;
}

/* ---- operations with paths, for the system calls (open.c, dirops.c, attr.c) ---- */
struct open_how {	     /* decoded: open.c's decode_open_flags */
	unsigned int flags;  /* O_* */
	umode_t mode;	     /* with S_IFREG; umask not applied */
	unsigned int access; /* MAY_* */
	unsigned int lookup; /* LOOKUP_* besides what flags say */
};
__must_check int open_decode(struct open_how *how, uint64_t flags, uint64_t mode);
/* As open() and openat(): ignores what they ignore. */
__must_check int open_decode_lenient(struct open_how *how, unsigned int flags, umode_t mode);
struct file *do_open(int dirfd, const char *name, const struct open_how *how);
/* The same of what has been found. Consumes the path's references. */
struct file *open_path(struct path *path, const struct open_how *how);
__must_check int do_mkdir(int dirfd, const char *name, umode_t mode);
/* -EPERM or -EINVAL for a type that mknod does not make. */
__must_check int mknod_mode_error(umode_t mode);
__must_check int do_mknod(int dirfd, const char *name, umode_t mode, dev_t rdev);
__must_check int do_unlink(int dirfd, const char *name);
__must_check int do_rmdir(int dirfd, const char *name);
__must_check int do_symlink(const char *target, int dirfd, const char *name);
/* do_link, do_rename: to may be an err_ptr, which is told when its turn comes. */
__must_check int do_link(int from_fd, const char *from, int to_fd, const char *to,
			 unsigned int lookup);
__must_check int do_rename(int from_fd, const char *from, int to_fd, const char *to,
			   unsigned int flags);
/* Takes the rwsem; permissions are checked. path_truncate tells who watches, too. */
__must_check int inode_truncate(struct inode *inode, loff_t size);
__must_check int path_truncate(const struct path *path, loff_t size);
/* May dir's entry be removed by current (permissions, sticky)? */
__must_check int may_delete(struct inode *dir, struct dentry *victim, bool is_dir);
__must_check int may_create(struct inode *dir);
/* A parent directory locked for a new entry: *dentry is negative. On 0 end with path_create_done.
 */
__must_check int path_create(int dirfd, const char *name, bool directory, struct path *parent,
			     struct dentry **dentry);
void path_create_done(struct path *parent, struct dentry *dentry);

/* Is current the owner, or may it act as such? */
bool inode_owner_or_capable(const struct inode *inode);
/* setattr with all of chmod's, chown's, utimes' rules applied; takes the rwsem. */
__must_check int path_setattr(const struct path *path, struct attributes *a, bool touch);
void inode_stat(struct inode *inode, struct kstat *stat);

struct file *file_new(unsigned int flags, unsigned int mode);
void file_free_unopened(struct file *file);
void file_init_cache(void);
void inode_init_cache(void);
size_t inode_count(void);
size_t file_count(void);
void fds_init(void);
void chrdev_open_init(void);
const struct file_ops *chrdev_find(dev_t rdev);
/* Consume the path's references. */
void fs_set_cwd(const struct path *path);
void fs_set_root(const struct path *path);
umode_t umask_apply(umode_t mode);
void fs_replace_root(const struct path *from,
		     const struct path *to); /* everybody's root and cwd: pivot_root */

static inline bool inode_is_dir(const struct inode *inode)
{
	return S_ISDIR(inode->mode);
}

long fd_duplicate(int old, unsigned int from, bool cloexec);
/* May what is in one be copied to the other, as copy_file_range and FICLONE ask it? 0 or -errno. */
__must_check int file_check_copy(const struct file *in, const struct file *out);
/* FS_IOC_GETFLAGS and its like (inode_flags.c); -ENOTTY: another command, or no such flags. */
long inode_flags_ioctl(struct file *file, unsigned int command, unsigned long arg);
long locks_fcntl(struct file *file, int fd, unsigned int command, unsigned long arg);

/* ---- whom to signal about a file (owner.c) ---- */
void file_owner_free(struct file *file); /* the file goes; it had a record */
/* Signal the owner about fd. code: POLL_IN and so on. Takes tasklist. */
void file_signal_owner(struct file *file, int fd, int code);
/* Where the record (made if there is none) keeps what O_ASYNC needs; NULL: no memory. */
struct file_async **file_owner_async(struct file *file);

/* ---- O_ASYNC (async.c) ---- */
/* On or off, as fd wants it: 0 or -errno; where the file cannot, missing. */
__must_check int file_set_async(struct file *file, int fd, bool on, int missing);
void file_async_free(struct file_async *async);

/* ---- F_NOTIFY (dnotify.c) ---- */
__must_check long dnotify_fcntl(struct file *file, int fd, uint32_t mask);
void dnotify_event(struct inode *inode, const struct notify_event *event);
/* A descriptor of the file has been closed in this table. */
void dnotify_close(struct file *file, const struct files *files);
/* Does fd mean this file in the current table? Ordered with a close of it by another thread. */
bool fd_means(int fd, const struct file *file);

#endif
