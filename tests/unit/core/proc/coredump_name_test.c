// SPDX-License-Identifier: MIT
// The words of core_pattern.
// sources: core/proc/coredump_name.c

#include "../../../../core/proc/coredump.h"
#include "../../test.h"

#include <core/errno.h>

static struct core_name_facts facts = {
	.process = 41,
	.thread = 42,
	.uid = 1000,
	.gid = 4294967294u,
	.signal = 11,
	.dumpable = 1,
	.cpu = 3,
	.time = 1790000000,
	.limit = UINT64_MAX,
	.host = "tern",
	.thread_name = "a thread",
	.program = "/usr/bin/prog",
};

static char name[64];

static const char *named(const char *pattern)
{
	return core_name(pattern, &facts, name, sizeof(name)) ? NULL : name;
}

TEST(words)
{
	CHECK_STR(named("core"), "core");
	CHECK_STR(named("%p %P %i %I"), "41 41 42 42");
	CHECK_STR(named("%u.%g.%s.%d.%C"), "1000.4294967294.11.1.3");
	CHECK_STR(named("/tmp/%e-%h-%t"), "/tmp/a thread-tern-1790000000");
	CHECK_STR(named("%f%%%E"), "prog%!usr!bin!prog");
	CHECK_STR(named("%c"), "18446744073709551615");
	CHECK_STR(named("%y%"), "");
}

TEST(names_stay_in_their_folder)
{
	facts.thread_name = "../../etc/x";
	CHECK_STR(named("/tmp/%e"), "/tmp/..!..!etc!x");
	facts.thread_name = "..";
	CHECK_STR(named("/tmp/%e"), "/tmp/!..");
	facts.thread_name = "";
	CHECK_STR(named("/tmp/%e"), "/tmp/!");
}

TEST(pid_is_added)
{
	facts.uses_pid = true;
	CHECK_STR(named("core"), "core.41");
	CHECK_STR(named("core%p"), "core41");
	CHECK_STR(named("core%%p"), "core%p.41");
	facts.uses_pid = false;
}

TEST(too_long)
{
	char small[8];

	CHECK_EQ(core_name("1234567", &facts, small, sizeof(small)), 0);
	CHECK_EQ(core_name("12345678", &facts, small, sizeof(small)), -ENAMETOOLONG);
	CHECK_STR(small, "1234567");
}
