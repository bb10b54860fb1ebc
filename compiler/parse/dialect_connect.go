package parse

// connectMarker is the function in the place of WHERE's condition whose last arguments, startMarker and byMarker, are
// what START WITH and CONNECT BY say. priorMarker and rootMarker are around what stands behind PRIOR and
// CONNECT_BY_ROOT. All in inserted text.
const (
	connectMarker = "slipher_connect"
	startMarker   = "slipher_start"
	byMarker      = "slipher_by"
	priorMarker   = "slipher_prior"
	rootMarker    = "slipher_root"
)

// ancestorMarkers are the operators that evaluate what stands behind them for another row of the hierarchy.
var ancestorMarkers = map[string]string{"prior": priorMarker, "connect_by_root": rootMarker}

// afterConnect are the words before which a hierarchical query's clauses end.
var afterConnect = wordSet("group having qualify window order limit offset fetch for union intersect except minus")

// connects reports whether token i begins START WITH or CONNECT BY.
func (d *dialect) connects(i int) bool {
	t, next := d.at(i), d.at(i+1)
	return t.is("connect") && next.is("by") || t.is("start") && next.is("with") && endsOperand(d.at(i-1))
}

// connect turns the clauses of a hierarchical query, the first of which token i begins, into WHERE's condition:
//
//	WHERE w START WITH s CONNECT BY c  →  WHERE connect(w, start(s), by(c))
//
// in either order, with or without WHERE and START WITH; and PRIOR x, anywhere in the query, into prior(x).
func (d *dialect) connect(i int) error {
	if d.connected[i] {
		return nil
	}
	open := "WHERE " + connectMarker + "("
	if w := d.whereBefore(i); w >= 0 {
		d.insert(d.at(w).end, " "+connectMarker+"(")
		open = ", "
	}
	k := i
	for d.connects(k) {
		d.connected[k] = true
		marker := startMarker
		if d.at(k).is("connect") {
			marker = byMarker
			if n := d.at(k + 2); n.is("nocycle") && startsOperand(d.at(k+3)) {
				return d.refuse(n, "CONNECT BY NOCYCLE")
			}
		}
		d.edits = append(d.edits, edit{d.at(k).start, d.at(k + 1).end, open + marker + "("})
		open = "), "
		for k += 2; k < len(d.toks) && !d.connects(k); k++ {
			t := d.at(k)
			if t.isPunct(")") || t.isPunct(";") || t.kind == tokIdent && afterConnect[t.text] {
				break
			}
			if t.isPunct("(") {
				k = d.closing(k)
			}
		}
	}
	k = min(k, len(d.toks))
	d.insert(d.at(k-1).end, "))")
	d.ancestors(i)
	return nil
}

// whereBefore is the WHERE in front of token i in the same SELECT, -1 if there is none.
func (d *dialect) whereBefore(i int) int {
	depth := 0
	for k := i - 1; k >= 0; k-- {
		switch t := d.toks[k]; {
		case t.isPunct(")"):
			depth++
		case t.isPunct("("):
			if depth--; depth < 0 {
				return -1
			}
		case depth == 0 && t.is("where"):
			return k
		case depth == 0 && (t.is("select") || t.is("from") && !d.at(k-1).is("distinct")):
			return -1
		}
	}
	return -1
}

// ancestors marks the operands of PRIOR and CONNECT_BY_ROOT in the SELECT around token i.
func (d *dialect) ancestors(i int) {
	from := i
	for depth := 0; from > 0; from-- {
		t := d.at(from - 1)
		if t.isPunct(")") {
			depth++
		} else if t.isPunct("(") {
			if depth--; depth < 0 {
				break
			}
		}
	}
	for k, depth := from, 0; k < len(d.toks) && depth >= 0; k++ {
		t := d.at(k)
		switch {
		case t.isPunct("("):
			depth++
		case t.isPunct(")"):
			depth--
		case t.kind == tokIdent && ancestorMarkers[t.text] != "" && !d.connected[k] && !d.at(k-1).isPunct(".") &&
			!d.at(k-1).is("as") && startsOperand(d.at(k+1)) && !d.connects(k+1):
			d.connected[k] = true
			d.replace(t, ancestorMarkers[t.text]+"(")
			d.insert(d.at(d.operandEnd(k+1)).end, ")")
		}
	}
}

// startsOperand reports whether t begins a name, a constant or a parenthesis.
func startsOperand(t token) bool {
	switch t.kind {
	case tokEOF, tokOp:
		return false
	case tokPunct:
		return t.text == "("
	case tokIdent:
		return !clauseWords[t.text]
	}
	return true
}

// operandEnd is the last token of the operand of a prefix operator that token i begins: a name, perhaps of a function
// with its arguments, a constant or a parenthesis.
func (d *dialect) operandEnd(i int) int {
	for d.at(i + 1).isPunct(".") {
		i += 2
	}
	if d.at(i).isPunct("(") {
		return d.closing(i)
	}
	if t := d.at(i); t.isName() && d.at(i+1).isPunct("(") {
		return d.closing(i + 1)
	}
	return i
}

// siblings reports whether token i is the SIBLINGS of ORDER SIBLINGS BY.
func (d *dialect) siblings(i int) bool {
	return d.at(i-1).is("order") && d.at(i+1).is("by")
}
