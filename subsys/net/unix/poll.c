// SPDX-License-Identifier: MIT
/*
 * Readiness, and what ioctl tells. A datagram socket whose peer's queue is full becomes writable
 * when that peer reads: its relay hangs on the peer's queue of waiters and wakes its own pollers.
 */
#include "internal.h"

#define SIOCINQ	   0x541bu /* FIONREAD */
#define SIOCOUTQ   0x5411u
#define SIOCATMARK 0x8905u

static bool relay_wake(struct wait_entry *entry, unsigned long key)
{
	struct unix_socket *u = container_of(entry, struct unix_socket, relay);

	wait_wake(&u->base.write_wait, 0, key);
	return false;
}

void unix_relay_init(struct unix_socket *u)
{
	u->relay.wake = relay_wake;
	list_init(&u->relay.link);
}

void unix_relay_drop(struct unix_socket *u)
{
	struct unix_socket *to;

	spin_lock(&u->base.lock);
	to = u->relay_to;
	u->relay_to = NULL;
	if (to)
		wait_remove(&to->peer_wait, &u->relay);
	spin_unlock(&u->base.lock);
	if (!to)
		return;
	/* Its full queue is no obstacle any more. */
	wait_wake(&u->base.write_wait, 0, POLLOUT | POLLWRNORM | POLLWRBAND);
	unix_put(to);
}

/* Is the peer, that does not talk back to us, unable to take more? Then its readers will wake us.
 */
static bool peer_full(struct unix_socket *u)
{
	struct unix_socket *peer = unix_peer(u), *unused = NULL;
	bool full = false;

	if (!peer)
		return false;
	if (READ_ONCE(peer->peer) != u && unix_queue_full(peer)) {
		unused = unix_get(peer);
		spin_lock(&u->base.lock);
		if (!u->relay_to && u->peer == peer) {
			u->relay_to = unused;
			unused = NULL;
			wait_add(&peer->peer_wait, &u->relay);
		}
		spin_unlock(&u->base.lock);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		full = unix_queue_full(peer) && !READ_ONCE(peer->dead);
	}
	if (unused)
		unix_put(unused);
	unix_put(peer);
	return full;
}

static bool is_writable(struct unix_socket *u)
{
	return unix_may_write(u) && (unix_is_connecting(u) || !peer_full(u));
}

unsigned int unix_poll(struct socket *socket, struct poll_table *table)
{
	struct unix_socket *u = unix_of(socket);
	unsigned int mask = 0, shutdown;

	poll_wait(table, &socket->read_wait);
	poll_wait(table, &socket->write_wait);
	shutdown = READ_ONCE(u->shutdown);
	if (READ_ONCE(socket->error))
		mask |= POLLERR;
	if (shutdown == SHUTDOWN_BOTH)
		mask |= POLLHUP;
	if (shutdown & SHUTDOWN_READ)
		mask |= POLLRDHUP | POLLIN | POLLRDNORM;
	if (READ_ONCE(u->queue_length) || READ_ONCE(u->pending_length))
		mask |= POLLIN | POLLRDNORM;
	if (unlikely(READ_ONCE(u->oob) != NULL))
		mask |= POLLPRI;
	if (unix_is_connecting(u) && READ_ONCE(u->state) == UNIX_CLOSED)
		mask |= POLLHUP;
	if (is_writable(u))
		mask |= POLLOUT | POLLWRNORM | POLLWRBAND;
	else if (socket->type != SOCK_STREAM && socket_note_no_space(socket) && is_writable(u))
		mask |= POLLOUT | POLLWRNORM | POLLWRBAND;
	return mask;
}

/* What can be read: all of a stream's bytes, the first datagram's. */
static uint32_t readable(struct unix_socket *u)
{
	struct unix_packet *packet;
	uint32_t bytes = 0;

	spin_lock(&u->base.lock);
	list_for_each_entry (packet, &u->queue, link) {
		bytes += packet->length - packet->offset;
		if (u->base.type == SOCK_DGRAM)
			break;
	}
	spin_unlock(&u->base.lock);
	return bytes;
}

long unix_ioctl(struct socket *socket, unsigned int command, unsigned long arg)
{
	struct unix_socket *u = unix_of(socket);

	switch (command) {
	case SIOCINQ:
		if (READ_ONCE(u->state) == UNIX_LISTENING)
			return -EINVAL;
		return hal_put_user32(hal_user_ptr(void, arg), readable(u));
	case SIOCOUTQ:
		return hal_put_user32(hal_user_ptr(void, arg), READ_ONCE(u->charged));
	case SIOCATMARK:
		/* Of streams only. A connection that waits is taken for the mark. */
		if (socket->type != SOCK_STREAM)
			return -EOPNOTSUPP;
		return hal_put_user32(hal_user_ptr(void, arg),
				      READ_ONCE(u->pending_length) || unix_oob_at_mark(u));
	default:
		return -ENOTTY;
	}
}
