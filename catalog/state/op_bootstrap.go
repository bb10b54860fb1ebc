package state

import (
	"slices"

	"slipher/catalog/sqlerr"
)

//go:generate go run github.com/tinylib/msgp -file op_bootstrap.go -o op_bootstrap_gen.go -io=false -tests=false

// Bootstrap makes the first databases and users. Once only.
type Bootstrap struct {
	Cluster Cluster `msg:"cluster"`
}

var _ = register("bootstrap", facts[*Bootstrap]{})

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
