package claim

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"slipher/catalog/replica"
	"slipher/leader/datadir"
	"slipher/node/rms"
)

// Relocated is what Relocate has done.
type Relocated struct {
	Was, Is string // absolute URLs
	Objects int    // of tables, all of them found
	Cluster string // the cluster's id
}

// relocateTimeout bounds how long the catalog of a server that is stopped takes to open.
const relocateTimeout = 5 * time.Minute

// shutdownTimeout bounds how long it takes to close.
const shutdownTimeout = 10 * time.Second

// Relocate points the catalog in a data directory (absolute), of a server that is stopped and the only leader
// of its cluster, at the storage where its objects have been moved, and makes sure that they are there.
func Relocate(ctx context.Context, dir, storage string, take bool, log *slog.Logger) (_ *Relocated, err error) {
	if storage == "" {
		storage = datadir.DefaultStorage
	}
	if storage, err = rms.Normalize(storage); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, datadir.Catalog)
	if !replica.Exists(path) {
		return nil, fmt.Errorf("the directory %s holds no catalog", dir)
	}
	members, err := replica.MembersOf(path, log)
	if err != nil {
		return nil, err
	}
	if len(members) != 1 {
		return nil, fmt.Errorf("the directory %s is that of one of %d leaders: start them all with --storage URL "+
			"--relocate, nobody can write into the log alone", dir, len(members))
	}
	r, err := replica.Open(replica.Options{Dir: path, ID: members[0].ID, Log: log})
	if err != nil {
		return nil, err
	}
	defer func() {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
		defer cancel()
		_ = r.Shutdown(stop) // what is to be known has been said
	}()
	ctx, cancel := context.WithTimeout(ctx, relocateTimeout)
	defer cancel()
	if err := r.WaitActive(ctx); err != nil {
		return nil, err
	}
	cat := r.Catalog()
	if cat.Cluster() == nil {
		return nil, fmt.Errorf("the directory %s holds no cluster yet", dir)
	}
	out := &Relocated{Was: rms.Resolve(dir, cat.Cluster().StorageURL)}
	c := &Claimant{Storage: storage, Relocate: true, Take: take, Dir: dir, ID: members[0].ID, Term: r.Term(), Alone: true,
		Replica: r,
		Log:     log}
	h, err := c.Claim(ctx)
	if err != nil {
		return nil, err
	}
	h.Seat.Leave(h.Claim.Token)
	out.Is, out.Objects, out.Cluster = h.URL, h.Found, r.Catalog().Cluster().ID
	return out, nil
}

// Recover makes the leader id, whose data directory (absolute) this is, the only one of its cluster: see
// replica.Recover.
func Recover(dir, id string, log *slog.Logger) (*replica.Recovered, error) {
	path := filepath.Join(dir, datadir.Catalog)
	if !replica.Exists(path) {
		return nil, fmt.Errorf("the directory %s holds no catalog", dir)
	}
	return replica.Recover(path, id, log)
}
