// SPDX-License-Identifier: MIT
/* /proc/PID/{fd,fdinfo,task}: directories whose names are numbers. */
#include "internal.h"

/* ---- fd ---- */

/* The file that fd/N or fdinfo/N tells of, with a reference; NULL: gone. That it is there may be seen by whoever may look into
 * the folder. */
static struct file *file_of(const struct proc_inode *p)
{
	struct thread *thread = proc_thread(p);
	struct file *file = NULL;

	if (!thread)
		return NULL;
	(void)!thread_file(thread, (unsigned int)p->fd, &file);
	thread_put(thread);
	return file;
}

/* The same for who wants to have it: 0, -ENOENT, -EACCES. */
static int take_file(const struct proc_inode *p, struct file **file)
{
	struct thread *thread = proc_thread(p);
	int error;

	if (!thread)
		return -ENOENT;
	error = thread_take_file(thread, (unsigned int)p->fd, current->cred->fsuid,
				 current->cred->fsgid, file);
	thread_put(thread);
	return error == -EPERM ? -EACCES : error ? -ENOENT : 0;
}

static int fd_link(struct proc_inode *p, char *buf, size_t n)
{
	struct file *file;
	char *name;
	int error = take_file(p, &file);

	if (error)
		return error;
	name = file_name(&file->path, buf, n);
	file_put(file);
	if (is_err(name))
		return (int)ptr_err(name);
	memmove(buf, name, strlen(name) + 1);
	return 0;
}

static int fd_follow(struct proc_inode *p, struct path *path)
{
	struct file *file;
	int error = take_file(p, &file);

	if (error)
		return error;
	*path = file->path;
	path_get(path);
	file_put(file);
	return 0;
}

static void print_to_text(void *context, const char *format, ...)
{
	struct text *text = context;
	char line[256];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	text_puts(text, line);
}

static int fdinfo_show(struct text *text, void *argument)
{
	struct proc_inode *p = argument;
	struct thread *thread = proc_thread(p);
	struct file *file = NULL;
	unsigned int flags;

	if (thread)
		(void)!thread_file(thread, (unsigned int)p->fd, &file);
	flags = file && thread_file_cloexec(thread, (unsigned int)p->fd) ? O_CLOEXEC : 0;
	if (thread)
		thread_put(thread);
	if (!file)
		return -ENOENT;
	flags |= file_flags_user(file);
	text_printf(text, "pos:\t%lli\nflags:\t0%o\nmnt_id:\t%i\nino:\t%llu\n",
		    (long long)file->pos, flags, file->path.mount->id,
		    (unsigned long long)file->inode->ino);
	if (file->ops->show_fdinfo)
		file->ops->show_fdinfo(file, print_to_text, text);
	file_put(file);
	return 0;
}

static const struct proc_entry fd_entry = {
	.name = "", .mode = S_IFLNK | 0700, .link = fd_link, .follow = fd_follow};
static const struct proc_entry fdinfo_entry = {
	.name = "", .mode = S_IFREG | 0444, .show = fdinfo_show};

#define LINK_SIZE 64 /* as Linux says of each, however long its text */

/* Links show by their mode how the file is open. */
static umode_t link_mode(const struct file *file)
{
	umode_t mode = S_IFLNK;

	if (file->mode & FILE_READ)
		mode |= 0500;
	if (file->mode & FILE_WRITE)
		mode |= 0300;
	return mode;
}

static int number_lookup(struct inode *dir, struct dentry *dentry, const struct proc_entry *entry)
{
	struct proc_inode *p = proc_of(dir), wanted = *p;
	unsigned int number;
	struct inode *inode;
	struct file *file;
	umode_t mode;

	if (!proc_number(dentry->name, dentry->name_length, &number))
		return 0;
	wanted.fd = (int)number;
	file = file_of(&wanted);
	if (!file)
		return 0;
	mode = link_mode(file);
	file_put(file);
	inode = proc_inode_new(dir->super, entry, p->pid, p->thread, (int)number,
			       proc_ino(p->ino, dentry->name, dentry->name_length));
	if (!inode)
		return -ENOMEM;
	if (S_ISLNK(inode->mode)) {
		inode->mode = mode;
		inode->size = LINK_SIZE;
	}
	dentry->ops = &proc_fd_dentry_ops;
	dentry_attach(dentry, inode);
	return 0;
}

static int fd_lookup(struct inode *dir, struct dentry *dentry)
{
	return number_lookup(dir, dentry, &fd_entry);
}

static int fdinfo_lookup(struct inode *dir, struct dentry *dentry)
{
	return number_lookup(dir, dentry, &fdinfo_entry);
}

/* A name per descriptor is looked up each time: numbers are reused for other files. */
static bool never_valid(struct dentry *dentry)
{
	(void)dentry;
	return false;
}

const struct dentry_ops proc_fd_dentry_ops = {.revalidate = never_valid};

static int fd_iterate(struct file *file, struct dir_context *context)
{
	struct proc_inode *p = proc_of(file->inode);
	struct thread *thread = proc_thread(p);
	unsigned int next, type = p->entry->inode_ops == &proc_fd_inode_ops ? 10 : 8;

	if (!thread)
		return -ENOENT;
	if (proc_emit_fixed(file, context, &next)) {
		int fd;

		while ((fd = thread_next_file(thread, (unsigned int)(context->pos - 2))) >= 0) {
			char name[12];
			int length = snprintf(name, sizeof(name), "%d", fd);

			context->pos = fd + 2;
			if (!context->emit(context, name, (size_t)length,
					   proc_ino(p->ino, name, (size_t)length), type))
				break;
			context->pos = fd + 3;
		}
	}
	thread_put(thread);
	return 0;
}

const struct inode_ops proc_fd_inode_ops = {.lookup = fd_lookup,
					    .permission = proc_fd_permission,
					    .getattr = proc_getattr,
					    .setattr = proc_setattr};
const struct inode_ops proc_fdinfo_inode_ops = {.lookup = fdinfo_lookup,
						.permission = proc_fdinfo_permission,
						.getattr = proc_getattr,
						.setattr = proc_setattr};
const struct file_ops proc_fd_ops = {.iterate = fd_iterate, .seek = file_seek_inode};

/* ---- task ---- */

static const struct proc_entry task_entry = {
	.name = "", .mode = S_IFDIR | 0555, .children = proc_thread_entries};

static int task_lookup(struct inode *dir, struct dentry *dentry)
{
	struct proc_inode *p = proc_of(dir);
	unsigned int number;
	const struct thread *told, *thread;
	struct inode *inode = NULL;
	struct pid *pid;
	bool ours;

	if (!proc_number(dentry->name, dentry->name_length, &number))
		return 0;
	/* By its number, which an execve may give to another thread meanwhile. */
	pid = pid_find((pid_t)number);
	if (!pid)
		return 0;
	rcu_read_lock();
	told = proc_told_thread(dir);
	thread = rcu_dereference(pid->thread);
	ours = thread && told && thread->process && thread->process == told->process;
	rcu_read_unlock();
	if (ours)
		inode = proc_inode_new(dir->super, &task_entry, pid, true, -1,
				       proc_ino(p->ino, dentry->name, dentry->name_length));
	pid_put(pid);
	if (!ours)
		return 0;
	if (!inode)
		return -ENOMEM;
	dentry->ops = &proc_dentry_ops;
	dentry_attach(dentry, inode);
	return 0;
}

/* The thread of process with the least number greater than after: its number, or 0. */
static pid_t next_thread(struct process *process, pid_t after)
{
	unsigned long flags = spin_lock_irqsave(&tasklist);
	struct thread *thread;
	pid_t best = 0;

	list_for_each_entry (thread, &process->threads, process_link) {
		pid_t number = thread->pid ? thread->pid->number : 0;

		if (number > after && (!best || number < best))
			best = number;
	}
	spin_unlock_irqrestore(&tasklist, flags);
	return best;
}

static int task_iterate(struct file *file, struct dir_context *context)
{
	struct proc_inode *p = proc_of(file->inode);
	struct thread *thread = proc_thread(p);
	unsigned int next;
	pid_t number;

	if (!thread)
		return -ENOENT;
	if (proc_emit_fixed(file, context, &next)) {
		while ((number = next_thread(thread->process, (pid_t)(context->pos - 2))) != 0) {
			char name[12];
			int length = snprintf(name, sizeof(name), "%d", number);

			if (!context->emit(context, name, (size_t)length,
					   proc_ino(p->ino, name, (size_t)length), 4))
				break;
			context->pos = number + 2;
		}
	}
	thread_put(thread);
	return 0;
}

/* A link for each thread. Whose it is was found out when it was looked up. */
static void task_getattr(struct inode *inode, struct kstat *stat)
{
	const struct thread *thread;

	rcu_read_lock();
	thread = proc_told_thread(inode);
	stat->nlink = 2 + (thread ? READ_ONCE(thread->process->thread_count) : 0);
	rcu_read_unlock();
}

const struct inode_ops proc_task_inode_ops = {
	.lookup = task_lookup, .getattr = task_getattr, .setattr = proc_setattr};
const struct file_ops proc_task_ops = {.iterate = task_iterate, .seek = file_seek_inode};
