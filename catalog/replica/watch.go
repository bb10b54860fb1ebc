package replica

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"sync"

	"slipher/catalog/state"
)

// leadership is whether this replica is the active leader, and since which term.
type leadership struct {
	mu     *sync.Mutex
	opened uint64        // guarded by mu; the term opened in the catalog, 0: not active
	active chan struct{} // guarded by mu; closed while active
}

func newLeadership() leadership {
	return leadership{mu: &sync.Mutex{}, active: make(chan struct{})}
}

func (l *leadership) term() (uint64, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.opened, l.opened != 0
}

func (l *leadership) gain(term uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.opened == 0 {
		close(l.active)
	}
	l.opened = term
}

func (l *leadership) lose() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.opened != 0 {
		l.active = make(chan struct{})
	}
	l.opened = 0
}

func (l *leadership) wait() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.active
}

// watch follows raft's elections. A replica that wins applies what came before
// it, opens its term in the catalog, and only then is active.
func (r *Replica) watch(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case won := <-r.raft.LeaderCh():
			if !won {
				r.leader.lose()
				r.txns.forget()
				continue
			}
			if err := r.takeOver(ctx); err != nil && ctx.Err() == nil {
				r.opts.Log.Warn("leadership not taken", "err", err)
			}
		}
	}
}

func (r *Replica) takeOver(ctx context.Context) error {
	if err := r.raft.Barrier(0).Error(); err != nil {
		return err
	}
	term := r.raft.CurrentTerm()
	_, err := r.apply(ctx, &state.Command{
		Micros: r.opts.Now(), Ops: []state.Op{{OpenTerm: &state.OpenTerm{Term: term}}},
	})
	if err != nil {
		return fmt.Errorf("open leader term %d: %w", term, err)
	}
	r.leader.gain(term)
	r.opts.Log.Info("catalog leader", "id", r.opts.ID, "term", term, "version", r.Catalog().Version())
	return nil
}

// WaitActive waits until this replica is the active leader and its catalog current.
func (r *Replica) WaitActive(ctx context.Context) error {
	select {
	case <-r.leader.wait():
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting to become the active leader: %w", ctx.Err())
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
	_, err := r.Propose(ctx, &state.Command{Ops: []state.Op{{Bootstrap: &state.Bootstrap{
		Cluster: state.Cluster{ID: hex.EncodeToString(id), Slices: slices, StorageURL: storageURL,
			SigningKey: key, DistHash: distHash},
	}}}})
	return err
}
