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
#define READ_PAGES	  256u /* at most, by one splice from a file */

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
			signal_send_self(SIGPIPE);
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

static void push(struct pipe *pipe, struct pipe_slot slot)
{
	*pipe_slot(pipe, pipe->head) = slot;
	store_release(&pipe->head, pipe->head + 1);
}

static struct page *page_at(const struct iovec *piece)
{
	return page_of(page_linear_pa((const void *)piece->base));
}

/* New pages for length bytes, the first of which lies skip bytes into a page of its file. 0 or -ENOMEM. */
static int pages_for(struct iovec *iov, unsigned int count, size_t skip, size_t length)
{
	for (unsigned int i = 0; i < count; i++) {
		struct page *page = page_alloc(GFP_KERNEL, 0);

		if (!page) {
			while (i--)
				page_put(page_at(&iov[i]));
			return -ENOMEM;
		}
		iov[i] = (struct iovec){(unsigned long)page_address(page),
					MIN(length, PAGE_SIZE - skip)};
		length -= iov[i].length;
		skip = 0;
	}
	return 0;
}

/* The first n bytes of the pages go into the pipe; what is left over is freed. So many did, or -errno. What can be read again
 * (not `all`) need not go in. */
static ssize_t push_pages(struct pipe *pipe, const struct iovec *iov, unsigned int count, ssize_t n,
			  bool all, bool nonblock)
{
	ssize_t done = 0;
	int error = 0;

	for (unsigned int i = 0; i < count; i++) {
		struct page *page = page_at(&iov[i]);
		size_t part = n > done ? MIN((size_t)(n - done), iov[i].length) : 0;

		if (part && !error) {
			mutex_lock(&pipe->lock);
			/* Others may have filled it meanwhile. */
			error = need_room(pipe, !all && (nonblock || done));
			if (!error)
				push(pipe,
				     (struct pipe_slot){.page = page, .length = (uint32_t)part});
			mutex_unlock(&pipe->lock);
			if (!error) {
				pipe_wake_readers(pipe);
				done += (ssize_t)part;
				continue;
			}
		}
		page_put(page);
	}
	return done ? done : n < 0 ? n : error;
}

/* One read of as much as the pipe has room for: what is there is enough, and a packet must come in one piece. A file's own
 * pages go into slots as they lie; what of them did not get in is still to be read. */
static ssize_t file_to_pipe(struct file *in, loff_t *pos, struct pipe *pipe, size_t length,
			    bool nonblock)
{
	size_t skip = in->inode->cache.ops ? (size_t)*pos & (PAGE_SIZE - 1) : 0;
	bool file = S_ISREG(in->inode->mode);
	unsigned int room, count;
	struct iovec *iov;
	ssize_t n, got;

	mutex_lock(&pipe->lock);
	n = need_room(pipe, nonblock);
	room = MIN(pipe->size - (pipe->head - pipe->tail), READ_PAGES);
	mutex_unlock(&pipe->lock);
	if (!n && length && !file_splices_from(in))
		n = -EINVAL;
	if (n || !length)
		return n;
	length = MIN(length, room * PAGE_SIZE - skip);
	count = (unsigned int)((skip + length + PAGE_SIZE - 1) / PAGE_SIZE);
	iov = kmalloc(count * sizeof(*iov), GFP_KERNEL);
	n = iov ? pages_for(iov, count, skip, length) : -ENOMEM;
	if (!n) {
		struct uio uio = {.iov = iov,
				  .count = count,
				  .left = length,
				  .kernel = true,
				  .nowait = nonblock && in->mode & FILE_SPLICE_NOWAIT};

		got = vfs_read_uio(in, &uio, pos);
		n = push_pages(pipe, iov, count, got, !file, nonblock);
		if (file && n < got)
			*pos -= got - MAX(n, 0);
	}
	kfree(iov);
	return n;
}

ssize_t pipe_fill(struct file *out, struct file *in, loff_t *pos, size_t length)
{
	return file_to_pipe(in, pos, pipe_of_file(out), length, READ_ONCE(out->flags) & O_NONBLOCK);
}

static ssize_t pipe_to_file(struct pipe *pipe, struct file *out, loff_t *pos, size_t length,
			    bool nonblock)
{
	ssize_t done = 0, n = 0;

	if (!file_splices_to(out))
		return -EINVAL;
	mutex_lock(&pipe->lock);
	while (length) {
		struct pipe_slot *slot;
		unsigned int used;

		n = need_data(pipe, nonblock || done);
		if (n <= 0)
			break;
		used = pipe_used(pipe);
		slot = pipe_slot(pipe, pipe->tail);
		n = vfs_write(out, (char *)page_address(slot->page) + slot->offset,
			      MIN(length, (size_t)slot->length), pos);
		if (n <= 0)
			break;
		slot->offset += (uint32_t)n;
		slot->length -= (uint32_t)n;
		if (!slot->length) {
			pipe_slot_done(pipe);
			pipe_made_room(pipe, used);
		}
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

/* Both locked: move (or, tee, share) slots, as many as there are and have room. Bytes. */
static ssize_t move_slots(struct pipe *from, struct pipe *to, size_t length, bool tee)
{
	unsigned int at = from->tail;
	ssize_t done = 0;

	while (length && at != from->head && !pipe_full(to)) {
		struct pipe_slot *slot = pipe_slot(from, at);
		uint32_t n = (uint32_t)MIN(length, (size_t)slot->length);

		if (tee || n < slot->length) {
			struct pipe_slot copy = *slot;

			/* What follows in the page is still the first slot's to append to. */
			page_get(slot->page);
			slot->shared = copy.shared = true;
			copy.open = false;
			copy.length = n;
			push(to, copy);
			if (!tee) {
				slot->offset += n;
				slot->length -= n;
			}
		} else {
			push(to, *slot);
			slot->page = NULL;
			WRITE_ONCE(from->tail, from->tail + 1);
		}
		at++;
		done += n;
		length -= n;
	}
	return done;
}

static ssize_t pipe_to_pipe(struct pipe *from, struct pipe *to, size_t length, bool nonblock,
			    bool tee)
{
	unsigned int used, left;
	ssize_t n;

	if (from == to)
		return -EINVAL;
	for (;;) {
		bool ended;

		mutex_lock(&from->lock);
		n = need_data(from, nonblock);
		mutex_unlock(&from->lock);
		if (n < 0)
			return n;
		mutex_lock(&to->lock);
		n = need_room(to, nonblock); /* at the end of from, too: nobody reads is worse */
		mutex_unlock(&to->lock);
		if (n)
			return n;
		lock_both(from, to);
		used = pipe_used(from);
		n = move_slots(from, to, length, tee);
		left = pipe_used(from);
		ended = pipe_empty(from) && !from->writers;
		unlock_both(from, to);
		if (n || ended)
			break;
	}
	if (n) {
		pipe_wake_readers(to);
		if (left < used)
			pipe_made_room(from, used);
	}
	return n;
}

/* The place in the file at one end of a splice: *user's, or its own (*pos is then not to be given back). */
static int place_in(const struct file *file, unsigned long user, size_t length, loff_t *pos)
{
	if (!user)
		*pos = file->pos;
	else if (file->mode & FILE_STREAM)
		return -EINVAL;
	return file_check_place(*pos, length);
}

static ssize_t splice_out(struct file *in, struct file *out, bool given, loff_t *given_pos,
			  size_t length, bool nonblock)
{
	loff_t pos = *given_pos;
	ssize_t n = place_in(out, given, length, &pos);

	if (READ_ONCE(out->flags) & O_APPEND)
		return -EINVAL;
	if (n)
		return n;
	n = pipe_to_file(pipe_of_file(in), out, &pos, length, nonblock || in->flags & O_NONBLOCK);
	*(given ? given_pos : &out->pos) = pos;
	return n;
}

static ssize_t splice_in(struct file *in, struct file *out, bool given, loff_t *given_pos,
			 size_t length, bool nonblock)
{
	loff_t pos = *given_pos;
	ssize_t n = place_in(in, given, length, &pos);

	if (n)
		return n;
	n = file_to_pipe(in, &pos, pipe_of_file(out), length, nonblock || out->flags & O_NONBLOCK);
	*(given ? given_pos : &in->pos) = pos;
	return n;
}

/* A pipe has no places; and who splices from or to one may find it locked: RWF_NOWAIT is over. */
static int check_pipe_end(struct file *file, unsigned long user)
{
	if (!pipe_of_file(file))
		return 0;
	if (user)
		return -ESPIPE;
	__atomic_fetch_and(&file->mode, ~FILE_NOWAIT, __ATOMIC_RELAXED);
	return 0;
}

static ssize_t splice_files(struct file *in, unsigned long user_in, struct file *out,
			    unsigned long user_out, size_t length, unsigned int flags)
{
	struct pipe *from = pipe_of_file(in), *to = pipe_of_file(out);
	bool nonblock = flags & SPLICE_F_NONBLOCK;
	unsigned long user = user_in ? user_in : user_out; /* only one is no pipe */
	loff_t pos = 0;
	ssize_t n = check_pipe_end(in, user_in);

	if (!n)
		n = check_pipe_end(out, user_out);
	if (!n && user)
		n = copy_from_user(&pos, user, sizeof(pos));
	if (n)
		return n;
	if (!(in->mode & FILE_READ) || !(out->mode & FILE_WRITE))
		return -EBADF;
	if (from && to)
		return pipe_to_pipe(from, to, length,
				    nonblock || (in->flags | out->flags) & O_NONBLOCK, false);
	if (!from && !to)
		return -EINVAL;
	n = from ? splice_out(in, out, user, &pos, length, nonblock)
		 : splice_in(in, out, user, &pos, length, nonblock);
	if (n >= 0 && user && copy_to_user(user, &pos, sizeof(pos)))
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

/* A program's pages, each to a slot of its own. They are copied, not lent: what is changed before it is read is
 * read as it was. */
static ssize_t memory_to_pipe(struct pipe *pipe, struct uio *uio, bool nonblock)
{
	ssize_t done = 0, n;

	mutex_lock(&pipe->lock);
	n = need_room(pipe, nonblock);
	while (!n && uio->left && !pipe_full(pipe)) {
		uio_advance(uio, 0); /* past empty parts */
		size_t offset = (uio->iov->base + uio->offset) & (PAGE_SIZE - 1);

		n = pipe_add_page(pipe, uio,
				  MIN(uio->iov->length - uio->offset, PAGE_SIZE - offset), false,
				  false);
		if (n > 0) {
			done += n;
			n = 0;
		}
	}
	mutex_unlock(&pipe->lock);
	if (done)
		pipe_wake_readers(pipe);
	return done ? done : n;
}

static ssize_t pipe_to_memory(struct pipe *pipe, struct uio *uio, bool nonblock)
{
	unsigned int used, left;
	ssize_t n;

	mutex_lock(&pipe->lock);
	n = need_data(pipe, nonblock);
	used = pipe_used(pipe);
	if (n > 0)
		n = pipe_take(pipe, uio, false);
	left = pipe_used(pipe);
	mutex_unlock(&pipe->lock);
	if (left < used)
		pipe_made_room(pipe, used);
	return n;
}

SYSCALL(vmsplice)
{
	struct iovec fast[UIO_FASTIOV], *allocated = NULL;
	unsigned int flags = (unsigned int)args->arg[3];
	bool nonblock = flags & SPLICE_F_NONBLOCK; /* the file's O_NONBLOCK does not count here */
	struct pipe *pipe;
	struct uio uio;
	struct fd fd;
	ssize_t n = -EBADF;

	if (flags & ~SPLICE_F_ALL)
		return -EINVAL;
	fd = fd_get((int)args->arg[0]);
	if (!fd.file || !(fd.file->mode & (FILE_READ | FILE_WRITE)))
		goto out;
	n = uio_import(&uio, hal_user_ptr(const void, args->arg[1]), args->arg[2], fast,
		       &allocated);
	if (n || !uio.left)
		goto out_free;
	pipe = pipe_of_file(fd.file);
	n = -EBADF;
	if (pipe) {
		(void)check_pipe_end(fd.file, 0);
		n = fd.file->mode & FILE_WRITE ? memory_to_pipe(pipe, &uio, nonblock)
					       : pipe_to_memory(pipe, &uio, nonblock);
	}
out_free:
	kfree(allocated);
out:
	fd_put(fd);
	return n;
}
