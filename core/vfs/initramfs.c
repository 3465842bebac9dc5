// SPDX-License-Identifier: MIT
/*
 * Unpacking the initramfs into the root file system: one or more cpio archives, each plain or
 * compressed with gzip or zstd, with zero bytes between them.
 *
 * The bytes flow: raw data -> (inflate or zstd) -> the cpio parser -> the VFS. Whatever is wrong
 * ends in one sentence.
 */
#include "cpio.h"
#include "internal.h"

#include <zlib.h>
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#define CHUNK ((size_t)65536) /* decompressed at a time */

struct unpacker {
	struct cpio_sink sink;
	struct cpio cpio;
	struct file *file; /* the regular file being written */
	loff_t pos;
	struct attributes attributes;
	char path[CPIO_NAME_MAX + 1];
	char link_path[CPIO_NAME_MAX + 1];
	unsigned char chunk[CHUNK];
};

/* ---- the sink: members become files ---- */

static const char *absolute(char *buf, const char *name)
{
	while (*name == '/')
		name++;
	buf[0] = '/';
	(void)strscpy(buf + 1, name, CPIO_NAME_MAX);
	return buf;
}

static int fail(int error, const char **why, const char *text)
{
	if (error)
		*why = text;
	return error;
}

/* What is in the way goes, unless it is a directory where one is wanted. */
static int clear_way(const char *path, umode_t mode)
{
	struct path there;
	umode_t kind;
	int error = path_lookup(AT_FDCWD, path, 0, &there);

	if (error == -ENOENT)
		return 0;
	if (error)
		return error;
	kind = there.dentry->inode->mode & S_IFMT;
	path_put(&there);
	if (kind == (mode & S_IFMT) && (kind == S_IFDIR || kind == S_IFREG))
		return -EEXIST;
	return kind == S_IFDIR ? do_rmdir(AT_FDCWD, path) : do_unlink(AT_FDCWD, path);
}

static int make(struct unpacker *u, const struct cpio_entry *entry, const char *path)
{
	umode_t mode = entry->mode;
	int error;

	switch (mode & S_IFMT) {
	case S_IFDIR:
		error = vfs_mkdir(path, mode & S_IALLUGO);
		return error == -EEXIST ? 0 : error;
	case S_IFLNK:
		return vfs_symlink(entry->target, path);
	case S_IFREG:
		u->pos = 0;
		/* A further name of a file that has its data already is not cut off. */
		return vfs_open(AT_FDCWD, path,
				O_WRONLY | O_CREAT | O_LARGEFILE |
					(entry->link_to && !entry->size ? 0 : O_TRUNC),
				mode & S_IALLUGO, &u->file);
	default:
		return vfs_mknod(path, mode, entry->rdev);
	}
}

static int sink_begin(struct cpio_sink *sink, const struct cpio_entry *entry, const char **why)
{
	struct unpacker *u = container_of(sink, struct unpacker, sink);
	const char *path = absolute(u->path, entry->name);
	int error = clear_way(path, entry->mode);

	if (error == -ENOENT || error == -ENOTDIR)
		return fail(error, why, "a folder that a member of the archive lies in is missing");
	if (error && error != -EEXIST)
		return fail(error, why,
			    "something in the way of a member of the archive could not be removed");
	u->attributes = (struct attributes){.valid = ATTR_UID | ATTR_GID | ATTR_MODE | ATTR_MTIME |
						     ATTR_ATIME,
					    .mode = entry->mode,
					    .uid = entry->uid,
					    .gid = entry->gid,
					    .mtime = {.sec = entry->mtime},
					    .atime = {.sec = entry->mtime}};
	if (S_ISLNK(entry->mode))
		u->attributes.valid &= ~ATTR_MODE;
	if (entry->link_to) {
		if (error == -EEXIST)
			(void)do_unlink(AT_FDCWD, path); /* a failure shows in the link */
		error = vfs_link(absolute(u->link_path, entry->link_to), path);
		if (error || !S_ISREG(entry->mode))
			return fail(error, why, "a hard link of the archive could not be made");
	}
	error = make(u, entry, path);
	return fail(error, why,
		    error == -ENOSPC || error == -ENOMEM
			    ? "no memory left while unpacking the archive"
			    : "a member of the archive could not be made");
}

static int sink_data(struct cpio_sink *sink, const void *data, size_t n, const char **why)
{
	struct unpacker *u = container_of(sink, struct unpacker, sink);

	while (n) {
		ssize_t done = vfs_write(u->file, data, n, &u->pos);

		if (done <= 0) {
			file_put_now(u->file);
			u->file = NULL;
			return fail(done ? (int)done : -EIO, why,
				    "no memory left while unpacking the archive");
		}
		data = (const char *)data + done;
		n -= (size_t)done;
	}
	return 0;
}

static int sink_end(struct cpio_sink *sink, const char **why)
{
	struct unpacker *u = container_of(sink, struct unpacker, sink);
	struct path path;
	int error;

	if (u->file)
		file_put_now(u->file);
	u->file = NULL;
	error = path_lookup(AT_FDCWD, u->path, 0, &path);
	if (!error) {
		error = path_setattr(&path, &u->attributes, false);
		path_put(&path);
	}
	return fail(error, why, "a member of the archive vanished while it was unpacked");
}

/* ---- the stream ---- */

/* Plain bytes of an archive, or zeros between two. Eats all n unless plain and the archive ends
 * (then *eaten tells). */
static int feed(struct unpacker *u, const unsigned char *data, size_t n, size_t *eaten,
		bool to_the_end, const char **why)
{
	size_t done = 0;

	while (done < n) {
		if (cpio_done(&u->cpio) || !cpio_unfinished(&u->cpio)) {
			/* Between archives: zero padding. */
			if (!data[done]) {
				done++;
				continue;
			}
			if (cpio_done(&u->cpio)) {
				if (!to_the_end)
					break;
				cpio_restart(&u->cpio);
			}
		}
		ssize_t step = cpio_feed(&u->cpio, data + done, n - done, why);

		if (step < 0)
			return (int)step;
		done += (size_t)step;
		if (!to_the_end && cpio_done(&u->cpio))
			break;
	}
	*eaten = done;
	return 0;
}

static void *big_alloc(size_t size)
{
	return size > 32768 ? vmalloc(size) : kmalloc(size, GFP_KERNEL);
}

static voidpf zlib_alloc(voidpf opaque, uInt items, uInt size)
{
	(void)opaque;
	return big_alloc((size_t)items * size);
}

static void zlib_free(voidpf opaque, voidpf address)
{
	(void)opaque;
	kfree(address);
}

static int unpack_gzip(struct unpacker *u, const unsigned char *data, size_t n, size_t *eaten,
		       const char **why)
{
	z_stream z = {.zalloc = zlib_alloc, .zfree = zlib_free};
	size_t given = 0, ignored;
	int error = 0, result;

	if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
		return fail(-ENOMEM, why, "no memory to decompress gzip");
	z.next_in = (z_const Bytef *)(uintptr_t)data;
	do {
		if (!z.avail_in) {
			uInt step = (uInt)MIN(n - given, (size_t)1 << 30);

			z.avail_in = step;
			given += step;
		}
		z.next_out = u->chunk;
		z.avail_out = (uInt)sizeof(u->chunk);
		result = inflate(&z, Z_NO_FLUSH);
		if (result != Z_OK && result != Z_STREAM_END) {
			error = result == Z_MEM_ERROR
					? fail(-ENOMEM, why, "no memory to decompress gzip")
				: result == Z_BUF_ERROR
					? fail(-EINVAL, why, "gzip data ends in the middle")
					: fail(-EINVAL, why, "gzip data is damaged");
			break;
		}
		error = feed(u, u->chunk, sizeof(u->chunk) - z.avail_out, &ignored, true, why);
	} while (!error && result != Z_STREAM_END);
	*eaten = given - z.avail_in;
	(void)inflateEnd(&z); /* says only whether the stream was at its end */
	return error;
}

static void *zstd_alloc(void *opaque, size_t size)
{
	(void)opaque;
	return big_alloc(size);
}

static void zstd_free(void *opaque, void *address)
{
	(void)opaque;
	kfree(address);
}

static int unpack_zstd(struct unpacker *u, const unsigned char *data, size_t n, size_t *eaten,
		       const char **why)
{
	ZSTD_customMem memory = {zstd_alloc, zstd_free, NULL};
	ZSTD_DStream *stream = ZSTD_createDStream_advanced(memory);
	ZSTD_inBuffer in = {data, n, 0};
	size_t result = 1, ignored;
	int error = 0;

	if (!stream)
		return fail(-ENOMEM, why, "no memory to decompress zstd");
	while (result && !error) {
		ZSTD_outBuffer out = {u->chunk, sizeof(u->chunk), 0};
		size_t before = in.pos;

		result = ZSTD_decompressStream(stream, &out, &in);
		if (ZSTD_isError(result)) {
			error = fail(-EINVAL, why,
				     "zstd data is damaged, or its window is too large");
			break;
		}
		error = feed(u, u->chunk, out.pos, &ignored, true, why);
		if (!error && result && in.pos == before && !out.pos)
			error = fail(-EINVAL, why, "zstd data ends in the middle");
	}
	*eaten = in.pos;
	(void)ZSTD_freeDStream(stream);
	return error;
}

static int unpack_one(struct unpacker *u, const unsigned char *p, size_t n, size_t *eaten,
		      const char **why)
{
	if (n >= 2 && p[0] == 0x1f && p[1] == 0x8b)
		return unpack_gzip(u, p, n, eaten, why);
	if (n >= 4 && p[0] == 0x28 && p[1] == 0xb5 && p[2] == 0x2f && p[3] == 0xfd)
		return unpack_zstd(u, p, n, eaten, why);
	if (p[0] == '0')
		return feed(u, p, n, eaten, false, why);
	if (n >= 6 && (!memcmp(p,
			       "\xfd"
			       "7zXZ",
			       5) ||
		       !memcmp(p, "BZh", 3) || !memcmp(p, "\x5d\0\0", 3) ||
		       !memcmp(p, "\x02\x21\x4c\x18", 4) || !memcmp(p, "\x89LZO", 4)))
		return fail(-EINVAL, why,
			    "compressed in a way this kernel does not know: use gzip or zstd");
	return fail(-EINVAL, why, "neither a cpio archive nor one compressed with gzip or zstd");
}

static int unpack(struct unpacker *u, const unsigned char *p, size_t n, const char **why)
{
	const unsigned char *end = p + n;
	bool any = false;

	while (p < end) {
		size_t eaten = 0;
		int error;

		if (!*p && !cpio_unfinished(&u->cpio)) {
			p++;
			continue;
		}
		if (cpio_done(&u->cpio))
			cpio_restart(&u->cpio);
		error = unpack_one(u, p, (size_t)(end - p), &eaten, why);
		if (error)
			return error;
		if (cpio_unfinished(&u->cpio))
			return fail(-EINVAL, why,
				    "the cpio archive ends in the middle of a member, or without a "
				    "trailer");
		p += eaten;
		any = true;
	}
	return any ? 0 : fail(-EINVAL, why, "it is empty");
}

int initramfs_unpack(const void *data, size_t n, const char **why)
{
	struct unpacker *u = vmalloc(sizeof(*u));
	umode_t umask = current->fs->umask;
	int error;

	*why = "no memory to unpack it";
	if (!u)
		return -ENOMEM;
	u->sink = (struct cpio_sink){.begin = sink_begin, .data = sink_data, .end = sink_end};
	u->file = NULL;
	error = cpio_start(&u->cpio, &u->sink);
	if (!error) {
		current->fs->umask = 0;
		error = unpack(u, data, n, why);
		current->fs->umask = umask;
		if (u->file)
			file_put_now(u->file);
		cpio_finish(&u->cpio);
	}
	vfree(u);
	if (!error)
		*why = NULL;
	return error;
}
