load helper

setup() {
	cd "$BATS_TEST_TMPDIR"
	printf '%s\n' 'From alice@example.org Mon Nov 23 19:40:12 2026' \
		'Received: from a.example by b.example;' '	Mon, 23 Nov 2026 19:40:11 +0100 (CET)' \
		'From: =?utf-8?Q?J=C3=BCrgen?= <juergen@example.org>' \
		'To: friends: bob@example.org, "Carol, C." <carol@example.org>;,' ' dave@example.org (Dave)' \
		'Subject: =?iso-2022-jp?B?GyRCJWEhPCVrGyhC?= and' '	more \ stuff' 'Date: Mon, 23 Nov 2026 19:40:12 +0100' \
		'' 'body' 'Subject: not this' >letter
	sed 's/$/\r/' letter >crlf
	mkdir -p Maildir/{cur,new,tmp}
	printf 'Subject: one\nFrom: a@example.org\n\n' >Maildir/cur/1.x:2,S
	printf 'Subject: two\nSubject: again\nTo: nobody\n\n' >Maildir/new/2.x
}

@test "values of the named fields, unfolded and decoded, a line each in the order of the names" {
	run -0 mail-header Subject from nosuch <letter
	[ "$output" = $'メール and more \\ stuff\nJürgen <juergen@example.org>' ]
	run -0 mail-header Subject from nosuch <crlf
	[ "$output" = $'メール and more \\ stuff\nJürgen <juergen@example.org>' ]
}

@test "-r: as they are in the message, only unfolded" {
	run -0 mail-header -r Subject ./letter
	[ "$output" = $'=?iso-2022-jp?B?GyRCJWEhPCVrGyhC?= and\tmore \\ stuff' ]
	[ "$(printf 'A:  x\0\033\377 \n' | mail-header -r A | od -An -tx1)" = ' 78 00 1b ff 0a' ]
}

@test "-l: a line a message, a column a name" {
	run -0 mail-header -l To Subject Nosuch Date ./letter
	[ "$output" = $'friends: bob@example.org, "Carol, C." <carol@example.org>;, dave@example.org (Dave)\tメール and more \\\\ stuff\t\tMon, 23 Nov 2026 19:40:12 +0100' ]
	run -0 mail-header -l -r Subject -- letter
	[ "$output" = $'=?iso-2022-jp?B?GyRCJWEhPCVrGyhC?= and\\tmore \\\\ stuff' ]
}

@test "with several messages or a folder each line begins with the name of its message" {
	run -0 mail-header Subject ./Maildir
	[ "$output" = $'./Maildir/cur/1.x:2,S\tone\n./Maildir/new/2.x\ttwo\n./Maildir/new/2.x\tagain' ]
	run -0 mail-header -l Subject From -- Maildir
	[ "$output" = $'Maildir/cur/1.x:2,S\tone\ta@example.org\nMaildir/new/2.x\ttwo, again\t' ]
	run -0 mail-header -A From ./letter -
	[ "$output" = $'./letter\tjuergen@example.org' ]
}

@test "an operand that cannot be a name is a message, and so are all behind it, or behind --" {
	cp letter Subject
	[ "$(mail-header From ./letter Subject | cut -f1)" = $'./letter\nSubject' ]
	[ "$(mail-header From -- Subject)" = 'Jürgen <juergen@example.org>' ]
	[ "$(mail-header From - <letter)" = 'Jürgen <juergen@example.org>' ]
	run -64 mail-header <letter
	run -64 mail-header -l <letter
}

@test "-A: only the addresses of fields that hold them" {
	run -0 mail-header -A To Subject <letter
	[ "$output" = $'bob@example.org\ncarol@example.org\ndave@example.org\nメール and more \\ stuff' ]
	[ "$(mail-header -A <letter)" = $'juergen@example.org\nbob@example.org\ncarol@example.org\ndave@example.org' ]
	printf '%s\n' 'From: Pete(A nice \) chap) <pete(his account)@silly.test(his host)>' 'To: "Joe Q." <@a.test,@b.test:joe@example.org>, <>, no address, "a b"@example.org' \
		'Delivered-To: x@example.org' 'In-Reply-To: <id@example.org>' 'Return-Path: <>' >rfc
	run -0 mail-header -A From To Delivered-To In-Reply-To Return-Path <rfc
	[ "$output" = $'pete@silly.test\njoe@example.org\n"a b"@example.org\nx@example.org\n<id@example.org>' ]
}

@test "an address is not what encoded words say" {
	printf 'From: =?utf-8?Q?=3Cevil=40example=2Eorg=3E?= <=?utf-8?q?x?=@example.org>\n' >letter
	[ "$(mail-header -A -A From <letter)" = $'=?utf-8?q?x?=@example.org\t<evil@example.org>\t' ]
}

@test "-A -A: address, name and group" {
	run -0 mail-header -AA To From <letter
	[ "$output" = $'bob@example.org\t\tfriends\ncarol@example.org\tCarol, C.\tfriends\ndave@example.org\tDave\t\njuergen@example.org\tJürgen\t' ]
	run -64 mail-header -AAl To
}

@test "-D: dates in UTC, and what is none as it is" {
	run -0 mail-header -D Date Received Subject <letter
	[ "$output" = $'2026-11-23T18:40:12Z\n2026-11-23T18:40:11Z\nメール and more \\ stuff' ]
	[ "$(mail-header -D <letter)" = 2026-11-23T18:40:12Z ]
	[ "$(mail-header -l -A -D From Date Subject <letter)" = $'juergen@example.org\t2026-11-23T18:40:12Z\tメール and more \\\\ stuff' ]
	[ "$(printf 'Date: yesterday\n' | mail-header -D)" = yesterday ]
}

@test "nothing that a message says forges a line or drives a terminal" {
	printf 'Subject: =?utf-8?Q?a=0D=0ABcc:_x=1B[2J?=\0b\rc\n\n' >letter
	[ "$(mail-header Subject <letter)" = $'a  Bcc: x\uFFFD[2J\uFFFDb c' ]
	[ "$(mail-header -l Subject Subject <letter | wc -l)" = 1 ]
}

@test "edits: added, replaced, inserted, dropped, kept; the rest to the byte" {
	mail-header -a 'X-A: 1' -s 'subject: new' -i 'Date: no' -i 'X-B: 2' -i 'X-B: 3' -d received letter >out
	sed -e 's/^Subject: =.*/subject: new/' -e '/^	/d; /^Received/d' -e 's/^$/X-A: 1\nX-B: 2\n/' letter | diff - out
	mail-header -k 'DATE, from' -a 'X-A: 1' <letter >out
	printf '%s\n' "$(head -n 1 letter)" "$(grep ^From: letter)" "$(grep ^Date: letter)" 'X-A: 1' '' body 'Subject: not this' | diff - out
	mail-header -d nosuch <letter | cmp - letter
}

@test "a field From may have a blank before its colon, at the start too, and is no From line" {
	printf 'From : bob@b.example\nSubject : x\n\nbody' >obsolete
	[ "$(mail-header From Subject ./obsolete)" = $'bob@b.example\nx' ]
	[ "$(mail-header -d From obsolete)" = $'Subject : x\n\nbody' ]
}

@test "-s takes the first one's place and drops the others; the last -s of a name counts" {
	printf 'A: 1\nB: 2\nA: 3\n\nbody' >letter
	[ "$(mail-header -s 'a: x' -s 'a: y' -s 'c: z' <letter)" = $'a: y\nB: 2\nc: z\n\nbody' ]
}

@test "-d and -k are about the fields that the message came with" {
	printf 'A: 1\n\n' >letter
	[ "$(mail-header -d A -a 'A: 2' <letter)" = 'A: 2' ]
	[ "$(mail-header -d A -i 'A: 2' <letter)" = 'A: 2' ]
	[ "$(mail-header -k B -k C -i 'A: 2' <letter)" = 'A: 2' ]
}

@test "a message with CRLF gets fields with CRLF" {
	mail-header -a "X-A: $(printf 'word %.0s' {1..40})" -s 'Date: now' <crlf >out
	[ "$(grep -c $'\r$' out)" = "$(wc -l <out)" ]
	mail-header -d Nosuch <crlf | cmp - crlf
	[ "$(printf '\r\nbody' | mail-header -a 'A: b')" = $'A: b\r\n\r\nbody' ]
}

@test "values are encoded and folded, and read as they were given" {
	words='Jürgen schläft im grünen Gras und träumt von Würsten und Brötchen, vom Öl und von der Ähre im Übermaß'
	mail-header -a "Subject: $words" -a "X-Ascii: $(printf 'word %.0s' {1..40})" \
		-a 'To: "Jürgen Ä" <j@example.org>, Bob <bob@example.org>, "Carol Something" <carol@example.org>, dave@example.com' </dev/null >out
	[ -z "$(LC_ALL=C grep -P '[^\x00-\x7f]|.{79}' out)" ]
	[ "$(mail-header Subject <out)" = "$words" ]
	[ "$(mail-header -AA To <out)" = $'j@example.org\tJürgen Ä\t\nbob@example.org\tBob\t\ncarol@example.org\tCarol Something\t\ndave@example.com\t\t' ]
}

@test "what cannot be a field is refused: 65, and nothing is written" {
	for field in $'A: b\nBcc: x' $'A: b\rx' $'A: b\033[2J' 'no colon' ': b' 'a b: c' 'Message-ID: <ü@example.org>' "A: $(printf 'x%.0s' {1..1000})"; do
		run --separate-stderr -65 mail-header -a "$field" <letter
		[ -z "$output" ]
		[[ $stderr = mail-header:\ * ]]
	done
}

@test "-h: only the header; -m: only the body; together they are the message" {
	{ mail-header -h <letter; echo; mail-header -m <letter; } | cmp - letter
	[ "$(mail-header -h -k Date <letter | tail -n 1)" = "$(grep ^Date letter)" ]
	printf 'A: b\nno field\nbody' >odd
	[ "$(mail-header -m <odd)" = $'no field\nbody' ]
	run -64 mail-header -h -m <letter
}

@test "a message without a header gets one, and a header without an end" {
	[ "$(printf 'hello\n' | mail-header -a 'A: b')" = $'A: b\n\nhello' ]
	[ "$(mail-header -a 'A: b' </dev/null)" = 'A: b' ]
	[ "$(printf 'X: y' | mail-header -a 'A: b')" = $'X: y\nA: b' ]
	[ "$(printf 'X: y' | mail-header -d B | od -c)" = "$(printf 'X: y' | od -c)" ]
	[ "$(printf 'X: y\nhello' | mail-header -a 'A: b')" = $'X: y\nA: b\n\nhello' ]
}

@test "edits are for one message, and not for those who print" {
	run -64 mail-header -d A letter crlf
	run -64 mail-header -d A Maildir
	run -64 mail-header -d A -l letter
	run -66 mail-header -d A nosuch
}

@test "what cannot be read is said and passed over: 66" {
	run --separate-stderr -66 mail-header Subject ./nosuch ./Maildir/cur/*
	[ "$output" = $'./Maildir/cur/1.x:2,S\tone' ]
	[ "$stderr" = 'mail-header: ./nosuch: No such file or directory' ]
}

@test "a header over 1 MB: 65, and what was read of it is printed, but not edited" {
	{ echo 'Subject: x'; yes "A: $(printf 'x%.0s' {1..900})" | head -n 1200; } >letter
	run --separate-stderr -65 mail-header Subject <letter
	[ "$output" = x ]
	run --separate-stderr -65 mail-header -d A <letter
	[ -z "$output" ]
}

@test "10 GB in 8 MiB, printed and copied" {
	peak() { /usr/bin/time -f %M "$@" 2>&1 >/dev/null | tail -n 1; }
	! sanitized mail-header || skip "a sanitizer takes memory of its own"
	cp letter big
	truncate -s 10G big
	[ "$(mail-header From ./big)" = 'Jürgen <juergen@example.org>' ]
	[ "$(peak mail-header -l From ./big)" -lt 8192 ]
	printf 'A: b\n\n' >big
	truncate -s 600M big
	[ "$(peak mail-header -a 'C: d' big)" -lt 8192 ]
}

@test "words that have no end take no time" {
	{ printf 'Subject: '; yes '=?u?q?x =?u?b?* ' | head -c 900000 | tr -d '\n'; } >letter
	run -0 timeout "$(sanitized mail-header && echo 20 || echo 2)" mail-header -l Subject -- letter
	[ "${#output}" -gt 800000 ]
}

@test "what Python's email writes is read as it was meant, and the other way round" {
	/usr/bin/python3 "$top/tests/header.py"
}

@test "mail-header(1): the examples" {
	[ "$(bash -c "$(example mail-header.1 1)")" = $'Jürgen <juergen@example.org>\nメール and more \\ stuff' ]
	[ "$(bash -c "$(example mail-header.1 2)")" = $'./Maildir/new/2.x\t\t\ttwo, again\n./Maildir/cur/1.x:2,S\t\ta@example.org\tone' ]
	[ "$(bash -c "$(example mail-header.1 3)" | tr -s ' ')" = ' 1 a@example.org' ]
	[ "$(bash -c "$(example mail-header.1 4)")" = $'Jürgen <juergen@example.org>\nCarol, C. <carol@example.org>\nDave <dave@example.org>' ]
	echo hello >text
	bash -c "$(example mail-header.1 5)" >out
	[ "$(mail-header Subject To <out)" = $'Grüße\nJürgen K. <juergen@example.org>' ]
	[ "$(tail -n 2 out)" = $'\nhello' ]
	bash -c "$(example mail-header.1 6)" | diff - <(sed '2,3d' letter)
}
