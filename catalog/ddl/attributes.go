package ddl

import (
	"slices"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
)

// Redshift's limits of sort keys.
const (
	maxCompound    = 400
	maxInterleaved = 8
)

// distribution settles where rows go.
func (b *builder) distribution() error {
	keys, err := b.distKeys()
	if err != nil {
		return err
	}
	style := state.DistAuto
	switch {
	case b.in.DistStyle != nil:
		style = *b.in.DistStyle
	case len(keys) > 0:
		style = state.DistKey
	case b.parent != nil:
		b.t.DistStyle, b.t.Effective = b.parent.DistStyle, b.parent.Effective
		if key := b.parent.DistPlace(); key >= 0 {
			b.t.DistKey = state.KeyColumn(b.inherited(key))
		}
		return nil
	}
	switch {
	case len(keys) > 0 && style != state.DistKey:
		return invalid("cannot specify DISTKEY for a table with DISTSTYLE %s", distWords[style])
	case len(keys) == 0 && style == state.DistKey:
		return invalid("DISTSTYLE KEY of table \"%s\" needs a DISTKEY column", b.t.Name)
	}
	b.t.DistStyle, b.t.Effective = style, style
	switch style {
	case state.DistKey:
		b.t.DistKey = state.KeyColumn(types.FirstID(keys[0]))
		if b.t.Columns[keys[0]].Identity != nil {
			// Identity values are given where rows are stored, after they were placed:
			// rows lie evenly, and no plan may count on their place.
			b.t.Effective = state.DistEven
		}
	case state.DistAuto:
		b.t.Effective = state.DistEven
		if pk := b.t.PrimaryKey(); len(pk) == 1 && b.t.Columns[b.t.Place(pk[0])].Type.IsKey() {
			b.t.Effective, b.t.DistKey = state.DistKey, state.KeyColumn(pk[0])
		}
	}
	return nil
}

var distWords = map[state.DistStyle]string{state.DistEven: "EVEN", state.DistKey: "KEY",
	state.DistAll: "ALL", state.DistAuto: "AUTO"}

func invalid(format string, args ...any) *sqlerr.Error {
	return sqlerr.New(sqlerr.InvalidTableDefinition, format, args...)
}

// distKeys are the columns declared DISTKEY in whatever way: none or one.
func (b *builder) distKeys() ([]int, error) {
	var out []int
	for i, d := range b.from {
		if d != nil && d.DistKey {
			out = append(out, i)
		}
	}
	for _, id := range b.in.DistKey {
		n, err := b.named(id, "DISTKEY")
		if err != nil {
			return nil, err
		}
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	if len(out) > 1 {
		return nil, invalid("multiple DISTKEY columns for table \"%s\" are not allowed", b.t.Name)
	}
	if err := b.keys(out, "distribution"); err != nil {
		return nil, err
	}
	return out, nil
}

// keys refuses columns of types that are no keys.
func (b *builder) keys(columns []int, what string) error {
	for _, i := range columns {
		if c := &b.t.Columns[i]; !c.Type.IsKey() {
			return invalid("column \"%s\" of type %s cannot be a %s key", c.Name, c.Type.Name(), what)
		}
	}
	return nil
}

// sortKey settles the order in which loads write rows.
func (b *builder) sortKey() error {
	var inColumn []int
	for i, d := range b.from {
		if d != nil && d.SortKey {
			inColumn = append(inColumn, i)
		}
	}
	listed, err := b.namedAll(b.in.SortKey, "SORTKEY")
	if err != nil {
		return err
	}
	switch {
	case len(inColumn) > 0 && len(listed) > 0, len(inColumn) > 1:
		return invalid("multiple SORTKEY declarations for table \"%s\" are not allowed", b.t.Name).
			WithHint("List several columns behind the table: SORTKEY (a, b).")
	case b.in.SortStyle != nil && *b.in.SortStyle == state.SortAuto && len(inColumn)+len(listed) > 0:
		return invalid("cannot specify SORTKEY columns with SORTKEY AUTO")
	case b.in.SortStyle == nil && len(inColumn)+len(listed) == 0 && b.parent != nil:
		b.t.SortStyle = b.parent.SortStyle
		for _, i := range b.parent.SortPlaces() {
			b.t.SortKey = append(b.t.SortKey, b.inherited(i))
		}
		return nil
	}
	if err := b.keys(slices.Concat(inColumn, listed), "sort"); err != nil {
		return err
	}
	b.t.SortKey = state.FirstKey(slices.Concat(inColumn, listed)...)
	b.t.SortStyle = state.SortAuto
	if len(b.t.SortKey) > 0 {
		b.t.SortStyle = state.SortCompound
		if b.in.SortStyle != nil {
			b.t.SortStyle = *b.in.SortStyle
		}
	}
	limit, word := maxCompound, "compound"
	if b.t.SortStyle == state.SortInterleaved {
		limit, word = maxInterleaved, "interleaved"
	}
	if len(b.t.SortKey) > limit {
		return sqlerr.New(sqlerr.TooManyColumns, "%s sort keys can have at most %d columns", word, limit)
	}
	return nil
}

// inherited is the new table's column that came of column number i of the parent.
func (b *builder) inherited(i int) types.ColumnID {
	return types.FirstID(b.t.Column(b.parent.Columns[i].Name))
}

// encodings settles ENCODE AUTO: it ends with the first column that names an
// encoding, and the others then get their type's.
func (b *builder) encodings() error {
	named := slices.ContainsFunc(b.t.Columns, func(c state.Column) bool { return c.Encoding != "" })
	b.t.EncodeAuto = !named
	if !named {
		return nil
	}
	sorted := b.t.SortPlaces()
	for i := range b.t.Columns {
		if c := &b.t.Columns[i]; c.Encoding == "" {
			c.Encoding = DefaultEncoding(c.Type, slices.Contains(sorted, i))
		}
	}
	return nil
}

// DefaultEncoding is the encoding of a column that names none, in a table
// without ENCODE AUTO. Source: Redshift guide, "Compression encodings".
func DefaultEncoding(t types.Type, sorted bool) string {
	switch {
	case sorted, t.OnlyRaw():
		return "raw"
	case t.Kind == types.Bool, t.Phys().IsFloat():
		return "raw"
	case t.Phys() == types.Str:
		return "lzo"
	}
	return "az64"
}
