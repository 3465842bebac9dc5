/* SPDX-License-Identifier: MIT */
/* core/random.h - random bytes: a ChaCha20 generator that overwrites its key with its own output
 * after every use. */
#ifndef CORE_RANDOM_H
#define CORE_RANDOM_H

#include <core/types.h>

/* Fill buf. Any context but NMI. */
void random_bytes(void *buf, size_t n);
/* Stir something unpredictable in. Any context. */
void random_stir(const void *data, size_t n);
/* Has the machine given real randomness (or enough events come)? For getrandom. */
bool random_ready(void);

static inline uint64_t random_u64(void)
{
	uint64_t value;

	random_bytes(&value, sizeof(value));
	return value;
}

#endif
