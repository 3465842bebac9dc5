/* SPDX-License-Identifier: MIT */
#ifndef CORE_PROC_RUSAGE_H
#define CORE_PROC_RUSAGE_H

#include <core/thread.h>
#include <core/uapi/resource.h>

/* RUSAGE_SELF, CHILDREN, BOTH of process (tasklist or a living member); THREAD: of current. */
void rusage_get(struct process *process, int who, struct rusage *out);

#endif
