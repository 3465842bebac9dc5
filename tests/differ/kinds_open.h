// SPDX-License-Identifier: MIT
// The kinds of descriptors, and how one of each is had.

#ifndef KINDS_OPEN_H
#define KINDS_OPEN_H

#include "differ.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>

struct kind {
	const char *name;
	int (*open)(void); // a descriptor, or -1 and errno
	bool late;	   // a terminal: Linux hands its data on a little later
	bool attributes;   // it keeps any on Linux, and none here
	bool any_nlink;	   // its links, and places in it, are as many as there are other things
};

#define OPENS(function, name, flags)          \
	static int function(void)             \
	{                                     \
		return open((name), (flags)); \
	}

OPENS(a_file, "f", O_RDWR)
OPENS(a_file_to_read, "f", O_RDONLY)
OPENS(a_file_to_append, "f", O_WRONLY | O_APPEND)
OPENS(a_folder, "d", O_RDONLY | O_DIRECTORY)
OPENS(a_path, "f", O_PATH)
OPENS(a_folder_path, "d", O_PATH)
OPENS(a_link_path, "l", O_PATH | O_NOFOLLOW)
OPENS(a_fifo, "p", O_RDWR)
OPENS(a_null, "/dev/null", O_RDWR)
OPENS(a_zero, "/dev/zero", O_RDWR)
OPENS(a_full, "/dev/full", O_RDWR)
OPENS(a_random, "/dev/random", O_RDWR)
OPENS(a_urandom, "/dev/urandom", O_RDWR)

static int a_file_no_name(void)
{
	return open(".", O_TMPFILE | O_RDWR, 0600);
}

// One end of a pipe with eight bytes in it; the other may be gone.
static int a_pipe_end(int end, bool alone)
{
	int both[2];

	if (pipe(both) < 0)
		return -1;
	(void)!write(both[1], "abcdefgh", 8);
	if (alone)
		close(both[!end]);
	return both[end];
}

static int a_pipe(void)
{
	return a_pipe_end(0, false);
}

static int a_pipe_to_write(void)
{
	return a_pipe_end(1, false);
}

static int a_pipe_hung_up(void)
{
	return a_pipe_end(0, true);
}

static int a_pipe_broken(void)
{
	return a_pipe_end(1, true);
}

static int a_pair(int type, bool alone)
{
	int both[2];

	if (socketpair(AF_UNIX, type, 0, both) < 0)
		return -1;
	(void)!write(both[1], "abcdefgh", 8);
	if (alone)
		close(both[1]);
	return both[0];
}

static int a_stream(void)
{
	return a_pair(SOCK_STREAM, false);
}

static int a_stream_alone(void)
{
	return a_pair(SOCK_STREAM, true);
}

static int a_dgram(void)
{
	return a_pair(SOCK_DGRAM, false);
}

static int a_seqpacket_alone(void)
{
	return a_pair(SOCK_SEQPACKET, true);
}

static int a_listener(void)
{
	struct sockaddr_un address = {AF_UNIX, "listener"};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)!bind(fd, (struct sockaddr *)&address, sizeof(address));
	return listen(fd, 3) < 0 ? -1 : fd;
}

static int a_new_stream(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

static int a_new_dgram(void)
{
	return socket(AF_UNIX, SOCK_DGRAM, 0);
}

static int an_eventfd(void)
{
	return eventfd(3, 0);
}

static int an_eventfd_semaphore(void)
{
	return eventfd(3, EFD_SEMAPHORE | EFD_NONBLOCK);
}

static int a_timerfd(void)
{
	return timerfd_create(CLOCK_MONOTONIC, 0);
}

static int a_timerfd_due(void)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);

	timerfd_settime(fd, TFD_TIMER_ABSTIME, &(struct itimerspec){.it_value = {0, 1}}, NULL);
	poll(&(struct pollfd){fd, POLLIN, 0}, 1, 5000);
	return fd;
}

static int a_signalfd(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	return signalfd(-1, &set, 0);
}

static int an_epoll(void)
{
	return epoll_create1(0);
}

static int an_epoll_ready(void)
{
	int fd = epoll_create1(0);

	epoll_ctl(fd, EPOLL_CTL_ADD, an_eventfd(), &(struct epoll_event){EPOLLIN});
	return fd;
}

static int an_inotify(void)
{
	return inotify_init1(0);
}

static int an_inotify_event(void)
{
	int fd = inotify_init1(IN_NONBLOCK);

	inotify_add_watch(fd, "f", IN_OPEN);
	close(open("f", O_RDONLY));
	return fd;
}

static int a_pidfd(void)
{
	return (int)syscall(SYS_pidfd_open, getpid(), 0);
}

// Of a child that has ended and was waited for.
static int a_pidfd_gone(void)
{
	pid_t child = fork();
	int fd;

	if (child == 0)
		_exit(0);
	fd = (int)syscall(SYS_pidfd_open, child, 0);
	waitpid(child, NULL, 0);
	return fd;
}

static int a_memfd(void)
{
	int fd = memfd_create("m", MFD_ALLOW_SEALING);

	(void)!ftruncate(fd, 100);
	return fd;
}

static int a_memfd_sealed(void)
{
	int fd = a_memfd();

	fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK);
	return fd;
}

// A terminal's two ends: the one that is asked for, the other in *other.
static int a_terminal_end(bool master, int *other)
{
	int m = posix_openpt(O_RDWR | O_NOCTTY), s;

	unlockpt(m);
	s = open(ptsname(m), O_RDWR | O_NOCTTY);
	*other = master ? s : m;
	return master ? m : s;
}

static int a_terminal(void)
{
	int other;

	return a_terminal_end(false, &other);
}

static int a_master(void)
{
	int other;

	return a_terminal_end(true, &other);
}

static int a_terminal_hung_up(void)
{
	int other, fd = a_terminal_end(false, &other);

	close(other);
	return fd;
}

static int a_master_alone(void)
{
	int other, fd = a_terminal_end(true, &other);

	close(other);
	return fd;
}

OPENS(a_proc_stat, "/proc/self/stat", O_RDONLY)
OPENS(a_proc_comm, "/proc/self/comm", O_RDWR)
OPENS(a_proc_cmdline, "/proc/self/cmdline", O_RDONLY)
OPENS(a_proc_oom, "/proc/self/oom_score_adj", O_RDONLY)
OPENS(a_proc_maps, "/proc/self/maps", O_RDONLY)
OPENS(a_proc_mem, "/proc/self/mem", O_RDONLY)
OPENS(a_proc_filesystems, "/proc/filesystems", O_RDONLY)
OPENS(a_proc_ostype, "/proc/sys/kernel/ostype", O_RDONLY)
OPENS(a_proc_folder, "/proc/self", O_RDONLY)
OPENS(a_proc_fds, "/proc/self/fd", O_RDONLY)
OPENS(a_proc_tasks, "/proc/self/task", O_RDONLY)
OPENS(a_proc_root, "/proc", O_RDONLY)
OPENS(a_proc_sys, "/proc/sys/kernel", O_RDONLY)
OPENS(a_proc_link, "/proc/self/exe", O_PATH | O_NOFOLLOW)
OPENS(a_sys_folder, "/sys/kernel", O_RDONLY)
OPENS(a_sys_file, "/sys/kernel/mm/transparent_hugepage/enabled", O_RDONLY)
OPENS(a_dev_folder, "/dev", O_RDONLY)
OPENS(a_pts_folder, "/dev/pts", O_RDONLY)

// A mount that is nowhere, a context for one.
static int a_mount(void)
{
	return (int)syscall(428, AT_FDCWD, ".", 1);
}

static int a_fs_context(void)
{
	return (int)syscall(430, "tmpfs", 0);
}

static const struct kind kinds[] = {
	{"file", a_file},
	{"file to read", a_file_to_read},
	{"file to append", a_file_to_append},
	{"file without a name", a_file_no_name},
	{"folder", a_folder},
	{"path", a_path},
	{"folder's path", a_folder_path},
	{"link's path", a_link_path},
	{"pipe", a_pipe},
	{"pipe to write", a_pipe_to_write},
	{"pipe hung up", a_pipe_hung_up},
	{"pipe broken", a_pipe_broken},
	{"fifo", a_fifo},
	{"stream", a_stream},
	{"stream alone", a_stream_alone},
	{"dgram", a_dgram},
	{"seqpacket alone", a_seqpacket_alone},
	{"listener", a_listener},
	{"new stream", a_new_stream},
	{"new dgram", a_new_dgram},
	{"eventfd", an_eventfd},
	{"semaphore", an_eventfd_semaphore},
	{"timerfd", a_timerfd},
	{"timerfd due", a_timerfd_due},
	{"signalfd", a_signalfd},
	{"epoll", an_epoll},
	{"epoll ready", an_epoll_ready},
	{"inotify", an_inotify},
	{"inotify event", an_inotify_event},
	{"pidfd", a_pidfd},
	{"pidfd gone", a_pidfd_gone},
	{"memfd", a_memfd},
	{"memfd sealed", a_memfd_sealed},
	{"null", a_null},
	{"zero", a_zero},
	{"full", a_full},
	{"random", a_random},
	{"urandom", a_urandom},
	{"terminal", a_terminal, .late = true},
	{"master", a_master, .late = true},
	{"terminal hung up", a_terminal_hung_up, .late = true},
	{"master alone", a_master_alone, .late = true},
	{"proc stat", a_proc_stat},
	{"proc comm", a_proc_comm},
	{"proc cmdline", a_proc_cmdline},
	{"proc oom_score_adj", a_proc_oom},
	{"proc maps", a_proc_maps},
	{"proc mem", a_proc_mem},
	{"proc filesystems", a_proc_filesystems},
	{"proc ostype", a_proc_ostype},
	{"proc folder", a_proc_folder, .any_nlink = true},
	{"proc fds", a_proc_fds, .any_nlink = true},
	{"proc tasks", a_proc_tasks},
	{"proc root", a_proc_root, .any_nlink = true},
	{"proc sys", a_proc_sys, .any_nlink = true},
	{"proc link", a_proc_link},
	{"sys folder", a_sys_folder, .any_nlink = true, .attributes = true},
	{"sys file", a_sys_file, .attributes = true},
	{"dev folder", a_dev_folder, .any_nlink = true},
	{"pts folder", a_pts_folder, .any_nlink = true},
	{"mount", a_mount},
	{"fs context", a_fs_context},
};

// What some of them need in the folder.
static void kinds_prepare(void)
{
	int fd = open("f", O_RDWR | O_CREAT, 0644);

	(void)!write(fd, "hello world", 11);
	close(fd);
	mkdir("d", 0755);
	(void)!symlink("f", "l");
	mkfifo("p", 0644);
}

#endif
