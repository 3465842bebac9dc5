/* SPDX-License-Identifier: MIT */
/*
 * core/textfile.h - files whose contents are text made on demand (procfs, sysfs): the whole text is
 * made by the first read, and again by each read at position 0.
 */
#ifndef CORE_TEXTFILE_H
#define CORE_TEXTFILE_H

#include <core/vfs.h>

struct text {
	char *buf;
	size_t length, size;
	bool no_memory;
};

__printf(2, 3) void text_printf(struct text *text, const char *format, ...);
void text_write(struct text *text, const void *data, size_t n);
void text_puts(struct text *text, const char *s);
/* As in /proc/mounts: blanks, tabs, newlines and backslashes become octal escapes; newline_only:
 * only "\n" (maps). */
void text_escape(struct text *text, const char *s, const char *special);
/* Make room for n bytes now: text_printf() then does not allocate until they are used up. */
void text_reserve(struct text *text, size_t n);
void text_free(struct text *text);

/* file->private becomes the helper's; show makes the text, argument is given to it. 0 or -ENOMEM.
 */
struct text_file;
__must_check int text_open(struct file *file, int (*show)(struct text *text, void *argument),
			   void *argument);
ssize_t text_read(struct file *file, struct uio *uio, loff_t *pos);
loff_t text_seek(struct file *file, loff_t offset, int whence);
/* Of files whose text may be sought in like any other's, up to max, though it has no size but the
 * inode's. */
loff_t text_seek_plain(struct file *file, loff_t offset, int whence, loff_t max);
/* A number that the owner of the text keeps with each open file, 0 at first. */
uint64_t *text_mark(struct file *file);
/* For poll: it can always be read and written. */
#define TEXT_READY (POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM)
void text_release(struct file *file);
void *text_argument(const struct file *file);

/* A file below /proc/net, which the room that knows its text announces. */
struct net_text {
	const char *name;
	int (*show)(struct text *text, void *unused);
};
#define NET_TEXT(t)                                      \
	static const struct net_text *const net_text_##t \
		__attribute__((used, section("core_net_texts"))) = &t

/* A number below /proc/sys that root may change, 0 .. max; folder is one of those that sysctl.c has. */
struct tunable {
	const char *folder, *name;
	unsigned int *value;
	unsigned int max;
};
#define TUNABLE(t)                                     \
	static const struct tunable *const tunable_##t \
		__attribute__((used, section("core_tunables"))) = &t

#endif
