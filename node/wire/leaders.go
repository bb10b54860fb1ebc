package wire

//go:generate go run github.com/tinylib/msgp -file leaders.go -o leaders_gen.go -io=false -tests=false
//msgp:limit arrays:1048576 maps:1048576

// Messages between leaders, beside raft's own. They are part of Proto.

// Join tells a leader where another one is, and may ask for its membership. The active leader
// writes it down; one that stands by answers who is active.
type Join struct {
	ID   string `msg:"id"`
	Addr string `msg:"addr"` // where the sender takes links
	SQL  string `msg:"sql"`  // and clients
	// Add: make the sender a member if it is none. Without it a leader that
	// was removed learns of that.
	Add bool `msg:"add"`
	// Fresh: the sender has nothing on its disk. A voter must not come back so: what it
	// has acknowledged may be what made a majority.
	Fresh bool `msg:"fresh"`
	// Applied is how much of the log the sender has: it gets a vote when it has caught up.
	Applied uint64 `msg:"applied"`
}

// Joined answers Join.
type Joined struct {
	// Active: the answer comes from the active leader, and what follows Cluster counts.
	Active  bool   `msg:"active"`
	ID      string `msg:"id"`   // of the active leader, "" if it is not known
	Addr    string `msg:"addr"` // where that takes links
	Cluster string `msg:"cluster"`
	Voter   bool   `msg:"voter"`   // the asker has a vote
	Removed bool   `msg:"removed"` // the asker is no member
	Refused string `msg:"refused"` // why the asker cannot be a member, "" if it can
}

// AskRaft asks a leader how it stands in raft.
type AskRaft struct{}

// RaftStatus answers AskRaft.
type RaftStatus struct {
	State    string `msg:"state"` // leader, follower, candidate
	Term     uint64 `msg:"term"`
	LastLog  uint64 `msg:"last"`
	Commit   uint64 `msg:"commit"`
	Applied  uint64 `msg:"applied"`
	Snapshot uint64 `msg:"snapshot"`
	// ContactMillis is how long ago it heard of the active leader, -1 if never.
	ContactMillis int64 `msg:"contact"`
}
