// SPDX-License-Identifier: MIT
// template: the vDSO. FILL IN: vdso/image/{*.c,*.S,vdso.ld}; cmake/generated.cmake makes
// hal_vdso_start and hal_vdso_end of them.

#include <hal/vdso.h>

const void *hal_vdso_image(size_t *size)
{
	*size = 0;
	return NULL;
}
