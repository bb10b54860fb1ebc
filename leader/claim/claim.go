package claim

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"slipher/catalog/replica"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/leader/datadir"
	"slipher/leader/pause"
	"slipher/node/rms"
)

// Claimant is a leader that is about to own managed storage.
type Claimant struct {
	Storage        string // URL as rms.Normalize gives it, "": what the catalog says
	Relocate, Take bool   // leader.Options.Relocate, leader.Options.Take
	Dir            string // of the data
	ID             string // of the leader
	Term           uint64
	Log            *slog.Logger
	// Alone: no other leader needs to reach the storage. Lone: of one process, for ever.
	Alone, Lone bool

	Replica *replica.Replica
	rhythm  rms.Rhythm // zero: the store's
}

// Held is managed storage that is owned.
type Held struct {
	Store rms.Store // not guarded
	URL   string    // absolute
	Claim state.Claim
	Seat  *rms.Seat
	Found int // objects of the catalog that were looked for and found, -1: not looked for
}

// How long a claimant waits for the end of an owner that lives although it is deposed, and for storage that
// does not answer.
const (
	deposedPatience = 20 * time.Second
	storagePatience = 5 * time.Second
	storageRetry    = 200 * time.Millisecond
)

// Claim makes this leader the owner.
func (c *Claimant) Claim(ctx context.Context) (*Held, error) {
	cat := c.Replica.Catalog()
	target, err := c.target(cat)
	if err != nil {
		return nil, err
	}
	h := &Held{URL: rms.Resolve(c.Dir, target), Found: -1}
	if h.Store, err = rms.Open(h.URL); err != nil {
		if _, o := someStored(cat); o == nil && len(cat.Cluster().Claims) == 0 { // never used: make it
			h.Store, err = rms.Make(ctx, h.URL)
		}
		if err != nil {
			return nil, fmt.Errorf("%w\n%s", err, movedHint)
		}
	}
	var o *rms.Owner
	for { // until the mark is the same before and after the wait for its owner's end
		if o, err = c.owner(ctx, h.Store); err != nil {
			return nil, err
		}
		if err := c.follows(ctx, cat, h, o); err != nil {
			return nil, err
		}
		if h.Seat, err = c.sit(ctx, h, o); err != nil {
			return nil, err
		}
		again, err := c.owner(ctx, h.Store)
		if err != nil {
			h.Seat.Leave("")
			return nil, err
		}
		if o == nil && again == nil || o != nil && again != nil && *o == *again {
			break
		}
		h.Seat.Leave("")
	}
	if err := c.write(ctx, cat, target, h, o); err != nil {
		h.Seat.Leave("")
		return nil, err
	}
	return h, nil
}

const movedHint = "Is it mounted? If it was moved: slipher relocate --data DIR --storage URL (several leaders: " +
	"start them with --storage URL --relocate)"

const markHint = "If only the mark is lost: start the server once with --take-storage, which looks for all objects"

// target is the URL that the catalog is to have: the one it has, in most cases.
func (c *Claimant) target(cat *state.Catalog) (string, error) {
	now := cat.Cluster().StorageURL
	if c.Storage == "" || c.Storage == now {
		// Versions before 0.8 wrote the absolute path of DIR/storage.
		if own := rms.Resolve(c.Dir, datadir.DefaultStorage); c.Lone && now == own {
			return datadir.DefaultStorage, nil
		}
		return now, nil
	}
	_, stored := someStored(cat)
	switch {
	case c.Relocate, stored == nil && len(cat.Cluster().Claims) == 0: // its storage could never be used
		return c.Storage, nil
	case rms.Resolve(c.Dir, c.Storage) == rms.Resolve(c.Dir, now):
		return now, nil
	}
	return "", fmt.Errorf("the managed storage of this directory is %s, not %s as --storage says\n%s",
		rms.Resolve(c.Dir, now), rms.Resolve(c.Dir, c.Storage), movedHint)
}

// owner reads the mark; it tries for a while.
func (c *Claimant) owner(ctx context.Context, s rms.Store) (o *rms.Owner, err error) {
	var damaged error
	err = c.patiently(ctx, func() (err error) {
		o, err = rms.ReadOwner(ctx, s)
		if err == nil || sqlerr.From(err).Code != sqlerr.DataCorrupted {
			return err
		}
		damaged = err
		return nil
	})
	if damaged != nil && !c.Take { // else as if there were none: the objects will tell whose it is
		err = fmt.Errorf("%w\n%s", damaged, markHint)
	}
	return o, err
}

// patiently tries f for storagePatience.
func (c *Claimant) patiently(ctx context.Context, f func() error) error {
	for end := time.Now().Add(storagePatience); ; {
		err := f()
		if err == nil || ctx.Err() != nil || time.Now().After(end) {
			return err
		}
		c.Log.Warn("managed storage does not answer", "err", err)
		if !pause.Sleep(ctx, storageRetry) {
			return context.Cause(ctx)
		}
	}
}

// follows makes sure that the storage is this catalog's, in the state that the catalog knows.
func (c *Claimant) follows(ctx context.Context, cat *state.Catalog, h *Held, o *rms.Owner) error {
	cluster := cat.Cluster()
	t, stored := someStored(cat)
	known := o != nil && o.Token != "" && slices.ContainsFunc(cluster.Claims,
		func(k state.Claim) bool { return k == o.Claim() })
	switch {
	case known:
	case o == nil && len(cluster.Claims) == 0: // new, or a version without marks wrote it
		if stored != nil && !c.Relocate && !c.Take {
			if _, err := h.Store.GetRange(ctx, stored.Name, 0, 1); err != nil && sqlerr.From(err).Code == sqlerr.UndefinedFile {
				return fmt.Errorf("managed storage %s lacks object %q of table \"%s\" and the mark of this cluster\n%s",
					h.URL, stored.Name, t.Name, movedHint)
			}
		}
	case o == nil:
		if !c.Relocate && !c.Take {
			return fmt.Errorf("managed storage %s lacks the mark of this cluster\n%s\n%s", h.URL, movedHint, markHint)
		}
	case o.Cluster != cluster.ID:
		return fmt.Errorf("managed storage %s belongs to %s, this is cluster %q", h.URL, o, cluster.ID)
	case o.Token == "" && len(cluster.Claims) == 0: // a version without owners wrote the mark
	case !c.Take:
		return fmt.Errorf("managed storage %s has had another owner: %s. This catalog does not know what was written and "+
			"deleted there.\n"+
			"If this directory is a copy that is to have storage of its own: copy the storage, too, and run slipher relocate. "+
			"If it is to replace the other server: stop that and start this one with --take-storage; what the other has "+
			"written since the copy is lost", h.URL, o)
	}
	if known && !c.Relocate {
		return nil
	}
	if c.Relocate || c.Take {
		n, err := allThere(ctx, h.Store, cat)
		if err != nil {
			return fmt.Errorf("managed storage %s is not that of this catalog: %w", h.URL, err)
		}
		if n == 0 && o == nil && !c.Take { // nothing says that this folder was ever a cluster's
			if err := rms.CheckEmpty(ctx, h.Store); err != nil {
				return fmt.Errorf("managed storage %s: %w", h.URL, err)
			}
		}
		h.Found = n
	}
	return nil
}

// allThere makes sure that every object of the catalog is in a store, whole, and counts them.
func allThere(ctx context.Context, s rms.Store, cat *state.Catalog) (n int, err error) {
	for _, t := range cat.AllTables() {
		look := func(name string, bytes int64) error {
			n++
			_, err := s.GetRange(ctx, name, max(bytes, 1)-1, 1)
			if err != nil {
				return fmt.Errorf("table \"%s\": %w", t.Name, err)
			}
			return nil
		}
		for _, r := range t.Version.Objects.All() {
			if r.Inline() {
				continue
			}
			if err := look(r.Name, r.Bytes); err != nil {
				return n, err
			}
		}
		if t.Version.Stats != "" {
			if err := look(t.Version.Stats, 1); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

// sit waits for the end of the present owner, or makes sure that it is not alive.
func (c *Claimant) sit(ctx context.Context, h *Held, o *rms.Owner) (*rms.Seat, error) {
	p := rms.Patience{Rhythm: c.rhythm}
	if !c.Alone { // raft has deposed the other leaders
		p.Deposed, p.Wait = true, deposedPatience
	}
	seat, err := rms.Sit(ctx, h.Store, o, p, c.Log)
	if errors.Is(err, rms.ErrOccupied) {
		if c.Take {
			c.Log.Warn("managed storage is taken from an owner that lives", "owner", o.String())
			return rms.Force(h.Store, c.Log), nil
		}
		return nil, fmt.Errorf("managed storage %s: %w. Is this directory a copy of that server's?", h.URL, err)
	}
	return seat, err
}

// write makes the claim: in the log, then in the storage.
func (c *Claimant) write(ctx context.Context, cat *state.Catalog, target string, h *Held, o *rms.Owner) error {
	if o == nil {
		o = &rms.Owner{}
	}
	cluster := cat.Cluster()
	h.Claim.Incarnation = o.Incarnation + 1
	if n := len(cluster.Claims); n > 0 {
		h.Claim.Incarnation = max(h.Claim.Incarnation, cluster.Claims[n-1].Incarnation+1)
	}
	h.Claim.Token = randomID()
	op := &state.ClaimStorage{URL: target, Since: o.Token, Claim: h.Claim, ClusterID: cluster.ID}
	// Copied storage with a copied catalog makes another cluster: the original's nodes must not take it for theirs.
	place := rms.PlaceOf(h.Store)
	if c.Alone && o.Cluster != "" && (o.Place != "" && o.Place != place || o.Place == "" && c.Relocate) {
		op.ClusterID = randomID()
		c.Log.Info("the data was copied or moved here: it is a cluster of its own now", "cluster", op.ClusterID, "was",
			cluster.ID)
	}
	ops := []state.Op{op}
	if op.ClusterID != cluster.ID && len(cat.Nodes()) > 0 { // they are the original's; this one's are started anew
		ops = append(ops, &state.AssignSlices{Nodes: make([]string, cat.SliceCount())})
		for _, n := range cat.Nodes() {
			ops = append(ops, &state.RemoveNode{ID: n.ID})
		}
	}
	if _, err := c.Replica.Propose(ctx, &state.Command{Term: c.Term, Ops: ops}); err != nil {
		return err
	}
	mark := rms.NewOwner(h.Store, op.ClusterID, c.ID, h.Claim)
	return c.patiently(ctx, func() error { return rms.WriteOwner(ctx, h.Store, mark) })
}

func randomID() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
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
