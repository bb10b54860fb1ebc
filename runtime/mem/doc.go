// Package mem is memory outside the Go heap, accounted by query and purpose.
//
// An Account counts the bytes of its buffers, also towards its parent. The owner of a Buf
// frees it; Close of an account with bytes still in use is an error: a leak.
package mem
