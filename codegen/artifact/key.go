package artifact

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
)

func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// ParseHash reads what String wrote.
func ParseHash(s string) (Hash, error) {
	var h Hash
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(h) {
		return h, fmt.Errorf("%q is no artifact hash", s)
	}
	copy(h[:], b)
	return h, nil
}

// KeyParts is all that an object depends on.
type KeyParts struct {
	Program string // hash of the program text: operations, physical types, state layout
	Guards  string // facts it relies on, quantised
	ABI     int
	Kernels string // version of the kernel table
	Emitter string // BuildID
	Passes  string // llvm.PassKey: pass list, options, LLVM version
	Level   string // target CPU
	Tier    string
}

// Key is the artifact's name: a hash over the parts, each with its length in front.
func (p KeyParts) Key() Hash {
	h := sha256.New()
	for _, s := range []string{"slipher key 1", p.Program, p.Guards, fmt.Sprint(p.ABI), p.Kernels, p.Emitter, p.Passes,
		p.Level, p.Tier} {
		var n [8]byte
		binary.LittleEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		h.Write([]byte(s))
	}
	return Hash(h.Sum(nil))
}

// PrivateKey signs artifacts. It is made when a cluster is bootstrapped, kept by
// leaders, and never leaves them. Its text form is secret: 32 bytes of seed.
type PrivateKey struct{ key ed25519.PrivateKey }

// PublicKey checks signatures; nodes get it when they register.
type PublicKey []byte

// ErrKey says that bytes are no key.
var ErrKey = errors.New("not an artifact signing key")

// NewPrivateKey makes a cluster's key from the system's randomness.
func NewPrivateKey() (PrivateKey, error) {
	_, key, err := ed25519.GenerateKey(nil)
	return PrivateKey{key}, err
}

// PrivateKeyFromSeed restores a key from Seed's bytes.
func PrivateKeyFromSeed(seed []byte) (PrivateKey, error) {
	if len(seed) != ed25519.SeedSize {
		return PrivateKey{}, ErrKey
	}
	return PrivateKey{ed25519.NewKeyFromSeed(seed)}, nil
}

// Seed is what to keep of a key.
func (k PrivateKey) Seed() []byte { return k.key.Seed() }

// Public is the half that nodes get.
func (k PrivateKey) Public() PublicKey {
	return append(PublicKey(nil), k.key.Public().(ed25519.PublicKey)...)
}

func (k PrivateKey) sign(b []byte) []byte { return ed25519.Sign(k.key, b) }

func (k PublicKey) verify(b, signature []byte) bool {
	return len(k) == ed25519.PublicKeySize && ed25519.Verify(ed25519.PublicKey(k), b, signature)
}
