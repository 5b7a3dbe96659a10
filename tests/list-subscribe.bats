# list-subscribe and list-unsubscribe: the subscribers of a list, changed.
load helper

setup() {
	pennypost
	list-create news news@here.example olga@here.example
	list=$PENNYPOST/lists/news
	subscribers=$list/subscribers
}

@test "who is not there is added and printed, in the order of addresses; who is stays as he is" {
	[ "$(list-subscribe news carol@c.example alice@a.example)" = $'alice@a.example\ncarol@c.example' ]
	[ "$(list-subscribe news bob@b.example ALICE@a.example)" = bob@b.example ]
	[ "$(cat "$subscribers")" = $'alice@a.example\nbob@b.example\ncarol@c.example' ]
	[ "$(list-unsubscribe news Bob@B.Example nobody@b.example)" = bob@b.example ]
	[ "$(cat "$subscribers")" = $'alice@a.example\ncarol@c.example' ]
}

@test "a line each on standard input, with options, which replace older ones" {
	printf 'alice@a.example\tdigest\n\n# nobody\nbob@b.example\r\n' | list-subscribe news
	[ "$(cat "$subscribers")" = $'alice@a.example\tdigest\nbob@b.example' ]
	[ "$(list-subscribe news alice@a.example)" = '' ]
	[ "$(list-subscribe news $'alice@a.example\tnomail  since=2026-01-01')" = $'alice@a.example\tnomail since=2026-01-01' ]
	[ "$(head -n 1 "$subscribers")" = $'alice@a.example\tnomail since=2026-01-01' ]
}

@test "domains are in lower case and in ASCII, and each address is there once" {
	list-subscribe news 'Bob@BÜCHER.example' 'bob@xn--bcher-kva.Example' '"a b"@EXAMPLE.com' 'jörg@b.example'
	[ "$(cat "$subscribers")" = $'"a b"@example.com\nBob@xn--bcher-kva.example\njörg@b.example' ]
}

@test "a file that somebody wrote by hand is sorted, its doubles gone, its comments at the top" {
	printf '# people\nzoe@z.example\nbob@b.example\tdigest\n\n# more\nBOB@b.example\nalice@a.example' >"$subscribers"
	list-subscribe news mia@m.example
	[ "$(cat "$subscribers")" = $'# people\n# more\nalice@a.example\nbob@b.example\tdigest\nmia@m.example\nzoe@z.example' ]
}

@test "what is no address is named, 65, and the others are taken" {
	run -65 --separate-stderr list-subscribe news bob bob@b.example '@b.example' 'a b@b.example' $'x@b.example\tnomail\001' \
		'x@-.example' '|sh@b.example>' "$(printf 'a%.0s' {1..600})@b.example"
	[ "$output" = bob@b.example ]
	[ "$(grep -c ': not an address$' <<<"$stderr")" = 7 ]
	[ "$(cat "$subscribers")" = bob@b.example ]
	run -65 list-subscribe news < <(printf 'a@a.example\0x\nc@c.example\n')
	[ "$(cat "$subscribers")" = $'bob@b.example\nc@c.example' ]
}

@test "of a hundred at once none is lost" {
	list-subscribe news >/dev/null < <(seq -f 'old%.0f@a.example' 100)
	for n in {1..50}; do
		list-subscribe news "new$n@a.example" >/dev/null &
		list-unsubscribe news "old$n@a.example" >/dev/null &
	done
	wait
	[ "$(grep -c '^new' "$subscribers")" = 50 ]
	[ "$(grep -c '^old' "$subscribers")" = 50 ]
	[ "$(sort -f "$subscribers" | uniq | wc -l)" = 100 ]
	[ ! -e "$list/subscribers.new" ]
}

@test "the file keeps its mode; it is synced before it has its name, and its folder after" {
	chmod 640 "$subscribers"
	strace -f -o "$BATS_TEST_TMPDIR/trace" -e trace=fsync,rename,renameat,renameat2 "$BUILD/bin/list-subscribe" news a@a.example
	[ "$(stat -c %a "$subscribers")" = 640 ]
	grep -oE '(fsync|rename)' "$BATS_TEST_TMPDIR/trace" | paste -sd' ' | grep -x 'fsync rename fsync'
}

@test "where the new file cannot be written the old one stays, and nothing is printed" {
	list-subscribe news a@a.example
	mkdir "$list/subscribers.new"
	run --separate-stderr list-subscribe news b@b.example
	[ "$status" -ge 71 ] && [ "$status" -le 74 ]
	[ -z "$output" ]
	[ "$(cat "$subscribers")" = a@a.example ]
}

@test "no such list is 66, no list 64; without subscribers the file is made" {
	run -66 list-subscribe other a@a.example
	run -64 list-subscribe
	run -64 --separate-stderr list-unsubscribe
	[[ $stderr = 'usage: list-unsubscribe '* ]]
	rm "$subscribers"
	list-subscribe news a@a.example
	[ "$(cat "$subscribers")" = a@a.example ]
	[ "$(stat -c %a "$subscribers")" = 600 ]
}

@test "list-subscribe(1), Examples: every command does what is said" {
	list-subscribe news b@example.com c@Example.com d@example.org
	echo p@p.example >people
	run -0 bash -euo pipefail -c "$(example list-subscribe.1 1)"
	run -0 bash -euo pipefail -c "$(example list-subscribe.1 2)"
	[ "$(cat "$subscribers")" = $'alice@here.example\tdigest\nd@example.org\np@p.example' ]
	rm people
}
