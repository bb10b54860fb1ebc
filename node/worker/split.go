package worker

import (
	"slipher/catalog/sqlerr"
	"slipher/node/wire"
	"slipher/runtime/chunk"
	"slipher/runtime/mem"
)

// split cuts a batch of whole records into chunks of at most rows rows each.
func split(text *wire.Text, b TextBatch, l *chunk.Layout, acct *mem.Account, rows int) ([]TextChunk, []wire.RecordError, error) {
	return nil, nil, sqlerr.Unsupported("COPY")
}
