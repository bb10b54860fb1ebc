/* Numbers and booleans from text and to text. The forms: catalog/types/text.go. */
#include "str.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* An integer between lo and hi; range is the error if it is outside. */
static int32_t int_in(int64_t *out, view v, int64_t lo, int64_t hi, int32_t range) {
	*out = 0;
	v = trim_space(v);
	int negative = 0;
	if (v.n && (v.p[0] == '-' || v.p[0] == '+')) {
		negative = v.p[0] == '-';
		v.p++, v.n--;
	}
	if (!v.n) return SLP_INVALID_INTEGER;
	uint64_t u = 0;
	int wide = 0;
	for (uint32_t i = 0; i < v.n; i++) {
		unsigned d = v.p[i] - '0';
		if (d > 9) return SLP_INVALID_INTEGER;
		wide |= __builtin_mul_overflow(u, (uint64_t)10, &u) | __builtin_add_overflow(u, (uint64_t)d, &u);
	}
	uint64_t most = negative ? -(uint64_t)lo : (uint64_t)hi;
	if (wide || u > most) return range;
	*out = (int64_t)(negative ? -u : u);
	return 0;
}

int32_t slp_str_to_i16(int16_t *out, STR(s)) {
	VIEW(s);
	int64_t v;
	int32_t c = int_in(&v, s, INT16_MIN, INT16_MAX, SLP_SMALLINT_RANGE);
	*out = (int16_t)v;
	return c;
}

int32_t slp_str_to_i32(int32_t *out, STR(s)) {
	VIEW(s);
	int64_t v;
	int32_t c = int_in(&v, s, INT32_MIN, INT32_MAX, SLP_INTEGER_RANGE);
	*out = (int32_t)v;
	return c;
}

int32_t slp_str_to_i64(int64_t *out, STR(s)) {
	VIEW(s);
	return int_in(out, s, INT64_MIN, INT64_MAX, SLP_BIGINT_RANGE);
}

/* [sign] digits [. digits] [e exponent], in units of 10^-scale, at most prec digits. */
int32_t slp_str_to_dec(uint64_t out[2], STR(s), int32_t prec, int32_t scale, int32_t round) {
	VIEW(s);
	i128_put(out, 0);
	if (prec < 1 || prec > 38 || scale < 0 || scale > 38) return SLP_NUMERIC_PRECISION;
	view v = trim_space(s);
	int negative = 0;
	if (v.n && (v.p[0] == '-' || v.p[0] == '+')) {
		negative = v.p[0] == '-';
		v.p++, v.n--;
	}
	uint32_t n = 0, digits = 0, point = v.n, end;
	while (n < v.n && (v.p[n] == '.' || (unsigned)(v.p[n] - '0') <= 9)) {
		if (v.p[n] == '.') {
			if (point != v.n) return SLP_INVALID_NUMERIC;
			point = n;
		} else {
			digits++;
		}
		n++;
	}
	end = n;
	if (!digits) return SLP_INVALID_NUMERIC;
	int64_t exp = 0;
	if (n < v.n) {
		if (v.p[n] != 'e' && v.p[n] != 'E') return SLP_INVALID_NUMERIC;
		int64_t e;
		view x = {v.p + n + 1, v.n - n - 1};
		if (x.n && (x.p[0] == ' ' || x.p[0] < 14)) return SLP_INVALID_NUMERIC;
		int32_t c = int_in(&e, x, -10000, 10000, -1);
		if (c > 0) return SLP_INVALID_NUMERIC;
		exp = c ? (x.p[0] == '-' ? -10000 : 10000) : e;
	}
	uint32_t whole = point < end ? point : end;
	/* keep: how many of the digits stand before the rounding position. */
	int64_t keep = (int64_t)whole + exp + scale, seen = 0;
	u128 m = 0, limit = prec == 19 ? (u128)INT64_MAX : slp_pow10[prec] - 1;
	for (uint32_t i = 0; i < end; i++) {
		if (i == point) continue;
		unsigned d = v.p[i] - '0';
		if (seen < keep) {
			if (m > limit / 10) return SLP_NUMERIC_PRECISION;
			m = m * 10 + d;
		} else if (seen == keep && round && d >= 5) {
			m++;
		}
		if (m > limit) return SLP_NUMERIC_PRECISION;
		seen++;
	}
	for (; m && seen < keep; seen++) {
		if (m > limit / 10) return SLP_NUMERIC_PRECISION;
		m *= 10;
	}
	i128_put(out, negative ? -(i128)m : (i128)m);
	return 0;
}

static int word_is(view v, const char *w) {
	size_t n = strlen(w);
	if (v.n != n) return 0;
	for (size_t i = 0; i < n; i++)
		if (tolower(v.p[i]) != w[i]) return 0;
	return 1;
}

int32_t slp_str_to_f64(double *out, STR(s)) {
	VIEW(s);
	*out = 0;
	view v = trim_space(s);
	char buf[128], *text = buf, *end;
	view w = v;
	int negative = 0;
	if (w.n && (w.p[0] == '-' || w.p[0] == '+')) {
		negative = w.p[0] == '-';
		w.p++, w.n--;
	}
	if (word_is(w, "nan")) {
		*out = NAN;
		return 0;
	}
	if (word_is(w, "inf") || word_is(w, "infinity")) {
		*out = negative ? -INFINITY : INFINITY;
		return 0;
	}
	/* strtod takes more (hexadecimal): only digits, points and exponents pass. */
	if (!w.n || (w.p[0] != '.' && !isdigit(w.p[0]))) return SLP_INVALID_FLOAT;
	int nonzero = 0, exponent = 0;
	for (uint32_t i = 0; i < w.n; i++) {
		uint8_t c = w.p[i];
		if (c == 'e' || c == 'E') exponent = 1;
		else if (!isdigit(c) && c != '.' && c != '+' && c != '-') return SLP_INVALID_FLOAT;
		nonzero |= !exponent && c >= '1' && c <= '9';
	}
	if (v.n >= sizeof buf && !(text = malloc(v.n + 1))) return SLP_OUT_OF_MEMORY;
	memcpy(text, v.p, v.n);
	text[v.n] = 0;
	double d = strtod(text, &end);
	int whole = end == text + v.n;
	if (text != buf) free(text);
	if (!whole) return SLP_INVALID_FLOAT;
	if (isinf(d)) return SLP_FLOAT_OVERFLOW;
	if (d == 0 && nonzero) return SLP_FLOAT_UNDERFLOW;
	*out = d;
	return 0;
}

int32_t slp_str_to_bool(int32_t *out, STR(s)) {
	VIEW(s);
	static const struct {
		const char *word;
		uint32_t least;
		int value;
	} words[] = {{"true", 1, 1}, {"yes", 1, 1}, {"on", 2, 1}, {"1", 1, 1}, {"false", 1, 0}, {"no", 1, 0}, {"off", 2, 0},
		{"0", 1, 0}};
	view v = trim_space(s);
	*out = 0;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (v.n < words[i].least || v.n > strlen(words[i].word)) continue;
		uint32_t k = 0;
		while (k < v.n && tolower(v.p[k]) == words[i].word[k]) k++;
		if (k == v.n) {
			*out = words[i].value;
			return 0;
		}
	}
	return SLP_INVALID_BOOL;
}

void slp_i64_to_str(uint64_t out[2], slp_arena *a, int64_t v) {
	char buf[24], *p = buf;
	if (v < 0) *p++ = '-';
	p = slp_put_u128(p, v < 0 ? -(uint64_t)v : (uint64_t)v);
	str_copy(out, a, (uint8_t *)buf, p - buf);
}

void slp_dec_to_str(uint64_t out[2], slp_arena *a, INT128(x), int32_t scale) {
	i128 x = I128(x);
	char digits[44], buf[100], *p = buf;
	u128 m = x < 0 ? -(u128)x : (u128)x;
	int n = slp_put_u128(digits, m) - digits;
	if (scale < 0 || scale > 38) scale = 0;
	if (x < 0) *p++ = '-';
	for (int i = n > scale ? n : scale + 1; i > 0; i--) {
		if (i == scale) *p++ = '.';
		*p++ = i > n ? '0' : digits[n - i];
	}
	str_copy(out, a, (uint8_t *)buf, p - buf);
}

/* The shortest digits that read back, in PostgreSQL's choice of notation. */
static void float_out(uint64_t out[2], slp_arena *a, double x, int digits, int most, int single) {
	char buf[64], e[64];
	if (isnan(x)) strcpy(buf, "NaN");
	else if (isinf(x)) strcpy(buf, x < 0 ? "-Infinity" : "Infinity");
	else {
		double tiny = single ? 1.2e-38 : 2.3e-308;
		for (int n = fabs(x) < tiny ? 1 : digits; n <= most; n++) {
			snprintf(e, sizeof e, "%.*e", n - 1, x);
			if (single ? strtof(e, 0) == (float)x : strtod(e, 0) == x) break;
		}
		/* e is [-]d[.ddd]e±xx: drop trailing zeros of the fraction. */
		char *mark = strchr(e, 'e'), *last = mark;
		int exp = atoi(mark + 1);
		if (memchr(e, '.', mark - e)) {
			while (last[-1] == '0') last--;
			if (last[-1] == '.') last--;
		}
		char *first = e + (e[0] == '-');
		if (exp < -4 || exp >= digits) {
			memmove(last, mark, strlen(mark) + 1);
			strcpy(buf, e);
		} else {
			char d[40], *p = buf;
			int n = 0;
			for (char *q = first; q < last; q++)
				if (*q != '.') d[n++] = *q;
			if (x < 0 || (x == 0 && signbit(x))) *p++ = '-';
			for (int i = exp < 0 ? exp : 0; i <= exp || i < n; i++) {
				if (i == exp + 1 && i > (exp < 0 ? exp : 0)) *p++ = '.';
				*p++ = i < 0 || i >= n ? '0' : d[i];
			}
			if (exp < 0) { /* 0.00ddd */
				p = buf;
				if (x < 0) *p++ = '-';
				*p++ = '0';
				*p++ = '.';
				for (int i = exp + 1; i < 0; i++) *p++ = '0';
				memcpy(p, d, n);
				p += n;
			}
			*p = 0;
		}
	}
	str_copy(out, a, (uint8_t *)buf, strlen(buf));
}

void slp_f64_to_str(uint64_t out[2], slp_arena *a, double x) { float_out(out, a, x, 15, 17, 0); }
void slp_f32_to_str(uint64_t out[2], slp_arena *a, double x) { float_out(out, a, x, 6, 9, 1); }
