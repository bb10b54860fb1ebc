package parse

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"slipher/compiler/expr"
)

// WindowDef is what stands behind OVER, or an item of the WINDOW clause.
type WindowDef struct {
	Pos
	Name string // of an item of WINDOW
	// Ref is the window that this one is built on; with Bare, OVER ref, the one that it is.
	Ref         string
	Bare        bool
	PartitionBy []Expr
	OrderBy     []OrderItem
	Frame       Frame
}

// Bound is one end of a frame.
type Bound struct {
	Kind   expr.BoundKind
	Offset Expr // of the kinds with an offset
}

// Frame is the rows of a partition that a function sees. Without a clause it ends with the current row's peers.
type Frame struct {
	Written  bool
	Mode     expr.FrameMode
	From, To Bound
	Exclude  expr.Exclusion
}

// PostgreSQL's FRAMEOPTION_ bits, as far as they are looked at.
const (
	frameWritten      = 0x1
	frameRows         = 0x4
	frameGroups       = 0x8
	excludeCurrentBit = 0x8000
	excludeGroupBit   = 0x10000
	excludeTiesBit    = 0x20000
)

var (
	startBits = map[int32]expr.BoundKind{0x20: expr.UnboundedPreceding, 0x80: expr.UnboundedFollowing,
		0x200: expr.CurrentRow, 0x800: expr.OffsetPreceding, 0x2000: expr.OffsetFollowing}
	endBits = map[int32]expr.BoundKind{0x40: expr.UnboundedPreceding, 0x100: expr.UnboundedFollowing,
		0x400: expr.CurrentRow, 0x1000: expr.OffsetPreceding, 0x4000: expr.OffsetFollowing}
)

// over converts OVER; nil for none.
func (c *converter) over(w *pg.WindowDef) (*WindowDef, error) {
	if w == nil {
		return nil, nil
	}
	d, err := c.windowDef(w)
	if err == nil && d.Name != "" { // OVER name
		d.Ref, d.Name, d.Bare = d.Name, "", true
	}
	return d, err
}

func (c *converter) windowDef(w *pg.WindowDef) (*WindowDef, error) {
	d := &WindowDef{Pos: c.pos(w.Location), Name: foldIdent(w.Name), Ref: foldIdent(w.Refname)}
	var err error
	if d.PartitionBy, err = c.exprs(w.PartitionClause); err != nil {
		return nil, err
	}
	if d.OrderBy, err = c.orderItems(w.OrderClause); err != nil {
		return nil, err
	}
	d.Frame, err = c.frame(w)
	return d, err
}

func (c *converter) frame(w *pg.WindowDef) (Frame, error) {
	f := Frame{Written: w.FrameOptions&frameWritten != 0}
	switch {
	case w.FrameOptions&frameRows != 0:
		f.Mode = expr.RowsFrame
	case w.FrameOptions&frameGroups != 0:
		f.Mode = expr.GroupsFrame
	}
	switch {
	case w.FrameOptions&excludeCurrentBit != 0:
		f.Exclude = expr.ExcludeCurrent
	case w.FrameOptions&excludeGroupBit != 0:
		f.Exclude = expr.ExcludeGroup
	case w.FrameOptions&excludeTiesBit != 0:
		f.Exclude = expr.ExcludeTies
	}
	for bit, kind := range startBits {
		if w.FrameOptions&bit != 0 {
			f.From.Kind = kind
		}
	}
	for bit, kind := range endBits {
		if w.FrameOptions&bit != 0 {
			f.To.Kind = kind
		}
	}
	var err error
	if f.From.Offset, err = c.optional(w.StartOffset); err != nil {
		return f, err
	}
	f.To.Offset, err = c.optional(w.EndOffset)
	return f, err
}

// windows converts the WINDOW clause, and takes QUALIFY's condition, which stands there, out of it.
func (c *converter) windows(q *Query, n *pg.SelectStmt) error {
	for _, x := range n.WindowClause {
		w := x.GetWindowDef()
		if w.Name == qualifyMarker && c.m.inserted(int(w.Location)) {
			if len(w.PartitionClause) != 1 {
				return c.fail(c.pos(w.Location), "QUALIFY takes one condition")
			}
			var err error
			if q.Qualify, err = c.expr(w.PartitionClause[0]); err != nil {
				return err
			}
			continue
		}
		d, err := c.windowDef(w)
		if err != nil {
			return err
		}
		q.Windows = append(q.Windows, d)
	}
	return nil
}
