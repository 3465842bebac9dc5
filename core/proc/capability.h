/* SPDX-License-Identifier: MIT */
/* capability.h - how capability sets change with user ids and at execve (capabilities(7)): pure,
 * host-tested. */
#ifndef CORE_PROC_CAPABILITY_H
#define CORE_PROC_CAPABILITY_H

#include <core/cred.h>

#define SECURE_NOROOT		    0x01u
#define SECURE_NO_SETUID_FIXUP	    0x04u
#define SECURE_KEEP_CAPS	    0x10u
#define SECURE_NO_CAP_AMBIENT_RAISE 0x40u
#define SECURE_ALL_BITS		    0x55u
#define SECURE_ALL_LOCKS	    0xaau

/* After a change of real, effective or saved uid; after a change of the file-system uid alone. */
void cap_fix_uids(struct cred *new, const struct cred *old);
void cap_fix_fsuid(struct cred *new, const struct cred *old);

/* execve: new has the set-id file's euid and egid (else old's). cap_exec sets saved and fs ids and all
 * sets; confined: no_new_privs; shared: another process has the same fs context. To be asked before:
 * AT_SECURE; whether root's rule permits more than old has. */
bool cap_exec_secure(const struct cred *new, const struct cred *old);
bool cap_exec_gains(const struct cred *new, const struct cred *old);
void cap_exec(struct cred *new, const struct cred *old, bool confined, bool shared);

/* capset's rules. 0 or -EPERM. */
__must_check int cap_set(struct cred *new, const struct cred *old, uint64_t effective,
			 uint64_t permitted, uint64_t inheritable);

#endif
