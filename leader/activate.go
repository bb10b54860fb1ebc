package leader

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"slipher/leader/pause"
	"slipher/leader/relay"
)

// alone reports whether this leader waits for no other.
func (s *Server) alone() bool { return s.opts.Bootstrap || len(s.replica.Members()) == 1 }

// live starts what follows the leadership, and what keeps this leader a member.
func (s *Server) live() {
	s.openRelay()
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { s.lead(ctx) })
	wg.Go(func() { s.members.Stay(ctx) })
	s.onStop(func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, s.life.patience(deposeTimeout))
		defer cancel()
		s.front.Close(ctx)
		return nil
	})
	s.onStop(func(context.Context) error {
		stop()
		wg.Wait()
		return nil
	})
	wg.Go(func() { s.front.Serve(s.front.Listener()) })
	if s.mux != nil {
		wg.Go(func() { s.front.Serve(s.mux.SQL()) })
		s.onStop(func(context.Context) error { return s.mux.SQL().Close() })
	}
	if len(s.replica.Members()) > 1 {
		s.life.serves() // clients wait for whoever becomes active
	}
}

// lead makes this process the active leader for as long as raft does.
func (s *Server) lead(ctx context.Context) {
	for ctx.Err() == nil {
		term, changed := s.replica.Leads()
		if term == 0 {
			select {
			case <-changed:
			case <-s.replica.Failed():
				s.life.fail(s.replica.Err())
				return
			case <-ctx.Done():
			}
			continue
		}
		within, cancel := context.WithCancel(ctx)
		lost := make(chan struct{})
		go func() {
			defer close(lost)
			select {
			case <-changed:
			case <-s.replica.Failed():
				s.life.fail(s.replica.Err())
			case <-within.Done():
			}
			cancel()
		}()
		t := &leadership{s: s, number: term}
		err := t.begin(within)
		if err == nil {
			s.life.serves()
			<-within.Done()
		} else if within.Err() == nil {
			s.life.fail(fmt.Errorf("cannot be the active leader: %w", err))
		}
		cancel()
		<-lost
		t.end(ctx)
	}
}

// handOver makes another leader the active one, if this one is and there are others.
func (s *Server) handOver(ctx context.Context) {
	term := s.life.active()
	if term == 0 || len(s.replica.Members()) < 2 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, handOverTimeout)
	defer cancel()
	if err := s.replica.Transfer(ctx, ""); err != nil {
		s.log.Info("leadership is not handed over", "err", err)
		return
	}
	for now, changed := s.replica.Leads(); now == term; now, changed = s.replica.Leads() {
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// handOverTimeout bounds how long a leader that stops tries to make another one active.
const handOverTimeout = 3 * time.Second

// openRelay makes the front of the times in which this leader stands by.
func (s *Server) openRelay() {
	s.front.Relay(relay.New(relay.Options{Active: s.servingLeader, Dial: s.dialSQL, MaxConnections: s.opts.MaxConnections,
		Log: s.log}))
}

// lookEvery is how often a standby looks for an active leader that a client waits for.
const lookEvery = 25 * time.Millisecond

// servingLeader waits for an active leader and gives its id: relay.Options.Active.
func (s *Server) servingLeader(ctx context.Context) (string, error) {
	for {
		if s.life.active() != 0 {
			return s.opts.ID, nil
		}
		if id, _ := s.replica.Leader(); id != "" && id != s.opts.ID {
			return id, nil
		}
		if !pause.Sleep(ctx, lookEvery) {
			return "", context.Cause(ctx)
		}
	}
}

// dialSQL connects to a leader's SQL server, over the link there is: it needs no
// password, and a silent leader breaks it.
func (s *Server) dialSQL(ctx context.Context, id string) (net.Conn, error) {
	if id == s.opts.ID {
		return s.front.Dial()
	}
	addr := s.members.Locate(id)
	if s.mux == nil || addr == "" {
		return nil, fmt.Errorf("it is not known where leader %s is", id)
	}
	return s.mux.SQL().DialContext(ctx, addr)
}
