package types

import (
	"math"
	"strconv"
	"strings"
)

// dateToken is a kind of token in the text of a date or timestamp.
type dateToken uint8

const (
	dateEnd    dateToken = iota
	dateNumber           // digits, perhaps with a point
	dateDate             // parts joined by - / or ., or the name of a zone with such characters
	dateClock            // digits with colons
	dateWord             // letters
	dateOffset           // a sign and digits: a zone
	dateBad              // what no date holds
)

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isLower(c byte) bool { return c >= 'a' && c <= 'z' }

// lowerASCII is s with the letters of ASCII in lower case, and no others made such letters.
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}

// token is the next token; blanks and commas only separate.
func (p *dateTimeParser) token() (dateToken, string) {
	s, i := p.in, p.at
	for i < len(s) && (s[i] == ' ' || s[i] == ',' || s[i] >= 9 && s[i] <= 13 || s[i] == '@' && p.interval) {
		i++
	}
	start := i
	peek := func() byte {
		if i < len(s) {
			return s[i]
		}
		return 0
	}
	skip := func(in func(c byte) bool) {
		for i < len(s) && in(s[i]) {
			i++
		}
	}
	kind := dateBad
	switch c := peek(); {
	case i == len(s):
		return dateEnd, ""
	case isDigit(c):
		kind = dateNumber
		skip(isDigit)
		switch d := peek(); d {
		case ':':
			kind = dateClock
			skip(func(c byte) bool { return isDigit(c) || c == ':' || c == '.' })
		case '-', '/', '.':
			i++
			if !isDigit(peek()) {
				kind = dateDate
				skip(func(c byte) bool { return isDigit(c) || isLower(c) || c == d })
				break
			}
			skip(isDigit)
			if d != '.' || peek() == '.' {
				kind = dateDate
			}
			if peek() == d {
				skip(func(c byte) bool { return isDigit(c) || c == d })
			}
		}
	case c == '.' && p.interval:
		kind = dateNumber
		i++
		skip(isDigit)
	case isLower(c):
		kind = dateWord
		skip(isLower)
		if n := peek(); n == '-' || n == '/' || n == '.' || (n == '+' || isDigit(n)) && !p.beforeDigits(s[start:i]) {
			kind = dateDate
			skip(func(c byte) bool { return isDigit(c) || isLower(c) || strings.IndexByte("+-/_.:", c) >= 0 })
		}
	case c == '+' || c == '-':
		i++
		skip(func(c byte) bool { return c == ' ' || c >= 9 && c <= 13 })
		if digits := i; isDigit(peek()) || peek() == '.' && p.interval {
			kind = dateOffset
			skip(func(c byte) bool { return isDigit(c) || c == ':' || c == '.' || c == '-' })
			p.at = i
			return kind, s[start:start+1] + s[digits:i]
		} else if isLower(peek()) && !p.interval { // -infinity
			skip(isLower)
			p.at = i
			return dateWord, s[start:start+1] + s[digits:i]
		}
	}
	p.at = i
	return kind, s[start:i]
}

// beforeDigits reports whether digits may follow the word directly.
func (p *dateTimeParser) beforeDigits(w string) bool {
	if _, ok := intervalUnits[w]; ok && p.interval {
		return true
	}
	switch w {
	case "t", "am", "pm", "ad", "bc", "at", "on", "epoch", "infinity", "allballs":
		return true
	}
	return monthNumber(w) > 0 || isDayName(w) || isJulianWord(w)
}

// isJulianWord: what stands in front of a Julian day.
func isJulianWord(w string) bool { return w == "j" || w == "jd" || w == "julian" }

// MonthNames are those of the calendar.
var MonthNames = [...]string{"January", "February", "March", "April", "May", "June",
	"July", "August", "September", "October", "November", "December"}

// DayNames are those of the week, Sunday first.
var DayNames = [...]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}

// isName reports whether w, lower case, is a name or its first three letters.
func isName(w, name string) bool { return strings.EqualFold(w, name) || strings.EqualFold(w, name[:3]) }

// monthNumber is 1..12 for a month's name or its first three letters ("sept" too), else 0.
func monthNumber(w string) int {
	for i, n := range MonthNames {
		if isName(w, n) || w == "sept" && i == 8 {
			return i + 1
		}
	}
	return 0
}

func isDayName(w string) bool {
	for _, n := range DayNames {
		if isName(w, n) || w == "tues" || w == "thur" || w == "thurs" || w == "weds" {
			return true
		}
	}
	return false
}

// maxDateNumber is above every number that a valid date holds.
const maxDateNumber = 999999

// dateNumberOf reads digits.
func dateNumberOf(s string) (int, error) {
	v := 0
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return 0, errDateSyntax
		}
		if v = v*10 + int(s[i]-'0'); v > maxDateNumber {
			return 0, errDateField
		}
	}
	if s == "" {
		return 0, errDateSyntax
	}
	return v, nil
}

// clock takes HH:MM[:SS[.ffffff]], or MM:SS.ffffff.
func (p *dateTimeParser) clock(w string) error {
	p.have |= haveTime
	body, frac, point := strings.Cut(w, ".")
	parts := strings.Split(body, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return errDateSyntax
	}
	var v [3]int
	shift := 0
	if len(parts) == 2 && point {
		shift = 1
	}
	for i, s := range parts {
		n, err := dateNumberOf(s)
		if err != nil {
			return err
		}
		v[i+shift] = n
	}
	us := int64(0)
	if point {
		var err error
		if us, err = fractionMicros(frac); err != nil {
			return err
		}
	}
	if v[0] > 24 || v[1] > 59 || v[2] > 60 || v[0] == 24 && (v[1] > 0 || v[2] > 0 || us > 0) || v[2] == 60 && us > 0 {
		return errDateField
	}
	p.Micros = (int64(v[0])*3600+int64(v[1])*60+int64(v[2]))*1000000 + us
	return nil
}

// fractionMicros reads the digits behind a second's point, rounded to microseconds.
func fractionMicros(frac string) (int64, error) {
	if strings.Trim(frac, "0123456789") != "" {
		return 0, errDateSyntax
	}
	f, err := strconv.ParseFloat("0."+frac+"0", 64)
	return int64(math.RoundToEven(f * 1e6)), err
}

// maxOffsetHours bounds the offset of a zone.
const maxOffsetHours = 15

// offset takes a zone's offset: a sign and HH, HHMM, HH:MM or HH:MM:SS.
func (p *dateTimeParser) offset(w string) error {
	p.have |= haveZone
	off, err := offsetSeconds(w)
	p.Zoned, p.Zone, p.Offset = true, w, off
	return err
}

func offsetSeconds(w string) (int, error) {
	parts := strings.Split(w[1:], ":")
	var v [3]int
	for i, s := range parts[:min(len(parts), len(v))] {
		n, err := dateNumberOf(s)
		if err == errDateField {
			err = errDisplacement
		}
		if err != nil {
			return 0, err
		}
		v[i] = n
	}
	if len(parts) == 1 && len(w) > 3 {
		v[0], v[1] = v[0]/100, v[0]%100
	}
	if v[0] > maxOffsetHours || v[1] > 59 || v[2] > 59 {
		return 0, errDisplacement
	}
	if len(parts) > len(v) {
		return 0, errDateSyntax
	}
	off := v[0]*3600 + v[1]*60 + v[2]
	if w[0] == '-' {
		off = -off
	}
	return off, nil
}
