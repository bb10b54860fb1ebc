package relations

import (
	"fmt"

	"slipher/catalog/state"
	"slipher/catalog/types"
)

// builder collects the rows of one relation.
type builder struct {
	relation *Relation
	rows     [][]types.Datum
}

// add appends a row. A value is a Go integer, float, bool or string, nil for
// NULL, or a datum; cut decimals are datums, arrays their text. Too few values or a value of the
// wrong kind panic: a broken build, found by the test that runs every relation.
func (b *builder) add(values ...any) {
	columns := b.relation.Columns
	if len(values) != len(columns) {
		panic(fmt.Sprintf("BUG: %s has %d columns, got %d values", b.relation.Name, len(columns), len(values)))
	}
	row := make([]types.Datum, len(values))
	for i, v := range values {
		row[i] = datum(v)
		switch c := &columns[i]; {
		case c.Type.IsArray() && !row[i].Null:
			d, err := types.ParseText(c.Type, row[i].S)
			if err != nil {
				panic(fmt.Sprintf("BUG: %s.%s: %v", b.relation.Name, c.Name, err))
			}
			row[i] = d
		case c.Type.Len > 0:
			row[i].S = fit(row[i].S, c.Type)
		}
	}
	b.rows = append(b.rows, row)
}

func datum(v any) types.Datum {
	switch v := v.(type) {
	case nil:
		return types.NullDatum
	case types.Datum:
		return v
	case bool:
		return types.BoolDatum(v)
	case string:
		return types.String(v)
	case float64:
		return types.Float(v)
	case int:
		return types.Int(int64(v))
	case int16:
		return types.Int(int64(v))
	case int32:
		return types.Int(int64(v))
	case int64:
		return types.Int(v)
	case uint8:
		return types.Int(int64(v))
	case uint16:
		return types.Int(int64(v))
	case uint32:
		return types.Int(int64(v))
	case uint64:
		return types.Int(int64(v))
	case state.TableID:
		return types.Int(int64(v))
	case state.SchemaID:
		return types.Int(int64(v))
	case state.DatabaseID:
		return types.Int(int64(v))
	case state.SliceID:
		return types.Int(int64(v))
	case state.DistStyle:
		return types.Int(int64(v))
	}
	panic(fmt.Sprintf("BUG: no datum of %T", v))
}

// fit cuts text to its column, at a character's end; CHAR is kept without its
// trailing blanks.
func fit(s string, t types.Type) string {
	if n := int(t.Len); len(s) > n {
		for n > 0 && s[n]&0xC0 == 0x80 {
			n--
		}
		s = s[:n]
	}
	if t.Kind == types.Char {
		for len(s) > 0 && s[len(s)-1] == ' ' {
			s = s[:len(s)-1]
		}
	}
	return s
}

// null gives nil for the zero value: columns where "" or 0 means nothing known.
func null[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

// yesNo is information_schema's yes_or_no.
func yesNo(b bool) string {
	if b {
		return "YES"
	}
	return "NO"
}

// bit is a flag of Redshift's stv relations.
func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// decimal is v as a decimal of the given scale, rounded half away from zero.
func decimal(v float64, scale int) types.Datum {
	for range scale {
		v *= 10
	}
	if v < 0 {
		return types.Int(int64(v - 0.5))
	}
	return types.Int(int64(v + 0.5))
}
