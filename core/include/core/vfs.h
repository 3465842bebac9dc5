/* SPDX-License-Identifier: MIT */
/*
 * core/vfs.h - files, dentries, inodes, superblocks, mounts.
 *
 * A path is (mount, dentry). Dentries, negative ones too, hash by (parent, name); the walk is lock-free under RCU with per-dentry sequence counts and falls back to references.
 * Directory changes hold the parent inode's rwsem exclusively; a rename across directories takes the superblock's rename mutex first, then ancestor before descendant.
 * One lifetime rule: reference count, get-unless-zero under RCU, free after a grace period.
 * Lock order: sb->rename_lock, inode->rwsem (parent, child), mm->lock, dentry->lock, hash locks.
 */
#ifndef CORE_VFS_H
#define CORE_VFS_H

#include <core/cred.h>
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
struct file;
struct inode;
struct mount;
struct super;
struct vma;
struct path;
struct kstat;
struct kstatfs;

struct timespec64 {
	int64_t sec;
	uint32_t nsec;
};

struct attributes { /* for setattr: valid says which */
	unsigned int valid;
	umode_t mode;
	uid_t uid;
	gid_t gid;
	loff_t size;
	struct timespec64 atime, mtime, ctime;
};
#define ATTR_MODE 0x01u
#define ATTR_UID 0x02u
#define ATTR_GID 0x04u
#define ATTR_SIZE 0x08u
#define ATTR_ATIME 0x10u
#define ATTR_MTIME 0x20u
#define ATTR_CTIME 0x40u

struct inode_ops {
	/* dir: rwsem held (shared for lookup). lookup attaches an inode with dentry_attach() or leaves it negative; 0 or -errno. */
	int (*lookup)(struct inode *dir, struct dentry *dentry);
	int (*create)(struct inode *dir, struct dentry *dentry, umode_t mode); /* a regular file */
	int (*mkdir)(struct inode *dir, struct dentry *dentry, umode_t mode);
	int (*mknod)(struct inode *dir, struct dentry *dentry, umode_t mode, dev_t rdev);
	int (*symlink)(struct inode *dir, struct dentry *dentry, const char *target);
	int (*link)(struct inode *dir, struct dentry *dentry, struct inode *target);
	int (*unlink)(struct inode *dir, struct dentry *dentry);
	int (*rmdir)(struct inode *dir, struct dentry *dentry);
	int (*rename)(struct inode *from_dir, struct dentry *from, struct inode *to_dir, struct dentry *to, unsigned int flags);
	int (*tmpfile)(struct inode *dir, struct inode **inode, umode_t mode);
	/* The target of a symlink: *target is valid in the RCU section or as long as the inode; free with kfree if *owned. */
	int (*readlink)(struct inode *inode, const char **target, bool *owned);
	/* A magic link (/proc/PID/fd/N, exe, cwd): the path it means, with references; NULL: an ordinary link. */
	int (*follow)(struct inode *inode, struct path *path);
	int (*setattr)(struct inode *inode, const struct attributes *a); /* NULL: only the inode's fields change */
	int (*permission)(struct inode *inode, unsigned int mask); /* NULL: by mode bits */
	void (*getattr)(struct inode *inode, struct kstat *stat);  /* after the generic fill; NULL: nothing to add */
	int (*getxattr)(struct inode *inode, const char *name, void *value, size_t size);
	int (*setxattr)(struct inode *inode, const char *name, const void *value, size_t size, int flags);
	int (*listxattr)(struct inode *inode, char *list, size_t size);
};

struct path {
	struct mount *mount;
	struct dentry *dentry;
};

struct dir_context { /* getdents: emit returns false when the buffer is full */
	bool (*emit)(struct dir_context *context, const char *name, size_t length, uint64_t ino, unsigned int type);
	loff_t pos;
};

struct file_ops {
	/* pos: in and out; the caller holds the file position's lock where it is the file's own. Bytes or -errno. */
	ssize_t (*read)(struct file *file, struct uio *uio, loff_t *pos);
	ssize_t (*write)(struct file *file, struct uio *uio, loff_t *pos);
	loff_t (*seek)(struct file *file, loff_t offset, int whence); /* NULL: -ESPIPE unless FILE_SEEKABLE's generic */
	int (*iterate)(struct file *file, struct dir_context *context);
	unsigned int (*poll)(struct file *file, struct poll_table *table); /* NULL: always ready */
	long (*ioctl)(struct file *file, unsigned int command, unsigned long arg);
	int (*mmap)(struct file *file, struct vma *vma); /* sets vma->cache (or vma->special); NULL: -ENODEV */
	int (*open)(struct inode *inode, struct file *file); /* may replace file->ops and file->private */
	void (*release)(struct file *file); /* last reference gone; may sleep */
	int (*flush)(struct file *file);    /* at each close */
	int (*fsync)(struct file *file, bool data_only);
	long (*fallocate)(struct file *file, int mode, loff_t offset, loff_t length);
	int (*set_flags)(struct file *file, unsigned int flags); /* F_SETFL, after checks; NULL: accepted */
	void (*show_fdinfo)(struct file *file, void (*print)(void *ctx, const char *format, ...), void *ctx);
};

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
	struct pagecache cache;   /* regular files and tmpfs */
	void *private;            /* the file system's */
	void *pipe;               /* FIFO state, [rwsem] */
	void *socket;             /* bound AF_UNIX socket */
	struct list locks;        /* flock and POSIX locks, see core/vfs/locks.c */
	uint32_t watches;         /* inotify */
	int32_t write_count;      /* >0 writers, <0 denied (being executed: ETXTBSY); atomic */
	unsigned int seals;       /* memfd F_SEAL_* */
	unsigned int flags;
	struct rcu_head rcu;
};
#define INODE_NOATIME 1u
#define INODE_DEAD    2u /* removed directory */

struct dentry {
	struct refcount refs;
	unsigned int flags;
	uint32_t sequence;        /* seqcount of name, parent and inode: RCU walk */
	struct spinlock lock;
	struct dentry *parent;    /* itself for a root; reference held */
	struct inode *inode;      /* NULL: negative; reference held */
	struct hlist_node hash;
	uint32_t name_hash;
	uint32_t name_length;
	char *name;               /* inline_name or kmalloc'ed, RCU-freed */
	char inline_name[32];
	struct list children, sibling; /* [parent->lock] */
	struct list lru;
	struct super *super;
	const struct dentry_ops *ops;
	void *private;
	struct rcu_head rcu;
};
#define DENTRY_MOUNTPOINT 1u /* something is mounted on it, somewhere */
#define DENTRY_UNHASHED   2u
#define DENTRY_PERSIST    4u /* the file system keeps its own reference (ramfs: the dentry is the directory entry) */

struct dentry_ops {
	bool (*revalidate)(struct dentry *dentry); /* procfs: is the process still there? RCU section */
};

struct super_ops {
	void (*evict)(struct inode *inode); /* last reference gone: free private data (and blocks when nlink is 0) */
	int (*statfs)(struct super *super, struct kstatfs *out);
	int (*sync)(struct super *super);
	void (*shutdown)(struct super *super);
	void (*show_options)(struct super *super, char *buf, size_t n);
	int (*remount)(struct super *super, const char *options);
};

struct super {
	struct refcount refs;
	const struct fs_type *type;
	const struct super_ops *ops;
	dev_t dev;
	struct dentry *root;
	struct mutex rename_lock;
	unsigned long flags;      /* MS_RDONLY ... */
	uint64_t next_ino;        /* atomic */
	void *private;
	uint32_t magic, blocksize;
	loff_t max_size;
};

/* A file system type: registered by FS_TYPE(name) below into a link section. */
struct fs_type {
	const char *name;
	unsigned int flags; /* FS_* */
	/* Make a superblock with its root: 0 or -errno. options: as mount(2)'s data, or NULL. */
	int (*mount)(const struct fs_type *type, const char *source, const char *options, struct super **super);
};
#define FS_NODEV 1u /* needs no block device */
#define FS_TYPE(t) static const struct fs_type *const fs_type_##t __attribute__((used, section("core_fs_types"))) = &t

struct mount {
	struct refcount refs;
	struct mount *parent;     /* [mount_lock] NULL: detached or the root */
	struct dentry *mountpoint;/* [mount_lock] in parent */
	struct dentry *root;      /* what of super it shows */
	struct super *super;
	struct list children, sibling; /* [mount_lock] */
	struct hlist_node hash;   /* by (parent, mountpoint); RCU */
	struct list all;
	unsigned int flags;       /* MS_NOSUID, NODEV, NOEXEC, RDONLY, NOATIME, RELATIME */
	int id;
	char *source;
	struct rcu_head rcu;
};

struct file {
	struct refcount refs;
	unsigned int flags;       /* O_* status flags; F_SETFL changes some: atomic */
	unsigned int mode;        /* FILE_* below, constant */
	const struct file_ops *ops;
	struct path path;         /* with references; anonymous files have a dentry of the anonymous superblock */
	struct inode *inode;
	struct mutex pos_lock;
	loff_t pos;
	void *private;
	const struct cred *cred;
	struct list epolls;       /* epoll items that watch it */
	struct spinlock epoll_lock;
	int owner;                /* F_SETOWN */
	int owner_signal;
	struct rcu_head rcu;
	struct list exit_link;
};
#define FILE_READ     1u
#define FILE_WRITE    2u
#define FILE_SEEKABLE 4u
#define FILE_PATH     8u  /* O_PATH */
#define FILE_STREAM   16u /* no position at all: read and write pass &ignored */

/* ---- paths ---- */
#define LOOKUP_FOLLOW    0x01u
#define LOOKUP_DIRECTORY 0x02u
#define LOOKUP_PARENT    0x04u
#define LOOKUP_EMPTY     0x08u /* AT_EMPTY_PATH */
#define LOOKUP_NO_SYMLINKS 0x10u
#define LOOKUP_BENEATH   0x20u
#define LOOKUP_IN_ROOT   0x40u
#define LOOKUP_NO_XDEV   0x80u
#define LOOKUP_NO_MAGIC  0x100u

/* Walk name (kernel string) from dirfd (AT_FDCWD or a descriptor): *path with references. */
__must_check int path_lookup(int dirfd, const char *name, unsigned int flags, struct path *path);
/* The same from user space's string. */
__must_check int path_lookup_user(int dirfd, unsigned long name, unsigned int flags, struct path *path);
void path_get(const struct path *path);
void path_put(const struct path *path);
/* Absolute name of path as seen from root (getcwd, /proc): into buf's end; returns the start or an err_ptr (-ENAMETOOLONG, or "(unreachable)" prefix). */
char *path_name(const struct path *path, const struct path *root, char *buf, size_t n);
/* A user's path string into a kernel buffer of PATH_MAX: 0, -EFAULT, -ENAMETOOLONG, -ENOENT (empty, unless LOOKUP_EMPTY). Free with path_string_free. */
#define PATH_MAX 4096
#define NAME_MAX 255
__must_check int path_string(unsigned long user, unsigned int flags, char **string);
void path_string_free(char *string);

/* ---- kernel-side operations (exec, boot, cpio) ---- */
__must_check int vfs_open(int dirfd, const char *name, unsigned int flags, umode_t mode, struct file **file);
ssize_t vfs_read(struct file *file, void *buf, size_t n, loff_t *pos); /* kernel buffer */
ssize_t vfs_write(struct file *file, const void *buf, size_t n, loff_t *pos);
ssize_t vfs_read_uio(struct file *file, struct uio *uio, loff_t *pos);
ssize_t vfs_write_uio(struct file *file, struct uio *uio, loff_t *pos);
__must_check int vfs_mkdir(const char *name, umode_t mode);
__must_check int vfs_mknod(const char *name, umode_t mode, dev_t rdev);
__must_check int vfs_symlink(const char *target, const char *name);
__must_check int vfs_link(const char *from, const char *to);
__must_check int vfs_chown(const char *name, uid_t uid, gid_t gid);
__must_check int vfs_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *options);
__must_check int inode_permission(struct inode *inode, unsigned int mask); /* MAY_* against current's fs credentials */
#define MAY_EXEC 1u
#define MAY_WRITE 2u
#define MAY_READ 4u
__must_check int inode_deny_write(struct inode *inode); /* exec: -ETXTBSY if open for writing */
void inode_allow_write(struct inode *inode);

/* ---- for file systems ---- */
struct inode *inode_new(struct super *super, umode_t mode); /* refs 1, times now, fs uid/gid of current; NULL: no memory */
struct inode *inode_get(struct inode *inode);
void inode_put(struct inode *inode);
struct super *super_new(const struct fs_type *type, const struct super_ops *ops);
void dentry_attach(struct dentry *dentry, struct inode *inode); /* consumes the inode reference */
struct dentry *dentry_get(struct dentry *dentry);
void dentry_put(struct dentry *dentry);
struct dentry *dentry_root(struct super *super, struct inode *inode);
struct dentry *dentry_child(struct dentry *parent, const char *name, size_t length); /* look in the cache only; with reference */
void dentry_drop(struct dentry *dentry); /* unhash */
struct timespec64 inode_now(struct super *super);

/* A file without a name (pipes, eventfd, sockets, epoll): name as in /proc/PID/fd ("pipe:[%llu]" is formed by the caller's super), inode mode. */
__must_check int file_anonymous(const char *name, const struct file_ops *ops, void *private, unsigned int flags, unsigned int mode, struct file **file);
struct file *file_get(struct file *file);
/* Drop a reference; the last one releases (deferred to return-to-user or a worker when the context may not sleep). */
void file_put(struct file *file);
ssize_t file_no_read(struct file *file, struct uio *uio, loff_t *pos);

/* Character devices: subsys registers major/minor ranges. */
__must_check int chrdev_register(unsigned int major, unsigned int minor, unsigned int count, const char *name, const struct file_ops *ops);

/* Nodes in /dev made by devfs when drivers register (before or after it is mounted). */
__must_check int devfs_add(const char *name, umode_t mode, dev_t rdev); /* through a registry hook: core/vfs/devnode.c */

extern struct mount *root_mount;
void vfs_init(void);

/* drop_caches: unused dentries, inodes, clean page-cache pages. May sleep. */
void vfs_drop_caches(void);

#endif
