// SPDX-License-Identifier: MIT
// execve and execveat.
//
// Everything that can fail is done first, beside the running program: the file is opened, scripts
// are resolved, the arguments are collected, credentials computed, the new memory mapped. Then the
// point of no return: the other threads are ended, the memory is exchanged, and what is left (the
// stack's contents) can only fail into the death of the process.

#include <core/errno.h>
#include <core/files.h>
#include <core/lib/string.h>
#include <core/printk.h>
#include <core/proc.h>
#include <core/slab.h>
#include <core/syscall.h>
#include <hal/abi.h>
#include <hal/regs.h>
#include <hal/signal.h>

#include "capability.h"
#include "exec.h"

#define SCRIPT_DEPTH 5		  /* interpreters that are scripts themselves */
#define SECURE_STACK (8ull << 20) /* the most that a program with AT_SECURE begins with */

static void exec_free(struct exec *e)
{
	if (e->file) {
		inode_allow_write(e->file->inode);
		file_put(e->file);
	}
	exec_strings_free(&e->strings);
	if (e->cred)
		cred_put(e->cred);
	if (e->mm)
		mm_put_user(e->mm);
	kfree(e->owned_name);
	kfree(e->script);
	kfree(e);
}

static int open_program(int dirfd, const char *name, unsigned int flags, struct file **file)
{
	int error = vfs_open_exec(dirfd, name, flags, file);

	if (error)
		return error;
	error = inode_deny_write((*file)->inode);
	if (error) {
		file_put(*file);
		*file = NULL;
	}
	return error;
}

static int read_head(struct exec *e)
{
	loff_t pos = 0;
	ssize_t n;

	memset(e->head, 0, sizeof(e->head));
	n = vfs_read(e->file, e->head, sizeof(e->head), &pos);
	if (n < 0)
		return (int)n;
	e->head_size = (size_t)n;
	return 0;
}

/* ---- scripts ---- */

/* e->file is a script: replace it by its interpreter. */
static int follow_script(struct exec *e)
{
	const char *script = e->script ? e->script : e->name;
	char *line, *interp, *argument;
	const char *strings[3];
	struct file *file;
	int error;

	line = kmalloc(EXEC_HEAD, GFP_KERNEL);
	if (!line)
		return -ENOMEM;
	memcpy(line, e->head, EXEC_HEAD);
	error = exec_parse_script(line, e->head_size, &interp, &argument);
	if (error)
		goto fail;
	if (e->inaccessible) {
		error = -ENOENT;
		goto fail;
	}
	strings[0] = interp;
	strings[1] = argument ? argument : script;
	strings[2] = script;
	error = exec_strings_replace_first(&e->strings, strings, argument ? 3 : 2);
	if (error)
		goto fail;
	error = open_program(AT_FDCWD, interp, LOOKUP_FOLLOW, &file);
	if (error)
		goto fail;
	inode_allow_write(e->file->inode);
	file_put(e->file);
	e->file = file;
	/* If the interpreter is a script itself, this is its name. */
	memmove(line, interp, strlen(interp) + 1);
	kfree(e->script);
	e->script = line;
	return read_head(e);
fail:
	kfree(line);
	return error;
}

/* ---- credentials ---- */

/* A program that others must not influence does not lie in its memory as its caller would have it. */
static void limit_influence(struct exec *e, bool set_id)
{
	const struct cred *old = current->cred;

	e->secure = cap_exec_secure(e->cred, old);
	e->personality = current->personality & ~HAL_ABI_EXEC_DROPS;
	if (set_id || cap_exec_gains(e->cred, old))
		e->personality &= ~(unsigned long)PERSONALITY_UNPRIVILEGED;
	e->stack_limit = process_limit(current->process, RLIMIT_STACK);
	if (e->secure)
		e->stack_limit = MIN(e->stack_limit, SECURE_STACK);
}

/* The ids; what comes with them is told when we are alone. */
static int compute_cred(struct exec *e)
{
	const struct cred *old = current->cred;
	struct inode *inode = e->file->inode;
	bool set_id = false;

	e->cred = cred_prepare(SIZE_MAX);
	if (!e->cred)
		return -ENOMEM;
	e->cred->euid = old->euid;
	e->cred->egid = old->egid;
	if (READ_ONCE(inode->mode) & (S_ISUID | S_ISGID) &&
	    !(e->file->path.mount->flags & MS_NOSUID) && !current->no_new_privs) {
		/* A new owner takes the bits away: not his id by the old one's bits. */
		rwsem_read(&inode->rwsem);
		if (inode->mode & S_ISUID) {
			e->cred->euid = inode->uid;
			set_id = true;
		}
		/* Set-group-id without group execution once meant mandatory locking. */
		if ((inode->mode & (S_ISGID | 0010)) == (S_ISGID | 0010)) {
			e->cred->egid = inode->gid;
			set_id = true;
		}
		rwsem_read_done(&inode->rwsem);
	}
	limit_influence(e, set_id);
	return 0;
}

/* ---- the point of no return ---- */

static void set_name(const struct exec *e)
{
	const char *slash = strrchr(e->name, '/');
	struct thread *t = current;
	char *path = kstrdup(e->name, GFP_KERNEL); /* only for reports: may fail */
	char *old = t->process->exe_path;

	(void)strscpy(t->name, slash ? slash + 1 : e->name,
		      sizeof(t->name)); /* cut off as comm is */
	t->process->exe_path = path;
	kfree(old);
}

/* A table or handlers shared with another process become our own. */
static int unshare_parts(void)
{
	struct thread *t = current;
	struct sighand *old = t->sighand, *copy;
	unsigned long flags;

	if (refcount_read(&t->files->refs) > 1) {
		struct files *files = files_copy(t->files, UINT32_MAX), *shared = t->files;

		if (!files)
			return -ENOMEM;
		rcu_assign_pointer(t->files, files);
		files_put(shared);
	}
	if (refcount_read(&old->refs) == 1)
		return 0;
	copy = sighand_create(old);
	if (!copy)
		return -ENOMEM;
	flags = spin_lock_irqsave(&tasklist);
	spin_lock(&old->lock);
	t->sighand = copy;
	rcu_assign_pointer(t->process->sighand, copy);
	spin_unlock(&old->lock);
	spin_unlock_irqrestore(&tasklist, flags);
	sighand_put(old);
	return 0;
}

/* From here on the old program is gone; an error kills. */
static int exchange(struct exec *e)
{
	struct thread *t = current;
	struct process *process = t->process;
	struct mm *mm = e->mm;
	const struct cred *old = t->cred;
	unsigned long flags;
	bool dumpable;
	vaddr_t sp;
	int error;

	error = unshare_parts();
	if (error)
		return error;
	/* Before anybody can see that the old program is gone: a vfork that ends, a pipe that closes. */
	flags = spin_lock_irqsave(&tasklist);
	WRITE_ONCE(process->exec_id, process->exec_id + 1);
	process->has_execed = true;
	process_account_memory(process, t->mm);
	spin_unlock_irqrestore(&tasklist, flags);
	process_timers_exec(process);
	mm->exe_file = e->file; /* with the denial of writes */
	e->file = NULL;
	mm->exec_stack = e->exec_stack;
	/* Before others find it: until the credentials are committed they would be judged by the old
	 * ones. And what was hidden stays so until the files are closed that go with it. */
	dumpable = !e->unreadable && old->euid == old->uid && old->egid == old->gid &&
		   !cred_gains(e->cred, old);
	mm->dumpable = dumpable && (!t->mm || t->mm->dumpable);
	thread_leave_memory(t);
	mm_switch(mm); /* consumes the reference */
	e->mm = NULL;

	t->rseq = 0;
	t->rseq_length = 0;
	t->rseq_signature = 0;
	t->set_child_tid = 0;
	t->robust_list = 0;
	signal_exec(t);
	set_name(e);
	files_close_on_exec(t->files);
	store_release(&mm->dumpable, dumpable);
	if (e->secure || old->euid != e->cred->euid || old->egid != e->cred->egid)
		t->death_signal = 0;
	cred_commit(e->cred);
	e->cred = NULL;
	t->personality = e->personality;
	if (e->secure) {
		flags = spin_lock_irqsave(&process->lock);
		process->limits[RLIMIT_STACK].soft =
			MIN(process->limits[RLIMIT_STACK].soft, SECURE_STACK);
		spin_unlock_irqrestore(&process->lock, flags);
	}

	error = exec_build_stack(e, mm, &sp);
	if (error)
		return error;
	hal_thread_exec(e->entry, sp);
	return 0;
}

/* *fatal: the old program is gone, an error is the end. */
static int exec_perform(struct exec *e, bool *fatal)
{
	int error;

	*fatal = false;
	error = read_head(e);
	for (unsigned int depth = 0; !error && e->head[0] == '#' && e->head[1] == '!'; depth++)
		error = depth == SCRIPT_DEPTH ? -ELOOP : follow_script(e);
	if (error)
		return error;
	error = compute_cred(e);
	if (error)
		return error;
	e->unreadable = inode_permission(e->file->inode, MAY_READ) != 0;
	e->mm = mm_create();
	if (!e->mm)
		return -ENOMEM;
	if (current->mm) // init has none before its first program
		e->mm->huge_disabled = READ_ONCE(current->mm->huge_disabled);
	error = exec_load_elf(e);
	if (error)
		return error;
	error = exec_alone();
	if (error)
		return error;
	/* Only now, as our own threads do not count: who shares the umask and the folders with us could
	 * change them under a program with more rights than his. */
	cap_exec(e->cred, current->cred, current->no_new_privs, fs_is_shared(current->fs));
	*fatal = true;
	return exchange(e);
}

/* Frees e. */
static int exec_finish(struct exec *e)
{
	bool fatal;
	int error = exec_perform(e, &fatal);

	exec_free(e);
	if (error && fatal)
		process_exit(SIGSEGV);
	return error;
}

int exec_kernel(const char *path, const char *const *argv, const char *const *envp)
{
	struct exec *e = kzalloc(sizeof(*e), GFP_KERNEL);
	int error;

	if (!e)
		return -ENOMEM;
	e->name = path;
	error = open_program(AT_FDCWD, path, LOOKUP_FOLLOW, &e->file);
	if (!error)
		error = exec_strings_kernel(&e->strings, argv, envp);
	if (error) {
		exec_free(e);
		return error;
	}
	return exec_finish(e);
}

/* The name that AT_EXECFN gives to a program opened relative to a descriptor. */
static char *fd_name(int dirfd, const char *path)
{
	size_t n = strlen(path) + 32;
	char *name = kmalloc(n, GFP_KERNEL);

	if (name)
		(void)scnprintf(name, n, *path ? "/dev/fd/%d/%s" : "/dev/fd/%d", dirfd, path);
	return name;
}

static long exec_user(int dirfd, unsigned long path, unsigned long argv, unsigned long envp,
		      unsigned int flags)
{
	unsigned int lookup = (flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
			      (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0);
	struct exec *e;
	char *string;
	int error;

	if (unlikely(current->over_process_limit)) {
		if (user_over_limit(current->cred->user))
			return -EAGAIN;
		current->over_process_limit = false;
	}
	error = path_string(path, lookup, &string);
	if (error)
		return error;
	e = kzalloc(sizeof(*e), GFP_KERNEL);
	if (!e) {
		path_string_free(string);
		return -ENOMEM;
	}
	if (dirfd == AT_FDCWD || *string == '/') {
		e->owned_name = kstrdup(string, GFP_KERNEL);
	} else {
		e->owned_name = fd_name(dirfd, string);
		e->inaccessible = fd_get_cloexec(dirfd) == 1;
	}
	e->name = e->owned_name;
	error = e->name ? open_program(dirfd, string, lookup, &e->file) : -ENOMEM;
	path_string_free(string);
	if (!error)
		error = exec_strings_user(&e->strings, argv, envp);
	if (error) {
		exec_free(e);
		return error;
	}
	return exec_finish(e);
}

SYSCALL(execve)
{
	return exec_user(AT_FDCWD, args->arg[0], args->arg[1], args->arg[2], 0);
}

SYSCALL(execveat)
{
	unsigned int flags = (unsigned int)args->arg[4];

	if (flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW))
		return -EINVAL;
	return exec_user((int)args->arg[0], args->arg[1], args->arg[2], args->arg[3], flags);
}
