// SPDX-License-Identifier: MIT
/*
 * init.c - process 1 of Tern's root file system: runs a login shell or one command on the console,
 * then powers off.
 *
 * The same program runs on Tern and, as the oracle, on Linux. The host side is
 * scripts/ternlib/session.py.
 *
 * The host may leave a request in the initramfs, /.tern/request: words that each end in NUL, so
 * that any byte except NUL survives. Options of the form `name=value` come first, then `--`, then
 * the command's own words:
 *
 *     nonce=TEXT     frame the output with markers that carry TEXT
 *     term=NAME      the host terminal's type
 *     rows=N, columns=N   and its size
 *     stdin=null     the command reads nothing
 *     stdin=file     it reads /.tern/stdin (else the console)
 *
 * With a request that has a command, the life of the console is
 *
 *     kernel messages
 *     BEGIN marker
 *     what the command writes, byte for byte
 *     END marker with its status
 *     kernel log
 *
 * From BEGIN to END the kernel's console level is down and the terminal does no output processing.
 * Without a command the shell gets a terminal as a person expects it. Either way the machine is
 * powered off at the end.
 *
 * Process 1 itself leads the console's session: a session leader that exits takes its terminal down
 * with it, and the last output would be lost.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define REQUEST_DIRECTORY "/.tern"
#define REQUEST_FILE	  REQUEST_DIRECTORY "/request"
#define STDIN_FILE	  REQUEST_DIRECTORY "/stdin"

#ifdef __aarch64__
#define DEFAULT_CONSOLE "ttyAMA0"
#else
#define DEFAULT_CONSOLE "ttyS0"
#endif

/* actions of syslog(2), which no header names */
enum { KLOG_READ_ALL = 3, KLOG_CLEAR = 5, KLOG_CONSOLE_LEVEL = 8, KLOG_BUFFER_SIZE = 10 };

/* console levels: messages below the level are printed */
enum { LEVEL_EMERGENCIES_ONLY = 1, LEVEL_ERRORS = 4 };

struct request {
	const char *nonce;
	const char *term;
	unsigned short rows;
	unsigned short columns;
	bool stdin_null;
	int stdin_file; /* open descriptor or -1 */
	char **command; /* NULL: a login shell */
};

static void complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("init: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
}

static void power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	complain("power off failed: %s", strerror(errno));
	for (;;)
		pause();
}

/* Reads a whole file into memory with a NUL behind it; NULL when it cannot be read. */
static char *read_file(const char *path, size_t *length)
{
	size_t used = 0, room = 4096;
	char *text = malloc(room);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || !text)
		goto fail;
	for (;;) {
		ssize_t got = read(fd, text + used, room - used - 1);

		if (got < 0)
			goto fail;
		if (got == 0)
			break;
		used += (size_t)got;
		if (room - used == 1) {
			char *larger = realloc(text, room *= 2);

			if (!larger)
				goto fail;
			text = larger;
		}
	}
	close(fd);
	text[used] = '\0';
	*length = used;
	return text;
fail:
	free(text);
	if (fd >= 0)
		close(fd);
	return NULL;
}

static void mount_one(const char *type, const char *path, mode_t mode, const char *options)
{
	mkdir(path, mode);
	if (mount(type, path, type, 0, options) < 0 && errno != EBUSY)
		complain("cannot mount %s on %s: %s", type, path, strerror(errno));
}

static void mount_file_systems(void)
{
	mount_one("proc", "/proc", 0555, NULL);
	mount_one("sysfs", "/sys", 0555, NULL);
	mount_one("devtmpfs", "/dev", 0755, "mode=0755");
	mount_one("devpts", "/dev/pts", 0755, "gid=5,mode=620,ptmxmode=666");
	mount_one("tmpfs", "/dev/shm", 01777, "mode=1777");
}

/* The links that udev makes on a larger system; a shell's process substitution needs /dev/fd. */
static void link_standard_files(void)
{
	static const char *const links[][2] = {
		{"/proc/self/fd", "/dev/fd"},
		{"/proc/self/fd/0", "/dev/stdin"},
		{"/proc/self/fd/1", "/dev/stdout"},
		{"/proc/self/fd/2", "/dev/stderr"},
	};

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (symlink(links[i][0], links[i][1]) < 0 && errno != EEXIST)
			complain("cannot make the link %s: %s", links[i][1], strerror(errno));
}

/* The name of the last console= on the kernel's command line, without its options, in a buffer of
 * 32 bytes. */
static void console_name(char *name)
{
	size_t length;
	char *line = read_file("/proc/cmdline", &length);

	strcpy(name, DEFAULT_CONSOLE);
	if (!line)
		return;
	for (char *word = strtok(line, " \n"); word; word = strtok(NULL, " \n")) {
		if (strncmp(word, "console=", 8) != 0)
			continue;
		snprintf(name, 32, "%.*s", (int)strcspn(word + 8, ","), word + 8);
	}
	free(line);
}

/* Makes the console this session's terminal and standard input, output and error of process 1. */
static void open_console(void)
{
	char name[32], path[40];
	int fd;

	console_name(name);
	snprintf(path, sizeof(path), "/dev/%s", name);
	fd = open(path, O_RDWR | O_NOCTTY);
	if (fd < 0) {
		complain("cannot open the console %s: %s", path, strerror(errno));
		power_off();
	}
	setsid();
	if (ioctl(fd, TIOCSCTTY, 1) < 0)
		complain("%s does not become the controlling terminal: %s", path, strerror(errno));
	for (int standard = 0; standard < 3; standard++)
		dup2(fd, standard);
	if (fd > 2)
		close(fd);
}

static void take_option(struct request *request, const char *option)
{
	if (strncmp(option, "nonce=", 6) == 0)
		request->nonce = option + 6;
	else if (strncmp(option, "term=", 5) == 0)
		request->term = option + 5;
	else if (strncmp(option, "rows=", 5) == 0)
		request->rows = (unsigned short)atoi(option + 5);
	else if (strncmp(option, "columns=", 8) == 0)
		request->columns = (unsigned short)atoi(option + 8);
	else if (strcmp(option, "stdin=null") == 0)
		request->stdin_null = true;
	else if (strcmp(option, "stdin=file") == 0)
		request->stdin_file = open(STDIN_FILE, O_RDONLY | O_CLOEXEC);
	else
		complain("unknown option in the request: %s", option);
}

/* Reads the host's request and removes it, so that the root file system is the same with and
 * without one. */
static void read_request(struct request *request)
{
	size_t length, words = 0;
	char *text = read_file(REQUEST_FILE, &length);
	char *end, *word;

	*request = (struct request){.nonce = NULL, .term = "vt100", .stdin_file = -1};
	if (!text)
		return;
	end = text + length;
	for (word = text; word < end && strcmp(word, "--") != 0; word += strlen(word) + 1)
		take_option(request, word);
	word += word < end ? 3 : 0;
	for (char *rest = word; rest < end; rest += strlen(rest) + 1)
		words++;
	if (words > 0) {
		request->command = calloc(words + 1, sizeof(char *));
		if (!request->command) {
			complain("no memory for a command of %zu words", words);
			power_off();
		}
		for (size_t i = 0; i < words; i++, word += strlen(word) + 1)
			request->command[i] = word;
	}
	unlink(REQUEST_FILE);
	unlink(STDIN_FILE);
	rmdir(REQUEST_DIRECTORY);
}

/* The terminal as the program expects it: as at a login, but for a command without output
 * processing. */
static void set_terminal(const struct request *request)
{
	struct winsize size = {.ws_row = request->rows, .ws_col = request->columns};
	struct termios terminal;

	if (tcgetattr(STDIN_FILENO, &terminal) == 0) {
		terminal.c_iflag = ICRNL | IXON;
		terminal.c_oflag = request->command ? 0 : OPOST | ONLCR;
		terminal.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN;
		tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal);
	}
	if (size.ws_row && size.ws_col)
		ioctl(STDIN_FILENO, TIOCSWINSZ, &size);
}

static void write_marker(const struct request *request, const char *text)
{
	char line[128];
	int length;

	if (!request->nonce)
		return;
	length = snprintf(line, sizeof(line), "@tern:%s:%s@\n", request->nonce, text);
	if (write(STDOUT_FILENO, line, (size_t)length) != length)
		complain("cannot write to the console: %s", strerror(errno));
	tcdrain(STDOUT_FILENO);
}

/* The child's half of start_program(): never returns. */
static void become_program(const struct request *request)
{
	static char *shell[] = {"-sh", NULL};
	char **words = request->command ? request->command : shell;
	int input = request->stdin_file;

	setpgid(0, 0);
	tcsetpgrp(STDOUT_FILENO, getpid());
	signal(SIGTTOU, SIG_DFL);
	if (request->stdin_null)
		input = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (input >= 0)
		dup2(input, STDIN_FILENO);

	clearenv();
	setenv("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", 1);
	setenv("HOME", "/root", 1);
	setenv("USER", "root", 1);
	setenv("LOGNAME", "root", 1);
	setenv("SHELL", "/bin/sh", 1);
	setenv("TERM", request->term, 1);
	if (request->command) {
		execvp(words[0], words);
	} else {
		if (chdir("/root") < 0)
			complain("no /root: %s", strerror(errno));
		execv("/bin/sh", words);
	}
	complain("cannot run '%s': %s", words[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* Starts the program as the console's foreground process group. */
static pid_t start_program(const struct request *request)
{
	pid_t pid = fork();

	if (pid == 0)
		become_program(request);
	if (pid < 0) {
		complain("cannot fork: %s", strerror(errno));
		power_off();
	}
	return pid;
}

/* Reaps every orphan until the program itself ends; its status as a shell would give it. */
static int wait_for_program(pid_t program)
{
	for (;;) {
		int status;
		pid_t pid = waitpid(-1, &status, 0);

		if (pid == program)
			return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		if (pid < 0 && errno != EINTR) {
			complain("lost the program: %s", strerror(errno));
			return 255;
		}
	}
}

/* Writes what the kernel logged since BEGIN, for the host's log file. */
static void dump_kernel_log(void)
{
	int room = klogctl(KLOG_BUFFER_SIZE, NULL, 0);
	char *text = room > 0 ? malloc((size_t)room) : NULL;
	int length = text ? klogctl(KLOG_READ_ALL, text, room) : -1;

	for (int done = 0; done < length;) {
		ssize_t wrote = write(STDOUT_FILENO, text + done, (size_t)(length - done));

		if (wrote <= 0)
			break;
		done += (int)wrote;
	}
	free(text);
}

int main(void)
{
	struct request request;
	char end[32];

	if (getpid() != 1) {
		complain("this program runs as process 1 only");
		return 1;
	}
	umask(0);
	mount_file_systems();
	link_standard_files();
	umask(022);
	sethostname("tern", 4);
	open_console();
	read_request(&request);
	signal(SIGTTOU, SIG_IGN); /* process 1 writes and sets the terminal from the background */
	set_terminal(&request);
	klogctl(KLOG_CLEAR, NULL, 0);
	klogctl(KLOG_CONSOLE_LEVEL, NULL, request.command ? LEVEL_EMERGENCIES_ONLY : LEVEL_ERRORS);

	write_marker(&request, "begin");
	snprintf(end, sizeof(end), "end:%d", wait_for_program(start_program(&request)));
	tcsetpgrp(STDOUT_FILENO, getpid());
	klogctl(KLOG_CONSOLE_LEVEL, NULL, LEVEL_EMERGENCIES_ONLY);
	set_terminal(&request);
	write_marker(&request, end);
	kill(-1, SIGKILL);
	dump_kernel_log();
	tcdrain(STDOUT_FILENO);
	power_off();
}
