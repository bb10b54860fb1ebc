package types

import (
	"slipher/catalog/int128"
	"slipher/catalog/sqlerr"
	"slipher/catalog/zone"
)

// TIME WITH TIME ZONE. Tables have it in UTC: microseconds since midnight there, as TIME's. What is read and computed
// has the zone that was written: the time in UTC, which is not cut to a day, above zonedBits bits for the zone. Both
// are ordered as integers are, and a value of the latter is PostgreSQL's order: the time in UTC, then the zone.
var (
	TTimetz    = Type{Kind: Timetz}
	TZonedTime = Type{Kind: Timetz, Prec: 1}
)

// A precision is accepted and ignored.
func timetzKind() *kind {
	return &kind{name: "time with time zone", short: "timetz", typname: "timetz",
		names: append(named(1, "timetz"), named(0, "time with time zone")...),
		read: func(_ *Alias, _ []int, inCast bool) (Type, *sqlerr.Error) {
			if inCast {
				return TZonedTime, nil
			}
			return TTimetz, nil
		},
		oid: 1266, array: 1270, typlen: 12, category: "D", parameter: TZonedTime,
		facts: func(Type) Facts { return Facts{Fraction: 6} },
		phys:  I64, bounds: timetzBounds, family: Times, class: "timetz", beside: func(Type) Type { return TTimetz },
		column: true, storedOf: func(Type) Type { return TTimetz },
		zoned: parseTimetz, sameText: true, write: writeTimetz, wire: timetzWire(), room: atMost(32), cuts: true,
		clock: timetzOfClock, badText: 1206}
}

// IsZoned reports whether values of t have a zone each.
func (t Type) IsZoned() bool { return t == TZonedTime }

// ZonedBits is how many bits the zone takes: seconds west of Greenwich, and zonedWest.
const (
	ZonedBits = 17
	ZonedWest = 1 << (ZonedBits - 1)
)

// zonedTime is the time that a clock shows so many seconds east of Greenwich, as a value of TZonedTime.
func zonedTime(local int64, offset int) int64 {
	return (local-int64(offset)*1000000)<<ZonedBits | int64(ZonedWest-offset)
}

// SplitZoned is what a value of TZonedTime says: the clock's time and the seconds east of Greenwich.
func SplitZoned(v int64) (local int64, offset int) {
	offset = ZonedWest - int(v&(1<<ZonedBits-1))
	return v>>ZonedBits + int64(offset)*1000000, offset
}

// TimetzOf is what a clock shows so many seconds east of Greenwich, as a value of a type of the kind. In UTC it is the
// time of a day; 24:00:00 is one that such a clock showed in UTC. 22009 for a zone 16 hours away or further.
func TimetzOf(t Type, local int64, offset int) (int64, error) {
	switch {
	case t.IsZoned() && max(offset, -offset) > maxZonedOffset:
		return 0, errZoneAway
	case t.IsZoned():
		return zonedTime(local, offset), nil
	case offset == 0:
		return local, nil
	}
	_, rest := SplitTimestamp(local - int64(offset)*1000000)
	return rest, nil
}

var errZoneAway = sqlerr.New(sqlerr.ZoneDisplacement, "time zone displacement out of range")

func timetzDatum(t Type, local int64, offset int) (Datum, error) {
	v, err := TimetzOf(t, local, offset)
	return Int(v), err
}

func timetzBounds(t Type) (least, most int128.Int) {
	if t.IsZoned() {
		return int128.Of(zonedTime(0, maxZonedOffset)), int128.Of(zonedTime(MicrosPerDay, -maxZonedOffset))
	}
	return int128.Of(0), int128.Of(MicrosPerDay)
}

// maxZonedOffset bounds a zone: below 16 hours.
const maxZonedOffset = (maxOffsetHours+1)*3600 - 1

func timetzOfClock(t Type, word string, now func() Clock) (Datum, bool) {
	if word != "now" {
		return Datum{}, false
	}
	c := now()
	_, local := SplitTimestamp(c.local())
	d, err := timetzDatum(t, local, c.Zone.Offset(c.Micros))
	return d, err == nil
}

// parseTimetz reads a time of day, which a zone may stand behind. Without one it is z's: that of the date if there is
// one, else today's.
func parseTimetz(t Type, s string, z zone.Table) (Datum, error) {
	d, err := readDateTime(s, "time with time zone", (*dateTimeParser).parseTime)
	if err != nil {
		return Datum{}, err
	}
	at := d.Days()*MicrosPerDay + d.Micros
	switch {
	case d.Named:
		named, ok := zone.Find(d.Zone)
		if !ok {
			return Datum{}, sqlerr.New(sqlerr.InvalidParameterValue, "time zone \"%s\" not recognized", d.Zone)
		}
		d.Offset = named.Table.Offset(named.Table.UTC(at))
	case d.Zoned:
	case d.Day != 0:
		d.Offset = z.Offset(z.UTC(at))
	default:
		d.Offset = z.Now()
	}
	return timetzDatum(t, d.Micros, d.Offset)
}

func writeTimetz(t Type, _ Output) Writer {
	return func(dst []byte, r Rows, col, row int) []byte {
		local, offset := r.Int(col, row), 0
		if t.IsZoned() {
			local, offset = SplitZoned(local)
		}
		return appendOffset(appendClock(dst, local), offset)
	}
}

// timetzWire is microseconds on the clock and seconds west of Greenwich.
func timetzWire() wire {
	return wire{width: 12, write: func(t Type) Writer {
		return func(dst []byte, r Rows, col, row int) []byte {
			local, offset := r.Int(col, row), 0
			if t.IsZoned() {
				local, offset = SplitZoned(local)
			}
			return be.AppendUint32(be.AppendUint64(dst, uint64(local)), uint32(-offset))
		}
	}, read: func(t Type, raw []byte) (Datum, error) {
		local, offset := int64(be.Uint64(raw)), -int(int32(be.Uint32(raw[8:])))
		switch {
		case local < 0 || local > MicrosPerDay:
			return Datum{}, sqlerr.New(sqlerr.DatetimeOverflow, "time out of range")
		case max(offset, -offset) > maxZonedOffset:
			return Datum{}, errZoneAway
		}
		return timetzDatum(t, local, offset)
	}}
}
