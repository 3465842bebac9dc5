// SPDX-License-Identifier: MIT
// Covers: MEM-12. Stack, heap, mappings and the vDSO are at other places in each run, unless the
// personality says no.
#include "contract.h"
#include <sys/auxv.h>
#include <sys/personality.h>

static char path[4096];

struct places {
	uintptr_t stack, heap, map, vdso;
};

static struct places run(int steady)
{
	char *arguments[] = {"x", NULL}, *environment[] = {"INNER=1", NULL};
	struct places places;
	int ends[2];
	pid_t child;

	MUST(pipe(ends));
	child = CHILD(dup2(ends[1], 20); if (steady) personality(ADDR_NO_RANDOMIZE);
		      execve(path, arguments, environment); _exit(9));
	if (read(ends[0], &places, sizeof(places)) != sizeof(places))
		_exit(8);
	child_wait(child);
	close(ends[0]);
	close(ends[1]);
	return places;
}

CONTRACT
{
	struct places a, b, c;

	if (getenv("INNER")) {
		a = (struct places){
			(uintptr_t)&a, (uintptr_t)syscall(SYS_brk, 0),
			(uintptr_t)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
			getauxval(AT_SYSINFO_EHDR)};
		_exit(write(20, &a, sizeof(a)) == sizeof(a) ? 0 : 1);
	}
	MUST(readlink("/proc/self/exe", path, sizeof(path) - 1));
	a = run(0);
	b = run(0);
	c = run(0);
	CHECK(a.stack != b.stack || b.stack != c.stack);
	CHECK(a.heap != b.heap || b.heap != c.heap);
	CHECK(a.map != b.map || b.map != c.map);
	CHECK(a.vdso != b.vdso || b.vdso != c.vdso);
	a = run(1);
	b = run(1);
	CHECK_EQ(a.stack, b.stack);
	CHECK_EQ(a.map, b.map);
	CHECK_EQ(a.heap, b.heap);
}
