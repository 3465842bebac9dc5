/* SPDX-License-Identifier: MIT */
/* Linux's struct sched_attr, without the second struct sched_param that its header has. */
#ifndef TESTS_CONTRACTS_SCHED_ATTR_H
#define TESTS_CONTRACTS_SCHED_ATTR_H

#define sched_param linux_sched_param
#include <linux/sched/types.h>
#undef sched_param

#endif
