/* SPDX-License-Identifier: MIT */
/*
 * socket/socket.h - what the socket room and the families of sockets say to each other.
 *
 * The socket room owns what all families share: the descriptor's file, the system calls, addresses
 * and messages on their way from and to user memory, the options of SOL_SOCKET. A family embeds a
 * struct socket as the first member of its own object, registers itself with SOCKET_FAMILY(), and
 * is called with decoded arguments only.
 *
 * Life: a family's create (or accept) makes a socket without a file; from socket_file() on, the
 * file owns it, and the file's end is ops->release. A socket that never gets a file is released
 * too.
 */
#ifndef SOCKET_SOCKET_H
#define SOCKET_SOCKET_H

#include <core/cred.h>
#include <core/errno.h>
#include <core/poll.h>
#include <core/signal.h>
#include <core/spinlock.h>
#include <core/time.h>
#include <core/types.h>
#include <core/uio.h>
#include <core/wait.h>

struct file;
struct pid;
struct socket_message;

#define AF_UNSPEC 0
#define AF_UNIX	  1
#define AF_MAX	  46

#define SOCK_STREAM    1u
#define SOCK_DGRAM     2u
#define SOCK_RAW       3u
#define SOCK_SEQPACKET 5u
#define SOCK_MAX       11u

#define MSG_OOB		 0x1u
#define MSG_PEEK	 0x2u
#define MSG_CTRUNC	 0x8u
#define MSG_TRUNC	 0x20u
#define MSG_DONTWAIT	 0x40u
#define MSG_EOR		 0x80u
#define MSG_WAITALL	 0x100u
#define MSG_ERRQUEUE	 0x2000u
#define MSG_NOSIGNAL	 0x4000u
#define MSG_WAITFORONE	 0x10000u
#define MSG_CMSG_CLOEXEC 0x40000000u
#define MSG_CMSG_COMPAT	 0x80000000u

#define SOL_SOCKET	1
#define SCM_RIGHTS	1
#define SCM_CREDENTIALS 2
#define SCM_PIDFD	4

#define SHUTDOWN_READ  1u
#define SHUTDOWN_WRITE 2u
#define SHUTDOWN_BOTH  3u

/* A sockaddr of any family; one byte more, so that a family may end a string in place. */
#define SOCKET_ADDRESS_MAX 128u
union socket_address {
	uint16_t family;
	char bytes[SOCKET_ADDRESS_MAX + 1];
};

struct socket {
	const struct socket_ops *ops;
	struct file *file; /* without a reference; NULL before socket_file() */
	uint64_t ino;	   /* the file's, 0 without one */
	uint8_t family, type;
	int protocol;
	struct spinlock lock;		    /* the family's state, and where [lock] says so here */
	struct wait_queue read_wait;	    /* POLLIN and what ends waiting for it */
	struct wait_queue write_wait;	    /* POLLOUT, likewise */
	int error;			    /* SO_ERROR, positive; atomic */
	uint32_t send_limit, receive_limit; /* bytes, SO_SNDBUF and SO_RCVBUF */
	ktime_t send_timeout, receive_timeout; /* relative, KTIME_MAX: none */
	uint32_t low_water;		       /* SO_RCVLOWAT */
	int32_t peek_offset;		       /* SO_PEEK_OFF, -1: off */
	uint64_t switches; /* options that are on or off: bit of the option's number */
	bool listening;	   /* SO_ACCEPTCONN */
	bool no_space; /* somebody wanted to send and could not: O_ASYNC's owner is told of room; atomic */
	uint32_t linger[2];
	uint32_t priority;
	const struct cred *peer_cred; /* [lock] SO_PEERCRED; NULL: no peer yet */
	struct pid *peer_pid;	      /* [lock] */
};

/* The options that others than options.c ask for, by number. */
#define SO_OOBINLINE	   10
#define SO_PASSCRED	   16
#define SO_PASSPIDFD	   76
#define SWITCH_BIT(option) (1ull << ((option) & 63))
static inline bool socket_switch(const struct socket *socket, unsigned int option)
{
	return READ_ONCE(socket->switches) & SWITCH_BIT(option);
}

/* Every operation may sleep and is called without locks. NULL: -EOPNOTSUPP. */
struct socket_ops {
	const char *protocol; /* its name, as the attribute system.sockprotoname tells it */
	unsigned int
		file_mode; /* of its files, besides what those of every socket have: FILE_SPLICE_NOWAIT */
	void (*release)(struct socket *socket);
	int (*bind)(struct socket *socket, union socket_address *address, unsigned int length);
	int (*connect)(struct socket *socket, union socket_address *address, unsigned int length,
		       bool nonblock);
	int (*listen)(struct socket *socket, unsigned int backlog);
	int (*accept)(struct socket *socket, bool nonblock, struct socket **accepted);
	int (*pair)(struct socket *a, struct socket *b);
	int (*name)(struct socket *socket, bool peer, union socket_address *address,
		    unsigned int *length);
	int (*shutdown)(struct socket *socket, unsigned int how); /* SHUTDOWN_* */
	ssize_t (*send)(struct socket *socket, struct socket_message *message);
	ssize_t (*receive)(struct socket *socket, struct socket_message *message);
	unsigned int (*poll)(struct socket *socket, struct poll_table *table);
	long (*ioctl)(struct socket *socket, unsigned int command, unsigned long arg);
	/* What /proc/PID/fdinfo tells besides; NULL: nothing. */
	void (*show_fdinfo)(struct socket *socket,
			    void (*print)(void *ctx, const char *format, ...), void *ctx);
	bool peek_offset; /* SO_PEEK_OFF may be set */
};

struct socket_family {
	int number;
	int (*create)(unsigned int type, int protocol, struct socket **socket);
};
#define SOCKET_FAMILY(f)                                           \
	static const struct socket_family *const socket_family_##f \
		__attribute__((used, section("core_socket_families"))) = &f

/* ---- messages ---- */

/* Open files that travel with a message. */
struct socket_rights {
	unsigned int count;
	struct user *user; /* whose limit they count against while in flight; the family's */
	struct file *files[] __attribute__((counted_by(count)));
};

/* Who sent it. pid NULL: nobody said. */
struct socket_creds {
	struct pid *pid; /* reference */
	uid_t uid;
	gid_t gid;
};

/* 64 bytes: as many as are cleared at once on the way of each read and write. */
struct socket_message {
	struct uio *uio;
	unsigned int flags;	/* MSG_*; MSG_DONTWAIT also stands for O_NONBLOCK */
	unsigned int out_flags; /* receive: MSG_TRUNC, MSG_CTRUNC and the like */
	/* send: the destination; receive: where the sender's address goes. NULL: none. */
	union socket_address *name;
	unsigned int name_length;
	uint32_t control_left; /* bytes of control_data or of what is left at control */
	union {
		const char *control_data; /* send: the control buffer */
		unsigned long control;	  /* receive: the rest of the user's */
	};
	/* send: what socket_take_control() found in it; the family takes rights out if it keeps
	 * them. */
	struct socket_rights *rights;
	struct socket_creds creds;
};

/* send: decode the control buffer into rights and creds. A family calls it once, after those checks
 * that come before: 0 or -errno. */
__must_check int socket_control_decode(struct socket_message *message);
static inline int socket_take_control(struct socket_message *message)
{
	return likely(!message->control_left) ? 0 : socket_control_decode(message);
}

/* receive: append to the control buffer, or note in out_flags that it did not fit. False: nothing of it is there. */
bool socket_put_control(struct socket_message *message, int level, int type, const void *data,
			size_t length);
/* The same for SCM_RIGHTS, which become descriptors, SCM_CREDENTIALS, and SCM_PIDFD. Nothing is
 * consumed. */
void socket_put_rights(struct socket_message *message, struct socket_rights *rights);
void socket_put_creds(struct socket_message *message, const struct socket_creds *creds);
void socket_put_nobody(
	struct socket_message *message); /* credentials of zeros, at the end of a stream */
void socket_put_pidfd(struct socket_message *message, const struct socket_creds *creds);
/* Drops the files; NULL is fine. */
void socket_rights_free(struct socket_rights *rights);
struct socket_rights *socket_rights_copy(const struct socket_rights *rights); /* NULL: no memory */
void socket_creds_put(struct socket_creds *creds);
/* Those of the current process. */
void socket_creds_current(struct socket_creds *creds);

/* ---- sockets ---- */

void socket_init(struct socket *socket, const struct socket_ops *ops, int family,
		 unsigned int type);
void socket_destroy(struct socket *socket); /* what socket_init and peers left; not the memory */
/* The socket of a file, or NULL when it is none. */
struct socket *socket_of_file(const struct file *file);
umode_t socket_mode(const struct socket *socket); /* of its inode */
/* SO_PEERCRED becomes the current process, or what it is of another socket. */
void socket_peer_current(struct socket *socket);
void socket_peer_copy(struct socket *to, struct socket *from);
/* Take the pending error: 0 or -errno. */
static inline int socket_error(struct socket *socket)
{
	if (likely(!READ_ONCE(socket->error)))
		return 0;
	return -__atomic_exchange_n(&socket->error, 0, __ATOMIC_ACQ_REL);
}

/* When waiting ends: 0 means at once. */
static inline ktime_t socket_deadline(ktime_t timeout, bool nonblock)
{
	if (nonblock)
		return 0;
	return timeout == KTIME_MAX ? KTIME_MAX : ktime_add(clock_monotonic(), timeout);
}
/* What a wait that ended with error means to a caller who waited for timeout at most. */
static inline int socket_wait_error(int error, ktime_t timeout)
{
	if (error == -ETIMEDOUT)
		return -EAGAIN;
	return error == -ERESTARTSYS && timeout != KTIME_MAX ? -EINTR : error;
}
bool socket_wake_waiter(struct wait_entry *entry, unsigned long key);

/* As wait_event_until(), interruptible; the waker hands its processor over. */
#define socket_wait(q, condition, deadline)                                     \
	({                                                                      \
		struct wait_entry entry_ = {.link = LIST_INIT(entry_.link),     \
					    .wake = socket_wake_waiter,         \
					    .thread = current};                 \
		int result_ = 0;                                                \
		for (;;) {                                                      \
			wait_prepare((q), &entry_, THREAD_INTERRUPTIBLE);       \
			if (condition)                                          \
				break;                                          \
			result_ = sched_wait(THREAD_INTERRUPTIBLE, (deadline)); \
			if (result_) {                                          \
				if (condition)                                  \
					result_ = 0;                            \
				break;                                          \
			}                                                       \
		}                                                               \
		wait_finish((q), &entry_);                                      \
		result_;                                                        \
	})

/* There is more to read, or room. Of exclusive epolls one is told. */
static inline void socket_wake_readers(struct socket *socket)
{
	if (wait_active(&socket->read_wait))
		wait_wake(&socket->read_wait, 1,
			  POLLIN | POLLPRI | POLLRDNORM | POLLRDBAND | WAKE_SIGIO(POLL_IN));
}
static inline void socket_wake_writers(struct socket *socket)
{
	if (wait_active(&socket->write_wait))
		wait_wake(&socket->write_wait, 1,
			  POLLOUT | POLLWRNORM | POLLWRBAND | WAKE_SIGIO(POLL_OUT));
}
/* There is no room to send: with O_ASYNC, the owner is told when there is. True: this was not known,
 * look again. */
bool socket_note_no_space(struct socket *socket);
/* Something ended: everybody looks again. code: what O_ASYNC's owner is told, or 0. */
static inline void socket_wake_all(struct socket *socket, int code)
{
	wait_wake(&socket->read_wait, 0, WAKE_ANY | WAKE_SIGIO(code));
	wait_wake_all(&socket->write_wait);
}

#define SOCKET_BUFFER 212992u /* bytes: the default of both limits, and the most one may ask for */
#define SOMAXCONN     4096u

#endif
