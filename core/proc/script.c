// SPDX-License-Identifier: MIT
// The first line of a script. Pure: the bytes may be anything.

#include <core/errno.h>
#include <core/lib/string.h>

#include "exec.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

int exec_parse_script(char *head, size_t size, char **interp, char **argument)
{
	char *at = head + 2, *end, *stop;
	bool cut = false, ended;

	if (size < 2 || head[0] != '#' || head[1] != '!')
		return -ENOEXEC;
	end = memchr(head, '\n', size);
	if (!end) {
		/* A line that does not fit must at least name its interpreter whole. The last byte
		 * makes room for a NUL. */
		cut = size == EXEC_HEAD;
		end = head + MIN(size, EXEC_HEAD - 1);
	}
	ended = *end == '\n';
	while (at < end && is_blank(*at))
		at++;
	while (end > at && is_blank(end[-1]))
		end--;
	/* A file that ends without naming an interpreter names "", as Linux has it: a folder. */
	if (at == end || *at == '\0')
		return ended || cut ? -ENOEXEC : -EACCES;
	*interp = at;
	for (stop = at; stop < end && *stop && !is_blank(*stop); stop++)
		;
	if (cut && stop == end)
		return -ENOEXEC;
	for (at = stop; at < end && is_blank(*at); at++)
		;
	*argument = at < end && *at ? at : NULL;
	*end = '\0';
	*stop = '\0';
	return 0;
}
