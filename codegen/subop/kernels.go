package subop

import (
	"slipher/catalog/fn"
	"slipher/catalog/types"
)

// ownKernels are the C helpers of the structural suboperators; the C side is
// runtime/kernels/table.
var ownKernels = []*fn.Kernel{
	{Name: "slp_hash_long", Args: []types.Phys{types.Str}, Result: types.I64, Pure: true,
		Doc: "64-bit word of a long string's bytes; part of DistHash version 1"},
	{Name: "slp_own_str", Args: []types.Phys{types.NoPhys, types.Str}, Result: types.Str,
		Doc: "copies a string's bytes into an arena"},
	{Name: "slp_put_str", Args: []types.Phys{types.NoPhys, types.NoPhys, types.Str}, Result: types.NoPhys,
		Doc: "puts a long string into a row of a page"},
	{Name: "slp_own_keys", Args: []types.Phys{types.NoPhys, types.NoPhys, types.I64}, Result: types.NoPhys,
		Doc: "puts the long ones of the strings that a row's packed key begins with into the heap of the row's page"},
	{Name: "slp_page_keys_equal", Args: []types.Phys{types.NoPhys, types.NoPhys, types.I64, types.I64}, Result: types.I8,
		Pure: true, Doc: "slp_keys_equal, the first key in a page"},
	{Name: "slp_table_turn", Args: []types.Phys{types.NoPhys}, Result: types.I64,
		Doc: "first entry of a table's next page"},
	{Name: "slp_keys_equal", Args: []types.Phys{types.NoPhys, types.NoPhys, types.I64, types.I64}, Result: types.I8,
		Pure: true, Doc: "packed keys of n bytes that begin with so many strings"},
	{Name: "slp_mul128_overflows", Args: []types.Phys{types.I128, types.I128}, Result: types.I8, Pure: true,
		Doc: "does the signed product exceed 128 bits?"},
	{Name: "slp_i128_to_f64", Args: []types.Phys{types.I128}, Result: types.F64, Pure: true, Doc: "nearest double"},
	{Name: "slp_f64_to_i128", Args: []types.Phys{types.F64}, Result: types.I128, Pure: true,
		Doc: "truncated; the caller checks the range"},
	{Name: "slp_in_i64", Args: []types.Phys{types.NoPhys, types.I64}, Result: types.I8, Pure: true,
		Doc: "is the value in the sorted list?"},
	{Name: "slp_in_i128", Args: []types.Phys{types.NoPhys, types.I128}, Result: types.I8, Pure: true,
		Doc: "is the value in the sorted list?"},
	{Name: "slp_in_f64", Args: []types.Phys{types.NoPhys, types.F64}, Result: types.I8, Pure: true,
		Doc: "is the value in the sorted list?"},
	{Name: "slp_in_str", Args: []types.Phys{types.NoPhys, types.Str}, Result: types.I8, Pure: true,
		Doc: "is the value in the sorted list?"},
	{Name: "slp_arena_take", Args: []types.Phys{types.NoPhys, types.I64}, Result: types.I64, Doc: "n bytes of an arena"},
	{Name: "slp_key_str", Args: []types.Phys{types.NoPhys, types.Str, types.I64}, Result: types.I64,
		Doc: "writes a string into a sort key, returns the end"},
	{Name: "slp_make_str", Args: []types.Phys{types.I64, types.I64}, Result: types.Str,
		Doc: "a string header for bytes between two addresses"},
	{Name: "slp_state_new", Args: []types.Phys{types.NoPhys, types.I64}, Result: types.Str,
		Doc: "a state of so many zero bytes, in an arena"},
	{Name: "slp_copy_prefix", Args: []types.Phys{types.NoPhys, types.Str, types.I64}, Result: types.I64,
		Doc: "copies the first bytes of a string, returns the end"},
	{Name: "slp_run_end", Args: []types.Phys{types.NoPhys, types.I64, types.I64, types.I64, types.I64, types.I64},
		Result: types.I64, Pure: true, Doc: "the end of a run of rows that agree in their leading keys"},
	{Name: "slp_reach", Args: []types.Phys{types.NoPhys, types.I64, types.I64, types.I64, types.I64, types.Str, types.I64},
		Result: types.I64, Pure: true, Doc: "the first row that does not stand in front of a bound"},
	{Name: "slp_step", Args: []types.Phys{types.NoPhys, types.I64}, Result: types.NoPhys,
		Doc: "tells a meter which step runs from now on"},
	{Name: "slp_counted", Args: []types.Phys{types.NoPhys, types.I64, types.I64, types.I64}, Result: types.I64, Pure: true,
		Doc: "the row that counts and has so many such in front of it, -1 if there is none"},
}
