package artifact

import (
	"errors"
	"fmt"

	"slipher/runtime/abi"
	"slipher/runtime/program"
)

//go:generate go run github.com/tinylib/msgp -unexported -file envelope.go -o envelope_gen.go -io=false -tests=false

// Hash names an artifact: KeyParts.Key.
type Hash [32]byte

// Envelope is one artifact: a program, its object, or both.
//
// The primitive tier needs only the program. An object with Program nil belongs to a
// program the receiver has: the one whose hash is ProgramHash.
type Envelope struct {
	ABI         int              `msg:"abi"` // abi.Version it was made for
	Triple      string           `msg:"triple"`
	Level       string           `msg:"level"` // codegen/target's; empty without object
	Tier        string           `msg:"tier"`  // "primitives", "fused"
	ProgramHash string           `msg:"phash"` // program.Segment.Hash
	Program     *program.Segment `msg:"prog"`
	Entries     []string         `msg:"entries"` // symbols to call
	Imports     []string         `msg:"imports"` // kernel symbols the object leaves undefined
	Object      []byte           `msg:"obj"`     // ELF, for runtime/loader
	Passes      string           `msg:"passes"`  // llvm.PassKey
	LLVM        string           `msg:"llvm"`
	Emitter     string           `msg:"emitter"` // BuildID of the leader
	Key         Hash             `msg:"key"`
}

// sealed is an envelope on wire and disk.
type sealed struct {
	Body      []byte `msg:"body"` // msgp of Envelope
	Signature []byte `msg:"sig"`  // ed25519 over signatureDomain and Body
}

// signatureDomain keeps a signature from meaning something in another place.
const signatureDomain = "slipher artifact 1\x00"

// Errors of Open.
var (
	ErrCorrupt   = errors.New("corrupt artifact")
	ErrSignature = errors.New("artifact is not signed by this cluster")
	ErrABI       = errors.New("artifact is for another version")
)

// Seal encodes and signs the envelope; ABI is filled in.
func (e *Envelope) Seal(key PrivateKey) ([]byte, error) {
	e.ABI = abi.Version
	body, err := e.MarshalMsg([]byte(signatureDomain))
	if err != nil {
		return nil, err
	}
	s := sealed{Body: body[len(signatureDomain):], Signature: key.sign(body)}
	return s.MarshalMsg(nil)
}

// Open checks signature and version and decodes. The envelope does not borrow b.
// Errors: ErrCorrupt, ErrSignature, ErrABI.
func Open(b []byte, key PublicKey) (*Envelope, error) {
	var s sealed
	if rest, err := s.UnmarshalMsg(b); err != nil || len(rest) > 0 {
		return nil, fmt.Errorf("%w: %v", ErrCorrupt, err)
	}
	if !key.verify(append([]byte(signatureDomain), s.Body...), s.Signature) {
		return nil, ErrSignature
	}
	e := &Envelope{}
	if _, err := e.UnmarshalMsg(s.Body); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrCorrupt, err)
	}
	if e.ABI != abi.Version {
		return nil, fmt.Errorf("%w: ABI %d, this is %d", ErrABI, e.ABI, abi.Version)
	}
	return e, nil
}
