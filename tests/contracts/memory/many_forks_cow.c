// SPDX-License-Identifier: MIT
// Covers: MEM-01. A hundred generations each writing their own page: no one sees another's, and
// the last frees all.
#include "contract.h"

CONTRACT
{
	volatile int *pages =
		MAP(NULL, 100 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const size_t step = PAGE / sizeof(int);
	int *bad = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	for (size_t i = 0; i < 100; i++)
		pages[i * step] = -1;
	for (size_t i = 0; i < 100; i++) {
		pid_t child = CHILD(pages[i * step] = (int)i + 1000;
				    for (size_t k = 0; k < 100; k++) bad[0] +=
				    pages[k * step] != (k == i	? (int)i + 1000
							: k < i ? (int)k
								: -1));

		pages[i * step] = (int)i;
		if (child_wait(child) != 0)
			bad[0]++;
	}
	CHECK_EQ(bad[0], 0);
	int wrong = 0;
	for (size_t i = 0; i < 100; i++)
		wrong += pages[i * step] != (int)i;
	CHECK_EQ(wrong, 0);
}
