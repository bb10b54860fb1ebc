// Package cache is what tests and benchmarks keep from run to run: a folder, and packages of npm in it.
//
//	SLIPHER_CACHE, the user's ──Dir──► folder
//	scripts with their package.json ──Npm──► a folder with node_modules
//
// It depends on nothing of the program's, so that commands beside the tests use it too.
package cache
