// SPDX-License-Identifier: MIT
/*
 * Bytes out of band (MSG_OOB) of streams.
 *
 * The last byte of such a send is a packet of its own, and the receiver's `oob` until the next
 * comes (it is data like others then), until it is taken by MSG_OOB, or until a reader passes its
 * place. A read ends before it. The next read drops it, or, with SO_OOBINLINE, begins with it.
 * When it has been taken, its empty packet marks the place, where a read ends once more.
 */
#include "internal.h"

/* ---- sending ---- */

/* base.lock held: packet is the one now. */
static void become_oob(struct unix_socket *peer, struct unix_packet *packet)
{
	if (peer->oob)
		peer->oob->oob = false;
	else
		WRITE_ONCE(peer->oob_marks, peer->oob_marks + 1);
	packet->oob = true;
	WRITE_ONCE(peer->oob, packet);
}

/* The byte has been queued for peer, that lives: its file stays for this RCU section at least. */
static void tell_owner(struct unix_socket *peer)
{
	struct file *file = load_acquire(&peer->base.file);

	if (!file)
		return;
	file_signal_urgent(file);
	wait_wake_sigio(&peer->base.read_wait, POLL_PRI);
}

int unix_oob_send(struct unix_socket *u, struct unix_socket *peer, struct socket_message *message,
		  ktime_t deadline)
{
	struct unix_packet *packet;
	bool gone;
	int error = unix_packet_new(u, message, 1, deadline, &packet);

	if (error)
		return error;
	error = unix_packet_control(packet, message, peer);
	if (error) {
		unix_packet_free(packet);
		return error;
	}
	rcu_read_lock();
	unix_queue_lock(peer, packet);
	gone = peer->dead || peer->shutdown & SHUTDOWN_READ;
	if (!gone) {
		unix_packet_queue(peer, packet);
		become_oob(peer, packet);
	}
	unix_queue_unlock(peer, packet);
	if (!gone)
		tell_owner(peer);
	rcu_read_unlock();
	if (gone) {
		unix_packet_free(packet);
		return -EPIPE;
	}
	socket_wake_readers(&peer->base);
	return 0;
}

/* ---- receiving ---- */

/* base.lock held: the mark right before packet, which is to become one itself; NULL: there is none. It is data
 * without bytes then. */
static struct unix_packet *mark_before(struct unix_socket *u, struct unix_packet *packet)
{
	struct unix_packet *before;

	if (packet->link.prev == &u->queue)
		return NULL;
	before = list_entry(packet->link.prev, struct unix_packet, link);
	if (!before->oob)
		return NULL;
	before->oob = false;
	WRITE_ONCE(u->oob_marks, u->oob_marks - 1);
	return before;
}

ssize_t unix_oob_receive(struct unix_socket *u, struct socket_message *message)
{
	size_t n = MIN(message->uio->left, (size_t)1);
	struct unix_packet *packet, *before = NULL;
	ssize_t result = 1;

	mutex_lock(&u->reading); /* the packet stays */
	spin_lock(&u->base.lock);
	packet = socket_switch(&u->base, SO_OOBINLINE) ? NULL : u->oob;
	if (packet && !(message->flags & MSG_PEEK)) {
		WRITE_ONCE(u->oob, NULL);
		packet->offset = packet->length; /* the mark is left */
		before = mark_before(u, packet);
	}
	spin_unlock(&u->base.lock);
	if (before) {
		unix_packet_unqueue(u, before);
		unix_packet_free(before);
	}
	if (!packet)
		result = -EINVAL;
	else if (unix_packet_read(packet, 0, n, message->uio) != n)
		result = -EFAULT;
	else
		message->out_flags |= MSG_OOB;
	mutex_unlock(&u->reading);
	return result;
}

enum unix_oob unix_oob_meet(struct unix_socket *u, struct unix_packet *packet, bool copied,
			    bool peek)
{
	enum unix_oob outcome;

	if (copied && (packet == u->oob || !u->oob))
		return OOB_STOP;
	if (!unix_oob_hidden(u, packet))
		outcome = OOB_READ;
	else
		outcome = peek ? OOB_PASS : OOB_DROP;
	if (!peek) {
		packet->oob = false;
		WRITE_ONCE(u->oob_marks, u->oob_marks - 1);
		if (packet == u->oob)
			WRITE_ONCE(u->oob, NULL);
	}
	return outcome;
}

bool unix_oob_at_mark(struct unix_socket *u)
{
	struct unix_packet *first;
	bool at = false;

	spin_lock(&u->base.lock);
	if (u->oob_marks) {
		first = list_first(&u->queue, struct unix_packet, link);
		/* At a mark whose byte has been taken, unless a later one counts. */
		at = first->oob &&
		     (first == u->oob || !u->oob || first->link.next == &u->oob->link);
	}
	spin_unlock(&u->base.lock);
	return at;
}
