package wire

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"
)

// The handshake, before yamux: dialer → Hello, acceptor → Hello + Proof, dialer
// → Proof, acceptor → Proof (its MAC empty: welcome, or Error). Each MAC covers both
// hellos and the side that makes it, so that none can be replayed or sent back.
// It authenticates peers; it does not encrypt what follows.

const (
	handshakeTimeout = 5 * time.Second
	// A dialer does not wait long for a peer that is paused or cut off: it tries again, and
	// a connection begun while the network was cut would take its time to notice that it is whole.
	connectTimeout = time.Second
	welcomeTimeout = 2 * time.Second
	maxHandshake   = 4 << 10 // bytes of one message before a peer is known
	nonceSize      = 32
)

// Identity is what a process proves and expects.
type Identity struct {
	ID      string
	Addr    string // where it takes links, as peers can dial it
	Cluster string // "": take the other's word (a node that joins)
	// Wary: only that of whom it dials. A leader must not be drawn into another cluster by
	// whoever takes its address for somebody else's.
	Wary   bool
	Secret []byte // empty only if all addresses are loopback

	process string // Hello.Process, made by Listen
}

// peerInfo is what the handshake found out.
type peerInfo struct{ id, addr, cluster, process string }

// ErrSecret is the refusal of a peer that has another secret.
var ErrSecret = errors.New("the peer does not know the cluster's secret")

// errNoClusterYet refuses links to a process that is starting.
var errNoClusterYet = errors.New("it does not know its cluster yet")

func dialHandshake(c net.Conn, me Identity) (peerInfo, error) {
	_ = c.SetDeadline(time.Now().Add(welcomeTimeout))
	defer func() { _ = c.SetDeadline(time.Time{}) }()
	mine := newHello(me)
	mineRaw, err := writeHand(c, &mine)
	if err != nil {
		return peerInfo{}, err
	}
	var theirs Hello
	theirsRaw, err := readHand(c, &theirs)
	if err != nil {
		return peerInfo{}, fmt.Errorf("handshake: %w", err)
	}
	var proof Proof
	if _, err := readHand(c, &proof); err != nil {
		return peerInfo{}, fmt.Errorf("handshake: %w", err)
	}
	if proof.Error != "" {
		return peerInfo{}, fmt.Errorf("refused by %s: %s", theirs.ID, proof.Error)
	}
	if err := checkHello(theirs, me); err != nil {
		return peerInfo{}, err
	}
	if !hmac.Equal(proof.MAC, mac(me.Secret, "acceptor", mineRaw, theirsRaw)) {
		// for the peer's log: it cannot tell a stranger from one that hangs up
		_, _ = writeHand(c, &Proof{Error: ErrSecret.Error()})
		return peerInfo{}, ErrSecret
	}
	if _, err := writeHand(c, &Proof{MAC: mac(me.Secret, "dialer", mineRaw, theirsRaw)}); err != nil {
		return peerInfo{}, err
	}
	if _, err := readHand(c, &proof); err != nil {
		return peerInfo{}, fmt.Errorf("handshake: %w", err)
	}
	if proof.Error != "" {
		return peerInfo{}, fmt.Errorf("refused by %s: %s", theirs.ID, proof.Error)
	}
	return peerInfo{theirs.ID, theirs.Addr, theirs.Cluster, theirs.Process}, nil
}

// acceptHandshake: taken is asked about a peer that has proved the secret.
func acceptHandshake(c net.Conn, me Identity, taken func(peerInfo) error) (peerInfo, error) {
	_ = c.SetDeadline(time.Now().Add(handshakeTimeout))
	defer func() { _ = c.SetDeadline(time.Time{}) }()
	var theirs Hello
	theirsRaw, err := readHand(c, &theirs)
	if err != nil {
		return peerInfo{}, fmt.Errorf("handshake: %w", err)
	}
	mine := newHello(me)
	mineRaw, err := writeHand(c, &mine)
	if err != nil {
		return peerInfo{}, err
	}
	err = checkHello(theirs, me)
	if err == nil && me.Wary && me.Cluster == "" && theirs.Cluster != "" {
		err = errNoClusterYet
	}
	if err != nil {
		_, _ = writeHand(c, &Proof{Error: err.Error()})
		return peerInfo{}, err
	}
	if _, err := writeHand(c, &Proof{MAC: mac(me.Secret, "acceptor", theirsRaw, mineRaw)}); err != nil {
		return peerInfo{}, err
	}
	var proof Proof
	if _, err := readHand(c, &proof); err != nil {
		return peerInfo{}, fmt.Errorf("handshake: %w", err)
	}
	if !hmac.Equal(proof.MAC, mac(me.Secret, "dialer", theirsRaw, mineRaw)) {
		_, _ = writeHand(c, &Proof{Error: ErrSecret.Error()})
		return peerInfo{}, ErrSecret
	}
	info := peerInfo{theirs.ID, theirs.Addr, theirs.Cluster, theirs.Process}
	if err := taken(info); err != nil {
		_, _ = writeHand(c, &Proof{Error: err.Error()})
		return peerInfo{}, err
	}
	if _, err := writeHand(c, &Proof{}); err != nil {
		return peerInfo{}, err
	}
	return info, nil
}

func newHello(me Identity) Hello {
	nonce := make([]byte, nonceSize)
	_, _ = rand.Read(nonce) // never fails
	return Hello{Proto: Proto, Cluster: me.Cluster, ID: me.ID, Addr: me.Addr, Nonce: nonce, Process: me.process}
}

func checkHello(h Hello, me Identity) error {
	switch {
	case h.Proto != Proto:
		return fmt.Errorf("protocol version %d, not %d", h.Proto, Proto)
	case h.Cluster != "" && me.Cluster != "" && h.Cluster != me.Cluster:
		return errors.New("it belongs to another cluster")
	case len(h.Nonce) != nonceSize:
		return errors.New("malformed handshake")
	case !ValidID(h.ID):
		return fmt.Errorf("%q is no id", h.ID)
	case h.ID == me.ID:
		return fmt.Errorf("the id %s is taken", h.ID)
	}
	return nil
}

func mac(secret []byte, side string, dialer, acceptor []byte) []byte {
	h := hmac.New(sha256.New, secret)
	for _, part := range [][]byte{[]byte("slipher " + side), dialer, acceptor} {
		sum := sha256.Sum256(part)
		h.Write(sum[:])
	}
	return h.Sum(nil)
}

// ValidID reports whether id is a short name: letters, digits, '-', '_', '.', up to 63.
func ValidID(id string) bool {
	if id == "" || len(id) > 63 {
		return false
	}
	return strings.Trim(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == ""
}

// LoadSecret reads the secret file: its bytes without white space at the ends.
// Without a file every address must be loopback.
func LoadSecret(file string, addrs ...string) ([]byte, error) {
	if file != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		s := strings.TrimSpace(string(b))
		if len(s) < 16 {
			return nil, fmt.Errorf("secret file %s: the secret must have 16 bytes or more", file)
		}
		return []byte(s), nil
	}
	for _, a := range addrs {
		if !loopback(a) {
			return nil, fmt.Errorf("--secret-file is needed: %s is not a loopback address", a)
		}
	}
	return nil, nil
}

func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
