/* SPDX-License-Identifier: MIT */
/* core/uapi/fcntl.h - open flags, fcntl commands, AT_* flags. Four open flags differ between
 * machines: <hal/abi.h>. */
#ifndef CORE_UAPI_FCNTL_H
#define CORE_UAPI_FCNTL_H

#include <hal/abi.h>

#define O_ACCMODE   03u
#define O_RDONLY    00u
#define O_WRONLY    01u
#define O_RDWR	    02u
#define O_CREAT	    0100u
#define O_EXCL	    0200u
#define O_NOCTTY    0400u
#define O_TRUNC	    01000u
#define O_APPEND    02000u
#define O_NONBLOCK  04000u
#define O_DSYNC	    010000u
#define O_ASYNC	    020000u
#define O_DIRECT    HAL_ABI_O_DIRECT
#define O_LARGEFILE HAL_ABI_O_LARGEFILE
#define O_DIRECTORY HAL_ABI_O_DIRECTORY
#define O_NOFOLLOW  HAL_ABI_O_NOFOLLOW
#define O_NOATIME   01000000u
#define O_CLOEXEC   02000000u
#define O_SYNC	    04010000u
#define O_PATH	    010000000u
#define O_TMPFILE_  020000000u
#define O_TMPFILE   (O_TMPFILE_ | O_DIRECTORY)

#define AT_FDCWD	    (-100)
#define AT_SYMLINK_NOFOLLOW 0x100u
#define AT_EACCESS	    0x200u
#define AT_REMOVEDIR	    0x200u
#define AT_SYMLINK_FOLLOW   0x400u
#define AT_NO_AUTOMOUNT	    0x800u
#define AT_EMPTY_PATH	    0x1000u
#define AT_STATX_SYNC_TYPE  0x6000u
#define AT_RECURSIVE	    0x8000u

#define RENAME_NOREPLACE 1u
#define RENAME_EXCHANGE	 2u
#define RENAME_WHITEOUT	 4u

#define F_DUPFD		0
#define F_GETFD		1
#define F_SETFD		2
#define F_GETFL		3
#define F_SETFL		4
#define F_GETLK		5
#define F_SETLK		6
#define F_SETLKW	7
#define F_SETOWN	8
#define F_GETOWN	9
#define F_SETSIG	10
#define F_GETSIG	11
#define F_SETOWN_EX	15
#define F_GETOWN_EX	16
#define F_GETOWNER_UIDS 17
#define F_OFD_GETLK	36
#define F_OFD_SETLK	37
#define F_OFD_SETLKW	38
#define F_SETLEASE	1024
#define F_GETLEASE	1025
#define F_NOTIFY	1026
#define F_DUPFD_QUERY	1027
#define F_DUPFD_CLOEXEC 1030
#define F_SETPIPE_SZ	1031
#define F_GETPIPE_SZ	1032
#define F_ADD_SEALS	1033
#define F_GET_SEALS	1034
#define F_GET_RW_HINT	1035
#define F_SET_RW_HINT	1036
#define FD_CLOEXEC	1

#define F_RDLCK 0
#define F_WRLCK 1
#define F_UNLCK 2

#define F_SEAL_SEAL	    0x0001u
#define F_SEAL_SHRINK	    0x0002u
#define F_SEAL_GROW	    0x0004u
#define F_SEAL_WRITE	    0x0008u
#define F_SEAL_FUTURE_WRITE 0x0010u
#define F_SEAL_EXEC	    0x0020u
#define F_SEAL_ALL	    0x003fu

#define SEEK_SET  0
#define SEEK_CUR  1
#define SEEK_END  2
#define SEEK_DATA 3
#define SEEK_HOLE 4

#define FALLOC_FL_KEEP_SIZE	 0x01
#define FALLOC_FL_PUNCH_HOLE	 0x02
#define FALLOC_FL_COLLAPSE_RANGE 0x08
#define FALLOC_FL_ZERO_RANGE	 0x10
#define FALLOC_FL_INSERT_RANGE	 0x20
#define FALLOC_FL_UNSHARE_RANGE	 0x40

#define MS_RDONLY      1u
#define MS_NOSUID      2u
#define MS_NODEV       4u
#define MS_NOEXEC      8u
#define MS_SYNCHRONOUS 16u
#define MS_REMOUNT     32u
#define MS_MANDLOCK    64u
#define MS_DIRSYNC     128u
#define MS_NOSYMFOLLOW 256u
#define MS_NOATIME     1024u
#define MS_NODIRATIME  2048u
#define MS_BIND	       4096u
#define MS_MOVE	       8192u
#define MS_REC	       16384u
#define MS_SILENT      32768u
#define MS_UNBINDABLE  (1u << 17)
#define MS_PRIVATE     (1u << 18)
#define MS_SLAVE       (1u << 19)
#define MS_SHARED      (1u << 20)
#define MS_RELATIME    (1u << 21)
#define MS_STRICTATIME (1u << 24)
#define MS_LAZYTIME    (1u << 25)
#define MS_NOUSER      (1u << 31) /* the kernel's own: refused */

#endif
