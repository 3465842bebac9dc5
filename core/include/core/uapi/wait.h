/* SPDX-License-Identifier: MIT */
/* core/uapi/wait.h - options of wait4 and waitid, and the form of a wait status. */
#ifndef CORE_UAPI_WAIT_H
#define CORE_UAPI_WAIT_H

#define WNOHANG	    0x00000001u
#define WUNTRACED   0x00000002u
#define WSTOPPED    WUNTRACED
#define WEXITED	    0x00000004u
#define WCONTINUED  0x00000008u
#define WNOWAIT	    0x01000000u
#define __WNOTHREAD 0x20000000u
#define __WALL	    0x40000000u
#define __WCLONE    0x80000000u

#define P_ALL	0
#define P_PID	1
#define P_PGID	2
#define P_PIDFD 3

/* Exit status << 8, or a signal with 0x80 when memory would have been dumped. */
#define WAIT_CORE	  0x80
#define WAIT_STOPPED(sig) ((sig) << 8 | 0x7f)
#define WAIT_CONTINUED	  0xffff

#endif
