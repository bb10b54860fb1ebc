// Package hll is the values of the type HLLSKETCH: what HyperLogLog keeps of a set to say how many values are in it.
//
//	text ──Parse──► bytes ──AppendText──► text
//	                  │
//	                  └── counted, put together and made by runtime/kernels/table/sketch.c
//
// Redshift guide, "HyperLogLog sketches", "HLLSKETCH type". A sketch of few values is sparse: the first 26 bits of each
// value's hash, and how many zeros the others begin with, and one; a text in JSON says those as indices and values. A
// sketch of many is dense: 2^15 registers ("logm"), each of 6 bits; a text in Base64 has a character for each of them.
//
// What the guide leaves open is decided so:
//
//   - Which hash it is. So sketches are put together with such as were made here.
//   - How Base64 says the registers: the guide's example begins with ABAABA, a character of 6 bits a register.
//   - When sparse sketches become dense: when their text might be no VARCHAR any more, as which clients get it.
//   - What of a text may be left out: "version", as in the guide's first example.
package hll
