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
	flags &= ~MSG_CMSG_COMPAT;
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
	ssize_t n = socket_get((int)args->arg[0], &fd, &socket);

	if (n)
		return n;
	n = simple_uio(&uio, &iov, args->arg[1], args->arg[2]);
	if (!n && args->arg[4]) {
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
	ssize_t n = socket_get((int)args->arg[0], &fd, &socket);

	if (n)
		return n;
	n = simple_uio(&uio, &iov, args->arg[1], args->arg[2]);
	if (!n) {
		message.uio = &uio;
		message.flags = call_flags(&fd, (unsigned int)args->arg[3]);
		message.name = args->arg[4] ? &address : NULL;
		n = socket->ops->receive(socket, &message);
	}
	if (n >= 0 && args->arg[4]) {
		int error = socket_address_to_user(&address, message.name_length, args->arg[4],
						   args->arg[5]);

		n = error ? error : n;
	}
	fd_put(fd);
	return n;
}

/* ---- with headers ---- */

/* What both directions need of a header: the vector. iov to be kfreed. */
static int import(struct user_message *header, unsigned long user, struct uio *uio,
		  struct iovec *fast, struct iovec **allocated)
{
	if (copy_from_user(header, user, sizeof(*header)))
		return -EFAULT;
	if (header->name && header->name_length < 0)
		return -EINVAL;
	if (!header->name)
		header->name_length = 0;
	header->name_length = MIN(header->name_length, (int32_t)SOCKET_ADDRESS_MAX);
	if (header->vector_count > UIO_MAXIOV)
		return -EMSGSIZE;
	return uio_import(uio, hal_user_ptr(const void, header->vector), header->vector_count, fast,
			  allocated);
}

static ssize_t send_message(struct socket *socket, unsigned long user, unsigned int flags)
{
	struct iovec fast[UIO_FASTIOV] __uninitialized, *allocated = NULL;
	union socket_address address __uninitialized;
	struct socket_message message = {.flags = flags};
	struct user_message header;
	struct uio uio;
	ssize_t n = import(&header, user, &uio, fast, &allocated);

	if (n)
		return n;
	if (header.name && header.name_length) {
		n = socket_address_from_user(&address, header.name, header.name_length);
		message.name = &address;
		message.name_length = (unsigned int)header.name_length;
	}
	if (!n && header.control_length > INT32_MAX)
		n = -ENOBUFS;
	if (!n && header.control && header.control_length)
		n = socket_control_from_user(&message, header.control, header.control_length);
	if (!n) {
		message.uio = &uio;
		n = socket->ops->send(socket, &message);
		socket_control_done(&message);
	}
	kfree(allocated);
	return n;
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

static ssize_t receive_message(struct socket *socket, unsigned long user, unsigned int flags)
{
	struct iovec fast[UIO_FASTIOV] __uninitialized, *allocated = NULL;
	union socket_address address __uninitialized;
	struct socket_message message = {.flags = flags};
	struct user_message header;
	struct uio uio;
	ssize_t n = import(&header, user, &uio, fast, &allocated);

	if (n)
		return n;
	message.uio = &uio;
	message.name = header.name ? &address : NULL;
	message.control = header.control;
	message.control_left = header.control ? header.control_length : 0;
	n = socket->ops->receive(socket, &message);
	kfree(allocated);
	if (n >= 0) {
		int error = put_header(&header, user, &message);

		n = error ? error : n;
	}
	return n;
}

static ssize_t one_message(const struct syscall_args *args,
			   ssize_t (*move)(struct socket *socket, unsigned long user,
					   unsigned int flags))
{
	struct socket *socket;
	struct fd fd;
	ssize_t n = socket_get((int)args->arg[0], &fd, &socket);

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
	struct socket *socket;
	struct fd fd;
	ssize_t n = socket_get((int)args->arg[0], &fd, &socket);

	if (n)
		return n;
	while (done < count) {
		n = send_message(socket, element(args->arg[1], done),
				 call_flags(&fd, (unsigned int)args->arg[3]));
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
	unsigned int done = 0;
	ssize_t n = flags & MSG_ERRQUEUE ? 0 : socket_error(socket);

	while (!n && done < count) {
		n = receive_message(socket, element(vector, done), flags & ~MSG_WAITFORONE);
		if (n >= 0)
			n = put_length(vector, done, n);
		if (n)
			break;
		done++;
		if (flags & MSG_WAITFORONE)
			flags |= MSG_DONTWAIT;
		if (deadline != KTIME_MAX && clock_monotonic() >= deadline)
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
