package crash

import (
	"context"
	"strconv"

	"slipher/tests/history"
)

// workload is what some clients do, and what must be true of it.
type workload struct {
	name    string
	clients int
	create  []string                                             // its tables
	setup   func(ctx context.Context, r *round, c *client) error // may be repeated
	// step is one operation of a client, recorded with its outcome.
	step func(ctx context.Context, r *round, c *client)
	// check reads what is there at the end of a round; an error is one of the connection.
	check func(ctx context.Context, r *round, c *client) error
}

// workloads is all there are.
var workloads = []*workload{setWork, listWork, registerWork, bankWork, tableWork, groupWork}

// probeWork is what the probers do.
var probeWork = &workload{
	name:   "probe",
	create: []string{"CREATE TABLE probe(round INT, v BIGINT)"},
	check: func(ctx context.Context, r *round, c *client) error {
		return r.readSets(ctx, c, "probe")
	},
}

// readSets reads whole sets of the round, in one transaction if there are several.
func (r *round) readSets(ctx context.Context, c *client, tables ...string) error {
	begin := r.rig.now()
	var ops []history.Op
	read := func() error {
		for _, t := range tables {
			rows, _, err := c.exec(ctx, "SELECT v FROM %s WHERE round = %d", t, r.n)
			if err != nil {
				r.refuse(err)
				return err
			}
			ops = append(ops, history.ReadSet(r.key(t), numbers(rows)))
		}
		return nil
	}
	var err error
	serializable := false
	if len(tables) == 1 {
		err = read()
	} else {
		serializable = c.rnd.IntN(4) == 0
		_, err = c.transaction(ctx, serializable, read)
	}
	// Snapshots are promised whatever becomes of the transaction.
	r.record(c, begin, serializable, history.Committed, ops)
	return err
}

// numbers are the values of a column of integers.
func numbers(rows [][]string) []int64 {
	values := make([]int64, 0, len(rows))
	for _, row := range rows {
		n, err := strconv.ParseInt(row[0], 10, 64)
		if err != nil {
			n = -1 // NULL or no number: nobody wrote that
		}
		values = append(values, n)
	}
	return values
}
