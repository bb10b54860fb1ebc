package zone

import (
	"encoding/binary"
	"math"
	"sort"
	"strings"
	"time"
)

// Table is when a zone's offset changed and changes, little endian: the number n of moments as uint32; these as int64
// (seconds since 2000-01-01 UTC, the first the smallest there is); the n offsets that hold from then on, as int32
// seconds east of Greenwich; for each a byte with the place of its abbreviation in the text that follows, in which each
// ends with a NUL; the zone's name. Behind the year 2437 changes come again every 400 years.
type Table string

const (
	headBytes  = 4
	microsPerS = 1000000
	// cycle is the seconds of 400 years, in which the calendar repeats itself.
	cycle = 146097 * 86400
	// horizon is the start of 2437: the tz database lists changes up to 2037 at the latest, then rules.
	horizon = 159612 * 86400
	day     = 86400
)

var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

type change struct {
	at     int64
	offset int
	abbrev string
}

func makeTable(name string, cs []change) Table {
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(cs)))
	for _, c := range cs {
		b = binary.LittleEndian.AppendUint64(b, uint64(c.at))
	}
	for _, c := range cs {
		b = binary.LittleEndian.AppendUint32(b, uint32(int32(c.offset)))
	}
	var words string
	for _, c := range cs {
		w := c.abbrev + "\x00"
		i := strings.Index("\x00"+words, "\x00"+w)
		if i < 0 {
			i = len(words)
			words += w
		}
		b = append(b, byte(i))
	}
	return Table(append(b, words+name...))
}

// fixed is a zone of one offset.
func fixed(name, abbrev string, secs int) Zone {
	return Zone{name, makeTable(name, []change{{math.MinInt64, secs, abbrev}})}
}

// tableOf follows a location's changes up to the horizon.
func tableOf(name string, loc *time.Location) Table {
	t := time.Date(-4800, 1, 1, 0, 0, 0, 0, time.UTC).In(loc)
	abbrev, off := t.Zone()
	cs := []change{{math.MinInt64, off, abbrev}}
	for {
		_, end := t.ZoneBounds()
		at := end.Unix() - epoch.Unix()
		if end.IsZero() || at >= horizon {
			return makeTable(name, cs)
		}
		if !end.After(t) { // time.Location says so of the last day of leap years behind its list
			end = t.Add(day * time.Second)
		}
		t = end
		c := change{at: at}
		if c.abbrev, c.offset = t.Zone(); c.offset != cs[len(cs)-1].offset || c.abbrev != cs[len(cs)-1].abbrev {
			cs = append(cs, c)
		}
	}
}

// Name is the zone's.
func (t Table) Name() string { return string(t[strings.LastIndexByte(string(t), 0)+1:]) }

func (t Table) len() int { return int(binary.LittleEndian.Uint32([]byte(t[:headBytes]))) }

func (t Table) at(i int) int64 {
	from := headBytes + 8*i
	return int64(binary.LittleEndian.Uint64([]byte(t[from : from+8])))
}

func (t Table) offset(i int) int64 {
	from := headBytes + 8*t.len() + 4*i
	return int64(int32(binary.LittleEndian.Uint32([]byte(t[from : from+4]))))
}

func (t Table) abbreviation(i int) string {
	n := t.len()
	words := t[headBytes+13*n:]
	w, _, _ := strings.Cut(string(words[t[headBytes+12*n+i]:]), "\x00")
	return w
}

// fold brings seconds behind the horizon into the 400 years before it.
func fold(secs int64) int64 {
	if secs < horizon {
		return secs
	}
	return secs - (secs-horizon)/cycle*cycle - cycle
}

// next is the index of the first change after a moment.
func (t Table) next(secs int64) int {
	return sort.Search(t.len()-1, func(i int) bool { return t.at(i+1) > secs }) + 1
}

// holds is the number of the entry that holds at a moment, in microseconds since 2000-01-01 UTC.
func (t Table) holds(micros int64) int { return t.next(fold(floorDiv(micros, microsPerS))) - 1 }

// Offset is seconds east of Greenwich at a moment, in microseconds since 2000-01-01 UTC.
func (t Table) Offset(micros int64) int { return int(t.offset(t.holds(micros))) }

// Now is seconds east of Greenwich by the machine's clock.
func (t Table) Now() int { return t.Offset(time.Since(epoch).Microseconds()) }

// Abbreviation is what the zone's time is called at a moment, in microseconds since 2000-01-01 UTC: CEST, or +03.
func (t Table) Abbreviation(micros int64) string { return t.abbreviation(t.holds(micros)) }

// Local is the clock's time at a moment; both in microseconds since 2000-01-01.
func (t Table) Local(micros int64) int64 { return micros + int64(t.Offset(micros))*microsPerS }

// UTC is the moment at which the clock shows a time; both in microseconds since 2000-01-01.
func (t Table) UTC(local int64) int64 { return local - t.localOffset(local)*microsPerS }

// localOffset looks at the first change that comes after the day before.
func (t Table) localOffset(local int64) int64 {
	secs := fold(floorDiv(local, microsPerS))
	i := t.next(secs - day)
	before := t.offset(i - 1)
	if i == t.len() {
		return before
	}
	change, after := t.at(i), t.offset(i)
	switch b, a := secs-before, secs-after; {
	case b < change && a < change:
		return before
	case b > change && a >= change:
		return after
	case b > a: // the clock was put forward over this time
		return before
	}
	return after
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
