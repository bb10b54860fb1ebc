package state

import (
	"errors"
	"fmt"

	"github.com/tinylib/msgp/msgp"

	"slipher/catalog/bound"
	"slipher/catalog/types"
)

//go:generate go run github.com/tinylib/msgp -unexported -file image.go -o image_gen.go -io=false -tests=false

// ErrCorruptSnapshot: the bytes are no snapshot of ours.
var ErrCorruptSnapshot = errors.New("corrupt catalog snapshot")

// imageFormat is written first; one that cannot be read here is refused by number.
// Format 1 had one leader, no garbage list and no deleted rows: what it lacks is empty. Up to format 2 columns had
// no ids: they get those of a first definition, and the ordinals of identity columns, kept by number, move to them. Up
// to format 3 nothing had a comment, up to format 4 there were no views, up to format 5 no functions.
const (
	imageFormat   = 6
	numbersFormat = 2
	oldestFormat  = 1
)

// Encode is the whole catalog as bytes: equal catalogs give equal bytes.
func (c *Catalog) Encode() ([]byte, error) {
	img := image{
		Format: imageFormat, Version: c.version, Cluster: c.cluster, Term: c.term,
		NextOID: c.nextOID, NextTxn: c.nextTxn, Settled: c.settled, Pinned: c.pinned,
		Databases: c.Databases(), Tables: c.AllTables(), Users: c.Users(), Nodes: c.Nodes(),
		Slices: c.slices, Leaders: c.Leaders(), Terms: c.terms, Functions: c.AllFunctions(),
	}
	c.schemas.all(func(_ string, s *Schema) { img.Schemas = append(img.Schemas, s) })
	c.identity.all(func(k identityKey, next int64) {
		img.Identity = append(img.Identity, &identityImage{Key: uint64(k), Next: next})
	})
	c.done.all(func(id TxnID, r *Result) {
		img.Done = append(img.Done, &doneImage{Txn: id, Result: r})
	})
	c.garbage.all(func(name string, dropped uint64) {
		img.Garbage = append(img.Garbage, &garbageImage{Name: name, Version: dropped})
	})
	img.Comments = c.comments()
	return img.MarshalMsg(nil)
}

// Decode is the catalog that Encode made data of. It borrows nothing.
// Errors: ErrCorruptSnapshot.
func Decode(data []byte) (*Catalog, error) {
	var img image
	rest, err := img.UnmarshalMsg(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrCorruptSnapshot, err)
	}
	if len(rest) != 0 {
		return nil, fmt.Errorf("%w: %d bytes too many", ErrCorruptSnapshot, len(rest))
	}
	if img.Format < oldestFormat || img.Format > imageFormat {
		return nil, fmt.Errorf("%w: format %d is unknown, this version of Slipher reads %d to %d; start a newer one",
			ErrCorruptSnapshot, img.Format, oldestFormat, imageFormat)
	}
	c := &Catalog{version: img.Version, cluster: img.Cluster, term: img.Term, nextOID: img.NextOID,
		nextTxn: img.NextTxn, settled: img.Settled, pinned: img.Pinned, slices: img.Slices, terms: img.Terms}
	for _, d := range img.Databases {
		if d != nil {
			c.databases = c.databases.set(d.Name, d)
		}
	}
	for _, s := range img.Schemas {
		if s != nil {
			c.schemas = c.schemas.set(path(s.Database, s.Name), s)
		}
	}
	for _, t := range img.Tables {
		if t != nil {
			if img.Format <= numbersFormat {
				t.number()
			}
			c.tables = c.tables.set(t.ID, t)
			c.names = c.names.set(tablePath(t.Database, t.Schema, t.Name), t.ID)
		}
	}
	for _, f := range img.Functions {
		if f != nil {
			c.setFunction(f)
		}
	}
	for _, u := range img.Users {
		if u != nil {
			c.users = c.users.set(u.Name, u)
		}
	}
	for _, n := range img.Nodes {
		if n != nil {
			c.nodes = c.nodes.set(n.ID, n)
		}
	}
	for _, l := range img.Leaders {
		if l != nil {
			c.leaders = c.leaders.set(l.ID, l)
		}
	}
	for _, g := range img.Garbage {
		c.garbage = c.garbage.set(g.Name, g.Version)
	}
	for _, k := range img.Identity {
		if img.Format <= numbersFormat {
			k.Key = k.Key>>16<<32 | uint64(types.FirstID(int(k.Key&0xffff)))
		}
		c.identity = c.identity.set(identityKey(k.Key), k.Next)
	}
	for _, o := range img.Comments {
		if said, ok := o.(*Comment); !ok {
			return nil, fmt.Errorf("%w: %s among comments", ErrCorruptSnapshot, rowOf(o).name)
		} else if _, err := said.apply(c, nil); err != nil {
			return nil, fmt.Errorf("%w: a comment on nothing", ErrCorruptSnapshot)
		}
	}
	for _, d := range img.Done {
		if d.Result != nil {
			c.done = c.done.set(d.Txn, d.Result)
		}
	}
	return c, nil
}

// EncodeCommand is cmd as a log entry. One that DecodeCommand would refuse must never get there: it is an error
// (54000).
func EncodeCommand(cmd *Command) ([]byte, error) {
	if cmd.Msgsize() > bound.Elements { // else nothing in it can be longer
		if err := bound.Check(cmd); err != nil {
			return nil, err
		}
	}
	return cmd.MarshalMsg(nil)
}

// DecodeCommand reads a log entry. Bad bytes give an error, never a crash.
func DecodeCommand(data []byte) (*Command, error) {
	var cmd Command
	rest, err := cmd.UnmarshalMsg(data)
	if err != nil {
		return nil, fmt.Errorf("catalog command: %w", err)
	}
	if len(rest) != 0 {
		return nil, fmt.Errorf("catalog command: %w", msgp.ErrShortBytes)
	}
	return &cmd, nil
}
