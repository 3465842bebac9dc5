// SPDX-License-Identifier: MIT
/*
 * pipe and pipe2; splice, tee, vmsplice.
 *
 * Between two pipes pages change hands. Between a pipe and a file they are copied, once, into or
 * out of the pipe's pages; Linux promises nothing more.
 */
#include "internal.h"

#include <core/syscall.h>

#define SPLICE_F_NONBLOCK 2u
#define SPLICE_F_ALL	  0xfu

long pipe_create(unsigned long user, unsigned int flags);

SYSCALL(pipe)
{
	return pipe_create(args->arg[0], 0);
}

SYSCALL(pipe2)
{
	return pipe_create(args->arg[0], (unsigned int)args->arg[1]);
}

/* Lock held: room for one slot. 0, -EAGAIN, -EPIPE, -ERESTARTSYS. */
static int need_room(struct pipe *pipe, bool nonblock)
{
	for (;;) {
		if (!pipe->readers) {
			signal_send_thread(current, SIGPIPE, NULL);
			return -EPIPE;
		}
		if (!pipe_full(pipe))
			return 0;
		if (nonblock)
			return -EAGAIN;
		int error = pipe_wait(pipe, true);

		if (error)
			return error;
	}
}

/* Lock held: something to read. 1, 0 at the end, -EAGAIN, -ERESTARTSYS. */
static int need_data(struct pipe *pipe, bool nonblock)
{
	while (pipe_empty(pipe)) {
		if (!pipe->writers)
			return 0;
		if (nonblock)
			return -EAGAIN;
		int error = pipe_wait(pipe, false);

		if (error)
			return error;
	}
	return 1;
}

static void push(struct pipe *pipe, struct page *page, uint32_t offset, uint32_t length,
		 bool shared)
{
	*pipe_slot(pipe, pipe->head) = (struct pipe_slot){
		.page = page, .offset = offset, .length = length, .shared = shared};
	store_release(&pipe->head, pipe->head + 1);
}

static ssize_t file_to_pipe(struct file *in, loff_t *pos, struct pipe *pipe, size_t length,
			    bool nonblock)
{
	ssize_t done = 0, n = 0;

	while (length) {
		struct page *page;

		mutex_lock(&pipe->lock);
		n = need_room(pipe, nonblock || done);
		mutex_unlock(&pipe->lock);
		if (n)
			break;
		page = page_alloc(GFP_KERNEL, 0);
		n = page ? vfs_read(in, page_address(page), MIN(length, PAGE_SIZE), pos) : -ENOMEM;
		if (n <= 0) {
			if (page)
				page_put(page);
			break;
		}
		mutex_lock(&pipe->lock);
		/* Others may have filled it meanwhile; what was read must go in. */
		int error = need_room(pipe, false);

		if (error)
			page_put(page);
		else
			push(pipe, page, 0, (uint32_t)n, false);
		mutex_unlock(&pipe->lock);
		if (error) {
			n = error;
			break;
		}
		pipe_wake_readers(pipe);
		done += n;
		length -= (size_t)n;
		/* What is there is enough: no waiting for more. */
		if ((size_t)n < PAGE_SIZE || (in->ops->poll && !(in->ops->poll(in, NULL) & POLLIN)))
			break;
	}
	return done ? done : n;
}

static ssize_t pipe_to_file(struct pipe *pipe, struct file *out, loff_t *pos, size_t length,
			    bool nonblock)
{
	ssize_t done = 0, n = 0;

	mutex_lock(&pipe->lock);
	while (length) {
		struct pipe_slot *slot;
		bool was_full = pipe_full(pipe);

		n = need_data(pipe, nonblock || done);
		if (n <= 0)
			break;
		slot = pipe_slot(pipe, pipe->tail);
		n = vfs_write(out, (char *)page_address(slot->page) + slot->offset,
			      MIN(length, (size_t)slot->length), pos);
		if (n <= 0)
			break;
		slot->offset += (uint32_t)n;
		slot->length -= (uint32_t)n;
		if (!slot->length)
			pipe_slot_done(pipe);
		if (was_full)
			pipe_wake_writers(pipe);
		done += n;
		length -= (size_t)n;
	}
	mutex_unlock(&pipe->lock);
	return done ? done : n;
}

static void lock_both(struct pipe *a, struct pipe *b)
{
	mutex_lock(a < b ? &a->lock : &b->lock);
	mutex_lock(a < b ? &b->lock : &a->lock);
}

static void unlock_both(struct pipe *a, struct pipe *b)
{
	mutex_unlock(&a->lock);
	mutex_unlock(&b->lock);
}

/* Both locked, data in from and room in to: move (or, tee, share) slots. Bytes. */
static ssize_t move_slots(struct pipe *from, struct pipe *to, size_t length, bool tee)
{
	unsigned int at = from->tail;
	ssize_t done = 0;

	while (length && at != from->head && !pipe_full(to)) {
		struct pipe_slot *slot = pipe_slot(from, at);
		uint32_t n = (uint32_t)MIN(length, (size_t)slot->length);

		if (tee || n < slot->length) {
			page_get(slot->page);
			slot->shared = true;
			push(to, slot->page, slot->offset, n, true);
			if (!tee) {
				slot->offset += n;
				slot->length -= n;
			}
		} else {
			push(to, slot->page, slot->offset, n, slot->shared);
			slot->page = NULL;
			WRITE_ONCE(from->tail, from->tail + 1);
		}
		pipe_slot(to, to->head - 1)->packet = slot->packet;
		at++;
		done += n;
		length -= n;
	}
	return done;
}

static ssize_t pipe_to_pipe(struct pipe *from, struct pipe *to, size_t length, bool nonblock,
			    bool tee)
{
	ssize_t n;

	if (from == to)
		return -EINVAL;
	if (!length)
		return 0;
	for (;;) {
		mutex_lock(&from->lock);
		n = need_data(from, nonblock);
		mutex_unlock(&from->lock);
		if (n <= 0)
			return n;
		mutex_lock(&to->lock);
		n = need_room(to, nonblock);
		mutex_unlock(&to->lock);
		if (n)
			return n;
		lock_both(from, to);
		n = move_slots(from, to, length, tee);
		unlock_both(from, to);
		if (n) {
			pipe_wake_readers(to);
			if (!tee)
				pipe_wake_writers(from);
			return n;
		}
	}
}

/* An offset goes with a file, never with a pipe. */
static int load_offset(unsigned long user, const struct pipe *pipe, loff_t *pos)
{
	if (!user)
		return 0;
	if (pipe)
		return -ESPIPE;
	return copy_from_user(pos, user, sizeof(*pos));
}

static ssize_t splice_files(struct file *in, unsigned long user_in, struct file *out,
			    unsigned long user_out, size_t length, unsigned int flags)
{
	struct pipe *from = pipe_of_file(in), *to = pipe_of_file(out);
	loff_t in_pos = 0, out_pos = 0;
	ssize_t n;

	if (!(in->mode & FILE_READ) || !(out->mode & FILE_WRITE))
		return -EBADF;
	if (!from && !to)
		return -EINVAL;
	n = load_offset(user_in, from, &in_pos);
	if (!n)
		n = load_offset(user_out, to, &out_pos);
	if (n)
		return n;
	if ((user_in && in->mode & FILE_STREAM) || (user_out && out->mode & FILE_STREAM))
		return -ESPIPE;
	if (in_pos < 0 || out_pos < 0)
		return -EINVAL;
	if (from && to) {
		bool nonblock = (in->flags | out->flags) & O_NONBLOCK || flags & SPLICE_F_NONBLOCK;

		return pipe_to_pipe(from, to, length, nonblock, false);
	}
	if (to) {
		n = file_to_pipe(in, user_in ? &in_pos : &in->pos, to, length,
				 out->flags & O_NONBLOCK || flags & SPLICE_F_NONBLOCK);
	} else {
		if (READ_ONCE(out->flags) & O_APPEND)
			return -EINVAL;
		n = pipe_to_file(from, out, user_out ? &out_pos : &out->pos, length,
				 in->flags & O_NONBLOCK || flags & SPLICE_F_NONBLOCK);
	}
	if (n > 0 && ((user_in && copy_to_user(user_in, &in_pos, sizeof(in_pos))) ||
		      (user_out && copy_to_user(user_out, &out_pos, sizeof(out_pos)))))
		n = -EFAULT;
	return n;
}

SYSCALL(splice)
{
	size_t length = MIN(args->arg[4], (size_t)0x7ffff000);
	unsigned int flags = (unsigned int)args->arg[5];
	struct fd in, out;
	ssize_t n = -EBADF;

	if (!length)
		return 0;
	if (flags & ~SPLICE_F_ALL)
		return -EINVAL;
	in = fd_get((int)args->arg[0]);
	out = fd_get((int)args->arg[2]);
	if (in.file && out.file)
		n = splice_files(in.file, args->arg[1], out.file, args->arg[3], length, flags);
	fd_put(out);
	fd_put(in);
	return n;
}

SYSCALL(tee)
{
	unsigned int flags = (unsigned int)args->arg[3];
	struct fd in, out;
	ssize_t n = -EBADF;

	if (flags & ~SPLICE_F_ALL)
		return -EINVAL;
	if (!args->arg[2])
		return 0;
	in = fd_get((int)args->arg[0]);
	out = fd_get((int)args->arg[1]);
	if (in.file && out.file && in.file->mode & FILE_READ && out.file->mode & FILE_WRITE) {
		struct pipe *from = pipe_of_file(in.file), *to = pipe_of_file(out.file);
		bool nonblock = (in.file->flags | out.file->flags) & O_NONBLOCK ||
				flags & SPLICE_F_NONBLOCK;

		n = from && to ? pipe_to_pipe(from, to, args->arg[2], nonblock, true) : -EINVAL;
	}
	fd_put(out);
	fd_put(in);
	return n;
}

SYSCALL(vmsplice)
{
	struct iovec fast[UIO_FASTIOV], *allocated = NULL;
	unsigned int flags = (unsigned int)args->arg[3];
	struct uio uio;
	struct fd fd;
	ssize_t n;

	if (flags & ~SPLICE_F_ALL)
		return -EINVAL;
	fd = fd_get((int)args->arg[0]);
	n = -EBADF;
	if (!fd.file || !pipe_of_file(fd.file))
		goto out;
	n = uio_import(&uio, hal_user_ptr(const void, args->arg[1]), args->arg[2], fast,
		       &allocated);
	if (n)
		goto out;
	/* Pages are copied, not lent: a program cannot tell but by the clock. */
	n = fd.file->mode & FILE_WRITE ? pipe_write(fd.file, &uio, NULL)
				       : pipe_read(fd.file, &uio, NULL);
	kfree(allocated);
out:
	fd_put(fd);
	return n;
}
