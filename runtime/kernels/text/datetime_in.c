/* Dates and timestamps from text: the steps of catalog/types/datetime_text.go. */
#include "datetime.h"
#include "str.h"
#include "zone_words.h"
#include <math.h>
#include <stdlib.h>

enum { MAX_TEXT = 128, MAX_NUMBER = 999999, MAX_OFFSET_HOURS = 15 };
/* Failures, negative: error_code makes codes of them. */
enum { SYNTAX = -1, FIELD = -2, NO_DAY = -3, DISPLACEMENT = -4, NO_ZONE = -5 };

/* Fields that a text may give once each. */
enum {
	HAVE_YEAR = 1, HAVE_MONTH = 2, HAVE_DAY = 4, HAVE_TIME = 8, HAVE_ZONE = 16, HAVE_HALF = 32, HAVE_ERA = 64,
		HAVE_WEEKDAY = 128, HAVE_RESERVED = 256,
	HAVE_DATE = HAVE_YEAR | HAVE_MONTH | HAVE_DAY,
};

typedef enum { END, NUMBER, DATE, CLOCK, WORD, OFFSET, BAD } token_kind;

typedef struct {
	const char *p, *end;
} span;

typedef struct {
	const char *at, *end;
	int have, month_word, two_digits, day_of_year, time_next, half, bc, julian_next, julian, epoch, infinite;
	int year, mon, day;
	int64_t micros;
	char digits[MAX_TEXT + 4]; /* of an offset, without the blanks behind its sign */
} parser;

static int is_digit(char c) { return c >= '0' && c <= '9'; }
static int is_alpha(char c) { return c >= 'a' && c <= 'z'; }
static int is_space(char c) { return c == ' ' || (c >= 9 && c <= 13); }
static size_t length(span w) { return w.end - w.p; }

static int is(span w, const char *s) { return length(w) == strlen(s) && memcmp(w.p, s, length(w)) == 0; }

static const char *const months[] = {"january", "february", "march", "april", "may", "june", "july",
	"august", "september", "october", "november", "december"};

static int starts(span w, const char *name) { return length(w) == 3 && memcmp(w.p, name, 3) == 0; }

static int month_number(span w) {
	for (int i = 0; i < 12; i++)
		if (is(w, months[i]) || starts(w, months[i])) return i + 1;
	return is(w, "sept") ? 9 : 0;
}

static int is_day_name(span w) {
	for (int i = 0; i < 7; i++)
		if (is(w, slp_weekdays[i]) || starts(w, slp_weekdays[i])) return 1;
	return is(w, "tues") || is(w, "weds") || is(w, "thur") || is(w, "thurs");
}

/* What a word is as a zone: bits of zone_words. */
static int zone_kinds(span w) {
	size_t lo = 0, hi = sizeof zone_words / sizeof *zone_words;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2, n = strlen(zone_words[mid].word), least = n < length(w) ? n : length(w);
		int c = memcmp(zone_words[mid].word, w.p, least);
		if (!c) c = (n > length(w)) - (n < length(w));
		if (!c) return zone_words[mid].kinds;
		if (c < 0) lo = mid + 1;
		else hi = mid;
	}
	return 0;
}

/* The value of digits, or a failure. */
static int number_of(span w) {
	int v = 0;
	for (const char *q = w.p; q < w.end; q++) {
		if (!is_digit(*q)) return SYNTAX;
		if ((v = v * 10 + (*q - '0')) > MAX_NUMBER) return FIELD;
	}
	return w.p == w.end ? SYNTAX : v;
}

/* What stands in front of a Julian day. */
static int is_julian_word(span w) { return is(w, "j") || is(w, "jd") || is(w, "julian"); }

static int is_date_word(span w) {
	static const char *const words[] = {"t", "am", "pm", "ad", "bc", "at", "on", "epoch", "infinity", "allballs"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (is(w, words[i])) return 1;
	return month_number(w) > 0 || is_day_name(w) || is_julian_word(w);
}

/* The next token; blanks and commas only separate. */
static token_kind token(parser *p, span *w) {
	const char *q = p->at, *end = p->end;
	token_kind kind = BAD;
#define PEEK (q < end ? *q : 0)
	while (q < end && (is_space(*q) || *q == ',')) q++;
	w->p = q;
	if (q == end) return END;
	if (is_digit(*q)) {
		kind = NUMBER;
		while (is_digit(PEEK)) q++;
		char d = PEEK;
		if (d == ':') {
			kind = CLOCK;
			while (is_digit(PEEK) || PEEK == ':' || PEEK == '.') q++;
		} else if (d == '-' || d == '/' || d == '.') {
			q++;
			if (!is_digit(PEEK)) {
				kind = DATE;
				while (is_digit(PEEK) || is_alpha(PEEK) || PEEK == d) q++;
			} else {
				while (is_digit(PEEK)) q++;
				if (d != '.' || PEEK == '.') kind = DATE;
				if (PEEK == d)
					while (is_digit(PEEK) || PEEK == d) q++;
			}
		}
	} else if (is_alpha(*q)) {
		kind = WORD;
		while (is_alpha(PEEK)) q++;
		char n = PEEK;
		span word = {w->p, q};
		if (n == '-' || n == '/' || n == '.' || ((n == '+' || is_digit(n)) && !is_date_word(word))) {
			kind = DATE;
			while (PEEK && (is_digit(PEEK) || is_alpha(PEEK) || strchr("+-/_.:", PEEK))) q++;
		}
	} else if (*q == '+' || *q == '-') {
		char *out = p->digits;
		*out++ = *q++;
		while (is_space(PEEK)) q++;
		if (is_digit(PEEK)) {
			kind = OFFSET;
			while (is_digit(PEEK) || PEEK == ':' || PEEK == '.' || PEEK == '-') *out++ = *q++;
		} else if (is_alpha(PEEK)) { /* -infinity */
			kind = WORD;
			while (is_alpha(PEEK)) *out++ = *q++;
		}
		if (kind != BAD) {
			p->at = q;
			w->p = p->digits;
			w->end = out;
			return kind;
		}
	}
#undef PEEK
	p->at = w->end = q;
	return kind;
}

/* The digits behind a second's point in microseconds, or a failure. */
static int64_t fraction(span w) {
	char buf[MAX_TEXT + 4] = "0.";
	size_t n = 2;
	for (const char *q = w.p; q < w.end; q++) {
		if (!is_digit(*q)) return SYNTAX;
		buf[n++] = *q;
	}
	buf[n] = 0;
	return n == 2 ? 0 : (int64_t)rint(strtod(buf, 0) * 1e6);
}

/* The part of w in front of the next c, and what is behind it in w; w->p is null if there is no more. */
static span cut(span *w, char c) {
	span part = {w->p, memchr(w->p, c, length(*w))};
	if (!part.end) {
		part.end = w->end;
		w->p = w->end = 0;
	} else {
		w->p = part.end + 1;
	}
	return part;
}

/* HH:MM[:SS[.ffffff]], or MM:SS.ffffff. */
static int take_clock(parser *p, span w) {
	p->have |= HAVE_TIME;
	span body = cut(&w, '.');
	int v[4] = {0}, n = 0, point = w.p != 0, bad = 0;
	for (span rest = body; rest.p;) {
		span part = cut(&rest, ':');
		if (n == 3) return SYNTAX;
		if ((v[n++] = number_of(part)) < 0 && !bad) bad = v[n - 1];
	}
	if (n < 2) return SYNTAX;
	if (bad) return bad;
	if (n == 2 && point) {
		v[2] = v[1];
		v[1] = v[0];
		v[0] = 0;
	}
	int64_t us = point ? fraction(w) : 0;
	if (us < 0) return (int)us;
	if (v[0] > 24 || v[1] > 59 || v[2] > 60 || (v[0] == 24 && (v[1] || v[2] || us)) || (v[2] == 60 && us)) return FIELD;
	p->micros = ((int64_t)v[0] * 3600 + v[1] * 60 + v[2]) * 1000000 + us;
	return 0;
}

/* A sign and HH, HHMM, HH:MM or HH:MM:SS. */
static int take_offset(parser *p, span w) {
	p->have |= HAVE_ZONE;
	span rest = {w.p + 1, w.end};
	int v[3] = {0}, n = 0;
	while (rest.p && n < 3) {
		int c = number_of(cut(&rest, ':'));
		if (c < 0) return c == FIELD ? DISPLACEMENT : c;
		v[n++] = c;
	}
	if (n == 1 && length(w) > 3) {
		v[1] = v[0] % 100;
		v[0] /= 100;
	}
	if (v[0] > MAX_OFFSET_HOURS || v[1] > 59 || v[2] > 59) return DISPLACEMENT;
	return rest.p ? SYNTAX : 0; /* more than three parts */
}

/* YYYYMMDD and YYMMDD if there is no date yet, else HHMMSS[.ffffff] and HHMM. */
static int run_together(parser *p, span w, int have) {
	const char *point = memchr(w.p, '.', length(w));
	span digits = {w.p, point ? point : w.end};
	size_t n = length(digits);
	if (!point && (have & HAVE_DATE) != HAVE_DATE && n >= 6) {
		p->have |= HAVE_DATE;
		p->two_digits = n == 6;
		if ((p->year = number_of((span){w.p, w.end - 4})) < 0) return p->year;
		p->mon = number_of((span){w.end - 4, w.end - 2});
		p->day = number_of((span){w.end - 2, w.end});
		return 0;
	}
	if (have & HAVE_TIME || (n != 4 && n != 6)) return SYNTAX;
	const char *d = w.p;
	char buf[MAX_TEXT + 8] = {d[0], d[1], ':', d[2], d[3], ':', n == 6 ? d[4] : '0', n == 6 ? d[5] : '0'};
	size_t frac = point ? w.end - point : 0;
	memcpy(buf + 8, d + n, frac);
	return take_clock(p, (span){buf, buf + 8 + frac});
}

/* A number whose meaning depends on what is known of the date. */
static int take_field(parser *p, span w, int have) {
	int v = number_of(w), is_long = length(w) >= 3;
	if (v < 0) return v;
	switch (have & HAVE_DATE) {
	case 0:
		if (is_long) goto year;
		goto month;
	case HAVE_YEAR:
		if (length(w) == 3 && v >= 1 && v <= 366) {
			p->have |= HAVE_MONTH | HAVE_DAY;
			p->day_of_year = v;
			return 0;
		}
		goto month;
	case HAVE_MONTH:
		if (p->month_word && is_long) goto year;
		goto day;
	case HAVE_YEAR | HAVE_MONTH:
		if (!p->month_word || !is_long || !p->two_digits) goto day;
		p->have |= HAVE_DAY; /* what was taken for a year is the day */
		p->day = p->year;
		p->year = v;
		p->two_digits = 0;
		return 0;
	case HAVE_DAY:
		goto month;
	case HAVE_MONTH | HAVE_DAY:
		goto year;
	}
	return run_together(p, w, have);
year:
	p->have |= HAVE_YEAR;
	p->year = v;
	p->two_digits = length(w) <= 2;
	return 0;
month:
	p->have |= HAVE_MONTH;
	p->mon = v;
	return 0;
day:
	p->have |= HAVE_DAY;
	p->day = v;
	return 0;
}

/* The next run of digits or of letters of a date in one token; 0 if w is at its end. */
static int date_part(span *w, span *part) {
	if (w->p == w->end) return 0;
	while (w->p < w->end && !is_digit(*w->p) && !is_alpha(*w->p)) w->p++;
	if (w->p == w->end) return SYNTAX; /* a separator at the end */
	part->p = w->p;
	int alpha = is_alpha(*w->p);
	while (w->p < w->end && (alpha ? is_alpha(*w->p) : is_digit(*w->p))) w->p++;
	part->end = w->p;
	if (w->p < w->end && (w->p + 1 == w->end || (!is_digit(*w->p) && !is_alpha(*w->p)))) w->p++;
	return 1;
}

/* A date in one token: 2001-02-03, 2/3/2001, 3-feb-2001, 2001.034. Names come first. */
static int take_date(parser *p, span w, int have) {
	int known = have;
	for (int names = 1; names >= 0; names--) {
		span rest = w, part;
		int c;
		while ((c = date_part(&rest, &part)) > 0) {
			if (names != is_alpha(*part.p)) continue;
			int before = p->have;
			p->have = 0;
			if (names) {
				p->have = HAVE_MONTH;
				if (!(p->mon = month_number(part))) return SYNTAX;
				p->month_word = 1;
			} else if ((c = take_field(p, part, known))) {
				return c;
			}
			if (p->have & (known | before)) return SYNTAX;
			known |= p->have;
			p->have |= before;
		}
		if (c) return c;
	}
	return (known & ~HAVE_ZONE) == HAVE_DATE ? 0 : SYNTAX; /* only a zone may stand in front of a date */
}

static int take_zone_name(parser *p, span w, int unknown) {
	if (!(zone_kinds(w) & 2)) return unknown;
	p->have |= HAVE_ZONE;
	return 0;
}

static int take_word(parser *p, span w, int have) {
	if (zone_kinds(w) & 1) {
		p->have |= HAVE_ZONE;
		return 0;
	}
	int m = month_number(w);
	if (m) {
		/* A number that was taken for the month is the day. */
		if (have & HAVE_MONTH && !p->month_word && !(have & HAVE_DAY) && p->mon >= 1 && p->mon <= 31) {
			p->day = p->mon;
			p->have |= HAVE_DAY;
		} else {
			p->have |= HAVE_MONTH;
		}
		p->month_word = 1;
		p->mon = m;
	} else if (is_day_name(w)) {
		p->have |= HAVE_WEEKDAY;
	} else if (is(w, "am") || is(w, "pm")) {
		p->have |= HAVE_HALF;
		p->half = *w.p;
	} else if (is(w, "ad") || is(w, "bc")) {
		p->have |= HAVE_ERA;
		p->bc = *w.p == 'b';
	} else if (is(w, "epoch")) {
		p->have |= HAVE_RESERVED;
		p->epoch = 1;
	} else if (is(w, "infinity") || is(w, "-infinity")) {
		p->have |= HAVE_RESERVED;
		p->infinite = *w.p == '-' ? -1 : 1;
	} else if (is(w, "allballs")) {
		p->have |= HAVE_TIME | HAVE_ZONE;
		p->micros = 0;
	} else if (is_julian_word(w)) {
		p->julian_next = 1;
	} else if (is(w, "t")) {
		if ((have & HAVE_DATE) != HAVE_DATE) return SYNTAX;
		p->time_next = 1;
	} else if (!is(w, "at") && !is(w, "on")) {
		return take_zone_name(p, w, SYNTAX);
	}
	return 0;
}

static int take_number(parser *p, span w, int have, int behind_t) {
	const char *point = memchr(w.p, '.', length(w));
	if (behind_t) return run_together(p, w, have | HAVE_DATE);
	if (point && !(have & HAVE_DATE)) return take_date(p, w, have);
	if (point && point - w.p > 2) return run_together(p, w, have);
	if (point) return SYNTAX;
	if (length(w) >= 6 && ((have & HAVE_DATE) != HAVE_DATE || !(have & HAVE_TIME))) return run_together(p, w, have);
	return take_field(p, w, have);
}

/* The number behind a J: a day, and perhaps a part of it or a zone's offset. */
static int take_julian_day(parser *p, token_kind kind, span w) {
	const char *q = w.p;
	int64_t day = 0;
	int c;
	for (; q < w.end && is_digit(*q); q++)
		if (day <= INT32_MAX) day = day * 10 + (*q - '0');
	if (kind == CLOCK || q == w.p) return SYNTAX;
	if (day > INT32_MAX) return FIELD;
	span rest = {q, w.end};
	if ((kind == DATE && *q != '-') || is(rest, ".")) return SYNTAX;
	if (kind == DATE) {
		p->have |= HAVE_TIME;
		if ((c = take_offset(p, rest))) return c;
	} else if (q < w.end) {
		char buf[MAX_TEXT + 4] = "0";
		memcpy(buf + 1, q, length(rest));
		p->have |= HAVE_TIME;
		p->micros = (int64_t)(strtod(buf, 0) * (double)MICROS_PER_DAY);
	}
	p->have |= HAVE_DATE;
	p->julian = 1;
	civil at = slp_civil_of(day + MIN_DATE);
	p->year = at.year;
	p->mon = at.month;
	p->day = at.day;
	return 0;
}

/* have are the fields given before; p->have becomes those that the token gives. */
static int take(parser *p, token_kind kind, span w, int have) {
	int behind_t = p->time_next, c;
	p->time_next = 0;
	if (behind_t && kind != CLOCK && kind != NUMBER && kind != DATE) return SYNTAX;
	if (p->julian_next && (kind == CLOCK || kind == NUMBER || kind == DATE)) {
		p->julian_next = 0;
		return take_julian_day(p, kind, w);
	}
	switch (kind) {
	case CLOCK: return take_clock(p, w);
	case OFFSET: return take_offset(p, w);
	case WORD: return take_word(p, w, have);
	case NUMBER: return take_number(p, w, have, behind_t);
	case DATE:
		if (behind_t) { /* T040506-08 */
			const char *minus = memchr(w.p, '-', length(w));
			if (!minus) return SYNTAX;
			if ((c = take_offset(p, (span){minus, w.end}))) return c;
			return run_together(p, (span){w.p, minus}, HAVE_DATE);
		}
		if ((have & (HAVE_MONTH | HAVE_DAY)) == (HAVE_MONTH | HAVE_DAY))
			return is_digit(*w.p) ? SYNTAX : take_zone_name(p, w, NO_ZONE);
		return take_date(p, w, have);
	default: return SYNTAX;
	}
}

/* Checks the date and applies era and AM or PM. */
static int finish(parser *p) {
	const int64_t hour = 3600000000ll;
	if (p->time_next) return SYNTAX;
	if (p->epoch) {
		p->year = 1970;
		p->mon = p->day = 1;
		p->micros = 0;
		return 0;
	}
	if (p->infinite) return 0;
	if ((p->have & HAVE_DATE) != HAVE_DATE) return SYNTAX;
	if (p->julian) { /* of any era */
	} else if (p->bc) {
		if (p->year < 1) return FIELD;
		p->year = 1 - p->year;
	} else if (p->two_digits && p->year < 100) {
		p->year += p->year < 70 ? 2000 : 1900; /* PostgreSQL's window: 1970..2069 */
	} else if (!p->year) {
		return FIELD;
	}
	if (p->day_of_year) {
		civil c = slp_civil_of(slp_days_of(p->year, 1, p->day_of_year));
		p->mon = c.month;
		p->day = c.day;
		if (p->day_of_year == 366 && c.month == 1) return NO_DAY;
	}
	if (p->mon < 1 || p->mon > 12 || p->day < 1 || p->day > slp_days_in_month(p->year, p->mon)) return NO_DAY;
	if (p->half && p->micros >= 13 * hour) return FIELD;
	if (p->half && p->micros / hour == 12) p->micros -= 12 * hour;
	if (p->half == 'p') p->micros += 12 * hour;
	return 0;
}

/* n digits at s; -1 if there is anything else. */
static int digits_at(const uint8_t *s, int n) {
	int v = 0;
	for (; n > 0; n--, s++) {
		unsigned d = *s - '0';
		if (d > 9) return -1;
		v = v * 10 + d;
	}
	return v;
}

/* YYYY-MM-DD and YYYY-MM-DD HH:MM:SS alone, what nearly all data looks like. Returns 1 if v is one. */
static int iso(view v, int64_t *day, int64_t *micros) {
	if ((v.n != 10 && v.n != 19) || v.p[4] != '-' || v.p[7] != '-') return 0;
	int y = digits_at(v.p, 4), m = digits_at(v.p + 5, 2), d = digits_at(v.p + 8, 2);
	if (y < 1 || m < 1 || m > 12 || d < 1 || d > slp_days_in_month(y, m)) return 0;
	if (v.n == 19) {
		if (v.p[10] != ' ' || v.p[13] != ':' || v.p[16] != ':') return 0;
		int h = digits_at(v.p + 11, 2), min = digits_at(v.p + 14, 2), s = digits_at(v.p + 17, 2);
		if (h < 0 || h > 23 || min < 0 || min > 59 || s < 0 || s > 59) return 0;
		*micros = ((int64_t)h * 3600 + min * 60 + s) * 1000000;
	}
	*day = slp_days_of(y, m, d);
	return 1;
}

/* The day, which may be an infinite one, and the time of day. */
static int parse(view v, int64_t *day, int64_t *micros) {
	*day = *micros = 0;
	if (iso(v, day, micros)) return 0;
	char buf[MAX_TEXT];
	if (v.n > MAX_TEXT) return SYNTAX;
	for (uint32_t i = 0; i < v.n; i++) {
		char c = (char)v.p[i];
		buf[i] = c >= 'A' && c <= 'Z' ? c + 32 : c;
	}
	parser p = {.at = buf, .end = buf + v.n};
	span w;
	for (token_kind kind; (kind = token(&p, &w)) != END;) {
		int before = p.have;
		p.have = 0;
		int c = take(&p, kind, w, before);
		if (c) return c;
		if (p.have & before) return SYNTAX; /* given twice */
		p.have |= before;
	}
	int c = finish(&p);
	if (c) return c;
	if (p.infinite) {
		*day = p.infinite < 0 ? INT32_MIN : INFINITE_DATE;
		return 0;
	}
	*day = slp_days_of(p.year, p.mon, p.day);
	*micros = p.micros;
	return 0;
}

static int32_t error_code(int c, int32_t syntax) {
	switch (c) {
	case FIELD: case NO_DAY: return SLP_DATETIME_FIELD;
	case DISPLACEMENT: return SLP_ZONE_DISPLACEMENT;
	case NO_ZONE: return SLP_UNKNOWN_ZONE;
	}
	return syntax;
}

int32_t slp_str_to_date(int32_t *out, STR(s)) {
	VIEW(s);
	int64_t day, micros;
	int c = parse(trim_space(s), &day, &micros);
	*out = 0;
	if (c) return error_code(c, SLP_INVALID_DATE);
	if ((day < MIN_DATE || day > MAX_DATE) && !is_infinite_date(day)) return SLP_DATETIME_RANGE;
	*out = (int32_t)day;
	return 0;
}

int32_t slp_str_to_timestamp(int64_t *out, STR(s)) {
	VIEW(s);
	int64_t day, micros;
	int c = parse(trim_space(s), &day, &micros);
	*out = 0;
	if (c) return error_code(c, SLP_INVALID_TIMESTAMP);
	if (is_infinite_date(day)) return *out = day < 0 ? INT64_MIN : INT64_MAX, 0;
	day += micros / MICROS_PER_DAY;
	if (day < MIN_DATE || day > MAX_DATE) return SLP_TIMESTAMP_RANGE;
	*out = day * MICROS_PER_DAY + micros % MICROS_PER_DAY;
	return 0;
}
