/* Dates, timestamps and intervals to text. */
#include "datetime.h"
#include "str.h"
#include <stdio.h>

static char *put_two(char *p, unsigned v) {
	p[0] = '0' + v / 10;
	p[1] = '0' + v % 10;
	return p + 2;
}

static char *put_date(char *p, civil c) {
	int64_t year = c.year < 1 ? 1 - (int64_t)c.year : c.year;
	p = year < 10000 ? put_two(put_two(p, year / 100), year % 100) : p + sprintf(p, "%lld", (long long)year);
	*p++ = '-';
	p = put_two(p, c.month);
	*p++ = '-';
	return put_two(p, c.day);
}

/* HH:MM:SS[.ffffff] of microseconds, from 0 to a day. */
static char *put_clock(char *p, int64_t us) {
	uint32_t s = us / 1000000, fraction = us % 1000000;
	p = put_two(p, s / 3600);
	*p++ = ':';
	p = put_two(p, s / 60 % 60);
	*p++ = ':';
	p = put_two(p, s % 60);
	if (fraction) {
		*p++ = '.';
		p = put_two(put_two(put_two(p, fraction / 10000), fraction / 100 % 100), fraction % 100);
		while (p[-1] == '0') p--;
	}
	return p;
}

static void infinity_to_str(uint64_t out[2], slp_arena *a, int negative) {
	static const char text[] = "-infinity";
	const char *p = negative ? text : text + 1;
	str_copy(out, a, (const uint8_t *)p, strlen(p));
}

void slp_date_to_str(uint64_t out[2], slp_arena *a, int32_t days) {
	char buf[40];
	if (is_infinite_date(days)) {
		infinity_to_str(out, a, days < 0);
		return;
	}
	civil c = slp_civil_of(days);
	char *p = put_date(buf, c);
	if (c.year < 1) p = memcpy(p, " BC", 3) + 3;
	str_copy(out, a, (uint8_t *)buf, p - buf);
}

void slp_timestamp_to_str(uint64_t out[2], slp_arena *a, int64_t ts) {
	char buf[80];
	if (is_infinite(ts)) {
		infinity_to_str(out, a, ts < 0);
		return;
	}
	int64_t day = floor_div(ts, MICROS_PER_DAY);
	civil c = slp_civil_of(day);
	char *p = put_date(buf, c);
	*p++ = ' ';
	p = put_clock(p, ts - day * MICROS_PER_DAY);
	if (c.year < 1) p = memcpy(p, " BC", 3) + 3;
	str_copy(out, a, (uint8_t *)buf, p - buf);
}

void slp_interval_to_str(uint64_t out[2], slp_arena *a, INT128(x)) {
	char buf[160], *p = buf;
	int64_t months = (int64_t)x_hi, us = (int64_t)x_lo;
	const struct {
		int64_t v;
		const char *unit;
	} parts[] = {{months / 12, "year"}, {months % 12, "mon"}, {us / MICROS_PER_DAY, "day"}};
	int negative = 0;
	for (int i = 0; i < 3; i++) {
		if (!parts[i].v) continue;
		p += sprintf(p, "%s%s%lld %s%s", p == buf ? "" : " ", negative && parts[i].v > 0 ? "+" : "",
			(long long)parts[i].v, parts[i].unit, parts[i].v == 1 ? "" : "s");
		negative = parts[i].v < 0;
	}
	us %= MICROS_PER_DAY;
	if (us || p == buf) {
		if (p > buf) *p++ = ' ';
		if (us < 0) *p++ = '-';
		else if (negative) *p++ = '+';
		p = put_clock(p, us < 0 ? -us : us);
	}
	str_copy(out, a, (uint8_t *)buf, p - buf);
}
