// SPDX-License-Identifier: MIT
// The whole VFS over tmpfs: walking, directories, links, mounts, descriptors, locks on plain data.
// sources: core/vfs/chrdev.c core/vfs/dcache.c core/vfs/devnode.c core/vfs/dirops.c core/vfs/rename.c
// sources: core/vfs/dnotify.c core/vfs/mount_options.c
// sources: core/vfs/fdtable.c core/vfs/file.c core/vfs/fs_context.c core/vfs/inode.c
// sources: core/vfs/mount.c core/vfs/mount_ops.c core/vfs/mount_tree.c
// sources: core/vfs/notify.c core/vfs/propagation.c core/vfs/open.c core/vfs/pathname.c
// sources: core/vfs/walk.c core/vfs/walk_step.c core/vfs/locks.c core/vfs/cpio.c
// sources: subsys/fs/ramfs/super.c
// sources: subsys/fs/ramfs/dir.c subsys/fs/ramfs/file.c subsys/fs/ramfs/xattr.c core/mm/page.c core/mm/table.c
// sources: core/mm/slab.c core/mm/vmalloc.c core/mm/kstack.c core/mm/reclaim.c core/mm/vma.c
// sources: core/mm/map.c core/mm/space.c core/mm/fault.c core/mm/huge.c core/mm/zap.c core/mm/access.c
// sources: core/mm/account.c core/mm/pagecache.c core/mm/pagecache_bytes.c core/mm/uio.c
// sources: core/lib/xarray.c core/lib/rbtree.c
// sources: core/sync/rwsem.c core/sync/mutex.c core/sync/wait.c tests/unit/fake_hal/fake_hal.c
// sources: tests/unit/fake_hal/fake_core.c tests/unit/fake_hal/fake_pagetable.c

#include "../../../../core/vfs/cpio.h"
#include "../../../../core/vfs/internal.h"
#include "../../../../core/vfs/mount.h"
#include "../../fake_hal/fake_hal.h"
#include "../../test.h"

#include <core/mm.h>
#include <core/printk.h>
#include <core/random.h>
#include <core/uapi/fcntl.h>

#include <stdarg.h>
#include <stdlib.h>

static struct thread thread;
static struct process process;
static union {
	struct cred cred;
	char room[sizeof(struct cred) + 4 * sizeof(gid_t)];
} storage;
static bool privileged = true;
struct spinlock tasklist;

struct fs_context *thread_get_fs(struct thread *of)
{
	if (of->fs)
		refcount_get(&of->fs->refs);
	return of->fs;
}

bool oom_kill(const char *why)
{
	(void)why;
	return false;
}
bool signal_fatal_pending(void)
{
	return false;
}
bool signal_pending(void)
{
	return false;
}
void signal_force(int sig, int code, vaddr_t address)
{
	panic("signal %d code %d at %#lx", sig, code, address);
}
void signal_send_self(int sig)
{
	(void)sig;
}
/* No file here has an owner. */
int file_owner_default(struct file *file, struct pid *group)
{
	(void)file, (void)group;
	return -ENOMEM;
}
void file_owner_free(struct file *file)
{
	panic("file %p has an owner", (void *)file);
}
void file_signal_owner(struct file *file, int fd, int code)
{
	panic("file %p, descriptor %d: code %d", (void *)file, fd, code);
}
bool capable(unsigned int cap)
{
	(void)cap;
	return privileged;
}
bool cred_in_group(const struct cred *cred, gid_t gid)
{
	return cred->fsgid == gid;
}
const struct cred *cred_get(const struct cred *cred)
{
	return cred;
}
void cred_put(const struct cred *cred)
{
	(void)cred;
}
void random_bytes(void *buf, size_t n)
{
	memset(buf, 7, n);
}
void resched_point(void)
{
}
ktime_t clock_realtime(void)
{
	static ktime_t now = 1000000000ull * NSEC_PER_SEC;

	return now += 1000;
}
struct thread *thread_next(pid_t *number)
{
	(void)number;
	return NULL;
}
struct thread *kthread_start(const char *name, void (*entry)(void *), void *arg)
{
	(void)name, (void)entry, (void)arg;
	return NULL;
}
void sched_set_work(struct thread *t, unsigned int bits)
{
	(void)t, (void)bits;
}
void sched_set_state(unsigned int state)
{
	(void)state;
}
int sched_wait(unsigned int state, ktime_t deadline)
{
	(void)state, (void)deadline;
	return -ERESTARTSYS;
}
void schedule(void)
{
	panic("the only thread sleeps");
}
bool sched_wake(struct thread *t, unsigned int mask)
{
	(void)t, (void)mask;
	return true;
}
void thread_get(struct thread *t)
{
	(void)t;
}
void thread_put(struct thread *t)
{
	(void)t;
}
int parse_u64(const char *s, int base, unsigned long long *value)
{
	char *end;

	*value = strtoull(s, &end, base);
	return *s && !*end ? 0 : -EINVAL;
}
long strscpy(char *to, const char *from, size_t n)
{
	size_t i;

	for (i = 0; i + 1 < n && from[i]; i++)
		to[i] = from[i];
	to[i] = 0;
	return from[i] ? -E2BIG : (long)i;
}
int scnprintf(char *buf, size_t n, const char *format, ...)
{
	va_list ap;
	int length;

	va_start(ap, format);
	length = vsnprintf(buf, n, format, ap);
	va_end(ap);
	return length < (int)n ? length : (int)n - 1;
}

// User memory is not touched by these tests.
#define NO_USER(name, to, from)         \
	size_t name(to, from, size_t n) \
	{                               \
		return n;               \
	}
NO_USER(hal_copy_from_user, __attribute__((unused)) void *to,
	__attribute__((unused)) const void __user *from)
NO_USER(hal_copy_from_user_nofault, __attribute__((unused)) void *to,
	__attribute__((unused)) const void __user *from)
NO_USER(hal_copy_to_user, __attribute__((unused)) void __user *to,
	__attribute__((unused)) const void *from)
NO_USER(hal_copy_to_user_nofault, __attribute__((unused)) void __user *to,
	__attribute__((unused)) const void *from)
long hal_string_from_user(char *to, const char __user *from, size_t n)
{
	(void)to, (void)from, (void)n;
	return -EFAULT;
}
void hal_space_activate(struct hal_space *space)
{
	(void)space;
}
void hal_icache_sync(paddr_t address, size_t n)
{
	(void)address, (void)n;
}

__attribute__((constructor)) static void start(void)
{
	static struct pid pid = {.number = 1};

	fake_hal_start();
	fake_thread = &thread.hal;
	list_init(&thread.exit_work);
	process.pid = &pid;
	for (unsigned int i = 0; i < RLIM_COUNT; i++)
		process.limits[i] = (struct rlimit){UINT64_MAX, UINT64_MAX};
	process.limits[RLIMIT_NOFILE].soft = 1000;
	thread.process = &process;
	refcount_set(&storage.cred.refs, 1);
	thread.cred = &storage.cred;
	page_init();
	slab_init();
	vfs_init();
}

static int open_close(const char *name, unsigned int flags, umode_t mode)
{
	struct file *file;
	int error = vfs_open(AT_FDCWD, name, flags, mode, &file);

	if (!error)
		file_put_now(file);
	return error;
}

static int exists(const char *name)
{
	struct path path;
	int error = path_lookup(AT_FDCWD, name, LOOKUP_FOLLOW, &path);

	if (!error)
		path_put(&path);
	return error;
}

static uint64_t inode_of(const char *name)
{
	struct path path;
	uint64_t ino;

	if (path_lookup(AT_FDCWD, name, 0, &path))
		return 0;
	ino = path.dentry->inode->ino;
	path_put(&path);
	return ino;
}

static int chdir_to(const char *name)
{
	struct path path;
	int error = path_lookup(AT_FDCWD, name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &path);

	if (!error)
		fs_set_cwd(&path);
	return error;
}

TEST(make_and_find)
{
	CHECK_EQ(exists("/"), 0);
	CHECK_EQ(exists("/nothing"), -ENOENT);
	CHECK_EQ(vfs_mkdir("/dir", 0755), 0);
	CHECK_EQ(vfs_mkdir("/dir", 0755), -EEXIST);
	CHECK_EQ(vfs_mkdir("/dir/sub/", 0755), 0);
	CHECK_EQ(vfs_mkdir("/none/sub", 0755), -ENOENT);
	CHECK_EQ(vfs_mkdir("/", 0755), -EEXIST);
	CHECK_EQ(open_close("/dir/file", O_RDWR, 0), -ENOENT);
	CHECK_EQ(open_close("/dir/file", O_RDWR | O_CREAT, 0644), 0);
	CHECK_EQ(open_close("/dir/file", O_RDWR | O_CREAT | O_EXCL, 0644), -EEXIST);
	CHECK_EQ(open_close("/dir/file/", O_RDONLY, 0), -ENOTDIR);
	CHECK_EQ(open_close("/dir/file/x", O_RDONLY, 0), -ENOTDIR);
	CHECK_EQ(open_close("/dir/new/", O_RDWR | O_CREAT, 0644), -EISDIR);
	CHECK_EQ(open_close("/dir", O_RDWR, 0), -EISDIR);
	CHECK_EQ(open_close("/dir", O_RDONLY | O_CREAT, 0644), -EISDIR);
	CHECK_EQ(open_close("/dir/", O_RDONLY | O_DIRECTORY, 0), 0);
	CHECK_EQ(open_close("/dir/file", O_RDONLY | O_DIRECTORY, 0), -ENOTDIR);
	CHECK_EQ(exists("//dir///sub//.."), 0);
	CHECK_EQ(inode_of("/dir/sub/../../dir/./file"), inode_of("/dir/file"));
	CHECK_EQ(inode_of("/../.."), inode_of("/"));
	char longname[300];

	memset(longname, 'a', sizeof(longname));
	longname[0] = '/';
	longname[257] = 0;
	CHECK_EQ(exists(longname), -ENAMETOOLONG);
	longname[256] = 0;
	CHECK_EQ(exists(longname), -ENOENT);
	CHECK_EQ(open_close(longname, O_RDWR | O_CREAT, 0600), 0);
	CHECK_EQ(exists(longname), 0);
	CHECK_EQ(do_unlink(AT_FDCWD, longname), 0);
	CHECK_EQ(exists(longname), -ENOENT);
	CHECK_EQ(exists(""), -ENOENT);
}

TEST(symlinks)
{
	char chain[32], to[32];

	CHECK_EQ(vfs_mkdir("/links", 0755), 0);
	CHECK_EQ(vfs_mkdir("/links/d", 0755), 0);
	CHECK_EQ(open_close("/links/d/f", O_RDWR | O_CREAT, 0644), 0);
	CHECK_EQ(vfs_symlink("d", "/links/rel"), 0);
	CHECK_EQ(vfs_symlink("/links/d/f", "/links/abs"), 0);
	CHECK_EQ(vfs_symlink("loop2", "/links/loop1"), 0);
	CHECK_EQ(vfs_symlink("loop1", "/links/loop2"), 0);
	CHECK_EQ(vfs_symlink("nowhere", "/links/dangling"), 0);
	CHECK_EQ(vfs_symlink("/", "/links/root"), 0);
	CHECK_EQ(inode_of("/links/rel/f"), inode_of("/links/d/f"));
	CHECK(inode_of("/links/abs") != inode_of("/links/d/f"));
	CHECK_EQ(exists("/links/abs"), 0);
	CHECK_EQ(inode_of("/links/root/links/rel/../rel/f"), inode_of("/links/d/f"));
	CHECK_EQ(exists("/links/loop1"), -ELOOP);
	CHECK_EQ(exists("/links/loop1/x"), -ELOOP);
	CHECK_EQ(exists("/links/dangling"), -ENOENT);
	CHECK_EQ(exists("/links/abs/"), -ENOTDIR);
	CHECK_EQ(open_close("/links/abs", O_RDONLY | O_NOFOLLOW, 0), -ELOOP);
	CHECK_EQ(open_close("/links/abs", O_PATH | O_NOFOLLOW, 0), 0);
	CHECK_EQ(open_close("/links/rel", O_RDONLY | O_NOFOLLOW | O_DIRECTORY, 0), -ENOTDIR);
	CHECK_EQ(open_close("/links/dangling", O_RDWR | O_CREAT | O_EXCL, 0600), -EEXIST);
	CHECK_EQ(open_close("/links/dangling", O_RDWR | O_CREAT, 0600), 0);
	CHECK_EQ(exists("/links/nowhere"), 0);
	/* forty are followed, forty-one are not */
	for (int i = 0; i < 42; i++) {
		snprintf(chain, sizeof(chain), "/links/c%d", i);
		snprintf(to, sizeof(to), "c%d", i + 1);
		CHECK_EQ(vfs_symlink(i == 41 ? "d" : to, chain), 0);
	}
	CHECK_EQ(exists("/links/c2"), 0);
	CHECK_EQ(exists("/links/c2/f"), 0);
	CHECK_EQ(exists("/links/c1"), -ELOOP);
	/* nested in the middle of each other */
	CHECK_EQ(vfs_symlink("m2/d", "/links/m1"), 0);
	CHECK_EQ(vfs_symlink("m3/.", "/links/m2"), 0);
	CHECK_EQ(vfs_symlink("../links/m4", "/links/m3"), 0);
	CHECK_EQ(vfs_symlink("/links/", "/links/m4"), 0);
	CHECK_EQ(inode_of("/links/m1/f"), inode_of("/links/d/f"));
}

TEST(removing_and_renaming)
{
	CHECK_EQ(vfs_mkdir("/r", 0755), 0);
	CHECK_EQ(vfs_mkdir("/r/a", 0755), 0);
	CHECK_EQ(vfs_mkdir("/r/b", 0755), 0);
	CHECK_EQ(open_close("/r/a/f", O_RDWR | O_CREAT, 0644), 0);
	CHECK_EQ(open_close("/r/b/g", O_RDWR | O_CREAT, 0644), 0);
	CHECK_EQ(do_rmdir(AT_FDCWD, "/r/a"), -ENOTEMPTY);
	CHECK_EQ(do_rmdir(AT_FDCWD, "/r/a/f"), -ENOTDIR);
	CHECK_EQ(do_unlink(AT_FDCWD, "/r/a"), -EISDIR);
	CHECK_EQ(do_unlink(AT_FDCWD, "/r/none"), -ENOENT);
	CHECK_EQ(do_rmdir(AT_FDCWD, "/r/a/."), -EINVAL);
	CHECK_EQ(do_rmdir(AT_FDCWD, "/r/a/.."), -ENOTEMPTY);
	CHECK_EQ(do_rmdir(AT_FDCWD, "/"), -EBUSY);
	uint64_t f = inode_of("/r/a/f"), g = inode_of("/r/b/g");

	CHECK_EQ(do_rename(AT_FDCWD, "/r/a/f", AT_FDCWD, "/r/b/g", 1), -EEXIST);
	CHECK_EQ(do_rename(AT_FDCWD, "/r/a/f", AT_FDCWD, "/r/b/g", 2), 0);
	CHECK_EQ(inode_of("/r/a/f"), g);
	CHECK_EQ(inode_of("/r/b/g"), f);
	CHECK_EQ(do_rename(AT_FDCWD, "/r/a/f", AT_FDCWD, "/r/b/g", 0), 0);
	CHECK_EQ(exists("/r/a/f"), -ENOENT);
	CHECK_EQ(inode_of("/r/b/g"), g);
	CHECK_EQ(do_rename(AT_FDCWD, "/r", AT_FDCWD, "/r/a/x", 0), -EINVAL);
	CHECK_EQ(do_rename(AT_FDCWD, "/r/a", AT_FDCWD,
			   "/r/b/a-with-a-name-longer-than-the-inline-room", 0),
		 0);
	CHECK_EQ(exists("/r/b/a-with-a-name-longer-than-the-inline-room"), 0);
	CHECK_EQ(exists("/r/a"), -ENOENT);
	CHECK_EQ(do_rename(AT_FDCWD, "/r/b/a-with-a-name-longer-than-the-inline-room", AT_FDCWD,
			   "/r/short", 0),
		 0);
	CHECK_EQ(do_rename(AT_FDCWD, "/r/short", AT_FDCWD, "/r/b", 0), -ENOTEMPTY);
	CHECK_EQ(do_rename(AT_FDCWD, "/r/b/g", AT_FDCWD, "/r/short", 0), -EISDIR);
	CHECK_EQ(do_rename(AT_FDCWD, "/r/short", AT_FDCWD, "/r/b/g", 0), -ENOTDIR);
	CHECK_EQ(do_rename(AT_FDCWD, "/r/b/g", AT_FDCWD, "/r/h/", 0), -ENOTDIR);
	CHECK_EQ(do_link(AT_FDCWD, "/r/b/g", AT_FDCWD, "/r/hard", 0), 0);
	CHECK_EQ(inode_of("/r/hard"), g);
	CHECK_EQ(do_link(AT_FDCWD, "/r/b", AT_FDCWD, "/r/harddir", 0), -EPERM);
	CHECK_EQ(do_unlink(AT_FDCWD, "/r/b/g"), 0);
	CHECK_EQ(do_rmdir(AT_FDCWD, "/r/b"), 0);
	CHECK_EQ(do_unlink(AT_FDCWD, "/r/hard"), 0);
	CHECK_EQ(do_rmdir(AT_FDCWD, "/r/short"), 0);
	CHECK_EQ(do_rmdir(AT_FDCWD, "/r"), 0);
	fake_rcu_run();
}

TEST(contents)
{
	struct file *file;
	char buf[16] = "";
	loff_t pos = 0;

	REQUIRE(!vfs_open(AT_FDCWD, "/data", O_RDWR | O_CREAT, 0644, &file));
	CHECK_EQ(vfs_write(file, "hello world", 11, &pos), 11);
	CHECK_EQ(pos, 11);
	pos = 6;
	CHECK_EQ(vfs_read(file, buf, sizeof(buf), &pos), 5);
	CHECK_STR(buf, "world");
	CHECK_EQ(vfs_read(file, buf, sizeof(buf), &pos), 0);
	CHECK_EQ(inode_truncate(file->inode, 5), 0);
	CHECK_EQ(inode_truncate(file->inode, 9000), 0);
	pos = 3;
	CHECK_EQ(vfs_read(file, buf, 4, &pos), 4);
	CHECK(!memcmp(buf, "lo\0\0", 4));
	CHECK_EQ(file_seek_inode(file, 0, SEEK_END), 9000);
	CHECK_EQ(inode_deny_write(file->inode), -ETXTBSY);
	file_put_now(file);
	REQUIRE(!vfs_open(AT_FDCWD, "/data", O_RDONLY, 0, &file));
	CHECK_EQ(inode_deny_write(file->inode), 0);
	CHECK_EQ(open_close("/data", O_WRONLY, 0), -ETXTBSY);
	inode_allow_write(file->inode);
	CHECK_EQ(open_close("/data", O_WRONLY | O_TRUNC, 0), 0);
	CHECK_EQ(file->inode->size, 0);
	file_put_now(file);
	/* an unlinked file lives as long as it is open */
	REQUIRE(!vfs_open(AT_FDCWD, "/data", O_RDWR, 0, &file));
	CHECK_EQ(do_unlink(AT_FDCWD, "/data"), 0);
	pos = 0;
	CHECK_EQ(vfs_write(file, "x", 1, &pos), 1);
	char name[256];

	CHECK_STR(file_name(&file->path, name, sizeof(name)), "/data (deleted)");
	file_put_now(file);
	REQUIRE(!vfs_open(AT_FDCWD, "/", O_TMPFILE | O_RDWR, 0600, &file));
	CHECK_EQ(file->inode->nlink, 0);
	file_put_now(file);
	fake_rcu_run();
}

TEST(permissions)
{
	privileged = false;
	storage.cred.fsuid = 0;
	CHECK_EQ(vfs_mkdir("/p", 0700), 0);
	CHECK_EQ(open_close("/p/f", O_RDWR | O_CREAT, 0600), 0);
	CHECK_EQ(vfs_mkdir("/sticky", 0777), 0);
	struct path path;

	REQUIRE(!path_lookup(AT_FDCWD, "/sticky", 0, &path));
	path.dentry->inode->mode = S_IFDIR | 01777;
	path_put(&path);
	CHECK_EQ(open_close("/sticky/mine", O_RDWR | O_CREAT, 0666), 0);
	storage.cred.fsuid = storage.cred.fsgid = 1000;
	CHECK_EQ(exists("/p/f"), -EACCES);
	CHECK_EQ(open_close("/p/f", O_RDONLY, 0), -EACCES);
	CHECK_EQ(vfs_mkdir("/q", 0700), -EACCES);
	CHECK_EQ(do_unlink(AT_FDCWD, "/sticky/mine"), -EPERM);
	CHECK_EQ(do_rename(AT_FDCWD, "/sticky/mine", AT_FDCWD, "/sticky/yours", 0), -EPERM);
	CHECK_EQ(open_close("/sticky/own", O_RDWR | O_CREAT, 0400), 0);
	CHECK_EQ(open_close("/sticky/own", O_RDWR, 0), -EACCES);
	CHECK_EQ(do_unlink(AT_FDCWD, "/sticky/own"), 0);
	storage.cred.fsuid = storage.cred.fsgid = 0;
	privileged = true;
	CHECK_EQ(do_unlink(AT_FDCWD, "/sticky/mine"), 0);
}

TEST(mounts)
{
	struct path path;
	char buf[256];

	CHECK_EQ(vfs_mkdir("/mnt", 0755), 0);
	CHECK_EQ(vfs_mkdir("/mnt/under", 0755), 0);
	CHECK_EQ(vfs_mount("none", "/mnt", "nofs", 0, NULL), -ENODEV);
	CHECK_EQ(vfs_mount("none", "/mnt", "tmpfs", 0, "size=bad"), -EINVAL);
	CHECK_EQ(vfs_mount("none", "/mnt", "tmpfs", MS_NODEV, "size=64k,mode=700"), 0);
	CHECK_EQ(exists("/mnt/under"), -ENOENT);
	CHECK_EQ(vfs_mkdir("/mnt/inside", 0755), 0);
	CHECK_EQ(inode_of("/mnt/.."), inode_of("/"));
	CHECK_EQ(inode_of("/mnt/inside/../.."), inode_of("/"));
	CHECK_EQ(do_rename(AT_FDCWD, "/mnt/inside", AT_FDCWD, "/elsewhere", 0), -EXDEV);
	CHECK_EQ(do_rmdir(AT_FDCWD, "/mnt"), -EBUSY);
	REQUIRE(!path_lookup(AT_FDCWD, "/mnt/inside", 0, &path));
	struct path root = {root_mount, root_mount->root};

	CHECK_STR(path_name(&path, &root, buf, sizeof(buf)), "/mnt/inside");
	struct path top;

	REQUIRE(!path_lookup(AT_FDCWD, "/mnt", 0, &top));
	CHECK_EQ(do_umount(&top, 0), -EBUSY);
	path_put(&path);
	CHECK_EQ(vfs_mkdir("/bound", 0755), 0);
	CHECK_EQ(vfs_mount("/mnt/inside", "/bound", NULL, MS_BIND, NULL), 0);
	CHECK_EQ(inode_of("/bound"), inode_of("/mnt/inside"));
	CHECK_EQ(inode_of("/bound/.."), inode_of("/"));
	CHECK_EQ(vfs_mount(NULL, "/mnt", NULL, MS_REMOUNT | MS_RDONLY | MS_BIND, NULL), 0);
	CHECK_EQ(vfs_mkdir("/mnt/more", 0755), -EROFS);
	CHECK_EQ(vfs_mkdir("/bound/more", 0755), 0);
	CHECK_EQ(do_umount(&top, 0), 0);
	path_put(&top);
	CHECK_EQ(exists("/mnt/under"), 0);
	CHECK_EQ(exists("/bound/more"), 0);
	REQUIRE(!path_lookup(AT_FDCWD, "/bound", 0, &top));
	CHECK_EQ(do_umount(&top, MNT_DETACH), 0);
	CHECK_EQ(top.dentry->inode->nlink, 3);
	path_put(&top);
	CHECK_EQ(exists("/bound/more"), -ENOENT);
	CHECK_EQ(exists("/bound"), 0);
	fake_rcu_run();
	/* recursive */
	CHECK_EQ(vfs_mount("none", "/mnt", "tmpfs", 0, NULL), 0);
	CHECK_EQ(vfs_mkdir("/mnt/deep", 0755), 0);
	CHECK_EQ(vfs_mount("none", "/mnt/deep", "tmpfs", 0, NULL), 0);
	CHECK_EQ(vfs_mkdir("/mnt/deep/x", 0755), 0);
	CHECK_EQ(vfs_mount("/mnt", "/bound", NULL, MS_BIND | MS_REC, NULL), 0);
	CHECK_EQ(exists("/bound/deep/x"), 0);
	REQUIRE(!path_lookup(AT_FDCWD, "/bound", 0, &top));
	CHECK_EQ(do_umount(&top, 0), -EBUSY);
	CHECK_EQ(do_umount(&top, MNT_DETACH), 0);
	path_put(&top);
	REQUIRE(!path_lookup(AT_FDCWD, "/mnt", 0, &top));
	CHECK_EQ(do_umount(&top, MNT_DETACH), 0);
	path_put(&top);
	CHECK_EQ(exists("/mnt/under"), 0);
	fake_rcu_run();
}

struct listing {
	struct dir_context context;
	char names[1024];
	unsigned int room;
};

static bool emit(struct dir_context *context, const char *name, size_t length, uint64_t ino,
		 unsigned int type)
{
	struct listing *l = container_of(context, struct listing, context);

	(void)ino, (void)type;
	if (!l->room)
		return false;
	l->room--;
	strncat(l->names, name, length);
	strcat(l->names, " ");
	return true;
}

TEST(listing)
{
	struct listing l = {.context.emit = emit, .room = 4};
	struct file *dir;

	CHECK_EQ(vfs_mkdir("/list", 0755), 0);
	CHECK_EQ(open_close("/list/a", O_CREAT | O_RDWR, 0600), 0);
	CHECK_EQ(open_close("/list/b", O_CREAT | O_RDWR, 0600), 0);
	CHECK_EQ(open_close("/list/c", O_CREAT | O_RDWR, 0600), 0);
	CHECK_EQ(open_close("/list/d", O_CREAT | O_RDWR, 0600), 0);
	REQUIRE(!vfs_open(AT_FDCWD, "/list", O_RDONLY, 0, &dir));
	CHECK_EQ(dir->ops->iterate(dir, &l.context), 0);
	CHECK_STR(l.names, ". .. a b ");
	/* what is removed does not come, nor what was made after the reading began */
	CHECK_EQ(do_unlink(AT_FDCWD, "/list/c"), 0);
	CHECK_EQ(do_unlink(AT_FDCWD, "/list/a"), 0);
	CHECK_EQ(open_close("/list/e", O_CREAT | O_RDWR, 0600), 0);
	l.room = 10;
	CHECK_EQ(dir->ops->iterate(dir, &l.context), 0);
	CHECK_STR(l.names, ". .. a b d ");
	l = (struct listing){.context.emit = emit, .room = 10};
	CHECK_EQ(dir->ops->iterate(dir, &l.context), 0);
	CHECK_STR(l.names, ". .. b d e ");
	file_put_now(dir);
}

TEST(descriptors)
{
	struct file *file;

	REQUIRE(!vfs_open(AT_FDCWD, "/", O_RDONLY, 0, &file));
	CHECK_EQ(fd_install(file, 0, false), 0);
	CHECK_EQ(fd_install(file_get(file), 0, true), 1);
	CHECK_EQ(fd_install(file_get(file), 100, false), 100);
	CHECK_EQ(fd_install(file_get(file), 0, false), 2);
	CHECK_EQ(fd_get_cloexec(1), 1);
	CHECK_EQ(fd_get_cloexec(2), 0);
	CHECK_EQ(fd_close(1), 0);
	CHECK_EQ(fd_close(1), -EBADF);
	CHECK_EQ(fd_install(file_get(file), 0, false), 1);
	CHECK_EQ(fd_dup_to(0, 300, false), 300);
	CHECK_EQ(fd_dup_to(0, 1000, false), -EBADF);
	CHECK_EQ(fd_dup_to(77, 5, false), -EBADF);
	CHECK(fd_get(300).file == file);
	CHECK(fd_get(301).file == NULL);
	CHECK(fd_get(-1).file == NULL);
	static struct thread other;

	other.files = files_copy(thread.files, UINT32_MAX);
	CHECK_EQ(thread_next_file(&other, 0), 0);
	CHECK_EQ(thread_next_file(&other, 3), 100);
	CHECK_EQ(thread_next_file(&other, 301), -1);
	files_put(other.files);
	fd_cloexec_range(100, UINT32_MAX);
	files_close_on_exec(thread.files);
	CHECK_EQ(thread_next_file(&thread, 3), -1);
	/* shared: by reference */
	(void)files_share(thread.files);
	struct fd fd = fd_get(2);

	CHECK(fd.file == file && fd.referenced);
	fd_put(fd);
	CHECK(!refcount_put(&thread.files->refs));
	CHECK(fd_get(2).file == file); /* by reference once more, and then not */
	file_put(file);
	CHECK(!fd_get(2).referenced);
	for (int i = 3; i < 1000; i++)
		REQUIRE(fd_install(file_get(file), 0, false) == i);
	CHECK_EQ(fd_install(file, 0, false), -EMFILE);
	fd_close_range(0, UINT32_MAX);
	CHECK_EQ(thread_next_file(&thread, 0), -1);
	fake_rcu_run();
}

TEST(current_directory)
{
	CHECK_EQ(vfs_mkdir("/cwd", 0755), 0);
	CHECK_EQ(chdir_to("/cwd"), 0);
	CHECK_EQ(open_close("here", O_CREAT | O_RDWR, 0600), 0);
	CHECK_EQ(exists("/cwd/here"), 0);
	CHECK_EQ(exists("../cwd/here"), 0);
	CHECK_EQ(do_unlink(AT_FDCWD, "here"), 0);
	CHECK_EQ(do_rmdir(AT_FDCWD, "../cwd"), 0);
	CHECK_EQ(exists("."), 0);
	CHECK_EQ(exists("here"), -ENOENT);
	CHECK_EQ(exists(".."), 0);
	CHECK_EQ(open_close("here", O_CREAT | O_RDWR, 0600), -ENOENT);
	CHECK_EQ(vfs_mkdir("here", 0700), -ENOENT);
	CHECK_EQ(chdir_to("/"), 0);
}

TEST(scoped_walks)
{
	struct path path;
	struct open_how how;
	struct file *dir;
	int fd;

	CHECK_EQ(vfs_mkdir("/scope", 0755), 0);
	CHECK_EQ(vfs_mkdir("/scope/in", 0755), 0);
	CHECK_EQ(vfs_symlink("/in", "/scope/abs"), 0);
	CHECK_EQ(vfs_symlink("../etc", "/scope/up"), 0);
	(void)how;
	REQUIRE(!vfs_open(AT_FDCWD, "/scope", O_PATH, 0, &dir));
	fd = fd_install(dir, 0, false);
	CHECK_EQ(path_lookup(fd, "in", LOOKUP_BENEATH, &path), 0);
	path_put(&path);
	CHECK_EQ(path_lookup(fd, "../scope/in", LOOKUP_BENEATH, &path), -EXDEV);
	CHECK_EQ(path_lookup(fd, "up", LOOKUP_BENEATH | LOOKUP_FOLLOW, &path), -EXDEV);
	CHECK_EQ(path_lookup(fd, "abs", LOOKUP_BENEATH | LOOKUP_FOLLOW, &path), -EXDEV);
	CHECK_EQ(path_lookup(fd, "abs", LOOKUP_IN_ROOT | LOOKUP_FOLLOW, &path), 0);
	path_put(&path);
	CHECK_EQ(path_lookup(fd, "/../in", LOOKUP_IN_ROOT | LOOKUP_FOLLOW, &path), 0);
	path_put(&path);
	CHECK_EQ(path_lookup(fd, "abs", LOOKUP_NO_SYMLINKS | LOOKUP_FOLLOW, &path), -ELOOP);
	CHECK_EQ(fd_close(fd), 0);
}

TEST(nothing_is_lost)
{
	struct path root = {root_mount, root_mount->root};

	fake_rcu_run();
	/* the tree, the mount, fs root and cwd */
	CHECK_EQ(refcount_read(&root_mount->refs), 3);
	CHECK(!list_empty(&root.dentry->children));
}
