// SPDX-License-Identifier: MIT
// The addresses that the calls on local sockets get and where they put theirs.

#ifndef SOCKET_NAMES_H
#define SOCKET_NAMES_H

#include "differ.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

// An address to give to a call.
struct named {
	void *address;
	int length;
	const char *text; // what is printed for it
};

static struct named no_name = {NULL, 0, "none"};

// Abstract names hold it: another seed's may still be taken.
static char names_tag[9];

static void names_begin(void)
{
	snprintf(names_tag, sizeof(names_tag), "%08x", (unsigned int)random_next());
}

static const char *a_path_name(void)
{
	static const char *const paths[] = {"s", "g", "q", "s", "g", "q",   "a",      "b",   "c",
					    "a", "b", "l", "f", "d", "d/a", "none/a", "f/a", "./a"};

	return PICK(paths);
}

// A path of so many bytes, without an end.
static void long_path(char *to, size_t length)
{
	memset(to, 'n', length);
	for (size_t i = 0; i + 1 < length; i += 2)
		memcpy(to + i, "./", 2);
	to[length - 1] = 'a';
}

// Its own length mostly; any other now and then.
static int a_name_length(int proper)
{
	if (random_below(8))
		return proper;
	return (int)ONE_OF(0, 1, 2, 3, 4, 10, 109, 110, 111, 127, 128, 129, -1, 0x7fffffff);
}

static struct named *a_socket_name(void)
{
	static struct {
		struct sockaddr_un name;
		char rest[64];
	} room;
	static char text[40];
	static struct named made;
	char *path = room.name.sun_path;
	const int before = offsetof(struct sockaddr_un, sun_path);
	int proper;

	memset(&room, 0, sizeof(room));
	room.name.sun_family = AF_UNIX;
	made = (struct named){&room, 0, text};
	switch (random_below(16)) {
	case 0:
	case 1:
	case 2: { // abstract
		int letter = 'a' + (int)random_below(3);

		snprintf(path + 1, 20, "%s%c", names_tag, letter);
		snprintf(text, sizeof(text), "@%c", letter);
		proper = before + 10;
		break;
	}
	case 3: // names of odd lengths
		proper = before + (int)ONE_OF(108, 107, 1, 106, 109);
		long_path(path, (size_t)(proper - before));
		snprintf(text, sizeof(text), "long");
		break;
	case 4:
		proper = before + (int)ONE_OF(1, 108, 2, 30);
		memcpy(path + 1, names_tag, 8);
		snprintf(text, sizeof(text), "@%d", proper);
		break;
	case 5:
		proper = (int)ONE_OF(2, 2, 16, 110, 0);
		room.name.sun_family = (sa_family_t)ONE_OF(AF_UNIX, AF_UNSPEC, AF_UNSPEC, 2, 100);
		snprintf(text, sizeof(text), "family %d", room.name.sun_family);
		break;
	case 6:
		if (!random_below(4)) {
			made.address = random_below(2) ? NULL : (void *)8;
			proper = (int)ONE_OF(0, 2, 10, 110);
			snprintf(text, sizeof(text), "bad %d", made.address != NULL);
			break;
		}
		// fall through
	default: {
		const char *chosen = a_path_name();

		strcpy(path, chosen);
		snprintf(text, sizeof(text), "%s", chosen);
		proper = before +
			 (random_below(3) ? (int)strlen(chosen) + (int)random_below(2) : 108);
	}
	}
	made.length = a_name_length(proper);
	return &made;
}

// ---- where calls store addresses ----

struct name_place {
	void *address;
	socklen_t *length;
	char text[40];
};

static struct name_place no_name_place = {NULL, NULL, "none"};
static struct {
	char bytes[160];
	socklen_t length;
} name_placed;

static struct name_place *a_name_place(void)
{
	static struct name_place place;
	bool no_address = !random_below(12), bad_address = !random_below(12),
	     no_length = !random_below(12);

	memset(&name_placed, 0x55, sizeof(name_placed));
	name_placed.length =
		(socklen_t)(random_below(2) ? ONE_OF(110, 128)
					    : ONE_OF(0, 1, 2, 3, 4, 12, 109, -1, 1000));
	place.address = no_address ? NULL : bad_address ? (void *)8 : name_placed.bytes;
	place.length = no_length ? (socklen_t *)ONE_OF(0, 8) : &name_placed.length;
	snprintf(place.text, sizeof(place.text), "%s, %s %d",
		 no_address    ? "0"
		 : bad_address ? "8"
			       : "at",
		 no_length ? "no" : "room", (int)name_placed.length);
	return &place;
}

// The bytes of an address in print, without what is random in it.
static void show_address(const char *bytes, int length)
{
	const int before = offsetof(struct sockaddr_un, sun_path);
	sa_family_t family;

	if (length < before)
		return;
	memcpy(&family, bytes, sizeof(family));
	note(" family %d", family);
	if (length == before + 6 && !bytes[before]) { // chosen by the kernel
		note(" @auto");
		return;
	}
	note(" ");
	for (int i = before; i < length && i < before + 108; i++) {
		if (length - i >= 8 && !memcmp(bytes + i, names_tag, 8)) {
			note("*");
			i += 7;
		} else if (bytes[i] == 0x55) {
			note("_");
			break;
		} else if (!bytes[i]) {
			note("@");
		} else {
			note("%c", bytes[i]);
		}
	}
}

// What is in it now, also if the call failed.
static void show_name_place(const struct name_place *place)
{
	if (place == &no_name_place)
		return;
	note(" [%d]", (int)name_placed.length);
	if (place->address == name_placed.bytes && name_placed.length > 0 &&
	    name_placed.length < 160 && (unsigned char)name_placed.bytes[0] != 0x55)
		show_address(name_placed.bytes, (int)name_placed.length);
}

#endif
