// Package clients talks to a real server through the clients that people use:
// pgx (extended protocol, binary), lib/pq (text), psql.
package clients
