// Package house holds the mechanical rules of the code as tests: who may import
// whom, where cgo and the SQL parser's library may be used, formatting,
// staticcheck, that generated files are fresh, and that no answer is read from standard error. (build.sh runs vet.)
package house
