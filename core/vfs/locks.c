// SPDX-License-Identifier: MIT
/*
 * Advisory locks: flock (whole files, owned by the open file), POSIX record locks (owned by the
 * descriptor table, as good as the process) and OFD record locks (owned by the open file).
 *
 * Each file's locks, as many as a user likes to have, are under a spinlock of their own. A blocked
 * thread waits on its inode's queue and tries again when something was released. While a POSIX waiter
 * is blocked it is on `blocked`, which says for which owner it waits: until that owner changes a lock
 * there, not until the waiter runs and looks again. That list is of all files, since a deadlock can
 * only be seen from above; its lock nests in the file's, so that it agrees with what is held.
 */
#include "internal.h"

#include <core/syscall.h>

#define LOCK_SH	  1u
#define LOCK_EX	  2u
#define LOCK_NB	  4u
#define LOCK_UN	  8u
#define LOCK_MAND 32u

struct file_lock {
	struct list link;
	const void *owner; /* struct files or struct file */
	bool flock;
	bool ofd;
	short type;
	loff_t start, end; /* inclusive */
	pid_t pid;
};

struct file_locks {
	struct spinlock lock;
	struct list held; /* [lock] by owner's arrival */
	struct wait_queue released;
};

struct blocked_owner {
	struct list link; /* [blocked_lock] */
	const void *owner, *for_owner;
	const struct file_locks *locks; /* NULL: it has never been blocked */
};

static struct spinlock blocked_lock = SPINLOCK_INIT("blocked lock owners");
static struct list blocked = LIST_INIT(blocked); /* [blocked_lock] */

static struct file_locks *locks_of(struct inode *inode)
{
	struct file_locks *locks = load_acquire(&inode->locks), *none = NULL;

	if (locks)
		return locks;
	locks = kzalloc(sizeof(*locks), GFP_KERNEL);
	if (!locks)
		return NULL;
	spin_init(&locks->lock, "file locks");
	list_init(&locks->held);
	wait_queue_init(&locks->released);
	if (!__atomic_compare_exchange_n(&inode->locks, &none, locks, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_ACQUIRE)) {
		kfree(locks);
		locks = none;
	}
	return locks;
}

/* F_UNLCK is wanted by F_OFD_GETLK only, which so asks for the owner's own locks. */
static bool conflict(const struct file_lock *lock, const struct file_lock *wanted)
{
	if (lock->flock != wanted->flock ||
	    (lock->owner == wanted->owner) != (wanted->type == F_UNLCK))
		return false;
	return (lock->type == F_WRLCK || wanted->type != F_RDLCK) && lock->start <= wanted->end &&
	       wanted->start <= lock->end;
}

/* The one that begins first: it is what F_GETLK tells. */
static struct file_lock *find_conflict(struct file_locks *locks, const struct file_lock *wanted)
{
	struct file_lock *lock, *first = NULL;

	list_for_each_entry (lock, &locks->held, link) {
		if (conflict(lock, wanted) && (!first || lock->start < first->start))
			first = lock;
	}
	return first;
}

/* Would waiting for `for_owner` close a circle? blocked_lock held. */
static bool deadlock(const void *owner, const void *for_owner)
{
	for (unsigned int depth = 0; depth < 64; depth++) {
		struct blocked_owner *other;
		bool found = false;

		if (for_owner == owner)
			return true;
		list_for_each_entry (other, &blocked, link) {
			if (other->owner == for_owner) {
				for_owner = other->for_owner;
				found = true;
				break;
			}
		}
		if (!found)
			return false;
	}
	return false;
}

/*
 * Put what the owner holds in [wanted->start, wanted->end] in the state wanted->type. spare: two
 * locks that may be used (and are then NULLed). Freed ones go to gone. locks->lock held; there is no
 * conflict.
 */
static void apply(struct file_locks *locks, const struct file_lock *wanted,
		  struct file_lock *spare[2], struct list *gone)
{
	struct file_lock *lock, *next, *merged = NULL;

	list_for_each_entry_safe (lock, next, &locks->held, link) {
		if (lock->owner != wanted->owner || lock->flock != wanted->flock)
			continue;
		bool touches =
			lock->start <= (wanted->end == INT64_MAX ? INT64_MAX : wanted->end + 1) &&
			wanted->start <= (lock->end == INT64_MAX ? INT64_MAX : lock->end + 1);

		if (lock->type == wanted->type) {
			if (!touches)
				continue;
			/* Melt into one. */
			if (merged) {
				merged->start = MIN(merged->start, lock->start);
				merged->end = MAX(merged->end, lock->end);
				list_move_tail(&lock->link, gone);
			} else {
				merged = lock;
				merged->start = MIN(merged->start, wanted->start);
				merged->end = MAX(merged->end, wanted->end);
			}
			continue;
		}
		if (lock->start > wanted->end || lock->end < wanted->start)
			continue;
		if (lock->start < wanted->start && lock->end > wanted->end) { /* cut in two */
			struct file_lock *right = spare[1];

			spare[1] = NULL;
			*right = *lock;
			right->start = wanted->end + 1;
			list_add(&right->link, &lock->link);
			lock->end = wanted->start - 1;
		} else if (lock->start < wanted->start) {
			lock->end = wanted->start - 1;
		} else if (lock->end > wanted->end) {
			lock->start = wanted->end + 1;
		} else {
			list_move_tail(&lock->link, gone);
		}
	}
	if (!merged && wanted->type != F_UNLCK) {
		struct file_lock *fresh = spare[0];

		spare[0] = NULL;
		*fresh = *wanted;
		list_add_tail(&fresh->link, &locks->held);
	}
}

/* owner has changed what it holds: those who wait for it there may have what they want now. locks->lock
 * held: who has blocked there is seen. */
static void unblock(const struct file_locks *locks, const void *owner)
{
	struct blocked_owner *waiter, *next;

	if (likely(list_empty(&blocked)))
		return;
	spin_lock(&blocked_lock);
	list_for_each_entry_safe (waiter, next, &blocked, link) {
		if (waiter->locks == locks && waiter->for_owner == owner)
			list_del_init(&waiter->link);
	}
	spin_unlock(&blocked_lock);
}

/* It waits no more. */
static void leave_blocked(struct blocked_owner *waiter)
{
	if (!waiter->locks)
		return;
	spin_lock(&blocked_lock);
	if (!list_empty(&waiter->link))
		list_del_init(&waiter->link);
	spin_unlock(&blocked_lock);
}

/* Wait for the owner of a lock there. locks->lock held. -EAGAIN or -EDEADLK. */
static int enter_blocked(struct blocked_owner *waiter, const struct file_locks *locks,
			 const void *owner, const void *for_owner)
{
	int error = -EDEADLK;

	spin_lock(&blocked_lock);
	if (!deadlock(owner, for_owner)) {
		waiter->owner = owner;
		waiter->for_owner = for_owner;
		waiter->locks = locks;
		list_add(&waiter->link, &blocked);
		error = -EAGAIN;
	}
	spin_unlock(&blocked_lock);
	return error;
}

/* flock gives up a lock of another kind before it asks for the new one: two who both want more do not wait for each
 * other. locks->lock held. */
static void give_up(struct file_locks *locks, const struct file_lock *wanted, struct list *gone)
{
	struct file_lock *lock, *next;

	list_for_each_entry_safe (lock, next, &locks->held, link) {
		if (lock->flock && lock->owner == wanted->owner && lock->type != wanted->type)
			list_move_tail(&lock->link, gone);
	}
}

static void free_locks(struct list *gone)
{
	while (!list_empty(gone)) {
		struct file_lock *lock = list_first(gone, struct file_lock, link);

		list_del(&lock->link);
		kfree(lock);
	}
}

/* One try. 0, -EAGAIN (a POSIX waiter, if given, is on the blocked list), -EDEADLK. */
static int try_set(struct file_locks *locks, const struct file_lock *wanted,
		   struct file_lock *spare[2], struct blocked_owner *waiter)
{
	struct list gone = LIST_INIT(gone);
	struct file_lock *other = NULL;
	int error = 0;

	spin_lock(&locks->lock);
	if (waiter)
		leave_blocked(waiter);
	if (wanted->flock)
		give_up(locks, wanted, &gone);
	if (wanted->type != F_UNLCK)
		other = find_conflict(locks, wanted);
	if (!other) {
		apply(locks, wanted, spare, &gone);
		unblock(locks, wanted->owner);
	} else if (waiter && !wanted->flock && !wanted->ofd) {
		error = enter_blocked(waiter, locks, wanted->owner, other->owner);
	} else {
		error = -EAGAIN;
	}
	spin_unlock(&locks->lock);
	if ((!error || !list_empty(&gone)) && wait_active(&locks->released))
		wait_wake_all(&locks->released);
	free_locks(&gone);
	return error;
}

static int set_lock(struct inode *inode, const struct file_lock *wanted, bool wait)
{
	struct file_locks *locks = locks_of(inode);
	struct file_lock *spare[2];
	struct blocked_owner waiter = {.link = LIST_INIT(waiter.link)};
	int error = -ENOLCK;

	if (!locks)
		return error;
	spare[0] = kmalloc(sizeof(*spare[0]), GFP_KERNEL);
	spare[1] = kmalloc(sizeof(*spare[1]), GFP_KERNEL);
	if (spare[0] && spare[1]) {
		error = try_set(locks, wanted, spare, wait ? &waiter : NULL);
		if (error == -EAGAIN && wait) {
			int result;
			int interrupted = wait_event_interruptible(
				&locks->released,
				(result = try_set(locks, wanted, spare, &waiter)) != -EAGAIN);

			error = interrupted ? interrupted : result;
			leave_blocked(&waiter);
		}
	}
	kfree(spare[0]);
	kfree(spare[1]);
	return error;
}

/* ---- flock ---- */

SYSCALL(flock)
{
	unsigned int operation = (unsigned int)args->arg[1];
	struct file_lock wanted = {.flock = true, .end = INT64_MAX};
	struct fd fd;
	long error = 0;

	/* Mandatory locks never kept anybody from anything; who asks for one, of any file, is told yes. */
	if (operation & LOCK_MAND)
		return 0;
	switch (operation & ~LOCK_NB) {
	case LOCK_SH:
		wanted.type = F_RDLCK;
		break;
	case LOCK_EX:
		wanted.type = F_WRLCK;
		break;
	case LOCK_UN:
		wanted.type = F_UNLCK;
		break;
	default:
		return -EINVAL;
	}
	fd = fd_get((int)args->arg[0]);
	if (!fd.file || (wanted.type != F_UNLCK && !(fd.file->mode & (FILE_READ | FILE_WRITE)))) {
		fd_put(fd);
		return -EBADF;
	}
	wanted.owner = fd.file;
	wanted.pid = process_id(current->process);
	if (wanted.type != F_UNLCK || fd.file->inode->locks)
		error = set_lock(fd.file->inode, &wanted, !(operation & LOCK_NB));
	fd_put(fd);
	return error;
}

/* ---- record locks ---- */

struct user_flock {
	int16_t type, whence;
	int32_t pad;
	int64_t start, length;
	int32_t pid, pad2;
};
_Static_assert(sizeof(struct user_flock) == 32, "Linux's struct flock");

static int decode(struct file *file, const struct user_flock *user, struct file_lock *lock)
{
	loff_t base, end;

	switch (user->whence) {
	case SEEK_SET:
		base = 0;
		break;
	case SEEK_CUR:
		base = file->pos;
		break;
	case SEEK_END:
		base = READ_ONCE(file->inode->size);
		break;
	default:
		return -EINVAL;
	}
	if (__builtin_add_overflow(base, user->start, &base))
		return -EOVERFLOW;
	if (base < 0)
		return -EINVAL;
	if (user->length > 0) {
		if (__builtin_add_overflow(base, user->length - 1, &end))
			return -EOVERFLOW;
	} else if (user->length < 0) {
		if (base + user->length < 0)
			return -EINVAL;
		end = base - 1;
		base += user->length;
	} else {
		end = INT64_MAX;
	}
	if (user->type != F_RDLCK && user->type != F_WRLCK && user->type != F_UNLCK)
		return -EINVAL;
	lock->type = user->type;
	lock->start = base;
	lock->end = end;
	return 0;
}

static void get_lock(struct file *file, struct file_lock *wanted, struct user_flock *user)
{
	struct file_locks *locks = load_acquire(&file->inode->locks);
	struct file_lock *other;

	user->type = F_UNLCK;
	if (!locks)
		return;
	spin_lock(&locks->lock);
	other = find_conflict(locks, wanted);
	if (other) {
		user->type = other->type;
		user->whence = SEEK_SET;
		user->start = other->start;
		user->length = other->end == INT64_MAX ? 0 : other->end - other->start + 1;
		user->pid = other->ofd ? -1 : other->pid;
	}
	spin_unlock(&locks->lock);
}

long locks_fcntl(struct file *file, int number, unsigned int command, unsigned long arg)
{
	bool ofd = command == F_OFD_GETLK || command == F_OFD_SETLK || command == F_OFD_SETLKW;
	bool wait = command == F_SETLKW || command == F_OFD_SETLKW;
	bool get = command == F_GETLK || command == F_OFD_GETLK;
	struct file_lock wanted = {.ofd = ofd};
	struct user_flock user;
	long error;

	if (copy_from_user(&user, arg, sizeof(user)))
		return -EFAULT;
	if (command == F_GETLK && user.type != F_RDLCK && user.type != F_WRLCK)
		return -EINVAL;
	error = decode(file, &user, &wanted);
	if (error)
		return error;
	if (!get && ((wanted.type == F_RDLCK && !(file->mode & FILE_READ)) ||
		     (wanted.type == F_WRLCK && !(file->mode & FILE_WRITE))))
		return -EBADF;
	if (ofd && user.pid)
		return -EINVAL;
	wanted.owner = ofd ? (const void *)file : (const void *)current->files;
	wanted.pid = process_id(current->process);
	if (get) {
		get_lock(file, &wanted, &user);
		return copy_to_user(arg, &user, sizeof(user));
	}
	if (wanted.type == F_UNLCK && !file->inode->locks)
		return 0;
	error = set_lock(file->inode, &wanted, wait);
	if (!error && wanted.type != F_UNLCK && !ofd) {
		/* Closed by another thread meanwhile: the lock would never go. */
		if (!fd_means(number, file)) {
			wanted.type = F_UNLCK;
			error = set_lock(file->inode, &wanted, false);
			error = error ? error : -EBADF;
		}
	}
	return error;
}

/* ---- the ends of owners ---- */

static void drop_owner(struct inode *inode, const void *owner)
{
	struct file_locks *locks = load_acquire(&inode->locks);
	struct file_lock *lock, *next;
	struct list gone = LIST_INIT(gone);

	if (!locks)
		return;
	spin_lock(&locks->lock);
	list_for_each_entry_safe (lock, next, &locks->held, link) {
		if (lock->owner == owner)
			list_move_tail(&lock->link, &gone);
	}
	if (!list_empty(&gone))
		unblock(locks, owner);
	spin_unlock(&locks->lock);
	if (!list_empty(&gone)) {
		free_locks(&gone);
		wait_wake_all(&locks->released);
	}
}

void locks_close(struct file *file, const void *owner)
{
	drop_owner(file->inode, owner);
}

void locks_release(struct file *file)
{
	drop_owner(file->inode, file);
}
