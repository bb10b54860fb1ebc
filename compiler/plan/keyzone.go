package plan

import (
	"slipher/catalog/types"
	"slipher/compiler/expr"
	"slipher/runtime/program"
)

// Fits reports whether values of a column and of a key compare as the strings they are, or as the integers that they
// are stored as.
func (KeyZone) Fits(col, key types.Type) bool {
	if types.SameStrings(col, key) {
		return true
	}
	word := func(t types.Type) bool { return t.Phys().IsInt() && t.Phys() != types.I128 }
	if !word(col) || !word(key) {
		return false
	}
	if whole := func(t types.Type) bool { return t.IsInteger() || t.Kind == types.Decimal }; whole(col) && whole(key) {
		return col.Scale == key.Scale
	}
	return col.Kind == key.Kind
}

// FindKeyZones are the joins and sieves of a scan's segment whose tables say which rows go no further: inner and semi
// joins, and those that only mark, by a column of the scan.
func (q *Query) FindKeyZones(s *Segment) []KeyZone {
	if s.Source.Kind != program.SourceScan {
		return nil
	}
	var out []KeyZone
	for _, st := range s.Straight() {
		switch st := st.(type) {
		case *Sieve:
			out = append(out, q.keyZones(s, st.Keys, KeyZone{Table: st.Table, Sieve: true})...)
		case *HashJoin:
			if st.Kind.Drops() {
				out = append(out, q.keyZones(s, st.Keys, KeyZone{Table: st.Table})...)
			}
			if st.Kind.MarksEntries() {
				return out // its marks are of all rows that come to it
			}
		}
	}
	return out
}

// keyZones are like for those of keys, which rows look for, that are columns of the scan.
func (q *Query) keyZones(s *Segment, keys []*Expr, like KeyZone) []KeyZone {
	var out []KeyZone
	for i, k := range keys {
		for k.Kind == expr.Call && k.Op.KeepsHash && !k.Op.MayFail && (KeyZone{}).Fits(k.Args[0].Type, k.Type) {
			k = k.Args[0]
		}
		if k.Kind != expr.Column || int(k.Col) >= len(s.Source.Cols) {
			continue
		}
		z := like
		z.Col, z.Key = int(k.Col), i
		if z.Fits(s.Source.Cols[z.Col].Type, q.Tables[z.Table].Keys[i].Type) {
			out = append(out, z)
		}
	}
	return out
}
