package fn

import (
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// DatePart is a unit of time as an operand of date ops: numbers of
// runtime/kernels/text/datepart.h.
type DatePart int

// The date parts.
const (
	Microsecond DatePart = 1 + iota
	Millisecond
	Second
	Minute
	Hour
	Day
	Week
	Month
	Quarter
	Year
	Decade
	Century
	Millennium
	DayOfWeek
	DayOfYear
	Epoch
	Timezone
	TimezoneHour
	TimezoneMinute
)

// datePartNames are Redshift's spellings: "m" is a minute.
var datePartNames = map[DatePart]string{
	Microsecond: "microsecond microseconds microsec microsecs usecond useconds usec usecs us",
	Millisecond: "millisecond milliseconds millisecon millisec millisecs msecond mseconds msec msecs ms",
	Second:      "second seconds sec secs s",
	Minute:      "minute minutes min mins m",
	Hour:        "hour hours hr hrs h",
	Day:         "day days d",
	Week:        "week weeks w",
	Month:       "month months mon mons",
	Quarter:     "quarter quarters qtr qtrs",
	Year:        "year years y yr yrs",
	Decade:      "decade decades dec decs",
	Century:     "century centuries c cent cents",
	Millennium:  "millennium millennia mil mils",
	DayOfWeek:   "dayofweek dow dw weekday",
	DayOfYear:   "dayofyear doy dy yearday",
	Epoch:       "epoch",
	Timezone:    "timezone",

	TimezoneHour:   "timezone_hour",
	TimezoneMinute: "timezone_minute",
}

// endless: the numbers of such parts grow without end; those of others come again.
func (p DatePart) endless() bool { return p >= Year && p <= Millennium || p == Epoch }

// ParseDatePart is the part of a name, in any case.
func ParseDatePart(name string) (DatePart, bool) {
	name = strings.ToLower(strings.TrimSpace(name))
	for p, names := range datePartNames {
		for _, n := range strings.Fields(names) {
			if n == name {
				return p, true
			}
		}
	}
	return 0, false
}

// constPart is the date part that argument i must be.
func constPart(consts []*types.Datum, i int) (DatePart, error) {
	c := consts[i]
	if c == nil || c.Null {
		return 0, sqlerr.New(sqlerr.InvalidParameterValue, "a date part must be a constant")
	}
	p, ok := ParseDatePart(c.S)
	if !ok {
		return 0, sqlerr.New(sqlerr.InvalidParameterValue, "timestamp units \"%s\" not recognized", c.S)
	}
	return p, nil
}
