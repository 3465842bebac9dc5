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

ABSENT(struct cred *, cred_prepare, UNUSED size_t n)
{
	return NULL;
}
ABSENT(int, signal_set_temporary_mask, UNUSED const void __user *set, UNUSED size_t size)
{
	return 0;
}
ABSENT(void, signal_set_mask, UNUSED uint64_t mask)
{
}
