// SPDX-License-Identifier: MIT
// The line discipline: what Linux's N_TTY does to characters on their way in (editing, signals,
// echo, flow control) and out (OPOST).

#include "tty.h"

#include <core/lib/bitmap.h>
#include <core/lib/string.h>

#define MASK	  (TTY_QUEUE - 1)
#define CC(i)	  (tty->termios.base.cc[i])
#define IFLAG(f)  (tty->termios.base.iflag & (f))
#define OFLAG(f)  (tty->termios.base.oflag & (f))
#define LFLAG(f)  (tty->termios.base.lflag & (f))
#define OUT_SPARE 64u /* kept free of programs' output, so that echo finds room */

static bool is_control(uint8_t c)
{
	return c < 32 || c == 127;
}

/* Cases are those of Latin-1. */
static bool is_lower(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 0xdf && c != 0xf7);
}

static bool is_upper(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 0xc0 && c < 0xdf && c != 0xd7);
}

static bool is_continuation(const struct tty *tty, uint8_t c)
{
	return IFLAG(IUTF8) && (c & 0xc0) == 0x80;
}

/* c is the special character i (and not disabled)? */
static bool is(const struct tty *tty, uint8_t c, unsigned int i)
{
	return c == CC(i) && c != 0;
}

/* ---- output ---- */

static uint32_t out_room(const struct tty *tty)
{
	return TTY_QUEUE - tty_out_used(tty);
}

static void put_raw(struct tty *tty, uint8_t c)
{
	if (out_room(tty) > 0)
		tty->out[tty->out_head++ & MASK] = c;
}

/* One character through OPOST; false when there may be no room for what it becomes. */
static bool put(struct tty *tty, uint8_t c, uint32_t spare)
{
	if (out_room(tty) < spare + 8)
		return false;
	if (!OFLAG(OPOST)) {
		put_raw(tty, c);
		return true;
	}
	switch (c) {
	case '\n':
		if (OFLAG(ONLRET))
			tty->column = 0;
		if (OFLAG(ONLCR)) {
			tty->column = 0;
			put_raw(tty, '\r');
		}
		break;
	case '\r':
		if (OFLAG(ONOCR) && tty->column == 0)
			return true;
		if (OFLAG(OCRNL)) {
			c = '\n';
			if (OFLAG(ONLRET))
				tty->column = 0;
			break;
		}
		tty->column = 0;
		break;
	case '\t': {
		uint32_t spaces = 8 - (tty->column & 7);

		tty->column += spaces;
		if (OFLAG(TABDLY) == XTABS) {
			while (spaces--)
				put_raw(tty, ' ');
			return true;
		}
		break;
	}
	case '\b':
		if (tty->column > 0)
			tty->column--;
		break;
	default:
		if (OFLAG(OLCUC) && is_lower(c))
			c = (uint8_t)(c - 0x20);
		if (!is_control(c) && !is_continuation(tty, c))
			tty->column++;
	}
	put_raw(tty, c);
	return true;
}

/* What was put out so far stays. */
static void begin_batch(struct tty *tty)
{
	tty->batch = tty->shown = tty->out_head;
	tty->batch_column = tty->column;
}

/* What is put out from here on is no echo that waits any more. */
static void show_echo(struct tty *tty)
{
	if (tty->stopped && tty->driver->instant)
		return;
	tty->holding = false;
	tty->shown = tty->out_head;
}

static void tell_packet(struct tty *tty, uint8_t what, uint8_t instead)
{
	if (!tty->packet)
		return;
	tty->packet_status = (uint8_t)((tty->packet_status & ~instead) | what);
	tty->driver->kick(tty);
}

void ldisc_send(struct tty *tty, uint8_t c)
{
	if ((tty->stopped_by_call && tty->driver->instant) || !out_room(tty))
		return;
	put_raw(tty, c);
	if (tty->holding) { /* it overtakes the echo */
		for (uint32_t at = tty->out_head - 1; at != tty->held; at--)
			tty->out[at & MASK] = tty->out[(at - 1) & MASK];
		tty->out[tty->held++ & MASK] = c;
		tty->batch++;
		if (tty->stopped)
			tell_packet(tty, TIOCPKT_STOP, TIOCPKT_START); /* it went on for this */
	} else {
		begin_batch(tty);
	}
	tty->driver->kick(tty);
}

size_t ldisc_output(struct tty *tty, const uint8_t *data, size_t n)
{
	size_t i;

	assert_spin_held(&tty->lock);
	if (tty->stopped && tty->driver->instant)
		return 0;
	tty->holding = false;
	for (i = 0; i < n; i++)
		if (!put(tty, data[i], OUT_SPARE))
			break;
	begin_batch(tty);
	tty->driver->kick(tty);
	return i;
}

size_t tty_take_output(struct tty *tty, uint8_t *to, size_t n)
{
	bool room = tty_out_room(tty);
	size_t i;

	if (tty->stopped && !tty->driver->instant)
		return 0;
	for (i = 0; i < n && tty_out_ready(tty); i++)
		to[i] = tty->out[tty->out_tail++ & MASK];
	if (!room && tty_out_room(tty))
		wait_wake(&tty->write_wait, 0, POLLOUT | POLLWRNORM);
	return i;
}

void ldisc_stop(struct tty *tty, bool by_call)
{
	tty->stopped_by_call |= by_call;
	if (tty->stopped)
		return;
	tty->stopped = true;
	if (by_call && !tty->holding)
		begin_batch(tty);
	if (tty->driver->instant && !tty->holding) {
		tty->holding = true; /* also what this typing has echoed so far */
		tty->held = by_call ? tty->out_head : tty->shown;
	}
	tell_packet(tty, TIOCPKT_STOP, TIOCPKT_START);
	tty->driver->kick(tty);
}

void ldisc_start(struct tty *tty, bool by_call)
{
	if (!tty->stopped || tty->stopped_by_call != by_call)
		return; /* each ends what it began */
	tty->stopped_by_call = false;
	tty->stopped = false;
	if (!by_call) /* a call leaves the echo to whoever comes next */
		show_echo(tty);
	tell_packet(tty, TIOCPKT_START, TIOCPKT_STOP);
	tty->driver->kick(tty);
	if (tty_out_room(tty))
		wait_wake(&tty->write_wait, 0, POLLOUT | POLLWRNORM);
}

/* ---- echo ---- */

/* false: there is no room for more. */
static bool echo(struct tty *tty, uint8_t c)
{
	if (LFLAG(ECHOCTL) && is_control(c) && c != '\t') {
		put(tty, '^', 0);
		return put(tty, c ^ 0100, 0);
	}
	if (c == 0xff) { /* no letter to OLCUC */
		put_raw(tty, c);
		tty->column++;
		return out_room(tty) > 0;
	}
	return put(tty, c, 0);
}

static void rub_out(struct tty *tty, uint32_t columns)
{
	while (columns--) {
		put(tty, '\b', 0);
		put(tty, ' ', 0);
		put(tty, '\b', 0);
	}
}

static void go_back(struct tty *tty, uint32_t columns)
{
	while (columns--)
		put(tty, '\b', 0);
}

/* Columns that the character at position at takes up, the echo of the line having begun at
 * line_column. */
static uint32_t width(const struct tty *tty, uint32_t at)
{
	uint8_t c = tty->in[at & MASK];

	if (c == '\t') {
		uint32_t column = 0, from = at;

		/* Behind another tab all columns are multiples of 8. */
		while (from != tty->canon && tty->in[(from - 1) & MASK] != '\t')
			column += width(tty, --from);
		if (from == tty->canon)
			column += tty->line_column;
		return 8 - (column & 7);
	}
	if (is_control(c))
		return LFLAG(ECHOCTL) ? 2 : 0;
	return is_continuation(tty, c) ? 0 : 1;
}

/* ---- input, canonical ---- */

/* ECHOPRT: what is erased is shown between a backslash and a slash. */
static void end_erasing(struct tty *tty)
{
	if (tty->erasing)
		put(tty, '/', 0);
	tty->erasing = false;
}

static void show_erased(struct tty *tty, uint32_t from, uint32_t to)
{
	if (!tty->erasing)
		put(tty, '\\', 0);
	tty->erasing = true;
	echo(tty, tty->in[from & MASK]);
	while (++from != to)
		put_raw(tty, tty->in[from & MASK]);
}

/* one: by VERASE, which shows itself if it cannot rub out. */
static bool erase_one(struct tty *tty, bool one)
{
	uint32_t columns = 0, end = tty->in_head;

	if (tty->in_head == tty->canon)
		return false;
	do {
		tty->in_head--;
		columns += width(tty, tty->in_head);
	} while (is_continuation(tty, tty->in[tty->in_head & MASK]) && tty->in_head != tty->canon);
	if (!LFLAG(ECHO))
		return true;
	if (LFLAG(ECHOPRT))
		show_erased(tty, tty->in_head, end);
	else if (one && !LFLAG(ECHOE))
		echo(tty, CC(VERASE));
	else if (tty->in[tty->in_head & MASK] == '\t')
		go_back(tty, columns);
	else
		rub_out(tty, columns);
	return true;
}

static bool is_word(uint8_t c)
{
	return (c >= '0' && c <= '9') || is_lower(c) || is_upper(c) || c == '_';
}

static void erase_word(struct tty *tty)
{
	bool seen = false;

	while (tty->in_head != tty->canon) {
		bool word = is_word(tty->in[(tty->in_head - 1) & MASK]);

		if (seen && !word)
			break;
		seen |= word;
		erase_one(tty, false);
	}
}

static void kill_line(struct tty *tty)
{
	if (LFLAG(ECHO) && LFLAG(ECHOK) && LFLAG(ECHOKE) && LFLAG(ECHOE)) {
		while (erase_one(tty, false))
			;
		return;
	}
	tty->in_head = tty->canon;
	if (LFLAG(ECHO)) {
		end_erasing(tty);
		echo(tty, CC(VKILL));
		if (LFLAG(ECHOK))
			put(tty, '\n', 0);
	}
}

/* By VERASE, VWERASE, VKILL; on an empty line they do nothing. */
static void erase(struct tty *tty, unsigned int how)
{
	if (tty->in_head == tty->canon)
		return;
	if (how == VERASE)
		(void)erase_one(tty, true);
	else if (how == VWERASE)
		erase_word(tty);
	else
		kill_line(tty);
	if (tty->in_head == tty->canon && LFLAG(ECHO))
		end_erasing(tty);
}

static void reprint(struct tty *tty)
{
	end_erasing(tty);
	echo(tty, CC(VREPRINT));
	put(tty, '\n', 0);
	tty->line_column = 0;
	for (uint32_t i = tty->canon; i != tty->in_head && echo(tty, tty->in[i & MASK]); i++)
		;
}

static void store(struct tty *tty, uint8_t c, bool ends, bool end_of_file)
{
	uint32_t at = tty->in_head & MASK;

	tty->in[at] = c;
	bitmap_clear(tty->line_end, at);
	bitmap_clear(tty->end_file, at);
	if (ends)
		bitmap_set(tty->line_end, at);
	if (end_of_file)
		bitmap_set(tty->end_file, at);
	tty->in_head++;
	if (ends)
		tty->canon = tty->in_head;
}

/* PARMRK: a byte of ones comes as two, since one marks an error. */
static void double_ones(struct tty *tty, uint8_t c)
{
	if (c == 0xff && IFLAG(PARMRK) && tty_in_used(tty) < TTY_QUEUE - 2)
		store(tty, c, false, false);
}

static void beep(struct tty *tty)
{
	if (IFLAG(IMAXBEL))
		put(tty, '\a', 0);
}

static void take_ordinary(struct tty *tty, uint8_t c)
{
	/* One place is kept for the line's end. */
	if (tty_in_used(tty) >= TTY_QUEUE - 1) {
		beep(tty);
		return;
	}
	if (LFLAG(ECHO)) {
		end_erasing(tty);
		if (tty->in_head == tty->canon)
			tty->line_column = tty->column;
		echo(tty, c);
	}
	double_ones(tty, c);
	store(tty, c, false, false);
}

static void end_line(struct tty *tty, uint8_t c, bool end_of_file)
{
	if (tty_in_used(tty) == TTY_QUEUE) {
		beep(tty);
		return;
	}
	store(tty, c, true, end_of_file);
	wait_wake(&tty->read_wait, 0, POLLIN | POLLRDNORM);
}

static void take_canonical(struct tty *tty, uint8_t c)
{
	if (is(tty, c, VERASE)) {
		erase(tty, VERASE);
	} else if (is(tty, c, VWERASE) && LFLAG(IEXTEN)) {
		erase(tty, VWERASE);
	} else if (is(tty, c, VKILL)) {
		erase(tty, VKILL);
	} else if (is(tty, c, VLNEXT) && LFLAG(IEXTEN)) {
		tty->literal = true;
		if (LFLAG(ECHO))
			end_erasing(tty);
		if (LFLAG(ECHO) && LFLAG(ECHOCTL)) {
			put(tty, '^', 0);
			put(tty, '\b', 0);
		}
	} else if (is(tty, c, VREPRINT) && LFLAG(IEXTEN) && LFLAG(ECHO)) {
		reprint(tty);
	} else if (c == '\n') {
		if (LFLAG(ECHO | ECHONL))
			put(tty, '\n', 0);
		end_line(tty, c, false);
	} else if (is(tty, c, VEOF)) {
		end_line(tty, 0, true); /* what is left of it for who reads raw */
	} else if (is(tty, c, VEOL) || (is(tty, c, VEOL2) && LFLAG(IEXTEN))) {
		if (LFLAG(ECHO))
			echo(tty, c);
		double_ones(tty, c);
		end_line(tty, c, false);
	} else {
		take_ordinary(tty, c);
	}
}

/* ---- input ---- */

/* The signal that character c is, or 0. */
static int signal_of(const struct tty *tty, uint8_t c)
{
	if (!LFLAG(ISIG))
		return 0;
	return is(tty, c, VINTR)   ? SIGINT
	       : is(tty, c, VQUIT) ? SIGQUIT
	       : is(tty, c, VSUSP) ? SIGTSTP
				   : 0;
}

/* What this typing has echoed so far. */
static void drop_echo(struct tty *tty)
{
	tty->erasing = false;
	if (!tty->driver->instant)
		return;
	if ((int32_t)(tty->out_tail - tty->batch) > 0)
		begin_batch(tty); /* somebody has read some of it */
	tty->out_head = tty->shown = tty->batch;
	tty->column = tty->batch_column;
	if (tty->holding)
		tty->held = tty->out_head;
}

static void take_signal(struct tty *tty, uint8_t c)
{
	if (!LFLAG(NOFLSH)) {
		drop_echo(tty);
		ldisc_flush_input(tty);
		ldisc_flush_output(tty);
	}
	if (IFLAG(IXON))
		ldisc_start(tty, false);
	if (LFLAG(ECHO))
		echo(tty, c);
}

/* One character; returns the signal it is, to be sent when the lock is free. */
static int take(struct tty *tty, uint8_t c)
{
	bool newline = false;
	int sig;

	if (IFLAG(ISTRIP))
		c &= 0x7f;
	if (IFLAG(IUCLC) && LFLAG(IEXTEN) && is_upper(c))
		c = (uint8_t)(c + 0x20);
	if (tty->literal) {
		tty->literal = false;
		if (LFLAG(ICANON)) {
			take_ordinary(tty, c);
			return 0;
		}
	}
	if (IFLAG(IXON)) {
		if (is(tty, c, VSTART)) {
			ldisc_start(tty, false);
			show_echo(tty);
			return 0;
		}
		if (is(tty, c, VSTOP)) {
			ldisc_stop(tty, false);
			return 0;
		}
	}
	sig = signal_of(tty, c);
	if (sig) {
		take_signal(tty, c);
		return sig;
	}
	if (IFLAG(IXON) && IFLAG(IXANY))
		ldisc_start(tty, false);
	if (c == '\r') {
		if (IFLAG(IGNCR))
			return 0;
		if (IFLAG(ICRNL)) {
			c = '\n';
			newline = true;
		}
	} else if (c == '\n' && IFLAG(INLCR)) {
		c = '\r';
	}
	if (LFLAG(ICANON)) {
		take_canonical(tty, c);
		return 0;
	}
	if (tty_in_used(tty) == TTY_QUEUE) {
		beep(tty);
		return 0;
	}
	if (LFLAG(ECHO) && newline)
		put(tty, c, 0);
	else if (LFLAG(ECHO))
		echo(tty, c); /* a raw LF, too, is a control character */
	double_ones(tty, c);
	store(tty, c, false, false);
	tty->canon = tty->in_head;
	return 0;
}

/* A full queue: a line that is being typed loses characters (the terminal beeps), but nothing that
 * a reader could make room for. */
bool ldisc_room(const struct tty *tty)
{
	return tty_in_used(tty) < TTY_QUEUE - (IFLAG(PARMRK) ? 2 : 1) || !ldisc_readable(tty, 1);
}

size_t ldisc_receive(struct tty *tty, const uint8_t *data, size_t n)
{
	bool begun = false;
	size_t i = 0;

	while (i < n) {
		unsigned long flags = spin_lock_irqsave(&tty->lock);
		bool echoed;
		uint32_t out_head = tty->out_head;
		unsigned int lines = 0; /* O_ASYNC tells of each */
		int sig = 0;

		if (!begun && tty->holding)
			tty->batch = tty->held;
		else if (!begun)
			begin_batch(tty);
		begun = true;
		/* Who cannot be told to wait loses what finds no room, but for signals. */
		while (i < n && !sig && (ldisc_room(tty) || !tty->driver->unthrottle)) {
			uint32_t canon = tty->canon, in_head = tty->in_head;

			sig = take(tty, data[i++]);
			lines += LFLAG(ICANON) && !sig && tty->canon != canon;
			/* What took away may have walked over the line: let interrupts in. */
			if (LFLAG(ICANON) && (int32_t)(tty->in_head - in_head) < 0) {
				spin_unlock_irqrestore(&tty->lock, flags);
				flags = spin_lock_irqsave(&tty->lock);
			}
		}
		if (!LFLAG(ICANON) && tty_in_used(tty)) {
			wait_wake(&tty->read_wait, 0, POLLIN | POLLRDNORM);
			lines = 1;
		}
		echoed = tty->out_head != out_head;
		tty->holding &= tty->stopped;
		tty->driver->kick(tty);
		spin_unlock_irqrestore(&tty->lock, flags);
		if (echoed && tty->driver->news)
			tty->driver->news(tty, POLL_IN);
		while (lines--)
			wait_wake_sigio(&tty->async_wait, POLL_IN);
		if (!sig)
			break;
		job_signal(tty, sig);
	}
	return i;
}

bool ldisc_readable(const struct tty *tty, size_t least)
{
	if (LFLAG(ICANON))
		return tty->canon != tty->in_tail;
	return tty_in_used(tty) >= least;
}

size_t ldisc_take(struct tty *tty, uint8_t *to, size_t n, bool *end)
{
	size_t done = 0;

	*end = false;
	while (done < n && !*end && ldisc_readable(tty, 1)) {
		uint32_t at = tty->in_tail++ & MASK;
		bool dropped = false;

		if (LFLAG(ICANON) && bitmap_test(tty->line_end, at)) {
			*end = true;
			dropped = bitmap_test(tty->end_file, at);
		}
		if (!dropped)
			to[done++] = tty->in[at];
	}
	/* A VEOF right behind what filled the buffer belongs to this line: it must not read as an
	 * end of file of its own. */
	if (LFLAG(ICANON) && !*end && done == n && n && ldisc_readable(tty, 1)) {
		uint32_t at = tty->in_tail & MASK;

		if (bitmap_test(tty->line_end, at) && bitmap_test(tty->end_file, at)) {
			tty->in_tail++;
			*end = true;
		}
	}
	return done;
}

size_t ldisc_pending(const struct tty *tty)
{
	size_t n = 0;

	if (!LFLAG(ICANON))
		return tty_in_used(tty);
	for (uint32_t i = tty->in_tail; i != tty->canon; i++)
		n += !bitmap_test(tty->end_file, i & MASK);
	return n;
}

void ldisc_flush_input(struct tty *tty)
{
	tty->in_tail = tty->canon = tty->in_head;
	tty->literal = tty->erasing = false;
	tell_packet(tty, TIOCPKT_FLUSHREAD, 0);
	if (tty->driver->unthrottle)
		tty->driver->unthrottle(tty);
}

void ldisc_flush_output(struct tty *tty)
{
	if (!tty->driver->instant) /* else it has gone */
		tty->out_tail = tty->out_head;
	tell_packet(tty, TIOCPKT_FLUSHWRITE, 0);
	wait_wake(&tty->write_wait, 0, POLLOUT | POLLWRNORM);
}

/* Stopped and started by ^S and ^Q: the other end may do that itself. */
static bool common_flow(const struct tty *tty)
{
	return IFLAG(IXON) && CC(VSTOP) == 19 && CC(VSTART) == 17;
}

void ldisc_set(struct tty *tty, const struct termios2 *new)
{
	bool was_canonical = LFLAG(ICANON), flow = common_flow(tty);

	assert_spin_held(&tty->lock);
	tty->termios = *new;
	if (was_canonical != (LFLAG(ICANON) != 0))
		tty->literal = tty->erasing = false;
	if (was_canonical && !LFLAG(ICANON)) {
		tty->canon = tty->in_head; /* half a line becomes readable */
		memset(tty->line_end, 0, sizeof(tty->line_end));
		memset(tty->end_file, 0, sizeof(tty->end_file));
	} else if (!was_canonical && LFLAG(ICANON)) {
		/* What was typed raw counts as a line. */
		if (tty_in_used(tty))
			bitmap_set(tty->line_end, (tty->in_head - 1) & MASK);
		tty->canon = tty->in_head;
		tty->line_column = tty->column;
	}
	if (!IFLAG(IXON))
		ldisc_start(tty, false);
	if (common_flow(tty) != flow)
		tell_packet(tty, flow ? TIOCPKT_NOSTOP : TIOCPKT_DOSTOP,
			    TIOCPKT_NOSTOP | TIOCPKT_DOSTOP);
	wait_wake(&tty->read_wait, 0, 0);
}
