// SPDX-License-Identifier: MIT
// As core/absent.c, for what the VFS needs of core/mm (page cache, uio) and core/proc
// (credentials). Delete this file when both are here.

#include <core/cred.h>
#include <core/pagecache.h>
#include <core/printk.h>
#include <core/signal.h>
#include <core/thread.h>
#include <core/uio.h>
#include <core/vfs.h>

#define ABSENT(type, name, ...)                       \
	__attribute__((weak)) type name(__VA_ARGS__); \
	__attribute__((weak)) type name(__VA_ARGS__)
#define UNUSED __attribute__((unused))

ABSENT(bool, capable, UNUSED unsigned int cap)
{
	panic("capable: not here yet");
}
ABSENT(bool, cred_in_group, UNUSED const struct cred *cred, UNUSED gid_t gid)
{
	panic("cred_in_group: not here yet");
}
ABSENT(const struct cred *, cred_get, const struct cred *cred)
{
	return cred;
}
ABSENT(void, cred_put, UNUSED const struct cred *cred)
{
}
ABSENT(struct thread *, kthread_start, UNUSED const char *name, UNUSED void (*entry)(void *),
       UNUSED void *arg)
{
	panic("kthread_start: not here yet");
}
ABSENT(void, signal_send_thread, UNUSED struct thread *thread, UNUSED int sig,
       UNUSED const struct siginfo *info)
{
}
ABSENT(struct process *, process_next, UNUSED pid_t after)
{
	return NULL;
}
ABSENT(void, process_put, UNUSED struct process *process)
{
}
ABSENT(void, pagecache_init, UNUSED struct pagecache *cache, UNUSED struct inode *inode,
       UNUSED const struct pagecache_ops *ops)
{
}
ABSENT(void, pagecache_destroy, UNUSED struct pagecache *cache)
{
}
ABSENT(int, pagecache_get, UNUSED struct pagecache *cache, UNUSED uint64_t index,
       UNUSED bool create, UNUSED struct page **page)
{
	return -12;
}
ABSENT(ssize_t, pagecache_read, UNUSED struct pagecache *cache, UNUSED struct uio *uio,
       UNUSED loff_t pos, UNUSED loff_t size)
{
	return -12;
}
ABSENT(ssize_t, pagecache_write, UNUSED struct pagecache *cache, UNUSED struct uio *uio,
       UNUSED loff_t pos)
{
	return -12;
}
ABSENT(void, pagecache_truncate, UNUSED struct pagecache *cache, UNUSED loff_t pos)
{
}
ABSENT(void, pagecache_punch, UNUSED struct pagecache *cache, UNUSED loff_t from, UNUSED loff_t to)
{
}
ABSENT(loff_t, pagecache_seek, UNUSED struct pagecache *cache, UNUSED loff_t pos, loff_t size,
       UNUSED bool hole)
{
	return size;
}
ABSENT(void, uio_init_user, UNUSED struct uio *uio, UNUSED struct iovec *iov,
       UNUSED unsigned long base, UNUSED size_t n)
{
	panic("uio: not here yet");
}
ABSENT(void, uio_init_kernel, UNUSED struct uio *uio, UNUSED struct iovec *iov, UNUSED void *base,
       UNUSED size_t n)
{
	panic("uio: not here yet");
}
ABSENT(size_t, uio_copy_to, UNUSED struct uio *uio, UNUSED const void *from, UNUSED size_t n)
{
	return 0;
}
ABSENT(size_t, uio_copy_from, UNUSED struct uio *uio, UNUSED void *to, UNUSED size_t n)
{
	return 0;
}
ABSENT(size_t, uio_zero, UNUSED struct uio *uio, UNUSED size_t n)
{
	return 0;
}
ABSENT(void, uio_advance, UNUSED struct uio *uio, UNUSED size_t n)
{
}
ABSENT(void, locks_release, UNUSED struct file *file)
{
}
ABSENT(void, locks_close, UNUSED struct file *file, UNUSED const void *owner)
{
}
