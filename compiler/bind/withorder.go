package bind

import (
	"maps"
	"reflect"
	"slices"

	"slipher/catalog/sqlerr"
	"slipher/compiler/parse"
)

// inOrder are the items of WITH RECURSIVE, each behind those that it refers to.
func (b *binder) inOrder(items []parse.CTE) ([]*parse.CTE, error) {
	var left, out []*parse.CTE
	names := map[string]bool{} // of those that are left
	for i := range items {
		left = append(left, &items[i])
		names[items[i].Name] = true
	}
	needs := make(map[*parse.CTE]map[string]bool, len(left))
	for _, it := range left {
		needs[it] = map[string]bool{}
		tablesIn(it.Query, nil, func(name string) { needs[it][name] = name != it.Name })
	}
	waits := func(it *parse.CTE) bool {
		for name := range names {
			if needs[it][name] {
				return true
			}
		}
		return false
	}
	for len(left) > 0 {
		i := slices.IndexFunc(left, func(it *parse.CTE) bool { return !waits(it) })
		if i < 0 {
			return nil, b.errorAt(left[0].Pos, sqlerr.FeatureNotSupported,
				"mutual recursion between WITH items is not implemented")
		}
		out = append(out, left[i])
		delete(names, left[i].Name)
		left = slices.Delete(left, i, i+1)
	}
	return out, nil
}

// clauses are a query's, but no query inside it.
type clauses parse.Query

// tablesIn calls f for the names without a schema that stand for tables in q, but for those that WITH gives a meaning
// there: hidden, and what is in q itself.
func tablesIn(q *parse.Query, hidden map[string]bool, f func(name string)) {
	if len(q.With.Items) > 0 {
		hidden = maps.Clone(hidden)
		if hidden == nil {
			hidden = map[string]bool{}
		}
	}
	if q.With.Recursive {
		for _, it := range q.With.Items {
			hidden[it.Name] = true
		}
	}
	for _, it := range q.With.Items {
		tablesIn(it.Query, hidden, f)
		hidden[it.Name] = true
	}
	own := clauses(*q)
	own.With = parse.With{}
	inside := reflect.TypeFor[parse.Query]()
	parse.Visit(&own, func(t *parse.TableRef) {
		if t.Schema == "" && t.Database == "" && !hidden[t.Name] {
			f(t.Name)
		}
	}, inside)
	parse.Visit(&own, func(sub *parse.Query) { tablesIn(sub, hidden, f) }, inside)
}
