// SPDX-License-Identifier: MIT
// System calls that only this machine has: riscv_flush_icache and riscv_hwprobe (Linux:
// Documentation/arch/riscv/hwprobe.rst).

#include <core/lib/string.h>
#include <core/upcall.h>
#include <hal/thread.h>
#include <hal/user.h>
#include <riscv/cpu.h>

#define EINTR  4
#define EFAULT 14
#define EINVAL 22
#define ENOSYS 38

struct pair {
	int64_t key;
	uint64_t value;
};

#define WHICH_CPUS 1ul // find the CPUs that have what the pairs say

enum {
	KEY_MVENDORID,
	KEY_MARCHID,
	KEY_MIMPID,
	KEY_BASE,
	KEY_EXTENSIONS,
	KEY_MISALIGNED, // older form
	KEY_ZICBOZ_BLOCK,
	KEY_HIGHEST_ADDRESS,
	KEY_FREQUENCY,
	KEY_MISALIGNED_SCALAR,
};

#define BASE_IMA	1
#define MISALIGNED_SLOW 2 // a promise that holds everywhere

static uint64_t extensions(void)
{
	static const struct {
		const char *name;
		uint64_t bit;
	} known[] = {{"zba", 1 << 3}, {"zbb", 1 << 4}, {"zbs", 1 << 5}};
	uint64_t bits = 1 << 0 | 1 << 1; // F and D; C

	for (unsigned int i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (riscv_isa_has(known[i].name))
			bits |= known[i].bit;
	return bits;
}

static void answer(struct pair *pair)
{
	switch (pair->key) {
	case KEY_MVENDORID:
	case KEY_MARCHID:
	case KEY_MIMPID:
		pair->value = riscv_machine_id((unsigned int)pair->key);
		break;
	case KEY_BASE:
		pair->value = BASE_IMA;
		break;
	case KEY_EXTENSIONS:
		pair->value = extensions();
		break;
	case KEY_MISALIGNED:
	case KEY_MISALIGNED_SCALAR:
		pair->value = MISALIGNED_SLOW;
		break;
	case KEY_ZICBOZ_BLOCK:
		pair->value = 0;
		break;
	case KEY_HIGHEST_ADDRESS:
		pair->value = hal_user_end() - 1;
		break;
	case KEY_FREQUENCY:
		pair->value = riscv_time_frequency();
		break;
	default:
		pair->key = -1;
		pair->value = 0;
	}
}

static uint64_t all_cpus(void)
{
	return riscv_cpu_total >= 64 ? ~0ull : (1ull << riscv_cpu_total) - 1;
}

// All CPUs are alike, so a set either keeps all its members or loses them.
static long hwprobe(const unsigned long *args)
{
	struct pair __user *pairs = hal_user_ptr(struct pair, args[0]);
	void __user *cpus = hal_user_ptr(void, args[3]);
	size_t count = args[1], size = args[2] < 8 ? args[2] : 8;
	unsigned long flags = args[4];
	uint64_t mask = 0;
	bool agree = true;

	if (flags & ~WHICH_CPUS)
		return -EINVAL;
	if (!size != !args[3] && (args[3] || size))
		return -EINVAL;
	if (flags && !size)
		return -EINVAL;
	if (size && hal_copy_from_user(&mask, cpus, size))
		return -EFAULT;
	if (size && !(mask & all_cpus())) {
		if (!flags || mask)
			return -EINVAL;
	}
	for (size_t i = 0; i < count; i++) {
		struct pair pair, want;

		if (i % 256 == 255 && !core_go_on())
			return -EINTR;
		if (hal_copy_from_user(&pair, pairs + i, sizeof(pair)))
			return -EFAULT;
		want = pair;
		answer(&pair);
		if (flags) {
			bool bits = want.key == KEY_BASE || want.key == KEY_EXTENSIONS;

			agree = agree && pair.key >= 0 &&
				(bits ? (pair.value & want.value) == want.value
				      : pair.value == want.value);
			if (pair.key >= 0)
				continue;
		}
		if (hal_copy_to_user(pairs + i, &pair, sizeof(pair)))
			return -EFAULT;
	}
	if (flags) {
		mask = !agree ? 0 : mask ? mask & all_cpus() : all_cpus();
		if (hal_copy_to_user(cpus, &mask, size))
			return -EFAULT;
	}
	return 0;
}

long hal_private_call(enum hal_private_call which, const unsigned long *args)
{
	switch (which) {
	case HAL_CALL_RISCV_FLUSH_ICACHE:
		if (args[2] & ~1ul)
			return -EINVAL;
		hal_icache_sync(0, 0);
		return 0;
	case HAL_CALL_RISCV_HWPROBE:
		return hwprobe(args);
	default:
		return -ENOSYS;
	}
}
