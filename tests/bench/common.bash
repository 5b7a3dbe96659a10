# shellcheck shell=bash disable=SC2154,SC1091,SC2034 # names shared with run and common.bash
# What the rows of the benchmark share. Load peers.bash before. A row is a function bench_NAME; it runs in a subshell of
# its own, with a folder $work for it alone, and what it starts ends with it.
#
#	row TITLE                               the heading; the rates that follow are compared with its first, which is ours
#	measure LABEL COUNT PREPARE COMMAND     two functions: runs both $RUNS times, prints the median time of the second
#	figure LABEL COUNT SECONDS              prints what was measured otherwise
#	scaled COUNT                            that many, or the share $SCALE (per cent) of it
#	pennypost SETTING...                    a Pennypost in $work/pennypost, with these lines in its conf
#	on_tmpfs                                $work is in memory: creating files on a disk is slow, and erratic
#	fill QUEUE COUNT DUE [DOMAINS]          letters of 4 KB into a queue, due in so many seconds

RUNS=${RUNS:-5}
SCALE=${SCALE:-100}

row() {
	printf '\n%s\n' "$1"
	first=
}

scaled() { echo $(($1 * SCALE / 100 > 8 ? $1 * SCALE / 100 : 8)); }

figure() {
	local rate

	rate=$(awk -v count="$2" -v seconds="$3" 'BEGIN { printf "%.4f", count / seconds }')
	: "${first:=$rate}"
	awk -v label="$1" -v seconds="$3" -v rate="$rate" -v first="$first" 'BEGIN {
		printf "  %-36s %8.4f s %8.0f/s", label, seconds, rate
		if (rate == first) print ""; else printf "   ours is %6.2f x as fast\n", first / rate }'
}

seconds() { awk -v us="$1" 'BEGIN { printf "%.6f\n", us / 1e6 }'; }
median() { sort -n | sed -n "$(((RUNS + 1) / 2))p"; }

# Prints the microseconds of each run.
runs() {
	local prepare=$1 command=$2 run begun

	for ((run = 0; run < RUNS; run++)); do
		"$prepare" >>"$work/log" 2>&1 || return
		begun=${EPOCHREALTIME/[.,]/}
		"$command" >>"$work/log" 2>&1 || return
		echo $((${EPOCHREALTIME/[.,]/} - begun))
	done
}

measure() {
	local times

	if times=$(runs "$3" "$4"); then
		figure "$1" "$2" "$(seconds "$(median <<<"$times")")"
	else
		printf '  %-34s failed: %s\n' "$1" "$(tail -n 1 "$work/log")"
	fi
}

nothing() { :; }

pennypost() {
	export PENNYPOST=$work/pennypost
	mkdir -p "$PENNYPOST/queue"
	printf '%s\n' 'hostname here.example' 'log stderr' 'queue-reserve 0' 'deliver queue' "$@" >"$PENNYPOST/conf"
}

on_tmpfs() {
	rm -rf "$work"
	work=$(mktemp -d /dev/shm/pennypost.XXXXXX)
}

empty() { find "$1" -type f -delete; }

fill() {
	perl "$here/fill.pl" "$1" "$2" "$3" "${4:-1}" "$letter"
	sync -f "$1"
}

# The row's own end: what it started and its folder.
row_end() {
	peers_stop
	rm -rf "$work"
}

# What a peer needs and this machine has not: the figure is missing, and does not count as won.
skip() {
	printf '  cannot run here: %s\n' "$1"
	exit 0
}
