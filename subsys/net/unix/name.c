// SPDX-License-Identifier: MIT
/*
 * Names of local sockets. A path names an inode, whose `socket` field leads to the bound socket; an
 * abstract name is found by hash, apart for each type of socket. Both under names_lock.
 */
#include "internal.h"

#include <core/printk.h>
#include <core/random.h>

#define BUCKETS	  256u
#define AUTO_NAME 6u /* NUL and five hexadecimal digits */

struct spinlock names_lock = SPINLOCK_INIT("socket names");
struct list unix_all = LIST_INIT(unix_all);
static struct hlist buckets[BUCKETS]; /* [names_lock] */

static uint32_t hash_name(const char *bytes, unsigned int length, unsigned int type)
{
	uint32_t hash = 2166136261u ^ type;

	for (unsigned int i = 0; i < length; i++)
		hash = (hash ^ (uint8_t)bytes[i]) * 16777619u;
	return hash ^ hash >> 16;
}

int unix_check_name(const union socket_address *address, unsigned int length)
{
	if (length <= FAMILY_SIZE || length > FAMILY_SIZE + UNIX_NAME_MAX ||
	    address->family != AF_UNIX)
		return -EINVAL;
	return 0;
}

static struct unix_address *address_new(const char *bytes, unsigned int length, unsigned int type)
{
	struct unix_address *address = kmalloc(sizeof(*address) + length, GFP_KERNEL);

	if (!address)
		return NULL;
	refcount_set(&address->refs, 1);
	address->length = length;
	address->hash = hash_name(bytes, length, type);
	memcpy(address->bytes, bytes, length);
	return address;
}

/* names_lock held. */
static struct unix_socket *find_abstract(const struct unix_address *wanted, unsigned int type)
{
	struct unix_socket *u;

	hlist_for_each_entry (u, &buckets[wanted->hash % BUCKETS], hash) {
		if (u->base.type == type && u->address->hash == wanted->hash &&
		    u->address->length == wanted->length &&
		    !memcmp(u->address->bytes, wanted->bytes, wanted->length))
			return u;
	}
	return NULL;
}

/* ---- binding ---- */

/* u->naming held. Consumes address in every case. */
static int bind_abstract(struct unix_socket *u, struct unix_address *address)
{
	bool taken;

	if (u->address) {
		kfree(address);
		return -EINVAL;
	}
	spin_lock(&names_lock);
	taken = find_abstract(address, u->base.type) != NULL;
	if (!taken) {
		store_release(&u->address, address);
		hlist_add(&u->hash, &buckets[address->hash % BUCKETS]);
	}
	spin_unlock(&names_lock);
	if (taken)
		kfree(address);
	return taken ? -EADDRINUSE : 0;
}

/* The same for a path, which is made: why that cannot be comes before the name that u has. */
static int bind_path(struct unix_socket *u, struct unix_address *address)
{
	struct path path;
	int error = vfs_mknod_path(address->bytes, socket_mode(&u->base), &path);

	if (!error && u->address) {
		(void)vfs_unlink_made(address->bytes, &path); /* or it has another name by now */
		path_put(&path);
		error = -EINVAL;
	}
	if (error) {
		kfree(address);
		return error == -EEXIST ? -EADDRINUSE : error;
	}
	u->path = path;
	spin_lock(&names_lock);
	store_release(&u->address, address);
	u->path.dentry->inode->socket = u;
	spin_unlock(&names_lock);
	return 0;
}

static int autobind_locked(struct unix_socket *u)
{
	uint32_t first = (uint32_t)random_u64();

	for (uint32_t i = 0; i <= 0xfffff; i++) {
		struct unix_address *address;
		char name[AUTO_NAME + 1];
		int error;

		(void)snprintf(name + 1, AUTO_NAME, "%05x", (first + i) & 0xfffff);
		name[0] = '\0';
		address = address_new(name, AUTO_NAME, u->base.type);
		if (!address)
			return -ENOMEM;
		error = bind_abstract(u, address);
		if (error != -EADDRINUSE)
			return error;
		resched_point();
	}
	return -ENOSPC;
}

int unix_autobind(struct unix_socket *u)
{
	int error = 0;

	if (load_acquire(&u->address))
		return 0;
	mutex_lock(&u->naming);
	if (!u->address)
		error = autobind_locked(u);
	mutex_unlock(&u->naming);
	return error;
}

/* The part of a sockaddr_un that is the name: a path ends at its NUL, which is made part of it. */
static unsigned int name_length(union socket_address *address, unsigned int length)
{
	const char *name = address->bytes + FAMILY_SIZE;

	if (!*name)
		return length - FAMILY_SIZE;
	address->bytes[length] = '\0';
	return (unsigned int)strlen(name) + 1;
}

int unix_bind(struct socket *socket, union socket_address *address, unsigned int length)
{
	struct unix_socket *u = unix_of(socket);
	struct unix_address *name;
	int error;

	if (length == FAMILY_SIZE && address->family == AF_UNIX)
		return unix_autobind(u);
	error = unix_check_name(address, length);
	if (error)
		return error;
	name = address_new(address->bytes + FAMILY_SIZE, name_length(address, length),
			   u->base.type);
	if (!name)
		return -ENOMEM;
	mutex_lock(&u->naming);
	error = name->bytes[0] ? bind_path(u, name) : bind_abstract(u, name);
	mutex_unlock(&u->naming);
	return error;
}

void unix_unbind(struct unix_socket *u)
{
	spin_lock(&names_lock);
	list_del_init(&u->all);
	hlist_del(&u->hash);
	if (u->path.mount && u->path.dentry->inode->socket == u)
		u->path.dentry->inode->socket = NULL;
	spin_unlock(&names_lock);
}

/* ---- finding ---- */

static int find_by_path(struct unix_socket *u, const char *name, struct unix_socket **found)
{
	struct unix_socket *other = NULL;
	struct inode *inode;
	struct path path;
	int error = path_lookup(AT_FDCWD, name, LOOKUP_FOLLOW, &path);

	if (error)
		return error;
	inode = path.dentry->inode;
	error = inode_permission(inode, MAY_WRITE);
	if (error)
		goto out;
	error = -ECONNREFUSED;
	if (!S_ISSOCK(inode->mode))
		goto out;
	spin_lock(&names_lock);
	other = inode->socket;
	if (other && !refcount_get_unless_zero(&other->refs))
		other = NULL;
	spin_unlock(&names_lock);
	if (!other)
		goto out;
	error = other->base.type == u->base.type ? 0 : -EPROTOTYPE;
	if (error)
		unix_put(other);
	else
		*found = other;
out:
	path_put(&path);
	return error;
}

int unix_find(struct unix_socket *u, union socket_address *address, unsigned int length,
	      struct unix_socket **found)
{
	struct unix_address *name;
	struct unix_socket *other;
	int error = unix_check_name(address, length);

	if (error)
		return error;
	if (address->bytes[FAMILY_SIZE]) {
		(void)name_length(address, length); /* ends the string */
		return find_by_path(u, address->bytes + FAMILY_SIZE, found);
	}
	name = address_new(address->bytes + FAMILY_SIZE, length - FAMILY_SIZE, u->base.type);
	if (!name)
		return -ENOMEM;
	spin_lock(&names_lock);
	other = find_abstract(name, u->base.type);
	if (other && !refcount_get_unless_zero(&other->refs))
		other = NULL;
	spin_unlock(&names_lock);
	kfree(name);
	*found = other;
	return other ? 0 : -ECONNREFUSED;
}

/* ---- telling ---- */

static unsigned int fill(union socket_address *out, struct unix_socket *u)
{
	const struct unix_address *address = load_acquire(&u->address);

	out->family = AF_UNIX;
	if (!address)
		return FAMILY_SIZE;
	memcpy(out->bytes + FAMILY_SIZE, address->bytes, address->length);
	return FAMILY_SIZE + address->length;
}

int unix_name(struct socket *socket, bool peer, union socket_address *address, unsigned int *length)
{
	struct unix_socket *u = unix_of(socket), *of = peer ? unix_peer(u) : unix_get(u);

	if (!of)
		return -ENOTCONN;
	*length = fill(address, of);
	unix_put(of);
	return 0;
}

void unix_sender_name(struct unix_socket *sender, struct socket_message *message)
{
	if (!load_acquire(&sender->address))
		return;
	message->name_length = fill(message->name, sender);
}
