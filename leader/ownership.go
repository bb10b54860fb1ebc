package leader

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
	"slipher/node/rms"
)

// Managed storage has one owner at a time. Whoever becomes the active leader claims it: he makes sure that
// his log knows the incarnation that the storage is in, that its owner does not live, writes a new
// incarnation into the log and then into the storage. From then on he and his nodes write there only as long as
// the storage says so (rms.Guard). A copy of a data directory knows what was claimed before it was made;
// when either of the two has claimed the storage since, the other's log does not know that.

// defaultStorage is a folder of the data directory.
var defaultStorage = rms.RelativeURL(storageDir)

// claimant is a leader that is about to own managed storage.
type claimant struct {
	storage        string // URL as rms.Normalize gives it, "": what the catalog says
	relocate, take bool   // Options.Relocate, Options.Take
	dir            string // of the data
	id             string // of the leader
	term           uint64
	log            *slog.Logger
	// alone: no other leader needs to reach the storage. lone: of one process, for ever.
	alone, lone bool

	replica *replica.Replica
	rhythm  rms.Rhythm // zero: the store's
}

// holding is managed storage that is owned.
type holding struct {
	store rms.Store // not guarded
	url   string    // absolute
	claim state.Claim
	seat  *rms.Seat
	found int // objects of the catalog that were looked for and found, -1: not looked for
}

// How long a claimant waits for the end of an owner that lives although it is deposed, and for storage that
// does not answer.
const (
	deposedPatience = 20 * time.Second
	storagePatience = 5 * time.Second
	storageRetry    = 200 * time.Millisecond
)

// claim makes this leader the owner.
func (c *claimant) claim(ctx context.Context) (*holding, error) {
	cat := c.replica.Catalog()
	target, err := c.target(cat)
	if err != nil {
		return nil, err
	}
	h := &holding{url: rms.Resolve(c.dir, target), found: -1}
	if h.store, err = rms.Open(h.url); err != nil {
		if _, o := someStored(cat); o == nil && len(cat.Cluster().Claims) == 0 { // never used: make it
			h.store, err = rms.Make(ctx, h.url)
		}
		if err != nil {
			return nil, fmt.Errorf("%w\n%s", err, movedHint)
		}
	}
	var o *rms.Owner
	for { // until the mark is the same before and after the wait for its owner's end
		if o, err = c.owner(ctx, h.store); err != nil {
			return nil, err
		}
		if err := c.follows(ctx, cat, h, o); err != nil {
			return nil, err
		}
		if h.seat, err = c.sit(ctx, h, o); err != nil {
			return nil, err
		}
		again, err := c.owner(ctx, h.store)
		if err != nil {
			h.seat.Leave("")
			return nil, err
		}
		if o == nil && again == nil || o != nil && again != nil && *o == *again {
			break
		}
		h.seat.Leave("")
	}
	if err := c.write(ctx, cat, target, h, o); err != nil {
		h.seat.Leave("")
		return nil, err
	}
	return h, nil
}

const movedHint = "Is it mounted? If it was moved: slipher relocate --data DIR --storage URL (several leaders: start them with --storage URL --relocate)"

const markHint = "If only the mark is lost: start the server once with --take-storage, which looks for all objects"

// target is the URL that the catalog is to have: the one it has, in most cases.
func (c *claimant) target(cat *state.Catalog) (string, error) {
	now := cat.Cluster().StorageURL
	if c.storage == "" || c.storage == now {
		// Versions before 0.8 wrote the absolute path of DIR/storage.
		if own := rms.Resolve(c.dir, defaultStorage); c.lone && now == own {
			return defaultStorage, nil
		}
		return now, nil
	}
	_, stored := someStored(cat)
	switch {
	case c.relocate, stored == nil && len(cat.Cluster().Claims) == 0: // its storage could never be used
		return c.storage, nil
	case rms.Resolve(c.dir, c.storage) == rms.Resolve(c.dir, now):
		return now, nil
	}
	return "", fmt.Errorf("the managed storage of this directory is %s, not %s as --storage says\n%s",
		rms.Resolve(c.dir, now), rms.Resolve(c.dir, c.storage), movedHint)
}

// owner reads the mark; it tries for a while.
func (c *claimant) owner(ctx context.Context, s rms.Store) (o *rms.Owner, err error) {
	var damaged error
	err = c.patiently(ctx, func() (err error) {
		o, err = rms.ReadOwner(ctx, s)
		if err == nil || sqlerr.From(err).Code != sqlerr.DataCorrupted {
			return err
		}
		damaged = err
		return nil
	})
	if damaged != nil && !c.take { // else as if there were none: the objects will tell whose it is
		err = fmt.Errorf("%w\n%s", damaged, markHint)
	}
	return o, err
}

// patiently tries f for storagePatience.
func (c *claimant) patiently(ctx context.Context, f func() error) error {
	for end := time.Now().Add(storagePatience); ; {
		err := f()
		if err == nil || ctx.Err() != nil || time.Now().After(end) {
			return err
		}
		c.log.Warn("managed storage does not answer", "err", err)
		if !sleep(ctx, storageRetry) {
			return context.Cause(ctx)
		}
	}
}

// follows makes sure that the storage is this catalog's, in the state that the catalog knows.
func (c *claimant) follows(ctx context.Context, cat *state.Catalog, h *holding, o *rms.Owner) error {
	cluster := cat.Cluster()
	t, stored := someStored(cat)
	known := o != nil && o.Token != "" && slices.ContainsFunc(cluster.Claims, func(k state.Claim) bool { return k == o.Claim() })
	switch {
	case known:
	case o == nil && len(cluster.Claims) == 0: // new, or a version without marks wrote it
		if stored != nil && !c.relocate && !c.take {
			if _, err := h.store.GetRange(ctx, stored.Name, 0, 1); err != nil && sqlerr.From(err).Code == sqlerr.UndefinedFile {
				return fmt.Errorf("managed storage %s lacks object %q of table \"%s\" and the mark of this cluster\n%s",
					h.url, stored.Name, t.Name, movedHint)
			}
		}
	case o == nil:
		if !c.relocate && !c.take {
			return fmt.Errorf("managed storage %s lacks the mark of this cluster\n%s\n%s", h.url, movedHint, markHint)
		}
	case o.Cluster != cluster.ID:
		return fmt.Errorf("managed storage %s belongs to %s, this is cluster %q", h.url, o, cluster.ID)
	case o.Token == "" && len(cluster.Claims) == 0: // a version without owners wrote the mark
	case !c.take:
		return fmt.Errorf("managed storage %s has had another owner: %s. This catalog does not know what was written and deleted there.\n"+
			"If this directory is a copy that is to have storage of its own: copy the storage, too, and run slipher relocate. "+
			"If it is to replace the other server: stop that and start this one with --take-storage; what the other has written since the copy is lost", h.url, o)
	}
	if known && !c.relocate {
		return nil
	}
	if c.relocate || c.take {
		n, err := allThere(ctx, h.store, cat)
		if err != nil {
			return fmt.Errorf("managed storage %s is not that of this catalog: %w", h.url, err)
		}
		if n == 0 && o == nil && !c.take { // nothing says that this folder was ever a cluster's
			if err := rms.CheckEmpty(ctx, h.store); err != nil {
				return fmt.Errorf("managed storage %s: %w", h.url, err)
			}
		}
		h.found = n
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
func (c *claimant) sit(ctx context.Context, h *holding, o *rms.Owner) (*rms.Seat, error) {
	p := rms.Patience{Rhythm: c.rhythm}
	if !c.alone { // raft has deposed the other leaders
		p.Deposed, p.Wait = true, deposedPatience
	}
	seat, err := rms.Sit(ctx, h.store, o, p, c.log)
	if errors.Is(err, rms.ErrOccupied) {
		if c.take {
			c.log.Warn("managed storage is taken from an owner that lives", "owner", o.String())
			return rms.Force(h.store, c.log), nil
		}
		return nil, fmt.Errorf("managed storage %s: %w. Is this directory a copy of that server's?", h.url, err)
	}
	return seat, err
}

// write makes the claim: in the log, then in the storage.
func (c *claimant) write(ctx context.Context, cat *state.Catalog, target string, h *holding, o *rms.Owner) error {
	if o == nil {
		o = &rms.Owner{}
	}
	cluster := cat.Cluster()
	h.claim.Incarnation = o.Incarnation + 1
	if n := len(cluster.Claims); n > 0 {
		h.claim.Incarnation = max(h.claim.Incarnation, cluster.Claims[n-1].Incarnation+1)
	}
	h.claim.Token = randomID()
	op := &state.ClaimStorage{URL: target, Since: o.Token, Claim: h.claim, ClusterID: cluster.ID}
	// Copied storage with a copied catalog makes another cluster: the original's nodes must not take it for theirs.
	place := rms.PlaceOf(h.store)
	if c.alone && o.Cluster != "" && (o.Place != "" && o.Place != place || o.Place == "" && c.relocate) {
		op.ClusterID = randomID()
		c.log.Info("the data was copied or moved here: it is a cluster of its own now", "cluster", op.ClusterID, "was", cluster.ID)
	}
	ops := []state.Op{op}
	if op.ClusterID != cluster.ID && len(cat.Nodes()) > 0 { // they are the original's; this one's are started anew
		ops = append(ops, &state.AssignSlices{Nodes: make([]string, cat.SliceCount())})
		for _, n := range cat.Nodes() {
			ops = append(ops, &state.RemoveNode{ID: n.ID})
		}
	}
	if _, err := c.replica.Propose(ctx, &state.Command{Term: c.term, Ops: ops}); err != nil {
		return err
	}
	mark := rms.NewOwner(h.store, op.ClusterID, c.id, h.claim)
	return c.patiently(ctx, func() error { return rms.WriteOwner(ctx, h.store, mark) })
}

func randomID() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
