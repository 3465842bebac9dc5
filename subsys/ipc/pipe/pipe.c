// SPDX-License-Identifier: MIT
/*
 * Pipes and FIFOs: reading, writing, polling, and the life of both ends.
 *
 * The pipe is a ring of slots, each a page with some bytes. A write of up to a page either fits
 * behind the last bytes of the last page or gets a page of its own, so writes of up to PIPE_BUF
 * (4096) bytes are never torn: they are done under the lock in one go. Readers and writers sleep as
 * exclusive waiters and are handed the processor (the waker is usually about to sleep itself); who
 * leaves data or room behind wakes the next. Who splices does not, and so sleeps beside them: it
 * takes no turn from anybody.
 */
#include "internal.h"

#include <core/init.h>

#define FIONREAD 0x541bu

/* ---- waiting and waking ---- */

static bool wake_sync(struct wait_entry *entry, unsigned long key)
{
	(void)key;
	return sched_wake_sync(entry->thread, THREAD_INTERRUPTIBLE);
}

static inline __attribute__((always_inline)) int wait_for(struct pipe *pipe, bool write,
							  bool exclusive)
{
	struct wait_queue *queue = write ? &pipe->write_wait : &pipe->read_wait;
	struct wait_entry entry = {.wake = wake_sync, .thread = current, .exclusive = exclusive};
	int error = 0;

	list_init(&entry.link);
	mutex_unlock(&pipe->lock);
	for (;;) {
		wait_prepare(queue, &entry, THREAD_INTERRUPTIBLE);
		if (write ? !pipe_full(pipe) || !READ_ONCE(pipe->readers)
			  : !pipe_empty(pipe) || !READ_ONCE(pipe->writers))
			break;
		error = sched_wait(THREAD_INTERRUPTIBLE, KTIME_MAX);
		if (error)
			break;
	}
	wait_finish(queue, &entry);
	if (error && exclusive) {
		/* A wake-up meant for us alone must not be lost. */
		if (write ? !pipe_full(pipe) : !pipe_empty(pipe))
			wait_wake(queue, 1, write ? POLLOUT | POLLWRNORM : POLLIN | POLLRDNORM);
	}
	mutex_lock(&pipe->lock);
	return error;
}

static __attribute__((noinline)) int wait_for_data(struct pipe *pipe)
{
	return wait_for(pipe, false, true);
}

static __attribute__((noinline)) int wait_for_room(struct pipe *pipe)
{
	return wait_for(pipe, true, true);
}

int pipe_wait(struct pipe *pipe, bool write)
{
	return wait_for(pipe, write, false);
}

void pipe_wake_readers(struct pipe *pipe)
{
	if (wait_active(&pipe->read_wait))
		wait_wake(&pipe->read_wait, 1, POLLIN | POLLRDNORM | WAKE_SIGIO(POLL_IN));
}

/* There is still something: the next reader's turn, but no news. */
static void pass_on(struct pipe *pipe)
{
	if (wait_active(&pipe->read_wait))
		wait_wake(&pipe->read_wait, 1, POLLIN | POLLRDNORM);
}

void pipe_wake_writers(struct pipe *pipe)
{
	if (wait_active(&pipe->write_wait))
		wait_wake(&pipe->write_wait, 1, POLLOUT | POLLWRNORM | WAKE_SIGIO(POLL_OUT));
}

void pipe_made_room(struct pipe *pipe, unsigned int used)
{
	if (used >= READ_ONCE(pipe->size) && !pipe_full(pipe))
		pipe_wake_writers(pipe);
	else
		wait_wake_sigio(&pipe->write_wait, POLL_OUT);
}

/* ---- slots ---- */

static struct page *page_for_write(struct pipe *pipe)
{
	struct page *page = pipe->spare;

	pipe->spare = NULL;
	return page ? page : page_alloc(GFP_KERNEL, 0);
}

void pipe_slot_done(struct pipe *pipe)
{
	struct pipe_slot *slot = pipe_slot(pipe, pipe->tail);

	if (!pipe->spare && !slot->shared)
		pipe->spare = slot->page;
	else
		page_put(slot->page);
	slot->page = NULL;
	WRITE_ONCE(pipe->tail, pipe->tail + 1);
}

/* ---- reading ---- */

ssize_t pipe_take(struct pipe *pipe, struct uio *uio, bool packets)
{
	ssize_t done = 0;

	while (uio->left && !pipe_empty(pipe)) {
		struct pipe_slot *slot = pipe_slot(pipe, pipe->tail);
		size_t n = MIN(uio->left, (size_t)slot->length), moved;
		bool packet = packets && slot->packet;

		moved = uio_copy_to(uio, (char *)page_address(slot->page) + slot->offset, n);
		if (unlikely(moved < n)) /* what did not arrive whole is still to be read */
			return done ? done : -EFAULT;
		slot->offset += (uint32_t)n;
		slot->length -= (uint32_t)n;
		done += (ssize_t)n;
		if (!slot->length || packet)
			pipe_slot_done(pipe);
		if (packet)
			break;
	}
	return done;
}

/* Lock held: there is something; it is given up. waited: who slept may have taken the wake-up that another
 * waits for. Who did not passes none on: to an edge-triggered epoll it would be news. */
static inline __attribute__((always_inline)) ssize_t read_some(struct pipe *pipe, struct uio *uio,
							       bool waited)
{
	unsigned int used = pipe_used(pipe);
	ssize_t n = pipe_take(pipe, uio, true);
	bool room = used >= pipe->news_at, more = waited && !pipe_empty(pipe);

	if (unlikely(room))
		room = !pipe_full(pipe) || !pipe->news_at;
	mutex_unlock(&pipe->lock);
	if (unlikely(room))
		pipe_made_room(pipe, used);
	if (more)
		pass_on(pipe);
	return n;
}

/* Lock held, nothing to read: 1 when there is; else the lock is given up, and it is 0 at the end, -EAGAIN or
 * -ERESTARTSYS. O_ASYNC's owners are told of attempts, too, as on Linux. */
static ssize_t await_data(struct file *file, struct uio *uio)
{
	struct pipe *pipe = pipe_of(file);
	int error;

	do {
		if (!pipe->writers || io_nonblock(file, uio)) {
			error = pipe->writers ? -EAGAIN : 0;
			mutex_unlock(&pipe->lock);
			wait_wake_sigio(&pipe->write_wait, POLL_OUT);
			return error;
		}
		if (unlikely(!pipe->news_at))
			wait_wake_sigio(&pipe->write_wait, POLL_OUT);
		error = wait_for_data(pipe);
		if (error) {
			bool more = !pipe_empty(pipe);

			mutex_unlock(&pipe->lock);
			if (more)
				pass_on(pipe);
			return error;
		}
	} while (pipe_empty(pipe));
	return 1;
}

ssize_t pipe_read(struct file *file, struct uio *uio, loff_t *pos)
{
	struct pipe *pipe = pipe_of(file);
	ssize_t n;

	(void)pos;
	if (!uio->left)
		return 0;
	mutex_lock(&pipe->lock);
	if (likely(!pipe_empty(pipe)))
		return read_some(pipe, uio, false);
	n = await_data(file, uio);
	return n > 0 ? read_some(pipe, uio, true) : n;
}

/* ---- writing ---- */

/* Append to the last page if all of n fits. 1: done; 0: it does not fit; -EFAULT. */
static int append(struct pipe *pipe, struct uio *uio, size_t n)
{
	struct pipe_slot *slot;

	if (pipe_empty(pipe))
		return 0;
	slot = pipe_slot(pipe, pipe->head - 1);
	if (!slot->open || slot->offset + slot->length + n > PAGE_SIZE)
		return 0;
	if (uio_copy_from(uio, (char *)page_address(slot->page) + slot->offset + slot->length, n) !=
	    n)
		return -EFAULT;
	slot->length += (uint32_t)n;
	return 1;
}

ssize_t pipe_add_page(struct pipe *pipe, struct uio *uio, size_t n, bool packet, bool open)
{
	struct page *page = page_for_write(pipe);
	size_t moved;

	if (!page)
		return -ENOMEM;
	moved = uio_copy_from(uio, page_address(page), n);
	if (moved < n) {
		/* A torn page is not sent: the caller says EFAULT, or what went before. */
		pipe->spare = page;
		return -EFAULT;
	}
	*pipe_slot(pipe, pipe->head) = (struct pipe_slot){
		.page = page, .length = (uint32_t)n, .packet = packet, .open = open};
	store_release(&pipe->head, pipe->head + 1);
	return (ssize_t)n;
}

static ssize_t broken(void)
{
	signal_send_self(SIGPIPE);
	return -EPIPE;
}

ssize_t pipe_write(struct file *file, struct uio *uio, loff_t *pos)
{
	struct pipe *pipe = pipe_of(file);
	bool packet = READ_ONCE(file->flags) & O_DIRECT, woken = false;
	size_t total = uio->left, part = total & (PAGE_SIZE - 1);
	ssize_t done = 0, n = 0;

	(void)pos;
	if (!total)
		return 0;
	mutex_lock(&pipe->lock);
	if (unlikely(!pipe->readers)) {
		n = broken();
		goto out;
	}
	if (part) {
		int joined = append(pipe, uio, part);

		if (joined < 0) {
			n = joined;
			goto out;
		}
		if (joined)
			done = (ssize_t)part;
	}
	while (uio->left) {
		if (unlikely(!pipe->readers)) {
			n = broken();
			break;
		}
		if (!pipe_full(pipe)) {
			n = pipe_add_page(pipe, uio, MIN(uio->left, PAGE_SIZE), packet, !packet);
			if (n < 0)
				break;
			done += n;
			continue;
		}
		if (io_nonblock(file, uio)) {
			n = -EAGAIN;
			break;
		}
		pipe_wake_readers(pipe);
		woken = true;
		n = wait_for_room(pipe);
		if (n)
			break;
	}
out:
	if (!pipe_full(pipe) && woken)
		pipe_wake_writers(pipe);
	mutex_unlock(&pipe->lock);
	if (likely(done)) {
		pipe_wake_readers(pipe);
		return done;
	}
	wait_wake_sigio(&pipe->read_wait, POLL_IN); /* of an attempt, too */
	return n;
}

/* ---- poll, ioctl, fcntl ---- */

static unsigned int pipe_poll(struct file *file, struct poll_table *table)
{
	struct pipe *pipe = pipe_of(file);
	unsigned int mask = 0;

	if (file->mode & FILE_READ)
		poll_wait(table, &pipe->read_wait);
	if (file->mode & FILE_WRITE)
		poll_wait(table, &pipe->write_wait);
	if (file->mode & FILE_READ) {
		if (!pipe_empty(pipe))
			mask |= POLLIN | POLLRDNORM;
		/* A reader of a FIFO that nobody has opened for writing since is not told of a
		 * hang-up. */
		if (!READ_ONCE(pipe->writers) &&
		    (uint64_t)file->pos != READ_ONCE(pipe->write_opens))
			mask |= POLLHUP;
	}
	if (file->mode & FILE_WRITE) {
		if (!pipe_full(pipe))
			mask |= POLLOUT | POLLWRNORM;
		if (!READ_ONCE(pipe->readers))
			mask |= POLLERR;
	}
	return mask;
}

static int pipe_async(struct file *file, struct poll_table *table)
{
	struct pipe *pipe = pipe_of(file);

	if (file->mode & FILE_READ)
		poll_wait(table, &pipe->read_wait);
	if (file->mode & FILE_WRITE) {
		poll_wait(table, &pipe->write_wait);
		mutex_lock(&pipe->lock);
		pipe->news_at = 0;
		mutex_unlock(&pipe->lock);
	}
	return 0;
}

static long pipe_ioctl(struct file *file, unsigned int command, unsigned long arg)
{
	struct pipe *pipe = pipe_of(file);
	uint32_t bytes = 0;

	if (command != FIONREAD)
		return -ENOTTY;
	mutex_lock(&pipe->lock);
	for (unsigned int at = pipe->tail; at != pipe->head; at++)
		bytes += pipe_slot(pipe, at)->length;
	mutex_unlock(&pipe->lock);
	return hal_put_user32(hal_user_ptr(void, arg), bytes);
}

static long resize(struct pipe *pipe, unsigned int bytes)
{
	unsigned int slots = 1, used;
	struct pipe_slot *fresh, *old;

	if (bytes > 1u << 31)
		return -EINVAL;
	while ((unsigned long)slots << PAGE_SHIFT < bytes)
		slots *= 2;
	if ((unsigned long)slots << PAGE_SHIFT > PIPE_MAX && slots > READ_ONCE(pipe->size) &&
	    !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	if ((unsigned long)slots << PAGE_SHIFT > PIPE_LARGEST)
		return -ENOMEM;
	fresh = kcalloc(slots, sizeof(*fresh), GFP_KERNEL);
	if (!fresh)
		return -ENOMEM;
	mutex_lock(&pipe->lock);
	used = pipe->head - pipe->tail;
	if (used > slots) {
		mutex_unlock(&pipe->lock);
		kfree(fresh);
		return -EBUSY;
	}
	for (unsigned int i = 0; i < used; i++)
		fresh[i] = *pipe_slot(pipe, pipe->tail + i);
	old = pipe->slots;
	pipe->slots = fresh;
	pipe->size = slots;
	if (pipe->news_at)
		pipe->news_at = slots;
	pipe->tail = 0;
	pipe->head = used;
	mutex_unlock(&pipe->lock);
	kfree(old);
	if (wait_active(&pipe->write_wait))
		wait_wake(&pipe->write_wait, 1, POLLOUT | POLLWRNORM);
	return (long)slots << PAGE_SHIFT;
}

static long pipe_fcntl(struct file *file, unsigned int command, unsigned long arg)
{
	struct pipe *pipe = pipe_of_file(file);

	if (!pipe)
		return -EBADF;
	if (command == F_GETPIPE_SZ)
		return (long)READ_ONCE(pipe->size) << PAGE_SHIFT;
	return resize(pipe, (unsigned int)arg);
}

struct pipe *pipe_of_file(const struct file *file)
{
	return file->ops == &pipe_ops ? file->private : NULL;
}

/* ---- lives ---- */

static struct pipe *pipe_new(void)
{
	struct pipe *pipe = kzalloc(sizeof(*pipe), GFP_KERNEL);

	if (!pipe)
		return NULL;
	pipe->slots = kcalloc(PIPE_SLOTS, sizeof(*pipe->slots), GFP_KERNEL);
	if (!pipe->slots) {
		kfree(pipe);
		return NULL;
	}
	pipe->size = pipe->news_at = PIPE_SLOTS;
	mutex_init(&pipe->lock, "pipe");
	wait_queue_init(&pipe->read_wait);
	wait_queue_init(&pipe->write_wait);
	wait_queue_init(&pipe->open_wait);
	return pipe;
}

static void pipe_free(struct pipe *pipe)
{
	while (!pipe_empty(pipe))
		pipe_slot_done(pipe);
	if (pipe->spare)
		page_put(pipe->spare);
	kfree(pipe->slots);
	kfree(pipe);
}

/* One of its files is no more. */
static void pipe_put(struct pipe *pipe, struct inode *inode)
{
	bool last;

	rwsem_write(&inode->rwsem);
	last = --pipe->files == 0;
	if (last)
		inode->pipe = NULL;
	rwsem_write_done(&inode->rwsem);
	if (last)
		pipe_free(pipe);
}

static void pipe_release(struct file *file)
{
	struct pipe *pipe = pipe_of(file);
	bool one_sided;

	mutex_lock(&pipe->lock);
	if (file->mode & FILE_READ)
		pipe->readers--;
	if (file->mode & FILE_WRITE)
		pipe->writers--;
	one_sided = !pipe->readers != !pipe->writers;
	mutex_unlock(&pipe->lock);
	/* Whoever waits for the other end learns that it is gone. */
	wait_wake(&pipe->read_wait, 0,
		  POLLIN | POLLRDNORM | POLLHUP | POLLERR | (one_sided ? WAKE_SIGIO(POLL_IN) : 0));
	wait_wake(&pipe->write_wait, 0,
		  POLLOUT | POLLWRNORM | POLLHUP | POLLERR |
			  (one_sided ? WAKE_SIGIO(POLL_OUT) : 0));
	pipe_put(pipe, file->inode);
}

/* ---- opening FIFOs ---- */

static int wait_for_partner(struct pipe *pipe, const unsigned int *opens)
{
	unsigned int before = *opens;
	int error;

	mutex_unlock(&pipe->lock);
	error = wait_event_interruptible(&pipe->open_wait, READ_ONCE(*opens) != before);
	mutex_lock(&pipe->lock);
	return error;
}

static int open_ends(struct pipe *pipe, struct file *file)
{
	bool nonblock = file->flags & O_NONBLOCK;

	switch (file->mode & (FILE_READ | FILE_WRITE)) {
	case FILE_READ:
		pipe->readers++;
		pipe->read_opens++;
		wait_wake_all(&pipe->open_wait);
		if (pipe->writers || pipe->anonymous)
			return 0;
		if (nonblock) {
			file->pos = (loff_t)pipe->write_opens; /* no hang-up before a writer came */
			return 0;
		}
		return wait_for_partner(pipe, &pipe->write_opens);
	case FILE_WRITE:
		if (nonblock && !pipe->readers && !pipe->anonymous)
			return -ENXIO;
		pipe->writers++;
		pipe->write_opens++;
		wait_wake_all(&pipe->open_wait);
		return pipe->readers || pipe->anonymous ? 0
							: wait_for_partner(pipe, &pipe->read_opens);
	default:
		pipe->readers++;
		pipe->writers++;
		pipe->read_opens++;
		pipe->write_opens++;
		wait_wake_all(&pipe->open_wait);
		return 0;
	}
}

static int fifo_open(struct inode *inode, struct file *file)
{
	struct pipe *pipe;
	int error;

	if (!(file->mode & (FILE_READ | FILE_WRITE)))
		return -EINVAL;
	rwsem_write(&inode->rwsem);
	if (!inode->pipe)
		inode->pipe = pipe_new();
	pipe = inode->pipe;
	if (pipe)
		pipe->files++;
	rwsem_write_done(&inode->rwsem);
	if (!pipe)
		return -ENOMEM;
	file->private = pipe;
	file->pos = 0;
	mutex_lock(&pipe->lock);
	error = open_ends(pipe, file);
	mutex_unlock(&pipe->lock);
	if (error == -ENXIO) /* nobody has seen it */
		pipe_put(pipe, inode);
	else if (error)
		pipe_release(file);
	return error;
}

const struct file_ops pipe_ops = {
	.read = pipe_read,
	.write = pipe_write,
	.poll = pipe_poll,
	.async = pipe_async,
	.ioctl = pipe_ioctl,
	.open = fifo_open,
	.release = pipe_release,
};

/* ---- pipe(2) ---- */

static int make_files(unsigned int flags, struct file **read_end, struct file **write_end)
{
	struct pipe *pipe = pipe_new();
	int error;

	if (!pipe)
		return -ENOMEM;
	pipe->anonymous = true;
	pipe->readers = pipe->writers = pipe->files = 1;
	pipe->read_opens = pipe->write_opens = 1;
	error = file_nameless(NAMELESS_PIPE, "pipe", S_IFIFO | 0600, 0, &pipe_ops, pipe,
			      flags & O_NONBLOCK, FILE_READ | FILE_STREAM | FILE_NOWAIT, read_end);
	if (error) {
		pipe_free(pipe);
		return error;
	}
	(*read_end)->inode->pipe = pipe;
	error = file_for_path(&(*read_end)->path, &pipe_ops, pipe,
			      O_WRONLY | (flags & (O_NONBLOCK | O_DIRECT)),
			      FILE_WRITE | FILE_STREAM | FILE_NOWAIT, write_end);
	if (error) {
		pipe->writers = 0;
		file_put_now(*read_end);
		return error;
	}
	pipe->files = 2;
	return 0;
}

long pipe_create(unsigned long user, unsigned int flags);

long pipe_create(unsigned long user, unsigned int flags)
{
	struct file *read_end, *write_end;
	int error;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
		return -EINVAL;
	error = make_files(flags, &read_end, &write_end);
	if (error)
		return error;
	return fd_install_two(read_end, write_end, flags & O_CLOEXEC, user);
}

static int pipe_init(void)
{
	vfs_fifo_ops = &pipe_ops;
	vfs_pipe_fcntl = pipe_fcntl;
	vfs_pipe_fill = pipe_fill;
	return 0;
}
INIT_CORE(pipe_init);
