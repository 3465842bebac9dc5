/* SPDX-License-Identifier: MIT */
/*
 * x86_64/smap.h - for assembly: STAC and CLAC, which open and close the window to user memory. Each
 * place is recorded, and boot writes a three-byte NOP over it where the CPU has no SMAP.
 */
/* clang-format off */
.macro SMAP_PATCH_HERE
	771:
	.pushsection .smap_patch, "a", @progbits
	.long 771b - .
	.popsection
.endm

.macro STAC
	SMAP_PATCH_HERE
	stac
.endm

.macro CLAC
	SMAP_PATCH_HERE
	clac
.endm
