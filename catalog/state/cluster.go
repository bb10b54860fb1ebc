package state

//go:generate go run github.com/tinylib/msgp -file cluster.go -o cluster_gen.go -io=false -tests=false
//msgp:limit arrays:1048576 maps:1048576

// Cluster is what is fixed when the cluster is bootstrapped, and its managed storage.
type Cluster struct {
	ID         string `msg:"id"`
	Slices     int    `msg:"slices"`  // of the whole cluster
	StorageURL string `msg:"storage"` // managed storage; file:FOLDER lies in the directory of the only leader
	// Claims are the incarnations of the storage's owner that this log has made, oldest first. All but the last
	// are kept only because the storage may not have heard of those behind them.
	Claims []Claim `msg:"claims,omitempty"`
	// SigningKey signs artifacts; it never leaves leaders and nodes.
	SigningKey []byte `msg:"key"`
	// DistHash is the version of the function that places rows on slices.
	DistHash      int   `msg:"disthash"`
	CreatedMicros int64 `msg:"created"`
}

// Claim is one incarnation of the owner of managed storage: a number that grows, and a random token.
type Claim struct {
	Incarnation uint64 `msg:"n"`
	Token       string `msg:"t"`
}

// Database is one database. Oid is pg_database.oid.
type Database struct {
	ID            DatabaseID `msg:"id"`
	Name          string     `msg:"name"`
	Owner         string     `msg:"owner"`
	ConnLimit     int        `msg:"connlimit"` // -1: no limit
	CaseFold      bool       `msg:"ci"`        // COLLATE CASE_INSENSITIVE
	Isolation     string     `msg:"isolation"` // "snapshot" or "serializable"
	Template      bool       `msg:"template"`  // template0, template1
	System        bool       `msg:"system"`    // no user objects, no connections
	CreatedMicros int64      `msg:"created"`
	Comment       string     `msg:"-"`
}

// Schema is one schema of a database.
type Schema struct {
	ID       SchemaID `msg:"id"`
	Database string   `msg:"db"`
	Name     string   `msg:"name"`
	Owner    string   `msg:"owner"`
	QuotaMB  int64    `msg:"quota"` // 0: unlimited
	Comment  string   `msg:"-"`
}

// User is one user. The first superuser has id 100, rdsdb (the system's own) 1.
type User struct {
	ID        uint32 `msg:"id"`
	Name      string `msg:"name"`
	Superuser bool   `msg:"super"`
	CreateDB  bool   `msg:"createdb"`
}

// Node is one compute node as it last registered.
type Node struct {
	ID      string `msg:"id"`
	Number  int    `msg:"num"` // stv_slices.node; given at first registration, kept
	Address string `msg:"addr"`
	Workers int    `msg:"workers"`
	// Target is the node's CPU level, by which it gets its artifacts.
	Target string `msg:"target"`
	// Draining: the node shall have no slices.
	Draining bool `msg:"drain,omitempty"`
}

// Leader is a process with a vote about the catalog, as it last registered.
type Leader struct {
	ID      string `msg:"id"`
	Cluster string `msg:"cluster"` // address for leaders and nodes
	SQL     string `msg:"sql"`     // address for clients and for leaders that pass clients on
}

// Ids and names that every cluster has.
const (
	PublicSchemaID      SchemaID = 2200
	CatalogSchemaID     SchemaID = 11
	InformationSchemaID SchemaID = 11001

	DefaultDatabase = "dev"
	DefaultUser     = "dev"
	SystemUser      = "rdsdb"
)

// IsSystemSchema reports whether name is implied in every database and never
// holds a user's objects.
func IsSystemSchema(name string) bool {
	return name == "pg_catalog" || name == "information_schema"
}
