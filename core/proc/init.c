// SPDX-License-Identifier: MIT
// The start of PID 1: a kernel thread makes itself a process and executes init.

#include <core/errno.h>
#include <core/files.h>
#include <core/init.h>
#include <core/lib/string.h>
#include <core/options.h>
#include <core/printk.h>
#include <core/proc.h>
#include <core/slab.h>
#include <hal/boot.h>
#include <hal/debug.h>

#define WORDS_MAX 32

struct init_words {
	const char *argv[WORDS_MAX + 2], *envp[WORDS_MAX + 3];
};

static void default_limits(struct process *process)
{
	static const struct rlimit defaults[RLIM_COUNT] = {
		[RLIMIT_CPU] = {UINT64_MAX, UINT64_MAX},
		[RLIMIT_FSIZE] = {UINT64_MAX, UINT64_MAX},
		[RLIMIT_DATA] = {UINT64_MAX, UINT64_MAX},
		[RLIMIT_STACK] = {8u << 20, UINT64_MAX},
		[RLIMIT_CORE] = {0, UINT64_MAX},
		[RLIMIT_RSS] = {UINT64_MAX, UINT64_MAX},
		[RLIMIT_NOFILE] = {1024, 4096},
		[RLIMIT_MEMLOCK] = {8u << 20, 8u << 20},
		[RLIMIT_AS] = {UINT64_MAX, UINT64_MAX},
		[RLIMIT_LOCKS] = {UINT64_MAX, UINT64_MAX},
		[RLIMIT_MSGQUEUE] = {819200, 819200},
		[RLIMIT_RTTIME] = {UINT64_MAX, UINT64_MAX},
	};
	uint64_t threads = thread_count_max() / 2;

	memcpy(process->limits, defaults, sizeof(defaults));
	process->limits[RLIMIT_NPROC] = (struct rlimit){threads, threads};
	process->limits[RLIMIT_SIGPENDING] = (struct rlimit){threads, threads};
}

/* The running kernel thread becomes the first thread of process 1. */
static void become_process(void)
{
	struct thread *thread = current;
	struct process *process = process_alloc();
	unsigned long flags;

	if (!process || thread_make_user(thread) || pid_alloc(1, &thread->pid))
		panic("no memory for PID 1");
	process->sighand = sighand_create(NULL);
	thread->files = files_create();
	if (!thread->fs)
		thread->fs = fs_create();
	if (!process->sighand || !thread->files || !thread->fs)
		panic("no memory for PID 1");
	default_limits(process);
	process->is_init = process->unkillable = true;
	process->pid = pid_get(thread->pid);
	process->leader = thread;
	thread_get(thread);
	process->parent = process;
	process->parent_thread = thread;
	thread->kthread = NULL;
	thread->blocked = 0;
	thread->exit_signal = SIGCHLD;
	__atomic_fetch_add(&thread->cred->user->processes, 1, __ATOMIC_RELAXED);

	flags = spin_lock_irqsave(&tasklist);
	spin_lock(&process->sighand->lock);
	list_add_tail(&process->all_link, &process_list);
	rcu_assign_pointer(process->pid->process, process);
	pid_attach(process->pid);
	process_set_group(process, process->pid);
	process_set_session(process, process->pid);
	process_add_thread(process, thread);
	init_process = process;
	spin_unlock(&process->sighand->lock);
	spin_unlock_irqrestore(&tasklist, flags);
}

static void open_console(void)
{
	struct file *file;
	int error = vfs_open(AT_FDCWD, "/dev/console", O_RDWR, 0, &file);

	if (error) {
		printk(LOG_WARN "init: no /dev/console (%d): starting without one\n", error);
		return;
	}
	for (int i = 0; i < 3; i++) {
		if (fd_install(file, 0, false) < 0)
			panic("no memory for PID 1");
		if (i < 2)
			file_get(file);
	}
}

/* What the kernel does not know is init's: NAME=VALUE its environment, other words and all behind
 * "--" its arguments. */
static void collect_words(struct init_words *words, const char *path)
{
	unsigned int argc = 1, envc = 2;
	bool all = false;

	words->argv[0] = path;
	words->envp[0] = "HOME=/";
	words->envp[1] = "TERM=linux";
	for (const char *w = cmdline_word(NULL); w; w = cmdline_word(w)) {
		if (!all && !strcmp(w, "--"))
			all = true;
		else if (!all && cmdline_is_option(w))
			continue;
		else if (!all && strchr(w, '=') && !strncmp(w, "TERM=", 5))
			words->envp[1] = w;
		else if (!all && strchr(w, '=') && envc < WORDS_MAX + 2)
			words->envp[envc++] = w;
		else if ((all || !strchr(w, '=')) && argc < WORDS_MAX + 1)
			words->argv[argc++] = w;
	}
}

__noreturn void init_start(__attribute__((unused)) void *unused)
{
	const char *path = cmdline_value("rdinit");
	struct init_words *words = kzalloc(sizeof(*words), GFP_KERNEL);
	char why[128];
	int error;

	become_process();
	open_console();
	if (!words)
		panic("no memory for PID 1");
	if (!path || !*path)
		path = "/init";
	collect_words(words, path);
	printk(LOG_INFO "Run %s as init process\n", path);
	error = exec_kernel(path, words->argv, words->envp);
	if (error) {
		(void)scnprintf(why, sizeof(why), "no init found: %s: %pe (is there an initramfs?)",
				path, err_ptr(error));
		hal_boot_fail(why);
	}
	kfree(words);
	hal_thread_enter_user();
}
