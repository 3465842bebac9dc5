// SPDX-License-Identifier: MIT
// The test frame itself.

#include "test.h"

TEST(random_is_not_constant)
{
	CHECK(test_random() != test_random());
}
