/*
 * How many values a series from start to stop by step has, and the times of one: generate_series.
 */
#include "datetime.h"
#include "str.h"
#include "../include/codes.h"

typedef unsigned __int128 u128;

/* Distance and step are unsigned: both ends may be far from zero. */
static int32_t count(int64_t *out, u128 distance, u128 step) {
	u128 n = distance / step + 1;
	*out = n > INT64_MAX ? INT64_MAX : (int64_t)n;
	return 0;
}

static int32_t series(int64_t *out, i128 start, i128 stop, i128 step) {
	*out = 0;
	if (step == 0) return SLP_ZERO_STEP;
	if (step > 0 ? start > stop : start < stop) return 0;
	u128 distance = step > 0 ? (u128)stop - (u128)start : (u128)start - (u128)stop;
	return count(out, distance, step > 0 ? (u128)step : -(u128)step);
}

int32_t slp_series_i64(int64_t *out, int64_t start, int64_t stop, int64_t step) {
	return series(out, start, stop, step);
}

static i128 wide(uint64_t lo, uint64_t hi) { return (i128)((u128)hi << 64 | lo); }

int32_t slp_series_i128(int64_t *out, uint64_t a_lo, uint64_t a_hi, uint64_t b_lo, uint64_t b_hi, uint64_t s_lo,
	uint64_t s_hi) {
	return series(out, wide(a_lo, a_hi), wide(b_lo, b_hi), wide(s_lo, s_hi));
}

int32_t slp_ts_add_interval(int64_t *out, int64_t ts, int64_t months, int64_t us);

enum { MOST_STEPS = 10000000 };

/*
 * Steps of whole months shorten days for good: 31 January, 29 February, 29 March. Days up to the 28th stay, and behind
 * so many steps a day is as short as it gets: a series that comes to a February comes to one within twelve steps, and
 * to one of 28 days, if to any, within a hundred Februaries. What is left is one step.
 */
enum { SHORTEST = 28, LAST_SHORTENED = 1200 };

static int shortens(int64_t ts) { return slp_civil_of(floor_div(ts, MICROS_PER_DAY)).day > SHORTEST; }

int32_t slp_series_time(int64_t *out, int64_t n, int64_t start, int64_t stop, int64_t us, int64_t months) {
	int64_t ts = start, i = 0;
	int32_t bad = 0;
	(void)stop;
	*out = 0;
	if (is_infinite(start)) return *out = start, 0; /* of no series */
	if (months == 0) return *out = start + n * us, 0;
	for (; i < n && (us || (i < LAST_SHORTENED && shortens(ts))) && !bad; i++)
		bad = slp_ts_add_interval(&ts, ts, months, us);
	if (i < n && !bad) bad = slp_ts_add_interval(&ts, ts, (n - i) * months, 0);
	*out = ts;
	return bad;
}

int32_t slp_series_times(int64_t *out, int64_t start, int64_t stop, int64_t us, int64_t months) {
	*out = 0;
	/* A month is 30 days where intervals are compared. */
	i128 step = (i128)months * 30 * MICROS_PER_DAY + us;
	if (step == 0) return SLP_ZERO_STEP;
	/* From an infinite start no step leads anywhere; to an infinite end they lead beyond all times. */
	if ((is_infinite(start) || is_infinite(stop)) && (step > 0 ? start <= stop : start >= stop))
		return SLP_TIMESTAMP_RANGE;
	if (months == 0) return series(out, start, stop, us);
	int64_t ts = start, n = 0;
	for (; step > 0 ? ts <= stop : ts >= stop; n++) {
		if (n == MOST_STEPS) return SLP_TIMESTAMP_RANGE;
		if (slp_ts_add_interval(&ts, ts, months, us)) { /* beyond all times is beyond stop */
			n++;
			break;
		}
	}
	*out = n;
	return 0;
}
