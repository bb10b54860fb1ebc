package llvm

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"slipher/codegen/target"
)

// Options of a Pool. The zero value is good.
type Options struct {
	Library string   // path, "off", or empty: SLIPHER_LLVM, then the usual places
	Args    []string // of the worker's command line; nil: WorkerCommand

	MaxJobs   int           // a worker is replaced after so many jobs; 0: 2000
	MaxBytes  int64         // of writable memory that a worker may have; 0: 4 GB
	MaxGrowth int64         // or when its resident set has grown by so many bytes; 0: 256 MB
	Timeout   time.Duration // of one job, then its worker is killed; 0: a minute
}

// cancelGrace is how long a worker may go on with a job nobody waits for any
// more: most end within it, and a new worker costs 30 ms.
const cancelGrace = 100 * time.Millisecond

// Pool is a number of resident compile workers. Safe for concurrent use.
type Pool struct {
	self    string
	options Options
	none    error // why nothing can be compiled: ErrNoLLVM

	mu      sync.Mutex
	changed *sync.Cond         // on mu: queue, closed
	queue   queue              // guarded by mu
	seq     int                // guarded by mu: jobs so far
	idle    int                // guarded by mu: slots waiting for a job
	slots   int                // guarded by mu: slots started
	max     int                // slots at most
	live    map[*process]bool  // guarded by mu: running workers
	closed  bool               // guarded by mu
	running sync.WaitGroup     // slots
	context context.Context    // ends with Close
	stop    context.CancelFunc // ends context
}

// NewPool is a pool of up to n workers, processes of the binary self. None is
// started before the first job.
func NewPool(n int, self string, o Options) *Pool {
	if o.Args == nil {
		o.Args = []string{WorkerCommand}
	}
	if o.MaxJobs == 0 {
		o.MaxJobs = 2000
	}
	if o.MaxGrowth == 0 {
		o.MaxGrowth = 256 << 20
	}
	if o.Timeout == 0 {
		o.Timeout = time.Minute
	}
	p := &Pool{self: self, options: o, max: max(n, 1), live: map[*process]bool{}}
	p.changed = sync.NewCond(&p.mu)
	p.context, p.stop = context.WithCancel(context.Background())
	p.options.Library, p.none = FindLibrary(o.Library)
	return p
}

// Available says whether jobs can be compiled: nil, or ErrNoLLVM with the reason.
func (p *Pool) Available() error { return p.none }

// task is a job in the queue.
type task struct {
	ctx      context.Context
	request  *request
	priority int
	seq      int
	done     chan outcome // of capacity 1: a slot never waits for the caller
}

type outcome struct {
	reply    *reply
	attempts int
	err      error
}

// Compile compiles one module. It waits for a free worker and for the result;
// when ctx ends it returns at once.
// Errors: ErrNoLLVM, *CompileError, ErrWorkerDied, ErrSlow, ErrClosed, ctx's.
func (p *Pool) Compile(ctx context.Context, j Job) (Result, error) {
	if j.Passes == "" {
		j.Passes = Short
	}
	start := time.Now()
	out := p.do(ctx, j.Priority, &request{IR: j.IR, Triple: j.CPU.Triple, CPU: j.CPU.CPU, Features: j.CPU.Features,
		Passes: string(j.Passes), WantOpt: j.WantOptIR, WantAsm: j.WantAsm, Verify: j.Verify})
	if out.err != nil {
		return Result{}, out.err
	}
	r := out.reply
	res := Result{Object: r.Object, OptIR: r.OptIR, Asm: r.Asm, Parse: time.Duration(r.ParseNs),
		Passes: time.Duration(r.PassesNs), Emit: time.Duration(r.EmitNs), Attempts: out.attempts}
	res.Wait = max(time.Since(start)-res.Total(), 0)
	return res, nil
}

// Warm starts all workers and has each compile a module like those of queries, so
// that the first query does not wait for the library to be mapped and paged in. For
// the background of a server's start; jobs that come in between go first.
func (p *Pool) Warm(ctx context.Context, t target.Target) error {
	errs := make([]error, p.max)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			for _, passes := range []Passes{Short, O2} {
				if _, err := p.Compile(ctx, Job{IR: warmModule(t), CPU: t, Passes: passes, Priority: -1}); err != nil {
					errs[i] = err
					return
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// Disassemble lists an object that is there already (a cached artifact's).
// Block names are lost in objects: labels are numbered.
func (p *Pool) Disassemble(ctx context.Context, object []byte, t target.Target) (string, error) {
	if len(object) == 0 {
		return "", &CompileError{"disassemble", "no object"}
	}
	out := p.do(ctx, 0, &request{Object: object, Triple: t.Triple, CPU: t.CPU, Features: t.Features})
	if out.err != nil {
		return "", out.err
	}
	return out.reply.Asm, nil
}

// do queues a request and waits for what becomes of it.
func (p *Pool) do(ctx context.Context, priority int, q *request) outcome {
	if p.none != nil {
		return outcome{err: p.none}
	}
	t := &task{ctx: ctx, request: q, priority: priority, done: make(chan outcome, 1)}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return outcome{err: ErrClosed}
	}
	p.seq++
	t.seq = p.seq
	heap.Push(&p.queue, t)
	if p.idle < len(p.queue) && p.slots < p.max {
		p.slots++
		p.running.Add(1)
		go p.slot()
	}
	p.mu.Unlock()
	p.changed.Signal()
	select {
	case out := <-t.done:
		if out.err == nil && out.reply.Err != "" {
			out.err = &CompileError{out.reply.Stage, out.reply.Err}
		}
		return out
	case <-ctx.Done():
		return outcome{err: ctx.Err()}
	}
}

// slot is a goroutine that owns at most one worker and serves the queue until Close.
func (p *Pool) slot() {
	defer p.running.Done()
	var w *process
	defer func() { p.drop(w) }()
	for {
		t := p.next()
		if t == nil {
			return
		}
		if t.ctx.Err() != nil {
			t.done <- outcome{err: t.ctx.Err()}
			continue
		}
		var out outcome
		for out.attempts = 1; ; out.attempts++ {
			w, out.reply, out.err = p.attempt(w, t)
			if out.err == nil || !errors.Is(out.err, ErrWorkerDied) || out.attempts == 2 || t.ctx.Err() != nil {
				break
			}
		}
		t.done <- out
		if w != nil && (w.jobs >= p.options.MaxJobs || out.reply != nil && out.reply.RSS-w.rss > p.options.MaxGrowth) {
			p.drop(w)
			w = nil
		}
	}
}

// next waits for a job; nil: the pool is closed.
func (p *Pool) next() *task {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle++
	for len(p.queue) == 0 && !p.closed {
		p.changed.Wait()
	}
	p.idle--
	if p.closed {
		return nil
	}
	return heap.Pop(&p.queue).(*task)
}

// attempt runs a job on worker w, starting one if w is nil. It returns the worker
// to go on with: nil if it died or had to be killed.
func (p *Pool) attempt(w *process, t *task) (*process, *reply, error) {
	if w == nil {
		var err error
		if w, err = start(p.self, p.options); err != nil {
			return nil, nil, err
		}
		p.mu.Lock()
		p.live[w] = true
		p.mu.Unlock()
	}
	// The guard kills the worker when the job must end; ask then fails.
	finished := make(chan struct{})
	guarded := make(chan error, 1)
	go func() { guarded <- p.guard(w, t, finished) }()
	r, err := w.ask(t.request)
	close(finished)
	reason := <-guarded
	if err == nil && reason == nil {
		return w, r, nil
	}
	p.drop(w)
	if err == nil {
		return nil, r, nil // killed just after it had answered
	}
	if reason != nil {
		return nil, nil, reason
	}
	return nil, nil, fmt.Errorf("%w: %w: %s", ErrWorkerDied, err, w.stderr)
}

// guard kills w if its job is cancelled, takes too long or the pool closes, and says which.
func (p *Pool) guard(w *process, t *task, finished <-chan struct{}) error {
	timeout := time.NewTimer(p.options.Timeout)
	defer timeout.Stop()
	var err error
	select {
	case <-finished:
		return nil
	case <-p.context.Done():
		err = ErrClosed
	case <-timeout.C:
		err = fmt.Errorf("%w: no answer within %v", ErrSlow, p.options.Timeout)
	case <-t.ctx.Done():
		grace := time.NewTimer(cancelGrace)
		defer grace.Stop()
		select {
		case <-finished:
			return nil
		case <-p.context.Done():
		case <-grace.C:
		}
		err = t.ctx.Err()
	}
	w.cmd.Process.Kill()
	return err
}

// drop ends a worker.
func (p *Pool) drop(w *process) {
	if w == nil {
		return
	}
	w.kill()
	p.mu.Lock()
	delete(p.live, w)
	p.mu.Unlock()
}

// PIDs are the process ids of the workers that run now, for views and tests.
func (p *Pool) PIDs() []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	var ids []int
	for w := range p.live {
		ids = append(ids, w.cmd.Process.Pid)
	}
	return ids
}

// Close kills the workers by id and fails waiting jobs with ErrClosed.
func (p *Pool) Close() {
	p.mu.Lock()
	p.closed = true
	waiting := p.queue
	p.queue = nil
	p.mu.Unlock()
	p.changed.Broadcast()
	p.stop()
	for _, t := range waiting {
		t.done <- outcome{err: ErrClosed}
	}
	p.running.Wait()
}

// queue is a heap of tasks, the most urgent first.
type queue []*task

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	if q[i].priority != q[j].priority {
		return q[i].priority > q[j].priority
	}
	return q[i].seq < q[j].seq
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(*task)) }
func (q *queue) Pop() any {
	last := len(*q) - 1
	t := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return t
}
