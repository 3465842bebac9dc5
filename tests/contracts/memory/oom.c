// SPDX-License-Identifier: MIT
// Covers: MEM-13. Memory that runs out costs the one with the highest score its life, by
// SIGKILL, and nobody else's; oom_score_adj decides, which a user lowers to where root has set it.
#include "contract.h"

#include <sys/prctl.h>

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

static void put(const char *value)
{
	put_file("/proc/self/oom_score_adj", value);
}

static void adj_is(const char *score, const char *older)
{
	CHECK_TEXT(get_file("/proc/self/oom_score_adj"), score);
	CHECK_TEXT(get_file("/proc/self/oom_adj"), older);
}

static void is_refused(const char *file, const char *value, int error)
{
	int fd = (int)MUST(open(file, O_WRONLY));

	CHECK_ERRNO(write(fd, value, strlen(value)), error);
	close(fd);
}

static void forms(void)
{
	put(" 0x10 \n");
	adj_is("16\n", "0\n");
	put("\t-010");
	adj_is("-8\n", "0\n");
	put("+7");
	adj_is("7\n", "0\n");
	is_refused("/proc/self/oom_score_adj", "5x", EINVAL);
	is_refused("/proc/self/oom_score_adj", "-", EINVAL);
	is_refused("/proc/self/oom_score_adj", "-1001", EINVAL);
	is_refused("/proc/self/oom_score_adj", "99999999999", ERANGE);
	put_file("/proc/self/oom_adj", "15");
	adj_is("1000\n", "15\n");
	put_file("/proc/self/oom_adj", " -16\n");
	adj_is("-941\n", "-15\n");
	put_file("/proc/self/oom_adj", "-17");
	adj_is("-1000\n", "-17\n");
	is_refused("/proc/self/oom_adj", "16", EINVAL);
	is_refused("/proc/self/oom_adj", "-18", EINVAL);
}

// Down to the 100 that root has set, in children too; oom_adj only goes up.
static void user_lowers(void)
{
	put("500");
	put("100");
	adj_is("100\n", "1\n");
	is_refused("/proc/self/oom_score_adj", "99", EACCES);
	put_file("/proc/self/oom_adj", "15");
	is_refused("/proc/self/oom_adj", "14", EACCES);
}

static void as_user(void)
{
	put("100");
	MUST(setresgid(1000, 1000, 1000));
	MUST(setresuid(1000, 1000, 1000));
	MUST(prctl(PR_SET_DUMPABLE, 1));
	user_lowers();
	CHECK_EXIT(CHILD(user_lowers()), 0);
}

CONTRACT
{
	pid_t bystander, eater;

	CHECK_EXIT(CHILD(forms()), 0);
	CHECK_EXIT(CHILD(as_user()), 0);
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
