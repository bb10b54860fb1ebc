package relations

import (
	"context"
	"fmt"
	"math"
	"slices"

	"slipher/catalog/state"
	"slipher/catalog/types"
)

// svv are the views about the current database's tables.
func svv() []entry {
	return []entry{
		{name: "svv_table_info", view: true, rows: svvTableInfo,
			columns: `database, schema text, table_id oid, table text, encoded varchar(32), diststyle text, sortkey1 text?, max_varchar int4,
				sortkey1_enc char(32)?, sortkey_num int4, size int8, pct_used numeric(10:4)?, empty int8, unsorted numeric(5:2)?,
				stats_off numeric(5:2), tbl_rows numeric(38:0), skew_sortkey1 numeric(19:2)?, skew_rows numeric(19:2)?,
				estimated_visible_rows numeric(38:0), risk_event text?, vacuum_sort_benefit numeric(12:2)?, create_time timestamp`,
			doc: "Tables that have rows: size in blocks, distribution, order, skew."},
		{name: "svv_tables", view: true, rows: svvTables,
			columns: `table_catalog, table_schema, table_name name, table_type varchar(16), remarks text?`, doc: "Tables and views."},
		{name: "svv_columns", view: true, rows: svvColumns,
			columns: columnsOfColumns + `, interval_type, interval_precision, character_set_catalog, character_set_schema, character_set_name,
				collation_catalog, collation_schema, collation_name, domain_name name?, remarks text?`,
			doc: "Columns of tables and views."},
	}
}

// StyleText is svv_table_info.diststyle: "EVEN", "KEY(year)", "AUTO(EVEN)".
func StyleText(t *state.Table) string {
	text := map[state.DistStyle]string{state.DistEven: "EVEN", state.DistAll: "ALL"}[t.Effective]
	if t.Effective == state.DistKey {
		text = fmt.Sprintf("KEY(%s)", t.Columns[t.DistPlace()].Name)
	}
	if t.DistStyle == state.DistAuto {
		return "AUTO(" + text + ")"
	}
	return text
}

// encodedText is svv_table_info.encoded.
func encodedText(t *state.Table) string {
	text := "N"
	for i := range t.Columns {
		if shownEncoding(t, i) != "none" {
			text = "Y"
		}
	}
	if t.EncodeAuto {
		text += ", AUTO(ENCODE)"
	}
	return text
}

// sortKey1Text is svv_table_info.sortkey1, nil if the table has no sort key.
func sortKey1Text(t *state.Table) any {
	switch t.SortStyle {
	case state.SortAuto:
		return "AUTO(SORTKEY)"
	case state.SortInterleaved:
		return "INTERLEAVED"
	case state.SortCompound:
		return t.Columns[t.SortPlaces()[0]].Name
	}
	return nil
}

func svvTableInfo(ctx context.Context, env *Env, b *builder) error {
	for _, t := range env.tables() {
		if t.Version.Rows == 0 {
			continue
		}
		bySlice, err := sums(ctx, env, t)
		if err != nil {
			return err
		}
		var rows, sorted int64
		blocks := 0
		for _, s := range bySlice {
			rows, sorted, blocks = rows+s.rows, sorted+s.sorted, blocks+s.blocks
		}
		var sort1Encoding, unsorted any
		if len(t.SortKey) > 0 {
			sort1Encoding = shownEncoding(t, t.SortPlaces()[0])
			unsorted = decimal(100*float64(rows-sorted)/float64(rows), 2)
		}
		skewSort, err := skewSortKey(ctx, env, t)
		if err != nil {
			return err
		}
		statsOff := 100.0 // in percent of the rows, those added or deleted since ANALYZE
		if env.Analyzed != nil {
			if then, ok := env.Analyzed(t); ok {
				statsOff = min(100, 100*math.Abs(float64(t.Version.Rows-then))/float64(t.Version.Rows))
			}
		}
		b.add(env.Database, t.Schema, t.ID, t.Name, encodedText(t), StyleText(t), sortKey1Text(t), maxVarchar(t),
			sort1Encoding,
			len(t.SortKey), blocks, nil, int64(0), unsorted, decimal(statsOff, 2), types.Int(rows), skewSort,
			skewRows(t, bySlice),
			types.Int(visible(t)), nil, nil, t.CreatedMicros)
	}
	return nil
}

// visible is the rows of a table that are not deleted; tbl_rows has those, too, as Redshift's has until they are
// vacuumed.
func visible(t *state.Table) int64 {
	n := int64(0)
	for _, o := range t.Version.Objects.All() {
		n += o.Live()
	}
	return n
}

func maxVarchar(t *state.Table) int32 {
	longest := int32(0)
	for _, c := range t.Columns {
		if c.Type.Kind == types.Varchar {
			longest = max(longest, c.Type.Len)
		}
	}
	return longest
}

// skewRows is the fullest slice's rows over the emptiest's, nil if a slice is
// empty or the table is not spread.
func skewRows(t *state.Table, bySlice []sliceSum) any {
	if t.Effective == state.DistAll {
		return nil
	}
	low := slices.MinFunc(bySlice, byRows).rows
	if low == 0 {
		return nil
	}
	return decimal(float64(slices.MaxFunc(bySlice, byRows).rows)/float64(low), 2)
}

func byRows(a, b sliceSum) int { return int(a.rows - b.rows) }

// skewSortKey is the size of the largest column that is not in the sort key
// over that of the key's first column, nil without either.
func skewSortKey(ctx context.Context, env *Env, t *state.Table) (any, error) {
	key := t.SortPlaces()
	if len(key) == 0 {
		return nil, nil
	}
	sizes := make([]int64, len(t.Columns))
	err := eachBlock(ctx, env, []*state.Table{t}, func(p blockPlace) {
		if p.column < len(sizes) {
			sizes[p.column] += p.meta.Len
		}
	})
	if err != nil {
		return nil, err
	}
	var largest int64
	for i, n := range sizes {
		if !slices.Contains(key, i) {
			largest = max(largest, n)
		}
	}
	if first := sizes[key[0]]; first > 0 && largest > 0 {
		return decimal(float64(largest)/float64(first), 2), nil
	}
	return nil, nil
}

func svvTables(_ context.Context, env *Env, b *builder) error {
	for _, r := range registry.all {
		b.add(env.Database, r.Schema, r.Name, tableType(r), nil)
	}
	for _, t := range env.tables() {
		b.add(env.Database, t.Schema, t.Name, typeOf(t), null(t.Comments.Of(0)))
	}
	return nil
}

func svvColumns(_ context.Context, env *Env, b *builder) error {
	eachColumn(env, func(values []any, t types.Type, in *state.Table, c *state.Column) {
		values = append(append(values, collationColumns(t)...), nil)
		remark := ""
		if c != nil {
			remark = in.Comments.Of(c.ID)
		}
		b.add(append(values, null(remark))...)
	})
	return nil
}
