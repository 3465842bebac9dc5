// SPDX-License-Identifier: MIT
/*
 * name_to_handle_at and open_by_handle_at: a file by its number instead of its name.
 *
 * A handle is the inode's number behind a generation. Memory file systems never use a number again, so
 * that the generation only keeps one file system's handles from another. Decoding looks through the dentry cache, which holds all names of such a file system; a file
 * that has none any more is -ESTALE.
 */
#include "internal.h"

#include <core/syscall.h>
#include <core/time.h>

#define AT_HANDLE_MNT_ID_UNIQUE 0x001u
#define AT_HANDLE_FID		0x200u /* only to compare: it need not be possible to open it */
#define HANDLE_MAX		128u
#define HANDLE_TYPE		1

struct handle_head {
	uint32_t bytes;
	int32_t type;
};

struct handle { /* as in user space: struct file_handle */
	struct handle_head head;
	uint32_t words[3]; /* generation, number: low half, high half */
};

#define WORDS_FULL 3u
#define WORDS_FID  2u /* of file systems that cannot open: number (its low half), generation */

static uint32_t generation(const struct super *super)
{
	const struct timespec64 *made = &super->root->inode->btime;

	return (uint32_t)((uint64_t)made->sec * NSEC_PER_SEC + made->nsec) ^ (uint32_t)super->dev;
}

/* What stands for the inode: the number of words. */
static unsigned int encode(const struct inode *inode, uint32_t *words)
{
	if (!(inode->super->type->flags & FS_HANDLES)) {
		words[0] = (uint32_t)inode->ino;
		return WORDS_FID;
	}
	words[0] = generation(inode->super);
	words[1] = (uint32_t)inode->ino;
	words[2] = (uint32_t)(inode->ino >> 32);
	return WORDS_FULL;
}

static long copy_mount_id(const struct mount *mount, unsigned long user, unsigned int flags)
{
	uint64_t unique = mount_unique_id(mount);
	int id = mount->id;

	return flags & AT_HANDLE_MNT_ID_UNIQUE ? copy_to_user(user, &unique, sizeof(unique))
					       : copy_to_user(user, &id, sizeof(id));
}

/* Room for too little: the room that it takes is told, with -EOVERFLOW. */
static long tell_handle(const struct path *path, unsigned long user, unsigned long user_mount,
			unsigned int flags)
{
	const struct inode *inode = path->dentry->inode;
	struct handle handle = {0};
	uint32_t room, need;
	long error;

	if (!(inode->super->type->flags & FS_HANDLES) && !(flags & AT_HANDLE_FID))
		return -EOPNOTSUPP;
	if (copy_from_user(&handle.head, user, sizeof(handle.head)))
		return -EFAULT;
	room = handle.head.bytes;
	if (room > HANDLE_MAX)
		return -EINVAL;
	need = encode(inode, handle.words) * (uint32_t)sizeof(uint32_t);
	handle.head = (struct handle_head){.bytes = need, .type = HANDLE_TYPE};
	error = copy_mount_id(path->mount, user_mount, flags);
	if (!error && room < need) {
		handle.head.type = 255; /* none */
		error = copy_to_user(user, &handle.head, sizeof(handle.head));
		return error ? error : -EOVERFLOW;
	}
	return error ? error : copy_to_user(user, &handle, sizeof(handle.head) + need);
}

SYSCALL(name_to_handle_at)
{
	unsigned int flags = (unsigned int)args->arg[4], lookup = 0;
	struct path path;
	long result;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH | AT_HANDLE_FID | AT_HANDLE_MNT_ID_UNIQUE))
		return -EINVAL;
	if (flags & AT_SYMLINK_FOLLOW)
		lookup |= LOOKUP_FOLLOW;
	if (flags & AT_EMPTY_PATH)
		lookup |= LOOKUP_EMPTY;
	result = path_lookup_user((int)args->arg[0], args->arg[1], lookup, &path);
	if (result)
		return result;
	result = tell_handle(&path, args->arg[2], args->arg[3], flags);
	path_put(&path);
	return result;
}

/* path is what the caller named the file system by; on 0 its dentry is the file's. */
static long find_file(struct path *path, unsigned long user)
{
	struct handle handle = {0};
	const struct super *super = path->dentry->super;
	struct dentry *dentry = NULL;
	uint32_t room;

	if (copy_from_user(&handle.head, user, sizeof(handle.head)))
		return -EFAULT;
	room = handle.head.bytes;
	if (!room || room > HANDLE_MAX)
		return -EINVAL;
	if (copy_from_user(&handle, user, MIN(sizeof(handle), sizeof(handle.head) + room)))
		return -EFAULT;
	if (super->type->flags & FS_HANDLES && room >= WORDS_FULL * sizeof(uint32_t) &&
	    handle.words[0] == generation(super))
		dentry = dentry_find_number(path->dentry->super,
					    handle.words[1] | (uint64_t)handle.words[2] << 32);
	if (!dentry)
		return -ESTALE;
	dentry_put(path->dentry);
	path->dentry = dentry;
	return 0;
}

static long open_handle(struct path *path, unsigned long user, unsigned int flags)
{
	struct open_how how;
	struct file *file;
	/* Whoever goes past the folders' permissions must have the right to. */
	long result = capable(CAP_DAC_READ_SEARCH) ? find_file(path, user) : -EPERM;

	if (!result)
		result = open_decode_lenient(&how, flags | O_LARGEFILE, 0);
	if (result) {
		path_put(path);
		return result;
	}
	file = open_path(path, &how);
	if (is_err(file))
		return ptr_err(file);
	result = fd_install(file, 0, how.flags & O_CLOEXEC);
	if (result < 0)
		file_put_now(file);
	return result;
}

SYSCALL(open_by_handle_at)
{
	int dirfd = (int)args->arg[0];
	struct path path;

	if (dirfd == AT_FDCWD) {
		fs_cwd(&path);
	} else {
		struct fd fd = fd_get(dirfd);

		if (!fd.file)
			return -EBADF;
		path = fd.file->path;
		path_get(&path);
		fd_put(fd);
	}
	return open_handle(&path, args->arg[1], (unsigned int)args->arg[2]);
}
