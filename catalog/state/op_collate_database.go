package state

import (
	"github.com/tinylib/msgp/msgp"

	"slipher/catalog/sqlerr"
)

// CollateDatabase changes how strings of a database are compared that has nothing in it.
type CollateDatabase struct {
	Name     string
	CaseFold bool
}

var _ = register("cldb", facts[*CollateDatabase]{
	text: func(o *CollateDatabase) string { return o.Name },
})

func (o *CollateDatabase) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	old := c.Database(o.Name)
	switch {
	case old == nil:
		return OpResult{}, ErrNoDatabase(o.Name)
	case old.System || old.Template:
		return OpResult{}, sqlerr.New(sqlerr.ObjectInUse, "cannot alter a template database")
	case old.CaseFold == o.CaseFold:
		return OpResult{ID: int64(old.ID)}, nil
	case len(c.Tables(o.Name)) > 0 || len(c.Functions(o.Name)) > 0:
		return OpResult{}, sqlerr.New(sqlerr.ObjectInUse,
			"the collation of database \"%s\" cannot be changed: it is not empty", o.Name)
	}
	d := *old
	d.CaseFold = o.CaseFold
	c.databases = c.databases.set(d.Name, &d)
	return OpResult{ID: int64(d.ID)}, nil
}

// The form in the log is what msgp would generate, by hand.

// MarshalMsg implements msgp.Marshaler.
func (o *CollateDatabase) MarshalMsg(b []byte) ([]byte, error) {
	b = msgp.AppendMapHeader(b, 2)
	b = msgp.AppendString(msgp.AppendString(b, "name"), o.Name)
	return msgp.AppendBool(msgp.AppendString(b, "ci"), o.CaseFold), nil
}

// UnmarshalMsg implements msgp.Unmarshaler.
func (o *CollateDatabase) UnmarshalMsg(b []byte) ([]byte, error) {
	n, b, err := msgp.ReadMapHeaderBytes(b)
	for ; n > 0 && err == nil; n-- {
		var field []byte
		if field, b, err = msgp.ReadMapKeyZC(b); err != nil {
			break
		}
		switch string(field) {
		case "name":
			o.Name, b, err = msgp.ReadStringBytes(b)
		case "ci":
			o.CaseFold, b, err = msgp.ReadBoolBytes(b)
		default:
			b, err = msgp.Skip(b)
		}
	}
	return b, err
}

// Msgsize implements msgp.Sizer.
func (o *CollateDatabase) Msgsize() int { return 16 + len(o.Name) }
