package replica

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/hashicorp/raft"

	"slipher/catalog/sqlerr"
)

// Member is a leader as raft's configuration has it.
type Member struct {
	ID string
	// Address is where it was when it was added. It is not changed when the leader comes back elsewhere
	// (raft 1.8.0 would read it without its lock): Options.Locate knows better.
	Address string
	// Voter: it counts for majorities. Others only receive the log, on their way to a vote.
	Voter bool
}

// Status is what this replica knows of itself.
type Status struct {
	ID            string
	State         string // leader, follower, candidate
	Leader        string // id of the active leader, "" while there is none
	Term          uint64
	LastLogIndex  uint64
	CommitIndex   uint64
	AppliedIndex  uint64
	SnapshotIndex uint64
	// LastContact is when it last heard of the active leader; zero: never, or it leads.
	LastContact time.Time
}

// changeTimeout bounds how long a change of membership waits for raft's attention.
const changeTimeout = 5 * time.Second

// Members lists the leaders of the newest configuration in the log.
func (r *Replica) Members() []Member {
	f := r.raft.GetConfiguration()
	if f.Error() != nil {
		return nil
	}
	return membersOf(f.Configuration())
}

func membersOf(c raft.Configuration) (out []Member) {
	for _, s := range c.Servers {
		out = append(out, Member{ID: string(s.ID), Address: string(s.Address), Voter: s.Suffrage == raft.Voter})
	}
	return out
}

// Member finds a leader of the newest configuration.
func (r *Replica) Member(id string) (Member, bool) {
	for _, m := range r.Members() {
		if m.ID == id {
			return m, true
		}
	}
	return Member{}, false
}

// Status is how this replica stands in raft.
func (r *Replica) Status() Status {
	stats := r.raft.Stats()
	n := func(key string) uint64 {
		v, _ := strconv.ParseUint(stats[key], 10, 64)
		return v
	}
	leader, _ := r.Leader()
	s := Status{ID: r.opts.ID, Leader: leader, Term: n("term"), LastLogIndex: r.raft.LastIndex(),
		CommitIndex:  n("commit_index"),
		AppliedIndex: n("applied_index"), SnapshotIndex: n("last_snapshot_index")}
	switch r.raft.State() {
	case raft.Leader:
		s.State = "leader"
	case raft.Candidate:
		s.State = "candidate"
	default:
		s.State = "follower"
	}
	if s.State != "leader" {
		s.LastContact = r.raft.LastContact()
	}
	return s
}

// Leader is the active leader's id and raft address, "" while there is none.
func (r *Replica) Leader() (id, address string) {
	a, i := r.raft.LeaderWithID()
	return string(i), string(a)
}

// AddLearner makes the leader id receive the log without a vote: one that has
// much to catch up with must not count for majorities.
func (r *Replica) AddLearner(id, address string) error {
	return changed(r.raft.AddNonvoter(raft.ServerID(id), raft.ServerAddress(address), 0, changeTimeout))
}

// AddVoter gives the leader id a vote.
func (r *Replica) AddVoter(id, address string) error {
	return changed(r.raft.AddVoter(raft.ServerID(id), raft.ServerAddress(address), 0, changeTimeout))
}

// RemoveMember takes the leader id out of the cluster. A leader that removes
// itself steps down when it is done.
func (r *Replica) RemoveMember(id string) error {
	m, ok := r.Member(id)
	if !ok {
		return sqlerr.New(sqlerr.UndefinedObject, "leader \"%s\" does not exist", id)
	}
	voters := 0
	for _, m := range r.Members() {
		if m.Voter {
			voters++
		}
	}
	if m.Voter && voters == 1 {
		return sqlerr.New(sqlerr.ObjectInUse, "leader \"%s\" is the only one", id)
	}
	return changed(r.raft.RemoveServer(raft.ServerID(id), 0, changeTimeout))
}

func changed(f raft.IndexFuture) error {
	err := f.Error()
	if errors.Is(err, raft.ErrNotLeader) || errors.Is(err, raft.ErrLeadershipTransferInProgress) {
		return notActive(err)
	}
	return err
}

// Transfer makes another voter the active leader: id, or with "" the one that
// has most of the log. It returns when the other has been told to take over; then this
// replica steps down.
func (r *Replica) Transfer(ctx context.Context, id string) error {
	var address string
	if id != "" {
		m, ok := r.Member(id)
		if !ok || !m.Voter {
			return sqlerr.New(sqlerr.UndefinedObject, "leader \"%s\" does not exist or has no vote", id)
		}
		if id == r.opts.ID {
			return nil
		}
		address = m.Address
	}
	r.lease.hold()
	var f raft.Future
	if id == "" {
		f = r.raft.LeadershipTransfer()
	} else {
		f = r.raft.LeadershipTransferToServer(raft.ServerID(id), raft.ServerAddress(address))
	}
	ended := make(chan error, 1)
	go func() {
		err := f.Error()
		r.lease.release()
		ended <- err
	}()
	select {
	case err := <-ended:
		if err != nil {
			return sqlerr.Wrap(fmt.Errorf("leadership is not handed over: %w", err), sqlerr.CannotConnectNow)
		}
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
