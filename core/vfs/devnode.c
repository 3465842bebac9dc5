// SPDX-License-Identifier: MIT
/* Nodes that drivers want in /dev: remembered until devfs is there, then given to it at once. */
#include "internal.h"

#define NODES_EARLY 64

struct devnode {
	const char *name;
	umode_t mode;
	dev_t rdev;
};

static struct devnode early[NODES_EARLY];
static unsigned int early_count;
static int (*add_hook)(const char *name, umode_t mode, dev_t rdev);
static struct mutex lock = MUTEX_INIT(lock, "device nodes");

int devfs_add(const char *name, umode_t mode, dev_t rdev)
{
	int error = 0;

	mutex_lock(&lock);
	if (add_hook)
		error = add_hook(name, mode, rdev);
	else if (early_count < NODES_EARLY)
		early[early_count++] = (struct devnode){name, mode, rdev};
	else
		error = -ENOSPC;
	mutex_unlock(&lock);
	return error;
}

int devfs_set_hook(int (*add)(const char *name, umode_t mode, dev_t rdev))
{
	int error = 0;

	mutex_lock(&lock);
	add_hook = add;
	for (unsigned int i = 0; i < early_count && !error; i++)
		error = add(early[i].name, early[i].mode, early[i].rdev);
	early_count = 0;
	mutex_unlock(&lock);
	return error;
}
