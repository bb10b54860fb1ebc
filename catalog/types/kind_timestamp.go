package types

import "slipher/catalog/sqlerr"

// Microseconds since 2000-01-01. A precision is accepted and ignored.
func timestampKind() *kind {
	return &kind{name: "timestamp without time zone", short: "timestamp", typname: "timestamp",
		names: append(named(1, "timestamp"), named(0, "timestamp without time zone")...),
		oid:   1114, array: 1115, typlen: 8, category: "D", facts: func(Type) Facts { return Facts{Fraction: 6} },
		phys: I64, bounds: within(MinTimestamp, MaxTimestamp),
		endless: true, family: Dates, class: "timestamp", beside: itself,
		column: true,
		parse:  parseTimestamp, write: writeAs(appendTimestamp), wire: intWire(8), room: atMost(40), cuts: true,
		clock: timestampOfClock, badText: 1206}
}

func timestampOfClock(t Type, word string, now func() Clock) (Datum, bool) {
	if word == "now" {
		return Int(now().local()), true
	}
	days, ok := dateOfClock(t, word, now)
	return Int(days.Lo * MicrosPerDay), ok
}

func parseTimestamp(_ Type, s string) (Datum, error) {
	d, err := ParseDateTime(s, "timestamp")
	if err != nil {
		return Datum{}, err
	}
	if d.Infinite != 0 {
		return Int(infinity(d.Infinite, InfiniteTimestamp)), nil
	}
	days, micros := d.Days()+d.Micros/MicrosPerDay, d.Micros%MicrosPerDay // 24:00:00 and 23:59:60
	if days < MinDate || days > MaxDate {
		return Datum{}, sqlerr.New(sqlerr.DatetimeOverflow, "timestamp out of range: \"%s\"", s)
	}
	return Int(days*MicrosPerDay + micros), nil
}

// appendTimestamp appends microseconds since 2000-01-01 as YYYY-MM-DD HH:MM:SS[.ffffff], and BC.
func appendTimestamp(dst []byte, micros int64) []byte {
	if IsInfinite(micros) {
		return appendInfinity(dst, micros)
	}
	days, rest := SplitTimestamp(micros)
	dst, era := appendDay(dst, days)
	return append(appendClock(append(dst, ' '), rest), era...)
}

// appendClock appends HH:MM:SS and the fraction without trailing zeros, for micros >= 0.
func appendClock(dst []byte, micros int64) []byte {
	secs, frac := micros/1000000, micros%1000000
	dst = append(appendPadded(dst, secs/3600, 2), ':')
	dst = append(appendPadded(dst, secs/60%60, 2), ':')
	dst = appendPadded(dst, secs%60, 2)
	if frac != 0 {
		dst = appendPadded(append(dst, '.'), frac, 6)
		for dst[len(dst)-1] == '0' {
			dst = dst[:len(dst)-1]
		}
	}
	return dst
}
