package txn

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"slipher/catalog/state"
)

// Temp is a session's temporary tables: definitions and contents that no log knows. They
// are put over the snapshot of each of its transactions and taken back from it by the commit.
type Temp struct {
	m        *Manager
	database string
	name     string // of the schema

	mu     sync.Mutex
	schema *state.Schema                  // nil: no temporary table was ever committed; guarded by mu
	tables map[state.TableID]*state.Table // guarded by mu
	next   map[identity]int64             // ordinals of identity columns; guarded by mu
}

// NewTemp is the temporary tables of a session: none. It must be closed.
func (m *Manager) NewTemp(database string, pid int32) *Temp {
	p := &Temp{m: m, database: database, name: fmt.Sprintf("pg_temp_%d", pid), tables: map[state.TableID]*state.Table{},
		next: map[identity]int64{}}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.temps[p] = true
	return p
}

// Schema is the name of the schema in which the session's temporary tables are.
func (p *Temp) Schema() string { return p.name }

// Close forgets the tables: the session is over. It gives the names of the objects in managed storage
// that nobody needs any more.
func (p *Temp) Close() []string {
	p.m.mu.Lock()
	delete(p.m.temps, p)
	p.m.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	var gone []string
	p.objects(func(name string) { gone = append(gone, name) })
	p.tables, p.schema = nil, nil
	return gone
}

// objects calls f for every object in managed storage that the tables are made of. mu is held.
func (p *Temp) objects(f func(name string)) {
	for _, t := range p.tables {
		if t.Version.Stats != "" {
			f(t.Version.Stats)
		}
		for _, o := range t.Version.Objects.All() {
			if !o.Inline() {
				f(o.Name)
			}
		}
	}
}

// TempObjects are the objects in managed storage that sessions' temporary tables are made of. What open
// transactions have added to them is found by Running.
func (m *Manager) TempObjects() map[string]bool {
	m.mu.Lock()
	temps := make([]*Temp, 0, len(m.temps))
	for p := range m.temps {
		temps = append(temps, p)
	}
	m.mu.Unlock()
	out := map[string]bool{}
	for _, p := range temps {
		p.mu.Lock()
		p.objects(func(name string) { out[name] = true })
		p.mu.Unlock()
	}
	return out
}

// Over is cat with the temporary tables. A nil Temp has none.
func (p *Temp) Over(cat *state.Catalog) *state.Catalog {
	if p == nil {
		return cat
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.schema != nil {
		cat = cat.WithSchema(p.schema)
	}
	for _, t := range p.tables {
		cat = cat.WithTable(t)
	}
	return cat
}

// publish takes the temporary tables of a transaction that commits.
func (p *Temp) publish(view *state.Catalog) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.schema = view.Schema(p.database, p.name)
	p.tables = map[state.TableID]*state.Table{}
	for _, t := range view.TablesIn(p.database, p.name) {
		p.tables[t.ID] = t
	}
}

// Has reports whether a table is the session's temporary one.
func (p *Temp) Has(t *state.Table) bool {
	return p != nil && t.Schema == p.name && t.Database == p.database
}

// among reports whether one of some tables is the session's temporary one: a view, say, that goes with its table.
func (p *Temp) among(view *state.Catalog, ids []state.TableID) bool {
	return p != nil && slices.ContainsFunc(ids, func(id state.TableID) bool {
		t := view.TableByID(id)
		return t != nil && p.Has(t)
	})
}

// schemaFor makes sure that view has the schema: its id comes from the pool.
func (p *Temp) schemaFor(view *state.Catalog, id state.SchemaID, owner string) *state.Catalog {
	if view.Schema(p.database, p.name) != nil {
		return view
	}
	return view.WithSchema(&state.Schema{ID: id, Database: p.database, Name: p.name, Owner: owner})
}

// schemaID takes an id for the schema that the session's first temporary table needs, 0 if none is needed.
func (t *Txn) schemaID(ctx context.Context, ops []state.Op) (state.SchemaID, error) {
	p := t.spec.Temp
	for _, op := range ops {
		made, _ := state.Creates(op)
		if made.Table == nil || !p.Has(made.Table) || t.View().Schema(p.database, p.name) != nil {
			continue
		}
		id, err := t.m.oid(ctx)
		return state.SchemaID(id), err
	}
	return 0, nil
}

// onTemp reports whether op is about one of the session's temporary tables.
func (t *Txn) onTemp(view *state.Catalog, op state.Op) bool {
	p := t.spec.Temp
	if p == nil {
		return false
	}
	if made, _ := state.Creates(op); made.Table != nil {
		return p.Has(made.Table)
	}
	id := state.TableOf(op)
	if id == 0 {
		return false
	}
	on := view.TableByID(id)
	return on != nil && p.Has(on)
}
