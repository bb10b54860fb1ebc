package statement

import (
	"slipher/catalog/fn"
	"slipher/compiler/parse"
)

// Standby is what a statement means for a session that has lost its leader while it ran, or may have run.
type Standby struct {
	Repeats  bool // may run twice: it changes nothing that lasts
	Commits  bool // may have ended a transaction for good
	Acts     bool // may do something else than change data, which an error does not undo
	Begins   bool // a block
	Ends     bool // a block
	Rollback bool // and leaves nothing of it
}

// Judge says what a statement means for a session that has lost its leader.
func (r *Row) Judge(st *parse.Statement) Standby {
	switch {
	case r.Standby != nil:
		return r.Standby(st)
	case r.Access == Writes:
		return Standby{}
	case r.Access == Reads && hasEffect(st.Body):
		return Standby{Acts: true}
	}
	return Standby{Repeats: true}
}

// commits is Standby of a statement that lasts whatever becomes of its block.
func commits(*parse.Statement) Standby { return Standby{Commits: true} }

// hasEffect reports whether a function that changes the cluster is called in a tree. That the call is not reached
// does not count.
func hasEffect(tree any) bool {
	found := false
	parse.Visit(tree, func(c parse.FuncCall) {
		for _, r := range fn.Default().Rows(c.Name) {
			found = found || r.Effect
		}
	})
	return found
}
