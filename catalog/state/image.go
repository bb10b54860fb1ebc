package state

//msgp:limit arrays:16777216 maps:1048576

// image is a catalog laid out for a snapshot: everything in key order.
type image struct {
	Format    uint16       `msg:"format"`
	Version   uint64       `msg:"version"`
	Cluster   *Cluster     `msg:"cluster"`
	Term      uint64       `msg:"term"`
	NextOID   uint32       `msg:"oid"`
	NextTxn   TxnID        `msg:"txn"`
	Settled   TxnID        `msg:"settled"`
	Pinned    uint64       `msg:"pinned"`
	Databases databaseRefs `msg:"dbs"`
	Schemas   schemaRefs   `msg:"schemas"`
	Tables    tableRefs    `msg:"tables"`
	Users     userRefs     `msg:"users"`
	Nodes     nodeRefs     `msg:"nodes"`
	Slices    []string     `msg:"slices"`
	Identity  identityRefs `msg:"identity"`
	Done      doneRefs     `msg:"done"`
	Leaders   leaderRefs   `msg:"leaders"`
	Garbage   garbageRefs  `msg:"garbage"`
	Terms     []termStart  `msg:"terms"`
	Comments  Ops          `msg:"comments"` // see comments
	Functions functionRefs `msg:"functions"`
}

// termStart is where a term's transaction ids begin.
type termStart struct {
	Term  uint64 `msg:"term"`
	First TxnID  `msg:"first"`
}

type identityImage struct {
	Key  uint64 `msg:"key"`
	Next int64  `msg:"next"`
}

type doneImage struct {
	Txn    TxnID   `msg:"txn"`
	Result *Result `msg:"result"`
}

type garbageImage struct {
	Name    string `msg:"name"`
	Version uint64 `msg:"ver"`
}
