package types

import (
	"fmt"
	"strconv"
	"strings"

	"slipher/catalog/sqlerr"
)

// FormatDate writes a day number as YYYY-MM-DD.
func FormatDate(days int64) string {
	y, m, d := CivilOf(days)
	if y < 1 {
		return fmt.Sprintf("%04d-%02d-%02d BC", 1-y, m, d)
	}
	return fmt.Sprintf("%04d-%02d-%02d", y, m, d)
}

// FormatTimestamp writes microseconds since 2000-01-01 as YYYY-MM-DD HH:MM:SS[.ffffff].
func FormatTimestamp(ts int64) string {
	days, micros := SplitTimestamp(ts)
	date, bc := strings.CutSuffix(FormatDate(days), " BC")
	out := date + " " + formatClock(micros)
	if bc {
		out += " BC"
	}
	return out
}

// formatClock writes non-negative microseconds as HH:MM:SS with a fraction if there is one.
func formatClock(micros int64) string {
	secs := micros / 1000000
	out := fmt.Sprintf("%02d:%02d:%02d", secs/3600, secs/60%60, secs%60)
	if f := micros % 1000000; f != 0 {
		out += "." + strings.TrimRight(fmt.Sprintf("%06d", f), "0")
	}
	return out
}

func parseDate(s string) (Datum, error) {
	days, _, err := parseDateTime(s, "date")
	if err == nil && (days < MinDate || days > MaxDate) {
		err = sqlerr.New(sqlerr.DatetimeOverflow, "date out of range: \"%s\"", s)
	}
	if err != nil {
		return Datum{}, err
	}
	return Int(days), nil
}

func parseTimestamp(s string) (Datum, error) {
	days, micros, err := parseDateTime(s, "timestamp")
	if err != nil {
		return Datum{}, err
	}
	days += micros / MicrosPerDay // 24:00:00 and :60 seconds
	micros %= MicrosPerDay
	if days < MinDate || days > MaxDate {
		return Datum{}, sqlerr.New(sqlerr.DatetimeOverflow, "timestamp out of range: \"%s\"", s)
	}
	return Int(days*MicrosPerDay + micros), nil
}

// dateTimeParser collects what the words of a date or timestamp say.
type dateTimeParser struct {
	numbers       []string // numbers of a date that came as separate words
	month         int      // from a name, 0 none
	year, mon, md int
	haveDate      bool
	micros        int64
	haveTime      bool
	half          string // "am" or "pm"
	bc            bool
}

var errDateSyntax = sqlerr.New(sqlerr.InvalidDatetimeFormat, "no date")
var errDateField = sqlerr.New(sqlerr.DatetimeOverflow, "field out of range")
var errNoSuchDay = sqlerr.New(sqlerr.DatetimeOverflow, "no such day")

// parseDateTime reads PostgreSQL's usual date forms (ISO, YYYYMMDD, month/day/year,
// with month names) with an optional time of day. Time zones are read and ignored.
// The C kernels in runtime/kernels/text/datetime_in.c follow the same steps.
func parseDateTime(s, typeName string) (days, micros int64, err error) {
	var p dateTimeParser
	err = p.parse(s)
	switch err {
	case nil:
		return DaysOf(p.year, p.mon, p.md), p.micros, nil
	case errNoSuchDay:
		err = sqlerr.New(sqlerr.DatetimeOverflow, "date/time field date value out of range: %s", strings.TrimSpace(s))
	case errDateField:
		err = sqlerr.New(sqlerr.DatetimeOverflow, "date/time field value out of range: \"%s\"", s)
	default:
		err = sqlerr.New(sqlerr.InvalidDatetimeFormat, "invalid input syntax for type %s: \"%s\"", typeName, s)
	}
	return 0, 0, err
}

func (p *dateTimeParser) parse(s string) error {
	words := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' || r >= 9 && r <= 13 })
	if len(words) == 1 && strings.EqualFold(words[0], "epoch") {
		p.year, p.mon, p.md = 1970, 1, 1
		return nil
	}
	for _, w := range words {
		if err := p.word(strings.ToLower(w)); err != nil {
			return err
		}
	}
	if err := p.finishDate(); err != nil {
		return err
	}
	return p.finishTime()
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func (p *dateTimeParser) word(w string) error {
	c := w[0]
	switch {
	case isDigit(c):
		return p.digits(w)
	case c >= 'a' && c <= 'z':
		return p.name(w)
	case (c == '+' || c == '-') && p.haveTime && len(w) > 1 && isDigit(w[1]):
		return nil // zone
	}
	return errDateSyntax
}

// digits takes a word that starts with a digit: a date, a time, a date and time
// joined by T, or a plain number.
func (p *dateTimeParser) digits(w string) error {
	if i := strings.IndexByte(w, 't'); i > 0 && i+1 < len(w) && isDigit(w[i-1]) && isDigit(w[i+1]) {
		if err := p.digits(w[:i]); err != nil {
			return err
		}
		return p.clock(w[i+1:])
	}
	if i := strings.IndexByte(w, ':'); i >= 0 {
		return p.clock(w)
	}
	if i := strings.IndexAny(w, "-/."); i >= 0 {
		return p.separated(w, w[i])
	}
	for i := 0; i < len(w); i++ {
		if !isDigit(w[i]) {
			if half := w[i:]; (half == "am" || half == "pm") && i <= 2 { // 4pm
				p.half = half
				return p.clock(w[:i])
			}
			return errDateSyntax
		}
	}
	if p.haveDate && !p.haveTime && (len(w) == 6 || len(w) == 4) {
		return p.clock(w[:2] + ":" + w[2:4] + ":" + (w[4:] + "00")[:2])
	}
	if !p.haveDate && p.month == 0 && len(p.numbers) == 0 && (len(w) == 8 || len(w) == 6) {
		n := len(w)
		return p.setDate(w[:n-4], w[n-4:n-2], w[n-2:])
	}
	p.numbers = append(p.numbers, w)
	return nil
}

// separated takes 2001-02-03, 2/3/2001, 3-feb-2001, 2001-feb-03.
func (p *dateTimeParser) separated(w string, sep byte) error {
	parts := strings.Split(w, string(sep))
	if len(parts) != 3 || p.haveDate {
		return errDateSyntax
	}
	a, b, c := parts[0], parts[1], parts[2]
	if m := monthNumber(b); m > 0 {
		if len(a) > 2 {
			return p.setDate(a, strconv.Itoa(m), c)
		}
		return p.setDate(c, strconv.Itoa(m), a)
	}
	if len(a) > 2 {
		return p.setDate(a, b, c)
	}
	return p.setDate(c, a, b)
}

func (p *dateTimeParser) setDate(y, m, d string) error {
	var err error
	if p.haveDate {
		return errDateSyntax
	}
	if p.year, err = smallNumber(y); err != nil {
		return err
	}
	if p.mon, err = smallNumber(m); err != nil {
		return err
	}
	if p.md, err = smallNumber(d); err != nil {
		return err
	}
	if len(y) == 2 { // PostgreSQL's window: 1970..2069
		if p.year < 70 {
			p.year += 100
		}
		p.year += 1900
	}
	p.haveDate = true
	return nil
}

// smallNumber reads 1 to 6 digits.
func smallNumber(s string) (int, error) {
	if s == "" || len(s) > 6 || strings.Trim(s, "0123456789") != "" {
		return 0, errDateSyntax
	}
	return strconv.Atoi(s)
}

var monthNames = [...]string{"january", "february", "march", "april", "may", "june",
	"july", "august", "september", "october", "november", "december"}

var dayNames = [...]string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// monthNumber is 1..12 for a month's name or its first three letters ("sept" too), else 0.
func monthNumber(w string) int {
	for i, n := range monthNames {
		if w == n || w == n[:3] || w == "sept" && i == 8 {
			return i + 1
		}
	}
	return 0
}

func isDayName(w string) bool {
	for _, n := range dayNames {
		if w == n || w == n[:3] || w == "tues" || w == "thur" || w == "thurs" || w == "weds" {
			return true
		}
	}
	return false
}

func (p *dateTimeParser) name(w string) error {
	switch m := monthNumber(w); {
	case m > 0 && p.month == 0 && !p.haveDate:
		p.month = m
	case w == "am" || w == "pm":
		if !p.haveTime || p.half != "" {
			return errDateSyntax
		}
		p.half = w
	case w == "bc":
		p.bc = true
	case w == "ad", isDayName(w):
	case p.haveTime && m == 0: // a zone's name
	default:
		return errDateSyntax
	}
	return nil
}

// finishDate puts a date together from single words: "8 jan 1999", "jan 8 1999".
func (p *dateTimeParser) finishDate() error {
	if !p.haveDate {
		if p.month == 0 || len(p.numbers) != 2 {
			return errDateSyntax
		}
		d, y := p.numbers[0], p.numbers[1]
		if len(d) > 2 {
			d, y = y, d
		}
		if err := p.setDate(y, strconv.Itoa(p.month), d); err != nil {
			return err
		}
	} else if p.month != 0 || len(p.numbers) != 0 {
		return errDateSyntax
	}
	if p.bc {
		if p.year < 1 {
			return errDateField
		}
		p.year = 1 - p.year
	} else if p.year == 0 {
		return errDateField
	}
	if p.mon < 1 || p.mon > 12 || p.md < 1 || p.md > DaysInMonth(p.year, p.mon) {
		return errNoSuchDay
	}
	return nil
}

func (p *dateTimeParser) finishTime() error {
	if p.half == "" {
		return nil
	}
	hour := p.micros / 3600000000
	if hour < 1 || hour > 12 {
		return errDateField
	}
	if hour == 12 {
		p.micros -= 12 * 3600000000
	}
	if p.half == "pm" {
		p.micros += 12 * 3600000000
	}
	return nil
}

// clock takes HH[:MM[:SS[.ffffff]]] with an optional zone or AM/PM behind it.
func (p *dateTimeParser) clock(w string) error {
	if p.haveTime {
		return errDateSyntax
	}
	end := 0
	for end < len(w) && (isDigit(w[end]) || w[end] == ':' || w[end] == '.') {
		end++
	}
	if err := p.clockTail(w[end:]); err != nil {
		return err
	}
	body, frac, _ := strings.Cut(w[:end], ".")
	parts := strings.Split(body, ":")
	if len(parts) > 3 {
		return errDateSyntax
	}
	var v [3]int
	for i, s := range parts {
		n, err := smallNumber(s)
		if err != nil || len(s) > 2 {
			return errDateSyntax
		}
		v[i] = n
	}
	us, err := fractionMicros(frac)
	if err != nil {
		return err
	}
	if v[0] > 24 || v[1] > 59 || v[2] > 60 || v[0] == 24 && (v[1] > 0 || v[2] > 0 || us > 0) {
		return errDateField
	}
	p.micros = (int64(v[0])*3600+int64(v[1])*60+int64(v[2]))*1000000 + us
	p.haveTime = true
	return nil
}

// clockTail takes what stands directly behind a time.
func (p *dateTimeParser) clockTail(tail string) error {
	switch {
	case tail == "", tail[0] == '+', tail[0] == '-', tail[0] >= 'a' && tail[0] <= 'z' && tail != "am" && tail != "pm":
		return nil
	case tail == "am", tail == "pm":
		p.half = tail
		return nil
	}
	return errDateSyntax
}

// fractionMicros reads the digits behind a second's point, rounded to microseconds.
func fractionMicros(frac string) (int64, error) {
	if strings.Trim(frac, "0123456789") != "" {
		return 0, errDateSyntax
	}
	v, err := strconv.ParseInt((frac + "0000000")[:7], 10, 64)
	return (v + 5) / 10, err
}
