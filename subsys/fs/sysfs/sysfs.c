// SPDX-License-Identifier: MIT
/*
 * sysfs, as little as programs ask for: the processors, the console, and the folders they expect to
 * exist. The tree is made once, of persistent dentries; no name in it changes.
 */
#include <core/errno.h>
#include <core/init.h>
#include <core/lib/string.h>
#include <core/mm.h>
#include <core/printk.h>
#include <core/sched.h>
#include <core/slab.h>
#include <core/textfile.h>
#include <core/vfs.h>

#define SYSFS_MAGIC 0x62656572u

struct node {
	const char *path;			      /* below /sys; folders on the way are made */
	int (*show)(struct text *text, void *unused); /* NULL: a folder */
	int (*store)(const char *word); /* what root wrote, without the newline; NULL: read-only */
};

static int cpus_show(struct text *text, void *unused)
{
	unsigned int n = sched_cpu_count();

	(void)unused;
	text_printf(text, n > 1 ? "0-%u\n" : "%u\n", n - 1);
	return 0;
}

static int kernel_max_show(struct text *text, void *unused)
{
	(void)unused;
	text_printf(text, "%u\n", NR_CPUS - 1);
	return 0;
}

static int none_show(struct text *text, void *unused)
{
	(void)unused;
	text_puts(text, "\n");
	return 0;
}

static int console_show(struct text *text, void *unused)
{
	const char *name = cmdline_value("console");
	const char *end = name ? strchr(name, ',') : NULL;

	(void)unused;
	if (name)
		text_write(text, name, end ? (size_t)(end - name) : strlen(name));
	text_puts(text, "\n");
	return 0;
}

static int huge_show(struct text *text, void *unused)
{
	unsigned int policy = READ_ONCE(huge_policy);

	(void)unused;
	for (unsigned int i = 0; i < HUGE_POLICIES; i++)
		text_printf(text, i == policy ? "%s[%s]" : "%s%s", i ? " " : "",
			    huge_policy_names[i]);
	text_puts(text, "\n");
	return 0;
}

static int huge_size_show(struct text *text, void *unused)
{
	(void)unused;
	text_printf(text, "%lu\n", (unsigned long)HAL_BLOCK_SIZE);
	return 0;
}

static const struct node nodes[] = {
	{"block", NULL, NULL},
	{"bus", NULL, NULL},
	{"class/tty/console/active", console_show, NULL},
	{"dev/block", NULL, NULL},
	{"dev/char", NULL, NULL},
	{"devices/system/cpu/online", cpus_show, NULL},
	{"devices/system/cpu/possible", cpus_show, NULL},
	{"devices/system/cpu/present", cpus_show, NULL},
	{"devices/system/cpu/offline", none_show, NULL},
	{"devices/system/cpu/isolated", none_show, NULL},
	{"devices/system/cpu/kernel_max", kernel_max_show, NULL},
	{"devices/system/node", NULL, NULL},
	{"firmware", NULL, NULL},
	{"fs/cgroup", NULL, NULL},
	{"kernel/mm/transparent_hugepage/enabled", huge_show, huge_policy_set},
	{"kernel/mm/transparent_hugepage/hpage_pmd_size", huge_size_show, NULL},
	{"module", NULL, NULL},
	{"power", NULL, NULL},
};

static int node_open(struct inode *inode, struct file *file)
{
	const struct node *node = inode->private;

	if ((file->mode & FILE_WRITE) && !node->store)
		return -EACCES;
	if (!(file->mode & FILE_WRITE))
		file->mode |= FILE_NO_PWRITE;
	return text_open(file, node->show, NULL);
}

static ssize_t node_read(struct file *file, struct uio *uio, loff_t *pos)
{
	*text_mark(file) = true;
	return text_read(file, uio, pos);
}

/* What was never read is news. */
static unsigned int node_poll(struct file *file, struct poll_table *table)
{
	(void)table;
	return *text_mark(file) ? TEXT_READY : TEXT_READY | POLLPRI | POLLERR;
}

/* One write is one value, as on Linux. */
static ssize_t node_write(struct file *file, struct uio *uio, loff_t *pos)
{
	const struct node *node = file->inode->private;
	size_t n = uio->left;
	char word[32];
	int error;

	if (n >= sizeof(word))
		return -EINVAL;
	if (uio_copy_from(uio, word, n) != n)
		return -EFAULT;
	word[n] = '\0';
	if (n && word[n - 1] == '\n')
		word[n - 1] = '\0';
	error = node->store(word);
	if (error)
		return error;
	*pos += (loff_t)n;
	return (ssize_t)n;
}

static loff_t sysfs_seek(struct file *file, loff_t offset, int whence)
{
	return text_seek_plain(file, offset, whence, file->inode->super->max_size);
}

static const struct file_ops file_ops = {.open = node_open,
					 .write = node_write,
					 .read = node_read,
					 .poll = node_poll,
					 .seek = sysfs_seek,
					 .fsync = file_fsync_memory,
					 .release = text_release};

#define END_PLACE 0x7fffffff /* where a reader is who has seen it all */

/* The children in the order they were made: a position is the number of the child. */
static int iterate(struct file *file, struct dir_context *context)
{
	struct dentry *dir = file->path.dentry, *child;
	loff_t at = 2;

	if (context->pos == 0) {
		if (!context->emit(context, ".", 1, dir->inode->ino, 4))
			return 0;
		context->pos = 1;
	}
	if (context->pos == 1) {
		struct dentry *parent = dentry_parent_of(dir);
		bool room = context->emit(context, "..", 2, parent->inode->ino, 4);

		dentry_put(parent);
		if (!room)
			return 0;
		context->pos = 2;
	}
	if (context->pos == END_PLACE)
		return 0;
	/* The tree never changes once it can be seen: its lists need no lock. */
	list_for_each_entry (child, &dir->children, sibling) {
		if (at++ < context->pos)
			continue;
		if (!context->emit(context, child->name, child->name_length, child->inode->ino,
				   (child->inode->mode & S_IFMT) >> 12))
			return 0;
		context->pos = at;
	}
	context->pos = END_PLACE;
	return 0;
}

static const struct file_ops dir_ops = {.iterate = iterate, .seek = sysfs_seek};
static const struct inode_ops inode_ops = {.lookup = NULL}; /* inodes stay: what chmod says, too */
static const struct super_ops super_ops = {.evict = NULL};
static struct super *the_super;

static int sysfs_mount(const struct fs_type *type, const char *source, const char *options,
		       struct super **super)
{
	(void)type, (void)source, (void)options;
	*super = the_super;
	return the_super ? 0 : -ENODEV;
}

static const struct fs_type sysfs_type = {.name = "sysfs",
					  .flags =
						  FS_NODEV | FS_COMPLETE | FS_NO_ATIME | FS_MADE_UP,
					  .mount = sysfs_mount};
FS_TYPE(sysfs_type);

static struct inode *make_inode(const struct node *node)
{
	struct inode *inode = inode_new(the_super, !node	 ? S_IFDIR | 0755
						   : node->store ? S_IFREG | 0644
								 : S_IFREG | 0444);

	if (!inode)
		return NULL;
	inode->ops = &inode_ops;
	inode->file_ops = node ? &file_ops : &dir_ops;
	inode->flags |= INODE_NOTRUNC;
	inode->uid = inode->gid = 0;
	inode->size = node ? (loff_t)PAGE_SIZE : 0;
	if (!node)
		inode->nlink = 2;
	inode->private = (void *)(uintptr_t)node; /* only read */
	return inode;
}

static int make_node(const struct node *node)
{
	struct dentry *parent = dentry_get(the_super->root);
	const char *name = node->path;
	int error = 0;

	while (!error && *name) {
		const char *slash = strchr(name, '/');
		size_t n = slash ? (size_t)(slash - name) : strlen(name);
		struct dentry *child = dentry_child(parent, name, n);

		if (!child) {
			struct inode *inode = make_inode(slash || !node->show ? NULL : node);
			char text[32];

			(void)strscpy(text, name, MIN(sizeof(text), n + 1));
			error = inode ? dentry_add_child(parent, text, inode) : -ENOMEM;
			child = error ? NULL : dentry_child(parent, name, n);
			if (child && S_ISDIR(child->inode->mode))
				parent->inode->nlink++;
		}
		dentry_put(parent);
		parent = child;
		name += n + (slash ? 1 : 0);
	}
	if (parent)
		dentry_put(parent);
	return error;
}

/* A folder for each processor: that is how htop and others count them. */
static int make_processors(void)
{
	int error = 0;

	for (unsigned int cpu = 0; cpu < sched_cpu_count() && !error; cpu++) {
		char path[40];

		snprintf(path, sizeof(path), "devices/system/cpu/cpu%u", cpu);
		error = make_node(&(struct node){path, NULL, NULL});
	}
	return error;
}

static int sysfs_init(void)
{
	struct super *super = super_new(&sysfs_type, &super_ops);
	struct inode *root;
	int error = 0;

	if (!super)
		return -ENOMEM;
	super->magic = SYSFS_MAGIC;
	super->max_size = INT32_MAX; /* as that of /proc */
	super->active = 1;	     /* for good */
	the_super = super;
	root = make_inode(NULL);
	super->root = root ? dentry_root(super, root) : NULL;
	if (!super->root) {
		the_super = NULL;
		super_kill(super);
		return -ENOMEM;
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(nodes) && !error; i++)
		error = make_node(&nodes[i]);
	return error ? error : make_processors();
}
INIT_CORE(sysfs_init);
