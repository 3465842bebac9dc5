// SPDX-License-Identifier: MIT
// Changing credentials: set*id, setgroups, capget and capset.

#include <core/errno.h>
#include <core/proc.h>
#include <core/syscall.h>

#include "capability.h"

#define UNCHANGED  ((uint32_t)-1)
#define GROUPS_MAX 65536

/* The real uid changed: its counts are another user's. It may have more threads than the limit allows, as few
 * programs look whether a change of users fails: it is execve that fails. 0 or -EAGAIN. */
static int change_user(struct cred *new)
{
	struct user *user = user_find_or_create(new->uid);

	if (!user)
		return -EAGAIN;
	current->over_process_limit = user_over_limit(user);
	user_put(new->user);
	new->user = user;
	return 0;
}

/* Commit new when error is 0, else drop it. */
static long finish(struct cred *new, int error)
{
	if (error)
		cred_put(new);
	else
		cred_commit(new);
	return error;
}

static bool is_one_of(uint32_t id, uint32_t a, uint32_t b, uint32_t c)
{
	return id == a || id == b || id == c;
}

SYSCALL(setuid)
{
	uid_t uid = (uid_t)args->arg[0];
	const struct cred *old = current->cred;
	struct cred *new;
	int error = 0;

	if (uid == UNCHANGED)
		return -EINVAL;
	new = cred_prepare(SIZE_MAX);
	if (!new)
		return -ENOMEM;
	if (capable(CAP_SETUID)) {
		new->uid = new->suid = uid;
		if (uid != old->uid)
			error = change_user(new);
	} else if (uid != old->uid && uid != old->suid) {
		error = -EPERM;
	}
	new->euid = new->fsuid = uid;
	cap_fix_uids(new, old);
	return finish(new, error);
}

SYSCALL(setgid)
{
	gid_t gid = (gid_t)args->arg[0];
	const struct cred *old = current->cred;
	struct cred *new;
	int error = 0;

	if (gid == UNCHANGED)
		return -EINVAL;
	new = cred_prepare(SIZE_MAX);
	if (!new)
		return -ENOMEM;
	if (capable(CAP_SETGID))
		new->gid = new->sgid = gid;
	else if (gid != old->gid && gid != old->sgid)
		error = -EPERM;
	new->egid = new->fsgid = gid;
	return finish(new, error);
}

SYSCALL(setreuid)
{
	uid_t ruid = (uid_t)args->arg[0], euid = (uid_t)args->arg[1];
	const struct cred *old = current->cred;
	struct cred *new = cred_prepare(SIZE_MAX);
	bool may = capable(CAP_SETUID);
	int error = 0;

	if (!new)
		return -ENOMEM;
	if (ruid != UNCHANGED) {
		new->uid = ruid;
		if (ruid != old->uid && ruid != old->euid && !may)
			error = -EPERM;
	}
	if (euid != UNCHANGED) {
		new->euid = euid;
		if (!is_one_of(euid, old->uid, old->euid, old->suid) && !may)
			error = -EPERM;
	}
	if (!error && new->uid != old->uid)
		error = change_user(new);
	if (ruid != UNCHANGED || (euid != UNCHANGED && euid != old->uid))
		new->suid = new->euid;
	new->fsuid = new->euid;
	cap_fix_uids(new, old);
	return finish(new, error);
}

SYSCALL(setregid)
{
	gid_t rgid = (gid_t)args->arg[0], egid = (gid_t)args->arg[1];
	const struct cred *old = current->cred;
	struct cred *new = cred_prepare(SIZE_MAX);
	bool may = capable(CAP_SETGID);
	int error = 0;

	if (!new)
		return -ENOMEM;
	if (rgid != UNCHANGED) {
		new->gid = rgid;
		if (rgid != old->gid && rgid != old->egid && !may)
			error = -EPERM;
	}
	if (egid != UNCHANGED) {
		new->egid = egid;
		if (!is_one_of(egid, old->gid, old->egid, old->sgid) && !may)
			error = -EPERM;
	}
	if (rgid != UNCHANGED || (egid != UNCHANGED && egid != old->gid))
		new->sgid = new->egid;
	new->fsgid = new->egid;
	return finish(new, error);
}

/* Do the three wanted ids say what there is already? Then not even the file system's id follows the
 * effective one, unless that was named. */
static bool already(const uint32_t wanted[3], uint32_t real, uint32_t effective, uint32_t saved,
		    uint32_t fs)
{
	return (wanted[0] == UNCHANGED || wanted[0] == real) &&
	       (wanted[1] == UNCHANGED || (wanted[1] == effective && wanted[1] == fs)) &&
	       (wanted[2] == UNCHANGED || wanted[2] == saved);
}

SYSCALL(setresuid)
{
	uid_t ids[3] = {(uid_t)args->arg[0], (uid_t)args->arg[1], (uid_t)args->arg[2]};
	const struct cred *old = current->cred;
	struct cred *new;
	int error = 0;

	if (already(ids, old->uid, old->euid, old->suid, old->fsuid))
		return 0;
	for (unsigned int i = 0; i < 3; i++)
		if (ids[i] != UNCHANGED && !is_one_of(ids[i], old->uid, old->euid, old->suid) &&
		    !capable(CAP_SETUID))
			return -EPERM;
	new = cred_prepare(SIZE_MAX);
	if (!new)
		return -ENOMEM;
	if (ids[0] != UNCHANGED) {
		new->uid = ids[0];
		if (ids[0] != old->uid)
			error = change_user(new);
	}
	if (ids[1] != UNCHANGED)
		new->euid = ids[1];
	if (ids[2] != UNCHANGED)
		new->suid = ids[2];
	new->fsuid = new->euid;
	cap_fix_uids(new, old);
	return finish(new, error);
}

SYSCALL(setresgid)
{
	gid_t ids[3] = {(gid_t)args->arg[0], (gid_t)args->arg[1], (gid_t)args->arg[2]};
	const struct cred *old = current->cred;
	struct cred *new;

	if (already(ids, old->gid, old->egid, old->sgid, old->fsgid))
		return 0;
	for (unsigned int i = 0; i < 3; i++)
		if (ids[i] != UNCHANGED && !is_one_of(ids[i], old->gid, old->egid, old->sgid) &&
		    !capable(CAP_SETGID))
			return -EPERM;
	new = cred_prepare(SIZE_MAX);
	if (!new)
		return -ENOMEM;
	if (ids[0] != UNCHANGED)
		new->gid = ids[0];
	if (ids[1] != UNCHANGED)
		new->egid = ids[1];
	if (ids[2] != UNCHANGED)
		new->sgid = ids[2];
	new->fsgid = new->egid;
	return finish(new, 0);
}

/* These two return the old id, whatever happens. */
SYSCALL(setfsuid)
{
	uid_t uid = (uid_t)args->arg[0];
	const struct cred *cred = current->cred;
	uid_t old = cred->fsuid;
	struct cred *new;

	if (uid == UNCHANGED || uid == old)
		return old;
	if (!is_one_of(uid, cred->uid, cred->euid, cred->suid) && !capable(CAP_SETUID))
		return old;
	new = cred_prepare(SIZE_MAX);
	if (!new)
		return old;
	new->fsuid = uid;
	cap_fix_fsuid(new, cred);
	cred_commit(new);
	return old;
}

SYSCALL(setfsgid)
{
	gid_t gid = (gid_t)args->arg[0];
	const struct cred *cred = current->cred;
	gid_t old = cred->fsgid;
	struct cred *new;

	if (gid == UNCHANGED || gid == old)
		return old;
	if (!is_one_of(gid, cred->gid, cred->egid, cred->sgid) && !capable(CAP_SETGID))
		return old;
	new = cred_prepare(SIZE_MAX);
	if (!new)
		return old;
	new->fsgid = gid;
	cred_commit(new);
	return old;
}

/* ---- supplementary groups ---- */

static void sort_groups(gid_t *groups, unsigned int n)
{
	/* Heap sort: no recursion, no extra memory. */
	for (unsigned int end = n, start = n / 2; end > 1;) {
		unsigned int root;
		gid_t value;

		if (start > 0) {
			value = groups[--start];
		} else {
			end--;
			value = groups[end];
			groups[end] = groups[0];
		}
		for (root = start; root * 2 + 1 < end;) {
			unsigned int child = root * 2 + 1;

			if (child + 1 < end && groups[child + 1] > groups[child])
				child++;
			if (groups[child] <= value)
				break;
			groups[root] = groups[child];
			root = child;
		}
		groups[root] = value;
	}
}

SYSCALL(setgroups)
{
	unsigned int n = (unsigned int)args->arg[0];
	struct cred *new;

	if (!capable(CAP_SETGID))
		return -EPERM;
	if (n > GROUPS_MAX)
		return -EINVAL;
	new = cred_prepare(n);
	if (!new)
		return -ENOMEM;
	if (copy_from_user(new->groups, args->arg[1], n * sizeof(gid_t)))
		return finish(new, -EFAULT);
	for (unsigned int i = 0; i < n; i++)
		if (new->groups[i] == UNCHANGED)
			return finish(new, -EINVAL);
	sort_groups(new->groups, n);
	return finish(new, 0);
}

/* ---- capabilities ---- */

#define CAPABILITY_V1 0x19980330u
#define CAPABILITY_V2 0x20071026u
#define CAPABILITY_V3 0x20080522u

struct cap_header {
	uint32_t version;
	int32_t pid;
};

struct cap_data {
	uint32_t effective, permitted, inheritable;
};

/* How many struct cap_data the version has. An unknown one is answered with the preferred. */
static int cap_words(unsigned long header_user, struct cap_header *header, unsigned int *words)
{
	if (copy_from_user(header, header_user, sizeof(*header)))
		return -EFAULT;
	switch (header->version) {
	case CAPABILITY_V1:
		*words = 1;
		return 0;
	case CAPABILITY_V2:
	case CAPABILITY_V3:
		*words = 2;
		return 0;
	default:
		if (hal_put_user32(hal_user_ptr(void, header_user), CAPABILITY_V3))
			return -EFAULT;
		return -EINVAL;
	}
}

SYSCALL(capget)
{
	struct cap_data data[2] = {0};
	struct cap_header header;
	struct thread *thread = NULL;
	const struct cred *cred;
	unsigned int words;
	int error = cap_words(args->arg[0], &header, &words);

	if (!args->arg[1]) /* asks for the version only, whatever the pid */
		return error == -EINVAL ? 0 : error;
	if (error)
		return error;
	if (header.pid < 0)
		return -EINVAL;
	if (header.pid) {
		thread = thread_find(header.pid);
		if (!thread)
			return -ESRCH;
	}
	rcu_read_lock();
	cred = rcu_dereference((thread ? thread : current)->cred);
	for (unsigned int i = 0; i < 2; i++) {
		data[i].effective = (uint32_t)(cred->cap_effective >> (32 * i));
		data[i].permitted = (uint32_t)(cred->cap_permitted >> (32 * i));
		data[i].inheritable = (uint32_t)(cred->cap_inheritable >> (32 * i));
	}
	rcu_read_unlock();
	if (thread)
		thread_put(thread);
	return copy_to_user(args->arg[1], data, words * sizeof(data[0]));
}

SYSCALL(capset)
{
	struct cap_data data[2] = {0};
	struct cap_header header;
	uint64_t effective, permitted, inheritable;
	const struct cred *old = current->cred;
	struct cred *new;
	unsigned int words;
	int error = cap_words(args->arg[0], &header, &words);

	if (error)
		return error;
	if (header.pid && header.pid != current->pid->number)
		return -EPERM;
	if (copy_from_user(data, args->arg[1], words * sizeof(data[0])))
		return -EFAULT;
	effective = ((uint64_t)data[1].effective << 32 | data[0].effective) & CAP_ALL;
	permitted = ((uint64_t)data[1].permitted << 32 | data[0].permitted) & CAP_ALL;
	inheritable = ((uint64_t)data[1].inheritable << 32 | data[0].inheritable) & CAP_ALL;
	new = cred_prepare(SIZE_MAX);
	if (!new)
		return -ENOMEM;
	return finish(new, cap_set(new, old, effective, permitted, inheritable));
}
