package lower

import (
	"slipher/catalog/types"
	"slipher/codegen/subop"
	"slipher/compiler/plan"
)

// sieve keeps the rows whose keys the table may have on some node.
func (l *lowerer) sieve(s *plan.Sieve) {
	t := l.q.Tables[s.Table]
	slot := l.table(s.Table, entryOf(t), false)
	l.out.Tables[len(l.out.Tables)-1].Sieve = true
	k := l.keys(s.Keys, t)
	hit := l.vec(types.I8)
	l.emit(&subop.Sieve{Hash: l.hash(k.hashed, subop.TableSeed), Null: k.null, Table: subop.Num(slot), Found: hit})
	l.keep(result{v: read(hit), null: none})
}
