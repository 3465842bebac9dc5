// SPDX-License-Identifier: MIT
/* tmpfs as a whole: its options and limits, its inodes' lives, and the root file system, which is
 * one. */
#include "internal.h"

#include <core/init.h>
#include <core/printk.h>

static struct kcache *private_cache;

static int make_cache(void)
{
	if (!private_cache)
		private_cache = kcache_create("tmpfs inode", sizeof(struct tmpfs_inode), 0);
	return 0;
}

bool tmpfs_space_take(struct super *super, uint64_t space)
{
	struct tmpfs *fs = tmpfs_of(super);
	uint64_t used = __atomic_add_fetch(&fs->space, space, __ATOMIC_RELAXED);

	if (likely(used <= fs->max_inodes * TMPFS_INODE_SPACE || !fs->max_inodes))
		return true;
	tmpfs_space_give(super, space);
	return false;
}

void tmpfs_space_give(struct super *super, uint64_t space)
{
	__atomic_sub_fetch(&tmpfs_of(super)->space, space, __ATOMIC_RELAXED);
}

struct inode *tmpfs_inode(struct super *super, struct inode *dir, umode_t mode, dev_t rdev)
{
	struct tmpfs_inode *private;
	struct inode *inode;

	if (!tmpfs_space_take(super, TMPFS_INODE_SPACE))
		return NULL;
	private = kcache_alloc(private_cache, GFP_ZERO);
	if (!private)
		goto full;
	inode = dir ? inode_new_in(dir, mode) : inode_new(super, mode);
	if (!inode) {
		kcache_free(private_cache, private);
		goto full;
	}
	inode->private = private;
	xarray_init(&private->entries);
	private->next_place = 2;
	mutex_init(&private->xattr_lock, "xattrs");
	list_init(&private->xattrs);
	inode->nlink = 0;
	inode->rdev = rdev;
	inode->ops = &tmpfs_file_inode_ops;
	switch (mode & S_IFMT) {
	case S_IFREG:
		pagecache_init(&inode->cache, inode, &tmpfs_cache_ops);
		inode->file_ops = &tmpfs_file_ops;
		inode->flags |= INODE_SEALED_FILE;
		inode->seals = F_SEAL_SEAL;
		break;
	case S_IFDIR:
		inode->ops = &tmpfs_dir_inode_ops;
		inode->file_ops = &tmpfs_dir_ops;
		inode->size = 2 * DIRENT_BYTES;
		break;
	default:
		break;
	}
	return inode;
full:
	tmpfs_space_give(super, TMPFS_INODE_SPACE);
	return NULL;
}

static void tmpfs_evict(struct inode *inode)
{
	if (S_ISLNK(inode->mode) && inode->blocks)
		tmpfs_pages_give(inode->super, 1);
	tmpfs_space_give(inode->super,
			 TMPFS_INODE_SPACE + tmpfs_xattrs_space(tmpfs_inode_of(inode)));
}

static void tmpfs_release(struct inode *inode)
{
	struct tmpfs_inode *private = tmpfs_inode_of(inode);

	kfree(inode->link);
	if (private) {
		xarray_destroy(&private->entries);
		tmpfs_xattrs_free(private);
		kcache_free(private_cache, private);
	}
}

static int tmpfs_statfs(struct super *super, struct kstatfs *out)
{
	const struct tmpfs *fs = tmpfs_of(super);

	out->s.type = super->magic;
	out->s.bsize = out->s.frsize = (int64_t)PAGE_SIZE;
	out->s.namelen = NAME_MAX;
	if (fs->max_pages) {
		out->s.blocks = fs->max_pages;
		out->s.bfree = out->s.bavail =
			fs->max_pages - MIN(fs->max_pages, READ_ONCE(fs->pages));
	}
	if (fs->max_inodes) {
		out->s.files = fs->max_inodes;
		out->s.ffree = (fs->max_inodes * TMPFS_INODE_SPACE -
				MIN(fs->max_inodes * TMPFS_INODE_SPACE, READ_ONCE(fs->space))) /
			       TMPFS_INODE_SPACE;
	}
	return 0;
}

/* ---- options ---- */

/* A number with k, m, g or (percent of memory) behind it, up to most. */
static int parse_size(const char *text, bool percent, uint64_t most, uint64_t *value)
{
	uint64_t n = 0;
	const char *p = text;

	for (; *p >= '0' && *p <= '9'; p++) {
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(*p - '0'), &n))
			return -EINVAL;
	}
	if (p == text)
		return -EINVAL;
	unsigned int shift = 0;

	switch (*p) {
	case 'k':
	case 'K':
		shift = 10;
		break;
	case 'm':
	case 'M':
		shift = 20;
		break;
	case 'g':
	case 'G':
		shift = 30;
		break;
	case 't':
	case 'T':
		shift = 40;
		break;
	case '%':
		if (!percent || __builtin_mul_overflow(n, page_total() * PAGE_SIZE / 100, &n))
			return -EINVAL;
		p++;
		break;
	default:
		break;
	}
	if (shift) {
		p++;
		if (n > UINT64_MAX >> shift)
			return -EINVAL;
		n <<= shift;
	}
	*value = n;
	return *p || n > most ? -EINVAL : 0;
}

static int parse_one(void *context, const char *name, const char *value)
{
	struct tmpfs *fs = context;
	uint64_t n;
	int error = -EINVAL;

	if (!strcmp(name, "size") && value) {
		error = parse_size(value, true, UINT64_MAX, &n);
		if (!error)
			fs->max_pages = PAGE_UP(n) >> PAGE_SHIFT;
	} else if (!strcmp(name, "nr_blocks") && value) {
		error = parse_size(value, false, INT64_MAX, &n);
		if (!error)
			fs->max_pages = n;
	} else if (!strcmp(name, "nr_inodes") && value) {
		error = parse_size(value, false, UINT64_MAX / TMPFS_INODE_SPACE, &n);
		if (!error)
			fs->max_inodes = n;
	} else if (!strcmp(name, "mode") && value) {
		error = mount_option_octal(value, &fs->mode);
	} else if (!strcmp(name, "uid") && value) {
		error = mount_option_number(value, &fs->uid);
	} else if (!strcmp(name, "gid") && value) {
		error = mount_option_number(value, &fs->gid);
	} else if (!strcmp(name, "inode64") && !value) {
		error = 0; /* inode numbers are 64 bits wide anyway */
	}
	return error;
}

static int check_option(const char *name, const char *value)
{
	struct tmpfs scratch = {0};

	return parse_one(&scratch, name, value);
}

static int tmpfs_remount(struct super *super, const char *options)
{
	struct tmpfs *fs = tmpfs_of(super), wanted = *fs;
	int error = mount_options_each(options, parse_one, &wanted);

	if (error)
		return error;
	if ((wanted.max_pages && wanted.max_pages < READ_ONCE(fs->pages)) ||
	    (wanted.max_inodes && wanted.max_inodes * TMPFS_INODE_SPACE < READ_ONCE(fs->space)))
		return -EINVAL;
	fs->max_pages = wanted.max_pages;
	fs->max_inodes = wanted.max_inodes;
	return 0;
}

static void tmpfs_show_options(struct super *super, char *buf, size_t n)
{
	const struct tmpfs *fs = tmpfs_of(super);
	size_t at = 0;

	buf[0] = '\0';
	if (fs->max_pages != page_total() / 2)
		at += (size_t)scnprintf(buf + at, n - at, ",size=%lluk",
					(unsigned long long)(fs->max_pages << (PAGE_SHIFT - 10)));
	if (fs->max_inodes != page_total() / 2)
		at += (size_t)scnprintf(buf + at, n - at, ",nr_inodes=%llu",
					(unsigned long long)fs->max_inodes);
	if (fs->mode != 01777)
		at += (size_t)scnprintf(buf + at, n - at, ",mode=%03o", fs->mode);
	if (fs->uid)
		at += (size_t)scnprintf(buf + at, n - at, ",uid=%u", fs->uid);
	if (fs->gid)
		at += (size_t)scnprintf(buf + at, n - at, ",gid=%u", fs->gid);
	(void)scnprintf(buf + at, n - at, ",inode64");
}

static void tmpfs_shutdown(struct super *super)
{
	/* Inodes that wait for their grace period still name the superblock, but not this. */
	kfree(super->private);
	super->private = NULL;
}

static const struct super_ops tmpfs_super_ops = {
	.evict = tmpfs_evict,
	.release = tmpfs_release,
	.statfs = tmpfs_statfs,
	.shutdown = tmpfs_shutdown,
	.show_options = tmpfs_show_options,
	.remount = tmpfs_remount,
};

/* ---- ramfs: the same without limits, and with one option ---- */

static int ramfs_parse_one(void *context, const char *name, const char *value)
{
	struct tmpfs *fs = context;

	if (strcmp(name, "mode") != 0)
		return 0; /* ramfs has always taken any word */
	return value ? mount_option_octal(value, &fs->mode) : -EINVAL;
}

static int ramfs_check_option(const char *name, const char *value)
{
	struct tmpfs scratch = {0};

	return ramfs_parse_one(&scratch, name, value);
}

static int ramfs_remount(struct super *super, const char *options)
{
	struct tmpfs scratch = *tmpfs_of(super);

	return mount_options_each(options, ramfs_parse_one, &scratch);
}

static void ramfs_show_options(struct super *super, char *buf, size_t n)
{
	const struct tmpfs *fs = tmpfs_of(super);

	buf[0] = '\0';
	if (fs->mode != 0755)
		(void)scnprintf(buf, n, ",mode=%o", fs->mode);
}

static const struct super_ops ramfs_super_ops = {
	.evict = tmpfs_evict,
	.release = tmpfs_release,
	.statfs = tmpfs_statfs,
	.shutdown = tmpfs_shutdown,
	.show_options = ramfs_show_options,
	.remount = ramfs_remount,
};

/* ---- new ones ---- */

struct kind {
	const struct super_ops *ops;
	mount_option_fn *parse_one;
	uint32_t magic;
	umode_t mode;
	bool limits;
};

static int make_super(const struct fs_type *type, const struct kind *kind, const char *options,
		      struct super **out)
{
	struct super *super;
	struct tmpfs *fs;
	struct inode *root;
	int error = -ENOMEM;

	(void)make_cache();
	super = super_new(type, kind->ops);
	if (!super)
		return -ENOMEM;
	fs = kzalloc(sizeof(*fs), GFP_KERNEL);
	if (!fs)
		goto fail;
	super->private = fs;
	super->magic = kind->magic;
	if (kind->limits)
		fs->max_pages = fs->max_inodes = page_total() / 2;
	fs->mode = kind->mode;
	if (current->cred) {
		fs->uid = current->cred->fsuid;
		fs->gid = current->cred->fsgid;
	}
	error = mount_options_each(options, kind->parse_one, fs);
	if (error)
		goto fail;
	error = -ENOMEM;
	root = tmpfs_inode(super, NULL, S_IFDIR | fs->mode, 0);
	if (!root)
		goto fail;
	root->uid = fs->uid;
	root->gid = fs->gid;
	root->nlink = 2;
	super->root = dentry_root(super, root);
	if (!super->root)
		goto fail;
	*out = super;
	return 0;
fail:
	super_kill(super);
	return error;
}

int tmpfs_mount(const struct fs_type *type, const char *source, const char *options,
		struct super **super)
{
	static const struct kind kind = {&tmpfs_super_ops, parse_one, TMPFS_MAGIC, 01777, true};

	(void)source;
	return make_super(type, &kind, options, super);
}

static int ramfs_mount(const struct fs_type *type, const char *source, const char *options,
		       struct super **super)
{
	static const struct kind kind = {&ramfs_super_ops, ramfs_parse_one, RAMFS_MAGIC, 0755,
					 false};

	(void)source;
	return make_super(type, &kind, options, super);
}

static int rootfs_mount(const struct fs_type *type, const char *source, const char *options,
			struct super **super)
{
	(void)options;
	return tmpfs_mount(type, source, "mode=755", super);
}

static const struct fs_type tmpfs_type = {.name = "tmpfs",
					  .flags = FS_NODEV | FS_COMPLETE | FS_BTIME | FS_HANDLES |
						   FS_FLAGS,
					  .mount = tmpfs_mount,
					  .check_option = check_option};
static const struct fs_type ramfs_type = {.name = "ramfs",
					  .flags = FS_NODEV | FS_COMPLETE,
					  .mount = ramfs_mount,
					  .check_option = ramfs_check_option};
static const struct fs_type rootfs_type = {.name = "rootfs",
					   .flags = FS_NODEV | FS_COMPLETE | FS_BTIME | FS_HANDLES |
						    FS_FLAGS | FS_KERNEL,
					   .mount = rootfs_mount};
FS_TYPE(tmpfs_type);
FS_TYPE(ramfs_type);
FS_TYPE(rootfs_type);
