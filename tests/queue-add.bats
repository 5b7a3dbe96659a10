load helper

setup() { pennypost; }

@test "the message stands in the queue byte for byte, behind its envelope" {
	head -c 200000 /dev/urandom >"$BATS_TEST_TMPDIR/message"
	id=$(queue-add -f alice@here.example -o smtputf8 bob@example.com carol@example.com <"$BATS_TEST_TMPDIR/message")
	file=$PENNYPOST/queue/${id: -1}/$id
	head -n 6 "$file" | sed 's/^arrived .*Z$/arrived/' >"$BATS_TEST_TMPDIR/envelope"
	diff "$BATS_TEST_TMPDIR/envelope" - <<-END
		pennypost-queue 1
		arrived
		sender alice@here.example
		option smtputf8
		-  bob@example.com
		-  carol@example.com
	END
	tail -c 200001 "$file" | cmp - <(echo; cat "$BATS_TEST_TMPDIR/message")
}

@test "recipients come one a line on a descriptor, or NUL-ended with -0" {
	queue-add -e 3 3< <(printf 'a@example.com\nb@example.com') </dev/null
	queue-add -0 -e 3 3< <(printf 'c@example.com\0') d@example.com </dev/null
	[ "$(cat $(queued) | grep -ac '^-  [a-d]@example.com$')" = 4 ]
}

@test "a hundred thousand recipients on a descriptor are all there" {
	seq -f 'user%.0f@example.com' 100000 >"$BATS_TEST_TMPDIR/rcpts"
	queue-add -e 3 3<"$BATS_TEST_TMPDIR/rcpts" </dev/null
	sed -n 's/^-  //p' "$(queued)" | cmp - "$BATS_TEST_TMPDIR/rcpts"
}

@test "an address that cannot stand in an envelope is refused, and nothing is left" {
	for address in '-oQ/tmp@example.com' $'a\nb@example.com' $'a\rb@example.com' 'a b@example.com<x>' '' "$(printf 'a%.0s' {1..600})"; do
		run -65 queue-add -- "$address" </dev/null
	done
	run -65 queue-add -f 'x y@example.com' -- bob@example.com </dev/null
	[ -z "$(queued)" ]
}

@test "no recipients, an unknown option or an unknown -o is a usage error" {
	run -64 queue-add </dev/null
	run -64 queue-add -e 3 3</dev/null </dev/null
	run -64 queue-add -Z bob@example.com </dev/null
	run -64 queue-add -o nonsense bob@example.com </dev/null
	run -64 queue-add -o verp -f news@here.example bob@example.com </dev/null
	run -64 queue-add -o verp bob@example.com </dev/null
}

@test "a message larger than size-limit is refused, and nothing is left" {
	pennypost 'size-limit 1K'
	run -65 queue-add bob@example.com < <(head -c 1025 /dev/zero)
	[ -z "$(queued)" ]
	queue-add bob@example.com < <(head -c 1024 /dev/zero)
}

@test "queue-reserve is kept free" {
	pennypost 'queue-reserve 1000T'
	run -73 --separate-stderr queue-add bob@example.com </dev/null
	[[ $stderr = *"No space left on device"* ]]
	[ -z "$(queued)" ]
}

@test "an unknown setting is named with its line" {
	pennypost 'colour blue'
	run -78 --separate-stderr queue-add bob@example.com </dev/null
	[ "$stderr" = "queue-add: $PENNYPOST/conf: line 6: unknown setting \`colour'" ]
}

@test "a full standard output is no success, but the letter is queued" {
	run -74 bash -c 'queue-add bob@example.com </dev/null >/dev/full'
	[ -n "$(queued)" ]
}

@test "the file and its folder are synced before the id is printed" {
	queue-add bob@example.com </dev/null
	id=$(strace -o "$BATS_TEST_TMPDIR/trace" -e trace=fsync,linkat,write queue-add bob@example.com </dev/null)
	grep -oE '^(fsync|linkat|write\(1,)' "$BATS_TEST_TMPDIR/trace" | tr -d '\n' | grep -Fq 'fsynclinkatfsyncwrite(1,'
}

@test "the example of the manual page" {
	cd "$BATS_TEST_TMPDIR"
	echo bob@example.com >subscribers
	echo hello >message
	bash -c "$(example queue-add.1 1)"
	[ "$(message_of "$(queued)")" = hello ]
}

@test "no file of the queue gets the number of a descriptor that the caller closed" {
	run -74 bash -c 'queue-add -- bob@example.com <&- >&- 2>&-'
	[ "$(sed '1,/^$/d' "$(queued)" | wc -c)" = 0 ]
	run -74 bash -c 'queue-add bob@example.com <&- >/dev/full 2>&-'
	run ! grep -a queue-add $(queued)
}
