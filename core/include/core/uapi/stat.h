/* SPDX-License-Identifier: MIT */
/* core/uapi/stat.h - file modes, device numbers, statx and statfs as Linux lays them out (the same
 * on the three machines). */
#ifndef CORE_UAPI_STAT_H
#define CORE_UAPI_STAT_H

#include <stdbool.h>
#include <stdint.h>

#define S_IFMT	    0170000
#define S_IFSOCK    0140000
#define S_IFLNK	    0120000
#define S_IFREG	    0100000
#define S_IFBLK	    0060000
#define S_IFDIR	    0040000
#define S_IFCHR	    0020000
#define S_IFIFO	    0010000
#define S_ISUID	    0004000
#define S_ISGID	    0002000
#define S_ISVTX	    0001000
#define S_ISLNK(m)  (((m) & S_IFMT) == S_IFLNK)
#define S_ISREG(m)  (((m) & S_IFMT) == S_IFREG)
#define S_ISDIR(m)  (((m) & S_IFMT) == S_IFDIR)
#define S_ISCHR(m)  (((m) & S_IFMT) == S_IFCHR)
#define S_ISBLK(m)  (((m) & S_IFMT) == S_IFBLK)
#define S_ISFIFO(m) (((m) & S_IFMT) == S_IFIFO)
#define S_ISSOCK(m) (((m) & S_IFMT) == S_IFSOCK)
#define S_IRWXUGO   00777
#define S_IALLUGO   07777

/* Linux's 64-bit device number in stat: 12 bits of major at 8, the low 8 bits of minor at 0, the
 * rest of minor at 20, the rest of major at 44. */
#define MKDEV(major, minor)                                                                \
	((((uint64_t)(major) & 0xfffff000u) << 32) | (((uint64_t)(major) & 0xfffu) << 8) | \
	 (((uint64_t)(minor) & 0xffffff00u) << 12) | ((uint64_t)(minor) & 0xffu))
#define MAJOR(dev) ((unsigned int)((((dev) >> 32) & 0xfffff000u) | (((dev) >> 8) & 0xfffu)))
#define MINOR(dev) ((unsigned int)((((dev) >> 12) & 0xffffff00u) | ((dev) & 0xffu)))

struct statx_timestamp {
	int64_t sec;
	uint32_t nsec;
	int32_t reserved;
};

struct statx {
	uint32_t mask, blksize;
	uint64_t attributes;
	uint32_t nlink, uid, gid;
	uint16_t mode, spare0;
	uint64_t ino, size, blocks, attributes_mask;
	struct statx_timestamp atime, btime, ctime, mtime;
	uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
	uint64_t mnt_id;
	uint32_t dio_mem_align, dio_offset_align;
	uint64_t spare3[12];
};
_Static_assert(sizeof(struct statx) == 256, "struct statx is 256 bytes");

struct statfs {
	int64_t type, bsize;
	uint64_t blocks, bfree, bavail, files, ffree;
	int32_t fsid[2];
	int64_t namelen, frsize, flags, spare[4];
};
_Static_assert(sizeof(struct statfs) == 120, "struct statfs is 120 bytes");

#endif
