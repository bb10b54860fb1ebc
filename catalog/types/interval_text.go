package types

import (
	"math"
	"strconv"
	"strings"

	"slipher/catalog/sqlerr"
)

// IntervalFields says which fields an interval has: INTERVAL '1 2' DAY TO HOUR, INTERVAL SECOND(3). The zero value
// leaves all.
type IntervalFields struct {
	Fields string // "year", "day to second", "" for all
	// Rounded: seconds are rounded to Precision digits.
	Rounded   bool
	Precision int
}

// last is the last of the fields: what a number without a unit counts.
func (f IntervalFields) last() string {
	if f.Fields == "" {
		return "second"
	}
	return f.Fields[strings.LastIndexByte(f.Fields, ' ')+1:]
}

// ParseInterval reads "1 year 2 mons 3 days 04:05:06", "52 weeks", "-1.5 hours", "1-2" (years and months), "3 04:05"
// (days and time) with a trailing "ago": PostgreSQL's forms, from the right to the left, as it does. A number without
// a unit counts the last of the fields; the smaller ones of what is read are cut off.
// A month's fraction counts 30 days to the month.
func ParseInterval(s string, f IntervalFields) (Datum, error) {
	var sum intervalSum
	in := lowerASCII(trimSpace(s))
	switch ok := len(in) <= maxDateText && sum.parse(in, f); {
	case !ok && !sum.overflow:
		return Datum{}, sqlerr.New(sqlerr.InvalidDatetimeFormat, "invalid input syntax for type interval: \"%s\"", s)
	case !ok || sum.overflow:
		return Datum{}, sqlerr.New(sqlerr.IntervalOverflow, "interval field value out of range: \"%s\"", s)
	}
	sum.adjust(f)
	micros := sum.sum(sum.mul(sum.days, MicrosPerDay), sum.micros)
	if sum.overflow || int64(int32(sum.months)) != sum.months || int64(int32(sum.days)) != sum.days {
		return Datum{}, sqlerr.New(sqlerr.DatetimeOverflow, "interval out of range")
	}
	return Datum{Hi: sum.months, Lo: micros}, nil
}

// intervalUnit is what a unit counts. Each is given at most once.
type intervalUnit struct {
	id                   uint
	months, days, micros int64
}

// intervalUnits are the units by every name.
var intervalUnits = func() map[string]intervalUnit {
	const microsPerHour = 3600e6
	m := map[string]intervalUnit{}
	for i, u := range []struct {
		names                string
		months, days, micros int64
	}{
		{"us usec usecs microsecond microseconds microsecon", 0, 0, 1},
		{"ms msec msecs millisecond milliseconds", 0, 0, 1e3},
		{"s sec secs second seconds", 0, 0, 1e6},
		{"m min mins minute minutes", 0, 0, 60e6},
		{"h hr hrs hour hours", 0, 0, microsPerHour},
		{"d day days", 0, 1, 0},
		{"w week weeks", 0, 7, 0},
		{"mon mons month months", 1, 0, 0},
		{"qtr qtrs quarter quarters", 3, 0, 0},
		{"y yr yrs year years", 12, 0, 0},
		{"dec decs decade decades", 120, 0, 0},
		{"c cent century centuries", 1200, 0, 0},
		{"mil mils millennium millennia", 12000, 0, 0},
	} {
		for _, n := range strings.Fields(u.names) {
			m[n] = intervalUnit{1 << i, u.months, u.days, u.micros}
		}
	}
	return m
}()

// intervalSum adds up the parts of an interval.
type intervalSum struct {
	months, days, micros int64
	have                 uint // units given
	overflow             bool
}

// parse adds up all of s; false if it is no interval.
func (t *intervalSum) parse(s string, f IntervalFields) bool {
	p := dateTimeParser{in: s, interval: true}
	type tok struct {
		kind dateToken
		text string
	}
	var toks []tok
	for {
		kind, text := p.token()
		if kind == dateBad {
			return false
		}
		if kind == dateEnd {
			break
		}
		toks = append(toks, tok{kind, text})
	}
	ago, unit, open := false, "", false // open: a unit waits for its number
	for i := len(toks) - 1; i >= 0; i-- {
		text := toks[i].text
		switch kind := toks[i].kind; {
		case kind == dateWord && text == "ago" && i == len(toks)-1:
			ago = true
		case kind == dateWord:
			if _, ok := intervalUnits[text]; !ok || open {
				return false
			}
			unit, open = text, true
		case kind == dateClock, kind == dateOffset && strings.Contains(text, ":"):
			if open || !t.addClock(text, f) {
				return false
			}
			unit = "day"
		case kind == dateNumber, kind == dateOffset, kind == dateDate:
			if unit == "" {
				unit = f.last()
			}
			if !t.addNumber(text, unit) {
				return false
			}
			// What a number in front counts.
			switch open = false; {
			case intervalUnits[unit] == intervalUnits["hour"]:
				unit = "day"
			case strings.IndexByte(text[1:], '-') >= 0:
				unit = "month"
			}
		default:
			return false
		}
	}
	if ago {
		t.months, t.days, t.micros = -t.months, -t.days, -t.micros
	}
	return t.have != 0 && !open
}

// once notes units as given; false if one of them was given before.
func (t *intervalSum) once(units ...string) bool {
	for _, u := range units {
		id := intervalUnits[u].id
		if t.have&id != 0 {
			return false
		}
		t.have |= id
	}
	return true
}

// addNumber adds so many units, or years and months as in 1-2; false if n is no number.
func (t *intervalSum) addNumber(n, unit string) bool {
	neg := n[0] == '-'
	body := strings.TrimLeft(n, "+-")
	sign := int64(1)
	if neg {
		sign = -1
	}
	if y, m, ok := strings.Cut(body, "-"); ok {
		years, err := strconv.ParseInt(y, 10, 64)
		months, err2 := strconv.ParseInt(m, 10, 64)
		if err2 == nil && (months > 11 || months < 0) {
			t.overflow = true
			return false
		}
		if err != nil || err2 != nil || !t.once("month") {
			return false
		}
		t.months = t.sum(t.months, sign*t.sum(t.mul(years, 12), months))
		return true
	}
	digits, frac, _ := strings.Cut(body, ".")
	if strings.Trim(digits+frac, "0123456789") != "" || digits+frac == "" {
		return false
	}
	v := int64(0)
	if digits != "" {
		var err error
		if v, err = strconv.ParseInt(digits, 10, 64); err != nil {
			t.overflow = true
			return false
		}
	}
	u := intervalUnits[unit]
	if !t.once(unit) || u.micros == 1e6 && frac != "" && !t.once("ms", "us") {
		return false
	}
	t.add(sign*v, u)
	if frac != "" {
		f, _ := strconv.ParseFloat("0."+frac, 64)
		t.addFraction(float64(sign)*f, u)
	}
	return true
}

func (t *intervalSum) add(n int64, u intervalUnit) {
	t.months = t.sum(t.months, t.mul(n, u.months))
	t.days = t.sum(t.days, t.mul(n, u.days))
	t.micros = t.sum(t.micros, t.mul(n, u.micros))
}

// addFraction spills a unit's fraction: of years into months, of months into days, of days into time.
func (t *intervalSum) addFraction(f float64, u intervalUnit) {
	days := 0.0
	switch {
	case u.micros > 0:
		t.micros = t.sum(t.micros, int64(math.RoundToEven(f*float64(u.micros))))
	case u.days > 0:
		days = f * float64(u.days)
	case u.months == 1:
		days = f * 30
	default:
		t.months = t.sum(t.months, int64(math.RoundToEven(f*float64(u.months))))
	}
	whole := math.Trunc(days)
	t.days = t.sum(t.days, int64(whole))
	t.micros = t.sum(t.micros, int64(math.RoundToEven((days-whole)*MicrosPerDay)))
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

// addClock adds [sign]HH:MM[:SS[.ffffff]], or MM:SS where the fields or a fraction say so; hours may exceed 24.
func (t *intervalSum) addClock(n string, f IntervalFields) bool {
	sign := int64(1)
	if n[0] == '-' {
		sign = -1
	}
	body, frac, point := strings.Cut(strings.TrimLeft(n, "+-"), ".")
	parts := strings.Split(body, ":")
	if len(parts) > 3 || !t.once("h", "m", "s", "ms", "us") {
		return false
	}
	var v [3]int64
	shift := 0
	if len(parts) == 2 && (point || f.Fields == "minute to second") {
		shift = 1
	}
	for i, p := range parts {
		x, err := strconv.ParseUint(p, 10, 63)
		if err != nil {
			t.overflow = t.overflow || p != "" && strings.Trim(p, "0123456789") == ""
			return false
		}
		v[i+shift] = int64(x)
	}
	us := int64(0)
	if point {
		var err error
		if us, err = fractionMicros(frac); err != nil {
			return false
		}
	}
	if v[1] > 59 || v[2] > 60 {
		t.overflow = true
		return false
	}
	t.micros = t.sum(t.micros, sign*t.sum(t.mul(v[0], 3600e6), v[1]*60e6+v[2]*1e6+us))
	return true
}

// adjust cuts off what is smaller than the last of the fields, and rounds seconds.
func (t *intervalSum) adjust(f IntervalFields) {
	if f.Fields != "" {
		switch f.last() {
		case "year":
			t.months -= t.months % 12
			t.days, t.micros = 0, 0
		case "month":
			t.days, t.micros = 0, 0
		case "day":
			t.micros = 0
		case "hour":
			t.micros -= t.micros % 3600e6
		case "minute":
			t.micros -= t.micros % 60e6
		}
	}
	if f.Rounded {
		scale := int64(1)
		for i := f.Precision; i < 6; i++ {
			scale *= 10
		}
		half := scale / 2
		if t.micros < 0 {
			half = -half
		}
		t.micros = t.sum(t.micros, half) / scale * scale
	}
}
