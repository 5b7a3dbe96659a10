# shellcheck shell=bash disable=SC2154 # names shared with run and common.bash
# Bounces of several makes by one process; beside what it costs to open and read the files, and flufl.bounce, Mailman's.
bench_bounces() {
	on_tmpfs
	count=$(scaled 10000)
	row "$count bounces, one process"
	perl "$here/bounces.pl" "$count" "$work/bounces"
	measure 'bounce-parse' "$count" nothing bounces_ours
	measure 'cat' "$count" nothing bounces_cat
	/usr/bin/python3 -c 'import flufl.bounce' 2>/dev/null || skip 'flufl.bounce is not installed'
	measure 'flufl.bounce' "$count" nothing bounces_flufl
}
bounces_ours() { bounce-parse "$work/bounces" >"$work/out" && [ "$(wc -l <"$work/out")" = "$count" ]; }
bounces_cat() { find "$work/bounces" -type f -print0 | xargs -0 cat >/dev/null; }
bounces_flufl() { find "$work/bounces" -type f -print0 | xargs -0 -n 1000000 /usr/bin/python3 "$here/../bounced.py" >/dev/null; }
