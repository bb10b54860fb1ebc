package lower

import (
	"slipher/catalog/types"
	"slipher/codegen/subop"
	"slipher/compiler/plan"
)

// expand yields rows as often as a count says: positions of its own, as a probe's, and the copies' numbers.
func (l *lowerer) expand(x *plan.Expand) {
	n, null := l.vector(l.expr(x.Count), types.I64)
	cursor, more := l.word("expand.cursor", 16), l.word("expand.more", 8)
	pos, number := l.vec(types.I32), l.vec(types.I64)
	p := read(pos)
	after := l.newPositions(&p)
	l.emitIn(&subop.Expand{Count: n, Null: null, Cursor: subop.Num(cursor),
		More: subop.Num(more), Copies: subop.Num(after.count), Row: pos, Number: number}, l.dom.Domain, more)
	l.enter(domain{Domain: subop.Domain{Count: after.count}, at: after})
	l.cols = append(l.cols, column{typ: types.TInt8, res: result{v: read(number), null: none, at: after,
		bits: typeBits(types.TInt8)}})
}
