package types

import "strconv"

// Months in the high 64 bits and microseconds in the low 64 bits of an I128, both signed; days count 86,400 s.
// Values of expressions only: tables store those of one of the two parts (kind_interval_column.go).
func intervalKind() *kind {
	return &kind{name: "interval", short: "interval", typname: "interval", names: named(0, "interval"), oid: 1186,
		typlen: 16, category: "T", family: Intervals, stored: TIntervalDS,
		phys: I128, ownOrder: true, key: TDecimal(MaxPrecision, 0),
		ofKey: intervalOfKey, write: writeInterval, wire: intervalWire(),
		parse: func(_ Type, s string) (Datum, error) { return ParseInterval(s, IntervalFields{}) }}
}

// intervalOfKey: a key may be longer than the microseconds of an interval.
func intervalOfKey(key Datum) Datum {
	const month = 30 * MicrosPerDay
	v := key.I128()
	whole := v.Abs()
	months, rest := whole.DivSmall(month)
	if whole.FitsInt64() {
		return Int128(0, key.Lo)
	}
	if v.Sign() < 0 {
		return Int128(-int64(months.Lo), -int64(rest))
	}
	return Int128(int64(months.Lo), int64(rest))
}

func writeInterval(Type, Output) Writer {
	return func(dst []byte, r Rows, col, row int) []byte {
		months, micros := r.Int128(col, row)
		return appendInterval(dst, months, micros)
	}
}

// intervalWire is microseconds, days and months.
func intervalWire() wire {
	return wire{width: 16, write: func(Type) Writer {
		return func(dst []byte, r Rows, col, row int) []byte {
			months, micros := r.Int128(col, row)
			dst = be.AppendUint64(dst, uint64(micros%MicrosPerDay))
			dst = be.AppendUint32(dst, uint32(micros/MicrosPerDay))
			return be.AppendUint32(dst, uint32(months))
		}
	}, read: func(_ Type, raw []byte) (Datum, error) {
		micros := int64(be.Uint64(raw)) + int64(int32(be.Uint32(raw[8:])))*MicrosPerDay
		return Int128(int64(int32(be.Uint32(raw[12:]))), micros), nil
	}}
}

// appendInterval appends an interval in PostgreSQL's style: "1 year 2 mons 3
// days 04:05:06". Whole days are shown as such.
func appendInterval(dst []byte, months, micros int64) []byte {
	start := len(dst)
	negative := false // the part before was: a positive part then shows its sign
	part := func(v int64, unit string) {
		if v == 0 {
			return
		}
		if len(dst) > start {
			dst = append(dst, ' ')
		}
		if negative && v > 0 {
			dst = append(dst, '+')
		}
		dst = strconv.AppendInt(dst, v, 10)
		dst = append(dst, unit...)
		if v != 1 {
			dst = append(dst, 's')
		}
		negative = v < 0
	}
	part(months/12, " year")
	part(months%12, " mon")
	part(micros/MicrosPerDay, " day")
	if rest := micros % MicrosPerDay; rest != 0 || len(dst) == start {
		if len(dst) > start {
			dst = append(dst, ' ')
		}
		switch {
		case rest < 0:
			dst, rest = append(dst, '-'), -rest
		case negative:
			dst = append(dst, '+')
		}
		dst = appendClock(dst, rest)
	}
	return dst
}
