/* Numbers of the date parts: catalog/fn/datepart.go. */
#ifndef SLP_DATEPART_H
#define SLP_DATEPART_H
enum {
	PART_MICROSECOND = 1,
	PART_MILLISECOND = 2,
	PART_SECOND = 3,
	PART_MINUTE = 4,
	PART_HOUR = 5,
	PART_DAY = 6,
	PART_WEEK = 7,
	PART_MONTH = 8,
	PART_QUARTER = 9,
	PART_YEAR = 10,
	PART_DECADE = 11,
	PART_CENTURY = 12,
	PART_MILLENNIUM = 13,
	PART_DAYOFWEEK = 14,
	PART_DAYOFYEAR = 15,
	PART_EPOCH = 16,
	PART_TIMEZONE = 17, /* all zone parts: 0 for a timestamp without one */
};
#endif
