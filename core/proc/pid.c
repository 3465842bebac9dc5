// SPDX-License-Identifier: MIT
// Numbers of threads, processes, groups and sessions.
//
// Life: pid_alloc (reference 1, number taken, invisible) -> pid_attach, once per role (thread,
// process, each member of a group or session; the first makes it visible to look-ups) ->
// pid_detach, the last of which makes it invisible and gives the number back, while the struct
// lives as long as references (pidfds, exited threads) do. Look-ups are lock-free under RCU.
// Numbers go round: the next one after the last given, up to pid_max, then again from 300.

#include <core/errno.h>
#include <core/lib/string.h>
#include <core/page.h>
#include <core/proc.h>
#include <core/slab.h>

#define HASH_SIZE     1024u
#define RESERVED      300
#define PID_LIMIT     4194304
#define BITS_PER_PAGE 32768

static struct hlist hash[HASH_SIZE];
static struct kcache *cache;

/* [lock] */
static struct spinlock lock = SPINLOCK_INIT("pid");
static uint64_t first_map[BITS_PER_PAGE / 64] = {1}; /* number 0 is nobody's */
static uint64_t *maps[PID_LIMIT / BITS_PER_PAGE] = {first_map};
static pid_t last_number;
static pid_t number_limit = 32768; /* pid_max: numbers are below */

void pid_init(void)
{
	cache = kcache_create("pid", sizeof(struct pid), 0);
}

static struct hlist *chain(pid_t number)
{
	return &hash[(unsigned int)number % HASH_SIZE];
}

/* lock held. 0 or -ENOMEM. */
static int map_ready(pid_t number)
{
	uint64_t **map = &maps[number / BITS_PER_PAGE];

	if (!*map)
		store_release(map, kzalloc(BITS_PER_PAGE / 8, GFP_ATOMIC));
	return *map ? 0 : -ENOMEM;
}

static bool map_test(pid_t number)
{
	const uint64_t *map = load_acquire(&maps[number / BITS_PER_PAGE]);

	return map && map[number % BITS_PER_PAGE / 64] >> (number % 64) & 1;
}

/* First number in [from, limit) whose bit is as wanted; 0: none. */
static pid_t map_find(pid_t from, pid_t limit, bool used)
{
	for (pid_t n = from; n < limit;) {
		const uint64_t *map = load_acquire(&maps[n / BITS_PER_PAGE]);
		uint64_t word = map ? READ_ONCE(map[n % BITS_PER_PAGE / 64]) : 0;

		if (!map && used) {
			n = (n / BITS_PER_PAGE + 1) * BITS_PER_PAGE;
			continue;
		}
		word = (used ? word : ~word) >> (n % 64);
		if (word) {
			n += __builtin_ctzll(word);
			return n < limit ? n : 0;
		}
		n = (n / 64 + 1) * 64;
	}
	return 0;
}

/* lock held */
static int number_take(pid_t wanted, pid_t *number)
{
	pid_t n = wanted;
	int error;

	if (wanted) {
		if (wanted >= number_limit)
			return -EINVAL;
		if (map_test(wanted))
			return -EEXIST;
	} else {
		n = map_find(last_number + 1, number_limit, false);
		if (!n)
			n = map_find(RESERVED, number_limit, false);
		if (!n)
			return -EAGAIN;
	}
	error = map_ready(n);
	if (error)
		return error;
	maps[n / BITS_PER_PAGE][n % BITS_PER_PAGE / 64] |= 1ull << (n % 64);
	if (!wanted)
		last_number = n;
	*number = n;
	return 0;
}

static void number_give(pid_t number)
{
	unsigned long flags = spin_lock_irqsave(&lock);

	maps[number / BITS_PER_PAGE][number % BITS_PER_PAGE / 64] &= ~(1ull << (number % 64));
	spin_unlock_irqrestore(&lock, flags);
}

int pid_alloc(pid_t wanted, struct pid **out)
{
	struct pid *pid = kcache_alloc(cache, GFP_KERNEL | GFP_ZERO);
	unsigned long flags;
	int error;

	if (!pid)
		return -ENOMEM;
	flags = spin_lock_irqsave(&lock);
	error = number_take(wanted, &pid->number);
	spin_unlock_irqrestore(&lock, flags);
	if (error) {
		kcache_free(cache, pid);
		return error;
	}
	refcount_set(&pid->refs, 1);
	pid->owns_number = true;
	for (unsigned int i = 0; i < PID_KINDS; i++)
		list_init(&pid->members[i]);
	wait_queue_init(&pid->waiters);
	*out = pid;
	return 0;
}

void pid_attach(struct pid *pid)
{
	assert_spin_held(&tasklist);
	if (pid->attached++ == 0) {
		spin_lock(&lock);
		hlist_add(&pid->hash, chain(pid->number));
		spin_unlock(&lock);
	}
}

void pid_detach(struct pid *pid)
{
	assert_spin_held(&tasklist);
	VERIFY(pid->attached > 0);
	if (--pid->attached == 0) {
		spin_lock(&lock);
		hlist_del(&pid->hash);
		spin_unlock(&lock);
		number_give(pid->number);
		pid->owns_number = false;
	}
}

static void pid_free(struct rcu_head *head)
{
	kcache_free(cache, container_of(head, struct pid, rcu));
}

struct pid *pid_get(struct pid *pid)
{
	refcount_get(&pid->refs);
	return pid;
}

void pid_release(struct pid *pid)
{
	if (pid->owns_number)
		number_give(pid->number); /* never attached */
	rcu_call(&pid->rcu, pid_free);
}

struct pid *pid_find_rcu(pid_t number)
{
	struct pid *pid;

	if (number <= 0)
		return NULL;
	hlist_for_each_entry (pid, chain(number), hash)
		if (pid->number == number)
			return pid;
	return NULL;
}

struct pid *pid_find(pid_t number)
{
	struct pid *pid;

	rcu_read_lock();
	pid = pid_find_rcu(number);
	if (pid && !refcount_get_unless_zero(&pid->refs))
		pid = NULL;
	rcu_read_unlock();
	return pid;
}

struct thread *thread_find(pid_t number)
{
	struct thread *thread = NULL;
	struct pid *pid;

	rcu_read_lock();
	pid = pid_find_rcu(number);
	if (pid)
		thread = rcu_dereference(pid->thread);
	if (thread && !refcount_get_unless_zero(&thread->refs))
		thread = NULL;
	rcu_read_unlock();
	return thread;
}

struct process *process_find(pid_t number)
{
	struct process *process = NULL;
	struct pid *pid;

	rcu_read_lock();
	pid = pid_find_rcu(number);
	if (pid)
		process = rcu_dereference(pid->process);
	if (process && !refcount_get_unless_zero(&process->refs))
		process = NULL;
	rcu_read_unlock();
	return process;
}

struct process *process_next(pid_t after)
{
	pid_t n = after < 0 ? 0 : after;

	while (n < PID_LIMIT - 1 && (n = map_find(n + 1, PID_LIMIT, true))) {
		struct process *process = process_find(n);

		if (process)
			return process;
	}
	return NULL;
}

struct thread *thread_next(pid_t *number)
{
	while (*number < PID_LIMIT - 1 && (*number = map_find(*number + 1, PID_LIMIT, true))) {
		struct thread *thread = thread_find(*number);

		if (thread)
			return thread;
	}
	return NULL;
}

pid_t pid_last(void)
{
	return READ_ONCE(last_number);
}
