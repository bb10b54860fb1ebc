package plan

import "strings"

// Node is an operator of EXPLAIN's tree.
type Node struct {
	Prefix string // "XN", "LD", or "": on the leader alone
	Type   string // as PostgreSQL's JSON calls it: "Hash Join"
	Words  string // as the text calls it, "": Type
	Join   string // of a join, as PostgreSQL's JSON calls its kind
	// Strategy and Operation are other words of PostgreSQL's JSON: how groups are made, what is done to a table.
	Strategy, Operation string
	Dist                string // of a join: "DS_BCAST_INNER"
	// What it reads, where it reads something that has a name.
	Schema, Relation, Alias string

	Details                []Detail
	StartupCost, TotalCost float64
	Rows                   int64
	Width                  int
	Children               []*Node // of a join: outer, inner

	// At is where its rows are counted while the query runs: they are the sum. Before is where those are that its filter
	// sees; nil: nobody counts them.
	At, Before []Place
	// Looked is where rows are in front of runtime filters, then behind each of them; nil: there are none. They stand
	// behind At, but where a filter of an operator that has no line of its own comes after them. LookedBy are their
	// conditions.
	Looked   [][]Place
	LookedBy []string
	// Segments and Exchanges are what was made for it: each is some operator's alone.
	Segments, Exchanges []int
}

// Place is behind so many steps of a segment: its source's rows are at 0.
type Place struct{ Segment, Step int }

// AtLeader, as Place.Segment, is the leader's part in a query, of which these are the steps.
const AtLeader = -1

const (
	LeaderMerged   = iota // rows that its merge has read
	LeaderReturned        // rows that the client gets
	LeaderChanged         // rows that were written or deleted
)

// Detail is what EXPLAIN says of an operator below its line: "Label: Text", or Text alone.
type Detail struct {
	Label string
	Text  string
	List  []string // instead of Text
	Name  string   // in JSON, if there is no label
}

func (d *Detail) text() string {
	if d.List != nil {
		return strings.Join(d.List, ", ")
	}
	return d.Text
}

func (d *Detail) line() string {
	if d.Label == "" {
		return d.text()
	}
	return d.Label + ": " + d.text()
}

// Title is the operator's line in front of the costs: "XN Hash Join DS_BCAST_INNER".
func (n *Node) Title() string {
	words := []string{n.Words}
	if n.Words == "" {
		words[0] = n.Type
	}
	if n.Prefix != "" {
		words = append([]string{n.Prefix}, words...)
	}
	if n.Dist != "" {
		words = append(words, n.Dist)
	}
	switch {
	case n.Relation == "" && n.Alias != "":
		words = append(words, `"`+n.Alias+`"`)
	case n.Relation != "":
		words = append(words, "on", n.Relation)
		if n.Alias != "" && n.Alias != n.Relation {
			words = append(words, n.Alias)
		}
	}
	return strings.Join(words, " ")
}
