package main

import "context"

// compileCmd shows how a query is compiled.
type compileCmd struct {
	Query  string   `arg:"" help:"File with the query, - for standard input." placeholder:"FILE"`
	Schema string   `help:"File with the DDL of the tables." placeholder:"FILE"`
	Emit   []string `help:"What to print: plan, segments, program, ir, opt, asm, sizes, times." default:"plan,segments,sizes"`
	Tier   string   `help:"Which code: primitives or fused." enum:"primitives,fused" default:"fused"`
	Target string   `help:"CPU level: x86-64-v3, x86-64-v4, x86-64-v4-vbmi2." default:"x86-64-v3"`
	Slices int      `help:"Slices of the cluster planned for." default:"4"`
	Stats  string   `help:"File with statistics of the tables." placeholder:"FILE"`
}

// Run prints.
func (c *compileCmd) Run(ctx context.Context) error { return nil }
