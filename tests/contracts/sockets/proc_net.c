// SPDX-License-Identifier: MIT
// Covers: SOCK-04. /proc/net/unix: a line for each socket with its kind, state, inode number and
// name.
#include "helpers.h"

// Fields of the line whose name is this; false: there is none.
static bool find_line(const char *name, unsigned *refs, unsigned *flags, unsigned *type,
		      unsigned *state, unsigned long *ino)
{
	char *line = strdup(get_file("/proc/net/unix")), *next;
	bool found = false;

	for (; line && !found; line = next) {
		char path[128] = "";
		unsigned protocol;

		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		found = sscanf(line, "%*x: %x %x %x %x %x %lu %127s", refs, &protocol, flags, type,
			       state, ino, path) >= 6 &&
			!strcmp(path, name);
	}
	return found;
}

CONTRACT
{
	unsigned refs, flags, type, state;
	unsigned long ino;
	struct sockaddr_un name;
	socklen_t length;
	struct stat st;
	int l, d;

	CHECK_EQ(strncmp(get_file("/proc/net/unix"),
			 "Num       RefCount Protocol Flags    Type St Inode Path\n", 56),
		 0);
	l = bound(SOCK_STREAM, "/tmp/proc_net_socket");
	CHECK(find_line("/tmp/proc_net_socket", &refs, &flags, &type, &state, &ino));
	CHECK_EQ(refs, 2);
	CHECK_EQ(flags, 0);
	CHECK_EQ(type, 1);
	CHECK_EQ(state, 1);
	MUST(fstat(l, &st));
	CHECK_EQ(ino, st.st_ino);
	MUST(listen(l, 1));
	CHECK(find_line("/tmp/proc_net_socket", &refs, &flags, &type, &state, &ino));
	CHECK_EQ(flags, 0x10000);
	d = (int)MUST(socket(AF_UNIX, SOCK_DGRAM, 0));
	length = abstract_name(&name, "proc_net");
	MUST(bind(d, (struct sockaddr *)&name, length));
	CHECK(find_line("@proc_net", &refs, &flags, &type, &state, &ino));
	CHECK_EQ(type, 2);
	close(l);
	MUST(unlink("/tmp/proc_net_socket"));
	CHECK(!find_line("/tmp/proc_net_socket", &refs, &flags, &type, &state, &ino));
	close(d);
	CHECK(!find_line("@proc_net", &refs, &flags, &type, &state, &ino));
}
