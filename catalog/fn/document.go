package fn

import (
	"fmt"
	"strings"

	"slipher/catalog/types"
)

// Document is a reference of all functions that users can call, as Markdown: docs/FUNCTIONS.md. A line an overload, by
// name.
func (t *Table) Document() string {
	kinds := []struct {
		title string
		has   func(r *Row) bool
	}{
		{"Aggregate functions", func(r *Row) bool { return r.Agg != nil }},
		{"Window functions", func(r *Row) bool { return r.Window != nil }},
		{"Functions of several rows", func(r *Row) bool { return r.Set != nil }},
		{"Functions about the catalog", func(r *Row) bool {
			return r.Lookup != nil || r.Query != "" || r.Special && r.Where == LeaderOnly
		}},
		{"Special forms", func(r *Row) bool { return r.Special }},
		{"Functions that change something", func(r *Row) bool { return r.Effect }},
		{"Functions of the session and the clock", func(r *Row) bool { return r.Leader != nil }},
		{"Scalar functions", func(r *Row) bool { return true }},
	}
	parts := make([]strings.Builder, len(kinds))
	last := make([]string, len(kinds))
	for _, name := range t.Names() {
		if c := name[0]; c != '_' && (c < 'a' || c > 'z') || strings.Contains(name, " ") && t.Aggregate(name) == nil {
			continue // operators are PostgreSQL's
		}
		for _, r := range t.Rows(name) {
			for k := range kinds {
				if !kinds[k].has(r) {
					continue
				}
				if line := fmt.Sprintf("| `%s` | %s |\n", signature(r), strings.ReplaceAll(r.Doc, "|", "\\|")); line != last[k] {
					parts[k].WriteString(line)
					last[k] = line
				}
				break
			}
		}
	}
	var b strings.Builder
	b.WriteString("# Functions\n\nMade of the table in `catalog/fn`; a test compares. `any`: of any type.\n")
	for k := range kinds {
		fmt.Fprintf(&b, "\n## %s\n\n| call | meaning |\n|---|---|\n%s", kinds[k].title, parts[k].String())
	}
	return b.String()
}

// signature is a call of r as a reference shows it.
func signature(r *Row) string {
	args := make([]string, len(r.Args))
	for i, p := range r.Args {
		args[i] = p.String()
	}
	if r.Agg != nil && r.Agg.OrderedSet {
		direct := make([]string, len(r.Agg.Direct))
		for i, t := range r.Agg.Direct {
			direct[i] = t.Name()
		}
		return fmt.Sprintf("%s(%s) WITHIN GROUP (ORDER BY %s)", r.Name, strings.Join(direct, ", "), strings.Join(args, ", "))
	}
	s := strings.Join(args, ", ")
	if r.Variadic {
		s += ", …"
	}
	if r.Agg != nil && r.Agg.Star.Kind != types.Unknown {
		s += " or *"
	}
	return r.Name + "(" + s + ")"
}

// String is what a parameter takes.
func (p Param) String() string {
	switch p.Class {
	case AnyNumeric:
		return "number"
	case AnyInteger:
		return "integer"
	case AnyFloat:
		return "float"
	case AnyString:
		return "text"
	case AnyType:
		return "any"
	case AnyArray:
		return "array"
	}
	if p.Name != "" {
		return p.Name
	}
	return types.Type{Kind: p.Kind}.Name()
}
