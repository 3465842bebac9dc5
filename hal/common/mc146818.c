// SPDX-License-Identifier: MIT
// The PC's battery clock (Motorola MC146818), through the port's access to its registers. It is
// taken to run in UTC.

#include <common/rtc.h>

#define ENODEV	       19
#define REG_A	       0x0a
#define REG_B	       0x0b
#define REG_CENTURY    0x32
#define A_UPDATING     0x80
#define B_24_HOURS     0x02
#define B_BINARY       0x04
#define HOUR_AFTERNOON 0x80

struct reading {
	uint8_t second, minute, hour, day, month, year, century;
};

static struct reading take(uint8_t (*cmos)(uint8_t reg))
{
	return (struct reading){cmos(0), cmos(2), cmos(4),	    cmos(7),
				cmos(8), cmos(9), cmos(REG_CENTURY)};
}

static bool same(const struct reading *a, const struct reading *b)
{
	return a->second == b->second && a->minute == b->minute && a->hour == b->hour &&
	       a->day == b->day && a->month == b->month && a->year == b->year &&
	       a->century == b->century;
}

static unsigned int number(uint8_t value, uint8_t mode)
{
	return mode & B_BINARY ? value : (value >> 4) * 10u + (value & 15u);
}

// Days from 1970-01-01 to the date of the Gregorian calendar: years begin in March, so that leap
// days end them.
static uint64_t days_before(unsigned int year, unsigned int month, unsigned int day)
{
	unsigned int y = month > 2 ? year : year - 1;
	unsigned int m = month > 2 ? month - 3 : month + 9;

	return y * 365ul + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

int mc146818_read(uint8_t (*cmos)(uint8_t reg), uint64_t *seconds)
{
	struct reading now = {0}, again;
	uint8_t mode = cmos(REG_B);
	unsigned int year, month, day, hour, century;
	bool afternoon;

	// An update lasts 2 ms and is announced; two equal readings outside one are right.
	for (unsigned int tries = 0;; tries++) {
		if (tries == 10000)
			return -ENODEV;
		if (cmos(REG_A) & A_UPDATING)
			continue;
		now = take(cmos);
		again = take(cmos);
		if (same(&now, &again) && !(cmos(REG_A) & A_UPDATING))
			break;
	}
	afternoon = now.hour & HOUR_AFTERNOON;
	hour = number(now.hour & ~HOUR_AFTERNOON, mode);
	if (!(mode & B_24_HOURS))
		hour = hour % 12 + (afternoon ? 12 : 0);
	century = number(now.century, mode);
	year = number(now.year, mode);
	year += century >= 19 && century <= 29 ? century * 100 : year < 70 ? 2000 : 1900;
	month = number(now.month, mode);
	day = number(now.day, mode);
	if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || year < 1970)
		return -ENODEV;
	*seconds = days_before(year, month, day) * 86400 + hour * 3600ul +
		   number(now.minute, mode) * 60ul + number(now.second, mode);
	return 0;
}
