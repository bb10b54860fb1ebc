package relations

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"slipher/catalog/state"
	"slipher/catalog/types"
)

// pgObjects are the relations about tables, columns and constraints.
func pgObjects() []entry {
	return []entry{
		{name: "pg_class", rows: pgClass,
			columns: `oid oid, relname name, relnamespace oid, reltype oid, reloftype oid, relowner int4, relam oid,
				relfilenode oid, reltablespace oid, relpages int4, reltuples float4, relallvisible int4, reltoastrelid oid,
				relhasindex, relisshared bool, relpersistence char(1), relkind char(1), relnatts, relchecks, reltriggers int2,
				relhasoids, relhaspkey, relhasrules, relhastriggers, relhassubclass, relrowsecurity, relforcerowsecurity,
				relispopulated bool, relreplident char(1), relispartition bool, relfrozenxid int8, relacl text[]?, reloptions text[]?,
				relpartbound text?, reldiststyle int2`,
			doc: "Tables, indexes (of declared keys) and catalog relations of the current database."},
		{name: "pg_class_info", view: true, rows: pgClassInfo,
			columns: `reloid oid, relname name, relnamespace oid, relowner int4, relkind char(1), relnatts int2, reltuples float4,
				reldiststyle int2, releffectivediststyle int4, relcreationtime timestamp?`,
			doc: "pg_class with Redshift's creation time and effective distribution style."},
		{name: "pg_attribute", rows: pgAttribute,
			columns: `attrelid oid, attname name, atttypid oid, attstattarget int4, attlen int2, attnum int2, attndims, attcacheoff,
				atttypmod int4, attbyval bool, attstorage, attalign char(1), attnotnull, atthasdef, attisdropped, attislocal bool,
				attinhcount int4, attcollation oid, attacl text[]?, attoptions text[]?, attfdwoptions text[]?, attisdistkey, attispreloaded bool,
				attsortkeyord int4, attencodingtype int2, attencrypttype int2`,
			doc: "Columns of everything in pg_class."},
		{name: "pg_attrdef", rows: pgAttrdef, columns: `oid oid, adrelid oid, adnum int2, adbin, adsrc text`,
			doc: "Column defaults, their SQL text in both forms."},
		{name: "pg_constraint", rows: pgConstraint,
			columns: `oid oid, conname name, connamespace oid, contype char(1), condeferrable, condeferred, convalidated bool, conrelid,
				contypid, conindid, conparentid, confrelid oid, confupdtype, confdeltype, confmatchtype char(1), conislocal bool,
				coninhcount int4, connoinherit bool, conkey int2[]?, confkey int2[]?, conbin text?, consrc text?`,
			doc: "Primary, unique and foreign keys: declared, not enforced."},
		{name: "pg_index", rows: pgIndex,
			columns: `indexrelid, indrelid oid, indnatts int2, indisunique, indisprimary, indisexclusion, indimmediate, indisclustered,
				indisvalid, indcheckxmin, indisready, indislive, indisreplident bool, indkey int2vector, indcollation, indclass oidvector, indoption int2vector,
				indexprs text?, indpred text?`,
			doc: "An entry for each primary and unique key, as tools expect; there are no indexes."},
		{name: "pg_tables", view: true, rows: pgTables,
			columns: `schemaname, tablename, tableowner name, tablespace name?, hasindexes, hasrules, hastriggers, rowsecurity bool`,
			doc:     "Tables, the catalog's own too."},
		{name: "pg_indexes", view: true, columns: `schemaname, tablename, indexname name, tablespace name?, indexdef text`,
			rows: pgIndexes, doc: "The entries of pg_index by name."},
		{name: "pg_views", view: true, columns: `schemaname, viewname, viewowner name, definition text?`,
			rows: pgViews, doc: "Users' views and their queries as they were written."},
		{name: "pg_table_def", view: true, rows: pgTableDef,
			columns: `schemaname, tablename, column name, type varchar(256), encoding varchar(32), distkey bool, sortkey int4, notnull bool`,
			doc:     "Columns of the tables whose schema is in search_path."},
	}
}

// indexOID makes the oid of a table's constraint number n and of the index that
// tools expect behind it: above every oid the catalog gives out.
func indexOID(t *state.Table, n int) uint32 { return 1<<31 + uint32(t.ID)*64 + uint32(n)%64 }

// hasKey reports whether t declares a primary or unique key.
func hasKey(t *state.Table) bool {
	return slices.ContainsFunc(t.Constraints, func(k state.Constraint) bool { return k.Kind != "f" })
}

func relationKind(r *Relation) string {
	if r.View {
		return "v"
	}
	return "r"
}

// kindOf is relkind of a table or view.
func kindOf(t *state.Table) string {
	if t.IsView() {
		return "v"
	}
	return "r"
}

// classRow adds one row to pg_class.
func classRow(b *builder, oid any, name string, schema, owner any, kind, persistence string, columns int, rows int64,
	keys bool, pkey bool, am int, dist state.DistStyle) {
	b.add(oid, name, schema, 0, 0, owner, am, oid, 0, 0, float64(rows), 0, 0, keys, false, persistence, kind, columns, 0,
		0,
		false, pkey, false, false, false, false, false, true, "d", false, int64(0), nil, nil, nil, dist)
}

// btree is pg_am's oid of the access method that keys claim to have.
const btree = 403

func pgClass(_ context.Context, env *Env, b *builder) error {
	for _, r := range registry.all {
		classRow(b, r.OID, r.Name, env.schemaID(r.Schema), 1, relationKind(r), "p", len(r.Columns), 0, false, false, 0,
			state.DistEven)
	}
	for _, t := range env.tables() {
		schema, owner, persistence := env.schemaID(t.Schema), env.userID(t.Owner), "p"
		if env.temporary(t) {
			persistence = "t"
		}
		classRow(b, t.ID, t.Name, schema, owner, kindOf(t), persistence, len(t.Columns), t.Version.Rows, hasKey(t),
			t.PrimaryKey() != nil, 0, t.DistStyle)
		for i, k := range t.Constraints {
			if k.Kind != "f" {
				classRow(b, indexOID(t, i), k.Name, schema, owner, "i", persistence, len(k.Columns), 0, false, false, btree,
					state.DistEven)
			}
		}
	}
	return nil
}

func pgClassInfo(_ context.Context, env *Env, b *builder) error {
	for _, r := range registry.all {
		b.add(r.OID, r.Name, env.schemaID(r.Schema), 1, relationKind(r), len(r.Columns), 0.0, 0, 0, nil)
	}
	for _, t := range env.tables() {
		b.add(t.ID, t.Name, env.schemaID(t.Schema), env.userID(t.Owner), kindOf(t), len(t.Columns), float64(t.Version.Rows),
			t.DistStyle, effectiveStyle(t), t.CreatedMicros)
	}
	return nil
}

// effectiveStyle is pg_class_info.releffectivediststyle: 10..12 are AUTO's choices.
func effectiveStyle(t *state.Table) int {
	if t.DistStyle != state.DistAuto {
		return int(t.DistStyle)
	}
	return map[state.DistStyle]int{state.DistAll: 10, state.DistEven: 11, state.DistKey: 12}[t.Effective]
}

func pgAttribute(_ context.Context, env *Env, b *builder) error {
	for _, r := range registry.all {
		for i, c := range r.Columns {
			attributeRow(b, r.OID, i, c.Name, c.Type, !c.Nullable, false, false, 0, 0)
		}
	}
	for _, t := range env.tables() {
		for i, c := range t.Columns {
			attributeRow(b, t.ID, i, c.Name, c.Type, c.NotNull, hasDefault(&c), i == t.DistPlace(), sortOrdinal(t, i),
				encodingNumber(t, i))
		}
		for n, k := range t.Constraints {
			if k.Kind == "f" {
				continue
			}
			for i, column := range t.Places(k.Columns) {
				c := t.Columns[column]
				attributeRow(b, indexOID(t, n), i, c.Name, c.Type, c.NotNull, false, false, 0, 0)
			}
		}
	}
	return nil
}

func attributeRow(b *builder, rel any, i int, name string, t types.Type, notNull, hasDef, dist bool, sort,
	encoding int) {
	length := t.TypLen()
	storage, collation := "p", 0
	if length < 0 {
		storage = "x"
	}
	switch {
	case t.Fold:
		collation = foldedCollation
	case t.IsString():
		collation = defaultCollation
	}
	b.add(rel, name, t.OID(), -1, length, i+1, 0, -1, t.Typmod(), length > 0 && length <= 8, storage, "i", notNull, hasDef,
		false, true,
		0, collation, nil, nil, nil, dist, false, sort, encoding, 0)
}

// defaultCollation is the oid PostgreSQL gives to "default".
const defaultCollation = 100

// foldedCollation is our oid of "case_insensitive".
const foldedCollation = 951

func hasDefault(c *state.Column) bool { return c.Default != "" || c.Identity != nil }

// defaultText is a column's default as tools see it; an identity column's in
// Redshift's form.
func (e *Env) defaultText(t *state.Table, i int) string {
	c := &t.Columns[i]
	if c.Identity == nil {
		if e.Expression != nil {
			return e.Expression(c.Default)
		}
		return c.Default
	}
	name := "identity"
	if c.Identity.ByDefault {
		name = "default_identity"
	}
	return fmt.Sprintf(`"%s"(%d, %d, '%d,%d'::text)`, name, t.ID, i, c.Identity.Seed, c.Identity.Step)
}

// sortOrdinal is attsortkeyord: 1.. in the key's order, with alternating sign
// if interleaved, 0 outside of it.
func sortOrdinal(t *state.Table, column int) int {
	n := slices.Index(t.SortPlaces(), column) + 1
	if t.SortStyle == state.SortInterleaved && n%2 == 0 {
		return -n
	}
	return n
}

func pgAttrdef(_ context.Context, env *Env, b *builder) error {
	for _, t := range env.tables() {
		for i := range t.Columns {
			if hasDefault(&t.Columns[i]) {
				text := env.defaultText(t, i)
				b.add(1<<30+uint32(t.ID), t.ID, i+1, text, text)
			}
		}
	}
	return nil
}

// array is numbers in array notation: "{1,2}".
func array(numbers []int) string {
	words := make([]string, len(numbers))
	for i, n := range numbers {
		words[i] = strconv.Itoa(n)
	}
	return "{" + strings.Join(words, ",") + "}"
}

// vector is numbers in the notation of int2vector and oidvector: "1 2".
func vector(numbers []int) string {
	return strings.Trim(strings.ReplaceAll(array(numbers), ",", " "), "{}")
}

// columnNumbers are attnums of columns counted from 0.
func columnNumbers(columns []int) []int {
	out := make([]int, len(columns))
	for i, c := range columns {
		out[i] = c + 1
	}
	return out
}

// referenced is the table of a foreign key and its columns, nil if it is gone.
func referenced(env *Env, t *state.Table, k *state.Constraint) (*state.Table, []int) {
	target := env.Catalog.Table(t.Database, k.RefSchema, k.RefTable)
	if target == nil {
		return nil, nil
	}
	columns := make([]int, len(k.RefColumns))
	for i, name := range k.RefColumns {
		columns[i] = target.Column(name)
	}
	return target, columns
}

func pgConstraint(_ context.Context, env *Env, b *builder) error {
	for _, t := range env.tables() {
		for n := range t.Constraints {
			k := &t.Constraints[n]
			oid := indexOID(t, n)
			var index, target, action, match, foreign any = oid, 0, " ", " ", nil
			if k.Kind == "f" {
				index, action, match = 0, "a", "s"
				if to, columns := referenced(env, t, k); to != nil {
					target, foreign = to.ID, array(columnNumbers(columns))
				}
			}
			b.add(oid, k.Name, env.schemaID(t.Schema), k.Kind, false, false, true, t.ID, 0, index, 0, target,
				action, action, match, true, 0, true, array(columnNumbers(t.Places(k.Columns))), foreign, nil, nil)
		}
	}
	return nil
}

func pgIndex(_ context.Context, env *Env, b *builder) error {
	for _, t := range env.tables() {
		for n, k := range t.Constraints {
			if k.Kind == "f" {
				continue
			}
			zeros := strings.TrimSuffix(strings.Repeat("0 ", len(k.Columns)), " ")
			b.add(indexOID(t, n), t.ID, len(k.Columns), true, k.Kind == "p", false, true, false, true, false, true, true, false,
				vector(columnNumbers(t.Places(k.Columns))), zeros, zeros, zeros, nil, nil)
		}
	}
	return nil
}

func pgIndexes(_ context.Context, env *Env, b *builder) error {
	for _, t := range env.tables() {
		for n, k := range t.Constraints {
			if k.Kind != "f" {
				b.add(t.Schema, t.Name, k.Name, nil, indexDef(t, n))
			}
		}
	}
	return nil
}

// quoteAll joins columns' names as SQL text.
func quoteAll(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = quoteName(n)
	}
	return strings.Join(out, ", ")
}

func columnNames(t *state.Table, columns []int) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = t.Columns[c].Name
	}
	return out
}

// quoteName puts an identifier in quotes if it needs them.
func quoteName(s string) string {
	plain := s != "" && !(s[0] >= '0' && s[0] <= '9')
	for _, c := range []byte(s) {
		plain = plain && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_')
	}
	if plain {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

func indexDef(t *state.Table, n int) string {
	k := &t.Constraints[n]
	return fmt.Sprintf("CREATE UNIQUE INDEX %s ON %s.%s USING btree (%s)", quoteName(k.Name), quoteName(t.Schema),
		quoteName(t.Name), quoteAll(columnNames(t, t.Places(k.Columns))))
}

func pgTables(_ context.Context, env *Env, b *builder) error {
	for _, r := range registry.all {
		if !r.View {
			b.add(r.Schema, r.Name, state.SystemUser, nil, false, false, false, false)
		}
	}
	for _, t := range env.stored() {
		b.add(t.Schema, t.Name, t.Owner, nil, hasKey(t), false, false, false)
	}
	return nil
}

func pgTableDef(_ context.Context, env *Env, b *builder) error {
	for _, t := range env.stored() {
		if !slices.Contains(env.SearchPath, t.Schema) {
			continue
		}
		for i, c := range t.Columns {
			b.add(t.Schema, t.Name, c.Name, c.Type.String(), shownEncoding(t, i), i == t.DistPlace(), sortOrdinal(t, i),
				c.NotNull)
		}
	}
	return nil
}
