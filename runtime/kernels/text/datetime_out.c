/* Dates, timestamps and intervals to text. */
#include "datetime.h"
#include "str.h"
#include <stdio.h>

static char *put_date(char *p, civil c) {
	return p + sprintf(p, "%04d-%02d-%02d", c.year < 1 ? 1 - c.year : c.year, c.month, c.day);
}

/* HH:MM:SS[.ffffff] of non-negative microseconds. */
static char *put_clock(char *p, int64_t us) {
	int64_t s = us / 1000000;
	p += sprintf(p, "%02lld:%02lld:%02lld", (long long)(s / 3600), (long long)(s / 60 % 60), (long long)(s % 60));
	if (us %= 1000000) {
		p += sprintf(p, ".%06lld", (long long)us);
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
