load helper

setup() {
	pennypost
	asked=$BATS_TEST_TMPDIR/asked
	transport
}

# transport [PATTERN=ACTION]...: all mail goes to tests/transport.pl with these rules.
transport() { echo "* pipe:$top/tests/transport.pl $asked $*" >"$PENNYPOST/routes"; }

# add [queue-add arguments]: a letter in the queue; prints its id.
add() { printf 'Subject: hello\n\nworld\n' | queue-add -f alice@here.example "$@"; }

@test "what is due is delivered and leaves the queue" {
	id=$(add bob@example.com carol@example.net)
	run -0 --separate-stderr queue-run
	[ "$(grep -c "^$id " "$asked")" = 2 ]
	[ -z "$(queued)" ]
	grep -Eq "^id=$id to=<bob@example.com> sender=<alice@here.example> relay=mx.test status=delivered code=250 reply=\"250 2.1.5 taken\" delay=[0-9]+$" <<<"$stderr"
}

@test "what was deferred waits, with a line in its log, and is not tried before its time" {
	transport carol=451_4.3.0_later
	id=$(add bob@example.com carol@example.com)
	queue-run
	file=$(queued)
	grep -q '^+  bob@example.com$' "$file"
	grep -q '^-  carol@example.com$' "$file"
	[ "$(cut -f 2- "$file.log")" = "carol@example.com	mx.test	451 4.3.0 later" ]
	wait=$(($(stat -c %Y "$file") - $(date +%s)))
	[ "$wait" -gt 260 ] && [ "$wait" -le 330 ]
	queue-run
	[ "$(grep -c . "$file.log")" = 1 ]
}

@test "-a tries what is not due too" {
	transport 'carol=451_4.3.0_later'
	add carol@example.com
	queue-run
	transport
	queue-run -a
	[ -z "$(queued)" ]
	run -64 queue-run -a -d
}
