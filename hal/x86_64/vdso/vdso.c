// SPDX-License-Identifier: MIT
// The vDSO's image, made from image/ and embedded by the build.

#include <hal/vdso.h>

extern const char hal_vdso_start[], hal_vdso_end[];

const void *hal_vdso_image(size_t *size)
{
	*size = (size_t)(hal_vdso_end - hal_vdso_start);
	return hal_vdso_start;
}
