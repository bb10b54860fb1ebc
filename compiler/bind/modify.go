package bind

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
)

// change is what a statement does to the table that it names: how it is refused on a view.
type change struct {
	verb string
	code sqlerr.Code
}

var (
	inserting = change{"insert into", sqlerr.ObjectNotInState}
	updating  = change{"update", sqlerr.ObjectNotInState}
	deleting  = change{"delete from", sqlerr.ObjectNotInState}
	copying   = change{"copy to", sqlerr.WrongObjectType}
)

// target finds the table that a statement changes.
func (b *binder) target(q parse.QName, how change) (*state.Table, error) {
	if q.Database == "" && b.cat.Relation(q.Schema, q.Name) != nil {
		return nil, b.errorAt(q.Pos, sqlerr.InsufficientPrivilege, "permission denied: \"%s\" is a system catalog", q.Name)
	}
	tab, err := b.cat.Find(q.Database, q.Schema, q.Name)
	if err != nil {
		return nil, b.place(err, q.Pos)
	}
	if tab == nil {
		return nil, b.noTable(q)
	}
	if tab.IsView() {
		return nil, b.errorAt(q.Pos, how.code, "cannot %s view \"%s\"", how.verb, tab.Name)
	}
	return tab, nil
}

// modification is an UPDATE or DELETE being bound: the rows that it changes.
type modification struct {
	b     *binder
	table *state.Table
	cols  []*column     // the target's
	rowID *algebra.Expr // the address of the target's row
	node  algebra.Node
	scope *scope
	// several: a row of the target may come more than once, with different rows of others.
	several bool
}

// modify binds target, FROM or USING, and WHERE.
func (b *binder) modify(how change, t *parse.TableRef, with parse.With, others []parse.TableExpr,
	where parse.Expr) (*modification, error) {
	tab, err := b.target(t.QName, how)
	if err != nil {
		return nil, err
	}
	n, sc, err := b.tableRef(t, around{})
	if err != nil {
		return nil, err
	}
	scan := n.(*algebra.Scan)
	id := algebra.Column{ID: b.newID(), Name: "rowid", Type: types.TInt8}
	scan.Cols, scan.ColNos = append(scan.Cols, id), append(scan.ColNos, tab.RowIDColumn())
	m := &modification{b: b, table: tab, cols: sc.rels[0].cols, rowID: id.Ref(), node: n, scope: sc}
	env, err := b.with(with, around{})
	if err != nil {
		return nil, err
	}
	if len(others) > 0 {
		n, s, err := b.from(others, env)
		if err != nil {
			return nil, err
		}
		if err := b.checkAlias(sc, s, others[0].At()); err != nil {
			return nil, err
		}
		m.node, m.scope, m.several = &algebra.Join{Kind: algebra.Inner, Left: m.node, Right: n}, sc.join(s), true
	}
	m.scope.env = env
	if where != nil {
		preds, err := b.conjuncts(m.scope.with("WHERE"), where, "WHERE")
		if err != nil {
			return nil, err
		}
		m.node = &algebra.Select{In: m.node, Preds: preds}
	}
	return m, nil
}

// delete binds DELETE. The tree yields the addresses of the rows.
func (b *binder) delete(s *parse.Delete) error {
	m, err := b.modify(deleting, &s.Table, s.With, s.Using, s.Where)
	if err != nil {
		return err
	}
	id := algebra.Column{ID: b.newID(), Name: "rowid", Type: types.TInt8}
	b.out.Root = &algebra.Project{In: m.node, Cols: []algebra.Column{id}, Exprs: []*algebra.Expr{m.rowID}}
	b.out.Delete = m.table
	b.out.Output = []plan.OutputColumn{{Name: id.Name, Type: id.Type}}
	return nil
}
