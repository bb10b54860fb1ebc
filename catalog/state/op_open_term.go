package state

import (
	"fmt"
	"slices"

	"slipher/catalog/sqlerr"
)

//go:generate go run github.com/tinylib/msgp -file op_open_term.go -o op_open_term_gen.go -io=false -tests=false

// OpenTerm is the first command of a new active leader. Commands begun under
// an older term are refused from here on.
type OpenTerm struct {
	Term uint64 `msg:"term"`
}

var _ = register("term", facts[*OpenTerm]{
	text: func(o *OpenTerm) string { return fmt.Sprint(o.Term) },
})

func (o *OpenTerm) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	if o.Term <= c.term {
		return OpResult{}, sqlerr.New(sqlerr.InvalidTransactionState,
			"leader term %d is not above %d", o.Term, c.term)
	}
	if len(c.terms) == 0 { // before any term, there may have been transactions too
		c.terms = []termStart{{}}
	}
	c.term = o.Term
	c.terms = append(slices.Clip(c.terms), termStart{Term: o.Term, First: c.nextTxn})
	for len(c.terms) > keepTerms || len(c.terms) > 2 && c.done.size > keepResults {
		c.forget(0, c.terms[1].First)
		c.terms = c.terms[1:]
	}
	return OpResult{}, nil
}
