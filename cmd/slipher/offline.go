package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"

	"slipher/leader/claim"
)

// relocateCmd points the catalog of a stopped server at moved storage.
type relocateCmd struct {
	Data    path       `help:"Directory of the data, of a server that is stopped." required:"" placeholder:"DIR"`
	Storage storageURL `help:"Where the objects are now (default: DIR/storage)." placeholder:"URL"`
	Take    bool       `name:"take-storage" help:"Also if another server has used that storage since; what it has written is lost."`
}

// Run says what was found.
func (c *relocateCmd) Run(ctx context.Context, log *slog.Logger) error {
	dir, err := filepath.Abs(string(c.Data))
	if err != nil {
		return err
	}
	r, err := claim.Relocate(ctx, dir, string(c.Storage), c.Take, log)
	if err != nil {
		return err
	}
	fmt.Printf("slipher: relocated storage=%s objects=%d cluster=%s was=%s\n", r.Is, r.Objects, r.Cluster, r.Was)
	return nil
}

// recoverCmd makes a leader the only one.
type recoverCmd struct {
	Data path    `help:"Directory of a leader that is left, and is stopped." required:"" placeholder:"DIR"`
	ID   shortID `name:"id" help:"That leader's name." required:"" placeholder:"ID"`
}

// Run says what is left.
func (c *recoverCmd) Run(_ context.Context, log *slog.Logger) error {
	dir, err := filepath.Abs(string(c.Data))
	if err != nil {
		return err
	}
	r, err := claim.Recover(dir, string(c.ID), log)
	if err != nil {
		return err
	}
	fmt.Printf("slipher: recovered id=%s term=%d last=%d lost=%s\n", r.ID, r.Term, r.Index, strings.Join(r.Lost, ","))
	return nil
}
