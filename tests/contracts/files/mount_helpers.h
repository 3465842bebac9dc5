// SPDX-License-Identifier: MIT
// What the contracts of mounts share: lines of mountinfo, shorter calls.
#ifndef FILES_MOUNT_HELPERS_H
#define FILES_MOUNT_HELPERS_H

#include "contract.h"
#include <sys/mount.h>

#define BIND(from, to)	  MUST(mount(from, to, NULL, MS_BIND, NULL))
#define TMPFS(where)	  MUST(mount("none", where, "tmpfs", 0, NULL))
#define TYPE(where, type) MUST(mount(NULL, where, NULL, type, NULL))

static char
	stage[64]; // the directory a contract works in: mounts elsewhere are none of its business

static __attribute__((unused)) void enter_stage(const char *name)
{
	snprintf(stage, sizeof(stage), "/%s/", name);
	MUST(mkdir(name, 0755));
	MUST(chdir(name));
}

static __attribute__((unused)) bool on_stage(const char *point, const char *where)
{
	size_t n = strlen(point), tail = strlen(where);

	return strstr(point, stage) && n >= tail && !strcmp(point + n - tail, where);
}

// Field n (from 0) of the last line of mountinfo whose mount point ends with this; "" if there is none.
static __attribute__((unused)) const char *mount_field(const char *where, int n)
{
	static char found[256];
	char *text = strdup(get_file("/proc/self/mountinfo")), *next;

	found[0] = 0;
	for (char *line = text; line && *line; line = next) {
		char *fields[20], *save, *field;
		int count = 0;

		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		for (field = strtok_r(line, " ", &save); field && count < 20;
		     field = strtok_r(NULL, " ", &save))
			fields[count++] = field;
		if (count > n && on_stage(fields[4], where))
			snprintf(found, sizeof(found), "%s", fields[n]);
	}
	free(text);
	return found;
}

// The number in an optional field such as "shared:7" of a mount; 0: it has no such field.
static __attribute__((unused)) int group(const char *where, const char *kind)
{
	for (int n = 6; n < 10; n++) {
		const char *field = mount_field(where, n);

		if (!strcmp(field, "-"))
			return 0;
		if (!strncmp(field, kind, strlen(kind)) && field[strlen(kind)] == ':')
			return atoi(field + strlen(kind) + 1);
	}
	return 0;
}

static __attribute__((unused)) int mounts(const char *where)
{
	char *text = strdup(get_file("/proc/self/mountinfo")), *next;
	int count = 0;

	for (char *line = text; line && *line; line = next) {
		char point[256] = "";

		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		sscanf(line, "%*s %*s %*s %*s %255s", point);
		count += on_stage(point, where);
	}
	free(text);
	return count;
}

#endif
