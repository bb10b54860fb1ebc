package types

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/zone"
)

// TTimestamptz is TIMESTAMP WITH TIME ZONE.
var TTimestamptz = Type{Kind: Timestamptz}

// A moment, in microseconds since 2000-01-01 UTC. Its text is what the clock of a session's zone shows then, with the
// distance from Greenwich. A precision is accepted and ignored.
func timestamptzKind() *kind {
	return &kind{name: "timestamp with time zone", short: "timestamptz", typname: "timestamptz",
		names: append(named(1, "timestamptz"), named(0, "timestamp with time zone")...),
		oid:   1184, array: 1185, typlen: 8, category: "D", facts: func(Type) Facts { return Facts{Fraction: 6} },
		phys: I64, bounds: within(MinTimestamp, MaxTimestamp),
		endless: true, family: Dates, class: "timestamptz", beside: itself,
		column: true,
		zoned:  parseMoment, write: writeMoment, wire: intWire(8), room: atMost(48), cuts: true,
		clock: momentOfClock, badText: 1206}
}

func momentOfClock(t Type, word string, now func() Clock) (Datum, bool) {
	if word == "now" {
		return Int(now().Micros), true
	}
	days, ok := dateOfClock(t, word, now)
	if !ok {
		return Datum{}, false
	}
	return Int(now().Zone.UTC(days.Lo * MicrosPerDay)), true
}

// parseMoment reads a date and a time, which a zone may stand behind; without one they are z's.
func parseMoment(_ Type, s string, z zone.Table) (Datum, error) {
	d, err := ParseDateTime(s, "timestamp with time zone")
	if err != nil {
		return Datum{}, err
	}
	if d.Infinite != 0 {
		return Int(infinity(d.Infinite, InfiniteTimestamp)), nil
	}
	days, micros := d.Days()+d.Micros/MicrosPerDay, d.Micros%MicrosPerDay // 24:00:00 and 23:59:60
	out := func() (Datum, error) {
		return Datum{}, sqlerr.New(sqlerr.DatetimeOverflow, "timestamp out of range: \"%s\"", s)
	}
	if days < MinDate-1 || days > MaxDate {
		return out()
	}
	at := days*MicrosPerDay + micros
	switch {
	case d.Named:
		named, ok := zone.Find(d.Zone)
		if !ok {
			return Datum{}, sqlerr.New(sqlerr.InvalidParameterValue, "time zone \"%s\" not recognized", d.Zone)
		}
		at = named.Table.UTC(at)
	case d.Zoned:
		at -= int64(d.Offset) * 1000000
	default:
		at = z.UTC(at)
	}
	if at < MinTimestamp || at > MaxTimestamp {
		return out()
	}
	return Int(at), nil
}

func writeMoment(_ Type, o Output) Writer {
	z := o.Zone
	if z == "" {
		z = zone.UTC.Table
	}
	return func(dst []byte, r Rows, col, row int) []byte { return AppendMoment(dst, r.Int(col, row), z) }
}

// AppendMoment appends microseconds since 2000-01-01 UTC as YYYY-MM-DD HH:MM:SS[.ffffff]+HH[:MM[:SS]], and BC, by the
// clock of z.
func AppendMoment(dst []byte, micros int64, z zone.Table) []byte {
	if IsInfinite(micros) {
		return appendInfinity(dst, micros)
	}
	off := z.Offset(micros)
	days, rest := SplitTimestamp(micros + int64(off)*1000000)
	dst, era := appendDay(dst, days)
	return append(appendOffset(appendClock(append(dst, ' '), rest), off), era...)
}

// appendOffset appends seconds east of Greenwich as +HH[:MM[:SS]].
func appendOffset(dst []byte, secs int) []byte {
	if secs < 0 {
		dst, secs = append(dst, '-'), -secs
	} else {
		dst = append(dst, '+')
	}
	dst = appendPadded(dst, int64(secs/3600), 2)
	if secs%3600 != 0 {
		dst = appendPadded(append(dst, ':'), int64(secs/60%60), 2)
	}
	if secs%60 != 0 {
		dst = appendPadded(append(dst, ':'), int64(secs%60), 2)
	}
	return dst
}
