package leader

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
func (s *Server) raftStatus() *wire.RaftStatus {
	st := s.replica.Status()
	out := &wire.RaftStatus{State: st.State, Term: st.Term, LastLog: st.LastLogIndex, Commit: st.CommitIndex, Applied: st.AppliedIndex,
		Snapshot: st.SnapshotIndex, ContactMillis: -1}
	switch {
	case st.State == "leader":
		out.ContactMillis = 0
	case !st.LastContact.IsZero():
		out.ContactMillis = time.Since(st.LastContact).Milliseconds()
	}
	return out
}

// RaftStatus is how all leaders stand, as far as they answer: stv_leaders.
func (s *Server) RaftStatus(ctx context.Context) []relations.Leader {
	members := s.replica.Members()
	out := make([]relations.Leader, len(members))
	cat := s.replica.Catalog()
	ctx, cancel := context.WithTimeout(ctx, statusTimeout)
	defer cancel()
	var wg sync.WaitGroup
	for i, m := range members {
		l := &out[i]
		l.ID, l.Voter, l.Cluster, l.State = m.ID, m.Voter, m.Address, "unknown"
		if known := cat.Leader(m.ID); known != nil {
			l.Cluster, l.SQL = known.Cluster, known.SQL
		} else if m.ID == s.opts.ID {
			l.SQL = s.SQLAddr()
		}
		wg.Go(func() {
			st := s.statusOf(ctx, m.ID)
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
func (s *Server) statusOf(ctx context.Context, id string) *wire.RaftStatus {
	if id == s.opts.ID {
		return s.raftStatus()
	}
	conn, err := s.mux.Conn(ctx, id, s.locate(id))
	if err != nil {
		return nil
	}
	m, err := conn.Call(ctx, &wire.AskRaft{})
	if err != nil {
		return nil
	}
	st, _ := m.(*wire.RaftStatus)
	return st
}

// transferDelay lets the answer to the client who asked for it out before his leader is deposed.
const transferDelay = 100 * time.Millisecond

// TransferLeadership makes another voter the active leader: id, or with "" the one that
// has most of the log. It checks what can be checked and returns before it
// happens: the sessions of this leader end with it, the caller's too.
func (s *Server) TransferLeadership(_ context.Context, id string) error {
	if id == s.opts.ID {
		return nil
	}
	others := 0
	found := id == ""
	for _, m := range s.replica.Members() {
		if m.Voter && m.ID != s.opts.ID {
			others++
			found = found || m.ID == id
		}
	}
	if !found {
		return sqlerr.New(sqlerr.UndefinedObject, "leader \"%s\" does not exist or has no vote", id)
	}
	if others == 0 {
		return sqlerr.New(sqlerr.ObjectInUse, "there is no other leader")
	}
	time.AfterFunc(transferDelay, func() {
		ctx, cancel := context.WithTimeout(context.Background(), handOverTimeout)
		defer cancel()
		if err := s.replica.Transfer(ctx, id); err != nil {
			s.log.Warn("leadership is not handed over", "to", id, "err", err)
		}
	})
	return nil
}

// RemoveLeader takes a leader out of the cluster. Its process ends when it learns of that.
func (s *Server) RemoveLeader(ctx context.Context, id string) error {
	if id == s.opts.ID {
		return sqlerr.New(sqlerr.ObjectInUse, "leader \"%s\" is the active one", id).
			WithHint("Make another leader active first: SELECT slipher_transfer_leadership();")
	}
	s.joining.mu.Lock()
	defer s.joining.mu.Unlock()
	if err := s.replica.RemoveMember(id); err != nil {
		return err
	}
	if s.replica.Catalog().Leader(id) == nil {
		return nil
	}
	_, err := s.replica.Propose(ctx, &state.Command{Ops: []state.Op{&state.RemoveLeader{ID: id}}})
	return err
}
