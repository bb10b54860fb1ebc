package types

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"slipher/catalog/sqlerr"
)

// intervalUnits is what a unit counts: months, or microseconds.
var intervalUnits = map[string]struct{ months, micros int64 }{
	"us": {0, 1}, "usec": {0, 1}, "usecs": {0, 1}, "microsecond": {0, 1}, "microseconds": {0, 1},
	"ms": {0, 1e3}, "msec": {0, 1e3}, "msecs": {0, 1e3}, "millisecond": {0, 1e3}, "milliseconds": {0, 1e3},
	"s": {0, 1e6}, "sec": {0, 1e6}, "secs": {0, 1e6}, "second": {0, 1e6}, "seconds": {0, 1e6},
	"m": {0, 60e6}, "min": {0, 60e6}, "mins": {0, 60e6}, "minute": {0, 60e6}, "minutes": {0, 60e6},
	"h": {0, 3600e6}, "hr": {0, 3600e6}, "hrs": {0, 3600e6}, "hour": {0, 3600e6}, "hours": {0, 3600e6},
	"d": {0, MicrosPerDay}, "day": {0, MicrosPerDay}, "days": {0, MicrosPerDay},
	"w": {0, 7 * MicrosPerDay}, "week": {0, 7 * MicrosPerDay}, "weeks": {0, 7 * MicrosPerDay},
	"mon": {1, 0}, "mons": {1, 0}, "month": {1, 0}, "months": {1, 0},
	"qtr": {3, 0}, "qtrs": {3, 0}, "quarter": {3, 0}, "quarters": {3, 0},
	"y": {12, 0}, "yr": {12, 0}, "yrs": {12, 0}, "year": {12, 0}, "years": {12, 0},
	"dec": {120, 0}, "decs": {120, 0}, "decade": {120, 0}, "decades": {120, 0},
	"c": {1200, 0}, "cent": {1200, 0}, "century": {1200, 0}, "centuries": {1200, 0},
	"mil": {12000, 0}, "mils": {12000, 0}, "millennium": {12000, 0}, "millennia": {12000, 0},
}

// parseInterval reads "1 year 2 mons 3 days 04:05:06", "52 weeks", "-1.5 hours",
// "1-2" (years and months), "3 04:05" (days and time), a trailing "ago", and a
// bare number as seconds. A month's fraction counts 30 days to the month.
func parseInterval(s string) (Datum, error) {
	bad := func() (Datum, error) {
		return Datum{}, sqlerr.New(sqlerr.InvalidDatetimeFormat, "invalid input syntax for type interval: \"%s\"", s)
	}
	words := strings.Fields(strings.ToLower(s))
	var sum intervalSum
	any := false
	for i := 0; i < len(words); i++ {
		w := words[i]
		switch {
		case w == "@":
			continue
		case w == "ago" && i == len(words)-1 && any:
			sum.months, sum.micros = -sum.months, -sum.micros
			continue
		}
		any = true
		numEnd := 0
		for numEnd < len(w) && (isDigit(w[numEnd]) || strings.IndexByte("+-.:", w[numEnd]) >= 0) {
			numEnd++
		}
		n, unit := w[:numEnd], w[numEnd:]
		switch {
		case n == "":
			return bad()
		case strings.Contains(n, ":"):
			if unit != "" || !sum.addClock(n) {
				return bad()
			}
			continue
		case unit == "" && strings.LastIndexByte(n, '-') > 0:
			if !sum.addYearMonth(n) {
				return bad()
			}
			continue
		case unit == "" && i+1 < len(words) && intervalUnits[words[i+1]] != struct{ months, micros int64 }{}:
			i++
			unit = words[i]
		case unit == "" && i+1 < len(words) && strings.Contains(words[i+1], ":"):
			unit = "day"
		case unit == "":
			unit = "second"
		}
		if !sum.add(n, unit) {
			return bad()
		}
	}
	if !any {
		return bad()
	}
	if sum.overflow || sum.months > math.MaxInt32 || sum.months < math.MinInt32 {
		return Datum{}, sqlerr.New(sqlerr.DatetimeOverflow, "interval out of range: \"%s\"", s)
	}
	return Datum{Hi: sum.months, Lo: sum.micros}, nil
}

// intervalSum adds up the parts of an interval.
type intervalSum struct {
	months, micros int64
	overflow       bool
}

// add adds n units; false if n is no number or the unit unknown.
func (t *intervalSum) add(n, unit string) bool {
	u, ok := intervalUnits[unit]
	if !ok {
		return false
	}
	whole, frac, dotted := strings.Cut(n, ".")
	if strings.Trim(frac, "0123456789") != "" || dotted && whole+frac == "" {
		return false
	}
	neg := strings.HasPrefix(whole, "-")
	digits := strings.TrimLeft(whole, "+-")
	if len(whole)-len(digits) > 1 || digits == "" && !dotted {
		return false
	}
	v := int64(0)
	if digits != "" {
		var err error
		if v, err = strconv.ParseInt(digits, 10, 64); err != nil {
			t.overflow = t.overflow || err.(*strconv.NumError).Err == strconv.ErrRange
			return t.overflow
		}
	}
	f := 0.0
	if frac != "" {
		f, _ = strconv.ParseFloat("0."+frac, 64)
	}
	months, micros := t.mul(v, u.months), t.mul(v, u.micros)
	switch {
	case u.micros > 0:
		micros += int64(math.RoundToEven(f * float64(u.micros)))
	case u.months > 1:
		months += int64(math.RoundToEven(f * float64(u.months)))
	default:
		micros += int64(math.RoundToEven(f * 30 * MicrosPerDay))
	}
	if neg {
		months, micros = -months, -micros
	}
	t.months, t.micros = t.sum(t.months, months), t.sum(t.micros, micros)
	return true
}

func (t *intervalSum) mul(a, b int64) int64 {
	if b != 0 && (a*b)/b != a {
		t.overflow = true
	}
	return a * b
}

func (t *intervalSum) sum(a, b int64) int64 {
	if (a+b > a) != (b > 0) && b != 0 {
		t.overflow = true
	}
	return a + b
}

// addClock adds [sign]HH:MM[:SS[.ffffff]]; hours may exceed 24.
func (t *intervalSum) addClock(n string) bool {
	neg := n[0] == '-'
	parts := strings.Split(strings.TrimLeft(n, "+-"), ":")
	if len(parts) > 3 {
		return false
	}
	units := []string{"hour", "minute", "second"}
	var c intervalSum
	for i, p := range parts {
		if p == "" || !isDigit(p[0]) || i < 2 && strings.Contains(p, ".") || !c.add(p, units[i]) {
			return false
		}
	}
	if neg {
		c.micros = -c.micros
	}
	t.micros = t.sum(t.micros, c.micros)
	t.overflow = t.overflow || c.overflow
	return true
}

// addYearMonth adds [sign]Y-M.
func (t *intervalSum) addYearMonth(n string) bool {
	body := strings.TrimLeft(n, "+-")
	y, m, _ := strings.Cut(body, "-")
	years, err := strconv.ParseInt(y, 10, 32)
	months, err2 := strconv.ParseInt(m, 10, 32)
	if err != nil || err2 != nil || months > 11 || months < 0 {
		return false
	}
	total := years*12 + months
	if n[0] == '-' {
		total = -total
	}
	t.months = t.sum(t.months, total)
	return true
}

// FormatInterval writes months and microseconds as PostgreSQL does:
// "1 year 2 mons 3 days 04:05:06". A sign is written before a part behind a
// negative one.
func FormatInterval(months, micros int64) string {
	var parts []string
	negative := false
	part := func(v int64, unit string) {
		if v == 0 {
			return
		}
		sign := ""
		if negative && v > 0 {
			sign = "+"
		}
		plural := "s"
		if v == 1 {
			plural = ""
		}
		parts = append(parts, fmt.Sprintf("%s%d %s%s", sign, v, unit, plural))
		negative = v < 0
	}
	part(months/12, "year")
	part(months%12, "mon")
	part(micros/MicrosPerDay, "day")
	if rest := micros % MicrosPerDay; rest != 0 || len(parts) == 0 {
		sign := ""
		if rest < 0 {
			sign, rest = "-", -rest
		} else if negative {
			sign = "+"
		}
		parts = append(parts, sign+formatClock(rest))
	}
	return strings.Join(parts, " ")
}
