// SPDX-License-Identifier: MIT
// Every call on every kind of descriptor: each seed opens a few of each kind in KINDS and makes calls of
// KIND_CALLS on them, which take a descriptor and nothing that has to fit it. Programs hardly do that; isatty, cat and ls
// do, and who hands descriptors on.
//
// What is not there (F_SETLEASE, FICLONE, FS_IOC_GETFLAGS, setns, kcmp) is left out, and data that a terminal hands on,
// which Linux does a little later.

#ifndef KINDS_H
#define KINDS_H

#include "differ.h"
#include "kinds_open.h"

#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/timerfd.h>
#include <sys/xattr.h>
#include <termios.h>

// What calls need besides, and where they answer.
static int kind_fd, kind_epoll, kind_file, kind_pipe[2];
static char kind_buffer[65536];
static const struct kind *kind_now;

// A result of which only the sign is the same on all kernels.
static long positive(long result)
{
	return result > 0 ? 1 : result;
}

// Not of pipes: on Linux such a write leaves an empty buffer, of which poll tells though there is nothing to read.
static long write_fault(void)
{
	struct stat stat;

	if (fstat(kind_fd, &stat) == 0 && S_ISFIFO(stat.st_mode))
		return 0;
	return write(kind_fd, (void *)8, 4);
}

static long map_it(int rights, int flags)
{
	char *at = mmap(NULL, 4096, rights, flags, kind_fd, 0);

	if (at == MAP_FAILED)
		return -1;
	munmap(at, 4096);
	return 1;
}

// One field of what fstat or fstatfs tells.
#define STAT(field)                                                  \
	({                                                           \
		struct stat stat_;                                   \
		fstat(kind_fd, &stat_) < 0 ? -1 : (long)stat_.field; \
	})
#define STATFS(field)                                                      \
	({                                                                 \
		struct statfs statfs_;                                     \
		fstatfs(kind_fd, &statfs_) < 0 ? -1 : (long)statfs_.field; \
	})

// What a call put into an int, in the same number as its result.
#define TOLD(call)                                                              \
	({                                                                      \
		int told = -7;                                                  \
		long told_result_ = (call);                                     \
		told_result_ < 0 ? told_result_ : told_result_ * 100000 + told; \
	})

static long poll_it(void)
{
	struct pollfd set = {kind_fd, -1, 0};

	return poll(&set, 1, 0) * 65536L + set.revents;
}

static long lock_it(int command, short type)
{
	struct flock lock = {.l_type = type};

	return fcntl(kind_fd, command, &lock);
}

static long name_of(int (*ask)(int, struct sockaddr *, socklen_t *))
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);

	return ask(kind_fd, (struct sockaddr *)&address, &length) < 0 ? -1 : length;
}

static struct iovec kind_parts[2] = {{kind_buffer, 4}, {kind_buffer + 4, 4}};
static struct msghdr kind_message = {.msg_iov = kind_parts, .msg_iovlen = 1};
static loff_t kind_offset;
static int kind_on;

// The pipe has two bytes, or four.
static void fill_pipe(void)
{
	while (read(kind_pipe[0], kind_buffer, 4096) > 0)
		;
	(void)!write(kind_pipe[1], "ab", 2);
	kind_offset = 0;
}

#define FD kind_fd

// K(name, call): on every kind. D(name, call): moves data, and so not on terminals. A(name, call): of attributes, which
// sysfs can keep on Linux.
#define KIND_CALLS(K, D, A)                                                                    \
	K(getfl, fcntl(FD, F_GETFL))                                                           \
	K(setfl_nonblock, fcntl(FD, F_SETFL, O_NONBLOCK))                                      \
	K(setfl_async, fcntl(FD, F_SETFL, O_NONBLOCK | O_ASYNC))                               \
	K(setfl_direct, fcntl(FD, F_SETFL, O_NONBLOCK | O_DIRECT))                             \
	K(setfl_append, fcntl(FD, F_SETFL, O_NONBLOCK | O_APPEND))                             \
	K(setfl_noatime, fcntl(FD, F_SETFL, O_NONBLOCK | O_NOATIME))                           \
	K(seek_set, lseek(FD, 1, SEEK_SET))                                                    \
	K(seek_start, lseek(FD, 0, SEEK_SET))                                                  \
	K(seek_cur, kind_now->any_nlink ? 0 : lseek(FD, 0, SEEK_CUR))                          \
	K(seek_end, lseek(FD, 0, SEEK_END))                                                    \
	K(seek_data, lseek(FD, 0, SEEK_DATA))                                                  \
	K(seek_hole, lseek(FD, 0, SEEK_HOLE))                                                  \
	K(seek_negative, lseek(FD, -5, SEEK_SET))                                              \
	K(seek_unknown, lseek(FD, 0, 9))                                                       \
	D(read_0, read(FD, kind_buffer, 0))                                                    \
	D(read_4, read(FD, kind_buffer, 4))                                                    \
	D(read_8, read(FD, kind_buffer, 8))                                                    \
	D(read_64, positive(read(FD, kind_buffer, 64)))                                        \
	D(read_fault, read(FD, (void *)8, 4))                                                  \
	D(pread, pread(FD, kind_buffer, 4, 0))                                                 \
	D(pread_negative, pread(FD, kind_buffer, 4, -1))                                       \
	D(preadv2_here, syscall(SYS_preadv2, FD, kind_parts, 1, -1L, -1L, 0))                  \
	D(preadv2_hipri, syscall(SYS_preadv2, FD, kind_parts, 1, 0L, 0L, 1))                   \
	D(preadv2_nowait, syscall(SYS_preadv2, FD, kind_parts, 1, -1L, -1L, 8))                \
	D(readv, readv(FD, kind_parts, 2))                                                     \
	D(write_0, write(FD, kind_buffer, 0))                                                  \
	D(write_4, write(FD, "\1\0\0\0", 4))                                                   \
	D(write_8, write(FD, "\1\0\0\0\0\0\0\0", 8))                                           \
	D(write_fault, write_fault())                                                          \
	D(pwrite, pwrite(FD, "\1\0\0\0", 4, 0))                                                \
	D(pwritev2_append, syscall(SYS_pwritev2, FD, kind_parts, 1, 0L, 0L, 16))               \
	D(writev, writev(FD, kind_parts, 2))                                                   \
	D(poll, poll_it())                                                                     \
	K(epoll_add, epoll_ctl(kind_epoll, EPOLL_CTL_ADD, FD, &(struct epoll_event){EPOLLIN})) \
	K(epoll_del, epoll_ctl(kind_epoll, EPOLL_CTL_DEL, FD, NULL))                           \
	K(epoll_ctl, epoll_ctl(FD, EPOLL_CTL_ADD, kind_pipe[0], &(struct epoll_event){0}))     \
	K(epoll_wait, epoll_wait(FD, (struct epoll_event *)kind_buffer, 1, 0))                 \
	D(fionread, TOLD(ioctl(FD, FIONREAD, &told)))                                          \
	K(fionbio, ioctl(FD, FIONBIO, &(int){1}))                                              \
	K(fioasync, ioctl(FD, FIOASYNC, &(int){0}))                                            \
	K(tcgets, ioctl(FD, TCGETS, kind_buffer))                                              \
	K(tiocgwinsz, ioctl(FD, TIOCGWINSZ, kind_buffer))                                      \
	K(tiocoutq, TOLD(ioctl(FD, TIOCOUTQ, &told)))                                          \
	K(figetbsz, TOLD(ioctl(FD, FIGETBSZ, &told)))                                          \
	K(fioqsize, ioctl(FD, FIOQSIZE, kind_buffer))                                          \
	K(fibmap, ioctl(FD, FIBMAP, kind_buffer))                                              \
	K(getflags, TOLD(ioctl(FD, FS_IOC_GETFLAGS, &told)))                                   \
	K(setflags, ioctl(FD, FS_IOC_SETFLAGS, &(int){FS_NODUMP_FL}))                          \
	K(setflags_none, ioctl(FD, FS_IOC_SETFLAGS, &(int){FS_SYNC_FL}))                       \
	K(setflags_append, ioctl(FD, FS_IOC_SETFLAGS, &(int){FS_APPEND_FL}))                   \
	K(ficlone, ioctl(FD, FICLONE, FD))                                                     \
	K(fiemap, ioctl(FD, FS_IOC_FIEMAP, kind_buffer))                                       \
	K(fithaw, ioctl(FD, FITHAW, 0))                                                        \
	K(ioctl_unknown, ioctl(FD, 0x1234, kind_buffer))                                       \
	K(ioctl_null, ioctl(FD, 0x1234, NULL))                                                 \
	K(truncate, ftruncate(FD, 20))                                                         \
	K(truncate_negative, ftruncate(FD, -1))                                                \
	K(allocate, fallocate(FD, 0, 0, 4))                                                    \
	K(punch, fallocate(FD, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, 0, 4))              \
	K(fsync, fsync(FD))                                                                    \
	K(fdatasync, fdatasync(FD))                                                            \
	K(sync_file_range, sync_file_range(FD, 0, 0, 0))                                       \
	K(syncfs, syncfs(FD))                                                                  \
	K(readahead, readahead(FD, 0, 4))                                                      \
	K(advise, posix_fadvise(FD, 0, 0, POSIX_FADV_NORMAL))                                  \
	K(advise_unknown, posix_fadvise(FD, 0, 0, 77))                                         \
	K(stat_mode, STAT(st_mode))                                                            \
	K(stat_size, STAT(st_mode &S_IFMT) == S_IFDIR ? 0 : STAT(st_size))                     \
	K(stat_nlink, kind_now->any_nlink ? 0 : STAT(st_nlink))                                \
	K(stat_block, STAT(st_blksize))                                                        \
	K(stat_owner, STAT(st_uid) * 1000000 + STAT(st_gid))                                   \
	K(stat_rdev, STAT(st_rdev) >> 8 == 136 ? 0 : STAT(st_rdev))                            \
	K(statfs_type, STATFS(f_type))                                                         \
	K(statfs_block, STATFS(f_bsize) * 1000 + STATFS(f_namelen))                            \
	K(chmod, fchmod(FD, 0600))                                                             \
	K(chmod_more, fchmod(FD, 0644))                                                        \
	K(chown, fchown(FD, 0, 0))                                                             \
	K(chown_none, fchown(FD, -1, -1))                                                      \
	K(times, syscall(SYS_utimensat, FD, NULL, (struct timespec[2]){{1, 0}, {2, 0}}, 0))    \
	K(times_now, syscall(SYS_utimensat, FD, NULL, NULL, 0))                                \
	A(get_user, fgetxattr(FD, "user.a", kind_buffer, 10))                                  \
	A(set_user, fsetxattr(FD, "user.a", "1", 1, 0))                                        \
	A(set_trusted, fsetxattr(FD, "trusted.a", "1", 1, 0))                                  \
	A(get_trusted, fgetxattr(FD, "trusted.a", kind_buffer, 10))                            \
	A(get_security, fgetxattr(FD, "security.x", kind_buffer, 10))                          \
	K(get_system, fgetxattr(FD, "system.x", kind_buffer, 10))                              \
	K(get_unknown, fgetxattr(FD, "unknown.x", kind_buffer, 10))                            \
	A(remove_user, fremovexattr(FD, "user.a"))                                             \
	K(list_attributes, flistxattr(FD, kind_buffer, 100))                                   \
	K(flock, flock(FD, LOCK_SH | LOCK_NB))                                                 \
	K(lock_read, lock_it(F_SETLK, F_RDLCK))                                                \
	K(lock_write, lock_it(F_SETLK, F_WRLCK))                                               \
	K(lock_ofd, lock_it(F_OFD_SETLK, F_RDLCK))                                             \
	K(lock_get, lock_it(F_GETLK, F_WRLCK))                                                 \
	K(get_pipe_size, fcntl(FD, F_GETPIPE_SZ))                                              \
	K(set_pipe_size, fcntl(FD, F_SETPIPE_SZ, 8192))                                        \
	K(get_seals, fcntl(FD, F_GET_SEALS))                                                   \
	K(add_seals, fcntl(FD, F_ADD_SEALS, F_SEAL_SHRINK))                                    \
	K(get_lease, fcntl(FD, F_GETLEASE))                                                    \
	K(set_owner, fcntl(FD, F_SETOWN, getpid()))                                            \
	K(get_owner, positive(fcntl(FD, F_GETOWN)))                                            \
	K(get_signal, fcntl(FD, F_GETSIG))                                                     \
	K(notify, fcntl(FD, F_NOTIFY, DN_CREATE))                                              \
	K(get_hint, fcntl(FD, 1035, kind_buffer))                                              \
	K(dup, positive(close(fcntl(FD, F_DUPFD, 100))))                                       \
	K(fcntl_unknown, fcntl(FD, 999, 0))                                                    \
	K(getdents, positive(syscall(SYS_getdents64, FD, kind_buffer, sizeof(kind_buffer))))   \
	K(openat, openat(FD, "nothere", O_RDONLY))                                             \
	K(stat_empty, fstatat(FD, "", (struct stat *)kind_buffer, AT_EMPTY_PATH))              \
	K(access, faccessat(FD, "nothere", F_OK, 0))                                           \
	K(link_empty, linkat(FD, "", AT_FDCWD, "name", AT_EMPTY_PATH))                         \
	K(unlink, unlink("name"))                                                              \
	K(readlink, readlinkat(FD, "", kind_buffer, 100))                                      \
	K(handle, syscall(SYS_name_to_handle_at, FD, "", memset(kind_buffer, 0, 64),           \
			  kind_buffer + 64, AT_EMPTY_PATH))                                    \
	K(statx, syscall(SYS_statx, FD, "", AT_EMPTY_PATH, 0x7ff, kind_buffer))                \
	K(chmodat, syscall(452, FD, "", 0644, AT_EMPTY_PATH))                                  \
	K(execveat, syscall(SYS_execveat, FD, "", NULL, NULL, AT_EMPTY_PATH))                  \
	K(map_private, map_it(PROT_READ, MAP_PRIVATE))                                         \
	K(map_shared, map_it(PROT_READ, MAP_SHARED))                                           \
	K(map_writable, map_it(PROT_READ | PROT_WRITE, MAP_SHARED))                            \
	K(map_executable, map_it(PROT_READ | PROT_EXEC, MAP_PRIVATE))                          \
	K(map_sync, map_it(PROT_READ, MAP_SHARED_VALIDATE | 0x80000))                          \
	D(sendfile_into_epoll, sendfile(kind_epoll, FD, NULL, 4))                              \
	D(sendfile_from, sendfile(kind_pipe[1], FD, NULL, 4))                                  \
	D(sendfile_at, sendfile(kind_pipe[1], FD, &kind_offset, 4))                            \
	D(sendfile_to, sendfile(FD, kind_file, &kind_offset, 2))                               \
	D(splice_from, splice(FD, NULL, kind_pipe[1], NULL, 4, SPLICE_F_NONBLOCK))             \
	D(splice_at, splice(FD, &kind_offset, kind_pipe[1], NULL, 4, SPLICE_F_NONBLOCK))       \
	D(splice_to, splice(kind_pipe[0], NULL, FD, NULL, 2, SPLICE_F_NONBLOCK))               \
	D(splice_to_place, splice(kind_pipe[0], NULL, FD, &kind_offset, 2, SPLICE_F_NONBLOCK)) \
	D(tee_to, tee(kind_pipe[0], FD, 2, SPLICE_F_NONBLOCK))                                 \
	D(tee_from, tee(FD, kind_pipe[1], 2, SPLICE_F_NONBLOCK))                               \
	D(vmsplice, vmsplice(FD, kind_parts, 1, SPLICE_F_NONBLOCK))                            \
	D(copy_from, copy_file_range(FD, &kind_offset, kind_file, NULL, 1, 0))                 \
	D(copy_to, copy_file_range(kind_file, &kind_offset, FD, NULL, 1, 0))                   \
	D(recv, recv(FD, kind_buffer, 4, MSG_DONTWAIT))                                        \
	D(send, send(FD, kind_buffer, 4, MSG_DONTWAIT | MSG_NOSIGNAL))                         \
	D(recvmsg, recvmsg(FD, &kind_message, MSG_DONTWAIT))                                   \
	D(sendmsg, sendmsg(FD, &kind_message, MSG_DONTWAIT | MSG_NOSIGNAL))                    \
	K(accept, accept4(FD, NULL, NULL, 0))                                                  \
	K(bind, bind(FD, (struct sockaddr *)&(struct sockaddr_un){AF_UNIX, "s"}, 4))           \
	K(connect, connect(FD, (struct sockaddr *)&(struct sockaddr_un){AF_UNIX, "s"}, 4))     \
	K(listen, listen(FD, 1))                                                               \
	K(shutdown, shutdown(FD, SHUT_RD))                                                     \
	K(socket_type, TOLD(getsockopt(FD, SOL_SOCKET, SO_TYPE, &told, &(socklen_t){4})))      \
	K(socket_error, TOLD(getsockopt(FD, SOL_SOCKET, SO_ERROR, &told, &(socklen_t){4})))    \
	K(socket_name, name_of(getsockname))                                                   \
	K(peer_name, name_of(getpeername))                                                     \
	K(watch_add, inotify_add_watch(FD, "/", IN_CREATE))                                    \
	K(watch_remove, inotify_rm_watch(FD, 77))                                              \
	K(timer_get, timerfd_gettime(FD, (struct itimerspec *)kind_buffer))                    \
	K(timer_set, timerfd_settime(FD, 0, &(struct itimerspec){0}, NULL))                    \
	K(signalfd, positive(signalfd(FD, &(sigset_t){0}, 0)))                                 \
	K(pidfd_signal, syscall(SYS_pidfd_send_signal, FD, 0, NULL, 0))                        \
	K(pidfd_getfd, positive(close((int)syscall(SYS_pidfd_getfd, FD, 0, 0))))               \
	K(waitid, syscall(SYS_waitid, 3, FD, NULL, WEXITED | WNOHANG, NULL))                   \
	K(fsconfig, syscall(431, FD, 6, NULL, NULL, 0))                                        \
	K(fsmount, syscall(432, FD, 0, 0))                                                     \
	K(move_mount, syscall(429, FD, "", AT_FDCWD, "nothere", 4))                            \
	K(dup3_same, dup3(FD, FD, 0))

#define KIND_FUNCTION(id, call)                   \
	static void kind_##id(void)               \
	{                                         \
		choose_kind();                    \
		DO(call, "(%s)", kind_now->name); \
	}
#define KIND_DATA_FUNCTION(id, call)                      \
	static void kind_##id(void)                       \
	{                                                 \
		choose_kind();                            \
		if (!kind_now->late)                      \
			DO(call, "(%s)", kind_now->name); \
	}
#define KIND_ATTRIBUTE_FUNCTION(id, call)                 \
	static void kind_##id(void)                       \
	{                                                 \
		choose_kind();                            \
		if (!kind_now->attributes)                \
			DO(call, "(%s)", kind_now->name); \
	}
#define KIND_OP(id, call) {#id, kind_##id},

#define KINDS_OPEN 4
static const struct kind *kinds_open[KINDS_OPEN];
static int kinds_fds[KINDS_OPEN];

static void choose_kind(void)
{
	uint64_t which = random_below(KINDS_OPEN);

	fill_pipe();
	kind_now = kinds_open[which];
	kind_fd = kinds_fds[which];
}

KIND_CALLS(KIND_FUNCTION, KIND_DATA_FUNCTION, KIND_ATTRIBUTE_FUNCTION)

static const struct op kinds_ops[] = {KIND_CALLS(KIND_OP, KIND_OP, KIND_OP)};

static void kinds_begin(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGIO, SIG_IGN);
	kinds_prepare();
	kind_epoll = epoll_create1(0);
	(void)!pipe2(kind_pipe, O_NONBLOCK);
	kind_file = open("other", O_RDWR | O_CREAT, 0644);
	(void)!write(kind_file, "0123456789", 10);
	for (int i = 0; i < KINDS_OPEN; i++) {
		kinds_open[i] = &kinds[random_below(COUNT(kinds))];
		kinds_fds[i] = kinds_open[i]->open();
		note("%s %s ", kinds_open[i]->name, kinds_fds[i] < 0 ? error_name(errno) : "");
	}
	note("\n");
}

static const struct area kinds_area = {"kinds", kinds_begin, kinds_ops, COUNT(kinds_ops)};

#endif
