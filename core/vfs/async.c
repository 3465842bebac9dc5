// SPDX-License-Identifier: MIT
/*
 * O_ASYNC: a signal to an open file's owner (owner.c) when it becomes readable or writable.
 *
 * The file hangs on the wait queues of what it stands for, with a wake function of its own, beside
 * sleepers, pollers and epolls: files without O_ASYNC pay nothing. What is an event is said by who
 * wakes (WAKE_SIGIO), since a sleeper is woken when there is something to do and an owner is told
 * of everything that happens.
 *
 * The signal is sent from the wake function. Lock order: a queue that carries such entries,
 * tasklist, owner_lock and the locks of signals. Terminals, whose lock is taken inside tasklist, so
 * wake queues that are for this alone, when they have dropped it.
 *
 * async_mutex guards the records: switching on and off, and the file's end.
 */
#include "internal.h"

#include <core/poll.h>
#include <core/slab.h>

struct async_hook {
	struct wait_entry entry;
	struct wait_queue *queue; /* NULL: unused */
	struct file_async *async;
};

struct file_async {
	struct file *file;
	int fd;			    /* by which it was switched on: si_fd */
	bool on;		    /* [async_mutex] */
	struct async_hook hooks[2]; /* [async_mutex] */
};

static struct mutex async_mutex = MUTEX_INIT(async_mutex, "file async");

static bool async_wake(struct wait_entry *entry, unsigned long key)
{
	struct file_async *async = container_of(entry, struct async_hook, entry)->async;
	struct file *file = async->file;
	int code = (int)(key >> 32);

	if (code && (!file->ops->async_due || file->ops->async_due(file, code)))
		file_signal_owner(file, async->fd, code);
	return false;
}

/* ---- on and off ---- */

struct async_table {
	struct poll_table table;
	struct file_async *async;
};

static void hang(struct poll_table *table, struct wait_queue *queue)
{
	struct file_async *async = container_of(table, struct async_table, table)->async;
	struct async_hook *hook = &async->hooks[async->hooks[0].queue != NULL];

	VERIFY(!hook->queue);
	*hook = (struct async_hook){.entry = {.wake = async_wake}, .queue = queue, .async = async};
	list_init(&hook->entry.link);
	wait_add(queue, &hook->entry);
}

static void unhang(struct file_async *async)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(async->hooks); i++) {
		if (async->hooks[i].queue)
			wait_remove(async->hooks[i].queue, &async->hooks[i].entry);
		async->hooks[i].queue = NULL;
	}
	async->on = false;
	__atomic_fetch_and(&async->file->flags, ~O_ASYNC, __ATOMIC_RELAXED);
}

static int switch_on(struct file *file, struct file_async *async, int fd)
{
	struct async_table table = {.table = {.add = hang}, .async = async};
	int error;

	async->fd = fd;
	error = file->ops->async(file, &table.table);
	if (error) {
		unhang(async);
		return error;
	}
	async->on = true;
	__atomic_fetch_or(&file->flags, O_ASYNC, __ATOMIC_RELAXED);
	return 0;
}

/* The record of a file, made for the first time; NULL: no memory. async_mutex held. */
static struct file_async *async_of(struct file *file)
{
	struct file_async **async = file_owner_async(file);

	if (!async)
		return NULL;
	if (!*async)
		*async = kzalloc(sizeof(**async), GFP_KERNEL);
	if (*async)
		(*async)->file = file;
	return *async;
}

int file_set_async(struct file *file, int fd, bool on, int missing)
{
	struct file_async *async;
	int error = 0;

	if (on == !!(READ_ONCE(file->flags) & O_ASYNC))
		return 0;
	if (!file->ops->async)
		return missing;
	mutex_lock(&async_mutex);
	async = async_of(file);
	/* A file opened with O_ASYNC has the flag without anything behind it, and keeps it. */
	if (!async)
		error = -ENOMEM;
	else if (on && !async->on)
		error = switch_on(file, async, fd);
	else if (!on && async->on)
		unhang(async);
	mutex_unlock(&async_mutex);
	return error;
}

/* ---- ends ---- */

void file_async_free(struct file_async *async)
{
	if (!async)
		return;
	mutex_lock(&async_mutex);
	unhang(async);
	mutex_unlock(&async_mutex);
	kfree(async);
}

void file_async_end(struct wait_queue *queue)
{
	struct wait_entry *entry;

	mutex_lock(&async_mutex);
	do {
		unsigned long flags = spin_lock_irqsave(&queue->lock);

		/* The mutex keeps it where it is. */
		entry = list_empty(&queue->entries)
				? NULL
				: list_first(&queue->entries, struct wait_entry, link);
		spin_unlock_irqrestore(&queue->lock, flags);
		if (entry)
			unhang(container_of(entry, struct async_hook, entry)->async);
	} while (entry);
	mutex_unlock(&async_mutex);
}
