package leader

import (
	"context"
	"fmt"
	"time"

	"slipher/catalog/state"
	"slipher/node/rms"
)

// takeStorage makes this leader the owner of managed storage for as long as it is the active one.
func (s *Server) takeStorage(ctx context.Context, term uint64) (err error) {
	c := &claimant{storage: s.opts.Storage, relocate: s.opts.Relocate, take: s.opts.Take, dir: s.opts.Dir, id: s.opts.ID, term: term,
		alone: len(s.replica.Members()) == 1, lone: s.opts.Embedded, replica: s.replica, log: s.log}
	if s.held, err = c.claim(ctx); err != nil {
		return err
	}
	h := s.held
	if h.found >= 0 {
		s.log.Info("managed storage has all objects of the catalog", "storage", h.url, "objects", h.found)
	}
	s.store = rms.Guard(h.store, func() state.Claim { return h.claim })
	// The place is given up as soon as the leadership is lost, not when all that was started is ended.
	beats, stop := context.WithCancel(ctx)
	left := make(chan struct{})
	go func() {
		defer close(left)
		h.seat.Hold(beats, h.claim, func(err error) { s.taken(ctx, err) })
	}()
	s.onEnd(func(context.Context) error {
		stop()
		<-left
		return nil
	})
	return nil
}

// takenPatience is how long a leader among several whose storage has another owner waits to hear that
// it was deposed.
const takenPatience = 3 * time.Second

// taken ends the server: its storage has another owner. Whoever has been elected in its place has a right to that.
func (s *Server) taken(ctx context.Context, err error) {
	if len(s.replica.Members()) > 1 && !sleep(ctx, takenPatience) || ctx.Err() != nil {
		return
	}
	s.life.fail(err)
}

// checkStorage refuses a --storage that is not the cluster's, on a leader that stands by.
func (s *Server) checkStorage(url string) error {
	if s.opts.Storage == "" || s.opts.Relocate || s.opts.Storage == rms.Resolve(s.opts.Dir, url) {
		return nil
	}
	return fmt.Errorf("the managed storage of the cluster is %s, not %s as --storage says", url, s.opts.Storage)
}

// someStored is an object in managed storage that a table refers to, nil if there is none.
func someStored(cat *state.Catalog) (*state.Table, *state.ObjectRef) {
	for _, t := range cat.AllTables() {
		for _, o := range t.Version.Objects.All() {
			if !o.Inline() {
				return t, o
			}
		}
	}
	return nil, nil
}
