// SPDX-License-Identifier: MIT Forks, execs, pipelines and a fork bomb under RLIMIT_NPROC; the
// kernel's accounts are equal before and after.
//
// processes [COUNT]: so many forks and execs (10000).

#include "contract.h"

struct accounts {
	long free, slab, anonymous, tables, stacks;
	int processes;
};

static long field(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? strtol(at + strlen(name), NULL, 10) : -1;
}

static struct accounts accounts(void)
{
	struct accounts now;
	const char *text;

	put_file("/proc/sys/vm/drop_caches", "3");
	text = get_file("/proc/meminfo");
	now.free = field(text, "MemFree:");
	now.slab = field(text, "Slab:");
	now.anonymous = field(text, "AnonPages:");
	now.tables = field(text, "PageTables:");
	now.stacks = field(text, "KernelStack:");
	text = strchr(get_file("/proc/loadavg"), '/');
	now.processes = atoi(text + 1);
	return now;
}

static void report(const char *when, struct accounts now)
{
	say("%-18s MemFree %ld kB, Slab %ld, AnonPages %ld, PageTables %ld, KernelStack %ld, "
	    "threads %d",
	    when, now.free, now.slab, now.anonymous, now.tables, now.stacks, now.processes);
}

static void fork_exec(int count)
{
	char *arguments[] = {"true", NULL}, *none[] = {NULL};

	for (int i = 0; i < count; i++) {
		pid_t child = vfork();

		if (child == 0) {
			execve("/bin/true", arguments, none);
			_exit(99);
		}
		if (child < 0 || child_wait(child) != 0)
			check_value(__FILE_NAME__, __LINE__, "exec", i, -1);
		if (i % 4 == 0)
			child_wait(CHILD(_exit(0)));
	}
}

static void bomb(void)
{
	struct rlimit limit = {50, 50};
	pid_t child = CHILD(MUST(setuid(6000)); MUST(setrlimit(RLIMIT_NPROC, &limit)); alarm(3);
			    for (int i = 0; i < 2000; i++) fork(); kill(-1, SIGKILL));

	child_wait(child);
	// What is left of it belongs to that user.
	child = CHILD(MUST(setuid(6000)); kill(-1, SIGKILL));
	child_wait(child);
	while (waitpid(-1, NULL, 0) > 0)
		;
}

static void pipelines(int count)
{
	char script[128];

	snprintf(script, sizeof(script),
		 "i=0; while [ $i -lt %d ]; do echo $i | cat | grep -q . || exit 1; i=$((i+1)); "
		 "done",
		 count);
	int status = child_wait(CHILD(execl("/bin/sh", "sh", "-c", script, (char *)NULL)));

	if (status)
		check_value(__FILE_NAME__, __LINE__, "pipelines", status, 0);
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 10000;
	struct accounts before, after = {0};
	bool equal = false;

	fork_exec(50);
	pipelines(3);
	bomb();
	before = accounts();
	report("before", before);
	fork_exec(count);
	report("forks and execs", accounts());
	pipelines(count / 50 + 1);
	report("pipelines", accounts());
	bomb();
	for (int i = 0; i < 50 && !equal; i++) {
		after = accounts();
		equal = memcmp(&before, &after, sizeof(after)) == 0;
		sleep_ms(20);
	}
	report("after", after);
	if (before.processes != after.processes || after.anonymous > before.anonymous ||
	    before.free - after.free > 64 || after.slab - before.slab > 64) {
		say("FAIL expected the accounts to be as before");
		return 1;
	}
	say(equal ? "ok" : "ok (small differences)");
	return 0;
}
