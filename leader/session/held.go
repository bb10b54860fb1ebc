package session

import (
	"slipher/compiler/plan"
	"slipher/leader/pgwire"
)

// held keeps back what a statement says until its first row, or until it has been
// committed: so long it can be run again without the client's knowing, and no client
// reads that a statement is complete before it counts.
type held struct {
	w       pgwire.ResultWriter
	notices []pgwire.Notice
	reports []pgwire.Parameter
	cols    []plan.OutputColumn
	hasCols bool
	sent    bool // something of the attempt has reached the client
	tag     string
	ended   ending
}

type ending uint8

const (
	endless ending = iota
	withTag
	asEmpty
)

// open sends what was held back but for the end.
func (h *held) open() error {
	for _, n := range h.notices {
		h.w.Notice(n)
	}
	for _, p := range h.reports {
		h.w.Report(p)
	}
	h.notices, h.reports = nil, nil
	if h.sent {
		return nil
	}
	h.sent = true
	if h.hasCols {
		return h.w.Columns(h.cols)
	}
	return nil
}

// finish sends everything: the statement counts.
func (h *held) finish() error {
	if err := h.open(); err != nil {
		return err
	}
	switch h.ended {
	case withTag:
		return h.w.Complete(h.tag)
	case asEmpty:
		return h.w.Empty()
	}
	return nil
}

// fail sends the notices of a statement that fails.
func (h *held) fail() {
	for _, n := range h.notices {
		h.w.Notice(n)
	}
	h.notices = nil
}

func (h *held) Columns(cols []plan.OutputColumn) error {
	h.cols, h.hasCols = cols, true
	if h.sent { // after COPY's data? no statement does that
		return h.w.Columns(cols)
	}
	return nil
}

func (h *held) Rows(r pgwire.Rows, from, to int) error {
	if !h.sent {
		if err := h.open(); err != nil {
			return err
		}
	}
	return h.w.Rows(r, from, to)
}

func (h *held) Complete(tag string) error {
	h.tag, h.ended = tag, withTag
	return nil
}

func (h *held) Empty() error {
	h.ended = asEmpty
	return nil
}

func (h *held) Notice(n pgwire.Notice) {
	if h.sent {
		h.w.Notice(n)
		return
	}
	h.notices = append(h.notices, n)
}

func (h *held) Report(p pgwire.Parameter) {
	if h.sent {
		h.w.Report(p)
		return
	}
	h.reports = append(h.reports, p)
}

// CopyIn cannot be taken back: the client sends its data once.
func (h *held) CopyIn(columns int) (pgwire.CopyReader, error) {
	if err := h.open(); err != nil {
		return nil, err
	}
	return h.w.CopyIn(columns)
}
