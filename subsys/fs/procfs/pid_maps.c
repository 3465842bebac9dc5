// SPDX-License-Identifier: MIT
/* /proc/PID/maps, and mem: another process's address space. */
#include "internal.h"

/* One line of maps, with the name in column 74. */
void proc_maps_line(struct text *text, const struct vma *vma, char *buf)
{
	size_t start = text->length;
	const char *name = vma_name(vma);
	const struct inode *inode = vma->file ? vma->file->inode : NULL;

	text_printf(text, "%08lx-%08lx %c%c%c%c %08llx %02x:%02x %llu", vma->start, vma->end,
		    vma->flags & VM_READ ? 'r' : '-', vma->flags & VM_WRITE ? 'w' : '-',
		    vma->flags & VM_EXEC ? 'x' : '-', vma->flags & VM_SHARED ? 's' : 'p',
		    inode || vma->bare_cache ? (unsigned long long)vma->offset << PAGE_SHIFT : 0ull,
		    inode ? MAJOR(inode->super->dev) : 0, inode ? MINOR(inode->super->dev) : 0,
		    inode ? (unsigned long long)inode->ino : 0ull);
	if (inode) {
		char *path = file_name(&vma->file->path, buf, PATH_MAX);

		name = is_err(path) ? "?" : path;
	}
	if (name) {
		static const char blanks[] =
			"                                                                         ";
		size_t used = text->length - start;

		text_write(text, blanks, used < 73 ? 73 - used : 1);
		text_escape(text, name, "\n");
	}
	text_write(text, "\n", 1);
}

int proc_each_mapping(struct text *text, struct file *file, proc_mapping_fn *each, void *state)
{
	struct thread *thread = proc_thread(proc_of(file->inode));
	struct mm *mm;
	char *buf;

	if (!thread)
		return -ESRCH;
	thread_put(thread);
	mm = proc_file_mm(file);
	if (!mm)
		return 0;
	buf = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!buf) {
		mm_put_user(mm);
		return -ENOMEM;
	}
	rwsem_read(&mm->lock);
	for (const struct vma *vma = vma_find(mm, 0); vma && !signal_fatal_pending();
	     vma = vma_next(vma)) {
		each(text, vma, buf, state);
		resched_point();
	}
	rwsem_read_done(&mm->lock);
	kfree(buf);
	mm_put_user(mm);
	return 0;
}

static void show_maps(struct text *text, const struct vma *vma, char *buf, void *state)
{
	(void)state;
	proc_maps_line(text, vma, buf);
}

int proc_pid_maps(struct text *text, void *file)
{
	return proc_each_mapping(text, file, show_maps, NULL);
}

/* ---- mem ---- */

static int mem_open(struct inode *inode, struct file *file)
{
	struct mm *mm = proc_mm_keep(proc_of(inode));

	if (is_err_or_null(mm))
		return mm ? (int)ptr_err(mm) : -ESRCH;
	file->private = mm;
	return 0;
}

static void mem_release(struct file *file)
{
	if (file->private)
		mm_put(file->private);
}

static ssize_t mem_transfer(struct file *file, struct uio *uio, loff_t *pos, bool write)
{
	struct mm *mm = file->private;
	ssize_t done = 0, error = 0;
	char *buf;

	if (*pos < 0 && uio->left >= -(uint64_t)*pos)
		return -EOVERFLOW;
	if (!mm || !refcount_get_unless_zero(&mm->users))
		return 0;
	buf = kmalloc(PAGE_SIZE, GFP_KERNEL);
	if (!buf)
		error = -ENOMEM;
	while (!error && uio->left) {
		size_t n = MIN(uio->left, PAGE_SIZE - (size_t)((uint64_t)*pos % PAGE_SIZE)), moved;

		if (write && uio_copy_from(uio, buf, n) != n) {
			error = -EFAULT;
			break;
		}
		moved = mm_access(mm, (vaddr_t)*pos, buf, n, write, true);
		if (!moved) {
			error = -EIO;
			break;
		}
		if (!write && uio_copy_to(uio, buf, moved) != moved) {
			error = -EFAULT;
			break;
		}
		done += (ssize_t)moved;
		*pos += (loff_t)moved;
		if (moved < n || signal_fatal_pending())
			break;
	}
	kfree(buf);
	mm_put_user(mm);
	return done ? done : error;
}

static ssize_t mem_read(struct file *file, struct uio *uio, loff_t *pos)
{
	return mem_transfer(file, uio, pos, false);
}

static ssize_t mem_write(struct file *file, struct uio *uio, loff_t *pos)
{
	return mem_transfer(file, uio, pos, true);
}

static loff_t mem_seek(struct file *file, loff_t offset, int whence)
{
	if (whence == SEEK_CUR)
		offset += file->pos;
	else if (whence != SEEK_SET)
		return -EINVAL;
	return file->pos = offset; /* addresses may look negative */
}

const struct file_ops proc_mem_ops = {.open = mem_open,
				      .release = mem_release,
				      .read = mem_read,
				      .write = mem_write,
				      .seek = mem_seek,
				      .traits = FILE_ADDRESSES | FILE_NO_SPLICE};
