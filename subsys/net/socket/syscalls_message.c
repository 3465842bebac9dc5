// SPDX-License-Identifier: MIT
/* sendto, recvfrom, sendmsg, recvmsg and their forms for several messages. */
#include "internal.h"

#include <core/signal.h>
#include <core/timespec.h>

struct user_message {
	uint64_t name;
	int32_t name_length;
	uint32_t pad;
	uint64_t vector, vector_count;
	uint64_t control, control_length;
	uint32_t flags, pad2;
};
_Static_assert(sizeof(struct user_message) == 56, "struct msghdr is 56 bytes");

/* An element of sendmmsg's and recvmmsg's array. */
struct user_message_length {
	struct user_message message;
	uint32_t length, pad;
};
_Static_assert(sizeof(struct user_message_length) == 64, "struct mmsghdr is 64 bytes");

static unsigned int call_flags(const struct fd *fd, unsigned int flags)
{
	return socket_nonblocking(fd) ? flags | MSG_DONTWAIT : flags;
}

/* A single buffer of a user. */
static int simple_uio(struct uio *uio, struct iovec *iov, unsigned long base, size_t n)
{
	n = MIN(n, (size_t)INT32_MAX);
	if (!hal_user_range(hal_user_ptr(void, base), n))
		return -EFAULT;
	uio_init_user(uio, iov, base, n);
	return 0;
}

SYSCALL(sendto)
{
	union socket_address address __uninitialized;
	struct socket_message message = {0};
	struct socket *socket;
	struct iovec iov;
	struct uio uio;
	struct fd fd;
	ssize_t n = simple_uio(&uio, &iov, args->arg[1], args->arg[2]);

	if (!n)
		n = socket_get((int)args->arg[0], &fd, &socket);
	if (n)
		return n;
	if (args->arg[4]) {
		n = socket_address_from_user(&address, args->arg[4], (int)args->arg[5]);
		message.name = &address;
		message.name_length = (unsigned int)args->arg[5];
	}
	if (!n) {
		message.uio = &uio;
		message.flags = call_flags(&fd, (unsigned int)args->arg[3]);
		if (!message.name_length)
			message.name = NULL;
		n = socket->ops->send(socket, &message);
	}
	fd_put(fd);
	return n;
}

SYSCALL(recvfrom)
{
	union socket_address address __uninitialized;
	struct socket_message message = {0};
	struct socket *socket;
	struct iovec iov;
	struct uio uio;
	struct fd fd;
	ssize_t n = simple_uio(&uio, &iov, args->arg[1], args->arg[2]);

	if (!n)
		n = socket_get((int)args->arg[0], &fd, &socket);
	if (n)
		return n;
	message.uio = &uio;
	message.flags = call_flags(&fd, (unsigned int)args->arg[3]);
	message.name = args->arg[4] ? &address : NULL;
	n = socket->ops->receive(socket, &message);
	if (n >= 0 && args->arg[4]) {
		int error = socket_address_to_user(&address, message.name_length, args->arg[4],
						   args->arg[5]);

		n = error ? error : n;
	}
	fd_put(fd);
	return n;
}

/* ---- with headers ---- */

/* What both directions need of a header: the name's length made good. */
static int import_header(struct user_message *header, unsigned long user)
{
	if (copy_from_user(header, user, sizeof(*header)))
		return -EFAULT;
	if (!header->name)
		header->name_length = 0;
	if (header->name_length < 0)
		return -EINVAL;
	header->name_length = MIN(header->name_length, (int32_t)SOCKET_ADDRESS_MAX);
	return 0;
}

/* The vector of a header. *allocated is to be kfreed. */
static int import_vector(const struct user_message *header, struct uio *uio, struct iovec *fast,
			 struct iovec **allocated)
{
	if (header->vector_count > UIO_MAXIOV)
		return -EMSGSIZE;
	return uio_import(uio, hal_user_ptr(const void, header->vector), header->vector_count, fast,
			  allocated);
}

/* With a copy of the control data, which the family decodes when it is its turn. */
static ssize_t send_with_control(struct socket *socket, const struct user_message *header,
				 struct socket_message *message)
{
	char small[64] __uninitialized;
	ssize_t n;

	if (header->control_length > INT32_MAX)
		return -ENOBUFS;
	n = socket_control_copy(message, header->control, header->control_length, small,
				sizeof(small));
	if (!n)
		n = socket->ops->send(socket, message);
	socket_control_done(message);
	if (message->control_data != small)
		kfree(message->control_data);
	return n;
}

/* *left: bytes that were not sent. */
static ssize_t send_part(struct socket *socket, unsigned long user, unsigned int flags,
			 size_t *left)
{
	struct iovec fast[UIO_FASTIOV] __uninitialized, *allocated = NULL;
	union socket_address address __uninitialized;
	struct socket_message message = {.flags = flags};
	struct user_message header;
	struct uio uio;
	ssize_t n = import_header(&header, user);

	if (n)
		return n;
	if (header.name_length) {
		n = socket_address_from_user(&address, header.name, header.name_length);
		message.name = &address;
		message.name_length = (unsigned int)header.name_length;
	}
	if (!n)
		n = import_vector(&header, &uio, fast, &allocated);
	if (n)
		return n;
	message.uio = &uio;
	if (likely(!header.control_length))
		n = socket->ops->send(socket, &message);
	else
		n = send_with_control(socket, &header, &message);
	*left = uio.left;
	kfree(allocated);
	return n;
}

static ssize_t send_message(struct socket *socket, unsigned long user, unsigned int flags)
{
	size_t left;

	return send_part(socket, user, flags, &left);
}

/* What was found out about a received message goes back into the header. */
static int put_header(const struct user_message *header, unsigned long user,
		      const struct socket_message *message)
{
	int error = 0;

	if (header->name)
		error = socket_address_to_user(message->name, message->name_length, header->name,
					       user + offsetof(struct user_message, name_length));
	if (!error)
		error = hal_put_user32(
			hal_user_ptr(void, user + offsetof(struct user_message, flags)),
			message->out_flags | (message->flags & MSG_CMSG_CLOEXEC));
	if (!error)
		error = hal_put_user64(
			hal_user_ptr(void, user + offsetof(struct user_message, control_length)),
			message->control - header->control);
	return error;
}

/* *out_flags: MSG_* of what was received. */
static ssize_t receive_one(struct socket *socket, unsigned long user, unsigned int flags,
			   unsigned int *out_flags)
{
	struct iovec fast[UIO_FASTIOV] __uninitialized, *allocated = NULL;
	union socket_address address __uninitialized;
	struct socket_message message = {.flags = flags};
	struct user_message header;
	struct uio uio;
	ssize_t n = import_header(&header, user);

	if (!n)
		n = import_vector(&header, &uio, fast, &allocated);
	if (n)
		return n;
	message.uio = &uio;
	message.name = header.name ? &address : NULL;
	message.control = header.control;
	message.control_left = header.control ? (uint32_t)MIN(header.control_length, INT32_MAX) : 0;
	n = socket->ops->receive(socket, &message);
	kfree(allocated);
	*out_flags = message.out_flags;
	if (n >= 0) {
		int error = put_header(&header, user, &message);

		n = error ? error : n;
	}
	return n;
}

static ssize_t receive_message(struct socket *socket, unsigned long user, unsigned int flags)
{
	unsigned int out_flags;

	return receive_one(socket, user, flags, &out_flags);
}

static ssize_t one_message(const struct syscall_args *args,
			   ssize_t (*move)(struct socket *socket, unsigned long user,
					   unsigned int flags))
{
	struct socket *socket;
	struct fd fd;
	ssize_t n;

	if (args->arg[2] & MSG_CMSG_COMPAT)
		return -EINVAL;
	n = socket_get((int)args->arg[0], &fd, &socket);
	if (n)
		return n;
	n = move(socket, args->arg[1], call_flags(&fd, (unsigned int)args->arg[2]));
	fd_put(fd);
	return n;
}

SYSCALL(sendmsg)
{
	return one_message(args, send_message);
}

SYSCALL(recvmsg)
{
	return one_message(args, receive_message);
}

/* ---- several at once ---- */

static unsigned long element(unsigned long vector, unsigned int i)
{
	return vector + i * sizeof(struct user_message_length);
}

static int put_length(unsigned long vector, unsigned int i, ssize_t n)
{
	return hal_put_user32(
		hal_user_ptr(void,
			     element(vector, i) + offsetof(struct user_message_length, length)),
		(uint32_t)n);
}

SYSCALL(sendmmsg)
{
	unsigned int count = MIN((unsigned int)args->arg[2], (unsigned int)UIO_MAXIOV), done = 0;
	size_t left = 0;
	struct socket *socket;
	struct fd fd;
	ssize_t n;

	if (args->arg[3] & MSG_CMSG_COMPAT)
		return -EINVAL;
	n = socket_get((int)args->arg[0], &fd, &socket);
	if (n)
		return n;
	while (done < count && !left) {
		n = send_part(socket, element(args->arg[1], done),
			      call_flags(&fd, (unsigned int)args->arg[3]), &left);
		if (n >= 0)
			n = put_length(args->arg[1], done, n);
		if (n)
			break;
		done++;
		resched_point();
	}
	fd_put(fd);
	return done ? (ssize_t)done : n;
}

/* As many as come before the deadline (checked between messages only, as on Linux). */
static ssize_t receive_several(struct socket *socket, unsigned long vector, unsigned int count,
			       unsigned int flags, ktime_t deadline)
{
	unsigned int done = 0, out_flags;
	ssize_t n = flags & MSG_ERRQUEUE ? 0 : socket_error(socket);

	while (!n && done < count) {
		n = receive_one(socket, element(vector, done), flags & ~MSG_WAITFORONE, &out_flags);
		if (n >= 0)
			n = put_length(vector, done, n);
		if (n)
			break;
		done++;
		if (flags & MSG_WAITFORONE)
			flags |= MSG_DONTWAIT;
		if (out_flags & MSG_OOB || (deadline != KTIME_MAX && clock_monotonic() >= deadline))
			break;
		resched_point();
	}
	/* Something was received: the error is for the next call. */
	if (done && n && n != -EAGAIN && n > -ERESTARTSYS)
		__atomic_store_n(&socket->error, (int)-n, __ATOMIC_RELEASE);
	return done ? (ssize_t)done : n;
}

SYSCALL(recvmmsg)
{
	ktime_t timeout = 0, deadline = KTIME_MAX, now;
	struct socket *socket;
	struct fd fd;
	ssize_t n;

	if (args->arg[3] & MSG_CMSG_COMPAT)
		return -EINVAL;
	if (args->arg[4]) {
		n = timespec_from_user(&timeout, args->arg[4]);
		if (n)
			return n;
		deadline = ktime_add(clock_monotonic(), timeout);
	}
	n = socket_get((int)args->arg[0], &fd, &socket);
	if (n)
		return n;
	n = receive_several(socket, args->arg[1], (unsigned int)args->arg[2],
			    call_flags(&fd, (unsigned int)args->arg[3]), deadline);
	fd_put(fd);
	if (n > 0 && args->arg[4]) {
		now = clock_monotonic();
		if (timespec_to_user(args->arg[4], now < deadline ? deadline - now : 0))
			n = -EFAULT;
	}
	return n;
}
