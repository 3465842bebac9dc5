/* SPDX-License-Identifier: MIT */
/*
 * core/vfs.h - files, dentries, inodes, superblocks, mounts.
 *
 * A path is (mount, dentry). Dentries, negative ones too, hash by (parent, name); the walk is
 * lock-free under RCU with per-dentry sequence counts and falls back to references. Directory
 * changes hold the parent inode's rwsem exclusively; a rename across directories takes the
 * superblock's rename mutex first, then ancestor before descendant. One lifetime rule: reference
 * count, get-unless-zero under RCU, free after a grace period. Lock order: sb->rename_lock,
 * inode->rwsem (parent, child), mm->lock, dentry->lock, hash locks.
 */
#ifndef CORE_VFS_H
#define CORE_VFS_H

#include <core/cred.h>
#include <core/errno.h>
#include <core/lib/list.h>
#include <core/mutex.h>
#include <core/pagecache.h>
#include <core/poll.h>
#include <core/rcu.h>
#include <core/refcount.h>
#include <core/spinlock.h>
#include <core/types.h>
#include <core/uapi/fcntl.h>
#include <core/uapi/stat.h>
#include <core/uio.h>

struct dentry;
struct inotify_watch;
struct file;
struct inode;
struct mount;
struct super;
struct vma;
struct path;
struct kstat;
struct kstatfs;

struct path {
	struct mount *mount;
	struct dentry *dentry;
};

struct timespec64 {
	int64_t sec;
	uint32_t nsec;
};

/* What stat, statx and friends tell, as the kernel keeps it. inode_stat() fills in all but what a
 * path has and an inode has not: mount_id and mount_root. */
struct kstat {
	uint64_t dev, ino, nlink, rdev, size, blocks;
	uint32_t mode, uid, gid, blksize;
	struct timespec64 atime, mtime, ctime, btime;
	unsigned int inode_flags, type_flags; /* INODE_*, and FS_* of its file system */
	int mount_id;
	bool mount_root;
};

struct kstatfs {
	struct statfs s;
};

struct attributes { /* for setattr: valid says which */
	unsigned int valid;
	umode_t mode;
	uid_t uid;
	gid_t gid;
	loff_t size;
	struct timespec64 atime, mtime, ctime;
};
#define ATTR_MODE  0x01u
#define ATTR_UID   0x02u
#define ATTR_GID   0x04u
#define ATTR_SIZE  0x08u
#define ATTR_ATIME 0x10u
#define ATTR_MTIME 0x20u
#define ATTR_CTIME 0x40u
#define ATTR_STRIP 0x80u /* chown's: files lose their set-id bits, even if no owner changes */

struct inode_ops {
	/* dir: rwsem held exclusively. lookup attaches an inode with dentry_attach() or leaves the
	 * dentry negative; 0 or -errno. lookup NULL: what the dentry cache does not hold does not
	 * exist (FS_COMPLETE). */
	int (*lookup)(struct inode *dir, struct dentry *dentry);
	int (*create)(struct inode *dir, struct dentry *dentry, umode_t mode); /* a regular file */
	int (*mkdir)(struct inode *dir, struct dentry *dentry, umode_t mode);
	int (*mknod)(struct inode *dir, struct dentry *dentry, umode_t mode, dev_t rdev);
	int (*symlink)(struct inode *dir, struct dentry *dentry, const char *target);
	int (*link)(struct inode *dir, struct dentry *dentry, struct inode *target);
	/* unlink, rmdir: the VFS has checked permissions and kinds, unhashes the dentry
	 * afterwards; rmdir: -ENOTEMPTY is the file system's. */
	int (*unlink)(struct inode *dir, struct dentry *dentry);
	int (*rmdir)(struct inode *dir, struct dentry *dentry);
	int (*rename)(struct inode *from_dir, struct dentry *from, struct inode *to_dir,
		      struct dentry *to, unsigned int flags);
	int (*tmpfile)(struct inode *dir, struct inode **inode, umode_t mode);
	/* The target of a symlink that has no inode->link: *target is valid as long as the inode;
	 * to be freed with kfree if *owned. May sleep. */
	int (*readlink)(struct inode *inode, const char **target, bool *owned);
	/* A magic link (/proc/PID/fd/N, exe, cwd): the path it means, with references; NULL: an
	 * ordinary link. */
	int (*follow)(struct inode *inode, struct path *path);
	int (*setattr)(struct inode *inode,
		       const struct attributes *a); /* NULL: only the inode's fields change */
	/* NULL: by mode bits. May be called in an RCU section: it must not sleep. */
	int (*permission)(struct inode *inode, unsigned int mask);
	void (*getattr)(
		struct inode *inode, struct
		kstat *stat); /* after the generic fill; NULL: nothing to add. RCU section: no sleep */
	int (*getxattr)(struct inode *inode, const char *name, void *value, size_t size);
	int (*setxattr)(struct inode *inode, const char *name, const void *value, size_t size,
			int flags);
	int (*listxattr)(struct inode *inode, char *list, size_t size);
};

struct dir_context { /* getdents: emit returns false when the buffer is full */
	bool (*emit)(struct dir_context *context, const char *name, size_t length, uint64_t ino,
		     unsigned int type);
	loff_t pos;
};

#define POS_APPEND \
	INT64_MIN /* a position that means: at the end, whatever O_APPEND says (RWF_APPEND) */
struct file_ops {
	/* pos: in and out; the caller holds the file position's lock where it is the file's own.
	 * Bytes or -errno. */
	ssize_t (*read)(struct file *file, struct uio *uio, loff_t *pos);
	ssize_t (*write)(struct file *file, struct uio *uio, loff_t *pos);
	loff_t (*seek)(struct file *file, loff_t offset,
		       int whence); /* NULL: -ESPIPE unless FILE_SEEKABLE's generic */
	int (*iterate)(struct file *file, struct dir_context *context);
	unsigned int (*poll)(struct file *file, struct poll_table *table); /* NULL: always ready */
	long (*ioctl)(struct file *file, unsigned int command, unsigned long arg);
	int (*mmap)(struct file *file,
		    struct vma *vma); /* sets vma->cache (or vma->special); NULL: -ENODEV */
	int (*open)(struct inode *inode,
		    struct file *file);	    /* may replace file->ops and file->private */
	void (*release)(struct file *file); /* last reference gone; may sleep */
	int (*flush)(struct file *file);    /* at each close */
	int (*fsync)(struct file *file, bool data_only); /* NULL: -EINVAL */
	long (*fallocate)(struct file *file, int mode, loff_t offset, loff_t length);
	int (*set_flags)(struct file *file,
			 unsigned int flags); /* F_SETFL, after checks; NULL: accepted */
	/* O_ASYNC is switched on: poll_wait() for the queues (two at most) that are woken with
	 * WAKE_SIGIO(). 0 or -errno; may sleep. NULL: the file sends no SIGIO. */
	int (*async)(struct file *file, struct poll_table *table);
	/* Is the owner to be told of this event? Under the queue's lock. NULL: always. */
	bool (*async_due)(struct file *file, int code);
	void (*show_fdinfo)(struct file *file, void (*print)(void *ctx, const char *format, ...),
			    void *ctx);
	struct pid *(*pid)(const struct file *file); /* the process that the file stands for, no
							reference; NULL: none */
	unsigned int traits;			     /* FILE_READS_APART and so on */
};
/* readv is as many reads as it has parts (and takes no flags); writev likewise. */
#define FILE_READS_APART  1u
#define FILE_WRITES_APART 2u
/* splice and sendfile cannot read from it, or write to it. */
#define FILE_NO_SPLICE_FROM 4u
#define FILE_NO_SPLICE_TO   8u
#define FILE_NO_SPLICE	    (FILE_NO_SPLICE_FROM | FILE_NO_SPLICE_TO)
/* Positions are addresses: they may look negative. */
#define FILE_ADDRESSES 16u

/* Do n bytes at pos lie where a position can be? 0 or -EINVAL. */
static inline int file_check_place(loff_t pos, size_t n)
{
	loff_t end;

	return pos < 0 || __builtin_add_overflow(pos, n, &end) ? -EINVAL : 0;
}

struct inode {
	struct refcount refs;
	uint64_t ino;
	umode_t mode;
	uid_t uid;
	gid_t gid;
	uint32_t nlink;
	dev_t rdev;
	loff_t size;
	uint64_t blocks; /* of 512 bytes; memory file systems derive it */
	struct timespec64 atime, mtime, ctime, btime;
	const struct inode_ops *ops;
	const struct file_ops *file_ops;
	struct super *super;
	struct rwsem rwsem;
	struct pagecache cache; /* regular files and tmpfs */
	const char *
		link; /* symlink: the target, if it lives (RCU) as long as the inode; NULL: ask ops->readlink */
	void *private;		  /* the file system's */
	void *pipe;		  /* FIFO state, [rwsem] */
	void *socket;		  /* the AF_UNIX socket bound to it, which holds the inode */
	struct file_locks *locks; /* flock and POSIX locks, NULL: none yet; see core/vfs/locks.c */
	struct inotify_watch *watches; /* the inotify room's; NULL: nobody watches */
	struct dnotify *dnotify;       /* F_NOTIFY of this directory, see core/vfs/dnotify.c */
	bool removed;	     /* its last name has gone: super->removed counts it [rwsem] */
	int32_t write_count; /* >0 writers, <0 denied (being executed: ETXTBSY); atomic */
	unsigned int seals;  /* F_SEAL_* */
	unsigned int
		write_hint; /* F_SET_RW_HINT: how long what is written may live; no file system here asks */
	unsigned int flags;
	struct rcu_head rcu;
};
#define INODE_NOATIME	  1u
#define INODE_DEAD	  2u   /* removed directory */
#define INODE_SEALABLE	  16u  /* memfd with MFD_ALLOW_SEALING: F_ADD_SEALS may */
#define INODE_SEALED_FILE 32u  /* in memory: F_GET_SEALS answers (but only a memfd takes any) */
#define INODE_LINKABLE	  8u   /* O_TMPFILE: may be linked although nlink is 0 */
#define INODE_IMMUTABLE	  64u  /* nobody may write: -EPERM */
#define INODE_APPEND	  128u /* chattr +a: written to at its end only, and never removed */
#define INODE_NODUMP	  256u /* chattr +d: for backups to look at */
#define INODE_NOTRUNC	  4u   /* sizes mean nothing: O_TRUNC is ignored (procfs) */

struct dentry {
	struct refcount refs;
	unsigned int flags;
	uint32_t sequence; /* seqcount of name, parent and inode: RCU walk */
	struct spinlock lock;
	struct dentry *parent; /* itself for a root; reference held */
	struct inode *inode;   /* NULL: negative; reference held */
	struct hlist_node hash;
	uint32_t name_hash;
	uint32_t name_length;
	char *name; /* inline_name or kmalloc'ed, RCU-freed */
	char inline_name[32];
	struct list children, sibling; /* [parent->lock] */
	struct list lru;
	struct super *super;
	const struct dentry_ops *ops;
	void *private;
	uint64_t cookie; /* place in its directory, the file system's [parent inode rwsem] */
	struct rcu_head rcu;
};
/*
 * Life of a dentry: being hashed (in the cache, and in its parent's list of children) is one
 * reference; a child holds one on its parent. A dentry of the cache that nobody else holds is on
 * the LRU and may be unhashed by the shrinker unless DENTRY_PERSIST. The last reference puts the
 * inode; memory goes after a grace period.
 */
#define DENTRY_MOUNTPOINT 1u /* something is mounted on it, somewhere */
#define DENTRY_UNHASHED	  2u
/* The file system keeps its own reference (ramfs: the dentry is the directory entry). */
#define DENTRY_PERSIST	  4u
#define DENTRY_REFERENCED 8u  /* used since the shrinker last came by */
#define DENTRY_NUMBERED	  16u /* nameless; shown with its inode's number behind the name */

struct dentry_ops {
	bool (*revalidate)(
		struct dentry *dentry); /* procfs: is the process still there? RCU section */
};

struct super_ops {
	void (*evict)(
		struct
		inode *inode); /* last reference gone: drop contents (and blocks when nlink is 0). May sleep */
	void (*release)(
		struct
		inode *inode); /* after the grace period: free what RCU walkers may have seen (private, a link's target); no sleep */
	int (*statfs)(struct super *super, struct kstatfs *out);
	int (*sync)(struct super *super);
	void (*shutdown)(struct super *super);
	void (*show_options)(struct super *super, char *buf, size_t n);
	int (*remount)(struct super *super, const char *options);
};

/* The options of a mount, "name,name=value": one hears of each, with value NULL if it has none; its
 * first error ends it. 0, -ENOMEM, or that error. */
typedef int mount_option_fn(void *context, const char *name, const char *value);
__must_check int mount_options_each(const char *options, mount_option_fn *one, void *context);
/* Values of options: 0 or -EINVAL. Octal: a mode, of which 07777 counts. Number: decimal, below 2^32 - 1. */
__must_check int mount_option_octal(const char *text, umode_t *mode);
__must_check int mount_option_number(const char *text, uint32_t *number);

struct super {
	struct refcount refs;
	uint32_t active; /* mounts that show it; atomic. The last one gone: shut down */
	const struct fs_type *type;
	const struct super_ops *ops;
	dev_t dev;
	struct dentry *root;
	struct mutex rename_lock;
	unsigned long flags;	   /* MS_RDONLY ... */
	uint32_t writers;	   /* mount_want_write(), through whichever mount; atomic */
	uint32_t removed;	   /* inodes in use that have no name left; atomic */
	uint64_t next_ino;	   /* atomic */
	uint64_t time_granularity; /* ns */
	void *private;
	uint32_t magic, blocksize;
	loff_t max_size;
};

/* A file system type: registered by FS_TYPE(name) below into a link section. */
struct fs_type {
	const char *name;
	unsigned int flags; /* FS_* */
	/* Make a superblock with its root: 0 or -errno. options: as mount(2)'s data, or NULL. */
	int (*mount)(const struct fs_type *type, const char *source, const char *options,
		     struct super **super);
	/* Would mount take this option (value NULL: it has none)? NULL: it takes any. */
	int (*check_option)(const char *name, const char *value);
};
#define FS_NODEV 1u /* needs no block device */
#define FS_COMPLETE \
	2u /* the dentry cache is the directory: a name that is not in it does not exist */
#define FS_KERNEL      4u /* not for mount(2), not in /proc/filesystems */
#define FS_NO_ATIME    8u
#define FS_NO_NEGATIVE 16u  /* names come and go by themselves: never cache that one is missing */
#define FS_HANDLES     64u  /* its files can be opened by their numbers (name_to_handle_at) */
#define FS_BTIME       32u  /* its inodes tell when they were made */
#define FS_MADE_UP     128u /* its files are no contents: never executed, no O_DIRECT */
#define FS_FLAGS       256u /* its files and directories keep flags (chattr) */
#define FS_TYPE(t)                                     \
	static const struct fs_type *const fs_type_##t \
		__attribute__((used, section("core_fs_types"))) = &t

struct mount {
	struct refcount refs;
	struct mount *parent;	   /* [mount_lock] NULL: detached or the root */
	struct dentry *mountpoint; /* [mount_lock] in parent; reference */
	struct dentry *root;	   /* what of super it shows */
	struct super *super;
	struct list children, sibling;	   /* [mount_lock] */
	struct hlist_node hash;		   /* by (parent, mountpoint); RCU */
	struct hlist_node mountpoint_hash; /* [mount_lock] */
	struct list all;		   /* [mount_lock] in order of mounting */
	bool attached;			   /* [mount_lock] in the tree: one reference */
	/* Propagation [mount_mutex]: see core/vfs/propagation.c. NULL: private. */
	struct propagation *propagation;
	struct list member; /* of propagation */
	bool unbindable;
	bool fresh;	     /* it has not got its place in the tree yet */
	struct mount *twin;  /* while a tree is copied: this mount's copy */
	struct mount *place; /* a copy: what it is going to be mounted on */
	struct path
		was_on; /* parent and mountpoint of one that was just detached, until they are put */
	unsigned int flags; /* MS_NOSUID, NODEV, NOEXEC, RDONLY, NOATIME, RELATIME */
	uint32_t writers;   /* mount_want_write(): changes, files open for writing; atomic */
	bool expiring;	    /* umount2 found it unused (MNT_EXPIRE), and nobody has used it since */
	int id;
	char *source;
	struct rcu_head rcu;
};
/* Is nothing below path executed, neither by execve nor by mapping it so? */
static inline bool path_no_exec(const struct path *path)
{
	return path->mount->flags & MS_NOEXEC || path->mount->super->type->flags & FS_MADE_UP;
}
/* May it be open with O_DIRECT? */
static inline bool inode_takes_direct(const struct inode *inode)
{
	return S_ISREG(inode->mode) && !(inode->super->type->flags & FS_MADE_UP);
}

struct file {
	struct refcount refs;
	unsigned int flags; /* O_* status flags; F_SETFL changes some: atomic */
	unsigned int mode;  /* FILE_* below, constant */
	const struct file_ops *ops;
	struct path
		path; /* with references; anonymous files have a dentry of the anonymous superblock */
	struct inode *inode;
	struct mutex pos_lock;
	loff_t pos;
	void *private;
	const struct cred *cred;
	struct list epolls; /* [epoll_lock] epoll items that watch it */
	struct spinlock epoll_lock;
	struct file_owner *owner; /* whom to signal about it; NULL: nobody, see core/vfs/owner.c */
	struct rcu_head rcu;
	struct list exit_link;
};
#define FILE_READ     1u
#define FILE_WRITE    2u
#define FILE_SEEKABLE 4u
#define FILE_PATH     8u /* O_PATH */
#define FILE_STREAM \
	16u /* no position at all: read and write pass &ignored; pread and pwrite are -ESPIPE */
#define FILE_WRITER    32u /* counts as a writer: see file_take_write() */
#define FILE_NO_PWRITE 64u /* a text made on demand: pwrite is -ESPIPE */
#define FILE_NOATIME   128u
#define FILE_ATOMIC_POS \
	512u /* regular files and directories: the position is locked when others may use the file */
#define FILE_MOUNT     1024u /* holds a mount without a place, which goes with it unless it gets one */
#define FILE_OPENED    256u  /* ops->open succeeded: release is due */
#define FILE_NO_DIRECT 4096u /* a regular file that nobody opened (memfd): O_DIRECT is refused */
#define FILE_ZERO      8192u /* /dev/zero: shared memory of its own for who maps it MAP_SHARED */
#define FILE_SPLICE_NOWAIT \
	16384u		  /* SPLICE_F_NONBLOCK counts for reading it, not for the pipe alone */
#define FILE_NOWAIT 2048u /* RWF_NOWAIT is honoured: read and write ask io_nonblock() */

/* Is this read or write to fail with -EAGAIN where it would have to wait? */
static inline bool io_nonblock(const struct file *file, const struct uio *uio)
{
	return READ_ONCE(file->flags) & O_NONBLOCK || uio->nowait;
}

/* Count file, open for writing, with its inode, its mount and its superblock: 0, -EROFS, -ETXTBSY. The
 * end of the file undoes it. */
__must_check int file_take_write(struct file *file);
void file_drop_write(struct file *file);

/* ---- paths ---- */
#define LOOKUP_FOLLOW	   0x01u
#define LOOKUP_DIRECTORY   0x02u
#define LOOKUP_PARENT	   0x04u
#define LOOKUP_EMPTY	   0x08u /* AT_EMPTY_PATH */
#define LOOKUP_NO_SYMLINKS 0x10u
#define LOOKUP_BENEATH	   0x20u
#define LOOKUP_IN_ROOT	   0x40u
#define LOOKUP_NO_XDEV	   0x80u
#define LOOKUP_NO_MAGIC	   0x100u
#define LOOKUP_CACHED	   0x200u /* -EAGAIN where the cache does not have the answer */
#define LOOKUP_OPENER \
	0x400u /* -ENOENT unless current opened the descriptor, or may search everywhere */

/* Walk name (kernel string) from dirfd (AT_FDCWD or a descriptor): *path with references. */
__must_check int path_lookup(int dirfd, const char *name, unsigned int flags, struct path *path);
/* The same from user space's string. */
__must_check int path_lookup_user(int dirfd, unsigned long name, unsigned int flags,
				  struct path *path);
void path_get(const struct path *path);
void path_put(const struct path *path);
/* Absolute name of path as seen from root (getcwd, /proc): into buf's end; returns the start or an
 * err_ptr (-ENAMETOOLONG, or "(unreachable)" prefix). */
char *path_name(const struct path *path, const struct path *root, char *buf, size_t n);
/* The same in the way of /proc/PID/{fd,maps,...}: "pipe:[N]" and the like for files without a
 * name, " (deleted)" behind removed ones. */
char *file_name(const struct path *path, char *buf, size_t n);
/* Absolute name of dentry from its file system's own root, "//deleted" behind a removed one; the start in
 * buf or an err_ptr (-ENAMETOOLONG). */
char *dentry_name(struct dentry *dentry, char *buf, size_t n);
/* A user's path string into a kernel buffer of PATH_MAX: 0, -EFAULT, -ENAMETOOLONG, -ENOENT
 * (empty, unless LOOKUP_EMPTY). Free with path_string_free. */
#define PATH_MAX 4096
#define NAME_MAX 255
__must_check int path_string(unsigned long user, unsigned int flags, char **string);
void path_string_free(char *string);

/*
 * /proc/sys/fs/protected_*: 1, as distributions have it, keeps others from being led astray in shared
 * folders. A symlink in last place in a sticky folder that all may write is followed only by its owner,
 * or if the folder's owner made it; a file is linked only by its owner or by who may read and write
 * it, and only if it is an ordinary one.
 */
extern unsigned int vfs_protected_hardlinks, vfs_protected_symlinks;
/* O_CREAT of another's file or FIFO in a sticky folder is refused: 1 where all may write, 2 where its
 * group may. Other kinds are refused always. 0 unless the system sets it. */
extern unsigned int vfs_protected_fifos, vfs_protected_regular;

/* ---- kernel-side operations (exec, boot, cpio) ---- */
/* flags: O_*, mode: permission bits, the umask is applied. */
__must_check int vfs_open(int dirfd, const char *name, unsigned int flags, umode_t mode,
			  struct file **file);
/* For execve: name from dirfd (LOOKUP_* in flags), a regular file that current may execute on a
 * mount without MS_NOEXEC (else -EACCES); it can be read and mapped even without read permission.
 */
__must_check int vfs_open_exec(int dirfd, const char *name, unsigned int flags, struct file **file);
ssize_t vfs_read(struct file *file, void *buf, size_t n, loff_t *pos); /* kernel buffer */
ssize_t vfs_write(struct file *file, const void *buf, size_t n, loff_t *pos);
ssize_t vfs_read_uio(struct file *file, struct uio *uio, loff_t *pos);
ssize_t vfs_write_uio(struct file *file, struct uio *uio, loff_t *pos);
__must_check int vfs_unlink(const char *name); /* from current's directory on */
__must_check int vfs_mkdir(const char *name, umode_t mode);
__must_check int vfs_mknod(const char *name, umode_t mode, dev_t rdev);
/* The same for current's directory and umask, giving what was made, with references. */
__must_check int vfs_mknod_path(const char *name, umode_t mode, struct path *made);
/* Remove it again, if it still has this name. */
__must_check int vfs_unlink_made(const char *name, const struct path *made);
__must_check int vfs_symlink(const char *target, const char *name);
__must_check int vfs_link(const char *from, const char *to);
__must_check int vfs_chown(const char *name, uid_t uid, gid_t gid);
__must_check int vfs_mount(const char *source, const char *target, const char *type,
			   unsigned long flags, const char *options);
__must_check int inode_permission(struct inode *inode,
				  unsigned int mask); /* MAY_* against current's fs credentials */
#define MAY_EXEC  1u
#define MAY_WRITE 2u
#define MAY_READ  4u
__must_check int inode_deny_write(struct inode *inode); /* exec: -ETXTBSY if open for writing */
void inode_allow_write(struct inode *inode);
__must_check int inode_take_write(struct inode *inode); /* -ETXTBSY if it is being executed */
void inode_drop_write(struct inode *inode);

/* ---- for file systems ---- */
struct inode *
inode_new(struct super *super,
	  umode_t mode); /* refs 1, times now, fs uid/gid of current; NULL: no memory */
/* The same for a new entry of dir: set-gid directories hand down their group. */
struct inode *inode_new_in(struct inode *dir, umode_t mode);
struct inode *inode_get(struct inode *inode);
void inode_put(struct inode *inode);
struct super *super_new(const struct fs_type *type, const struct super_ops *ops);
void dentry_attach(struct dentry *dentry, struct inode *inode); /* consumes the inode reference */
struct dentry *dentry_get(struct dentry *dentry);
void dentry_put(struct dentry *dentry);
struct dentry *dentry_root(struct super *super, struct inode *inode);
struct dentry *dentry_child(struct dentry *parent, const char *name,
			    size_t length);		/* look in the cache only; with reference */
void dentry_drop(struct dentry *dentry);		/* unhash */
struct dentry *dentry_parent_of(struct dentry *dentry); /* with a reference; a root is its own */
/* A new negative dentry below parent with one reference; and its entry into the cache, when the
 * file system has attached an inode. The parent inode's rwsem is held exclusively. */
struct dentry *dentry_create(struct dentry *parent, const char *name, size_t length);
void dentry_publish(struct dentry *dentry);
loff_t file_seek_dir(struct file *file, loff_t offset,
		     int whence); /* SEEK_SET and CUR on a directory's cookies */
/* For file systems that make their own trees (devfs, sysfs): a new hashed, persistent child of
 * parent that holds inode (consumed, also on failure). The parent inode's rwsem is held or the
 * tree is not public yet. */
__must_check int dentry_add_child(struct dentry *parent, const char *name, struct inode *inode);
/* Unhash everything below dentry and itself (shutdown of a superblock without users). */
void dentry_tree_drop(struct dentry *dentry);
void super_get(struct super *super);
void super_put(struct super *super);
void super_kill(
	struct super *super); /* a mount that failed half way: drops what super_new() gave */
struct timespec64 inode_now(struct super *super);
void inode_touch_atime(struct file *file);   /* after a read: relatime and its kin */
void inode_touch_mtime(struct inode *inode); /* after a write that needs no lock: ctime, too */
__must_check int
inode_change(struct inode *inode,
	     struct attributes *a); /* apply ATTR_* to the fields; rwsem held exclusively */

/* Generic pieces for file_ops. */
loff_t file_seek_generic(struct file *file, loff_t offset, int whence, loff_t size,
			 loff_t max); /* SEEK_SET, CUR, END on file->pos */
loff_t file_seek_ignored(struct file *file, loff_t offset,
			 int whence); /* lseek succeeds and moves nothing */
loff_t file_seek_inode(struct file *file, loff_t offset, int whence); /* by inode->size */
/* RLIMIT_FSIZE, max_size: how many of n bytes may be written at pos: >0, or -EFBIG (and SIGXFSZ).
 */
ssize_t file_write_limit(struct file *file, loff_t pos, size_t n);
/* Clear set-id bits on write by one without CAP_FSETID. rwsem held exclusively. */
void inode_strip_setid(struct inode *inode);
/* Text made whole at the first read: for small files of procfs and sysfs see core/seqfile.h. */

/* FIFOs, implemented by the pipe room: it sets these operations at boot; until then opening one is
 * -ENXIO. */
extern const struct file_ops *vfs_fifo_ops;
/* A file that epolls watch goes: the epoll room forgets its items. */
extern void (*file_epoll_release)(struct file *file);
/* Called when a process's last descriptor is closed with its table: files may be left that only files in
 * flight refer to. Set by local sockets. May sleep. */
extern void (*files_closed)(void);
/* fcntl's F_SETPIPE_SZ and F_GETPIPE_SZ: the pipe room; -EBADF when file is no pipe. */
extern long (*vfs_pipe_fcntl)(struct file *file, unsigned int command, unsigned long arg);
/* sendfile to a pipe: up to length bytes of in at *pos, which advances; waits (unless out is O_NONBLOCK) for room,
 * but not for more room. Bytes or -errno. */
extern ssize_t (*vfs_pipe_fill)(struct file *out, struct file *in, loff_t *pos, size_t length);
/* Can splice and sendfile move data from it to a pipe, or from a pipe to it? */
bool file_splices_from(const struct file *file);
bool file_splices_to(const struct file *file);

/* A file without a name (pipes, eventfd, sockets, epoll): name as in /proc/PID/fd ("pipe:[%llu]"
 * is formed by the caller's super), inode mode. */
__must_check int file_anonymous(const char *name, const struct file_ops *ops, void *private,
				unsigned int flags, unsigned int mode, struct file **file);
/* The same with an inode of its own: of which file system without names, and of which mode. Its number is
 * ino, and it is root's; with ino 0 it gets one, is the caller's, and the file is shown as "name:[ino]". */
enum nameless_fs { NAMELESS_ANON, NAMELESS_PIPE, NAMELESS_PID };
__must_check int file_nameless(enum nameless_fs which, const char *name, umode_t mode, uint64_t ino,
			       const struct file_ops *ops, void *private, unsigned int flags,
			       unsigned int file_mode, struct file **file);
/* For file systems that only the kernel mounts: a mount outside the tree, for good; and a dentry
 * without a place in it (consumes the inode, also on failure; NULL: no memory). */
__must_check int vfs_kernel_mount(const struct fs_type *type, struct mount **mount);
struct dentry *dentry_nameless(struct super *super, const char *name, struct inode *inode);
/* The same, shown as "kind:[inode number]". */
struct dentry *dentry_numbered(struct super *super, const char *kind, struct inode *inode);
/* A second struct file for an inode that has one (the other end of a pipe). */
__must_check int file_for_path(const struct path *path, const struct file_ops *ops, void *private,
			       unsigned int flags, unsigned int mode, struct file **file);
struct file *file_get(struct file *file);
/* Drop a reference; the last one releases (deferred to return-to-user or a worker when the context
 * may not sleep). */
void file_put(struct file *file);
/* The same where the caller may sleep and holds no lock: releases at once. */
void file_put_now(struct file *file);
/* Release files whose last reference went in this thread: core_return_to_user() on
 * THREAD_WORK_NOTIFY and thread_exit(). May sleep. */
void file_run_deferred(void);
ssize_t file_no_read(struct file *file, struct uio *uio, loff_t *pos);
/* fsync of what lives in memory only: 0. */
int file_fsync_memory(struct file *file, bool data_only);
/* fallocate() on an open file: FALLOC_FL_*, bytes. 0 or -errno; may sleep. */
__must_check long file_fallocate(struct file *file, int mode, loff_t offset, loff_t length);

/* ---- whom to signal about a file (owner.c, async.c) ---- */
/* F_GETOWN, F_SETOWN, F_GETOWN_EX, F_SETOWN_EX, F_GETSIG, F_SETSIG. */
__must_check long file_owner_fcntl(struct file *file, unsigned int command, unsigned long arg);
/* The group, or (NULL) the current process owns the file, unless it has an owner. 0 or -ENOMEM. */
__must_check int file_owner_default(struct file *file, struct pid *group);
/* SIGURG to the owner, O_ASYNC or not. Takes tasklist; the struct file has to stay, not its reference. */
void file_signal_urgent(struct file *file);
/* Files with O_ASYNC that hang on the queue have it no longer. May sleep. */
void file_async_end(struct wait_queue *queue);

/* Character devices: subsys registers major/minor ranges. */
__must_check int chrdev_register(unsigned int major, unsigned int minor, unsigned int count,
				 const char *name, const struct file_ops *ops);

/* For /proc/devices: the index-th registration; false: no more. */
bool chrdev_info(unsigned int index, unsigned int *major, const char **name);
/* devfs announces itself: add is called for all nodes so far, and for each new one. name: as below
 * /dev, with slashes for folders ("pts/0"). */
__must_check int devfs_set_hook(int (*add)(const char *name, umode_t mode, dev_t rdev));
/* Nodes in /dev made by devfs when drivers register (before or after it is mounted). */
__must_check int devfs_add(const char *name, umode_t mode,
			   dev_t rdev); /* through a registry hook: core/vfs/devnode.c */

extern struct mount *root_mount;
extern struct spinlock mount_lock;
extern struct list mount_list; /* [mount_lock] every attached mount, by all */
const struct fs_type *fs_type_find(const char *name);
const struct fs_type *fs_type_next(unsigned int *index); /* for /proc/filesystems; NULL: the end */
void mount_get(struct mount *mount);
void mount_put(struct mount *mount);
/* For /proc/PID/mountinfo: the peer group (0: none), the group it is a slave of (0), unbindable. */
void mount_propagation(const struct mount *mount, int *shared, int *master, bool *unbindable);
struct mount *
mount_after(int id); /* the attached mount with the next greater id (reference), or NULL */
/* How often the tree of mounts has changed [mount_lock for change], and who waits for that (POLLPRI). */
extern uint32_t mount_events;
extern struct wait_queue mount_waiters;
/* Caches, the root file system (tmpfs "rootfs"), the boot thread's fs context: after the slabs and
 * INIT_CORE initcalls of file systems are linked in (they need no call). */
void vfs_init(void);
/* Unpack a cpio archive (newc; plain, gzip, zstd; several, zero padding between) into /. 0, or
 * -errno with *why: what is wrong with it. */
__must_check int initramfs_unpack(const void *data, size_t n, const char **why);

/* O_RDONLY-style word of a file for F_GETFL and fdinfo. */
unsigned int file_flags_user(const struct file *file);
/* Record and flock locks: at close and exit. */
void locks_close(struct file *file, const void *owner); /* POSIX locks of this files table */
void locks_release(struct file *file);			/* last reference: flock and OFD locks */

/* drop_caches: unused dentries, inodes, clean page-cache pages. May sleep. */
void vfs_drop_caches(void);
/* How many there are. dentries_unused: on the list that is shrunk. */
struct vfs_counts {
	size_t files, inodes, dentries, dentries_unused;
};
struct vfs_counts vfs_counts(void);

#endif
