// SPDX-License-Identifier: MIT
// <hal/user.h>: checks of the range, then user.S or one instruction.

#include <hal/thread.h>
#include <hal/user.h>
#include <riscv/cpu.h>

#define EFAULT 14

size_t riscv_user_copy(void *to, const void *from, size_t n);
size_t riscv_user_zero(void *to, size_t n);
long riscv_user_string(char *to, const char *from, size_t n);
int riscv_user_cmpxchg32(uint32_t *seen, uint32_t *word, uint32_t expected, uint32_t desired);

vaddr_t hal_user_limit;

struct exception_entry {
	int32_t at, fixup; // relative to themselves
};
extern const struct exception_entry __start___ex_table[], __stop___ex_table[];

vaddr_t riscv_user_fixup(vaddr_t pc)
{
	for (const struct exception_entry *e = __start___ex_table; e < __stop___ex_table; e++)
		if ((vaddr_t)&e->at + (vaddr_t)(long)e->at == pc)
			return (vaddr_t)&e->fixup + (vaddr_t)(long)e->fixup;
	return 0;
}

// The only place where a user address becomes a pointer.
static inline void *plain(const void __user *p)
{
	return (void *)hal_user_addr(p);
}

size_t hal_copy_from_user(void *to, const void __user *from, size_t n)
{
	return hal_user_range(from, n) ? riscv_user_copy(to, plain(from), n) : n;
}

size_t hal_copy_to_user(void __user *to, const void *from, size_t n)
{
	return hal_user_range(to, n) ? riscv_user_copy(plain(to), from, n) : n;
}

size_t hal_zero_user(void __user *to, size_t n)
{
	return hal_user_range(to, n) ? riscv_user_zero(plain(to), n) : n;
}

// The fault handler looks at the flag; an interrupt may come in between and use the same.
static unsigned int forbid_faults(void)
{
	struct hal_thread *thread = hal_thread_current();
	unsigned int old = thread->flags;

	__atomic_store_n(&thread->flags, old | HAL_THREAD_NOFAULT, __ATOMIC_RELAXED);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	return old;
}

static void allow_faults(unsigned int old)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	__atomic_store_n(&hal_thread_current()->flags, old, __ATOMIC_RELAXED);
}

size_t hal_copy_from_user_nofault(void *to, const void __user *from, size_t n)
{
	unsigned int old = forbid_faults();
	size_t left = hal_copy_from_user(to, from, n);

	allow_faults(old);
	return left;
}

size_t hal_copy_to_user_nofault(void __user *to, const void *from, size_t n)
{
	unsigned int old = forbid_faults();
	size_t left = hal_copy_to_user(to, from, n);

	allow_faults(old);
	return left;
}

long hal_string_from_user(char *to, const char __user *from, size_t n)
{
	size_t room = hal_user_limit - hal_user_addr(from);
	long length;

	if (hal_user_addr(from) >= hal_user_limit)
		return -EFAULT;
	length = riscv_user_string(to, plain(from), n < room ? n : room);
	if (length < 0 || (size_t)length == room)
		return -EFAULT;
	return length;
}

// One access; the window is open for it alone. On a fault the value register is left as it was.
#define GET(instruction, type)                                             \
	int error = -EFAULT;                                               \
	unsigned long value = 0;                                           \
                                                                           \
	if (!hal_user_range(from, sizeof(type)))                           \
		return -EFAULT;                                            \
	__asm__ volatile("csrs sstatus, %[sum]\n"                          \
			 "1: " instruction " %[value], (%[from])\n"        \
			 "li %[error], 0\n"                                \
			 "2: csrc sstatus, %[sum]\n"                       \
			 ".pushsection __ex_table, \"a\", @progbits\n"     \
			 ".balign 4\n"                                     \
			 ".4byte 1b - ., 2b - .\n"                         \
			 ".popsection"                                     \
			 : [value] "+&r"(value), [error] "+&r"(error)      \
			 : [from] "r"(plain(from)), [sum] "r"(SSTATUS_SUM) \
			 : "memory");                                      \
	*to = (type)value;                                                 \
	return error

#define PUT(instruction, type)                                                             \
	int error = -EFAULT;                                                               \
                                                                                           \
	if (!hal_user_range(to, sizeof(type)))                                             \
		return -EFAULT;                                                            \
	__asm__ volatile("csrs sstatus, %[sum]\n"                                          \
			 "1: " instruction " %[value], (%[to])\n"                          \
			 "li %[error], 0\n"                                                \
			 "2: csrc sstatus, %[sum]\n"                                       \
			 ".pushsection __ex_table, \"a\", @progbits\n"                     \
			 ".balign 4\n"                                                     \
			 ".4byte 1b - ., 2b - .\n"                                         \
			 ".popsection"                                                     \
			 : [error] "+&r"(error)                                            \
			 : [to] "r"(plain(to)), [value] "r"(value), [sum] "r"(SSTATUS_SUM) \
			 : "memory");                                                      \
	return error

int hal_get_user8(uint8_t *to, const void __user *from)
{
	GET("lbu", uint8_t);
}

int hal_get_user32(uint32_t *to, const void __user *from)
{
	GET("lwu", uint32_t);
}

int hal_get_user64(uint64_t *to, const void __user *from)
{
	GET("ld", uint64_t);
}

int hal_put_user32(void __user *to, uint32_t value)
{
	PUT("sw", uint32_t);
}

int hal_put_user64(void __user *to, uint64_t value)
{
	PUT("sd", uint64_t);
}

int hal_user_load32_nofault(uint32_t *seen, const uint32_t __user *word)
{
	unsigned int old = forbid_faults();
	int error;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	error = hal_get_user32(seen, word);
	allow_faults(old);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return error;
}

int hal_user_cmpxchg32(uint32_t *seen, uint32_t __user *word, uint32_t expected, uint32_t desired)
{
	if (!hal_user_range(word, sizeof(*seen)))
		return -EFAULT;
	return riscv_user_cmpxchg32(seen, plain(word), expected, desired);
}

int hal_user_cmpxchg32_nofault(uint32_t *seen, uint32_t __user *word, uint32_t expected,
			       uint32_t desired)
{
	unsigned int old = forbid_faults();
	int error = hal_user_cmpxchg32(seen, word, expected, desired);

	allow_faults(old);
	return error;
}
