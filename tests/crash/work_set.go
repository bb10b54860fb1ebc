package crash

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"slipher/tests/history"
)

// setWork inserts values that are all different, in every way there is; each
// acknowledged one must be there exactly once, and those of a transaction together.
var setWork = &workload{
	name:    "set",
	clients: 3,
	create: []string{
		"CREATE TABLE set_a(round INT, v BIGINT, pad VARCHAR(2000)) DISTSTYLE EVEN",
		"CREATE TABLE set_b(round INT, v BIGINT, pad VARCHAR(2000)) DISTKEY(v) SORTKEY(v)",
	},
	step: func(ctx context.Context, r *round, c *client) {
		s := &setStep{round: r, c: c}
		begin := r.rig.now()
		o, err := setSteps[c.rnd.IntN(len(setSteps))](ctx, s)
		r.refuse(err)
		if len(s.ops) > 0 {
			r.record(c, begin, s.serializable, o, s.ops)
		}
	},
	check: func(ctx context.Context, r *round, c *client) error {
		return r.readSets(ctx, c, "set_a", "set_b")
	},
}

// setStep is one operation under way.
type setStep struct {
	*round
	c            *client
	ops          []history.Op
	serializable bool
}

// table is one of the two, by chance.
func (s *setStep) table() string { return pick(s.c.rnd, "set_a", "set_b") }

// values makes n new values of a table and notes that they are written.
func (s *setStep) values(table string, n int, pad string) string {
	var rows []string
	for range n {
		id := s.id()
		s.ops = append(s.ops, history.Add(s.key(table), id))
		rows = append(rows, fmt.Sprintf("(%d, %d, '%s')", s.n, id, pad))
	}
	return strings.Join(rows, ", ")
}

// insert adds n values by one INSERT.
func (s *setStep) insert(ctx context.Context, table string, n int) error {
	_, _, err := s.c.exec(ctx, "INSERT INTO %s VALUES %s", table, s.values(table, n, "x"))
	return err
}

// copyRows adds n values by a COPY: many of them are more than a small write may be.
func (s *setStep) copyRows(ctx context.Context, table string, n int) error {
	pad := strings.Repeat("p", pick(s.c.rnd, 1, 1, 1800))
	var b strings.Builder
	for range n {
		id := s.id()
		s.ops = append(s.ops, history.Add(s.key(table), id))
		fmt.Fprintf(&b, "%d|%d|%s\n", s.n, id, pad)
	}
	return s.c.copyIn(ctx, "COPY "+table+" FROM STDIN DELIMITER '|'", strings.NewReader(b.String()))
}

// setSteps are the ways, each as likely as another.
var setSteps = []func(ctx context.Context, s *setStep) (history.Outcome, error){
	func(ctx context.Context, s *setStep) (history.Outcome, error) { // single rows
		err := s.insert(ctx, s.table(), 1)
		return outcome(err), err
	},
	func(ctx context.Context, s *setStep) (history.Outcome, error) { // several
		err := s.insert(ctx, s.table(), 2+s.c.rnd.IntN(9))
		return outcome(err), err
	},
	func(ctx context.Context, s *setStep) (history.Outcome, error) { // a load
		err := s.copyRows(ctx, s.table(), 1+s.c.rnd.IntN(90))
		return outcome(err), err
	},
	func(ctx context.Context, s *setStep) (history.Outcome, error) { // both tables, in a transaction
		return s.c.transaction(ctx, false, func() error {
			for range 1 + s.c.rnd.IntN(3) {
				if err := s.insert(ctx, s.table(), 1+s.c.rnd.IntN(3)); err != nil {
					return err
				}
			}
			if s.c.rnd.IntN(2) == 0 {
				return s.copyRows(ctx, s.table(), 1+s.c.rnd.IntN(60))
			}
			return nil
		})
	},
	func(ctx context.Context, s *setStep) (history.Outcome, error) { // rolled back
		_, err := s.c.transaction(ctx, false, func() error {
			if err := s.insert(ctx, s.table(), 2); err != nil {
				return err
			}
			return errGivenUp
		})
		return history.Failed, ignore(err, errGivenUp)
	},
	func(ctx context.Context, s *setStep) (history.Outcome, error) { // a part rolled back
		return s.c.transaction(ctx, false, func() error {
			if err := s.insert(ctx, "set_a", 1); err != nil {
				return err
			}
			kept := s.ops
			if _, _, err := s.c.exec(ctx, "SAVEPOINT p"); err != nil {
				return err
			}
			if err := s.insert(ctx, s.table(), 2); err != nil {
				return err
			}
			if _, _, err := s.c.exec(ctx, "ROLLBACK TO SAVEPOINT p"); err != nil {
				return err
			}
			given := s.ops[len(kept):]
			s.ops = kept
			s.record(s.c, s.rig.now(), false, history.Failed, given)
			return s.insert(ctx, "set_b", 1)
		})
	},
	func(ctx context.Context, s *setStep) (history.Outcome, error) { // until it is there, once
		return s.once(ctx)
	},
	func(ctx context.Context, s *setStep) (history.Outcome, error) {
		err := s.readSets(ctx, s.c, s.table())
		return history.Failed, err
	},
	func(ctx context.Context, s *setStep) (history.Outcome, error) {
		err := s.readSets(ctx, s.c, "set_a", "set_b")
		return history.Failed, err
	},
}

// errGivenUp is a client's own reason to roll back.
var errGivenUp = errors.New("given up")

func ignore(err, which error) error {
	if errors.Is(err, which) {
		return nil
	}
	return err
}

// once is what a careful client does whose answer was lost: it asks whether its row is there, and
// writes it if not, in one serializable transaction, until it knows.
func (s *setStep) once(ctx context.Context) (history.Outcome, error) {
	table, id := s.table(), s.id()
	s.ops = []history.Op{history.Add(s.key(table), id)}
	o, err := history.Failed, error(nil)
	for try := 0; ; try++ {
		var now history.Outcome
		now, err = s.c.transaction(ctx, true, func() error {
			rows, _, err := s.c.exec(ctx, "SELECT count(*) FROM %s WHERE round = %d AND v = %d", table, s.n, id)
			if err != nil {
				return err
			}
			if rows[0][0] != "0" {
				return nil
			}
			_, _, err = s.c.exec(ctx, "INSERT INTO %s VALUES (%d, %d, 'once')", table, s.n, id)
			return err
		})
		if now == history.Committed {
			return now, nil
		}
		if now == history.Unknown {
			o = now // whatever the later tries come to
		}
		if ctx.Err() != nil || s.stop.Load() {
			return o, err
		}
		sleep(ctx, 20e6)
	}
}
