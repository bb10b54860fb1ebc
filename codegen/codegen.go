package codegen

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"slipher/catalog/fn"
	"slipher/codegen/lower"
	"slipher/codegen/subop"
	"slipher/codegen/target"
	"slipher/compiler/plan"
	"slipher/runtime/program"
)

// Options shape code generation.
type Options struct {
	Fns *fn.Table
	// Facts of a scanned column in the table version that the query reads, true
	// of every row group; nil: only general variants are made.
	Facts func(t *plan.TableRef, colNo int) lower.Facts
}

// Code is the code of one segment. Special is nil where no fact helps.
type Code struct {
	Segment          *plan.Segment
	Special, General *Variant
}

// Variant is one program of a segment with what the fused tier is made of.
type Variant struct {
	Program *program.Segment
	lowered *lower.Program
	fns     *fn.Table
}

// Entry is the symbol of a fused variant's function.
const Entry = "segment"

// prefetchRows: tables expected to be smaller stay in cache, where a prefetch loop only costs.
const prefetchRows = 20000

// Compile lowers all segments of a query: pure Go, about a millisecond. IR is
// made when asked for. Errors: 0A000 and 54000 for what generated code cannot do.
func Compile(q *plan.Query, o Options) ([]*Code, error) {
	if err := lower.Fits(q); err != nil {
		return nil, err
	}
	out := make([]*Code, len(q.Segments))
	for i, s := range q.Segments {
		c := &Code{Segment: s}
		var err error
		if c.General, err = variant(q, s, lower.Options{Fns: o.Fns, PrefetchRows: prefetchRows}, o.Fns); err != nil {
			return nil, err
		}
		if s.Source.Kind == program.SourceScan && o.Facts != nil {
			v, err := variant(q, s, lower.Options{Fns: o.Fns, Facts: o.Facts, PrefetchRows: prefetchRows}, o.Fns)
			if err != nil {
				return nil, err
			}
			if len(v.Program.Guards) > 0 {
				c.Special = v
			}
		}
		out[i] = c
	}
	return out, nil
}

func variant(q *plan.Query, s *plan.Segment, o lower.Options, fns *fn.Table) (*Variant, error) {
	p := lower.Segment(q, s, o)
	seg := p.Seg
	seg.Entry = Entry
	// The hash leaves out what differs between queries that may share code.
	id := seg.ID
	seg.ID, seg.Hash = 0, ""
	b, err := seg.MarshalMsg(nil)
	if err != nil {
		return nil, fmt.Errorf("BUG: encoding a program: %w", err)
	}
	sum := sha256.Sum256(b)
	seg.ID, seg.Hash = id, hex.EncodeToString(sum[:])
	return &Variant{Program: &seg, lowered: p, fns: fns}, nil
}

// IR is the module of the fused tier for a target, whatever its size.
func (v *Variant) IR(t target.Target) string {
	return subop.FusedIR(v.fns, t, &subop.Fused{Name: Entry, Loops: v.lowered.Loops, SourceCount: v.Program.Source.Count,
		Numbers: v.lowered.Numbers})
}

// Loops are the fused loops, for tests and reports.
func (v *Variant) Loops() []subop.Loop { return v.lowered.Loops }

// Text shows a program: guards, loops, suboperators.
func (v *Variant) Text() string {
	var s strings.Builder
	p := v.Program
	for _, g := range p.Guards {
		fmt.Fprintf(&s, "guard column %d", p.Source.Cols[g.Col].ColNo)
		if g.NoNulls {
			s.WriteString(" has no NULLs")
		}
		if g.Bits > 0 {
			fmt.Fprintf(&s, " fits %d bits", g.Bits)
		}
		if g.NoBlanks {
			s.WriteString(" has no trailing blanks")
		}
		s.WriteByte('\n')
	}
	for _, l := range v.lowered.Loops {
		rows := "dense"
		if l.Domain.Sel != 0 {
			rows = "selected"
		}
		fmt.Fprintf(&s, "%s %s\n", l.Name, rows)
		for _, o := range l.Ops {
			fmt.Fprintf(&s, "  %s\n", o)
		}
	}
	return s.String()
}

// Sizes shows the layout of the state.
func (v *Variant) Sizes() string {
	var s strings.Builder
	fmt.Fprintf(&s, "state %d bytes, %d suboperators in %d loops\n", v.Program.StateSize, len(v.Program.Ins),
		len(v.Program.Loops))
	for _, x := range v.Program.Slots {
		fmt.Fprintf(&s, "  %8d %8d %s\n", x.Off, x.Size, x.Name)
	}
	return s.String()
}

// What bounds the programs that are given to LLVM, whose time grows with the square of some: TPC-DS's largest segment
// has 248 loops and 20,000 lines, and takes 0.8 s; 300 aggregates have 2 loops and take 6 s, 1,500 pairs of
// comparisons 2 minutes.
const (
	maxFusedLoops = 300
	maxFusedLines = 24_000
	// maxValuesLoops is for the rows of a VALUES, a loop a cell that runs once: compiled code comes too late for them.
	maxValuesLoops = 64
)

// FusedIR is the module of the fused tier for a target, "" if the program is too large to compile: it stays on
// primitives.
func (v *Variant) FusedIR(t target.Target) string {
	most := maxFusedLoops
	if v.Program.Source.Kind == program.SourceValues {
		most = maxValuesLoops
	}
	if n := len(v.lowered.Loops); n == 0 || n > most { // without loops there is nothing to run
		return ""
	}
	ir := v.IR(t)
	if strings.Count(ir, "\n") > maxFusedLines {
		return ""
	}
	return ir
}
