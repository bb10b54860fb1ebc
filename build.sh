#!/bin/sh
# Builds Slipher. Usage:
#   ./build.sh            bin/slipher
#   ./build.sh demo       bin/slipher, then a tour on a temporary data directory
#   ./build.sh test       everything that must pass before a change is taken
#   ./build.sh test-long [--shared DIR] [PACKAGE ...]
#                         more configurations, rounds, questions and the large data sets as
#                         well, these from DIR (or SLIPHER_SHARED; default ../shared): all
#                         tests, or those of the packages. SLIPHER_TEST_LONG=whole leaves
#                         nothing out, which takes a night
# Packages that are missing are installed with apt-get, if it is there.
set -eu
cd "$(dirname "$0")"

# Go code compiles an eighth sooner without tables for debuggers; profiles and stack traces
# do not need them. Most of the C code is the SQL parser's (kernels name a level of their
# own): at -O2 it takes 45 s to compile and 0.14 ms for a query, at -O0 16 s and 0.33 ms.
GOFLAGS="${GOFLAGS:-} -gcflags=all=-dwarf=false"
CGO_CFLAGS=${CGO_CFLAGS:--O2}
export GOFLAGS CGO_CFLAGS

# Compilers live for seconds: they are a fifth sooner if they collect garbage rarely.
# plain is for what is none.
export GOGC="${GOGC-400}"
plain="env -u GOGC"

# need FILE-OR-COMMAND PACKAGE: remembers packages to install.
packages=""
need() {
	if [ -e "$1" ] || command -v "$1" >/dev/null 2>&1; then
		return
	fi
	packages="$packages $2"
}

install_packages() {
	[ -n "$packages" ] || return 0
	if ! command -v apt-get >/dev/null 2>&1; then
		echo "build.sh: please install:$packages" >&2
		exit 1
	fi
	as=""
	if [ "$(id -u)" != 0 ]; then
		as=sudo
	fi
	echo "build.sh: installing$packages" >&2
	DEBIAN_FRONTEND=noninteractive $as apt-get update -qq
	# shellcheck disable=SC2086  # a list of words
	DEBIAN_FRONTEND=noninteractive $as apt-get install -y -qq --no-install-recommends $packages
}

llvm() {
	for dir in /usr/lib/*-linux-gnu /usr/lib/llvm-19/lib /usr/lib64 /usr/lib; do
		if [ -e "$dir/libLLVM.so.19.1" ] || [ -e "$dir/libLLVM-19.so" ]; then
			return 0
		fi
	done
	return 1
}

binary=bin/slipher

# build [LEVELS]: $binary, with the primitives of these CPU levels (default: all).
build() {
	need gcc gcc
	need /usr/include/stdlib.h libc6-dev
	install_packages
	# Two cores have something to do all the time: libLLVM is installed while the compiler of
	# the primitives is built; that makes them, from the emitters, while the C files of the SQL
	# parser are compiled, one after the other, and all else that does not embed them. Two
	# go commands at the same packages would do the same work twice.
	packages=""
	llvm || packages=libllvm19
	install_packages &
	installing=$!
	mkdir -p bin
	go build -o bin/primgen ./codegen/primgen
	wait $installing
	go list -deps -f '{{if not .Standard}}{{.ImportPath}} {{join .Deps " "}} {{end}}' ./cmd/slipher |
		grep -v 'slipher/runtime/prim ' | cut -d' ' -f1 | xargs go build &
	building=$!
	$plain bin/primgen -levels "${1:-}"
	wait $building
	go build -o "$binary" ./cmd/slipher
}

# fetch downloads and builds all that tests need, before any of them starts.
fetch() {
	go list -deps -test ./... >/dev/null
	go tool staticcheck -version >/dev/null
}

# prepare installs and builds what tests need.
prepare() {
	CGO_CFLAGS=-O1
	need psql postgresql-client
	need /usr/lib/postgresql postgresql
	need npm npm # for viewers of plans: tests/explain
	GOFLAGS="$GOFLAGS -tags=invariants" # memory outside the Go heap is accessed within its bounds: runtime/offheap
	binary=bin/slipher-checked
	build host # what this machine runs
	fetch
	SLIPHER_TEST_BINARY=$PWD/$binary # tests that start processes start this one
	export SLIPHER_TEST_BINARY
}

tests() {
	prepare
	go vet -unsafeptr=false ./... # memory outside the Go heap has addresses of its own
	# The race detector where Go code is concurrent. C files are compiled anew for it.
	raced="./catalog/replica ./leader/pgwire ./leader/relay ./leader/session ./leader/txn ./leader/schedule
		./leader/cluster ./leader/keep ./node/..."
	much='^(TestWriteRead|TestScanDeleted|TestRandom)$' # much data, slow under the detector
	# shellcheck disable=SC2086  # lists of packages
	CGO_CFLAGS=-O0 go test -exec "$plain" -race -vet=off -p 3 -timeout 20m -skip "$much" $raced
	CGO_CFLAGS=-O0 go test -exec "$plain" -race -vet=off -timeout 20m -run Leader ./leader
	go test -exec "$plain" -vet=off -run "$much" ./node/load ./node/worker ./leader/keep
	# Three packages at a time on two cores: some wait for clocks and processes. The longest begin.
	# shellcheck disable=SC2046,SC2086
	go test -exec "$plain" -vet=off -p 3 -timeout 20m "$@" ./tests/sql ./tests/faults ./tests/segment \
		$(go list ./... | grep -vxF "$(go list $raced)")
}

case "${1:-build}" in
build) build ;;
demo)
	CGO_CFLAGS=-O0
	build host
	echo "build.sh: bin/slipher was built in a hurry and for this machine's CPU; ./build.sh makes the one to keep" >&2
	shift
	exec $plain bin/slipher demo "$@"
	;;
test) tests ;;
test-long)
	shift
	if [ "${1:-}" = --shared ]; then
		SLIPHER_SHARED=$(cd "$2" && pwd)
		export SLIPHER_SHARED
		shift 2
	fi
	SLIPHER_TEST_LONG=${SLIPHER_TEST_LONG:-1}
	export SLIPHER_TEST_LONG
	if [ $# = 0 ]; then
		tests -count=1 -timeout 4h
	else
		prepare
		go test -exec "$plain" -vet=off -p 3 -count=1 -timeout 4h "$@"
	fi
	;;
*)
	sed -n '2,11s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac
