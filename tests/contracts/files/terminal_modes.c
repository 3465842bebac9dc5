// SPDX-License-Identifier: MIT
// Covers: FILE-21. A pty's line discipline: canonical lines, erase, kill and EOF, MIN and TIME,
// raw mode, output translation, echo, special characters off.
#include "contract.h"
#include <sys/ioctl.h>
#include <termios.h>

static int master, slave;
static struct termios state;

static const char *slave_reads(void)
{
	static char text[128];
	ssize_t n = MUST(read(slave, text, sizeof(text) - 1));

	text[n] = 0;
	return text;
}

// So many bytes of output, in as many readings as it takes.
static const char *master_reads(size_t n)
{
	static char text[128];

	for (size_t have = 0; have < n;)
		have += (size_t)MUST(read(master, text + have, n - have));
	text[n] = 0;
	return text;
}

static void types(const char *text)
{
	MUST(write(master, text, strlen(text)));
}

CONTRACT
{
	char name[64];
	int number, unlock = 0, count;

	master = (int)MUST(open("/dev/ptmx", O_RDWR | O_NOCTTY));
	MUST(ioctl(master, TIOCSPTLCK, &unlock));
	MUST(ioctl(master, TIOCGPTN, &number));
	snprintf(name, sizeof(name), "/dev/pts/%d", number);
	slave = (int)MUST(open(name, O_RDWR | O_NOCTTY));
	MUST(tcgetattr(slave, &state));
	CHECK_EQ(state.c_lflag & (ICANON | ECHO | ISIG | IEXTEN), ICANON | ECHO | ISIG | IEXTEN);
	CHECK_EQ(state.c_cc[VEOF], 4);
	CHECK_EQ(state.c_cc[VINTR], 3);
	CHECK_EQ(state.c_cc[VERASE], 127);
	CHECK_EQ(cfgetospeed(&state), B38400);
	types("abc\177d\n");
	CHECK_TEXT(slave_reads(), "abd\n");
	CHECK_TEXT(master_reads(9), "abc\b \bd\r\n");
	types("wrong\025right\r");
	CHECK_TEXT(slave_reads(), "right\n");
	// Half a line is not there yet; EOF makes it so, and alone it is an end.
	types("half");
	MUST(ioctl(slave, FIONREAD, &count));
	CHECK_EQ(count, 0);
	types("\004");
	CHECK_TEXT(slave_reads(), "half");
	types("\004");
	CHECK_TEXT(slave_reads(), "");
	types("one\ntwo\n");
	CHECK_TEXT(slave_reads(), "one\n");
	char part[3] = {0};
	CHECK_EQ(read(slave, part, 2), 2);
	CHECK_TEXT(part, "tw");
	CHECK_TEXT(slave_reads(), "o\n");
	// A byte of ones comes as two, also at the end of a line.
	struct termios marking = state;
	marking.c_iflag |= PARMRK;
	marking.c_cc[VEOL2] = 0xff;
	MUST(tcsetattr(slave, TCSANOW, &marking));
	types("a\xff");
	CHECK_TEXT(slave_reads(), "a\xff\xff");
	marking.c_cc[VEOL2] = 0;
	MUST(tcsetattr(slave, TCSANOW, &marking));
	types("a\xff\n");
	CHECK_TEXT(slave_reads(), "a\xff\xff\n");
	MUST(tcsetattr(slave, TCSANOW, &state));
	tcflush(master, TCIFLUSH);
	while (poll(&(struct pollfd){master, POLLIN, 0}, 1, 0) == 1)
		master_reads(1);
	MUST(write(slave, "a\nb", 3));
	CHECK_TEXT(master_reads(4), "a\r\nb");
	struct termios raw = state;
	cfmakeraw(&raw);
	raw.c_cc[VMIN] = 3;
	raw.c_cc[VTIME] = 0;
	CHECK_EQ(tcsetattr(slave, TCSANOW, &raw), 0);
	types("\003x");
	CHECK_EQ(poll(&(struct pollfd){slave, POLLIN, 0}, 1, 0), 0);
	types("\r");
	CHECK_TEXT(slave_reads(), "\003x\r");
	CHECK_EQ(poll(&(struct pollfd){master, POLLIN, 0}, 1, 0), 0);
	MUST(write(slave, "\n", 1));
	CHECK_TEXT(master_reads(1), "\n");
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 1;
	MUST(tcsetattr(slave, TCSANOW, &raw));
	long long start = now_ns(CLOCK_MONOTONIC);
	CHECK_TEXT(slave_reads(), "");
	CHECK(now_ns(CLOCK_MONOTONIC) - start >= 90000000);
	raw.c_cc[VTIME] = 0;
	MUST(tcsetattr(slave, TCSANOW, &raw));
	CHECK_TEXT(slave_reads(), "");
	struct winsize size = {24, 80, 1, 2}, got;
	CHECK_EQ(ioctl(master, TIOCSWINSZ, &size), 0);
	CHECK_EQ(ioctl(slave, TIOCGWINSZ, &got), 0);
	CHECK_EQ(got.ws_row * 1000 + got.ws_col, 24080);
	close(slave);
	CHECK_ERRNO(read(master, name, 1), EIO);
	CHECK_ERRNO(ioctl(0, TIOCGWINSZ, &got), ENOTTY);
}
