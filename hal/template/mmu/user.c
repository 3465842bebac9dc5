// SPDX-License-Identifier: MIT
// template: user memory. FILL IN: copies in assembly, each access with an entry in __ex_table, the
// window opened once per call; every range is checked with hal_user_range() first. The _nofault
// forms tell the fault handler (a flag of the thread) not to page in.

#include <hal/user.h>

#define EFAULT 14

size_t hal_copy_from_user(void *to, const void __user *from, size_t n)
{
	(void)to;
	(void)from;
	return n;
}

size_t hal_copy_to_user(void __user *to, const void *from, size_t n)
{
	(void)to;
	(void)from;
	return n;
}

size_t hal_zero_user(void __user *to, size_t n)
{
	(void)to;
	return n;
}

size_t hal_copy_from_user_nofault(void *to, const void __user *from, size_t n)
{
	return hal_copy_from_user(to, from, n);
}

size_t hal_copy_to_user_nofault(void __user *to, const void *from, size_t n)
{
	return hal_copy_to_user(to, from, n);
}

long hal_string_from_user(char *to, const char __user *from, size_t n)
{
	(void)to;
	(void)from;
	(void)n;
	return -EFAULT;
}

int hal_get_user8(uint8_t *to, const void __user *from)
{
	return hal_copy_from_user(to, from, sizeof(*to)) ? -EFAULT : 0;
}

int hal_get_user32(uint32_t *to, const void __user *from)
{
	return hal_copy_from_user(to, from, sizeof(*to)) ? -EFAULT : 0;
}

int hal_get_user64(uint64_t *to, const void __user *from)
{
	return hal_copy_from_user(to, from, sizeof(*to)) ? -EFAULT : 0;
}

int hal_put_user32(void __user *to, uint32_t value)
{
	return hal_copy_to_user(to, &value, sizeof(value)) ? -EFAULT : 0;
}

int hal_put_user64(void __user *to, uint64_t value)
{
	return hal_copy_to_user(to, &value, sizeof(value)) ? -EFAULT : 0;
}

int hal_user_load32_nofault(uint32_t *seen, const uint32_t __user *word)
{
	return hal_get_user32(seen, word);
}

int hal_user_cmpxchg32(uint32_t *seen, uint32_t __user *word, uint32_t expected, uint32_t desired)
{
	(void)seen;
	(void)word;
	(void)expected;
	(void)desired;
	return -EFAULT;
}

int hal_user_cmpxchg32_nofault(uint32_t *seen, uint32_t __user *word, uint32_t expected,
			       uint32_t desired)
{
	return hal_user_cmpxchg32(seen, word, expected, desired);
}
