// SPDX-License-Identifier: MIT
// What the contracts about 2 MiB pages share.
#ifndef THP_HELPERS_H
#define THP_HELPERS_H

#include "contract.h"

#define BIG    (2UL << 20)
#define POLICY "/sys/kernel/mm/transparent_hugepage/enabled"

static char policy_before[32];

static __attribute__((unused)) void policy_restore(void)
{
	put_file(POLICY, policy_before);
}

// Linux gives 2 MiB pages to nobody on a machine as small as the tests', unless it is told to.
static __attribute__((unused)) void policy_madvise(void)
{
	const char *word = strchr(get_file(POLICY), '[');

	if (!word || sscanf(word, "[%31[a-z]]", policy_before) != 1)
		check_truth(__FILE_NAME__, __LINE__, "a policy in brackets", false);
	put_file(POLICY, "madvise");
	atexit(policy_restore);
}

// So many aligned blocks of anonymous memory for which 2 MiB pages are asked, nothing in them yet.
// (One more than that is mapped, and stays.)
static __attribute__((unused)) char *blocks(size_t count)
{
	char *raw = MAP(NULL, (count + 1) * BIG, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *map = (char *)(((uintptr_t)raw + BIG - 1) & ~(BIG - 1));

	MUST(madvise(map, count * BIG, MADV_HUGEPAGE));
	return map;
}

// A number of the mapping that this address lies in, from /proc/self/smaps ("Rss:"); -1: there is
// no such mapping or line.
static __attribute__((unused)) long smaps_number(const void *start, const char *label)
{
	FILE *file = fopen("/proc/self/smaps", "r");
	bool found = false;
	long number = -1;
	char line[512];

	while (file && fgets(line, sizeof(line), file)) {
		unsigned long from, to;

		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			found = from <= (unsigned long)start && (unsigned long)start < to;
		else if (found && strncmp(line, label, strlen(label)) == 0)
			number = strtol(line + strlen(label), NULL, 10);
	}
	if (file)
		fclose(file);
	return number;
}

// Has the mapping around here this flag in its line VmFlags?
static __attribute__((unused)) bool smaps_flag(const void *start, const char *flag)
{
	FILE *file = fopen("/proc/self/smaps", "r");
	bool found = false, has = false;
	char line[512], word[8];

	snprintf(word, sizeof(word), " %s ", flag);
	while (file && fgets(line, sizeof(line), file)) {
		unsigned long from, to;

		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			found = from <= (unsigned long)start && (unsigned long)start < to;
		else if (found && strncmp(line, "VmFlags:", 8) == 0)
			has = strstr(line, word) != NULL;
	}
	if (file)
		fclose(file);
	return has;
}

// Every page begins and ends with what fill() put there.
static __attribute__((unused)) bool filled(const char *from, size_t pages, int seed)
{
	for (size_t i = 0; i < pages; i++)
		if (from[i * PAGE] != (char)(seed + (int)i) ||
		    from[i * PAGE + PAGE - 1] != (char)(seed + (int)i))
			return false;
	return true;
}

static __attribute__((unused)) void fill(char *to, size_t pages, int seed)
{
	for (size_t i = 0; i < pages; i++)
		memset(to + i * PAGE, seed + (int)i, PAGE);
}

static __attribute__((unused)) bool zeroed(const char *from, size_t pages)
{
	for (size_t i = 0; i < pages * PAGE; i++)
		if (from[i])
			return false;
	return true;
}

// Does writing (or reading) this byte end a child by SIGSEGV?
static __attribute__((unused)) bool faults(volatile char *at, bool write)
{
	pid_t child = (pid_t)MUST(fork());

	if (!child) {
		struct rlimit none = {0, 0};

		setrlimit(RLIMIT_CORE, &none);
		if (write)
			*at = 1;
		else
			(void)*at;
		_exit(0);
	}
	return (child_wait(child) & 0x7f) == SIGSEGV;
}

#endif
