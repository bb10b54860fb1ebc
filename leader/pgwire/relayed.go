package pgwire

import "net"

// RelayParameter is the startup parameter by which a standby leader says that it
// passes on a client; its value is the client's address. The session then
// reports, in ParameterStatus messages with the names below, what the
// standby needs to open the session anew at another leader. The standby keeps
// them from the client.
const RelayParameter = "_pq_.slipher_relay"

// Names of such messages, each followed by the name of a setting or a statement.
const (
	ReportSet        = "_slipher.set."        // a setting that clients are not told of: its value
	ReportUnset      = "_slipher.unset."      // a setting of the application's own is no more
	ReportPrepare    = "_slipher.prepare."    // SQL's PREPARE: its text
	ReportDeallocate = "_slipher.deallocate." // SQL's DEALLOCATE; without a name all are
	ReportTemporary  = "_slipher.temporary"   // the session has temporary tables, which no other leader knows
)

// textAddr is an address that somebody else has told.
type textAddr string

var _ net.Addr = textAddr("")

func (textAddr) Network() string  { return "tcp" }
func (a textAddr) String() string { return string(a) }
