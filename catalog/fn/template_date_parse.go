package fn

import (
	"strconv"
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// templateTime is what a text says by a template.
type templateTime struct {
	ts     int64 // microseconds since 2000-01-01 on the clock
	offset int   // seconds east of Greenwich, if zoned
	zoned  bool
	name   string // of the zone, if it was read as a name of the tz database
}

// parseByTemplate reads a timestamp as PostgreSQL does: what the text lacks has the least value, what it has beyond the
// template does not count. Without strict, days beyond a month's end run over.
// Errors: 22007 for text that does not match, 22008 for values out of range, 0A000 for fields that only write.
func parseByTemplate(s, template string, strict bool) (templateTime, error) {
	t, err := dateTemplateOf(template)
	if err != nil {
		return templateTime{}, err
	}
	r := templateReader{in: s, rest: s, clock: -1, julian: -1}
	if err := r.read(t); err != nil {
		return templateTime{}, err
	}
	return r.finish(strict)
}

// templateReader reads one text.
type templateReader struct {
	in, rest string
	template *dateTemplate
	skipped  int // blanks and separators skipped beyond the template's
	last     byte

	values         [settings]int
	given          [settings]bool
	twoDigitYear   bool
	bc, twelve     bool
	pm             bool
	iso, gregorian bool
	clock, julian  int // SSSS, J; -1 none
	zoneSign       int
	// by COPY's TIMEFORMAT: all of the text and of the template counts, HH has 24 hours, zones are passed over
	copying bool
	zoned   bool
	named   types.DateTime // copying: what was read as a zone
}

func (r *templateReader) bad() error {
	return sqlerr.New(sqlerr.InvalidDatetimeFormat, "value \"%s\" does not match the template \"%s\"", r.in,
		r.template.text)
}

func isBlank(c byte) bool { return c == ' ' || c >= 9 && c <= 13 }

// isSeparator: characters of ASCII that are neither letters nor digits.
func isSeparator(c byte) bool {
	return c > ' ' && c < 127 && !isDigitByte(c) && (c|32 < 'a' || c|32 > 'z')
}

func (r *templateReader) skip() {
	r.last, r.rest = r.rest[0], r.rest[1:]
}

func (r *templateReader) skipBlanks() {
	for r.rest != "" && isBlank(r.rest[0]) {
		r.skip()
		r.skipped++
	}
}

func (r *templateReader) read(t *dateTemplate) error {
	r.template = t
	for i := range t.parts {
		p := &t.parts[i]
		if !t.exact && (i == 0 || p.field != "") {
			r.skipBlanks()
		}
		if r.rest == "" {
			if r.copying && p.field != "" {
				return r.bad()
			}
			if onlyWritten[p.name] {
				return sqlerr.Unsupported("the field \"%s\" of a template for input", p.field)
			}
			continue
		}
		if p.field == "" {
			r.text(p, t.exact)
			continue
		}
		if err := r.field(p); err != nil {
			return err
		}
		r.skipped = 0
		if !t.exact {
			r.skipBlanks()
		}
	}
	if r.copying && strings.TrimLeft(r.rest, " ") != "" {
		return r.bad()
	}
	return nil
}

// onlyWritten are fields that cannot be read.
var onlyWritten = map[string]bool{"TZ": true, "OF": true}

// text skips what stands for the template's own character.
func (r *templateReader) text(p *templatePart, exact bool) {
	switch c := p.text[0]; {
	case exact:
		r.skip()
	case !p.quoted && (isBlank(c) || isSeparator(c)):
		r.skipped--
		if isBlank(r.rest[0]) || isSeparator(r.rest[0]) {
			r.skip()
			r.skipped++
		}
	case r.skipped > 0:
		r.skipped--
	default:
		r.skip()
	}
}

// digitsMayEnd reports whether what follows part i cannot be digits: then it takes all the digits there are.
func digitsMayEnd(parts []templatePart, i int) bool {
	if parts[i].fill || parts[i].th != "" || i+1 == len(parts) {
		return true
	}
	if next := parts[i+1]; next.field != "" {
		return isWordField(next.field) || onlyWritten[strings.ToUpper(next.field)] || strings.HasPrefix(next.field, "TZ")
	}
	return !isDigitByte(parts[i+1].text[0])
}

// number reads width digits, or as many as there are; how many it read.
func (r *templateReader) number(width int, open bool) (v, n int, err error) {
	for r.rest != "" && isBlank(r.rest[0]) {
		r.skip()
	}
	s := r.rest
	if open && s != "" && (s[0] == '-' || s[0] == '+') {
		n++
	}
	for n < len(s) && isDigitByte(s[n]) && (open || n < width) {
		n++
	}
	if !open && n < width {
		return 0, 0, r.bad()
	}
	v, err = strconv.Atoi(s[:n])
	switch {
	case err != nil && n > 9:
		return 0, 0, r.outOfRange()
	case err != nil:
		return 0, 0, r.bad()
	case int(int32(v)) != v:
		return 0, 0, r.outOfRange()
	}
	r.rest = s[n:]
	return v, n, nil
}

func (r *templateReader) outOfRange() error {
	return sqlerr.New(sqlerr.DatetimeOverflow, "date/time field value out of range: \"%s\"", r.in)
}

// set notes a value; another one for the same is an error.
func (r *templateReader) set(what setting, v int) error {
	if old := r.values[what]; old != 0 && old != v {
		return sqlerr.New(sqlerr.InvalidDatetimeFormat, "conflicting values for the %s in \"%s\"", settingNames[what], r.in).
			WithDetail("This value contradicts a previous setting for the same field type.")
	}
	r.values[what], r.given[what] = v, true
	return nil
}

// convention notes which calendar a field belongs to.
func (r *templateReader) convention(iso bool) error {
	if iso {
		r.iso = true
	} else {
		r.gregorian = true
	}
	if r.iso && r.gregorian {
		return sqlerr.New(sqlerr.InvalidDatetimeFormat, "invalid combination of date conventions").
			WithHint("Do not mix Gregorian and ISO week date conventions in a formatting template.")
	}
	return nil
}

// fullYear is the year nearest to 2020 that ends in one to three digits.
func fullYear(y int) int {
	switch {
	case y < 70:
		return y + 2000
	case y < 100:
		return y + 1900
	case y < 520:
		return y + 2000
	}
	return y + 1000
}

// year is the astronomical year that was read, 0 (1 BC) if none was.
func (r *templateReader) year() int {
	y, century := r.values[setYear], r.values[setCentury]
	if r.bc {
		century = -century
	}
	switch {
	case y != 0 && century != 0 && r.twoDigitYear:
		short := y % 100
		switch {
		case short != 0 && century < 0:
			return (century+1)*100 - short + 1
		case short != 0:
			return (century-1)*100 + short
		case century < 0:
			return century*100 + 1
		}
		return century * 100
	case y != 0:
		if r.bc && y > 0 {
			y = -y
		}
		if y < 0 {
			y++
		}
		return y
	case century > 0:
		return (century-1)*100 + 1
	case century < 0:
		return century*100 + 1
	}
	return 0
}

// date puts the date together: its day number.
func (r *templateReader) date(strict bool) (int64, error) {
	year, month, day := r.year(), max(r.values[setMonth], 0), r.values[setDay]
	if r.julian >= 0 {
		return int64(r.julian) - 2451545, nil
	}
	weekday, week, dayOfYear := r.values[setWeekday], r.values[setWeek], r.values[setDayOfYear]
	if week != 0 && r.iso {
		if week < 1 || week > 53 {
			return 0, r.outOfRange()
		}
		if weekday == 0 {
			weekday = 2
		}
		// The Monday of the week, or a weekday of it (2 is Monday, 1 Sunday).
		return isoWeekStart(year) + int64(week-1)*7 + int64((weekday+5)%7), nil
	}
	if week != 0 {
		dayOfYear = (week-1)*7 + 1
	}
	if w := r.values[setWeekOfMonth]; w != 0 {
		day = (w-1)*7 + 1
	}
	if dayOfYear != 0 && month <= 1 && day <= 1 {
		if r.values[setYear] == 0 && r.values[setCentury] == 0 {
			return 0, sqlerr.New(sqlerr.InvalidDatetimeFormat, "cannot calculate day of year without year information")
		}
		if r.iso {
			return isoWeekStart(year) + int64(dayOfYear) - 1, nil
		}
		if dayOfYear < 1 || dayOfYear > 366 || strict && dayOfYear == 366 && types.DaysInMonth(year, 2) == 28 {
			return 0, r.outOfRange()
		}
		return types.DaysOf(year, 1, dayOfYear), nil
	}
	if !r.given[setMonth] || month == 0 && !strict {
		month = max(month, 1)
	}
	if !r.given[setDay] || day == 0 {
		day = max(day, 1)
	}
	if month < 1 || month > 12 || day < 1 || day > 31 || strict && day > types.DaysInMonth(year, month) ||
		abs(year) > 400000 {
		return 0, r.outOfRange()
	}
	return types.DaysOf(year, month, day), nil
}

// isoWeekStart is the Monday of a year's first ISO week: that of 4 January.
func isoWeekStart(year int) int64 {
	m := moment{days: types.DaysOf(year, 1, 4)}
	return m.days - int64((m.weekday()+6)%7)
}

func (r *templateReader) finish(strict bool) (templateTime, error) {
	hour, minute, second := r.values[setHour], r.values[setMinute], r.values[setSecond]
	if r.clock >= 0 {
		hour, minute, second = r.clock/3600, r.clock/60%60, r.clock%60
	}
	if r.twelve {
		if hour < 1 || hour > 12 {
			return templateTime{}, sqlerr.New(sqlerr.InvalidDatetimeFormat, "hour \"%d\" is invalid for the 12-hour clock",
				hour).
				WithHint("Use the 24-hour clock, or give an hour between 1 and 12.")
		}
		if hour %= 12; r.pm {
			hour += 12
		}
	}
	micro := r.values[setMillisecond]*1000 + r.values[setMicrosecond]
	// What is not strict runs over: hour 24 is the next day's first. Redshift guide, "TO_TIMESTAMP function".
	over := hour > 23 || minute > 59 || second > 59
	if hour < 0 || minute < 0 || second < 0 || micro < 0 || micro >= 1e6 || over && (strict || r.twelve) {
		return templateTime{}, r.outOfRange()
	}
	days, err := r.date(strict)
	if err != nil {
		return templateTime{}, err
	}
	if days < types.MinDate || days > types.MaxDate {
		return templateTime{}, sqlerr.New(sqlerr.DatetimeOverflow, "date out of range: \"%s\"", r.in)
	}
	us := int64(hour*3600+minute*60+second)*1e6 + int64(micro)
	off := r.zoneSign * (r.values[setHourOfZone]*3600 + r.values[setMinuteOfZone]*60)
	out := templateTime{ts: days*types.MicrosPerDay + us, offset: off, zoned: r.zoned}
	if out.ts > types.MaxTimestamp {
		return templateTime{}, r.outOfRange()
	}
	if r.named.Zoned {
		out.offset, out.zoned = r.named.Offset, true
	}
	if r.named.Named {
		out.name = r.named.Zone
	}
	return out, nil
}
