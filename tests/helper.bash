# What every test file loads: the programs under test and a Pennypost folder of their own.
bats_require_minimum_version 1.5.0

top=${BATS_TEST_DIRNAME%/*}
BUILD=${BUILD:-$top/build}
[[ $BUILD = /* ]] || BUILD=$top/$BUILD
PATH=$BUILD/bin:$PATH
unset PENNYPOST MAIL LOGNAME

# Bats notes where it is before each command, which costs more than most commands. Where one fails is known when it fails.
bats_debug_trap() { trap - DEBUG; }
bats_error_trap() {
	bats_check_status_from_trap
	bats_capture_stack_trace
	BATS_DEBUG_LAST_STACK_TRACE_IS_VALID=1
}

# pennypost [setting line]...: a folder with this conf, in $PENNYPOST; nothing is delivered unless asked.
pennypost() {
	export PENNYPOST=$BATS_TEST_TMPDIR/pennypost
	mkdir -p "$PENNYPOST"
	printf '%s\n' 'hostname here.example' 'log stderr' 'deliver queue' 'queue-reserve 0' \
		'mailboxes mailboxes' "$@" >"$PENNYPOST/conf"
}

# sanitized PROGRAM: whether it was built with sanitizers, which need memory of their own.
sanitized() { nm "$BUILD/bin/$1" 2>/dev/null | grep -q __asan; }

# shared_folder MODE: $shared, a folder that others than root can get to, for teardown to remove: bats keeps its own closed.
shared_folder() {
	shared=$(mktemp -d "${TMPDIR:-/tmp}/pennypost.XXXXXX")
	chmod "$1" "$shared"
}

# The files of the letters that wait in the queue.
queued() {
	local file

	for file in "$PENNYPOST"/queue/?/*; do
		[[ ! -f $file || -L $file || $file = *.log ]] || echo "$file"
	done
}

# The message in a queue file, without its envelope.
message_of() { sed '1,/^$/d' "$1"; }

# The commands of the EXAMPLES section of a manual page: example PAGE N prints the Nth display.
example() {
	awk -v want="$2" '/^\.Sh/ { on = $2 == "EXAMPLES" } on && /^\.Bd/ { n++; shown = 1; next }
		/^\.Ed/ { shown = 0 } on && shown && n == want' "$top/man/$1" | sed 's/\\e/\\/g'
}

# closed_pipe COMMAND...: runs it with a pipe as its standard output that nobody reads any more.
closed_pipe() {
	local status=0 gone

	exec {gone}> >(:)
	wait $!
	"$@" >&"$gone" || status=$?
	exec {gone}>&-
	return "$status"
}
