// Package house holds the mechanical rules of the code as tests: who may import
// whom, where cgo and the SQL parser's library may be used, formatting,
// staticcheck. (build.sh runs vet.)
package house
