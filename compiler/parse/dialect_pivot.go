package parse

import "strings"

// pivotMarker and unpivotMarker are functions that what is in front of them is cross-joined to; itemMarker wraps their
// items, with the name that an item is given behind it. All in inserted text.
const (
	pivotMarker   = "slipher_pivot"
	unpivotMarker = "slipher_unpivot"
	itemMarker    = "slipher_item"
)

// pivot turns, behind an item of FROM,
//
//	PIVOT (f(x) AS a FOR c IN (1 AS b, 2))              into  CROSS JOIN pivot(item(f(x), 'a'), c, item(1, 'b'), item(2))
//	UNPIVOT INCLUDE NULLS (v FOR n IN (a AS 'x', b))    into  CROSS JOIN unpivot(true, v, n, item(a, 'x'), item(b))
//
// so that an alias behind stays one. What does not look so is left to the grammar.
func (d *dialect) pivot(i int) {
	open, nulls := i+1, "false"
	if d.at(open).is("include") || d.at(open).is("exclude") {
		if d.at(open).is("include") {
			nulls = "true"
		}
		open += 2
	}
	end := d.closing(open)
	in := -1
	for k := open + 1; k < end; k++ {
		if d.at(k).isPunct("(") {
			if d.at(k - 1).is("in") {
				in = k
				break
			}
			k = d.closing(k)
		}
	}
	// … FOR name [.name] IN (…))
	by := in - 2
	for by > open && !d.at(by).is("for") {
		by--
	}
	if in < 0 || by <= open || d.closing(in) != end-1 {
		return
	}
	if d.at(i).is("pivot") {
		d.edits = append(d.edits, edit{d.at(i).start, d.at(open).end, "CROSS JOIN " + pivotMarker + "("})
		d.items(open+1, by)
	} else {
		d.edits = append(d.edits, edit{d.at(i).start, d.at(open).end, "CROSS JOIN " + unpivotMarker + "(" + nulls + ", "})
	}
	d.replace(d.at(by), ", ")
	d.edits = append(d.edits, edit{d.at(in - 1).start, d.at(in).end, ", "})
	d.items(in+1, end-1)
	d.replace(d.at(end-1), "")
}

// closing is the token that closes the parenthesis at token i, or the last one.
func (d *dialect) closing(i int) int {
	depth := 0
	for k := i; k < len(d.toks); k++ {
		switch t := d.toks[k]; {
		case t.isPunct("("):
			depth++
		case t.isPunct(")"):
			if depth--; depth == 0 {
				return k
			}
		}
	}
	return len(d.toks)
}

// items wraps the items of a list, tokens from to to, each perhaps with a name behind it.
func (d *dialect) items(from, to int) {
	first := from
	for k := from; k <= to; k++ {
		if k < to && d.at(k).isPunct("(") {
			k = d.closing(k)
			continue
		}
		if k < to && !d.at(k).isPunct(",") || k == first {
			continue
		}
		last := k - 1
		d.insert(d.at(first).start, itemMarker+"(")
		if name := d.at(last); last > first && (d.at(last-1).is("as") ||
			name.isName() && endsOperand(d.at(last-1))) {
			start := name.start
			if d.at(last - 1).is("as") {
				start = d.at(last - 1).start
			}
			d.edits = append(d.edits, edit{start, name.end, ", '" + strings.ReplaceAll(name.text, "'", "''") + "')"})
		} else {
			d.insert(name.end, ")")
		}
		first = k + 1
	}
}
