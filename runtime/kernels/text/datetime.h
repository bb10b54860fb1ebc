/* The calendar in C: catalog/types/calendar.go. */
#ifndef SLP_DATETIME_H
#define SLP_DATETIME_H
#include "../include/codes.h"
#include <stdint.h>

#define MICROS_PER_DAY 86400000000ll
#define MIN_DATE (-2451545)
#define MAX_DATE 106751982
#define INFINITE_DATE INT32_MAX /* and -infinity: INT32_MIN */

/* Whether a timestamp, or a day number, is infinity or -infinity: all operations leave them what they are. */
static inline int is_infinite(int64_t ts) { return ts == INT64_MAX || ts == INT64_MIN; }
static inline int is_infinite_date(int64_t days) { return days == INFINITE_DATE || days == INT32_MIN; }

typedef struct {
	int32_t year, month, day; /* year 0 is 1 BC */
} civil;

extern const char *const slp_weekdays[7]; /* lower case, Sunday first */

int64_t slp_days_of(int64_t year, int64_t month, int64_t day);
civil slp_civil_of(int64_t days);
int slp_days_in_month(int64_t year, int month);

/* Writes ts if it is a timestamp. */
static inline int32_t put_timestamp(int64_t *out, __int128 ts) {
	*out = 0;
	if (ts < (__int128)MIN_DATE * MICROS_PER_DAY || ts >= (__int128)(MAX_DATE + 1ll) * MICROS_PER_DAY)
		return SLP_TIMESTAMP_RANGE;
	*out = (int64_t)ts;
	return 0;
}

static inline int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }
#endif
