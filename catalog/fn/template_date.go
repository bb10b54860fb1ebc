package fn

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/catalog/zone"
)

// dateFields are the words of date templates, longest first where one begins another. Those of isWordField also stand
// in other cases, which the output follows.
var dateFields = []string{"Y,YYY", "YYYY", "IYYY", "YYY", "IYY", "YY", "IY", "IW", "Y", "IDDD", "ID", "I",
	"MONTH", "Month", "month", "MON", "Mon", "mon", "MM", "MI", "MS", "RM", "rm", "DDD", "DAY", "Day", "day", "DD", "DY",
	"Dy", "dy", "D",
	"HH24", "HH12", "HH", "SSSSS", "SSSS", "SS", "US", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6",
	"AM", "PM", "am", "pm", "A.M.", "P.M.", "a.m.", "p.m.", "AD", "BC", "ad", "bc", "A.D.", "B.C.", "a.d.", "b.c.", "CC",
	"J", "Q", "WW", "W",
	"TZH", "TZM", "TZ", "tz", "OF"}

// templatePart is a field, or text that stands for itself.
type templatePart struct {
	field  string // upper or mixed case as written; "" for text
	text   string
	quoted bool   // the text stood in quotes
	fill   bool   // FM: no padding
	th     string // ordinal suffix: "", "TH" or "th"
	// spelled: the suffix SP, which PostgreSQL passes over.
	spelled bool

	// Of a field.
	name   string          // in upper case
	number *templateNumber // nil: it is none
	open   bool            // read, it may have more digits than its width
}

// dateTemplate is a template, read.
type dateTemplate struct {
	text     string
	parts    []templatePart
	exact    bool // FX
	fraction bool // it has a field for parts of a second
}

var dateTemplates known[string, *dateTemplate]

// dateTemplateOf is a template that may be known. Errors: 0A000 for what no template can have yet.
func dateTemplateOf(t string) (*dateTemplate, error) {
	return dateTemplates.of(t, func(t string) (*dateTemplate, error) {
		out := splitTemplate(t)
		return &out, out.refused()
	})
}

// splitTemplate reads a date template.
func splitTemplate(t string) dateTemplate {
	out := dateTemplate{text: t}
	fill := false
	text := func(s string, quoted bool) { out.parts = append(out.parts, templatePart{text: s, quoted: quoted}) }
next:
	for i := 0; i < len(t); {
		switch up := strings.ToUpper(t[i:min(i+2, len(t))]); {
		case up == "FM" || up == "TM": // TM: names are English anyway
			fill = true
			i += 2
			continue
		case up == "FX":
			out.exact = true
			i += 2
			continue
		case t[i] == '"':
			i++
			for ; i < len(t) && t[i] != '"'; i++ {
				if t[i] == '\\' && i+1 < len(t) {
					i++
				}
				text(t[i:i+1], true)
			}
			i++
			continue
		case t[i] == '\\' && i+1 < len(t) && t[i+1] == '"':
			i++
			text(t[i:i+1], false)
			i++
			continue
		}
		for _, f := range dateFields {
			anyCase := strings.ToUpper(f) == f && !isWordField(f)
			if strings.HasPrefix(t[i:], f) || anyCase && strings.HasPrefix(strings.ToUpper(t[i:]), f) {
				p := templatePart{field: f, fill: fill}
				i += len(f)
				if rest := t[min(i, len(t)):]; strings.HasPrefix(rest, "TH") || strings.HasPrefix(rest, "th") {
					p.th = rest[:2]
					i += 2
				}
				if strings.HasPrefix(t[min(i, len(t)):], "SP") {
					p.spelled = true
					i += 2
				}
				out.parts = append(out.parts, p)
				fill = false
				continue next
			}
		}
		text(t[i:i+1], false)
		i++
	}
	for i := range out.parts {
		p := &out.parts[i]
		p.name, p.open = strings.ToUpper(p.field), digitsMayEnd(out.parts, i)
		if n, ok := templateNumbers[p.name]; ok {
			p.number = &n
		}
		out.fraction = out.fraction || p.field == "MS" || p.field == "US" || strings.HasPrefix(p.field, "FF")
	}
	return out
}

// refused is an error that names what no template can have yet.
func (t dateTemplate) refused() error {
	for _, p := range t.parts {
		if p.spelled {
			return sqlerr.Unsupported("the suffix \"SP\" of a template")
		}
	}
	return nil
}

// isWordField: fields whose value is a word, in the case of the field.
func isWordField(f string) bool {
	switch strings.ToUpper(f) {
	case "MONTH", "MON", "DAY", "DY", "AM", "PM", "A.M.", "P.M.", "AD", "BC", "A.D.", "B.C.", "RM", "TZ":
		return true
	}
	return false
}

var romanMonths = [...]string{"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"}

// moment is a timestamp taken apart for a template.
type moment struct {
	year, month, day            int
	days                        int64
	hour, minute, second, micro int
	interval                    bool
	zone                        string // abbreviation, "" for none
	offset                      int    // seconds east of Greenwich
}

// appendTimestamp writes a timestamp by a template.
func appendTimestamp(dst []byte, ts int64, t *dateTemplate) []byte {
	days, us := types.SplitTimestamp(ts)
	m := moment{days: days}
	m.year, m.month, m.day = types.CivilOf(days)
	m.setClock(us)
	dst, _ = m.append(dst, t) // fails for intervals only
	return dst
}

// formatMoment writes what z's clock shows at a moment.
func formatMoment(at int64, template string, z zone.Table) (string, error) {
	off := z.Offset(at)
	days, us := types.SplitTimestamp(at + int64(off)*1000000)
	m := moment{days: days, offset: off, zone: z.Abbreviation(at)}
	m.year, m.month, m.day = types.CivilOf(days)
	m.setClock(us)
	return m.format(template)
}

func (m *moment) setClock(us int64) {
	m.hour, m.minute, m.second, m.micro = int(us/3600e6), int(us/60e6%60), int(us/1e6%60), int(us%1e6)
}

// formatInterval writes an interval: years and months, days, and the time of day's fields.
// Errors: 22007 for fields that only a date has.
func formatInterval(months, micros int64, template string) (string, error) {
	m := moment{year: int(months / 12), month: int(months % 12), day: int(micros / types.MicrosPerDay), interval: true}
	m.setClock(micros % types.MicrosPerDay)
	return m.format(template)
}

// dateOnly are fields that an interval does not have.
var dateOnly = map[string]bool{"MONTH": true, "MON": true, "DAY": true, "DY": true, "AD": true, "BC": true,
	"A.D.": true, "B.C.": true,
	"D": true, "ID": true, "TZ": true, "TZH": true, "TZM": true, "OF": true, "IYYY": true, "IYY": true, "IY": true,
	"I": true, "IW": true,
	"IDDD": true, "DDD": true, "WW": true, "J": true}

func (m *moment) format(template string) (string, error) {
	t, err := dateTemplateOf(template)
	if err != nil {
		return "", err
	}
	out, err := m.append(nil, t)
	return string(out), err
}

func (m *moment) append(dst []byte, t *dateTemplate) ([]byte, error) {
	for i := range t.parts {
		p := &t.parts[i]
		if p.field == "" {
			dst = append(dst, p.text...)
			continue
		}
		if m.interval && dateOnly[p.name] {
			return dst, sqlerr.New(sqlerr.InvalidDatetimeFormat, "invalid format specification for an interval value").
				WithHint("Intervals are not tied to specific calendar dates.")
		}
		before := len(dst)
		if dst = m.field(dst, p); p.th != "" && len(dst) > before {
			dst = append(dst, ordinal(string(dst[before:]), p.th)...)
		}
	}
	return dst, nil
}

func (m *moment) hour12() int { return cmp.Or(m.hour%12, 12) }

func (m *moment) dayOfYear() int { return int(m.days - types.DaysOf(m.year, 1, 1) + 1) }

func (m *moment) weekday() int { return int(((m.days+6)%7 + 7) % 7) }

// isoYearWeek is the ISO 8601 week and the year it belongs to.
func (m *moment) isoYearWeek() (year, week int) {
	thursday := m.days - int64((m.weekday()+6)%7) + 3
	y, _, _ := types.CivilOf(thursday)
	return y, int(thursday-types.DaysOf(y, 1, 1))/7 + 1
}

// field appends a field.
func (m *moment) field(dst []byte, p *templatePart) []byte {
	num := func(width, v int) []byte {
		if p.fill {
			width = 0
		}
		return appendPadded(dst, v, width)
	}
	word := func(width int, s string) []byte {
		switch {
		case p.field == strings.ToUpper(p.field):
			s = strings.ToUpper(s)
		case p.field == strings.ToLower(p.field):
			s = strings.ToLower(s)
		}
		if dst = append(dst, s...); p.fill {
			return dst
		}
		return append(dst, strings.Repeat(" ", max(width-len(s), 0))...)
	}
	year := m.year
	if year < 1 && !m.interval {
		year = 1 - year
	}
	isoDay := (m.weekday()+6)%7 + 1
	isoYear := func() int {
		iso, _ := m.isoYearWeek()
		if iso < 1 {
			iso = 1 - iso
		}
		return iso
	}
	switch p.field {
	case "Y,YYY":
		return append(dst, fmt.Sprintf("%d,%03d", year/1000, year%1000)...)
	case "YYYY":
		return num(4, year)
	case "YYY":
		return num(3, year%1000)
	case "YY":
		return num(2, year%100)
	case "Y":
		return num(1, year%10)
	case "IYYY":
		return num(4, isoYear())
	case "IYY":
		return num(3, isoYear()%1000)
	case "IY":
		return num(2, isoYear()%100)
	case "I":
		return num(1, isoYear()%10)
	case "MONTH", "Month", "month":
		return word(9, types.MonthNames[max(m.month, 1)-1])
	case "MON", "Mon", "mon":
		return word(3, types.MonthNames[max(m.month, 1)-1][:3])
	case "MM":
		return num(2, m.month)
	case "RM", "rm":
		if m.month == 0 && m.interval {
			return dst
		}
		return word(4, romanMonths[(m.month+11)%12])
	case "DAY", "Day", "day":
		return word(9, types.DayNames[m.weekday()])
	case "DY", "Dy", "dy":
		return word(3, types.DayNames[m.weekday()][:3])
	case "DDD":
		return num(3, m.dayOfYear())
	case "DD":
		if m.day < 0 && !p.fill {
			return append(dst, strconv.Itoa(m.day)...)
		}
		return num(2, m.day)
	case "D":
		return num(1, m.weekday()+1)
	case "ID":
		return num(1, isoDay)
	case "HH24":
		return num(2, m.hour)
	case "HH12", "HH":
		return num(2, m.hour12())
	case "MI":
		return num(2, m.minute)
	case "SS":
		return num(2, m.second)
	case "MS":
		return num(3, m.micro/1000)
	case "US":
		return num(6, m.micro)
	case "FF1", "FF2", "FF3", "FF4", "FF5", "FF6":
		digits := int(p.field[2] - '0')
		return append(dst, fmt.Sprintf("%06d", m.micro)[:digits]...)
	case "SSSS", "SSSSS":
		return num(1, m.hour*3600+m.minute*60+m.second)
	case "AM", "PM", "am", "pm", "A.M.", "P.M.", "a.m.", "p.m.":
		return append(dst, half(p.field, m.hour%24 >= 12, "a", "p")...)
	case "AD", "BC", "ad", "bc", "A.D.", "B.C.", "a.d.", "b.c.":
		if m.year < 1 {
			return append(dst, caseLike(p.field, "bc")...)
		}
		return append(dst, caseLike(p.field, "ad")...)
	case "CC":
		if m.interval {
			return num(2, m.year/100)
		}
		if m.year < 1 {
			return num(2, m.year/100-1)
		}
		return num(2, (m.year+99)/100)
	case "TZ":
		return append(dst, m.zone...)
	case "tz":
		return append(dst, strings.ToLower(m.zone)...)
	case "TZH":
		return append(dst, zoneSign(m.offset)+fmt.Sprintf("%02d", abs(m.offset)/3600)...)
	case "TZM":
		return append(dst, fmt.Sprintf("%02d", abs(m.offset)/60%60)...)
	case "OF":
		out := zoneSign(m.offset) + fmt.Sprintf("%02d", abs(m.offset)/3600)
		if rest := abs(m.offset) % 3600; rest != 0 {
			out += fmt.Sprintf(":%02d", rest/60)
		}
		return append(dst, out...)
	case "J":
		return num(1, int(m.days)+2451545)
	case "Q":
		if m.month == 0 {
			return dst
		}
		return num(1, (m.month+2)/3)
	case "WW":
		return num(2, (m.dayOfYear()-1)/7+1)
	case "W":
		return num(1, (m.day-1)/7+1)
	case "IDDD":
		_, week := m.isoYearWeek()
		return num(3, (week-1)*7+isoDay)
	}
	_, week := m.isoYearWeek() // IW
	return num(2, week)
}

// appendPadded appends v with zeros in front, behind its sign, up to a width without it.
func appendPadded(dst []byte, v, width int) []byte {
	if v < 0 {
		dst = append(dst, '-')
	}
	v = abs(v)
	if width == 2 && v < 100 {
		return append(dst, byte('0'+v/10), byte('0'+v%10))
	}
	var digits [20]byte
	b := strconv.AppendInt(digits[:0], int64(v), 10)
	for range width - len(b) {
		dst = append(dst, '0')
	}
	return append(dst, b...)
}

func abs(x int) int { return max(x, -x) }

func zoneSign(x int) string {
	if x < 0 {
		return "-"
	}
	return "+"
}

func half(field string, late bool, early, after string) string {
	if late {
		return caseLike(field, after+"m")
	}
	return caseLike(field, early+"m")
}

// caseLike writes a two-letter word in the case, and with the points, of a field.
func caseLike(field, w string) string {
	if strings.Contains(field, ".") {
		w = w[:1] + "." + w[1:] + "."
	}
	if field == strings.ToUpper(field) {
		return strings.ToUpper(w)
	}
	return w
}

func ordinal(s, like string) string {
	suffix := "th"
	n := len(s)
	if n > 0 && (n < 2 || s[n-2] != '1') {
		switch s[n-1] {
		case '1':
			suffix = "st"
		case '2':
			suffix = "nd"
		case '3':
			suffix = "rd"
		}
	}
	if like == "TH" {
		return strings.ToUpper(suffix)
	}
	return suffix
}
