package history

import (
	"fmt"
	"strings"
)

// Outcome is how a transaction ended, as far as its client knows.
type Outcome int

const (
	Committed Outcome = iota
	Failed            // certainly without effect
	Unknown           // no answer to the commit
)

// String names an outcome.
func (o Outcome) String() string { return [...]string{"committed", "failed", "unknown"}[o] }

type kind int

const (
	appendTo kind = iota
	addTo
	readList
	readSet
)

// Op is one operation of a transaction.
type Op struct {
	Key    string
	Value  int64   // written
	Values []int64 // read
	kind   kind
}

// Append writes value behind the list of key.
func Append(key string, value int64) Op { return Op{kind: appendTo, Key: key, Value: value} }

// Add puts value into the set of key.
func Add(key string, value int64) Op { return Op{kind: addTo, Key: key, Value: value} }

// ReadList saw the list of key.
func ReadList(key string, values []int64) Op { return Op{kind: readList, Key: key, Values: values} }

// ReadSet saw the set of key; values in any order.
func ReadSet(key string, values []int64) Op { return Op{kind: readSet, Key: key, Values: values} }

// String shows an operation.
func (o Op) String() string {
	switch o.kind {
	case appendTo:
		return fmt.Sprintf("%s append %d", o.Key, o.Value)
	case addTo:
		return fmt.Sprintf("%s add %d", o.Key, o.Value)
	}
	return fmt.Sprintf("%s read %s", o.Key, short(o.Values))
}

// short shows the ends of long lists.
func short(v []int64) string {
	if len(v) <= 12 {
		return fmt.Sprint(v)
	}
	return strings.TrimSuffix(fmt.Sprint(v[:4]), "]") + fmt.Sprintf(" … %d more … ", len(v)-8) +
		strings.TrimPrefix(fmt.Sprint(v[len(v)-4:]), "[")
}

func (o Op) writes() bool { return o.kind == appendTo || o.kind == addTo }

// Txn is one transaction: the operations that were answered, and for Unknown and
// Committed all writes that were asked for.
type Txn struct {
	Name         string // for people: client, number
	Ops          []Op
	Outcome      Outcome
	Serializable bool
	// Begin and End bound the transaction in time, in any unit: sent, answered. Both 0:
	// nothing is known of its time. End counts for Committed only.
	Begin, End int64
}

// String shows a transaction.
func (t *Txn) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s", t.Name, t.Outcome)
	if t.Serializable {
		b.WriteString(", serializable")
	}
	if t.timed() {
		fmt.Fprintf(&b, ", %d", t.Begin)
		if t.Outcome == Committed {
			fmt.Fprintf(&b, "–%d", t.End)
		}
	}
	b.WriteString("):")
	for i, o := range t.Ops {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString(" " + o.String())
	}
	return b.String()
}

func (t *Txn) timed() bool { return t.Begin != 0 || t.End != 0 }

// Violation is one thing that must not be.
type Violation struct {
	Kind string // "G-single", "aborted read"…
	Text string // who saw what
}

// String shows a violation.
func (v Violation) String() string { return v.Kind + ": " + v.Text }

// Check finds what is wrong with a history. It is exact for what was read:
// nothing legal is reported.
func Check(txns []Txn) []Violation {
	c := newChecker(txns)
	c.index()
	for i := range c.txns {
		c.checkReads(i)
	}
	if len(c.found) > 0 {
		return c.found // an order inferred from broken reads would only repeat them
	}
	c.connect()
	c.found = append(c.found, c.graph.cycles(c.txns)...)
	return c.found
}
