/* SPDX-License-Identifier: MIT */
/* core/vfs/cpio.h - a push parser for cpio archives in the newc format: feed it bytes in pieces of
 * any size, it calls a sink. No dependence on the VFS: fuzzed on the host. */
#ifndef CORE_VFS_CPIO_H
#define CORE_VFS_CPIO_H

#include <core/types.h>

#define CPIO_NAME_MAX 4096 /* with the NUL */

struct cpio_entry {
	const char *name;    /* as in the archive, NUL-terminated, not empty */
	const char *link_to; /* another name of the same file, already made; or NULL */
	const char *target;  /* of a symlink */
	umode_t mode;
	uid_t uid;
	gid_t gid;
	dev_t rdev;
	uint32_t mtime;
	uint32_t size;
};

/* Each returns 0 or -errno and then sets *why. */
struct cpio_sink {
	int (*begin)(struct cpio_sink *sink, const struct cpio_entry *entry, const char **why);
	int (*data)(struct cpio_sink *sink, const void *data, size_t n,
		    const char **why); /* regular files; in order */
	int (*end)(struct cpio_sink *sink, const char **why);
};

enum cpio_state { CPIO_HEADER, CPIO_NAME, CPIO_TARGET, CPIO_BODY, CPIO_PAD, CPIO_DONE };

struct cpio_link;

struct cpio {
	struct cpio_sink *sink;
	enum cpio_state state, after_pad;
	uint64_t offset; /* bytes of the archive eaten */
	uint32_t want;	 /* bytes missing in the present part */
	uint32_t have;	 /* bytes of it in buf */
	uint32_t ino, dev_major, dev_minor, nlink, name_size;
	struct cpio_entry entry;
	struct cpio_link *links;
	char header[110];
	char *name, *target; /* CPIO_NAME_MAX each */
};

/* 0 or -ENOMEM. */
__must_check int cpio_start(struct cpio *cpio, struct cpio_sink *sink);
/* Eat up to n bytes: returns how many (fewer only when the trailer was reached: cpio_done()), or
 * -errno with *why set. */
ssize_t cpio_feed(struct cpio *cpio, const void *data, size_t n, const char **why);
static inline bool cpio_done(const struct cpio *cpio)
{
	return cpio->state == CPIO_DONE;
}
/* Has an archive begun that has not ended? */
static inline bool cpio_unfinished(const struct cpio *cpio)
{
	return cpio->state != CPIO_DONE && cpio->offset != 0;
}
/* Ready for the next archive. */
void cpio_restart(struct cpio *cpio);
void cpio_finish(struct cpio *cpio);

#endif
