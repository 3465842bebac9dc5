// SPDX-License-Identifier: MIT
/* /proc/PID and /proc/PID/task/TID: the tables, and the small files. */
#include "internal.h"

#include <core/coredump.h>
#include <core/cred.h>

/* ---- texts out of the process's memory ---- */

/* What stands from at to end; mm is given back. */
static int show_memory(struct text *text, struct mm *mm, vaddr_t at, vaddr_t end)
{
	char *buf = kmalloc(PAGE_SIZE, GFP_KERNEL);

	while (buf && at < end) {
		size_t n = mm_access(mm, at, buf, MIN(end - at, PAGE_SIZE), false, true);

		if (!n)
			break;
		text_write(text, buf, n);
		at += n;
	}
	mm_put_user(mm);
	if (!buf)
		return -ENOMEM;
	kfree(buf);
	return 0;
}

/* A process that writes over the end of its last argument (setproctitle) has one string instead, which may go on into the
 * environment. */
static int cmdline_show(struct text *text, void *p)
{
	struct mm *mm = proc_mm(p, false);
	char last = '\0';
	int error;

	if (is_err_or_null(mm))
		return (int)ptr_err(mm);
	mm_access(mm, mm->arg_end - 1, &last, 1, false, true);
	if (!last)
		return show_memory(text, mm, mm->arg_start, mm->arg_end);
	error = show_memory(text, mm, mm->arg_start, MIN(mm->env_end, mm->arg_start + PAGE_SIZE));
	if (!error && text->length)
		text->length = MIN(strnlen(text->buf, text->length) + 1, text->length);
	return error;
}

static int environ_show(struct text *text, void *file)
{
	struct mm *mm = proc_file_mm(file);

	return mm ? show_memory(text, mm, mm->env_start, mm->env_end) : 0;
}

/* It outlives the mappings. */
static int auxv_show(struct text *text, void *file)
{
	struct mm *mm = proc_kept_mm(file);

	text_write(text, mm->auxv, mm->auxv_words * sizeof(mm->auxv[0]));
	return 0;
}

/* ---- names and numbers ---- */

static int comm_show(struct text *text, void *p)
{
	struct thread *thread = proc_thread(p);

	if (!thread)
		return -ESRCH;
	text_printf(text, "%s\n", thread->name);
	thread_put(thread);
	return 0;
}

static ssize_t comm_write(struct proc_inode *p, char *buf, size_t n)
{
	struct thread *thread = proc_thread(p);
	ssize_t result = -EINVAL;

	if (!thread)
		return -ESRCH;
	if (thread->process == current->process) {
		if (n && buf[n - 1] == '\n')
			buf[n - 1] = '\0';
		(void)strscpy(thread->name, buf, sizeof(thread->name)); /* a long name is cut */
		result = (ssize_t)n;
	}
	thread_put(thread);
	return result;
}

static int limits_show(struct text *text, void *p)
{
	static const struct {
		const char *name, *unit;
	} limits[RLIM_COUNT] = {
		{"Max cpu time", "seconds"},	 {"Max file size", "bytes"},
		{"Max data size", "bytes"},	 {"Max stack size", "bytes"},
		{"Max core file size", "bytes"}, {"Max resident set", "bytes"},
		{"Max processes", "processes"},	 {"Max open files", "files"},
		{"Max locked memory", "bytes"},	 {"Max address space", "bytes"},
		{"Max file locks", "locks"},	 {"Max pending signals", "signals"},
		{"Max msgqueue size", "bytes"},	 {"Max nice priority", ""},
		{"Max realtime priority", ""},	 {"Max realtime timeout", "us"},
	};
	struct thread *thread = proc_thread(p);

	if (!thread)
		return -ESRCH;
	text_printf(text, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit",
		    "Units");
	for (unsigned int i = 0; i < RLIM_COUNT; i++) {
		struct rlimit limit = thread->process->limits[i];

		text_printf(text, "%-25s ", limits[i].name);
		if (limit.soft == UINT64_MAX)
			text_printf(text, "%-20s ", "unlimited");
		else
			text_printf(text, "%-20llu ", (unsigned long long)limit.soft);
		if (limit.hard == UINT64_MAX)
			text_printf(text, "%-20s ", "unlimited");
		else
			text_printf(text, "%-20llu ", (unsigned long long)limit.hard);
		text_printf(text, "%-10s\n", limits[i].unit);
	}
	thread_put(thread);
	return 0;
}

static int wchan_show(struct text *text, void *p)
{
	struct thread *thread = proc_thread(p);

	if (!thread)
		return -ESRCH;
	thread_put(thread);
	text_puts(text, "0"); /* as Linux without the right to see symbols */
	return 0;
}

static int adj_of(struct proc_inode *p, int *adj)
{
	struct thread *thread = proc_thread(p);

	if (!thread)
		return -ESRCH;
	*adj = thread->process->oom_score_adj;
	thread_put(thread);
	return 0;
}

static int oom_score_show(struct text *text, void *p)
{
	struct thread *thread = proc_thread(p);
	uint64_t pages = 0, total = page_end - page_first;
	int64_t score;
	struct mm *mm;

	if (!thread)
		return -ESRCH;
	mm = mm_of_thread(thread);
	if (mm) {
		pages = READ_ONCE(mm->anon_pages) + READ_ONCE(mm->file_pages);
		mm_put_user(mm);
	}
	/* Linux's scale: 0 .. 2000 with 666 for a process without memory. */
	score = (int64_t)(pages * 1000 / total) + thread->process->oom_score_adj;
	score = (1000 + score) * 2 / 3;
	thread_put(thread);
	text_printf(text, "%lld\n", (long long)(score > 0 ? score : 0));
	return 0;
}

static int oom_score_adj_show(struct text *text, void *p)
{
	int adj, error = adj_of(p, &adj);

	if (error)
		return error;
	text_printf(text, "%d\n", adj);
	return 0;
}

static int oom_adj_show(struct text *text, void *p)
{
	int adj, error = adj_of(p, &adj);

	if (error)
		return error;
	text_printf(text, "%d\n", adj == 1000 ? 15 : adj * 17 / 1000);
	return 0;
}

/* With blanks around it, a sign, in any base. */
static int parse_adj(char *buf, int *adj)
{
	static const char blanks[] = " \t\n\v\f\r";
	char *end = buf + strlen(buf);
	unsigned long long value;
	bool negative;
	int error;

	while (end > buf && strchr(blanks, end[-1]))
		*--end = '\0';
	while (*buf && strchr(blanks, *buf))
		buf++;
	negative = *buf == '-';
	error = parse_u64(buf + (negative || *buf == '+'), 0, &value);
	if (!error && value > INT32_MAX)
		error = -ERANGE;
	if (!error)
		*adj = negative ? -(int)value : (int)value;
	return error;
}

/* Others than root go down to what root has set, through oom_adj not at all. */
static int set_adj(struct proc_inode *p, int adj, bool older)
{
	struct thread *thread = proc_thread(p);
	bool may_lower = capable(CAP_SYS_RESOURCE);
	struct process *process;
	unsigned long flags;
	int error = 0;

	if (!thread)
		return -ESRCH;
	process = thread->process;
	flags = spin_lock_irqsave(&process->lock);
	if (!may_lower && adj < (older ? process->oom_score_adj : process->oom_score_adj_min))
		error = -EACCES;
	else
		WRITE_ONCE(process->oom_score_adj, adj);
	if (may_lower && !older)
		process->oom_score_adj_min = adj;
	spin_unlock_irqrestore(&process->lock, flags);
	thread_put(thread);
	return error;
}

static ssize_t oom_score_adj_write(struct proc_inode *p, char *buf, size_t n)
{
	int adj, error = parse_adj(buf, &adj);

	if (!error)
		error = adj < -1000 || adj > 1000 ? -EINVAL : set_adj(p, adj, false);
	return error ? error : (ssize_t)n;
}

/* The same in an older scale. */
static ssize_t oom_adj_write(struct proc_inode *p, char *buf, size_t n)
{
	int adj, error = parse_adj(buf, &adj);

	if (!error)
		error = adj < -17 || adj > 15
				? -EINVAL
				: set_adj(p, adj == 15 ? 1000 : adj * 1000 / 17, true);
	return error ? error : (ssize_t)n;
}

/* A kernel thread's is empty. */
static int coredump_filter_show(struct text *text, void *p)
{
	struct mm *mm = proc_mm(p, false);

	if (is_err_or_null(mm))
		return (int)ptr_err(mm);
	text_printf(text, "%08x\n", READ_ONCE(mm->dump_filter));
	mm_put_user(mm);
	return 0;
}

static ssize_t coredump_filter_write(struct proc_inode *p, char *buf, size_t n)
{
	unsigned long long value;
	struct mm *mm;

	if (n && buf[n - 1] == '\n')
		buf[n - 1] = '\0';
	if (parse_u64(buf, 0, &value) || value > UINT32_MAX)
		return -EINVAL;
	mm = proc_mm(p, false);
	if (is_err_or_null(mm))
		return mm ? ptr_err(mm) : -ESRCH;
	WRITE_ONCE(mm->dump_filter, (unsigned int)value & CORE_FILTER_ALL);
	mm_put_user(mm);
	return (ssize_t)n;
}

#ifdef TERN_DEBUG
/* Linux's fault injection: the thread's n-th allocation fails; what is left of n can be read. */
static int fail_nth_show(struct text *text, void *p)
{
	struct thread *thread = proc_thread(p);
	unsigned int left = thread == current ? current->fail_nth : 0;

	if (!thread)
		return -ESRCH;
	thread_put(thread);
	text_printf(text, "%u\n", left);
	return thread == current ? 0 : -EPERM;
}

static ssize_t fail_nth_write(struct proc_inode *p, char *buf, size_t n)
{
	struct thread *thread = proc_thread(p);
	unsigned long long value;

	if (!thread)
		return -ESRCH;
	thread_put(thread);
	if (thread != current)
		return -EPERM;
	if (n && buf[n - 1] == '\n')
		buf[n - 1] = '\0';
	if (parse_u64(buf, 10, &value) || value > INT32_MAX)
		return -EINVAL;
	memory_fail_nth((unsigned int)value);
	return (ssize_t)n;
}
#define DEBUG_ENTRIES PROC_RW("fail-nth", 0644, fail_nth_show, fail_nth_write, .plain = true),
#else
#define DEBUG_ENTRIES
#endif

static int show_io(struct text *text, struct thread *thread, bool whole)
{
	struct io_account io;

	if (is_err(thread))
		return (int)ptr_err(thread);
	if (whole)
		process_io(thread->process, &io);
	else
		io = thread->io;
	thread_put(thread);
	/* There is no storage below the page cache: zero in truth. */
	text_printf(text,
		    "rchar: %llu\nwchar: %llu\nsyscr: %llu\nsyscw: %llu\nread_bytes: 0\n"
		    "write_bytes: 0\ncancelled_write_bytes: 0\n",
		    (unsigned long long)io.read_bytes, (unsigned long long)io.written_bytes,
		    (unsigned long long)io.read_calls, (unsigned long long)io.write_calls);
	return 0;
}

static int io_show(struct text *text, void *p)
{
	return show_io(text, proc_thread_inspect(p), true);
}

static int thread_io_show(struct text *text, void *p)
{
	return show_io(text, proc_thread_inspect(p), false);
}

static int personality_show(struct text *text, void *p)
{
	struct thread *thread = proc_thread_inspect(p);

	if (is_err(thread))
		return ptr_err(thread) == -EACCES ? -EPERM : (int)ptr_err(thread);
	text_printf(text, "%08lx\n", thread->personality);
	thread_put(thread);
	return 0;
}

static int cgroup_show(struct text *text, void *p)
{
	/* One line for each hierarchy of control groups that is in use: none is. */
	(void)text;
	(void)p;
	return 0;
}

static int schedstat_show(struct text *text, void *p)
{
	struct thread *thread = proc_thread(p);

	if (!thread)
		return -ESRCH;
	text_printf(text, "%llu 0 %llu\n", (unsigned long long)thread->sched.runtime,
		    (unsigned long long)(thread->sched.switches_voluntary +
					 thread->sched.switches_involuntary));
	thread_put(thread);
	return 0;
}

/* ---- links ---- */

static int exe_path(struct proc_inode *p, struct path *path)
{
	struct thread *thread = proc_thread_inspect(p);
	int error = -ENOENT;
	struct mm *mm;

	if (is_err(thread))
		return (int)ptr_err(thread);
	thread_put(thread);
	mm = proc_mm(p, true); /* may be that of another program by now */
	if (is_err_or_null(mm))
		return mm ? (int)ptr_err(mm) : -ENOENT;
	rwsem_read(&mm->lock);
	if (mm->exe_file) {
		*path = mm->exe_file->path;
		path_get(path);
		error = 0;
	}
	rwsem_read_done(&mm->lock);
	mm_put_user(mm);
	return error;
}

static int get_path(struct proc_inode *p, struct path *path, char which)
{
	uid_t uid = current->cred->fsuid;
	gid_t gid = current->cred->fsgid;
	struct thread *thread;
	uint32_t exec_id;
	int error;

	if (which == 'e')
		return exe_path(p, path);
	thread = proc_thread(p);
	if (!thread)
		return -ESRCH;
	do {
		error = thread_inspect_begin(thread, uid, gid, &exec_id);
		if (!error &&
		    !fs_of_thread(thread, which == 'r' ? path : NULL, which == 'c' ? path : NULL))
			error = -ENOENT;
		if (error)
			break;
		error = thread_inspect_end(thread, uid, gid, exec_id);
		if (error)
			path_put(path);
	} while (error == -EAGAIN);
	thread_put(thread);
	return error == -EPERM ? -EACCES : error;
}

static int path_text(struct proc_inode *p, char *buf, size_t n, char which)
{
	struct path path;
	char *name;
	int error = get_path(p, &path, which);

	if (error)
		return error;
	name = file_name(&path, buf, n);
	path_put(&path);
	if (is_err(name))
		return (int)ptr_err(name);
	memmove(buf, name, strlen(name) + 1);
	return 0;
}

static int cwd_link(struct proc_inode *p, char *buf, size_t n)
{
	return path_text(p, buf, n, 'c');
}
static int cwd_follow(struct proc_inode *p, struct path *path)
{
	return get_path(p, path, 'c');
}
static int root_link(struct proc_inode *p, char *buf, size_t n)
{
	return path_text(p, buf, n, 'r');
}
static int root_follow(struct proc_inode *p, struct path *path)
{
	return get_path(p, path, 'r');
}
static int exe_link(struct proc_inode *p, char *buf, size_t n)
{
	return path_text(p, buf, n, 'e');
}
static int exe_follow(struct proc_inode *p, struct path *path)
{
	return get_path(p, path, 'e');
}

/* ---- the tables ---- */

#define COMMON_ENTRIES                                                                             \
	{.name = "fd",                                                                             \
	 .mode = S_IFDIR | 0500,                                                                   \
	 .inode_ops = &proc_fd_inode_ops,                                                          \
	 .file_ops = &proc_fd_ops},                                                                \
		{.name = "fdinfo",                                                                 \
		 .mode = S_IFDIR | 0555,                                                           \
		 .inode_ops = &proc_fdinfo_inode_ops,                                              \
		 .file_ops = &proc_fd_ops},                                                        \
		PROC_MEMORY("environ", 0400, environ_show, .memory_needed = true, .plain = true),  \
		PROC_MEMORY("auxv", 0400, auxv_show, .memory_needed = true, .plain = true),        \
		PROC_FILE("status", 0444, proc_pid_status),                                        \
		PROC_FILE("personality", 0400, personality_show),                                  \
		PROC_FILE("limits", 0444, limits_show),                                            \
		PROC_RW("comm", 0644, comm_show, comm_write),                                      \
		PROC_FILE("cmdline", 0444, cmdline_show, .plain = true),                           \
		PROC_FILE("stat", 0444, proc_pid_stat), PROC_FILE("statm", 0444, proc_pid_statm),  \
		PROC_MEMORY("maps", 0444, proc_pid_maps),                                          \
		PROC_MEMORY("smaps", 0444, proc_pid_smaps),                                        \
		PROC_MEMORY("smaps_rollup", 0444, proc_pid_smaps_rollup, .memory_needed = true),   \
		{.name = "mem", .mode = S_IFREG | 0600, .file_ops = &proc_mem_ops},                \
		PROC_LINK("cwd", cwd_link, cwd_follow), PROC_LINK("root", root_link, root_follow), \
		PROC_LINK("exe", exe_link, exe_follow), PROC_MOUNTS("mounts", 0444, proc_mounts),  \
		PROC_MOUNTS("mountinfo", 0444, proc_mountinfo),                                    \
		PROC_DIR("net", 0555, proc_net_entries), PROC_FILE("wchan", 0444, wchan_show),     \
		PROC_FILE("schedstat", 0444, schedstat_show),                                      \
		PROC_FILE("cgroup", 0444, cgroup_show),                                            \
		PROC_FILE("oom_score", 0444, oom_score_show),                                      \
		PROC_RW("oom_adj", 0644, oom_adj_show, oom_adj_write, .plain = true),              \
		PROC_RW("oom_score_adj", 0644, oom_score_adj_show, oom_score_adj_write,            \
			.plain = true)

const struct proc_entry proc_pid_entries[] = {
	{.name = "task",
	 .mode = S_IFDIR | 0555,
	 .inode_ops = &proc_task_inode_ops,
	 .file_ops = &proc_task_ops},
	COMMON_ENTRIES,
	PROC_FILE("io", 0400, io_show),
	PROC_RW("coredump_filter", 0644, coredump_filter_show, coredump_filter_write,
		.plain = true),
	PROC_END,
};

const struct proc_entry proc_thread_entries[] = {
	COMMON_ENTRIES, PROC_FILE("io", 0400, thread_io_show), DEBUG_ENTRIES PROC_END};
