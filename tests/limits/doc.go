// Package limits tests that statements as long as programs write them pass in every shape, and in both tiers where code
// is sent, whatever they become on the way: code, constants, messages to nodes.
//
//	INSERT of 20,000 rows, of 1 MB; WHERE of 1,500 terms; IN of 20,000 ──► their answers, and the session goes on
//
// What the limits of messages are, and that both sides of each hold, is tested where they are: node/wire/limits.go,
// catalog/bound, leader/pgwire/framing.go, catalog/replica/propose.go.
package limits
