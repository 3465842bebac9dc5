// SPDX-License-Identifier: MIT
/* Files of text made on demand. */
#include <core/errno.h>
#include <core/lib/string.h>
#include <core/printk.h>
#include <core/slab.h>
#include <core/textfile.h>

struct text_file {
	struct mutex lock;
	struct text text; /* [lock] */
	int (*show)(struct text *text, void *argument);
	void *argument;
	uint64_t mark;
};

/* Room for n more bytes and a NUL. */
static bool make_room(struct text *text, size_t n)
{
	size_t size = text->size ? text->size : 1024;
	char *buf;

	if (text->no_memory)
		return false;
	if (text->length + n < text->size)
		return true;
	while (size <= text->length + n)
		size *= 2;
	buf = size > 8192 ? vmalloc(size) : kmalloc(size, GFP_KERNEL);
	if (!buf) {
		text->no_memory = true;
		return false;
	}
	if (text->length)
		memcpy(buf, text->buf, text->length);
	kfree(text->buf);
	text->buf = buf;
	text->size = size;
	return true;
}

void text_write(struct text *text, const void *data, size_t n)
{
	if (!make_room(text, n))
		return;
	memcpy(text->buf + text->length, data, n);
	text->length += n;
}

void text_reserve(struct text *text, size_t n)
{
	(void)make_room(text, n); /* a failure is remembered in the text */
}

void text_puts(struct text *text, const char *s)
{
	text_write(text, s, strlen(s));
}

void text_printf(struct text *text, const char *format, ...)
{
	va_list ap;
	int n;

	if (!make_room(text, 80))
		return;
	va_start(ap, format);
	n = vsnprintf(text->buf + text->length, text->size - text->length, format, ap);
	va_end(ap);
	if (n < 0)
		return;
	if ((size_t)n >= text->size - text->length) {
		if (!make_room(text, (size_t)n))
			return;
		va_start(ap, format);
		n = vsnprintf(text->buf + text->length, text->size - text->length, format, ap);
		va_end(ap);
	}
	text->length += (size_t)n;
}

void text_escape(struct text *text, const char *s, const char *special)
{
	for (; *s; s++) {
		if (strchr(special, *s))
			text_printf(text, "\\%03o", (unsigned char)*s);
		else
			text_write(text, s, 1);
	}
}

void text_free(struct text *text)
{
	kfree(text->buf);
	*text = (struct text){NULL, 0, 0, false};
}

int text_open(struct file *file, int (*show)(struct text *text, void *argument), void *argument)
{
	struct text_file *t = kzalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return -ENOMEM;
	mutex_init(&t->lock, "text file");
	t->show = show;
	t->argument = argument;
	file->private = t;
	return 0;
}

ssize_t text_read(struct file *file, struct uio *uio, loff_t *pos)
{
	struct text_file *t = file->private;
	ssize_t result = 0;

	mutex_lock(&t->lock);
	if (*pos == 0 || !t->text.buf) {
		t->text.length = 0;
		t->text.no_memory = false;
		result = t->show(&t->text, t->argument);
		if (!result && t->text.no_memory)
			result = -ENOMEM;
	}
	if (!result && *pos >= 0 && (size_t)*pos < t->text.length) {
		size_t n = MIN(t->text.length - (size_t)*pos, uio->left);

		result = (ssize_t)uio_copy_to(uio, t->text.buf + *pos, n);
		if (!result && n)
			result = -EFAULT;
		if (result > 0)
			*pos += result;
	}
	mutex_unlock(&t->lock);
	return result;
}

loff_t text_seek(struct file *file, loff_t offset, int whence)
{
	if (whence != SEEK_SET && whence != SEEK_CUR)
		return -EINVAL;
	return file_seek_generic(file, offset, whence, 0, INT64_MAX);
}

loff_t text_seek_plain(struct file *file, loff_t offset, int whence, loff_t max)
{
	loff_t size = READ_ONCE(file->inode->size);

	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		return file_seek_generic(file, offset, whence, size, max);
	if (offset < 0 || offset >= size)
		return -ENXIO;
	return file->pos = whence == SEEK_DATA ? offset : size;
}

uint64_t *text_mark(struct file *file)
{
	struct text_file *t = file->private;

	return &t->mark;
}

void text_release(struct file *file)
{
	struct text_file *t = file->private;

	text_free(&t->text);
	kfree(t);
}

void *text_argument(const struct file *file)
{
	struct text_file *t = file->private;

	return t->argument;
}
