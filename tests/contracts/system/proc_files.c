// SPDX-License-Identifier: MIT
// Covers: SYS-01. The files of /proc that ps, top, free and C libraries read: their fields are
// there and true.
#include "contract.h"

CONTRACT
{
	int pid, parent, group, session;
	char state, name[64], text[256];
	long total, free_, available;
	const char *at;

	CHECK_EQ(sscanf(get_file("/proc/self/stat"), "%d (%63[^)]) %c %d %d %d", &pid, name, &state,
			&parent, &group, &session),
		 6);
	CHECK_EQ(pid, getpid());
	CHECK_EQ(parent, getppid());
	CHECK_EQ(group, getpgrp());
	CHECK_EQ(session, getsid(0));
	CHECK_EQ(state, 'R');
	CHECK_TEXT(name, "proc_files");
	at = get_file("/proc/self/stat");
	for (int i = 0; at && i < 51; i++)
		at = strchr(at + 1, ' ');
	CHECK(at != NULL);
	CHECK(strstr(get_file("/proc/self/status"), "Uid:\t0\t0\t0\t0\n") != NULL);
	CHECK(strstr(get_file("/proc/self/status"), "VmRSS:") != NULL);
	CHECK(strstr(get_file("/proc/self/status"), "SigCgt:\t") != NULL);
	snprintf(text, sizeof(text), "\nPid:\t%d\nPPid:\t%d\n", getpid(), getppid());
	CHECK(strstr(get_file("/proc/self/status"), text) != NULL);
	at = get_file("/proc/meminfo");
	CHECK_EQ(sscanf(at, "MemTotal: %ld kB MemFree: %ld kB MemAvailable: %ld kB", &total, &free_,
			&available),
		 3);
	CHECK(total > 100000 && free_ > 0 && free_ < total && available > 0 && available < total);
	CHECK(strstr(at, "Buffers:") && strstr(at, "Cached:") && strstr(at, "SwapTotal:") &&
	      strstr(at, "Slab:"));
	at = get_file("/proc/stat");
	CHECK_EQ(strncmp(at, "cpu  ", 5), 0);
	CHECK(strstr(at, "\ncpu0 ") && strstr(at, "\nctxt ") && strstr(at, "\nbtime ") &&
	      strstr(at, "\nprocesses "));
	double up, idle;
	CHECK_EQ(sscanf(get_file("/proc/uptime"), "%lf %lf", &up, &idle), 2);
	CHECK(up > 0 && idle >= 0);
	CHECK_EQ(sscanf(get_file("/proc/loadavg"), "%*f %*f %*f %d/%d %d", &pid, &parent, &group),
		 3);
	CHECK(pid >= 1 && parent >= pid && group >= 2);
	CHECK(strstr(get_file("/proc/mounts"), " /proc proc ") != NULL);
	CHECK(strstr(get_file("/proc/filesystems"), "nodev\ttmpfs\n") != NULL);
	CHECK_EQ(strncmp(get_file("/proc/version"), "Linux version 6.12.", 19), 0);
	CHECK_EQ(strncmp(get_file("/proc/cpuinfo"), "processor\t: 0\n", 14), 0);
	CHECK(strlen(get_file("/proc/cmdline")) > 0);
	CHECK_EQ(strlen(get_file("/proc/self/cmdline")) > 0, 1);
	CHECK_EQ(strtol(get_file("/proc/sys/kernel/pid_max"), NULL, 10) >= 32768, 1);
	CHECK_EQ(strlen(get_file("/proc/sys/kernel/random/boot_id")), 37);
	memset(text, 0, sizeof(text));
	MUST(readlink("/proc/self", text, sizeof(text) - 1));
	CHECK_EQ(atoi(text), getpid());
	memset(text, 0, sizeof(text));
	MUST(readlink("/proc/self/cwd", text, sizeof(text) - 1));
	char folder[256];
	MUST(syscall(SYS_getcwd, folder, sizeof(folder)));
	CHECK_TEXT(text, folder);
	memset(text, 0, sizeof(text));
	MUST(readlink("/proc/self/fd/0", text, sizeof(text) - 1));
	CHECK_TEXT(text, "/dev/null");
	int fd = (int)MUST(open("/proc/self/maps", O_WRONLY));
	CHECK_ERRNO(write(fd, "x", 1), EINVAL);
	fd = (int)MUST(open("/proc/self/stat", O_WRONLY));
	CHECK_ERRNO(write(fd, "x", 1), EINVAL);
	fd = (int)MUST(open("/proc/uptime", O_WRONLY));
	CHECK_ERRNO(write(fd, "x", 1), EIO);
	CHECK_ERRNO(open("/proc/99999999/stat", O_RDONLY), ENOENT);
	CHECK_ERRNO(open("/proc/none", O_RDONLY), ENOENT);
	CHECK_ERRNO(open("/proc/new", O_CREAT | O_WRONLY, 0600), ENOENT);
	pid_t child = CHILD(_exit(0));
	while (state_of(child) != 'Z')
		sleep_ms(1);
	snprintf(text, sizeof(text), "/proc/%d/cmdline", child);
	CHECK_TEXT(get_file(text), "");
	snprintf(text, sizeof(text), "/proc/%d/stat", child);
	fd = (int)MUST(open(text, O_RDONLY));
	CHECK_EXIT(child, 0);
	CHECK_ERRNO(read(fd, text, 10), ESRCH);
}
