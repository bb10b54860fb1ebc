package leader

import (
	"context"
	"fmt"
	"io"
	"os"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/compiler/parse"
	"slipher/leader/pgwire"
	"slipher/leader/schedule"
	"slipher/node/load"
	"slipher/node/wire"
)

// copyInput is where COPY's text comes from: files of the leader's machine one after another, or the client.
type copyInput struct {
	table    string
	opts     *load.CopyOptions
	files    []string // not begun yet
	name     string   // of the file that is read, "" for the client
	file     *os.File
	client   pgwire.CopyReader
	splitter *load.Splitter // nil between files
	text     wire.Text
	err      error // with which reading ended; the query that follows fails for it
}

// openCopy finds a COPY's files, or asks the client for data.
func openCopy(ctx context.Context, st *parse.Statement, b *parse.Copy, t *state.Table, fields []int, w pgwire.ResultWriter) (*copyInput, error) {
	o := copyOptions(b, t, fields)
	if err := o.Check(); err != nil {
		return nil, err
	}
	encoded, err := o.MarshalMsg(nil)
	if err != nil {
		return nil, err
	}
	in := &copyInput{table: t.Name, opts: o, text: wire.Text{Options: encoded, MaxErrors: int64(max(b.MaxError-1, 0))}}
	if b.Stdin {
		if in.client, err = w.CopyIn(len(fields)); err != nil {
			return nil, err
		}
		in.splitter, err = load.NewSplitter(in.client, o)
		return in, err
	}
	path, err := copyPath(b.Path)
	if err != nil {
		return nil, sqlerr.From(err).At(st.Position(b.PathPos))
	}
	in.files, err = copyFiles(ctx, path)
	return in, err
}

// next gives the next batch of whole records: schedule.Copy.Next.
func (in *copyInput) next(ctx context.Context) (schedule.Batch, error) {
	if in.client != nil {
		// The query may fail while the client is silent.
		defer context.AfterFunc(ctx, in.client.Interrupt)()
	}
	for {
		if in.splitter == nil {
			if len(in.files) == 0 {
				return schedule.Batch{}, io.EOF
			}
			if err := in.begin(); err != nil {
				return schedule.Batch{}, in.failed(ctx, err)
			}
		}
		b, err := in.splitter.Next()
		switch {
		case err == nil:
			return schedule.Batch{File: in.name, Line: b.Line, Bytes: b.Data}, nil
		case err != io.EOF:
			return schedule.Batch{}, in.failed(ctx, err)
		case in.client != nil:
			return schedule.Batch{}, err
		}
		in.close()
	}
}

// begin opens the next file.
func (in *copyInput) begin() (err error) {
	in.name, in.files = in.files[0], in.files[1:]
	if in.file, err = os.Open(in.name); err != nil {
		return fileError(in.name, err)
	}
	in.splitter, err = load.NewSplitter(in.file, in.opts)
	return err
}

// failed notes why reading ended, unless it is because the query has.
func (in *copyInput) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	e := *sqlerr.From(err)
	if in.name != "" && e.Where == "" {
		e.Where = fmt.Sprintf("COPY %s, file %s", in.table, in.name)
	}
	in.err = &e
	return in.err
}

// failure is why reading the input ended too early, nil if it did not.
func (in *copyInput) failure() error { return in.err }

// close ends the file that is read.
func (in *copyInput) close() {
	if in.file != nil {
		in.file.Close()
	}
	in.file, in.splitter = nil, nil
}
