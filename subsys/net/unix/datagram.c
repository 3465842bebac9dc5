// SPDX-License-Identifier: MIT
/* Datagrams and seqpackets: a message is received as it was sent, or cut. */
#include "internal.h"

/* ---- sending ---- */

void unix_datagram_disconnected(struct unix_socket *u, struct unix_socket *old)
{
	bool lost;

	mutex_lock(&u->reading);
	lost = !list_empty(&u->queue);
	unix_purge(u);
	mutex_unlock(&u->reading);
	if (!lost)
		return;
	wait_wake_all(&u->peer_wait);
	spin_lock(&old->base.lock);
	if (!old->dead && old->peer == u)
		WRITE_ONCE(old->base.error, ECONNRESET);
	else
		lost = false;
	spin_unlock(&old->base.lock);
	if (lost)
		socket_wake_all(&old->base, POLL_ERR);
}

/* To has gone: if it was the peer, it is no more. */
static int forget_dead(struct unix_socket *u, struct unix_socket *to)
{
	bool was_peer;

	if (u->base.type == SOCK_SEQPACKET)
		return -EPIPE;
	spin_lock(&u->base.lock);
	was_peer = u->peer == to;
	if (was_peer) {
		u->peer = NULL;
		WRITE_ONCE(u->state, UNIX_CLOSED);
	}
	spin_unlock(&u->base.lock);
	if (!was_peer)
		return 1; /* somebody else may have its name now */
	unix_relay_drop(u);
	unix_datagram_disconnected(u, to);
	unix_put(to);
	return -ECONNREFUSED;
}

enum outcome { QUEUED, DEAD, FULL, NOT_ALLOWED, CLOSED };

static enum outcome try_queue(struct unix_socket *u, struct unix_socket *to,
			      struct unix_packet *packet)
{
	enum outcome outcome;

	unix_queue_lock(to, packet);
	if (to->peer && to->peer != u)
		outcome = NOT_ALLOWED;
	else if (to->dead)
		outcome = DEAD;
	else if (to->shutdown & SHUTDOWN_READ)
		outcome = CLOSED;
	else if (to != u && to->peer != u && unix_queue_full(to))
		outcome = FULL;
	else
		outcome = QUEUED;
	if (outcome == QUEUED)
		unix_packet_queue(to, packet);
	unix_queue_unlock(to, packet);
	return outcome;
}

/* 0: queued; 1: find the receiver again; -errno. */
static int deliver(struct unix_socket *u, struct unix_socket *to, struct unix_packet *packet,
		   ktime_t deadline)
{
	int error;

	switch (try_queue(u, to, packet)) {
	case QUEUED:
		socket_wake_readers(&to->base);
		return 0;
	case DEAD:
		return forget_dead(u, to);
	case NOT_ALLOWED:
		return -EPERM;
	case CLOSED:
		return -EPIPE;
	case FULL:
		error = unix_wait_for_queue(to, deadline);
		return error ? socket_wait_error(error, READ_ONCE(u->base.send_timeout)) : 1;
	}
	return -EINVAL;
}

static int find_receiver(struct unix_socket *u, struct socket_message *message,
			 struct unix_socket **to)
{
	if (message->name)
		return unix_find(u, message->name, message->name_length, to);
	*to = unix_peer(u);
	return *to ? 0 : -ECONNRESET;
}

static int send_packet(struct unix_socket *u, struct socket_message *message,
		       struct unix_packet *packet, ktime_t deadline)
{
	struct unix_socket *to;
	bool controlled = false;
	int result;

	do {
		result = find_receiver(u, message, &to);
		if (result)
			return result;
		if (!controlled)
			result = unix_packet_control(packet, message, to);
		controlled = true;
		if (!result)
			result = deliver(u, to, packet, deadline);
		unix_put(to);
	} while (result == 1);
	return result;
}

ssize_t unix_datagram_send(struct socket *socket, struct socket_message *message)
{
	struct unix_socket *u = unix_of(socket);
	size_t n = message->uio->left;
	struct unix_packet *packet;
	ktime_t deadline;
	int error = socket_take_control(message);

	if (error)
		return error;
	if (message->flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (message->name) {
		if (message->name_length <= FAMILY_SIZE ||
		    message->name_length > FAMILY_SIZE + UNIX_NAME_MAX ||
		    message->name->family != AF_UNIX)
			return -EINVAL;
	} else if (!READ_ONCE(u->peer)) {
		return -ENOTCONN;
	}
	if (unix_wants_creds(u)) {
		error = unix_autobind(u);
		if (error)
			return error;
	}
	if (n > READ_ONCE(socket->send_limit) - 32)
		return -EMSGSIZE;
	deadline = socket_deadline(READ_ONCE(socket->send_timeout), message->flags & MSG_DONTWAIT);
	error = unix_packet_new(u, message, n, deadline, &packet);
	if (error)
		return error;
	error = send_packet(u, message, packet, deadline);
	if (error) {
		unix_packet_free(packet);
		return error;
	}
	return (ssize_t)n;
}

ssize_t unix_seqpacket_send(struct socket *socket, struct socket_message *message)
{
	int error = socket_error(socket);

	if (error)
		return error;
	if (READ_ONCE(unix_of(socket)->state) != UNIX_CONNECTED)
		return -ENOTCONN;
	message->name = NULL; /* ignored */
	return unix_datagram_send(socket, message);
}

/* ---- receiving ---- */

/* The packet that skip bytes lead to. Without u->reading it may be gone at once. */
static struct unix_packet *find_packet(struct unix_socket *u, size_t *skip)
{
	struct unix_packet *packet, *found = NULL;

	spin_lock(&u->base.lock);
	list_for_each_entry (packet, &u->queue, link) {
		if (!*skip || *skip < packet->length) {
			found = packet;
			break;
		}
		*skip -= packet->length;
	}
	spin_unlock(&u->base.lock);
	return found;
}

/* Is there a packet for this receive? Others may take those that a peek has passed: the offset is looked at anew. */
static bool has_packet(struct unix_socket *u, const struct socket_message *message)
{
	size_t skip = unix_peek_skip(u, message);

	return likely(!skip) ? READ_ONCE(u->queue_length) > 0 : find_packet(u, &skip) != NULL;
}

/* Nothing there: 1 look again, 0 the end, -errno. Drops u->reading while it sleeps. */
static int wait_for_packet(struct unix_socket *u, const struct socket_message *message,
			   ktime_t deadline)
{
	size_t skip = unix_peek_skip(u, message);
	int error;

	if (READ_ONCE(u->shutdown) & SHUTDOWN_READ) {
		/* What was sent, and the error, came before the end, maybe after we looked. */
		if (find_packet(u, &skip) || READ_ONCE(u->base.error))
			return 1;
		if (deadline || u->base.type == SOCK_SEQPACKET)
			return 0;
	}
	if (!deadline)
		return -EAGAIN;
	mutex_unlock(&u->reading);
	error = socket_wait(&u->base.read_wait,
			    has_packet(u, message) || READ_ONCE(u->base.error) ||
				    READ_ONCE(u->shutdown) & SHUTDOWN_READ,
			    deadline);
	mutex_lock(&u->reading);
	return error ? socket_wait_error(error, READ_ONCE(u->base.receive_timeout)) : 1;
}

static ssize_t read_packet(struct unix_socket *u, struct socket_message *message,
			   struct unix_packet *packet, size_t skip)
{
	struct unix_received received = {0};
	bool peek = message->flags & MSG_PEEK;
	size_t whole = packet->length - skip, n = MIN(whole, message->uio->left);
	int error;

	if (n < whole)
		message->out_flags |= MSG_TRUNC;
	if (message->name)
		unix_sender_name(packet->sender, message);
	if (unix_packet_read(packet, skip, n, message->uio) != n)
		error = -EFAULT;
	else
		error = unix_received_rights(&received, u, packet, peek);
	if (!error)
		(void)unix_received_creds(&received, u, packet); /* the first: it always fits */
	unix_peek_move(u, peek ? (int32_t)n : -(int32_t)packet->length);
	if (!peek) {
		unix_packet_unqueue(u, packet);
		unix_packet_free(packet);
		if (wait_active(&u->peer_wait))
			wait_wake(&u->peer_wait, 0, POLLOUT | POLLWRNORM | POLLWRBAND);
	}
	if (error)
		return error;
	unix_received_done(&received, u, message);
	return (ssize_t)(message->flags & MSG_TRUNC ? whole : n);
}

ssize_t unix_datagram_receive(struct socket *socket, struct socket_message *message)
{
	struct unix_socket *u = unix_of(socket);
	ktime_t deadline;
	ssize_t result;

	if (message->flags & MSG_OOB)
		return -EOPNOTSUPP;
	deadline =
		socket_deadline(READ_ONCE(socket->receive_timeout), message->flags & MSG_DONTWAIT);
	mutex_lock(&u->reading);
	do {
		size_t skip = unix_peek_skip(u, message);
		struct unix_packet *packet;

		result = socket_error(socket); /* comes before what is there */
		if (unlikely(result))
			break;
		packet = find_packet(u, &skip);
		if (packet) {
			result = read_packet(u, message, packet, skip);
			break;
		}
		result = wait_for_packet(u, message, deadline);
	} while (result == 1);
	mutex_unlock(&u->reading);
	return result;
}

ssize_t unix_seqpacket_receive(struct socket *socket, struct socket_message *message)
{
	if (READ_ONCE(unix_of(socket)->state) != UNIX_CONNECTED)
		return -ENOTCONN;
	return unix_datagram_receive(socket, message);
}
