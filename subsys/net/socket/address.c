// SPDX-License-Identifier: MIT
/* Socket addresses from and to user memory. */
#include "internal.h"

int socket_address_from_user(union socket_address *address, unsigned long user, int length)
{
	if (length < 0 || (unsigned int)length > SOCKET_ADDRESS_MAX)
		return -EINVAL;
	address->family = AF_UNSPEC;
	return length ? copy_from_user(address, user, (size_t)length) : 0;
}

int socket_address_to_user(const union socket_address *address, unsigned int length,
			   unsigned long user, unsigned long user_length)
{
	uint32_t room;

	if (hal_get_user32(&room, hal_user_ptr(const void, user_length)))
		return -EFAULT;
	if ((int32_t)room < 0)
		return -EINVAL;
	room = MIN(room, length);
	if (room && copy_to_user(user, address, room))
		return -EFAULT;
	return hal_put_user32(hal_user_ptr(void, user_length), length);
}
