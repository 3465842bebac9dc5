/* SPDX-License-Identifier: MIT */
/*
 * hal/abi.h - what Linux itself does differently from machine to machine, as constants and
 * layouts. Everything that is the same on the three is in core/uapi.
 *
 * <hal_arch/abi.h> defines, for its machine:
 *   HAL_ABI_MACHINE            uname's machine, a string
 *   HAL_ABI_ELF_MACHINE        e_machine: EM_X86_64 62, EM_AARCH64 183, EM_RISCV 243
 *   HAL_ABI_ELF_FLAGS_OK(f)    are these e_flags runnable
 *   HAL_ABI_CLONE_TLS_LAST     1: clone(flags, stack, ptid, ctid, tls) (x86_64); 0: clone(flags, stack, ptid, tls, ctid)
 *   HAL_ABI_HAS_SA_RESTORER    1: struct sigaction has sa_restorer (x86_64, arm64); 0: it has not (riscv64)
 *   HAL_ABI_O_DIRECTORY, HAL_ABI_O_NOFOLLOW, HAL_ABI_O_DIRECT, HAL_ABI_O_LARGEFILE
 *   HAL_ABI_MINSIGSTKSZ        2048 (x86_64, riscv64), 5120 (arm64)
 *   HAL_ABI_HWCAP_COUNT        how many AT_HWCAP words the auxiliary vector has (1 or 2)
 *   struct hal_abi_stat        what stat, fstat and newfstatat write, and hal_abi_stat_fill() from struct hal_stat
 *   struct hal_abi_epoll_event packed where Linux packs it (x86_64)
 *   HAL_ABI_STACK_TOP          user address just below which the stack is placed before randomisation
 *   HAL_ABI_MMAP_RND_BITS, HAL_ABI_STACK_RND_PAGES  ranges of randomisation, as Linux's
 *   HAL_ABI_ELF_DYN_BASE       where a position-independent executable is loaded before randomisation
 *   HAL_ABI_EXEC_DROPS         bits of the personality that no program keeps at execve
 *   HAL_ABI_PRIVATE_AUXV(entry) expands to entry(tag, value) for tags only this machine has (none so far)
 */
#ifndef HAL_ABI_H
#define HAL_ABI_H

#include <hal/types.h>

/* Everything any machine's struct stat may want; times in seconds and nanoseconds. */
struct hal_stat {
	uint64_t dev, ino, nlink, rdev, size, blocks; /* blocks of 512 bytes */
	uint32_t mode, uid, gid, blksize;
	int64_t atime, mtime, ctime;
	uint32_t atime_ns, mtime_ns, ctime_ns;
};

#include <hal_arch/abi.h>

#endif
