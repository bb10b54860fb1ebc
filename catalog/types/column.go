package types

//go:generate go run github.com/tinylib/msgp -file column.go -o column_gen.go -io=false -tests=false
//msgp:replace ColumnID with:uint32
//msgp:ignore ColumnID

// ColumnID names a column of a table for ever, from 1. A column's number is its place in the
// definition of the day, from 0; whatever is stored names columns by their ids.
type ColumnID uint32

// Column is what has to be known of a table's column to read it from anything that is stored, also from what was
// stored before there was the column.
type Column struct {
	ID   ColumnID `msg:"id"`
	Type Type     `msg:"type"`
	// Initial is the column's value in rows that are older than it; nil: NULL. Frozen.
	Initial *Datum `msg:"initial,omitempty"`
}

// Value is Initial as a datum.
func (c *Column) Value() Datum {
	if c.Initial == nil {
		return NullDatum
	}
	return *c.Initial
}

// Columns are those of a table whose columns were made with it: their ids are their numbers and one.
func Columns(typs ...Type) []Column {
	cols := make([]Column, len(typs))
	for i, t := range typs {
		cols[i] = Column{ID: FirstID(i), Type: t}
	}
	return cols
}

// FirstID is the id of the column with a number in a table's first definition. What was stored before
// columns had ids means these.
func FirstID(number int) ColumnID { return ColumnID(number) + 1 }

// Places says where columns of a table are in something that stores those of ids, in its order: for each its place,
// -1 if it is not there. nil: each is where it is in the table. Ids that are nil are n columns from before there were
// ids.
func Places(cols []Column, ids []ColumnID, n int) []int {
	if ids != nil {
		n = len(ids)
	}
	at := func(i int) ColumnID {
		if ids == nil {
			return FirstID(i)
		}
		return ids[i]
	}
	same := n == len(cols)
	for i := 0; same && i < n; i++ {
		same = at(i) == cols[i].ID
	}
	if same {
		return nil
	}
	out := make([]int, len(cols))
	from := make(map[ColumnID]int, n)
	for i := range n {
		from[at(i)] = i
	}
	for i := range cols {
		if p, ok := from[cols[i].ID]; ok {
			out[i] = p
		} else {
			out[i] = -1
		}
	}
	return out
}
