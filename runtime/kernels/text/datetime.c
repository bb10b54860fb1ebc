/* Date and time functions over microseconds since 2000-01-01. */
#include "datetime.h"
#include "datepart.h"
#include "str.h"

typedef struct {
	int64_t days, us; /* us of the day */
	civil c;
} broken;

static broken break_down(int64_t ts) {
	broken b;
	b.days = floor_div(ts, MICROS_PER_DAY);
	b.us = ts - b.days * MICROS_PER_DAY;
	b.c = slp_civil_of(b.days);
	return b;
}

/* Numbers of decades, centuries and millennia as PostgreSQL counts them; year 0 is 1 BC. */
static int64_t decade_of(int64_t y) { return y >= 0 ? y / 10 : -((8 - (y - 1)) / 10); }
static int64_t century_of(int64_t y) { return y > 0 ? (y + 99) / 100 : -((99 - (y - 1)) / 100); }
static int64_t millennium_of(int64_t y) { return y > 0 ? (y + 999) / 1000 : -((999 - (y - 1)) / 1000); }

/* 2000-01-01 was a Saturday. Sunday is 0. */
static int64_t day_of_week(int64_t days) { return (days + 6) - 7 * floor_div(days + 6, 7); }

/* The Monday on or before a day. */
static int64_t monday(int64_t days) { return days - (day_of_week(days) + 6) % 7; }

static int64_t iso_week(int64_t days) {
	int64_t thursday = monday(days) + 3;
	civil c = slp_civil_of(thursday);
	return (thursday - slp_days_of(c.year, 1, 1)) / 7 + 1;
}

int64_t slp_date_part(int64_t ts, int32_t part) {
	/* Of the clock, which needs no calendar. */
	if (part == PART_EPOCH) return floor_div(ts, 1000000) + 946684800;
	int64_t days = floor_div(ts, MICROS_PER_DAY), us = ts - days * MICROS_PER_DAY;
	switch (part) {
	case PART_MICROSECOND: return us % 1000000;
	case PART_MILLISECOND: return us % 1000000 / 1000;
	case PART_SECOND: return us / 1000000 % 60;
	case PART_MINUTE: return us / 60000000 % 60;
	case PART_HOUR: return us / 3600000000ll;
	case PART_DAYOFWEEK: return day_of_week(days);
	case PART_WEEK: return iso_week(days);
	}
	civil c = slp_civil_of(days);
	switch (part) {
	case PART_DAY: return c.day;
	case PART_MONTH: return c.month;
	case PART_QUARTER: return (c.month + 2) / 3;
	case PART_YEAR: return c.year > 0 ? c.year : c.year - 1;
	case PART_DECADE: return decade_of(c.year);
	case PART_CENTURY: return century_of(c.year);
	case PART_MILLENNIUM: return millennium_of(c.year);
	case PART_DAYOFYEAR: return days - slp_days_of(c.year, 1, 1) + 1;
	}
	return 0;
}

int64_t slp_date_trunc(int64_t ts, int32_t part) {
	if (is_infinite(ts)) return ts;
	int64_t days = floor_div(ts, MICROS_PER_DAY), us = ts - days * MICROS_PER_DAY;
	switch (part) {
	case PART_MICROSECOND: return ts;
	case PART_MILLISECOND: return ts - us % 1000;
	case PART_SECOND: return ts - us % 1000000;
	case PART_MINUTE: return ts - us % 60000000;
	case PART_HOUR: return ts - us % 3600000000ll;
	case PART_DAY: return ts - us;
	case PART_WEEK: return monday(days) * MICROS_PER_DAY;
	}
	civil c = slp_civil_of(days);
	int64_t y = c.year, m = 1, k;
	switch (part) {
	case PART_MONTH: m = c.month; break;
	case PART_QUARTER: m = (c.month - 1) / 3 * 3 + 1; break;
	case PART_YEAR: break;
	case PART_DECADE: y = y > 0 ? y / 10 * 10 : -((8 - (y - 1)) / 10) * 10; break;
	case PART_CENTURY: k = century_of(y), y = k > 0 ? k * 100 - 99 : k * 100 + 1; break;
	case PART_MILLENNIUM: k = millennium_of(y), y = k > 0 ? k * 1000 - 999 : k * 1000 + 1; break;
	}
	return slp_days_of(y, m, 1) * MICROS_PER_DAY;
}

/* ts moved by months, the day of the month cut to the new month's length. */
static i128 add_months_cut(int64_t ts, int64_t months) {
	if (!months) return ts;
	broken b = break_down(ts);
	int64_t m = b.c.month - 1 + months, y = b.c.year + floor_div(m, 12);
	m -= 12 * floor_div(m, 12);
	int last = slp_days_in_month(y, (int)m + 1);
	return (i128)slp_days_of(y, m + 1, b.c.day < last ? b.c.day : last) * MICROS_PER_DAY + b.us;
}

enum { MAX_MONTHS = 12 * 400000 };

int32_t slp_ts_add_interval(int64_t *out, int64_t ts, int64_t months, int64_t us) {
	if (is_infinite(ts)) return *out = ts, 0;
	*out = 0;
	if (months > MAX_MONTHS || months < -MAX_MONTHS) return SLP_TIMESTAMP_RANGE;
	return put_timestamp(out, add_months_cut(ts, months) + us);
}

/* DATEADD. Years keep month and day and run over (29 February to 1 March); months cut the day. */
int32_t slp_date_add(int64_t *out, int64_t ts, int64_t n, int32_t part) {
	static const struct {
		int64_t months, years, us;
	} unit[] = {
		[PART_MICROSECOND] = {0, 0, 1}, [PART_MILLISECOND] = {0, 0, 1000}, [PART_SECOND] = {0, 0, 1000000},
		[PART_MINUTE] = {0, 0, 60000000}, [PART_HOUR] = {0, 0, 3600000000ll}, [PART_DAY] = {0, 0, MICROS_PER_DAY},
		[PART_WEEK] = {0, 0, 7 * MICROS_PER_DAY}, [PART_MONTH] = {1, 0, 0}, [PART_QUARTER] = {3, 0, 0},
		[PART_YEAR] = {0, 1, 0}, [PART_DECADE] = {0, 10, 0}, [PART_CENTURY] = {0, 100, 0}, [PART_MILLENNIUM] = {0, 1000, 0},
		[PART_DAYOFWEEK] = {0, 0, MICROS_PER_DAY}, [PART_DAYOFYEAR] = {0, 0, MICROS_PER_DAY}, [PART_EPOCH] = {0, 0, 1000000},
	};
	*out = 0;
	if (part < 1 || part > PART_EPOCH) return SLP_DATETIME_FIELD;
	if (is_infinite(ts)) return *out = ts, 0;
	if (unit[part].us) return put_timestamp(out, (i128)ts + (i128)n * unit[part].us);
	if (n > MAX_MONTHS || n < -MAX_MONTHS) return SLP_TIMESTAMP_RANGE;
	if (unit[part].months) return put_timestamp(out, add_months_cut(ts, n * unit[part].months));
	broken b = break_down(ts);
	return put_timestamp(out, (i128)slp_days_of(b.c.year + n * unit[part].years, b.c.month,
		b.c.day) * MICROS_PER_DAY + b.us);
}

/* ADD_MONTHS: a month's last day goes to the new month's last day. */
int32_t slp_add_months(int64_t *out, int64_t ts, int64_t n) {
	if (is_infinite(ts)) return *out = ts, 0;
	*out = 0;
	if (n > MAX_MONTHS || n < -MAX_MONTHS) return SLP_TIMESTAMP_RANGE;
	broken b = break_down(ts);
	int last = b.c.day == slp_days_in_month(b.c.year, b.c.month);
	if (!last) return put_timestamp(out, add_months_cut(ts, n));
	/* The day before the first of the month after. */
	return put_timestamp(out, ((i128)slp_days_of(b.c.year, b.c.month + n + 1, 1) - 1) * MICROS_PER_DAY + b.us);
}

/* The number of the part's period that ts lies in, on a scale without gaps. */
static int64_t period(int64_t ts, int32_t part) {
	broken b = break_down(ts);
	switch (part) {
	case PART_MICROSECOND: return ts;
	case PART_MILLISECOND: return floor_div(ts, 1000);
	case PART_SECOND: case PART_EPOCH: return floor_div(ts, 1000000);
	case PART_MINUTE: return floor_div(ts, 60000000);
	case PART_HOUR: return floor_div(ts, 3600000000ll);
	case PART_WEEK: return floor_div(b.days + 6, 7); /* weeks start on Sunday */
	case PART_MONTH: return (int64_t)b.c.year * 12 + b.c.month - 1;
	case PART_QUARTER: return (int64_t)b.c.year * 4 + (b.c.month - 1) / 3;
	case PART_YEAR: return b.c.year;
	case PART_DECADE: return floor_div(b.c.year, 10);
	case PART_CENTURY: return floor_div(b.c.year + 99, 100);
	case PART_MILLENNIUM: return floor_div(b.c.year + 999, 1000);
	}
	return b.days;
}

int64_t slp_date_diff(int64_t a, int64_t b, int32_t part) { return period(b, part) - period(a, part); }

double slp_months_between(int64_t x, int64_t y) {
	broken a = break_down(x), b = break_down(y);
	int64_t months = ((int64_t)a.c.year - b.c.year) * 12 + a.c.month - b.c.month;
	int ends = a.c.day == slp_days_in_month(a.c.year, a.c.month) && b.c.day == slp_days_in_month(b.c.year, b.c.month);
	if (a.c.day == b.c.day || ends) return (double)months;
	double days = a.c.day - b.c.day + (double)(a.us - b.us) / (double)MICROS_PER_DAY;
	return (double)months + days / 31;
}

int32_t slp_last_day(int32_t days) {
	if (is_infinite_date(days)) return days;
	civil c = slp_civil_of(days);
	return days + slp_days_in_month(c.year, c.month) - c.day;
}

/* The first day of that name strictly after. Names by their first two letters or more. */
int32_t slp_next_day(int32_t *out, int32_t days, STR(name)) {
	VIEW(name);
	view w = trim_space(name);
	*out = 0;
	for (int d = 0; d < 7; d++) {
		uint32_t k = 0;
		while (k < w.n && slp_weekdays[d][k] && (w.p[k] | 32) == slp_weekdays[d][k]) k++;
		if (k != w.n || k < 2) continue;
		if (is_infinite_date(days)) return *out = days, 0;
		int64_t ahead = (d - day_of_week(days) + 6) % 7 + 1;
		*out = (int32_t)(days + ahead);
		return days + ahead > MAX_DATE ? SLP_DATETIME_RANGE : 0;
	}
	return SLP_INVALID_WEEKDAY;
}

/* (months, us) times f; fractions of months become days of 30 to the month. */
int32_t slp_interval_mul(uint64_t out[2], INT128(x), double f) {
	double months = (double)(int64_t)x_hi * f, us = (double)(int64_t)x_lo * f;
	i128_put(out, 0);
	if (!(months > -2e9 && months < 2e9)) return SLP_INTERVAL_RANGE;
	int64_t whole = (int64_t)months;
	us += (months - (double)whole) * 30 * (double)MICROS_PER_DAY;
	if (!(us > -9.2e18 && us < 9.2e18)) return SLP_INTERVAL_RANGE;
	out[0] = (uint64_t)(int64_t)__builtin_rint(us);
	out[1] = (uint64_t)whole;
	return 0;
}

/* A part of an interval; epoch counts 365.25 days a year and 30 a month. */
double slp_interval_part(INT128(x), int32_t part) {
	int64_t months = (int64_t)x_hi, us = (int64_t)x_lo, rest = us % MICROS_PER_DAY;
	switch (part) {
	case PART_MICROSECOND: return (double)(rest % 1000000);
	case PART_MILLISECOND: return (double)(rest % 1000000 / 1000);
	case PART_SECOND: return (double)(rest % 60000000) / 1e6;
	case PART_MINUTE: return (double)(rest / 60000000 % 60);
	case PART_HOUR: return (double)(rest / 3600000000ll);
	case PART_DAY: return (double)(us / MICROS_PER_DAY);
	case PART_MONTH: return (double)(months % 12);
	case PART_QUARTER: return (double)(months % 12 / 3 + 1);
	case PART_YEAR: return (double)(months / 12);
	case PART_DECADE: return (double)(months / 120);
	case PART_CENTURY: return (double)(months / 1200);
	case PART_MILLENNIUM: return (double)(months / 12000);
	case PART_EPOCH: return (double)(months / 12) * 365.25 * 86400 + (double)(months % 12) * 30 * 86400 + (double)us / 1e6;
	}
	return 0;
}
