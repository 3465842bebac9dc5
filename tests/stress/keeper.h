// SPDX-License-Identifier: MIT
// What the programs share that watch over the kernel's accounts while others run: stress/runner.c and stress/audit.c.
//
// warm_up() first: a crowd of threads makes what the kernel makes once and keeps, such as page tables for its stacks.

#ifndef KEEPER_H
#define KEEPER_H

#define _GNU_SOURCE
#include "accounts.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#define STACK	1024 // of a thread that only waits
#define PATIENT 40   // times 100 ms, for what is on its way back

static struct accounts before, after;
static char line[4096];

static long long now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

// All but process 1 and this one; returns when none is left.
static bool kill_all(void)
{
	long long deadline = now_ms() + 10000;

	for (;;) {
		pid_t gone;

		kill(-1, SIGKILL);
		while ((gone = waitpid(-1, NULL, WNOHANG)) > 0)
			;
		if (gone < 0 && errno == ECHILD)
			return true;
		if (now_ms() > deadline)
			return false;
		usleep(10000);
	}
}

// The accounts are what they were before; otherwise line says what is not.
static bool accounts_are_back(void)
{
	for (int i = 0; i < PATIENT; i++) {
		accounts_take(&after);
		if (accounts_differ(&before, &after, line, sizeof(line)) == 0)
			return true;
		usleep(100000);
	}
	return false;
}

static int wait_for_end(void *argument)
{
	(void)argument;
	for (;;)
		pause();
}

static void crowd(void)
{
	long most = atol(accounts_read("/proc/sys/kernel/threads-max"));
	char *stack = malloc((size_t)most * STACK);
	int flags =
		CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;

	// As many as there may be.
	while (stack && most-- > 0 && clone(wait_for_end, stack += STACK, flags, NULL) >= 0)
		;
	raise(SIGKILL);
}

// Large descriptor tables, all at once.
static void crowd_of_tables(void)
{
	struct rlimit many = {16384, 16384};
	int ready = eventfd(0, 0);
	unsigned long long count;

	setsid();
	setrlimit(RLIMIT_NOFILE, &many);
	for (int i = 0; i < 32; i++)
		if (fork() == 0) {
			dup2(0, 16383);
			eventfd_write(ready, 1);
			for (;;)
				pause();
		}
	for (int i = 0; i < 32; i += (int)count)
		if (read(ready, &count, sizeof(count)) < 0)
			break;
	kill(0, SIGKILL);
}

// What the kernel, and this process, make once and keep.
static void warm_up(void)
{
	int anonymous;
	static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/ptmx"};

	anonymous = eventfd(0, 0); // anonymous files share an inode
	flock(anonymous, LOCK_EX);
	close(anonymous);
	for (unsigned i = 0; i < sizeof(devices) / sizeof(*devices); i++) {
		// What was locked once keeps the place for locks.
		int fd = open(devices[i], O_RDWR | O_NOCTTY);

		flock(fd, LOCK_EX);
		close(fd);
	}
	if (fork() == 0)
		crowd();
	while (wait(NULL) > 0)
		;
	if (fork() == 0)
		crowd_of_tables();
	while (wait(NULL) > 0)
		;
	accounts_take(&before);
	accounts_take(&after);
	memset(line, 0, sizeof(line));
	accounts_differ(&before, &after, line, sizeof(line));
}

#endif
