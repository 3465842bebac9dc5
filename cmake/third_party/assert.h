/* SPDX-License-Identifier: MIT */
/* Third-party code is built without its assertions. */
#define assert(condition) ((void)0)
