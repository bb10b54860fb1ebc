package crash

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"slipher/tests/history"
)

// tableWork makes, fills, empties and drops tables. A table belongs to one client, which
// knows what it must hold: what was acknowledged, and perhaps what was not answered.
var tableWork = &workload{
	name:    "table",
	clients: 1,
	step: func(ctx context.Context, r *round, c *client) {
		t := &ownTable{name: fmt.Sprintf("own_%d", r.id()), states: []string{gone}}
		r.mu.Lock()
		r.tables = append(r.tables, t)
		r.mu.Unlock()
		for range 1 + c.rnd.IntN(6) {
			if r.stop.Load() || ctx.Err() != nil || !t.step(ctx, r, c) {
				return // an operation without an answer may come yet: leave the table alone
			}
		}
		if t.states[0] != gone && c.rnd.IntN(2) == 0 {
			t.do(ctx, r, c, gone, "DROP TABLE "+t.name)
		}
	},
	check: func(ctx context.Context, r *round, c *client) error {
		r.mu.Lock()
		tables := r.tables
		r.mu.Unlock()
		for _, t := range tables {
			now, err := t.read(ctx, c)
			if err != nil {
				return err
			}
			if !slices.Contains(t.states, now) {
				r.fail("table %s is %q, want %q; history: %s", t.name, now, t.states, strings.Join(t.said, "; "))
			}
			if now != gone {
				if _, _, err := c.exec(ctx, "DROP TABLE %s", t.name); err != nil && code(err) != "42P01" {
					return err
				}
				t.states = append(t.states, gone) // the check may be repeated
			}
		}
		return nil
	},
}

// gone is the state of a table that does not exist. Others are its values, sorted, in text.
const gone = "gone"

type ownTable struct {
	name   string
	states []string // possible ones; one while every operation was answered
	said   []string // what was done
	values []int64
}

// step does something to the table. It is false if the client should not go on.
func (t *ownTable) step(ctx context.Context, r *round, c *client) bool {
	insert := func() (string, string) {
		v := r.id()
		t.values = append(slices.Clone(t.values), v)
		return "INSERT INTO " + t.name + " VALUES (" + fmt.Sprint(v) + ")", t.holds()
	}
	if t.states[0] == gone {
		t.values = nil
		create := "CREATE TABLE " + t.name + "(v BIGINT)"
		if c.rnd.IntN(2) == 0 {
			return t.do(ctx, r, c, t.holds(), create)
		}
		fill, state := insert()
		return t.do(ctx, r, c, state, create, fill)
	}
	before := t.values
	ok := true
	switch c.rnd.IntN(6) {
	case 0:
		t.values = nil
		ok = t.do(ctx, r, c, t.holds(), "TRUNCATE "+t.name)
	case 1:
		t.values = nil
		fill, state := insert()
		ok = t.do(ctx, r, c, state, "DELETE FROM "+t.name, fill)
	case 2:
		t.values = nil
		ok = t.do(ctx, r, c, gone, "DROP TABLE "+t.name)
	case 3:
		if len(t.values) == 0 {
			return true
		}
		v := t.values[c.rnd.IntN(len(t.values))]
		t.values = slices.DeleteFunc(slices.Clone(t.values), func(x int64) bool { return x == v })
		ok = t.do(ctx, r, c, t.holds(), fmt.Sprintf("DELETE FROM %s WHERE v = %d", t.name, v))
	default:
		fill, state := insert()
		ok = t.do(ctx, r, c, state, fill)
	}
	if len(t.states) == 1 && t.states[0] != t.holds() && t.states[0] != gone {
		t.values = before // it failed
	}
	return ok
}

func (t *ownTable) holds() string {
	v := slices.Clone(t.values)
	slices.Sort(v)
	return fmt.Sprint(v)
}

// do runs statements, more than one in a transaction, which make the table's state
// the one given. It is false if the client does not know whether they did.
func (t *ownTable) do(ctx context.Context, r *round, c *client, state string, statements ...string) bool {
	var o history.Outcome
	var err error
	if len(statements) == 1 {
		_, _, err = c.exec(ctx, "%s", statements[0])
		o = outcome(err)
		// TRUNCATE and DDL commit alone; so does everything else here.
	} else {
		o, err = c.transaction(ctx, false, func() error {
			for _, s := range statements {
				if _, _, err := c.exec(ctx, "%s", s); err != nil {
					return err
				}
			}
			return nil
		})
	}
	r.refuse(err)
	t.said = append(t.said, fmt.Sprintf("%v %s: %v", r.rig.now(), strings.Join(statements, "; "), o))
	switch o {
	case history.Committed:
		t.states = []string{state}
	case history.Unknown:
		t.states = append(t.states, state)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if o == history.Committed {
		r.committed++
	}
	return o != history.Unknown
}

// read is the table's state.
func (t *ownTable) read(ctx context.Context, c *client) (string, error) {
	rows, _, err := c.exec(ctx, "SELECT v FROM %s", t.name)
	if code(err) == "42P01" {
		return gone, nil
	}
	if err != nil {
		return "", err
	}
	v := numbers(rows)
	slices.Sort(v)
	return fmt.Sprint(v), nil
}
