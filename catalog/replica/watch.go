package replica

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"sync"
	"time"

	"slipher/catalog/fault"
	"slipher/catalog/state"
)

// leadership is whether this replica is the active leader, and since which term.
type leadership struct {
	mu     *sync.Mutex
	opened uint64        // guarded by mu; the term opened in the catalog, 0: not active
	news   chan struct{} // guarded by mu; closed when opened changes
}

func newLeadership() leadership {
	return leadership{mu: &sync.Mutex{}, news: make(chan struct{})}
}

func (l *leadership) term() (uint64, bool) {
	term, _ := l.watch()
	return term, term != 0
}

// watch gives the term and a channel that is closed when it changes.
func (l *leadership) watch() (uint64, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.opened, l.news
}

// set notes the term this replica leads in, 0 for none.
func (l *leadership) set(term uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.opened == term {
		return
	}
	l.opened = term
	close(l.news)
	l.news = make(chan struct{})
}

// retryTakeOver is how long a leader waits before it tries again to open its term.
const retryTakeOver = 100 * time.Millisecond

// watch follows raft's elections. A replica that wins applies what came before
// it, opens its term in the catalog, and only then is active.
func (r *Replica) watch(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case won := <-r.raft.LeaderCh():
			// Won again without a loss in between: raft tells the newest only.
			if r.leader.set(0); !won {
				r.txns.forget()
				continue
			}
			r.txns.forget()
			for err := r.takeOver(ctx); err != nil && ctx.Err() == nil; err = r.takeOver(ctx) {
				if r.await(r.raft.VerifyLeader()) != nil {
					break // LeaderCh tells, if it has not told already
				}
				r.opts.Log.Warn("leadership not taken", "err", err)
				time.Sleep(retryTakeOver)
			}
		}
	}
}

func (r *Replica) takeOver(ctx context.Context) error {
	if err := r.await(r.raft.Barrier(0)); err != nil {
		return err
	}
	if err := fault.Point("replica.lead"); err != nil {
		return err
	}
	term := r.raft.CurrentTerm()
	if term > r.Catalog().Term() { // else it was opened, and only its reply was lost
		_, err := r.apply(ctx, &state.Command{
			Micros: r.opts.Now(), Ops: []state.Op{&state.OpenTerm{Term: term}},
		})
		if err != nil {
			return fmt.Errorf("open leader term %d: %w", term, err)
		}
	}
	r.leader.set(term)
	r.opts.Log.Info("catalog leader", "id", r.opts.ID, "term", term, "version", r.Catalog().Version())
	return nil
}

// Leads gives the term this replica leads in, 0 if it does not lead, and a
// channel that is closed when that changes.
func (r *Replica) Leads() (term uint64, changed <-chan struct{}) { return r.leader.watch() }

// WaitActive waits until this replica is the active leader and its catalog current.
func (r *Replica) WaitActive(ctx context.Context) error {
	for {
		term, changed := r.Leads()
		if term != 0 {
			return nil
		}
		select {
		case <-changed:
		case <-r.Failed():
			return r.Err()
		case <-ctx.Done():
			return fmt.Errorf("waiting to become the active leader: %w", ctx.Err())
		}
	}
}

// Term is the term this replica leads in, 0 if it does not lead. It belongs on
// every message to a node and in every object's name.
func (r *Replica) Term() uint64 {
	term, _ := r.leader.term()
	return term
}

// EnsureCluster bootstraps the catalog if nobody has yet: a random id and
// signing key, the given number of slices and storage URL. On a catalog that
// has been bootstrapped it changes nothing: what was fixed stays.
func (r *Replica) EnsureCluster(ctx context.Context, slices int, storageURL string, distHash int) error {
	if r.Catalog().Cluster() != nil {
		return nil
	}
	id, key := make([]byte, 8), make([]byte, 32)
	for _, b := range [][]byte{id, key} {
		if _, err := rand.Read(b); err != nil {
			return err
		}
	}
	_, err := r.Propose(ctx, &state.Command{Ops: []state.Op{&state.Bootstrap{
		Cluster: state.Cluster{ID: hex.EncodeToString(id), Slices: slices, StorageURL: storageURL,
			SigningKey: key, DistHash: distHash},
	}}})
	return err
}
