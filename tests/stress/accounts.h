// SPDX-License-Identifier: MIT
// The kernel's accounts: what it says it holds, once its caches have been drained.
//
// Two snapshots that are not equal are a leak. Slabs may be used in part, so frames of slabs count as free ones: what they hold is
// compared object by object.

#ifndef ACCOUNTS_H
#define ACCOUNTS_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ACCOUNTS_MAX 96

struct account {
	char name[40];
	long value;
};

struct accounts {
	int count;
	struct account account[ACCOUNTS_MAX];
};

static char accounts_text[65536];

// Opened once and never closed: a file that is closed while accounts are taken would be one of them for a moment.
static int accounts_open(const char *path)
{
	static struct {
		const char *path;
		int fd;
	} files[8];
	int i;

	for (i = 0; i < 7 && files[i].path && files[i].path != path; i++)
		;
	if (!files[i].path) {
		files[i].path = path;
		files[i].fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	return files[i].fd;
}

static const char *accounts_read(const char *path)
{
	size_t length = 0;
	ssize_t n;
	int fd = accounts_open(path);

	while (length < sizeof(accounts_text) - 1 &&
	       (n = pread(fd, accounts_text + length, sizeof(accounts_text) - 1 - length,
			  (off_t)length)) > 0)
		length += (size_t)n;
	accounts_text[length] = 0;
	return accounts_text;
}

static void accounts_add(struct accounts *all, const char *prefix, const char *name, long value)
{
	struct account *account = &all->account[all->count];

	if (all->count == ACCOUNTS_MAX) {
		printf("FAIL more than %d accounts\n", ACCOUNTS_MAX);
		exit(1);
	}
	all->count++;
	snprintf(account->name, sizeof(account->name), "%s%s", prefix, name);
	account->value = value;
}

static long accounts_field(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? strtol(at + strlen(name), NULL, 10) : -1;
}

static void accounts_slabs(struct accounts *all)
{
	char *line, *rest = (char *)(size_t)accounts_read("/proc/slabinfo");

	while ((line = strsep(&rest, "\n"))) {
		char name[32];
		long active;

		if (line[0] != '#' && sscanf(line, "%31s %ld", name, &active) == 2)
			accounts_add(all, "objects of ", name, active);
	}
}

static int accounts_lines(const char *text)
{
	int count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

static void accounts_take(struct accounts *all)
{
	static int fd = -1;
	static const char *const fields[] = {
		"AnonPages:", "Cached:", "KernelStack:", "PageTables:", "Committed_AS:"};
	const char *text;

	all->count = 0;
	if (fd < 0)
		fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || pwrite(fd, "3", 1, 0) != 1) {
		printf("FAIL drop_caches\n");
		exit(1);
	}
	text = accounts_read("/proc/meminfo");
	accounts_add(all, "", "MemFree + Slab",
		     accounts_field(text, "MemFree:") + accounts_field(text, "Slab:"));
	for (unsigned i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		accounts_add(all, "", fields[i], accounts_field(text, fields[i]));
	text = strchr(accounts_read("/proc/loadavg"), '/');
	accounts_add(all, "", "threads", text ? atol(text + 1) : -1);
	accounts_add(all, "", "open files", atol(accounts_read("/proc/sys/fs/file-nr")));
	accounts_add(all, "", "inodes", atol(accounts_read("/proc/sys/fs/inode-nr")));
	accounts_add(all, "", "dentries", atol(accounts_read("/proc/sys/fs/dentry-state")));
	accounts_add(all, "", "mounts", accounts_lines(accounts_read("/proc/self/mountinfo")));
	accounts_slabs(all);
}

// Every account that differs, in one line; the number of them.
static int accounts_differ(const struct accounts *before, const struct accounts *after, char *line,
			   size_t size)
{
	size_t at = 0;
	int differ = 0;

	line[0] = 0;
	for (int i = 0; i < after->count; i++) {
		const struct account *now = &after->account[i];
		long was = 0;

		for (int j = 0; j < before->count; j++)
			if (strcmp(before->account[j].name, now->name) == 0)
				was = before->account[j].value;
		if (was == now->value)
			continue;
		if (at < size)
			at += (size_t)snprintf(line + at, size - at, "%s%s %ld -> %ld",
					       differ ? ", " : "", now->name, was, now->value);
		differ++;
	}
	return differ;
}

#endif
