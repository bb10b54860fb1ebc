#include "datetime.h"
#pragma GCC optimize("wrapv") /* see str.h */

/* Days from 0000-03-01 to 2000-01-01. */
enum { EPOCH_SHIFT = 730425 };

const char *const slp_weekdays[7] = {"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};

int64_t slp_days_of(int64_t year, int64_t month, int64_t day) {
	int64_t m = month - 1, y = year + floor_div(m, 12);
	m = (m - 12 * floor_div(m, 12) + 10) % 12;
	if (m >= 10) y--;
	int64_t era = floor_div(y, 400), yoe = y - 400 * era, doy = (153 * m + 2) / 5 + day - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - EPOCH_SHIFT;
}

civil slp_civil_of(int64_t days) {
	int64_t z = days + EPOCH_SHIFT, era = floor_div(z, 146097);
	uint32_t doe = (uint32_t)(z - era * 146097); /* within 400 years 32 bits are enough */
	uint32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	uint32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), m = (5 * doy + 2) / 153;
	civil c = {(int32_t)(yoe + era * 400), (int32_t)(m < 10 ? m + 3 : m - 9), (int32_t)(doy - (153 * m + 2) / 5 + 1)};
	if (m >= 10) c.year++;
	return c;
}

int slp_days_in_month(int64_t year, int month) {
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)) return 29;
	return month < 1 || month > 12 ? 0 : days[month - 1];
}
