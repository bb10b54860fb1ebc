package fn

import (
	"slices"
	"strconv"
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// copyTimeGroup reads dates and timestamps as COPY's DATEFORMAT and TIMEFORMAT say. Operands: text, format, 1 if text
// of another form is NULL (ACCEPTANYDATE).
func copyTimeGroup() Group {
	op := func(name string, t types.Type, doc string) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(str, str, i8, t.Phys())}, MayFail: true, Nulls: CustomNull, Doc: doc,
			Host: func(c HostCall) error {
				return c.Rows(func(row int) error {
					v, err := byFormat(t, string(c.Str(0, row)), string(c.Str(1, row)))
					switch {
					case err == nil:
						c.SetInt(row, v)
					case c.Int(2, row) != 0:
						c.SetNull(row)
						return nil
					}
					return err
				})
			}}
	}
	return Group{Ops: []*Op{
		op("copy_date", types.TDate, "A date by DATEFORMAT."),
		op("copy_timestamp", types.TTimestamp, "A timestamp by TIMEFORMAT."),
	}}
}

// copyTimes are the types that COPY reads by a format: the operation, and the option that says the format.
var copyTimes = map[types.Kind]struct{ op, option string }{
	types.Date: {"copy_date", "DATEFORMAT"}, types.Timestamp: {"copy_timestamp", "TIMEFORMAT"},
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
	epoch := t.Kind == types.Timestamp && (format == "epochsecs" || format == "epochmillisecs")
	if format != "auto" && !epoch && !hasYear(copyTemplate(format)) {
		return Bound{}, false, sqlerr.New(sqlerr.InvalidDatetimeFormat, "%s \"%s\" has no year", way.option, format)
	}
	return Bound{Op: opRef(way.op), Args: []types.Type{types.TText}, Ret: t,
		Extra: []Const{strConst(format), {i8, types.BoolDatum(anyDate)}}}, true, nil
}

// copyTemplate is a template as COPY reads it: in DDTHH the T stands between date and time. Elsewhere DDTH is a day
// with its ending, as in PostgreSQL.
func copyTemplate(format string) dateTemplate {
	return splitTemplate(strings.ReplaceAll(format, "DDTHH", `DD"T"HH`))
}

func hasYear(t dateTemplate) bool {
	return slices.ContainsFunc(t.parts, func(p templatePart) bool {
		return p.field != "" && (strings.Contains(p.field, "Y") && p.field != "DAY" && p.field != "DY" || p.field == "J" ||
			p.field == "I")
	})
}

// byFormat reads all of s. Errors are those of the types' text.
func byFormat(t types.Type, s, format string) (int64, error) {
	if format == "auto" {
		d, err := types.ParseText(t, s)
		return d.Lo, err
	}
	micros := int64(0)
	switch {
	case format == "epochsecs" && t.Kind == types.Timestamp:
		v, err := epochOf(s, 6)
		if err != nil {
			return 0, err
		}
		micros = v
	case format == "epochmillisecs" && t.Kind == types.Timestamp:
		v, err := epochOf(s, 3)
		if err != nil {
			return 0, err
		}
		micros = v
	default:
		r := templateReader{in: s, rest: s, template: format, clock: -1, julian: -1, copying: true}
		if err := r.read(copyTemplate(format)); err != nil {
			return 0, err
		}
		got, err := r.finish(true)
		if err != nil {
			return 0, err
		}
		micros = got.ts
	}
	if t.Kind == types.Date {
		micros, _ = types.SplitTimestamp(micros)
	}
	return micros, nil
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
