// Package faults hurts running servers and checks that answers and data stay
// right: compile workers and nodes are killed, directories deleted, statements
// cancelled, servers restarted.
package faults
