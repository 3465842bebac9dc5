/* SPDX-License-Identifier: MIT */
/* The string functions that third-party code finds in the kernel. */
#include <core/lib/string.h>
