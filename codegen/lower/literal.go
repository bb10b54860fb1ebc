package lower

import (
	"fmt"
	"strings"

	"slipher/catalog/types"
	"slipher/codegen/subop"
	"slipher/compiler/plan"
	"slipher/runtime/program"
)

func (l *lowerer) param(e *plan.Expr) result {
	p := l.q.Params[e.Param]
	r := result{v: l.paramSlot(e.Param, asGiven), null: none, at: l.dom.at, bits: typeBits(e.Type)}
	if p.Client == 0 {
		if p.Value.Null {
			return l.nullResult(e.Type)
		}
		if e.Type.Phys().IsInt() {
			r.bits = min(r.bits, literalBits(p.Value))
		}
		return r
	}
	if e.Nullable {
		r.null = l.logicOp("copy", types.I8, subop.Operand{Mode: subop.Par, P: types.I8, Off: r.v.Off + 16})
	}
	return r
}

// literalBits is what bounds a literal in programs: programs serve all literals of the same or fewer bits.
func literalBits(d types.Datum) int { return quantise(valueBits(d)) }

// Serves reports whether programs made with the parameters made are right with the values of now, whose types are the
// same.
func Serves(made, now []plan.Param) bool {
	for i := range made {
		m, n := &made[i], &now[i]
		if m.Client != 0 || m.IsList || m.Value.Null || !m.Type.Phys().IsInt() {
			continue
		}
		if valueBits(n.Value) > literalBits(m.Value) {
			return false
		}
	}
	return true
}

// paramSlot is where parameter i stands: 16 bytes of value, then its null byte.
func (l *lowerer) paramSlot(i int, form paramForm) subop.Operand {
	k := paramKey{i, form}
	if o, ok := l.params[k]; ok {
		return o
	}
	p := l.q.Params[i]
	off := l.word(fmt.Sprintf("$%d", i), 32)
	l.out.Params = append(l.out.Params, program.ParamSlot{Param: i, Slot: off, Null: off + 16, Phys: p.Type.Phys(),
		IsList: p.IsList, Trim: form == trimmed, Limit: form == asLimit})
	o := subop.Operand{Mode: subop.Par, P: p.Type.Phys(), Off: off}
	l.params[k] = o
	return o
}

func (l *lowerer) constant(e *plan.Expr) result {
	if e.Const.Null {
		return l.nullResult(e.Type)
	}
	r := result{v: l.constSlot(e.Type.Phys(), e.Const), null: none, at: l.dom.at, bits: typeBits(e.Type)}
	if e.Type.Phys().IsInt() {
		r.bits = valueBits(e.Const)
	}
	if e.Type.Phys() == types.Str {
		r.noBlanks = !strings.HasSuffix(e.Const.S, " ")
	}
	return r
}

func (l *lowerer) constSlot(p types.Phys, d types.Datum) subop.Operand {
	k := fmt.Sprintf("%d %d %d %q", p, d.Hi, d.Lo, d.S)
	if o, ok := l.consts[k]; ok {
		return o
	}
	off := l.word("const", 16)
	l.out.Consts = append(l.out.Consts, program.ConstSlot{Slot: off, Phys: p, V: d})
	o := subop.Operand{Mode: subop.Par, P: p, Off: off}
	l.consts[k] = o
	return o
}

// nullResult is the NULL of a type.
func (l *lowerer) nullResult(t types.Type) result {
	one := l.constSlot(types.I8, types.Int(1))
	return result{v: l.constSlot(t.Phys(), types.Datum{}), null: l.logicOp("copy", types.I8, one), at: l.dom.at, bits: 0,
		noBlanks: true}
}
