/* The calendar in C: catalog/types/calendar.go. */
#ifndef SLP_DATETIME_H
#define SLP_DATETIME_H
#include <stdint.h>

#define MICROS_PER_DAY 86400000000ll
#define MIN_DATE (-2451545)
#define MAX_DATE 106751982

typedef struct {
	int32_t year, month, day; /* year 0 is 1 BC */
} civil;

extern const char *const slp_weekdays[7]; /* lower case, Sunday first */

int64_t slp_days_of(int64_t year, int64_t month, int64_t day);
civil slp_civil_of(int64_t days);
int slp_days_in_month(int64_t year, int month);

static inline int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }
#endif
