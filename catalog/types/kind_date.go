package types

import "slipher/catalog/sqlerr"

// Days since 2000-01-01.
func dateKind() *kind {
	return &kind{name: "date", short: "date", typname: "date", names: named(0, "date"), oid: 1082, array: 1182, typlen: 4,
		category: "D",
		phys:     I32, bounds: within(MinDate, MaxDate),
		endless: true, family: Dates, class: "date", beside: itself, column: true,
		distinct: 1000, unit: MicrosPerDay,
		parse: parseDate, write: writeAs(appendDate), wire: intWire(4), room: atMost(24), cuts: true, clock: dateOfClock,
		badText: 1205}
}

// clockDays are the words for days that are told from a clock, by their distance from today.
var clockDays = map[string]int64{"yesterday": -1, "today": 0, "tomorrow": 1}

func dateOfClock(_ Type, word string, now func() Clock) (Datum, bool) {
	ahead, ok := clockDays[word]
	if !ok && word != "now" {
		return Datum{}, false
	}
	days, _ := SplitTimestamp(now().local())
	return Int(days + ahead), true
}

func parseDate(_ Type, s string) (Datum, error) {
	d, err := ParseDateTime(s, "date")
	if err != nil {
		return Datum{}, err
	}
	if d.Infinite != 0 {
		return Int(infinity(d.Infinite, InfiniteDate)), nil
	}
	if days := d.Days(); days >= MinDate && days <= MaxDate {
		return Int(days), nil
	}
	return Datum{}, sqlerr.New(sqlerr.DatetimeOverflow, "date out of range: \"%s\"", s)
}

// appendDate appends a day number as YYYY-MM-DD, and BC.
func appendDate(dst []byte, days int64) []byte {
	if IsInfiniteDate(days) {
		return appendInfinity(dst, days)
	}
	dst, era := appendDay(dst, days)
	return append(dst, era...)
}

// appendDay appends YYYY-MM-DD; the era is what is to follow.
func appendDay(dst []byte, days int64) (out []byte, era string) {
	y, m, d := CivilOf(days)
	if y <= 0 {
		y, era = 1-y, " BC"
	}
	dst = append(appendPadded(dst, int64(y), 4), '-')
	dst = append(appendPadded(dst, int64(m), 2), '-')
	return appendPadded(dst, int64(d), 2), era
}
