/* SPDX-License-Identifier: MIT */
/*
 * The unit tests' frame. A file defines tests with TEST(name) { ... } and nothing else is needed:
 * this header, included by exactly one file of a program, brings main. A failed CHECK is counted
 * and the test goes on; REQUIRE ends it.
 */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct test_case {
	const char *name;
	void (*run)(void);
	struct test_case *next;
};

static struct test_case *test_cases;
static struct test_case **test_cases_end = &test_cases;
static unsigned int test_failures;
static unsigned int test_checks;

#define TEST(test_name)                                                               \
	static void test_##test_name(void);                                           \
	__attribute__((constructor)) static void test_register_##test_name(void)      \
	{                                                                             \
		static struct test_case entry = {#test_name, test_##test_name, NULL}; \
		*test_cases_end = &entry;                                             \
		test_cases_end = &entry.next;                                         \
	}                                                                             \
	static void test_##test_name(void)

#define CHECK(condition)                                                               \
	do {                                                                           \
		test_checks++;                                                         \
		if (!(condition)) {                                                    \
			test_failures++;                                               \
			printf("%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
		}                                                                      \
	} while (0)

#define REQUIRE(condition)                                                             \
	do {                                                                           \
		test_checks++;                                                         \
		if (!(condition)) {                                                    \
			test_failures++;                                               \
			printf("%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
			return;                                                        \
		}                                                                      \
	} while (0)

/* Two integers of any type; both are printed when they differ. */
#define CHECK_EQ(got, want)                                                                       \
	do {                                                                                      \
		long long got_ = (long long)(got);                                                \
		long long want_ = (long long)(want);                                              \
		test_checks++;                                                                    \
		if (got_ != want_) {                                                              \
			test_failures++;                                                          \
			printf("%s:%d: failed: %s is %lld (%#llx), not %lld (%#llx)\n", __FILE__, \
			       __LINE__, #got, got_, (unsigned long long)got_, want_,             \
			       (unsigned long long)want_);                                        \
		}                                                                                 \
	} while (0)

#define CHECK_STR(got, want)                                                                    \
	do {                                                                                    \
		const char *got_ = (got);                                                       \
		const char *want_ = (want);                                                     \
		test_checks++;                                                                  \
		if (strcmp(got_, want_) != 0) {                                                 \
			test_failures++;                                                        \
			printf("%s:%d: failed: %s is \"%s\", not \"%s\"\n", __FILE__, __LINE__, \
			       #got, got_, want_);                                              \
		}                                                                               \
	} while (0)

/* A small repeatable generator for randomised tests: xorshift64. */
__attribute__((unused)) static uint64_t test_random(void)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* With arguments, only the tests named run. */
int main(int argc, char **argv)
{
	for (struct test_case *test = test_cases; test; test = test->next) {
		int wanted = argc < 2;

		for (int i = 1; i < argc; i++)
			wanted |= strcmp(argv[i], test->name) == 0;
		if (wanted) {
			unsigned int before = test_failures;

			test->run();
			printf("%s %s\n", before == test_failures ? "ok  " : "FAIL", test->name);
		}
	}
	printf("%u checks, %u failed\n", test_checks, test_failures);
	return test_failures != 0 || test_checks == 0;
}

#endif
