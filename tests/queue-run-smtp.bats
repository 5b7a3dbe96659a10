# queue-run with smtp-send: its processes go from destination to destination.
load helper
load queue-run.bash
load canned.bash

# smtp-send is a script that counts its starts, in a folder with a copy of queue-run.
setup() {
	pennypost
	cd "$BATS_TEST_TMPDIR" || return
	mkdir bin
	cp "$BUILD/bin/queue-run" bin
	printf '#!/bin/sh\necho start >>"%s"\nexec "%s" "$@"\n' "$PWD/starts" "$BUILD/bin/smtp-send" >bin/smtp-send
	chmod +x bin/smtp-send
	PATH=$PWD/bin:$PATH
}

teardown() {
	canned_stop
	[ -z "${runner:-}" ] || kill -9 "$runner" || true
	wait
} 2>/dev/null

# destination NAME ARG...: canned.pl for NAME.example.
destination() {
	canned "$@"
	echo "$1.example smtp:[127.0.0.1]:$port" >>"$PENNYPOST/routes"
}

in_background() {
	queue-run "$@" 2>log &
	runner=$!
}

@test "one process serves destinations one after the other, each over a connection of its own" {
	for n in 1 2 3 4; do
		destination d$n +PIPELINING
		add user@d$n.example
		add other@d$n.example
	done >/dev/null
	queue-run -c 1
	[ -z "$(queued)" ]
	[ "$(cat starts)" = start ]
	for n in 1 2 3 4; do
		[ "$(grep -c ^connection d$n/log)" = 1 ]
		[ "$(grep -c '^C: QUIT' d$n/log)" = 1 ]
	done
}

@test "a hung server holds up only its own destination" {
	destination hung connect=hang
	add user@hung.example >/dev/null
	for n in 1 2 3 4; do
		destination d$n
		add user@d$n.example
	done >/dev/null
	in_background -c 2
	until_true 5 sh -c '[ $(grep -c status=delivered log) = 4 ]'
	[ "$(wc -l <starts)" = 2 ]
}

@test "a destination with many letters has turns, and loses none of them" {
	destination slow dot=late
	echo "example.com smtp:[127.0.0.1]:$port" >>"$PENNYPOST/routes"
	destination quick
	letters 100
	id=$(add user@quick.example)
	in_background -c 1
	until_true 60 test ! -e "$(file_of "$id")"
	[ -n "$(queued)" ]
	wait "$runner"
	runner=
	[ -z "$(queued)" ]
	[ "$(cat starts)" = start ]
}

@test "a resident's smtp-send is kept for the next letter, not its connection" {
	destination one
	destination two
	in_background -d
	until_true 5 test -e "$PENNYPOST/queue/resident"
	add user@one.example
	until_true 5 grep -q 'one.*delivered' log
	until_true 5 grep -q 'C: QUIT' one/log
	sleep 1.5
	add user@two.example
	until_true 5 grep -q 'two.*delivered' log
	[ "$(cat starts)" = start ]
}

@test "a letter that asks for other TLS than the rest waits for none of them, and none for it" {
	destination plain
	strict=$(add -o tls=require user@plain.example)
	queue-run 2>log
	[ "$(grep -c 'status=down' log)" = 1 ]
	add other@plain.example
	queue-run
	[ "$(queued)" = "$(file_of "$strict")" ]
}
