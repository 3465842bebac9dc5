// SPDX-License-Identifier: MIT
/* setsockopt and getsockopt for SOL_SOCKET: what all families share. Other levels are unknown. */
#include "internal.h"

#include <core/proc.h>

#define SO_DEBUG	1
#define SO_REUSEADDR	2
#define SO_TYPE		3
#define SO_ERROR	4
#define SO_DONTROUTE	5
#define SO_BROADCAST	6
#define SO_SNDBUF	7
#define SO_RCVBUF	8
#define SO_KEEPALIVE	9
#define SO_PRIORITY	12
#define SO_LINGER	13
#define SO_REUSEPORT	15
#define SO_PEERCRED	17
#define SO_RCVLOWAT	18
#define SO_SNDLOWAT	19
#define SO_RCVTIMEO	20
#define SO_SNDTIMEO	21
#define SO_ACCEPTCONN	30
#define SO_SNDBUFFORCE	32
#define SO_RCVBUFFORCE	33
#define SO_PROTOCOL	38
#define SO_DOMAIN	39
#define SO_PEEK_OFF	42
#define SO_PEERGROUPS	59
#define SO_RCVTIMEO_NEW 66 /* where time_t has 64 bits, the same as the older number */
#define SO_SNDTIMEO_NEW 67
#define SO_PEERPIDFD	77

#define SEND_MIN    4608u /* bytes; what SO_SNDBUF gives at least */
#define RECEIVE_MIN 2304u

struct user_timeval {
	int64_t sec, usec;
};

struct user_creds {
	int32_t pid;
	uint32_t uid, gid;
};

/* ---- setting ---- */

/* Options that only remember whether they are on. Those of network protocols have nothing to act on
 * in a family of one machine, on Linux too. */
static bool is_switch(int name)
{
	switch (name) {
	case SO_REUSEADDR:
	case SO_DONTROUTE:
	case SO_BROADCAST:
	case SO_KEEPALIVE:
	case SO_OOBINLINE:
	case SO_PASSCRED:
	case SO_PASSPIDFD:
		return true;
	default:
		return false;
	}
}

static void set_switch(struct socket *socket, int name, bool on)
{
	if (on)
		__atomic_fetch_or(&socket->switches, SWITCH_BIT(name), __ATOMIC_RELAXED);
	else
		__atomic_fetch_and(&socket->switches, ~SWITCH_BIT(name), __ATOMIC_RELAXED);
}

/* The room is twice what is asked for: half of it is for bookkeeping. */
static uint32_t buffer_limit(int value, bool force, uint32_t least)
{
	uint32_t asked = (uint32_t)value;

	if (force)
		asked = value < 0 ? 0 : MIN(asked, (uint32_t)INT32_MAX / 2);
	else
		asked = MIN(asked, SOCKET_BUFFER);
	return MAX(asked * 2, least);
}

static int set_timeout(ktime_t *timeout, unsigned long user, unsigned int length)
{
	struct user_timeval value;

	if (length < sizeof(value))
		return -EINVAL;
	if (copy_from_user(&value, user, sizeof(value)))
		return -EFAULT;
	if (value.usec < 0 || value.usec >= 1000000)
		return -EDOM;
	if (value.sec < 0)
		WRITE_ONCE(*timeout, 0);
	else if ((!value.sec && !value.usec) || value.sec >= (int64_t)(INT64_MAX / NSEC_PER_SEC))
		WRITE_ONCE(*timeout, KTIME_MAX);
	else
		WRITE_ONCE(*timeout, (uint64_t)value.sec * NSEC_PER_SEC +
					     (uint64_t)value.usec * NSEC_PER_USEC);
	return 0;
}

/* Linux keeps the time in ticks: one below zero reads back as the longest that it can keep. */
#define LINGER_LONGEST (INT64_MAX / 250)

static int set_linger(struct socket *socket, unsigned long user, unsigned int length)
{
	uint32_t value[2];

	if (length < sizeof(value))
		return -EINVAL;
	if (copy_from_user(value, user, sizeof(value)))
		return -EFAULT;
	WRITE_ONCE(socket->linger[0], value[0] != 0);
	if (value[0]) /* switching it off leaves the time */
		WRITE_ONCE(socket->linger[1],
			   (int32_t)value[1] < 0 ? (uint32_t)LINGER_LONGEST : value[1]);
	return 0;
}

static int set_number(struct socket *socket, int name, int value)
{
	if (is_switch(name)) {
		set_switch(socket, name, value != 0);
		return 0;
	}
	switch (name) {
	case SO_DEBUG:
		if (value && !capable(CAP_NET_ADMIN))
			return -EACCES;
		set_switch(socket, name, value != 0);
		return 0;
	case SO_SNDBUFFORCE:
	case SO_RCVBUFFORCE:
		if (!capable(CAP_NET_ADMIN))
			return -EPERM;
		if (name == SO_RCVBUFFORCE) {
			WRITE_ONCE(socket->receive_limit, buffer_limit(value, true, RECEIVE_MIN));
			return 0;
		}
		WRITE_ONCE(socket->send_limit, buffer_limit(value, true, SEND_MIN));
		socket_wake_writers(socket);
		return 0;
	case SO_SNDBUF:
		WRITE_ONCE(socket->send_limit, buffer_limit(value, false, SEND_MIN));
		socket_wake_writers(socket);
		return 0;
	case SO_RCVBUF:
		WRITE_ONCE(socket->receive_limit, buffer_limit(value, false, RECEIVE_MIN));
		return 0;
	case SO_PRIORITY:
		if ((value < 0 || value > 6) && !capable(CAP_NET_RAW) && !capable(CAP_NET_ADMIN))
			return -EPERM;
		WRITE_ONCE(socket->priority, (uint32_t)value);
		return 0;
	case SO_RCVLOWAT:
		WRITE_ONCE(socket->low_water, value < 0 ? INT32_MAX : value ? (uint32_t)value : 1);
		return 0;
	case SO_PEEK_OFF:
		if (!socket->ops->peek_offset)
			return -EOPNOTSUPP;
		WRITE_ONCE(socket->peek_offset, value);
		return 0;
	case SO_REUSEPORT:
		return value ? -EOPNOTSUPP : 0; /* of inet only */
	default:
		/* SO_TYPE and others that can only be asked for, too. */
		return -ENOPROTOOPT;
	}
}

static int set_option(struct socket *socket, int name, unsigned long user, unsigned int length)
{
	int32_t value;

	if (length < sizeof(value))
		return -EINVAL;
	if (copy_from_user(&value, user, sizeof(value)))
		return -EFAULT;
	switch (name) {
	case SO_RCVTIMEO:
	case SO_RCVTIMEO_NEW:
		return set_timeout(&socket->receive_timeout, user, length);
	case SO_SNDTIMEO:
	case SO_SNDTIMEO_NEW:
		return set_timeout(&socket->send_timeout, user, length);
	case SO_LINGER:
		return set_linger(socket, user, length);
	default:
		return set_number(socket, name, value);
	}
}

SYSCALL(setsockopt)
{
	int length = (int)args->arg[4];
	struct socket *socket;
	struct fd fd;
	long result = socket_get((int)args->arg[0], &fd, &socket);

	if (result)
		return result;
	if (length < 0)
		result = -EINVAL;
	else if ((int)args->arg[1] != SOL_SOCKET)
		result = -EOPNOTSUPP; /* no family here has options of its own */
	else
		result = set_option(socket, (int)args->arg[2], args->arg[3], (unsigned int)length);
	fd_put(fd);
	return result;
}

/* ---- asking ---- */

/* What the option is: *size bytes in out. Most are one int. */
union answer {
	int32_t number;
	uint32_t linger[2];
	struct user_timeval time;
	struct user_creds creds;
};

static struct user_timeval timeout_answer(ktime_t timeout)
{
	if (timeout == KTIME_MAX)
		return (struct user_timeval){0, 0};
	return (struct user_timeval){.sec = (int64_t)(timeout / NSEC_PER_SEC),
				     .usec = (int64_t)(timeout % NSEC_PER_SEC / NSEC_PER_USEC)};
}

static struct user_creds creds_answer(struct socket *socket)
{
	struct user_creds creds = {.uid = UINT32_MAX, .gid = UINT32_MAX};

	spin_lock(&socket->lock);
	if (socket->peer_pid)
		creds.pid = socket->peer_pid->number;
	if (socket->peer_cred) {
		creds.uid = socket->peer_cred->euid;
		creds.gid = socket->peer_cred->egid;
	}
	spin_unlock(&socket->lock);
	return creds;
}

static int get_answer(struct socket *socket, int name, union answer *answer, size_t *size)
{
	*size = sizeof(answer->number);
	if (is_switch(name) || name == SO_DEBUG) {
		answer->number = socket_switch(socket, (unsigned int)name);
		return 0;
	}
	switch (name) {
	case SO_TYPE:
		answer->number = socket->type;
		return 0;
	case SO_DOMAIN:
		answer->number = socket->family;
		return 0;
	case SO_PROTOCOL:
		answer->number = socket->protocol;
		return 0;
	case SO_ERROR:
		answer->number = -socket_error(socket);
		return 0;
	case SO_ACCEPTCONN:
		answer->number = READ_ONCE(socket->listening);
		return 0;
	case SO_SNDBUF:
		answer->number = (int32_t)READ_ONCE(socket->send_limit);
		return 0;
	case SO_RCVBUF:
		answer->number = (int32_t)READ_ONCE(socket->receive_limit);
		return 0;
	case SO_PRIORITY:
		answer->number = (int32_t)READ_ONCE(socket->priority);
		return 0;
	case SO_RCVLOWAT:
		answer->number = (int32_t)READ_ONCE(socket->low_water);
		return 0;
	case SO_SNDLOWAT:
		answer->number = 1;
		return 0;
	case SO_REUSEPORT:
		answer->number = 0;
		return 0;
	case SO_PEEK_OFF:
		if (!socket->ops->peek_offset)
			return -EOPNOTSUPP;
		answer->number = READ_ONCE(socket->peek_offset);
		return 0;
	case SO_LINGER:
		answer->linger[0] = READ_ONCE(socket->linger[0]);
		answer->linger[1] = READ_ONCE(socket->linger[1]);
		*size = sizeof(answer->linger);
		return 0;
	case SO_RCVTIMEO:
	case SO_RCVTIMEO_NEW:
		answer->time = timeout_answer(READ_ONCE(socket->receive_timeout));
		*size = sizeof(answer->time);
		return 0;
	case SO_SNDTIMEO:
	case SO_SNDTIMEO_NEW:
		answer->time = timeout_answer(READ_ONCE(socket->send_timeout));
		*size = sizeof(answer->time);
		return 0;
	case SO_PEERCRED:
		answer->creds = creds_answer(socket);
		*size = sizeof(answer->creds);
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

static int put_length(unsigned long user_length, size_t length)
{
	return hal_put_user32(hal_user_ptr(void, user_length), (uint32_t)length);
}

/* The supplementary groups of the peer: all of them, or -ERANGE with their size. */
static int get_groups(struct socket *socket, unsigned long user, size_t room,
		      unsigned long user_length)
{
	const struct cred *cred;
	size_t size;
	int error;

	spin_lock(&socket->lock);
	cred = socket->peer_cred ? cred_get(socket->peer_cred) : NULL;
	spin_unlock(&socket->lock);
	if (!cred)
		return -ENODATA;
	size = cred->group_count * sizeof(cred->groups[0]);
	error = put_length(user_length, size);
	if (!error && room < size)
		error = -ERANGE;
	if (!error && size)
		error = copy_to_user(user, cred->groups, size);
	cred_put(cred);
	return error;
}

static int get_pidfd(struct socket *socket, unsigned long user, size_t room,
		     unsigned long user_length)
{
	struct file *file;
	struct pid *pid;
	int32_t fd;
	int error;

	spin_lock(&socket->lock);
	pid = socket->peer_pid ? pid_get(socket->peer_pid) : NULL;
	spin_unlock(&socket->lock);
	if (!pid)
		return -ENODATA;
	error = rcu_dereference(pid->process) ? pidfd_create(pid, 0, &file) : -EINVAL;
	pid_put(pid);
	if (error)
		return error;
	fd = fd_reserve(0, true);
	error = fd < 0 ? fd : 0;
	room = MIN(room, sizeof(fd));
	if (!error && (copy_to_user(user, &fd, room) || put_length(user_length, room))) {
		fd_release(fd);
		error = -EFAULT;
	}
	if (error)
		file_put(file);
	else
		fd_fill(fd, file);
	return error;
}

static int get_option(struct socket *socket, int name, unsigned long user,
		      unsigned long user_length)
{
	union answer answer = {0};
	uint32_t room;
	size_t size;
	int error;

	if (hal_get_user32(&room, hal_user_ptr(const void, user_length)))
		return -EFAULT;
	if ((int32_t)room < 0)
		return -EINVAL;
	error = get_answer(socket, name, &answer, &size);
	if (unlikely(error)) {
		if (name == SO_PEERGROUPS)
			return get_groups(socket, user, room, user_length);
		if (name == SO_PEERPIDFD)
			return get_pidfd(socket, user, room, user_length);
		return error;
	}
	size = MIN(size, (size_t)room);
	if (size && copy_to_user(user, &answer, size))
		return -EFAULT;
	return put_length(user_length, size);
}

SYSCALL(getsockopt)
{
	struct socket *socket;
	struct fd fd;
	long result = socket_get((int)args->arg[0], &fd, &socket);

	if (result)
		return result;
	if ((int)args->arg[1] != SOL_SOCKET)
		result = -EOPNOTSUPP;
	else
		result = get_option(socket, (int)args->arg[2], args->arg[3], args->arg[4]);
	fd_put(fd);
	return result;
}
