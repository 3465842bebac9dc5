// SPDX-License-Identifier: MIT
// What the contracts of O_ASYNC share: files whose owner is this process, each with a real-time
// signal of its own, and the signals that came as a line of text.
#ifndef EVENTS_ASYNC_H
#define EVENTS_ASYNC_H

#include "contract.h"
#include <sys/ioctl.h>

#define ASYNC_SIGNAL(name) (SIGRTMIN + 4 + (name) - 'A')

static int async_fd['Z' + 1];

static __attribute__((unused)) void async_begin(void)
{
	sigset_t set;

	sigfillset(&set);
	MUST(sigprocmask(SIG_BLOCK, &set, NULL));
}

// fd's events are signals called name ('A' to 'H').
static __attribute__((unused)) void arm(int fd, char name)
{
	MUST(fcntl(fd, F_SETOWN, getpid()));
	MUST(fcntl(fd, F_SETSIG, ASYNC_SIGNAL(name)));
	MUST(fcntl(fd, F_SETFL, MUST(fcntl(fd, F_GETFL)) | O_ASYNC));
	CHECK_EQ(fcntl(fd, F_GETFL) & O_ASYNC, O_ASYNC);
	async_fd[(int)name] = fd;
}

static __attribute__((unused)) void set_nonblock(int fd, bool on)
{
	int flags = (int)MUST(fcntl(fd, F_GETFL));

	MUST(fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK));
}

static __attribute__((unused)) const char *code_text(const siginfo_t *info)
{
	static const struct {
		int code;
		long band;
		const char *text;
	} codes[] = {
		{POLL_IN, POLLIN | POLLRDNORM, "in"},
		{POLL_OUT, POLLOUT | POLLWRNORM | POLLWRBAND, "out"},
		{POLL_ERR, POLLERR, "err"},
		{POLL_PRI, POLLPRI | POLLRDBAND, "pri"},
		{POLL_HUP, POLLHUP | POLLERR, "hup"},
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].code == info->si_code)
			return codes[i].band == info->si_band ? codes[i].text : "bad band";
	return "bad code";
}

// One signal (from the set of all) as a word with a space behind it; 0: none within the time.
static __attribute__((unused)) int one_signal(char *text, size_t size, long milliseconds)
{
	struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
	siginfo_t info = {0};
	sigset_t set;
	int number;

	sigfillset(&set);
	sigdelset(&set, SIGCHLD);
	number = sigtimedwait(&set, &info, &time);
	if (number <= 0)
		return 0;
	if (number == SIGPIPE) // from itself
		snprintf(text, size, "SIGPIPE%s ",
			 info.si_code == SI_USER && info.si_pid == getpid() ? "" : "(bad)");
	else if (number < SIGRTMIN)
		snprintf(text, size, "%s%s%s ",
			 number == SIGIO    ? "SIGIO"
			 : number == SIGURG ? "SIGURG"
					    : "SIG?",
			 info.si_code == SI_KERNEL ? "" : ":",
			 info.si_code == SI_KERNEL ? "" : code_text(&info));
	else
		snprintf(text, size, "%c:%s%s ", number - SIGRTMIN - 4 + 'A', code_text(&info),
			 info.si_fd == async_fd[number - SIGRTMIN - 4 + 'A'] ? "" : "(bad fd)");
	return number;
}

// What has come, lowest number first: "A:in B:out SIGIO ".
static __attribute__((unused)) const char *came(void)
{
	static char text[4096];
	size_t length = 0;

	text[0] = 0;
	while (length < sizeof(text) - 64 && one_signal(text + length, sizeof(text) - length, 0))
		length += strlen(text + length);
	return text;
}

// The same for files that tell later: waits for count signals, and a little for more than that.
static __attribute__((unused)) const char *came_late(int count)
{
	static char text[4096];
	size_t length = 0;

	text[0] = 0;
	for (int i = 0; length < sizeof(text) - 64; i++) {
		if (!one_signal(text + length, sizeof(text) - length, i < count ? 5000 : 30))
			break;
		length += strlen(text + length);
	}
	return text;
}

#endif
