package parse

import "slipher/catalog/sqlerr"

// Depth bounds. An expression tree as deep as maxDepth costs libpg_query about
// 2*maxDepth protobuf messages (its hand-over refuses 10,000) and a few hundred
// bytes of C stack a level; 64,000 levels would overflow the stack and kill the
// process, where no recover helps.
const (
	maxDepth     = 2000
	selectDepth  = 4 // a subselect nests about so many messages more than an operator
	maxTextBytes = 16 << 20
)

// nest is one open parenthesis, bracket or CASE.
type nest struct {
	operand int // deepest operand of the expression being read
	ops     int // operators of that expression
	best    int // deepest expression finished at this level
	sets    int // UNION, JOIN: these chain across expressions
	close   byte
}

func (n *nest) finish() {
	n.best = max(n.best, n.operand+n.ops)
	n.operand, n.ops = 0, 0
}

func (n *nest) depth() int {
	n.finish()
	return n.best + n.sets + 1
}

// checkDepth bounds from above the depth of the tree that toks will give.
//
// An operand's depth plus the operators beside it bounds a chain in whatever
// way it associates; commas, AND and OR (which libpg_query flattens) and
// clause words start a new expression.
func checkDepth(src string, toks []token) error {
	stack := []nest{{}}
	for i, t := range toks {
		top := &stack[len(stack)-1]
		switch {
		case t.isPunct("(") || t.isPunct("[") || t.is("case"):
			c := byte(')')
			if t.kind == tokIdent {
				c = 'e'
			}
			stack = append(stack, nest{close: c})
			if len(stack) > maxDepth {
				return tooDeep(src, t)
			}
			continue
		case t.isPunct(")") || t.isPunct("]") || t.is("end"):
			if len(stack) > 1 && (stack[len(stack)-1].close == 'e') == (t.kind == tokIdent) {
				d := top.depth()
				stack = stack[:len(stack)-1]
				top = &stack[len(stack)-1]
				top.operand = max(top.operand, d)
			}
		case t.kind == tokOp || t.isPunct("::"):
			top.ops++
		case t.kind == tokPunct && (t.text == "," || t.text == ";"):
			top.finish()
			if t.text == ";" && len(stack) == 1 {
				*top = nest{}
			}
		case t.kind == tokIdent:
			switch t.text {
			case "not", "is", "collate", "at", "like", "ilike", "similar", "between", "in", "isnull", "notnull":
				top.ops++
			case "union", "except", "intersect", "minus", "join":
				top.finish()
				top.sets++
			case "select":
				top.finish()
				if !inChain(toks, i) {
					top.sets += selectDepth
				}
			case "and", "or", "from", "where", "when", "then", "else", "on", "having", "by", "values", "limit", "offset":
				top.finish()
			}
		}
		if top.operand+top.ops+top.sets > maxDepth {
			return tooDeep(src, t)
		}
	}
	return nil
}

// inChain reports whether the SELECT at token i is one of several with UNION and its like between them: they are nested
// by one message each, which those words count.
func inChain(toks []token, i int) bool {
	for i--; i >= 0 && (toks[i].is("all") || toks[i].is("distinct")); i-- {
	}
	return i >= 0 && (toks[i].is("union") || toks[i].is("except") || toks[i].is("intersect") || toks[i].is("minus"))
}

func tooDeep(src string, t token) error {
	return sqlerr.New(sqlerr.StatementTooComplex, "stack depth limit exceeded").
		WithHint("Expressions may nest %d levels deep; a chain of operators counts one level an operator.", maxDepth).
		At(charPosition(src, t.start))
}
