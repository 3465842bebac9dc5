// SPDX-License-Identifier: MIT
// sources: core/lib/string.c
#include "string_cases.h"
