package expr

// FrameMode is what the bounds of a window's frame count.
type FrameMode uint8

// The modes: values of the one order key, rows, groups of peers.
const (
	RangeFrame FrameMode = iota
	RowsFrame
	GroupsFrame
)

func (m FrameMode) String() string { return [...]string{"RANGE", "ROWS", "GROUPS"}[m] }

// BoundKind says where a frame begins or ends.
type BoundKind uint8

// The bounds, in their order.
const (
	UnboundedPreceding BoundKind = iota
	OffsetPreceding
	CurrentRow
	OffsetFollowing
	UnboundedFollowing
)

// HasOffset reports whether a number, or an interval, belongs to the bound.
func (k BoundKind) HasOffset() bool { return k == OffsetPreceding || k == OffsetFollowing }

func (k BoundKind) String() string {
	return [...]string{"UNBOUNDED PRECEDING", "PRECEDING", "CURRENT ROW", "FOLLOWING", "UNBOUNDED FOLLOWING"}[k]
}

// Exclusion is what a frame leaves out.
type Exclusion uint8

// The exclusions.
const (
	ExcludeNothing Exclusion = iota
	ExcludeCurrent
	ExcludeGroup // the current row and its peers
	ExcludeTies  // its peers, but not itself
)

func (x Exclusion) String() string {
	return [...]string{"", " EXCLUDE CURRENT ROW", " EXCLUDE GROUP", " EXCLUDE TIES"}[x]
}
