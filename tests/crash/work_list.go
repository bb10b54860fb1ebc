package crash

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"slipher/tests/history"
)

// listsInRound is how many lists clients append to. Two tables hold them, because a SERIALIZABLE
// transaction conflicts with all writes to the tables it read.
const listsInRound = 4

// listWork appends to lists, each a string in a row of its own, and reads them, several
// in a transaction: what the checker of isolation learns most from.
var listWork = &workload{
	name:    "list",
	clients: 3,
	create: []string{"CREATE TABLE list0(k BIGINT, v VARCHAR(16000)) DISTSTYLE EVEN",
		"CREATE TABLE list1(k BIGINT, v VARCHAR(16000)) DISTKEY(k)"},
	setup: func(ctx context.Context, r *round, c *client) error {
		for t := range 2 {
			var rows []string
			for i := t; i < listsInRound; i += 2 {
				rows = append(rows, fmt.Sprintf("(%d, '')", r.list(i)))
			}
			if err := r.ensure(ctx, c, fmt.Sprintf("list%d", t), "k", r.list(t), strings.Join(rows, ", ")); err != nil {
				return err
			}
		}
		return nil
	},
	step: func(ctx context.Context, r *round, c *client) {
		s := &listStep{round: r, c: c}
		begin := r.rig.now()
		if c.rnd.IntN(3) == 0 { // alone
			err := s.one(ctx, c.rnd.IntN(listsInRound))
			r.refuse(err)
			r.record(c, begin, false, outcome(err), s.ops)
			return
		}
		serializable := c.rnd.IntN(5) < 2
		o, err := c.transaction(ctx, serializable, func() error {
			for range 1 + c.rnd.IntN(3) {
				if err := s.one(ctx, c.rnd.IntN(listsInRound)); err != nil {
					return err
				}
			}
			return nil
		})
		r.refuse(err)
		r.record(c, begin, serializable, o, s.ops)
	},
	check: func(ctx context.Context, r *round, c *client) error {
		s := &listStep{round: r, c: c}
		begin := r.rig.now()
		_, err := c.transaction(ctx, false, func() error {
			for i := range listsInRound {
				if err := s.read(ctx, i); err != nil {
					return err
				}
			}
			return nil
		})
		r.record(c, begin, false, history.Committed, s.ops)
		return err
	},
}

// list is the key of the round's list i.
func (r *round) list(i int) int64 { return int64(r.n)*listsInRound + int64(i) }

// ensure inserts rows unless the one with a key is there: what a setup may repeat.
func (r *round) ensure(ctx context.Context, c *client, table, column string, key int64, rows string) error {
	there, _, err := c.exec(ctx, "SELECT count(*) FROM %s WHERE %s = %d", table, column, key)
	if err != nil || there[0][0] != "0" {
		return err
	}
	_, _, err = c.exec(ctx, "INSERT INTO %s VALUES %s", table, rows)
	if lost(err) {
		sleep(ctx, 500e6) // it may come yet
	}
	return err
}

type listStep struct {
	*round
	c   *client
	ops []history.Op
}

// one is an append or a read.
func (s *listStep) one(ctx context.Context, i int) error {
	if s.c.rnd.IntN(2) == 0 {
		return s.read(ctx, i)
	}
	id := s.id()
	s.ops = append(s.ops, history.Append(s.name(i), id))
	_, tag, err := s.c.exec(ctx, "UPDATE list%d SET v = v || ',%d' WHERE k = %d", i%2, id, s.list(i))
	if err == nil && tag != "UPDATE 1" {
		s.fail("%s: an append to list %d: %s, want UPDATE 1", s.c.name, s.list(i), tag)
	}
	return err
}

func (s *listStep) name(i int) string { return fmt.Sprintf("list%d.%d", i%2, s.list(i)) }

func (s *listStep) read(ctx context.Context, i int) error {
	rows, _, err := s.c.exec(ctx, "SELECT v FROM list%d WHERE k = %d", i%2, s.list(i))
	if err != nil {
		return err
	}
	if len(rows) != 1 {
		s.fail("%s: list %d has %d rows: %v", s.c.name, s.list(i), len(rows), rows)
		return nil
	}
	var values []int64
	for _, f := range strings.FieldsFunc(rows[0][0], func(r rune) bool { return r == ',' }) {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			s.fail("%s: list %d reads %q", s.c.name, s.list(i), rows[0][0])
			return nil
		}
		values = append(values, n)
	}
	s.ops = append(s.ops, history.ReadList(s.name(i), values))
	return nil
}
