/* Time zones: catalog/zone/table.go. A table is the number n (uint32) of moments; these (int64, seconds since
   2000-01-01 UTC, the first the smallest there is); the n offsets that hold from then on (int32, seconds east of
   Greenwich); and what kernels do not look at. All else is in microseconds. */
#include "datepart.h"
#include "datetime.h"
#include "str.h"

enum { HEAD = 4, ENTRY = 13 }; /* bytes: in front, of a moment */

static const int64_t CYCLE = 146097ll * 86400, HORIZON = 159612ll * 86400, DAY = 86400, MICROS = 1000000;

static uint32_t count(view t) {
	uint32_t n;
	memcpy(&n, t.p, HEAD);
	return n;
}

static int64_t at(view t, uint32_t i) {
	int64_t v;
	memcpy(&v, t.p + HEAD + 8 * i, 8);
	return v;
}

static int64_t offset(view t, uint32_t i) {
	int32_t v;
	memcpy(&v, t.p + HEAD + 8 * count(t) + 4 * i, 4);
	return v;
}

/* Behind the horizon changes come again every 400 years. */
static int64_t fold(int64_t secs) {
	return secs < HORIZON ? secs : secs - (secs - HORIZON) / CYCLE * CYCLE - CYCLE;
}

/* The number of the first change after a moment. */
static uint32_t next(view t, int64_t secs) {
	uint32_t lo = 1, hi = count(t);
	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;
		if (at(t, mid) > secs) hi = mid;
		else lo = mid + 1;
	}
	return lo;
}

static int64_t offset_at(view t, int64_t ts) { return offset(t, next(t, fold(floor_div(ts, MICROS))) - 1); }

/* Of the first change that comes after the day before; a time that is left out is read by the offset before, one that
   comes twice by the offset after. */
static int64_t local_offset(view t, int64_t local) {
	int64_t secs = fold(floor_div(local, MICROS));
	uint32_t i = next(t, secs - DAY);
	int64_t before = offset(t, i - 1);
	if (i == count(t)) return before;
	int64_t change = at(t, i), after = offset(t, i);
	int64_t b = secs - before, a = secs - after;
	if (b < change && a < change) return before;
	if (b > change && a >= change) return after;
	return b > a ? before : after;
}

/* Rows that do not count may have garbage for a table, which is not looked into. */
static int usable(view t) { return t.n > HEAD && count(t) > 0 && t.n > HEAD + (uint64_t)ENTRY * count(t); }

/* What the clock shows at a moment. */
int32_t slp_zone_local(int64_t *out, int64_t ts, STR(z)) {
	VIEW(z);
	if (is_infinite(ts)) return *out = ts, 0;
	return put_timestamp(out, usable(z) ? (i128)ts + offset_at(z, ts) * MICROS : 0);
}

/* The moment at which the clock shows a time. */
int32_t slp_zone_utc(int64_t *out, int64_t local, STR(z)) {
	VIEW(z);
	if (is_infinite(local)) return *out = local, 0;
	return put_timestamp(out, usable(z) ? (i128)local - local_offset(z, local) * MICROS : 0);
}

/* Seconds east of Greenwich at a moment, 0 at an infinite one. */
int64_t slp_zone_offset(int64_t ts, STR(z)) {
	VIEW(z);
	return usable(z) && !is_infinite(ts) ? offset_at(z, ts) : 0;
}
