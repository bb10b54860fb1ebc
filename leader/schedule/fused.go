package schedule

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"slipher/node/wire"
)

// How long an auto query runs before the compiler is troubled. Compiling takes
// the cores that the query runs on: a shape seen for the first time waits until it has proved to be
// long, one that comes again is worth it sooner.
const (
	fuseDelayFirst = 40 * time.Millisecond
	fuseDelayAgain = 3 * time.Millisecond
)

// shapesKept bounds the memory of shapes that were run before.
const shapesKept = 1 << 16

// again remembers a program by its hash and reports whether it was there.
func (s *Service) again(hash string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shapes[hash] {
		return true
	}
	if s.shapes == nil || len(s.shapes) >= shapesKept {
		s.shapes = map[string]bool{}
	}
	s.shapes[hash] = true
	return false
}

// fuseNow puts fused code that is at hand into a segment; if the tier is fused
// and some is missing, the segment waits for it.
func (r *run) fuseNow(w *wire.Segment, code Code, target string) {
	if r.env.Fused == nil || r.env.Options.Tier == TierPrimitives {
		return
	}
	w.FusedGeneral, _ = r.env.Fused(r.ctx, w.ID, false, target, FromCache)
	missing := w.FusedGeneral == nil
	if code.Special != nil {
		w.FusedSpecial, _ = r.env.Fused(r.ctx, w.ID, true, target, FromCache)
		missing = missing || w.FusedSpecial == nil
	}
	if missing {
		first := !r.s.again(code.General.Hash)
		r.mu.Lock()
		r.firstTime = r.firstTime || first
		if r.missing == nil {
			r.missing = map[fuseKey]bool{}
		}
		r.missing[fuseKey{w.ID, target}] = code.Special != nil
		r.mu.Unlock()
	}
	w.FusedOnly = missing && r.env.Options.Tier == TierFused
}

// fuseKey is a segment for a CPU level.
type fuseKey struct {
	seg    int
	target string
}

// fuse compiles what was missing in the background and sends it to the nodes.
// The function returned ends that and waits.
func (r *run) fuse() func() {
	if len(r.missing) == 0 {
		return func() {}
	}
	ctx, cancel := context.WithCancel(r.ctx)
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		if r.env.Options.Tier == TierAuto {
			delay := fuseDelayAgain
			if r.firstTime {
				delay = fuseDelayFirst
			}
			select {
			case <-time.After(delay):
			case <-ctx.Done():
				return
			}
		}
		for _, segs := range r.q.Streams { // what runs first is needed first
			for _, seg := range segs {
				for key, special := range r.missing {
					if key.seg == seg {
						wg.Add(1)
						go func() {
							defer wg.Done()
							r.fuseOne(ctx, key, special)
						}()
					}
				}
			}
		}
	}()
	return func() {
		cancel()
		wg.Wait()
	}
}

// fuseOne compiles a segment's variants, the special one first: the general one's arrival lets it run.
func (r *run) fuseOne(ctx context.Context, key fuseKey, special bool) {
	variants := []bool{false}
	if special {
		variants = []bool{true, false}
	}
	for _, sp := range variants {
		env, err := r.env.Fused(ctx, key.seg, sp, key.target, Compile)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			r.s.cfg.Log.Warn("no fused code", "query", r.id, "segment", key.seg, "err", err)
		}
		m := wire.FusedCode{Query: r.id, Segment: key.seg, Special: sp, Failed: env == nil}
		if env != nil {
			h := sha256.Sum256(env)
			m.Hash = h[:]
		}
		if m.Failed && sp {
			continue // primitives for that variant; the general message releases the segment
		}
		r.ship(ctx, key, m, env)
	}
}

// ship sends code to the nodes of a CPU level that run the segment: the hash
// first, the object if the node does not have it.
func (r *run) ship(ctx context.Context, key fuseKey, m wire.FusedCode, env []byte) {
	for _, id := range r.a.hosts(r.q.Segments[key.seg]) {
		if r.a.target[id] != key.target {
			continue
		}
		msg := m
		reply, err := r.a.conns[id].Call(ctx, &msg)
		if fr, ok := reply.(*wire.FusedReply); ok && fr.NeedObject {
			msg.Object = env
			_, err = r.a.conns[id].Call(ctx, &msg)
		}
		if err != nil && ctx.Err() == nil {
			// The node runs on with what it has, or will be found lost.
			r.s.cfg.Log.Warn("fused code not delivered", "query", r.id, "segment", key.seg, "node", id, "err", err)
			if r.env.Options.Tier == TierFused {
				r.fail(err)
			}
		}
	}
}
