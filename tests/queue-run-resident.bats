# queue-run -d: what it notices, how soon, and how it ends.
load helper
load queue-run.bash

setup() {
	pennypost
	transport
}

teardown() {
	[ -z "$runner" ] || kill -9 "$runner" || true
	wait
} 2>/dev/null

# resident: one in the background, $runner; its log is $log.
resident() {
	log=$BATS_TEST_TMPDIR/log
	queue-run -d 2>>"$log" &
	runner=$!
	until_true 5 held
}

held() { [ -e "$PENNYPOST/queue/resident" ] && ! flock -n -s "$PENNYPOST/queue/resident" true; }

delivered() { [ "$(grep -c status=delivered "$log")" = "$1" ]; }

# ends STATUS: what the runner does now.
ends() {
	local status=0
	wait "$runner" || status=$?
	runner=
	[ $status = "$1" ]
}

@test "what waited and what arrives is delivered, and it stays" {
	add bob@example.com
	resident
	until_true 5 delivered 1
	add carol@example.com
	until_true 4 delivered 2
	kill "$runner"
	ends 0
	[ -z "$(queued)" ]
}

# calls ID: the system calls of the runner from its first look at a letter to its job line.
calls() { awk -v id="$1" 'index($0, id) { on = 1 } on; on && index($0, "\"" id) && /^write\(/ { exit }' "$BATS_TEST_TMPDIR/trace"; }

# It takes 10 ms at most (the bench has the figure), for it takes so few calls, and none that looks at other letters.
@test "an arrival is handed to its transport at once, though thousands wait" {
	first=$(add bob@example.com)
	mkdir -p "$PENNYPOST"/queue/{0..9}
	perl -e 'for my $s (0..9) { for (1..1000) { my $id = sprintf "0000000%08d%d", $_, $s; link $ARGV[0], "$ARGV[1]/queue/$s/$id" } }' "$(file_of "$first")" "$PENNYPOST"
	touch -d '1 day' "$(file_of "$first")"
	resident
	strace -o "$BATS_TEST_TMPDIR/trace" -s 20 -p "$runner" &
	until_true 9 grep -qs ppoll "$BATS_TEST_TMPDIR/trace"
	for n in {1..5}; do
		id=$(add "user$n@example.com")
		until_true 9 delivered "$n"
		until_true 9 grep -q "^unlink.*$id\"" "$BATS_TEST_TMPDIR/trace"
		[ "$(calls "$id" | wc -l)" -gt 5 ]
		[ "$(calls "$id" | wc -l)" -lt 60 ]
		run ! grep -q getdents <(calls "$id")
	done
	kill %strace
}

@test "a letter is tried again when its time comes" {
	printf 'retry-first 1s\nretry-most 1s\n' >>"$PENNYPOST/conf"
	transport carol=451_4.3.0_later
	resident
	add carol@example.com
	until_true 6 sh -c "[ \$(grep -c ' carol' '$asked') -ge 3 ]"
}

@test "touch makes a letter due at once" {
	id=$(add bob@example.com)
	touch -d '1 hour' "$(file_of "$id")"
	resident
	sleep .1
	[ -e "$(file_of "$id")" ]
	touch "$(file_of "$id")"
	until_true 4 delivered 1
}

@test "HUP tries all, due or not, dead destination or not" {
	transport 'user=450_4.4.1_no_answer'
	id=$(add user1@example.com)
	touch -d '1 hour' "$(file_of "$(add user2@example.com)")"
	resident
	until_true 4 grep -q status=down "$log"
	transport
	until_true 5 grep -q ^stop "$asked"     # it knows only the rules it began with
	kill -HUP "$runner"
	until_true 5 delivered 2
	[ -z "$(ls "$PENNYPOST/queue/down")" ]
}

@test "a bounce goes out at once" {
	transport bob=550_5.1.1_unknown
	resident
	add bob@example.com
	until_true 4 delivered 1
	[ "$(asked_for alice)" = 1 ]
	[ -z "$(queued)" ]
}

@test "TERM finishes what is in flight, takes no more, and ends" {
	transport 'slow=sleep:.5'
	echo 'per-destination 1' >>"$PENNYPOST/conf"
	add slow@example.com
	resident
	until_true 4 grep -q ' slow' "$asked"
	kill "$runner"
	until_true 4 sh -c "! kill -0 $runner" || ! held
	id=$(add late@example.com)
	ends 0
	delivered 1
	[ "$(queued)" = "$(file_of "$id")" ]
}

@test "a letter that was not begun at TERM is left as it was" {
	transport 'slow=sleep:.05'
	echo 'per-destination 1' >>"$PENNYPOST/conf"
	for n in {1..60}; do add "slow$n@example.com"; done >/dev/null
	resident
	until_true 4 grep -q ' slow' "$asked"
	kill "$runner"
	ends 0
	[ "$(queued | wc -l)" -gt 10 ]
	[ -z "$(find "$PENNYPOST/queue" -name '*.log')" ]
	[ -z "$(find "$PENNYPOST"/queue/? -type f -newermt now)" ]
	[ $(($(queued | wc -l) + $(grep -c status=delivered "$log"))) = 60 ]
}

@test "injectors see that it is there, and that it is gone" {
	resident
	run ! flock -n -s "$PENNYPOST/queue/resident" true
	kill "$runner"
	ends 0
	flock -n -s "$PENNYPOST/queue/resident" true
}

@test "a second one on the same queue works too, and takes the lock when the first goes" {
	resident
	first=$runner
	resident
	second=$runner
	add bob@example.com
	until_true 4 delivered 1
	kill "$first"
	wait "$first"
	until_true 10 held
	runner=$second
}

@test "a worker is kept for what comes next, and let go when nothing does" {
	resident
	for n in 1 2 3; do
		add "user$n@example.com"
		until_true 4 delivered $n
	done
	[ "$(grep -c ^start "$asked")" = 1 ]
	until_true 5 grep -q ^stop "$asked"
}

@test "a queue folder that another host writes is looked through again" {
	resident
	id=$(add bob@example.com)
	until_true 4 delivered 1
	strace -f -o "$BATS_TEST_TMPDIR/trace" -e trace=getdents64 -p "$runner" &
	until_true 5 grep -q 'getdents64.* 2 entries' "$BATS_TEST_TMPDIR/trace"
	kill $!
}

@test "it does nothing while nothing happens" {
	resident
	sleep .5
	before=$(awk '{ print $14 + $15 }' "/proc/$runner/stat")
	sleep 2
	[ $(($(awk '{ print $14 + $15 }' "/proc/$runner/stat") - before)) -le 2 ]
}

@test "it ends when its queue folder is removed" {
	resident
	until_true 5 rm -r "$PENNYPOST/queue" # it may be making a file in it
	ends 66
}
