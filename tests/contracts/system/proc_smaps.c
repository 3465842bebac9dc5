// SPDX-License-Identifier: MIT
// Covers: SYS-01. /proc/PID/smaps and smaps_rollup: what a mapping uses, dirty and clean, shared
// and private, as it changes.
#include "contract.h"

#define PAGES 64

static char *memory;

/* A field of the mapping that holds `memory`, in kB; -1: there is none. */
static long field(const char *name)
{
	FILE *file = fopen("/proc/self/smaps", "r");
	unsigned long start, end;
	char line[512], label[64];
	bool inside = false;
	long value, found = -1;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			inside = start <= (unsigned long)memory && (unsigned long)memory < end;
		else if (inside && sscanf(line, "%63[^:]: %ld kB", label, &value) == 2 &&
			 !strcmp(label, name))
			found = value;
	}
	if (file)
		fclose(file);
	return found;
}

CONTRACT
{
	long page = sysconf(_SC_PAGESIZE) / 1024, before;
	int gate[2], done[2];
	char c;
	pid_t child;

	memory = mmap(NULL, (PAGES + 2) * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(memory != MAP_FAILED);
	memory += 4096; // alone between two pages without rights, so that it merges with nothing
	MUST(mprotect(memory, PAGES * 4096, PROT_READ | PROT_WRITE));
	CHECK_EQ(field("Size"), PAGES * page);
	CHECK_EQ(field("Rss"), 0);
	memset(memory, 1, 10 * 4096);
	CHECK_EQ(field("Rss"), 10 * page);
	CHECK_EQ(field("Pss"), 10 * page);
	CHECK_EQ(field("Anonymous"), 10 * page);
	CHECK_EQ(field("Private_Dirty"), 10 * page);
	CHECK_EQ(field("Shared_Dirty"), 0);
	CHECK_EQ(field("Locked"), 0);

	MUST(pipe(gate));
	MUST(pipe(done));
	child = CHILD(memory[0] = 2; MUST(write(done[1], "x", 1)); MUST(read(gate[0], &c, 1)));
	MUST(read(done[0], &c, 1));
	// The child has a page of its own now; nine are shared by two.
	CHECK_EQ(field("Shared_Dirty"), 9 * page);
	CHECK_EQ(field("Private_Dirty"), 1 * page);
	CHECK_EQ(field("Pss"), (9 * page) / 2 + 1 * page);
	MUST(write(gate[1], "x", 1));
	CHECK_EXIT(child, 0);
	CHECK_EQ(field("Private_Dirty"), 10 * page);

	MUST(madvise(memory, 5 * 4096, MADV_DONTNEED));
	CHECK_EQ(field("Rss"), 5 * page);
	MUST(mlock(memory, PAGES * 4096));
	CHECK_EQ(field("Rss"), PAGES * page);
	CHECK_EQ(field("Locked"), PAGES * page);
	MUST(munlock(memory, PAGES * 4096));
	CHECK(strstr(get_file("/proc/self/smaps"), "\nVmFlags: rd wr ") != NULL);

	CHECK(strstr(get_file("/proc/self/smaps_rollup"), "[rollup]\nRss:") != NULL);
	CHECK_EQ(sscanf(strstr(get_file("/proc/self/smaps_rollup"), "\nRss:"), " Rss: %ld kB",
			&before),
		 1);
	CHECK(before >= PAGES * page);
}
