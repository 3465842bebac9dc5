// SPDX-License-Identifier: MIT
// Covers: MEM-13. Memory that runs out costs the one with the highest score its life, by
// SIGKILL, and nobody else's; oom_score_adj decides.
#include "contract.h"

static void eat(void)
{
	for (;;) {
		char *more = mmap(NULL, 8 << 20, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (more == MAP_FAILED)
			pause();
		for (size_t i = 0; i < 8 << 20; i += PAGE)
			more[i] = 1;
	}
}

CONTRACT
{
	pid_t bystander, eater;

	put_file("/proc/sys/vm/overcommit_memory", "1");
	bystander = CHILD(char *mine = MAP(NULL, 4 << 20, PROT_READ | PROT_WRITE,
					   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
			  memset(mine, 1, 4 << 20); for (;;) pause());
	eater = CHILD(put_file("/proc/self/oom_score_adj", "1000"); eat());
	CHECK_KILLED(eater, SIGKILL);
	CHECK_EQ(waitpid(bystander, NULL, WNOHANG), 0);
	// One that must not be taken is not: the bystander with the bad score goes, and the memory it held comes back.
	kill(bystander, SIGKILL);
	CHECK_KILLED(bystander, SIGKILL);
	put_file("/proc/sys/vm/overcommit_memory", "0");
	CHECK(field_of("/proc/meminfo", "MemAvailable:") > 100000);
	CHECK_TEXT(get_file("/proc/self/oom_score_adj"), "0\n");
	CHECK_EXIT(CHILD(put_file("/proc/self/oom_score_adj", "-1000");
			 CHECK_TEXT(get_file("/proc/self/oom_score_adj"), "-1000\n");
			 CHECK_TEXT(get_file("/proc/self/oom_score"), "0\n")),
		   0);
	int fd = (int)MUST(open("/proc/self/oom_score_adj", O_WRONLY));
	CHECK_ERRNO(write(fd, "1001", 4), EINVAL);
}
