package zone

import (
	"strconv"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // zones on machines that have no files of them
)

// Zone is a time zone.
type Zone struct {
	Name  string // as SHOW writes it
	Table Table
}

// UTC is what sessions start with.
var UTC = fixed("UTC", "UTC", 0)

// names maps lower-case names to those of the tz database.
var names = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for _, n := range strings.Fields(allNames) {
		m[strings.ToLower(n)] = n
	}
	return m
})

var abbreviations = sync.OnceValue(func() map[string]int {
	m := map[string]int{}
	for _, w := range strings.Fields(allAbbreviations) {
		name, secs, _ := strings.Cut(w, ":")
		m[name], _ = strconv.Atoi(secs)
	}
	return m
})

// Names are the zones of the tz database.
func Names() []string { return strings.Fields(allNames) }

// Abbreviations are the known abbreviations, in lower case, with their offsets in seconds east of Greenwich.
func Abbreviations() map[string]int { return abbreviations() }

// Known reports whether the tz database has a name, given in lower case.
func Known(lower string) bool { return names()[lower] != "" }

// Abbreviation is the offset, in seconds east of Greenwich, that an abbreviation in lower case stands for.
func Abbreviation(lower string) (int, bool) {
	off, ok := abbreviations()[lower]
	return off, ok
}

// loaded are the zones asked for: their tables are made once.
var loaded struct {
	sync.Mutex
	zones map[string]Zone // by name of the tz database
}

// Find is the zone that SET timezone means: a name in any case, hours east of Greenwich ("-7", "5.5"), or a
// specification of POSIX without daylight saving, whose offset counts west ("UTC+3"). false: there is none.
func Find(spec string) (Zone, bool) {
	if n := names()[strings.ToLower(spec)]; n != "" {
		return load(n)
	}
	if h, err := strconv.ParseFloat(spec, 64); err == nil && strings.Trim(spec, "+-0123456789.") == "" {
		secs := int(h * 3600)
		return offset(secs), abs(secs) < maxOffset
	}
	return posix(spec)
}

// FindAny is the zone that AT TIME ZONE means: an abbreviation comes before a name.
func FindAny(spec string) (Zone, bool) {
	if off, ok := Abbreviation(strings.ToLower(spec)); ok {
		name := strings.ToUpper(spec)
		return fixed(name, name, off), true
	}
	return Find(spec)
}

func load(name string) (Zone, bool) {
	loaded.Lock()
	defer loaded.Unlock()
	z, ok := loaded.zones[name]
	if ok {
		return z, true
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return Zone{}, false
	}
	if loaded.zones == nil {
		loaded.zones = map[string]Zone{}
	}
	z = Zone{Name: name, Table: tableOf(name, loc)}
	loaded.zones[name] = z
	return z, true
}

// maxOffset bounds offsets from Greenwich: a week, as PostgreSQL's for SET.
const maxOffset = 168 * 3600

// Offset is a zone at a fixed distance, in seconds east of Greenwich.
func Offset(secs int) (Zone, bool) { return offset(secs), abs(secs) < maxOffset }

// offset names a zone as PostgreSQL does: <-07>+07.
func offset(secs int) Zone {
	abbrev := clock(secs, "-", "+")
	return fixed("<"+abbrev+">"+clock(secs, "+", "-"), abbrev, secs)
}

// clock writes HH[:MM[:SS]] behind the sign for west or east.
func clock(secs int, west, east string) string {
	sign := east
	if secs < 0 {
		sign, secs = west, -secs
	}
	out := sign + two(secs/3600)
	if secs%3600 != 0 {
		out += ":" + two(secs/60%60)
	}
	if secs%60 != 0 {
		out += ":" + two(secs%60)
	}
	return out
}

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// posix reads NAME[+-]HH[:MM[:SS]] or <NAME>[+-]HH[:MM[:SS]]. The name, which means nothing, may be that of a place.
func posix(spec string) (Zone, bool) {
	s := strings.ToUpper(spec)
	i := 0
	if strings.HasPrefix(s, "<") {
		if i = strings.IndexByte(s, '>') + 1; i < 3 {
			return Zone{}, false
		}
	} else {
		for i < len(s) && (s[i] >= 'A' && s[i] <= 'Z' || i > 0 && strings.IndexByte("/_ ", s[i]) >= 0) {
			i++
		}
		if i < 3 {
			return Zone{}, false
		}
	}
	rest, west := s[i:], 1
	if rest != "" && (rest[0] == '+' || rest[0] == '-') {
		if rest[0] == '-' {
			west = -1
		}
		rest = rest[1:]
	}
	parts := strings.Split(rest, ":")
	if len(parts) > 3 {
		return Zone{}, false
	}
	abbrev := strings.Trim(s[:i], "<> ")
	secs := 0
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 8)
		if err != nil || i > 0 && n > 59 || n > 167 {
			return Zone{}, false
		}
		secs += int(n) * [3]int{3600, 60, 1}[i]
	}
	return fixed(s, abbrev, -west*secs), true
}

func abs(x int) int { return max(x, -x) }
