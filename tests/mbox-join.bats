load helper

A='From alice@a.example Mon Nov 23 19:40:12 2026'
B='From bob@b.example Mon Nov 23 19:41:00 2026'

setup() {
	cd "$BATS_TEST_TMPDIR"
	printf '%s\n' 'Return-Path: <bob@b.example>' 'From: Alice <alice@a.example>' 'Date: Mon, 23 Nov 2026 20:40:12 +0100' \
		'Subject: x' '' 'From here' '>From there' >letter
	printf 'From: Alice <alice@a.example>\nContent-Length: 3\n\nno end' >bare
	touch -d '2026-11-23 19:41:00 UTC' bare
}

# again FILE: apart with -k and together, by files and by the folder.
again() {
	rm -rf pieces
	mbox-split -k -d pieces "$1" 2>/dev/null || true
	mbox-join pieces | cmp - "$1"
	find pieces -type f -print0 | LC_ALL=C sort -z | mbox-join -0 | cmp - "$1"
	[ "$(ls pieces | wc -l)" = 0 ] || mbox-join pieces/* | cmp - "$1"
}

@test "a From line by Return-Path and Date, or From and the file's time; mboxrd" {
	run -0 mbox-join letter bare
	[ "$output" = "$(printf '%s\n' 'From bob@b.example Mon Nov 23 19:40:12 2026'; sed 's/^>*From \(h\|t\)/>&/' letter; echo
		printf '%s\n' 'From alice@a.example Mon Nov 23 19:41:00 2026'; cat bare)" ]
	[ "$(mbox-join letter bare | tail -c 2 | od -An -c | tr -d ' ')" = '\n\n' ]
}

@test "no sender: MAILER-DAEMON; an empty message" {
	printf 'Return-Path: <>\n\nx\n' >bounce
	run -0 mbox-join bounce
	[[ ${lines[0]} = 'From MAILER-DAEMON '* ]]
	: >empty
	mbox-join empty letter | mbox-split -d out
	[ ! -s out/0000000001 ]
	cmp out/0000000002 letter
}

@test "standard input is a message" {
	run -0 mbox-join <letter
	[ "${lines[0]}" = 'From bob@b.example Mon Nov 23 19:40:12 2026' ]
}

@test "-f mboxo, mmdf: quoted as each does" {
	run -0 mbox-join -f mboxo letter
	grep -x '>From here' <<<"$output"
	grep -x '>From there' <<<"$output"
	printf 'X: y\n\n\1\1\1\1\n>\1\1\1\1\nFrom x\n' >marks
	mbox-join -f MMDF marks letter bare >mmdf
	[ "$(head -n 1 mmdf)" = $'\1\1\1\1' ]
	mbox-split -v -d out mmdf 2>said
	[ "$(cat said)" = 'mbox-split: mmdf: mmdf' ]
	cmp out/0000000001 marks
	cmp out/0000000002 letter
	run -64 mbox-join -f babyl letter
	run -64 mbox-join -f nonsense letter
}

@test "-f mboxcl2: the length, replaced, of files and pipes; bodies to the byte" {
	mbox-join -f mboxcl2 letter bare letter >cl2
	run -0 grep -c '^Content-Length' cl2
	[ "$output" = 3 ]
	run ! grep '^>From here' cl2
	mbox-split -v -d out cl2 2>said
	[ "$(cat said)" = 'mbox-split: cl2: mboxcl2' ]
	for file in letter:1 bare:2 letter:3; do
		sed '1,/^$/d' "out/000000000${file#*:}" | cmp - <(sed '1,/^$/d' "${file%:*}")
	done
	cat bare | mbox-join -f cl2 | sed 1d | cmp - <(mbox-join -f cl2 bare | sed 1d)
	printf 'X: y' | mbox-join -f cl2 >header
	[ "$(tail -n +2 header)" = "$(printf 'X: y\nContent-Length: 0')" ]
}

@test "a Maildir: its flags as Status and X-Status, which stand once" {
	mkdir -p box/{cur,new,tmp}
	cp letter box/new/1.a
	{ echo 'Status: O'; cat letter; } >box/cur/2.b:2,FRS
	cp letter box/cur/3.c:2,DT
	mbox-join box >mbox
	run -0 grep -a -E '^(X-)?Status:|^From ' mbox
	[ "$(grep Status <<<"$output")" = "$(printf '%s\n' 'Status: RO' 'X-Status: AF' 'Status: O' 'X-Status: DT')" ]
	mbox-split -m again mbox
	[ "$(ls again/cur | sed 's/.*://' | sort)" = "$(printf '2,DT\n2,FRS')" ]
	[ "$(ls again/new | wc -l)" = 1 ]
}

@test "a message of a Maildir that begins with a From line is no piece of a mailbox" {
	mkdir -p box/{cur,new,tmp} new
	printf '%s\nX: y\n\n\n%s\nX: z\n\n' "$A" "$B" >box/new/1.a
	[ "$(mbox-join box | mbox-split -n)" = 1 ]
	[ "$(mbox-join box/new/1.a | mbox-split -n)" = 1 ]
	cp box/new/1.a new/0000000001
	mbox-join new | cmp - box/new/1.a
}

@test "a file that begins with a From line keeps it; an empty line is added where one is needed" {
	printf '%s\nX: y\n\n>From x' "$A" >kept
	run -0 mbox-join kept letter kept
	[ "$(sed -n 5,6p <<<"$output")" = "$(printf '\nFrom bob@b.example Mon Nov 23 19:40:12 2026')" ]
	[ "$(mbox-join kept kept kept | mbox-split -n)" = 3 ]
	mbox-join -f mboxcl2 kept | cmp - kept
	sed 's/X: y/Content-Length: 3/' kept >wrong
	[ "$(mbox-join wrong wrong | mbox-split -f rd -n)" = 2 ]
	echo 'From here to there' >not
	run -0 mbox-join not
	[ "${lines[1]}" = '>From here to there' ]
}

@test "apart with -k and together: mailboxes of every dialect" {
	mbox-join letter bare letter >rd
	mbox-join -f mboxo letter bare >o
	mbox-join -f mboxcl2 letter bare letter >cl2
	mbox-join -f mmdf letter bare >mmdf
	printf '%s\nContent-Length: 8\n\n>From x\n%s\n\ny\n\n' "$A" "$B" >cl
	printf 'BABYL OPTIONS:\nVersion: 5\n\x1f\f\n1,,\nX: y\n\n*** EOOH ***\nX: y\n\none\n\x1f\f\n0,,\n*** EOOH ***\nX: z\n\ntwo\n\x1f' >babyl
	for file in rd o cl2 cl mmdf babyl; do again "$file"; done
	[ "$(mbox-split -n cl)" = 2 ]
}

@test "apart with -k and together: hostile ones" {
	printf '%s\nno end' "$A" >no-end
	printf '%s' "$A" >only
	printf '%s\n' "$A" >only-line
	printf '%s\n\n%s\n' "$A" "$B" >two-only
	printf 'junk\n\n\0\0\n\n%s\n\nx\n' "$A" >junk
	printf '%s\nx\n%s\ny\n' "$A" "$B" >no-blank
	printf '%s\r\nX: y\r\n\r\nbody\r\n\r\n%s\r\n\r\nz\r\n' "$A" "$B" >crlf
	printf '%s\n\0\0\n\0\n\n%s\n\0' "$A" "$B" >nul
	printf '\n\n%s\n\n' "$A" >blanks
	printf '\n' >newline
	: >empty
	echo hello >nothing
	{ printf '%s\n\n' "$A"; head -c 12000000 /dev/zero | tr '\0' '>'; printf 'From \n\n%s\n' "$B"; head -c 11000000 /dev/zero; } >long
	for file in no-end only only-line two-only junk no-blank crlf nul blanks newline empty nothing long; do again "$file"; done
}

@test "apart with -k and together: 100 at random" {
	cat >hostile.py <<-'EOF'
		import os, random, subprocess, sys
		random.seed(4)
		a, b = sys.argv[1].encode() + b'\n', sys.argv[2].encode() + b'\n'
		parts = [a, a, b, b'\n', b'\n', b'\r\n', b'>From x\n', b'From ', b'text\n', b'\0', b'\1\1\1\1\n', b'\x1f\f\n', b'\x1f',
		    b'Content-Length: 5\n', b'Content-Length: 0\n\n', b'Content-Length: 44\n', b'\n\n1234\n', b'BABYL OPTIONS:\n', a[:-1] + b'\r\n']
		for i in range(100):
		    x = b''.join(random.choice(parts) for _ in range(random.randrange(20)))
		    d = 'random.%d' % i
		    open('x', 'wb').write(x)
		    subprocess.run(['mbox-split', '-k', '-d', d, 'x'], stderr=subprocess.DEVNULL)
		    y = subprocess.run(['mbox-join', d], stdout=subprocess.PIPE).stdout
		    if x != y:
		        sys.exit('%r became %r' % (x, y))
	EOF
	/usr/bin/python3 hostile.py "$A" "$B"
}

@test "what cannot be read is said, the others are joined" {
	run -66 --separate-stderr mbox-join nothing letter
	[ "$stderr" = 'mbox-join: nothing: No such file or directory' ]
	[ "$(mbox-split -n <<<"$output")" = 1 ]
	{ echo 'X: y'; yes ' zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz' | head -n 30000; } >huge
	run -65 --separate-stderr mbox-join huge letter
	[ "$stderr" = 'mbox-join: huge: the header is too large' ]
	run -64 mbox-join -0 letter
}

@test "a pipe and no room for a temporary file: 73" {
	TMPDIR=/nonexistent run -73 --separate-stderr bash -c 'cat letter | mbox-join -f mboxcl2'
	[ "$stderr" = 'mbox-join: standard input: temporary file: No such file or directory' ]
}

@test "python, formail and mblaze read what we write" {
	mbox-join letter bare letter >rd
	[ "$(/usr/bin/python3 -c 'import mailbox; print(len(mailbox.mbox("rd")))')" = 3 ]
	[ "$(formail -s sh -c 'cat >/dev/null; echo x' <rd | wc -l)" = 3 ]
	mkdir -p box/{cur,new,tmp}
	mdeliver -M box <rd >/dev/null
	[ "$(ls box/new | wc -l)" = 3 ]
	mbox-join -f mmdf letter bare >mmdf
	[ "$(/usr/bin/python3 -c 'import mailbox; print(len(mailbox.MMDF("mmdf")))')" = 2 ]
}

@test "the examples of the manual page" {
	export HOME=$PWD
	mkdir -p Maildir/{cur,new,tmp}
	cp letter Maildir/cur/1:2,S
	cp bare Maildir/new/2
	bash -c "$(example mbox-join.1 1)"
	[ "$(mbox-split -n archive.mbox)" = 2 ]
	bash -c "$(example mbox-join.1 2)"
	[ "$(mbox-split -n 2026.mbox)" = 2 ]
	bash -c "$(example mbox-join.1 3)"
	[ "$(mbox-split -nv archive.cl2 2>&1)" = "$(printf 'mbox-split: archive.cl2: mboxcl2\n2')" ]
}
