/* Dates and timestamps from text: the steps of catalog/types/datetime_text.go. */
#include "datetime.h"
#include "str.h"
#include <stdlib.h>

enum { MAX_TEXT = 128, SYNTAX = -1, FIELD = -2 };

typedef struct {
	char numbers[2][8];
	int count, month, have_date, have_time, pm, half, bc, year, mon, day;
	int64_t micros;
} parser;

static int is_digit(char c) { return c >= '0' && c <= '9'; }
static int is_alpha(char c) { return c >= 'a' && c <= 'z'; }

/* 1 to 6 digits up to end; SYNTAX if it is anything else. */
static int small_number(const char *s, const char *end) {
	int v = 0;
	if (s == end || end - s > 6) return SYNTAX;
	for (; s < end; s++) {
		if (!is_digit(*s)) return SYNTAX;
		v = v * 10 + (*s - '0');
	}
	return v;
}

static const char *const months[] = {"january", "february", "march", "april", "may", "june", "july",
	"august", "september", "october", "november", "december"};
static const char *const days[] = {"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
	"tues", "weds", "thur", "thurs"};

static int same(const char *s, const char *end, const char *w, size_t n) {
	return (size_t)(end - s) == n && memcmp(s, w, n) == 0;
}

static int month_number(const char *s, const char *end) {
	for (int i = 0; i < 12; i++)
		if (same(s, end, months[i], strlen(months[i])) || same(s, end, months[i], 3)) return i + 1;
	return same(s, end, "sept", 4) ? 9 : 0;
}

static int is_day_name(const char *s, const char *end) {
	for (size_t i = 0; i < sizeof days / sizeof *days; i++)
		if (same(s, end, days[i], strlen(days[i])) || (i < 7 && same(s, end, days[i], 3))) return 1;
	return 0;
}

static int set_date(parser *p, int year, int year_len, int mon, int day) {
	if (p->have_date || year < 0 || mon < 0 || day < 0) return SYNTAX;
	if (year_len == 2) year += year < 70 ? 2000 : 1900;
	p->year = year;
	p->mon = mon;
	p->day = day;
	p->have_date = 1;
	return 0;
}

/* HH[:MM[:SS[.ffffff]]] with an optional zone or AM/PM behind it. */
static int take_clock(parser *p, const char *s, const char *end) {
	if (p->have_time) return SYNTAX;
	int v[3] = {0}, n = 0;
	int64_t us = 0;
	for (;;) {
		const char *q = s;
		while (q < end && is_digit(*q)) q++;
		if (n == 3 || q - s > 2 || (v[n++] = small_number(s, q)) < 0) return SYNTAX;
		s = q;
		if (s == end || *s != ':') break;
		s++;
	}
	if (s < end && *s == '.') {
		int k = 0;
		for (s++; s < end && is_digit(*s); s++, k++)
			if (k < 7) us = us * 10 + (*s - '0');
		for (; k < 7; k++) us *= 10;
		us = (us + 5) / 10;
	}
	if (s < end) {
		if (same(s, end, "am", 2) || same(s, end, "pm", 2)) {
			p->half = 1;
			p->pm = *s == 'p';
		} else if (*s != '+' && *s != '-' && !is_alpha(*s)) {
			return SYNTAX;
		}
	}
	if (v[0] > 24 || v[1] > 59 || v[2] > 60 || (v[0] == 24 && (v[1] || v[2] || us))) return FIELD;
	p->micros = ((int64_t)v[0] * 3600 + v[1] * 60 + v[2]) * 1000000 + us;
	p->have_time = 1;
	return 0;
}

/* 2001-02-03, 2/3/2001, 3-feb-2001, 2001-feb-03. */
static int take_separated(parser *p, const char *s, const char *end, char sep) {
	const char *a = memchr(s, sep, end - s), *b = memchr(a + 1, sep, end - a - 1);
	if (!b || memchr(b + 1, sep, end - b - 1)) return SYNTAX;
	int first = small_number(s, a), last = small_number(b + 1, end), m = month_number(a + 1, b);
	int long_first = a - s > 2;
	if (m) return long_first ? set_date(p, first, a - s, m, last) : set_date(p, last, end - b - 1, m, first);
	m = small_number(a + 1, b);
	if (long_first) return set_date(p, first, a - s, m, last);
	return set_date(p, last, end - b - 1, first, m);
}

static int take_digits(parser *p, const char *s, const char *end) {
	const char *t = memchr(s, 't', end - s);
	if (t && t > s && t + 1 < end && is_digit(t[-1]) && is_digit(t[1])) {
		int c = take_digits(p, s, t);
		return c ? c : take_clock(p, t + 1, end);
	}
	if (memchr(s, ':', end - s)) return take_clock(p, s, end);
	for (const char *q = s; q < end; q++)
		if (*q == '-' || *q == '/' || *q == '.') return p->have_date ? SYNTAX : take_separated(p, s, end, *q);
	for (const char *q = s; q < end; q++) {
		if (is_digit(*q)) continue;
		if (q - s <= 2 && (same(q, end, "am", 2) || same(q, end, "pm", 2))) return take_clock(p, s, end);
		return SYNTAX;
	}
	int n = end - s;
	if (p->have_date && !p->have_time && (n == 6 || n == 4)) {
		char buf[8] = {s[0], s[1], ':', s[2], s[3], ':', n == 6 ? s[4] : '0', n == 6 ? s[5] : '0'};
		return take_clock(p, buf, buf + 8);
	}
	if (!p->have_date && !p->month && !p->count && (n == 8 || n == 6))
		return set_date(p, small_number(s, end - 4), n - 4, small_number(end - 4, end - 2), small_number(end - 2, end));
	if (p->count == 2 || n > 6) return SYNTAX;
	memcpy(p->numbers[p->count], s, n);
	p->numbers[p->count++][n] = 0;
	return 0;
}

static int take_name(parser *p, const char *s, const char *end) {
	int m = month_number(s, end);
	if (m && !p->month && !p->have_date) {
		p->month = m;
	} else if (same(s, end, "am", 2) || same(s, end, "pm", 2)) {
		if (!p->have_time || p->half) return SYNTAX;
		p->half = 1;
		p->pm = *s == 'p';
	} else if (same(s, end, "bc", 2)) {
		p->bc = 1;
	} else if (same(s, end, "ad", 2) || is_day_name(s, end)) {
	} else if (!p->have_time || m) {
		return SYNTAX;
	}
	return 0;
}

static int finish(parser *p) {
	if (!p->have_date) {
		if (!p->month || p->count != 2) return SYNTAX;
		const char *d = p->numbers[0], *y = p->numbers[1];
		if (strlen(d) > 2) {
			const char *x = d;
			d = y;
			y = x;
		}
		int c = set_date(p, atoi(y), strlen(y), p->month, atoi(d));
		if (c) return c;
	} else if (p->month || p->count) {
		return SYNTAX;
	}
	if (p->bc) {
		if (p->year < 1) return FIELD;
		p->year = 1 - p->year;
	} else if (!p->year) {
		return FIELD;
	}
	if (p->mon < 1 || p->mon > 12 || p->day < 1 || p->day > slp_days_in_month(p->year, p->mon)) return FIELD;
	if (p->half) {
		int64_t hour = p->micros / 3600000000ll;
		if (hour < 1 || hour > 12) return FIELD;
		if (hour == 12) p->micros -= 12 * 3600000000ll;
		if (p->pm) p->micros += 12 * 3600000000ll;
	}
	return 0;
}

/* YYYY-MM-DD alone, what nearly all data looks like. Returns 1 if v is one. */
static int iso_date(view v, int64_t *day) {
	if (v.n != 10 || v.p[4] != '-' || v.p[7] != '-') return 0;
	int f[8];
	for (int i = 0, k = 0; i < 10; i++) {
		if (i == 4 || i == 7) continue;
		unsigned d = v.p[i] - '0';
		if (d > 9) return 0;
		f[k++] = d;
	}
	int y = f[0] * 1000 + f[1] * 100 + f[2] * 10 + f[3], m = f[4] * 10 + f[5], d = f[6] * 10 + f[7];
	if (y < 1 || m < 1 || m > 12 || d < 1 || d > slp_days_in_month(y, m)) return 0;
	*day = slp_days_of(y, m, d);
	return 1;
}

static int parse(view v, int64_t *day, int64_t *micros) {
	*day = *micros = 0;
	if (iso_date(v, day)) return 0;
	char buf[MAX_TEXT];
	if (v.n >= MAX_TEXT) return SYNTAX;
	int words = 0;
	for (uint32_t i = 0; i < v.n; i++) {
		char c = (char)v.p[i];
		buf[i] = c >= 'A' && c <= 'Z' ? c + 32 : c;
	}
	parser p = {0};
	for (const char *s = buf, *all = buf + v.n; s < all;) {
		if (*s == ' ' || *s == ',' || (*s >= 9 && *s <= 13)) {
			s++;
			continue;
		}
		const char *end = s;
		while (end < all && *end != ' ' && *end != ',' && !(*end >= 9 && *end <= 13)) end++;
		int c = SYNTAX;
		words++;
		if (words == 1 && same(s, end, "epoch", 5)) {
			p.month = 0;
			c = set_date(&p, 1970, 4, 1, 1);
		} else if (is_digit(*s)) {
			c = take_digits(&p, s, end);
		} else if (is_alpha(*s)) {
			c = take_name(&p, s, end);
		} else if ((*s == '+' || *s == '-') && p.have_time && end - s > 1 && is_digit(s[1])) {
			c = 0; /* zone */
		}
		if (c) return c;
		s = end;
	}
	int c = finish(&p);
	if (c) return c;
	*day = slp_days_of(p.year, p.mon, p.day);
	*micros = p.micros;
	return 0;
}

static int32_t error_code(int c, int32_t syntax) { return c == FIELD ? SLP_DATETIME_FIELD : syntax; }

int32_t slp_str_to_date(int32_t *out, STR(s)) {
	VIEW(s);
	int64_t day, micros;
	int c = parse(trim_space(s), &day, &micros);
	*out = 0;
	if (c) return error_code(c, SLP_INVALID_DATE);
	if (day < MIN_DATE || day > MAX_DATE) return SLP_DATETIME_RANGE;
	*out = (int32_t)day;
	return 0;
}

int32_t slp_str_to_timestamp(int64_t *out, STR(s)) {
	VIEW(s);
	int64_t day, micros;
	int c = parse(trim_space(s), &day, &micros);
	*out = 0;
	if (c) return error_code(c, SLP_INVALID_TIMESTAMP);
	day += micros / MICROS_PER_DAY;
	if (day < MIN_DATE || day > MAX_DATE) return SLP_TIMESTAMP_RANGE;
	*out = day * MICROS_PER_DAY + micros % MICROS_PER_DAY;
	return 0;
}
