// SPDX-License-Identifier: MIT
/* Character devices by number, and the hook by which drivers get their nodes in /dev whether or not
 * devfs is there yet. */
#include "internal.h"

#define CHRDEV_MAX 64

struct chrdev {
	unsigned int major, minor, count;
	const char *name;
	const struct file_ops *ops;
};

static struct chrdev table[CHRDEV_MAX]; /* entries never change once table_count covers them */
static unsigned int table_count;
static struct spinlock table_lock = SPINLOCK_INIT("character devices");

int chrdev_register(unsigned int major, unsigned int minor, unsigned int count, const char *name,
		    const struct file_ops *ops)
{
	int error = 0;

	spin_lock(&table_lock);
	for (unsigned int i = 0; i < table_count; i++) {
		const struct chrdev *other = &table[i];

		if (other->major == major && minor < other->minor + other->count &&
		    other->minor < minor + count)
			error = -EBUSY;
	}
	if (!error && table_count == CHRDEV_MAX)
		error = -ENOSPC;
	if (!error) {
		table[table_count] = (struct chrdev){major, minor, count, name, ops};
		store_release(&table_count, table_count + 1);
	}
	spin_unlock(&table_lock);
	return error;
}

const struct file_ops *chrdev_find(dev_t rdev)
{
	unsigned int major = MAJOR(rdev), minor = MINOR(rdev), n = load_acquire(&table_count);

	for (unsigned int i = 0; i < n; i++) {
		if (table[i].major == major && minor - table[i].minor < table[i].count)
			return table[i].ops;
	}
	return NULL;
}

bool chrdev_info(unsigned int index, unsigned int *major, const char **name)
{
	if (index >= load_acquire(&table_count))
		return false;
	*major = table[index].major;
	*name = table[index].name;
	return true;
}
