package bind

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"slipher/catalog/fn"
	"slipher/catalog/types"
)

// form is a form of Redshift's SQL and a statement that has it.
type form struct{ title, name, sql, differs, missing string }

// readForms reads testdata/redshift.forms.
func readForms(t *testing.T) []form {
	text, err := os.ReadFile("testdata/redshift.forms")
	if err != nil {
		t.Fatal(err)
	}
	var forms []form
	title := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\n")
		inner, indented := strings.CutPrefix(line, "  ")
		why, differs := strings.CutPrefix(inner, "differs: ")
		reason, missing := strings.CutPrefix(inner, "missing: ")
		switch {
		case strings.HasPrefix(line, "## "):
			title = line[3:]
		case line == "" || !indented && strings.HasPrefix(line, "# "):
		case !indented:
			forms = append(forms, form{title: title, name: line})
		case differs:
			forms[len(forms)-1].differs = why
		case missing:
			forms[len(forms)-1].missing = reason
		default:
			forms[len(forms)-1].sql = inner
		}
	}
	return forms
}

// page writes docs/REDSHIFT.md: whether each thing is there is asked, why not is told.
type page struct {
	t *testing.T
	strings.Builder
}

func (p *page) head(title string) {
	fmt.Fprintf(p, "\n## %s\n\n| | | why |\n|---|---|---|\n", title)
}

func (p *page) line(name string, there bool, why string) {
	status := "works"
	switch {
	case there && why != "":
		status = "differs"
	case !there:
		status = "missing"
	}
	if !there && why == "" {
		p.t.Errorf("%s is missing and nothing says why", name)
	}
	fmt.Fprintf(p, "| `%s` | %s | %s |\n", strings.ReplaceAll(name, "|", "\\|"), status, why)
}

// TestRedshiftPage: docs/REDSHIFT.md says what the table of functions, that of types and the binder say.
func TestRedshiftPage(t *testing.T) {
	fns, cat := fn.Default(), testCatalog(t)
	p := &page{t: t}
	p.WriteString("# Redshift's functions, types and forms\n\nMade of the tables in `catalog/fn/redshift.go`, " +
		"`catalog/types/redshift.go` and `compiler/bind/testdata/redshift.forms`; a test compares. What works is asked of " +
		"the tables of functions and types, and of the binder.\n")
	for _, k := range fn.Redshift() {
		p.head(k.Title)
		for _, n := range k.Names() {
			p.line(n, fns.Has(n), k.Reason(n, fns.Has(n)))
		}
	}
	p.head("Types")
	for _, k := range types.Redshift() {
		why := k.Differs
		if !k.There() {
			why = k.Missing
		}
		p.line(strings.Join(append([]string{k.Name}, k.Others...), ", "), k.There(), why)
	}
	title := ""
	for _, f := range readForms(t) {
		if f.title != title {
			title = f.title
			p.head(title)
		}
		got := bindText(f.sql, cat, fns)
		there := !strings.HasPrefix(got, "ERROR") && !strings.HasPrefix(got, "BUG")
		switch {
		case there && f.missing != "":
			t.Errorf("%s binds: take away why it is missing", f.name)
		case !there && f.missing == "":
			t.Errorf("%s: %s%s", f.name, f.sql, "\n"+got)
		}
		why := f.differs
		if !there {
			why = f.missing
		}
		p.line(f.name, there, why)
	}
	const file = "../../docs/REDSHIFT.md"
	if flag.Lookup("rewrite").Value.String() == "true" { // datadriven's
		if err := os.WriteFile(file, []byte(p.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != p.String() {
		t.Errorf("%s is not what the tables say (%v): run go test ./compiler/bind -run TestRedshiftPage -rewrite", file, err)
	}
}
