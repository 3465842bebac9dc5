// SPDX-License-Identifier: MIT
/*
 * Making connections. connect() makes the other end itself and puts it into the listener's queue,
 * where accept() finds it: data can be sent before anybody has accepted. Datagram sockets only
 * remember whom they talk to.
 */
#include "internal.h"

/* ---- waiting for room ---- */

int unix_wait_for_queue(struct unix_socket *other, ktime_t deadline)
{
	if (!deadline)
		return -EAGAIN;
	return socket_wait(&other->peer_wait,
			   !unix_queue_full(other) || READ_ONCE(other->dead) ||
				   READ_ONCE(other->shutdown) & SHUTDOWN_READ,
			   deadline);
}

/* ---- listening ---- */

int unix_listen(struct socket *socket, unsigned int backlog)
{
	struct unix_socket *u = unix_of(socket);
	unsigned int before;

	if (!load_acquire(&u->address) || READ_ONCE(u->state) == UNIX_CONNECTED)
		return -EINVAL;
	socket_peer_current(socket); /* what those who connect see: before they can */
	spin_lock(&socket->lock);
	if (u->state == UNIX_CONNECTED || u->dead) {
		spin_unlock(&socket->lock);
		return -EINVAL;
	}
	before = u->backlog;
	WRITE_ONCE(u->backlog, backlog);
	WRITE_ONCE(u->state, UNIX_LISTENING);
	WRITE_ONCE(socket->listening, true);
	spin_unlock(&socket->lock);
	if (backlog > before)
		wait_wake_all(&u->peer_wait);
	return 0;
}

static struct unix_socket *take_pending(struct unix_socket *u)
{
	struct unix_socket *first = NULL;

	spin_lock(&u->base.lock);
	if (!list_empty(&u->pending)) {
		first = list_first(&u->pending, struct unix_socket, pending_link);
		list_del_init(&first->pending_link);
		WRITE_ONCE(u->pending_length, u->pending_length - 1);
	}
	spin_unlock(&u->base.lock);
	return first;
}

int unix_accept(struct socket *socket, bool nonblock, struct socket **accepted)
{
	struct unix_socket *u = unix_of(socket), *first;
	ktime_t timeout = READ_ONCE(socket->receive_timeout);
	ktime_t deadline = socket_deadline(timeout, nonblock);

	if (READ_ONCE(u->state) != UNIX_LISTENING)
		return -EINVAL;
	while ((first = take_pending(u)) == NULL) {
		int error = socket_error(socket);

		if (error)
			return error;
		if (!deadline)
			return -EAGAIN;
		if (READ_ONCE(u->shutdown) & SHUTDOWN_READ)
			return -EINVAL;
		error = socket_wait(&socket->read_wait,
				    READ_ONCE(u->pending_length) || READ_ONCE(socket->error) ||
					    READ_ONCE(u->shutdown) & SHUTDOWN_READ,
				    deadline);
		if (error)
			return socket_wait_error(error, timeout);
	}
	if (wait_active(&u->peer_wait))
		wait_wake(&u->peer_wait, 0, POLLOUT | POLLWRNORM | POLLWRBAND);
	first->base.switches =
		READ_ONCE(socket->switches) & (SWITCH_BIT(SO_PASSCRED) | SWITCH_BIT(SO_PASSPIDFD));
	*accepted = &first->base;
	return 0;
}

/* ---- connecting streams ---- */

static bool accepts(const struct unix_socket *listener)
{
	return listener->state == UNIX_LISTENING && !listener->dead &&
	       !(listener->shutdown & SHUTDOWN_READ);
}

/* Wait, or decide that this listener will do: 0, 1 (begin again), -errno. */
static int find_listener(struct unix_socket *u, struct unix_socket *listener, ktime_t timeout,
			 ktime_t deadline)
{
	int error;

	if (READ_ONCE(listener->state) != UNIX_LISTENING ||
	    READ_ONCE(listener->shutdown) & SHUTDOWN_READ)
		return -ECONNREFUSED;
	if (!unix_queue_full(listener))
		return READ_ONCE(u->state) == UNIX_CLOSED      ? 0
		       : READ_ONCE(u->state) == UNIX_CONNECTED ? -EISCONN
							       : -EINVAL;
	error = unix_wait_for_queue(listener, deadline);
	return error ? socket_wait_error(error, timeout) : 1;
}

/* Both locked: u's state once more, then the connection is made. 0, 1 (begin again), -errno. */
static int connect_locked(struct unix_socket *u, struct unix_socket *listener,
			  struct unix_socket *end)
{
	if (!accepts(listener) || unix_queue_full(listener))
		return 1;
	if (u->state != UNIX_CLOSED)
		return u->state == UNIX_CONNECTED ? -EISCONN : -EINVAL;
	end->state = UNIX_CONNECTED;
	end->peer = unix_get(u);
	end->address = listener->address;
	refcount_get(&listener->address->refs);
	if (listener->path.mount) {
		end->path = listener->path;
		path_get(&end->path);
	}
	rcu_assign_pointer(u->peer, unix_get(end));
	WRITE_ONCE(u->state, UNIX_CONNECTED);
	list_add_tail(&end->pending_link, &listener->pending);
	WRITE_ONCE(listener->pending_length, listener->pending_length + 1);
	return 0;
}

static int connect_stream(struct unix_socket *u, union socket_address *address, unsigned int length,
			  bool nonblock)
{
	ktime_t timeout = READ_ONCE(u->base.send_timeout);
	ktime_t deadline = socket_deadline(timeout, nonblock);
	struct unix_socket *end = unix_new(u->base.type), *listener;
	int result;

	if (!end)
		return -ENOMEM;
	socket_peer_current(&end->base);
	do {
		result = unix_find(u, address, length, &listener);
		if (result)
			break;
		result = find_listener(u, listener, timeout, deadline);
		if (!result) {
			unix_lock_two(u, listener);
			result = connect_locked(u, listener, end);
			unix_unlock_two(u, listener);
		}
		if (!result) {
			socket_peer_copy(&u->base, &listener->base);
			socket_wake_readers(&listener->base);
			socket_wake_writers(&u->base);
		}
		unix_put(listener);
	} while (result == 1);
	if (result) {
		unix_release(end);
		unix_collect(); /* as at every socket's end */
	}
	return result;
}

/* ---- connecting datagram sockets ---- */

/* Make other (reference consumed; NULL: nobody) the peer of u. */
static void replace_peer(struct unix_socket *u, struct unix_socket *other)
{
	struct unix_socket *old;

	spin_lock(&u->base.lock);
	old = u->peer;
	u->peer = other;
	WRITE_ONCE(u->state, other ? UNIX_CONNECTED : UNIX_CLOSED);
	spin_unlock(&u->base.lock);
	if (!old)
		return;
	unix_relay_drop(u);
	if (old != other)
		unix_datagram_disconnected(u, old);
	unix_put(old);
}

/* A datagram socket may be talked to by those it talks to itself, or by all. */
static int check_peer(struct unix_socket *u, struct unix_socket *other)
{
	int result = 0;

	spin_lock(&other->base.lock);
	if (other->dead)
		result = 1;
	else if (other->peer && other->peer != u)
		result = -EPERM;
	spin_unlock(&other->base.lock);
	return result;
}

static int connect_datagram(struct unix_socket *u, union socket_address *address,
			    unsigned int length)
{
	struct unix_socket *other;
	int result;

	do {
		result = unix_find(u, address, length, &other);
		if (result)
			return result;
		result = check_peer(u, other);
		if (result)
			unix_put(other);
	} while (result == 1);
	if (result)
		return result;
	replace_peer(u, other);
	socket_wake_writers(&u->base);
	return 0;
}

int unix_connect(struct socket *socket, union socket_address *address, unsigned int length,
		 bool nonblock)
{
	struct unix_socket *u = unix_of(socket);
	int error;

	if (length < FAMILY_SIZE)
		return -EINVAL;
	if (socket->type == SOCK_DGRAM && address->family == AF_UNSPEC) {
		replace_peer(u, NULL);
		return 0;
	}
	error = unix_check_name(address, length);
	if (error)
		return error;
	if (unix_wants_creds(u)) {
		error = unix_autobind(u); /* so that the other side can tell who it is */
		if (error)
			return error;
	}
	if (socket->type == SOCK_DGRAM)
		return connect_datagram(u, address, length);
	return connect_stream(u, address, length, nonblock);
}

int unix_pair(struct socket *a, struct socket *b)
{
	struct unix_socket *first = unix_of(a), *second = unix_of(b);

	first->peer = unix_get(second);
	second->peer = unix_get(first);
	first->state = second->state = UNIX_CONNECTED;
	socket_peer_current(a);
	socket_peer_current(b);
	return 0;
}
