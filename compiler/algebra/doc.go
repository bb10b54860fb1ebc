// Package algebra is the bound, typed tree of logical operators: what
// compiler/bind makes, compiler/rewrite reshapes and compiler/optimize plans.
package algebra
