// SPDX-License-Identifier: MIT
/* Directories: reading them, the current one and the root, and the calls that make, link, remove
 * and rename entries. */
#include "internal.h"

#include <core/syscall.h>

/* ---- getdents ---- */

#define GETDENTS_BYTES 8192u /* collected before they are copied out */

struct dirent64 { /* Linux's linux_dirent64 and, without type, linux_dirent */
	uint64_t ino;
	int64_t off; /* position behind this entry */
	uint16_t reclen;
	uint8_t type;
	char name[];
} __attribute__((packed));
_Static_assert(offsetof(struct dirent64, name) == 19, "linux_dirent64");

struct getdents {
	struct dir_context context;
	char *buf;
	size_t size, used;
	struct dirent64 *last;
	bool old; /* the older layout: the type is the record's last byte */
	bool too_small;
};

static bool emit(struct dir_context *context, const char *name, size_t length, uint64_t ino,
		 unsigned int type)
{
	struct getdents *g = container_of(context, struct getdents, context);
	size_t need = ALIGN_UP(offsetof(struct dirent64, type) + length + 2, (size_t)8);
	struct dirent64 *entry;

	if (g->size - g->used < need) {
		g->too_small = g->used == 0;
		return false;
	}
	if (g->last)
		g->last->off = context->pos;
	entry = (struct dirent64 *)(void *)(g->buf + g->used);
	*(uint64_t *)(void *)((char *)entry + need - 8) = 0; /* what the name leaves over */
	entry->ino = ino;
	entry->reclen = (uint16_t)need;
	if (g->old) {
		char *text = (char *)&entry->type;

		memcpy(text, name, length);
		text[length] = '\0';
		((char *)entry)[need - 1] = (char)type;
	} else {
		entry->type = (uint8_t)type;
		memcpy(entry->name, name, length);
		entry->name[length] = '\0';
	}
	g->last = entry;
	g->used += need;
	return true;
}

static long fill(struct file *file, struct getdents *g)
{
	struct inode *inode = file->inode;
	long error;

	if (!file->ops->iterate)
		return -ENOTDIR;
	rwsem_read(&inode->rwsem);
	error = inode->flags & INODE_DEAD ? -ENOENT : 0;
	if (!error) {
		g->context.pos = file->pos;
		error = file->ops->iterate(file, &g->context);
		if (g->last)
			g->last->off = g->context.pos;
	}
	rwsem_read_done(&inode->rwsem);
	if (!error)
		notify_dentry(file->path.dentry, NOTIFY_ACCESS);
	if (!g->used && !error && g->too_small)
		error = -EINVAL;
	return g->used ? 0 : error;
}

static long do_getdents(int number, unsigned long user, unsigned int size, bool old)
{
	struct fd fd = fd_get(number);
	struct getdents g = {.context.emit = emit, .size = MIN(size, GETDENTS_BYTES), .old = old};
	long result = -EBADF;

	if (!fd.file)
		return result;
	result = -ENOTDIR;
	if (!fd.file->ops->iterate)
		goto out;
	result = -ENOMEM;
	g.buf = kmalloc(MAX(g.size, (size_t)8), GFP_KERNEL);
	if (!g.buf)
		goto out;
	mutex_lock(&fd.file->pos_lock);
	result = fill(fd.file, &g);
	if (!result && g.used)
		result = copy_to_user(user, g.buf, g.used);
	if (!result) {
		fd.file->pos = g.context.pos;
		inode_touch_atime(fd.file);
		result = (long)g.used;
	}
	mutex_unlock(&fd.file->pos_lock);
	kfree(g.buf);
out:
	fd_put(fd);
	return result;
}

SYSCALL(getdents64)
{
	return do_getdents((int)args->arg[0], args->arg[1], (unsigned int)args->arg[2], false);
}

SYSCALL(getdents)
{
	return do_getdents((int)args->arg[0], args->arg[1], (unsigned int)args->arg[2], true);
}

/* ---- where we are ---- */

/* The current directory's name, written into buf (PATH_MAX) from behind. RCU section: neither path is
 * referenced. */
static char *cwd_name(char *buf)
{
	struct path cwd, root;

	fs_peek(&root, &cwd);
	if (cwd.dentry->inode->flags & INODE_DEAD || cwd.dentry->flags & DENTRY_UNHASHED)
		return err_ptr(-ENOENT);
	return path_name(&cwd, &root, buf, PATH_MAX);
}

SYSCALL(getcwd)
{
	unsigned long user = args->arg[0], size = args->arg[1];
	char *buf = path_string_alloc(), *at;
	long result;

	if (!buf)
		return -ENOMEM;
	rcu_read_lock();
	at = cwd_name(buf);
	rcu_read_unlock();
	if (is_err(at)) {
		result = ptr_err(at);
	} else {
		size_t n = (size_t)(buf + PATH_MAX - at);

		result = -ERANGE;
		if (n <= size)
			result = copy_to_user(user, at, n) ? -EFAULT : (long)n;
	}
	path_string_free(buf);
	return result;
}

/* Consumes the path on success. */
static long change_dir(const struct path *path)
{
	long error = inode_permission(path->dentry->inode, MAY_EXEC);

	if (!error)
		fs_set_cwd(path);
	return error;
}

SYSCALL(chdir)
{
	struct path path;
	long error =
		path_lookup_user(AT_FDCWD, args->arg[0], LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &path);

	if (error)
		return error;
	error = change_dir(&path);
	if (error)
		path_put(&path);
	return error;
}

SYSCALL(fchdir)
{
	struct fd fd = fd_get_path((int)args->arg[0]);
	long error = -EBADF;

	if (fd.file) {
		struct path path = fd.file->path;

		error = -ENOTDIR;
		if (S_ISDIR(fd.file->inode->mode)) {
			path_get(&path);
			error = change_dir(&path);
			if (error)
				path_put(&path);
		}
	}
	fd_put(fd);
	return error;
}

SYSCALL(chroot)
{
	struct path path;
	long error =
		path_lookup_user(AT_FDCWD, args->arg[0], LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &path);

	if (error)
		return error;
	error = inode_permission(path.dentry->inode, MAY_EXEC);
	if (!error && !capable(CAP_SYS_CHROOT))
		error = -EPERM;
	if (!error)
		fs_set_root(&path);
	else
		path_put(&path);
	return error;
}

SYSCALL(umask)
{
	struct fs_context *fs = current->fs;
	umode_t mask = (umode_t)args->arg[0] & S_IRWXUGO, old;

	spin_lock(&fs->lock);
	old = fs->umask;
	fs->umask = mask;
	spin_unlock(&fs->lock);
	return (long)old;
}

/* ---- one-name calls ---- */

static long mkdir_at(int dirfd, unsigned long user, umode_t mode)
{
	PATH_ARG(arg);
	long error = path_arg_get(&arg, user, 0);

	if (error)
		return error;
	error = do_mkdir(dirfd, arg.name, mode);
	path_arg_put(&arg);
	return error;
}

SYSCALL(mkdir)
{
	return mkdir_at(AT_FDCWD, args->arg[0], (umode_t)args->arg[1]);
}

SYSCALL(mkdirat)
{
	return mkdir_at((int)args->arg[0], args->arg[1], (umode_t)args->arg[2]);
}

/* The device number as mknod has it: 32 bits of the same layout. */
static long mknod_at(int dirfd, unsigned long user, umode_t mode, uint32_t rdev)
{
	PATH_ARG(arg);
	long error = mknod_mode_error(mode);

	if (!error)
		error = path_arg_get(&arg, user, 0);
	if (error)
		return error;
	error = do_mknod(dirfd, arg.name, mode, rdev);
	path_arg_put(&arg);
	return error;
}

SYSCALL(mknod)
{
	return mknod_at(AT_FDCWD, args->arg[0], (umode_t)args->arg[1], (uint32_t)args->arg[2]);
}

SYSCALL(mknodat)
{
	return mknod_at((int)args->arg[0], args->arg[1], (umode_t)args->arg[2],
			(uint32_t)args->arg[3]);
}

static long remove_at(int dirfd, unsigned long user, bool directory)
{
	PATH_ARG(arg);
	long error = path_arg_get(&arg, user, 0);

	if (error)
		return error;
	error = directory ? do_rmdir(dirfd, arg.name) : do_unlink(dirfd, arg.name);
	path_arg_put(&arg);
	return error;
}

SYSCALL(rmdir)
{
	return remove_at(AT_FDCWD, args->arg[0], true);
}

SYSCALL(unlink)
{
	return remove_at(AT_FDCWD, args->arg[0], false);
}

SYSCALL(unlinkat)
{
	unsigned int flags = (unsigned int)args->arg[2];

	if (flags & ~AT_REMOVEDIR)
		return -EINVAL;
	return remove_at((int)args->arg[0], args->arg[1], flags & AT_REMOVEDIR);
}

/* ---- two-name calls: heap buffers, two small ones would not fit the stack ---- */

/* An error of the second is in *b, as an err_ptr: it is told when that one's turn comes. */
static int two_strings(unsigned long first, unsigned int first_flags, unsigned long second,
		       char **a, char **b)
{
	int error = path_string(first, first_flags, a);

	if (error)
		return error;
	error = path_string(second, 0, b);
	if (error)
		*b = err_ptr(error);
	return 0;
}

static void free_strings(char *a, char *b)
{
	path_string_free(a);
	if (!is_err(b))
		path_string_free(b);
}

static long rename_at(int from_fd, unsigned long from, int to_fd, unsigned long to,
		      unsigned int flags)
{
	char *a, *b;
	long error;

	if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT) ||
	    (flags & RENAME_EXCHANGE && flags != RENAME_EXCHANGE))
		return -EINVAL;
	error = two_strings(from, 0, to, &a, &b);
	if (error)
		return error;
	error = do_rename(from_fd, a, to_fd, b, flags);
	free_strings(a, b);
	return error;
}

SYSCALL(rename)
{
	return rename_at(AT_FDCWD, args->arg[0], AT_FDCWD, args->arg[1], 0);
}

SYSCALL(renameat)
{
	return rename_at((int)args->arg[0], args->arg[1], (int)args->arg[2], args->arg[3], 0);
}

SYSCALL(renameat2)
{
	return rename_at((int)args->arg[0], args->arg[1], (int)args->arg[2], args->arg[3],
			 (unsigned int)args->arg[4]);
}

static long link_at(int from_fd, unsigned long from, int to_fd, unsigned long to,
		    unsigned int flags)
{
	unsigned int lookup = flags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0;
	char *a, *b;
	long error;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	/* A descriptor that another gave away does not give it a name. */
	if (flags & AT_EMPTY_PATH)
		lookup |= LOOKUP_EMPTY | LOOKUP_OPENER;
	error = two_strings(from, lookup, to, &a, &b);
	if (error)
		return error;
	error = do_link(from_fd, a, to_fd, b, lookup);
	free_strings(a, b);
	return error;
}

SYSCALL(link)
{
	return link_at(AT_FDCWD, args->arg[0], AT_FDCWD, args->arg[1], 0);
}

SYSCALL(linkat)
{
	return link_at((int)args->arg[0], args->arg[1], (int)args->arg[2], args->arg[3],
		       (unsigned int)args->arg[4]);
}

static long symlink_at(unsigned long target, int dirfd, unsigned long name)
{
	char *a, *b;
	long error = two_strings(target, 0, name, &a, &b);

	if (error)
		return error;
	error = is_err(b) ? ptr_err(b) : do_symlink(a, dirfd, b);
	free_strings(a, b);
	return error;
}

SYSCALL(symlink)
{
	return symlink_at(args->arg[0], AT_FDCWD, args->arg[1]);
}

SYSCALL(symlinkat)
{
	return symlink_at(args->arg[0], (int)args->arg[1], args->arg[2]);
}
