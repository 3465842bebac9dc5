// SPDX-License-Identifier: MIT
// Of the area of mounts: /proc/self/mountinfo without its numbers. The mounts come as a tree, what is on one mount by name, so that
// the order in which a kernel made copies plays no part; peer groups and file systems are numbered as they appear.

#ifndef MOUNTS_TABLE_H
#define MOUNTS_TABLE_H

#include "differ.h"

#define TABLE_PROC  900 // /proc, which the seed's root does not have
#define TABLE_LINES 3000
#define TABLE_SHOWN 2500

struct table_line {
	int id, parent, depth;
	char *device, *root, *point, *options, *groups, *type, *super;
};

static char table_file[1 << 20], table_now[1 << 18], table_before[1 << 18];
static struct table_line table_lines[TABLE_LINES];
static int table_length;

static void table_open(void)
{
	dup2(open("/proc", O_RDONLY | O_DIRECTORY), TABLE_PROC);
	for (int fd = 3; fd < 20; fd++)
		close(fd);
}

static int by_place(const void *a, const void *b)
{
	const struct table_line *one = a, *two = b;

	return one->parent != two->parent ? one->parent - two->parent
					  : strcmp(one->point, two->point);
}

// One line: "36 35 98:0 /root /point rw,nosuid shared:1 master:2 - type source super". NULL: that was all.
static char *parse_line(char *line, struct table_line *to)
{
	char *next = strchr(line, '\n'), *rest, *save;

	if (!next)
		return NULL;
	*next = 0;
	rest = strstr(line, " - ");
	if (!rest)
		return NULL;
	*rest = 0;
	to->id = atoi(strtok_r(line, " ", &save));
	to->parent = atoi(strtok_r(NULL, " ", &save));
	to->device = strtok_r(NULL, " ", &save);
	to->root = strtok_r(NULL, " ", &save);
	to->point = strtok_r(NULL, " ", &save);
	to->options = strtok_r(NULL, " ", &save);
	to->groups = save ?: "";
	rest += 3;
	to->type = rest;
	rest += strcspn(rest, " ");
	*rest++ = 0;
	to->super = strrchr(rest, ' ') + 1;
	to->super[-1] = 0;
	return next + 1;
}

static int read_table(void)
{
	int fd = openat(TABLE_PROC, "self/mountinfo", O_RDONLY);
	size_t n = 0;
	ssize_t got;
	char *line = table_file;

	while ((got = read(fd, table_file + n, sizeof(table_file) - 1 - n)) > 0)
		n += (size_t)got;
	table_file[n] = 0;
	close(fd);
	table_length = 0;
	while (table_length < TABLE_LINES &&
	       (line = parse_line(line, &table_lines[table_length])) != NULL)
		table_length++;
	qsort(table_lines, (size_t)table_length, sizeof(*table_lines), by_place);
	return table_length;
}

static int table_count(void)
{
	return read_table();
}

// The number that this word gets by its first appearance.
static int numbered(const char *word, size_t length, const char **seen, int *count)
{
	for (int i = 0; i < *count; i++)
		if (!strncmp(seen[i], word, length) && (!seen[i][length] || seen[i][length] == ' '))
			return i + 1;
	if (*count < 250)
		seen[(*count)++] = word;
	return *count;
}

static size_t table_put(size_t at, const char *format, ...) __attribute__((format(printf, 2, 3)));
static size_t table_put(size_t at, const char *format, ...)
{
	va_list arguments;
	int n;

	if (at >= sizeof(table_now) - 300)
		return at;
	va_start(arguments, format);
	n = vsnprintf(table_now + at, sizeof(table_now) - at, format, arguments);
	va_end(arguments);
	return at + (size_t)n;
}

static const char *seen_groups[256], *seen_devices[256];
static int group_count, device_count;

static size_t put_groups(size_t at, const char *groups)
{
	for (const char *word = groups; *word; word += strspn(word, " ")) {
		size_t length = strcspn(word, " ");
		const char *colon = memchr(word, ':', length);

		if (colon)
			at = table_put(at, " %c%d", *word,
				       numbered(colon + 1, length - (size_t)(colon + 1 - word),
						seen_groups, &group_count));
		else
			at = table_put(at, " %.*s", (int)length, word);
		word += length;
	}
	return at;
}

// Of a file system's options those that every one has.
static size_t put_super(size_t at, const char *options)
{
	for (const char *word = options; *word; word += strspn(word, ",")) {
		size_t length = strcspn(word, ",");

		if (!memchr(word, '=', length) && strncmp(word, "inode64", 7))
			at = table_put(at, ",%.*s", (int)length, word);
		word += length;
	}
	return at;
}

static size_t put_tree(size_t at, int parent)
{
	for (int i = 0; i < table_length; i++) {
		const struct table_line *line = &table_lines[i];

		if (line->parent != parent || line->depth)
			continue;
		table_lines[i].depth = 1; // shown
		at = table_put(
			at, " [%s %s %s %d %s", line->point, line->root, line->options,
			numbered(line->device, strlen(line->device), seen_devices, &device_count),
			line->type);
		at = put_super(at, line->super);
		at = put_groups(at, line->groups);
		at = put_tree(at, line->id);
		at = table_put(at, "]");
	}
	return at;
}

static bool has_line(int id)
{
	for (int i = 0; i < table_length; i++)
		if (table_lines[i].id == id)
			return true;
	return false;
}

// What is in the table, as one line; only its length and a sum when it is long.
static const char *table_text(void)
{
	static char summary[64];
	size_t at = 0;
	unsigned int sum = 0;

	read_table();
	group_count = device_count = 0;
	table_now[0] = 0;
	for (int i = 0; i < table_length; i++)
		table_lines[i].depth = 0;
	for (int i = 0; i < table_length; i++) {
		const struct table_line *line = &table_lines[i];

		if (!line->depth && (line->parent == line->id || !has_line(line->parent)))
			at = put_tree(at, line->parent);
	}
	if (at < TABLE_SHOWN)
		return table_now;
	for (size_t i = 0; i < at; i++)
		sum = sum * 31 + (unsigned char)table_now[i];
	snprintf(summary, sizeof(summary), " %d mounts, sum %08x", table_length, sum);
	return summary;
}

static bool table_changed(void)
{
	const char *said = table_text();
	bool changed = strcmp(said, table_before);

	strcpy(table_before, said);
	return changed;
}

// After each call: what it made of the mounts.
static void note_table(void)
{
	if (table_changed())
		note("%s", table_before);
}

static bool table_is_root(const char *name)
{
	struct statx root, stx;

	return syscall(SYS_statx, AT_FDCWD, "/", 0, 0x1000, &root) == 0 &&
	       syscall(SYS_statx, AT_FDCWD, name, 0, 0x1000, &stx) == 0 &&
	       root.stx_mnt_id == stx.stx_mnt_id;
}

#endif
