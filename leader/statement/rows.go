package statement

import (
	"fmt"
	"reflect"

	"slipher/compiler/parse"
)

// rows are all kinds of statements.
var rows map[reflect.Type]*Row

// The table is made here and not in its declaration: rows that run other statements would need it to be there.
func init() {
	rows = map[reflect.Type]*Row{}
	for _, r := range []*Row{
		// Queries and changes of rows.
		&selectRow, &insertRow, &shortInsertRow, &updateRow, &deleteRow, &copyRow, &truncateRow,
		// Definitions.
		&createDatabaseRow, &alterDatabaseRow, &dropDatabaseRow, &createSchemaRow, &dropSchemaRow,
		&createTableRow, &createTableAsRow, &dropTableRow, &createViewRow, &dropViewRow,
		&createFunctionRow, &dropFunctionRow, &alterFunctionRow, &commentRow,
		// About tables and queries.
		&lockRow, &analyzeRow, &vacuumRow, &explainRow,
		// The session's own.
		&setRow, &resetRow, &showRow, &transactionRow, &prepareRow, &executeRow, &explainExecuteRow, &deallocateRow,
	} {
		t := reflect.TypeOf(r.Body)
		if rows[t] != nil {
			panic(fmt.Sprintf("BUG: two rows of %v", t))
		}
		rows[t] = r
	}
}

// Of is the row of a statement.
func Of(b parse.Body) *Row {
	r := rows[reflect.TypeOf(b)]
	if r == nil {
		panic(fmt.Sprintf("BUG: no row of %T", b))
	}
	return r
}
