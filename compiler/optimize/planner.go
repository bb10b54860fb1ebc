package optimize

import (
	"fmt"
	"math/rand/v2"

	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// planner is the state of one call of Plan.
type planner struct {
	env    Env
	st     *algebra.Statement
	leader bool // no user table is read: everything runs on the leader

	info map[algebra.ColumnID]*colInfo
	// union-find: by column another one + 1; equal wherever both are in a row
	equiv []algebra.ColumnID
	alike map[algebra.ColumnID][]algebra.ColumnID // by representative, the others of its class
	from  map[algebra.ColumnID]algebra.ColumnID   // of renamed columns, and of keys of groups, what they are
	via   map[algebra.ColumnID]algebra.ColumnID   // of columns of references to definitions, the reference's first column
	defs  map[algebra.ColumnID]*algebra.Expr      // computed columns, for EXPLAIN
	calls map[algebra.ColumnID]algebra.AggCall    // aggregates' columns, likewise
	// windows are window functions' columns, likewise.
	windows map[algebra.ColumnID]*algebra.WindowCall
	scans   int // stored tables and relations read

	numbers expr.Numbers[algebra.ColumnID] // expressions by meaning: literals are the same if their values are

	saved      []*saved             // definitions, by number
	recursions map[int]*recursiveOp // whose steps are being planned, by number
	inStep     int                  // recursions whose step is being planned

	reads  *reads
	unread algebra.IDs // columns that nobody reads any more, or that are not made, behind what they come from

	keyed   []*algebra.Scan // of tables with a primary key
	depends []dependency    // by what the statement itself does

	samples  []*sampled
	origins  map[algebra.ColumnID]origin // of columns of tables with statistics
	asked    []*ask                      // all that were put to samples
	outcomes map[int]*outcome            // of expressions on samples, by their numbers; nil: it cannot be told

	estimates map[estimatedKey]*estimated // by literals; nil: nobody wants to know
	// distincts are numbers of values of expressions with literals.
	distincts map[*algebra.Expr]float64
	// means are those of expressions with literals whose spread was asked for.
	means map[*algebra.Expr]float64

	kept   map[physical]bool    // operators whose rows are kept for transfers
	remain map[physical]float64 // nil until transfers are looked for: shares of operators' rows that these leave

	chance *rand.Rand // chooses joins by a seed; nil: costs do, or the text

	shown joinOp // a way to make a join (ways)
	slabs slabs  // what such are made of

	root physical // the statement's, below its last order and limit
	top  top

	missing []string // tables without statistics, in order of appearance
	nested  bool     // a join has no equality
}

// Plan makes the physical plan of a bound statement.
func Plan(st *algebra.Statement, env Env) (*plan.Query, error) {
	p, err := planned(st, env)
	if err != nil {
		return nil, err
	}
	return p.query()
}

// Cheaper is the plan of st, or of other, which asks for the same and keeps rows for it that st makes several times, if
// that is clearly cheaper. nil: there is no other.
func Cheaper(st, other *algebra.Statement, env Env) (q *plan.Query, tookOther bool, err error) {
	before := st.Record.Clone()
	p, err := planned(st, env)
	if err != nil {
		return nil, false, err
	}
	if other != nil {
		noted := st.Record.Clone()
		st.Record.Restore(before)
		o, err := planned(other, env)
		if err != nil {
			return nil, false, err
		}
		if tookOther = o.cost() < p.cost()*sharedCost; tookOther {
			p = o
		} else {
			st.Record.Restore(noted)
		}
	}
	q, err = p.query()
	return q, tookOther, err
}

// sharedCost is what a plan that keeps rows may cost of another: costs know little of what filters at run time leave of
// rows that are made for one place alone.
const sharedCost = 0.8

// planned has the physical operators of a statement.
func planned(st *algebra.Statement, env Env) (*planner, error) {
	if env.Slices < 1 || env.Nodes < 1 {
		return nil, fmt.Errorf("BUG: planning for %d slices on %d nodes", env.Slices, env.Nodes)
	}
	p, err := newPlanner(st, env)
	if err != nil {
		return nil, err
	}
	p.top = top{count: -1, offset: -1}
	root := st.Root
	if !st.Changes() {
		root, p.top = peelTop(st.Root)
	}
	p.root, err = p.node(root)
	return p, err
}

// cost is that of all operators.
func (p *planner) cost() float64 {
	sum := p.root.out().cost
	for _, s := range p.saved {
		if s.in != nil {
			q := s.in.out()
			sum += q.cost + tableCost(q.rows, p.width(s.wanted(q.cols))) + costStream
		}
	}
	return sum
}

// query emits what is planned.
func (p *planner) query() (*plan.Query, error) {
	e := newEmitter(p)
	if err := e.query(p.root, p.top); err != nil {
		return nil, err
	}
	p.recordEstimates()
	return e.q, nil
}

// newPlanner looks at all that a statement reads.
func newPlanner(st *algebra.Statement, env Env) (*planner, error) {
	own := *st // parameters may be appended
	own.Params = append([]plan.Param(nil), st.Params...)
	p := &planner{
		env: env, st: &own,
		info:  map[algebra.ColumnID]*colInfo{},
		alike: map[algebra.ColumnID][]algebra.ColumnID{},
		from:  map[algebra.ColumnID]algebra.ColumnID{}, via: map[algebra.ColumnID]algebra.ColumnID{},
		defs:  map[algebra.ColumnID]*algebra.Expr{},
		calls: map[algebra.ColumnID]algebra.AggCall{}, windows: map[algebra.ColumnID]*algebra.WindowCall{},
		chance:  env.Joins.choices(),
		unread:  algebra.IDs{},
		origins: map[algebra.ColumnID]origin{}, outcomes: map[int]*outcome{},
	}
	if st.Record != nil {
		p.estimates, p.distincts = map[estimatedKey]*estimated{}, map[*algebra.Expr]float64{}
		p.means = map[*algebra.Expr]float64{}
	}
	p.numbers.Param = expr.SameLiterals(func() []expr.Param { return own.Params })
	if err := p.survey(); err != nil {
		return nil, err
	}
	p.noteUses()
	p.evaluate()
	p.surveyReads()
	return p, nil
}

// survey notes what the statement reads and describes the columns of its leaves.
func (p *planner) survey() error {
	tables, relations := 0, 0
	visit := func(n algebra.Node) {
		p.noteDependencies(n)
		switch n := n.(type) {
		case *algebra.Scan:
			p.scans++
			if n.Table != nil {
				tables++
				if hasPrimaryKey(n.Table) {
					p.keyed = append(p.keyed, n)
				}
			} else {
				relations++
			}
			p.describeScan(n)
		case *algebra.Text:
			tables++
		}
	}
	for _, d := range p.st.Defs {
		algebra.Walk(d.Root, visit)
	}
	algebra.Walk(p.st.Root, visit)
	if relations > 0 && (tables > 0 || p.st.Changes()) {
		return plan.ErrUnsupported("mixing catalog relations and user tables in one query")
	}
	p.leader = tables == 0 && !p.st.Changes()
	return nil
}

// addParam appends a literal parameter, which f makes of parameter of, and returns its number. Not ok: f cannot.
func (p *planner) addParam(of int, f func(plan.Param) (plan.Param, bool)) (i int, ok bool) {
	prm, ok := f(p.st.Params[of])
	if !ok {
		return 0, false
	}
	return p.st.AddParam(prm, func(o *algebra.Other) (plan.Param, bool) { return f(o.Params[of]) }), true
}

// find is the representative of a column's equivalence class.
func (p *planner) find(id algebra.ColumnID) algebra.ColumnID {
	for uint(id) < uint(len(p.equiv)) && p.equiv[id] > 0 {
		id = p.equiv[id] - 1
	}
	return id
}

// unite makes two columns equivalent: whenever both are columns of one row they are
// equal. Only equalities enforced for good (inner joins, renames) may be united.
func (p *planner) unite(a, b algebra.ColumnID) {
	a, b = p.find(a), p.find(b)
	if a == b {
		return
	}
	if a > b {
		a, b = b, a
	}
	for len(p.equiv) <= int(b) {
		p.equiv = append(p.equiv, 0)
	}
	p.equiv[b] = a + 1
	p.alike[a] = append(append(p.alike[a], b), p.alike[b]...)
	delete(p.alike, b)
}

// class is all columns that are equivalent to one, itself among them.
func (p *planner) class(id algebra.ColumnID) []algebra.ColumnID {
	rep := p.find(id)
	return append([]algebra.ColumnID{rep}, p.alike[rep]...)
}

// node makes the physical operators of a logical tree.
func (p *planner) node(n algebra.Node) (physical, error) {
	switch n := n.(type) {
	case *algebra.Scan:
		return p.scan(n, nil), nil
	case *algebra.Values:
		return p.values(n), nil
	case *algebra.Text:
		return p.text(n), nil
	case *algebra.Select:
		return p.selection(n)
	case *algebra.Project:
		return p.project(n)
	case *algebra.Join:
		if p.inGraph(n) {
			return p.joinGraph(n, nil)
		}
		return p.outerJoin(n)
	case *algebra.Aggregate:
		return p.aggregate(n)
	case *algebra.Distinct:
		return p.distinct(n)
	case *algebra.Expand:
		return p.expand(n)
	case *algebra.Recursive:
		return p.recursive(n)
	case *algebra.Working:
		return p.working(n), nil
	case *algebra.Reference:
		return p.reference(n)
	case *algebra.Union:
		return p.union(n)
	case *algebra.Window:
		return p.window(n)
	case *algebra.Limit:
		return p.limit(n)
	case *algebra.Sort:
		return p.node(n.In)
	}
	return nil, fmt.Errorf("BUG: no physical operator for %T", n)
}
