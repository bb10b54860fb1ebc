package fn

import "slipher/catalog/types"

// compareGroup is the six comparisons over every class, and what strings need
// before one. Strings compare bytewise; operands have no trailing blanks, which
// lowering ensures with rtrim_blanks where a guard does not.
func compareGroup() Group {
	all := compared(i8, i16, i32, i64, i128, f32, f64, str)
	op := func(name, sign, negation, mirror string, c Comparison, p Pred) *Op {
		return &Op{Name: name, Shapes: all, Commutes: name == mirror, Infix: sign, Compares: c, Negation: negation,
			Mirror:        mirror,
			IgnoresBlanks: true, Emit: emitCompare(p), Doc: "x " + sign + " y."}
	}
	return Group{
		Ops: []*Op{
			op("eq", "=", "ne", "eq", Equal, EQ), op("ne", "<>", "eq", "ne", NotEqual, NE),
			op("lt", "<", "ge", "gt", Less, LT), op("le", "<=", "gt", "ge", LessOrEqual, LE),
			op("gt", ">", "le", "lt", Greater, GT), op("ge", ">=", "lt", "le", GreaterOrEqual, GE),
			{Name: "order", Shapes: []Shape{shape(i32, i32, i32), shape(i64, i64, i32), shape(str, str, i32)}, Emit: emitOrder,
				Doc: "-1, 0 or 1: x before, equal to or behind y."},
			{Name: "rtrim_blanks", Shapes: same(1, str), Emit: kernel("slp_rtrim_blanks"),
				Doc: "s without its trailing blanks, borrowing its bytes."},
		},
		Kernels: []*Kernel{
			{Name: "slp_str_eq", Args: phys(str, str), Result: i32, Pure: true,
				Doc: "Equal bytes, for strings of equal word 0."},
			{Name: "slp_str_cmp", Args: phys(str, str), Result: i32, Pure: true,
				Doc: "Less, equal or greater than 0: bytewise order."},
			{Name: "slp_rtrim_blanks", Args: phys(str), Result: str, Pure: true, Doc: "s without trailing blanks, borrowed."},
		},
		Rows: compareRows(),
	}
}

func emitCompare(p Pred) emitter {
	return func(b Builder, sh Shape, a []Value) Value {
		switch c := sh.In[0]; {
		case c == i8:
			return compareBool(b, p, a[0], a[1])
		case c.IsFloat():
			return b.FCmp(p, a[0], a[1])
		case c == str:
			return compareStr(b, p, a[0], a[1])
		}
		return b.ICmp(p, a[0], a[1])
	}
}

func emitOrder(b Builder, sh Shape, a []Value) Value {
	if sh.In[0] == str {
		return b.Call("slp_str_cmp", a...)
	}
	c := func(v int64) Value { return b.Const(i32, v) }
	return b.Select(b.ICmp(LT, a[0], a[1]), c(-1), b.Select(b.ICmp(GT, a[0], a[1]), c(1), c(0)))
}

// compareBool orders false before true, on i1.
func compareBool(b Builder, p Pred, x, y Value) Value {
	switch p {
	case EQ:
		return b.Not(b.Xor(x, y))
	case NE:
		return b.Xor(x, y)
	case LT:
		return b.And(b.Not(x), y)
	case LE:
		return b.Or(b.Not(x), y)
	case GT:
		return b.And(x, b.Not(y))
	}
	return b.Or(x, b.Not(y))
}

func compareStr(b Builder, p Pred, x, y Value) Value {
	switch p {
	case EQ:
		return strEqual(b, x, y)
	case NE:
		return b.Not(strEqual(b, x, y))
	}
	return strOrder(b, p, x, y)
}

// strEqual emits: words equal, or, for long strings of equal length and prefix,
// equal bytes.
func strEqual(b Builder, x, y Value) Value {
	x0, x1 := b.StrWords(x)
	y0, y1 := b.StrWords(y)
	same0, same1 := b.ICmp(EQ, x0, y0), b.ICmp(EQ, x1, y1)
	long := b.ICmp(UGT, b.StrLen(x), b.Const(i32, 12))
	r := b.If(all1(b, same0, long, b.Not(same1)),
		func() []Value { return []Value{b.ICmp(NE, b.Call("slp_str_eq", x, y), b.Const(i32, 0))} },
		func() []Value { return []Value{b.And(same0, same1)} })
	return r[0]
}

// strOrder emits: different prefixes decide; else the kernel does. Unused prefix
// bytes are zero, so a shorter string never orders behind by its prefix.
func strOrder(b Builder, p Pred, x, y Value) Value {
	x0, _ := b.StrWords(x)
	y0, _ := b.StrWords(y)
	px, py := bigEndianPrefix(b, x0), bigEndianPrefix(b, y0)
	unsigned := map[Pred]Pred{LT: ULT, LE: ULT, GT: UGT, GE: UGT}[p]
	r := b.If(b.ICmp(NE, px, py),
		func() []Value { return []Value{b.ICmp(unsigned, px, py)} },
		func() []Value { return []Value{b.ICmp(p, b.Call("slp_str_cmp", x, y), b.Const(i32, 0))} })
	return r[0]
}

// bigEndianPrefix is the first four bytes of a string as an unsigned number: the
// shifts are LLVM's idiom for a byte swap.
func bigEndianPrefix(b Builder, w0 Value) Value {
	v := b.Trunc(b.LShr(w0, b.Const(i64, 32)), i32)
	at := func(mask, sh int64) Value { return b.And(b.LShr(v, b.Const(i32, sh)), b.Const(i32, mask)) }
	r := b.Shl(v, b.Const(i32, 24))
	r = b.Or(r, b.Shl(b.And(v, b.Const(i32, 0xff00)), b.Const(i32, 8)))
	r = b.Or(r, at(0xff00, 8))
	return b.Or(r, b.LShr(v, b.Const(i32, 24)))
}

// ownName is what an operation by the order of t's values is called: of its own where the type has an order of its own.
func ownName(t types.Type, op string) string {
	if t.OwnOrder() {
		return t.OrderName() + "_" + op
	}
	return op
}

// Ordered is the op of that name by the order of t's values: greatest, least.
func (t *Table) Ordered(typ types.Type, op string) *Op { return t.Op(ownName(typ, op)) }

// KeyOf is the op that gives the keys of values of a type with an order of its own.
func (t *Table) KeyOf(typ types.Type) *Op { return t.Op(ownName(typ, "key")) }

// comparisons are the six operators and their ops.
var comparisons = []struct {
	name, op string
	pred     Pred
}{{"=", "eq", EQ}, {"<>", "ne", NE}, {"<", "lt", LT}, {"<=", "le", LE}, {">", "gt", GT}, {">=", "ge", GE}}

const orderDoc = "-1, 0 or 1, as the first is less than, equal to or greater than the second."

// compareRows are the six operators, over any two types that have a common one.
func compareRows() []*Row {
	var rows []*Row
	for _, c := range comparisons {
		rows = append(rows, &Row{
			Name: c.name, Args: []Param{{Class: AnyType}, {Class: AnyType}},
			Ret: func(args []types.Type, consts []*types.Datum) (Bound, error) {
				t, ok := ComparisonType(args[0], args[1], consts[0], consts[1])
				if !ok || !t.IsComparable() {
					return Bound{}, errNoMatch
				}
				op := c.op
				if t.PartialOrder() && c.pred != EQ && c.pred != NE {
					op = ownName(t, op)
				}
				return Bound{Op: opRef(op), Args: []types.Type{t, t}, Ret: types.TBool, Keyed: t.OwnOrder()}, nil
			},
			Doc: "Comparison. NULL if an operand is; trailing blanks of strings do not count.",
		})
	}
	I, D, S, T := types.TInt4, types.TDate, types.TTimestamp, types.TText
	return append(rows,
		row("date_cmp", "order", I, orderDoc, D, D), row("date_cmp_timestamp", "order", I, orderDoc, S, S),
		row("timestamp_cmp", "order", I, orderDoc, S, S), row("timestamp_cmp_date", "order", I, orderDoc, S, S),
		row("bpcharcmp", "order", I, orderDoc, T, T), row("bttext_pattern_cmp", "order", I, orderDoc, T, T))
}
