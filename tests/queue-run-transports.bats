# What transports do, good and bad, and what queue-run makes of it.
load helper
load queue-run.bash

setup() {
	pennypost
	transport
}

# script NAME COMMAND...: all mail goes to this shell script.
script() {
	printf '#!/bin/bash\n%s\n' "$2" >"$BATS_TEST_TMPDIR/$1"
	chmod +x "$BATS_TEST_TMPDIR/$1"
	echo "* pipe:$BATS_TEST_TMPDIR/$1" >"$PENNYPOST/routes"
}

@test "delivered, deferred and failed in one letter" {
	transport 'bob=550_5.1.1_unknown' 'carol=451_4.3.0_later'
	id=$(add bob@example.com carol@example.com dave@example.com)
	queue-run
	grep -o '^[-+!*]  .*' "$(file_of "$id")" >"$BATS_TEST_TMPDIR/states"
	diff - "$BATS_TEST_TMPDIR/states" <<-END
		*  bob@example.com
		-  carol@example.com
		+  dave@example.com
	END
	[ "$(asked_for alice)" = 1 ]
}

@test "results may come in any order, and twice for a recipient that stands twice" {
	script backwards 'tac | while IFS=$'"'\t'"' read -r id x; do
		tr "\t" "\n" <<<"$x" | tail -n +5 | tac | sed "s/.*/$id\t&\t250\t2.0.0\tok/"; done'
	echo x | queue-add -f a@example.org -o ret=full b@example.com c@example.com b@example.com
	echo x | queue-add -f a@example.org -o ret=full d@example.com
	run -0 --separate-stderr queue-run
	[ "$(grep -c status=delivered <<<"$stderr")" = 4 ]
	[ -z "$(queued)" ]
}

@test "a letter that kills its transport waits, and the others arrive" {
	transport killer=die
	id=$(add killer@example.com)
	for n in {1..20}; do add "user$n@example.com"; done
	queue-run
	[ "$(queued)" = "$(file_of "$id")" ]
	grep -q 'was ended by signal 9$' "$(file_of "$id").log"
	for n in {1..20}; do grep -q " user$n@" "$asked"; done
	[ "$(asked_for killer)" -le 3 ]
}

@test "a transport that ends after each letter is started for each" {
	script one 'read -r job; id=${job%%$'"'\t'"'*}; printf "$id\t${job##*$'"'\t'"'}\t250\t2.0.0\tok\n"'
	for n in {1..30}; do add "user$n@example.com"; done
	queue-run
	[ -z "$(queued)" ]
}

@test "a transport that is not there defers its letters, and is not started for each" {
	echo "* pipe:/nonexistent/transport" >"$PENNYPOST/routes"
	for n in {1..40}; do add "user$n@example.com"; done
	run -0 --separate-stderr queue-run
	[ "$(grep -c 'note=".*/nonexistent/transport: No such file' <<<"$stderr")" -le 10 ]
	[ "$(grep -c 'status=deferred .*ended with status 69' <<<"$stderr")" = 40 ]
	[ "$(queued | wc -l)" = 40 ]
}

@test "a transport that speaks nonsense is ended, its letters wait, those of others do not" {
	transport bob=garbage
	echo "good.example pipe:$top/tests/transport.pl $asked none=x" >>"$PENNYPOST/routes"
	id=$(add bob@example.com)
	add carol@good.example
	run -0 --separate-stderr queue-run
	grep -q 'status=error reason="not a result line" line="what?"' <<<"$stderr"
	[ "$(queued)" = "$(file_of "$id")" ]
	grep -q 'did not speak pennypost-transport(5)' "$(file_of "$id").log"
}

@test "endless output without a line end is nonsense too" {
	script endless 'exec yes | tr -d "\n"'
	id=$(add bob@example.com)
	run -0 queue-run
	grep -q 'did not speak' "$(file_of "$id").log"
}

@test "results that nobody asked for change nothing" {
	script liar 'while IFS=$'"'\t'"' read -r id path offset rest; do
		printf "0000000000000000\tbob@example.com\t550\t5.1.1\tno\n$id\teve@example.com\t550\t5.1.1\tno\n$id\tbob@example.com\t250\t2.0.0\tok\n$id\tbob@example.com\t550\t5.1.1\tno\n"; done'
	add bob@example.com
	run -0 --separate-stderr queue-run
	[ "$(grep -c 'nobody asked for' <<<"$stderr")" = 3 ]
	[ "$(grep -c status=delivered <<<"$stderr")" = 1 ]
	[ -z "$(queued)" ]
}

@test "what a transport leaves unanswered waits" {
	transport bob=forget
	id=$(add bob@example.com carol@example.com)
	queue-run
	grep -q '^-  bob' "$(file_of "$id")"
	grep -q '^+  carol' "$(file_of "$id")"
	grep -q 'ended with status 0 and gave no answer' "$(file_of "$id").log"
}

@test "a transport that closes its input is waited for" {
	script deaf 'read -r job; exec <&-; sleep .2; id=${job%%$'"'\t'"'*}; printf "$id\t${job##*$'"'\t'"'}\t250\t2.0.0\tok\n"'
	for n in {1..3}; do add "user$n@example.com"; done
	queue-run
	[ -z "$(queued)" ]
}

@test "more jobs than a pipe holds go to a transport that reads late" {
	script late 'sleep .3; exec "'"$top"'/tests/transport.pl" "'"$asked"'"'
	echo 'per-destination 1' >>"$PENNYPOST/conf"
	seq -f 'a-recipient-with-a-rather-long-name-%.0f@example.com' 3000 >"$BATS_TEST_TMPDIR/rcpts"
	add -e 3 3<"$BATS_TEST_TMPDIR/rcpts"
	queue-run
	[ "$(asked_for a-rec)" = 3000 ]
	[ -z "$(queued)" ]
}

@test "what a transport says on standard error stands in our log, line by line" {
	script loud 'echo "first thing" >&2; printf "second\001thing" >&2; cat >/dev/null'
	add bob@example.com
	run -0 --separate-stderr queue-run
	grep -q 'relay=pipe:.*/loud note="first thing"$' <<<"$stderr"
	grep -q 'note="second?thing"$' <<<"$stderr"
}

@test "a transport gets default signals, no descriptors of ours, and PENNYPOST" {
	script look 'grep Sig /proc/self/status >"$PENNYPOST/signals"; ls /proc/$$/fd >"$PENNYPOST/fds"; cat >/dev/null'
	add bob@example.com
	(cd "$PENNYPOST/.." && PENNYPOST=pennypost queue-run)
	grep -Eq '^SigBlk:\s0+$' "$PENNYPOST/signals"
	[ "$(paste -sd' ' "$PENNYPOST/fds")" = "0 1 2 255" ]
}

@test "a silent transport holds up only its own destination" {
	transport bob=silence
	echo "good.example pipe:$top/tests/transport.pl $asked none=x" >>"$PENNYPOST/routes"
	add bob@example.com
	id=$(add carol@good.example)
	queue-run &
	until_true 5 test ! -e "$(file_of "$id")"
	while kill $!; do sleep .05; done 2>/dev/null   # the first lets it finish, the second does not
	wait $!
}

@test "a transport that is silent for more than an hour is ended, and its letter waits" {
	cat >"$BATS_TEST_TMPDIR/later.c" <<-END
		#define _GNU_SOURCE
		#include <dlfcn.h>
		#include <time.h>
		#include <unistd.h>
		int clock_gettime(clockid_t id, struct timespec *t)
		{
			int (*real)(clockid_t, struct timespec *) = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
			int status = real(id, t);
			if (id == CLOCK_MONOTONIC && access("$BATS_TEST_TMPDIR/later", F_OK) == 0)
				t->tv_sec += 3700;
			return status;
		}
	END
	cc -shared -fPIC -o "$BATS_TEST_TMPDIR/later.so" "$BATS_TEST_TMPDIR/later.c" -ldl
	transport bob=silence
	id=$(add bob@example.com)
	ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD=$BATS_TEST_TMPDIR/later.so queue-run &
	until_true 5 grep -q bob "$asked"
	[ -z "$(jobs -p | xargs -r ps -o stat= -p | grep Z)" ]
	touch "$BATS_TEST_TMPDIR/later"
	wait $!
	grep -q 'was silent for too long$' "$(file_of "$id").log"
}

@test "per-destination and -c bound the transports that run at once" {
	transport 'user=sleep:.02'
	echo 'per-destination 3' >>"$PENNYPOST/conf"
	letters 60
	queue-run
	[ "$(grep -c ^start "$asked")" = 3 ]
	rm "$asked"
	letters 60
	queue-run -c 1
	awk '/^start/ { n++ } /^stop/ { n-- } n > 1 { print; exit 1 }' "$asked"
}

@test "with one slot, every destination has its turn" {
	for n in {1..4}; do echo "d$n.example pipe:$top/tests/transport.pl $asked none$n=x"; done >"$PENNYPOST/routes"
	for n in {1..4}; do add "bob@d$n.example" "carol@d$n.example"; done
	queue-run -c 1
	[ "$(grep -c ^start "$asked")" = 4 ]
	[ -z "$(queued)" ]
}

@test "a destination with many letters does not keep another from its turn" {
	printf 'example.com pipe:%s %s.slow user=sleep:.05\nquick.example pipe:%s %s\n' "$top/tests/transport.pl" "$asked" \
		"$top/tests/transport.pl" "$asked" >"$PENNYPOST/routes"
	letters 300
	id=$(add bob@quick.example)
	queue-run -c 2 &
	until_true 5 test ! -e "$(file_of "$id")"
	[ "$(queued | wc -l)" -gt 100 ]
	kill $!
	wait $!
}

@test "a dead destination costs one attempt, in this pass and in the next ones" {
	transport 'user=450_4.4.1_connection_timed_out'
	echo "good.example pipe:$top/tests/transport.pl $asked none=x" >>"$PENNYPOST/routes"
	echo 'per-destination 1' >>"$PENNYPOST/conf"
	letters 40
	add bob@good.example
	queue-run
	[ "$(asked_for user)" -le 10 ]
	[ "$(asked_for bob)" = 1 ]
	[ "$(queued | wc -l)" = 40 ]
	[ "$(cat "$PENNYPOST"/queue/?/*.log | grep -c '450 4.4.1 connection timed out')" = 40 ]
	asked_before=$(asked_for user)
	make_due
	queue-run
	[ "$(asked_for user)" = "$asked_before" ]
	[ "$(ls "$PENNYPOST/queue/down" | wc -l)" = 1 ]
	for file in $(queued); do [ "$(stat -c %Y "$file")" -gt $(($(date +%s) + 200)) ]; done
}

@test "-i tries a dead destination, and its first success forgets that it was dead" {
	transport 'user=450_4.4.1_connection_timed_out'
	id=$(add user1@example.com)
	add user2@example.com
	queue-run
	transport
	queue-run -i "$id"
	[ -z "$(ls "$PENNYPOST/queue/down")" ]
	make_due
	queue-run
	[ -z "$(queued)" ]
}

@test "a destination that stays dead is asked more and more seldom" {
	transport 'user=450_4.4.1_connection_timed_out'
	add user1@example.com
	for seconds in 300 600 1200; do
		make_due
		queue-run
		[ "$(cut -f 2 "$PENNYPOST"/queue/down/*)" = $seconds ]
		sed -i 's/^[^\t]*/2020-01-01T00:00:00Z/' "$PENNYPOST"/queue/down/*
	done
	[ "$(asked_for user1)" = 3 ]
}

@test "garbage in queue/down is no reason to wait" {
	transport 'user=450_4.4.1_connection_timed_out'
	add user1@example.com
	queue-run
	head -c 3000 /dev/urandom >"$(ls "$PENNYPOST"/queue/down/*)"
	transport
	make_due
	queue-run
	[ -z "$(queued)" ]
}

@test "one letter with many domains asks each destination once" {
	echo "* pipe:$top/tests/transport.pl $asked" >"$PENNYPOST/routes"
	seq -f 'user@d%.0f.example' 3000 >"$BATS_TEST_TMPDIR/rcpts"
	add -e 3 3<"$BATS_TEST_TMPDIR/rcpts"
	queue-run
	[ "$(asked_for user)" = 3000 ]
	[ -z "$(queued)" ]
}

@test "as root, transports run as the user whom the queue belongs to" {
	[ "$(id -u)" = 0 ] || skip "needs root"
	echo '* pipe:/usr/bin/id -un' >"$PENNYPOST/routes"
	add bob@example.com
	chown -R nobody "$PENNYPOST/queue"
	run -0 --separate-stderr queue-run
	grep -q 'not a result line" line="nobody"' <<<"$stderr"
}
