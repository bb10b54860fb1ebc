package random

import (
	"fmt"
	"strings"
)

// table is a random table and its rows as SQL literals, "" for NULL.
type table struct {
	name  string
	cols  []typ
	bound []float64
	rows  [][]string
	attrs string // Slipher's table attributes
}

// schema is what one round of queries asks about.
type schema []*table

// sizes are the row counts of tables; one table of a schema is large.
var sizes = []int{0, 1, 2, 3, 7, 12, 25, 40}

// newSchema makes a few tables whose columns share small domains, so that joins
// and groups find partners.
func (g gen) newSchema() schema {
	var s schema
	n := 3 + g.IntN(3)
	for i := range n {
		t := &table{name: fmt.Sprintf("r%d", i)}
		for range 2 + g.IntN(7) {
			t.cols = append(t.cols, g.columnType())
		}
		if g.chance(50) { // a key that tables share
			t.cols[0] = typ{k: kInt4}
		}
		if i == 0 {
			t.cols = append(t.cols, typ{k: kInt4}, typ{k: kStr, p: 20})
		}
		rows := pick(g, sizes)
		if i == 1 {
			rows = 500 + g.IntN(2500)
		}
		g.fill(t, rows)
		t.attrs = g.attributes(t)
		s = append(s, t)
	}
	return s
}

func (g gen) columnType() typ {
	if g.chance(10) {
		return typ{k: kChar, p: pick(g, []int{1, 5, 12})}
	}
	if g.chance(6) {
		return typ{k: kReal}
	}
	return g.typeOf(class(g.IntN(int(classes))))
}

// attributes are DISTSTYLE and SORTKEY.
func (g gen) attributes(t *table) string {
	var keys []string // columns that may be
	for i, c := range t.cols {
		if c.k != kBytes {
			keys = append(keys, fmt.Sprintf("c%d", i))
		}
	}
	a := pick(g, []string{"", " diststyle even", " diststyle all"})
	if len(keys) == 0 {
		return a
	}
	a = pick(g, []string{a, a, a, " distkey(" + pick(g, keys) + ")", " distkey(" + keys[0] + ")"})
	switch g.IntN(3) {
	case 0:
		a += " sortkey(" + pick(g, keys) + ")"
	case 1:
		if len(keys) > 1 {
			a += " compound sortkey(" + keys[1] + ", " + keys[0] + ")"
		}
	}
	return a
}

func (g gen) fill(t *table, rows int) {
	t.rows = make([][]string, rows)
	t.bound = make([]float64, len(t.cols))
	for c, ct := range t.cols {
		nulls := pick(g, []int{0, 0, 5, 10, 50, 100})
		if nulls == 100 && g.chance(70) {
			nulls = 20
		}
		small := g.chance(60) // few different values
		for r := range rows {
			v, bound := g.datum(ct, small)
			if g.chance(nulls) {
				v = ""
			}
			t.bound[c] = max(t.bound[c], bound)
			t.rows[r] = append(t.rows[r], v)
		}
		if rows == 0 {
			_, t.bound[c] = g.datum(ct, false)
		}
	}
}

// datum is one value as a literal without its type, and the bound of its column.
func (g gen) datum(t typ, small bool) (string, float64) {
	switch t.k {
	case kInt2, kInt4, kInt8:
		top := []int64{300, 100000, 1e12}[t.k]
		if small {
			top = 6
		}
		return fmt.Sprint(g.Int64N(2*top+1) - top), float64(top)
	case kDec:
		whole := int64(1)
		for range min(t.p-t.s, 14) {
			whole *= 10
		}
		if small {
			whole = 4
		}
		v := fmt.Sprint(g.Int64N(whole))
		if t.s > 0 {
			f := ""
			for range t.s {
				f += fmt.Sprint(g.IntN(10))
			}
			if small {
				f = pick(g, []string{"0", "5", "25"})
				f = f[:min(len(f), t.s)]
			}
			v += "." + f
		}
		if g.chance(30) {
			v = "-" + v
		}
		return v, float64(whole)
	case kFloat, kReal:
		top := 100000
		if t.k == kReal { // shown with six digits
			top = 20000
		}
		if small {
			top = 8
		}
		return fmt.Sprintf("%g", float64(g.IntN(2*top)-top)/4), float64(top) / 4
	case kBool:
		return pick(g, []string{"true", "false"}), 0
	case kStr, kChar:
		list := words
		if t.k == kChar {
			list = asciiWords
		}
		w := pick(g, list)
		for literalLen(w) > float64(t.p) {
			w = pick(g, asciiWords)
		}
		if !small && t.k == kStr && g.chance(50) && t.p >= 20 {
			w = fmt.Sprintf("w%d_%d", g.IntN(1000), g.IntN(1000))
		}
		return "'" + w + "'", float64(t.p)
	case kDate:
		if small || g.chance(30) {
			return "'" + pick(g, dates) + "'", 0
		}
		return fmt.Sprintf("'%04d-%02d-%02d'", 1800+g.IntN(400), 1+g.IntN(12), 1+g.IntN(28)), 0
	case kTime:
		if small || g.chance(30) {
			return "'" + pick(g, times) + "'", 0
		}
		return fmt.Sprintf("'%02d:%02d:%02d.%06d'", g.IntN(24), g.IntN(60), g.IntN(60), g.IntN(1000000)), 0
	}
	switch t.k {
	case kBytes: // read as the bytes of a text
		w := pick(g, words)
		if g.chance(30) {
			w += pick(g, []string{" ", "  "})
		}
		return "'" + w + "'", 40
	case kUUID:
		u := pick(g, uuids)
		if !small && g.chance(70) {
			u = fmt.Sprintf("%08x-%04x-%04x-%016x", g.Uint32(), g.Uint32()&0xffff, g.Uint32()&0xffff, g.Uint64())
		}
		return "'" + u + "'", 0
	case kZoned:
		v, bound := g.datum(typ{k: kTime}, small)
		return strings.TrimSuffix(v, "'") + "+00'", bound
	}
	if t.k == kTZ && (small || g.chance(30)) {
		return "'" + g.momentText() + "'", 0
	}
	if small || g.chance(30) {
		return "'" + pick(g, stamps) + "'", 0
	}
	return fmt.Sprintf("'%04d-%02d-%02d %02d:%02d:%02d.%06d'", 1800+g.IntN(400), 1+g.IntN(12), 1+g.IntN(28), g.IntN(24),
		g.IntN(60), g.IntN(60), g.IntN(1000000)), 0
}

// ddl is CREATE TABLE without attributes.
func (t *table) ddl() string {
	cols := make([]string, len(t.cols))
	for i, c := range t.cols {
		cols[i] = fmt.Sprintf("c%d %s", i, c)
	}
	return fmt.Sprintf("create table %s (%s)", t.name, strings.Join(cols, ", "))
}

// inserts are INSERT statements of at most n rows each.
func (t *table) inserts(n int) []string {
	var list []string
	for at := 0; at < len(t.rows); at += n {
		var b strings.Builder
		for i, row := range t.rows[at:min(at+n, len(t.rows))] {
			sep := ", "
			if i == 0 {
				sep = fmt.Sprintf("insert into %s values ", t.name)
			}
			b.WriteString(sep + "(" + strings.Join(nullWords(row), ", ") + ")")
		}
		list = append(list, b.String())
	}
	return list
}

func nullWords(row []string) []string {
	out := make([]string, len(row))
	for i, v := range row {
		if out[i] = v; v == "" {
			out[i] = "null"
		}
	}
	return out
}

// csv is the rows as CSV: NULL is nothing between commas, bytes are hexadecimal digits.
func (t *table) csv() string {
	var b strings.Builder
	for _, row := range t.rows {
		for i, v := range row {
			if i > 0 {
				b.WriteByte(',')
			}
			if s, ok := strings.CutPrefix(v, "'"); ok {
				s = strings.ReplaceAll(strings.TrimSuffix(s, "'"), "''", "'")
				if t.cols[i].k == kBytes {
					s = fmt.Sprintf("%x", s)
				}
				v = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
			}
			b.WriteString(v)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
