package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"slipher/codegen/llvm"
	"slipher/codegen/target"
	"slipher/leader"
	"slipher/leader/inspect"
)

// compileCmd shows how a query is compiled.
type compileCmd struct {
	Query  string   `arg:"" name:"file" help:"File with the query, - for standard input." placeholder:"FILE"`
	Schema string   `help:"File with the DDL of the tables." placeholder:"FILE"`
	Emit   []string `help:"What to print: plan, segments, program, ir, opt, asm, sizes, times." default:"plan,segments,sizes" placeholder:"WORD"`
	Tier   string   `help:"Whose IR and assembly: fused or primitives." enum:"primitives,fused" default:"fused"`
	Target string   `help:"CPU level: x86-64-v3, x86-64-v4, x86-64-v4-vbmi2." default:"x86-64-v3"`
	Slices count    `help:"Slices of the cluster planned for." default:"4" min:"1" max:"4096"`
	Stats  string   `help:"File with statistics of the tables, as JSON." placeholder:"FILE"`
}

// Run prints.
func (c *compileCmd) Run(ctx context.Context) error {
	t, err := target.ByLevel(c.Target)
	if err != nil {
		return err
	}
	o, err := leader.NewOffline(int(c.Slices))
	if err != nil {
		return err
	}
	if c.Schema != "" {
		text, err := os.ReadFile(c.Schema)
		if err != nil {
			return err
		}
		if err := o.Schema(string(text)); err != nil {
			return fmt.Errorf("%s: %w", c.Schema, err)
		}
	}
	if c.Stats != "" {
		data, err := os.ReadFile(c.Stats)
		if err != nil {
			return err
		}
		if err := o.Stats(data); err != nil {
			return fmt.Errorf("%s: %w", c.Stats, err)
		}
	}
	text, err := c.text()
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	pool := llvm.NewPool(1, self, llvm.Options{})
	defer pool.Close()
	out, err := o.Inspect(ctx, text, c.Emit, c.Tier, t, pool)
	if err != nil {
		return err
	}
	_, err = fmt.Println(strings.Join(out, "\n"))
	return err
}

// Validate implements kong.Validatable.
func (c *compileCmd) Validate() error {
	if _, err := target.ByLevel(c.Target); err != nil {
		return fmt.Errorf("--target: %w", err)
	}
	for i, w := range c.Emit {
		if c.Emit[i] = strings.ToLower(strings.TrimSpace(w)); !slices.Contains(inspect.Words(), c.Emit[i]) {
			return fmt.Errorf("--emit %s: want %s", w, strings.Join(inspect.Words(), ", "))
		}
	}
	return nil
}

func (c *compileCmd) text() (string, error) {
	var b []byte
	var err error
	if c.Query == "-" {
		b, err = io.ReadAll(os.Stdin)
	} else {
		b, err = os.ReadFile(c.Query)
	}
	return string(b), err
}
