// SPDX-License-Identifier: MIT
/* Root, current directory and umask of threads. Lock-free readers use fs->sequence; a table that
 * only its own thread uses needs no lock to be read. */
#include "internal.h"

struct fs_context *fs_create(void)
{
	struct fs_context *fs = kzalloc(sizeof(*fs), GFP_KERNEL);

	if (!fs)
		return NULL;
	refcount_set(&fs->refs, 1);
	fs->users = 1;
	spin_init(&fs->lock, "fs context");
	fs->umask = 022;
	fs->root = fs->cwd = (struct path){.mount = root_mount, .dentry = root_mount->root};
	path_get(&fs->root);
	path_get(&fs->cwd);
	return fs;
}

struct fs_context *fs_copy(struct fs_context *from)
{
	struct fs_context *fs = kzalloc(sizeof(*fs), GFP_KERNEL);

	if (!fs)
		return NULL;
	refcount_set(&fs->refs, 1);
	fs->users = 1;
	spin_init(&fs->lock, "fs context");
	spin_lock(&from->lock);
	fs->umask = from->umask;
	fs->root = from->root;
	fs->cwd = from->cwd;
	path_get(&fs->root);
	path_get(&fs->cwd);
	spin_unlock(&from->lock);
	return fs;
}

static void fs_free(struct rcu_head *head)
{
	kfree(container_of(head, struct fs_context, rcu));
}

void fs_put(struct fs_context *fs)
{
	if (!refcount_put(&fs->refs))
		return;
	path_put(&fs->root);
	path_put(&fs->cwd);
	rcu_call(&fs->rcu, fs_free);
}

void fs_share(struct fs_context *fs)
{
	refcount_get(&fs->refs);
	__atomic_fetch_add(&fs->users, 1, __ATOMIC_RELAXED);
}

void fs_leave(struct fs_context *fs)
{
	/* Who finds himself alone sees what the one who left has changed. */
	__atomic_fetch_sub(&fs->users, 1, __ATOMIC_RELEASE);
	fs_put(fs);
}

bool fs_is_shared(const struct fs_context *fs)
{
	return __atomic_load_n(&fs->users, __ATOMIC_ACQUIRE) > 1;
}

bool fs_of_thread(struct thread *thread, struct path *root, struct path *cwd)
{
	struct fs_context *fs = thread_get_fs(thread);

	if (!fs)
		return false;
	spin_lock(&fs->lock);
	if (root) {
		*root = fs->root;
		path_get(root);
	}
	if (cwd) {
		*cwd = fs->cwd;
		path_get(cwd);
	}
	spin_unlock(&fs->lock);
	fs_put(fs);
	return true;
}

void fs_peek(struct path *root, struct path *cwd)
{
	const struct fs_context *fs = current->fs;
	uint32_t before;

	do {
		before = sequence_read(&fs->sequence);
		*root = fs->root;
		*cwd = fs->cwd;
	} while (sequence_changed(&fs->sequence, before));
}

static void get_one(struct fs_context *fs, const struct path *which, struct path *path)
{
	spin_lock(&fs->lock);
	*path = *which;
	path_get(path);
	spin_unlock(&fs->lock);
}

void fs_root(struct path *path)
{
	get_one(current->fs, &current->fs->root, path);
}

void fs_cwd(struct path *path)
{
	get_one(current->fs, &current->fs->cwd, path);
}

/* fs->lock held; to's references are consumed, those of what it was are the caller's. */
static struct path exchange(struct fs_context *fs, struct path *which, const struct path *to)
{
	struct path old = *which;

	sequence_begin(&fs->sequence);
	*which = *to;
	sequence_end(&fs->sequence);
	return old;
}

/* Consumes path's references. */
static void set_one(struct fs_context *fs, struct path *which, const struct path *path)
{
	struct path old;

	spin_lock(&fs->lock);
	old = exchange(fs, which, path);
	spin_unlock(&fs->lock);
	path_put(&old);
}

void fs_set_cwd(const struct path *path)
{
	set_one(current->fs, &current->fs->cwd, path);
}

void fs_set_root(const struct path *path)
{
	set_one(current->fs, &current->fs->root, path);
}

static void replace(struct fs_context *fs, struct path *which, const struct path *from,
		    const struct path *to)
{
	struct path old = {NULL, NULL};

	spin_lock(&fs->lock);
	if (which->mount == from->mount && which->dentry == from->dentry) {
		path_get(to);
		old = exchange(fs, which, to);
	}
	spin_unlock(&fs->lock);
	if (old.mount)
		path_put(&old);
}

void fs_replace_root(const struct path *from, const struct path *to)
{
	struct thread *thread;
	pid_t number = 0;

	/* A context that many share is looked at many times, and changed once. */
	while ((thread = thread_next(&number)) != NULL) {
		struct fs_context *fs = thread_get_fs(thread);

		if (fs) {
			replace(fs, &fs->root, from, to);
			replace(fs, &fs->cwd, from, to);
			fs_put(fs);
		}
		thread_put(thread);
		resched_point();
	}
}

umode_t umask_apply(umode_t mode)
{
	return mode & ~current->fs->umask;
}
