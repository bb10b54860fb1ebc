package member

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"slices"

	"slipher/catalog/state"
	"slipher/leader/datadir"
)

// Belong notes which cluster this leader belongs to: a peer of another, at an address
// that once was a leader's, must not be taken for that leader.
func (m *Members) Belong(cluster string) {
	m.noting.Lock()
	defer m.noting.Unlock()
	if m.noted == cluster {
		return
	}
	m.noted = cluster
	m.mux.SetCluster(cluster)
	file := filepath.Join(m.o.Dir, datadir.ClusterFile)
	if old, err := os.ReadFile(file); err == nil && string(old) == cluster {
		return
	}
	if err := os.WriteFile(file+".new", []byte(cluster), 0o600); err == nil {
		err = os.Rename(file+".new", file)
		if err != nil {
			m.o.Log.Warn("the cluster's id is not noted", "err", err)
		}
	}
}

// BelongsTo is the cluster noted in the directory, "" if none is.
func (m *Members) BelongsTo() string {
	id, err := os.ReadFile(filepath.Join(m.o.Dir, datadir.ClusterFile))
	if err != nil {
		return ""
	}
	return string(id)
}

// Register writes a leader's addresses to the catalog.
func (m *Members) Register(ctx context.Context, l state.Leader) error {
	if old := m.replica.Catalog().Leader(l.ID); old != nil && *old == l {
		return nil
	}
	_, err := m.replica.Propose(ctx, &state.Command{Ops: []state.Op{&state.RegisterLeader{Leader: l}}})
	return err
}

// RegisterSelf writes this leader's addresses to the catalog.
func (m *Members) RegisterSelf(ctx context.Context) error { return m.Register(ctx, m.self()) }

// Locate says where the leader id takes links: it has told us itself, or the
// active one. "" if nobody has. replica.Options.Locate.
func (m *Members) Locate(id string) string {
	if a := m.mux.AddrOf(id); a != "" {
		return a
	}
	select {
	case <-m.opened:
	default: // raft is about to start
		return ""
	}
	if l := m.replica.Catalog().Leader(id); l != nil {
		return l.Cluster
	}
	return ""
}

// ActiveLeader is the active leader and where it takes links, "" if there is none.
func (m *Members) ActiveLeader() (id, addr string) {
	if id, addr = m.replica.Leader(); id == "" || m.mux == nil {
		return id, ""
	}
	if id == m.o.ID {
		return id, m.mux.Addr()
	}
	if a := m.mux.AddrOf(id); a != "" {
		return id, a
	}
	return id, addr
}

// Addrs are where the leaders take links: cluster.Config.Leaders.
func (m *Members) Addrs() []string {
	var out []string
	for _, l := range m.replica.Catalog().Leaders() {
		out = append(out, l.Cluster)
	}
	return out
}

// othersMayBe are all addresses at which another leader may take links.
func (m *Members) othersMayBe() []string {
	var out []string
	add := func(a string) {
		if a != "" && a != m.mux.Addr() && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	if _, a := m.ActiveLeader(); a != "" {
		add(a)
	}
	for _, l := range m.replica.Catalog().Leaders() {
		if l.ID != m.o.ID {
			add(m.Locate(l.ID))
		}
	}
	for _, other := range m.replica.Members() {
		if other.ID != m.o.ID {
			add(other.Address)
		}
	}
	for _, a := range m.o.Join {
		add(a)
	}
	return out
}

// SQLAddr is the SQL address as others can dial it: one that names no host
// gets that of the cluster address.
func (m *Members) SQLAddr() string {
	addr := m.o.SQLAddr
	host, port, err := net.SplitHostPort(addr)
	if err != nil || m.mux == nil {
		return addr
	}
	if ip := net.ParseIP(host); ip != nil && !ip.IsUnspecified() {
		return addr
	}
	if host, _, err = net.SplitHostPort(m.mux.Addr()); err != nil {
		return addr
	}
	return net.JoinHostPort(host, port)
}
