package random

import (
	"fmt"
	"hash/fnv"
	"testing"

	"slipher/tests/cluster"
)

// servers are the clusters that are asked, by shape.
type servers map[cluster.Shape]*cluster.Cluster

// shapes are those of the servers: beside the usual ones one slice alone.
var shapes = append([]cluster.Shape{cluster.OneSlice}, cluster.Shapes...)

func startServers(t *testing.T, shapes ...cluster.Shape) servers {
	t.Helper()
	s := servers{}
	for _, shape := range shapes {
		s[shape] = cluster.Start(t, shape, cluster.WithLLVM, "GOGC=400") // seldom collecting saves a tenth
	}
	return s
}

// way is how a question is asked: where and with which settings.
type way struct {
	cluster.Config
	order string // slipher_join_order
}

func (w way) String() string { return fmt.Sprintf("%s, join order %s", w.Config, w.order) }

// ways are how question i is asked. The first is the plainest; the others turn each setting: tier against tier, one
// slice against four and two nodes, an order of joins against a forced one.
func ways(i, fused int) []way {
	rows := []int{1024, 3, 1}
	order := fmt.Sprint(i + 1)
	if i%4 == 0 {
		order = "written"
	}
	list := []way{
		{cluster.Config{Shape: cluster.OneProcess, VectorRows: 1024}, "auto"},
		{cluster.Config{Shape: cluster.TwoNodes, VectorRows: rows[i%3], TableStart: i % 2}, order},
		{cluster.Config{Shape: cluster.OneSlice, VectorRows: rows[(i+1)%3], TableStart: (i + 1) % 2}, "auto"},
	}
	if k := i / fused; i%fused == 0 { // programs of one query take longer to make than all else
		list = append(list, way{cluster.Config{Shape: shapes[k%len(shapes)], Tier: cluster.Fused,
			VectorRows: rows[k%2]}, "auto"})
	}
	return list
}

// connections are a worker's to one database everywhere, one for each configuration, opened when first used.
type connections struct {
	servers servers
	name    string
	admin   map[cluster.Shape]*cluster.Conn // to the database
	open    map[cluster.Config]*cluster.Conn
	order   map[*cluster.Conn]string // slipher_join_order
}

// open makes a database everywhere.
func (s servers) open(t *testing.T, name string) *connections {
	t.Helper()
	c := &connections{s, name, map[cluster.Shape]*cluster.Conn{}, map[cluster.Config]*cluster.Conn{},
		map[*cluster.Conn]string{}}
	for shape, cl := range s {
		dev := cl.Connect(t, "dev")
		dev.Exec(t, "create database "+name)
		dev.Close()
		c.admin[shape] = cl.Connect(t, name)
		c.admin[shape].Exec(t, setZone(name))
	}
	return c
}

// setZone sets the time zone of all sessions of a database of this name.
func setZone(name string) string {
	h := fnv.New32a()
	h.Write([]byte(name))
	return "set timezone = '" + zones[h.Sum32()%uint32(len(zones))] + "'"
}

// admins are connections to all servers.
func (c *connections) admins() []*cluster.Conn {
	var list []*cluster.Conn
	for _, shape := range shapes {
		if conn := c.admin[shape]; conn != nil {
			list = append(list, conn)
		}
	}
	return list
}

// ask asks in one way.
func (c *connections) ask(t *testing.T, w way, sql string) answer {
	t.Helper()
	return askSlipher(c.to(t, w), sql)
}

// to is the connection for a way.
func (c *connections) to(t *testing.T, w way) *cluster.Conn {
	t.Helper()
	conn := c.open[w.Config]
	if conn == nil {
		conn = c.servers[w.Shape].Connect(t, c.name)
		conn.Exec(t, w.Settings()+"; "+setZone(c.name))
		c.open[w.Config], c.order[conn] = conn, "auto"
	}
	if c.order[conn] != w.order {
		conn.Exec(t, "set slipher_join_order = "+w.order)
		c.order[conn] = w.order
	}
	return conn
}

// close drops the databases.
func (c *connections) close(t *testing.T) {
	t.Helper()
	for _, conn := range c.open {
		conn.Close()
	}
	for shape, conn := range c.admin {
		conn.Close()
		dev := c.servers[shape].Connect(t, "dev")
		dev.Exec(t, "drop database "+c.name)
		dev.Close()
	}
}
