// SPDX-License-Identifier: MIT
// Archives: every kind of member, fed in pieces of every size; hard links; what is damaged is named. The fuzzer (tests/fuzz)
// tries the rest.
// sources: core/vfs/cpio.c

#include "../../../../core/vfs/cpio.h"

#include "../../test.h"

#include <core/errno.h>
#include <core/slab.h>
#include <core/uapi/stat.h>

#include <stdarg.h>
#include <stdlib.h>

void *kmalloc(size_t n, unsigned int gfp)
{
	(void)gfp;
	return malloc(n);
}

void kfree(const void *p)
{
	free((void *)(uintptr_t)p);
}

// ---- what comes out: one line per member ----

static char told[2048];

static void tell(const char *format, ...)
{
	size_t n = strlen(told);
	va_list ap;

	va_start(ap, format);
	vsnprintf(told + n, sizeof(told) - n, format, ap);
	va_end(ap);
}

static int begin(struct cpio_sink *sink, const struct cpio_entry *entry, const char **why)
{
	(void)sink, (void)why;
	tell("%s %o %u:%u", entry->name, entry->mode, entry->uid, entry->gid);
	if (entry->link_to)
		tell(" = %s", entry->link_to);
	if (entry->target)
		tell(" -> %s", entry->target);
	if (S_ISREG(entry->mode))
		tell(" [");
	return 0;
}

static int data(struct cpio_sink *sink, const void *bytes, size_t n, const char **why)
{
	(void)sink, (void)why;
	tell("%.*s", (int)n, (const char *)bytes);
	return 0;
}

static int end(struct cpio_sink *sink, const char **why)
{
	(void)sink, (void)why;
	tell(strchr(strrchr(told, '\n') ? strrchr(told, '\n') : told, '[') ? "]\n" : "\n");
	return 0;
}

static struct cpio_sink sink = {begin, data, end};

// ---- what goes in ----

static char archive[8192];
static size_t length;

static void append(const void *bytes, size_t n)
{
	memcpy(archive + length, bytes, n);
	length += n;
	while (length % 4)
		archive[length++] = 0;
}

static void member(const char *name, unsigned int ino, unsigned int mode, unsigned int nlink,
		   const char *contents)
{
	char header[111 + 256];
	int n = snprintf(header, sizeof(header),
			 "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%s", ino, mode,
			 7u, 8u, nlink, 0u, (unsigned int)strlen(contents), 0u, 0u, 0u, 0u,
			 (unsigned int)strlen(name) + 1, 0u, name);

	append(header, (size_t)n + 1);
	append(contents, strlen(contents));
}

static void trailer(void)
{
	member("TRAILER!!!", 0, 0, 1, "");
}

/* All of the archive in pieces of `step` bytes: 0, or the error with *why. */
static int feed(size_t step, const char **why)
{
	struct cpio cpio;
	ssize_t n = 0;

	told[0] = 0;
	*why = "";
	if (cpio_start(&cpio, &sink))
		return -ENOMEM;
	for (size_t at = 0; at < length && !cpio_done(&cpio); at += (size_t)n) {
		n = cpio_feed(&cpio, archive + at, MIN(step, length - at), why);
		if (n <= 0)
			break;
	}
	if (n >= 0)
		n = cpio_unfinished(&cpio) ? -EPIPE : 0;
	cpio_finish(&cpio);
	return (int)n;
}

TEST(every_kind_in_pieces_of_every_size)
{
	const char *why;

	length = 0;
	member("dir", 1, S_IFDIR | 0755, 2, "");
	member("dir/file", 2, S_IFREG | 0644, 1, "hello");
	member("empty", 3, S_IFREG | 0600, 1, "");
	member("link", 4, S_IFLNK | 0777, 1, "dir/file");
	member("null", 5, S_IFCHR | 0666, 1, "");
	member("pipe", 6, S_IFIFO | 0600, 1, "");
	trailer();
	for (size_t step = 1; step <= length; step++) {
		CHECK_EQ(feed(step, &why), 0);
		CHECK_STR(told, "dir 40755 7:8\n"
				"dir/file 100644 7:8 [hello]\n"
				"empty 100600 7:8 []\n"
				"link 120777 7:8 -> dir/file\n"
				"null 20666 7:8\n"
				"pipe 10600 7:8\n");
	}
}

TEST(hard_links)
{
	const char *why;

	length = 0;
	member("one", 9, S_IFREG | 0644, 3, "");
	member("two", 9, S_IFREG | 0644, 3, "");
	member("other", 10, S_IFREG | 0644, 2, "");
	member("three", 9, S_IFREG | 0644, 3, "data"); // it comes with the last one
	trailer();
	CHECK_EQ(feed(length, &why), 0);
	CHECK_STR(told, "one 100644 7:8 []\ntwo 100644 7:8 = one []\nother 100644 7:8 []\n"
			"three 100644 7:8 = one [data]\n");
}

static void refused(const char *reason)
{
	const char *why;

	CHECK_EQ(feed(length, &why), -EINVAL);
	CHECK(strstr(why, reason) != NULL);
	if (!strstr(why, reason))
		printf("it says \"%s\"\n", why);
}

TEST(damage_is_named)
{
	const char *why;

	length = 0;
	member("file", 1, S_IFREG | 0644, 1, "hello");
	trailer();
	archive[0] = 'x';
	refused("no cpio magic");
	archive[0] = '0';
	archive[5] = '7';
	refused("old format");
	archive[5] = '1';
	archive[10] = 'g';
	refused("hexadecimal");
	archive[10] = '0';
	archive[110 + 2] = 0; // the name
	refused("does not end where its header says");
	archive[110 + 2] = 'l';
	length -= 130; // the trailer is missing
	CHECK_EQ(feed(length, &why), -EPIPE);

	length = 0;
	member("dir", 1, S_IFDIR | 0755, 2, "contents");
	refused("has contents");
	length = 0;
	member("link", 1, S_IFLNK | 0777, 1, "");
	refused("impossible length");
	length = 0;
	member("", 1, S_IFREG | 0644, 1, "");
	refused("empty name");
	length = 0;
	member("what", 1, 0170644, 1, "");
	refused("unknown kind");
}
