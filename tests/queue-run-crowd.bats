# Many runners, killed runners, many recipients.
load helper
load queue-run.bash

setup() {
	pennypost
	transport
}

# No transport of a killed runner is left.
is_quiet() { ! pgrep -f "^/usr/bin/perl .*$asked" >/dev/null; }

@test "eight runners at once: each letter is delivered once" {
	letters 500
	for _ in {1..8}; do queue-run 2>/dev/null & done
	wait
	[ -z "$(queued)" ]
	[ "$(grep -c ' user' "$asked")" = 500 ]
	[ "$(grep ' user' "$asked" | sort -u | wc -l)" = 500 ]
}

@test "residents and passes side by side: each letter is delivered once" {
	letters 100
	for _ in 1 2; do queue-run -d 2>/dev/null & done
	for n in {101..200}; do add "user$n@example.com"; done >/dev/null
	for _ in {1..3}; do queue-run -a 2>/dev/null & passes+=($!); done
	wait "${passes[@]}"
	until_true 5 test -z "$(queued)"
	until_true 10 sh -c "[ \$(grep -c ' user' '$asked') -ge 200 ]"
	kill $(jobs -p)
	wait
	[ "$(grep ' user' "$asked" | sort -u | wc -l)" = 200 ]
	[ "$(grep -c ' user' "$asked")" = 200 ]
}

@test "runners killed at random lose no letter, and repeat only what was in flight" {
	transport 'user=sleep:.001'
	letters 400
	for _ in {1..6}; do
		queue-run 2>/dev/null &
		sleep .1
		kill -9 $! 2>/dev/null || true
		wait $! 2>/dev/null || true
	done
	queue-run 2>/dev/null
	until_true 5 is_quiet
	queue-run -a 2>/dev/null
	[ -z "$(queued)" ]
	[ "$(grep ' user' "$asked" | sort -u | wc -l)" = 400 ]
	[ "$(grep -c ' user' "$asked")" -lt 2000 ]
}

@test "a letter behind a long list waits for what is on its way, not for the list" {
	seq -f 'user%.0f@example.com' 5000 >"$BATS_TEST_TMPDIR/rcpts"
	transport 'user=sleep:.05'
	add -f list-=@here.example -o verp -e 3 3<"$BATS_TEST_TMPDIR/rcpts"
	queue-run -d 2>/dev/null &
	until_true 20 sh -c "[ \$(grep -c ' user' '$asked') -ge 300 ]"
	before=$(wc -l <"$asked")
	add single@example.com
	until_true 20 grep -q ' single@' "$asked"
	kill $!
	wait
	[ $(($(grep -n ' single@' "$asked" | cut -d: -f1) - before)) -lt 150 ]
}

@test "recipients marked before a kill are not asked again" {
	seq -f 'user%.0f@example.com' 1000 >"$BATS_TEST_TMPDIR/rcpts"
	transport 'user=sleep:.001'
	echo 'per-destination 1' >>"$PENNYPOST/conf"
	id=$(add -e 3 3<"$BATS_TEST_TMPDIR/rcpts")
	queue-run 2>/dev/null &
	until_true 5 grep -aq '^+  user300@' "$(file_of "$id")"
	kill -9 $!
	wait $! || true
	until_true 5 is_quiet
	marked=$(grep -c '^+' "$(file_of "$id")")
	rm "$asked"
	queue-run 2>/dev/null
	[ -z "$(queued)" ]
	[ "$(asked_for user)" = $((1000 - marked)) ]
}

@test "a letter with 200,000 recipients takes less than 24 MiB" {
	! sanitized queue-run || skip "sanitizers need memory of their own"
	seq -f 'user%.0f@example.com' 200000 >"$BATS_TEST_TMPDIR/rcpts"
	printf '#!/usr/bin/perl\nwhile (<STDIN>) { chomp; my ($id, @x) = split /\\t/; print map { "$id\\t$_\\t250\\t2.0.0\\tok\\n" } @x[4 .. $#x]; }\n' >"$BATS_TEST_TMPDIR/quick"
	chmod +x "$BATS_TEST_TMPDIR/quick"
	echo "* pipe:$BATS_TEST_TMPDIR/quick" >"$PENNYPOST/routes"
	echo x | queue-add -f a@example.org -o ret=hdrs -e 3 3<"$BATS_TEST_TMPDIR/rcpts"
	LC_ALL=C /usr/bin/time -f '%M' -o "$BATS_TEST_TMPDIR/kilobytes" queue-run 2>/dev/null
	cat "$BATS_TEST_TMPDIR/kilobytes"
	[ -z "$(queued)" ]
	[ "$(tail -n 1 "$BATS_TEST_TMPDIR/kilobytes")" -lt 24576 ]
}

@test "ten thousand domains in a letter are spread out bit by bit" {
	seq -f 'user@d%.0f.example' 10000 >"$BATS_TEST_TMPDIR/rcpts"
	printf '* error:4.3.2 not today\n' >"$PENNYPOST/routes"
	id=$(add -e 3 3<"$BATS_TEST_TMPDIR/rcpts")
	queue-run 2>/dev/null
	[ "$(wc -l <"$(file_of "$id").log")" = 10000 ]
}

@test "few descriptors are enough" {
	letters 300
	(ulimit -n 60 && queue-run -c 4 2>"$BATS_TEST_TMPDIR/log")
	[ -z "$(queued)" ]
	run ! grep -q 'status=error' "$BATS_TEST_TMPDIR/log"
}
