// SPDX-License-Identifier: MIT
// Covers: TIME-05 TIME-07. Scheduling classes, priorities, affinity, getcpu, and their errors.
#include "contract.h"
#include <sys/sysinfo.h>
#include <sys/utsname.h>

CONTRACT
{
	struct sched_param param = {0};
	struct utsname name;
	struct sysinfo info;
	cpu_set_t all, one;
	unsigned cpu = 99, node = 99;
	struct timespec slice;

	CHECK_EQ(syscall(SYS_sched_getscheduler, 0), SCHED_OTHER);
	CHECK_EQ(sched_get_priority_max(SCHED_FIFO), 99);
	CHECK_EQ(sched_get_priority_min(SCHED_RR), 1);
	CHECK_EQ(sched_get_priority_max(SCHED_OTHER), 0);
	CHECK_ERRNO(sched_get_priority_max(77), EINVAL);
	param.sched_priority = 5;
	CHECK_ERRNO(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &param), EINVAL);
	CHECK_EQ(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &param), 0);
	CHECK_EQ(syscall(SYS_sched_getscheduler, 0), SCHED_FIFO);
	param.sched_priority = 0;
	MUST(syscall(SYS_sched_getparam, 0, &param));
	CHECK_EQ(param.sched_priority, 5);
	CHECK_EXIT(CHILD(CHECK_EQ(syscall(SYS_sched_getscheduler, 0), SCHED_FIFO)), 0);
	param.sched_priority = 100;
	CHECK_ERRNO(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &param), EINVAL);
	param.sched_priority = 0;
	CHECK_EQ(syscall(SYS_sched_setscheduler, 0, SCHED_BATCH, &param), 0);
	MUST(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &param));
	CHECK_EXIT(CHILD(MUST(setuid(1000)); param.sched_priority = 1; CHECK_ERRNO(
				 syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &param), EPERM)),
		   0);
	CHECK_ERRNO(syscall(SYS_sched_getscheduler, 99999999), ESRCH);
	CHECK_EQ(sched_rr_get_interval(0, &slice), 0);

	MUST(sched_getaffinity(0, sizeof(all), &all));
	CHECK_EQ(CPU_COUNT(&all), sysconf(_SC_NPROCESSORS_ONLN));
	for (int i = 0; i < CPU_COUNT(&all); i++) {
		CPU_ZERO(&one);
		CPU_SET(i, &one);
		CHECK_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
		MUST(syscall(SYS_getcpu, &cpu, &node, NULL));
		CHECK_EQ(cpu, i);
		CHECK_EQ(sched_getcpu(), i);
	}
	CHECK_EQ(node, 0);
	CPU_ZERO(&one);
	CHECK_ERRNO(sched_setaffinity(0, sizeof(one), &one), EINVAL);
	MUST(sched_setaffinity(0, sizeof(all), &all));
	MUST(uname(&name));
	CHECK_TEXT(name.sysname, "Linux");
	CHECK_EQ(strncmp(name.release, "6.12.", 5), 0);
#if defined(__x86_64__)
	CHECK_TEXT(name.machine, "x86_64");
#elif defined(__aarch64__)
	CHECK_TEXT(name.machine, "aarch64");
#else
	CHECK_TEXT(name.machine, "riscv64");
#endif
	MUST(sysinfo(&info));
	CHECK(info.totalram * info.mem_unit > 100UL << 20 && info.freeram < info.totalram);
	CHECK_EQ(info.mem_unit, 1);
	CHECK(info.procs >= 2);
	CHECK(info.uptime <= now_ns(CLOCK_BOOTTIME) / 1000000000 + 1);
}
