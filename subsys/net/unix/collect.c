// SPDX-License-Identifier: MIT
/*
 * Descriptors in flight. A socket that is sent over a socket lives on in a queue; when the last
 * descriptors are closed, sockets may be left that only each other's queues refer to. They are
 * found by counting:
 *
 * Every file of a socket of this family knows how often it is in some queue (in_flight). One whose
 * file has no other references is suspect. Take from each suspect's count the references that sit
 * in queues of suspects: whoever has some left is reached from elsewhere, and so is all that its
 * queue holds, and so on. The rest is garbage: its queues are emptied, and the files go.
 *
 * That is done when a socket ends, and when a process has closed all it had: the last descriptor of a socket
 * that is in its own queue is closed without an end.
 *
 * A file enters a queue and leaves it only under collect_lock. While that is held, a file whose
 * references are all in queues stays such, or is peeked at by the reader of a socket that is
 * reached, and stays reached until the lock is free (unix_rights_peeked()).
 */
#include "internal.h"

#include <core/init.h>

struct spinlock collect_lock = SPINLOCK_INIT("descriptors in flight");
static struct list in_flight = LIST_INIT(in_flight); /* [collect_lock] */
static unsigned int
	flying; /* [collect_lock] descriptors of sockets in flight, also while they are sorted */
/* More are worth a collection though no socket has ended. One that finds most of them reached sets it to twice as many,
 * so that its cost is spread over as many sends. */
#define MANY 16000u
static unsigned int many = MANY; /* atomic */

static struct unix_socket *unix_of_file(const struct file *file)
{
	struct socket *socket = socket_of_file(file);

	return socket && socket->family == AF_UNIX ? unix_of(socket) : NULL;
}

/* ---- accounts ---- */

static void collect_many(void)
{
	unix_collect();
	WRITE_ONCE(many, MAX(READ_ONCE(flying) * 2, MANY));
}

int unix_rights_limit(void)
{
	const struct user *user = current->cred->user;
	uint64_t limit = process_limit(current->process, RLIMIT_NOFILE);

	if (likely(READ_ONCE(user->in_flight) <= MIN(limit, MANY)))
		return 0;
	if (READ_ONCE(flying) > READ_ONCE(many))
		collect_many();
	return READ_ONCE(user->in_flight) > limit && !capable(CAP_SYS_RESOURCE) &&
			       !capable(CAP_SYS_ADMIN)
		       ? -ETOOMANYREFS
		       : 0;
}

void unix_rights_fly(struct socket_rights *rights)
{
	for (unsigned int i = 0; i < rights->count; i++) {
		struct unix_socket *u = unix_of_file(rights->files[i]);

		if (!u)
			continue;
		if (!u->in_flight++)
			list_add_tail(&u->in_flight_link, &in_flight);
		WRITE_ONCE(flying, flying + 1);
	}
	rights->user = user_get(current->cred->user);
	__atomic_fetch_add(&rights->user->in_flight, rights->count, __ATOMIC_RELAXED);
}

void unix_rights_land(struct socket_rights *rights)
{
	for (unsigned int i = 0; i < rights->count; i++) {
		struct unix_socket *u = unix_of_file(rights->files[i]);

		if (!u)
			continue;
		if (!--u->in_flight)
			list_del_init(&u->in_flight_link);
		WRITE_ONCE(flying, flying - 1);
	}
	__atomic_fetch_sub(&rights->user->in_flight, rights->count, __ATOMIC_RELAXED);
	user_put(rights->user);
	rights->user = NULL;
}

void unix_rights_peeked(void)
{
	/* A collection that saw the files without the new references is over when we have the lock; a later
	 * one sees these. */
	spin_lock(&collect_lock);
	spin_unlock(&collect_lock);
}

/* ---- collecting ---- */

#define REACHED UINT32_MAX /* outside: known to be reachable */

static bool suspect(const struct unix_socket *u)
{
	return refcount_read(&u->base.file->refs) == u->in_flight;
}

/* Call visit for each socket that u's queue holds, and the queues of its unaccepted connections. */
static void for_each_held(struct unix_socket *u,
			  void (*visit)(struct unix_socket *held, struct list *found),
			  struct list *found)
{
	struct unix_packet *packet;
	struct unix_socket *pending;
	unsigned int left = u->holding;

	spin_lock(&u->base.lock);
	list_for_each_entry (packet, &u->queue, link) {
		if (!left)
			break;
		if (!packet->rights)
			continue;
		left--;
		for (unsigned int i = 0; i < packet->rights->count; i++) {
			struct unix_socket *held = unix_of_file(packet->rights->files[i]);

			if (held)
				visit(held, found);
		}
	}
	list_for_each_entry (pending, &u->pending, pending_link)
		for_each_held(pending, visit, found);
	spin_unlock(&u->base.lock);
}

static unsigned int count_held(struct unix_socket *u)
{
	struct unix_packet *packet;
	struct unix_socket *pending;
	unsigned int count = 0;

	spin_lock(&u->base.lock);
	list_for_each_entry (packet, &u->queue, link)
		count += packet->rights ? packet->rights->count : 0;
	list_for_each_entry (pending, &u->pending, pending_link)
		count += count_held(pending);
	spin_unlock(&u->base.lock);
	return count;
}

unsigned int unix_rights_held(struct unix_socket *u)
{
	unsigned int count;

	spin_lock(&collect_lock);
	count = count_held(u);
	spin_unlock(&collect_lock);
	return count;
}

static void take_reference(struct unix_socket *held, struct list *found)
{
	(void)found;
	if (held->outside && held->outside != REACHED)
		held->outside--;
}

/* It is reached: so is what it holds, when its turn on the list comes. */
static void reach(struct unix_socket *held, struct list *reached)
{
	if (held->outside == REACHED)
		return;
	held->outside = REACHED;
	list_move_tail(&held->in_flight_link, reached);
}

/* Sort the sockets in flight into reached and, what is left of in_flight, garbage. False: there is none. */
static bool find_reached(struct list *reached)
{
	struct unix_socket *u, *next;
	bool any = false;

	list_for_each_entry (u, &in_flight, in_flight_link) {
		u->outside = suspect(u) ? u->in_flight : REACHED;
		any |= u->outside != REACHED;
	}
	if (!any)
		return false;
	list_for_each_entry (u, &in_flight, in_flight_link) {
		if (u->outside != REACHED)
			for_each_held(u, take_reference, NULL);
	}
	list_for_each_entry_safe (u, next, &in_flight, in_flight_link) {
		if (u->outside) {
			u->outside = REACHED;
			list_move_tail(&u->in_flight_link, reached);
		}
	}
	/* The list grows at its end while we go along it. */
	list_for_each_entry (u, reached, in_flight_link)
		for_each_held(u, reach, reached);
	return true;
}

/* Take what is in garbage's queue: no other end is told that any of it was lost. */
static void take_packets(struct unix_socket *u, struct list *packets)
{
	struct unix_socket *pending;

	spin_lock(&u->base.lock);
	list_splice_tail(&u->queue, packets);
	WRITE_ONCE(u->queue_length, 0);
	u->holding = 0;
	/* Its peer may still send, and looks at the byte out of band that was there. */
	WRITE_ONCE(u->oob, NULL);
	WRITE_ONCE(u->oob_marks, 0);
	list_for_each_entry (pending, &u->pending, pending_link)
		take_packets(pending, packets);
	spin_unlock(&u->base.lock);
}

void unix_collect(void)
{
	struct list reached = LIST_INIT(reached), packets = LIST_INIT(packets);
	struct unix_packet *packet;
	struct unix_socket *u;

	if (!READ_ONCE(flying))
		return;
	spin_lock(&collect_lock);
	if (find_reached(&reached)) {
		list_for_each_entry (u, &in_flight, in_flight_link)
			take_packets(u, &packets);
		list_splice_tail(&reached, &in_flight);
	}
	list_for_each_entry (packet, &packets, link) {
		if (packet->rights)
			unix_rights_land(packet->rights);
	}
	WRITE_ONCE(many, MAX(MIN(READ_ONCE(many), flying * 2), MANY));
	spin_unlock(&collect_lock);
	while (!list_empty(&packets)) {
		packet = list_first(&packets, struct unix_packet, link);
		list_del(&packet->link);
		unix_packet_free(packet); /* puts the files */
	}
}

static int watch_ends(void)
{
	files_closed = unix_collect;
	return 0;
}
INIT_SUBSYS(watch_ends);
