package fn

import (
	"strconv"
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// setting is what a field says.
type setting uint8

const (
	_ setting = iota
	setYear
	setMonth
	setDay
	setDayOfYear
	setWeekday
	setWeek
	setWeekOfMonth
	setCentury
	setHour
	setMinute
	setSecond
	setMillisecond
	setMicrosecond
	setHourOfZone
	setMinuteOfZone
	settings
)

// settingNames are what errors call them.
var settingNames = [settings]string{
	setYear:         "year",
	setMonth:        "month",
	setDay:          "day",
	setDayOfYear:    "day of the year",
	setWeekday:      "weekday",
	setWeek:         "week",
	setWeekOfMonth:  "week of the month",
	setCentury:      "century",
	setHour:         "hour",
	setMinute:       "minute",
	setSecond:       "second",
	setMillisecond:  "millisecond",
	setMicrosecond:  "microsecond",
	setHourOfZone:   "hour of the zone",
	setMinuteOfZone: "minute of the zone",
}

// templateNumber is a field that is a number.
type templateNumber struct {
	width    int
	sets     setting // 0 if nothing comes of it
	calendar byte    // 'g' Gregorian, 'i' ISO weeks, 0 both
}

var templateNumbers = map[string]templateNumber{
	"YYYY": {4, setYear, 'g'}, "YYY": {3, setYear, 'g'}, "YY": {2, setYear, 'g'}, "Y": {1, setYear, 'g'},
	"IYYY": {4, setYear, 'i'}, "IYY": {3, setYear, 'i'}, "IY": {2, setYear, 'i'}, "I": {1, setYear, 'i'},
	"MM": {2, setMonth, 'g'}, "DD": {2, setDay, 'g'}, "DDD": {3, setDayOfYear, 'g'},
	"IDDD": {3, setDayOfYear, 'i'},
	"D":    {1, setWeekday, 'g'}, "ID": {1, setWeekday, 'i'}, "WW": {2, setWeek, 'g'}, "IW": {2, setWeek, 'i'},
	"W":  {1, setWeekOfMonth, 'g'},
	"CC": {2, setCentury, 0}, "Q": {1, 0, 0}, "HH24": {2, setHour, 0}, "HH12": {2, setHour, 0}, "HH": {2, setHour, 0},
	"MI": {2, setMinute, 0},
	"SS": {2, setSecond, 0}, "MS": {3, setMillisecond, 0}, "US": {6, setMicrosecond, 0}, "FF1": {1, setMicrosecond, 0},
	"FF2": {2, setMicrosecond, 0},
	"FF3": {3, setMicrosecond, 0}, "FF4": {4, setMicrosecond, 0}, "FF5": {5, setMicrosecond, 0},
	"FF6":  {6, setMicrosecond, 0},
	"SSSS": {5, 0, 0}, "SSSSS": {5, 0, 0}, "J": {1, 0, 0}, "TZM": {2, setMinuteOfZone, 0},
}

// field reads one field.
func (r *templateReader) field(p *templatePart) error {
	name := p.name
	if f := p.number; f != nil {
		if f.calendar != 0 {
			if err := r.convention(f.calendar == 'i'); err != nil {
				return err
			}
		}
		v, n, err := r.number(f.width, p.open)
		if err != nil {
			return err
		}
		if err = r.numberField(name, f, v, n); err != nil {
			return err
		}
		r.ordinal(p)
		return nil
	}
	word := func(words []string, full bool) (int, error) {
		v, rest, ok := takeName(r.rest, words, full)
		if !ok {
			return 0, r.bad()
		}
		r.rest = rest
		return v, nil
	}
	two := func(second string) (bool, error) { // AM, P.M., BC: is it the second?
		n := len(name)
		if len(r.rest) < n {
			return false, r.bad()
		}
		got := strings.ToUpper(r.rest[:n])
		first := map[string]string{"PM": "AM", "P.M.": "A.M.", "BC": "AD", "B.C.": "A.D."}[second]
		if got != first && got != second {
			return false, r.bad()
		}
		r.rest = r.rest[n:]
		return got == second, nil
	}
	var err error
	v := 0
	switch name {
	case "MONTH", "MON":
		if err = r.convention(false); err == nil {
			v, err = word(types.MonthNames[:], name == "MONTH")
		}
		if err == nil {
			err = r.set(setMonth, v)
		}
	case "RM":
		if err = r.convention(false); err == nil {
			if v = takeRoman(&r.rest); v == 0 {
				err = r.bad()
			} else {
				err = r.set(setMonth, v)
			}
		}
	case "DAY", "DY":
		if v, err = word(types.DayNames[:], name == "DAY"); err == nil {
			err = r.set(setWeekday, v)
		}
	case "Y,YYY":
		if err = r.convention(false); err != nil {
			break
		}
		thousands, rest, ok := strings.Cut(r.rest, ",")
		if !ok || len(rest) < 3 || !allDigits(thousands) || !allDigits(rest[:3]) {
			return r.bad()
		}
		v, _ = strconv.Atoi(thousands + rest[:3])
		r.rest = rest[3:]
		err = r.set(setYear, v)
	case "AM", "PM":
		r.pm, err = two("PM")
		r.twelve = true
	case "A.M.", "P.M.":
		r.pm, err = two("P.M.")
		r.twelve = true
	case "AD", "BC":
		r.bc, err = two("BC")
	case "A.D.", "B.C.":
		r.bc, err = two("B.C.")
	case "TZH":
		return r.zoneHour(p.open)
	case "TZ", "OF":
		if !r.copying {
			return sqlerr.Unsupported("the field \"%s\" of a template for input", p.field)
		}
		return r.zone()
	default:
		err = sqlerr.Unsupported("the field \"%s\" of a template for input", p.field)
	}
	return err
}

// zone reads an offset or a name.
func (r *templateReader) zone() error {
	n := strings.IndexAny(r.rest, " \t")
	if n < 0 {
		n = len(r.rest)
	}
	d, err := types.ParseDateTime("2000-01-01 00:00 "+r.rest[:n], "timestamp")
	if err != nil || !d.Zoned || d.Infinite != 0 || d.Days() != 0 { // infinity and epoch are no zones
		return r.bad()
	}
	r.rest, r.named = r.rest[n:], d
	return nil
}

func allDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// ordinal skips the two letters behind a number with TH.
func (r *templateReader) ordinal(p *templatePart) {
	if p.th != "" {
		r.rest = r.rest[min(2, len(r.rest)):]
	}
}

// zoneHour reads a sign and an hour. The sign may have been taken for a separator.
func (r *templateReader) zoneHour(open bool) error {
	sign := 1
	switch {
	case r.rest != "" && (r.rest[0] == '+' || r.rest[0] == '-'):
		if r.rest[0] == '-' {
			sign = -1
		}
		r.skip()
	case r.skipped > 0 && r.last == '-':
		sign = -1
	}
	v, _, err := r.number(2, open)
	if err != nil {
		return err
	}
	if v < 0 || v > 15 {
		return r.outOfRange()
	}
	r.zoned, r.zoneSign = true, sign
	return r.set(setHourOfZone, v)
}

// numberField notes a number of n digits.
func (r *templateReader) numberField(name string, f *templateNumber, v, n int) error {
	switch name {
	case "YYY", "YY", "Y", "IYY", "IY", "I":
		r.twoDigitYear = f.width <= 2
		if n < 4 && v >= 0 {
			v = fullYear(v)
		}
	case "HH12", "HH":
		r.twelve = r.twelve || name == "HH12" || !r.copying
	case "SS":
		// a fraction needs no field
		if r.copying && !r.template.fraction && len(r.rest) > 1 && r.rest[0] == '.' && isDigitByte(r.rest[1]) {
			digits := len(r.rest[1:]) - len(strings.TrimLeft(r.rest[1:], "0123456789"))
			us, _ := strconv.Atoi((r.rest[1:1+digits] + "000000")[:6])
			r.rest = r.rest[1+digits:]
			if err := r.set(setMicrosecond, us); err != nil {
				return err
			}
		}
	case "ID":
		v = v%7 + 1 // Sunday first
	case "MS", "US", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6":
		for k := n; k < 3 || f.sets == setMicrosecond && k < 6; k++ {
			v *= 10
		}
	case "SSSS", "SSSSS":
		r.clock = v
	case "J":
		r.julian = v
	case "TZM":
		if !r.zoned {
			r.zoned, r.zoneSign = true, 1
		}
		if v < 0 || v > 59 {
			return r.outOfRange()
		}
	}
	if f.sets == 0 {
		return nil
	}
	return r.set(f.sets, v)
}

// takeRoman reads a Roman month, the longest that fits: its number, 0 if there is none.
func takeRoman(s *string) int {
	best := 0
	for i, w := range romanMonths {
		if len(*s) >= len(w) && strings.EqualFold((*s)[:len(w)], w) && (best == 0 || len(w) > len(romanMonths[best-1])) {
			best = i + 1
		}
	}
	if best > 0 {
		*s = (*s)[len(romanMonths[best-1]):]
	}
	return best
}

// takeName reads one of words, or its first three letters, from the start of s: its number from 1.
func takeName(s string, words []string, full bool) (int, string, bool) {
	for i, w := range words {
		n := len(w)
		if !full || len(s) < n || !strings.EqualFold(s[:n], w) {
			n = 3
		}
		if len(s) >= n && strings.EqualFold(s[:n], w[:n]) {
			return i + 1, s[n:], true
		}
	}
	return 0, s, false
}
