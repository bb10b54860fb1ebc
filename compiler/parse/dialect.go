package parse

import (
	"sort"
	"strconv"
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// edit replaces bytes [start,end) of the user's text by text.
type edit struct {
	start, end int
	text       string
}

// offsetMap translates offsets of the rewritten text to the user's.
type offsetMap struct {
	base  int // where the rewritten text starts in the user's
	edits []edit
}

// user gives the user's offset for offset off of the rewritten text. An offset
// inside inserted text becomes the place of the insertion.
func (m offsetMap) user(off int) int {
	shift := 0 // rewritten − user, behind the edits passed so far
	for _, e := range m.edits {
		at := e.start - m.base + shift // where e's text begins in the rewritten text
		if off < at {
			break
		}
		if off < at+len(e.text) {
			return e.start
		}
		shift += len(e.text) - (e.end - e.start)
	}
	return off - shift + m.base
}

// inserted reports whether off lies in text that the dialect pass put in.
func (m offsetMap) inserted(off int) bool {
	shift := 0
	for _, e := range m.edits {
		at := e.start - m.base + shift
		if off >= at && off < at+len(e.text) {
			return true
		}
		shift += len(e.text) - (e.end - e.start)
	}
	return false
}

// topMarker is the function that stands for TOP in the select list. It is
// known by being in inserted text; a user's function of that name is not it.
const topMarker = "slipher_top"

// outerMarker is the function around a column that (+) stands behind, in inserted text as well.
const outerMarker = "slipher_outer"

// approximateMarker is the schema of a function behind APPROXIMATE, in inserted text as well.
const approximateMarker = "slipher_approximate"

// distinctMarker is the schema, or one more in front of it, of a function with DISTINCT and WITHIN GROUP, in inserted
// text as well: libpg_query's grammar has one or the other.
const distinctMarker = "slipher_distinct"

// groupAllMarker is the column that stands for ALL in GROUP BY ALL, in inserted text as well.
const groupAllMarker = "slipher_group_all"

// tryMarker is the function around the CAST that a TRY_CAST is made of, in inserted text.
const tryMarker = "slipher_try"

// excludeMarker is the function in the select list whose arguments the star in front of it does not mean.
const excludeMarker = "slipher_exclude"

// dialect rewrites Redshift's clauses to what libpg_query's grammar reads.
type dialect struct {
	src   string
	toks  []token
	edits []edit
	// connected are the tokens that clauses of hierarchical queries have been made of.
	connected map[int]bool
}

// rewriteDialect returns the text to parse for toks and its offset map, or
// refuses a clause by name.
func rewriteDialect(src string, toks []token) (string, offsetMap, error) {
	d := &dialect{src: src, toks: toks, connected: map[int]bool{}}
	for i := range toks {
		if err := d.token(i); err != nil {
			return "", offsetMap{}, err
		}
	}
	sort.SliceStable(d.edits, func(i, j int) bool { return d.edits[i].start < d.edits[j].start })
	start, end := toks[0].start, toks[len(toks)-1].end
	d.dropCovered()
	m := offsetMap{base: start, edits: d.edits}
	if len(d.edits) == 0 {
		return src[start:end], m, nil
	}
	var sb strings.Builder
	at := start
	for _, e := range d.edits {
		sb.WriteString(src[at:e.start])
		sb.WriteString(e.text)
		at = e.end
	}
	sb.WriteString(src[at:end])
	return sb.String(), m, nil
}

// dropCovered removes edits inside text that an earlier edit takes away.
func (d *dialect) dropCovered() {
	kept, end := d.edits[:0], 0
	for _, e := range d.edits {
		if e.start >= end {
			kept, end = append(kept, e), e.end
		}
	}
	d.edits = kept
}

func (d *dialect) at(i int) token {
	if i >= 0 && i < len(d.toks) {
		return d.toks[i]
	}
	return token{kind: tokEOF}
}

func (d *dialect) replace(t token, text string) {
	d.edits = append(d.edits, edit{t.start, t.end, text})
}

func (d *dialect) insert(at int, text string) { d.edits = append(d.edits, edit{at, at, text}) }

func (d *dialect) refuse(t token, what string) error {
	return sqlerr.Unsupported("%s", what).At(charPosition(d.src, t.start))
}

// token looks at token i and what is around it.
func (d *dialect) token(i int) error {
	t, next := d.toks[i], d.at(i+1)
	switch {
	case t.kind == tokString && t.plainBackslash:
		if d.src[t.start] == '\'' {
			d.insert(t.start, "E")
		} else { // N'…'
			d.edits = append(d.edits, edit{t.start, t.start + 1, "NCHAR E"})
		}
	case t.isPunct("(") && next.isPunct("+") && d.at(i+2).isPunct(")"):
		return d.outer(i)
	case t.kind == tokOp && t.text == "#":
		if name, ok := tempName(t, next); ok && (!endsOperand(d.at(i-1)) || d.startsModify(i-1) || d.at(i-1).is("table")) {
			d.edits = append(d.edits, edit{t.start, next.end, quoted(name)})
		}
	case t.kind == tokOp && beforeTemp[strings.TrimSuffix(t.text, "#")] && strings.HasSuffix(t.text, "#") &&
		next.start == t.end && next.isName(): // a.x=#t.x
		d.edits = append(d.edits, edit{t.end - 1, next.end, quoted("#" + next.text)})
	case t.isPunct(","):
		d.unnest(i)
	case t.kind == tokIdent:
		return d.word(i)
	}
	return nil
}

// beforeTemp are operators that may stand in front of a temporary table's name without a blank.
var beforeTemp = wordSet("= < > <= >= <> != + - * / % ||")

// startsModify reports whether token i is the UPDATE or DELETE of the statement itself, perhaps behind WITH.
func (d *dialect) startsModify(i int) bool {
	return (d.at(i).is("update") || d.at(i).is("delete")) && (i == 0 || d.toks[0].is("with") && d.at(i-1).isPunct(")"))
}

// endsOperand reports whether t can end an expression or a table's name.
func endsOperand(t token) bool {
	switch t.kind {
	case tokIdent:
		return !clauseWords[t.text]
	case tokPunct:
		return t.text == ")" || t.text == "]"
	case tokEOF, tokOp:
		return false
	}
	return true
}

// endsClause reports whether token i can be the last of a clause: of an operand, or GROUP BY's ALL.
func (d *dialect) endsClause(i int) bool { return endsOperand(d.at(i)) || d.groupsByAll(i) }

// groupsByAll reports whether token i is the ALL of GROUP BY ALL.
func (d *dialect) groupsByAll(i int) bool {
	next := d.at(i + 1)
	return d.at(i).is("all") && d.at(i-1).is("by") && d.at(i-2).is("group") && (next.kind == tokEOF || next.isPunct(")") ||
		next.isPunct(";") || next.kind == tokIdent && behindGroupBy[next.text])
}

// behindGroupBy are words that begin what may stand behind GROUP BY.
var behindGroupBy = wordSet("having qualify window order limit offset fetch for union except intersect minus")

// clauseWords cannot end an expression or be an alias without AS.
var clauseWords = wordSet(`select distinct all from where group by having order limit offset union except intersect minus
	on using join inner left right full cross natural and or not in is like ilike between case when then else as with
	values into set top as`)

// holdsQuery reports whether the parenthesis at token i holds a query, and nothing else. Parentheses may stand around
// it and around its operands.
func (d *dialect) holdsQuery(i int) bool {
	first := d.at(i + 1)
	if !first.isPunct("(") {
		return first.is("select") || first.is("with") || first.is("values") || first.is("table")
	}
	behind := d.at(d.closing(i+1) + 1)
	return (behind.isPunct(")") || behind.kind == tokIdent && behindOperand[behind.text]) && d.holdsQuery(i+1)
}

// behindOperand are words that may stand in a query behind one in parentheses.
var behindOperand = wordSet("union except intersect minus order limit offset fetch for")

func (d *dialect) word(i int) error {
	t, prev, next := d.toks[i], d.at(i-1), d.at(i+1)
	if prev.isPunct(".") || next.isPunct(".") {
		return nil
	}
	switch t.text {
	case "select":
		d.top(i)
	case "from", "join":
		d.unnest(i)
	case "delete": // FROM may be left out
		if _, temp := tempName(next, d.at(i+2)); d.startsModify(i) &&
			(temp || next.kind == tokQuoted || next.kind == tokIdent && !clauseWords[next.text]) {
			d.insert(t.end, " FROM")
		}
	case "array": // Redshift's makes a SUPER; of a query it is an array of its rows. It may be a name
		if !next.isPunct("[") && !(next.isPunct("(") && d.holdsQuery(i+1)) {
			d.replace(t, `"array"`)
		}
	case "collate": // the function; the word is reserved
		if next.isPunct("(") {
			d.replace(t, `"collate"`)
		}
	case "minus":
		if d.endsClause(i-1) && (next.is("select") || next.is("with") || next.is("all") || next.is("distinct") ||
			next.isPunct("(")) {
			d.replace(t, "EXCEPT")
		}
	case "all":
		if d.groupsByAll(i) {
			d.replace(t, groupAllMarker)
		}
	case "qualify":
		starts := next.kind == tokIdent && !clauseWords[next.text] || next.is("not") || next.is("case") ||
			next.isPunct("(") ||
			next.kind == tokInt || next.kind == tokQuoted || next.kind == tokParam
		if d.endsClause(i-1) && starts {
			d.qualify(i)
		}
	case "pivot", "unpivot":
		if endsOperand(prev) && (next.isPunct("(") || next.is("include") || next.is("exclude")) {
			d.pivot(i)
		}
	case "ignore", "respect":
		if next.is("nulls") && (prev.isPunct(")") && d.at(i+2).is("over") || d.at(i+2).isPunct(")")) {
			d.nulls(i)
		}
	case "approximate":
		if next.kind == tokIdent && !clauseWords[next.text] && d.at(i+2).isPunct("(") {
			if !next.is("count") && !next.is("percentile_disc") {
				return d.refuse(t, "APPROXIMATE "+strings.ToUpper(next.text))
			}
			d.replace(t, approximateMarker+".")
		}
	case "within":
		if next.is("group") && prev.isPunct(")") {
			d.within(i)
		}
	case "connect", "start":
		if d.connects(i) {
			return d.connect(i)
		}
	case "siblings":
		if d.siblings(i) {
			return d.refuse(t, "ORDER SIBLINGS BY")
		}
	case "exclude":
		if prev.isPunct("*") && d.startsTarget(i-1) {
			d.exclude(i)
		}
	case "object_transform":
		if next.isPunct("(") {
			d.transform(i)
		}
	case "try_cast":
		if next.isPunct("(") {
			d.tryCast(i)
		}
	case "convert":
		if next.isPunct("(") && d.at(i+2).kind == tokIdent && types.AliasOf(d.at(i+2).text) != nil {
			return d.convert(i)
		}
	case "binary":
		if next.is("varying") {
			d.edits = append(d.edits, edit{t.start, next.end, "varbyte"})
		}
	case "varchar", "char", "character", "nvarchar", "nchar", "varying", "bpchar", "varbyte", "varbinary":
		if m := d.at(i + 2); next.isPunct("(") && m.is("max") && d.at(i+3).isPunct(")") {
			n := "65535"
			switch {
			case t.text == "varbyte" || t.text == "varbinary" || prev.is("binary"):
				n = strconv.Itoa(types.MaxVarbyte)
			case t.text == "char" || t.text == "character" && !prev.is("varying") || t.text == "nchar" || t.text == "bpchar":
				n = "4096"
			}
			d.replace(m, n)
		}
	}
	return nil
}

// startsTarget reports whether token i begins an item of the select list, or is the star of t.*.
func (d *dialect) startsTarget(i int) bool {
	p := d.at(i - 1)
	return p.isPunct(".") || p.isPunct(",") || p.is("select") || p.is("distinct") || p.is("all") || d.at(i-2).is("top")
}

// exclude turns * EXCLUDE a, or * EXCLUDE (a, b), into *, marker(a, b).
func (d *dialect) exclude(i int) {
	t, next := d.at(i), d.at(i+1)
	switch {
	case next.isPunct("("):
		d.replace(t, ", "+excludeMarker)
	case next.kind == tokIdent && !clauseWords[next.text] || next.kind == tokQuoted:
		d.replace(t, ", "+excludeMarker+"(")
		d.insert(next.end, ")")
	}
}

// within turns f(DISTINCT args) in front of token i, WITHIN, into marker.f(args).
func (d *dialect) within(i int) {
	open := d.opening(i, 0)
	if all := d.at(open + 1); open >= 0 && all.is("distinct") {
		d.replace(all, "")
		d.mark(open, distinctMarker)
	}
}

// opening is the token that opens the parenthesis closed in front of token i, or, with a depth of 1, that around it; -1
// if there is none.
func (d *dialect) opening(i, depth int) int {
	for i--; i >= 0; i-- {
		switch t := d.toks[i]; {
		case t.isPunct(")"):
			depth++
		case t.isPunct("("):
			if depth--; depth <= 0 {
				return i
			}
		}
	}
	return -1
}

// mark puts a marker in front of the function whose arguments token open begins, as a schema.
func (d *dialect) mark(open int, marker string) {
	name := open - 1
	for d.at(name - 1).isPunct(".") {
		name -= 2
	}
	d.insert(d.at(name).start, marker+".")
}

// top turns SELECT TOP n [DISTINCT] list into SELECT [DISTINCT] marker(n), list.
func (d *dialect) top(i int) {
	t := d.at(i + 1)
	n := d.at(i + 2)
	if !t.is("top") || n.kind != tokInt && n.kind != tokParam {
		return
	}
	d.edits = append(d.edits, edit{t.start, n.end, ""})
	k := i + 3
	if d.at(k).is("distinct") || d.at(k).is("all") {
		k++
	}
	at := n.end
	if k > i+3 {
		at = d.at(k - 1).end
	}
	d.insert(at, " "+topMarker+"("+d.src[n.start:n.end]+"), ")
}

// tryCast turns TRY_CAST(expr AS type) into marker(CAST(expr AS type)).
func (d *dialect) tryCast(i int) {
	depth := 0
	for _, t := range d.toks[i+1:] {
		switch {
		case t.isPunct("("):
			depth++
		case t.isPunct(")"):
			if depth--; depth == 0 {
				d.replace(d.toks[i], tryMarker+"(CAST")
				d.insert(t.end, ")")
				return
			}
		}
	}
}

// convert turns CONVERT(type, expr) into CAST(expr AS type).
func (d *dialect) convert(i int) error {
	depth, comma := 0, -1
	for k := i + 1; k < len(d.toks); k++ {
		switch t := d.toks[k]; {
		case t.isPunct("("):
			depth++
		case t.isPunct(","):
			if depth == 1 && comma < 0 {
				comma = k
			}
		case t.isPunct(")"):
			depth--
			if depth == 0 {
				if comma < 0 {
					return nil
				}
				first, last := d.toks[i+2], d.toks[comma-1]
				most := "(65535)"
				if longest, _ := types.AliasOf(first.text).Type([]int{types.MaxMod}, true); longest.Kind == types.Char &&
					!d.at(i+3).is("varying") {
					most = "(4096)"
				}
				d.replace(d.toks[i], "CAST")
				d.edits = append(d.edits, edit{first.start, d.toks[comma].end, ""},
					edit{t.start, t.start, " AS " + strings.ReplaceAll(strings.ToLower(d.src[first.start:last.end]), "(max)", most)})
				return nil
			}
		}
	}
	return nil
}

// outer turns t.x (+), whose parenthesis is token i, into marker(t.x).
func (d *dialect) outer(i int) error {
	name := func(t token) bool { return t.kind == tokIdent && !clauseWords[t.text] || t.kind == tokQuoted }
	k := i - 1
	if !name(d.at(k)) {
		return d.refuse(d.toks[i], "the outer join operator (+) behind anything but a column")
	}
	for d.at(k-1).isPunct(".") && name(d.at(k-2)) {
		k -= 2
	}
	d.insert(d.at(k).start, outerMarker+"(")
	d.edits = append(d.edits, edit{d.toks[i].start, d.at(i + 2).end, ")"})
	return nil
}
