// Package fault makes named points of the program fail, stop or die on request: what the
// crash tests (tests/crash) steer by.
//
//	SLIPHER_FAULTS ──────┐
//	SLIPHER_FAULTS_FILE ─┴─Parse──► plan{rules} ──armed by name──► Point(name) ──► error, delay, SIGSTOP, SIGKILL
//	                                                                   └──► Names, counts (FILE.seen)
//
// A plan is a list of rules, parted by ';' or line ends; what begins with '#' is a remark:
//
//	POINT=ACTION[@WHEN]
//
//	POINT   a name, or the beginning of names and '*'
//	ACTION  error, error:ENOSPC (or EIO, EDQUOT, EROFS, ETIMEDOUT, ECONNRESET), kill (SIGKILL to this process),
//	        stop (SIGSTOP), delay:DURATION
//	WHEN    N the N-th hit since the plan was read, N+ that and all later ones, %N every N-th,
//	        pF with probability F (by SLIPHER_FAULTS_SEED); none: every hit
//
// SLIPHER_FAULTS is read once, at the start. SLIPHER_FAULTS_FILE names a file that is looked at every few
// milliseconds; its content replaces the plan, no file is an empty plan. What was read, and which points were
// passed how often since, is written beside it as FILE.seen, so that a harness knows when its plan is in force.
//
// Invariants: while neither variable is set and no test has armed anything a point costs one atomic load. A point is
// placed where a crash or an error matters: before and after a step, never in a loop over rows. Names
// are area.what, lower case.
//
// Start reading at Point.
package fault
