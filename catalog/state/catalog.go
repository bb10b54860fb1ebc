package state

import (
	"slices"
	"strings"

	"slipher/catalog/types"
)

// Catalog is one version of everything. Frozen: see the package's invariants.
// The zero Catalog (New) is that of a cluster before its bootstrap.
type Catalog struct {
	version uint64 // commands that changed something
	cluster *Cluster
	term    uint64
	nextOID uint32
	nextTxn TxnID
	settled TxnID
	pinned  uint64

	databases  tree[string, *Database]
	schemas    tree[string, *Schema] // by path(db, schema)
	tables     tree[TableID, *Table]
	names      tree[string, TableID] // by path(db, schema, name)
	functions  tree[FunctionID, *Function]
	signatures tree[string, FunctionID] // by functionPath
	users      tree[string, *User]
	nodes      tree[string, *Node]
	leaders    tree[string, *Leader]
	slices     []string                 // node id by slice, "" if nobody has it; frozen
	identity   tree[identityKey, int64] // next ordinal
	garbage    tree[string, uint64]     // objects that no table has, by the version that dropped them
	done       tree[TxnID, *Result]     // see outcome.go
	terms      []termStart              // whose results are kept, oldest first, the last is the current one; frozen
}

// identityKey is a table's id and a column's: table<<32 | column.
type identityKey uint64

func identityOf(t TableID, column types.ColumnID) identityKey {
	return identityKey(t)<<32 | identityKey(column)
}

// New is the catalog before the first command.
func New() *Catalog { return &Catalog{nextOID: FirstUserOID, nextTxn: 1} }

// path is a name's key; names hold no NUL.
func path(db, schema string) string         { return db + "\x00" + schema }
func tablePath(db, schema, t string) string { return db + "\x00" + schema + "\x00" + t }

// Version counts the commands that changed something: equal versions of one
// cluster are equal catalogs.
func (c *Catalog) Version() uint64 { return c.version }

// Term is the highest term a leader has opened: what nodes obey.
func (c *Catalog) Term() uint64 { return c.term }

// Pinned is the oldest catalog version that a reader may still hold.
func (c *Catalog) Pinned() uint64 { return c.pinned }

// Settled: transactions below it have ended for good.
func (c *Catalog) Settled() TxnID { return c.settled }

// Cluster is what was fixed at bootstrap, nil before.
func (c *Catalog) Cluster() *Cluster { return c.cluster }

// Database finds a database by name, nil if there is none.
func (c *Catalog) Database(name string) *Database {
	d, _ := c.databases.get(name)
	return d
}

// Databases lists all databases by name.
func (c *Catalog) Databases() []*Database { return c.databases.values() }

// Schema finds a schema, nil if there is none. pg_catalog and
// information_schema are in every database.
func (c *Catalog) Schema(db, name string) *Schema {
	if s, ok := c.schemas.get(path(db, name)); ok {
		return s
	}
	if c.Database(db) == nil {
		return nil
	}
	return impliedSchema(db, name)
}

func impliedSchema(db, name string) *Schema {
	switch name {
	case "pg_catalog":
		return &Schema{ID: CatalogSchemaID, Database: db, Name: name, Owner: SystemUser}
	case "information_schema":
		return &Schema{ID: InformationSchemaID, Database: db, Name: name, Owner: SystemUser}
	}
	return nil
}

// Schemas lists a database's schemas by name, the implied ones too.
func (c *Catalog) Schemas(db string) []*Schema {
	if c.Database(db) == nil {
		return nil
	}
	out := []*Schema{impliedSchema(db, "information_schema"), impliedSchema(db, "pg_catalog")}
	c.schemas.from(path(db, ""), func(_ string, s *Schema) bool {
		if s.Database != db {
			return false
		}
		out = append(out, s)
		return true
	})
	slices.SortFunc(out, func(a, b *Schema) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Table finds a user's table by its full name, nil if there is none.
func (c *Catalog) Table(db, schema, name string) *Table {
	id, ok := c.names.get(tablePath(db, schema, name))
	if !ok {
		return nil
	}
	return c.TableByID(id)
}

// TableByID finds a table by oid, nil if there is none.
func (c *Catalog) TableByID(id TableID) *Table {
	t, _ := c.tables.get(id)
	return t
}

// Tables lists a database's tables by schema and name.
func (c *Catalog) Tables(db string) []*Table {
	return c.tablesUnder(db, path(db, ""))
}

// TablesIn lists a schema's tables by name.
func (c *Catalog) TablesIn(db, schema string) []*Table {
	var out []*Table
	for _, t := range c.tablesUnder(db, tablePath(db, schema, "")) {
		if t.Schema != schema {
			break
		}
		out = append(out, t)
	}
	return out
}

func (c *Catalog) tablesUnder(db, low string) []*Table {
	var out []*Table
	c.names.from(low, func(_ string, id TableID) bool {
		t := c.TableByID(id)
		if t.Database != db {
			return false
		}
		out = append(out, t)
		return true
	})
	return out
}

// AllTables lists the tables of all databases by oid.
func (c *Catalog) AllTables() []*Table { return c.tables.values() }

// User finds a user, nil if there is none.
func (c *Catalog) User(name string) *User {
	u, _ := c.users.get(name)
	return u
}

// Users lists all users by name.
func (c *Catalog) Users() []*User { return c.users.values() }

// Node finds a node by id, nil if there is none.
func (c *Catalog) Node(id string) *Node {
	n, _ := c.nodes.get(id)
	return n
}

// Nodes lists all nodes by id.
func (c *Catalog) Nodes() []*Node { return c.nodes.values() }

// Leaders lists the leaders that have registered, by id.
func (c *Catalog) Leaders() []*Leader { return c.leaders.values() }

// Leader finds a leader by id, nil if there is none.
func (c *Catalog) Leader(id string) *Leader {
	l, _ := c.leaders.get(id)
	return l
}

// SliceCount is the cluster's number of slices, 0 before bootstrap.
func (c *Catalog) SliceCount() int {
	if c.cluster == nil {
		return 0
	}
	return c.cluster.Slices
}

// Slices is the slice map: the id of the node that serves slice i, "" if none
// does. The caller must not change it.
func (c *Catalog) Slices() []string { return c.slices }

// SlicesOf lists the slices a node serves.
func (c *Catalog) SlicesOf(node string) []SliceID {
	var out []SliceID
	for i, id := range c.slices {
		if id == node {
			out = append(out, SliceID(i))
		}
	}
	return out
}

// Column finds a column by name, -1 if there is none.
func (t *Table) Column(name string) int {
	return slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
}
