package state

import (
	"slices"
)

//go:generate go run github.com/tinylib/msgp -file view.go -o view_gen.go -io=false -tests=false
//msgp:limit arrays:1048576 maps:1048576

// View is what makes a Table a view: it has no rows, its name stands for a query. What the query means depends on
// nothing but this: neither on settings, nor on a search path, nor on what has got one of its names since. Frozen.
type View struct {
	Query string `msg:"query"` // SQL text, as it was written
	// These are settings of its creator: how '\' reads, which names of attributes keep their case (parse.Options), how
	// casts of decimals round.
	StandardStrings bool `msg:"std"`
	AttributeCase   bool `msg:"acase,omitempty"`
	QuotedCase      bool `msg:"qcase,omitempty"`
	Rounding        bool `msg:"round"`
	// Path is the creator's search path: where names that are text are looked for ('t'::regclass).
	Path []string `msg:"path"`
	// Clock is when it was made (µs since 2000 UTC): what 'now' and 'today' mean. 0: whenever it is used.
	Clock int64 `msg:"clock"`
	// Zone is its creator's time zone: that of literals which name none. "": UTC.
	Zone string `msg:"zone"`
	// Late: WITH NO SCHEMA BINDING. Its names, which have schemas, mean what they mean when it is used; so it has no
	// columns in the catalog, only Names for as many of them as its creator has named, and it uses nothing.
	Late  bool     `msg:"late"`
	Names []string `msg:"names"`
	Uses  useList  `msg:"uses"`
	// Calls are the functions that its query names. Late: none.
	Calls CallList `msg:"calls"`
}

// ViewUse is a table or view that a view's query names.
type ViewUse struct {
	Schema string  `msg:"schema"` // as it is written there
	Name   string  `msg:"name"`
	Table  TableID `msg:"id"`
	// Columns are the names of what it had when the view was made, which is what * is, IDs their ids. Of a view without
	// schema binding: none.
	Columns []string `msg:"cols"`
	IDs     Key      `msg:"ids"`
}

// IsView reports whether t is a view.
func (t *Table) IsView() bool { return t.View != nil }

// Noun is what messages call t's kind.
func (t *Table) Noun() string {
	if t.IsView() {
		return "view"
	}
	return "table"
}

// Use is what a name in the query of a view means, nil if the query had none of it.
func (v *View) Use(schema, name string) *ViewUse {
	i := slices.IndexFunc(v.Uses, func(u ViewUse) bool { return u.Schema == schema && u.Name == name })
	if i < 0 {
		return nil
	}
	return &v.Uses[i]
}

// uses reports whether t is a view whose query names the table.
func (t *Table) uses(id TableID) bool {
	return t.IsView() && slices.ContainsFunc(t.View.Uses, func(u ViewUse) bool { return u.Table == id })
}

// dependency is a view and what it cannot be without.
type dependency struct{ view, on *Table }

// dependencies are the views over some tables and over each other, each once; nearest first, then by name.
func (c *Catalog) dependencies(of ...*Table) []dependency {
	seen := map[TableID]bool{}
	for _, t := range of {
		seen[t.ID] = true
	}
	var out []dependency
	for queue := of; len(queue) > 0; queue = queue[1:] {
		on := queue[0]
		for _, t := range c.Tables(on.Database) {
			if t.uses(on.ID) && !seen[t.ID] {
				seen[t.ID] = true
				out, queue = append(out, dependency{t, on}), append(queue, t)
			}
		}
	}
	return out
}

// Dependents are the views over some tables and over each other, without the tables themselves; nearest first.
func (c *Catalog) Dependents(of ...*Table) []*Table {
	var out []*Table
	for _, d := range c.dependencies(of...) {
		out = append(out, d.view)
	}
	return out
}
