# The file formats of section 5, as their pages show them.
load helper

setup() { pennypost; }

@test "pennypost-queue(5): the example finds the letter" {
	printf 'Subject: other\n\n' | queue-add bob@example.com
	id=$(printf 'Subject: your invoice\n\n' | queue-add bob@example.com)
	[ "$(bash -c "$(example pennypost-queue.5 1)")" = "${id: -1}/$id" ]
}

@test "pennypost-queue(5): a copy put back is the letter again" {
	id=$(printf 'Subject: x\n\n' | queue-add bob@example.com)
	cp "$PENNYPOST/queue/${id: -1}/$id" "$BATS_TEST_TMPDIR/$id"
	rm "$PENNYPOST/queue/${id: -1}/$id"
	cp "$BATS_TEST_TMPDIR/$id" "$PENNYPOST/queue/${id: -1}/$id"
	[ "$(queue-list | cut -f1)" = "$id" ]
}

@test "pennypost-transport(5): the example is a transport" {
	example pennypost-transport.5 1 >"$BATS_TEST_TMPDIR/file-letters"
	printf 'Subject: x\n\nbody\n' >"$BATS_TEST_TMPDIR/message"
	mkdir "$BATS_TEST_TMPDIR/archive"
	run -0 env ARCHIVE="$BATS_TEST_TMPDIR/archive" bash "$BATS_TEST_TMPDIR/file-letters" \
		< <(printf 'one\t%s\t9\ta@b.example\t\tbob@archive.example notify=never\tcarol@archive.example\n' "$BATS_TEST_TMPDIR/message")
	[ "${lines[0]}" = $'one\tbob@archive.example\t250\t2.0.0\tfiled' ]
	[ "${lines[1]}" = $'one\tcarol@archive.example\t250\t2.0.0\tfiled' ]
	[ "$(cat "$BATS_TEST_TMPDIR/archive/one.eml")" = $'x\n\nbody' ]
}

@test "pennypost.conf(5) names every setting with its default, in order" {
	sed -n 's/^\tSETTING("\([a-z-]*\)", [A-Z]*, [a-z_]*, \(NULL\|"\(.*\)"\)),$/\1 \3/p' "$top/lib/conf.c" |
		sed 's/ *$//' >"$BATS_TEST_TMPDIR/table"
	sed -n 's/^\.It Cm //p' "$top/man/pennypost.conf.5" >"$BATS_TEST_TMPDIR/page"
	[ -s "$BATS_TEST_TMPDIR/table" ]
	sort "$BATS_TEST_TMPDIR/page" | diff - <(sort "$BATS_TEST_TMPDIR/table")
}

@test "pennypost.conf(5): the example is read" {
	example pennypost.conf.5 1 >>"$PENNYPOST/conf"
	queue-add bob@example.com </dev/null
}
