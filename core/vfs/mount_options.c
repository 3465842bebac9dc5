// SPDX-License-Identifier: MIT
/* The options that a mount gives its file system: "name,name=value". */
#include "internal.h"

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

int mount_option_octal(const char *text, umode_t *mode)
{
	unsigned long long value;

	if (parse_u64(text, 8, &value) || value > S_IALLUGO)
		return -EINVAL;
	*mode = (umode_t)value;
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
