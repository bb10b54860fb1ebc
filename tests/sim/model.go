package sim

import (
	"fmt"
	"maps"
	"slices"

	"slipher/catalog/state"
)

// effect is one thing a transaction does, as a client means it: exactly one field group is set.
type effect struct {
	kind   byte // 'c' create, 'd' drop, 't' truncate, '+' add, '-' delete, 'a' analyze
	table  state.TableID
	temp   bool // the table is a temporary one
	values []int64
	first  int64 // ordinal of the first value added, -1: they have none
}

// content is what tables hold: rows by table. Tables are copied when they change.
type content map[state.TableID]map[int64]bool

// with is c after effects. The error says why they cannot all count.
func (c content) with(effects []effect) (content, error) {
	out := maps.Clone(c)
	own := map[state.TableID]bool{}
	for _, e := range effects {
		rows, ok := out[e.table]
		if ok == (e.kind == 'c') {
			return nil, fmt.Errorf("%c: table %d is there: %v", e.kind, e.table, ok)
		}
		switch e.kind {
		case 'd':
			delete(out, e.table)
			continue
		case 'a':
			continue
		}
		if e.kind == 'c' || e.kind == 't' {
			out[e.table], own[e.table] = map[int64]bool{}, true
			continue
		}
		if !own[e.table] {
			rows, own[e.table] = maps.Clone(rows), true
			out[e.table] = rows
		}
		for _, v := range e.values {
			if rows[v] == (e.kind == '+') {
				return nil, fmt.Errorf("%c row %d of table %d: it is there: %v", e.kind, v, e.table, rows[v])
			}
			if e.kind == '+' {
				rows[v] = true
			} else {
				delete(rows, v)
			}
		}
	}
	return out, nil
}

// and is c and the tables of others.
func (c content) and(others content) content {
	out := maps.Clone(c)
	maps.Copy(out, others)
	return out
}

// of are the effects on temporary tables, or on the others.
func (r *record) of(temp bool) []effect {
	var out []effect
	for _, e := range r.effects {
		if e.temp == temp {
			out = append(out, e)
		}
	}
	return out
}

// outcome is what a client knows of its transaction.
type outcome byte

const (
	running outcome = '?'
	acked   outcome = '+'
	refused outcome = '-'
	unsure  outcome = '~'
)

// record is one client's transaction.
type record struct {
	sim          *Sim
	name         string
	serializable bool
	term         uint64
	base         *state.Catalog // its snapshot
	effects      []effect
	read         map[state.TableID]bool
	locked       []state.TableID
	wrote        map[string]bool // objects in storage
	temp         *temporary
	committing   bool
	outcome      outcome
	err          error
	counted      int    // entries of the log by which it counted
	version      uint64 // the catalog version that it made
}

// judge compares what an entry has done with what it should have.
func (s *Sim) judge(p *proposal, cmd *state.Command, before, after *state.Catalog, res *state.Result) {
	if res.Err != nil || after.Version() == before.Version() {
		return
	}
	now := s.model
	r := p.rec
	if r != nil {
		if r.counted++; r.counted > 1 {
			s.fail("%s counts %d times", r.name, r.counted)
			return
		}
		if r.outcome == refused {
			s.fail("%s was refused (%v) and counts all the same", r.name, r.err)
			return
		}
		r.version = after.Version()
		var err error
		if now, err = now.with(r.of(false)); err != nil {
			s.fail("%s counts, but %v", r.name, err)
			return
		}
		s.isolation(r)
		s.ordinals(r)
		for _, name := range slices.Sorted(maps.Keys(r.wrote)) {
			if !s.store.has(name) && s.named(after, name) {
				s.fail("%s counts, but its object %s was deleted", r.name, name)
			}
		}
	} else if err := s.housekeeping(cmd); err != nil {
		s.fail("entry %d: %v", p.index, err)
		return
	}
	s.model = now
	s.versions[after.Version()] = now
	// What has changed must be what it should be.
	seen := 0
	for _, t := range after.AllTables() {
		seen++
		if was := before.TableByID(t.ID); was != nil && was.Version.Number == t.Version.Number {
			continue
		}
		want, ok := now[t.ID]
		if !ok {
			s.fail("entry %d: table %s (%d) should not be there", p.index, t.Name, t.ID)
			return
		}
		s.same(fmt.Sprintf("entry %d", p.index), t, want)
	}
	if seen != len(now) {
		s.fail("entry %d: %d tables, not %d", p.index, seen, len(now))
	}
}

// named reports whether a table has an object.
func (s *Sim) named(c *state.Catalog, name string) bool {
	for _, t := range c.AllTables() {
		if t.Version.Objects.Find(name) != nil || t.Version.Stats == name {
			return true
		}
	}
	return false
}

// housekeeping checks entries that are no client's.
func (s *Sim) housekeeping(cmd *state.Command) error {
	for _, op := range cmd.Ops {
		if o, ok := op.(*state.Replace); ok {
			for _, n := range o.New {
				if !s.store.has(n.Name) {
					return fmt.Errorf("merged object %s was deleted", n.Name)
				}
			}
		}
		if made, _ := state.Creates(op); made.Table != nil || state.UseOf(op) != state.Keeps {
			return fmt.Errorf("nobody's command %s", describe(cmd))
		}
	}
	return nil
}

// same compares a table with what it should hold.
func (s *Sim) same(where string, t *state.Table, want map[int64]bool) {
	got := s.values(t)
	if int64(len(got)) != t.Version.Rows {
		s.fail("%s: table %s says it has %d rows, but has %d", where, t.Name, t.Version.Rows, len(got))
	}
	for v := range want {
		if !got[v] {
			s.fail("%s: row %d of table %s is lost", where, s.least(want, got), t.Name)
			return
		}
	}
	if len(got) != len(want) {
		s.fail("%s: row %d of table %s should be gone", where, s.least(got, want), t.Name)
	}
}

// least is the smallest row in a that is not in b: messages must not depend on the order of maps.
func (s *Sim) least(a, b map[int64]bool) int64 {
	for _, v := range slices.Sorted(maps.Keys(a)) {
		if !b[v] {
			return v
		}
	}
	return 0
}

// isolation checks a transaction that counts now: a SERIALIZABLE one has read what is there now, and
// nobody has changed a table that any has locked.
func (s *Sim) isolation(r *record) {
	depends := r.locked
	if r.serializable {
		depends = slices.Sorted(maps.Keys(r.read))
	}
	then := s.versions[r.base.Version()]
	for _, id := range depends {
		if was, ok := then[id]; ok && !maps.Equal(was, s.model[id]) {
			s.fail("%s counts, but table %d, which it has read, is another", r.name, id)
		}
	}
}

// ordinals checks that no two rows of a table have the same value in the identity column.
func (s *Sim) ordinals(r *record) {
	for _, e := range r.of(false) {
		if e.kind != '+' || e.first < 0 {
			continue
		}
		for i := range e.values {
			key := [2]int64{int64(e.table), e.first + int64(i)}
			if s.used[key] {
				s.fail("%s: ordinal %d of table %d is given twice", r.name, key[1], e.table)
			}
			s.used[key] = true
		}
	}
}

// answered is called when a client has been answered.
func (r *record) answered(o outcome, err error) {
	r.outcome, r.err = o, err
	r.sim.trace("%s %c %v", r.name, o, err)
	if o == acked {
		r.sim.told = max(r.sim.told, r.version)
	}
	switch {
	case o == acked && len(r.of(false)) > 0 && r.counted != 1:
		r.sim.fail("%s was acknowledged, but counts %d times", r.name, r.counted)
	case o == refused && r.counted != 0:
		r.sim.fail("%s was refused (%v), but counts", r.name, err)
	}
}

// killed: its leader's process died.
func (r *record) killed() {
	if r.outcome != running {
		return
	}
	if r.committing {
		r.answered(unsure, nil)
	} else {
		r.answered(refused, nil)
	}
}

// describe is a command in few words.
func describe(cmd *state.Command) string {
	out := ""
	for _, op := range cmd.Ops {
		out += " " + state.Describe(op)
	}
	return out
}
