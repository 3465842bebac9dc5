// SPDX-License-Identifier: MIT
// Covers: PROC-26. Who leaves a core, where, and how much of it: limits, dumpable, the file that is
// in the way, core_pattern, coredump_filter.
#include "core_helpers.h"

#define PATTERN "/proc/sys/kernel/core_pattern"

static int crash_with(void (*before)(void))
{
	return child_wait(CHILD(core_limit(RLIM_INFINITY); if (before) before(); raise(SIGQUIT)));
}

static void none_left(void)
{
	CHECK_ERRNO(access("core", F_OK), ENOENT);
}

static void signals(void)
{
	static const int dumping[] = {SIGQUIT, SIGILL,	SIGTRAP, SIGABRT, SIGBUS,
				      SIGFPE,  SIGSEGV, SIGXCPU, SIGXFSZ, SIGSYS};
	siginfo_t info;
	pid_t child;

	for (size_t i = 0; i < sizeof(dumping) / sizeof(dumping[0]); i++) {
		child = CHILD(core_limit(RLIM_INFINITY); raise(dumping[i]));
		CHECK_EQ(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
		CHECK_EQ(info.si_code, CLD_DUMPED);
		CHECK_EQ(info.si_status, dumping[i]);
		CHECK_EQ(child_wait(child), dumping[i] | CORE_FLAG);
		CHECK_EQ(unlink("core"), 0);
	}
	CHECK_EQ(child_wait(CHILD(core_limit(RLIM_INFINITY); raise(SIGTERM))), SIGTERM);
	CHECK_EQ(child_wait(CHILD(core_limit(RLIM_INFINITY); raise(SIGKILL))), SIGKILL);
	none_left();
}

static void limits(void)
{
	char *memory =
		MAP(NULL, 256 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct stat st;

	CHECK_EQ(child_wait(CHILD(core_limit(0); abort())), SIGABRT);
	CHECK_EQ(child_wait(CHILD(core_limit(PAGE - 1); abort())), SIGABRT);
	none_left();
	CHECK_EQ(child_wait(CHILD(core_limit(64 * PAGE); memset(memory, 1, 256 * PAGE); abort())),
		 SIGABRT | CORE_FLAG);
	MUST(stat("core", &st));
	// Holes do not count, and the last page of a piece is not full.
	CHECK(st.st_size > 0 && (size_t)st.st_blocks * 512 <= 68 * PAGE);
	CHECK_EQ(core_read("core").header->e_type, ET_CORE);
	MUST(unlink("core"));
}

static void undumpable(void)
{
	MUST(prctl(PR_SET_DUMPABLE, 0));
}

static void nobody(void)
{
	MUST(setuid(1234));
}

static void nobody_dumpable(void)
{
	nobody();
	MUST(prctl(PR_SET_DUMPABLE, 1));
}

static void narrow(void)
{
	umask(0777);
}

static void rights(void)
{
	struct stat st;

	CHECK_EQ(crash_with(undumpable), SIGQUIT);
	CHECK_EQ(crash_with(nobody), SIGQUIT);
	CHECK_EQ(crash_with(nobody_dumpable), SIGQUIT); // the folder is root's
	CHECK_EQ(crash_with(narrow), SIGQUIT);		// a file it could not have
	(void)unlink("core");
	MUST(mkdir("open", 0777));
	MUST(chmod("open", 0777));
	MUST(chdir("open"));
	CHECK_EQ(crash_with(nobody_dumpable), SIGQUIT | CORE_FLAG);
	MUST(stat("core", &st));
	CHECK_EQ(st.st_uid, 1234);
	CHECK_EQ(st.st_mode, S_IFREG | 0600);
	MUST(unlink("core"));
	MUST(chdir(".."));
	MUST(rmdir("open"));
}

static void in_the_way(void)
{
	struct stat st;

	put_file("core", "an older one");
	MUST(link("core", "kept"));
	CHECK_EQ(crash_with(NULL), SIGQUIT | CORE_FLAG);
	CHECK_TEXT(get_file("kept"), "an older one");
	MUST(stat("core", &st));
	CHECK_EQ(st.st_nlink, 1);
	CHECK(st.st_size > 1000);
	MUST(unlink("core"));
	MUST(symlink("kept", "core"));
	CHECK_EQ(crash_with(NULL), SIGQUIT | CORE_FLAG);
	MUST(lstat("core", &st));
	CHECK(S_ISREG(st.st_mode));
	CHECK_TEXT(get_file("kept"), "an older one");
	MUST(unlink("core"));
	MUST(mkdir("core", 0755));
	CHECK_EQ(crash_with(NULL), SIGQUIT);
	MUST(rmdir("core"));
	MUST(unlink("kept"));
}

static void expect_at(const char *pattern, const char *format)
{
	char name[512];
	pid_t child;

	put_file(PATTERN, pattern);
	child = CHILD(core_limit(RLIM_INFINITY); MUST(prctl(PR_SET_NAME, "a/b")); raise(SIGQUIT));
	CHECK_EQ(child_wait(child), SIGQUIT | CORE_FLAG);
	snprintf(name, sizeof(name), format, child);
	say("%s", name);
	CHECK_EQ(unlink(name), 0);
}

static void names(void)
{
	char folder[256], pattern[300], expected[300];

	MUST((long)(getcwd(folder, sizeof(folder)) ? 0 : -1));
	CHECK_TEXT(get_file(PATTERN), "core\n");
	expect_at("p%p", "p%d");
	expect_at("%e.%s.%u.%g.%%", "a!b.3.0.0.%%");
	expect_at("x%yz%", "xz"); // an unknown word, and a % at the end
	expect_at("i%i-%d-%c", "i%d-1-18446744073709551615");
	put_file("/proc/sys/kernel/core_uses_pid", "1");
	expect_at("core", "core.%d");
	expect_at("only.%p", "only.%d");
	put_file("/proc/sys/kernel/core_uses_pid", "0");
	MUST(mkdir("sub", 0755));
	expect_at("sub/%s", "sub/3");
	MUST(rmdir("sub"));
	snprintf(pattern, sizeof(pattern), "%s/there", folder);
	snprintf(expected, sizeof(expected), "%s/there", folder);
	MUST(strlen(pattern) < 127 ? 0 : -1);
	expect_at(pattern, expected);
	put_file(PATTERN, "missing/core");
	CHECK_EQ(crash_with(NULL), SIGQUIT);
	put_file(PATTERN, "core\n");
	CHECK_TEXT(get_file(PATTERN), "core\n");
}

static char *page;

static void filter_and_crash(const char *filter)
{
	core_limit(RLIM_INFINITY);
	put_file("/proc/self/coredump_filter", filter);
	page = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	*page = 1;
	raise(SIGQUIT);
}

static uint64_t filtered_size(const char *filter, const void *address)
{
	struct core core;
	uint64_t size;

	CHECK_EQ(child_wait(CHILD(filter_and_crash(filter))), SIGQUIT | CORE_FLAG);
	core = core_read("core");
	size = core_segment(&core, address)->p_filesz;
	MUST(munmap((void *)core.bytes, core.size));
	MUST(unlink("core"));
	return size;
}

static void filters(void)
{
	static int data = 1;

	data = 2;
	CHECK_TEXT(get_file("/proc/self/coredump_filter"), "00000033\n");
	CHECK(filtered_size("0x33", &data) >= sizeof(data));
	CHECK_EQ(filtered_size("0x30", &data), 0);
	CHECK_EQ(filtered_size("0x20", &filters), 0);
	CHECK(filtered_size("0x04", &filters) > 0);
	CHECK_EQ(child_wait(CHILD(put_file("/proc/self/coredump_filter", "0x7"); CHECK_EXIT(
					  CHILD(CHECK_TEXT(get_file("/proc/self/coredump_filter"),
							   "00000007\n")),
					  0))),
		 0);
}

CONTRACT
{
	signals();
	limits();
	rights();
	in_the_way();
	names();
	filters();
}
