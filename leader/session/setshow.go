package session

import (
	"fmt"
	"strings"

	"slipher/catalog/types"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
	"slipher/leader/pgwire"
)

// Set is SET: statement.Own.
func (s *Session) Set(b *parse.Set, w pgwire.ResultWriter) error {
	for _, one := range append([]parse.Set{*b}, b.More...) {
		mode := transactionModes[strings.ToLower(one.Name)]
		local := one.Local || mode
		if local && s.idle() && !s.block.implicit {
			if err := s.settings.refuses(one.Name, one.Value); err != nil { // wrong outside of a transaction, too
				return err
			}
			warn(w, "25P01", "SET LOCAL can only be used in transaction blocks")
			return w.Complete("SET")
		}
		var reports []pgwire.Parameter
		var err error
		if one.Value == nil {
			reports, err = s.settings.unset(one.Name, local)
		} else {
			reports, err = s.settings.set(one.Name, *one.Value, local)
		}
		if err == nil && mode {
			err = s.setMode()
		}
		if err != nil {
			return err
		}
		for _, p := range reports {
			w.Report(p)
		}
		if p := s.settings.idle(one.Name); p != "" && one.Value != nil {
			notice(w, fmt.Sprintf("parameter %q is accepted without effect", p))
		}
	}
	return w.Complete("SET")
}

// transactionModes are the settings that belong to one transaction.
var transactionModes = map[string]bool{"transaction_isolation": true, "transaction_read_only": true}

// Reset is RESET: statement.Own.
func (s *Session) Reset(b *parse.Reset, w pgwire.ResultWriter) error {
	var reports []pgwire.Parameter
	var err error
	if b.Name == "all" {
		reports = s.settings.unsetAll()
	} else if reports, err = s.settings.unset(b.Name, false); err != nil {
		return err
	}
	for _, p := range reports {
		w.Report(p)
	}
	return w.Complete("RESET")
}

// ShowColumns describes what SHOW returns: statement.Own.
func (s *Session) ShowColumns(b *parse.Show) ([]plan.OutputColumn, error) {
	if b.Name == "all" {
		return []plan.OutputColumn{{Name: "name", Type: types.TText}, {Name: "setting", Type: types.TText},
			{Name: "description", Type: types.TText}}, nil
	}
	if _, ok := s.settings.lookup(b.Name); !ok {
		return nil, errUnknown(b.Name)
	}
	name := b.Name
	if p := known[name]; p != nil {
		name = p.name
	}
	return []plan.OutputColumn{{Name: name, Type: types.TText}}, nil
}

// Show is SHOW: statement.Own.
func (s *Session) Show(b *parse.Show, w pgwire.ResultWriter) error {
	cols, err := s.ShowColumns(b)
	if err != nil {
		return err
	}
	if err := w.Columns(cols); err != nil {
		return err
	}
	var rows pgwire.Datums
	if b.Name == "all" {
		for _, p := range s.Settings() {
			rows = append(rows, []types.Datum{types.String(p.Name), types.String(p.Value), types.String(p.Description)})
		}
	} else {
		rows = pgwire.Datums{{types.String(s.settings.get(b.Name))}}
	}
	if err := w.Rows(rows, 0, len(rows)); err != nil {
		return err
	}
	return w.Complete("SHOW")
}
