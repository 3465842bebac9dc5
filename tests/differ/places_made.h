// SPDX-License-Identifier: MIT
// The kinds of places that a path can lead to, and how all of them are made in a seed's folder.

#ifndef PLACES_MADE_H
#define PLACES_MADE_H

#include "differ.h"

#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

struct place {
	const char *path;
	bool shared; // by all seeds: nothing is done to it
};

static void place_file(const char *name, mode_t mode, uid_t owner, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	(void)!write(fd, text, strlen(text));
	(void)!fchown(fd, owner, owner);
	(void)!fchmod(fd, mode);
	close(fd);
}

static void place_folder(const char *name, mode_t mode, uid_t owner)
{
	mkdir(name, 0700);
	(void)!chown(name, owner, owner);
	(void)!chmod(name, mode);
}

// Who is bound to it may have ended.
static void place_socket(const char *name, bool ends)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(address.sun_path, name);
	(void)!bind(fd, (struct sockaddr *)&address, sizeof(address));
	(void)!listen(fd, 1);
	(void)!chmod(name, 0666);
	if (ends)
		close(fd);
}

static const struct place places[] = {
	{"file", false},
	{"mine", false},
	{"secret", false},
	{"readonly", false},
	{"nothere", false},
	{"nothere/x", false},
	{"nothere/", false},
	{"", false},
	{".", false},
	{"./", false},
	{"..", true},
	{"d", false},
	{"d/", false},
	{"d/.", false},
	{"d/..", false},
	{"d/new", false},
	{"d/new/", false},
	{"full", false},
	{"full/x", false},
	{"locked", false},
	{"locked/x", false},
	{"locked/new", false},
	{"unlisted", false},
	{"unlisted/x", false},
	{"unlisted/new", false},
	{"sticky/theirs", false},
	{"sticky/mine", false},
	{"sticky/new", false},
	{"group/new", false},
	{"file/", false},
	{"file/.", false},
	{"file/x", false},
	{"tofile", false},
	{"tofile/", false},
	{"todir", false},
	{"todir/", false},
	{"todir/x", false},
	{"dangling", false},
	{"dangling/", false},
	{"dangling/x", false},
	{"loop", false},
	{"loop/x", false},
	{"chain", false},
	{"absolute", false},
	{"toproc", false},
	{"fifo", false},
	{"socket", false},
	{"dead", false},
	{"null", false},
	{"nodev", false},
	{"block", false},
	{"program", false},
	{"script", false},
	{"badscript", false},
	{"longscript", false},
	{"dirscript", false},
	{"setid", false},
	{"garbage", false},
	{"nothing", false},
	{"m", false},
	{"m/file", false},
	{"m/new", false},
	{"m/..", false},
	{"ro", false},
	{"ro/file", false},
	{"ro/new", false},
	{"ro/null", false},
	{"noexec/program", false},
	{"nodevs/null", false},
	{"/proc/self/fd/900", false},
	{"/proc/self/fd/901", false},
	{"/proc/self/fd/902", false},
	{"/proc/self/fd/903", false},
	{"/proc/self/fd/904", false},
	{"/proc/self/fd/899", false},
	{"/proc/self/fd/903/x", false},
	{"/proc/self/cwd", false},
	{"/proc/self/exe", true},
	{"/proc/self/stat", false},
	{"/proc/self", true},
	{"/proc/999999", false},
	{"/proc/new", false},
	{"/sys/new", false},
	{"/dev/null", true},
	{"/dev/tty", true},
	{"/dev/pts/new", false},
	{"/", true},
};

static void places_make(void)
{
	static char longline[400];
	int both[2];

	(void)!chmod(".", 0777);
	place_file("file", 0666, 0, "some text\n");
	place_file("mine", 0600, 1000, "some text\n");
	place_file("secret", 0000, 0, "some text\n");
	place_file("readonly", 0444, 0, "some text\n");
	place_folder("d", 0777, 0);
	place_folder("full", 0755, 1000);
	place_file("full/x", 0644, 0, "");
	place_folder("locked", 0600, 1000);
	place_file("locked/x", 0644, 0, "");
	place_folder("unlisted", 0333, 0);
	place_file("unlisted/x", 0644, 0, "");
	place_folder("sticky", 01777, 0);
	place_file("sticky/theirs", 0666, 2000, "a");
	place_file("sticky/mine", 0666, 1000, "a");
	place_folder("group", 02777, 0);
	(void)!chown("group", 0, 3000);
	(void)!chmod("group", 02777);
	(void)!symlink("file", "tofile");
	(void)!symlink("d", "todir");
	(void)!symlink("nowhere", "dangling");
	(void)!symlink("loop", "loop");
	(void)!symlink("tofile", "chain");
	(void)!symlink("/tmp/differ/file", "absolute");
	(void)!symlink("/proc/self/fd/903", "toproc");
	mkfifo("fifo", 0666);
	(void)!chmod("fifo", 0666);
	place_socket("socket", false);
	place_socket("dead", true);
	mknod("null", S_IFCHR | 0666, makedev(1, 3));
	(void)!chmod("null", 0666);
	mknod("nodev", S_IFCHR | 0666, makedev(200, 3));
	(void)!chmod("nodev", 0666);
	mknod("block", S_IFBLK | 0666, makedev(200, 3));
	(void)!chmod("block", 0666);
	place_file("program", 0755, 0, "#!/bin/busybox true\n");
	place_file("script", 0755, 0, "#!/bin/busybox false\n");
	place_file("badscript", 0755, 0, "#!/nothere\n");
	memset(longline, 'x', sizeof(longline) - 1);
	memcpy(longline, "#!", 2);
	place_file("longscript", 0755, 0, longline);
	place_file("dirscript", 0755, 0, "#!/tmp\n");
	place_file("setid", 06777, 2000, "#!/bin/busybox true\n");
	place_file("garbage", 0755, 0, "\1\2\3\4garbage");
	place_file("nothing", 0755, 0, "");
	place_folder("m", 0755, 0);
	place_folder("ro", 0777, 0);
	place_folder("noexec", 0777, 0);
	place_folder("nodevs", 0777, 0);
	mount("none", "m", "tmpfs", 0, "mode=0777");
	place_file("m/file", 0666, 0, "text");
	place_file("ro/file", 0666, 0, "text");
	mknod("ro/null", S_IFCHR | 0666, makedev(1, 3));
	mount("ro", "ro", NULL, MS_BIND, NULL);
	mount(NULL, "ro", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL);
	place_file("noexec/program", 0755, 0, "#!/bin/busybox true\n");
	mount("noexec", "noexec", NULL, MS_BIND, NULL);
	mount(NULL, "noexec", NULL, MS_REMOUNT | MS_BIND | MS_NOEXEC, NULL);
	mknod("nodevs/null", S_IFCHR | 0666, makedev(1, 3));
	mount("nodevs", "nodevs", NULL, MS_BIND, NULL);
	mount(NULL, "nodevs", NULL, MS_REMOUNT | MS_BIND | MS_NODEV, NULL);
	place_file("gone", 0666, 0, "text");
	dup2(open("gone", O_RDWR), 900);
	unlink("gone");
	(void)!pipe(both);
	dup2(both[0], 901);
	dup2(socket(AF_UNIX, SOCK_STREAM, 0), 902);
	dup2(open("d", O_PATH), 903);
	dup2(open("file", O_RDONLY), 904);
}

#endif
