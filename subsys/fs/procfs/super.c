// SPDX-License-Identifier: MIT
/*
 * procfs: its superblock, inodes and the generic directory, file and link made of a struct
 * proc_entry.
 *
 * Inodes are made when a name is looked up and hold the pid they tell of; dentries of processes
 * that are gone are found out by revalidate. Nothing negative is cached.
 */
#include "internal.h"

#include <core/cred.h>
#include <core/init.h>
#include <core/mm.h>

static const struct proc_entry root_entry = {
	.name = "", .mode = S_IFDIR | 0555, .children = proc_root_entries};

/* The same for a name each time, and for readdir and stat alike. */
uint64_t proc_ino(uint64_t parent, const char *name, size_t length)
{
	uint64_t hash = parent * 0x100000001b3u + 0xcbf29ce484222325u;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)name[i]) * 0x100000001b3u;
	hash = (hash ^ hash >> 32) & 0xffffffffu;
	return hash < 16 ? hash + 16 : hash;
}

struct thread *proc_thread(const struct proc_inode *p)
{
	struct thread *thread = NULL;

	rcu_read_lock();
	if (p->thread) {
		thread = rcu_dereference(p->pid->thread);
	} else {
		struct process *process = rcu_dereference(p->pid->process);

		if (process)
			thread = rcu_dereference(process->leader);
	}
	if (thread && !refcount_get_unless_zero(&thread->refs))
		thread = NULL;
	rcu_read_unlock();
	return thread;
}

bool proc_may_inspect(struct thread *thread, const struct mm *mm)
{
	return !thread_may_inspect(thread, mm, current->cred->fsuid, current->cred->fsgid);
}

struct thread *proc_thread_inspect(const struct proc_inode *p)
{
	struct thread *thread = proc_thread(p);

	if (!thread)
		return err_ptr(-ESRCH);
	if (!proc_may_inspect(thread, NULL)) {
		thread_put(thread);
		return err_ptr(-EACCES);
	}
	return thread;
}

struct mm *proc_mm(const struct proc_inode *p, bool inspect)
{
	struct thread *thread = proc_thread(p);
	struct mm *mm;

	if (!thread)
		return err_ptr(-ESRCH);
	mm = mm_of_thread(thread);
	if (inspect && mm && mm != current->mm && !proc_may_inspect(thread, mm)) {
		mm_put_user(mm);
		mm = err_ptr(-EACCES);
	}
	thread_put(thread);
	return mm;
}

struct mm *proc_mm_keep(const struct proc_inode *p)
{
	struct mm *mm = proc_mm(p, true);

	if (!is_err_or_null(mm)) {
		mm_get(mm);
		mm_put_user(mm);
	}
	return mm;
}

bool proc_number(const char *text, size_t length, unsigned int *number)
{
	unsigned int n = 0;

	if (!length || length > 9 || (length > 1 && text[0] == '0'))
		return false;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		n = n * 10 + (unsigned int)(text[i] - '0');
	}
	*number = n;
	return true;
}

/* ---- inodes ---- */

struct thread *proc_told_thread(const struct inode *inode)
{
	struct proc_inode *p = proc_of(inode);
	struct process *process;

	if (!p->pid)
		return NULL;
	if (p->thread)
		return rcu_dereference(p->pid->thread);
	process = rcu_dereference(p->pid->process);
	return process ? rcu_dereference(process->leader) : NULL;
}

/* Files of a process belong to who it runs as; of what others may not inspect only the folders do, the rest is root's. RCU
 * section. */
static void owner_of(const struct inode *inode, uid_t *uid, gid_t *gid)
{
	struct thread *thread = proc_told_thread(inode);
	struct mm *mm = thread ? rcu_dereference(thread->mm) : NULL;
	const struct cred *cred = NULL;

	if (thread && (inode->mode == (S_IFDIR | 0555) || (mm && mm->dumpable)))
		cred = rcu_dereference(thread->cred);
	*uid = cred ? cred->euid : proc_of(inode)->pid ? 0 : READ_ONCE(inode->uid);
	*gid = cred ? cred->egid : proc_of(inode)->pid ? 0 : READ_ONCE(inode->gid);
}

/* The VFS asks the inode itself whose it is (O_NOATIME, utimensat). RCU section. */
static void refresh_owner(struct inode *inode)
{
	uid_t uid;
	gid_t gid;

	owner_of(inode, &uid, &gid);
	if (unlikely(READ_ONCE(inode->uid) != uid))
		WRITE_ONCE(inode->uid, uid);
	if (unlikely(READ_ONCE(inode->gid) != gid))
		WRITE_ONCE(inode->gid, gid);
}

static unsigned int folders_in(const struct proc_entry *entry)
{
	unsigned int count = 0;

	for (entry = entry->children; entry && entry->name; entry++)
		count += S_ISDIR(entry->mode);
	return count;
}

struct inode *proc_inode_new(struct super *super, const struct proc_entry *entry, struct pid *pid,
			     bool thread, int fd, uint64_t ino)
{
	struct proc_inode *p = kzalloc(sizeof(*p), GFP_KERNEL);
	struct inode *inode;

	if (!p)
		return NULL;
	inode = inode_new(super, entry->mode);
	if (!inode) {
		kfree(p);
		return NULL;
	}
	p->entry = entry;
	p->pid = pid ? pid_get(pid) : NULL;
	p->thread = thread;
	p->plain = entry->plain;
	p->fd = fd;
	p->ino = inode->ino = ino;
	inode->private = p;
	if (pid) {
		rcu_read_lock();
		refresh_owner(inode);
		rcu_read_unlock();
	} else {
		proc_recall(inode, entry);
	}
	inode->flags |= INODE_NOTRUNC;
	if (S_ISDIR(entry->mode)) {
		inode->nlink = 2 + folders_in(entry);
		if (entry->children == proc_pid_entries || entry->children == proc_thread_entries)
			inode->flags |= INODE_IMMUTABLE;
		inode->ops = entry->inode_ops ? entry->inode_ops : &proc_dir_inode_ops;
		inode->file_ops = entry->file_ops ? entry->file_ops : &proc_dir_ops;
	} else if (S_ISLNK(entry->mode)) {
		inode->ops = entry->follow ? &proc_link_inode_ops : &proc_text_link_inode_ops;
	} else {
		inode->ops = &proc_file_inode_ops;
		inode->file_ops = entry->file_ops ? entry->file_ops
				  : pid		  ? &proc_own_text_ops
						  : &proc_text_ops;
	}
	return inode;
}

static void proc_release(struct inode *inode)
{
	struct proc_inode *p = proc_of(inode);

	if (p && p->pid)
		pid_put(p->pid);
	kfree(p);
}

void proc_getattr(struct inode *inode, struct kstat *stat)
{
	rcu_read_lock();
	owner_of(inode, &stat->uid, &stat->gid);
	rcu_read_unlock();
}

/* Below /proc/sys. Modes bind root, too. */
static bool is_setting(const struct inode *inode)
{
	const struct proc_inode *p = proc_of(inode);

	return p->plain && !p->pid;
}

int proc_permission(struct inode *inode, unsigned int mask)
{
	const struct cred *cred = current->cred;
	umode_t mode = inode->mode;
	uid_t uid;
	gid_t gid;

	rcu_read_lock();
	owner_of(inode, &uid, &gid);
	rcu_read_unlock();
	if (cred->fsuid == uid)
		mode >>= 6;
	else if (cred_in_group(cred, gid))
		mode >>= 3;
	if (!(mask & ~mode))
		return 0;
	if (is_setting(inode))
		return -EACCES;
	if (!(mask & MAY_WRITE) && S_ISDIR(inode->mode) && capable(CAP_DAC_READ_SEARCH))
		return 0;
	if (mask == MAY_READ && capable(CAP_DAC_READ_SEARCH))
		return 0;
	return (!(mask & MAY_EXEC) || inode->mode & 0111) && capable(CAP_DAC_OVERRIDE) ? 0
										       : -EACCES;
}

int proc_fd_permission(struct inode *inode, unsigned int mask)
{
	int error = proc_permission(inode, mask);
	struct thread *thread;

	if (!error)
		return 0;
	rcu_read_lock();
	thread = proc_told_thread(inode);
	if (thread && thread->process == current->process)
		error = 0;
	rcu_read_unlock();
	return error;
}

int proc_fdinfo_permission(struct inode *inode, unsigned int mask)
{
	struct thread *thread;
	bool may;

	rcu_read_lock();
	thread = proc_told_thread(inode);
	may = thread && proc_may_inspect(thread, NULL);
	rcu_read_unlock();
	return may ? proc_permission(inode, mask) : -EACCES;
}

/* Who may look is asked when the file is opened or read; root apart, modes decide as usual. To whom a file of
 * a process is given has it until it is next looked at. */
int proc_setattr(struct inode *inode, const struct attributes *a)
{
	const struct proc_inode *p = proc_of(inode);

	if (p->pid)
		return a->valid & ATTR_MODE ? -EPERM : 0;
	if (!(a->valid & (ATTR_MODE | ATTR_UID | ATTR_GID)))
		return 0;
	return is_setting(inode) ? -EPERM : proc_remember(inode, a);
}

static bool proc_revalidate(struct dentry *dentry)
{
	struct inode *inode = rcu_dereference(dentry->inode);
	struct proc_inode *p;

	if (!inode)
		return false;
	p = proc_of(inode);
	if (!p->pid)
		return true;
	refresh_owner(inode);
	return (p->thread ? (void *)rcu_dereference(p->pid->thread)
			  : (void *)rcu_dereference(p->pid->process)) != NULL;
}

const struct dentry_ops proc_dentry_ops = {.revalidate = proc_revalidate};

/* ---- directories ---- */

int proc_lookup_fixed(struct inode *dir, struct dentry *dentry)
{
	struct proc_inode *p = proc_of(dir);
	const struct proc_entry *entry;

	for (entry = p->entry->children; entry && entry->name; entry++) {
		if (strlen(entry->name) != dentry->name_length ||
		    memcmp(entry->name, dentry->name, dentry->name_length) != 0)
			continue;
		struct inode *inode =
			proc_inode_new(dir->super, entry, p->pid, p->thread, -1,
				       proc_ino(p->ino, dentry->name, dentry->name_length));

		if (!inode)
			return -ENOMEM;
		proc_of(inode)->plain |= p->plain;
		proc_of(inode)->whole = p->whole;
		dentry->ops = &proc_dentry_ops;
		dentry_attach(dentry, inode);
		return 0;
	}
	return -ENOENT;
}

static int proc_dir_lookup(struct inode *dir, struct dentry *dentry)
{
	int error = proc_lookup_fixed(dir, dentry);

	return error == -ENOENT ? 0 : error; /* stays negative */
}

bool proc_emit_fixed(struct file *file, struct dir_context *context, unsigned int *next)
{
	struct proc_inode *p = proc_of(file->inode);
	const struct proc_entry *entry = p->entry->children;
	unsigned int at = 0;

	if (context->pos == 0) {
		if (!context->emit(context, ".", 1, p->ino, 4))
			return false;
		context->pos = 1;
	}
	if (context->pos == 1) {
		struct dentry *parent = dentry_parent_of(file->path.dentry);
		bool room = context->emit(context, "..", 2, parent->inode->ino, 4);

		dentry_put(parent);
		if (!room)
			return false;
		context->pos = 2;
	}
	for (at = 2; entry && entry->name; entry++, at++) {
		size_t length = strlen(entry->name);

		if (context->pos > at)
			continue;
		if (!context->emit(context, entry->name, length,
				   proc_ino(p->ino, entry->name, length),
				   (entry->mode & S_IFMT) >> 12))
			return false;
		context->pos = at + 1;
	}
	*next = at;
	return true;
}

static int proc_dir_iterate(struct file *file, struct dir_context *context)
{
	unsigned int next;

	(void)proc_emit_fixed(file, context, &next); /* a full buffer is no error */
	return 0;
}

const struct inode_ops proc_dir_inode_ops = {.lookup = proc_dir_lookup,
					     .permission = proc_permission,
					     .getattr = proc_getattr,
					     .setattr = proc_setattr};
static struct pid *proc_dir_pid(const struct file *file)
{
	struct proc_inode *p = proc_of(file->inode);

	return p->entry->children == proc_pid_entries ? p->pid : NULL;
}

const struct file_ops proc_dir_ops = {
	.iterate = proc_dir_iterate, .seek = file_seek_inode, .pid = proc_dir_pid};

/* ---- files ---- */

static int proc_open(struct inode *inode, struct file *file)
{
	struct proc_inode *p = proc_of(inode);
	uint64_t mark = 0;
	int error;

	if (!p->entry->show && file->mode & FILE_READ)
		return -EACCES;
	if (p->entry->may_open) {
		error = p->entry->may_open(p, &mark);
		if (error)
			return error;
	}
	if (!p->plain)
		file->mode |= FILE_NO_PWRITE;
	error = text_open(file, p->entry->show, p);
	if (!error)
		*text_mark(file) = mark;
	return error;
}

static loff_t proc_seek(struct file *file, loff_t offset, int whence)
{
	const struct proc_inode *p = proc_of(file->inode);

	if (!p->plain)
		return text_seek(file, offset, whence);
	/* What can be set has places without end. */
	return text_seek_plain(file, offset, whence,
			       p->pid && !p->entry->write ? file->inode->super->max_size
							  : INT64_MAX);
}

static unsigned int proc_poll(struct file *file, struct poll_table *table)
{
	const struct proc_entry *entry = proc_of(file->inode)->entry;

	return entry->poll ? entry->poll(file, table) : TEXT_READY;
}

/* There is nothing to map; which error says so depends on whose file it is. */
static int proc_mmap(struct file *file, struct vma *vma)
{
	const struct proc_inode *p = proc_of(file->inode);

	(void)vma;
	return p->plain || p->entry->poll ? -ENODEV : -EIO;
}

static ssize_t proc_write(struct file *file, struct uio *uio, loff_t *pos)
{
	struct proc_inode *p = proc_of(file->inode);
	size_t n = uio->left;
	ssize_t result;
	char *buf;

	if (!p->entry->write)
		return p->pid ? -EINVAL : -EIO;
	if (n > PAGE_SIZE - 1)
		return -EINVAL;
	buf = kmalloc(PAGE_SIZE, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	if (uio_copy_from(uio, buf, n) != n) {
		kfree(buf);
		return -EFAULT;
	}
	buf[n] = '\0';
	result = p->entry->write(p, buf, n);
	if (result > 0 && !p->pid) /* a process's are begun anew by each write */
		*pos += result;
	kfree(buf);
	return result;
}

const struct inode_ops proc_file_inode_ops = {
	.permission = proc_permission, .getattr = proc_getattr, .setattr = proc_setattr};
const struct file_ops proc_text_ops = {
	.open = proc_open,
	.read = text_read,
	.write = proc_write,
	.seek = proc_seek,
	.poll = proc_poll,
	.mmap = proc_mmap,
	.release = text_release,
};
/* Of a process's files, and of /proc/net's, each read is one whole text, and splice cannot have it. */
const struct file_ops proc_own_text_ops = {
	.open = proc_open,
	.read = text_read,
	.write = proc_write,
	.seek = proc_seek,
	.release = text_release,
	.traits = FILE_READS_APART | FILE_WRITES_APART | FILE_NO_SPLICE,
};

/* ---- files that tell of an address space: of the one there was, and that could be inspected, when they were opened ---- */

struct mm *proc_kept_mm(struct file *file)
{
	return (struct mm *)(uintptr_t)*text_mark(file);
}

struct mm *proc_file_mm(struct file *file)
{
	struct mm *mm = proc_kept_mm(file);

	return mm && refcount_get_unless_zero(&mm->users) ? mm : NULL;
}

static int memory_open(struct inode *inode, struct file *file)
{
	struct proc_inode *p = proc_of(inode);
	struct mm *mm = proc_mm_keep(p);
	int error;

	if (is_err(mm))
		return (int)ptr_err(mm);
	if (!mm && p->entry->memory_needed)
		return -ESRCH;
	if (!p->plain)
		file->mode |= FILE_NO_PWRITE;
	error = text_open(file, p->entry->show, file);
	if (!error)
		*text_mark(file) = (uintptr_t)mm;
	else if (mm)
		mm_put(mm);
	return error;
}

static void memory_release(struct file *file)
{
	struct mm *mm = proc_kept_mm(file);

	text_release(file);
	if (mm)
		mm_put(mm);
}

const struct file_ops proc_memory_ops = {
	.open = memory_open,
	.read = text_read,
	.seek = proc_seek,
	.release = memory_release,
	.traits = FILE_READS_APART | FILE_WRITES_APART | FILE_NO_SPLICE,
};

/* ---- links ---- */

static int proc_readlink(struct inode *inode, const char **target, bool *owned)
{
	struct proc_inode *p = proc_of(inode);
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL);
	int error;

	if (!buf)
		return -ENOMEM;
	error = p->entry->link(p, buf, PATH_MAX);
	if (error) {
		kfree(buf);
		return error;
	}
	*target = buf;
	*owned = true;
	return 0;
}

static int proc_follow(struct inode *inode, struct path *path)
{
	struct proc_inode *p = proc_of(inode);

	return p->entry->follow(p, path);
}

/* A link that is only text has no follow operation: two tables. */
const struct inode_ops proc_text_link_inode_ops = {
	.readlink = proc_readlink, .getattr = proc_getattr, .setattr = proc_setattr};
const struct inode_ops proc_link_inode_ops = {.readlink = proc_readlink,
					      .follow = proc_follow,
					      .getattr = proc_getattr,
					      .setattr = proc_setattr};

/* ---- the root: fixed names, then processes ---- */

#define FIRST_PROCESS 256

static const struct proc_entry process_entry = {
	.name = "", .mode = S_IFDIR | 0555, .children = proc_pid_entries};

static int root_lookup(struct inode *dir, struct dentry *dentry)
{
	struct proc_inode *p = proc_of(dir);
	unsigned int number;
	struct inode *inode;
	struct pid *pid;
	bool thread;
	int error = proc_lookup_fixed(dir, dentry);

	if (error != -ENOENT)
		return error;
	if (!proc_number(dentry->name, dentry->name_length, &number))
		return 0;
	pid = pid_find((pid_t)number);
	if (!pid)
		return 0;
	inode = NULL;
	thread = !rcu_dereference(pid->process); /* found here, too, though it is not listed */
	error = 0;
	if (!thread || rcu_dereference(pid->thread)) {
		inode = proc_inode_new(dir->super, &process_entry, pid, thread, -1,
				       proc_ino(p->ino, dentry->name, dentry->name_length));
		error = inode ? 0 : -ENOMEM;
	}
	if (inode)
		proc_of(inode)->whole = thread;
	pid_put(pid);
	if (inode) {
		dentry->ops = &proc_dentry_ops;
		dentry_attach(dentry, inode);
	}
	return error;
}

static int root_iterate(struct file *file, struct dir_context *context)
{
	struct proc_inode *p = proc_of(file->inode);
	struct process *process;
	unsigned int next;

	if (context->pos < FIRST_PROCESS && !proc_emit_fixed(file, context, &next))
		return 0;
	if (context->pos < FIRST_PROCESS)
		context->pos = FIRST_PROCESS;
	while ((process = process_next((pid_t)(context->pos - FIRST_PROCESS))) != NULL) {
		char name[12];
		pid_t number = process_id(process);
		int length = snprintf(name, sizeof(name), "%d", number);
		bool room = context->emit(context, name, (size_t)length,
					  proc_ino(p->ino, name, (size_t)length), 4);

		process_put(process);
		if (!room)
			return 0;
		/* The next number greater than this one. */
		context->pos = FIRST_PROCESS + number;
	}
	return 0;
}

static void root_getattr(struct inode *inode, struct kstat *stat)
{
	(void)inode;
	stat->nlink = 2 + process_count();
}

static const struct inode_ops root_inode_ops = {
	.lookup = root_lookup, .getattr = root_getattr, .setattr = proc_setattr};
static const struct file_ops root_dir_ops = {.iterate = root_iterate, .seek = file_seek_inode};

/* ---- the superblock ---- */

static const struct super_ops proc_super_ops = {.release = proc_release};

static struct super *the_super;

static int proc_mount(const struct fs_type *type, const char *source, const char *options,
		      struct super **super)
{
	(void)type, (void)source, (void)options; /* hidepid= and gid= are not enforced, and so not
						    taken for granted: ignored */
	*super = the_super;
	return the_super ? 0 : -ENODEV;
}

static const struct fs_type proc_type = {.name = "proc",
					 .flags = FS_NODEV | FS_NO_NEGATIVE | FS_NO_ATIME |
						  FS_MADE_UP,
					 .mount = proc_mount};
FS_TYPE(proc_type);

/* One for all mounts, kept for good. */
static int procfs_init(void)
{
	struct super *super = super_new(&proc_type, &proc_super_ops);
	struct inode *root;

	if (!super)
		return -ENOMEM;
	super->magic = PROC_MAGIC;
	super->blocksize = 1024;
	super->max_size = INT32_MAX; /* as for files from before positions had 64 bits */
	super->active = 1;
	root = proc_inode_new(super, &root_entry, NULL, false, -1, 1);
	if (!root) {
		super_kill(super);
		return -ENOMEM;
	}
	root->ops = &root_inode_ops;
	root->file_ops = &root_dir_ops;
	super->root = dentry_root(super, root);
	if (!super->root) {
		super_kill(super);
		return -ENOMEM;
	}
	the_super = super;
	return 0;
}
INIT_CORE(procfs_init);
