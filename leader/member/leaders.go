package member

import (
	"context"
	"sync"
	"time"

	"slipher/catalog/relations"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/node/wire"
)

// statusTimeout bounds how long a leader is asked how it stands: stv_leaders.
const statusTimeout = 500 * time.Millisecond

// raftStatus is how this leader stands.
func (m *Members) raftStatus() *wire.RaftStatus {
	st := m.replica.Status()
	out := &wire.RaftStatus{State: st.State, Term: st.Term, LastLog: st.LastLogIndex, Commit: st.CommitIndex,
		Applied:  st.AppliedIndex,
		Snapshot: st.SnapshotIndex, ContactMillis: -1}
	switch {
	case st.State == "leader":
		out.ContactMillis = 0
	case !st.LastContact.IsZero():
		out.ContactMillis = time.Since(st.LastContact).Milliseconds()
	}
	return out
}

// Status is how all leaders stand, as far as they answer: stv_leaders.
func (m *Members) Status(ctx context.Context) []relations.Leader {
	members := m.replica.Members()
	out := make([]relations.Leader, len(members))
	cat := m.replica.Catalog()
	ctx, cancel := context.WithTimeout(ctx, statusTimeout)
	defer cancel()
	var wg sync.WaitGroup
	for i, other := range members {
		l := &out[i]
		l.ID, l.Voter, l.Cluster, l.State = other.ID, other.Voter, other.Address, "unknown"
		if known := cat.Leader(other.ID); known != nil {
			l.Cluster, l.SQL = known.Cluster, known.SQL
		} else if other.ID == m.o.ID {
			l.SQL = m.o.SQLAddr
		}
		wg.Go(func() {
			st := m.statusOf(ctx, other.ID)
			if st == nil {
				return
			}
			l.Known, l.State, l.Term, l.LastLog, l.Commit, l.Applied, l.Snapshot, l.ContactMillis =
				true, st.State, st.Term, st.LastLog, st.Commit, st.Applied, st.Snapshot, st.ContactMillis
		})
	}
	wg.Wait()
	return out
}

// statusOf asks a leader, nil if it does not answer.
func (m *Members) statusOf(ctx context.Context, id string) *wire.RaftStatus {
	if id == m.o.ID {
		return m.raftStatus()
	}
	conn, err := m.mux.Conn(ctx, id, m.Locate(id))
	if err != nil {
		return nil
	}
	reply, err := conn.Call(ctx, &wire.AskRaft{})
	if err != nil {
		return nil
	}
	st, _ := reply.(*wire.RaftStatus)
	return st
}

// transferTimeout bounds how long a leader tries to make another one active.
const transferTimeout = 3 * time.Second

// transferDelay lets the answer to the client who asked for it out before his leader is deposed.
const transferDelay = 100 * time.Millisecond

// Transfer makes another voter the active leader: id, or with "" the one that
// has most of the log. It checks what can be checked and returns before it
// happens: the sessions of this leader end with it, the caller's too.
func (m *Members) Transfer(_ context.Context, id string) error {
	if id == m.o.ID {
		return nil
	}
	others := 0
	found := id == ""
	for _, other := range m.replica.Members() {
		if other.Voter && other.ID != m.o.ID {
			others++
			found = found || other.ID == id
		}
	}
	if !found {
		return sqlerr.New(sqlerr.UndefinedObject, "leader \"%s\" does not exist or has no vote", id)
	}
	if others == 0 {
		return sqlerr.New(sqlerr.ObjectInUse, "there is no other leader")
	}
	time.AfterFunc(transferDelay, func() {
		ctx, cancel := context.WithTimeout(context.Background(), transferTimeout)
		defer cancel()
		if err := m.replica.Transfer(ctx, id); err != nil {
			m.o.Log.Warn("leadership is not handed over", "to", id, "err", err)
		}
	})
	return nil
}

// Remove takes a leader out of the cluster. Its process ends when it learns of that.
func (m *Members) Remove(ctx context.Context, id string) error {
	if id == m.o.ID {
		return sqlerr.New(sqlerr.ObjectInUse, "leader \"%s\" is the active one", id).
			WithHint("Make another leader active first: SELECT slipher_transfer_leadership();")
	}
	m.changing.Lock()
	defer m.changing.Unlock()
	if err := m.replica.RemoveMember(id); err != nil {
		return err
	}
	if m.replica.Catalog().Leader(id) == nil {
		return nil
	}
	_, err := m.replica.Propose(ctx, &state.Command{Ops: []state.Op{&state.RemoveLeader{ID: id}}})
	return err
}
