package llvm

//go:generate go run github.com/tinylib/msgp -unexported -file message.go -o message_gen.go -io=false -tests=false

// request is what a worker is asked: compile IR or list an object.
type request struct {
	IR       string `msg:"ir"`
	Object   []byte `msg:"obj"` // not empty: only disassemble this
	Triple   string `msg:"triple"`
	CPU      string `msg:"cpu"`
	Features string `msg:"features"`
	Passes   string `msg:"passes"`
	WantOpt  bool   `msg:"opt"`
	WantAsm  bool   `msg:"asm"`
	Verify   bool   `msg:"verify"`
}

// reply is its answer. Err: text of what went wrong, in which stage.
type reply struct {
	Object   []byte `msg:"obj"`
	OptIR    string `msg:"opt"`
	Asm      string `msg:"asm"`
	ParseNs  int64  `msg:"parse"`
	PassesNs int64  `msg:"passes"`
	EmitNs   int64  `msg:"emit"`
	ListNs   int64  `msg:"list"`
	RSS      int64  `msg:"rss"` // of the worker after the job, bytes
	Stage    string `msg:"stage"`
	Err      string `msg:"err"`
}

// hello is the first frame of a worker.
type hello struct {
	Version string `msg:"version"` // libLLVM's, "19.1.7"
	RSS     int64  `msg:"rss"`
	Err     string `msg:"err"` // not empty: the worker cannot work, it ends
}
