// SPDX-License-Identifier: MIT
/* Streams: bytes without borders, except where descriptors or another sender's credentials come. */
#include "internal.h"

#define PIECE_MAX \
	36544u /* bytes in one packet of a stream: the sender's limit is looked at before each, as often as on Linux */

/* ---- sending ---- */

static ssize_t broken(const struct socket_message *message)
{
	if (!(message->flags & MSG_NOSIGNAL))
		signal_send_self(SIGPIPE);
	return -EPIPE;
}

/* One packet of n bytes to peer. 0, -errno, or 1: peer is gone. */
static int send_piece(struct unix_socket *u, struct unix_socket *peer,
		      struct socket_message *message, size_t n, ktime_t deadline)
{
	struct unix_packet *packet;
	bool gone;
	int error = unix_packet_new(u, message, n, deadline, &packet);

	if (unlikely(error))
		return error;
	error = unix_packet_control(packet, message, peer);
	if (unlikely(error)) {
		unix_packet_free(packet);
		return error;
	}
	unix_queue_lock(peer, packet);
	gone = peer->dead || peer->shutdown & SHUTDOWN_READ;
	if (likely(!gone))
		unix_packet_queue(peer, packet);
	unix_queue_unlock(peer, packet);
	if (unlikely(gone)) {
		unix_packet_free(packet);
		return 1;
	}
	socket_wake_readers(&peer->base);
	return 0;
}

ssize_t unix_stream_send(struct socket *socket, struct socket_message *message)
{
	struct unix_socket *u = unix_of(socket), *peer = rcu_dereference(u->peer);
	ktime_t deadline;
	ssize_t sent = 0;
	int error = socket_take_control(message);
	size_t urgent = 0; /* bytes at the end */

	if (unlikely(error))
		return error;
	if (unlikely(message->flags & MSG_OOB)) {
		if (!message->uio->left)
			return -EOPNOTSUPP;
		urgent = 1;
	}
	if (message->name)
		return READ_ONCE(u->state) == UNIX_CONNECTED ? -EISCONN : -EOPNOTSUPP;
	if (!peer)
		return -ENOTCONN;
	if (READ_ONCE(u->shutdown) & SHUTDOWN_WRITE)
		return broken(message);
	deadline = socket_deadline(READ_ONCE(socket->send_timeout), message->flags & MSG_DONTWAIT);
	while (message->uio->left > urgent) {
		size_t n = MIN(message->uio->left - urgent, (size_t)PIECE_MAX);

		n = MIN(n, (size_t)READ_ONCE(socket->send_limit) / 2 - 64);
		error = send_piece(u, peer, message, n, deadline);
		if (unlikely(error))
			break;
		sent += (ssize_t)n;
		if (unlikely(message->uio->left > urgent))
			resched_point(); /* a fast reader makes room for ever */
	}
	if (unlikely(urgent && !error)) {
		error = unix_oob_send(u, peer, message, deadline);
		sent += !error;
	}
	if (sent)
		return sent;
	/* Who learns of the end while he waits for room gets no signal. */
	return error > 0 ? broken(message) : error;
}

/* ---- receiving ---- */

struct stream_read {
	struct unix_socket *u;
	struct socket_message *message;
	struct unix_received received;
	struct unix_packet *last; /* peeking: behind this one it goes on */
	size_t skip;		  /* peeking: bytes to leave out */
	size_t copied, least;	  /* least: enough to stop waiting */
	bool peeked;		  /* something was there: peeking ends where the queue does */
	bool at_mark;		  /* a byte out of band ends the read */
};

/* Peeking: the packet where r->skip bytes from at on end, or NULL. base.lock held. */
static struct unix_packet *behind_skipped(struct stream_read *r, struct list *at)
{
	for (; at != &r->u->queue; at = at->next) {
		struct unix_packet *packet = list_entry(at, struct unix_packet, link);

		if (!r->skip || r->skip < packet->length - packet->offset)
			return packet;
		r->skip -= packet->length - packet->offset;
		r->last = packet;
	}
	return NULL;
}

/* packet, which has `oob`, is next. True: it is to be read; false: the read ends (r->at_mark), or goes on behind it.
 * base.lock is held, and dropped unless true. */
static __attribute__((noinline)) bool meet_mark(struct stream_read *r, struct unix_packet *packet)
{
	struct unix_socket *u = r->u;
	enum unix_oob outcome = unix_oob_meet(u, packet, r->copied, r->message->flags & MSG_PEEK);

	if (outcome == OOB_READ)
		return true;
	spin_unlock(&u->base.lock);
	if (outcome == OOB_STOP) {
		r->at_mark = true;
	} else if (outcome == OOB_PASS) {
		r->last = packet;
	} else {
		unix_packet_unqueue(u, packet);
		unix_packet_free(packet);
	}
	return false;
}

/* The packet to read from next, or NULL. u->reading is held: it stays until we take it. Which it is and what is out
 * of band are one question, under one lock: a byte may become it at any time. */
static struct unix_packet *next_packet(struct stream_read *r)
{
	struct unix_socket *u = r->u;
	struct list *at;
	struct unix_packet *packet;

	for (;;) {
		spin_lock(&u->base.lock);
		at = r->last ? r->last->link.next : u->queue.next;
		if (unlikely(at == &u->queue)) {
			spin_unlock(&u->base.lock);
			return NULL;
		}
		packet = list_entry(at, struct unix_packet, link);
		if (likely(!packet->oob) || meet_mark(r, packet))
			break;
		if (r->at_mark)
			return NULL;
	}
	if (unlikely(r->skip))
		packet = behind_skipped(r, at);
	spin_unlock(&u->base.lock);
	return packet;
}

/* Is there something to read, or, behind what a peek has passed, to peek at? */
static bool has_data(struct stream_read *r, bool passed)
{
	struct unix_socket *u = r->u;
	struct unix_packet *packet;
	size_t skip = unix_peek_skip(u, r->message);
	bool hidden = true, found = false;

	if (likely(!passed))
		return READ_ONCE(u->queue.next) != &u->queue;
	spin_lock(&u->base.lock);
	list_for_each_entry (packet, &u->queue, link) {
		hidden = hidden && unix_oob_hidden(u, packet);
		if (hidden)
			continue;
		found = skip < packet->length - packet->offset;
		if (found)
			break;
		skip -= packet->length - packet->offset;
	}
	spin_unlock(&u->base.lock);
	return found;
}

/* An error or the end came. What was sent before comes before it: all of it is asked under one lock. As
 * wait_for_data(). */
static __attribute__((noinline)) int end_of_data(struct stream_read *r)
{
	struct unix_socket *u = r->u;
	int result = 1;

	spin_lock(&u->base.lock);
	if ((r->last ? r->last->link.next : u->queue.next) == &u->queue) {
		result = socket_error(&u->base);
		if (!result && !(u->shutdown & SHUTDOWN_READ))
			result = 1; /* others took the error */
	}
	spin_unlock(&u->base.lock);
	return result;
}

/* Nothing there. 0: it is over; 1: look again; -errno. Drops u->reading while it sleeps. */
static int wait_for_data(struct stream_read *r, ktime_t deadline)
{
	struct unix_socket *u = r->u;
	bool passed = r->last != NULL;
	int error;

	if (r->at_mark || r->copied >= r->least || r->peeked)
		return 0;
	if (READ_ONCE(u->base.error) || READ_ONCE(u->shutdown) & SHUTDOWN_READ)
		return end_of_data(r);
	if (!deadline)
		return -EAGAIN;
	/* Others may read what was passed, or set another offset. */
	r->last = NULL;
	mutex_unlock(&u->reading);
	error = socket_wait(&u->base.read_wait,
			    has_data(r, passed) || READ_ONCE(u->base.error) ||
				    READ_ONCE(u->shutdown) & SHUTDOWN_READ,
			    deadline);
	mutex_lock(&u->reading);
	r->skip = unix_peek_skip(u, r->message);
	return error ? socket_wait_error(error, READ_ONCE(u->base.receive_timeout)) : 1;
}

/* Read from packet. 1: go on; 0: enough; -errno. */
static int read_packet(struct stream_read *r, struct unix_packet *packet)
{
	struct unix_socket *u = r->u;
	struct socket_message *message = r->message;
	bool peek = message->flags & MSG_PEEK, had_rights = packet->rights != NULL;
	size_t n = MIN(packet->length - packet->offset - r->skip, message->uio->left);
	int error;

	if (!unix_received_creds(&r->received, u, packet))
		return 0;
	if (message->name && !message->name_length)
		unix_sender_name(packet->sender, message);
	if (unlikely(unix_packet_read(packet, packet->offset + r->skip, n, message->uio) != n))
		return -EFAULT;
	r->copied += n;
	error = unix_received_rights(&r->received, u, packet, peek);
	if (error)
		return error;
	if (peek) {
		unix_peek_move(u, (int32_t)n);
		r->skip = 0;
		r->last = packet;
		r->peeked = true;
		return !had_rights;
	}
	unix_peek_move(u, -(int32_t)n);
	packet->offset += (uint32_t)n;
	if (packet->offset < packet->length)
		return 0;
	unix_packet_unqueue(u, packet);
	unix_packet_free(packet);
	return !had_rights;
}

/* At the end, too, who asked is told who sent: nobody. */
static void tell_nobody(struct socket *socket, struct socket_message *message)
{
	if (socket_switch(socket, SO_PASSCRED))
		socket_put_nobody(message);
	if (socket_switch(socket, SO_PASSPIDFD))
		socket_put_pidfd(message, &(struct socket_creds){0});
}

ssize_t unix_stream_receive(struct socket *socket, struct socket_message *message)
{
	struct unix_socket *u = unix_of(socket);
	size_t size = message->uio->left;
	struct stream_read r = {.u = u, .message = message};
	ktime_t deadline;
	struct unix_packet *packet;
	int result;

	if (READ_ONCE(u->state) != UNIX_CONNECTED)
		return -EINVAL;
	if (unlikely(message->flags & MSG_OOB))
		return unix_oob_receive(u, message);
	deadline =
		socket_deadline(READ_ONCE(socket->receive_timeout), message->flags & MSG_DONTWAIT);
	r.least = MIN(message->flags & MSG_WAITALL ? size : READ_ONCE(socket->low_water), size);
	r.least = MAX(r.least, (size_t)1);
	mutex_lock(&u->reading);
	r.skip = unix_peek_skip(u, message);
	for (;;) {
		packet = next_packet(&r);
		result = packet ? read_packet(&r, packet) : wait_for_data(&r, deadline);
		/* A full buffer ends it, but not a peek, which looks on for descriptors. */
		if (result <= 0 || !(message->uio->left || !packet || r.peeked))
			break;
		if (packet)
			resched_point();
	}
	mutex_unlock(&u->reading);
	if (unlikely(!result && !r.copied && !r.received.has_creds && unix_wants_creds(u)))
		tell_nobody(socket, message);
	unix_received_done(&r.received, u, message);
	return r.copied ? (ssize_t)r.copied : MIN(result, 0);
}
