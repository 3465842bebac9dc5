/* SPDX-License-Identifier: MIT */
/* hal_arch/abi.h (riscv64) - Linux's layouts and constants that differ between machines; here
 * mostly the generic ones. */
#ifndef HAL_ARCH_ABI_H
#define HAL_ARCH_ABI_H

#include <hal/types.h>

#define HAL_ABI_MACHINE	    "riscv64"
#define HAL_ABI_ELF_MACHINE 243
#define HAL_ABI_ELF_FLAGS_OK(f) \
	(((f) & 0x8) == 0) /* all but the embedded base with 16 registers \
			    */
#define HAL_ABI_CLONE_TLS_LAST	0
#define HAL_ABI_HAS_SA_RESTORER 0
#define HAL_ABI_O_DIRECT	00040000
#define HAL_ABI_O_LARGEFILE	00100000
#define HAL_ABI_O_DIRECTORY	00200000
#define HAL_ABI_O_NOFOLLOW	00400000
#define HAL_ABI_MINSIGSTKSZ	2048
#define HAL_ABI_HWCAP_COUNT	1

/* Sv39 or Sv48: known at boot. Use needs <hal/user.h>. */
#define HAL_ABI_STACK_TOP	hal_user_end()
#define HAL_ABI_ELF_DYN_BASE	((hal_user_end() / 3 * 2) & ~0xffful)
#define HAL_ABI_EXEC_DROPS	0ul
#define HAL_ABI_MMAP_RND_BITS	18
#define HAL_ABI_STACK_RND_PAGES 0x40000

#define HAL_ABI_PRIVATE_AUXV(entry)

struct hal_abi_stat {
	uint64_t dev;
	uint64_t ino;
	uint32_t mode;
	uint32_t nlink;
	uint32_t uid;
	uint32_t gid;
	uint64_t rdev;
	uint64_t pad1;
	int64_t size;
	int32_t blksize;
	int32_t pad2;
	int64_t blocks;
	int64_t atime;
	uint64_t atime_ns;
	int64_t mtime;
	uint64_t mtime_ns;
	int64_t ctime;
	uint64_t ctime_ns;
	uint32_t unused[2];
};
_Static_assert(sizeof(struct hal_abi_stat) == 128, "struct stat");

struct hal_stat;
static inline void hal_abi_stat_fill(struct hal_abi_stat *to, const struct hal_stat *from)
{
	*to = (struct hal_abi_stat){
		.dev = from->dev,
		.ino = from->ino,
		.mode = from->mode,
		.nlink = (uint32_t)from->nlink,
		.uid = from->uid,
		.gid = from->gid,
		.rdev = from->rdev,
		.size = (int64_t)from->size,
		.blksize = (int32_t)from->blksize,
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
};
_Static_assert(sizeof(struct hal_abi_epoll_event) == 16, "struct epoll_event");

#endif
