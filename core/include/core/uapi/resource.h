/* SPDX-License-Identifier: MIT */
/* core/uapi/resource.h - struct rusage and who it is about. */
#ifndef CORE_UAPI_RESOURCE_H
#define CORE_UAPI_RESOURCE_H

#include <stdint.h>

#define RUSAGE_SELF	0
#define RUSAGE_CHILDREN (-1)
#define RUSAGE_THREAD	1
#define RUSAGE_BOTH	(-2) /* ours: wait4 */

struct rusage {
	int64_t user_sec, user_usec, system_sec, system_usec;
	int64_t maxrss; /* KiB */
	int64_t ixrss, idrss, isrss;
	int64_t minflt, majflt, nswap, inblock, oublock, msgsnd, msgrcv, nsignals;
	int64_t nvcsw, nivcsw;
};
_Static_assert(sizeof(struct rusage) == 144, "struct rusage");

#endif
