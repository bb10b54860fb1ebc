package inspect

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/codegen"
	"slipher/codegen/llvm"
	"slipher/codegen/subop"
	"slipher/codegen/target"
	"slipher/compiler/plan"
)

// Query is what is to be shown.
type Query struct {
	// Rules is what rewriting did: compiler.Planned's.
	Rules  string
	Plan   *plan.Query
	Code   []*codegen.Code
	Target target.Target
	Tier   string // "fused" or "primitives": whose IR and assembly
	Passes llvm.Passes
	Fns    *fn.Table
	// Pool compiles for the words that need libLLVM.
	Pool *llvm.Pool
	// Planned and Generated are how long planning and code generation took, for times.
	Planned, Generated time.Duration
}

// words is the table of what can be shown, in the order in which it is.
var words = []struct {
	name  string
	print func(p *printer) error
}{
	{"rules", (*printer).rules},
	{"plan", (*printer).plan},
	{"segments", (*printer).segments},
	{"program", (*printer).program},
	{"ir", (*printer).ir},
	{"opt", (*printer).opt},
	{"asm", (*printer).asm},
	{"sizes", (*printer).sizes},
	{"times", (*printer).times},
}

// Words are the names of what can be shown.
func Words() []string {
	var out []string
	for _, w := range words {
		out = append(out, w.name)
	}
	return out
}

// Print shows the words asked for, each under a heading if there are several.
func Print(ctx context.Context, q Query, asked []string) ([]string, error) {
	for _, a := range asked {
		if !slices.Contains(Words(), a) {
			return nil, sqlerr.New(sqlerr.InvalidParameterValue, "there is no \"%s\" to show", a).
				WithHint("Available words: %s.", strings.Join(Words(), ", "))
		}
	}
	p := &printer{ctx: ctx, q: q}
	for _, w := range words {
		if !slices.Contains(asked, w.name) {
			continue
		}
		if len(asked) > 1 {
			if len(p.out) > 0 {
				p.line("")
			}
			p.line("== %s ==", w.name)
		}
		if err := w.print(p); err != nil {
			return nil, err
		}
	}
	return p.out, nil
}

// printer collects lines.
type printer struct {
	ctx context.Context
	q   Query
	out []string
	// modules are the IR modules, in order of segments; compiled when first needed.
	modules []module
}

// module is one unit of compilation.
type module struct {
	title string
	ir    string
	res   *llvm.Result
}

func (p *printer) line(format string, args ...any) {
	p.out = append(p.out, fmt.Sprintf(format, args...))
}

// text adds a text of several lines.
func (p *printer) text(s string) {
	s = strings.TrimRight(s, "\n")
	if s != "" {
		p.out = append(p.out, strings.Split(s, "\n")...)
	}
}

func (p *printer) rules() error {
	p.text(p.q.Rules)
	return nil
}

func (p *printer) plan() error {
	p.out = append(p.out, plan.Explain(p.q.Plan)...)
	return nil
}

func (p *printer) segments() error {
	p.text(plan.FormatSegments(p.q.Plan))
	return nil
}

// variant is one program of a segment.
type variant struct {
	title string
	*codegen.Variant
}

// variants lists all programs: special ones in front of general ones.
func (p *printer) variants() []variant {
	var out []variant
	for i, c := range p.q.Code {
		if c.Special != nil {
			out = append(out, variant{fmt.Sprintf("segment %d special", i), c.Special})
		}
		out = append(out, variant{fmt.Sprintf("segment %d general", i), c.General})
	}
	return out
}

func (p *printer) program() error {
	for _, v := range p.variants() {
		p.line("-- %s", v.title)
		p.text(v.Text())
	}
	return nil
}

func (p *printer) sizes() error {
	for _, v := range p.variants() {
		p.line("-- %s", v.title)
		p.text(v.Sizes())
	}
	return nil
}

// load makes the modules: a variant each for the fused tier, a primitive each
// for the other.
func (p *printer) load() error {
	if p.modules != nil {
		return nil
	}
	if p.q.Tier == "primitives" {
		names := map[string]bool{}
		for _, v := range p.variants() {
			for _, in := range v.Program.Ins {
				names[in.Fn] = true
			}
		}
		sorted := make([]string, 0, len(names))
		for n := range names {
			sorted = append(sorted, n)
		}
		sort.Strings(sorted)
		for _, n := range sorted {
			ir, ok := subop.PrimitiveIR(p.q.Fns, p.q.Target, n)
			if !ok {
				return fmt.Errorf("BUG: there is no primitive %s", n)
			}
			p.modules = append(p.modules, module{title: n, ir: ir})
		}
		return nil
	}
	for _, v := range p.variants() {
		title := v.title
		if v.FusedIR(p.q.Target) == "" {
			title += " (too large: runs on primitives)"
		}
		p.modules = append(p.modules, module{title: title, ir: v.IR(p.q.Target)})
	}
	return nil
}

// compile compiles the modules with everything that can be shown of them.
func (p *printer) compile() error {
	if err := p.load(); err != nil {
		return err
	}
	for i := range p.modules {
		m := &p.modules[i]
		if m.res != nil {
			continue
		}
		res, err := p.q.Pool.Compile(p.ctx, llvm.Job{IR: m.ir, CPU: p.q.Target, Passes: p.q.Passes, WantOptIR: true,
			WantAsm: true, Verify: true})
		if errors.Is(err, llvm.ErrNoLLVM) {
			return sqlerr.New(sqlerr.FeatureNotSupported, "%s", err)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", m.title, err)
		}
		m.res = &res
	}
	return nil
}

func (p *printer) ir() error {
	if err := p.load(); err != nil {
		return err
	}
	p.each(func(m *module) string { return m.ir })
	return nil
}

func (p *printer) opt() error {
	if err := p.compile(); err != nil {
		return err
	}
	p.each(func(m *module) string { return m.res.OptIR })
	return nil
}

func (p *printer) asm() error {
	if err := p.compile(); err != nil {
		return err
	}
	p.each(func(m *module) string { return m.res.Asm })
	return nil
}

// each prints a text of every module under its title.
func (p *printer) each(text func(*module) string) {
	for i := range p.modules {
		p.line("; -- %s", p.modules[i].title)
		p.text(text(&p.modules[i]))
	}
}

// times is what compilation costs, per tier: primitives need no more than the
// programs, the fused tier libLLVM as well.
func (p *printer) times() error {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	p.line("planning            %8.3f ms", ms(p.q.Planned))
	p.line("primitives: programs%8.3f ms", ms(p.q.Generated))
	if p.q.Tier == "primitives" {
		return nil
	}
	if err := p.q.Pool.Available(); err != nil {
		p.line("fused: none (%s)", err)
		return nil
	}
	if err := p.compile(); err != nil {
		return err
	}
	var total time.Duration
	for _, m := range p.modules {
		r := m.res
		total += r.Total()
		p.line("fused: %-20s parse %7.3f  passes %7.3f  emission %7.3f ms, %6d bytes", m.title, ms(r.Parse), ms(r.Passes),
			ms(r.Emit), len(r.Object))
	}
	p.line("fused: all          %8.3f ms", ms(total))
	return nil
}
