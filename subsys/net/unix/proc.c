// SPDX-License-Identifier: MIT
/* /proc/net/unix: all local sockets. */
#include "internal.h"

#include <core/textfile.h>

#define LINE_MAX 192u /* the longest line */

#define ACCEPTS	     0x10000u /* Flags */
#define UNCONNECTED  1u	      /* St */
#define CONNECTING   2u
#define CONNECTED    3u
#define DISCONNECTED 4u

static void line(struct text *text, const struct unix_socket *u)
{
	const struct unix_address *address = u->address;
	bool connected = READ_ONCE(u->state) == UNIX_CONNECTED;
	unsigned int state;

	if (load_acquire(&u->base.file))
		state = connected ? CONNECTED : UNCONNECTED;
	else
		state = connected ? CONNECTING : DISCONNECTED;
	/* Addresses of the kernel are not shown. */
	text_printf(text, "%016x: %08X 00000000 %08X %04X %02X %5llu", 0,
		    refcount_read(&u->refs) + 1 /* for being on this list, as Linux counts */,
		    READ_ONCE(u->state) == UNIX_LISTENING ? ACCEPTS : 0, u->base.type, state,
		    (unsigned long long)u->base.ino);
	if (address) {
		text_puts(text, " ");
		for (unsigned int i = 0; i < address->length; i++) {
			char c = address->bytes[i];

			if (!c && address->bytes[0])
				break; /* the end of a path */
			text_write(text, c ? &c : "@", 1);
		}
	}
	text_puts(text, "\n");
}

static int unix_show(struct text *text, void *unused)
{
	struct unix_socket *u;
	size_t count = 1;

	(void)unused;
	text_puts(text, "Num       RefCount Protocol Flags    Type St Inode Path\n");
	spin_lock(&names_lock);
	list_for_each_entry (u, &unix_all, all)
		count++;
	spin_unlock(&names_lock);
	/* Nothing is allocated under the lock; those that come meanwhile are not shown. */
	text_reserve(text, count * LINE_MAX);
	spin_lock(&names_lock);
	list_for_each_entry (u, &unix_all, all) {
		if (!--count || text->no_memory)
			break;
		line(text, u);
	}
	spin_unlock(&names_lock);
	return 0;
}

static const struct net_text unix_text = {.name = "unix", .show = unix_show};
NET_TEXT(unix_text);
