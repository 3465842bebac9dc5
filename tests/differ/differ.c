// SPDX-License-Identifier: MIT
// differ CALLS FIRST LAST AREA...: for each area and each seed from FIRST to LAST a process that makes CALLS
// random calls of it and prints what each answered. scripts/differ runs it on Tern and on Linux and shows
// where they part.
#include "differ.h"
#include "data.h"
#include "kinds.h"
#include "memory.h"
#include "mounts.h"
#include "paths.h"
#include "places.h"
#include "sockets.h"
#include "targets.h"
#include "tasks.h"
#include "terminals.h"

#include <sys/eventfd.h>
#include <sys/mount.h>
#include <sys/xattr.h>

#define FOLDER	"/tmp/differ"
#define BUFFER	16384
#define SECONDS 20

static const struct area *const areas[] = {
	&paths_area,  &data_area,  &memory_area,  &sockets_area, &tasks_area,
	&mounts_area, &kinds_area, &targets_area, &places_area,	 &terminals_area};
static char text[4096];
static size_t text_length;
static char *buffer;

void note(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	text_length += (size_t)vsnprintf(text + text_length, sizeof(text) - text_length, format,
					 arguments);
	va_end(arguments);
	if (text_length > sizeof(text) - 2)
		text_length = sizeof(text) - 2;
}

static const char *error_name(int error)
{
	static const char *const names[] = {
		[EPERM] = "EPERM",
		[ENOENT] = "ENOENT",
		[ESRCH] = "ESRCH",
		[EINTR] = "EINTR",
		[EIO] = "EIO",
		[ENXIO] = "ENXIO",
		[E2BIG] = "E2BIG",
		[ENOEXEC] = "ENOEXEC",
		[EBADF] = "EBADF",
		[ECHILD] = "ECHILD",
		[EAGAIN] = "EAGAIN",
		[ENOMEM] = "ENOMEM",
		[EACCES] = "EACCES",
		[EFAULT] = "EFAULT",
		[ENOTBLK] = "ENOTBLK",
		[EBUSY] = "EBUSY",
		[EEXIST] = "EEXIST",
		[EXDEV] = "EXDEV",
		[ENODEV] = "ENODEV",
		[ENOTDIR] = "ENOTDIR",
		[EISDIR] = "EISDIR",
		[EINVAL] = "EINVAL",
		[ENFILE] = "ENFILE",
		[EMFILE] = "EMFILE",
		[ENOTTY] = "ENOTTY",
		[ETXTBSY] = "ETXTBSY",
		[EFBIG] = "EFBIG",
		[ENOSPC] = "ENOSPC",
		[ESPIPE] = "ESPIPE",
		[EROFS] = "EROFS",
		[EMLINK] = "EMLINK",
		[EPIPE] = "EPIPE",
		[EDOM] = "EDOM",
		[ERANGE] = "ERANGE",
		[EDEADLK] = "EDEADLK",
		[ENAMETOOLONG] = "ENAMETOOLONG",
		[ENOLCK] = "ENOLCK",
		[ENOSYS] = "ENOSYS",
		[ENOTEMPTY] = "ENOTEMPTY",
		[ELOOP] = "ELOOP",
		[ENODATA] = "ENODATA",
		[ETIME] = "ETIME",
		[EPROTO] = "EPROTO",
		[EOVERFLOW] = "EOVERFLOW",
		[EBADFD] = "EBADFD",
		[EUSERS] = "EUSERS",
		[ENOTSOCK] = "ENOTSOCK",
		[EDESTADDRREQ] = "EDESTADDRREQ",
		[EMSGSIZE] = "EMSGSIZE",
		[EPROTOTYPE] = "EPROTOTYPE",
		[ENOPROTOOPT] = "ENOPROTOOPT",
		[EPROTONOSUPPORT] = "EPROTONOSUPPORT",
		[ESOCKTNOSUPPORT] = "ESOCKTNOSUPPORT",
		[EOPNOTSUPP] = "EOPNOTSUPP",
		[EPFNOSUPPORT] = "EPFNOSUPPORT",
		[EAFNOSUPPORT] = "EAFNOSUPPORT",
		[EADDRINUSE] = "EADDRINUSE",
		[EADDRNOTAVAIL] = "EADDRNOTAVAIL",
		[ENETDOWN] = "ENETDOWN",
		[ENETUNREACH] = "ENETUNREACH",
		[ECONNABORTED] = "ECONNABORTED",
		[ECONNRESET] = "ECONNRESET",
		[ENOBUFS] = "ENOBUFS",
		[EISCONN] = "EISCONN",
		[ENOTCONN] = "ENOTCONN",
		[ESHUTDOWN] = "ESHUTDOWN",
		[ETOOMANYREFS] = "ETOOMANYREFS",
		[ETIMEDOUT] = "ETIMEDOUT",
		[ECONNREFUSED] = "ECONNREFUSED",
		[EHOSTDOWN] = "EHOSTDOWN",
		[EALREADY] = "EALREADY",
		[EINPROGRESS] = "EINPROGRESS",
		[ESTALE] = "ESTALE",
		[EDQUOT] = "EDQUOT",
		[ECANCELED] = "ECANCELED",
		[EOWNERDEAD] = "EOWNERDEAD",
		[ENOTRECOVERABLE] = "ENOTRECOVERABLE",
		[EILSEQ] = "EILSEQ",
	};
	static char number[16];

	if (error >= 0 && error < (int)COUNT(names) && names[error])
		return names[error];
	snprintf(number, sizeof(number), "E%d", error);
	return number;
}

void ended(long result)
{
	int error = errno;

	if (result == -1)
		note(" = %s", error_name(error));
	else
		note(" = %ld", result);
}

void noted_to(int fd)
{
	(void)!write(fd, text, text_length);
}

static void end_line(void)
{
	text[text_length++] = '\n';
	if (write(1000, text, text_length) != (ssize_t)text_length)
		_exit(4);
	text_length = 0;
}

const char *a_name(void)
{
	static char long_name[300], long_path[5000];
	static const char *const names[] = {
		"a",   "b",   "c",     "a", "b",   "c", "d",   "d/a",
		"d/b", "d/d", "d/d/a", "e", "e/a", "l", "d/l", "none/a",
	};
	static const char *const odd[] = {
		"",
		".",
		"..",
		"/",
		"a/",
		"d/",
		"a/.",
		"d/.",
		"d/..",
		"./a",
		"//tmp//differ//a",
		"d/../a",
		"l/a",
		"l/",
		"/proc/self/fd/5",
		"/dev/null",
		"/dev/zero",
		"/proc/self",
		"/proc/self/exe",
		"/dev/full",
		"...",
		"e/..",
	};

	switch (random_below(24)) {
	case 0:
		memset(long_name, 'n', 255 + random_below(2));
		return long_name;
	case 1:
		if (random_below(4))
			return "a";
		memset(long_path, '/', sizeof(long_path));
		long_path[random_below(2) ? 4094 : 4095] = 'a';
		long_path[4096] = 0;
		return long_path;
	case 2:
		return random_below(4) ? "b" : random_below(2) ? NULL : (const char *)8;
	case 3:
	case 4:
	case 5:
		return PICK(odd);
	default:
		return PICK(names);
	}
}

static int fds[24], fd_count;

void keep_fd(long fd)
{
	if (fd < 3)
		return;
	if (fd_count == (int)COUNT(fds)) {
		int victim = (int)random_below(COUNT(fds));

		close(fds[victim]);
		fds[victim] = (int)fd;
	} else {
		fds[fd_count++] = (int)fd;
	}
}

int a_fd(void)
{
	if (fd_count && random_below(20))
		return fds[random_below((uint64_t)fd_count)];
	return (int)ONE_OF(-1, 0, 99, AT_FDCWD, 4, 5, 6, 7, 0x7fffffff);
}

size_t a_length(void)
{
	return (size_t)ONE_OF(0, 1, 2, 7, 8, 9, 100, 511, 512, 4095, 4096, 4097, 5000, 8192, 10000,
			      16384, 16384, 3, 12, 64);
}

char *a_buffer(void)
{
	if (random_below(40))
		return buffer;
	return (char *)(uintptr_t)ONE_OF(0, 8, -4096, -1);
}

static void *map(size_t length)
{
	return mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void on_alarm(int number)
{
	(void)number;
}

// What earlier seeds left behind outside the folder: names, modes, owners and attributes.
static void restore(void)
{
	static const struct {
		const char *name;
		mode_t mode;
	} shared[] = {{"/dev/null", 0666},    {"/dev/zero", 0666},
		      {"/dev/full", 0666},    {"/dev/random", 0666},
		      {"/dev/urandom", 0666}, {"/dev", 0755},
		      {"/dev/pts", 0755},     {"/", 0755},
		      {"/tmp", 01777}};
	static const char *const attributes[] = {"user.a", "user.b", "trusted.a", "security.a"};
	static const char *const strays[] = {"a", "b", "c", "d", "e", "l", "..."};
	// All anonymous files are of one inode.
	int anonymous = eventfd(0, 0);

	(void)!fchown(anonymous, 0, 0);
	fchmod(anonymous, 0600);
	close(anonymous);
	for (size_t i = 0; i < COUNT(shared); i++) {
		(void)!chown(shared[i].name, 0, 0);
		chmod(shared[i].name, shared[i].mode);
		for (size_t k = 0; k < COUNT(attributes); k++)
			removexattr(shared[i].name, attributes[k]);
	}
	for (size_t i = 0; i < COUNT(strays); i++) {
		char name[16];

		snprintf(name, sizeof(name), "/%s", strays[i]);
		remove(name);
		snprintf(name, sizeof(name), "/tmp/%s", strays[i]);
		remove(name);
	}
}

static void run_seed(const struct area *area, uint64_t seed, int calls)
{
	random_seed(seed);
	dup2(1, 1000);
	silent();
	close(0);
	open("/dev/null", O_RDWR);
	umask(022);
	restore();
	mount("differ", FOLDER, "tmpfs", 0, "size=4m,nr_inodes=200,mode=0777");
	if (chdir(FOLDER) < 0)
		_exit(3);
	buffer = map(BUFFER);
	for (int i = 0; i < BUFFER; i++)
		buffer[i] = (char)(i * 7 + i / 256);
	sigaction(SIGALRM, &(struct sigaction){.sa_handler = on_alarm}, NULL);
	if (area->begin)
		area->begin();
	if (seed & 1) {
		if (setgroups(0, NULL) < 0 || setresgid(1000, 1000, 1000) < 0 ||
		    setresuid(1000, 1000, 1000) < 0)
			_exit(3);
	}
	for (int i = 0; i < calls; i++) {
		const struct op *op = &area->ops[random_below(area->count)];
		// What blocks on one kernel must block on the other.
		struct itimerval second = {{0, 50000}, {0, 300000}}, none = {{0, 0}, {0, 0}};

		note("%d %s", i, op->name);
		setitimer(ITIMER_REAL, &second, NULL);
		op->run();
		setitimer(ITIMER_REAL, &none, NULL);
		if (area->after)
			area->after();
		end_line();
	}
	_exit(0);
}

static void run_area(const struct area *area, int calls, long first, long last)
{
	printf("@@area %s\n", area->name);
	for (long seed = first; seed <= last; seed++) {
		int status;
		pid_t child;

		printf("@@seed %ld\n", seed);
		fflush(stdout);
		mkdir(FOLDER, 0777);
		child = fork();
		if (child == 0)
			run_seed(area, (uint64_t)seed, calls);
		status = child_end_within(child, SECONDS * 1000);
		kill(-1, SIGKILL);
		while (waitpid(-1, NULL, 0) > 0)
			;
		printf("@@end %ld %s %d\n", seed, WIFEXITED(status) ? "exit" : "signal",
		       WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
		fflush(stdout);
		while (umount2(FOLDER, MNT_DETACH) == 0)
			;
	}
}

int main(int argc, char **argv)
{
	if (argc < 5) {
		fprintf(stderr, "usage: differ CALLS FIRST LAST AREA...\n");
		return 2;
	}
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){1024, 1024});
	for (int i = 4; i < argc; i++)
		for (size_t k = 0; k < COUNT(areas); k++)
			if (!strcmp(argv[i], areas[k]->name))
				run_area(areas[k], atoi(argv[1]), atol(argv[2]), atol(argv[3]));
	puts("@@done");
	return 0;
}
