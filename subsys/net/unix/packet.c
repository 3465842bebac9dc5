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

/* lent: by splice, whose pages count as what of them is sent. */
static uint32_t charge_for(size_t n, size_t block_max, bool lent)
{
	size_t pages = 0, block;

	if (unlikely(lent))
		pages = n;
	else if (n > block_max)
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
		if (socket_note_no_space(&u->base))
			continue;
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

/* ---- memory ---- */

static size_t page_count(size_t n)
{
	return PAGE_UP(n) >> PAGE_SHIFT;
}

static void free_memory(struct unix_packet *packet)
{
	if (unlikely(packet->pages != NULL)) {
		for (size_t i = 0; i < page_count(packet->length) && packet->pages[i]; i++)
			page_put(packet->pages[i]);
		kfree(packet->pages);
	}
	kfree(packet);
}

static bool alloc_pages(struct unix_packet *packet)
{
	size_t count = page_count(packet->length);

	packet->pages = kcalloc(count, sizeof(*packet->pages), GFP_KERNEL | GFP_NORETRY);
	for (size_t i = 0; packet->pages && i < count; i++) {
		packet->pages[i] = page_alloc(GFP_KERNEL, 0);
		if (!packet->pages[i])
			return false;
	}
	return packet->pages != NULL;
}

static struct unix_packet *alloc_memory(size_t n)
{
	size_t size = sizeof(struct unix_packet) + n;
	struct unix_packet *packet =
		size > CONTIGUOUS_MAX
			? NULL
			: kmalloc(size, size > PAGE_SIZE ? GFP_KERNEL | GFP_NORETRY : GFP_KERNEL);
	bool scattered = !packet;

	if (unlikely(scattered))
		packet = kmalloc(sizeof(*packet), GFP_KERNEL);
	if (unlikely(!packet))
		return NULL;
	/* Field by field: link, sender and charge are set by who queues it. */
	packet->length = (uint32_t)n;
	packet->offset = 0;
	packet->oob = false;
	packet->creds = (struct socket_creds){0};
	packet->rights = NULL;
	packet->pages = NULL;
	if (unlikely(scattered) && !alloc_pages(packet)) {
		free_memory(packet);
		return NULL;
	}
	return packet;
}

/* All of it from the sender's memory, or false. */
static bool fill(struct unix_packet *packet, struct uio *uio)
{
	size_t n = packet->length;

	if (likely(!packet->pages))
		return uio_copy_from(uio, packet->data, n) == n;
	for (size_t at = 0; at < n; at += PAGE_SIZE) {
		size_t part = MIN(n - at, PAGE_SIZE);

		if (uio_copy_from(uio, page_address(packet->pages[at >> PAGE_SHIFT]), part) != part)
			return false;
	}
	return true;
}

size_t unix_packet_read(const struct unix_packet *packet, size_t at, size_t n, struct uio *uio)
{
	size_t done = 0;

	if (likely(!packet->pages))
		return uio_copy_to(uio, packet->data + at, n);
	while (done < n) {
		size_t offset = (at + done) & (PAGE_SIZE - 1);
		size_t part = MIN(n - done, PAGE_SIZE - offset), moved;
		const char *page = page_address(packet->pages[(at + done) >> PAGE_SHIFT]);

		moved = uio_copy_to(uio, page + offset, part);
		done += moved;
		if (moved != part)
			break;
	}
	return done;
}

/* ---- packets ---- */

int unix_packet_new(struct unix_socket *u, struct socket_message *message, size_t n,
		    ktime_t deadline, struct unix_packet **out)
{
	struct unix_packet *packet;
	int error = wait_for_room(u, deadline);

	if (unlikely(error))
		return error;
	packet = alloc_memory(n);
	if (unlikely(!packet))
		return -ENOBUFS;
	packet->sender = unix_get(u);
	packet->charge = u->base.type == SOCK_STREAM
				 ? charge_for(n, STREAM_BLOCK, message->uio->kernel)
				 : charge_for(n, DATAGRAM_BLOCK, false);
	__atomic_fetch_add(&u->charged, packet->charge, __ATOMIC_RELAXED);
	if (unlikely(!fill(packet, message->uio))) {
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
	free_memory(packet);
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
		packet->creds =
			message->creds; /* a long message of a stream has them in each piece */
		pid_get(packet->creds.pid);
	} else if (unlikely(unix_wants_creds(packet->sender) || !load_acquire(&to->base.file) ||
			    unix_wants_creds(to))) {
		/* Whoever accepts it may want them: what the listener wanted is there before the file. */
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
	bool rights = packet->rights != NULL;

	/* From here on a receiver may have taken and freed the packet. */
	spin_unlock(&to->base.lock);
	if (unlikely(rights))
		spin_unlock(&collect_lock);
}

void unix_packet_queue(struct unix_socket *to, struct unix_packet *packet)
{
	if (unlikely(packet->rights != NULL)) {
		unix_rights_fly(packet->rights);
		to->holding++;
	}
	list_add_tail(&packet->link, &to->queue);
	WRITE_ONCE(to->queue_length, to->queue_length + 1);
}

void unix_packet_unqueue(struct unix_socket *u, struct unix_packet *packet)
{
	unix_queue_lock(u, packet);
	ASSERT(!packet->oob || u->dead); /* its reader passed it: unix_oob_meet() */
	list_del(&packet->link);
	WRITE_ONCE(u->queue_length, u->queue_length - 1);
	if (unlikely(packet->rights != NULL)) {
		unix_rights_land(packet->rights);
		u->holding--;
	}
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

int unix_received_rights(struct unix_received *received, struct unix_socket *u,
			 struct unix_packet *packet, bool peek)
{
	int error = 0;

	if (likely(!packet->rights))
		return 0;
	if (peek) {
		/* The packet stays ours to look at; its files may not land meanwhile. */
		received->rights = socket_rights_copy(packet->rights);
		error = received->rights ? 0 : -ENOMEM;
		unix_rights_peeked();
	} else {
		spin_lock(&collect_lock);
		unix_rights_land(packet->rights);
		u->holding--;
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
