// SPDX-License-Identifier: MIT
/* Sockets as files: their superblock (sockfs), their file operations, and their common state. */
#include "internal.h"

#include <core/init.h>
#include <core/lib/string.h>
#include <core/printk.h>
#include <core/proc.h>

#define SOCKFS_MAGIC 0x534f434bu

#define FIOSETOWN 0x8901u
#define SIOCSPGRP 0x8902u
#define FIOGETOWN 0x8903u
#define SIOCGPGRP 0x8904u

static struct mount *sockfs_mount;

/* ---- state ---- */

void socket_init(struct socket *socket, const struct socket_ops *ops, int family, unsigned int type)
{
	socket->ops = ops;
	socket->family = (uint8_t)family;
	socket->type = (uint8_t)type;
	spin_init(&socket->lock, "socket");
	wait_queue_init(&socket->read_wait);
	wait_queue_init(&socket->write_wait);
	socket->send_limit = socket->receive_limit = SOCKET_BUFFER;
	socket->send_timeout = socket->receive_timeout = KTIME_MAX;
	socket->low_water = 1;
	socket->peek_offset = -1;
}

void socket_destroy(struct socket *socket)
{
	cred_put(socket->peer_cred);
	if (socket->peer_pid)
		pid_put(socket->peer_pid);
}

static void set_peer(struct socket *socket, const struct cred *cred, struct pid *pid)
{
	const struct cred *old_cred;
	struct pid *old_pid;

	spin_lock(&socket->lock);
	old_cred = socket->peer_cred;
	old_pid = socket->peer_pid;
	socket->peer_cred = cred;
	socket->peer_pid = pid;
	spin_unlock(&socket->lock);
	cred_put(old_cred);
	if (old_pid)
		pid_put(old_pid);
}

void socket_peer_current(struct socket *socket)
{
	set_peer(socket, cred_get(current->cred), pid_get(current->process->pid));
}

void socket_peer_copy(struct socket *to, struct socket *from)
{
	const struct cred *cred;
	struct pid *pid;

	spin_lock(&from->lock);
	cred = from->peer_cred ? cred_get(from->peer_cred) : NULL;
	pid = from->peer_pid ? pid_get(from->peer_pid) : NULL;
	spin_unlock(&from->lock);
	set_peer(to, cred, pid);
}

bool socket_wake_waiter(struct wait_entry *entry, unsigned long key)
{
	(void)key;
	return sched_wake_sync(entry->thread, THREAD_INTERRUPTIBLE);
}

bool socket_note_no_space(struct socket *socket)
{
	const struct file *file = load_acquire(&socket->file);

	if (!file || !(READ_ONCE(file->flags) & O_ASYNC))
		return false;
	return !__atomic_exchange_n(&socket->no_space, true, __ATOMIC_SEQ_CST);
}

/* ---- file operations ---- */

static struct socket *socket_of(const struct file *file)
{
	return file->private;
}

static ssize_t socket_read(struct file *file, struct uio *uio, loff_t *pos)
{
	struct socket *socket = socket_of(file);
	struct socket_message message = {.uio = uio,
					 .flags = io_nonblock(file, uio) ? MSG_DONTWAIT : 0};

	(void)pos;
	if (!uio->left)
		return 0; /* even where nothing can be read */
	return socket->ops->receive(socket, &message);
}

static ssize_t socket_write(struct file *file, struct uio *uio, loff_t *pos)
{
	struct socket *socket = socket_of(file);
	struct socket_message message = {.uio = uio,
					 .flags = io_nonblock(file, uio) ? MSG_DONTWAIT : 0};

	(void)pos;
	return socket->ops->send(socket, &message);
}

static unsigned int socket_poll(struct file *file, struct poll_table *table)
{
	struct socket *socket = socket_of(file);

	return socket->ops->poll(socket, table);
}

static int socket_async(struct file *file, struct poll_table *table)
{
	struct socket *socket = socket_of(file);

	poll_wait(table, &socket->read_wait);
	poll_wait(table, &socket->write_wait);
	return 0;
}

/* The queue's lock is held: does somebody sleep there for a stream's data? He is told already. */
static bool is_awaited(const struct socket *socket)
{
	const struct wait_entry *entry;

	if (socket->type != SOCK_STREAM || READ_ONCE(socket->listening))
		return false;
	list_for_each_entry (entry, &socket->read_wait.entries, link)
		if (entry->wake == socket_wake_waiter)
			return true;
	return false;
}

static bool socket_async_due(struct file *file, int code)
{
	struct socket *socket = socket_of(file);

	switch (code) {
	case POLL_OUT:
		return READ_ONCE(socket->no_space) &&
		       __atomic_exchange_n(&socket->no_space, false, __ATOMIC_SEQ_CST);
	case POLL_IN:
	case POLL_HUP:
		return !is_awaited(socket);
	default:
		return true;
	}
}

static long set_owner(struct file *file, unsigned long arg)
{
	uint32_t owner;

	if (hal_get_user32(&owner, hal_user_ptr(const void, arg)))
		return -EFAULT;
	return file_owner_fcntl(file, F_SETOWN, owner);
}

static long socket_ioctl(struct file *file, unsigned int command, unsigned long arg)
{
	struct socket *socket = socket_of(file);

	switch (command) {
	case FIOSETOWN:
	case SIOCSPGRP:
		return set_owner(file, arg);
	case FIOGETOWN:
	case SIOCGPGRP:
		return hal_put_user32(hal_user_ptr(void, arg),
				      (uint32_t)file_owner_fcntl(file, F_GETOWN, 0));
	default:
		return socket->ops->ioctl ? socket->ops->ioctl(socket, command, arg) : -ENOTTY;
	}
}

static void socket_release(struct file *file)
{
	struct socket *socket = socket_of(file);

	socket->ops->release(socket);
}

static void socket_show_fdinfo(struct file *file, void (*print)(void *ctx, const char *format, ...),
			       void *ctx)
{
	struct socket *socket = socket_of(file);

	if (socket->ops->show_fdinfo)
		socket->ops->show_fdinfo(socket, print, ctx);
}

static const struct file_ops socket_file_ops = {
	.read = socket_read,
	.write = socket_write,
	.poll = socket_poll,
	.async = socket_async,
	.async_due = socket_async_due,
	.ioctl = socket_ioctl,
	.release = socket_release,
	.show_fdinfo = socket_show_fdinfo,
};

struct socket *socket_of_file(const struct file *file)
{
	return file->ops == &socket_file_ops ? socket_of(file) : NULL;
}

umode_t socket_mode(const struct socket *socket)
{
	return socket->file ? READ_ONCE(socket->file->inode->mode) : S_IFSOCK | S_IRWXUGO;
}

int socket_get(int number, struct fd *fd, struct socket **socket)
{
	*fd = fd_get(number);
	if (unlikely(!fd->file))
		return -EBADF;
	*socket = socket_of_file(fd->file);
	if (likely(*socket != NULL))
		return 0;
	fd_put(*fd);
	return -ENOTSOCK;
}

/* ---- sockfs ---- */

/* An attribute that can be read: the name of the protocol. inode->private are the socket's operations. */
#define PROTOCOL_ATTRIBUTE "system.sockprotoname"

static int give_text(const char *text, void *to, size_t size)
{
	size_t n = strlen(text) + 1;

	if (size && size < n)
		return -ERANGE;
	if (size)
		memcpy(to, text, n);
	return (int)n;
}

static int sockfs_getxattr(struct inode *inode, const char *name, void *value, size_t size)
{
	const struct socket_ops *ops = inode->private;

	return strcmp(name, PROTOCOL_ATTRIBUTE) ? -EOPNOTSUPP
						: give_text(ops->protocol, value, size);
}

static int sockfs_listxattr(struct inode *inode, char *list, size_t size)
{
	(void)inode;
	return give_text(PROTOCOL_ATTRIBUTE, list, size);
}

static const struct inode_ops sockfs_inode_ops = {.getxattr = sockfs_getxattr,
						  .listxattr = sockfs_listxattr};

static int make_file(struct socket *socket, unsigned int flags, struct file **file)
{
	struct super *super = sockfs_mount->super;
	struct inode *inode = inode_new(super, S_IFSOCK | S_IRWXUGO);
	struct path path = {.mount = sockfs_mount};
	int error;

	if (!inode)
		return -ENOMEM;
	inode->ops = &sockfs_inode_ops;
	inode->private = (void *)(uintptr_t)socket->ops; /* only read */
	socket->ino = inode->ino;
	path.dentry = dentry_numbered(super, "socket", inode);
	if (!path.dentry)
		return -ENOMEM;
	error = file_for_path(
		&path, &socket_file_ops, socket, O_RDWR | (flags & O_NONBLOCK),
		FILE_READ | FILE_WRITE | FILE_STREAM | FILE_NOWAIT | socket->ops->file_mode, file);
	dentry_put(path.dentry);
	return error;
}

int socket_file(struct socket *socket, unsigned int flags, struct file **file)
{
	int error = make_file(socket, flags, file);

	if (error) {
		socket->ops->release(socket);
		return error;
	}
	store_release(&socket->file, *file);
	return 0;
}

static const struct super_ops sockfs_super_ops = {.evict = NULL};

static int sockfs_make(const struct fs_type *type, const char *source, const char *options,
		       struct super **out)
{
	struct super *super = super_new(type, &sockfs_super_ops);
	struct inode *root;

	(void)source, (void)options;
	if (!super)
		return -ENOMEM;
	super->magic = SOCKFS_MAGIC;
	root = inode_new(super, S_IFDIR | 0500);
	if (!root)
		goto no_memory;
	root->ops = &sockfs_inode_ops;
	super->root = dentry_root(super, root);
	if (!super->root)
		goto no_memory;
	*out = super;
	return 0;
no_memory:
	super_kill(super);
	return -ENOMEM;
}

static const struct fs_type sockfs_type = {.name = "sockfs",
					   .flags =
						   FS_KERNEL | FS_NODEV | FS_COMPLETE | FS_NO_ATIME,
					   .mount = sockfs_make};

static int sockfs_init(void)
{
	return vfs_kernel_mount(&sockfs_type, &sockfs_mount);
}
INIT_CORE(sockfs_init);
