// SPDX-License-Identifier: MIT
// Memory: mappings, their protection, moves, advice and locks, and what touching them does.

#ifndef MEMORY_H
#define MEMORY_H

#include "differ.h"

static void op_mlockall(void)
{
	int flags = (int)ONE_OF(0, 8);

	DO(mlockall(flags), "(%d)", flags);
}

static const struct op memory_ops[] = {
	{"mlockall", op_mlockall},
};

static const struct area memory_area = {"memory", NULL, memory_ops, COUNT(memory_ops)};

#endif
