// SPDX-License-Identifier: MIT
/*
 * Control messages: a buffer of headers, each with data, aligned to 8 bytes. On the way in all of
 * it is copied, and decoded when the family has seen that its socket may send; on the way out each piece is stored as it
 * comes, and what does not fit is noted as MSG_CTRUNC.
 */
#include "internal.h"

#include <core/proc.h>

#define CONTROL_MAX 131072u /* what a message may carry (Linux: net.core.optmem_max) */
#define RIGHTS_MAX  253u    /* descriptors in one message */

struct control_header {
	uint64_t length; /* with the header */
	int32_t level, type;
};
_Static_assert(sizeof(struct control_header) == 16, "struct cmsghdr is 16 bytes");

struct user_creds {
	int32_t pid;
	uint32_t uid, gid;
};
_Static_assert(sizeof(struct user_creds) == 12, "struct ucred is 12 bytes");

/* ---- rights and credentials ---- */

void socket_rights_free(struct socket_rights *rights)
{
	if (!rights)
		return;
	for (unsigned int i = 0; i < rights->count; i++)
		file_put(rights->files[i]);
	kfree(rights);
}

static struct socket_rights *rights_alloc(unsigned int count)
{
	struct socket_rights *rights =
		kmalloc(sizeof(*rights) + count * sizeof(rights->files[0]), GFP_KERNEL);

	if (rights)
		*rights = (struct socket_rights){
			.count = count}; /* the files are the caller's to fill in */
	return rights;
}

struct socket_rights *socket_rights_copy(const struct socket_rights *rights)
{
	struct socket_rights *copy = rights_alloc(rights->count);

	for (unsigned int i = 0; copy && i < rights->count; i++)
		copy->files[i] = file_get(rights->files[i]);
	return copy;
}

void socket_creds_put(struct socket_creds *creds)
{
	if (creds->pid)
		pid_put(creds->pid);
	creds->pid = NULL;
}

void socket_creds_current(struct socket_creds *creds)
{
	*creds = (struct socket_creds){.pid = pid_get(current->process->pid),
				       .uid = current->cred->uid,
				       .gid = current->cred->gid};
}

/* ---- in ---- */

/* Add the descriptors in data to message->rights, which grows. */
static int take_rights(struct socket_message *message, const char *data, size_t bytes)
{
	unsigned int count = (unsigned int)(bytes / sizeof(int32_t)), before = 0;
	struct socket_rights *rights, *old = message->rights;

	if (old)
		before = old->count;
	if (bytes / sizeof(int32_t) > RIGHTS_MAX - before)
		return -EINVAL;
	if (!count)
		return 0;
	rights = rights_alloc(before + count);
	if (!rights)
		return -ENOMEM;
	if (old)
		memcpy(rights->files, old->files, before * sizeof(old->files[0]));
	kfree(old);
	message->rights = rights;
	for (unsigned int i = 0; i < count; i++) {
		struct fd fd;
		int32_t number;

		memcpy(&number, data + i * sizeof(number), sizeof(number));
		fd = fd_get_path(number);
		if (!fd.file) {
			rights->count = before + i;
			return -EBADF;
		}
		rights->files[before + i] = file_get(fd.file);
		fd_put(fd);
	}
	return 0;
}

/* May the current process say that it is this one? */
static bool may_claim(const struct user_creds *claim)
{
	const struct cred *cred = current->cred;

	return (claim->pid == process_id(current->process) || capable(CAP_SYS_ADMIN)) &&
	       (claim->uid == cred->uid || claim->uid == cred->euid || claim->uid == cred->suid ||
		capable(CAP_SETUID)) &&
	       (claim->gid == cred->gid || claim->gid == cred->egid || claim->gid == cred->sgid ||
		capable(CAP_SETGID));
}

static int take_creds(struct socket_message *message, const char *data, size_t bytes)
{
	struct user_creds claim;
	struct pid *pid;

	if (bytes != sizeof(claim))
		return -EINVAL;
	memcpy(&claim, data, sizeof(claim));
	if (claim.uid == UINT32_MAX || claim.gid == UINT32_MAX)
		return -EINVAL;
	if (!may_claim(&claim))
		return -EPERM;
	pid = pid_find(claim.pid);
	if (!pid)
		return -ESRCH;
	socket_creds_put(&message->creds);
	message->creds = (struct socket_creds){.pid = pid, .uid = claim.uid, .gid = claim.gid};
	return 0;
}

static int take_header(struct socket_message *message, const struct control_header *header,
		       const char *data)
{
	size_t bytes = header->length - sizeof(*header);

	if (header->level != SOL_SOCKET)
		return 0; /* for other layers: none of ours looks */
	switch (header->type) {
	case SCM_RIGHTS:
		return take_rights(message, data, bytes);
	case SCM_CREDENTIALS:
		return take_creds(message, data, bytes);
	default:
		return -EINVAL;
	}
}

int socket_control_decode(struct socket_message *message)
{
	const char *buf = message->control_data;
	size_t at = 0, length = message->control_left;

	while (length - at >= sizeof(struct control_header)) {
		struct control_header header;
		int error;

		memcpy(&header, buf + at, sizeof(header));
		if (header.length < sizeof(header) || header.length > length - at)
			return -EINVAL;
		error = take_header(message, &header, buf + at + sizeof(header));
		if (error)
			return error;
		at += MIN(ALIGN_UP(header.length, 8u), length - at);
	}
	return 0;
}

int socket_control_copy(struct socket_message *message, unsigned long user, size_t length,
			char *small, size_t small_size)
{
	char *buf = small;

	if (length >= CONTROL_MAX)
		return -ENOBUFS;
	if (length > small_size) {
		buf = kmalloc(length, GFP_KERNEL);
		if (!buf)
			return -ENOBUFS;
	}
	message->control_data = buf;
	message->control_left = (uint32_t)length;
	return copy_from_user(buf, user, length);
}

/* ---- out ---- */

/* Use up the room of a piece of length bytes (header included). */
static void advance(struct socket_message *message, size_t length)
{
	size_t space = MIN(ALIGN_UP(length, 8u), message->control_left);

	message->control += space;
	message->control_left -= (uint32_t)space;
}

static bool put_header(struct socket_message *message, int level, int type, size_t length)
{
	struct control_header header = {.length = length, .level = level, .type = type};

	return !copy_to_user(message->control, &header, sizeof(header));
}

bool socket_put_control(struct socket_message *message, int level, int type, const void *data,
			size_t length)
{
	size_t whole = sizeof(struct control_header) + length;

	if (message->control_left < sizeof(struct control_header)) {
		message->out_flags |= MSG_CTRUNC;
		return false;
	}
	if (message->control_left < whole) {
		message->out_flags |= MSG_CTRUNC;
		whole = message->control_left;
	}
	if (!put_header(message, level, type, whole) ||
	    copy_to_user(message->control + sizeof(struct control_header), data,
			 whole - sizeof(struct control_header)))
		return false; /* nothing is stored, as if no buffer had been given */
	advance(message, whole);
	return true;
}

void socket_put_rights(struct socket_message *message, struct socket_rights *rights)
{
	unsigned int room = 0, done = 0;
	size_t whole;

	if (message->control_left > sizeof(struct control_header))
		room = (unsigned int)MIN((message->control_left - sizeof(struct control_header)) /
						 sizeof(int32_t),
					 (size_t)rights->count);
	while (done < room) {
		int fd = fd_reserve(0, message->flags & MSG_CMSG_CLOEXEC);

		if (fd < 0)
			break;
		if (hal_put_user32(hal_user_ptr(void, message->control +
							      sizeof(struct control_header) +
							      done * sizeof(int32_t)),
				   (uint32_t)fd)) {
			fd_release(fd);
			break;
		}
		fd_fill(fd, file_get(rights->files[done]));
		done++;
	}
	whole = sizeof(struct control_header) + done * sizeof(int32_t);
	if (done && put_header(message, SOL_SOCKET, SCM_RIGHTS, whole))
		advance(message, whole);
	if (done < rights->count)
		message->out_flags |= MSG_CTRUNC;
}

void socket_put_creds(struct socket_message *message, const struct socket_creds *creds)
{
	struct user_creds out = {.uid = 65534, .gid = 65534};

	if (creds->pid)
		out = (struct user_creds){
			.pid = creds->pid->number, .uid = creds->uid, .gid = creds->gid};
	socket_put_control(message, SOL_SOCKET, SCM_CREDENTIALS, &out, sizeof(out));
}

void socket_put_nobody(struct socket_message *message)
{
	struct user_creds out = {0};

	socket_put_control(message, SOL_SOCKET, SCM_CREDENTIALS, &out, sizeof(out));
}

/* A descriptor's number for a file of pid, or -errno. */
static int reserve_pidfd(struct pid *pid, struct file **file)
{
	int fd, error;

	if (!rcu_dereference(pid->process))
		return -EINVAL; /* reaped */
	fd = fd_reserve(0, true);
	if (fd < 0)
		return fd;
	error = pidfd_create(pid, 0, file);
	if (error) {
		fd_release(fd);
		return error;
	}
	return fd;
}

void socket_put_pidfd(struct socket_message *message, const struct socket_creds *creds)
{
	struct file *file = NULL;
	int32_t fd;

	if (message->control_left < sizeof(struct control_header) + sizeof(fd)) {
		message->out_flags |= MSG_CTRUNC;
		return;
	}
	if (!creds->pid)
		return;
	fd = reserve_pidfd(creds->pid, &file);
	if (socket_put_control(message, SOL_SOCKET, SCM_PIDFD, &fd, sizeof(fd)) && file) {
		fd_fill(fd, file);
	} else if (file) {
		fd_release(fd);
		file_put(file);
	}
}
