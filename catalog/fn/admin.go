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
		effect("slipher_drain_node", types.TBool,
			"Deals a node's slices to the others; it gets none until it is undrained. False: nothing changed.", T),
		effect("slipher_undrain_node", types.TBool, "Lets a drained node have slices again. False: nothing changed.", T),
		effect("slipher_remove_node", types.TBool, "Forgets a node that is drained or lost.", T),
		effect("slipher_transfer_leadership", types.TBool,
			"Makes the leader that has most of the log the active one. Sessions of this leader end."),
		effect("slipher_transfer_leadership", types.TBool, "Makes a leader the active one. Sessions of this leader end.", T),
		effect("slipher_remove_leader", types.TBool,
			"Takes a leader that is not the active one out of the cluster. Its process ends.", T),
		effect("pg_cancel_backend", types.TBool, "Cancels what a session runs, by its process id; false: there is none.",
			types.TInt4),
		effect("pg_terminate_backend", types.TBool, "Ends a session, by its process id; false: there is none.", types.TInt4),
		effect("pg_sleep", T, "Waits for so many seconds, once a statement, before it runs.", types.TFloat8),
		effect("slipher_snapshot", types.TBool, "Writes a snapshot of the catalog and cuts the log of this leader."),
	}}
}
