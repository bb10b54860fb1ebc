package load

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"slipher/catalog/relations"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/compiler/parse"
	"slipher/leader/pgwire"
	"slipher/leader/schedule"
	"slipher/node/load"
	"slipher/node/wire"
)

// Input is where COPY's text comes from: files of the leader's machine one after another, or the client.
type Input struct {
	table    string
	opts     *load.CopyOptions
	files    []string // not begun yet
	name     string   // of the file that is read, "" for the client
	file     *os.File
	client   pgwire.CopyReader
	splitter *load.Splitter   // nil between files
	done     []relations.Load // files read to their ends: name, lines, bytes
	text     wire.Text
	err      error // with which reading ended; the query that follows fails for it
}

// Open finds a COPY's files, or asks the client for data.
func Open(ctx context.Context, st *parse.Statement, b *parse.Copy, t *state.Table, fields []int,
	w pgwire.ResultWriter) (*Input, error) {
	o := options(b, t, fields)
	if err := o.Check(); err != nil {
		return nil, err
	}
	encoded, err := o.MarshalMsg(nil)
	if err != nil {
		return nil, err
	}
	in := &Input{table: t.Name, opts: o, text: wire.Text{Options: encoded, MaxErrors: int64(max(b.MaxError-1, 0))}}
	if b.Stdin {
		if in.client, err = w.CopyIn(len(fields)); err != nil {
			return nil, err
		}
		in.splitter, err = load.NewSplitter(in.client, o)
		return in, err
	}
	path, err := pathOf(b.Path)
	if err != nil {
		return nil, sqlerr.From(err).At(st.Position(b.PathPos))
	}
	in.files, err = filesOf(ctx, path)
	return in, err
}

// Next gives the next batch of whole records: schedule.Copy.Next.
func (in *Input) Next(ctx context.Context) (schedule.Batch, error) {
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
		lines, bytes := in.splitter.Scanned()
		in.done = append(in.done, relations.Load{Table: in.table, File: in.name, Lines: lines, Bytes: bytes})
		in.Close()
	}
}

// begin opens the next file.
func (in *Input) begin() (err error) {
	in.name, in.files = in.files[0], in.files[1:]
	if in.file, err = os.Open(in.name); err != nil {
		return fileError(in.name, err)
	}
	in.splitter, err = load.NewSplitter(in.file, in.opts)
	return err
}

// Text is how nodes read the records.
func (in *Input) Text() wire.Text { return in.text }

// failed notes why reading ended, unless it is because the query has.
func (in *Input) failed(ctx context.Context, err error) error {
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

// Failure is why reading the input ended too early, nil if it did not.
func (in *Input) Failure() error { return in.err }

// Files are the files that a COPY has read, as stl_load_commits shows them. What comes from the client is in none.
func (in *Input) Files(by Identity, done schedule.Stats, nowMicros int64) []relations.Load {
	errors := map[string]int{}
	for _, r := range done.Refused {
		errors[r.File]++
	}
	out := slices.Clone(in.done)
	for i := range out {
		f := &out[i]
		f.Query, f.UserID, f.Errors, f.EndMicros = by.Query, by.User, errors[f.File], nowMicros
	}
	return out
}

// Close ends the file that is read.
func (in *Input) Close() {
	if in.file != nil {
		in.file.Close()
	}
	in.file, in.splitter = nil, nil
}
