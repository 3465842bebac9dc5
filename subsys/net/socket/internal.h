/* SPDX-License-Identifier: MIT */
/* subsys/net/socket/internal.h - what the files of the socket room share. */
#ifndef SUBSYS_NET_SOCKET_INTERNAL_H
#define SUBSYS_NET_SOCKET_INTERNAL_H

#include <core/files.h>
#include <core/lib/string.h>
#include <core/slab.h>
#include <core/syscall.h>
#include <core/thread.h>
#include <core/vfs.h>
#include <socket/socket.h>

/* file.c */
/* The socket of a descriptor: 0 with *fd to be put, -EBADF, -ENOTSOCK. */
__must_check int socket_get(int number, struct fd *fd, struct socket **socket);
/* A file for it, which owns it from now on; on failure it is released. flags: O_NONBLOCK. */
__must_check int socket_file(struct socket *socket, unsigned int flags, struct file **file);
static inline bool socket_nonblocking(const struct fd *fd)
{
	return READ_ONCE(fd->file->flags) & O_NONBLOCK;
}

/* address.c */
__must_check int socket_address_from_user(union socket_address *address, unsigned long user,
					  int length);
/* Store at user what fits into *user_length, which becomes length. */
__must_check int socket_address_to_user(const union socket_address *address, unsigned int length,
					unsigned long user, unsigned long user_length);

/* control.c */
/* Copy a user's control buffer, into small if it is not larger: 0 or -errno. Unless it is small,
 * message->control_data is to be kfreed in every case. */
__must_check int socket_control_copy(struct socket_message *message, unsigned long user,
				     size_t length, char *small, size_t small_size);
/* What a send did not take. */
static inline void socket_control_done(struct socket_message *message)
{
	if (unlikely(message->rights != NULL))
		socket_rights_free(message->rights);
	if (unlikely(message->creds.pid != NULL))
		socket_creds_put(&message->creds);
}

#endif
