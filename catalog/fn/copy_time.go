package fn

import (
	"slices"
	"strconv"
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/catalog/zone"
)

// copyTimeGroup reads dates and timestamps as COPY's DATEFORMAT and TIMEFORMAT say. Operands: text, format, 1 if text
// of another form is NULL (ACCEPTANYDATE); behind the text of a moment the session's zone.
func copyTimeGroup() Group {
	op := func(name string, t types.Type, zoned bool, doc string) *Op {
		sh, k := shape(str, str, i8, t.Phys()), 1
		if zoned {
			sh, k = shape(str, str, str, i8, t.Phys()), 2
		}
		return &Op{Name: name, Shapes: []Shape{sh}, MayFail: true, Nulls: CustomNull, Doc: doc,
			Host: func(c HostCall) error {
				return c.Rows(func(row int) error {
					z := zone.UTC.Table
					if zoned {
						z = zoneOperand(c, 1, row)
					}
					v, err := byFormat(t, string(c.Str(0, row)), string(c.Str(k, row)), z)
					switch {
					case err == nil:
						c.SetInt(row, v)
					case c.Int(k+1, row) != 0:
						c.SetNull(row)
						return nil
					}
					return err
				})
			}}
	}
	return Group{Ops: []*Op{
		op("copy_date", types.TDate, false, "A date by DATEFORMAT."),
		op("copy_timestamp", types.TTimestamp, false, "A timestamp by TIMEFORMAT."),
		op("copy_timestamptz", types.TTimestamptz, true, "A moment by TIMEFORMAT."),
	}}
}

// copyTimes are the types that COPY reads by a format: the operation, and the option that says the format.
var copyTimes = map[types.Kind]struct{ op, option string }{
	types.Date: {"copy_date", "DATEFORMAT"}, types.Timestamp: {"copy_timestamp", "TIMEFORMAT"},
	types.Timestamptz: {"copy_timestamptz", "TIMEFORMAT"},
}

// CopyTime is how COPY reads a date or timestamp by a format ("" and "auto": any form), anyDate: what cannot be read
// is NULL. false: t is another type, or the cast from text does the same. Errors: 22007 for a format without a year, by
// which every date would be one of the first year.
func CopyTime(t types.Type, format string, anyDate bool) (Bound, bool, error) {
	way := copyTimes[t.Kind]
	if format == "" {
		format = "auto"
	}
	if way.op == "" || format == "auto" && !anyDate {
		return Bound{}, false, nil
	}
	epoch := t.Kind != types.Date && (format == "epochsecs" || format == "epochmillisecs")
	if format != "auto" && !epoch && !hasYear(copyTemplate(format)) {
		return Bound{}, false, sqlerr.New(sqlerr.InvalidDatetimeFormat, "%s \"%s\" has no year", way.option, format)
	}
	return Bound{Op: opRef(way.op), Args: []types.Type{types.TText}, Ret: t,
		Zoned: t.Kind == types.Timestamptz,
		Extra: []Const{strConst(format), {i8, types.BoolDatum(anyDate)}}}, true, nil
}

// copyTemplate is a template as COPY reads it: in DDTHH the T stands between date and time. Elsewhere DDTH is a day
// with its ending, as in PostgreSQL.
func copyTemplate(format string) *dateTemplate {
	t, _ := copyTemplates.of(format, func(format string) (*dateTemplate, error) {
		t := splitTemplate(strings.ReplaceAll(format, "DDTHH", `DD"T"HH`))
		t.text = format
		return &t, nil
	})
	return t
}

var copyTemplates known[string, *dateTemplate]

func hasYear(t *dateTemplate) bool {
	return slices.ContainsFunc(t.parts, func(p templatePart) bool {
		return p.field != "" && (strings.Contains(p.field, "Y") && p.field != "DAY" && p.field != "DY" || p.field == "J" ||
			p.field == "I")
	})
}

// byFormat reads all of s, a moment that names no zone by z's clock. Errors are those of the types' text.
func byFormat(t types.Type, s, format string, z zone.Table) (int64, error) {
	switch {
	case format == "auto":
		d, err := types.ParseTextIn(t, s, z)
		return d.Lo, err
	case format == "epochsecs" && t.Kind != types.Date:
		return epochOf(s, 6)
	case format == "epochmillisecs" && t.Kind != types.Date:
		return epochOf(s, 3)
	}
	r := templateReader{in: s, rest: s, clock: -1, julian: -1, copying: true}
	if err := r.read(copyTemplate(format)); err != nil {
		return 0, err
	}
	got, err := r.finish(true)
	switch {
	case err != nil:
		return 0, err
	case t.Kind == types.Timestamptz:
		return got.moment(z)
	case t.Kind == types.Date:
		days, _ := types.SplitTimestamp(got.ts)
		return days, nil
	}
	return got.ts, nil
}

// unixEpoch is 1970-01-01 as a timestamp.
const unixEpoch = -946684800 * 1000000

// epochOf reads a count since 1970 in units of 10^digits microseconds.
func epochOf(s string, digits int) (int64, error) {
	text := strings.TrimSpace(s)
	d, err := types.ParseText(types.TDecimal(types.MaxPrecision, digits), text)
	if err != nil {
		return 0, sqlerr.New(sqlerr.InvalidDatetimeFormat, "invalid count of time since 1970: \"%s\"", s)
	}
	v, err := strconv.ParseInt(strings.Replace(types.FormatDecimal(d.I128(), digits), ".", "", 1), 10, 64)
	if err != nil || v+unixEpoch > types.MaxTimestamp || v < types.MinTimestamp-unixEpoch {
		return 0, sqlerr.New(sqlerr.DatetimeOverflow, "timestamp out of range: \"%s\"", s)
	}
	return v + unixEpoch, nil
}
