package crash

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"slipher/tests/history"
)

// groupWork loads, changes and deletes rows by the hundred, in objects that are merged meanwhile. A group's rows
// are there together or not at all, in every read; a reader that stays in its transaction
// sees the same for as long as that lives, whatever is merged and collected behind it.
var groupWork = &workload{
	name:    "group",
	clients: 2,
	create:  []string{"CREATE TABLE grouped(round INT, g BIGINT, v INT, pad VARCHAR(600)) DISTSTYLE EVEN SORTKEY(g)"},
	step: func(ctx context.Context, r *round, c *client) {
		if c.rnd.IntN(3) == 0 {
			r.stay(ctx, c)
			return
		}
		r.group(ctx, c)
	},
	check: func(ctx context.Context, r *round, c *client) error {
		begin := r.rig.now()
		rows, _, err := c.exec(ctx, groupQuery, r.n)
		if err != nil {
			return err
		}
		r.checkGroups(c, begin, rows, true)
		return nil
	},
}

// groupQuery sums up groups. v of a group's rows are 0..n-1, shifted by a change that all get.
const groupQuery = "SELECT g, count(*), count(DISTINCT v), min(v), max(v) FROM grouped WHERE round = %d GROUP BY g " +
	"ORDER BY g"

// group is what is known of rows that belong together.
type group struct {
	id, rows int64
	// Times of operations, 0: none. there: acknowledged. dropping: asked for.
	asked, there, dropping, gone time.Duration
	failed                       bool // never was there
	shifts                       int  // asked for, each by shift
	shifted                      int  // acknowledged
}

// shift is what a change adds to all values of a group.
const shift = 1000

type groups struct {
	mu  sync.Mutex
	all map[int64]*group // guarded by mu, and what is in it
}

// group makes a group, perhaps changes it, perhaps deletes it.
func (r *round) group(ctx context.Context, c *client) {
	g := &group{id: r.id(), rows: 1 + c.rnd.Int64N(200), asked: r.rig.now()}
	r.groups.mu.Lock()
	if r.groups.all == nil {
		r.groups.all = map[int64]*group{}
	}
	r.groups.all[g.id] = g
	r.groups.mu.Unlock()
	note := func(f func()) {
		r.groups.mu.Lock()
		defer r.groups.mu.Unlock()
		f()
	}
	pad := strings.Repeat("g", pick(c.rnd, 1, 500))
	var b strings.Builder
	for v := range g.rows {
		fmt.Fprintf(&b, "%d|%d|%d|%s\n", r.n, g.id, v, pad)
	}
	err := c.copyIn(ctx, "COPY grouped FROM STDIN DELIMITER '|'", strings.NewReader(b.String()))
	r.refuse(err)
	switch outcome(err) {
	case history.Failed:
		note(func() { g.failed = true })
		return
	case history.Unknown:
		return
	}
	note(func() { g.there = r.rig.now() })
	for range c.rnd.IntN(3) {
		note(func() { g.shifts++ })
		_, tag, err := c.exec(ctx, "UPDATE grouped SET v = v + %d WHERE g = %d", shift, g.id)
		r.refuse(err)
		switch want := fmt.Sprintf("UPDATE %d", g.rows); {
		case err == nil && tag != want:
			r.fail("%s: a change of group %d: %s, want %s", c.name, g.id, tag, want)
		case err == nil:
			note(func() { g.shifted++ })
		case outcome(err) == history.Failed:
			note(func() { g.shifts-- })
		default:
			return
		}
		if r.stop.Load() {
			return
		}
	}
	if c.rnd.IntN(3) == 0 {
		return
	}
	note(func() { g.dropping = r.rig.now() })
	_, tag, err := c.exec(ctx, "DELETE FROM grouped WHERE g = %d", g.id)
	r.refuse(err)
	switch want := fmt.Sprintf("DELETE %d", g.rows); {
	case err == nil && tag != want:
		r.fail("%s: group %d: %s, want %s", c.name, g.id, tag, want)
	case err == nil:
		note(func() { g.gone = r.rig.now() })
	case outcome(err) == history.Failed:
		note(func() { g.dropping = 0 })
	}
}

// stay reads in one transaction, again and again.
func (r *round) stay(ctx context.Context, c *client) {
	_, err := c.transaction(ctx, false, func() error {
		var first [][]string
		for look := range 3 + c.rnd.IntN(6) {
			begin := r.rig.now()
			rows, _, err := c.exec(ctx, groupQuery, r.n)
			if err != nil {
				return err
			}
			if look == 0 {
				first = rows
				r.checkGroups(c, begin, rows, false)
			} else if fmt.Sprint(rows) != fmt.Sprint(first) {
				r.fail("%s: in one transaction the groups are %v, then %v", c.name, first, rows)
			}
			if r.stop.Load() {
				break
			}
			sleep(ctx, time.Duration(c.rnd.IntN(150))*time.Millisecond)
		}
		return nil
	})
	r.refuse(err)
}

// checkGroups looks at what a read that began at begin saw; last: nobody writes any more.
func (r *round) checkGroups(c *client, begin time.Duration, rows [][]string, last bool) {
	now := r.rig.now()
	r.groups.mu.Lock()
	defer r.groups.mu.Unlock()
	seen := map[int64]bool{}
	for _, row := range rows {
		var f [5]int64
		for i := range f {
			f[i], _ = strconv.ParseInt(row[i], 10, 64)
		}
		g := r.groups.all[f[0]]
		switch {
		case g == nil:
			r.fail("%s: group %v was never written", c.name, row)
		case g.failed:
			r.fail("%s: group %v is there, but its COPY failed", c.name, row)
		case g.gone != 0 && g.gone < begin:
			r.fail("%s: group %v is there, but was deleted at %v, before %v", c.name, row, g.gone, begin)
		case f[1] != g.rows, f[2] != g.rows, f[4]-f[3] != g.rows-1, f[3]%shift != 0:
			r.fail("%s: group %v is torn: it has %d rows", c.name, row, g.rows)
		case f[3]/shift > int64(g.shifts), last && f[3]/shift < int64(g.shifted):
			r.fail("%s: group %v was changed %d times, of %d acknowledged and %d asked for", c.name, row, f[3]/shift, g.shifted,
				g.shifts)
		}
		seen[f[0]] = true
	}
	for _, g := range r.groups.all {
		if g.there != 0 && g.there < begin && (g.dropping == 0 || g.dropping > now) && !seen[g.id] {
			r.fail("%s: group %d of %d rows is not there at %v, acknowledged at %v; there are %v", c.name, g.id, g.rows, begin,
				g.there, slices.Sorted(maps.Keys(seen)))
		}
	}
}
