package query

import (
	"slipher/catalog/fn"
	"slipher/catalog/relations"
	"slipher/catalog/state"
	"slipher/compiler/bind"
	"slipher/compiler/optimize"
	"slipher/compiler/optimize/stats"
)

// watched is what planning has asked of the catalog: the same answers, but for tables' rows, make the same plan.
type watched struct {
	questions []question
	// tables are those whose content was looked at.
	tables map[state.TableID]optimize.Content
}

// question is one that was asked of a catalog: of the session's, or of that in which a view's names mean something.
type question struct {
	within []state.TableID // views, the outermost first
	ask    func(c bind.Catalog) (*state.Table, error)
	// id and def are the answer's; 0: there is none.
	id  state.TableID
	def uint64
}

// same reports whether a catalog gives the answers that this one gave.
func (w *watched) same(c bind.Catalog, cat *state.Catalog) bool {
	for i := range w.questions {
		q := &w.questions[i]
		in := c
		for _, view := range q.within {
			t := cat.TableByID(view)
			if t == nil {
				return false
			}
			in = in.Within(t)
		}
		t, err := q.ask(in)
		if err != nil || (t == nil) != (q.id == 0) || t != nil && (t.ID != q.id || t.Def != q.def) {
			return false
		}
	}
	for id, was := range w.tables {
		if t := cat.TableByID(id); t == nil || !was.Alike(optimize.ContentOf(t)) {
			return false
		}
	}
	return true
}

// statistics is f, whose questions are noted.
func (w *watched) statistics(f func(*state.Table) *stats.Table) func(*state.Table) *stats.Table {
	return func(t *state.Table) *stats.Table {
		w.look(t)
		return f(t)
	}
}

// look notes that a table is read.
func (w *watched) look(t *state.Table) {
	if w.tables == nil {
		w.tables = map[state.TableID]optimize.Content{}
	}
	if _, ok := w.tables[t.ID]; !ok {
		w.tables[t.ID] = optimize.ContentOf(t)
	}
}

// watching is a catalog whose answers are noted.
type watching struct {
	bind.Catalog
	w      *watched
	within []state.TableID
}

func (c watching) note(ask func(c bind.Catalog) (*state.Table, error)) (*state.Table, error) {
	t, err := ask(c.Catalog)
	if err != nil {
		return nil, err
	}
	q := question{within: c.within, ask: ask}
	if t != nil {
		q.id, q.def = t.ID, t.Def
	}
	c.w.questions = append(c.w.questions, q)
	return t, nil
}

// Table is bind.Catalog's.
func (c watching) Table(database, schema, name string) (*state.Table, error) {
	t, err := c.note(func(c bind.Catalog) (*state.Table, error) { return c.Table(database, schema, name) })
	if t != nil && !t.IsView() {
		c.w.look(t)
	}
	return t, err
}

// Find is bind.Catalog's: of tables that are changed, whose rows are looked at only if they are read as well.
func (c watching) Find(database, schema, name string) (*state.Table, error) {
	return c.note(func(c bind.Catalog) (*state.Table, error) { return c.Find(database, schema, name) })
}

// Within is bind.Catalog's.
func (c watching) Within(view *state.Table) bind.Catalog {
	return watching{c.Catalog.Within(view), c.w, append(c.within[:len(c.within):len(c.within)], view.ID)}
}

// NearTable is bind.Nearby's: for errors, which are not kept.
func (c watching) NearTable(database, schema, name string) string {
	return c.Catalog.(bind.Nearby).NearTable(database, schema, name)
}

// The binder's lookups in the catalog: plans that have asked them are not kept.

func (c watching) Lookup(fns *fn.Table, name string) []relations.Answer {
	return c.Catalog.(bind.Lookups).Lookup(fns, name)
}

func (c watching) RegOID(typ, text string) (uint32, error) {
	return c.Catalog.(bind.Lookups).RegOID(typ, text)
}

func (c watching) RegNames(typ string) []relations.Answer {
	return c.Catalog.(bind.Lookups).RegNames(typ)
}
