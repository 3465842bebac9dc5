// SPDX-License-Identifier: MIT
// Covers: SYS-04. /proc/PID/stat, status and statm field by field against what the process knows
// about itself, and cmdline, environ, comm, limits, io.
#include "contract.h"

#include <sys/prctl.h>

static long long field(int number)
{
	const char *at = strrchr(get_file("/proc/self/stat"), ')') + 1;

	for (int i = 2; i < number - 1; i++)
		at = strchr(at + 1, ' ');
	return strtoll(at + 1, NULL, 10);
}

CONTRACT
{
	char text[128];
	int count = 0;
	const char *status;

	for (const char *at = get_file("/proc/self/stat"); *at; at++)
		count += *at == ' ' || *at == '\n';
	CHECK_EQ(count, 52);
	CHECK_EQ(field(4), getppid());
	CHECK_EQ(field(5), getpgrp());
	CHECK_EQ(field(6), getsid(0));
	CHECK_EQ(field(18), 20);
	CHECK_EQ(field(19), 0);
	CHECK_EQ(field(20), 1);
	MUST(setpriority(PRIO_PROCESS, 0, 5));
	CHECK_EQ(field(18), 25);
	CHECK_EQ(field(19), 5);
	CHECK(field(22) > 0);
	CHECK(field(23) > 100000);
	CHECK_EQ(field(23) / (long long)PAGE, strtoll(get_file("/proc/self/statm"), NULL, 10));
	CHECK_EQ(field(38), SIGCHLD);
	CHECK_EQ(field(41), 0);
	MUST(prctl(PR_SET_NAME, "a\nb\\c\td e"));
	CHECK_EQ(strncmp(get_file("/proc/self/status"), "Name:\ta\\nb\\\\c\td e\nUmask:", 24), 0);
	CHECK_TEXT(get_file("/proc/self/comm"), "a\nb\\c\td e\n");
	sigset_t blocked = set_of(SIGRTMIN);
	long long queued = field_of("/proc/self/status", "SigQ:\t");
	MUST(sigprocmask(SIG_BLOCK, &blocked, NULL));
	for (int i = 0; i < 3; i++)
		MUST(sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = i}));
	CHECK_EQ(field_of("/proc/self/status", "SigQ:\t"), queued + 3);
	for (int i = 0; i < 3; i++)
		MUST(sigwaitinfo(&blocked, NULL));
	CHECK_EQ(field_of("/proc/self/status", "SigQ:\t"), queued);
	MUST(prctl(PR_SET_NAME, "proc_stat_fields"));
	status = get_file("/proc/self/status");
	const char *names[] = {"Name:",
			       "Umask:",
			       "State:",
			       "Tgid:",
			       "Ngid:",
			       "Pid:",
			       "PPid:",
			       "TracerPid:",
			       "Uid:",
			       "Gid:",
			       "FDSize:",
			       "Groups:",
			       "VmPeak:",
			       "VmSize:",
			       "VmLck:",
			       "VmPin:",
			       "VmHWM:",
			       "VmRSS:",
			       "RssAnon:",
			       "RssFile:",
			       "RssShmem:",
			       "VmData:",
			       "VmStk:",
			       "VmExe:",
			       "VmLib:",
			       "VmPTE:",
			       "VmSwap:",
			       "Threads:",
			       "SigQ:",
			       "SigPnd:",
			       "ShdPnd:",
			       "SigBlk:",
			       "SigIgn:",
			       "SigCgt:",
			       "CapInh:",
			       "CapPrm:",
			       "CapEff:",
			       "CapBnd:",
			       "CapAmb:",
			       "NoNewPrivs:",
			       "Seccomp:",
			       "Cpus_allowed:",
			       "Cpus_allowed_list:",
			       "voluntary_ctxt_switches:",
			       "nonvoluntary_ctxt_switches:"};
	// All of them, in this order.
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(text, sizeof(text), i ? "\n%s\t" : "%s\t", names[i]);
		status = strstr(status, text);
		if (!status) {
			say("FAIL: /proc/self/status has no %s at its place", names[i]);
			_exit(1);
		}
	}
	CHECK(strstr(get_file("/proc/self/status"), "CapEff:\t000001ffffffffff\n") != NULL);
	// Parts and sum of one reading.
	long long rss, anonymous, file, shared;
	CHECK_EQ(sscanf(strstr(get_file("/proc/self/status"), "VmRSS:"),
			"VmRSS: %lld kB RssAnon: %lld kB RssFile: %lld kB RssShmem: %lld kB", &rss,
			&anonymous, &file, &shared),
		 4);
	CHECK_EQ(rss, anonymous + file + shared);
	put_file("/proc/self/comm", "with space");
	CHECK(strstr(get_file("/proc/self/stat"), "(with space) R") != NULL);
	CHECK(strstr(get_file("/proc/self/limits"), "Max open files            ") != NULL);
	struct rlimit limit = {123, 456};
	MUST(setrlimit(RLIMIT_NOFILE, &limit));
	CHECK(strstr(get_file("/proc/self/limits"), "Max open files            123                 "
						    " 456                  files     \n") != NULL);
	CHECK_TEXT(get_file("/proc/self/cmdline"), "/contracts/system/proc_stat_fields");
	const char *io[] = {"rchar: ",
			    "wchar: ",
			    "syscr: ",
			    "syscw: ",
			    "read_bytes: ",
			    "write_bytes: ",
			    "cancelled_write_bytes: "};
	const char *all = get_file("/proc/self/io");
	for (int i = 0; i < 7; i++)
		CHECK((all = strstr(all, io[i])) != NULL);
}
