load helper

A='From alice@a.example Mon Nov 23 19:40:12 2026'
B='From bob at b.example Mon Nov 23 19:41:00 MET 2026'

setup() {
	cd "$BATS_TEST_TMPDIR"
	printf '%s\n' "$A" 'Subject: one' '' 'first' '>From here' '>>From there' '' "$B" 'Subject: two' ' folded' '' 'second' '' >rd
	printf '%s\n' "$A" 'Content-Length: 66' '' "first" '' "$B" '>From x' '' '' "$B" 'Subject: two' '' 'second' >cl2
}

# What stands in a folder, in the order of names.
folder() { (cd "$1" && for file in *; do echo "[$file]"; cat "$file"; done); }

@test "-d: a message a file, unquoted, in the order of names" {
	mbox-split -d out rd
	run -0 folder out
	[ "$output" = "$(printf '%s\n' '[0000000001]' 'Subject: one' '' first 'From here' '>From there' \
		'[0000000002]' 'Subject: two' ' folded' '' second)" ]
	[ "$(stat -c %a out/0000000001)" = 600 ]
}

@test "-d never overwrites: 73, and the file is named" {
	mkdir out
	echo mine >out/0000000002
	run -73 mbox-split -d out rd
	[ "$output" = 'mbox-split: out/0000000002: File exists' ]
	[ "$(cat out/0000000002)" = mine ]
}

@test "-k: every byte to the next separator, which is the first line" {
	mbox-split -k -d out rd
	[ "$(head -n 1 out/0000000001)" = "$A" ]
	cat out/* | cmp - rd
	grep -x '>>From there' out/0000000001
}

@test "-k -d: what stands before the first message is kept too" {
	{ printf 'junk\n\n'; cat rd; } >junk
	mbox-split -k -d out junk
	[ "$(cat out/0000000000.preamble)" = junk ]
	cat out/* | cmp - junk
	printf '%s\n' 'Content-Type: multipart/digest; boundary=d' '' before --d '' 'Subject: a' '' x --d '' 'Subject: b' '' y --d-- >digest
	mbox-split -k -d apart digest
	[ -e apart/0000000002 ]
	cat apart/* | cmp - digest
}

@test "junk before the first message: 65, and how much; nothing but junk: 65" {
	{ printf 'junk\n\n'; cat rd; } >junk
	run -65 --separate-stderr mbox-split -n junk
	[ "$output" = 2 ]
	[ "$stderr" = 'mbox-split: junk: 6 bytes before the first message' ]
	run -65 --separate-stderr mbox-split -n <<<hello
	[ "$stderr" = 'mbox-split: standard input: no message found' ]
	run -0 mbox-split -n /dev/null
	[ "$output" = 0 ]
}

@test "-n counts, by the date and not by the word" {
	run -0 mbox-split -n rd
	[ "$output" = 2 ]
	printf '\nFrom here on nothing\n\nFrom x Mon Nov 23 2026\n' >>rd
	run -0 mbox-split -n rd
	[ "$output" = 2 ]
}

@test "-i: offset, length, sender, date, subject; the place is that of the bytes" {
	run -0 mbox-split -i rd
	[ "${lines[0]}" = "0	$(sed '/^From bob/,$d' rd | wc -c)	alice@a.example	2026-11-23T19:40:12Z	one" ]
	IFS=$'\t' read -r at length sender date subject <<<"${lines[1]}"
	[ "$sender $date $subject" = 'bob at b.example 2026-11-23T18:41:00Z two folded' ]
	[ "$(tail -c +$((at + 1)) rd | head -c "$length" | head -n 1)" = "$B" ]
	[ $((at + length)) = "$(stat -c %s rd)" ]
}

@test "-i of a digest: sender and date by the fields" {
	printf '%s\n' 'Content-Type: multipart/digest; boundary=b' '' --b '' 'From: Bob <bob@b.example>' \
		'Date: Mon, 23 Nov 2026 20:41:00 +0100' 'Subject: x =?utf-8?q?=C3=A9?=' '' hi --b-- >digest
	run -0 mbox-split -i digest
	[ "$(cut -f3- <<<"$output")" = 'bob@b.example	2026-11-23T19:41:00Z	x é' ]
}

@test "-v says the format; -f decides it" {
	run -0 --separate-stderr mbox-split -nv rd
	[ "$stderr" = 'mbox-split: rd: mboxrd' ]
	run -0 --separate-stderr mbox-split -nv cl2
	[ "$output$stderr" = '2mbox-split: cl2: mboxcl2' ]
	run -0 mbox-split -n -f mboxrd cl2
	[ "$output" = 3 ]
	mbox-split -f mboxo -d out rd
	grep -x '>>From there' out/0000000001
	run -64 mbox-split -n -f nonsense rd
}

@test "mboxcl2 through a pipe, a length far beyond what was read: the same, by a temporary file" {
	head -c 3000000 /dev/zero | tr '\0' x | fold -w 70 >body
	printf '\n\n%s\n\nx\n' "$B" >>body
	{ printf '%s\nContent-Length: %s\n\n' "$A" "$(stat -c %s body)"; cat body; printf '\n'; cat cl2; } >big
	mkdir tmp
	mbox-split -d whole big
	export TMPDIR=$PWD/tmp
	cat big | mbox-split -v -d piped 2>said
	grep mboxcl2 said
	[ "$(ls whole | wc -l)" = 3 ]
	diff -r whole piped
	tail -n +3 whole/0000000001 | cmp - body
	[ -z "$(ls tmp)" ]
	TMPDIR=/nonexistent run -73 bash -c 'cat big | mbox-split -n'
	[[ $output = 'mbox-split: temporary file: '* ]]
}

@test "standard input that is a file, read from its middle" {
	{ printf 0123456789; cat cl2; } >middle
	run -0 bash -c '{ head -c 10 >/dev/null; mbox-split -nv; } <middle 2>&1'
	[ "$output" = "$(printf 'mbox-split: standard input: mboxcl2\n2')" ]
}

@test "-m: a Maildir; flags, folder and time by Status, X-Status and the From line" {
	printf '%s\n' "$A" 'Status: RO' 'X-Status: AF' '' seen '' "$A" 'Status: O' '' old '' "$A" 'Subject: new' '' new '' >status
	mbox-split -m box status
	[ "$(ls box)" = "$(printf 'cur\nnew\ntmp')" ]
	[ -z "$(ls box/tmp)" ]
	[ "$(cat box/new/*)" = "$(printf 'Subject: new\n\nnew')" ]
	run -0 grep -l seen box/cur/*
	[[ $output = box/cur/1795462812.M*,S=*:2,FRS ]]
	run -0 grep -l old box/cur/*
	[[ $output = *:2, ]]
	[ "$(stat -c %Y "$output")" = 1795462812 ]
	[[ $output = *",S=$(stat -c %s "$output"):2," ]]
	run -64 mbox-split -k -m box status
}

@test "-m: nothing is visible before it is on the disk" {
	strace -f -o trace -e trace=syncfs,rename,renameat,fsync mbox-split -m box rd
	run -0 awk -F'(' '{ sub(/^[0-9]+ +/, "", $1); print $1 }' trace
	[[ $output = *syncfs*renameat*renameat*fsync*fsync* ]]
	[[ $output != *renameat*syncfs* ]]
}

@test "-d: what is done is on the disk" {
	strace -f -o trace -e trace=syncfs,openat mbox-split -d out rd
	[[ $(grep -v '+++' trace | tail -n 1) = *syncfs* ]]
}

@test "-- command: a message each, what it is in the environment, no shell" {
	run -0 mbox-split rd -- sh -c 'echo "$MBOX_NUMBER $MBOX_SENDER $MBOX_DATE $(head -n 1)"'
	[ "${lines[0]}" = '1 alice@a.example 2026-11-23T19:40:12Z Subject: one' ]
	[ "${lines[1]}" = '2 bob at b.example 2026-11-23T18:41:00Z Subject: two' ]
	run -0 mbox-split -k -- head -n 1 <rd
	[ "$output" = "$(printf '%s\n' "$A" "$B")" ]
	run -0 mbox-split rd -- echo '$HOME;'
	[ "${lines[0]}" = '$HOME;' ]
}

@test "-- command: one that does not read its input is none of our troubles" {
	{ echo "$A"; head -c 5000000 /dev/zero | tr '\0' x; } >big
	run -0 mbox-split big -- true
	run -0 mbox-split big -- sh -c 'trap "" PIPE; exit 0'
	run -0 mbox-split rd -- sh -c 'kill -PIPE $$; exit 0' || [ "$status" = 75 ]
}

@test "-- command: exit statuses are gathered: the first, or 75; -v says each" {
	run -3 mbox-split rd -- sh -c 'exit 3'
	[ "$output" = 'mbox-split: sh: failed for 2 messages, the first of them number 1' ]
	run -75 mbox-split rd -- sh -c '[ $MBOX_NUMBER = 1 ] && exit 3; exit 75'
	run -75 mbox-split rd -- sh -c '[ $MBOX_NUMBER = 1 ] || kill -KILL $$'
	run -1 mbox-split -v rd -- sh -c '[ $MBOX_NUMBER = 1 ]'
	[[ $output = *'mbox-split: message 2: sh: exit 1'* ]]
	run -69 mbox-split rd -- /nonexistent/program
	run -64 mbox-split rd --
	run -64 mbox-split rd
}

@test "-j: so many side by side" {
	for i in 1 2 3 4 5 6; do printf '%s\n\nx\n\n' "$A"; done >six
	run -0 mbox-split -j 3 six -- sh -c 'touch at.$MBOX_NUMBER; n=0
		while [ $n -lt 100 ]; do set -- at.*; [ $# -ge 3 ] && exit 0; n=$((n + 1)); sleep 0.05; done; exit 1'
	run -3 mbox-split -j 3 six -- sh -c 'sleep 0.$((6 - MBOX_NUMBER)); exit $((MBOX_NUMBER + 2))'
	[[ $output = *'the first of them number 1' ]]
	run -64 mbox-split -j 0 six -- true
	run -64 mbox-split -j 2 -n six
}

@test "a file or a pipe, in any cuts: the same messages" {
	for i in {1..200}; do cat rd; printf '%*s\n\n' $((i * 37)) x; done >many
	mbox-split -d whole many
	cat many | mbox-split -d piped
	perl -e '$| = 1; while (read STDIN, $_, 1 + rand 3000) { print; select undef, undef, undef, 0.001 }' <many | mbox-split -f mboxrd -d cut
	diff -r whole piped
	diff -r whole cut
	[ "$(ls whole | wc -l)" = 400 ]
}

# peak COMMAND...: the most memory that it had, in KiB.
peak() { /usr/bin/time -f %M "$@" 2>&1 >/dev/null | tail -n 1; }

@test "memory stays under 8 MiB: a line of 2 GB, 100,000 messages, a pipe" {
	! sanitized mbox-split || skip "a sanitizer takes memory of its own"
	printf '%s\n\n' "$A" >line
	truncate -s 2G line
	[ "$(peak mbox-split -n line)" -lt 8192 ]
	yes "$(printf '%s\n\nx\n\n' "$A" | sed 's/^$/_/')" | head -n 400000 | sed 's/^_$//' >many
	[ "$(mbox-split -n many)" = 100000 ]
	[ "$(peak mbox-split -i many)" -lt 8192 ]
	[ "$(cat many line | peak mbox-split -i)" -lt 8192 ]
}

@test "a full disk: 73 or 74, the file is named, and no part of a message stays" {
	[ "$(id -u)" = 0 ] || skip "needs root"
	mkdir small
	run -0 unshare -m bash -ec 'mount -t tmpfs -o size=64k,nr_inodes=20 none small
		{ printf "%s\n\none\n\n%s\n\n" "'"$A"'" "'"$A"'"; head -c 200000 /dev/zero | tr "\0" x; } >big
		status=0; mbox-split -d small/out big 2>said || status=$?
		ls small/out; cat said; echo $status'
	[ "${lines[0]}" = 0000000001 ]
	[ "${lines[1]}" = 'mbox-split: small/out/0000000002: No space left on device' ]
	[ "${lines[2]}" = 73 ]
}

@test "what cannot be read: a folder, no such file" {
	run -66 mbox-split -n .
	[ "$output" = 'mbox-split: .: Is a directory' ]
	run -66 mbox-split -n nothing
	run -64 mbox-split -n rd rd
	run -64 mbox-split -n -i rd
}

@test "no folder can be made: 73" {
	for outlet in -d -m; do
		run -73 mbox-split $outlet missing/out rd
		[ "$output" = 'mbox-split: missing/out: No such file or directory' ]
		run -73 mbox-split $outlet rd rd
	done
}

@test "git mailsplit and python agree on a well-formed mailbox" {
	sed "s/^From bob.*/$A/" rd >plain
	mbox-split -d ours plain
	mkdir git
	git mailsplit -d9 --mboxrd -ogit plain
	for i in 1 2; do
		sed '1d; $d' "git/00000000$i" | cmp - "ours/000000000$i"
	done
	printf '%s\n' "$A" 'X: y' '' '>From z' '' >o
	run -0 mbox-split o -- cat
	[ "$output" = "$(/usr/bin/python3 -c 'import mailbox; m = mailbox.mbox("o"); print(m.get_string(0).replace(">From", "From"), end="")')" ]
}

@test "python writes MMDF and Babyl as we read them, with its line end behind each message" {
	/usr/bin/python3 - <<-'EOF'
		import mailbox
		for kind in mailbox.MMDF, mailbox.Babyl:
		    box = kind(kind.__name__)
		    for i in range(3):
		        box.add("Subject: %d\nX: y\n\nbody %d\n" % (i, i))
		    box.flush()
	EOF
	for format in MMDF Babyl; do
		run -0 --separate-stderr mbox-split -v -d "out.$format" "$format"
		[ "$stderr" = "mbox-split: $format: ${format,,}" ]
		[ "$(cat "out.$format"/*)" = "$(for i in 0 1 2; do printf 'Subject: %d\nX: y\n\nbody %d\n\n' "$i" "$i"; done)" ]
	done
}

@test "nmh's burst finds the same messages in a digest" {
	rule() { printf -- '-%.0s' $(seq "$1"); echo; }
	{
		printf 'From: list@a.example\nSubject: a digest\nDate: Mon, 23 Nov 2026 19:40:12 +0000\n\nToday: two\n\n'
		rule 70
		printf '\nFrom: x@a.example\nSubject: one\n\nfirst\n\n'
		rule 30
		printf '\nFrom: y@a.example\nSubject: two\n\nsecond\n\n'
		rule 30
		printf '\nEnd of a digest\n***************\n'
	} >digest
	mbox-split -d ours digest
	[ "$(ls ours | wc -l)" = 2 ]
	export HOME=$PWD MH=$PWD/profile PATH=$PATH:/usr/bin/mh
	echo "Path: $PWD/mail" >profile
	mkdir -p mail/inbox
	cp digest mail/inbox/1
	burst +inbox 1
	for i in 1 2; do
		[ "$(sed -n 's/^Subject: //p' "mail/inbox/$((i + 1))")" = "$(sed -n 's/^Subject: //p' "ours/000000000$i")" ]
	done
}

@test "formail counts as many in a mailbox of mail-deliver's" {
	pennypost
	export PENNYPOST
	for i in 1 2 3; do printf 'Subject: %d\n\nFrom me\n>From you\n' "$i"; done >/dev/null
	mkdir -p "$PENNYPOST/mailboxes/alice"
	echo "$PWD/mbox" >"$PENNYPOST/mailboxes/alice/.forward"
	for i in 1 2 3; do printf 'Subject: %d\n\nFrom me\n>From you\n' "$i" | mail-deliver alice; done
	[ "$(formail -s sh -c 'cat >/dev/null; echo x' <mbox | wc -l)" = 3 ]
	mbox-split -d out mbox
	[ "$(ls out | wc -l)" = 3 ]
	[ "$(sed '1,/^$/d' out/0000000002)" = "$(printf 'From me\n>From you')" ]
}

@test "the examples of the manual page" {
	cp rd archive.mbox
	printf '%s\n\nx\n\n' 'From spam@x.example Mon Nov 23 19:42:00 2026' >>archive.mbox
	run -0 bash -c "$(example mbox-split.1 1)"
	[ "$output" = 3 ]
	bash -c "$(example mbox-split.1 2)"
	[ "$(ls Maildir/new | wc -l)" = 3 ]
	bash -c "$(example mbox-split.1 3)"
	cmp clean.mbox rd
	run -0 bash -c "$(example mbox-split.1 4)"
	[[ ${lines[0]} = *one ]]
	run -0 bash -c "$(example mbox-split.1 5)"
	[ "${lines[0]}" = 'From spam@x.example Mon Nov 23 19:42:00 2026' ]
	bash -c "$(example mbox-split.1 6)"
	[ "$(cat size.3)" = 3 ]
	rm -rf pieces
}
