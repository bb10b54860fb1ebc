// Package exec runs compiled segments on one node, morsel by morsel.
//
//	Code{special, general program} ──NewQuery──► Query ──NewInstance──► Instance
//	                                               │ tables, parameters    │ SetScan/SetPage/SetPart…, Run, Finish
//	                                               ▼                       ▼
//	                                  runtime/kernels/table: driver of primitives or fused entry point
//
// An Instance is the private state of one worker or slice: single-threaded,
// never waiting. Its Run acts on the statuses of generated code: it grows tables, hands over
// full pages, runs host functions, and enters the code again where it left.
//
// Invariants: tiers share the state's layout and change only between inputs;
// a special variant runs only on row groups whose metadata satisfy its guards; all memory is accounted
// for and free when the Query is closed: strings when their rows are passed on,
// a table grows or generated code comes back.
//
// Start reading at instance.go, then run.go; input.go feeds instances, tables.go keeps what they fill, outlet.go what
// they send, turn.go is the end of a loop's turn.
package exec
