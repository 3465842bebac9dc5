// SPDX-License-Identifier: MIT
/*
 * Descriptor tables. A table that only the current thread uses is read and changed without locks or
 * references; a shared one is changed under its lock and read under RCU.
 *
 * /proc may look into any table: slots are published and withdrawn with release stores, files and
 * outgrown tables are freed after a grace period. It takes no reference on the table, which would
 * make the table a shared one, and its owner's exit and exec somebody else's affair.
 */
#include "internal.h"

#define WORD_BITS 64u

static struct kcache *files_cache;

void fds_init(void)
{
	files_cache = kcache_create("files", sizeof(struct files), 0);
}

static bool alone(const struct files *files)
{
	return likely(!READ_ONCE(files->shared));
}

struct files *files_share(struct files *files)
{
	WRITE_ONCE(files->shared, true);
	refcount_get(&files->refs);
	return files;
}

static bool lock_files(struct files *files)
{
	if (alone(files))
		return false;
	spin_lock(&files->lock);
	return true;
}

static void unlock_files(struct files *files, bool locked)
{
	if (locked)
		spin_unlock(&files->lock);
}

static bool bit_test(const unsigned long *map, unsigned int n)
{
	return map[n / WORD_BITS] >> (n % WORD_BITS) & 1;
}

static void bit_set(unsigned long *map, unsigned int n)
{
	map[n / WORD_BITS] |= 1ul << (n % WORD_BITS);
}

static void bit_clear(unsigned long *map, unsigned int n)
{
	map[n / WORD_BITS] &= ~(1ul << (n % WORD_BITS));
}

/* The lowest clear bit >= from, or size. */
static unsigned int first_clear(const struct fd_table *table, unsigned int from)
{
	unsigned int word = from / WORD_BITS;
	unsigned long bits;

	if (from >= table->size)
		return from;
	bits = ~table->open[word] & (~0ul << (from % WORD_BITS));
	while (!bits) {
		if (++word >= table->size / WORD_BITS)
			return table->size;
		bits = ~table->open[word];
	}
	return word * WORD_BITS + (unsigned int)__builtin_ctzl(bits);
}

/* ---- looking up ---- */

static struct fd get_shared(struct files *files, unsigned int fd, unsigned int unwanted)
{
	struct fd result = {NULL, false};

	/* The others may have left: what they did before is seen from here on. */
	if (files == current->files && load_acquire(&files->refs.count) == 1)
		WRITE_ONCE(files->shared, false);
	rcu_read_lock();
	for (;;) {
		struct fd_table *table = rcu_dereference(files->table);
		struct file *file = fd < table->size ? rcu_dereference(table->files[fd]) : NULL;

		if (!file || file->mode & unwanted)
			break;
		if (!refcount_get_unless_zero(&file->refs))
			continue; /* being closed: the slot changes */
		if (likely(rcu_dereference(files->table) == table &&
			   rcu_dereference(table->files[fd]) == file)) {
			result = (struct fd){file, true};
			break;
		}
		file_put(file);
	}
	rcu_read_unlock();
	return result;
}

static inline struct fd get_any(int fd, unsigned int unwanted)
{
	struct files *files = current->files;
	struct fd_table *table;
	struct file *file;

	if (unlikely(!alone(files)))
		return get_shared(files, (unsigned int)fd, unwanted);
	table = files->table;
	if (unlikely((unsigned int)fd >= table->size))
		return (struct fd){NULL, false};
	file = table->files[fd];
	if (unlikely(!file || file->mode & unwanted))
		return (struct fd){NULL, false};
	return (struct fd){file, false};
}

struct fd fd_get(int fd)
{
	return get_any(fd, FILE_PATH);
}

struct fd fd_get_path(int fd)
{
	return get_any(fd, 0);
}

struct file *files_peek(struct files *files, unsigned int fd)
{
	return get_shared(files, fd, 0).file;
}

int thread_file(const struct thread *thread, unsigned int fd, struct file **file)
{
	struct files *files;

	rcu_read_lock();
	files = rcu_dereference(thread->files);
	*file = files ? files_peek(files, fd) : NULL;
	rcu_read_unlock();
	return *file ? 0 : files ? -EBADF : -ESRCH;
}

int thread_next_file(const struct thread *thread, unsigned int fd)
{
	const struct files *files;
	int found = -1;

	rcu_read_lock();
	files = rcu_dereference(thread->files);
	if (files) {
		const struct fd_table *table = rcu_dereference(files->table);

		for (; fd < table->size && found < 0; fd++) {
			if (rcu_dereference(table->files[fd]))
				found = (int)fd;
		}
	}
	rcu_read_unlock();
	return found;
}

bool thread_file_cloexec(const struct thread *thread, unsigned int fd)
{
	const struct files *files;
	bool cloexec = false;

	rcu_read_lock();
	files = rcu_dereference(thread->files);
	if (files) {
		const struct fd_table *table = rcu_dereference(files->table);

		cloexec = fd < table->size && bit_test(table->cloexec, fd);
	}
	rcu_read_unlock();
	return cloexec;
}

unsigned int thread_file_slots(const struct thread *thread)
{
	const struct files *files;
	unsigned int size;

	rcu_read_lock();
	files = rcu_dereference(thread->files);
	size = files ? rcu_dereference(files->table)->size : 0;
	rcu_read_unlock();
	return size;
}

/* ---- growing ---- */

static void table_free(struct rcu_head *head)
{
	struct fd_table *table = container_of(head, struct fd_table, rcu);

	kfree(table->files);
	kfree(table);
}

static struct fd_table *table_alloc(unsigned int size)
{
	struct fd_table *table = kzalloc(sizeof(*table), GFP_KERNEL);
	size_t words = size / WORD_BITS;

	if (!table)
		return NULL;
	/* One allocation: slots, then the two maps. */
	table->files = kcalloc(size + 2 * words, sizeof(void *), GFP_KERNEL);
	if (!table->files) {
		kfree(table);
		return NULL;
	}
	table->open = (unsigned long *)(void *)(table->files + size);
	table->cloexec = table->open + words;
	table->size = size;
	return table;
}

static void table_copy(struct fd_table *to, const struct fd_table *from, unsigned int size)
{
	memcpy(to->files, from->files, size * sizeof(*to->files));
	memcpy(to->open, from->open, size / 8);
	memcpy(to->cloexec, from->cloexec, size / 8);
}

static unsigned int size_for(unsigned int fd)
{
	unsigned int size = FILES_FIRST;

	while (size <= fd)
		size *= 2;
	return size;
}

/* Make room for fd. Called with the lock as locked says; it may be dropped and retaken. 0 or
 * -errno. */
static int grow(struct files *files, unsigned int fd, bool *locked)
{
	struct fd_table *old, *table;

	if (fd >= FILES_MAX)
		return -EMFILE;
	unlock_files(files, *locked);
	table = table_alloc(size_for(fd));
	*locked = lock_files(files);
	if (!table)
		return -ENOMEM;
	old = files->table;
	if (old->size >= table->size) { /* somebody else grew it */
		kfree(table->files);
		kfree(table);
		return 0;
	}
	table_copy(table, old, old->size);
	rcu_assign_pointer(files->table, table);
	if (old != &files->first)
		rcu_call(&old->rcu, table_free);
	return 0;
}

/* ---- numbers ---- */

/* A free number, marked open. The lock is held on return as *locked says, also on error. */
static int reserve(struct files *files, unsigned int from, bool cloexec, bool *locked)
{
	uint64_t limit =
		current->process ? process_limit(current->process, RLIMIT_NOFILE) : FILES_MAX;
	struct fd_table *table;
	unsigned int fd;

	*locked = lock_files(files);
	for (;;) {
		int error;

		table = files->table;
		fd = first_clear(table, MAX(from, files->next));
		if (fd >= limit)
			return -EMFILE;
		if (likely(fd < table->size))
			break;
		error = grow(files, fd, locked);
		if (error)
			return error;
	}
	if (from <= files->next)
		files->next = fd + 1;
	bit_set(table->open, fd);
	if (cloexec)
		bit_set(table->cloexec, fd);
	else
		bit_clear(table->cloexec, fd);
	return (int)fd;
}

int fd_install(struct file *file, unsigned int from, bool cloexec)
{
	struct files *files = current->files;
	bool locked;
	int fd = reserve(files, from, cloexec, &locked);

	if (fd >= 0)
		rcu_assign_pointer(files->table->files[fd], file);
	unlock_files(files, locked);
	return fd;
}

int fd_reserve(unsigned int from, bool cloexec)
{
	struct files *files = current->files;
	bool locked;
	int fd = reserve(files, from, cloexec, &locked);

	unlock_files(files, locked);
	return fd;
}

void fd_fill(int fd, struct file *file)
{
	struct files *files = current->files;
	bool locked = lock_files(files);

	VERIFY(!files->table->files[fd]);
	rcu_assign_pointer(files->table->files[fd], file);
	unlock_files(files, locked);
}

static void free_number(struct files *files, unsigned int fd)
{
	bit_clear(files->table->open, fd);
	if (fd < files->next)
		files->next = fd;
}

void fd_release(int fd)
{
	struct files *files = current->files;
	bool locked = lock_files(files);

	free_number(files, (unsigned int)fd);
	unlock_files(files, locked);
}

/* What close does to a file that has left its slot; consumes the slot's reference. */
static int close_file(struct files *files, struct file *file)
{
	int error = 0;

	if (unlikely(file->ops && file->ops->flush != NULL)) /* of O_PATH: none */
		error = file->ops->flush(file);
	if (unlikely(READ_ONCE(file->inode->locks) != NULL) && !(file->mode & FILE_PATH))
		locks_close(file, files);
	if (unlikely(READ_ONCE(file->inode->dnotify) != NULL) && !(file->mode & FILE_PATH))
		dnotify_close(file, files);
	file_put_now(file);
	return error;
}

/* Take the file out of its slot. */
static struct file *pick(struct files *files, unsigned int fd)
{
	struct fd_table *table = files->table;
	struct file *file = fd < table->size ? table->files[fd] : NULL;

	if (file) {
		rcu_assign_pointer(table->files[fd], NULL);
		bit_clear(table->cloexec, fd);
		free_number(files, fd);
	}
	return file;
}

bool fd_means(int fd, const struct file *file)
{
	struct files *files = current->files;
	bool locked = lock_files(files);
	bool same = (unsigned int)fd < files->table->size && files->table->files[fd] == file;

	unlock_files(files, locked);
	return same;
}

int fd_close(int fd)
{
	struct files *files = current->files;
	bool locked = lock_files(files);
	struct file *file = pick(files, (unsigned int)fd);

	unlock_files(files, locked);
	return likely(file != NULL) ? close_file(files, file) : -EBADF;
}

void fd_close_range(unsigned int first, unsigned int last)
{
	struct files *files = current->files;

	for (unsigned int fd = first;; fd++) {
		bool locked = lock_files(files);
		struct file *file = NULL;
		bool end = fd >= files->table->size || fd > last;

		if (!end)
			file = pick(files, fd);
		unlock_files(files, locked);
		if (end)
			return;
		if (file) {
			(void)close_file(files,
					 file); /* close_range reports no errors of single closes */
			resched_point();
		}
	}
}

void fd_cloexec_range(unsigned int first, unsigned int last)
{
	struct files *files = current->files;
	bool locked = lock_files(files);

	for (unsigned int fd = first; fd < files->table->size && fd <= last; fd++) {
		if (files->table->files[fd])
			bit_set(files->table->cloexec, fd);
	}
	unlock_files(files, locked);
}

int fd_dup_to(int old, int new, bool cloexec)
{
	struct files *files = current->files;
	uint64_t limit =
		current->process ? process_limit(current->process, RLIMIT_NOFILE) : FILES_MAX;
	struct file *file, *before;
	struct fd_table *table;
	bool locked;

	if (new < 0 || (uint64_t)new >= limit)
		return -EBADF;
	locked = lock_files(files);
	if ((unsigned int)new >= files->table->size) {
		int error = grow(files, (unsigned int)new, &locked);

		if (error) {
			unlock_files(files, locked);
			return error;
		}
	}
	table = files->table;
	file = (unsigned int)old < table->size ? table->files[old] : NULL;
	before = table->files[new];
	if (!file || (!before && bit_test(table->open, (unsigned int)new))) {
		/* No such file; or new is just being opened by somebody else. */
		unlock_files(files, locked);
		return file ? -EBUSY : -EBADF;
	}
	bit_set(table->open, (unsigned int)new);
	if (cloexec)
		bit_set(table->cloexec, (unsigned int)new);
	else
		bit_clear(table->cloexec, (unsigned int)new);
	rcu_assign_pointer(table->files[new], file_get(file));
	unlock_files(files, locked);
	if (before)
		(void)close_file(files, before); /* dup2 does not report what closing says */
	return new;
}

int fd_get_cloexec(int fd)
{
	struct files *files = current->files;
	bool locked = lock_files(files);
	struct fd_table *table = files->table;
	int result = -EBADF;

	if ((unsigned int)fd < table->size && table->files[fd])
		result = bit_test(table->cloexec, (unsigned int)fd);
	unlock_files(files, locked);
	return result;
}

int fd_set_cloexec(int fd, bool cloexec)
{
	struct files *files = current->files;
	bool locked = lock_files(files);
	struct fd_table *table = files->table;
	bool there = (unsigned int)fd < table->size && table->files[fd];

	if (there && cloexec)
		bit_set(table->cloexec, (unsigned int)fd);
	else if (there)
		bit_clear(table->cloexec, (unsigned int)fd);
	unlock_files(files, locked);
	return there ? 0 : -EBADF;
}

/* ---- lives ---- */

struct files *files_create(void)
{
	struct files *files = kcache_alloc(files_cache, GFP_ZERO);

	if (!files)
		return NULL;
	refcount_set(&files->refs, 1);
	spin_init(&files->lock, "descriptors");
	files->table = &files->first;
	files->first.size = FILES_FIRST;
	files->first.files = files->first_files;
	files->first.open = files->first_open;
	files->first.cloexec = files->first_cloexec;
	return files;
}

static unsigned int highest_open(const struct fd_table *table)
{
	for (unsigned int word = table->size / WORD_BITS; word-- > 0;) {
		if (table->open[word])
			return word * WORD_BITS + WORD_BITS -
			       (unsigned int)__builtin_clzl(table->open[word]);
	}
	return 0;
}

struct files *files_copy(struct files *from, unsigned int keep_below)
{
	struct files *files = files_create();
	bool locked;
	unsigned int count;

	if (!files)
		return NULL;
	locked = from == current->files ? lock_files(from) : (spin_lock(&from->lock), true);
	for (;;) {
		struct fd_table *table;

		count = MIN(highest_open(from->table), keep_below);
		if (count <= files->table->size)
			break;
		unlock_files(from, locked);
		table = table_alloc(size_for(count - 1));
		if (!table) {
			files_put(files);
			return NULL;
		}
		if (files->table != &files->first)
			rcu_call(&files->table->rcu, table_free);
		files->table = table;
		locked = from == current->files ? lock_files(from) : (spin_lock(&from->lock), true);
	}
	for (unsigned int fd = 0; fd < count; fd++) {
		struct file *file = from->table->files[fd];

		if (!file)
			continue; /* free, or reserved by an open in another thread */
		files->table->files[fd] = file_get(file);
		bit_set(files->table->open, fd);
		if (bit_test(from->table->cloexec, fd))
			bit_set(files->table->cloexec, fd);
	}
	unlock_files(from, locked);
	return files;
}

static void files_free(struct rcu_head *head)
{
	struct files *files = container_of(head, struct files, rcu);

	if (files->table != &files->first) {
		kfree(files->table->files);
		kfree(files->table);
	}
	kcache_free(files_cache, files);
}

void (*files_closed)(void);

void files_put(struct files *files)
{
	struct fd_table *table;

	if (!refcount_put(&files->refs))
		return;
	table = files->table;
	for (unsigned int word = 0; word < table->size / WORD_BITS; word++) {
		unsigned long open = table->open[word];

		for (; open; open &= open - 1) {
			unsigned int fd = word * WORD_BITS + (unsigned int)__builtin_ctzl(open);
			struct file *file = table->files[fd];

			if (file) {
				rcu_assign_pointer(table->files[fd], NULL);
				(void)close_file(files, file); /* nobody is left to be told */
				resched_point();
			}
		}
	}
	if (files_closed)
		files_closed();
	rcu_call(&files->rcu, files_free);
}

void files_close_on_exec(struct files *files)
{
	struct fd_table *table = files->table;

	for (unsigned int word = 0; word < table->size / WORD_BITS; word++) {
		while (table->cloexec[word] & table->open[word]) {
			unsigned int bit = (unsigned int)__builtin_ctzl(table->cloexec[word] &
									table->open[word]);
			unsigned int fd = word * WORD_BITS + bit;
			bool locked = lock_files(files);
			struct file *file = pick(files, fd);

			bit_clear(files->table->cloexec, fd);
			unlock_files(files, locked);
			if (file)
				(void)close_file(files, file); /* as exec does */
			table = files->table;
		}
	}
}
