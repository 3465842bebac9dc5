// SPDX-License-Identifier: MIT
// For fuzzers on the host: libFuzzer calls LLVMFuzzerTestOneInput with bytes; a promise that does not hold ends it.

#ifndef FUZZ_H
#define FUZZ_H

#include <core/types.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(condition)                                                              \
	do {                                                                            \
		if (!(condition)) {                                                     \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE_NAME__, __LINE__, \
				#condition);                                            \
			abort();                                                        \
		}                                                                       \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#endif
