package plan

import (
	"slipher/catalog/types"
	"slipher/compiler/expr"
	"slipher/runtime/program"
)

// sourceKind is what plans know of a kind of source.
type sourceKind struct {
	format func(f *formatter, s *Source)
	check  func(v *validator, s *Segment) // nil: nothing beside its columns
}

// sourceKinds has a row for each kind that runtime/program declares.
var sourceKinds = [...]sourceKind{
	program.SourceScan: {formatScan, checkScan},
	program.SourceReceive: {format: func(f *formatter, s *Source) {
		f.line(2, "receive x%d %s", s.Exchange, columnsText(s.Cols))
	}},
	program.SourceTable: {func(f *formatter, s *Source) { f.line(2, "scan tbl=%d %s", s.TableID, columnsText(s.Cols)) },
		checkTable},
	program.SourceRows:   {format: func(f *formatter, s *Source) { f.line(2, "rows %s %s", s.Rows, columnsText(s.Cols)) }},
	program.SourceValues: {formatValues, checkValues},
	program.SourceText:   {format: func(f *formatter, s *Source) { f.line(2, "text %s", columnsText(s.Cols)) }},
	program.SourceLiterals: {func(f *formatter, s *Source) {
		f.line(2, "values %s: %d rows of constants", columnsText(s.Cols), len(s.Literals[0]))
	}, checkLiterals},
	program.SourceHeads: {formatHeads, checkHeads},
}

func formatScan(f *formatter, s *Source) {
	name := s.Table.Schema + "." + s.Table.Name
	if s.Table.Alias != "" && s.Table.Alias != s.Table.Name {
		name += " " + s.Table.Alias
	}
	if s.Once {
		name += " once"
	}
	if s.Headed {
		name += " headed"
	}
	f.line(2, "%s %s %s", s.Kind.Label(), name, columnsText(s.Cols))
	for _, z := range s.Zone {
		f.line(3, "zone %s %s $%d", s.Cols[z.Col].Name, z.Op, z.Param)
	}
	for _, z := range s.KeyZones {
		f.line(3, "zone %s in key %d of tbl=%d", s.Cols[z.Col].Name, z.Key, z.Table)
	}
}

// headTexts are by program.Head.
var headTexts = [...]string{"rows", "values", "min", "max"}

func formatHeads(f *formatter, s *Source) {
	formatScan(f, s)
	for i, h := range s.Heads {
		f.line(3, "%s is %s", s.Cols[i].Name, headTexts[h])
	}
}

// HeadExact reports whether heads say exactly what the least and the greatest value of a column of type t are: floats
// have values that are equal and not the same, strings are cut.
func HeadExact(t types.Type) bool { return t.Phys().IsInt() && !t.OwnOrder() }

func checkHeads(v *validator, s *Segment) {
	src := &s.Source
	if len(src.Heads) != len(src.Cols) {
		v.fail("%d heads for %d columns", len(src.Heads), len(src.Cols))
		return
	}
	for i, h := range src.Heads {
		switch t := src.Cols[i].Type; {
		case h > program.HeadMax:
			v.fail("column %d is head %d", i, h)
		case h >= program.HeadMin && !HeadExact(t):
			v.fail("extremes of %v are asked of heads", t)
		case h < program.HeadMin && t != types.TInt8:
			v.fail("a number of rows is %v", t)
		}
	}
	checkScan(v, s)
}

// ZoneText is predicate number no of a scan's zone maps.
func (q *Query) ZoneText(s *Source, no int) string {
	if no < 0 || no >= len(s.Zone) {
		return "?"
	}
	z := s.Zone[no]
	p := &printer{Params: q.Params, Style: expr.Explain}
	return s.Cols[z.Col].Name + " " + z.Op + " " + p.Text(&Expr{Kind: expr.Parameter, Param: z.Param})
}

// KeyZoneText is number no of what scans skip rows by that joins have for keys.
func (q *Query) KeyZoneText(s *Source, no int) string {
	if no < 0 || no >= len(s.KeyZones) {
		return "?"
	}
	z := &s.KeyZones[no]
	text := "join: " + s.Cols[z.Col].Name
	if z.Sieve {
		text = "runtime filter: " + s.Cols[z.Col].Name
	}
	if words := q.Tables[z.Table].Words; z.Key < len(words) {
		text += " = " + words[z.Key]
	}
	return text
}

func checkScan(v *validator, s *Segment) {
	src := &s.Source
	if src.Table == nil || len(src.ColNos) != len(src.Cols) {
		v.fail("a scan without table or with %d column numbers for %d columns", len(src.ColNos), len(src.Cols))
	}
	for _, z := range src.Zone {
		v.param(z.Param)
		if z.Col < 0 || z.Col >= len(src.Cols) {
			v.fail("zone predicate on column %d", z.Col)
		}
	}
	for _, z := range src.KeyZones {
		if z.Col < 0 || z.Col >= len(src.Cols) || z.Table < 0 || z.Table >= len(v.q.Tables) || z.Key < 0 ||
			z.Key >= len(v.q.Tables[z.Table].Keys) || !z.Fits(src.Cols[z.Col].Type, v.q.Tables[z.Table].Keys[z.Key].Type) {
			v.fail("rows are skipped by key %d of table %d on column %d", z.Key, z.Table, z.Col)
			return
		}
		v.read(s, z.Table, program.SinkHash)
	}
}

func checkTable(v *validator, s *Segment) {
	id := s.Source.TableID
	if id < 0 || id >= len(v.q.Tables) {
		v.fail("table %d does not exist", id)
		return
	}
	t := v.q.Tables[id]
	if t.Kind == program.SinkHash && !t.Marks {
		v.fail("a join table is read that has no marks")
	}
	if v.read(s, id, t.Kind); v.err == nil {
		v.same(s.Source.Cols, TableLayout(t))
	}
}

func formatValues(f *formatter, s *Source) {
	f.line(2, "values %s", columnsText(s.Cols))
	p := f.printer(nil)
	for _, row := range s.Values {
		f.line(3, "(%s)", p.List(row))
	}
}

func checkValues(v *validator, s *Segment) {
	for _, row := range s.Source.Values {
		if len(row) != len(s.Source.Cols) {
			v.fail("a row of %d values for %d columns", len(row), len(s.Source.Cols))
		}
		v.exprs(row, nil)
	}
}

func checkLiterals(v *validator, s *Segment) {
	src := &s.Source
	if len(src.Literals) != len(src.Cols) || len(src.Cols) == 0 {
		v.fail("constants of %d columns for %d", len(src.Literals), len(src.Cols))
		return
	}
	for _, l := range src.Literals {
		if len(l) != len(src.Literals[0]) {
			v.fail("columns of %d and %d constants", len(l), len(src.Literals[0]))
		}
	}
}
