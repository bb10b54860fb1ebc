// Package front is a leader's SQL address, whoever is the active leader.
//
//	client ─► Front ─┬─ this leader is active: pgwire.Server
//	                 └─ another one is:         relay.Relay ──link──► its front
package front
