package types

import (
	"math"
	"time"
)

var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// MicrosOf is t as a TIMESTAMP counts: microseconds since 2000-01-01 UTC.
func MicrosOf(t time.Time) int64 { return t.Sub(epoch).Microseconds() }

// The limits of DATE and TIMESTAMP: 24 November 4714 BC (Julian day 0) to the end of the
// year 294276. Within them a date is always a timestamp.
const (
	MinDate      = -2451545
	MaxDate      = 106751982
	MicrosPerDay = 86400 * 1000000
	MinTimestamp = MinDate * MicrosPerDay
	MaxTimestamp = (MaxDate+1)*MicrosPerDay - 1
)

// Behind and before all dates and timestamps are infinity and -infinity, the greatest and the least number of their
// classes, so that they are ordered as numbers are. Arithmetic leaves them what they are.
const (
	InfiniteDate      = math.MaxInt32
	InfiniteTimestamp = math.MaxInt64
)

// infinity is the greatest of a class, or the least: the infinity of that sign.
func infinity(sign int, greatest int64) int64 {
	if sign < 0 {
		return -greatest - 1
	}
	return greatest
}

// IsInfiniteDate reports whether a day number is an infinity, IsInfinite whether a timestamp is one.
func IsInfiniteDate(days int64) bool { return days == InfiniteDate || days == -InfiniteDate-1 }

// IsInfinite is IsInfiniteDate of timestamps.
func IsInfinite(micros int64) bool {
	return micros == InfiniteTimestamp || micros == -InfiniteTimestamp-1
}

// Midnight is the timestamp at which a day begins.
func Midnight(days int64) int64 {
	if IsInfiniteDate(days) {
		return infinity(int(days), InfiniteTimestamp)
	}
	return days * MicrosPerDay
}

// DayOf is the day number of a timestamp.
func DayOf(micros int64) int64 {
	if IsInfinite(micros) {
		return infinity(int(micros>>63), InfiniteDate)
	}
	days, _ := SplitTimestamp(micros)
	return days
}

// appendInfinity appends the text of an infinity of that sign.
func appendInfinity(dst []byte, sign int64) []byte {
	if sign < 0 {
		dst = append(dst, '-')
	}
	return append(dst, "infinity"...)
}

// epochShift is the days from 0000-03-01, the start of a 400-year cycle, to 2000-01-01.
const epochShift = 730425

// DaysOf is the day number (2000-01-01 is 0) of a date of the Gregorian
// calendar, extended backwards. Year 0 is 1 BC. Month and day need not be in
// range: days count on from the month's first.
func DaysOf(year, month, day int) int64 {
	m := month - 1
	y := year + floorDiv(m, 12)
	m -= 12 * floorDiv(m, 12)
	// Years start in March, so that the leap day is the last.
	m = (m + 10) % 12
	if m >= 10 {
		y--
	}
	era := floorDiv(y, 400)
	yoe := y - 400*era
	doy := (153*m+2)/5 + day - 1
	return int64(era)*146097 + int64(yoe*365+yoe/4-yoe/100+doy) - epochShift
}

// CivilOf is the date of a day number.
func CivilOf(days int64) (year, month, day int) {
	z := int(days) + epochShift
	era := floorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	m := (5*doy + 2) / 153
	day = doy - (153*m+2)/5 + 1
	year = yoe + era*400
	if m < 10 {
		return year, m + 3, day
	}
	return year + 1, m - 9, day
}

// DaysInMonth is the length of a month, 1..12.
func DaysInMonth(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// SplitTimestamp is the day number and the microsecond of the day.
func SplitTimestamp(ts int64) (days, micros int64) {
	days = ts / MicrosPerDay
	micros = ts % MicrosPerDay
	if micros < 0 {
		days--
		micros += MicrosPerDay
	}
	return days, micros
}
