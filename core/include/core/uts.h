/* SPDX-License-Identifier: MIT */
/* core/uts.h - the names that uname(2) and /proc/version give. */
#ifndef CORE_UTS_H
#define CORE_UTS_H

struct utsname {
	char sysname[65], nodename[65], release[65], version[65], machine[65], domainname[65];
};

extern struct utsname uts;

/* A fixed date: builds are reproducible. */
#define TERN_BUILD_DATE "Thu Jan  1 00:00:00 UTC 2026"

#endif
