// Package kerneltest calls kernels by address from tests, as generated code does.
package kerneltest
