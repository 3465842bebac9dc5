// SPDX-License-Identifier: MIT
/*
 * Open files: their lives, files without a name, and the operations that kernel code calls.
 *
 * file_put() may be called anywhere. The last reference queues the file on its thread, which
 * releases it before it returns to user mode; kernel threads hand it to a worker. file_put_now(),
 * for callers that hold nothing, releases at once. The struct itself is freed after a grace period,
 * for lock-free descriptor look-ups.
 */
#include "mount.h"

#include <core/init.h>
#include <core/mm.h>
#include <core/printk.h>

static struct kcache *file_cache;
static struct spinlock worker_lock = SPINLOCK_INIT("file worker");
static struct list worker_files = LIST_INIT(worker_files); /* [worker_lock, irq-saving] */
static struct wait_queue worker_wait = WAIT_QUEUE_INIT(worker_wait);
static bool worker_running;

void file_init_cache(void)
{
	file_cache = kcache_create("file", sizeof(struct file), 0);
}

size_t file_count(void)
{
	return kcache_active(file_cache);
}

struct file *file_new(unsigned int flags, unsigned int mode)
{
	struct file *file = kcache_alloc(file_cache, GFP_ZERO);

	if (!file)
		return NULL;
	refcount_set(&file->refs, 1);
	file->flags = flags;
	file->mode = mode;
	mutex_init(&file->pos_lock, "file position");
	spin_init(&file->epoll_lock, "file epolls");
	list_init(&file->epolls);
	file->cred = cred_get(current->cred);
	return file;
}

static void file_free(struct rcu_head *head)
{
	kcache_free(file_cache, container_of(head, struct file, rcu));
}

void file_free_unopened(struct file *file)
{
	cred_put(file->cred);
	kcache_free(file_cache, file);
}

struct file *file_get(struct file *file)
{
	refcount_get(&file->refs);
	return file;
}

int file_take_write(struct file *file)
{
	int error = mount_want_write(file->path.mount);

	if (error)
		return error;
	error = inode_take_write(file->inode);
	if (error)
		mount_drop_write(file->path.mount);
	else
		file->mode |= FILE_WRITER;
	return error;
}

void file_drop_write(struct file *file)
{
	file->mode &= ~FILE_WRITER;
	inode_drop_write(file->inode);
	mount_drop_write(file->path.mount);
}

void (*file_epoll_release)(struct file *file);

/* The end of a file nobody refers to. May sleep. */
static void release(struct file *file)
{
	if (file->mode & FILE_OPENED)
		notify_dentry(file->path.dentry,
			      file->mode & FILE_WRITE ? NOTIFY_CLOSE_WRITE : NOTIFY_CLOSE_NOWRITE);
	if (unlikely(!list_empty(&file->epolls)))
		file_epoll_release(file);
	if (unlikely(file->inode && READ_ONCE(file->inode->locks)))
		locks_release(file);
	if (unlikely(file->owner != NULL))
		file_owner_free(file); /* and off the queues, which may go now */
	if (file->mode & FILE_OPENED && file->ops->release)
		file->ops->release(file);
	if (file->mode & FILE_WRITER)
		file_drop_write(file);
	cred_put(file->cred);
	if (unlikely(file->mode & FILE_MOUNT))
		mount_dissolve(file->path.mount);
	if (file->path.mount)
		path_put(&file->path);
	rcu_call(&file->rcu, file_free);
}

void file_put_now(struct file *file)
{
	if (refcount_put(&file->refs))
		release(file);
}

static void worker(void *arg)
{
	(void)arg;
	for (;;) {
		struct file *file = NULL;
		unsigned long flags;

		wait_event(&worker_wait, !list_empty(&worker_files));
		flags = spin_lock_irqsave(&worker_lock);
		if (!list_empty(&worker_files)) {
			file = list_first(&worker_files, struct file, exit_link);
			list_del(&file->exit_link);
		}
		spin_unlock_irqrestore(&worker_lock, flags);
		if (file)
			release(file);
	}
}

static int worker_start(void)
{
	(void)kthread_start("kfileput", worker, NULL);
	store_release(&worker_running, true);
	return 0;
}
INIT_CORE(worker_start);

void file_put(struct file *file)
{
	struct thread *thread = current;
	unsigned long flags;

	if (!refcount_put(&file->refs))
		return;
	if (likely(thread->process && !thread->work_over)) {
		flags = hal_irq_save();
		list_add_tail(&file->exit_link, &thread->exit_work);
		hal_irq_restore(flags);
		sched_set_work(thread, THREAD_WORK_NOTIFY);
		return;
	}
	flags = spin_lock_irqsave(&worker_lock);
	list_add_tail(&file->exit_link, &worker_files);
	spin_unlock_irqrestore(&worker_lock, flags);
	if (load_acquire(&worker_running))
		wait_wake_one(&worker_wait);
}

void file_run_deferred(void)
{
	struct thread *thread = current;

	for (;;) {
		unsigned long flags = hal_irq_save();
		struct file *file = NULL;

		if (!list_empty(&thread->exit_work)) {
			file = list_first(&thread->exit_work, struct file, exit_link);
			list_del(&file->exit_link);
		}
		hal_irq_restore(flags);
		if (!file)
			return;
		release(file);
	}
}

/* ---- files without a name ---- */

static void anonymous_evict(struct inode *inode)
{
	(void)inode;
}

static int no_change(struct inode *inode, const struct attributes *a)
{
	(void)inode, (void)a;
	return -EOPNOTSUPP;
}

/* Inside they are files like any other, to which nobody can do anything. */
static void hide_type(struct inode *inode, struct kstat *stat)
{
	(void)inode;
	stat->mode &= ~(umode_t)S_IFMT;
}

/* The magic numbers are Linux's: programs ask fstatfs what a descriptor is. */
#define NAMELESS(fs_name, more, number, ...)                                                  \
	{                                                                                     \
		.type = {.name = (fs_name),                                                   \
			 .flags = (more) | FS_KERNEL | FS_NODEV | FS_COMPLETE | FS_NO_ATIME}, \
		.magic = (number), .inode_ops = {                                             \
			__VA_ARGS__                                                           \
		}                                                                             \
	}

static struct nameless {
	struct fs_type type;
	uint32_t magic;
	struct inode_ops inode_ops;
	struct super *super;
	struct mount *mount;
} nameless[] = {
	[NAMELESS_ANON] = NAMELESS("anon_inodefs", 0, 0x09041934, .lookup = NULL),
	[NAMELESS_PIPE] = NAMELESS("pipefs", 0, 0x50495045, .lookup = NULL),
	[NAMELESS_PID] = NAMELESS("pidfs", FS_MADE_UP, 0x50494446, .setattr = no_change,
				  .getattr = hide_type),
};

static const struct super_ops nameless_super_ops = {.evict = anonymous_evict};

static int nameless_setup(struct nameless *fs)
{
	struct inode *inode;

	fs->super = super_new(&fs->type, &nameless_super_ops);
	if (!fs->super)
		return -ENOMEM;
	fs->super->magic = fs->magic;
	inode = inode_new(fs->super, S_IFDIR | 0500);
	if (!inode)
		return -ENOMEM;
	inode->ops = &fs->inode_ops;
	fs->super->root = dentry_root(fs->super, inode);
	if (!fs->super->root)
		return -ENOMEM;
	fs->mount = mount_create(fs->super, fs->super->root, 0, fs->type.name);
	return fs->mount ? 0 : -ENOMEM;
}

static int anonymous_setup(void)
{
	int error = 0;

	for (size_t i = 0; i < ARRAY_SIZE(nameless) && !error; i++)
		error = nameless_setup(&nameless[i]);
	return error;
}

/* Consumes the dentry's reference. */
static int open_anonymous(struct nameless *fs, struct dentry *dentry, const struct file_ops *ops,
			  void *private, unsigned int flags, unsigned int mode, struct file **file)
{
	struct path path = {.mount = fs->mount, .dentry = dentry};
	int error;

	if (!dentry)
		return -ENOMEM;
	error = file_for_path(&path, ops, private, flags, mode, file);
	dentry_put(dentry);
	return error;
}

int file_for_path(const struct path *path, const struct file_ops *ops, void *private,
		  unsigned int flags, unsigned int mode, struct file **out)
{
	struct file *file = file_new(flags, mode | FILE_OPENED);

	if (!file)
		return -ENOMEM;
	path_get(path);
	file->path = *path;
	file->inode = path->dentry->inode;
	file->ops = ops;
	file->private = private;
	*out = file;
	return 0;
}

/* One inode serves all files of this kind, as Linux's anon_inode: they differ by their name only.
 */
int file_anonymous(const char *name, const struct file_ops *ops, void *private, unsigned int flags,
		   unsigned int mode, struct file **file)
{
	static struct inode *shared;
	struct nameless *fs = &nameless[NAMELESS_ANON];
	struct inode *inode = load_acquire(&shared);

	if (!inode) {
		struct inode *none = NULL;

		inode = inode_new(fs->super, 0600);
		if (!inode)
			return -ENOMEM;
		inode->ops = &fs->inode_ops;
		inode->uid = inode->gid = 0;
		if (!__atomic_compare_exchange_n(&shared, &none, inode, false, __ATOMIC_ACQ_REL,
						 __ATOMIC_ACQUIRE)) {
			inode_put(inode);
			inode = none;
		}
	}
	return open_anonymous(fs, dentry_nameless(fs->super, name, inode_get(inode)), ops, private,
			      flags, mode, file);
}

int file_nameless(enum nameless_fs which, const char *name, umode_t mode, uint64_t ino,
		  const struct file_ops *ops, void *private, unsigned int flags,
		  unsigned int file_mode, struct file **file)
{
	struct nameless *fs = &nameless[which];
	struct inode *inode = inode_new(fs->super, mode);
	struct dentry *dentry;

	if (!inode)
		return -ENOMEM;
	inode->ops = &fs->inode_ops;
	if (ino) {
		inode->ino = ino;
		inode->uid = inode->gid = 0;
		inode->flags |= INODE_IMMUTABLE;
		dentry = dentry_nameless(fs->super, name, inode);
	} else {
		dentry = dentry_numbered(fs->super, name, inode);
	}
	return open_anonymous(fs, dentry, ops, private, flags, file_mode, file);
}

/* ---- reading and writing from inside the kernel ---- */

ssize_t file_no_read(struct file *file, struct uio *uio, loff_t *pos)
{
	(void)file, (void)uio, (void)pos;
	return -EINVAL;
}

ssize_t vfs_read_uio(struct file *file, struct uio *uio, loff_t *pos)
{
	ssize_t n;

	if (!(file->mode & FILE_READ))
		return -EBADF;
	n = file->ops->read ? file->ops->read(file, uio, pos) : -EINVAL;
	if (n > 0)
		notify_dentry(file->path.dentry, NOTIFY_ACCESS);
	return n;
}

ssize_t vfs_write_uio(struct file *file, struct uio *uio, loff_t *pos)
{
	ssize_t n;

	if (!(file->mode & FILE_WRITE))
		return -EBADF;
	n = file->ops->write ? file->ops->write(file, uio, pos) : -EINVAL;
	if (n > 0)
		notify_dentry(file->path.dentry, NOTIFY_MODIFY);
	return n;
}

ssize_t vfs_read(struct file *file, void *buf, size_t n, loff_t *pos)
{
	struct iovec iov;
	struct uio uio;

	uio_init_kernel(&uio, &iov, buf, n);
	return vfs_read_uio(file, &uio, pos);
}

ssize_t vfs_write(struct file *file, const void *buf, size_t n, loff_t *pos)
{
	struct iovec iov;
	struct uio uio;

	/* A write only reads the buffer; the uio has no const form. */
	uio_init_kernel(&uio, &iov, (void *)(uintptr_t)buf, n);
	return vfs_write_uio(file, &uio, pos);
}

int file_fsync_memory(struct file *file, bool data_only)
{
	(void)file, (void)data_only;
	return 0; /* memory is all the stable storage there is */
}

/* ---- positions ---- */

loff_t file_seek_generic(struct file *file, loff_t offset, int whence, loff_t size, loff_t max)
{
	loff_t base;

	switch (whence) {
	case SEEK_SET:
		base = 0;
		break;
	case SEEK_CUR:
		base = file->pos;
		if (!offset)
			return base;
		break;
	case SEEK_END:
		base = size;
		break;
	default:
		return -EINVAL;
	}
	if (__builtin_add_overflow(base, offset, &base) || base < 0 || base > max)
		return -EINVAL;
	file->pos = base;
	return base;
}

loff_t file_seek_ignored(struct file *file, loff_t offset, int whence)
{
	(void)offset;
	(void)whence;
	return file->pos;
}

loff_t file_seek_inode(struct file *file, loff_t offset, int whence)
{
	loff_t size = READ_ONCE(file->inode->size);

	if (whence == SEEK_DATA || whence == SEEK_HOLE) {
		loff_t found;

		if (offset < 0 || offset >= size)
			return -ENXIO;
		found = pagecache_seek(&file->inode->cache, offset, size, whence == SEEK_HOLE);
		if (whence == SEEK_DATA && found >= size)
			return -ENXIO;
		file->pos = found;
		return found;
	}
	return file_seek_generic(file, offset, whence, size, file->inode->super->max_size);
}

loff_t file_seek_dir(struct file *file, loff_t offset, int whence)
{
	if (whence == SEEK_END)
		return -EINVAL;
	return file_seek_generic(file, offset, whence, 0, INT64_MAX);
}

ssize_t file_write_limit(struct file *file, loff_t pos, size_t n)
{
	loff_t max = file->inode->super->max_size;

	ASSERT(pos >= 0);
	if (current->process) {
		uint64_t limit = process_limit(current->process, RLIMIT_FSIZE);

		if (limit != UINT64_MAX) {
			if ((uint64_t)pos >= limit) {
				signal_send_self(SIGXFSZ);
				return -EFBIG;
			}
			n = MIN(n, (size_t)(limit - (uint64_t)pos));
		}
	}
	if (pos >= max)
		return -EFBIG;
	return (ssize_t)MIN(n, (uint64_t)(max - pos));
}

/* ---- boot ---- */

void vfs_init(void)
{
	int error;

	inode_init_cache();
	file_init_cache();
	dcache_init();
	fds_init();
	mount_init();
	error = anonymous_setup();
	if (error)
		panic("vfs: no memory for anonymous files");
	if (!current->fs)
		current->fs = fs_create();
	if (!current->files)
		current->files = files_create();
	VERIFY(current->fs && current->files);
}

int fd_reserve_two(int fds[2], bool cloexec, unsigned long user)
{
	int error;

	fds[0] = fd_reserve(0, cloexec);
	if (fds[0] < 0)
		return fds[0];
	fds[1] = fd_reserve(0, cloexec);
	error = fds[1];
	if (error < 0)
		goto out_first;
	error = copy_to_user(user, fds, 2 * sizeof(fds[0]));
	if (!error)
		return 0;
	fd_release(fds[1]);
out_first:
	fd_release(fds[0]);
	return error;
}

int fd_install_two(struct file *first, struct file *second, bool cloexec, unsigned long user)
{
	int fds[2], error = fd_reserve_two(fds, cloexec, user);

	if (error) {
		file_put_now(second);
		file_put_now(first);
		return error;
	}
	fd_fill(fds[0], first);
	fd_fill(fds[1], second);
	return 0;
}
