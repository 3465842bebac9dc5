// SPDX-License-Identifier: MIT
// The kernel log: a ring of records, and lines for the console.
//
// The ring is guarded by a bare word that is tried, not waited for beyond a bound: printk works
// from any context, even inside the scheduler or while another CPU is stuck with the ring, at worst
// by losing a record.

#include <core/init.h>
#include <core/lib/string.h>
#include <core/panic.h>
#include <core/percpu.h>
#include <core/printk.h>
#include <core/time.h>
#include <hal/debug.h>
#include <hal/time.h>

#define RING_SIZE (64u * 1024)
#define LINE_MAX  360
#define TRIES	  1000000u
/* Before each line of syslog(2)'s text, with its newline and a NUL; before a record of /dev/kmsg. */
#define PREFIX_MAX 32u
#define HEADER_MAX 64u
_Static_assert(LINE_MAX <= PRINTK_LINE_MAX, "what printk() says fits into a record");
_Static_assert(PREFIX_MAX + PRINTK_LINE_MAX <= PRINTK_TEXT_MAX, "any record gives some text");
_Static_assert(HEADER_MAX + 4 * PRINTK_LINE_MAX <= PRINTK_RECORD_MAX, "whole records");

struct record {
	uint64_t time;
	uint32_t size;	 /* of record and text, rounded up */
	uint16_t length; /* of the text */
	uint16_t priority;
	char text[];
};

static char ring[RING_SIZE] __aligned_to(8);
static uint64_t first_seq, next_seq; /* [ring_word] */
static uint32_t first_at, next_at;   /* [ring_word] offsets */
static uint32_t ring_word;
static int console_level = 7;

static bool ring_enter(void)
{
	for (unsigned int i = 0; i < TRIES; i++) {
		if (!__atomic_exchange_n(&ring_word, 1, __ATOMIC_ACQUIRE))
			return true;
		hal_cpu_relax();
	}
	return false;
}

static void ring_leave(void)
{
	store_release(&ring_word, 0);
}

static struct record *record_at(uint32_t at)
{
	return (struct record *)(void *)&ring[at];
}

/* A record never wraps: one of length 0 and the rest of the ring fills the end. */
static uint32_t skip_filler(uint32_t at)
{
	return at + sizeof(struct record) > RING_SIZE || record_at(at)->size == 0 ? 0 : at;
}

static uint32_t used(void)
{
	return next_seq == first_seq ? 0
	       : next_at > first_at  ? next_at - first_at
				     : RING_SIZE - first_at + next_at;
}

static void drop_first(void)
{
	first_at = skip_filler(first_at);
	first_at += record_at(first_at)->size;
	first_seq++;
	first_at = first_seq == next_seq ? next_at : skip_filler(first_at);
}

static void append(int priority, const char *text, size_t length)
{
	uint32_t size = (uint32_t)ALIGN_UP(sizeof(struct record) + length, 8);

	if (next_at + size > RING_SIZE) {
		/* Everything from here to the end goes. */
		while (first_seq != next_seq && first_at >= next_at)
			drop_first();
		if (next_at + sizeof(struct record) <= RING_SIZE)
			record_at(next_at)->size = 0;
		next_at = 0;
		if (first_seq == next_seq)
			first_at = 0;
	}
	while (first_seq != next_seq && used() + size >= RING_SIZE)
		drop_first();
	while (first_seq != next_seq && first_at >= next_at && first_at < next_at + size)
		drop_first();

	struct record *r = record_at(next_at);

	*r = (struct record){.time = hal_time_ns(),
			     .size = size,
			     .length = (uint16_t)length,
			     .priority = (uint16_t)priority};
	memcpy(r->text, text, length);
	if (first_seq == next_seq)
		first_at = next_at;
	next_at += size;
	next_seq++;
}

/* "[    1.234567] " */
static size_t format_time(char *out, size_t n, uint64_t time)
{
	return (size_t)scnprintf(out, n, "[%5llu.%06llu] ", time / NSEC_PER_SEC,
				 time % NSEC_PER_SEC / 1000);
}

static void to_console(uint64_t time, const char *text, size_t length)
{
	char stamp[32];

	hal_debug_write(stamp, format_time(stamp, sizeof(stamp), time));
	hal_debug_write(text, length);
	hal_debug_write("\n", 1);
}

void printk_line(int priority, const char *text, size_t length)
{
	if (length && text[length - 1] == '\n')
		length--;
	length = MIN(length, (size_t)PRINTK_LINE_MAX);

	unsigned long flags = hal_irq_save();
	bool entered = ring_enter();

	if (entered)
		append(priority, text, length);
	if ((priority & 7) < READ_ONCE(console_level) || panicking())
		to_console(hal_time_ns(), text, length);
	if (entered)
		ring_leave();
	hal_irq_restore(flags);
}

void printk(const char *format, ...)
{
	char text[LINE_MAX];
	int level = 6;
	va_list ap;

	if (format[0] == '\001') {
		level = format[1] - '0';
		format += 2;
	}
	va_start(ap, format);
	size_t length = (size_t)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	printk_line(level, text, MIN(length, sizeof(text) - 1));
}

uint64_t printk_first(void)
{
	return READ_ONCE(first_seq);
}

uint64_t printk_next(void)
{
	return READ_ONCE(next_seq);
}

/* The record *seq, or the first after it that is left; NULL: there is none yet. *seq becomes the next one's. [ring_word] */
static const struct record *next_record(uint64_t *seq)
{
	uint32_t at = first_at;

	for (uint64_t s = first_seq; s != next_seq; s++) {
		at = skip_filler(at);
		if (s >= *seq) {
			*seq = s + 1;
			return record_at(at);
		}
		at += record_at(at)->size;
	}
	return NULL;
}

static size_t as_lines(const struct record *r, char *buf, size_t n)
{
	const char *line = r->text, *end = line + r->length, *stop;
	size_t done = 0;

	for (; line <= end; line = stop + 1) {
		stop = memchr(line, '\n', (size_t)(end - line));
		stop = stop ? stop : end;
		if (done + PREFIX_MAX + (size_t)(stop - line) > n)
			break;
		done += (size_t)scnprintf(buf + done, n - done, "<%u>", r->priority);
		done += format_time(buf + done, n - done, r->time);
		done += (size_t)scnprintf(buf + done, n - done, "%.*s\n", (int)(stop - line), line);
	}
	return done;
}

static size_t as_record(const struct record *r, uint64_t seq, char *buf, size_t n)
{
	size_t done =
		(size_t)scnprintf(buf, n, "%u,%llu,%llu,-;", r->priority, (unsigned long long)seq,
				  (unsigned long long)(r->time / 1000));

	for (unsigned int i = 0; i < r->length; i++) {
		unsigned char c = (unsigned char)r->text[i];

		done += (size_t)scnprintf(buf + done, n - done,
					  c < ' ' || c >= 127 || c == '\\' ? "\\x%02x" : "%c", c);
	}
	return done + (size_t)scnprintf(buf + done, n - done, "\n");
}

static size_t read_record(uint64_t *seq, char *buf, bool lines)
{
	unsigned long flags = hal_irq_save();
	const struct record *r;
	size_t done = 0;

	if (ring_enter()) {
		r = next_record(seq);
		if (r)
			done = lines ? as_lines(r, buf, PRINTK_TEXT_MAX)
				     : as_record(r, *seq - 1, buf, PRINTK_RECORD_MAX);
		ring_leave();
	}
	hal_irq_restore(flags);
	return done;
}

size_t printk_text(uint64_t *seq, char *buf)
{
	return read_record(seq, buf, true);
}

size_t printk_record(uint64_t *seq, char *buf)
{
	return read_record(seq, buf, false);
}

void printk_set_console_level(int level)
{
	WRITE_ONCE(console_level, level);
}

int printk_console_level(void)
{
	return READ_ONCE(console_level);
}

static int set_loglevel(const char *value)
{
	unsigned long long level;

	if (!value || parse_u64(value, 10, &level) || level > 15)
		return -22;
	console_level = (int)level;
	return 0;
}
BOOT_OPTION("loglevel", set_loglevel);

static int set_quiet(const char *value)
{
	console_level = 4;
	return value ? -22 : 0;
}
BOOT_OPTION("quiet", set_quiet);
