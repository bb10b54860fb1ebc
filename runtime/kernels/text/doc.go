// Package text is the C kernels behind catalog/fn's strings, dates and decimals:
// what is too long to emit inline.
//
//	catalog/fn.Kernel (signature) ◄──same name──► C function here ──Symbols──► runtime/loader, runtime/exec
//
// Calling convention: catalog/fn, Builder.Call. Strings arrive as two words and
// may come from damaged data: a kernel reads no byte outside [data, data+length)
// and gives some answer or an error code for any bytes. Results longer than
// twelve bytes live in the caller's arena or borrow an argument's bytes.
package text
