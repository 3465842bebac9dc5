// SPDX-License-Identifier: MIT
// Covers: SYS-01 SYS-06. Formats that programs parse: /proc/stat, meminfo, uptime, loadavg,
// cpuinfo, mountinfo, filesystems, vmstat, interrupts, version, sysctl files.
#include "contract.h"
#include <sys/sysinfo.h>

CONTRACT
{
	struct sysinfo info;
	unsigned long long v[10], sum = 0;
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	char text[64];
	const char *at;

	CHECK_EQ(sscanf(get_file("/proc/stat"),
			"cpu  %llu %llu %llu %llu %llu %llu %llu %llu %llu %llu\ncpu0 ", v, v + 1,
			v + 2, v + 3, v + 4, v + 5, v + 6, v + 7, v + 8, v + 9),
		 10);
	for (int i = 0; i < 8; i++)
		sum += v[i];
	CHECK(sum > 0);
	snprintf(text, sizeof(text), "\ncpu%ld ", processors - 1);
	CHECK(strstr(get_file("/proc/stat"), text) != NULL);
	snprintf(text, sizeof(text), "\ncpu%ld ", processors);
	CHECK(strstr(get_file("/proc/stat"), text) == NULL);
	long long boot = field_of("/proc/stat", "btime ");
	CHECK(boot > 1600000000 && boot <= time(NULL));
	CHECK(field_of("/proc/stat", "processes ") > getpid() / 2);
	CHECK(field_of("/proc/stat", "procs_running ") >= 1);
	CHECK(field_of("/proc/stat", "ctxt ") > 0);
	CHECK(strstr(get_file("/proc/stat"), "\nintr ") &&
	      strstr(get_file("/proc/stat"), "\nsoftirq "));
	MUST(sysinfo(&info));
	CHECK_EQ(field_of("/proc/meminfo", "MemTotal:"), info.totalram * info.mem_unit / 1024);
	CHECK(strncmp(get_file("/proc/meminfo"), "MemTotal:       ", 16) == 0);
	long long total = field_of("/proc/meminfo", "MemTotal:");
	CHECK(field_of("/proc/meminfo", "MemFree:") + field_of("/proc/meminfo", "Cached:") +
		      field_of("/proc/meminfo", "Slab:") <=
	      total);
	double up, idle;
	CHECK_EQ(sscanf(get_file("/proc/uptime"), "%lf %lf\n", &up, &idle), 2);
	CHECK(up + 1 >= (double)info.uptime && idle <= up * (double)processors + 1);
	int running, all, last;
	double a, b, c;
	CHECK_EQ(sscanf(get_file("/proc/loadavg"), "%lf %lf %lf %d/%d %d\n", &a, &b, &c, &running,
			&all, &last),
		 6);
	CHECK(running >= 1 && all >= running && last >= getpid());
	CHECK(a >= 0 && b >= 0 && c >= 0);
	int entries = 0;
	at = get_file("/proc/cpuinfo");
	while ((at = strstr(at, "processor\t: "))) {
		CHECK_EQ(atoi(at + 12), entries);
		entries++;
		at++;
	}
	CHECK_EQ(entries, processors);
	int id, parent, major, minor, used = 0;
	CHECK_EQ(sscanf(get_file("/proc/self/mountinfo"), "%d %d %d:%d / / %n", &id, &parent,
			&major, &minor, &used),
		 4);
	CHECK(used > 0);
	CHECK(strstr(get_file("/proc/self/mountinfo"), " - proc ") != NULL);
	CHECK(strstr(get_file("/proc/filesystems"), "nodev\tproc\n") != NULL);
	CHECK(field_of("/proc/vmstat", "nr_free_pages ") > 0);
	// Faults are counted, and stay when who made them has ended.
	long long faults = field_of("/proc/vmstat", "pgfault ");
	CHECK(faults > 0);
	CHECK_EXIT(CHILD(char *m = MAP(NULL, 64 * PAGE, PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
			 madvise(m, 64 * PAGE, MADV_NOHUGEPAGE);
			 for (size_t i = 0; i < 64; i++) m[i * PAGE] = 1),
		   0);
	CHECK(field_of("/proc/vmstat", "pgfault ") >= faults + 64);
	CHECK(field_of("/proc/vmstat", "pgmajfault ") >= 0);
	CHECK(strstr(get_file("/proc/interrupts"), "CPU0") != NULL);
	CHECK(strncmp(get_file("/proc/version"), "Linux version ", 14) == 0);
	CHECK_TEXT(get_file("/proc/sys/kernel/ostype"), "Linux\n");
	CHECK(strtol(get_file("/proc/sys/kernel/threads-max"), NULL, 10) > 100);
	CHECK(strlen(get_file("/proc/sys/kernel/random/uuid")) == 37);
	CHECK_EQ(strtol(get_file("/proc/sys/fs/nr_open"), NULL, 10), 1048576);
	CHECK_EQ(strtol(get_file("/proc/sys/vm/max_map_count"), NULL, 10) >= 65530, 1);
	int fd = (int)MUST(open("/proc/sys/kernel/hostname", O_RDWR));
	char old[65] = {0};
	MUST(read(fd, old, 64));
	CHECK_EXIT(CHILD(put_file("/proc/sys/kernel/hostname", "contract");
			 MUST(gethostname(text, sizeof(text))); CHECK_TEXT(text, "contract")),
		   0);
	put_file("/proc/sys/kernel/hostname", old);
	close(fd);
}
