package plan

import (
	"slices"

	"slipher/catalog/types"
	"slipher/runtime/program"
)

// JoinKind is the kind of a hash join, seen from the probe side.
type JoinKind uint8

const (
	InnerJoin JoinKind = iota
	LeftJoin           // unmatched probe rows come with NULL payload
	FullJoin           // likewise, and the entries that are found are marked
	RightJoin          // probe rows that have a match, with it, and the entries that are found are marked
	SemiJoin           // probe rows that have a match, once
	AntiJoin           // probe rows that have none
	MarkJoin           // all probe rows, and whether they have one as a column
	FindJoin           // none: the entries that are found are marked
)

var joinWords = [...]string{InnerJoin: "", LeftJoin: " left", FullJoin: " full", RightJoin: " right", SemiJoin: " semi",
	AntiJoin: " anti", MarkJoin: " mark", FindJoin: " find"}

// MarksEntries reports whether the table's entries remember that they were found.
func (k JoinKind) MarksEntries() bool { return k == FullJoin || k == RightJoin || k == FindJoin }

// Drops reports whether a probe row that finds nothing changes nothing: it need not come to the join.
func (k JoinKind) Drops() bool {
	return k == InnerJoin || k == RightJoin || k == SemiJoin || k == FindJoin
}

// Pads reports whether probe rows without a match go on, with NULLs in place of the payload.
func (k JoinKind) Pads() bool { return k == LeftJoin || k == FullJoin }

// LeftOnly reports whether the join yields each probe row at most once, without payload.
func (k JoinKind) LeftOnly() bool { return k >= SemiJoin }

// HashJoin probes table Table with Keys; equal keys (NULL equals nothing) give
// pairs. Layout: the probe side's columns, then the table's payload. Residual
// sees that layout and decides whether a pair matches.
type HashJoin struct {
	Table    int
	Kind     JoinKind
	Keys     []*Expr
	Residual *Expr
	// Unknown, of a mark join: a row is marked NULL if no pair matches and it is not known whether some pair does.
	Unknown bool
}

func (*HashJoin) Label() string                    { return "hjoin" }
func (j *HashJoin) Accept(v Steps)                 { v.HashJoin(j) }
func (*HashJoin) stays() bool                      { return true }
func (j *HashJoin) reads(v *validator, s *Segment) { v.read(s, j.Table, program.SinkHash) }
func (j *HashJoin) pair(q *Query, in []Column) []Column {
	return slices.Concat(in, q.Tables[j.Table].Payload)
}

// Layout is that of the pairs, or of the probe side where only it goes on.
func (j *HashJoin) Layout(q *Query, in []Column) []Column {
	switch {
	case j.Kind == MarkJoin:
		return append(in[:len(in):len(in)], Column{Name: "mark", Type: types.TBool, Nullable: j.Unknown})
	case j.Kind.LeftOnly():
		return in
	}
	out := j.pair(q, in)
	for i := len(in); i < len(out); i++ {
		out[i].Nullable = out[i].Nullable || j.Kind.Pads()
	}
	return out
}

func (j *HashJoin) format(f *formatter, in []Column) {
	f.line(2, "hjoin tbl=%d%s on (%s)", j.Table, joinWords[j.Kind], f.printer(in).List(j.Keys))
	if j.Residual != nil {
		f.line(3, "residual %s", f.printer(j.pair(f.q, in)).Text(j.Residual))
	}
}

func (j *HashJoin) check(v *validator, in []Column) {
	t := v.q.Tables[j.Table]
	if j.Kind.MarksEntries() && !t.Marks {
		v.fail("a join of kind %d with a table whose entries have no marks", j.Kind)
	}
	if v.probeKeys(j.Keys, j.Table, in); v.err == nil && j.Residual != nil {
		v.bools([]*Expr{j.Residual}, j.pair(v.q, in))
	}
}

// probeKeys checks keys by which rows look into a join table.
func (v *validator) probeKeys(keys []*Expr, table int, in []Column) {
	t := v.q.Tables[table]
	v.exprs(keys, in)
	if len(keys) != len(t.Keys) || len(keys) == 0 {
		v.fail("%d keys for a table of %d", len(keys), len(t.Keys))
		return
	}
	for i, k := range keys {
		if k.Type.Phys() != t.Keys[i].Type.Phys() || k.Type.Scale != t.Keys[i].Type.Scale {
			v.fail("key %d is %v, the table's %v", i, k.Type, t.Keys[i].Type)
		}
	}
}
