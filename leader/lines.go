package leader

import (
	"slipher/catalog/types"
	"slipher/compiler/plan"
	"slipher/leader/pgwire"
)

// lines is a result of one text column: EXPLAIN.
func lines(w pgwire.ResultWriter, column string, text []string, tag string) error {
	if err := w.Columns(linesColumns(column)); err != nil {
		return err
	}
	rows := make(pgwire.Datums, len(text))
	for i, l := range text {
		rows[i] = []types.Datum{types.String(l)}
	}
	if err := w.Rows(rows, 0, len(rows)); err != nil {
		return err
	}
	return w.Complete(tag)
}

func linesColumns(column string) []plan.OutputColumn {
	return []plan.OutputColumn{{Name: column, Type: types.TText}}
}
