/* SPDX-License-Identifier: MIT */
/*
 * core/files.h - descriptor tables and the file-system context (root, current directory, umask),
 * shared by clone's flags.
 *
 * Look-up in a table that is not shared takes no lock and no reference: fd_get() / fd_put()
 * bracket the use; with a shared table a reference is taken under RCU.
 */
#ifndef CORE_FILES_H
#define CORE_FILES_H

#include <core/refcount.h>
#include <core/spinlock.h>
#include <core/vfs.h>

struct thread;

struct fd_table { /* replaced whole when it grows; RCU */
	struct rcu_head rcu;
	unsigned int size;
	struct file **files;
	unsigned long *open, *cloexec; /* bitmaps */
};

#define FILES_FIRST 64
/* The lock is not needed (and not taken) by a thread that alone uses the table: only threads that
 * share it change it. */
struct files {
	struct refcount refs;
	bool shared; /* others may use it: changed by who is alone with it */
	struct spinlock lock;
	struct fd_table *table; /* [lock], RCU */
	unsigned int next;	/* [lock] lowest number that may be free */
	struct rcu_head rcu;
	struct fd_table first; /* the table of most processes */
	struct file *first_files[FILES_FIRST];
	unsigned long first_open[1], first_cloexec[1];
};

struct fs_context {
	struct refcount refs;
	unsigned int users; /* atomic: the threads whose it is; readers of others' have only refs */
	struct rcu_head rcu; /* others look through thread->fs with refcount_get_unless_zero() */
	struct spinlock lock;
	uint32_t sequence;     /* odd while root or cwd change: RCU walk */
	struct path root, cwd; /* [lock] */
	umode_t umask;
};

/* A borrowed file: f NULL means -EBADF. */
struct fd {
	struct file *file;
	bool referenced;
};
struct fd fd_get(int fd);      /* O_PATH files are not returned */
struct fd fd_get_path(int fd); /* they are */
static inline void fd_put(struct fd fd)
{
	if (fd.referenced)
		file_put(fd.file);
}

/* Install file (consuming the reference) at the lowest free number >= from: the number, or
 * -EMFILE/-ENOMEM (reference kept by the caller). */
__must_check int fd_install(struct file *file, unsigned int from, bool cloexec);
/* Install two files and write their numbers to the user's array of two: 0 or -errno. Both references
 * are consumed in every case. May sleep. */
__must_check int fd_install_two(struct file *first, struct file *second, bool cloexec,
				unsigned long user);
/* Reserve now, install or release later. */
__must_check int fd_reserve(unsigned int from, bool cloexec);
/* Reserve two and write their numbers to the user's array of two: 0 or -errno with none reserved. May sleep. */
__must_check int fd_reserve_two(int fds[2], bool cloexec, unsigned long user);
void fd_fill(int fd, struct file *file);
void fd_release(int fd);
__must_check int fd_close(int fd);
/* dup2 and dup3: make new mean what old means: new or -errno. */
__must_check int fd_dup_to(int old, int new, bool cloexec);
__must_check int fd_get_cloexec(int fd);	       /* 0, 1 or -EBADF */
__must_check int fd_set_cloexec(int fd, bool cloexec); /* 0 or -EBADF */
void fd_close_range(unsigned int first, unsigned int last);
void fd_cloexec_range(unsigned int first, unsigned int last);
#define FILES_MAX (1024u * 1024u)

struct files *files_create(void);
struct files *files_copy(struct files *from, unsigned int keep_below); /* NULL: no memory */
struct files *files_share(struct files *files); /* current's, for a thread that will use it too */
void files_put(struct files *files);
void files_close_on_exec(struct files *files);
struct file *files_peek(struct files *files, unsigned int fd); /* with a reference, or NULL */
/* Of any thread, for /proc and pidfd_getfd: the file at fd with a reference: 0, -EBADF, or -ESRCH when it has no
 * table (any more); the next used number >= fd, or -1; whether fd is closed at execve; for how many numbers there is room. */
__must_check int thread_file(const struct thread *thread, unsigned int fd, struct file **file);
int thread_next_file(const struct thread *thread, unsigned int fd);
bool thread_file_cloexec(const struct thread *thread, unsigned int fd);
unsigned int thread_file_slots(const struct thread *thread);

struct fs_context *fs_create(void);
struct fs_context *fs_copy(struct fs_context *from);
void fs_put(struct fs_context *fs);
/* A thread more, or one less, has it as its own. */
void fs_share(struct fs_context *fs);
void fs_leave(struct fs_context *fs);
bool fs_is_shared(const struct fs_context *fs); /* by several threads */
/* Root and current directory of any thread, with references; false: it has none (any more). Either
 * may be NULL. */
__must_check bool fs_of_thread(struct thread *thread, struct path *root, struct path *cwd);
/* current's root and cwd with references. */
void fs_root(struct path *path);
void fs_cwd(struct path *path);

#endif
