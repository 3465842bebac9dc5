// SPDX-License-Identifier: MIT
// Kernel stacks: HAL_STACK_SIZE bytes in the upper half of a window of twice that size whose lower
// half stays unmapped.
//
// A freed stack stays mapped: a few per CPU, then on a common list, which a callback trims when it
// grows. Only there are mappings removed.

#include "mm_internal.h"

#include <core/page.h>
#include <core/rcu.h>
#include <core/sched.h>
#include <core/slab.h>
#include <core/spinlock.h>
#include <hal/thread.h>

#define WINDOW	   (2 * (size_t)HAL_STACK_SIZE)
#define WINDOWS	   ((KERNEL_AREAS_START - KSTACK_START) / WINDOW)
#define FRAMES	   (HAL_STACK_SIZE / PAGE_SIZE)
#define CPU_STACKS 4u
#define SPARE_MAX  16u
#define WORD_BITS  64u

// [interrupts off] of its own CPU.
static struct cpu_stacks {
	unsigned int count;
	void *stack[CPU_STACKS];
} __cacheline_aligned cpu_stacks[NR_CPUS];

// A free, mapped stack on the common list: in its lowest words.
struct spare {
	struct spare *next;
};

static struct spinlock lock = SPINLOCK_INIT("kernel stacks");
static struct spare *spares;		   // [lock]
static unsigned int spare_count;	   // [lock]
static bool trimming;			   // [lock] trim_head is on its way
static struct rcu_head trim_head;	   // [lock]
static uint64_t used[WINDOWS / WORD_BITS]; // [lock] bit per window that is mapped
static unsigned int first_free;		   // [lock] no free window below this word

static vaddr_t stack_at(unsigned int window)
{
	return KSTACK_START + window * WINDOW + HAL_STACK_SIZE;
}

static void give_window(void *stack)
{
	unsigned int window = (unsigned int)(((vaddr_t)stack - KSTACK_START) / WINDOW);
	unsigned long flags = spin_lock_irqsave(&lock);

	used[window / WORD_BITS] &= ~(1ull << (window % WORD_BITS));
	first_free = MIN(first_free, (unsigned int)(window / WORD_BITS));
	spin_unlock_irqrestore(&lock, flags);
}

// The lowest free window, so that few kernel page tables are ever needed; 0: none.
static vaddr_t take_window(void)
{
	unsigned long flags = spin_lock_irqsave(&lock);
	vaddr_t stack = 0;

	for (; first_free < ARRAY_SIZE(used); first_free++) {
		unsigned int bit;

		if (used[first_free] == UINT64_MAX)
			continue;
		bit = (unsigned int)__builtin_ctzll(~used[first_free]);
		used[first_free] |= 1ull << bit;
		stack = stack_at(first_free * WORD_BITS + bit);
		break;
	}
	spin_unlock_irqrestore(&lock, flags);
	return stack;
}

// Interrupts on.
static void unmap(void *stack, unsigned int count)
{
	struct page *page[FRAMES];

	for (unsigned int i = 0; i < count; i++)
		page[i] = page_of(hal_kernel_query((vaddr_t)stack + i * PAGE_SIZE));
	if (count)
		hal_kernel_unmap((vaddr_t)stack, count * PAGE_SIZE);
	for (unsigned int i = 0; i < count; i++) {
		page_set_state(page[i], PAGE_STACK, PAGE_KERNEL);
		page_free(page[i], 0);
	}
	give_window(stack);
}

static __attribute__((noinline)) void *map_new(void)
{
	vaddr_t stack = take_window();

	if (!stack)
		return NULL;
	for (unsigned int i = 0; i < FRAMES; i++) {
		struct page *page = page_alloc(GFP_KERNEL, 0);

		if (!page) {
			unmap((void *)stack, i);
			return NULL;
		}
		if (hal_kernel_map(stack + i * PAGE_SIZE, page_pa(page), PAGE_SIZE,
				   HAL_PTE_READ | HAL_PTE_WRITE, HAL_MEMORY_NORMAL)) {
			page_free(page, 0);
			unmap((void *)stack, i);
			return NULL;
		}
		page_set_state(page, PAGE_KERNEL, PAGE_STACK);
	}
	return (void *)stack;
}

static struct spare *take_spare(unsigned int keep)
{
	unsigned long flags = spin_lock_irqsave(&lock);
	struct spare *spare = NULL;

	if (spare_count > keep) {
		spare = spares;
		spares = spare->next;
		spare_count--;
	}
	spin_unlock_irqrestore(&lock, flags);
	return spare;
}

void *kstack_alloc(void)
{
	unsigned long flags = hal_irq_save();
	struct cpu_stacks *mine = &cpu_stacks[hal_cpu_id()];
	void *stack = NULL;

	if (likely(mine->count))
		stack = mine->stack[--mine->count];
	hal_irq_restore(flags);
	if (!stack)
		stack = take_spare(0);
	return stack ? stack : map_new();
}

static void trim(__weak_unused struct rcu_head *head)
{
	struct spare *spare;
	unsigned long flags = spin_lock_irqsave(&lock);

	trimming = false;
	spin_unlock_irqrestore(&lock, flags);
	while ((spare = take_spare(SPARE_MAX / 2)))
		unmap(spare, FRAMES);
}

void kstack_free(void *stack)
{
	unsigned long flags = hal_irq_save();
	struct cpu_stacks *mine = &cpu_stacks[hal_cpu_id()];
	struct spare *spare = stack;

	ASSERT(((vaddr_t)stack & (WINDOW - 1)) == HAL_STACK_SIZE);
	if (likely(mine->count < CPU_STACKS)) {
		mine->stack[mine->count++] = stack;
		hal_irq_restore(flags);
		return;
	}
	spin_lock(&lock);
	spare->next = spares;
	spares = spare;
	if (++spare_count > SPARE_MAX && !trimming) {
		trimming = true;
		rcu_call(&trim_head, trim);
	}
	spin_unlock_irqrestore(&lock, flags);
}

static void release_cpu(__weak_unused void *arg)
{
	unsigned long flags = hal_irq_save();
	struct cpu_stacks *mine = &cpu_stacks[hal_cpu_id()];

	spin_lock(&lock);
	while (mine->count) {
		struct spare *spare = mine->stack[--mine->count];

		spare->next = spares;
		spares = spare;
		spare_count++;
	}
	spin_unlock_irqrestore(&lock, flags);
}

void kstack_drain(void)
{
	struct spare *spare;

	might_sleep();
	release_cpu(NULL);
	smp_call_all(release_cpu, NULL);
	while ((spare = take_spare(0)))
		unmap(spare, FRAMES);
}
