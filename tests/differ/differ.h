// SPDX-License-Identifier: MIT
// What the areas of this program share: random choices that a seed gives again, and one line of text for each call.
//
// Two kernels must print the same lines for the same seed. So nothing is printed that may rightly differ: no addresses, pids, inode
// numbers or times, unless the program itself has chosen them.

#ifndef DIFFER_H
#define DIFFER_H

#include "random.h"

#include <sys/uio.h>

struct op {
	const char *name;
	void (*run)(void);
};

// One area: its calls, and what each seed begins with (in a new process and an empty folder).
struct area {
	const char *name;
	void (*begin)(void);
	const struct op *ops;
	size_t count;
	void (*after)(void); // of each call, or NULL
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PICK(array)  ((array)[random_below(COUNT(array))])

// One of the numbers.
#define ONE_OF(...)                                           \
	({                                                    \
		static const long long of_[] = {__VA_ARGS__}; \
		PICK(of_);                                    \
	})

// Some of the bits, most often none or one.
#define SOME_OF(...)                                          \
	({                                                    \
		static const long long of_[] = {__VA_ARGS__}; \
		long long bits_ = 0;                          \
		for (uint64_t n_ = random_below(4); n_; n_--) \
			bits_ |= PICK(of_);                   \
		bits_;                                        \
	})

// `name(...) = RESULT`: the call is made after its arguments are printed, errno is printed by name.
#define DO(call, format, ...)                \
	({                                   \
		note(format, ##__VA_ARGS__); \
		errno = 0;                   \
		long result_ = (long)(call); \
		ended(result_);              \
		result_;                     \
	})

void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
static const char *error_name(int error);
void ended(long result);
// Write what the line has so far, from a child to the one that prints it.
void noted_to(int fd);

// A file's name: mostly of a few that exist now and then.
const char *a_name(void);
// A descriptor: mostly open.
int a_fd(void);
// Remember a new descriptor (nothing when it is negative).
void keep_fd(long fd);
size_t a_length(void);
// A buffer of a_length()'s largest; sometimes a bad pointer.
char *a_buffer(void);

// A directory to begin at, modes, places in a file.
#define AT_OF() (int)(random_below(5) ? AT_FDCWD : a_fd())
#define MODE()                                                                               \
	((int)ONE_OF(0644, 0600, 0666, 0777, 0755, 0, 0444, 0222, 0111, 04755, 02755, 01777, \
		     0170000, 0100644, -1))
#define OFFSET()                                                                               \
	ONE_OF(0, 1, 10, 4095, 4096, 4097, 8192, 10000, 65536, 100000, -1, 0x7fffffffffffffff, \
	       1LL << 40, 3000000)

static __attribute__((unused)) const char *text_of(const char *name)
{
	static char shown[64];

	if ((uintptr_t)name < 4096)
		return name ? "(8)" : "(0)";
	if (strlen(name) < 60)
		return name;
	snprintf(shown, sizeof(shown), "%.8s*%zu", name, strlen(name));
	return shown;
}

static __attribute__((unused)) void show_sum(const void *data, long length)
{
	const unsigned char *bytes = data;
	unsigned int sum = 0;

	if ((uintptr_t)data < 4096 || (uintptr_t)data > 0x7fffffff0000 || length <= 0)
		return;
	for (long i = 0; i < length; i++)
		sum = sum * 31 + bytes[i];
	note(" sum %08x", sum);
}

#endif
