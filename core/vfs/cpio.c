// SPDX-License-Identifier: MIT
/*
 * A push parser for cpio archives, newc format ("070701", and "070702" whose checksums are not
 * looked at).
 *
 * A member is a header of 110 characters (magic and thirteen 8-digit hexadecimal numbers), its name
 * with a NUL, padding to 4 bytes, its data, padding to 4. "TRAILER!!!" ends the archive. Members
 * with nlink > 1 and equal (device, inode) are names of one file; the data comes with one of them,
 * often the last.
 */
#include "cpio.h"

#include <core/errno.h>
#include <core/lib/string.h>
#include <core/slab.h>
#include <core/uapi/stat.h>

#define HEADER_BYTES 110

struct cpio_link {
	struct cpio_link *next;
	uint32_t ino, dev_major, dev_minor;
	umode_t kind;
	char name[];
};

enum {
	F_INO,
	F_MODE,
	F_UID,
	F_GID,
	F_NLINK,
	F_MTIME,
	F_SIZE,
	F_MAJOR,
	F_MINOR,
	F_RMAJOR,
	F_RMINOR,
	F_NAMESIZE,
	F_CHECK
};

static int bad(const char **why, const char *text)
{
	*why = text;
	return -EINVAL;
}

static void forget_links(struct cpio *cpio)
{
	while (cpio->links) {
		struct cpio_link *link = cpio->links;

		cpio->links = link->next;
		kfree(link);
	}
}

void cpio_restart(struct cpio *cpio)
{
	forget_links(cpio);
	cpio->state = CPIO_HEADER;
	cpio->offset = 0;
	cpio->want = HEADER_BYTES;
	cpio->have = 0;
}

int cpio_start(struct cpio *cpio, struct cpio_sink *sink)
{
	*cpio = (struct cpio){.sink = sink};
	cpio->name = kmalloc(CPIO_NAME_MAX, GFP_KERNEL);
	cpio->target = kmalloc(CPIO_NAME_MAX, GFP_KERNEL);
	if (!cpio->name || !cpio->target) {
		cpio_finish(cpio);
		return -ENOMEM;
	}
	cpio_restart(cpio);
	return 0;
}

void cpio_finish(struct cpio *cpio)
{
	forget_links(cpio);
	kfree(cpio->name);
	kfree(cpio->target);
	cpio->name = cpio->target = NULL;
}

static bool parse_hex(const char *digits, uint32_t *value)
{
	*value = 0;
	for (int i = 0; i < 8; i++) {
		char c = digits[i];
		uint32_t digit;

		if (c >= '0' && c <= '9')
			digit = (uint32_t)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			digit = (uint32_t)((c | 0x20) - 'a') + 10;
		else
			return false;
		*value = *value << 4 | digit;
	}
	return true;
}

static void expect(struct cpio *cpio, enum cpio_state state, uint32_t want)
{
	cpio->state = state;
	cpio->want = want;
	cpio->have = 0;
}

/* Skip to a multiple of four, then be in state with want. */
static void pad_then(struct cpio *cpio, enum cpio_state state, uint32_t want)
{
	uint32_t pad = (uint32_t)(-cpio->offset & 3);

	expect(cpio, state, want);
	if (pad) {
		cpio->after_pad = state;
		cpio->state = CPIO_PAD;
		cpio->have = pad;
	}
}

static int header_done(struct cpio *cpio, const char **why)
{
	uint32_t field[13];

	if (memcmp(cpio->header, "070701", 6) != 0 && memcmp(cpio->header, "070702", 6) != 0) {
		if (!memcmp(cpio->header, "070707", 6))
			return bad(why, "cpio archive is in the old format, not newc (make it with "
					"cpio -H newc)");
		return bad(why, "no cpio magic where a header should be");
	}
	for (int i = 0; i < 13; i++) {
		if (!parse_hex(cpio->header + 6 + 8 * i, &field[i]))
			return bad(why, "cpio header has a character that is no hexadecimal digit");
	}
	if (field[F_NAMESIZE] == 0)
		return bad(why, "cpio member without a name");
	if (field[F_NAMESIZE] > CPIO_NAME_MAX)
		return bad(why, "cpio member's name is too long");
	cpio->ino = field[F_INO];
	cpio->dev_major = field[F_MAJOR];
	cpio->dev_minor = field[F_MINOR];
	cpio->nlink = field[F_NLINK];
	cpio->entry = (struct cpio_entry){
		.mode = field[F_MODE],
		.uid = field[F_UID],
		.gid = field[F_GID],
		.rdev = MKDEV(field[F_RMAJOR], field[F_RMINOR]),
		.mtime = field[F_MTIME],
		.size = field[F_SIZE],
	};
	expect(cpio, CPIO_NAME, field[F_NAMESIZE]);
	cpio->name_size = field[F_NAMESIZE];
	return 0;
}

/* Is this another name of a file we have? Else remember it. */
static int look_for_link(struct cpio *cpio)
{
	umode_t kind = cpio->entry.mode & S_IFMT;
	struct cpio_link *link;

	if (cpio->nlink < 2 || kind == S_IFDIR)
		return 0;
	for (link = cpio->links; link; link = link->next) {
		if (link->ino == cpio->ino && link->dev_major == cpio->dev_major &&
		    link->dev_minor == cpio->dev_minor && link->kind == kind) {
			cpio->entry.link_to = link->name;
			return 0;
		}
	}
	link = kmalloc(sizeof(*link) + cpio->name_size, GFP_KERNEL);
	if (!link)
		return -ENOMEM;
	link->ino = cpio->ino;
	link->dev_major = cpio->dev_major;
	link->dev_minor = cpio->dev_minor;
	link->kind = kind;
	memcpy(link->name, cpio->name, cpio->name_size);
	link->next = cpio->links;
	cpio->links = link;
	return 0;
}

static int member_begin(struct cpio *cpio, const char **why)
{
	int error = look_for_link(cpio);

	if (error) {
		*why = "no memory for the cpio archive's hard links";
		return error;
	}
	return cpio->sink->begin(cpio->sink, &cpio->entry, why);
}

static int member_end(struct cpio *cpio, const char **why)
{
	int error = cpio->sink->end(cpio->sink, why);

	if (!error)
		pad_then(cpio, CPIO_HEADER, HEADER_BYTES);
	return error;
}

static int name_done(struct cpio *cpio, const char **why)
{
	uint32_t size = cpio->entry.size;
	int error;

	if (cpio->name[cpio->name_size - 1] || strlen(cpio->name) + 1 != cpio->name_size)
		return bad(why, "cpio member's name does not end where its header says");
	if (!strcmp(cpio->name, "TRAILER!!!")) {
		forget_links(cpio);
		cpio->state = CPIO_DONE;
		return 0;
	}
	if (cpio->name_size == 1)
		return bad(why, "cpio member with an empty name");
	cpio->entry.name = cpio->name;
	switch (cpio->entry.mode & S_IFMT) {
	case S_IFLNK:
		if (size == 0 || size >= CPIO_NAME_MAX)
			return bad(why, "cpio symlink's target has an impossible length");
		pad_then(cpio, CPIO_TARGET, size);
		return 0;
	case S_IFREG:
		error = member_begin(cpio, why);
		if (error)
			return error;
		if (!size)
			return member_end(cpio, why);
		pad_then(cpio, CPIO_BODY, size);
		return 0;
	case S_IFDIR:
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		if (size)
			return bad(why, "cpio member that is no file has contents");
		error = member_begin(cpio, why);
		return error ? error : member_end(cpio, why);
	default:
		return bad(why, "cpio member of an unknown kind");
	}
}

static int target_done(struct cpio *cpio, const char **why)
{
	int error;

	cpio->target[cpio->entry.size] = '\0';
	if (strlen(cpio->target) != cpio->entry.size)
		return bad(why, "cpio symlink's target contains a NUL");
	cpio->entry.target = cpio->target;
	error = member_begin(cpio, why);
	return error ? error : member_end(cpio, why);
}

/* A part that is collected whole: header, name, target. */
static uint32_t collect(struct cpio *cpio, char *to, const char *data, size_t n)
{
	uint32_t step = (uint32_t)MIN(n, (size_t)(cpio->want - cpio->have));

	memcpy(to + cpio->have, data, step);
	cpio->have += step;
	return step;
}

/* Eat some of n > 0 bytes. */
static int eat(struct cpio *cpio, const char *data, size_t n, uint32_t *eaten, const char **why)
{
	int error = 0;

	switch (cpio->state) {
	case CPIO_HEADER:
		*eaten = collect(cpio, cpio->header, data, n);
		break;
	case CPIO_NAME:
		*eaten = collect(cpio, cpio->name, data, n);
		break;
	case CPIO_TARGET:
		*eaten = collect(cpio, cpio->target, data, n);
		break;
	case CPIO_BODY:
		*eaten = (uint32_t)MIN(n, (size_t)(cpio->want - cpio->have));
		error = cpio->sink->data(cpio->sink, data, *eaten, why);
		cpio->have += *eaten;
		break;
	case CPIO_PAD:
		*eaten = (uint32_t)MIN(n, (size_t)cpio->have);
		cpio->have -= *eaten;
		break;
	case CPIO_DONE:
		*eaten = 0;
		break;
	}
	cpio->offset += *eaten;
	return error;
}

static int part_done(struct cpio *cpio, const char **why)
{
	switch (cpio->state) {
	case CPIO_HEADER:
		return cpio->have == cpio->want ? header_done(cpio, why) : 0;
	case CPIO_NAME:
		return cpio->have == cpio->want ? name_done(cpio, why) : 0;
	case CPIO_TARGET:
		return cpio->have == cpio->want ? target_done(cpio, why) : 0;
	case CPIO_BODY:
		return cpio->have == cpio->want ? member_end(cpio, why) : 0;
	case CPIO_PAD:
		if (!cpio->have)
			expect(cpio, cpio->after_pad, cpio->want);
		return 0;
	case CPIO_DONE:
		return 0;
	}
	return 0;
}

ssize_t cpio_feed(struct cpio *cpio, const void *data, size_t n, const char **why)
{
	const char *p = data;
	size_t left = n;

	while (left && cpio->state != CPIO_DONE) {
		uint32_t eaten = 0;
		int error = eat(cpio, p, left, &eaten, why);

		if (!error)
			error = part_done(cpio, why);
		if (error)
			return error;
		p += eaten;
		left -= eaten;
	}
	return (ssize_t)(n - left);
}
