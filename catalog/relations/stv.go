package relations

import (
	"context"
	"encoding/binary"
	"slices"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/runtime/block"
)

// stv are the snapshots of the cluster's present state.
func stv() []entry {
	return []entry{
		{name: "stv_slices", rows: stvSlices, columns: `node, slice, localslice int4, type char(1)`,
			doc: "Which node serves which slice; slices nobody serves are missing."},
		{name: "stv_nodes", rows: stvNodes,
			columns: `id varchar(64), number int4, address varchar(256), workers int4, state varchar(16), slices, queries int4, last_seen timestamp?`,
			doc: "Compute nodes: connected, draining (connected, but shall have no slices) or lost. number is " +
				"stv_slices.node."},
		{name: "stv_leaders", rows: stvLeaders,
			columns: `id varchar(64), sql_address, cluster_address varchar(256), voter bool, state varchar(16), term, last_log_index, commit_index,
				applied_index, snapshot_index, last_contact_ms int8?`,
			doc: "Leaders and how they stand in raft: leader (the active one), follower, candidate, unknown (no answer)."},
		{name: "stv_tbl_perm", rows: stvTblPerm,
			columns: `slice, id int4, name char(72), rows, sorted_rows int8, temp, db_id, insert_pristine, delete_pristine, backup,
				dist_style, block_count int4`,
			doc: "Tables of all databases, a row a slice."},
		{name: "stv_blocklist", rows: stvBlocklist,
			columns: `slice, col, tbl, blocknum, num_values, extended_limits int4, minvalue, maxvalue int8, sb_pos, pinned, on_disk, modified,
				hdr_modified, unsorted, tombstone, preferred_diskno, temporary, newblock, num_readers, flags int4`,
			doc: "Blocks of users' columns. There are no hidden columns, so col ends with the last of the user's."},
		{name: "svv_diskusage", view: true, rows: svvDiskusage,
			columns: `db_id int4, name char(72), slice, col, tbl, blocknum, num_values int4, minvalue, maxvalue int8, sb_pos, pinned, on_disk,
				modified, hdr_modified, unsorted, tombstone, preferred_diskno, temporary, newblock int4`,
			doc: "stv_blocklist with the tables' names."},
		{name: "stv_sessions", rows: stvSessions,
			columns: `starttime timestamp, process int4, user_name, db_name char(50), timeout_sec int4`, doc: "Connected clients."},
		{name: "stv_inflight", rows: stvInflight,
			columns: `userid, slice, query int4, label char(320), xid int8, pid int4, starttime timestamp, text char(100), suspended,
				insert_pristine, concurrency_scaling_status int4`,
			doc: "Queries that run."},
		{name: "stv_recents", rows: stvRecents,
			columns: `userid int4, status char(20), starttime timestamp, duration int8, user_name, db_name char(50), query char(600), pid int4`,
			doc:     "Queries that run or ran."},
		{name: "stv_plan_cache", rows: stvPlanCache, columns: `hits, misses int8, plans int4`,
			doc: "How many queries were answered by a plan that was kept, how many were planned to be kept, since this leader is the " +
				"active one; plans kept now. See the setting slipher_plan_cache."},
	}
}

func stvPlanCache(_ context.Context, env *Env, b *builder) error {
	if env.Plans != nil {
		p := env.Plans()
		b.add(p.Hits, p.Misses, p.Kept)
	}
	return nil
}

func stvSlices(_ context.Context, env *Env, b *builder) error {
	local := map[string]int{}
	for slice, id := range env.Catalog.Slices() {
		if n := env.Catalog.Node(id); n != nil {
			b.add(n.Number, slice, local[id], "D")
			local[id]++
		}
	}
	return nil
}

func stvNodes(_ context.Context, env *Env, b *builder) error {
	live := map[string]Node{}
	for _, n := range all(env.Nodes) {
		live[n.ID] = n
	}
	for _, n := range env.Catalog.Nodes() {
		l := live[n.ID]
		state := "lost"
		switch {
		case l.Connected && (n.Draining || l.Leaving):
			state = "draining"
		case l.Connected:
			state = "connected"
		}
		b.add(n.ID, n.Number, n.Address, n.Workers, state, len(env.Catalog.SlicesOf(n.ID)), l.Queries, null(l.SeenMicros))
	}
	return nil
}

func stvLeaders(ctx context.Context, env *Env, b *builder) error {
	if env.Leaders == nil {
		return nil
	}
	for _, l := range env.Leaders(ctx) {
		row := []any{l.ID, l.SQL, l.Cluster, l.Voter, l.State, nil, nil, nil, nil, nil, nil}
		if l.Known {
			row = append(row[:5], int64(l.Term), int64(l.LastLog), int64(l.Commit), int64(l.Applied), int64(l.Snapshot), nil)
			if l.ContactMillis >= 0 {
				row[10] = l.ContactMillis
			}
		}
		b.add(row...)
	}
	return nil
}

// sliceSum is what one slice holds of one table.
type sliceSum struct {
	rows, sorted int64
	blocks       int
}

// sums adds up a table by slice. Each object is sorted in itself; what a later
// object of the slice holds counts as unsorted until a merge.
func sums(ctx context.Context, env *Env, t *state.Table) ([]sliceSum, error) {
	out := make([]sliceSum, env.Catalog.SliceCount())
	for _, ref := range t.Version.Objects.List() {
		s := &out[ref.Slice]
		if s.rows == 0 {
			s.sorted = ref.Rows
		}
		s.rows += ref.Rows
		footer, err := env.footer(ctx, ref)
		if err != nil {
			return nil, err
		}
		for _, rg := range footer.RowGroups {
			s.blocks += len(rg.Cols)
		}
	}
	return out, nil
}

var noFooter = &block.Footer{}

func (e *Env) footer(ctx context.Context, ref state.ObjectRef) (*block.Footer, error) {
	if e.Footer == nil {
		return noFooter, nil
	}
	return e.Footer(ctx, ref)
}

func (e *Env) databaseID(name string) state.DatabaseID {
	if d := e.Catalog.Database(name); d != nil {
		return d.ID
	}
	return 0
}

func stvTblPerm(ctx context.Context, env *Env, b *builder) error {
	for _, t := range env.Catalog.AllTables() {
		if t.IsView() {
			continue
		}
		slices, err := sums(ctx, env, t)
		if err != nil {
			return err
		}
		for i, s := range slices {
			b.add(i, t.ID, t.Name, s.rows, s.sorted, bit(env.temporary(t)), env.databaseID(t.Database), bit(s.rows == 0), 1,
				bit(t.Backup), t.Effective, s.blocks)
		}
	}
	return nil
}

// blockPlace is where a block stands in its table.
type blockPlace struct {
	table    *state.Table
	slice    state.SliceID
	column   int
	number   int // in its slice and column
	unsorted bool
	rows     int32
	meta     *block.BlockMeta
}

// eachBlock calls f for the blocks of the given tables.
func eachBlock(ctx context.Context, env *Env, tables []*state.Table, f func(p blockPlace)) error {
	for _, t := range tables {
		next := make([]int, env.Catalog.SliceCount())
		for _, ref := range t.Version.Objects.List() {
			footer, err := env.footer(ctx, ref)
			if err != nil {
				return err
			}
			unsorted := next[ref.Slice] > 0 && len(t.SortKey) > 0
			places := footer.Places(t.Stored())
			for g := range footer.RowGroups {
				rg := &footer.RowGroups[g]
				for c := range t.Columns {
					at := c
					if places != nil {
						at = places[c]
					}
					if at >= 0 { // else the column is younger
						f(blockPlace{t, ref.Slice, c, next[ref.Slice], unsorted, rg.Rows, &rg.Cols[at]})
					}
				}
				next[ref.Slice]++
			}
		}
	}
	return nil
}

func stvBlocklist(ctx context.Context, env *Env, b *builder) error {
	return eachBlock(ctx, env, env.Catalog.AllTables(), func(p blockPlace) {
		low, high := p.limits()
		b.add(p.slice, p.column, p.table.ID, p.number, p.rows, 0, low, high, 0, 0, 1, 0, 0, bit(p.unsorted), 0, 0, 0, 0, 0, 0)
	})
}

func svvDiskusage(ctx context.Context, env *Env, b *builder) error {
	return eachBlock(ctx, env, env.Catalog.AllTables(), func(p blockPlace) {
		low, high := p.limits()
		b.add(env.databaseID(p.table.Database), p.table.Name, p.slice, p.column, p.table.ID, p.number, p.rows, low, high,
			0, 0, 1, 0, 0, bit(p.unsorted), 0, 0, 0, 0)
	})
}

// limits are a block's zone map as Redshift shows it: numbers as they are,
// strings by their first eight bytes, 0 for a block of NULLs.
func (p blockPlace) limits() (low, high int64) {
	if p.column >= len(p.table.Columns) {
		return 0, 0
	}
	t := p.table.Columns[p.column].Type
	return limit(p.meta.Min, t), limit(p.meta.Max, t)
}

func limit(d types.Datum, t types.Type) int64 {
	switch {
	case d.Null:
		return 0
	case t.IsString():
		var prefix [8]byte
		copy(prefix[:], d.S)
		return int64(binary.LittleEndian.Uint64(prefix[:]))
	case t.Phys().IsFloat():
		return int64(d.Float())
	}
	return d.Lo
}

func stvSessions(_ context.Context, env *Env, b *builder) error {
	for _, s := range all(env.Sessions) {
		b.add(s.StartMicros, s.PID, s.User, s.Database, 0)
	}
	return nil
}

func stvInflight(_ context.Context, env *Env, b *builder) error {
	for _, q := range all(env.Queries) {
		if q.EndMicros == 0 {
			b.add(env.userID(q.User), 0, q.ID, q.Label, q.Txn, q.PID, q.StartMicros, q.Text, 0, 0, 0)
		}
	}
	return nil
}

func stvRecents(_ context.Context, env *Env, b *builder) error {
	queries := slices.Clone(all(env.Queries))
	slices.Reverse(queries)
	for _, q := range queries {
		status, end := "Done", q.EndMicros
		if end == 0 {
			status, end = "Running", env.NowMicros
		}
		b.add(env.userID(q.User), status, q.StartMicros, max(0, end-q.StartMicros), q.User, q.Database, q.Text, q.PID)
	}
	return nil
}
