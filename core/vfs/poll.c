// SPDX-License-Identifier: MIT
/*
 * poll, ppoll, select, pselect6: one engine over (file, events) items.
 *
 * The first pass asks every file, hanging an entry on each of its queues as long as nothing is
 * ready. If nothing is, the thread sleeps until an entry is woken with an event it asked for;
 * `triggered` closes the window between asking and sleeping, since a file's poll operation may
 * itself sleep. Later passes only ask. Files stay referenced till the end.
 */
#include "internal.h"

#include <core/syscall.h>
#include <core/time.h>

#define INLINE_HOOKS 4
#define CHUNK_HOOKS  60

struct poll_item {
	struct fd fd;
	unsigned int events, result; /* poll's events have POLLERR and POLLHUP, asked or not */
};

struct hook {
	struct wait_entry entry;
	struct wait_queue *queue;
	struct poll_waiter *waiter;
	unsigned int events;
};

struct hook_chunk {
	struct hook_chunk *next;
	unsigned int used;
	struct hook hooks[CHUNK_HOOKS];
};

struct poll_waiter {
	struct poll_table table;
	struct thread *thread;
	bool triggered, no_memory;
	unsigned int events; /* of the item being asked */
	unsigned int inline_used;
	struct hook_chunk *chunks;
	struct hook inline_hooks[INLINE_HOOKS];
};

static bool hook_wake(struct wait_entry *entry, unsigned long key)
{
	struct hook *hook = container_of(entry, struct hook, entry);
	struct poll_waiter *waiter = hook->waiter;

	if (key && !(key & (hook->events | POLLERR | POLLHUP)))
		return false;
	store_release(&waiter->triggered, true);
	return sched_wake(waiter->thread, THREAD_INTERRUPTIBLE);
}

static struct hook *new_hook(struct poll_waiter *waiter)
{
	struct hook_chunk *chunk = waiter->chunks;

	if (waiter->inline_used < INLINE_HOOKS)
		return &waiter->inline_hooks[waiter->inline_used++];
	if (!chunk || chunk->used == CHUNK_HOOKS) {
		chunk = kmalloc(sizeof(*chunk), GFP_KERNEL);
		if (!chunk)
			return NULL;
		chunk->next = waiter->chunks;
		chunk->used = 0;
		waiter->chunks = chunk;
	}
	return &chunk->hooks[chunk->used++];
}

static void hang(struct poll_table *table, struct wait_queue *queue)
{
	struct poll_waiter *waiter = container_of(table, struct poll_waiter, table);
	struct hook *hook = new_hook(waiter);

	if (!hook) {
		waiter->no_memory = true;
		return;
	}
	*hook = (struct hook){.entry = {.wake = hook_wake, .thread = waiter->thread},
			      .queue = queue,
			      .waiter = waiter,
			      .events = waiter->events};
	list_init(&hook->entry.link);
	wait_add(queue, &hook->entry);
}

static void unhook_all(struct poll_waiter *waiter)
{
	for (unsigned int i = 0; i < waiter->inline_used; i++)
		wait_remove(waiter->inline_hooks[i].queue, &waiter->inline_hooks[i].entry);
	while (waiter->chunks) {
		struct hook_chunk *chunk = waiter->chunks;

		for (unsigned int i = 0; i < chunk->used; i++)
			wait_remove(chunk->hooks[i].queue, &chunk->hooks[i].entry);
		waiter->chunks = chunk->next;
		kfree(chunk);
	}
}

/* Ask all; hang hooks as long as none is ready, if table. How many are ready. */
static int pass(struct poll_item *items, unsigned int n, struct poll_waiter *waiter, bool hooks)
{
	int ready = 0;

	for (unsigned int i = 0; i < n; i++) {
		struct poll_item *item = &items[i];
		const struct file_ops *ops;
		unsigned int mask;

		if (!item->fd.file) {
			ready += item->result != 0; /* POLLNVAL, decided by the caller */
			continue;
		}
		ops = item->fd.file->ops;
		waiter->events = item->events;
		mask = ops->poll ? ops->poll(item->fd.file, hooks && !ready ? &waiter->table : NULL)
				 : POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
		item->result = mask & item->events;
		ready += item->result != 0;
	}
	return ready;
}

/* How many items are ready, 0 at the deadline (0: do not wait), -ERESTARTNOHAND, -ENOMEM. */
static int poll_items(struct poll_item *items, unsigned int n, ktime_t deadline)
{
	struct poll_waiter waiter __attribute__((uninitialized));
	int ready;

	waiter.table.add = hang;
	waiter.thread = current;
	waiter.triggered = waiter.no_memory = false;
	waiter.inline_used = 0;
	waiter.chunks = NULL;
	ready = pass(items, n, &waiter, deadline != 0);
	while (!ready && deadline) {
		int error = 0;

		if (waiter.no_memory) {
			ready = -ENOMEM;
			break;
		}
		sched_set_state(THREAD_INTERRUPTIBLE);
		if (!load_acquire(&waiter.triggered))
			error = sched_wait(THREAD_INTERRUPTIBLE, deadline);
		sched_set_state(THREAD_RUNNING);
		WRITE_ONCE(waiter.triggered, false);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		ready = pass(items, n, &waiter, false);
		if (!ready && error == -ETIMEDOUT)
			break;
		if (!ready && error)
			ready = -ERESTARTNOHAND;
	}
	unhook_all(&waiter);
	return ready;
}

/* ---- times and masks ---- */

struct user_timespec {
	int64_t sec, nsec;
};

/* 0 and *deadline: absolute, 0 for "do not wait", KTIME_MAX for ever. */
static int deadline_of(int64_t sec, int64_t nsec, ktime_t *deadline)
{
	if (sec < 0 || nsec < 0 || nsec >= (int64_t)NSEC_PER_SEC)
		return -EINVAL;
	if (sec == 0 && nsec == 0)
		*deadline = 0;
	else if ((uint64_t)sec > INT64_MAX / NSEC_PER_SEC)
		*deadline = KTIME_MAX;
	else
		*deadline =
			ktime_add(clock_monotonic(), (uint64_t)sec * NSEC_PER_SEC + (uint64_t)nsec);
	return 0;
}

static struct user_timespec time_left(ktime_t deadline)
{
	ktime_t now = clock_monotonic(), left = deadline > now ? deadline - now : 0;

	return (struct user_timespec){(int64_t)(left / NSEC_PER_SEC),
				      (int64_t)(left % NSEC_PER_SEC)};
}

/* The call is over: unless a handler is to run, the mask from before comes back now. */
static void mask_done(long result)
{
	if (current->restore_mask && result != -ERESTARTNOHAND) {
		current->restore_mask = false;
		signal_set_mask(current->saved_mask);
	}
}

/* ---- poll ---- */

struct pollfd {
	int32_t fd;
	int16_t events, revents;
};

static int poll_fds(unsigned long user, unsigned int n, ktime_t deadline)
{
	struct poll_item fast[8] __uninitialized, *items = fast;
	struct pollfd few[8] __uninitialized, *fds = few;
	int result = -ENOMEM;

	if (n > process_limit(current->process, RLIMIT_NOFILE))
		return -EINVAL;
	if (n > ARRAY_SIZE(fast)) {
		items = kcalloc(n, sizeof(*items) + sizeof(*fds), GFP_KERNEL);
		if (!items)
			return result;
		fds = (struct pollfd *)(void *)(items + n);
	}
	result = -EFAULT;
	if (copy_from_user(fds, user, n * sizeof(*fds)))
		goto out;
	for (unsigned int i = 0; i < n; i++) {
		items[i].fd = fds[i].fd >= 0 ? fd_get(fds[i].fd) : (struct fd){NULL, false};
		items[i].events = (uint16_t)fds[i].events | POLLERR | POLLHUP;
		items[i].result = fds[i].fd >= 0 && !items[i].fd.file ? POLLNVAL : 0;
	}
	result = poll_items(items, n, deadline);
	for (unsigned int i = 0; i < n; i++) {
		fds[i].revents = (int16_t)items[i].result;
		fd_put(items[i].fd);
	}
	if (result >= 0 && copy_to_user(user, fds, n * sizeof(*fds)))
		result = -EFAULT;
out:
	if (items != fast)
		kfree(items);
	return result;
}

static long poll_restart(struct thread *thread)
{
	struct restart_block *restart = &thread->restart;
	long result = poll_fds((unsigned long)restart->arg[0],
			       (unsigned int)(uintptr_t)restart->arg[1], restart->deadline);

	return result == -ERESTARTNOHAND ? -ERESTART_RESTARTBLOCK : result;
}

SYSCALL(poll)
{
	int timeout = (int)args->arg[2];
	ktime_t deadline = timeout < 0 ? KTIME_MAX
			   : timeout
				   ? ktime_add(clock_monotonic(), (uint64_t)timeout * NSEC_PER_MSEC)
				   : 0;
	long result = poll_fds(args->arg[0], (unsigned int)args->arg[1], deadline);

	if (result == -ERESTARTNOHAND) {
		struct restart_block *restart = &current->restart;

		restart->restart = poll_restart;
		restart->deadline = deadline;
		restart->arg[0] = (void *)args->arg[0];
		restart->arg[1] = (void *)(uintptr_t)(unsigned int)args->arg[1];
		result = -ERESTART_RESTARTBLOCK;
	}
	return result;
}

SYSCALL(ppoll)
{
	unsigned long user_time = args->arg[2];
	ktime_t deadline = KTIME_MAX;
	struct user_timespec time;
	long result;

	if (user_time) {
		if (copy_from_user(&time, user_time, sizeof(time)))
			return -EFAULT;
		result = deadline_of(time.sec, time.nsec, &deadline);
		if (result)
			return result;
	}
	result = signal_set_temporary_mask(hal_user_ptr(const void, args->arg[3]), args->arg[4]);
	if (result)
		return result;
	result = poll_fds(args->arg[0], (unsigned int)args->arg[1], deadline);
	mask_done(result);
	if (user_time && deadline != KTIME_MAX) {
		time = deadline ? time_left(deadline) : (struct user_timespec){0, 0};
		if (copy_to_user(user_time, &time, sizeof(time)) && result == -ERESTARTNOHAND)
			result = -EINTR; /* cannot be restarted with what is left */
	}
	return result;
}

/* ---- select ---- */

#define SELECT_IN  (POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR | POLLNVAL)
#define SELECT_OUT (POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR | POLLNVAL)
#define SELECT_EX  (POLLPRI | POLLNVAL)

/* What has no file to ask: an O_PATH descriptor is ready for everything, any other number an error. */
static int select_fileless(unsigned int fd, struct poll_item *item)
{
	struct fd path = fd_get_path((int)fd);
	bool open = path.file != NULL;

	fd_put(path);
	item->result = POLLNVAL;
	return open ? 0 : -EBADF;
}

static int select_items(unsigned long *sets[3], unsigned int n, ktime_t deadline)
{
	static const unsigned int events[3] = {SELECT_IN, SELECT_OUT, SELECT_EX};
	struct poll_item *items;
	unsigned int *numbers, count = 0, used = 0;
	int result = 0;

	for (unsigned int word = 0; word < (n + 63) / 64; word++)
		count += (unsigned int)__builtin_popcountl(sets[0][word] | sets[1][word] |
							   sets[2][word]);
	items = kcalloc(MAX(count, 1u), sizeof(*items) + sizeof(*numbers), GFP_KERNEL);
	if (!items)
		return -ENOMEM;
	numbers = (unsigned int *)(void *)(items + count);
	for (unsigned int fd = 0; fd < n && used < count && !result; fd++) {
		struct poll_item *item = &items[used];
		unsigned long bit = 1ul << (fd % 64);
		bool wanted = false;

		for (int s = 0; s < 3; s++) {
			if (sets[s][fd / 64] & bit) {
				wanted = true;
				item->events |= events[s];
			}
		}
		if (!wanted)
			continue;
		numbers[used++] = fd;
		item->fd = fd_get((int)fd);
		if (!item->fd.file)
			result = select_fileless(fd, item);
	}
	if (!result)
		result = poll_items(items, used, deadline);
	if (result >= 0) {
		result = 0;
		for (unsigned int i = 0; i < used; i++) {
			unsigned int fd = numbers[i];
			unsigned long bit = 1ul << (fd % 64);

			for (int s = 0; s < 3; s++) {
				if (!(sets[s][fd / 64] & bit))
					continue;
				if (items[i].result & events[s])
					result++;
				else
					sets[s][fd / 64] &= ~bit;
			}
		}
	}
	for (unsigned int i = 0; i < used; i++)
		fd_put(items[i].fd);
	kfree(items);
	return result;
}

static long do_select(int n, const unsigned long user[3], ktime_t deadline)
{
	unsigned long *sets[3], *bits;
	unsigned int limit, words;
	size_t bytes;
	long result = -EFAULT;

	if (n < 0)
		return -EINVAL;
	rcu_read_lock();
	limit = rcu_dereference(current->files->table)->size;
	rcu_read_unlock();
	n = MIN(n, (int)limit);
	words = ((unsigned int)n + 63) / 64;
	bytes = words * 8;
	bits = kcalloc(3, MAX(bytes, (size_t)8), GFP_KERNEL);
	if (!bits)
		return -ENOMEM;
	for (unsigned int i = 0; i < 3; i++) {
		sets[i] = bits + i * words;
		if (user[i] && bytes && copy_from_user(sets[i], user[i], bytes))
			goto out;
	}
	if (n % 64) { /* bits beyond n do not count */
		for (int i = 0; i < 3; i++)
			sets[i][words - 1] &= (1ul << (n % 64)) - 1;
	}
	result = select_items(sets, (unsigned int)n, deadline);
	for (int i = 0; i < 3 && result >= 0; i++) {
		if (user[i] && bytes && copy_to_user(user[i], sets[i], bytes))
			result = -EFAULT;
	}
out:
	kfree(bits);
	return result;
}

SYSCALL(select)
{
	const unsigned long user[3] = {args->arg[1], args->arg[2], args->arg[3]};
	unsigned long user_time = args->arg[4];
	ktime_t deadline = KTIME_MAX;
	struct user_timespec time; /* with microseconds */
	long result;

	if (user_time) {
		if (copy_from_user(&time, user_time, sizeof(time)))
			return -EFAULT;
		/* Linux lets microseconds run over. */
		if (time.sec < 0 || time.nsec < 0)
			return -EINVAL;
		result = deadline_of(time.sec + time.nsec / 1000000, time.nsec % 1000000 * 1000,
				     &deadline);
		if (result)
			return result;
	}
	result = do_select((int)args->arg[0], user, deadline);
	if (user_time && deadline != KTIME_MAX) {
		time = deadline ? time_left(deadline) : (struct user_timespec){0, 0};
		time.nsec /= 1000;
		if (copy_to_user(user_time, &time, sizeof(time)) && result == -ERESTARTNOHAND)
			result = -EINTR;
	}
	return result;
}

SYSCALL(pselect6)
{
	const unsigned long user[3] = {args->arg[1], args->arg[2], args->arg[3]};
	unsigned long user_time = args->arg[4];
	struct {
		uint64_t mask, size;
	} sigmask = {0, 0};
	ktime_t deadline = KTIME_MAX;
	struct user_timespec time;
	long result;

	if (args->arg[5] && copy_from_user(&sigmask, args->arg[5], sizeof(sigmask)))
		return -EFAULT;
	if (user_time) {
		if (copy_from_user(&time, user_time, sizeof(time)))
			return -EFAULT;
		result = deadline_of(time.sec, time.nsec, &deadline);
		if (result)
			return result;
	}
	result = signal_set_temporary_mask(hal_user_ptr(const void, sigmask.mask), sigmask.size);
	if (result)
		return result;
	result = do_select((int)args->arg[0], user, deadline);
	mask_done(result);
	if (user_time && deadline != KTIME_MAX) {
		time = deadline ? time_left(deadline) : (struct user_timespec){0, 0};
		if (copy_to_user(user_time, &time, sizeof(time)) && result == -ERESTARTNOHAND)
			result = -EINTR;
	}
	return result;
}
