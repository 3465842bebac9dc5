// SPDX-License-Identifier: MIT
// sendmsg, recvmsg and their forms for several: vectors, control data good and bad.

#ifndef SOCKET_MESSAGES_H
#define SOCKET_MESSAGES_H

#include "differ.h"
#include "socket_names.h"

#define VECTOR_MAX 1025

// struct msghdr and cmsghdr as the kernel has them: the library's lengths have 32 bits.
struct header {
	void *name;
	int name_length;
	struct iovec *vector;
	size_t vector_count;
	void *control;
	size_t control_length;
	int flags;
};

struct control_piece {
	size_t length;
	int level, type;
};

struct credentials {
	int32_t pid;
	uint32_t uid, gid;
};

static struct iovec vectors[3][VECTOR_MAX];
static char control_room[8192] __attribute__((aligned(16)));

// A vector of parts, most often one or two; now and then more than a socket holds.
static void a_vector(struct header *message, struct iovec *parts)
{
	char *data = a_buffer();
	size_t length = a_length();

	message->vector = parts;
	message->vector_count = (size_t)(random_below(6) ? ONE_OF(1, 1, 2, 3) : ONE_OF(0, 20, 13));
	for (size_t i = 0; i < message->vector_count; i++)
		parts[i] = (struct iovec){data, message->vector_count > 3 ? 16384 : length};
	memset(parts + message->vector_count, 0,
	       (VECTOR_MAX - message->vector_count) * sizeof(*parts));
	note(" %zux%zu", (size_t)message->vector_count, length);
	if (!random_below(40))
		message->vector_count = (size_t)ONE_OF(1024, 1025, -1);
	if (!random_below(60))
		message->vector = (struct iovec *)8;
}

// ---- control data to send ----

static size_t add_rights(char *data)
{
	static const int counts[] = {1, 1, 1, 2, 3, 0, 20, 253, 254};
	int count = PICK(counts);

	note(" rights");
	for (int i = 0; i < count; i++) {
		int fd = a_fd();

		if (count > 3 && (fd < 0 || fd > 900))
			fd = 0;
		memcpy(data + i * 4, &fd, sizeof(fd));
		if (count <= 3)
			note(" %d", fd);
	}
	rights_sent = true;
	note(" (%d)", count);
	return (size_t)count * sizeof(int);
}

static size_t add_credentials(char *data)
{
	struct credentials creds = {getpid(), getuid(), getgid()};

	if (!random_below(3))
		creds.uid = (uint32_t)ONE_OF(0, 1, 1000, 1001, -1);
	if (!random_below(4))
		creds.gid = (uint32_t)ONE_OF(0, 1, 1000, 1001, -1);
	if (!random_below(5))
		creds.pid = (int)ONE_OF(0, 1, -1, 4000000);
	note(" creds %d %d %d", creds.pid == getpid() ? -2 : creds.pid, creds.uid, creds.gid);
	memcpy(data, &creds, sizeof(creds));
	return sizeof(creds);
}

static size_t add_header(char *at)
{
	struct control_piece header = {.level = SOL_SOCKET};
	size_t bytes;

	if (random_below(3)) {
		header.type = SCM_RIGHTS;
		bytes = add_rights(at + sizeof(header));
	} else {
		header.type = SCM_CREDENTIALS;
		bytes = add_credentials(at + sizeof(header));
	}
	if (!random_below(12)) {
		header.level = (int)ONE_OF(0, 6, 41, 274);
		note(" level %d", header.level);
	}
	if (!random_below(12)) {
		header.type = (int)ONE_OF(0, 3, 4, 5, 29, 37, 61, 99);
		note(" type %d", header.type);
	}
	header.length = sizeof(header) + bytes;
	if (!random_below(10)) {
		header.length = (size_t)ONE_OF(0, 15, 16, 17, 19, 21, 27, 29, 100, 5000, -1);
		note(" length %d", (int)header.length);
	}
	memcpy(at, &header, sizeof(header));
	return sizeof(header) + ((bytes + 7) & ~(size_t)7);
}

static void add_control(struct header *message)
{
	size_t length = 0;

	if (random_below(2))
		return;
	memset(control_room, 0, sizeof(control_room));
	for (uint64_t n = random_below(3); n; n--)
		length += add_header(control_room + length);
	if (!random_below(10))
		length = (size_t)ONE_OF(0, 1, 15, 16, 17, 20, 24, 28, 2000, 20480 * 8, -1);
	note(" control %zd", (ssize_t)length);
	message->control = random_below(30) ? control_room : (void *)8;
	message->control_length = length;
}

static void a_message_to_send(struct header *message, struct iovec *parts)
{
	struct named *name = random_below(3) ? &no_name : a_socket_name();

	*message = (struct header){
		.name = name->address, .name_length = name->length, .flags = (int)ONE_OF(0, 0, -1)};
	note("{%s, %d,", name->text, name->length);
	a_vector(message, parts);
	add_control(message);
	note("}");
}

static void op_sendmsg(void)
{
	struct header message;
	int fd = a_fd(), flags = SEND_FLAGS();
	bool bad = !random_below(60);

	note("(");
	a_message_to_send(&message, vectors[0]);
	DO(syscall(SYS_sendmsg, fd, bad ? (void *)8 : &message, flags), ", %d, %#x)", fd, flags);
	show_broken_pipe();
}

// struct mmsghdr, as the kernel has it.
struct several {
	struct header message;
	unsigned int length;
};

static void op_sendmmsg(void)
{
	struct several all[3];
	int fd = a_fd(), flags = SEND_FLAGS(), count = (int)ONE_OF(1, 2, 3, 3, 0);

	memset(all, 0, sizeof(all));
	note("(");
	for (int i = 0; i < count; i++) {
		a_message_to_send(&all[i].message, vectors[i]);
		all[i].message.control = NULL; // there is one buffer
		all[i].message.control_length = 0;
		all[i].length = 77;
	}
	DO(syscall(SYS_sendmmsg, fd, all, count, flags), ", %d, %d, %#x)", fd, count, flags);
	note(" %u %u %u", all[0].length, all[1].length, all[2].length);
	show_broken_pipe();
}

// ---- receiving ----

static void show_control(const struct header *message)
{
	const size_t length = message->control_length;

	for (size_t at = 0; at + sizeof(struct control_piece) <= length;) {
		struct control_piece header;
		const char *data = control_room + at + sizeof(header);
		size_t bytes;

		memcpy(&header, control_room + at, sizeof(header));
		note(" {%d %d %d", (int)header.length, header.level, header.type);
		if (header.length < sizeof(header) || header.length > length - at)
			return;
		bytes = header.length - sizeof(header);
		if (header.type == SCM_CREDENTIALS && bytes >= sizeof(struct credentials)) {
			struct credentials creds;

			memcpy(&creds, data, sizeof(creds));
			note(" %d %d %d", creds.pid == getpid() ? -2 : creds.pid, creds.uid,
			     creds.gid);
		}
		if (header.type == SCM_RIGHTS || header.type == 4) {
			for (size_t i = 0; i + 4 <= bytes; i += 4) {
				int fd;

				memcpy(&fd, data + i, sizeof(fd));
				if (i < 20)
					note(" %d%s", fd,
					     fd < 0		  ? ""
					     : fcntl(fd, F_GETFD) ? "c"
								  : "");
				if (bytes <= 12)
					keep_fd(fd);
				else
					close(fd);
			}
		}
		note("}");
		at += (header.length + 7) & ~7u;
	}
}

static void a_message_to_receive(struct header *message, struct iovec *parts)
{
	struct name_place *place = random_below(2) ? &no_name_place : a_name_place();

	*message = (struct header){.name = place->address,
				   .name_length = place == &no_name_place ? 0 : name_placed.length,
				   .flags = (int)ONE_OF(0, 0, -1)};
	note("{%s", place->text);
	a_vector(message, parts);
	if (random_below(4)) {
		size_t length = (size_t)(random_below(2) ? 512
							 : ONE_OF(0, 1, 15, 16, 17, 19, 20, 24, 27,
								  28, 32, 40, 48, 52, 64));

		memset(control_room, 0x55, 600);
		message->control = random_below(30) ? control_room : (void *)8;
		message->control_length = length;
		note(" control %zu", length);
	}
	note("}");
}

static void show_received(const struct header *message, long got)
{
	note(" flags %#x name %d control %d", message->flags, (int)message->name_length,
	     (int)message->control_length);
	if (got < 0)
		return;
	if (message->name == name_placed.bytes && message->name_length < 160)
		show_address(name_placed.bytes, (int)message->name_length);
	if (message->control == control_room)
		show_control(message);
}

static void op_recvmsg(void)
{
	struct header message;
	int fd = a_fd(), flags = RECEIVE_FLAGS();
	bool bad = !random_below(60);
	long got;

	note("(");
	a_message_to_receive(&message, vectors[0]);
	got = DO(syscall(SYS_recvmsg, fd, bad ? (void *)8 : &message, flags), ", %d, %#x)", fd,
		 flags);
	if (got > 0 && message.vector_count)
		show_sum(vectors[0][0].iov_base,
			 got < (long)vectors[0][0].iov_len ? got : (long)vectors[0][0].iov_len);
	show_received(&message, got);
}

static void op_recvmmsg(void)
{
	struct several all[3];
	struct timespec zero = {0, ONE_OF(0, 0, 0, 1000000000, -1)};
	int fd = a_fd(), flags = RECEIVE_FLAGS(), count = (int)ONE_OF(1, 2, 3, 3, 0);
	bool timed = !random_below(3);
	long got;

	memset(all, 0, sizeof(all));
	note("(");
	for (int i = 0; i < count; i++) {
		a_message_to_receive(&all[i].message, vectors[i]);
		all[i].message.control = NULL;
		all[i].message.control_length = 0;
		all[i].length = 77;
	}
	got = DO(syscall(SYS_recvmmsg, fd, all, count, flags, timed ? &zero : NULL),
		 ", %d, %d, %#x, %d %ld)", fd, count, flags, timed, zero.tv_nsec);
	for (int i = 0; i < got; i++) {
		note(" %u", all[i].length);
		show_received(&all[i].message, all[i].length);
	}
}

#endif
