// Package table is the C side of tables, sorting and the driver of the
// primitive tier, and the Go side that owns them. Every call into generated code goes through Run or Call here, or, if
// it is measured, through Measure or CallMeasured.
package table
