package relations

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"slipher/catalog/types"
)

// Relation is one catalog relation.
type Relation struct {
	OID     uint32
	Schema  string // "pg_catalog" or "information_schema"
	Name    string
	View    bool // shown as a view, not as a table
	Columns []Column
	// Rows makes the relation's content for a session, a datum a column.
	Rows func(ctx context.Context, env *Env) ([][]types.Datum, error)
	Doc  string
}

// Column is a column of a relation.
type Column struct {
	Name     string
	Type     types.Type
	Nullable bool
}

// Find finds a relation; an empty schema means pg_catalog. nil: there is none.
func Find(schema, name string) *Relation {
	if schema == "" {
		schema = catalogSchema
	}
	return registry.byName[schema+"."+name]
}

// All lists every relation by schema and name. The caller must not change it.
func All() []*Relation { return registry.all }

const (
	catalogSchema = "pg_catalog"
	infoSchema    = "information_schema"
)

// registry is filled once, by init: its rows call back into it (pg_class shows
// all relations), which a composite literal may not.
var registry struct {
	all    []*Relation
	byName map[string]*Relation
}

func init() {
	registry.byName = map[string]*Relation{}
	for _, group := range [][]entry{pgObjects(), pgCluster(), pgTypes(), pgEmpty(),
		infoTables(), infoKeys(), stv(), svv(), svvAll(), stl(), locks(), comments()} {
		for _, e := range group {
			registry.all = append(registry.all, e.relation())
		}
	}
	slices.SortFunc(registry.all, func(a, b *Relation) int {
		return strings.Compare(a.Schema+"."+a.Name, b.Schema+"."+b.Name)
	})
	next := uint32(firstSystemOID)
	for _, r := range registry.all {
		if registry.byName[r.Schema+"."+r.Name] != nil {
			panic("BUG: relation " + r.Name + " stands twice")
		}
		registry.byName[r.Schema+"."+r.Name] = r
		if oid, ok := knownOIDs[r.Name]; ok && r.Schema == catalogSchema {
			r.OID = oid
			continue
		}
		r.OID = next
		next++
	}
}

// firstSystemOID is where the oids of relations without a well-known one begin;
// below state.FirstUserOID. They may differ between builds.
const firstSystemOID = 12000

// knownOIDs are those that clients name in pg_description.classoid and casts.
var knownOIDs = map[string]uint32{"pg_type": 1247, "pg_attribute": 1249, "pg_proc": 1255, "pg_class": 1259,
	"pg_shadow": 1260, "pg_database": 1262, "pg_constraint": 2606, "pg_namespace": 2615, "pg_attrdef": 2604,
	"pg_index": 2610, "pg_description": 2609}

// entry is a relation as its family's file writes it down.
type entry struct {
	name    string // "pg_class", "information_schema.tables"
	view    bool
	columns string // see parseColumns
	rows    func(ctx context.Context, env *Env, b *builder) error
	doc     string
}

func (e entry) relation() *Relation {
	r := &Relation{Schema: catalogSchema, Name: e.name, View: e.view, Columns: parseColumns(e.columns), Doc: e.doc}
	if schema, name, ok := strings.Cut(e.name, "."); ok {
		r.Schema, r.Name, r.View = schema, name, true
	}
	r.Rows = func(ctx context.Context, env *Env) ([][]types.Datum, error) {
		b := builder{relation: r}
		if e.rows != nil {
			if err := e.rows(ctx, env, &b); err != nil {
				return nil, err
			}
		}
		return b.rows, nil
	}
	return r
}

// parseColumns reads "name type, name type?, …": a question mark where NULL may
// stand, char(n) and varchar(n) and numeric(p:s) with their modifiers, arrays as type[]. A type
// given once holds for the names before it that have none:
// "a, b, c int4" are three integers.
func parseColumns(s string) []Column {
	var out []Column
	untyped := 0
	for _, field := range strings.Split(s, ",") {
		name, word, ok := strings.Cut(strings.TrimSpace(field), " ")
		out = append(out, Column{Name: name})
		untyped++
		if !ok {
			continue
		}
		t, nullable := parseType(strings.TrimSpace(word))
		for i := len(out) - untyped; i < len(out); i++ {
			out[i].Type, out[i].Nullable = t, nullable
		}
		untyped = 0
	}
	if untyped > 0 {
		panic("BUG: columns without a type: " + s)
	}
	return out
}

func parseType(word string) (t types.Type, nullable bool) {
	word, nullable = strings.CutSuffix(word, "?")
	if elem, ok := strings.CutSuffix(word, "[]"); ok {
		t, _ = parseType(elem)
		return types.ArrayOf(t), nullable
	}
	if a := types.AliasOf(word); a != nil {
		if t, err := a.Type(nil, true); err == nil {
			return t, nullable
		}
	}
	base, mod, _ := strings.Cut(strings.TrimSuffix(word, ")"), "(")
	first, second, _ := strings.Cut(mod, ":")
	n, err := strconv.Atoi(first)
	scale, _ := strconv.Atoi(second)
	switch {
	case err != nil:
	case base == "char":
		return types.TChar(n), nullable
	case base == "varchar":
		return types.TVarchar(n), nullable
	case base == "numeric":
		return types.TDecimal(n, scale), nullable
	}
	panic(fmt.Sprintf("BUG: column type %q", word))
}
