package crash

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// residentTables are what residents read: tables that are merged, emptied and dropped meanwhile.
var residentTables = []string{"set_a", "set_b", "grouped", "list0", "account"}

// residents are sessions that go on from round to round: each reads tables in one transaction for
// seconds, and must see the same every time. Their snapshots are what the garbage collector must spare.
// stop ends them and waits.
func (r *run) residents(n int) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for i := range n {
		c := r.client(fmt.Sprintf("resident%d", i), uint64(i))
		wg.Go(func() {
			defer c.close()
			for ctx.Err() == nil {
				r.reside(ctx, c)
				sleep(ctx, 100*time.Millisecond)
			}
		})
	}
	return func() { cancel(); wg.Wait() }
}

// reside is one transaction of a resident.
func (r *run) reside(ctx context.Context, c *client) {
	until := time.Now().Add(time.Duration(500+c.rnd.IntN(6000)) * time.Millisecond)
	first := map[string]string{}
	_, err := c.transaction(ctx, false, func() error {
		for time.Now().Before(until) {
			for _, t := range residentTables {
				column := map[string]string{"grouped": "v", "account": "balance", "list0": "length(v)"}[t]
				if column == "" {
					column = "v"
				}
				rows, _, err := c.exec(ctx, "SELECT count(*), sum(%s) FROM %s", column, t)
				if err != nil {
					return err
				}
				now := fmt.Sprint(rows)
				if was, again := first[t]; again && was != now {
					r.complain("%s: in one transaction %s is %s, then %s", c.name, t, was, now)
				}
				first[t] = now
			}
			sleep(ctx, time.Duration(20+c.rnd.IntN(200))*time.Millisecond)
		}
		return nil
	})
	if bad(err) && (len(first) == len(residentTables) || code(err) != "42P01") { // or the tables were being made anew
		r.complain("%s saw %s", c.name, errorText(err))
	}
}

// complain notes something that must not be, for the round under way.
func (r *run) complain(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.late = append(r.late, fmt.Sprintf(format, args...))
}

// complaints are those since the last call.
func (r *run) complaints() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := r.late
	r.late = nil
	return l
}
