package state

import (
	"fmt"
	"math/rand"

	"slipher/catalog/types"

	"github.com/RoaringBitmap/roaring/v2"
)

// logMaker makes random logs: it applies what it makes, so that it can name things
// that exist. Many commands fail all the same, as they should.
type logMaker struct {
	*rand.Rand
	cat *Catalog
	n   int
}

// comment says something of something, or nothing any more.
func (m *logMaker) comment() Op {
	text := []string{"", "a", "b"}[m.Intn(3)]
	switch m.Intn(3) {
	case 0:
		return &Comment{Database: "dev", Text: text}
	case 1:
		return &Comment{Database: "dev", Schema: m.name(), Text: text}
	}
	return &Comment{Table: m.table().ID, Column: types.ColumnID(m.Intn(4)), Text: text}
}

// function makes a function, another one of it, a view that calls it, or drops it.
func (m *logMaker) function() Op {
	all := m.cat.AllFunctions()
	if len(all) == 0 || m.Intn(3) == 0 {
		args := []types.Type{types.TInt4, types.TText}[:m.Intn(3)]
		return function("public", m.name(), args, all[:min(m.Intn(3), len(all))]...)
	}
	f := all[m.Intn(len(all))]
	switch m.Intn(4) {
	case 0:
		return redefined(f, func(f *Function) {
			f.Name = m.name()
			f.Calls = function("", "", nil, all[m.Intn(len(all)):]...).Function.Calls
		})
	case 1:
		return &DropFunction{ID: f.ID, Cascade: m.Intn(2) == 0}
	}
	return callsOf(view("public", m.name(), []string{"a"}), f)
}

// randomLog is a log of n commands of every kind, encoded.
func randomLog(r *rand.Rand, n int) [][]byte {
	m := &logMaker{Rand: r, cat: New()}
	var out [][]byte
	add := func(cmd *Command) {
		data, err := EncodeCommand(cmd)
		if err != nil {
			panic(err)
		}
		m.cat, _ = m.cat.Apply(cmd)
		out = append(out, data)
	}
	add(&Command{Ops: []Op{&Bootstrap{Cluster: Cluster{Slices: 4}}}})
	for i := 1; i < n; i++ {
		cmd := &Command{Micros: int64(i)}
		if r.Intn(2) == 0 {
			cmd.Txn = TxnID(1 + r.Intn(i))
			cmd.Settled = TxnID(i / 2)
			if r.Intn(4) == 0 {
				cmd.Term = m.cat.Term()
			}
		}
		if t := m.table(); r.Intn(8) == 0 {
			cmd.Reads = []Read{{Table: t.ID, Content: t.Version.Content - uint64(r.Intn(2))}}
		}
		for range 1 + r.Intn(2) {
			cmd.Ops = append(cmd.Ops, m.op())
		}
		add(cmd)
	}
	return out
}

func (m *logMaker) name() string { return fmt.Sprintf("n%d", m.Intn(6)) }

// table is one that exists, as a rule.
func (m *logMaker) table() *Table {
	all := m.cat.AllTables()
	if len(all) == 0 || m.Intn(20) == 0 {
		return &Table{ID: TableID(FirstUserOID + m.Intn(200)), Version: Version{Content: 1}}
	}
	return all[m.Intn(len(all))]
}

// object is one of t's, as a rule.
func (m *logMaker) object(t *Table) *ObjectRef {
	refs := t.Version.Objects.List()
	if len(refs) == 0 || m.Intn(20) == 0 {
		return &ObjectRef{Name: "none", Rows: 5}
	}
	return &refs[m.Intn(len(refs))]
}

// ref is a new object, inline or not, some of whose rows may be deleted.
func (m *logMaker) ref() ObjectRef {
	m.n++
	r := ObjectRef{Name: fmt.Sprintf("o%04d", m.Intn(4)*1000+m.n), Slice: SliceID(m.Intn(4)), Rows: int64(1 + m.Intn(200))}
	if m.Intn(3) == 0 {
		r.Data = []byte{1, 2, byte(m.n)}
	}
	if m.Intn(8) == 0 {
		r.Deleted, r.Dead = canonical(roaring.BitmapOf(0))
	}
	return r
}

// rows is a set of positions in whatever form.
func (m *logMaker) rows(below int64) []byte {
	b := roaring.New()
	for range 1 + m.Intn(6) {
		if at := uint64(m.Int63n(below)); m.Intn(2) == 0 {
			b.AddRange(at, at+uint64(m.Intn(30)))
		} else {
			b.Add(uint32(at))
		}
	}
	if m.Intn(2) == 0 {
		b.RunOptimize()
	}
	data, _ := b.ToBytes()
	return data
}

func (m *logMaker) delta() Op {
	t := m.table()
	d := &Delta{Table: t.ID}
	for range m.Intn(3) {
		d.Adds = append(d.Adds, m.ref())
	}
	for range m.Intn(3) {
		r := m.object(t)
		if len(d.Adds) > 0 && m.Intn(3) == 0 {
			r = &d.Adds[0]
		}
		d.Deletes = append(d.Deletes, RowSet{Object: r.Name, Rows: m.rows(r.Rows)})
	}
	return d
}

// replace merges two objects into one, mostly with the right rows.
func (m *logMaker) replace() Op {
	t := m.table()
	a, b := m.object(t), m.object(t)
	o := &Replace{Table: t.ID, Old: []Replaced{{a.Name, a.Dead}}}
	n := m.ref()
	n.Slice, n.Deleted, n.Dead, n.Rows = a.Slice, nil, 0, a.Live()
	if b.Name != a.Name && b.Slice == a.Slice {
		o.Old = append(o.Old, Replaced{b.Name, b.Dead})
		n.Rows += b.Live()
	}
	if m.Intn(5) == 0 {
		n.Rows++
	}
	o.New = []ObjectRef{n}
	return o
}

func (m *logMaker) op() Op {
	if m.Intn(2) == 0 {
		switch m.Intn(6) {
		case 0:
			return movies("public")
		case 1:
			return m.replace()
		}
		return m.delta()
	}
	switch m.Intn(25) {
	case 0:
		return &OpenTerm{Term: m.cat.Term() + uint64(m.Intn(3))}
	case 1:
		return &Allocate{What: AllocateOID, Count: 1}
	case 2:
		return &Allocate{What: AllocateTxn, Count: 10}
	case 3:
		return &CreateDatabase{Database: Database{Name: m.name()}}
	case 4:
		return &DropDatabase{Name: m.name()}
	case 5:
		return &CreateSchema{Schema: Schema{Database: "dev", Name: m.name()}}
	case 6:
		return &DropSchema{Database: "dev", Name: m.name(), Cascade: m.Intn(2) == 0}
	case 7:
		return movies(m.name())
	case 8:
		op := movies(m.name())
		op.(*CreateTable).Table.ID = TableID(FirstUserOID + m.Intn(300))
		return op
	case 9:
		if m.Intn(4) > 0 {
			return &Pin{Version: m.cat.Version()}
		}
		return &DropTable{ID: m.table().ID, Cascade: true}
	case 10:
		return &SetStats{Table: m.table().ID, Object: m.name()}
	case 11:
		return &ReserveIdentity{Table: m.table().ID, Column: 2, Count: 3}
	case 12:
		return &RegisterNode{Node: Node{ID: m.name(), Workers: 1}}
	case 13:
		return &RemoveNode{ID: m.name()}
	case 14:
		return &AssignSlices{Nodes: []string{m.name(), m.name(), "", m.name()}}
	case 15:
		return &DrainNode{ID: m.name(), Drain: m.Intn(2) == 0}
	case 16:
		return &RegisterLeader{Leader: Leader{ID: m.name(), SQL: m.name()}}
	case 17:
		return &RemoveLeader{ID: m.name()}
	case 24:
		return m.comment()
	case 22, 23:
		return m.function()
	case 18:
		return &Truncate{Table: m.table().ID}
	case 19, 20:
		o := &Collect{}
		for name := range m.cat.Garbage() {
			if m.Intn(2) == 0 {
				o.Names = append(o.Names, name)
			}
		}
		return o
	case 21:
		k := m.cat.Cluster()
		o := &ClaimStorage{Claim: Claim{Incarnation: uint64(m.Intn(9)), Token: m.name()}, Since: m.name(), URL: m.name(),
			ClusterID: m.name()}
		if k != nil && len(k.Claims) > 0 && m.Intn(2) == 0 {
			o.Claim.Incarnation = k.Claims[len(k.Claims)-1].Incarnation + 1
			o.Since = k.Claims[m.Intn(len(k.Claims))].Token
		}
		return o
	}
	return m.delta()
}

// canonical is a set's bytes and size.
func canonical(b *roaring.Bitmap) ([]byte, int64) {
	data, err := writeRows(b)
	if err != nil {
		panic(err)
	}
	return data, int64(b.GetCardinality())
}
