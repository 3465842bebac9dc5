// SPDX-License-Identifier: MIT
/* AF_UNIX: making sockets and ending them; shutdown. */
#include "internal.h"

#include <core/textfile.h>

unsigned int unix_datagram_backlog = 10;

static const struct socket_ops stream_ops, datagram_ops, seqpacket_ops;

/* ---- locks and references ---- */

void unix_lock_two(struct unix_socket *a, struct unix_socket *b)
{
	spin_lock(a < b ? &a->base.lock : &b->base.lock);
	if (a != b)
		spin_lock(a < b ? &b->base.lock : &a->base.lock);
}

void unix_unlock_two(struct unix_socket *a, struct unix_socket *b)
{
	spin_unlock(&a->base.lock);
	if (a != b)
		spin_unlock(&b->base.lock);
}

static void address_put(struct unix_address *address)
{
	if (address && refcount_put(&address->refs))
		kfree(address);
}

void unix_put(struct unix_socket *u)
{
	if (!refcount_put(&u->refs))
		return;
	VERIFY(list_empty(&u->queue) && !u->peer && !u->relay_to && !u->in_flight);
	address_put(u->address);
	socket_destroy(&u->base);
	kfree(u);
}

struct unix_socket *unix_peer(struct unix_socket *u)
{
	struct unix_socket *peer;

	spin_lock(&u->base.lock);
	peer = u->peer ? unix_get(u->peer) : NULL;
	spin_unlock(&u->base.lock);
	return peer;
}

bool unix_may_write(const struct unix_socket *u)
{
	return READ_ONCE(u->state) != UNIX_LISTENING &&
	       (uint64_t)READ_ONCE(u->charged) * 4 <= READ_ONCE(u->base.send_limit);
}

/* ---- making ---- */

struct unix_socket *unix_new(unsigned int type)
{
	struct unix_socket *u = kzalloc(sizeof(*u), GFP_KERNEL);

	if (!u)
		return NULL;
	socket_init(&u->base,
		    type == SOCK_STREAM	 ? &stream_ops
		    : type == SOCK_DGRAM ? &datagram_ops
					 : &seqpacket_ops,
		    AF_UNIX, type);
	refcount_set(&u->refs, 1);
	mutex_init(&u->naming, "socket name");
	mutex_init(&u->reading, "socket reading");
	list_init(&u->queue);
	list_init(&u->pending);
	list_init(&u->pending_link);
	list_init(&u->in_flight_link);
	wait_queue_init(&u->peer_wait);
	unix_relay_init(u);
	u->backlog = READ_ONCE(unix_datagram_backlog);
	spin_lock(&names_lock);
	list_add_tail(&u->all, &unix_all);
	spin_unlock(&names_lock);
	return u;
}

static int unix_create(unsigned int type, int protocol, struct socket **socket)
{
	struct unix_socket *u;

	if (protocol && protocol != AF_UNIX)
		return -EPROTONOSUPPORT;
	if (type == SOCK_RAW)
		type = SOCK_DGRAM;
	if (type != SOCK_STREAM && type != SOCK_DGRAM && type != SOCK_SEQPACKET)
		return -ESOCKTNOSUPPORT;
	u = unix_new(type);
	if (!u)
		return -ENOMEM;
	*socket = &u->base;
	return 0;
}

static const struct tunable datagram_backlog = {"net/unix", "max_dgram_qlen",
						&unix_datagram_backlog, INT32_MAX};
TUNABLE(datagram_backlog);

static const struct socket_family unix_family = {.number = AF_UNIX, .create = unix_create};
SOCKET_FAMILY(unix_family);

/* ---- ending ---- */

/* Connections that nobody will accept: their other ends learn of it. */
static void release_pending(struct unix_socket *u)
{
	struct list orphans = LIST_INIT(orphans);

	spin_lock(&u->base.lock);
	list_splice_tail(&u->pending, &orphans);
	u->pending_length = 0;
	spin_unlock(&u->base.lock);
	while (!list_empty(&orphans)) {
		struct unix_socket *orphan = list_first(&orphans, struct unix_socket, pending_link);

		list_del_init(&orphan->pending_link);
		spin_lock(&orphan->base.lock);
		if (orphan->peer)
			WRITE_ONCE(orphan->peer->base.error, ECONNRESET);
		spin_unlock(&orphan->base.lock);
		unix_release(orphan);
	}
}

/* Tell the peer of a connection that its other end has gone. lost: data that nobody has read. */
static void leave_peer(struct unix_socket *u, struct unix_socket *peer, bool lost)
{
	if (unix_is_connecting(u)) {
		spin_lock(&peer->base.lock);
		WRITE_ONCE(peer->shutdown, SHUTDOWN_BOTH);
		if (lost)
			WRITE_ONCE(peer->base.error, ECONNRESET);
		spin_unlock(&peer->base.lock);
		socket_wake_all(&peer->base, POLL_HUP);
	}
	unix_put(peer);
}

/* Would something be lost with the queue? Not an empty message that is alone. Locked. */
static bool has_unread(const struct unix_socket *u)
{
	const struct unix_packet *first;

	if (list_empty(&u->queue))
		return false;
	first = list_first(&u->queue, struct unix_packet, link);
	return first->length > first->offset || first->link.next != &u->queue;
}

void unix_release(struct unix_socket *u)
{
	struct unix_socket *peer;
	bool lost;

	unix_unbind(u);
	unix_relay_drop(u);
	spin_lock(&u->base.lock);
	WRITE_ONCE(u->dead, true);
	WRITE_ONCE(u->shutdown, SHUTDOWN_BOTH);
	WRITE_ONCE(u->state, UNIX_CLOSED);
	peer = u->peer;
	u->peer = NULL;
	lost = has_unread(u);
	spin_unlock(&u->base.lock);
	wait_wake_all(&u->peer_wait);
	if (peer)
		leave_peer(u, peer, lost);
	release_pending(u);
	unix_purge(u);
	if (u->path.mount)
		path_put(&u->path);
	unix_put(u);
}

static void release(struct socket *socket)
{
	unix_release(unix_of(socket));
	unix_collect();
}

static int unix_shutdown(struct socket *socket, unsigned int how)
{
	struct unix_socket *u = unix_of(socket), *peer;
	unsigned int mirrored = (how & SHUTDOWN_READ ? SHUTDOWN_WRITE : 0) |
				(how & SHUTDOWN_WRITE ? SHUTDOWN_READ : 0);

	spin_lock(&u->base.lock);
	WRITE_ONCE(u->shutdown, u->shutdown | (uint8_t)how);
	peer = u->peer ? unix_get(u->peer) : NULL;
	spin_unlock(&u->base.lock);
	socket_wake_all(&u->base, 0);
	wait_wake_all(&u->peer_wait);
	if (!peer)
		return 0;
	if (unix_is_connecting(u)) {
		spin_lock(&peer->base.lock);
		WRITE_ONCE(peer->shutdown, peer->shutdown | (uint8_t)mirrored);
		spin_unlock(&peer->base.lock);
		socket_wake_all(&peer->base, mirrored == SHUTDOWN_BOTH	? POLL_HUP
					     : mirrored & SHUTDOWN_READ ? POLL_IN
									: 0);
	}
	unix_put(peer);
	return 0;
}

static void show_fdinfo(struct socket *socket, void (*print)(void *ctx, const char *format, ...),
			void *ctx)
{
	print(ctx, "scm_fds: %u\n", unix_rights_held(unix_of(socket)));
}

static const struct socket_ops stream_ops = {
	.protocol = "UNIX-STREAM",
	.file_mode = FILE_SPLICE_NOWAIT,
	.release = release,
	.bind = unix_bind,
	.connect = unix_connect,
	.listen = unix_listen,
	.accept = unix_accept,
	.pair = unix_pair,
	.name = unix_name,
	.shutdown = unix_shutdown,
	.send = unix_stream_send,
	.receive = unix_stream_receive,
	.poll = unix_poll,
	.ioctl = unix_ioctl,
	.show_fdinfo = show_fdinfo,
	.peek_offset = true,
};

static const struct socket_ops datagram_ops = {
	.protocol = "UNIX",
	.release = release,
	.bind = unix_bind,
	.connect = unix_connect,
	.pair = unix_pair,
	.name = unix_name,
	.shutdown = unix_shutdown,
	.send = unix_datagram_send,
	.receive = unix_datagram_receive,
	.poll = unix_poll,
	.ioctl = unix_ioctl,
	.show_fdinfo = show_fdinfo,
	.peek_offset = true,
};

static const struct socket_ops seqpacket_ops = {
	.protocol = "UNIX",
	.release = release,
	.bind = unix_bind,
	.connect = unix_connect,
	.listen = unix_listen,
	.accept = unix_accept,
	.pair = unix_pair,
	.name = unix_name,
	.shutdown = unix_shutdown,
	.send = unix_seqpacket_send,
	.receive = unix_seqpacket_receive,
	.poll = unix_poll,
	.ioctl = unix_ioctl,
	.show_fdinfo = show_fdinfo,
	.peek_offset = true,
};
