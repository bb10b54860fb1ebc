package state

import (
	"slices"

	"slipher/catalog/sqlerr"
)

//go:generate go run github.com/tinylib/msgp -file op_create_function.go -o op_create_function_gen.go -io=false -tests=false
//msgp:ignore CreateFunction

// CreateFunction makes a function. An id of 0 is allocated.
type CreateFunction struct{ FunctionBody }

// FunctionBody is what the operations say that make functions.
type FunctionBody struct {
	Function Function `msg:"fn"`
}

var _ = register("mkfunc", facts[*CreateFunction]{
	creates: (*CreateFunction).creation,
	text:    func(o *CreateFunction) string { return o.Function.Signature() },
})

func (o *CreateFunction) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	f := o.Function
	if err := c.functionStands(&f); err != nil {
		return OpResult{}, err
	}
	if err := c.callsStand(f.Calls, nil); err != nil {
		return OpResult{}, err
	}
	if f.ID != 0 && c.FunctionByID(f.ID) != nil {
		return OpResult{}, sqlerr.New(sqlerr.InternalError, "object id %d is taken", f.ID)
	}
	oid, err := c.takeOID(uint32(f.ID))
	if err != nil {
		return OpResult{}, err
	}
	f.ID, f.Def = FunctionID(oid), 1
	c.setFunction(&f)
	return OpResult{ID: int64(f.ID)}, nil
}

// functionStands checks that there is a place for f.
func (c *Catalog) functionStands(f *Function) *sqlerr.Error {
	if err := checkName(f.Name); err != nil {
		return err
	}
	if c.Schema(f.Database, f.Schema) == nil {
		return ErrNoSchema(f.Schema)
	}
	if IsSystemSchema(f.Schema) {
		return sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied for schema %s", f.Schema)
	}
	if is := c.Function(f.Database, f.Schema, f.Name, f.Types()); is != nil && is.ID != f.ID {
		return ErrFunctionExists(f.Name)
	}
	return nil
}

// callsStand checks that there are the functions that a text calls, but for those that it called before.
func (c *Catalog) callsStand(calls, before []FunctionCall) *sqlerr.Error {
	for _, u := range calls {
		if c.FunctionByID(u.Function) == nil &&
			!slices.ContainsFunc(before, func(o FunctionCall) bool { return o.Function == u.Function }) {
			return errNoFunctionID(u.Function)
		}
	}
	return nil
}

func (o *CreateFunction) creation() Creation {
	return Creation{ID: uint32(o.Function.ID), Certain: o, With: func(id uint32) Op {
		own := *o
		own.Function.ID = FunctionID(id)
		return &own
	}}
}
