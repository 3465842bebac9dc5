/* SPDX-License-Identifier: MIT */
/* The ports' own include path is not the host's. */
#include "../../../../../hal/common/include/common/pagetable.h"
