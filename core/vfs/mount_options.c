// SPDX-License-Identifier: MIT
/* The options that a mount gives its file system: "name,name=value". */
#include "mount.h"

int mount_options_each(const char *options, mount_option_fn *one, void *context)
{
	char *copy, *p;
	int error = 0;

	if (!options || !*options)
		return 0;
	copy = kstrdup(options, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	for (p = copy; p && !error;) {
		char *next = strchr(p, ','), *value;

		if (next)
			*next++ = '\0';
		value = strchr(p, '=');
		if (value)
			*value++ = '\0';
		if (*p)
			error = one(context, p, value);
		p = next;
	}
	kfree(copy);
	return error;
}

static const struct {
	const char *name;
	unsigned int flag;
	bool set;
} common[] = {
	{"ro", MS_RDONLY, true},
	{"rw", MS_RDONLY, false},
	{"sync", MS_SYNCHRONOUS, true},
	{"async", MS_SYNCHRONOUS, false},
	{"dirsync", MS_DIRSYNC, true},
	{"lazytime", MS_LAZYTIME, true},
	{"nolazytime", MS_LAZYTIME, false},
	{"mand", MS_MANDLOCK, true},
	{"nomand", MS_MANDLOCK, false},
};

bool mount_option_common(const char *name, struct super_change *change)
{
	for (size_t i = 0; i < ARRAY_SIZE(common); i++) {
		if (strcmp(name, common[i].name) != 0)
			continue;
		change->mask |= common[i].flag;
		change->flags &= ~(unsigned long)common[i].flag;
		if (common[i].set)
			change->flags |= common[i].flag;
		return true;
	}
	return false;
}

void mount_options_common(char *options, struct super_change *change)
{
	char *to = options, *next;

	for (char *from = options; from && *from; from = next) {
		char *comma = strchr(from, ','), *value;
		char name[16] = "";
		size_t length;

		length = comma ? (size_t)(comma - from) : strlen(from);
		next = from + length + (comma ? 1 : 0);
		if (length < sizeof(name))
			memcpy(name, from, length);
		value = strchr(name, '=');
		if (value)
			*value = '\0';
		if (mount_option_common(name, change))
			continue;
		if (to != options)
			*to++ = ',';
		memmove(to, from, length);
		to += length;
	}
	if (options)
		*to = '\0';
}

int mount_option_octal(const char *text, umode_t *mode)
{
	unsigned long long value;

	if (parse_u64(text, 8, &value) || value > UINT32_MAX)
		return -EINVAL;
	*mode = (umode_t)value & S_IALLUGO;
	return 0;
}

int mount_option_number(const char *text, uint32_t *number)
{
	unsigned long long value;

	if (parse_u64(text, 10, &value) || value >= UINT32_MAX)
		return -EINVAL;
	*number = (uint32_t)value;
	return 0;
}
