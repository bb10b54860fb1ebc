package parse

// qualifyMarker is the window, in inserted text, by which QUALIFY's condition is partitioned.
const qualifyMarker = "slipher_qualify"

// ignoreNullsMarker is the schema, or one more in front of it, of a function with IGNORE NULLS, in inserted text as
// well.
const ignoreNullsMarker = "slipher_ignore_nulls"

// afterQualify are the words that QUALIFY's condition ends before.
var afterQualify = wordSet("order limit offset fetch for union intersect except minus window returning")

// qualify turns QUALIFY c, token i, into an item of the WINDOW clause, which may stand in front of it or behind:
//
//	QUALIFY c  →  WINDOW marker AS (PARTITION BY c)
func (d *dialect) qualify(i int) {
	end, depth := i+1, 0
	for ; end < len(d.toks); end++ {
		t := d.toks[end]
		if depth == 0 && (t.isPunct(")") || t.isPunct(";") || t.kind == tokIdent && afterQualify[t.text]) {
			break
		}
		switch {
		case t.isPunct("("), t.isPunct("["):
			depth++
		case t.isPunct(")"), t.isPunct("]"):
			depth--
		}
	}
	word := "WINDOW "
	if d.windowBefore(i) {
		word = ", "
	}
	d.replace(d.toks[i], word+qualifyMarker+" AS (PARTITION BY ")
	last := d.toks[end-1]
	d.insert(last.end, ")")
	if w := d.at(end); w.is("window") {
		d.replace(w, ",")
	}
}

// windowBefore reports whether a WINDOW clause stands in front of token i in the same SELECT.
func (d *dialect) windowBefore(i int) bool {
	depth := 0
	for k := i - 1; k >= 0; k-- {
		switch t := d.toks[k]; {
		case t.isPunct(")"):
			depth++
		case t.isPunct("("):
			if depth--; depth < 0 {
				return false
			}
		case depth == 0 && t.is("select"):
			return false
		case depth == 0 && t.is("window") && d.at(k+2).is("as") && d.at(k+3).isPunct("("):
			return true
		}
	}
	return false
}

// nulls takes IGNORE NULLS or RESPECT NULLS, token i, out of a call, behind its arguments or behind the last of them;
// IGNORE NULLS marks the function.
func (d *dialect) nulls(i int) {
	ignore := d.toks[i].is("ignore")
	d.edits = append(d.edits, edit{d.toks[i].start, d.at(i + 1).end, ""})
	depth := 0
	if d.at(i + 2).isPunct(")") { // among the arguments
		depth = 1
	}
	if open := d.opening(i, depth); ignore && open >= 0 {
		d.mark(open, ignoreNullsMarker)
	}
}
