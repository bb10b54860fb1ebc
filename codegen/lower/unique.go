package lower

import (
	"slipher/catalog/types"
	"slipher/codegen/subop"
	"slipher/compiler/plan"
)

// unique keeps the first row of each key that its table does not have.
func (l *lowerer) unique(u *plan.Unique) {
	t := l.q.Tables[u.Table]
	e := entryOf(t)
	slot := l.table(u.Table, e, true)
	l.out.Tables[len(l.out.Tables)-1].Kept = true
	k := l.pack(u.Keys, t, e, true)
	l.prefetch(t, k.hash, slot, false)
	l.emit(&subop.Reserve{Table: subop.Num(slot), Number: subop.Num(u.Table)})
	out := l.vec(types.I64)
	l.emit(&subop.Find{Hash: k.hash, Key: k.addr, Table: subop.Num(slot), Shape: e.key, Group: out})
	first := l.vec(types.I8)
	l.emit(&subop.First{Entry: read(out), Field: subop.Num(e.mark), First: first})
	l.keep(result{v: read(first), null: none})
}
