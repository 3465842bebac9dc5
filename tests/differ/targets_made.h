// SPDX-License-Identifier: MIT
// The kinds of processes and threads that calls are about, and how one of each is made.

#ifndef TARGETS_MADE_H
#define TARGETS_MADE_H

#include "differ.h"

#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>

struct target {
	const char *name;
	pid_t (*make)(void); // its number
	bool shared;	     // by all seeds
};

static void target_await(pid_t pid, const char *states)
{
	for (int i = 0; i < 2000 && !strchr(states, state_of(pid)); i++)
		usleep(1000);
	usleep(2000);
}

// A child that does this and then sleeps; we go on when it sleeps.
static pid_t sleeper(void (*prepare)(void))
{
	pid_t child = fork();

	if (child == 0) {
		signal(SIGURG, SIG_IGN);
		if (prepare)
			prepare();
		for (;;)
			pause();
	}
	target_await(child, "S");
	return child;
}

static pid_t the_caller(void)
{
	return getpid();
}

static pid_t its_parent(void)
{
	return getppid();
}

static pid_t the_first(void)
{
	return 1;
}

static pid_t nobody(void)
{
	return 0;
}

static pid_t no_number(void)
{
	return -12345678;
}

static pid_t too_large(void)
{
	return 0x7fffffff;
}

static pid_t a_sleeper(void)
{
	return sleeper(NULL);
}

static pid_t a_stopped(void)
{
	pid_t child = sleeper(NULL);

	kill(child, SIGSTOP);
	target_await(child, "T");
	return child;
}

static pid_t a_zombie(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(3);
	target_await(child, "Z");
	return child;
}

static pid_t a_killed(void)
{
	pid_t child = sleeper(NULL);

	kill(child, SIGTERM);
	target_await(child, "Z");
	return child;
}

static pid_t a_gone(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
	return child;
}

static void lead_session(void)
{
	setsid();
}

static void lead_group(void)
{
	setpgid(0, 0);
}

static void be_other(void)
{
	setgroups(0, NULL);
	(void)!setresgid(2000, 2000, 2000);
	(void)!setresuid(2000, 2000, 2000);
	prctl(PR_SET_DUMPABLE, 1);
}

static void be_user(void)
{
	setgroups(0, NULL);
	(void)!setresgid(1000, 1000, 1000);
	(void)!setresuid(1000, 1000, 1000);
	prctl(PR_SET_DUMPABLE, 1);
}

static void be_user_secret(void)
{
	be_user();
	prctl(PR_SET_DUMPABLE, 0);
}

// The real user is another.
static void be_half(void)
{
	(void)!setresuid(1000, 2000, 1000);
	prctl(PR_SET_DUMPABLE, 1);
}

static void be_secret(void)
{
	prctl(PR_SET_DUMPABLE, 0);
}

static void execute(void)
{
	execl("/bin/busybox", "busybox", "sleep", "100", NULL);
}

static pid_t a_leader_of_session(void)
{
	return sleeper(lead_session);
}

static pid_t a_leader_of_group(void)
{
	return sleeper(lead_group);
}

static pid_t another_users(void)
{
	return sleeper(be_other);
}

static pid_t a_users(void)
{
	return sleeper(be_user);
}

static pid_t a_users_secret(void)
{
	return sleeper(be_user_secret);
}

static pid_t a_half(void)
{
	return sleeper(be_half);
}

static pid_t a_secret(void)
{
	return sleeper(be_secret);
}

static pid_t a_program(void)
{
	return sleeper(execute);
}

// Threads: ours, a child's second one, one whose first thread has ended.
static pid_t target_thread_id;

static void *thread_sleeps(void *ends)
{
	(void)ends;
	__atomic_store_n(&target_thread_id, (pid_t)syscall(SYS_gettid), __ATOMIC_SEQ_CST);
	for (;;)
		pause();
	return NULL;
}

static pid_t start_thread(void)
{
	pthread_t thread;

	target_thread_id = 0;
	pthread_create(&thread, NULL, thread_sleeps, NULL);
	while (!__atomic_load_n(&target_thread_id, __ATOMIC_SEQ_CST))
		usleep(1000);
	usleep(2000);
	return target_thread_id;
}

static int target_pipe[2];

static void tell_thread(void)
{
	pid_t thread = start_thread();

	(void)!write(target_pipe[1], &thread, sizeof(thread));
}

static void end_leader(void)
{
	(void)start_thread();
	syscall(SYS_exit, 0);
}

static pid_t a_childs_thread(void)
{
	pid_t thread = 0;

	(void)!pipe(target_pipe);
	sleeper(tell_thread);
	(void)!read(target_pipe[0], &thread, sizeof(thread));
	close(target_pipe[0]);
	close(target_pipe[1]);
	return thread;
}

static pid_t a_headless(void)
{
	pid_t child = fork();

	if (child == 0) {
		end_leader();
		_exit(9);
	}
	target_await(child, "Z");
	return child;
}

static const struct target targets[] = {
	{"caller", the_caller},
	{"parent", its_parent, true},
	{"init", the_first, true},
	{"0", nobody},
	{"negative", no_number},
	{"too large", too_large},
	{"sleeper", a_sleeper},
	{"sleeper", a_sleeper},
	{"stopped", a_stopped},
	{"zombie", a_zombie},
	{"zombie", a_zombie},
	{"killed", a_killed},
	{"gone", a_gone},
	{"leader of a session", a_leader_of_session},
	{"leader of a group", a_leader_of_group},
	{"another user's", another_users},
	{"a user's", a_users},
	{"a user's, secret", a_users_secret},
	{"half a user's", a_half},
	{"secret", a_secret},
	{"program", a_program},
	{"our thread", start_thread},
	{"a child's thread", a_childs_thread},
	{"headless", a_headless},
};

#endif
