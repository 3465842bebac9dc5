/* SPDX-License-Identifier: MIT */
/* wait_status.h - what a wait status means: pure, host-tested. */
#ifndef CORE_PROC_WAIT_STATUS_H
#define CORE_PROC_WAIT_STATUS_H

#include <core/uapi/signal.h>
#include <core/uapi/wait.h>
#include <stdbool.h>

/* si_code and si_status of a dead child, from its status. */
static inline int wait_status_code(int status)
{
	if ((status & 0x7f) == 0)
		return CLD_EXITED;
	return status & WAIT_CORE ? CLD_DUMPED : CLD_KILLED;
}

static inline int wait_status_value(int status)
{
	return (status & 0x7f) ? status & 0x7f : (status >> 8) & 0xff;
}

/* Does a child whose death sends exit_signal match the caller's choice of __WALL and __WCLONE? */
static inline bool wait_kind_matches(int exit_signal, unsigned int options)
{
	return (options & __WALL) || (exit_signal != SIGCHLD) == !!(options & __WCLONE);
}

#endif
