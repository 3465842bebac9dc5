/* SPDX-License-Identifier: MIT */
/* subsys/fs/procfs/internal.h - the tables procfs is made of. */
#ifndef SUBSYS_FS_PROCFS_INTERNAL_H
#define SUBSYS_FS_PROCFS_INTERNAL_H

#include <core/errno.h>
#include <core/files.h>
#include <core/lib/string.h>
#include <core/mm.h>
#include <core/printk.h>
#include <core/sched.h>
#include <core/signal.h>
#include <core/slab.h>
#include <core/textfile.h>
#include <core/thread.h>
#include <core/time.h>
#include <core/vfs.h>

#define PROC_MAGIC 0x9fa0u

struct proc_inode;

ssize_t proc_sysrq_write(struct proc_inode *p, char *text, size_t n); /* sysrq.c */

/* A name in a directory. A table of them ends with a name of NULL. */
struct proc_entry {
	const char *name;
	umode_t mode;					  /* with type */
	const struct proc_entry *children;		  /* directories with fixed names */
	int (*show)(struct text *text, void *proc_inode); /* files: their text */
	ssize_t (*write)(struct proc_inode *p, char *text,
			 size_t n); /* text: NUL-terminated, at most PAGE_SIZE - 1 */
	int (*link)(struct proc_inode *p, char *buf, size_t n); /* links: their text */
	int (*follow)(struct proc_inode *p,
		      struct path *path);  /* links: where they lead, if not by their text */
	const struct inode_ops *inode_ops; /* directories with names of their own making */
	const struct file_ops *file_ops;
	const struct tunable *tunable; /* files of numbers that rooms announce */
	/* files: 0 or -errno; NULL: they may be opened. *mark becomes the file's text_mark(). */
	int (*may_open)(struct proc_inode *p, uint64_t *mark);
	unsigned int (*poll)(struct file *file, struct poll_table *table); /* NULL: always ready */
	bool memory_needed; /* files that tell of an address space: not opened without one */
	bool plain;	    /* pwrite is not refused at once: of files, and of all in a directory */
};

/* inode->private */
struct proc_inode {
	const struct proc_entry *entry;
	struct pid *pid; /* of whom it tells, with a reference; NULL: of the system */
	bool thread;	 /* of the thread with that number, not of the process; but if `whole` */
	bool whole;	 /* its times are all threads': /proc/TID, which is not listed */
	bool plain;	 /* as the entry, or those above it */
	int fd;		 /* fd/N, fdinfo/N */
	uint64_t ino;
};

static inline struct proc_inode *proc_of(const struct inode *inode)
{
	return inode->private;
}

/* super.c */
struct inode *proc_inode_new(struct super *super, const struct proc_entry *entry, struct pid *pid,
			     bool thread, int fd, uint64_t ino);
uint64_t proc_ino(uint64_t parent, const char *name, size_t length);
/* Look name up among the children of dir's entry; attaches and returns 0, or -ENOENT. */
__must_check int proc_lookup_fixed(struct inode *dir, struct dentry *dentry);
/* "." and "..", then the fixed children, positions 0 .. ; false: the buffer is full. */
bool proc_emit_fixed(struct file *file, struct dir_context *context, unsigned int *next);
/* The thread the inode tells of (a process's leader), with a reference, or NULL when it is gone. */
struct thread *proc_thread(const struct proc_inode *p);
/* The same without a reference, in an RCU section; NULL if there is none, too. */
struct thread *proc_told_thread(const struct inode *inode);
bool proc_may_inspect(struct thread *thread, const struct mm *mm); /* thread_may_inspect() */
/* The same, if the caller may inspect it: else err_ptr(-EACCES), or -ESRCH. */
struct thread *proc_thread_inspect(const struct proc_inode *p);
/* Its address space, to be given back by mm_put_user(); NULL: it has none (a kernel thread, or at its end);
 * err_ptr(-ESRCH), and with inspect -EACCES as above. */
struct mm *proc_mm(const struct proc_inode *p, bool inspect);
/* The same for an open file, if the caller may inspect it: the struct stays, the mappings may go. mm_put() gives it back. */
struct mm *proc_mm_keep(const struct proc_inode *p);
/* Of an open file of PROC_MEMORY: what it keeps, or NULL; the same with its mappings, to be given back by mm_put_user(),
 * or NULL when they are gone. */
struct mm *proc_kept_mm(struct file *file);
struct mm *proc_file_mm(struct file *file);
int proc_permission(struct inode *inode, unsigned int mask);
/* Of fd/: a process looks into its own, be the folder root's because it is not dumpable. */
int proc_fd_permission(struct inode *inode, unsigned int mask);
/* Of fdinfo/: only who may inspect the process, whatever its mode says. */
int proc_fdinfo_permission(struct inode *inode, unsigned int mask);
void proc_getattr(struct inode *inode, struct kstat *stat);
int proc_setattr(struct inode *inode, const struct attributes *a);
/* change.c: mode and owner of a new inode of entry, which tells of no process; and new ones: 0 or -ENOMEM. */
void proc_recall(struct inode *inode, const struct proc_entry *entry);
__must_check int proc_remember(const struct inode *inode, const struct attributes *a);
extern const struct inode_ops proc_dir_inode_ops, proc_file_inode_ops, proc_link_inode_ops,
	proc_text_link_inode_ops;
extern const struct file_ops proc_dir_ops, proc_text_ops, proc_own_text_ops, proc_memory_ops;
extern const struct dentry_ops proc_dentry_ops, proc_fd_dentry_ops;
bool proc_number(const char *text, size_t length, unsigned int *number);

extern const struct proc_entry proc_root_entries[], proc_sys_entries[], proc_pid_entries[],
	proc_thread_entries[];

extern struct proc_entry proc_net_entries[];

#define PROC_DIR(n, m, c)	 {.name = (n), .mode = S_IFDIR | (m), .children = (c)}
#define PROC_FILE(n, m, s, ...)	 {.name = (n), .mode = S_IFREG | (m), .show = (s), ##__VA_ARGS__}
#define PROC_RW(n, m, s, w, ...) PROC_FILE(n, m, s, .write = (w), ##__VA_ARGS__)
/* s is given the file. */
#define PROC_MEMORY(n, m, s, ...) PROC_FILE(n, m, s, .file_ops = &proc_memory_ops, ##__VA_ARGS__)
#define PROC_MOUNTS(n, m, s)               \
	{.name = (n),                      \
	 .mode = S_IFREG | (m),            \
	 .show = (s),                      \
	 .may_open = proc_mounts_may_open, \
	 .poll = proc_mounts_poll,         \
	 .file_ops = &proc_text_ops}
#define PROC_LINK(n, l, f) {.name = (n), .mode = S_IFLNK | 0777, .link = (l), .follow = (f)}
#define PROC_END	   {.name = NULL}

/* pid_*.c */
int proc_pid_stat(struct text *text, void *p);
int proc_pid_statm(struct text *text, void *p);
int proc_pid_status(struct text *text, void *p);
int proc_pid_maps(struct text *text, void *file);
int proc_pid_smaps(struct text *text, void *file);
int proc_pid_smaps_rollup(struct text *text, void *file);
/* Call each for the mappings in order, with a buffer of PATH_MAX bytes; the address space is
 * locked. */
typedef void proc_mapping_fn(struct text *text, const struct vma *vma, char *buf, void *state);
int proc_each_mapping(struct text *text, struct file *file, proc_mapping_fn *each, void *state);
/* One line of maps. */
void proc_maps_line(struct text *text, const struct vma *vma, char *buf);
int proc_mounts(struct text *text, void *p);
int proc_mountinfo(struct text *text, void *p);
int proc_mounts_may_open(struct proc_inode *p, uint64_t *mark);
unsigned int proc_mounts_poll(struct file *file, struct poll_table *table);
extern const struct inode_ops proc_fd_inode_ops, proc_fdinfo_inode_ops, proc_task_inode_ops;
extern const struct file_ops proc_fd_ops, proc_task_ops, proc_mem_ops;

static inline uint64_t proc_ticks(ktime_t ns)
{
	return ns / (NSEC_PER_SEC / 100); /* USER_HZ */
}

#endif
