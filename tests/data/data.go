// Package data is the part of the tests' data that the demo carries in the binary.
package data

import _ "embed"

// Movies is movies.csv, with a header. It must not be changed.
//
//go:embed movies.csv
var Movies []byte
