// SPDX-License-Identifier: MIT
// How capability sets change with user ids and at execve (capabilities(7)). Pure: no locks, no
// current.

#include "capability.h"

#include <core/errno.h>

#define BIT(cap) (1ull << (cap))
/* What a file-system uid of 0 gives. 32 is CAP_MAC_OVERRIDE. */
#define CAP_FS_SET                                                                            \
	(BIT(CAP_CHOWN) | BIT(CAP_MKNOD) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_DAC_READ_SEARCH) | \
	 BIT(CAP_FOWNER) | BIT(CAP_FSETID) | BIT(CAP_LINUX_IMMUTABLE) | BIT(32))

static bool any_root(const struct cred *c)
{
	return c->uid == 0 || c->euid == 0 || c->suid == 0;
}

void cap_fix_uids(struct cred *new, const struct cred *old)
{
	if (new->securebits & SECURE_NO_SETUID_FIXUP)
		return;
	if (any_root(old) && !any_root(new)) {
		if (!(new->securebits &SECURE_KEEP_CAPS))
			new->cap_permitted = new->cap_effective = 0;
		new->cap_ambient = 0;
	}
	if (old->euid == 0 && new->euid != 0)
		new->cap_effective = 0;
	if (old->euid != 0 && new->euid == 0)
		new->cap_effective = new->cap_permitted;
}

void cap_fix_fsuid(struct cred *new, const struct cred *old)
{
	if (new->securebits & SECURE_NO_SETUID_FIXUP)
		return;
	if (old->fsuid == 0 && new->fsuid != 0)
		new->cap_effective &= ~CAP_FS_SET;
	if (old->fsuid != 0 && new->fsuid == 0)
		new->cap_effective |= new->cap_permitted & CAP_FS_SET;
}

/* Root's rule. Files have no capabilities of their own here: it is the only source. */
static uint64_t permitted_by_root(const struct cred *new, const struct cred *old)
{
	if ((new->securebits &SECURE_NOROOT) || (new->euid != 0 && new->uid != 0))
		return 0;
	return old->cap_bounding | old->cap_inheritable;
}

bool cap_exec_secure(const struct cred *new, const struct cred *old)
{
	return new->euid != old->uid || new->egid != old->gid;
}

bool cap_exec_gains(const struct cred *new, const struct cred *old)
{
	return permitted_by_root(new, old) & ~old->cap_permitted;
}

void cap_exec(struct cred *new, const struct cred *old, bool confined, bool shared)
{
	bool root_effective = !(new->securebits &SECURE_NOROOT) && new->euid == 0;
	bool set_id = cap_exec_secure(new, old);

	new->cap_permitted = permitted_by_root(new, old);
	if ((confined || shared) && (set_id || (new->cap_permitted & ~old->cap_permitted))) {
		/* With the right to take any id, he may as well share it. */
		if (confined || !(old->cap_effective & BIT(CAP_SETUID))) {
			new->euid = new->uid;
			new->egid = new->gid;
		}
		new->cap_permitted &= old->cap_permitted;
	}
	new->suid = new->fsuid = new->euid;
	new->sgid = new->fsgid = new->egid;
	if (set_id)
		new->cap_ambient = 0;
	new->cap_permitted |= new->cap_ambient;
	new->cap_effective = root_effective ? new->cap_permitted : new->cap_ambient;
	new->securebits &= ~SECURE_KEEP_CAPS;
}

int cap_set(struct cred *new, const struct cred *old, uint64_t effective, uint64_t permitted,
	    uint64_t inheritable)
{
	bool setpcap = old->cap_effective & BIT(CAP_SETPCAP);

	if (!setpcap && (inheritable & ~(old->cap_inheritable | old->cap_permitted)))
		return -EPERM;
	if (inheritable & ~(old->cap_inheritable | old->cap_bounding))
		return -EPERM;
	if (permitted & ~old->cap_permitted)
		return -EPERM;
	if (effective & ~permitted)
		return -EPERM;
	new->cap_effective = effective;
	new->cap_permitted = permitted;
	new->cap_inheritable = inheritable;
	new->cap_ambient &= permitted &inheritable;
	return 0;
}
