// SPDX-License-Identifier: MIT
// Covers: PROC-08 SYS-04. A thread's number names its process to kill and rt_sigqueueinfo, and has a folder in /proc, which is not listed; it
// names no process to setpgid and pidfd_open.
#include "contract.h"
#include <dirent.h>
#include <pthread.h>
#include <sys/syscall.h>

static volatile pid_t number;
static volatile int caught;

static void *sleeps(void *unused)
{
	number = (pid_t)syscall(SYS_gettid);
	for (;;)
		pause();
	return unused;
}

static void on_signal(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)info;
	(void)context;
	caught++;
}

static const char *named(const char *file)
{
	static char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", number, file);
	return path;
}

CONTRACT
{
	siginfo_t info = {.si_code = SI_QUEUE};
	struct dirent *entry;
	pthread_t thread;
	struct stat folder;
	char text[64];
	int listed = 0;
	DIR *proc;

	CHECK_EQ(pthread_create(&thread, NULL, sleeps, NULL), 0);
	while (!number)
		sleep_ms(1);
	catch_signal(SIGRTMIN, on_signal, 0);
	MUST(kill(number, 0));
	MUST(kill(number, SIGRTMIN));
	MUST(syscall(SYS_rt_sigqueueinfo, number, SIGRTMIN, &info));
	while (caught < 2) // real-time signals are counted
		sleep_ms(1);
	CHECK_ERRNO(kill(number, 65), EINVAL);
	CHECK_ERRNO(kill(-number, 0), ESRCH);
	CHECK_ERRNO(setpgid(number, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_pidfd_open, number, 0), EINVAL);
	CHECK_EQ(getpgid(number), getpgid(0));

	CHECK_EQ(field_of(named("status"), "Pid:"), number);
	CHECK_EQ(field_of(named("status"), "Tgid:"), getpid());
	MUST(stat(named("task"), &folder));
	CHECK_EQ(folder.st_nlink, 4);
	snprintf(text, sizeof(text), "task/%d/comm", getpid());
	CHECK_EQ(access(named(text), F_OK), 0);
	CHECK_EQ(access(named("fd/1"), F_OK), 0);
	proc = opendir("/proc");
	while ((entry = readdir(proc)))
		listed += atoi(entry->d_name) == number;
	CHECK_EQ(listed, 0);
	closedir(proc);
}
