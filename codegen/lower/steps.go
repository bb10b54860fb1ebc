package lower

import (
	"fmt"
	"math"

	"slipher/catalog/types"
	"slipher/codegen/subop"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
	"slipher/runtime/program"
)

// steps lowers each kind of step.
type steps struct{ l *lowerer }

func (s steps) Filter(f *plan.Filter) {
	for _, p := range f.Preds {
		s.l.filter(p)
	}
}

func (s steps) Project(p *plan.Project)   { s.l.project(p) }
func (s steps) Limit(st *plan.Limit)      { s.l.limit(st) }
func (s steps) HashJoin(j *plan.HashJoin) { s.l.hashJoin(j) }
func (s steps) Sieve(v *plan.Sieve)       { s.l.sieve(v) }
func (s steps) Unique(u *plan.Unique)     { s.l.unique(u) }
func (s steps) Expand(x *plan.Expand)     { s.l.expand(x) }

func (l *lowerer) filter(p *plan.Expr) {
	if p.Kind == expr.And {
		for _, a := range p.Args {
			l.filter(a)
		}
		return
	}
	l.keep(l.expr(p))
}

// keep narrows the domain to rows where r is true.
func (l *lowerer) keep(r result) {
	if r.null.Mode != subop.None {
		r.v = l.spread(r.v)
	}
	d := l.newSelection()
	l.emit(&subop.Filter{Predicate: r.v, Null: r.null, Kept: subop.Keep(d.Domain)})
	l.enter(d)
}

func (l *lowerer) project(p *plan.Project) {
	cols := make([]column, len(p.Exprs))
	for i, e := range p.Exprs {
		cols[i].typ = e.Type
		if e.Kind == expr.Column {
			// Not fetched yet: whoever reads it first decides where.
			cols[i] = l.forward(int(e.Col), e.Type)
			continue
		}
		l.outCol = i + 1
		cols[i].res = l.expr(e)
	}
	l.outCol = 0
	l.cols = cols
	l.cache = map[cacheKey]result{}
}

// forward passes a column on, fetched or not; both names share one fetch.
func (l *lowerer) forward(i int, t types.Type) column {
	c := &l.cols[i]
	if c.fetch == nil {
		return column{typ: t, res: c.res}
	}
	f := c.fetch
	var got *result
	once := func() result {
		if got == nil {
			r := f()
			got = &r
		}
		return *got
	}
	c.fetch = once
	return column{typ: t, fetch: once}
}

func (l *lowerer) limit(st *plan.Limit) {
	param := func(i int, form paramForm, none int64) subop.Operand {
		if i < 0 {
			return l.constSlot(types.I64, types.Int(none))
		}
		return l.paramSlot(i, form)
	}
	ctr := l.counter()
	d := l.newSelection()
	met := l.word("met", 8)
	l.emit(&subop.Limit{Counter: subop.Num(ctr), Count: param(st.Count, asLimit, math.MaxInt64),
		Offset: param(st.Offset, asGiven, 0),
		Kept:   subop.Keep(d.Domain), Met: subop.Num(met)})
	l.enough[len(l.enough)-1] = met
	l.enter(d)
}

func (l *lowerer) counter() int64 {
	s := l.word("counter", 8)
	l.out.Counters = append(l.out.Counters, s)
	return s
}

// table is the slot of a table's address.
func (l *lowerer) table(id int, e *entry, writes bool) int64 {
	s := l.word(fmt.Sprintf("tbl%d", id), 8)
	l.out.Tables = append(l.out.Tables, program.TableSlot{Table: id, Slot: s, Shape: e.shape, Writes: writes})
	return s
}

// packed is a key ready for a table: its hash, its address, where it is NULL.
type packed struct {
	hash, addr, null subop.Operand
}

// keys are a row's keys as a table compares them.
type keys struct {
	all, hashed []result
	null        subop.Operand // where one of them is NULL
}

func (l *lowerer) keys(es []*plan.Expr, t *plan.Table) keys {
	rs := make([]result, len(es))
	null := none
	for i, k := range es {
		rs[i] = l.trim(k, l.expr(k))
		rs[i].v = l.spread(l.widen(rs[i], l.keyClass(rs[i], t.Keys[i].Type.Phys())))
		if rs[i].v.P.IsFloat() {
			rs[i].v = l.logicOp("canonical_float", rs[i].v.P, rs[i].v)
		}
		null = l.orNull(null, rs[i].null)
	}
	hashed := rs
	if t.Hashed != nil {
		hashed = make([]result, len(t.Hashed))
		for i, at := range t.Hashed {
			hashed[i] = rs[at]
		}
	}
	return keys{all: rs, hashed: hashed, null: null}
}

// pack writes the keys of each row side by side into a buffer. nullsEqual:
// NULLs are values of their own (grouping); otherwise null says where a key is NULL.
func (l *lowerer) pack(es []*plan.Expr, t *plan.Table, e *entry, nullsEqual bool) packed {
	k := l.keys(es, t)
	rs, null := k.all, k.null
	h := l.hash(k.hashed, subop.TableSeed)
	buf := l.slot("key", int64(e.keyStride)*l.rows)
	at := l.vec(types.I64)
	l.emit(&subop.RowAddress{Buffer: subop.Num(buf), KeySize: subop.Num(e.keyStride), Keys: at})
	addr := read(at)
	for i, r := range rs {
		if r.v.P == types.Str || r.v.P == types.I128 || r.v.P.IsFloat() {
			l.emit(&subop.Put{Entry: addr, Value: r.v, Null: r.null, Field: subop.Num(e.keyOff[i])})
		} else {
			l.emit(&subop.PutInt{Entry: addr, Value: r.v, Null: r.null, Field: subop.Num(e.keyOff[i])})
		}
		if n := e.keyNull[i]; nullsEqual && n >= 0 && r.null.Mode != subop.None {
			l.emit(&subop.PutWord{Entry: addr, Flag: r.null, Field: subop.Num(n)})
		}
	}
	return packed{hash: h, addr: addr, null: null}
}

// keyClass is the class a key is packed in: the table's for wide ones.
func (l *lowerer) keyClass(r result, table types.Phys) types.Phys {
	if table == types.I128 {
		return table
	}
	return r.v.P
}

func (l *lowerer) hash(rs []result, seed int64) subop.Operand {
	so := none
	for _, r := range rs {
		out := l.vec(types.I64)
		l.emit(&subop.Hash{Value: l.spread(r.v), Null: r.null, SoFar: so, Seed: subop.Num(seed), Hash: out})
		so = read(out)
	}
	return so
}

func (l *lowerer) prefetch(t *plan.Table, h subop.Operand, slot int64, join bool) {
	if t.EstRows >= l.opt.PrefetchRows {
		p := subop.Prefetch{Hash: h, Table: subop.Num(slot)}
		if join {
			p.Join = subop.Optional(1)
		}
		l.emit(&p)
	}
}
