// SPDX-License-Identifier: MIT
/* sendfile and copy_file_range: from file to file by way of a kernel buffer. (splice, tee,
 * vmsplice: the pipe room.) */
#include "internal.h"

#include <core/syscall.h>

#define BUFFER ((size_t)16384)

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
			ssize_t step =
				vfs_write(out, buf + written, (size_t)(n - written), out_pos);

			if (step <= 0) {
				error = step ? step : -EIO;
				break;
			}
			written += step;
		}
		*in_pos += written;
		done += written;
		count -= (size_t)written;
		if (signal_pending() && count)
			break;
		resched_point();
	}
	kfree(buf);
	io_count_read(done);
	io_count_write(done);
	return done ? done : error;
}

SYSCALL(sendfile)
{
	unsigned long user_offset = args->arg[2];
	size_t count = MIN(args->arg[3], (size_t)0x7ffff000);
	struct fd out = fd_get((int)args->arg[0]), in = fd_get((int)args->arg[1]);
	loff_t pos = 0, *in_pos;
	ssize_t n = -EBADF;

	if (!in.file || !out.file || !(in.file->mode & FILE_READ) || !(out.file->mode & FILE_WRITE))
		goto out;
	in_pos = &in.file->pos;
	if (user_offset) {
		n = -ESPIPE;
		if (in.file->mode & FILE_STREAM)
			goto out;
		n = -EFAULT;
		if (copy_from_user(&pos, user_offset, sizeof(pos)))
			goto out;
		in_pos = &pos;
	}
	n = -EINVAL;
	if (*in_pos < 0 || S_ISDIR(in.file->inode->mode) || READ_ONCE(out.file->flags) & O_APPEND)
		goto out;
	/* From what cannot be read again only into a pipe, which can hold it: cat relies on that.
	 */
	if (in.file->mode & FILE_STREAM && !S_ISFIFO(out.file->inode->mode))
		goto out;
	n = count ? copy(in.file, in_pos, out.file, &out.file->pos, count) : 0;
	if (user_offset && copy_to_user(user_offset, &pos, sizeof(pos)))
		n = -EFAULT;
out:
	fd_put(in);
	fd_put(out);
	return n;
}

static int check_range(const struct file *in, loff_t from, const struct file *out, loff_t to,
		       size_t count)
{
	loff_t end;

	if (S_ISDIR(in->inode->mode) || S_ISDIR(out->inode->mode))
		return -EISDIR;
	if (!S_ISREG(in->inode->mode) || !S_ISREG(out->inode->mode))
		return -EINVAL;
	if (!(in->mode & FILE_READ) || !(out->mode & FILE_WRITE) ||
	    READ_ONCE(out->flags) & O_APPEND)
		return -EBADF;
	if (from < 0 || to < 0)
		return -EINVAL;
	if (__builtin_add_overflow(from, (loff_t)count, &end) ||
	    __builtin_add_overflow(to, (loff_t)count, &end))
		return -EOVERFLOW;
	if (in->inode == out->inode && from < to + (loff_t)count && to < from + (loff_t)count)
		return -EINVAL;
	return 0;
}

SYSCALL(copy_file_range)
{
	unsigned long user_from = args->arg[1], user_to = args->arg[3];
	size_t count = MIN(args->arg[4], (size_t)0x7ffff000);
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
	/* What lies behind the end is not copied and so cannot overlap. */
	if (S_ISREG(in.file->inode->mode)) {
		loff_t size = READ_ONCE(in.file->inode->size);

		count = from >= size ? 0 : MIN(count, (size_t)(size - from));
	}
	n = check_range(in.file, from, out.file, to, count);
	if (n)
		goto out;
	n = count ? copy(in.file, &from, out.file, &to, count) : 0;
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
