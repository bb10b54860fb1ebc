// Package abi states what generated code, C kernels and Go agree on: status
// codes, the head of a segment's state, string headers, chunks. A leaf.
//
// An entry point is `int32_t f(uint8_t *state, int64_t from, int64_t to)`: it works
// through rows [from, to) of the current source unit, never calls into Go and never waits. A
// primitive is `int32_t p(uint8_t *state, const uint8_t *ins)`: one suboperator over one vector.
package abi
