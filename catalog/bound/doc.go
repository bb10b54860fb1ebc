// Package bound checks a message against the limits of its decoder before it is sent.
//
//	message (a type of msgp's) ──Check──► nil, or 54000: what is too large, how large, and the limit
//
// msgp's generated decoders refuse lists and bytes beyond a limit, so that a forged length makes nobody allocate: that
// of the file (//msgp:limit) or the field's own (tag limit=). Who would send more must know before, for the reader
// can only say that it does not understand. The limits are read off the same tags, so there is one place for each.
//
// Invariants:
//   - What Check passes a decoder passes, as far as its limits go.
//   - A file with //msgp:limit whose types are checked says arrays:Elements.
//
// A field's tag `what` names its content to people.
package bound
