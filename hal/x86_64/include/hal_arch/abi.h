/* SPDX-License-Identifier: MIT */
/* Linux's binary interface on x86_64, where it differs from the other machines. */
#ifndef HAL_ARCH_ABI_H
#define HAL_ARCH_ABI_H

#include <hal/types.h>
#include <hal_arch/user.h>

#define HAL_ABI_MACHINE		"x86_64"
#define HAL_ABI_ELF_MACHINE	62
#define HAL_ABI_ELF_FLAGS_OK(f) ((void)(f), true)
#define HAL_ABI_CLONE_TLS_LAST	1
#define HAL_ABI_HAS_SA_RESTORER 1
#define HAL_ABI_O_DIRECTORY	0200000
#define HAL_ABI_O_NOFOLLOW	0400000
#define HAL_ABI_O_DIRECT	040000
#define HAL_ABI_O_LARGEFILE	0100000
#define HAL_ABI_MINSIGSTKSZ	2048
#define HAL_ABI_HWCAP_COUNT	2
#define HAL_ABI_STACK_TOP	HAL_USER_END_
#define HAL_ABI_MMAP_RND_BITS	28
#define HAL_ABI_STACK_RND_PAGES 0x400000ul
#define HAL_ABI_ELF_DYN_BASE	0x555555554000ul
#define HAL_ABI_EXEC_DROPS	0x0400000ul /* READ_IMPLIES_EXEC */
#define HAL_ABI_PRIVATE_AUXV(entry)

struct hal_abi_stat {
	uint64_t dev, ino, nlink;
	uint32_t mode, uid, gid, pad;
	uint64_t rdev;
	int64_t size, blksize, blocks;
	int64_t atime, atime_ns, mtime, mtime_ns, ctime, ctime_ns;
	int64_t unused[3];
};
_Static_assert(sizeof(struct hal_abi_stat) == 144, "Linux's struct stat");
_Static_assert(offsetof(struct hal_abi_stat, rdev) == 40, "Linux's struct stat");
_Static_assert(offsetof(struct hal_abi_stat, atime) == 72, "Linux's struct stat");

static inline void hal_abi_stat_fill(struct hal_abi_stat *to, const struct hal_stat *from)
{
	*to = (struct hal_abi_stat){
		.dev = from->dev,
		.ino = from->ino,
		.nlink = from->nlink,
		.mode = from->mode,
		.uid = from->uid,
		.gid = from->gid,
		.rdev = from->rdev,
		.size = (int64_t)from->size,
		.blksize = from->blksize,
		.blocks = (int64_t)from->blocks,
		.atime = from->atime,
		.atime_ns = from->atime_ns,
		.mtime = from->mtime,
		.mtime_ns = from->mtime_ns,
		.ctime = from->ctime,
		.ctime_ns = from->ctime_ns,
	};
}

struct hal_abi_epoll_event {
	uint32_t events;
	uint64_t data;
} __attribute__((packed));
_Static_assert(sizeof(struct hal_abi_epoll_event) == 12, "Linux's struct epoll_event");

#endif
