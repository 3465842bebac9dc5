/* SPDX-License-Identifier: MIT */
/*
 * x86_64/smap.h - for assembly: STAC and CLAC, which open and close the window to user memory. Each place is recorded, and boot writes a three-byte
 * NOP over it where the CPU has no SMAP.
 */
#define SMAP_PATCH_                                                                                \
	771: .pushsection .smap_patch, "a", @progbits ;                                            \
	.long 771b - . ;                                                                           \
	.popsection

#define STAC SMAP_PATCH_ ; stac
#define CLAC SMAP_PATCH_ ; clac
