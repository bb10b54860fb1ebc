package rms

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

// Owner is the mark of managed storage: whose it is, and which incarnation of its server writes there.
// A new incarnation is noted in the catalog's log first, then here; a log that does not know the
// incarnation found here is not the one that the objects belong to.
type Owner struct {
	Cluster     string `json:"cluster"`
	Incarnation uint64 `json:"incarnation,omitempty"` // grows by every claim; 0: a version without owners wrote the mark
	Token       string `json:"token,omitempty"`
	Leader      string `json:"leader,omitempty"`  // id of the leader that made the claim
	Machine     string `json:"machine,omitempty"` // Machine() of its process
	PID         int    `json:"pid,omitempty"`
	Since       string `json:"since,omitempty"` // RFC 3339
	Place       string `json:"place,omitempty"` // PlaceOf the storage then: a copy has another
}

// OwnerName is the object that holds the mark.
const OwnerName = "cluster"

// markSize is the bytes of a mark: always the same, so that it can be written on a full disk.
const markSize = 1 << 10

// Claim is what the catalog's log knows of the owner.
func (o *Owner) Claim() state.Claim { return state.Claim{Incarnation: o.Incarnation, Token: o.Token} }

// String describes the owner to an operator.
func (o *Owner) String() string {
	if o.Token == "" {
		return fmt.Sprintf("cluster %q", o.Cluster)
	}
	return fmt.Sprintf("leader %q of cluster %q (process %d, incarnation %d, since %s)", o.Leader, o.Cluster, o.PID,
		o.Incarnation, o.Since)
}

// overrides reports whether the mark says that another than the holder of c owns the storage. A mark
// of an earlier incarnation is what a network file system remembers of it: c's holder has written since.
func (o *Owner) overrides(c state.Claim) bool {
	return o.Incarnation > c.Incarnation || o.Incarnation == c.Incarnation && o.Token != c.Token
}

// ReadOwner reads the mark, nil if there is none.
func ReadOwner(ctx context.Context, s Store) (*Owner, error) {
	data, err := s.Get(ctx, OwnerName)
	if err != nil {
		if sqlerr.From(err).Code == sqlerr.UndefinedFile {
			return nil, nil
		}
		return nil, err
	}
	data = bytes.TrimSpace(data)
	if !bytes.HasPrefix(data, []byte("{")) {
		return &Owner{Cluster: string(data)}, nil
	}
	o := &Owner{}
	if err := json.Unmarshal(data, o); err != nil {
		return nil, sqlerr.New(sqlerr.DataCorrupted, "the mark of managed storage's owner is damaged: %v", err)
	}
	return o, nil
}

// marker is a store that can write the mark where the old one lies, without new space.
type marker interface {
	overwrite(name string, data []byte) error
}

// WriteOwner writes the mark.
func WriteOwner(ctx context.Context, s Store, o *Owner) error {
	data, err := json.Marshal(o)
	if err != nil {
		return err
	}
	data = append(data, bytes.Repeat([]byte(" "), max(markSize-1-len(data), 0))...)
	data = append(data, '\n')
	err = s.Put(ctx, OwnerName, data)
	if m, ok := s.(marker); ok && err != nil && sqlerr.From(err).Code == sqlerr.DiskFull {
		// Whoever has filled the disk needs the server to make room.
		return m.overwrite(OwnerName, data)
	}
	return err
}

// Machine tells machines, and their boots, apart: processes with the same see each other's locks.
func Machine() string {
	if id, err := os.ReadFile("/proc/sys/kernel/random/boot_id"); err == nil {
		return strings.TrimSpace(string(id))
	}
	name, _ := os.Hostname()
	return name
}

// placed is a store that knows where it is.
type placed interface{ place() string }

// PlaceOf tells a storage from its copies, "" if the store cannot. It stays when a folder is renamed.
func PlaceOf(s Store) string {
	if p, ok := s.(placed); ok {
		return p.place()
	}
	return ""
}

// NewOwner is the mark of a claim by this process.
func NewOwner(s Store, cluster, leader string, c state.Claim) *Owner {
	return &Owner{Cluster: cluster, Incarnation: c.Incarnation, Token: c.Token, Leader: leader, Machine: Machine(),
		PID:   os.Getpid(),
		Since: time.Now().UTC().Format(time.RFC3339), Place: PlaceOf(s)}
}
