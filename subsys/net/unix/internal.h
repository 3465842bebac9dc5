/* SPDX-License-Identifier: MIT */
/*
 * subsys/net/unix/internal.h - local sockets: what the files of this room share.
 *
 * Life of a socket: one reference for its file (or, before it is accepted, for being in a
 * listener's queue), one for each socket whose peer it is, one for each packet it has sent that
 * nobody has read yet. Its file's end makes it `dead`, unbinds it, drops what it had received and
 * lets its peer go; the memory follows the last reference.
 *
 * Data goes straight into the receiver's queue and is charged to the sender's limit until it is
 * read. A connected stream or seqpacket socket keeps its peer until its own end, so that sending
 * needs no reference; a datagram socket's peer may change and is taken with one.
 *
 * Locks, outermost first: naming, reading (mutexes); collect_lock; names_lock; base.lock of two
 * sockets in the order of their addresses.
 */
#ifndef SUBSYS_NET_UNIX_INTERNAL_H
#define SUBSYS_NET_UNIX_INTERNAL_H

#include <core/files.h>
#include <core/lib/string.h>
#include <core/mutex.h>
#include <core/page.h>
#include <core/signal.h>
#include <core/slab.h>
#include <core/thread.h>
#include <core/vfs.h>
#include <socket/socket.h>

/* A name: a path as it was given, with its NUL, or an abstract one that begins with NUL. */
struct unix_address {
	struct refcount refs;
	uint32_t hash;
	unsigned int length; /* of bytes, without the family */
	char bytes[];
};
#define UNIX_NAME_MAX 108u
#define FAMILY_SIZE   2u /* what stands before the name in a sockaddr_un */

enum unix_state { UNIX_CLOSED, UNIX_LISTENING, UNIX_CONNECTED };

struct unix_socket {
	struct socket base; /* FIRST */
	struct refcount refs;
	struct mutex naming;  /* bind */
	struct mutex reading; /* receivers take packets one after the other */

	/* [base.lock] */
	enum unix_state state;
	bool dead;
	uint8_t shutdown; /* SHUTDOWN_* */
	struct unix_socket *peer;
	struct list queue; /* received packets; changed with collect_lock too if they hold rights */
	unsigned int queue_length;
	/* Streams: the byte out of band that nobody has taken or passed yet, in the queue; and how many
	 * packets there have `oob` set. */
	struct unix_packet *oob;
	unsigned int oob_marks;
	struct list pending; /* of a listener: connections not accepted yet, by pending_link */
	struct list pending_link;
	unsigned int pending_length;
	unsigned int backlog; /* more than so many wait: the queue is full */

	uint32_t charged;	      /* atomic: bytes sent and not read */
	struct wait_queue peer_wait;  /* those who want to send to, or connect to, a full queue */
	struct wait_entry relay;      /* hangs on relay_to->peer_wait for pollers of this socket */
	struct unix_socket *relay_to; /* [base.lock] reference */

	struct unix_address *address; /* set once, under names_lock */
	struct path path;	      /* the bound inode's; mount NULL: none */
	struct hlist_node hash;	      /* [names_lock] abstract names */
	struct list all;	      /* [names_lock] */

	/* [collect_lock] */
	unsigned int in_flight; /* times its file is in some queue */
	unsigned int outside;	/* while collecting: references from elsewhere */
	unsigned int holding;	/* packets with rights in its queue */
	struct list in_flight_link;
};

struct unix_packet {
	struct list link;
	struct unix_socket *sender; /* reference */
	uint32_t charge;	    /* to the sender */
	uint32_t length, offset;    /* offset: bytes already read (streams) */
	bool oob; /* [receiver's base.lock] its oob; or it was, and without its byte is the mark where that stood */
	struct socket_creds creds;
	struct socket_rights *rights;
	struct page **pages; /* the data, if it is too large for one block; NULL: it follows here */
	char data[];
};

static inline struct unix_socket *unix_of(struct socket *socket)
{
	return (struct unix_socket *)(void *)socket; /* first member */
}
/* SO_PEEK_OFF: bytes for a receive to leave out. */
static inline size_t unix_peek_skip(const struct unix_socket *u,
				    const struct socket_message *message)
{
	int32_t offset;

	if (likely(!(message->flags & MSG_PEEK)))
		return 0;
	offset = READ_ONCE(u->base.peek_offset);
	return (size_t)MAX(offset, 0);
}
/* A peek has gone n bytes on, or a read has taken -n. */
static inline void unix_peek_move(struct unix_socket *u, int32_t n)
{
	int32_t offset = READ_ONCE(u->base.peek_offset);

	if (unlikely(offset >= 0))
		WRITE_ONCE(u->base.peek_offset, MAX((int32_t)((uint32_t)offset + (uint32_t)n), 0));
}
static inline bool unix_is_connecting(const struct unix_socket *u)
{
	return u->base.type != SOCK_DGRAM;
}
static inline struct unix_socket *unix_get(struct unix_socket *u)
{
	refcount_get(&u->refs);
	return u;
}
void unix_put(struct unix_socket *u);

/* socket.c */
struct unix_socket *unix_new(unsigned int type); /* one reference; NULL: no memory */
void unix_release(struct unix_socket *u);	 /* end of its file, or of its waiting */
void unix_lock_two(struct unix_socket *a, struct unix_socket *b);
void unix_unlock_two(struct unix_socket *a, struct unix_socket *b);
/* The peer with a reference, or NULL. */
struct unix_socket *unix_peer(struct unix_socket *u);
extern unsigned int unix_datagram_backlog;
bool unix_may_write(const struct unix_socket *u); /* little enough in flight for POLLOUT */
static inline bool unix_wants_creds(const struct unix_socket *u)
{
	return READ_ONCE(u->base.switches) & (SWITCH_BIT(SO_PASSCRED) | SWITCH_BIT(SO_PASSPIDFD));
}

/* name.c */
extern struct spinlock names_lock;
extern struct list unix_all; /* [names_lock] */
int unix_bind(struct socket *socket, union socket_address *address, unsigned int length);
int unix_name(struct socket *socket, bool peer, union socket_address *address,
	      unsigned int *length);
/* Is it a name at all? 0 or -EINVAL. */
__must_check int unix_check_name(const union socket_address *address, unsigned int length);
/* A name of its own if it has none yet. */
__must_check int unix_autobind(struct unix_socket *u);
void unix_unbind(struct unix_socket *u);
/* The socket at an address (reference) of the type that u can talk to, or an error. */
__must_check int unix_find(struct unix_socket *u, union socket_address *address,
			   unsigned int length, struct unix_socket **found);
/* Fill in for a receiver: who sent it. */
void unix_sender_name(struct unix_socket *sender, struct socket_message *message);

/* connect.c */
int unix_connect(struct socket *socket, union socket_address *address, unsigned int length,
		 bool nonblock);
int unix_listen(struct socket *socket, unsigned int backlog);
int unix_accept(struct socket *socket, bool nonblock, struct socket **accepted);
int unix_pair(struct socket *a, struct socket *b);
/* Wait on other->peer_wait until its queue is not full or it has ended. */
__must_check int unix_wait_for_queue(struct unix_socket *other, ktime_t deadline);
static inline bool unix_queue_full(const struct unix_socket *u)
{
	return READ_ONCE(u->queue_length) + READ_ONCE(u->pending_length) > READ_ONCE(u->backlog);
}

/* packet.c */
/* Wait for room in u's limit, then take n bytes from message into a new packet. */
__must_check int unix_packet_new(struct unix_socket *u, struct socket_message *message, size_t n,
				 ktime_t deadline, struct unix_packet **packet);
/* n bytes from at on to the reader: how many it took. */
size_t unix_packet_read(const struct unix_packet *packet, size_t at, size_t n, struct uio *uio);
/* The control part: message's rights become the packet's, and its creds the packet's too; creds also if either end
 * asks. */
__must_check int unix_packet_control(struct unix_packet *packet, struct socket_message *message,
				     const struct unix_socket *to);
/* Into to's queue; to->base.lock held, packet without rights or collect_lock held around. */
void unix_packet_queue(struct unix_socket *to, struct unix_packet *packet);
/* Lock and unlock for queueing: collect_lock too where rights travel. */
void unix_queue_lock(struct unix_socket *to, const struct unix_packet *packet);
void unix_queue_unlock(struct unix_socket *to, const struct unix_packet *packet);
/* Take it out of u's queue, its rights out of flight. It is the caller's then. */
void unix_packet_unqueue(struct unix_socket *u, struct unix_packet *packet);
void unix_packet_free(struct unix_packet *packet);
/* Drop all that u has received. */
void unix_purge(struct unix_socket *u);

/* What a receiver collects besides bytes. */
struct unix_received {
	bool has_creds;
	struct socket_creds creds;
	struct socket_rights *rights;
};
/* Creds of the first packet; false: this packet comes from somebody else, and the receiver asked to
 * be told. */
bool unix_received_creds(struct unix_received *received, const struct unix_socket *u,
			 const struct unix_packet *packet);
/* The rights of a packet in u's queue: taken, or copied for a peek. 0 or -ENOMEM. */
__must_check int unix_received_rights(struct unix_received *received, struct unix_socket *u,
				      struct unix_packet *packet, bool peek);
/* Give it all to the message. */
void unix_received_done(struct unix_received *received, const struct unix_socket *u,
			struct socket_message *message);

/* oob.c: bytes out of band, of streams */
/* Queue one more byte of message for peer and tell its owner. 0 or -errno. */
__must_check int unix_oob_send(struct unix_socket *u, struct unix_socket *peer,
			       struct socket_message *message, ktime_t deadline);
ssize_t unix_oob_receive(struct unix_socket *u, struct socket_message *message);
bool unix_oob_at_mark(struct unix_socket *u);
enum unix_oob { OOB_STOP, OOB_READ, OOB_PASS, OOB_DROP };
/* packet, which has `oob`, is next for a reader: who stops before it, reads it, looks behind it, or drops it. It has
 * `oob` no more if it is to leave the queue. u->reading and base.lock held. */
enum unix_oob unix_oob_meet(struct unix_socket *u, struct unix_packet *packet, bool copied,
			    bool peek);
/* Would a peek pass it? base.lock held. */
static inline bool unix_oob_hidden(const struct unix_socket *u, const struct unix_packet *packet)
{
	return packet->oob && !(packet == u->oob && socket_switch(&u->base, SO_OOBINLINE));
}

/* stream.c, datagram.c */
ssize_t unix_stream_send(struct socket *socket, struct socket_message *message);
ssize_t unix_stream_receive(struct socket *socket, struct socket_message *message);
ssize_t unix_datagram_send(struct socket *socket, struct socket_message *message);
ssize_t unix_datagram_receive(struct socket *socket, struct socket_message *message);
ssize_t unix_seqpacket_send(struct socket *socket, struct socket_message *message);
ssize_t unix_seqpacket_receive(struct socket *socket, struct socket_message *message);
/* u does not talk to old any more: what it had received is lost. */
void unix_datagram_disconnected(struct unix_socket *u, struct unix_socket *old);

/* poll.c */
unsigned int unix_poll(struct socket *socket, struct poll_table *table);
long unix_ioctl(struct socket *socket, unsigned int command, unsigned long arg);
void unix_relay_init(struct unix_socket *u);
void unix_relay_drop(struct unix_socket *u);

/* collect.c */
extern struct spinlock collect_lock;
/* Rights enter and leave a queue; collect_lock held. */
void unix_rights_fly(struct socket_rights *rights);
void unix_rights_land(struct socket_rights *rights);
/* Files have got references from a queue that they do not leave: wait for a collection that has not seen it, before
 * the queue's socket may be closed. */
void unix_rights_peeked(void);
/* May the current user have more descriptors in flight? 0 or -ETOOMANYREFS. Collects first if there are many. May sleep. */
__must_check int unix_rights_limit(void);
/* Open files that wait in u's queue, or in those of connections that it has not accepted. May not hold locks of sockets. */
unsigned int unix_rights_held(struct unix_socket *u);
/* Find and empty sockets that nobody can reach any more. May sleep. */
void unix_collect(void);

#endif
