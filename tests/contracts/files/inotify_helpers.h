// SPDX-License-Identifier: MIT
// What the contracts of inotify share: the events since last time as one line of text.
#ifndef FILES_INOTIFY_HELPERS_H
#define FILES_INOTIFY_HELPERS_H

#include "contract.h"
#include <sys/inotify.h>
#include <sys/ioctl.h>

static int in; // the instance

// "wd:EVENT(name) wd:EVENT+..." of everything that can be read now. A cookie is not shown.
static __attribute__((unused)) const char *events(void)
{
	static const char *const names[] = {"access", "modify",	 "attrib",	"close-write",
					    "close",  "open",	 "moved-from",	"moved-to",
					    "create", "delete",	 "delete-self", "move-self",
					    "?",      "unmount", "overflow",	"ignored"};
	static char text[4096];
	char buffer[8192] __attribute__((aligned(8)));
	size_t used = 0;
	ssize_t n;

	text[0] = 0;
	while ((n = read(in, buffer, sizeof(buffer))) > 0) {
		for (char *at = buffer; at < buffer + n;) {
			struct inotify_event *event = (struct inotify_event *)(void *)at;

			used += (size_t)snprintf(text + used, sizeof(text) - used,
						 "%s%d:", used ? " " : "", event->wd);
			for (int i = 0; i < 16; i++)
				if (event->mask & (1u << i))
					used += (size_t)snprintf(text + used, sizeof(text) - used,
								 "%s", names[i]);
			if (event->mask & IN_ISDIR)
				used += (size_t)snprintf(text + used, sizeof(text) - used, "/");
			if (event->len)
				used += (size_t)snprintf(text + used, sizeof(text) - used, "(%s)",
							 event->name);
			at += sizeof(*event) + event->len;
		}
	}
	return text;
}

#endif
