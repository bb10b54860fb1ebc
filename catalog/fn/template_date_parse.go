package fn

import (
	"strconv"
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// parseByTemplate reads a timestamp. Without strict, days beyond a month's end run over.
func parseByTemplate(s, template string, strict bool) (int64, error) {
	bad := func() (int64, error) {
		return 0, sqlerr.New(sqlerr.InvalidDatetimeFormat, "value \"%s\" does not match the template \"%s\"", s, template)
	}
	m := moment{year: 1, month: 1, day: 1}
	rest := s
	bc, pm, twelve, doy, julian, secs := false, -1, false, 0, -1, -1
	parts := splitTemplate(template)
	for i, p := range parts {
		if p.field == "" {
			// Text in the template skips as many characters of the input; blanks skip blanks.
			for range p.text {
				if rest != "" && !(rest[0] >= '0' && rest[0] <= '9') {
					rest = rest[1:]
				}
			}
			continue
		}
		rest = strings.TrimLeft(rest, " \t\n")
		next := i+1 < len(parts) && parts[i+1].field != "" && isDigits(parts[i+1].field)
		number := func(width int) (int, bool) {
			n := 0
			for n < len(rest) && rest[n] >= '0' && rest[n] <= '9' && n < 9 && (n < width || width == 4 && !next) {
				n++
			}
			v, err := strconv.Atoi(rest[:n])
			rest = rest[n:]
			return v, err == nil
		}
		var ok bool
		switch p.field {
		case "YYYY", "IYYY", "Y,YYY":
			m.year, ok = number(4)
		case "YYY", "IYY":
			m.year, ok = number(3)
			m.year += 2000
		case "YY", "IY":
			if m.year, ok = number(2); m.year < 70 {
				m.year += 100
			}
			m.year += 1900
		case "Y", "I":
			m.year, ok = number(1)
			m.year += 2000
		case "MM":
			m.month, ok = number(2)
		case "MONTH", "Month", "month", "MON", "Mon", "mon":
			m.month, rest, ok = takeName(rest, monthWords[:], len(p.field) > 3)
		case "DAY", "Day", "day", "DY", "Dy", "dy":
			_, rest, ok = takeName(rest, dayWords[:], len(p.field) > 2)
		case "DDD":
			doy, ok = number(3)
		case "DD":
			m.day, ok = number(2)
		case "D", "W", "Q":
			_, ok = number(1)
		case "WW", "IW", "CC":
			_, ok = number(2)
		case "HH24":
			m.hour, ok = number(2)
		case "HH", "HH12":
			m.hour, ok = number(2)
			twelve = true
		case "MI":
			m.minute, ok = number(2)
		case "SS":
			m.second, ok = number(2)
		case "MS":
			before := len(rest)
			m.micro, ok = number(3)
			for k := before - len(rest); k < 6; k++ {
				m.micro *= 10
			}
		case "US":
			before := len(rest)
			m.micro, ok = number(6)
			for k := before - len(rest); k < 6; k++ {
				m.micro *= 10
			}
		case "SSSS":
			secs, ok = number(5)
		case "J":
			julian, ok = number(7)
		case "AM", "PM", "am", "pm", "A.M.", "P.M.", "a.m.", "p.m.":
			n := len(p.field)
			if ok = len(rest) >= n; ok {
				pm = int(btoi(strings.EqualFold(rest[:1], "p")))
				rest = rest[n:]
			}
		case "AD", "BC", "ad", "bc", "A.D.", "B.C.":
			n := len(p.field)
			if ok = len(rest) >= n; ok {
				bc = strings.EqualFold(rest[:1], "b")
				rest = rest[n:]
			}
		}
		if !ok {
			return bad()
		}
	}
	if bc {
		m.year = 1 - m.year
	}
	if twelve {
		if m.hour < 1 || m.hour > 12 {
			return bad()
		}
		if pm >= 0 {
			m.hour = m.hour%12 + 12*pm
		}
	}
	if m.month < 1 || m.month > 12 || m.day < 1 || m.day > 31 || m.hour > 23 || m.minute > 59 || m.second > 59 ||
		strict && m.day > types.DaysInMonth(m.year, m.month) {
		return 0, sqlerr.New(sqlerr.DatetimeOverflow, "date/time field value out of range: \"%s\"", s)
	}
	days := types.DaysOf(m.year, m.month, m.day)
	switch {
	case julian >= 0:
		days = int64(julian) - 2451545
	case doy > 0:
		days = types.DaysOf(m.year, 1, doy)
	}
	if days < types.MinDate || days > types.MaxDate {
		return 0, sqlerr.New(sqlerr.DatetimeOverflow, "date out of range: \"%s\"", s)
	}
	us := int64(m.hour*3600+m.minute*60+m.second) * 1e6
	if secs >= 0 {
		us = int64(secs) * 1e6
	}
	return days*types.MicrosPerDay + us + int64(m.micro), nil
}

// isDigits reports whether a field reads digits.
func isDigits(f string) bool {
	switch strings.ToUpper(f) {
	case "MONTH", "MON", "DAY", "DY", "AM", "PM", "A.M.", "P.M.", "AD", "BC", "A.D.", "B.C.":
		return false
	}
	return true
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
