/* SPDX-License-Identifier: MIT */
/*
 * core/printk.h - the kernel log.
 *
 * printk() formats into a ring that /dev/kmsg, syslog(2) and dmesg read, and sends lines at or
 * below the console level to the serial port. It may be called in any context, takes no lock that
 * it could wait for, and may lose output rather than wait. Levels as Linux's, as a prefix:
 * printk(LOG_WARN "text\n"). panic() stops the other CPUs and reports through the emergency path; a
 * line that begins "*** tern panic:" is what runners look for.
 */
#ifndef CORE_PRINTK_H
#define CORE_PRINTK_H

#include <core/types.h>
#include <core/upcall.h>

#define LOG_EMERG \
	"\001"    \
	"0"
#define LOG_ERR \
	"\001"  \
	"3"
#define LOG_WARN \
	"\001"   \
	"4"
#define LOG_NOTICE \
	"\001"     \
	"5"
#define LOG_INFO \
	"\001"   \
	"6"
#define LOG_DEBUG \
	"\001"    \
	"7"

/* Lines with a level numerically below this go to the console; the ring gets all. 1..8. syslog(8).
 */
void printk_set_console_level(int level);
int printk_console_level(void);

/* One record as it is, of up to PRINTK_LINE_MAX bytes; a newline at its end is not part of it. priority: a level, and 8 times the
 * facility. Context as of printk(). */
#define PRINTK_LINE_MAX 1024
void printk_line(int priority, const char *text, size_t length);

/* One record, the next one from *seq on, which becomes the one's after it: its bytes, 0 when there is none. Any context but NMI.
 * printk_text(): as syslog(2) has it, "<6>[    1.234567] line\n" for each of its lines that fits. */
#define PRINTK_TEXT_MAX 2048
size_t printk_text(uint64_t *seq, char *buf);
/* As /dev/kmsg has it, "6,17,12345,-;text\n", what is no plain sign as \x0a. */
#define PRINTK_RECORD_MAX 4224
size_t printk_record(uint64_t *seq, char *buf);
/* The log wakes nobody: whoever prints must not have to take locks. Who waits looks again so often. printk_wait() does until there
 * is a record seq: 0, or -errno after a signal. */
#define PRINTK_INTERVAL (100 * NSEC_PER_MSEC)
__must_check int printk_wait(uint64_t seq); /* core/proc/uts.c */
uint64_t printk_first(void);		    /* oldest sequence that is still there */
uint64_t printk_next(void);		    /* sequence that the next record will get */

/* core/lib/printf.c: as C's, with %pS (symbol+offset) besides; no floating point; n includes the
 * NUL; returns the length that was wanted. */
#include <stdarg.h>
__printf(3, 4) int snprintf(char *buf, size_t n, const char *format, ...);
int vsnprintf(char *buf, size_t n, const char *format, va_list ap);
/* As snprintf, but returns what was really written: safe to add up. */
__printf(3, 4) int scnprintf(char *buf, size_t n, const char *format, ...);

/* Symbol for a kernel address as "name+0xoff/0xsize" into buf; false if it is not in the text. Any
 * context. */
bool symbol_name(vaddr_t pc, char *buf, size_t n);

#endif
