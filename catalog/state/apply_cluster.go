package state

import (
	"slices"

	"slipher/catalog/sqlerr"
)

// maxSlices bounds the slice map: ids are 16 bits wide.
const maxSlices = 1 << 15

// templates are the databases Redshift clusters show beside dev.
var templates = []Database{
	{ID: 1, Name: "template1", Template: true},
	{ID: 2, Name: "template0", Template: true, System: true},
	{ID: 3, Name: "padb_harvest", System: true},
}

func (o *Bootstrap) apply(c *Catalog, cmd *Command) (OpResult, *sqlerr.Error) {
	if c.cluster != nil {
		return OpResult{}, sqlerr.New(sqlerr.InvalidTransactionState, "the cluster is bootstrapped already")
	}
	if o.Cluster.Slices < 1 || o.Cluster.Slices > maxSlices {
		return OpResult{}, sqlerr.New(sqlerr.InvalidParameterValue,
			"a cluster has 1 to %d slices, not %d", maxSlices, o.Cluster.Slices)
	}
	cluster := o.Cluster
	cluster.SigningKey = slices.Clone(o.Cluster.SigningKey)
	cluster.CreatedMicros = cmd.Micros
	c.cluster = &cluster
	c.slices = make([]string, cluster.Slices)
	c.users = c.users.set(SystemUser, &User{ID: 1, Name: SystemUser, Superuser: true, CreateDB: true})
	c.users = c.users.set(DefaultUser, &User{ID: 100, Name: DefaultUser, Superuser: true, CreateDB: true})
	for _, d := range templates {
		d.Owner, d.ConnLimit, d.Isolation, d.CreatedMicros = SystemUser, -1, "snapshot", cmd.Micros
		c.addDatabase(&d)
	}
	oid, err := c.takeOID(0)
	if err != nil {
		return OpResult{}, err
	}
	dev := &Database{ID: DatabaseID(oid), Name: DefaultDatabase, Owner: DefaultUser,
		ConnLimit: -1, Isolation: "snapshot", CreatedMicros: cmd.Micros}
	c.addDatabase(dev)
	return OpResult{ID: int64(dev.ID)}, nil
}

func (o *Allocate) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	if o.Count < 1 || o.Count > 1<<24 {
		return OpResult{}, sqlerr.New(sqlerr.InvalidParameterValue, "cannot allocate %d ids", o.Count)
	}
	switch o.What {
	case AllocateOID:
		if int64(c.nextOID)+o.Count > maxOID {
			return OpResult{}, sqlerr.New(sqlerr.ProgramLimitExceeded, "out of object ids")
		}
		first := c.nextOID
		c.nextOID += uint32(o.Count)
		return OpResult{ID: int64(first)}, nil
	case AllocateTxn:
		first := c.nextTxn
		c.nextTxn += TxnID(o.Count)
		return OpResult{ID: int64(first)}, nil
	}
	return OpResult{}, sqlerr.New(sqlerr.InvalidParameterValue, "cannot allocate \"%s\"", o.What)
}

func (o *RegisterNode) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	if o.Node.ID == "" || o.Node.Workers < 1 {
		return OpResult{}, sqlerr.New(sqlerr.InvalidParameterValue, "a node needs an id and at least one worker")
	}
	n := o.Node
	if old := c.Node(n.ID); old != nil {
		n.Number, n.Draining = old.Number, old.Draining
	} else {
		n.Number = c.freeNodeNumber()
	}
	c.nodes = c.nodes.set(n.ID, &n)
	return OpResult{ID: int64(n.Number)}, nil
}

// freeNodeNumber is the smallest number no node has.
func (c *Catalog) freeNodeNumber() int {
	used := map[int]bool{}
	c.nodes.all(func(_ string, n *Node) { used[n.Number] = true })
	number := 0
	for used[number] {
		number++
	}
	return number
}

func (o *RemoveNode) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	if c.Node(o.ID) == nil {
		return OpResult{}, errNoNode(o.ID)
	}
	if slices.Contains(c.slices, o.ID) {
		return OpResult{}, sqlerr.New(sqlerr.ObjectInUse, "node \"%s\" still has slices", o.ID)
	}
	c.nodes = c.nodes.delete(o.ID)
	return OpResult{}, nil
}

func (o *AssignSlices) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	if len(o.Nodes) != c.SliceCount() {
		return OpResult{}, sqlerr.New(sqlerr.InvalidParameterValue,
			"%d slices dealt, the cluster has %d", len(o.Nodes), c.SliceCount())
	}
	for _, id := range o.Nodes {
		if id != "" && c.Node(id) == nil {
			return OpResult{}, errNoNode(id)
		}
	}
	c.slices = slices.Clone(o.Nodes)
	return OpResult{}, nil
}

// maxOID is above every object id: BIGINTs and 32-bit ints hold them all.
const maxOID = 1 << 31

// takeOID is a new object's id: asked, which its creator has allocated before, or if
// that is 0 the next one. No later allocation gives it again.
func (c *Catalog) takeOID(asked uint32) (uint32, *sqlerr.Error) {
	if asked == 0 {
		asked = c.nextOID
	}
	if asked >= maxOID {
		return 0, sqlerr.New(sqlerr.ProgramLimitExceeded, "out of object ids")
	}
	if asked < FirstUserOID {
		return 0, sqlerr.New(sqlerr.InternalError, "object id %d is not a user's", asked)
	}
	c.nextOID = max(c.nextOID, asked+1)
	return asked, nil
}

func errNoNode(id string) *sqlerr.Error {
	return sqlerr.New(sqlerr.UndefinedObject, "node \"%s\" does not exist", id)
}
