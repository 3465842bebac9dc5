// SPDX-License-Identifier: MIT
/* sendfile and copy_file_range: from file to file by way of a kernel buffer. (splice, tee,
 * vmsplice: the pipe room.) */
#include "internal.h"

#include <core/syscall.h>

#define BUFFER ((size_t)16384)

bool file_splices_from(const struct file *file)
{
	return !(file->ops->traits & FILE_NO_SPLICE_FROM) && file->ops->read &&
	       !S_ISFIFO(file->inode->mode);
}

bool file_splices_to(const struct file *file)
{
	return !(file->ops->traits & FILE_NO_SPLICE_TO) && file->ops->write;
}

/* Up to count bytes; positions advance by what arrived. Bytes, or -errno when there were none. */
static ssize_t copy(struct file *in, loff_t *in_pos, struct file *out, loff_t *out_pos,
		    size_t count)
{
	char *buf = kmalloc(BUFFER, GFP_KERNEL);
	ssize_t done = 0, error = 0;

	if (!buf)
		return -ENOMEM;
	while (count && !error) {
		loff_t from = *in_pos;
		ssize_t n = vfs_read(in, buf, MIN(count, BUFFER), &from), written = 0;

		if (n <= 0) {
			error = n;
			break;
		}
		while (written < n) {
			ssize_t step = file_splices_to(out)
					       ? vfs_write(out, buf + written,
							   (size_t)(n - written), out_pos)
					       : -EINVAL;

			if (step <= 0) {
				error = step ? step : -EIO;
				break;
			}
			written += step;
		}
		/* Where the file says the next byte is, or behind what was written of it. */
		*in_pos = written == n ? from : *in_pos + written;
		done += written;
		count -= (size_t)written;
		if (signal_pending() && count)
			break;
		resched_point();
	}
	kfree(buf);
	return done ? done : error;
}

static void count_both(ssize_t n)
{
	io_count_read(n);
	io_count_write(n);
}

ssize_t (*vfs_pipe_fill)(struct file *out, struct file *in, loff_t *pos, size_t length);

/* From what can be read again only: what was read and finds no room is read once more. */
static ssize_t send_to_file(struct file *in, loff_t *pos, struct file *out, size_t count)
{
	ssize_t n = file_check_place(out->pos, count);

	if (n)
		return n;
	if (READ_ONCE(out->flags) & O_APPEND || !(in->mode & FILE_SEEKABLE))
		return -EINVAL;
	if (!count)
		return 0;
	return file_splices_from(in) ? copy(in, pos, out, &out->pos, count) : -EINVAL;
}

/* Up to where both file systems have places: that is what positions are measured by, those of pipes too. */
static ssize_t send(struct file *in, loff_t *pos, struct file *out, size_t count)
{
	loff_t max;

	if (!out || !(out->mode & FILE_WRITE))
		return -EBADF;
	max = MIN(in->inode->super->max_size, out->inode->super->max_size);
	count = MIN(count, (size_t)UIO_MOVE_MAX);
	if (*pos + (loff_t)count > max) {
		if (*pos >= max)
			return -EOVERFLOW;
		count = (size_t)(max - *pos);
	}
	return S_ISFIFO(out->inode->mode) ? vfs_pipe_fill(out, in, pos, count)
					  : send_to_file(in, pos, out, count);
}

SYSCALL(sendfile)
{
	unsigned long user_offset = args->arg[2];
	struct fd out, in;
	loff_t pos = 0;
	ssize_t n = -EBADF;

	if (user_offset && copy_from_user(&pos, user_offset, sizeof(pos)))
		return -EFAULT;
	out = fd_get((int)args->arg[0]);
	in = fd_get((int)args->arg[1]);
	if (in.file && in.file->mode & FILE_READ) {
		if (!user_offset)
			pos = in.file->pos;
		n = user_offset && in.file->mode & FILE_STREAM
			    ? -ESPIPE
			    : file_check_place(pos, args->arg[3]);
		if (!n)
			n = send(in.file, &pos, out.file, args->arg[3]);
		count_both(n);
		if (!user_offset && n > 0)
			in.file->pos = pos;
	}
	if (user_offset && copy_to_user(user_offset, &pos, sizeof(pos)))
		n = -EFAULT;
	fd_put(in);
	fd_put(out);
	return n;
}

int file_check_copy(const struct file *in, const struct file *out)
{
	if (S_ISDIR(in->inode->mode) || S_ISDIR(out->inode->mode))
		return -EISDIR;
	if (!S_ISREG(in->inode->mode) || !S_ISREG(out->inode->mode))
		return -EINVAL;
	if (!(in->mode & FILE_READ) || !(out->mode & FILE_WRITE) ||
	    READ_ONCE(out->flags) & O_APPEND)
		return -EBADF;
	return 0;
}

/* What may be copied of *count bytes: 0 or -errno. Positions are judged by where they lead, as numbers without a
 * sign first. */
static int check_range(struct file *in, loff_t from, struct file *out, loff_t to, size_t *count)
{
	loff_t size = READ_ONCE(in->inode->size);
	uint64_t end;
	ssize_t room;

	int error = file_check_copy(in, out);

	if (error)
		return error;
	if (in->inode->super != out->inode->super)
		return -EXDEV;
	if (out->inode->flags & INODE_IMMUTABLE)
		return -EPERM;
	if (__builtin_add_overflow((uint64_t)from, *count, &end) ||
	    __builtin_add_overflow((uint64_t)to, *count, &end))
		return -EOVERFLOW;
	/* What lies behind the end is not copied and so cannot overlap. */
	*count = from >= size ? 0 : MIN(*count, (uint64_t)size - (uint64_t)from);
	if (to < 0)
		return -EINVAL;
	room = file_write_limit(out, to, *count);
	if (room < 0)
		return (int)room;
	*count = (size_t)room;
	if (in->inode == out->inode && from < to + (loff_t)*count && to < from + (loff_t)*count)
		return -EINVAL;
	if (file_check_place(from, *count) || file_check_place(to, *count))
		return -EINVAL;
	*count = MIN(*count, (size_t)UIO_MOVE_MAX);
	return 0;
}

SYSCALL(copy_file_range)
{
	unsigned long user_from = args->arg[1], user_to = args->arg[3];
	size_t count = args->arg[4];
	struct fd in = fd_get((int)args->arg[0]), out = fd_get((int)args->arg[2]);
	loff_t from, to;
	ssize_t n = -EBADF;

	if (!in.file || !out.file)
		goto out;
	from = in.file->pos;
	to = out.file->pos;
	n = -EFAULT;
	if ((user_from && copy_from_user(&from, user_from, sizeof(from))) ||
	    (user_to && copy_from_user(&to, user_to, sizeof(to))))
		goto out;
	n = -EINVAL;
	if (args->arg[5])
		goto out;
	n = check_range(in.file, from, out.file, to, &count);
	if (n)
		goto out;
	n = count ? copy(in.file, &from, out.file, &to, count) : 0;
	count_both(n);
	if (n > 0) {
		if (!user_from)
			in.file->pos = from;
		else if (copy_to_user(user_from, &from, sizeof(from)))
			n = -EFAULT;
		if (!user_to)
			out.file->pos = to;
		else if (copy_to_user(user_to, &to, sizeof(to)))
			n = -EFAULT;
	}
out:
	fd_put(in);
	fd_put(out);
	return n;
}
