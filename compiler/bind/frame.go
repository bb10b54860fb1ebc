package bind

import (
	"math"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
)

// frame binds a frame. In the mode RANGE with an offset it gives the order key the type that its sums have.
func (b *binder) frame(sc *scope, s *windowSpec, order []algebra.SortKey, at parse.Pos) (algebra.Frame, error) {
	f := algebra.Frame{Mode: s.frame.Mode, Exclude: s.frame.Exclude,
		Start: algebra.Bound{Kind: s.frame.From.Kind}, End: algebra.Bound{Kind: s.frame.To.Kind}}
	ends := []frameEnd{{&s.frame.From, &f.Start, "start", "starting"},
		{&s.frame.To, &f.End, "end", "ending"}}
	if f.Mode == expr.GroupsFrame && len(order) == 0 {
		return f, b.errorAt(at, sqlerr.WindowingError, "GROUPS mode requires an ORDER BY clause")
	}
	if f.Mode != expr.RangeFrame {
		for _, e := range ends {
			if err := b.countOffset(sc, f.Mode, e); err != nil {
				return f, err
			}
		}
		return f, nil
	}
	if !f.Start.Kind.HasOffset() && !f.End.Kind.HasOffset() {
		return f, nil
	}
	if len(order) != 1 {
		return f, b.errorAt(at, sqlerr.WindowingError,
			"RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column")
	}
	reach := &reach{b: b, key: &order[0]}
	for _, e := range ends {
		if e.written.Offset == nil {
			continue
		}
		v, err := b.offset(sc, e.written.Offset, "RANGE")
		if err != nil {
			return f, err
		}
		if err := reach.add(v, e, at); err != nil {
			return f, err
		}
	}
	return f, reach.finish()
}

// frameEnd is an end of a frame, what the operations that check an offset there are called by, and messages.
type frameEnd struct {
	written  *parse.Bound
	bound    *algebra.Bound
	op, word string
}

// offset binds the offset of a bound, which is the same for all rows.
func (b *binder) offset(sc *scope, x parse.Expr, what string) (value, error) {
	in := *sc.with(what)
	v, err := b.expr(&in, x)
	if err != nil {
		return v, err
	}
	if v.expr != nil && v.expr.HasColumn() {
		return v, b.errorAt(x.At(), sqlerr.InvalidColumnReference, "argument of %s must not contain variables", what)
	}
	return v, nil
}

// countOffset binds the offset of a bound that counts rows or groups.
func (b *binder) countOffset(sc *scope, mode expr.FrameMode, end frameEnd) error {
	x := end.written
	if x.Offset == nil {
		return nil
	}
	v, err := b.offset(sc, x.Offset, mode.String())
	if err != nil {
		return err
	}
	if v.typ.Kind != types.Unknown && !v.typ.IsInteger() {
		return b.errorAt(x.Offset.At(), sqlerr.DatatypeMismatch, "argument of %v must be type bigint, not type %s", mode,
			v.typ.Name())
	}
	e, err := b.coerce(v, types.TInt8, implicit)
	if err != nil {
		return err
	}
	switch known, d := b.known(e); {
	case known && d.Null:
		return b.errorAt(x.Offset.At(), sqlerr.NullValueNotAllowed, "frame %s offset must not be null", end.word)
	case known && d.Lo < 0:
		return b.errorAt(x.Offset.At(), sqlerr.InvalidFrameOffset, "frame %s offset must not be negative", end.word)
	case !known:
		e = expr.CallOf(b.fns.Op("frame_"+end.op), types.TInt8, nil, e)
		e.Nullable = false
	}
	end.bound.Offset = e
	return nil
}

// known is the value of a constant.
func (b *binder) known(e *algebra.Expr) (bool, types.Datum) {
	switch {
	case e.Kind == expr.Constant:
		return true, e.Const
	case e.Kind == expr.Parameter && b.out.Params[e.Param].Client == 0:
		b.out.SameValue(e.Param)
		return true, b.out.Params[e.Param].Value
	}
	return false, types.Datum{}
}

// reach is the bounds of a frame in the mode RANGE, which are values of its order key.
type reach struct {
	b       *binder
	key     *algebra.SortKey
	offsets []reachOffset
}

type reachOffset struct {
	frameEnd
	v value
}

func (r *reach) add(v value, end frameEnd, at parse.Pos) error {
	t := r.key.Expr.Type
	kind, fits := reachOf(t)
	switch {
	case kind == noReach:
		return r.b.errorAt(at, sqlerr.FeatureNotSupported,
			"RANGE with offset PRECEDING/FOLLOWING is not supported for column type %s", t.Name())
	case v.typ.Kind != types.Unknown && !fits(v.typ):
		return r.b.errorAt(v.pos, sqlerr.FeatureNotSupported,
			"RANGE with offset PRECEDING/FOLLOWING is not supported for column type %s and offset type %s", t.Name(),
			v.typ.Name()).(*sqlerr.Error).WithHint("Cast the offset value to an appropriate type.")
	}
	r.offsets = append(r.offsets, reachOffset{end, v})
	return nil
}

// reachKind is how values of a key and offsets are added.
type reachKind uint8

const (
	noReach      reachKind = iota
	exactReach             // integers and decimals, in 128 bits
	floatReach             // in DOUBLE
	timeReach              // an interval to a date or timestamp
	elapsedReach           // intervals
)

// reachOf is the way for keys of type t, and which offsets fit.
func reachOf(t types.Type) (reachKind, func(types.Type) bool) {
	isInterval := func(o types.Type) bool { return o.Kind == types.Interval }
	switch t.Kind {
	case types.Int2, types.Int4, types.Int8:
		return exactReach, types.Type.IsInteger
	case types.Decimal:
		return exactReach, func(o types.Type) bool { return o.IsInteger() || o.Kind == types.Decimal }
	case types.Float4, types.Float8:
		return floatReach, types.Type.IsNumeric
	case types.Date, types.Timestamp, types.Timestamptz:
		return timeReach, isInterval
	case types.Interval, types.IntervalYM, types.IntervalDS, types.Time:
		return elapsedReach, isInterval
	}
	return noReach, nil
}

// finish gives the bounds the values that they reach to, in a type that has room for them, and the key that type.
func (r *reach) finish() error {
	b, t := r.b, r.key.Expr.Type
	kind, _ := reachOf(t)
	wide := types.TFloat8
	switch kind {
	case exactReach:
		scale := int(t.Scale)
		for _, o := range r.offsets {
			scale = max(scale, int(o.v.typ.Scale))
		}
		wide = types.TDecimal(types.MaxPrecision, scale)
	case timeReach, elapsedReach:
		wide = types.TInterval
	}
	key := r.key.Expr
	for _, o := range r.offsets {
		off, err := b.coerce(o.v, wide, implicit)
		if err != nil {
			return err
		}
		switch known, d := b.known(off); {
		case known && d.Null:
			return b.errorAt(o.v.pos, sqlerr.NullValueNotAllowed, "frame %s offset must not be null", o.word)
		case known && negative(wide, d):
			return b.errorAt(o.v.pos, sqlerr.InvalidFrameOffset, "invalid preceding or following size in window function")
		case !known && kind != exactReach && kind != floatReach:
			return b.unsupported(o.v.pos, "a RANGE offset that is not a constant")
		case !known:
			off = expr.CallOf(b.fns.Op("frame_reach_"+o.op), wide, nil, off)
			off.Nullable = false
		}
		down := (o.bound.Kind == expr.OffsetPreceding) != r.key.Desc
		if o.bound.Offset, key, err = r.reached(kind, off, wide, down, o.v.pos); err != nil {
			return err
		}
	}
	r.key.Expr = key
	return nil
}

// reached is what a bound reaches to, and the key as it is compared with that.
func (r *reach) reached(kind reachKind, off *algebra.Expr, wide types.Type, down bool, at parse.Pos) (*algebra.Expr,
	*algebra.Expr, error) {
	b, key := r.b, r.key.Expr
	op, sign := "add", "+"
	if down {
		op, sign = "sub", "-"
	}
	switch kind {
	case timeReach:
		v, err := b.operator(sign, []value{{expr: key, typ: key.Type, pos: at}, {expr: off, typ: off.Type, pos: at}}, at)
		if err != nil {
			return nil, nil, err
		}
		key, err = b.cast(key, v.typ, implicit, at)
		return v.expr, key, err
	case elapsedReach:
		key, err := b.cast(key, types.TInterval, implicit, at)
		if err != nil {
			return nil, nil, err
		}
		key, off = b.ordered(key), b.ordered(off)
		return expr.CallOf(b.fns.Op(op), key.Type, nil, key, off), key, nil
	default:
		var err error
		if key, err = b.cast(key, wide, implicit, at); err != nil {
			return nil, nil, err
		}
	}
	return expr.CallOf(b.fns.Op(op), wide, nil, key, off), key, nil
}

// negative reports whether an offset is below zero or no number.
func negative(t types.Type, d types.Datum) bool {
	switch t.Kind {
	case types.Float8:
		f := math.Float64frombits(uint64(d.Lo))
		return f < 0 || f != f
	case types.Interval:
		return 30*float64(d.Hi)*types.MicrosPerDay+float64(d.Lo) < 0
	}
	return d.Hi < 0
}
