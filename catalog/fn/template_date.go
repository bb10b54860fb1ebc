package fn

import (
	"fmt"
	"strconv"
	"strings"

	"slipher/catalog/types"
)

// dateFields are the words of date templates, longest first where one begins another.
var dateFields = []string{"Y,YYY", "YYYY", "IYYY", "YYY", "IYY", "YY", "IY", "IW", "Y", "I", "MONTH", "Month", "month", "MON", "Mon", "mon",
	"MM", "MI", "MS", "RM", "DDD", "DAY", "Day", "day", "DD", "DY", "Dy", "dy", "D", "HH24", "HH12", "HH", "SSSS", "SS", "US",
	"AM", "PM", "am", "pm", "A.M.", "P.M.", "a.m.", "p.m.", "AD", "BC", "ad", "bc", "A.D.", "B.C.", "CC", "J", "Q", "WW", "W"}

// templatePart is a field, or text that stands for itself.
type templatePart struct {
	field string // upper or mixed case as written; "" for text
	text  string
	fill  bool   // FM: no padding
	th    string // ordinal suffix: "", "TH" or "th"
}

// splitTemplate reads a date template.
func splitTemplate(t string) []templatePart {
	var out []templatePart
	fill := false
next:
	for i := 0; i < len(t); {
		if strings.HasPrefix(strings.ToUpper(t[i:]), "FM") {
			fill = true
			i += 2
			continue
		}
		if t[i] == '"' {
			end := strings.IndexByte(t[i+1:], '"')
			if end < 0 {
				end = len(t) - i - 1
			}
			out = append(out, templatePart{text: t[i+1 : i+1+end]})
			i += end + 2
			continue
		}
		for _, f := range dateFields {
			lower := strings.ToLower(f) != f && strings.ToUpper(f) == f && isNumericField(f)
			if strings.HasPrefix(t[i:], f) || lower && strings.HasPrefix(strings.ToUpper(t[i:]), f) {
				p := templatePart{field: f, fill: fill}
				i += len(f)
				if rest := t[min(i, len(t)):]; strings.HasPrefix(rest, "TH") || strings.HasPrefix(rest, "th") {
					p.th = rest[:2]
					i += 2
				}
				out = append(out, p)
				fill = false
				continue next
			}
		}
		out = append(out, templatePart{text: t[i : i+1]})
		i++
	}
	return out
}

// isNumericField: fields whose case does not matter.
func isNumericField(f string) bool {
	switch strings.ToUpper(f) {
	case "MONTH", "MON", "DAY", "DY", "AM", "PM", "A.M.", "P.M.", "AD", "BC", "A.D.", "B.C.":
		return false
	}
	return true
}

var monthWords = [...]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
var dayWords = [...]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
var romanMonths = [...]string{"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"}

// moment is a timestamp taken apart for a template.
type moment struct {
	year, month, day            int
	days                        int64
	hour, minute, second, micro int
}

func formatTimestamp(ts int64, template string) string {
	days, us := types.SplitTimestamp(ts)
	m := moment{days: days}
	m.year, m.month, m.day = types.CivilOf(days)
	m.setClock(us)
	return m.format(template)
}

func (m *moment) setClock(us int64) {
	m.hour, m.minute, m.second, m.micro = int(us/3600e6), int(us/60e6%60), int(us/1e6%60), int(us%1e6)
}

// formatInterval writes an interval: years and months, days, and the time of day's fields.
func formatInterval(months, micros int64, template string) string {
	m := moment{year: int(months / 12), month: int(months % 12), day: int(micros / types.MicrosPerDay)}
	m.setClock(micros % types.MicrosPerDay)
	return m.format(template)
}

func (m moment) format(template string) string {
	var sb strings.Builder
	for _, p := range splitTemplate(template) {
		if p.field == "" {
			sb.WriteString(p.text)
			continue
		}
		s := m.field(p)
		sb.WriteString(s)
		if p.th != "" {
			sb.WriteString(ordinal(s, p.th))
		}
	}
	return sb.String()
}

func (m moment) weekday() int { return int(((m.days+6)%7 + 7) % 7) }

// isoYearWeek is the ISO 8601 week and the year it belongs to.
func (m moment) isoYearWeek() (year, week int) {
	thursday := m.days - int64((m.weekday()+6)%7) + 3
	y, _, _ := types.CivilOf(thursday)
	return y, int(thursday-types.DaysOf(y, 1, 1))/7 + 1
}

func (m moment) field(p templatePart) string {
	num := func(width, v int) string {
		if p.fill {
			return strconv.Itoa(v)
		}
		return fmt.Sprintf("%0*d", width, v)
	}
	word := func(width int, s string) string {
		switch {
		case p.field == strings.ToUpper(p.field):
			s = strings.ToUpper(s)
		case p.field == strings.ToLower(p.field):
			s = strings.ToLower(s)
		}
		if p.fill {
			return s
		}
		return fmt.Sprintf("%-*s", width, s)
	}
	year := m.year
	if year < 1 {
		year = 1 - year
	}
	doy := int(m.days - types.DaysOf(m.year, 1, 1) + 1)
	iso, week := m.isoYearWeek()
	hour12 := (m.hour+11)%12 + 1
	switch p.field {
	case "Y,YYY":
		return fmt.Sprintf("%d,%03d", year/1000, year%1000)
	case "YYYY":
		return num(4, year)
	case "YYY":
		return num(3, year%1000)
	case "YY":
		return num(2, year%100)
	case "Y":
		return num(1, year%10)
	case "IYYY":
		return num(4, iso)
	case "IYY":
		return num(3, iso%1000)
	case "IY":
		return num(2, iso%100)
	case "I":
		return num(1, iso%10)
	case "MONTH", "Month", "month":
		return word(9, monthWords[max(m.month, 1)-1])
	case "MON", "Mon", "mon":
		return word(3, monthWords[max(m.month, 1)-1][:3])
	case "MM":
		return num(2, m.month)
	case "RM":
		return word(4, romanMonths[max(m.month, 1)-1])
	case "DAY", "Day", "day":
		return word(9, dayWords[m.weekday()])
	case "DY", "Dy", "dy":
		return word(3, dayWords[m.weekday()][:3])
	case "DDD":
		return num(3, doy)
	case "DD":
		return num(2, m.day)
	case "D":
		return num(1, m.weekday()+1)
	case "HH24":
		return num(2, m.hour)
	case "HH12", "HH":
		return num(2, hour12)
	case "MI":
		return num(2, m.minute)
	case "SS":
		return num(2, m.second)
	case "MS":
		return num(3, m.micro/1000)
	case "US":
		return num(6, m.micro)
	case "SSSS":
		return num(1, m.hour*3600+m.minute*60+m.second)
	case "AM", "PM", "am", "pm", "A.M.", "P.M.", "a.m.", "p.m.":
		return half(p.field, m.hour >= 12, "a", "p")
	case "AD", "BC", "ad", "bc", "A.D.", "B.C.":
		if m.year < 1 {
			return caseLike(p.field, "bc")
		}
		return caseLike(p.field, "ad")
	case "CC":
		return num(2, (year+99)/100)
	case "J":
		return num(1, int(m.days)+2451545)
	case "Q":
		return num(1, (m.month+2)/3)
	case "WW":
		return num(2, (doy-1)/7+1)
	case "W":
		return num(1, (m.day-1)/7+1)
	}
	return num(2, week) // IW
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
