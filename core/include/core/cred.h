/* SPDX-License-Identifier: MIT */
/* core/cred.h - credentials: immutable, reference-counted, replaced whole. */
#ifndef CORE_CRED_H
#define CORE_CRED_H

#include <core/lib/list.h>
#include <core/rcu.h>
#include <core/refcount.h>
#include <core/types.h>

#define CAP_CHOWN	       0
#define CAP_DAC_OVERRIDE       1
#define CAP_DAC_READ_SEARCH    2
#define CAP_FOWNER	       3
#define CAP_FSETID	       4
#define CAP_KILL	       5
#define CAP_SETGID	       6
#define CAP_SETUID	       7
#define CAP_SETPCAP	       8
#define CAP_LINUX_IMMUTABLE    9
#define CAP_NET_BIND_SERVICE   10
#define CAP_NET_ADMIN	       12
#define CAP_NET_RAW	       13
#define CAP_IPC_LOCK	       14
#define CAP_IPC_OWNER	       15
#define CAP_SYS_RAWIO	       17
#define CAP_SYS_CHROOT	       18
#define CAP_SYS_PTRACE	       19
#define CAP_SYS_ADMIN	       21
#define CAP_SYS_BOOT	       22
#define CAP_SYS_NICE	       23
#define CAP_SYS_RESOURCE       24
#define CAP_SYS_TIME	       25
#define CAP_SYS_TTY_CONFIG     26
#define CAP_MKNOD	       27
#define CAP_LEASE	       28
#define CAP_SETFCAP	       31
#define CAP_SYSLOG	       34
#define CAP_WAKE_ALARM	       35
#define CAP_CHECKPOINT_RESTORE 40
#define CAP_LAST	       40
#define CAP_ALL		       ((1ull << (CAP_LAST + 1)) - 1)

struct thread;

struct cred {
	struct refcount refs;
	struct rcu_head rcu;
	uid_t uid, euid, suid, fsuid;
	gid_t gid, egid, sgid, fsgid;
	uint64_t cap_inheritable, cap_permitted, cap_effective, cap_bounding, cap_ambient;
	uint32_t securebits;
	struct user *user; /* per-uid counts (RLIMIT_NPROC, SIGPENDING), reference held */
	unsigned int group_count;
	gid_t groups[]; /* sorted */
};

/* Per real uid. */
struct user {
	struct refcount refs;
	struct hlist_node hash; /* by uid */
	uid_t uid;
	uint32_t processes;  /* threads, as RLIMIT_NPROC counts them; atomic */
	uint32_t sigpending; /* queued signals; atomic */
	uint32_t in_flight;  /* descriptors in socket queues; atomic */
	uint32_t inotify_instances, inotify_watches; /* atomic */
};

const struct cred *cred_get(const struct cred *cred);
const struct cred *cred_of_thread(const struct thread *thread); /* any thread's, with a reference */
void cred_put(const struct cred *cred);
/* A copy of the current credentials to change, with room for n groups (SIZE_MAX: as many as now).
 * NULL: no memory. */
struct cred *cred_prepare(size_t n);
/* May he who has new not be looked into by those who have old? */
bool cred_gains(const struct cred *new, const struct cred *old);
void cred_commit(struct cred *cred); /* become current's; consumes the reference */
bool capable(unsigned int cap);	     /* current's effective set */
extern struct cred init_cred;	     /* root with every capability: kernel threads and PID 1 */
void cred_set(struct thread *thread,
	      const struct cred *cred); /* a thread that does not run yet; consumes */
/* Per-uid counts; NULL: no memory. */
struct user *user_find_or_create(uid_t uid);
struct user *user_get(struct user *user);
void user_put(struct user *user);
bool user_over_limit(
	const struct user *user); /* more threads than current's RLIMIT_NPROC; never root */
void cred_init(void);
bool cred_in_group(const struct cred *cred, gid_t gid);

#endif
