package random

// distinctOn makes a query one of the first row of each of its first columns, which are then columns by name. The rows
// must be sorted by all columns.
func (b *builder) distinctOn(q *query) (words expr, leading int) {
	n := 1 + b.IntN(min(2, len(q.cols)))
	list := expr{}
	for i, c := range q.cols[:n] {
		if !plainColumn.MatchString(c.sl) {
			return expr{sl: "select ", pg: "select "}, 0
		}
		if i > 0 {
			list = expr{sl: list.sl + ", ", pg: list.pg + ", "}
		}
		list = expr{sl: list.sl + c.sl, pg: list.pg + c.pg}
	}
	words = form(typ{}, 0, "select distinct on (%s) ", list)
	return words, n
}
