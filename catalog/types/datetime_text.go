package types

import (
	"strconv"
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/zone"
)

// ParseDateTime reads the whole text of a date or timestamp, or fails. typeName is for errors.
//
// The forms are PostgreSQL's, month before day where that is open: ISO, YYYYMMDD, month/day/year, names of months,
// year and day of the year, Julian days, with an optional time of day and an optional time zone (an offset, an
// abbreviation or a name), in any order; infinity and epoch, beside which nothing else counts. Words that PostgreSQL
// takes from a clock ("today") are not read here.
// The C kernels in runtime/kernels/text/datetime_in.c follow the same steps.
func ParseDateTime(s, typeName string) (DateTime, error) {
	return readDateTime(s, typeName, (*dateTimeParser).parse)
}

// readDateTime reads all of s by steps that parse takes, and makes the user's errors of the parser's.
func readDateTime(s, typeName string, parse func(p *dateTimeParser) error) (DateTime, error) {
	p := dateTimeParser{in: lowerASCII(trimSpace(s))}
	var err error = errDateSyntax
	if len(p.in) <= maxDateText {
		err = parse(&p)
	}
	switch err {
	case nil:
		return p.DateTime, nil
	case errNoSuchDay:
		err = sqlerr.New(sqlerr.DatetimeOverflow, "date/time field date value out of range: %s", strings.TrimSpace(s))
	case errDateField:
		err = sqlerr.New(sqlerr.DatetimeOverflow, "date/time field value out of range: \"%s\"", s)
	case errDisplacement:
		err = sqlerr.New(sqlerr.ZoneDisplacement, "time zone displacement out of range: \"%s\"", s)
	case errNoZone:
		err = sqlerr.New(sqlerr.InvalidParameterValue, "time zone \"%s\" not recognized", p.Zone)
	default:
		err = sqlerr.New(sqlerr.InvalidDatetimeFormat, "invalid input syntax for type %s: \"%s\"", typeName, s)
	}
	return DateTime{}, err
}

// DateTime is what the text of a date or timestamp says.
type DateTime struct {
	Year, Month, Day int   // year 0 is 1 BC
	Micros           int64 // of the day; 24:00:00 and a 60th second count on
	Zone             string
	// Offset is the zone's, in seconds east of Greenwich. It is to be looked up if Named: Zone is a name of the tz
	// database.
	Offset int
	Zoned  bool
	Named  bool
	// Infinite is above 0 for infinity, below for -infinity: all else means nothing.
	Infinite int
}

// Days is the day number of the date.
func (d *DateTime) Days() int64 { return DaysOf(d.Year, d.Month, d.Day) }

// maxDateText is the longest text that is looked at.
const maxDateText = 128

// Errors of the parser without the text.
var (
	errDateSyntax   = sqlerr.New(sqlerr.InvalidDatetimeFormat, "no date")
	errDateField    = sqlerr.New(sqlerr.DatetimeOverflow, "field out of range")
	errNoSuchDay    = sqlerr.New(sqlerr.DatetimeOverflow, "no such day")
	errDisplacement = sqlerr.New(sqlerr.ZoneDisplacement, "zone out of range")
	errNoZone       = sqlerr.New(sqlerr.InvalidParameterValue, "no zone")
)

// Fields that a text may give once each.
const (
	haveYear = 1 << iota
	haveMonth
	haveDay
	haveTime
	haveZone
	haveHalf
	haveEra
	haveWeekday
	haveReserved

	haveDate = haveYear | haveMonth | haveDay
)

// dateTimeParser collects what the tokens of a date or timestamp say.
type dateTimeParser struct {
	DateTime
	in        string // lower case
	interval  bool   // of an interval: digits may follow units
	at        int
	have      int  // fields given
	wordMonth bool // the month was a name
	twoDigits bool // of the year
	dayOfYear int
	timeNext  bool // behind a T
	half      byte // 'a' or 'p' of AM and PM
	bc        bool

	julianNext, julian bool // behind a J; the date was a Julian day
	epoch              bool // the word was given
}

func (p *dateTimeParser) parse() error {
	if err := p.each(p.take); err != nil {
		return err
	}
	return p.finish()
}

// each has every token taken. Nothing may be given twice.
func (p *dateTimeParser) each(take func(kind dateToken, text string, have int) error) error {
	for {
		kind, text := p.token()
		if kind == dateEnd {
			return nil
		}
		before := p.have
		p.have = 0
		err := take(kind, text, before)
		if err == nil && p.have&before != 0 {
			err = errDateSyntax // given twice
		}
		if err != nil {
			return err
		}
		p.have |= before
	}
}

// take reads one token; have are the fields given before, p.have those that it gives.
func (p *dateTimeParser) take(kind dateToken, text string, have int) error {
	behindT := p.timeNext
	p.timeNext = false
	if behindT && kind != dateClock && kind != dateNumber && kind != dateDate {
		return errDateSyntax
	}
	if p.julianNext && (kind == dateClock || kind == dateNumber || kind == dateDate) {
		p.julianNext = false
		return p.julianDay(kind, text)
	}
	switch kind {
	case dateClock:
		return p.clock(text)
	case dateOffset:
		return p.offset(text)
	case dateWord:
		return p.word(text, have)
	case dateNumber:
		return p.number(text, have, behindT)
	case dateDate:
		switch {
		case behindT: // T040506-08
			i := strings.IndexByte(text, '-')
			if i < 0 {
				return errDateSyntax
			}
			if err := p.offset(text[i:]); err != nil {
				return err
			}
			return p.runTogether(text[:i], haveDate)
		case have&(haveMonth|haveDay) == haveMonth|haveDay:
			if isDigit(text[0]) {
				return errDateSyntax
			}
			return p.zoneName(text, errNoZone)
		}
		return p.date(text, have)
	}
	return errDateSyntax
}

// number takes a token of digits, and perhaps a point.
func (p *dateTimeParser) number(w string, have int, behindT bool) error {
	point := strings.IndexByte(w, '.')
	switch {
	case behindT:
		return p.runTogether(w, have|haveDate)
	case point >= 0 && have&haveDate == 0:
		return p.date(w, have)
	case point > 2:
		return p.runTogether(w, have)
	case point >= 0:
		return errDateSyntax
	case len(w) >= 6 && (have&haveDate != haveDate || have&haveTime == 0):
		return p.runTogether(w, have)
	}
	return p.field(w, have)
}

// runTogether takes YYYYMMDD and YYMMDD if there is no date yet, else HHMMSS[.ffffff] and HHMM.
func (p *dateTimeParser) runTogether(w string, have int) error {
	digits, frac, point := strings.Cut(w, ".")
	n := len(digits)
	if !point && have&haveDate != haveDate && n >= 6 {
		p.have |= haveDate
		p.twoDigits = n == 6
		var err error
		if p.Year, err = dateNumberOf(digits[:n-4]); err != nil {
			return err
		}
		p.Month, _ = dateNumberOf(digits[n-4 : n-2])
		p.Day, _ = dateNumberOf(digits[n-2:])
		return nil
	}
	if have&haveTime != 0 || n != 4 && n != 6 {
		return errDateSyntax
	}
	clock := digits[:2] + ":" + digits[2:4]
	if n == 6 {
		clock += ":" + digits[4:]
	} else {
		clock += ":00"
	}
	if point {
		clock += "." + frac
	}
	return p.clock(clock)
}

// field takes a number whose meaning depends on what is known of the date.
func (p *dateTimeParser) field(w string, have int) error {
	v, err := dateNumberOf(w)
	if err != nil {
		return err
	}
	long := len(w) >= 3
	year := func() {
		p.have |= haveYear
		p.Year, p.twoDigits = v, len(w) <= 2
	}
	day := func() {
		p.have |= haveDay
		p.Day = v
	}
	switch have & haveDate {
	case 0:
		if long {
			year()
		} else {
			p.have |= haveMonth
			p.Month = v
		}
	case haveYear:
		if len(w) == 3 && v >= 1 && v <= 366 {
			p.have |= haveMonth | haveDay
			p.dayOfYear = v
		} else {
			p.have |= haveMonth
			p.Month = v
		}
	case haveMonth:
		if p.wordMonth && long {
			year()
		} else {
			day()
		}
	case haveYear | haveMonth:
		if p.wordMonth && long && p.twoDigits { // what was taken for a year is the day
			p.have |= haveDay
			p.Day, p.Year, p.twoDigits = p.Year, v, false
		} else {
			day()
		}
	case haveDay:
		p.have |= haveMonth
		p.Month = v
	case haveMonth | haveDay:
		year()
	default:
		return p.runTogether(w, have)
	}
	return nil
}

// date takes a date in one token: 2001-02-03, 2/3/2001, 3-feb-2001, 2001.034.
func (p *dateTimeParser) date(w string, have int) error {
	var parts []string
	for i := 0; i < len(w); {
		for i < len(w) && !isDigit(w[i]) && !isLower(w[i]) {
			i++
		}
		start := i
		same := isDigit
		if i < len(w) && isLower(w[i]) {
			same = isLower
		}
		for i < len(w) && same(w[i]) {
			i++
		}
		if start == i {
			return errDateSyntax // a separator at the end
		}
		parts = append(parts, w[start:i])
		if i < len(w) && (i+1 == len(w) || !isDigit(w[i]) && !isLower(w[i])) {
			i++
		}
	}
	known := have
	each := func(f func() error) error {
		before := p.have
		p.have = 0
		if err := f(); err != nil {
			return err
		}
		if p.have&(known|before) != 0 {
			return errDateSyntax
		}
		known |= p.have
		p.have |= before
		return nil
	}
	for _, part := range parts {
		if isDigit(part[0]) {
			continue
		}
		m := monthNumber(part)
		if m == 0 {
			return errDateSyntax
		}
		if err := each(func() error { p.have, p.Month, p.wordMonth = haveMonth, m, true; return nil }); err != nil {
			return err
		}
	}
	for _, part := range parts {
		if !isDigit(part[0]) {
			continue
		}
		if err := each(func() error { return p.field(part, known) }); err != nil {
			return err
		}
	}
	if known&^haveZone != haveDate { // only a zone may stand in front of a date
		return errDateSyntax
	}
	return nil
}

// word takes letters.
func (p *dateTimeParser) word(w string, have int) error {
	if off, ok := zone.Abbreviation(w); ok {
		p.have |= haveZone
		p.Zoned, p.Zone, p.Offset = true, w, off
		return nil
	}
	if m := monthNumber(w); m > 0 {
		// A number that was taken for the month is the day.
		if have&haveMonth != 0 && !p.wordMonth && have&haveDay == 0 && p.Month >= 1 && p.Month <= 31 {
			p.Day = p.Month
			p.have |= haveDay
		} else {
			p.have |= haveMonth
		}
		p.wordMonth, p.Month = true, m
		return nil
	}
	switch {
	case isDayName(w):
		p.have |= haveWeekday
	case w == "am" || w == "pm":
		p.have |= haveHalf
		p.half = w[0]
	case w == "ad" || w == "bc":
		p.have |= haveEra
		p.bc = w == "bc"
	case w == "at" || w == "on":
	case w == "epoch":
		p.have |= haveReserved
		p.epoch = true
	case w == "infinity":
		p.have |= haveReserved
		p.Infinite = 1
	case w == "-infinity":
		p.have |= haveReserved
		p.Infinite = -1
	case w == "allballs":
		p.have |= haveTime | haveZone
		p.Micros, p.Zoned, p.Zone, p.Offset = 0, true, "utc", 0
	case isJulianWord(w):
		p.julianNext = true
	case w == "t":
		if have&haveDate != haveDate {
			return errDateSyntax
		}
		p.timeNext = true
	default:
		return p.zoneName(w, errDateSyntax)
	}
	return nil
}

// julianDay takes the number behind a J: a day, and perhaps a part of it or a zone's offset.
func (p *dateTimeParser) julianDay(kind dateToken, w string) error {
	i := 0
	for i < len(w) && isDigit(w[i]) {
		i++
	}
	day, err := strconv.ParseInt(w[:i], 10, 32)
	switch rest := w[i:]; {
	case kind == dateClock || i == 0:
		return errDateSyntax
	case err != nil:
		return errDateField
	case kind == dateDate && rest[0] != '-' || rest == ".":
		return errDateSyntax
	case kind == dateDate:
		p.have |= haveTime
		if err := p.offset(rest); err != nil {
			return err
		}
	case rest != "":
		p.have |= haveTime
		part, err := strconv.ParseFloat("0"+rest, 64)
		if err != nil {
			return errDateSyntax
		}
		p.Micros = int64(part * MicrosPerDay)
	}
	p.have |= haveDate
	p.julian = true
	p.Year, p.Month, p.Day = CivilOf(day + MinDate)
	return nil
}

// zoneName takes a name of the tz database.
func (p *dateTimeParser) zoneName(w string, unknown error) error {
	p.Zone = w
	if !zone.Known(w) {
		return unknown
	}
	p.have |= haveZone
	p.Zoned, p.Named = true, true
	return nil
}

// finish checks the date and applies era and AM or PM.
func (p *dateTimeParser) finish() error {
	switch {
	case p.timeNext:
		return errDateSyntax
	case p.epoch:
		p.Year, p.Month, p.Day, p.Micros = 1970, 1, 1, 0
		p.Zoned, p.Named, p.Zone, p.Offset = true, false, "utc", 0
		return nil
	case p.Infinite != 0:
		return nil
	case p.have&haveDate != haveDate:
		return errDateSyntax
	case p.julian:
		return p.finishTime()
	case p.bc && p.Year < 1:
		return errDateField
	case p.bc:
		p.Year = 1 - p.Year
	case p.twoDigits && p.Year < 70: // PostgreSQL's window: 1970..2069
		p.Year += 2000
	case p.twoDigits && p.Year < 100:
		p.Year += 1900
	case p.Year == 0:
		return errDateField
	}
	if p.dayOfYear > 0 {
		_, p.Month, p.Day = CivilOf(DaysOf(p.Year, 1, p.dayOfYear))
		if p.dayOfYear == 366 && p.Month == 1 {
			return errNoSuchDay
		}
	}
	if p.Month < 1 || p.Month > 12 || p.Day < 1 || p.Day > DaysInMonth(p.Year, p.Month) {
		return errNoSuchDay
	}
	return p.finishTime()
}

func (p *dateTimeParser) finishTime() error {
	const hour = 3600000000
	if p.half != 0 && p.Micros >= 13*hour {
		return errDateField
	}
	if p.half != 0 && p.Micros/hour == 12 {
		p.Micros -= 12 * hour
	}
	if p.half == 'p' {
		p.Micros += 12 * hour
	}
	return nil
}
