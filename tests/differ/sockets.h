// SPDX-License-Identifier: MIT
// Local sockets: addresses, options, data, credentials, descriptors in flight.

#ifndef SOCKETS_H
#define SOCKETS_H

#include "differ.h"

#include <sys/socket.h>

static void op_socket(void)
{
	int domain = (int)ONE_OF(AF_UNIX, AF_UNIX, AF_UNIX, 0, -1, 100),
	    type = (int)ONE_OF(SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_RAW, 0, 9);

	keep_fd(DO(socket(domain, type | SOCK_NONBLOCK, 0), "(%d, %d)", domain, type));
}

static const struct op sockets_ops[] = {
	{"socket", op_socket},
};

static const struct area sockets_area = {"sockets", NULL, sockets_ops, COUNT(sockets_ops)};

#endif
