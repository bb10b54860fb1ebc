package parse

import "strings"

// unnestMarker and membersMarker are functions of rows, for the elements of an array and the members of an object that
// a path in FROM leads to, in inserted text.
const (
	unnestMarker  = "slipher_unnest"
	membersMarker = "slipher_members"
)

// unnest turns, as an item of FROM behind token i,
//
//	t.a[0].b AS x           into  unnest(t.a[0].b) AS x
//	t.a AS x AT y           into  unnest(t.a) WITH ORDINALITY AS x(x, y)
//	UNPIVOT t.a AS x AT y   into  members(t.a) AS x(x, y)
//
// What may also be the name of a table, t.a AS x, is left to the binder.
func (d *dialect) unnest(i int) {
	first := i + 1
	members := d.at(first).is("unpivot") && d.at(first+1).isName()
	if members {
		first++
	}
	last, dots, subscript := d.path(first)
	if last < first {
		return
	}
	alias := last + 1
	if d.at(alias).is("as") {
		alias++
	}
	at := alias + 1
	named := d.at(alias).isName() && !clauseWords[d.at(alias).text]
	numbered := named && d.at(at).is("at") && d.at(at+1).isName()
	if !members && !subscript && dots < 3 && !numbered || !d.startsItem(i) {
		return
	}
	marker := unnestMarker
	if members {
		marker = membersMarker
		d.edits = append(d.edits, edit{d.at(first - 1).start, d.at(first).start, ""})
	}
	d.insert(d.at(first).start, marker+"(")
	behind := ")"
	if numbered && !members {
		behind = ") WITH ORDINALITY"
	}
	d.insert(d.at(last).end, behind)
	if numbered {
		d.edits = append(d.edits, edit{d.at(alias).end, d.at(at + 1).end,
			"(" + quoted(d.at(alias).text) + ", " + quoted(d.at(at+1).text) + ")"})
	}
}

// quoted is a name in quotes.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// path is the last token of the names and subscripts that begin at token i, how many dots are among them and whether a
// subscript is. Less than i: there is no path.
func (d *dialect) path(i int) (last, dots int, subscript bool) {
	if t := d.at(i); !t.isName() || t.kind == tokIdent && clauseWords[t.text] {
		return i - 1, 0, false
	}
	for {
		switch next := d.at(i + 1); {
		case next.isPunct(".") && d.at(i+2).isName():
			i, dots = i+2, dots+1
		case next.isPunct("["):
			depth := 0
			for i++; ; i++ {
				switch t := d.at(i); {
				case t.isPunct("["):
					depth++
				case t.isPunct("]"):
					depth--
				case t.kind == tokEOF:
					return i - 1, dots, true
				}
				if depth == 0 {
					break
				}
			}
			subscript = true
		default:
			return i, dots, subscript
		}
	}
}

// startsItem reports whether an item of a query's FROM stands behind token i: FROM itself, JOIN or a comma.
func (d *dialect) startsItem(i int) bool {
	from := d.at(i).is("from")
	if from && d.at(i-1).is("distinct") && !d.at(i-2).is("select") { // IS DISTINCT FROM
		return false
	}
	for k, depth := i-1, 0; k >= 0; k-- {
		switch t := d.at(k); {
		case t.isPunct(")"):
			depth++
		case t.isPunct("("):
			if depth--; depth < 0 {
				return false
			}
		case depth > 0 || t.kind != tokIdent:
		case from && t.is("select"):
			return true
		case t.is("from"):
			return !from && d.startsItem(k)
		case beforeFrom[t.text]:
			return false
		}
	}
	return false
}

// beforeFrom are words behind which no item of FROM stands.
var beforeFrom = wordSet("select where group having order qualify limit set values returning connect start window")
