// SPDX-License-Identifier: MIT
// The data-race detector: finds two processors at the same memory, one of them writing, with
// nothing but plain accesses to keep them apart.
//
// The compiler calls in here before every plain access. Now and then an access is watched: its
// address is written down, the processor waits a little with interrupts off, and looks what became
// of it. Meanwhile every other access compares its address with what is written down. A hit is a
// race between two known places; a value that changed without a hit was changed by an atomic
// access, or by code that is not instrumented.
//
// Atomic accesses (READ_ONCE and what <core/types.h> has beside it, locks, reference counts) are
// not watched: that is how code says that it knows. A strongly ordered host hides what goes wrong
// on others, but not that two processors were there at once.
//
// A report goes through the emergency path, since the place may hold any lock, once for each pair
// of places. Built with TERN_RACE only; core/room.cmake lists what is not instrumented.

#include <core/lib/string.h>
#include <core/printk.h>
#include <core/race.h>
#include <core/symbols.h>
#include <core/types.h>
#include <hal/cpu.h>
#include <hal/debug.h>
#include <hal/time.h>

#ifdef TERN_RACE

#define SLOTS	 512u
#define INTERVAL 200u		      // accesses of a processor between two that are watched
#define DELAY	 (40 * NSEC_PER_USEC) // how long one is watched
#define PAIRS	 256u		      // places that were reported

// A watched access in one word: bit 63 write, bits 56 to 62 size, below them the address's lower
// bits. 0: free. HIT: somebody else came and left his name.
#define WRITE	((uint64_t)1 << 63)
#define ADDRESS (((uint64_t)1 << 56) - 1)
#define HIT	1u

static struct {
	uint64_t watched; // atomic
	vaddr_t other_pc; // valid once watched is HIT
	bool other_writes;
} slots[SLOTS];

static struct {
	vaddr_t one, other;
} pairs[PAIRS];
static uint32_t pair_count, reporting; // reporting: a lock that nobody waits for
static uint32_t countdown[NR_CPUS];
static bool started;

static size_t slot_of(vaddr_t address)
{
	return (address >> 3) % SLOTS;
}

static bool known(vaddr_t one, vaddr_t other)
{
	for (uint32_t i = 0; i < pair_count; i++)
		if ((pairs[i].one == one && pairs[i].other == other) ||
		    (pairs[i].one == other && pairs[i].other == one))
			return true;
	if (pair_count < PAIRS) {
		pairs[pair_count].one = one;
		pairs[pair_count++].other = other;
	}
	return false;
}

static void report(vaddr_t address, size_t size, vaddr_t pc, bool write, vaddr_t other_pc,
		   bool other_writes)
{
	char line[256];
	int n;

	if (__atomic_exchange_n(&reporting, 1, __ATOMIC_ACQUIRE))
		return;
	if (!known(pc, other_pc)) {
		if (other_pc)
			n = snprintf(line, sizeof(line),
				     "race: %zu bytes at %016lx: %s by %pS, %s by %pS\n", size,
				     address, write ? "written" : "read", (void *)pc,
				     other_writes ? "written" : "read", (void *)other_pc);
		else
			n = snprintf(line, sizeof(line),
				     "race: %zu bytes at %016lx: %s by %pS, changed meanwhile\n",
				     size, address, write ? "written" : "read", (void *)pc);
		hal_debug_write(line, MIN((size_t)n, sizeof(line) - 1));
	}
	__atomic_store_n(&reporting, 0, __ATOMIC_RELEASE);
}

static uint64_t value_at(vaddr_t address, size_t size)
{
	switch (size) {
	case 1:
		return *(const volatile uint8_t *)address;
	case 2:
		return *(const volatile uint16_t *)address;
	case 4:
		return *(const volatile uint32_t *)address;
	default:
		return *(const volatile uint64_t *)address;
	}
}

static __attribute__((noinline)) void watch(vaddr_t address, size_t size, bool write, vaddr_t pc)
{
	size_t slot = slot_of(address);
	uint64_t mine = (write ? WRITE : 0) | (uint64_t)size << 56 | (address & ADDRESS), seen = 0;
	unsigned long flags = hal_irq_save();
	uint64_t before = value_at(address, size), until;

	if (!__atomic_compare_exchange_n(&slots[slot].watched, &seen, mine, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_RELAXED))
		goto out;
	until = hal_time_ns() + DELAY;
	while (hal_time_ns() < until &&
	       __atomic_load_n(&slots[slot].watched, __ATOMIC_RELAXED) == mine)
		hal_cpu_relax();
	seen = mine;
	if (!__atomic_compare_exchange_n(&slots[slot].watched, &seen, 0, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_SEQ_CST)) {
		while (__atomic_load_n(&slots[slot].watched, __ATOMIC_ACQUIRE) != HIT)
			hal_cpu_relax();
		report(address, size, pc, write, slots[slot].other_pc, slots[slot].other_writes);
		__atomic_store_n(&slots[slot].watched, 0, __ATOMIC_RELEASE);
	} else if (value_at(address, size) != before) {
		report(address, size, pc, write, 0, true);
	}
out:
	hal_irq_restore(flags);
}

static inline __attribute__((always_inline)) void access(vaddr_t address, size_t size, bool write,
							 vaddr_t pc)
{
	size_t slot = slot_of(address);
	uint64_t watched = __atomic_load_n(&slots[slot].watched, __ATOMIC_RELAXED);
	unsigned int cpu;

	if (unlikely(watched > HIT) && (write || watched & WRITE)) {
		uint64_t start = watched & ADDRESS, mine = address & ADDRESS;

		if (mine < start + (watched >> 56 & 127) && start < mine + size &&
		    __atomic_compare_exchange_n(&slots[slot].watched, &watched, HIT + 1, false,
						__ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
			slots[slot].other_pc = pc;
			slots[slot].other_writes = write;
			__atomic_store_n(&slots[slot].watched, HIT, __ATOMIC_RELEASE);
		}
	}
	if (unlikely(!started))
		return;
	cpu = hal_cpu_id();
	if (unlikely(countdown[cpu]-- == 0)) {
		countdown[cpu] = INTERVAL;
		if (IS_ALIGNED(address, MIN(size, (size_t)8)))
			watch(address, size, write, pc);
	}
}

// What the compiler calls; the names are its own. A volatile access counts as an atomic one.
#define ENTRY(name, size, write)                                                    \
	void __tsan_##name##size(vaddr_t address);                                  \
	void __tsan_##name##size(vaddr_t address)                                   \
	{                                                                           \
		access(address, size, write, (vaddr_t)__builtin_return_address(0)); \
	}
#define IGNORE(name, size)                                                \
	void __tsan_##name##size(vaddr_t address);                        \
	void __tsan_##name##size(__attribute__((unused)) vaddr_t address) \
	{                                                                 \
	}
#define ACCESS(size)                            \
	ENTRY(read, size, false)                \
	ENTRY(write, size, true)                \
	ENTRY(read_write, size, true)           \
	ENTRY(unaligned_read, size, false)      \
	ENTRY(unaligned_write, size, true)      \
	ENTRY(unaligned_read_write, size, true) \
	IGNORE(volatile_read, size)             \
	IGNORE(volatile_write, size)

ACCESS(1)
ACCESS(2)
ACCESS(4)
ACCESS(8)
ACCESS(16)

void __tsan_init(void);
void __tsan_init(void)
{
}

unsigned int race_reports(void)
{
	return __atomic_load_n(&pair_count, __ATOMIC_RELAXED);
}

void race_start(void)
{
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		countdown[cpu] = INTERVAL + 37 * cpu;
	__atomic_store_n(&started, true, __ATOMIC_RELEASE);
}

#endif
