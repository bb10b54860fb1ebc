package wire

import (
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/runtime/chunk"
	"slipher/runtime/mem"
	"slipher/runtime/program"
)

//go:generate go run github.com/tinylib/msgp -file messages.go -o messages_gen.go -io=false -tests=false
//msgp:limit arrays:1048576 maps:1048576

// Proto is the version of everything in this file and of frames; peers of another version are refused.
const Proto = 11

// Hello opens a link: each side sends one.
type Hello struct {
	Proto   uint16 `msg:"proto"`
	Cluster string `msg:"cluster"` // "" from a node that does not know it yet
	ID      string `msg:"id"`
	Addr    string `msg:"addr"` // where the sender takes links
	Nonce   []byte `msg:"nonce"`
	// Process is another one each time the sender is started.
	Process string `msg:"process"`
}

// Proof is the MAC over both hellos, or why there is no link.
type Proof struct {
	MAC   []byte `msg:"mac"`
	Error string `msg:"error"`
}

// Register is a node's first message to its leader, sent again on every new link.
type Register struct {
	ID      string `msg:"id"`
	Addr    string `msg:"addr"`
	Workers int    `msg:"workers"`
	Target  string `msg:"target"` // CPU level
}

// NotActive answers Register: this leader stands by. Addr is where the active one takes
// links, "" if it is not known.
type NotActive struct {
	ID   string `msg:"id"`
	Addr string `msg:"addr"`
}

// Lead tells a node that a leader has become the active one: the node registers with it.
type Lead struct {
	Term uint64 `msg:"term"`
	ID   string `msg:"id"`
	Addr string `msg:"addr"`
}

// Leave tells the leader that a node is about to stop: it shall get no more work.
type Leave struct{}

// Dismiss tells a node that it was removed from the cluster: it does not
// register again.
type Dismiss struct{}

// Registered answers Register.
type Registered struct {
	Term      uint64          `msg:"term"`    // of the leader
	Addr      string          `msg:"addr"`    // where the leader takes links
	Leaders   []string        `msg:"leaders"` // where all leaders take links
	Cluster   string          `msg:"cluster"`
	Leader    string          `msg:"leader"` // id of the leader's process
	Storage   string          `msg:"storage"`
	Claim     state.Claim     `msg:"claim"` // of the storage's owner: the node writes for it
	PublicKey []byte          `msg:"key"`   // artifacts are signed with its other half
	Slices    []state.SliceID `msg:"slices"`
}

// Assign tells a node its slices after they were dealt anew. Queries carry
// their own assignment; this one is for warm caches and for people.
type Assign struct {
	Slices []state.SliceID `msg:"slices"`
}

// Peer is a process taking part in a query.
type Peer struct {
	ID     string          `msg:"id"`
	Addr   string          `msg:"addr"` // "" for the leader: nodes use the link they have
	Slices []state.SliceID `msg:"slices"`
	// Process is the Hello.Process of the one that takes part, "" for the leader: a link of another process of
	// the id leads to one that is gone.
	Process string `msg:"process"`
}

// StartQuery hands a node all it needs for a query. Streams start by RunStream.
type StartQuery struct {
	Query     uint64       `msg:"query"`
	Term      uint64       `msg:"term"` // of the leader; the query ends when a higher one is seen
	Peers     peerList     `msg:"peers"`
	Segments  segmentList  `msg:"segs"`
	Exchanges exchangeList `msg:"exchs"`
	Scans     scanList     `msg:"scans"` // this node's share
	Params    paramList    `msg:"params" what:"the list of constants of a statement"`
	Options   Options      `msg:"opts"`
	Insert    *Insert      `msg:"insert"` // for segments with SinkInsert
	Loops     loopList     `msg:"loops"`
	Sieves    sieveList    `msg:"sieves"`
}

// Segment is a segment's code and what the node has to know beside it.
type Segment struct {
	ID     int  `msg:"id"`
	Stream int  `msg:"stream"`
	Here   bool `msg:"here"` // this peer runs it
	// After are segments of the stream that must have ended on the peer before this one begins there.
	After []int        `msg:"after"`
	Zone  zonePredList `msg:"zone"`
	Keys  keyZoneList  `msg:"keys"`
	// Headed: of row groups of which zone predicates and deleted rows leave all, a segment of SourceHeads has the heads.
	Headed bool `msg:"headed"`
	// General is always there, Special only if it differs.
	General Program `msg:"general"`
	Special Program `msg:"special"`
	// Fused code the leader had at hand when the query started.
	FusedGeneral []byte `msg:"fgeneral,limit=67108864" what:"the fused code of a segment"`
	FusedSpecial []byte `msg:"fspecial,limit=67108864" what:"the fused code of a segment"`
	// FusedOnly: this segment must not run before it has fused code.
	FusedOnly bool `msg:"fonly"`
	// Literals are the rows of SourceLiterals, a vector's worth each, row by row.
	Literals [][]types.Datum `msg:"literals"`
	// Rows are the leader's own rows for SourceRows; only within a process.
	Rows RowSource `msg:"-"`
}

// RowSource yields a catalog relation's rows, on the leader.
type RowSource interface {
	// Next gives the next chunk, nil at the end. The caller owns it.
	Next(l *chunk.Layout, acct *mem.Account) (*chunk.Chunk, error)
}

// Program is a program as a signed artifact, or as a Go value within a process.
type Program struct {
	Envelope []byte           `msg:"env,limit=67108864" what:"the code of a segment"`
	Segment  *program.Segment `msg:"-"`
}

// ZonePred is plan.ZonePred: lets a scan skip row groups and sections.
type ZonePred struct {
	Col   int    `msg:"col"` // index into the program's source columns
	Op    string `msg:"op"`
	Param int    `msg:"param"`
}

// KeyZone is plan.KeyZone: lets a scan skip row groups and sections by a join's table.
type KeyZone struct {
	Col   int `msg:"col"` // index into the program's source columns
	Table int `msg:"table"`
	Key   int `msg:"key"`
	// Sieve: its values on all nodes, not those of the table here.
	Sieve bool `msg:"sieve"`
}

// Sieve is a join table of whose keys nodes tell each other, so that rows can be dropped before they are sent to it.
type Sieve struct {
	Table  int      `msg:"table"`
	Makers []string `msg:"makers"` // the nodes that fill it: each sends what its part has (DataSieve)
	Users  []string `msg:"users"`  // to these
}

// Exchange is where the rows of one exchange come from and go to.
type Exchange struct {
	ID      int      `msg:"id"`
	Dist    uint8    `msg:"dist"` // program.DistKind
	Senders []string `msg:"senders"`
	// Dests: the peer of each destination: one a slice (DistHash, DistRoundRobin), one a node
	// (DistBroadcast; DistLocal, where each of them sends to itself alone) or one (DistSingle).
	Dests []string `msg:"dests"`
}

// Scan is what a node reads for one scan segment.
type Scan struct {
	Segment int           `msg:"seg"`
	Columns storedList    `msg:"cols"` // of the table
	Objects objectRefList `msg:"objs" what:"the list of objects to be read"`
	// Indexes has, for each of Objects, its index in the version's Objects.List:
	// the upper half of row addresses. nil if no row addresses are read.
	Indexes []int `msg:"idx"`
	// Shares > 0: read row group i of all objects only if i mod Shares is Share.
	Share  int `msg:"share"`
	Shares int `msg:"shares"`
}

// Param is a parameter's value.
type Param struct {
	Type   types.Type  `msg:"type"`
	Value  types.Datum `msg:"v"`
	List   datumList   `msg:"list" what:"a list of constants (IN)"`
	IsList bool        `msg:"islist"`
}

// Options are the session's settings a node obeys.
type Options struct {
	VectorRows int   `msg:"vector"`  // rows a vector, 0: default
	TableStart int   `msg:"tables"`  // entries tables start with, 0: default
	Workers    int   `msg:"workers"` // instances a segment, 0: the node's workers
	Credits    int   `msg:"credits"` // pages under way per destination, 0: default
	Memory     int64 `msg:"memory"`  // bytes a query may use in a process, 0: the process's share for a query
	Tier       uint8 `msg:"tier"`    // exec.Tier
	Statement  int64 `msg:"stmt"`    // its number in stl_query, for messages; 0: none of a client's
	Measure    bool  `msg:"measure"` // where the time of segments goes: SegmentStats.Spent
}

// Insert describes the table that SinkInsert fills.
type Insert struct {
	Table      state.TableID   `msg:"table"`
	Columns    columnList      `msg:"cols"`
	SortKey    []int           `msg:"sortkey"`
	SortStyle  state.SortStyle `msg:"sortstyle"`
	EncodeAuto bool            `msg:"encauto"`
	Term       uint64          `msg:"term"` // Term and Txn make the objects' names unique
	Txn        uint64          `msg:"txn"`
	// Inline: what a slice gets in all may come back as an object with Data if it has at most
	// so many bytes (as a chunk on the wire). 0: everything goes to managed storage.
	Inline int64 `msg:"inline"`
	// Local: rows stay on the slice they were scanned on (a merge).
	Local bool `msg:"local"`
	// Text describes COPY's input, nil for INSERT.
	Text *Text `msg:"text"`
}

// Text is COPY's input format, encoded by node/load; opaque here.
type Text struct {
	Options []byte `msg:"opts"`
	// MaxErrors is how many rows may be refused before the query fails.
	MaxErrors int64 `msg:"maxerrors"`
}

// RunStream starts a stream, or the loop whose body begins with it; the reply, StreamDone, comes at the end of all of
// its turns.
type RunStream struct {
	Query  uint64 `msg:"query"`
	Stream int    `msg:"stream"`
}

// Loop is streams that run again and again; see plan.Loop. The nodes run its turns among themselves.
type Loop struct {
	Nodes []string `msg:"nodes"` // that have a part in Body
	Body  []int    `msg:"body"`
	Work  int      `msg:"work"`
	Next  int      `msg:"next"`
	Fresh []int    `msg:"fresh"`
	Out   int      `msg:"out"`
	Inner []int    `msg:"inner"`
}

// ReserveIdentity asks the leader for ordinals of an identity column.
type ReserveIdentity struct {
	Table  state.TableID   `msg:"table"`
	Column state.KeyColumn `msg:"col"`
	Count  int64           `msg:"n"`
}

// Reserved answers ReserveIdentity.
type Reserved struct {
	First int64 `msg:"first"`
}

// StreamDone ends a stream on a node.
type StreamDone struct {
	Stats   segmentStatsList `msg:"stats"`
	Memory  int64            `msg:"memory"` // the most that the query has had there so far
	Objects objectRefList    `msg:"objs"`   // written by SinkInsert
	// Deletes are the rows that SinkDelete, or SinkInsert with row addresses, got; a row may be in
	// those of several nodes.
	Deletes deletedList     `msg:"dels"`
	Errors  recordErrorList `msg:"errs"` // COPY: rows refused
	Error   *Error          `msg:"err"`  // why the stream failed, nil if it did not
}

// Deleted is rows of one object of the scanned version: a roaring bitmap of positions.
type Deleted struct {
	Object int    `msg:"obj"` // index in the version's Objects.List
	Rows   []byte `msg:"rows,limit=67108864" what:"the set of deleted rows of an object"`
}

// SegmentStats is what a segment did on a node (Slice -1), and of that for one of its slices, where its input says
// which (stored rows, what exchanges send to slices).
type SegmentStats struct {
	Segment int   `msg:"seg"`
	Slice   int   `msg:"slice"`
	RowsIn  int64 `msg:"rowsin"`
	// Rows are those that the source yielded, then what was left behind each step.
	Rows    []int64  `msg:"rows"`
	Skips   skipList `msg:"skips"`   // of scans, of slices
	RowsOut int64    `msg:"rowsout"` // sent to exchanges, client or loader
	Nanos   int64    `msg:"nanos"`   // of workers
	Workers int64    `msg:"workers"` // how many of them could work on it at a time
	// Spent is where the time of workers went, in nanoseconds, if Options.Measure: to get input; for the source, each
	// step, the sink; to end instances. Last, and not in Nanos: how long it took, by all workers at once, to put the table
	// together that the segment fills.
	Spent   []int64 `msg:"spent"`
	Morsels int64   `msg:"morsels"`
	Fused   int64   `msg:"fused"`   // morsels run on fused code
	Special int64   `msg:"special"` // row groups on the special variant
	Bytes   int64   `msg:"bytes"`   // sent to other processes
	Memory  int64   `msg:"memory"`  // the most that it had, with the part of a table that it fills
	Turns   int64   `msg:"turns"`   // of the loop that it is inside of, 0: none
}

// Skip is what a scan did not read because of one of its filters.
type Skip struct {
	By SkipKind `msg:"by"`
	No int      `msg:"no"` // SkipZone: of Segment.Zone, SkipKeys: of Segment.Keys
	// Groups and Rows that were ruled out: row groups whole, and rows of them and of sections.
	Groups int64 `msg:"groups"`
	Rows   int64 `msg:"rows"`
}

// SkipKind is a kind of filter that rules row groups and sections out.
type SkipKind uint8

const (
	SkipDeleted SkipKind = iota // none of their rows lives
	SkipZone                    // a predicate and their least and greatest values
	SkipKeys                    // the keys of a join's table and their least and greatest values
	SkipTop                     // what the first rows in an order are so far
	SkipHeads                   // their heads say all that is asked
)

// RecordError is a row COPY refused.
type RecordError struct {
	File   string `msg:"file"`
	Line   int64  `msg:"line"`
	Column string `msg:"column"`
	Type   string `msg:"type"`
	Value  string `msg:"value"` // of the field
	Raw    string `msg:"raw"`   // of the line
	Code   string `msg:"code"`  // Redshift's load error code, a number
	State  string `msg:"state"` // SQLSTATE
	Reason string `msg:"reason"`
}

// FusedCode brings a better artifact for a segment of a running query. Without
// Object the node looks in its memory by Hash and answers NeedObject if it has none.
type FusedCode struct {
	Query   uint64 `msg:"query"`
	Segment int    `msg:"seg"`
	Special bool   `msg:"special"`
	Hash    []byte `msg:"hash"`
	Object  []byte `msg:"obj,limit=67108864" what:"the fused code of a segment"` // signed envelope
	// Failed: there will be no fused code; run on primitives.
	Failed bool `msg:"failed"`
}

// FusedReply answers FusedCode.
type FusedReply struct {
	NeedObject bool `msg:"need"`
}

// Cancel stops a query's work and frees its rows; EndQuery must follow.
type Cancel struct {
	Query uint64 `msg:"query"`
	Error *Error `msg:"error"` // why
}

// EndQuery frees everything of a query.
type EndQuery struct {
	Query uint64 `msg:"query"`
}

// Ping asks for OK.
type Ping struct{}

// OK is the reply that says nothing.
type OK struct{}

// Error is sqlerr.Error on the wire, and where it happened.
type Error struct {
	Code     string `msg:"code"`
	Message  string `msg:"message"`
	Detail   string `msg:"detail"`
	Hint     string `msg:"hint"`
	Where    string `msg:"where"`
	Position int    `msg:"position"`
	Node     string `msg:"node"`
	Segment  int    `msg:"seg"`
	Lost     bool   `msg:"lost"` // ErrLost
}

// DataKind is what a Data message brings.
type DataKind uint8

const (
	DataRows   DataKind = iota // rows
	DataEnd                    // the sender has no more rows for the exchange (or run)
	DataCredit                 // N more batches may be sent
	DataRuns                   // return: N runs follow
	DataText                   // COPY: a batch of raw text
	DataEnough                 // the receiver wants no more rows for the destination
	DataTurn                   // a node has ended a turn of a loop, and can take in what the next one sends
	DataSieve                  // what a node's part of a join table has for keys
)

// Exchange numbers that the plan does not give.
const (
	ReturnExchange = -1 // rows for the client
	TextExchange   = -2 // COPY's raw text, leader to nodes
)

// Data is a message of an exchange. It belongs to whoever got it: Send takes it
// over. Body is borrowed by the handler for the call.
type Data struct {
	Query uint64   `msg:"q"`
	Exch  int      `msg:"x"` // DataTurn: the loop, its place in StartQuery.Loops; DataSieve: the join table
	Kind  DataKind `msg:"k"`
	Dest  int      `msg:"d"` // destination; return: run; DataTurn: 1 if somebody wants the loop's rows from the sender
	N     int64    `msg:"n"` // DataCredit, DataRuns; DataText: number of the first line; DataTurn: rows for the next turn
	Name  string   `msg:"f"` // DataText: file
	Turn  int64    `msg:"t"` // of the loop that the exchange is inside of, from 0

	Batch chunk.Batch `msg:"-"` // in a process; owned
	Body  []byte      `msg:"-"` // its wire form, or raw text; DataSieve: see runtime/exec/sieve_wire.go
}
