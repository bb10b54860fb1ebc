package types

import (
	"strings"

	"slipher/catalog/sqlerr"
)

// The intervals that tables store: months alone, or time alone, so that they have an order.
var (
	TIntervalYM = Type{Kind: IntervalYM} // INTERVAL YEAR TO MONTH, in months
	TIntervalDS = Type{Kind: IntervalDS} // INTERVAL DAY TO SECOND, in microseconds
)

func intervalYMKind() *kind {
	return &kind{name: "interval year to month", short: "intervaly2m", typname: "intervaly2m",
		names: named(0, "interval year to month, intervaly2m"), oid: 1188, typlen: 4, category: "T", family: Intervals,
		phys: I32, class: "intervaly2m", beside: itself, column: true, unit: 30 * MicrosPerDay,
		parse: func(t Type, s string) (Datum, error) {
			d, err := parsePart(t, s, "year to month", func(d Datum) bool { return d.Lo == 0 })
			return Int(d.Hi), err
		},
		write: writeAs(func(dst []byte, v int64) []byte { return appendInterval(dst, v, 0) }), wire: intWire(4),
		room: atMost(40), cuts: true, badText: 1206}
}

func intervalDSKind() *kind {
	return &kind{name: "interval day to second", short: "intervald2s", typname: "intervald2s",
		names: append(named(0, "intervald2s"), named(1, "interval day to second")...), oid: 1190, typlen: 8, category: "T",
		family: Intervals,
		phys:   I64, class: "intervald2s", beside: itself, column: true,
		parse: func(t Type, s string) (Datum, error) {
			d, err := parsePart(t, s, "day to second", func(d Datum) bool { return d.Hi == 0 })
			return Int(d.Lo), err
		},
		write: writeAs(func(dst []byte, v int64) []byte { return appendInterval(dst, 0, v) }), wire: intWire(8),
		room: atMost(48), cuts: true, badText: 1206}
}

// parsePart reads an interval that has nothing beyond some fields. A number without a unit counts the last of them.
func parsePart(t Type, s, fields string, fits func(Datum) bool) (Datum, error) {
	all, err := ParseInterval(s, IntervalFields{})
	if err == nil && !fits(all) && strings.Trim(s, "+-0123456789 ") != "" {
		return Datum{}, sqlerr.New(sqlerr.InvalidDatetimeFormat, "invalid input syntax for type %s: \"%s\"", t.Name(), s)
	}
	return ParseInterval(s, IntervalFields{Fields: fields})
}
