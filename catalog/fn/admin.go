package fn

import "slipher/catalog/types"

// adminGroup is what changes the cluster by SELECT: the leader runs each call once,
// when the statement starts. A row here needs an implementation in the leader's table of
// effects (leader/effects.go).
func adminGroup() Group {
	T := types.TText
	effect := func(name string, ret types.Type, doc string, params ...types.Type) *Row {
		return &Row{Name: name, Args: exact(params...), Vol: Volatile, Where: LeaderOnly, Effect: true, Doc: doc,
			Ret: func([]types.Type, []*types.Datum) (Bound, error) { return Bound{Args: params, Ret: ret}, nil }}
	}
	return Group{Rows: []*Row{
		effect("slipher_drain_node", types.TBool, "Deals a node's slices to the others; it gets none until it is undrained. False: nothing changed.", T),
		effect("slipher_undrain_node", types.TBool, "Lets a drained node have slices again. False: nothing changed.", T),
		effect("slipher_remove_node", types.TBool, "Forgets a node that is drained or lost.", T),
	}}
}
