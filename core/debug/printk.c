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

struct record {
	uint64_t time;
	uint32_t size;	 /* of record and text, rounded up */
	uint16_t length; /* of the text */
	uint8_t level;
	uint8_t unused;
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

static void append(int level, const char *text, size_t length)
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
			     .level = (uint8_t)level};
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

void printk_line(int level, const char *text, size_t length)
{
	if (length && text[length - 1] == '\n')
		length--;

	unsigned long flags = hal_irq_save();
	bool entered = ring_enter();

	if (entered)
		append(level, text, length);
	if (level < READ_ONCE(console_level) || panicking())
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

size_t printk_read(uint64_t *seq, char *buf, size_t n)
{
	size_t done = 0;
	unsigned long flags = hal_irq_save();

	if (!ring_enter()) {
		hal_irq_restore(flags);
		return 0;
	}
	if (*seq < first_seq)
		*seq = first_seq;
	uint32_t at = first_at;

	for (uint64_t s = first_seq; s != next_seq; s++) {
		at = skip_filler(at);
		struct record *r = record_at(at);

		at += r->size;
		if (s < *seq)
			continue;
		if (done + r->length + 40u > n)
			break;
		done += (size_t)scnprintf(buf + done, n - done, "<%d>", r->level);
		done += format_time(buf + done, n - done, r->time);
		done += (size_t)scnprintf(buf + done, n - done, "%.*s\n", r->length, r->text);
		*seq = s + 1;
	}
	ring_leave();
	hal_irq_restore(flags);
	return done;
}

size_t printk_record(uint64_t *seq, char *buf, size_t n)
{
	unsigned long flags = hal_irq_save();
	size_t done = 0;

	if (!ring_enter()) {
		hal_irq_restore(flags);
		return 0;
	}
	if (*seq < first_seq)
		*seq = first_seq;
	uint32_t at = first_at;

	for (uint64_t s = first_seq; s != next_seq; s++) {
		at = skip_filler(at);
		struct record *r = record_at(at);

		at += r->size;
		if (s != *seq)
			continue;
		done = (size_t)scnprintf(
			buf, n, "%u,%llu,%llu,-;%.*s\n", r->level, (unsigned long long)s,
			(unsigned long long)(r->time / 1000), (int)r->length, r->text);
		*seq = s + 1;
		break;
	}
	ring_leave();
	hal_irq_restore(flags);
	return done;
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
