// SPDX-License-Identifier: MIT
// string_test on a machine that loads and stores words anywhere.
#include <hal_arch/arch.h>
#undef HAL_UNALIGNED_ACCESS
#define HAL_UNALIGNED_ACCESS 1
#include "../../../../core/lib/string.c"
#include "string_cases.h"
