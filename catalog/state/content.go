package state

import (
	"github.com/RoaringBitmap/roaring/v2"

	"slipher/catalog/sqlerr"
)

// What operations do to the content of a table.

// written is the table an operation changes the content of, if it has the
// definition def (0: any).
func (c *Catalog) written(id TableID, def uint64) (*Table, *sqlerr.Error) {
	t := c.TableByID(id)
	if t == nil {
		return nil, errNoTableID(id)
	}
	if t.IsView() {
		return nil, sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a table", t.Name)
	}
	if def != 0 && def != t.Def {
		return nil, errRedefined(t)
	}
	return t, nil
}

// logical counts a change that queries can tell.
func (v *Version) logical(cmd *Command) {
	v.Number++
	v.Content++
	v.LastTxn = cmd.Txn
}

// add makes r, which is frozen from here on, an object of t.
func (c *Catalog) add(t *Table, r *ObjectRef) *sqlerr.Error {
	v := &t.Version
	refuse := func(why string) *sqlerr.Error {
		return sqlerr.New(sqlerr.InternalError, "object \"%s\" of slice %d cannot be added to table \"%s\": %s",
			r.Name, r.Slice, t.Name, why)
	}
	switch {
	case r.Name == "":
		return refuse("it has no name")
	case int(r.Slice) >= c.SliceCount():
		return refuse("there is no such slice")
	case r.Rows < 0 || r.Rows > maxObjectRows:
		return refuse("bad number of rows")
	case v.Objects.Find(r.Name) != nil || c.Garbaged(r.Name):
		return refuse("the name is taken")
	}
	if len(r.Deleted) > 0 || r.Dead != 0 {
		dead, err := readRows(r.Deleted)
		if err != nil {
			return refuse(err.Error())
		}
		if int64(dead.GetCardinality()) != r.Dead || outside(dead, r.Rows) {
			return refuse("its deleted rows are not right")
		}
		own := *r
		if own.Deleted, err = writeRows(dead); err != nil {
			return refuse(err.Error())
		}
		r = &own
	}
	if r.Dead > 0 && r.Live() == 0 { // a merge all of whose rows were deleted meanwhile
		if !r.Inline() {
			c.discard(r.Name)
		}
		return nil
	}
	v.Objects = v.Objects.With(r)
	v.Rows += r.Live()
	return nil
}

// maxObjectRows keeps positions in 32 bits: half of a row's address.
const maxObjectRows = 1 << 32

// remove deletes rows of one object of t. An object without live rows leaves t.
func (c *Catalog) remove(t *Table, set *RowSet, last TxnID) *sqlerr.Error {
	rows, err := readRows(set.Rows)
	if err != nil {
		return sqlerr.New(sqlerr.InternalError, "rows of object \"%s\" to delete: %v", set.Object, err)
	}
	if rows.IsEmpty() {
		return nil
	}
	v := &t.Version
	r := v.Objects.Find(set.Object)
	if r == nil {
		return errConflict(t, last)
	}
	if outside(rows, r.Rows) {
		return sqlerr.New(sqlerr.InternalError, "row %d of object \"%s\" does not exist", rows.Maximum(), r.Name)
	}
	dead, err := readRows(r.Deleted)
	if err != nil {
		return sqlerr.New(sqlerr.DataCorrupted, "deleted rows of object \"%s\": %v", r.Name, err)
	}
	if dead.Intersects(rows) {
		return errConflict(t, last)
	}
	less := *r
	sum := roaring.Or(dead, rows)
	less.Dead = int64(sum.GetCardinality())
	if less.Deleted, err = writeRows(sum); err != nil {
		return sqlerr.New(sqlerr.InternalError, "deleted rows of object \"%s\": %v", r.Name, err)
	}
	v.Rows -= less.Dead - r.Dead
	if less.Live() == 0 {
		c.drop(v, r)
	} else {
		v.Objects = v.Objects.With(&less)
	}
	return nil
}

// drop takes an object out of a table version.
func (c *Catalog) drop(v *Version, r *ObjectRef) {
	v.Objects = v.Objects.Without(r.Name)
	if !r.Inline() {
		c.discard(r.Name)
	}
}

// outside reports whether a set has positions that an object of so many rows lacks.
func outside(set *roaring.Bitmap, rows int64) bool {
	return !set.IsEmpty() && int64(set.Maximum()) >= rows
}
