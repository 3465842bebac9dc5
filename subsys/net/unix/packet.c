// SPDX-License-Identifier: MIT
/* Packets: what one send puts into the receiver's queue, and what it costs the sender. */
#include "internal.h"

#define CONTIGUOUS_MAX 32768u /* a larger one is made of scattered frames */

/*
 * What a packet of n bytes costs its sender: as much as on Linux, since programs see it (SIOCOUTQ,
 * and how much can be sent before anybody reads). There a piece in one block of memory, which
 * comes in powers of two with 320 bytes of bookkeeping, is followed by whole pages; 256 bytes
 * describe it all.
 */
#define BLOCK_EXTRA    320u
#define DESCRIPTION    256u
#define STREAM_BLOCK   3776u  /* the most in the block of a stream's packet */
#define DATAGRAM_BLOCK 16064u /* and of a datagram */

static uint32_t charge_for(size_t n, bool stream)
{
	size_t block_max = stream ? STREAM_BLOCK : DATAGRAM_BLOCK, pages = 0, block;

	if (n > block_max)
		pages = PAGE_UP(n - block_max);
	block = ALIGN_UP(n - MIN(n, pages), 64u) + BLOCK_EXTRA;
	block = 1ul << (64 - __builtin_clzl(block - 1));
	return (uint32_t)(pages + block + DESCRIPTION);
}

static int wait_for_room(struct unix_socket *u, ktime_t deadline)
{
	ktime_t timeout = READ_ONCE(u->base.send_timeout);

	for (;;) {
		int error = socket_error(&u->base);

		if (error)
			return error;
		if (READ_ONCE(u->shutdown) & SHUTDOWN_WRITE)
			return -EPIPE;
		if (likely(READ_ONCE(u->charged) < READ_ONCE(u->base.send_limit)))
			return 0;
		if (!deadline)
			return -EAGAIN;
		error = socket_wait(&u->base.write_wait,
				    READ_ONCE(u->charged) < READ_ONCE(u->base.send_limit) ||
					    READ_ONCE(u->base.error) ||
					    READ_ONCE(u->shutdown) & SHUTDOWN_WRITE,
				    deadline);
		if (error)
			return socket_wait_error(error, timeout);
	}
}

int unix_packet_new(struct unix_socket *u, struct socket_message *message, size_t n,
		    ktime_t deadline, struct unix_packet **out)
{
	size_t size = sizeof(struct unix_packet) + n;
	struct unix_packet *packet;
	int error = wait_for_room(u, deadline);

	if (unlikely(error))
		return error;
	packet = size <= CONTIGUOUS_MAX ? kmalloc(size, GFP_KERNEL) : NULL;
	if (unlikely(!packet))
		packet = vmalloc(size);
	if (unlikely(!packet))
		return -ENOBUFS;
	*packet = (struct unix_packet){.sender = unix_get(u),
				       .charge = charge_for(n, u->base.type == SOCK_STREAM)};
	packet->length = (uint32_t)n;
	__atomic_fetch_add(&u->charged, packet->charge, __ATOMIC_RELAXED);
	if (unlikely(uio_copy_from(message->uio, packet->data, n) != n)) {
		unix_packet_free(packet);
		return -EFAULT;
	}
	*out = packet;
	return 0;
}

void unix_packet_free(struct unix_packet *packet)
{
	struct unix_socket *sender = packet->sender;

	__atomic_fetch_sub(&sender->charged, packet->charge, __ATOMIC_ACQ_REL);
	if (unix_may_write(sender))
		socket_wake_writers(&sender->base);
	unix_put(sender);
	if (unlikely(packet->rights != NULL))
		socket_rights_free(packet->rights);
	if (unlikely(packet->creds.pid != NULL))
		socket_creds_put(&packet->creds);
	kfree(packet);
}

int unix_packet_control(struct unix_packet *packet, struct socket_message *message,
			const struct unix_socket *to)
{
	if (unlikely(message->rights != NULL)) {
		int error = unix_rights_limit();

		if (error)
			return error;
		packet->rights = message->rights;
		message->rights = NULL;
	}
	if (unlikely(message->creds.pid != NULL)) {
		packet->creds = message->creds;
		message->creds.pid = NULL;
	} else if (unlikely(unix_wants_creds(packet->sender) || unix_wants_creds(to))) {
		socket_creds_current(&packet->creds);
	}
	return 0;
}

/* ---- queues ---- */

void unix_queue_lock(struct unix_socket *to, const struct unix_packet *packet)
{
	if (unlikely(packet->rights != NULL))
		spin_lock(&collect_lock);
	spin_lock(&to->base.lock);
}

void unix_queue_unlock(struct unix_socket *to, const struct unix_packet *packet)
{
	spin_unlock(&to->base.lock);
	if (unlikely(packet->rights != NULL))
		spin_unlock(&collect_lock);
}

void unix_packet_queue(struct unix_socket *to, struct unix_packet *packet)
{
	if (unlikely(packet->rights != NULL))
		unix_rights_fly(packet->rights);
	list_add_tail(&packet->link, &to->queue);
	WRITE_ONCE(to->queue_length, to->queue_length + 1);
}

void unix_packet_unqueue(struct unix_socket *u, struct unix_packet *packet)
{
	unix_queue_lock(u, packet);
	list_del(&packet->link);
	WRITE_ONCE(u->queue_length, u->queue_length - 1);
	if (unlikely(packet->rights != NULL))
		unix_rights_land(packet->rights);
	unix_queue_unlock(u, packet);
}

void unix_purge(struct unix_socket *u)
{
	for (;;) {
		struct unix_packet *packet = NULL;

		/* Packets leave by the hand of whoever holds `reading`, or at the very end. */
		spin_lock(&u->base.lock);
		if (!list_empty(&u->queue))
			packet = list_first(&u->queue, struct unix_packet, link);
		spin_unlock(&u->base.lock);
		if (!packet)
			return;
		unix_packet_unqueue(u, packet);
		unix_packet_free(packet);
	}
}

/* ---- receiving what comes with the bytes ---- */

bool unix_received_creds(struct unix_received *received, const struct unix_socket *u,
			 const struct unix_packet *packet)
{
	const struct socket_creds *creds = &packet->creds;

	if (likely(!unix_wants_creds(u)))
		return true;
	if (received->has_creds)
		return received->creds.pid == creds->pid && received->creds.uid == creds->uid &&
		       received->creds.gid == creds->gid;
	received->has_creds = true;
	received->creds = *creds;
	if (creds->pid)
		pid_get(creds->pid);
	return true;
}

int unix_received_rights(struct unix_received *received, struct unix_packet *packet, bool peek)
{
	int error = 0;

	if (likely(!packet->rights))
		return 0;
	if (peek) {
		/* The packet stays ours to look at; its files may not land meanwhile. */
		received->rights = socket_rights_copy(packet->rights);
		error = received->rights ? 0 : -ENOMEM;
	} else {
		spin_lock(&collect_lock);
		unix_rights_land(packet->rights);
		received->rights = packet->rights;
		packet->rights = NULL;
		spin_unlock(&collect_lock);
	}
	return error;
}

void unix_received_done(struct unix_received *received, const struct unix_socket *u,
			struct socket_message *message)
{
	if (received->has_creds && socket_switch(&u->base, SO_PASSCRED))
		socket_put_creds(message, &received->creds);
	if (received->rights) {
		socket_put_rights(message, received->rights);
		socket_rights_free(received->rights);
	}
	if (received->has_creds) {
		if (socket_switch(&u->base, SO_PASSPIDFD))
			socket_put_pidfd(message, &received->creds);
		socket_creds_put(&received->creds);
	}
}
