// SPDX-License-Identifier: MIT
// The initramfs on any bytes: cpio archives, plain and in gzip and zstd, one behind the other. Where the VFS would be is a sink that
// checks what it is asked for.

#include "../../core/vfs/internal.h"

#include "fuzz.h"

#define OUTPUT_LIMIT ((size_t)64 << 20) // of one input: a bomb ends as on a full file system

static struct fs_context context;
static struct thread thread = {.fs = &context};
static struct inode inode;
static struct dentry dentry = {.inode = &inode};
static struct file file;
static bool file_open;
static size_t written, members;

static void check_path(const char *path)
{
	REQUIRE(path[0] == '/' && strlen(path) <= 4096);
}

// Some names are there, of every kind, as the bytes of the name have it.
int path_lookup(int dir, const char *name, unsigned int flags, struct path *path)
{
	static const umode_t kinds[] = {S_IFREG, S_IFDIR, S_IFLNK, S_IFCHR};
	size_t n = strlen(name);

	(void)dir, (void)flags;
	check_path(name);
	if (n % 3 == 0)
		return n % 2 ? -ENOTDIR : -ENOENT;
	inode.mode = kinds[n / 3 % 4];
	*path = (struct path){.dentry = &dentry};
	return 0;
}

void path_put(const struct path *path)
{
	(void)path;
}

int do_rmdir(int dir, const char *name)
{
	(void)dir;
	check_path(name);
	return strlen(name) % 2 ? -ENOTEMPTY : 0;
}

int do_unlink(int dir, const char *name)
{
	(void)dir;
	check_path(name);
	return 0;
}

int vfs_mkdir(const char *name, umode_t mode)
{
	(void)mode;
	check_path(name);
	members++;
	return strlen(name) % 2 ? -EEXIST : 0;
}

int vfs_symlink(const char *target, const char *name)
{
	check_path(name);
	REQUIRE(strlen(target) < 4096);
	members++;
	return 0;
}

int vfs_link(const char *from, const char *name)
{
	check_path(from);
	check_path(name);
	return 0;
}

int vfs_mknod(const char *name, umode_t mode, dev_t device)
{
	(void)mode, (void)device;
	check_path(name);
	members++;
	return 0;
}

int vfs_open(int dir, const char *name, unsigned int flags, umode_t mode, struct file **out)
{
	(void)dir, (void)flags, (void)mode;
	check_path(name);
	REQUIRE(!file_open);
	file_open = true;
	members++;
	*out = &file;
	return 0;
}

ssize_t vfs_write(struct file *to, const void *data, size_t n, loff_t *pos)
{
	static volatile uint8_t seen;

	REQUIRE(to == &file && file_open && n > 0);
	seen = (uint8_t)(((const uint8_t *)data)[0] ^ ((const uint8_t *)data)[n - 1]);
	written += n;
	if (written > OUTPUT_LIMIT)
		return -ENOSPC;
	*pos += (loff_t)n;
	return (ssize_t)n;
}

void file_put_now(struct file *which)
{
	REQUIRE(which == &file && file_open);
	file_open = false;
}

int path_setattr(const struct path *path, struct attributes *attributes, bool follow)
{
	(void)path, (void)follow;
	REQUIRE(attributes->valid);
	return 0;
}

// ---- memory: the host's, so that its sanitizer sees every byte ----

void *kmalloc(size_t n, unsigned int gfp)
{
	return gfp & GFP_ZERO ? calloc(1, n) : malloc(n);
}

void kfree(const void *p)
{
	free((void *)(uintptr_t)p);
}

void *vmalloc(size_t n)
{
	return n > (size_t)256 << 20 ? NULL : malloc(n);
}

void vfree(void *p)
{
	free(p);
}

char *kstrdup(const char *s, unsigned int gfp)
{
	(void)gfp;
	return strdup(s);
}

// The one function of core/lib/string.c that the C library does not have.
ssize_t strscpy(char *to, const char *from, size_t n)
{
	size_t length = strnlen(from, n);

	if (length == n) {
		memcpy(to, from, n - 1);
		to[n - 1] = 0;
		return -E2BIG;
	}
	memcpy(to, from, length + 1);
	return (ssize_t)length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *why = NULL;
	int error;

	fake_thread = &thread.hal;
	written = members = 0;
	error = initramfs_unpack(data, n, &why);
	REQUIRE(error <= 0 && !file_open);
	REQUIRE((error != 0) == (why != NULL));
	return 0;
}
