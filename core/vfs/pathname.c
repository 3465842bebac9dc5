// SPDX-License-Identifier: MIT
/* Path strings: from user space into the kernel, and from a (mount, dentry) back to text. */
#include "internal.h"

#include <core/printk.h>

static struct kcache *path_cache;

char *path_string_alloc(void)
{
	struct kcache *cache = load_acquire(&path_cache);

	if (unlikely(!cache)) {
		/* Boot makes it before there is a second thread. */
		cache = kcache_create("path", PATH_MAX, 8);
		store_release(&path_cache, cache);
	}
	return kcache_alloc(cache, 0);
}

void path_string_free(char *string)
{
	kcache_free(path_cache, string);
}

void path_arg_free_large(char *name)
{
	path_string_free(name);
}

int path_string(unsigned long user, unsigned int flags, char **string)
{
	char *buf = path_string_alloc();
	long n;

	if (!buf)
		return -ENOMEM;
	n = hal_string_from_user(buf, hal_user_ptr(const char, user), PATH_MAX);
	if (n < 0)
		n = -EFAULT;
	else if (n == PATH_MAX)
		n = -ENAMETOOLONG;
	else if (n == 0 && !(flags & LOOKUP_EMPTY))
		n = -ENOENT;
	if (n < 0) {
		path_string_free(buf);
		return (int)n;
	}
	*string = buf;
	return 0;
}

int path_arg_get(struct path_arg *arg, unsigned long user, unsigned int flags)
{
	long n = hal_string_from_user(arg->small, hal_user_ptr(const char, user), PATH_SMALL);

	arg->name = arg->small;
	if (unlikely(n < 0))
		return -EFAULT;
	if (unlikely(n == PATH_SMALL))
		return path_string(user, flags, &arg->name);
	return unlikely(n == 0 && !(flags & LOOKUP_EMPTY)) ? -ENOENT : 0;
}

int path_lookup_user(int dirfd, unsigned long name, unsigned int flags, struct path *path)
{
	PATH_ARG(arg);
	int error = path_arg_get(&arg, name, flags);

	if (error)
		return error;
	error = path_lookup(dirfd, arg.name, flags, path);
	path_arg_put(&arg);
	return error;
}

/* Put text before *at; false: no room. */
static bool prepend(char **at, const char *start, const char *text, size_t n)
{
	if ((size_t)(*at - start) < n)
		return false;
	*at -= n;
	memcpy(*at, text, n);
	return true;
}

enum name_end { NAME_ROOT, NAME_UNREACHABLE, NAME_TOO_LONG };

/* The names from root (or, beyond it, the top of all) down to path, written backwards from *at. RCU
 * section. */
static enum name_end build(const struct path *path, const struct path *root, const char *start,
			   char **at)
{
	const struct mount *mount = path->mount;
	const struct dentry *dentry = path->dentry;

	while (dentry != root->dentry || mount != root->mount) {
		if (dentry == mount->root) {
			const struct mount *above = READ_ONCE(mount->parent);

			/* The top of all, and the caller's root was not on the way. */
			if (!above)
				return NAME_UNREACHABLE;
			dentry = READ_ONCE(mount->mountpoint);
			mount = above;
			if (!dentry)
				return NAME_UNREACHABLE;
			continue;
		}
		const struct dentry *parent = rcu_dereference(dentry->parent);

		if (parent == dentry)
			return NAME_UNREACHABLE;
		const char *name = rcu_dereference(dentry->name);
		size_t n = strnlen(name,
				   MIN((size_t)READ_ONCE(dentry->name_length), (size_t)NAME_MAX));

		if (!prepend(at, start, name, n) || !prepend(at, start, "/", 1))
			return NAME_TOO_LONG;
		dentry = parent;
	}
	return NAME_ROOT;
}

static enum name_end build_stable(const struct path *path, const struct path *root, const char *buf,
				  char **at)
{
	char *end = *at;
	enum name_end result;
	uint32_t renames, mounts;

	do {
		*at = end;
		renames = sequence_read(&dentry_rename_sequence);
		mounts = sequence_read(&mount_sequence);
		rcu_read_lock();
		result = build(path, root, buf, at);
		rcu_read_unlock();
	} while (sequence_changed(&dentry_rename_sequence, renames) ||
		 sequence_changed(&mount_sequence, mounts));
	return result;
}

char *path_name(const struct path *path, const struct path *root, char *buf, size_t n)
{
	char *at = buf + n - 1;
	enum name_end result;

	if (n < 2)
		return err_ptr(-ENAMETOOLONG);
	*at = '\0';
	result = build_stable(path, root, buf, &at);
	if (result == NAME_TOO_LONG)
		return err_ptr(-ENAMETOOLONG);
	if (!*at && !prepend(&at, buf, "/", 1))
		return err_ptr(-ENAMETOOLONG);
	if (result == NAME_UNREACHABLE && !prepend(&at, buf, "(unreachable)", 13))
		return err_ptr(-ENAMETOOLONG);
	return at;
}

char *dentry_name(struct dentry *dentry, char *buf, size_t n)
{
	static const char deleted[] = "//deleted";
	const struct dentry *d, *parent;
	bool room = n > sizeof(deleted);
	uint32_t renames;
	char *at;

	do {
		at = buf + n - 1;
		*at = '\0';
		renames = sequence_read(&dentry_rename_sequence);
		if (dentry != dentry->parent && !dentry_hashed(dentry))
			room = room && prepend(&at, buf, deleted, sizeof(deleted) - 1);
		rcu_read_lock();
		for (d = dentry; room && (parent = rcu_dereference(d->parent)) != d; d = parent) {
			const char *name = rcu_dereference(d->name);
			size_t length = strnlen(
				name, MIN((size_t)READ_ONCE(d->name_length), (size_t)NAME_MAX));

			room = prepend(&at, buf, name, length) && prepend(&at, buf, "/", 1);
		}
		rcu_read_unlock();
	} while (sequence_changed(&dentry_rename_sequence, renames));
	if (room && !*at)
		room = prepend(&at, buf, "/", 1);
	return room ? at : err_ptr(-ENAMETOOLONG);
}

char *file_name(const struct path *path, char *buf, size_t n)
{
	static const char deleted[] = " (deleted)";
	struct dentry *dentry = path->dentry;
	char *at = buf + n - 1;
	struct path root;
	bool gone = dentry != dentry->parent && !dentry_hashed(dentry);

	if (n < 64)
		return err_ptr(-ENAMETOOLONG);
	if (dentry->super->type->flags & FS_KERNEL && dentry->parent == dentry) {
		/* The dentry says all: "pipe:[5]", "anon_inode:[eventpoll]", "/memfd:x (deleted)". */
		if (dentry->flags & DENTRY_NUMBERED)
			(void)snprintf(buf, n, "%s:[%llu]", dentry->name,
				       (unsigned long long)dentry->inode->ino);
		else
			(void)strscpy(buf, dentry->name, n);
		return buf;
	}
	*at = '\0';
	if (gone)
		(void)prepend(&at, buf, deleted, sizeof(deleted) - 1);
	fs_root(&root);
	enum name_end result = build_stable(path, &root, buf, &at);
	path_put(&root);
	if (result == NAME_TOO_LONG || (at[0] != '/' && !prepend(&at, buf, "/", 1)))
		return err_ptr(-ENAMETOOLONG);
	return at;
}
