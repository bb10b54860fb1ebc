package query

import (
	"slices"

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
	calls     []callQuestion
	// tables are those whose content was looked at.
	tables map[state.TableID]optimize.Content
}

// question is one that was asked of a catalog: of the session's, or of that in which a view's names mean something.
type question struct {
	within []text // the outermost first
	ask    func(c bind.Catalog) (*state.Table, error)
	// id and def are the answer's; 0: there is none. view is its query: transactions under way, or rolled back, may have
	// given it others, all of the same number.
	id   state.TableID
	def  uint64
	view *state.View
}

// gives reports whether t is the answer.
func (q *question) gives(t *state.Table) bool {
	if t == nil {
		return q.id == 0
	}
	return t.ID == q.id && t.Def == q.def && t.View == q.view
}

// text is a view's query or a function's body, in which names mean something else.
type text struct {
	view     state.TableID
	function state.FunctionID // 0: it is a view's
}

// inside is a catalog of the names in texts in each other, nil if one of them is no more.
func inside(c bind.Catalog, cat *state.Catalog, texts []text) bind.Catalog {
	for _, x := range texts {
		if x.function != 0 {
			f := cat.FunctionByID(x.function)
			if f == nil {
				return nil
			}
			c = c.(bind.Functions).Body(f)
			continue
		}
		t := cat.TableByID(x.view)
		if t == nil {
			return nil
		}
		c = c.Within(t)
	}
	return c
}

// callQuestion is which functions of users a name means. A function of another definition is another one: the number
// of its definition does not tell it from that of a transaction under way, or rolled back.
type callQuestion struct {
	within       []text
	schema, name string
	answer       []*state.Function
	ahead        int
}

// same reports whether a catalog gives the answers that this one gave.
func (w *watched) same(c bind.Catalog, cat *state.Catalog) bool {
	for i := range w.questions {
		q := &w.questions[i]
		in := inside(c, cat, q.within)
		if in == nil {
			return false
		}
		t, err := q.ask(in)
		if err != nil || !q.gives(t) {
			return false
		}
	}
	for i := range w.calls {
		q := &w.calls[i]
		in := inside(c, cat, q.within)
		if in == nil {
			return false
		}
		found, ahead := in.(bind.Functions).Functions(q.schema, q.name)
		if ahead != q.ahead || !slices.Equal(found, q.answer) {
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
	within []text
}

func (c watching) note(ask func(c bind.Catalog) (*state.Table, error)) (*state.Table, error) {
	t, err := ask(c.Catalog)
	if err != nil {
		return nil, err
	}
	q := question{within: c.within, ask: ask}
	if t != nil {
		q.id, q.def, q.view = t.ID, t.Def, t.View
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
	return watching{c.Catalog.Within(view), c.w, append(slices.Clip(c.within), text{view: view.ID})}
}

// Functions is bind.Functions'.
func (c watching) Functions(schema, name string) ([]*state.Function, int) {
	found, ahead := c.Catalog.(bind.Functions).Functions(schema, name)
	if !slices.ContainsFunc(c.w.calls, func(q callQuestion) bool {
		return q.schema == schema && q.name == name && slices.Equal(q.within, c.within)
	}) {
		c.w.calls = append(c.w.calls, callQuestion{c.within, schema, name, found, ahead})
	}
	return found, ahead
}

// Called is bind.Functions'.
func (c watching) Called(schema, name string, f *state.Function) {
	c.Catalog.(bind.Functions).Called(schema, name, f)
}

// Body is bind.Functions'.
func (c watching) Body(f *state.Function) bind.Catalog {
	return watching{c.Catalog.(bind.Functions).Body(f), c.w, append(slices.Clip(c.within), text{function: f.ID})}
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
