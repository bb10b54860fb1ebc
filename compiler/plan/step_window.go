package plan

import (
	"fmt"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/runtime/program"
)

// Steps of window functions stand directly behind the source, which reads a sort table, and see all of its rows. Each
// adds columns to the layout. A place is a row's number, BIGINT, in the order of the table's part; fields are columns
// of the source, read at other rows than the current one.

// window is what these steps have in common.
type window struct{}

func (window) Label() string              { return "window" }
func (window) stays() bool                { return false }
func (window) reads(*validator, *Segment) {}

func placeColumn(name string, nullable bool) Column {
	return Column{Name: name, Type: types.TInt8, Nullable: nullable}
}

// WindowRow adds the row's place.
type WindowRow struct{ window }

func (*WindowRow) Accept(v Steps) { v.WindowRow() }

func (*WindowRow) Layout(_ *Query, in []Column) []Column {
	return append(in[:len(in):len(in)], placeColumn("row", false))
}

func (*WindowRow) format(f *formatter, _ []Column) { f.line(2, "window row") }
func (*WindowRow) check(*validator, []Column)      {}

// WindowRun adds of the run of rows that agree with the row in the first Keys keys of the order: the places where it
// begins and ends, its number among all, and among those of the run that begins at the column Within (-1: none).
type WindowRun struct {
	window
	Keys   int
	Within Position
}

func (s *WindowRun) Accept(v Steps) { v.WindowRun(s) }

func (s *WindowRun) Layout(_ *Query, in []Column) []Column {
	return append(in[:len(in):len(in)], placeColumn("begin", false), placeColumn("end", false),
		placeColumn("number", false), placeColumn("dense", false))
}

func (s *WindowRun) format(f *formatter, in []Column) {
	within := ""
	if s.Within >= 0 {
		within = " within " + in[s.Within].Name
	}
	f.line(2, "window run by %d%s", s.Keys, within)
}

func (s *WindowRun) check(v *validator, in []Column) {
	if s.Within >= Position(len(in)) {
		v.fail("a run within column %d of %d", s.Within, len(in))
	}
}

// WindowAt adds the field's value in the row at a place; NULL where the place is.
type WindowAt struct {
	window
	Field Position
	Place *Expr
}

func (s *WindowAt) Accept(v Steps) { v.WindowAt(s) }

func (s *WindowAt) Layout(_ *Query, in []Column) []Column {
	c := in[s.Field]
	c.Nullable = c.Nullable || s.Place.Nullable
	return append(in[:len(in):len(in)], c)
}

func (s *WindowAt) format(f *formatter, in []Column) {
	f.line(2, "window %s at %s", in[s.Field].Name, f.printer(in).Text(s.Place))
}

func (s *WindowAt) check(v *validator, in []Column) {
	v.field(s.Field, in)
	v.places(in, s.Place)
}

// WindowRank adds how many rows in front of a place have a value in the field.
type WindowRank struct {
	window
	Field Position
	Place *Expr
}

func (s *WindowRank) Accept(v Steps) { v.WindowRank(s) }

func (s *WindowRank) Layout(_ *Query, in []Column) []Column {
	return append(in[:len(in):len(in)], placeColumn("rank", false))
}

func (s *WindowRank) format(f *formatter, in []Column) {
	f.line(2, "window rank of %s at %s", in[s.Field].Name, f.printer(in).Text(s.Place))
}

func (s *WindowRank) check(v *validator, in []Column) {
	v.field(s.Field, in)
	v.places(in, s.Place)
	if !in[s.Field].Nullable {
		v.fail("values of %s are counted that is never NULL", in[s.Field].Name)
	}
}

// WindowCounted adds the place, in a range, of the row that has a value in the field and Rank such in front of it,
// NULL if there is none.
type WindowCounted struct {
	window
	Field          Position
	From, To, Rank *Expr
}

func (s *WindowCounted) Accept(v Steps) { v.WindowCounted(s) }

func (s *WindowCounted) Layout(_ *Query, in []Column) []Column {
	return append(in[:len(in):len(in)], placeColumn("place", true))
}

func (s *WindowCounted) format(f *formatter, in []Column) {
	p := f.printer(in)
	f.line(2, "window %s of rank %s in %s to %s", in[s.Field].Name, p.Text(s.Rank), p.Text(s.From), p.Text(s.To))
}

func (s *WindowCounted) check(v *validator, in []Column) {
	v.field(s.Field, in)
	v.places(in, s.From, s.To, s.Rank)
}

// WindowReach adds the place, in a range, of the first row that does not stand in front of a value of order key Key,
// which its row has in common with the row in the keys in front of that. Rows with the value itself do stand there if
// Behind.
type WindowReach struct {
	window
	Key      int
	Order    SortKey // Expr: the value
	Behind   bool
	From, To *Expr
}

func (s *WindowReach) Accept(v Steps) { v.WindowReach(s) }

func (s *WindowReach) Layout(_ *Query, in []Column) []Column {
	return append(in[:len(in):len(in)], placeColumn("reach", false))
}

func (s *WindowReach) format(f *formatter, in []Column) {
	p := f.printer(in)
	behind := ""
	if s.Behind {
		behind = "behind "
	}
	f.line(2, "window reach %s%s of key %d in %s to %s", behind, p.OrderText([]SortKey{s.Order}), s.Key, p.Text(s.From),
		p.Text(s.To))
}

func (s *WindowReach) check(v *validator, in []Column) {
	v.expr(s.Order.Expr, in)
	v.places(in, s.From, s.To)
}

// WindowRunAt adds the place where the run of a number begins, of those by the first Keys keys; of numbers beyond the
// last run the end of all rows.
type WindowRunAt struct {
	window
	Keys   int
	Number *Expr
}

func (s *WindowRunAt) Accept(v Steps) { v.WindowRunAt(s) }

func (s *WindowRunAt) Layout(_ *Query, in []Column) []Column {
	return append(in[:len(in):len(in)], placeColumn("run", false))
}

func (s *WindowRunAt) format(f *formatter, in []Column) {
	f.line(2, "window run %s by %d", f.printer(in).Text(s.Number), s.Keys)
}

func (s *WindowRunAt) check(v *validator, in []Column) { v.places(in, s.Number) }

// WindowValue adds an expression over the layout.
type WindowValue struct {
	window
	Expr *Expr
}

func (s *WindowValue) Accept(v Steps) { v.WindowValue(s) }

func (s *WindowValue) Layout(_ *Query, in []Column) []Column {
	return append(in[:len(in):len(in)], Column{Name: "value", Type: s.Expr.Type, Nullable: s.Expr.Nullable})
}

func (s *WindowValue) format(f *formatter, in []Column) {
	f.line(2, "window value %s", f.printer(in).Text(s.Expr))
}

func (s *WindowValue) check(v *validator, in []Column) { v.expr(s.Expr, in) }

// WindowCarry adds the value that an expression has in the last row, the row itself included, for which New is true. It
// is for the first row of all.
type WindowCarry struct {
	window
	New, Value *Expr
}

func (s *WindowCarry) Accept(v Steps) { v.WindowCarry(s) }

func (s *WindowCarry) Layout(_ *Query, in []Column) []Column {
	return append(in[:len(in):len(in)], Column{Name: "carried", Type: s.Value.Type, Nullable: s.Value.Nullable})
}

func (s *WindowCarry) format(f *formatter, in []Column) {
	p := f.printer(in)
	f.line(2, "window carry %s of %s", p.Text(s.Value), p.Text(s.New))
}

func (s *WindowCarry) check(v *validator, in []Column) {
	v.expr(s.Value, in)
	v.bools([]*Expr{s.New}, in)
}

// FrameWay says how frames lie to each other.
type FrameWay uint8

const (
	FrameGrows FrameWay = iota // those of a partition begin together, and the end only moves forward
	FrameMoves                 // both ends only move forward
	FrameAny
)

var wayWords = [...]string{"grow", "move", "any"}

// WindowFold adds the state of an accumulator over the field's values in ranges of rows: one, or three (FrameAny).
type WindowFold struct {
	window
	Fn     *fn.Accumulator
	Field  Position
	Way    FrameWay
	Ranges []PlaceRange
}

// PlaceRange is the rows from a place on to another, which is not one of them.
type PlaceRange struct{ From, To *Expr }

func (s *WindowFold) Accept(v Steps) { v.WindowFold(s) }

func (s *WindowFold) Layout(_ *Query, in []Column) []Column {
	return append(in[:len(in):len(in)], Column{Name: s.Fn.Name, Type: s.Fn.Type(in[s.Field].Type),
		Nullable: !s.Fn.NeverNull})
}

func (s *WindowFold) format(f *formatter, in []Column) {
	p := f.printer(in)
	text := ""
	for _, r := range s.Ranges {
		text += fmt.Sprintf(" %s to %s", p.Text(r.From), p.Text(r.To))
	}
	f.line(2, "window %s %s(%s) in%s", wayWords[s.Way], s.Fn.Name, in[s.Field].Name, text)
}

func (s *WindowFold) check(v *validator, in []Column) {
	v.field(s.Field, in)
	if len(s.Ranges) != 1 && (s.Way != FrameAny || len(s.Ranges) != 3) || s.Way == FrameMoves && s.Fn.Undo == nil {
		v.fail("%s over %d ranges that %s", s.Fn.Name, len(s.Ranges), wayWords[s.Way])
	}
	for _, r := range s.Ranges {
		v.places(in, r.From, r.To)
	}
}

// field checks a column of the source.
func (v *validator) field(at Position, in []Column) {
	if at < 0 || int(at) >= len(in) {
		v.fail("field %d of %d columns", at, len(in))
	}
}

// places checks expressions that are places.
func (v *validator) places(in []Column, es ...*Expr) {
	for _, e := range es {
		if v.expr(e, in); e.Type.Phys() != types.I64 {
			v.fail("a place of type %v", e.Type)
		}
	}
}

// IsWindow reports whether a step is one of a window function.
func IsWindow(s Step) bool { _, ok := s.(interface{ isWindow() }); return ok }

func (window) isWindow() {}

// windows checks that the steps of window functions see all rows of a sort table.
func (v *validator) windows(s *Segment) {
	only := s.Source.Kind == program.SourceTable && v.q.Tables[s.Source.TableID].Kind == program.SinkSort
	for i, st := range s.Steps {
		v.at = fmt.Sprintf("segment %d step %d: ", s.ID, i)
		if IsWindow(st) && !only {
			v.fail("a window without all rows of a sort table")
		}
		only = only && IsWindow(st)
	}
}
