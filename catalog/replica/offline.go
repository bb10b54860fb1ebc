package replica

import (
	"fmt"
	"log/slog"

	"github.com/hashicorp/raft"

	"slipher/catalog/sqlerr"
)

// What can be done to a leader's catalog while its process is stopped.

// offline opens the files in dir without starting raft.
func offline(dir string, log *slog.Logger) (*Replica, error) {
	r := &Replica{opts: Options{Dir: dir, Log: log}, fsm: newFSM()}
	if err := r.openDisk(); err != nil {
		r.close()
		return nil, err
	}
	r.trans = newTransport(r.opts, newLogger(log))
	return r, nil
}

func (r *Replica) configuration() (raft.Configuration, error) {
	conf := r.opts.config()
	conf.LocalID, conf.Logger = "offline", newLogger(r.opts.Log)
	c, err := raft.GetConfiguration(conf, newFSM(), r.log, r.log, r.snaps, r.trans)
	if err != nil {
		return c, fmt.Errorf("read raft's configuration: %w", err)
	}
	return c, nil
}

// MembersOf lists the leaders that the catalog in dir knows, of a process that is stopped.
func MembersOf(dir string, log *slog.Logger) ([]Member, error) {
	r, err := offline(dir, log)
	if err != nil {
		return nil, err
	}
	defer r.close()
	c, err := r.configuration()
	if err != nil {
		return nil, err
	}
	return membersOf(c), nil
}

// Recovered is what Recover found.
type Recovered struct {
	ID    string   // the leader, the only one now
	Lost  []string // those that are none any more
	Index uint64   // of the last entry of its log
	Term  uint64   // of that entry
}

// Recover makes the leader id, whose catalog is in dir and whose process is stopped, the only one of its
// cluster: for when a majority of the leaders is lost for good. Whatever is in its log counts from now on; what only
// the others had is lost.
func Recover(dir, id string, log *slog.Logger) (*Recovered, error) {
	r, err := offline(dir, log)
	if err != nil {
		return nil, err
	}
	defer r.close()
	c, err := r.configuration()
	if err != nil {
		return nil, err
	}
	out := &Recovered{ID: id}
	alone := raft.Configuration{}
	for _, s := range c.Servers {
		if string(s.ID) == id {
			s.Suffrage = raft.Voter
			alone.Servers = append(alone.Servers, s)
		} else {
			out.Lost = append(out.Lost, string(s.ID))
		}
	}
	if len(alone.Servers) == 0 {
		return nil, sqlerr.New(sqlerr.UndefinedObject, "leader \"%s\" is none of the cluster in %s: it has %v", id, dir,
			out.Lost)
	}
	if out.Index, err = r.log.LastIndex(); err != nil {
		return nil, err
	}
	var last raft.Log
	if out.Index > 0 {
		if err := r.log.GetLog(out.Index, &last); err != nil {
			return nil, err
		}
		out.Term = last.Term
	}
	conf := r.opts.config()
	conf.LocalID, conf.Logger = raft.ServerID(id), newLogger(log)
	if err := raft.RecoverCluster(conf, newFSM(), r.log, r.log, r.snaps, r.trans, alone); err != nil {
		return nil, fmt.Errorf("recover the catalog: %w", err)
	}
	return out, nil
}
