// SPDX-License-Identifier: MIT
/* socket, socketpair, bind, listen, accept, connect, shutdown, getsockname, getpeername. */
#include "internal.h"

#include <core/textfile.h>

#define TYPE_MASK 0xfu

extern const struct socket_family *const __start_core_socket_families[] __attribute__((weak));
extern const struct socket_family *const __stop_core_socket_families[] __attribute__((weak));

static const struct socket_family *find_family(int number)
{
	for (const struct socket_family *const *family = __start_core_socket_families;
	     family < __stop_core_socket_families; family++) {
		if ((*family)->number == number)
			return *family;
	}
	return NULL;
}

static int create(int family_number, unsigned int type, int protocol, struct socket **socket)
{
	const struct socket_family *family;

	if (type & ~(TYPE_MASK | O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	type &= TYPE_MASK;
	if (family_number < 0 || family_number >= AF_MAX)
		return -EAFNOSUPPORT;
	if (type >= SOCK_MAX)
		return -EINVAL;
	family = find_family(family_number);
	return family ? family->create(type, protocol, socket) : -EAFNOSUPPORT;
}

SYSCALL(socket)
{
	unsigned int type = (unsigned int)args->arg[1];
	struct socket *socket;
	struct file *file;
	int result = create((int)args->arg[0], type, (int)args->arg[2], &socket);

	if (result)
		return result;
	result = socket_file(socket, type, &file);
	if (result)
		return result;
	result = fd_install(file, 0, type & O_CLOEXEC);
	if (result < 0)
		file_put_now(file);
	return result;
}

/* Two connected sockets as files. */
static int make_pair(const struct syscall_args *args, struct file **first, struct file **second)
{
	unsigned int type = (unsigned int)args->arg[1];
	struct socket *a, *b;
	int error = create((int)args->arg[0], type, (int)args->arg[2], &a);

	if (error)
		return error;
	error = create((int)args->arg[0], type, (int)args->arg[2], &b);
	if (error) {
		a->ops->release(a);
		return error;
	}
	error = a->ops->pair ? a->ops->pair(a, b) : -EOPNOTSUPP;
	if (error) {
		a->ops->release(a);
		b->ops->release(b);
		return error;
	}
	error = socket_file(a, type, first);
	if (error) {
		b->ops->release(b);
		return error;
	}
	error = socket_file(b, type, second);
	if (error)
		file_put_now(*first);
	return error;
}

SYSCALL(socketpair)
{
	unsigned int close_on_exec = args->arg[1] & O_CLOEXEC;
	struct file *first, *second;
	int fds[2], error;

	if ((unsigned int)args->arg[1] & ~(TYPE_MASK | O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	/* The numbers are told first: there is nothing to undo then when they cannot be. */
	error = fd_reserve_two(fds, close_on_exec, args->arg[3]);
	if (error)
		return error;
	error = make_pair(args, &first, &second);
	if (error) {
		fd_release(fds[0]);
		fd_release(fds[1]);
		return error;
	}
	fd_fill(fds[0], first);
	fd_fill(fds[1], second);
	return 0;
}

SYSCALL(bind)
{
	union socket_address address __uninitialized;
	struct socket *socket;
	struct fd fd;
	int result = socket_get((int)args->arg[0], &fd, &socket);

	if (result)
		return result;
	result = socket_address_from_user(&address, args->arg[1], (int)args->arg[2]);
	if (!result)
		result = socket->ops->bind
				 ? socket->ops->bind(socket, &address, (unsigned int)args->arg[2])
				 : -EOPNOTSUPP;
	fd_put(fd);
	return result;
}

SYSCALL(connect)
{
	union socket_address address __uninitialized;
	struct fd fd = fd_get((int)args->arg[0]);
	struct socket *socket;
	int result = -EBADF;

	if (fd.file) /* the address is looked at before what kind of file it is */
		result = socket_address_from_user(&address, args->arg[1], (int)args->arg[2]);
	if (result)
		goto out;
	socket = socket_of_file(fd.file);
	if (!socket)
		result = -ENOTSOCK;
	else if (!socket->ops->connect)
		result = -EOPNOTSUPP;
	else
		result = socket->ops->connect(socket, &address, (unsigned int)args->arg[2],
					      socket_nonblocking(&fd));
out:
	fd_put(fd);
	return result;
}

static unsigned int backlog_max = SOMAXCONN;
static const struct tunable somaxconn = {"net/core", "somaxconn", &backlog_max, INT32_MAX};
TUNABLE(somaxconn);

SYSCALL(listen)
{
	unsigned int backlog = MIN((unsigned int)args->arg[1], READ_ONCE(backlog_max));
	struct socket *socket;
	struct fd fd;
	int result = socket_get((int)args->arg[0], &fd, &socket);

	if (result)
		return result;
	result = socket->ops->listen ? socket->ops->listen(socket, backlog) : -EOPNOTSUPP;
	fd_put(fd);
	return result;
}

/* Tell the caller of accept who has connected. */
static int put_peer(struct socket *socket, unsigned long user, unsigned long user_length)
{
	union socket_address address __uninitialized;
	unsigned int length;

	if (!user)
		return 0;
	if (socket->ops->name(socket, true, &address, &length))
		return -ECONNABORTED;
	return socket_address_to_user(&address, length, user, user_length);
}

static int do_accept(struct socket *listener, bool nonblock, unsigned long user,
		     unsigned long user_length, unsigned int flags)
{
	struct socket *socket;
	struct file *file;
	int error, fd;

	if (!listener->ops->accept)
		return -EOPNOTSUPP;
	fd = fd_reserve(0, flags & O_CLOEXEC);
	if (fd < 0)
		return fd;
	error = listener->ops->accept(listener, nonblock, &socket);
	if (error)
		goto fail;
	error = socket_file(socket, flags, &file);
	if (error)
		goto fail;
	error = put_peer(socket, user, user_length);
	if (error) {
		file_put_now(file);
		goto fail;
	}
	fd_fill(fd, file);
	return fd;
fail:
	fd_release(fd);
	return error;
}

static long accept_flags(const struct syscall_args *args, unsigned int flags)
{
	struct socket *socket;
	struct fd fd;
	long result = socket_get((int)args->arg[0], &fd, &socket);

	if (result != -EBADF && flags & ~(O_CLOEXEC | O_NONBLOCK)) {
		if (!result)
			fd_put(fd);
		return -EINVAL;
	}
	if (result)
		return result;
	result = do_accept(socket, socket_nonblocking(&fd), args->arg[1], args->arg[2], flags);
	fd_put(fd);
	return result;
}

SYSCALL(accept)
{
	return accept_flags(args, 0);
}

SYSCALL(accept4)
{
	return accept_flags(args, (unsigned int)args->arg[3]);
}

SYSCALL(shutdown)
{
	unsigned int how = (unsigned int)args->arg[1];
	struct socket *socket;
	struct fd fd;
	int result = socket_get((int)args->arg[0], &fd, &socket);

	if (result)
		return result;
	if (how > 2)
		result = -EINVAL;
	else
		result = socket->ops->shutdown ? socket->ops->shutdown(socket, how + 1)
					       : -EOPNOTSUPP;
	fd_put(fd);
	return result;
}

static long put_name(const struct syscall_args *args, bool peer)
{
	union socket_address address __uninitialized;
	unsigned int length;
	struct socket *socket;
	struct fd fd;
	long result = socket_get((int)args->arg[0], &fd, &socket);

	if (result)
		return result;
	result = socket->ops->name(socket, peer, &address, &length);
	if (!result)
		result = socket_address_to_user(&address, length, args->arg[1], args->arg[2]);
	fd_put(fd);
	return result;
}

SYSCALL(getsockname)
{
	return put_name(args, false);
}

SYSCALL(getpeername)
{
	return put_name(args, true);
}
