// SPDX-License-Identifier: MIT
// Covers: SYS-02. /dev/kmsg: what is written comes back as one record, whatever its length and its signs; syslog(2) gives the
// same as lines, in pieces as small as are asked for.
#include "contract.h"

#include <sys/klog.h>

#define LONGEST 1023

enum {
	SYSLOG_READ = 2,
	SYSLOG_READ_ALL = 3,
	SYSLOG_READ_CLEAR = 4,
	SYSLOG_CLEAR = 5,
	SYSLOG_CONSOLE_OFF = 6,
	SYSLOG_CONSOLE_ON = 7,
	SYSLOG_SIZE_UNREAD = 9
};

static char text[1 << 17], line[1025];

// The next record of some text of ours: others write, too.
static const char *record(int log, int *priority)
{
	const char *from;
	ssize_t n;

	do {
		n = MUST(read(log, text, 8192));
		text[n] = 0;
		from = strchr(text, ';');
	} while (!from || strncmp(from + 1, "contract", 8) != 0);
	*strchr(text, '\n') = 0;
	*priority = atoi(text);
	return from + 1;
}

static void is_read(int log, int priority, const char *expected)
{
	int got;

	CHECK_TEXT(record(log, &got), expected);
	CHECK_EQ(got, priority);
}

static void put(int log, const char *what)
{
	CHECK_EQ(write(log, what, strlen(what)), strlen(what));
}

static void long_line(size_t length)
{
	memset(line, 'x', sizeof(line));
	memcpy(line, "contract", 8);
	line[length - 1] = '\n';
	line[length] = 0;
}

// Who writes is no part of the kernel: facility 1 if it tells no other.
static void records(int log)
{
	put(log, "contract one\n");
	put(log, "<6>contract two %s%c\n");
	put(log, "<30>contract three\n");
	put(log, "contract\ttab\\ \a\x7f \xc3\xa9\n\n");
	put(log, "contract a\nb\n");
	long_line(LONGEST);
	put(log, line);
	is_read(log, 12, "contract one");
	is_read(log, 14, "contract two %s%c");
	is_read(log, 30, "contract three");
	is_read(log, 12, "contract\\x09tab\\x5c \\x07\\x7f \\xc3\\xa9\\x0a");
	is_read(log, 12, "contract a\\x0ab");
	line[LONGEST - 1] = 0;
	is_read(log, 12, line);
	CHECK_ERRNO(write(log, line, 1025), EINVAL);
}

// Who polls is woken by what is written; that more can be written, nobody is told.
static void polled(int log)
{
	struct pollfd item = {log, POLLIN | POLLOUT, 0};
	pid_t child;

	CHECK_EQ(lseek(log, 0, SEEK_END), 0);
	child = CHILD(CHECK_EQ(poll(&item, 1, -1), 1); CHECK_EQ(item.revents, POLLIN));
	wait_until_asleep(child);
	put(log, "contract polled\n");
	CHECK_EXIT(child, 0);
	is_read(log, 12, "contract polled");
}

static void everything(int log)
{
	int n;

	MUST(klogctl(SYSLOG_CLEAR, NULL, 0));
	long_line(LONGEST);
	put(log, line);
	put(log, "contract a\nb\n");
	n = (int)MUST(klogctl(SYSLOG_READ_ALL, text, sizeof(text)));
	text[n] = 0;
	CHECK(strstr(text, line) != NULL);
	CHECK(strstr(text, "] contract a\n<12>[") != NULL);
	CHECK(strstr(text, "] b\n") != NULL);
	// The last whole records that fit.
	n = (int)MUST(klogctl(SYSLOG_READ_ALL, text, LONGEST));
	text[n] = 0;
	CHECK_EQ(text[0], '<');
	CHECK(strstr(text, "] contract a\n<12>[") != NULL);
	CHECK(strstr(text, "xxx") == NULL);
	CHECK_EQ(klogctl(SYSLOG_READ_ALL, text, 10), 0);
	CHECK_EQ(klogctl(SYSLOG_READ_CLEAR, text, 0), 0); // and clears nothing
	CHECK_EQ(klogctl(SYSLOG_READ_ALL, text, LONGEST), n);
}

static void what_is_new(int log)
{
	size_t size = 0;
	pid_t child;
	int unread;

	while (MUST(klogctl(SYSLOG_SIZE_UNREAD, NULL, 0)) > 0)
		MUST(klogctl(SYSLOG_READ, text, sizeof(text)));
	child = CHILD(MUST(klogctl(SYSLOG_READ, text, 1)); CHECK_EQ(text[0], '<'));
	wait_until_asleep(child);
	long_line(LONGEST);
	put(log, line);
	CHECK_EXIT(child, 0);
	put(log, "contract behind\n");
	unread = klogctl(SYSLOG_SIZE_UNREAD, NULL, 0);
	CHECK(unread > LONGEST + 16);
	text[0] = 0;
	do {
		size += (size_t)MUST(klogctl(SYSLOG_READ, text + size, 100));
		text[size] = 0;
	} while (!strstr(text, "contract behind\n"));
	CHECK(size >= (size_t)unread);
	CHECK_EQ(strncmp(text, "12>[", 4), 0);
	CHECK(strstr(text, line) != NULL);
}

CONTRACT
{
	int log = (int)MUST(open("/dev/kmsg", O_RDWR)), many;

	// Linux lets others write but ten lines in five seconds.
	many = open("/proc/sys/kernel/printk_devkmsg", O_WRONLY);
	(void)!write(many, "on\n", 3);
	MUST(klogctl(SYSLOG_CONSOLE_OFF, NULL, 0));
	CHECK_EQ(lseek(log, 0, SEEK_END), 0);
	records(log);
	polled(log);
	everything(log);
	what_is_new(log);
	MUST(klogctl(SYSLOG_CONSOLE_ON, NULL, 0));
}
