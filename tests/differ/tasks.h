// SPDX-License-Identifier: MIT
// Processes and threads: signals, identities, limits, scheduling, timers, clocks, waiting.

#ifndef TASKS_H
#define TASKS_H

#include "differ.h"

static void op_getpriority(void)
{
	int which = (int)ONE_OF(0, 1, 2, 3, -1);

	DO(syscall(SYS_getpriority, which, 0), "(%d)", which);
}

static const struct op tasks_ops[] = {
	{"getpriority", op_getpriority},
};

static const struct area tasks_area = {"tasks", NULL, tasks_ops, COUNT(tasks_ops)};

#endif
