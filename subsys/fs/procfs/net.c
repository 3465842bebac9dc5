// SPDX-License-Identifier: MIT
/* /proc/net, a link to /proc/self/net: the files that rooms announce with NET_TEXT(). */
#include "internal.h"

#include <core/init.h>

#define NET_FILES 32u

struct proc_entry proc_net_entries[NET_FILES + 1]; /* filled at boot, then constant */

extern const struct net_text *const __start_core_net_texts[] __attribute__((weak));
extern const struct net_text *const __stop_core_net_texts[] __attribute__((weak));

static int net_init(void)
{
	size_t count = (size_t)(__stop_core_net_texts - __start_core_net_texts);

	VERIFY(count <= NET_FILES);
	for (size_t i = 0; i < count; i++)
		proc_net_entries[i] = (struct proc_entry){.name = __start_core_net_texts[i]->name,
							  .mode = S_IFREG | 0444,
							  .show = __start_core_net_texts[i]->show,
							  .file_ops = &proc_own_text_ops};
	return 0;
}
INIT_CORE(net_init);
