load helper

setup() {
	pennypost
	mkdir -p "$PENNYPOST/mailboxes/bob"
	export TCPREMOTEIP=192.0.2.7 TCPREMOTEHOST=client.example
}

# session [option]... <<<'what the client says': the replies, without CR.
# Patience is short, so that errors are answered without long pauses.
session() { sed -u 's/$/\r/' | smtp-serve -t 10 "$@" | tr -d '\r'; }

# A transaction up to its letter.
to_bob='EHLO client.example
MAIL FROM:<alice@example.org>
RCPT TO:<bob@here.example>'

@test "a letter is stored behind its envelope and our Received field" {
	session >"$BATS_TEST_TMPDIR/replies" <<-END
		$to_bob
		DATA
		Subject: hello

		..one dot
		.
		QUIT
	END
	id=$(sed -n 's/^250 2.0.0 queued as //p' "$BATS_TEST_TMPDIR/replies")
	[ "$(queued)" = "$PENNYPOST/queue/${id: -1}/$id" ]
	sed 's/^arrived .*Z$/arrived/; s/; ..., .* [+-]....$/; DATE/' "$(queued)" | diff - <(cat <<-END
		pennypost-queue 1
		arrived
		sender alice@example.org
		-  bob@here.example

		Received: from client.example (client.example [192.0.2.7])
		$(printf '\t')by here.example with ESMTP id $id
		$(printf '\t')for <bob@here.example>; DATE
		Subject: hello

		.one dot
	END
	)
}

@test "EHLO offers what the session can do" {
	session <<<'EHLO client.example' | sed -n 2,9p | diff - <(cat <<-END
		250-here.example
		250-PIPELINING
		250-SIZE 52428800
		250-8BITMIME
		250-SMTPUTF8
		250-DSN
		250-ENHANCEDSTATUSCODES
		250 CHUNKING
	END
	)
}

# Only the codes of the replies, on one line.
codes() { session "$@" | sed -n 's/^\([0-9][0-9][0-9]\) .*/\1/p' | paste -sd ' '; }

@test "HELO, the protocol without extensions, is told in the Received field" {
	session >/dev/null <<-END
		HELO client.example
		MAIL FROM:<alice@example.org>
		RCPT TO:<bob@here.example>
		DATA
		.
	END
	grep -q 'by here.example with SMTP id' "$(queued)"
}

@test "what stands in an envelope: 8BITMIME, SMTPUTF8, DSN" {
	session >/dev/null <<-END
		EHLO client.example
		MAIL FROM:<jörg@example.org> SIZE=9 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=q+2B1
		RCPT TO:<bob@here.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;bob@old.example
		RCPT TO:<bob+süß@here.example> NOTIFY=NEVER
		DATA
		.
	END
	sed -n '/^sender/,/^$/p' "$(queued)" | diff - <(cat <<-END
		sender jörg@example.org
		option body=8bitmime
		option smtputf8
		option ret=hdrs
		option envid=q+2B1
		-  bob@here.example notify=success,delay orcpt=rfc822;bob@old.example
		-  bob+süß@here.example notify=never

	END
	)
	grep -q 'with UTF8SMTP id' "$(queued)"
	run -1 grep -q '^	for ' "$(queued)"
}

@test "the null sender is taken, and an address beyond ASCII only after SMTPUTF8" {
	[ "$(codes <<-END
		EHLO client.example
		MAIL FROM:<jörg@example.org>
		MAIL FROM:<>
		RCPT TO:<jörg@here.example>
		RCPT TO:<bob@here.example>
		DATA
		.
		QUIT
	END
	)" = "220 250 553 250 553 250 354 250 221" ]
	grep -qx 'sender ' "$(queued)"
}

@test "commands out of order, unknown, obsolete or with nonsense are refused, and the session goes on" {
	[ "$(codes <<-END
		MAIL FROM:<alice@example.org>
		RCPT TO:<bob@here.example>
		EHLO
		EHLO client.example
		DATA
		EXPN staff
		VRFY bob
		NOOP something
		HELP
		LHLO client.example
		ETRN example.org
		QUIT
	END
	)" = "220 503 503 501 250 503 502 252 250 214 500 500 221" ]
	[ "$(codes <<-END
		EHLO client.example
		MAIL FROM:<alice@example.org>
		MAIL FROM:<alice@example.org>
		DATA
		RCPT TO:<nobody@here.example>
		DATA
		RSET
		MAIL FROM:<alice@example.org> AUTH=<>
		MAIL FROM:<alice@example.org
		QUIT
	END
	)" = "220 250 250 503 554 550 554 250 555 501 221" ]
}

@test "who is no user here is refused; aliases, extensions and postmaster are taken" {
	echo 'staff: bob' >"$PENNYPOST/aliases"
	[ "$(codes <<-END
		EHLO client.example
		MAIL FROM:<alice@example.org>
		RCPT TO:<nobody@here.example>
		RCPT TO:<bob@localhost>
		RCPT TO:<Bob+lists@HERE.example>
		RCPT TO:<bob-lists@here.example>
		RCPT TO:<staff@here.example>
		RCPT TO:<Postmaster>
		RCPT TO:<postmaster@here.example>
		RCPT TO:<bob>
		QUIT
	END
	)" = "220 250 250 550 250 250 250 250 250 250 553 221" ]
}

@test "only relay-from may send elsewhere; its bare addresses are completed" {
	local elsewhere='EHLO client.example
		MAIL FROM:<alice@example.org>
		RCPT TO:<carol@example.com>
		RCPT TO:<bob>'
	pennypost 'relay-from 10.0.0.0/8 2001:db8::/32' 'domain example.org'
	for peer in 192.0.2.7 11.0.0.1 ::ffff:9.255.255.255 2001:db9::1 ::1 ''; do
		[ "$(TCPREMOTEIP=$peer codes <<<"$elsewhere")" = '220 250 250 550 553' ]
	done
	for peer in 10.1.2.3 ::ffff:10.1.2.3 2001:db8:1::1; do
		[ "$(TCPREMOTEIP=$peer codes <<<"$elsewhere")" = '220 250 250 250 250' ]
	done
	pennypost 'relay-from 10.0.0.0/8 example.org'
	run -78 --separate-stderr smtp-serve </dev/null
	[[ $stderr = *"\`example.org': not a network" ]]
}

@test "nobody is trusted whose address is not known" {
	unset TCPREMOTEIP
	pennypost 'relay-from 0.0.0.0/0 ::/0'
	[ "$(codes <<<$'HELO x\nMAIL FROM:<>\nRCPT TO:<carol@example.com>')" = '220 250 250 550' ]
}

@test "a domain in routes is ours to forward, or to refuse; * and smtp make nobody's mail ours" {
	cat >"$PENNYPOST/routes" <<-'END'
		inner.example smtp:[10.0.0.2]
		.inner.example lmtp:/run/lmtp
		gone.example error:5.1.2 moved to example.net
		later.example error:4.3.2 come back at noon
		away.example smtp
		* smtp:[10.0.0.3]
	END
	session >"$BATS_TEST_TMPDIR/replies" <<-'END'
		EHLO x
		MAIL FROM:<>
		RCPT TO:<carol@inner.example>
		RCPT TO:<carol@mail.inner.example>
		RCPT TO:<carol%example.com@inner.example>
		RCPT TO:<"carol@example.com"@inner.example>
		RCPT TO:<carol@gone.example>
		RCPT TO:<carol@later.example>
		RCPT TO:<carol@away.example>
		RCPT TO:<carol@example.com>
	END
	tail -n 8 "$BATS_TEST_TMPDIR/replies" | diff - <(cat <<-'END'
		250 2.1.5 OK
		250 2.1.5 OK
		550 5.7.1 We do not relay for you
		550 5.7.1 We do not relay for you
		550 5.1.2 moved to example.net
		450 4.3.2 come back at noon
		550 5.7.1 We do not relay for you
		550 5.7.1 We do not relay for you
	END
	)
}

@test "domains of conf and routes are the same in A-labels and UTF-8" {
	printf '%s\n' '.xn--bcher-kva.test error:5.1.2 a suffix' 'BÜCHER.test. error:5.1.2 itself' >"$PENNYPOST/routes"
	for domains in 'bücher.example' 'other.example XN--bcher-kva.example'; do
		pennypost "local-domains $domains"
		session <<-END >"$BATS_TEST_TMPDIR/replies"
			EHLO client.example
			MAIL FROM:<alice@example.org> SMTPUTF8
			RCPT TO:<bob@xn--bcher-kva.example>
			RCPT TO:<bob@Bücher.example>
			RCPT TO:<bob@bucher.example>
			RCPT TO:<bob@xn--bcher-kva.test>
			RCPT TO:<bob@bücher.test>
			RCPT TO:<bob@a.bücher.test>
		END
		[ "$(tail -n 6 "$BATS_TEST_TMPDIR/replies" | cut -c 1-9 | paste -sd,)" = '250 2.1.5,250 2.1.5,550 5.7.1,550 5.1.2,550 5.1.2,550 5.1.2' ]
	done
}

@test "-s takes letters only from those who may relay" {
	[ "$(codes -s <<<$'EHLO x\nMAIL FROM:<alice@example.org>')" = '220 250 530' ]
	[ "$(TCPREMOTEIP=127.0.0.1 codes -s <<<$'EHLO x\nMAIL FROM:<alice@example.org>')" = '220 250 250' ]
}

@test "-l is LMTP: LHLO, and a reply for each recipient that was taken" {
	[ "$(codes -l <<-END
		EHLO client.example
		LHLO client.example
		MAIL FROM:<alice@example.org>
		RCPT TO:<bob@here.example>
		RCPT TO:<nobody@here.example>
		RCPT TO:<postmaster@here.example>
		DATA
		Subject: hello

		.
		QUIT
	END
	)" = "220 500 250 250 250 550 250 354 250 250 221" ]
	grep -q 'with LMTP id' "$(queued)"
}

# chunks: BDAT of each argument, the last with LAST; bytes as they are.
chunks() {
	printf '%s\r\n' 'EHLO x' 'MAIL FROM:<>' 'RCPT TO:<bob@here.example>'
	while [ $# -gt 0 ]; do
		printf 'BDAT %d%s\r\n%b' "$(printf %b "$1" | wc -c)" "$([ $# -gt 1 ] || echo ' LAST')" "$1"
		shift
	done
	printf 'QUIT\r\n'
}

@test "BDAT takes chunks cut anywhere, dots and NULs as they are, and no bare CR or LF" {
	[ "$(chunks 'a: b\r' '\n\r\n.\r\n' '..\0' '' '\r\nend' | smtp-serve | tr -d '\r' | tail -n 6 | cut -c -3 | paste -sd ' ')" \
		= '250 250 250 250 250 221' ]
	message_of "$(queued)" | sed '1,/^	for/d' | cmp - <(printf 'a: b\n\n.\n..\0\nend')
	rm "$(queued)"
	for bad in 'a\nb' 'a\rb' 'a\r' '\n' '\r\r\n'; do
		run -76 smtp-serve < <(chunks "$bad")
		[[ $output = *'554 5.6.0 '* ]]
	done
	run -76 smtp-serve < <(chunks 'a\r' 'b')
	run -76 smtp-serve < <(chunks 'a' '\nb')
	[ -z "$(queued)" ]
}

@test "a chunk that is refused is not read as commands" {
	[ "$(codes <<-END
		EHLO x
		BDAT 6
		QUIT
		MAIL FROM:<>
		BDAT 6 LAST
		QUIT
		RCPT TO:<bob@here.example>
		BDAT 3
		a
		DATA
		RCPT TO:<bob@here.example>
		BDAT 0 LAST
		QUIT
	END
	)" = "220 250 503 250 554 250 250 503 503 250 221" ]
}

@test "sizes of chunks that no letter has end the session" {
	for size in 18446744073709551616 18446744073709551617 9223372036854775807 99999999999999 -1 x ''; do
		run -76 smtp-serve < <(printf '%s\r\n' 'EHLO x' 'MAIL FROM:<>' 'RCPT TO:<bob@here.example>' "BDAT $size" 'QUIT')
		[[ $output != *221* ]]
	done
	[ -z "$(queued)" ]
}

@test "a size over the limit is refused at MAIL, and while it comes" {
	pennypost 'size-limit 1K'
	[ "$(codes <<<$'EHLO x\nMAIL FROM:<> SIZE=1025\nMAIL FROM:<> SIZE=99999999999999999999\nMAIL FROM:<> SIZE=1024')" \
		= '220 250 552 552 250' ]
	[ "$( { echo "$to_bob"; echo DATA; head -c 1100 /dev/zero | tr '\0' x; printf '\n.\nQUIT\n'; } | codes)" \
		= '220 250 250 250 354 552 221' ]
	[ "$( { echo "$to_bob"; echo DATA; head -c 1000000 /dev/zero | tr '\0' x; printf '\n.\nQUIT\n'; } | codes)" \
		= '220 250 250 250 354 552' ]
	[ -z "$(queued)" ]
}

@test "a full disk is 452 at MAIL, and a queue that cannot be written 451" {
	pennypost 'queue-reserve 1000T'
	[ "$(codes <<<"$to_bob")" = '220 250 452 503' ]
	pennypost 'queue /proc/nowhere'
	[ "$(codes <<<"$to_bob")" = '220 250 451 503' ]
}

@test "more recipients than recipient-limit wait, and without end they end the session" {
	pennypost 'recipient-limit 3'
	[ "$( { echo "$to_bob"; for _ in {1..8}; do echo 'RCPT TO:<bob@here.example>'; done; } | codes)" \
		= '220 250 250 250 250 250 452 452 452 452 421' ]
	pennypost
	[ "$( { printf 'EHLO x\nMAIL FROM:<>\n'; for _ in {1..102}; do echo 'RCPT TO:<bob@here.example>'; done; } |
		session | grep -c ^452)" = 2 ]
}

@test "errors without end, and commands that lead nowhere, end the session" {
	[ "$(yes NONSENSE | head -n 100 | session -t 1 | tail -n 1)" = '421 4.7.0 Too many errors' ]
	[ "$(yes NOOP | head -n 1000 | session | tail -n 1)" = '421 4.7.0 Too long without a letter' ]
	[ "$( { echo EHLO x; yes $'MAIL FROM:<>\nRSET' | head -n 1000; } | session | tail -n 1)" = '421 4.7.0 Too long without a letter' ]
}

@test "errors are answered ever more slowly" {
	start=${EPOCHREALTIME/./}
	yes NONSENSE | head -n 15 | session -t 20 >/dev/null
	[ $((${EPOCHREALTIME/./} - start)) -gt 1000000 ]
}

@test "a long line or greeting is refused, not stored" {
	for length in 5000 100000 10000000; do
		run -76 smtp-serve < <(printf 'EHLO '; head -c "$length" /dev/zero | tr '\0' x; printf '\r\n')
		[[ $output = *'500 5.5.6 '* ]]
	done
}

@test "a line of a letter may be as long as it likes" {
	{ printf '%s\nDATA\n' "$to_bob" | sed 's/$/\r/'; head -c 3000000 /dev/zero | tr '\0' x; printf '\r\n.\r\n'; } |
		smtp-serve >/dev/null
	[ "$(tail -n 1 "$(queued)" | wc -c)" = 3000001 ]
}

@test "commands end in CRLF alone" {
	for bad in 'NOOP\n' 'NOOP\r\r\n' 'NO\rOP\r\n' '\n'; do
		run -76 --separate-stderr smtp-serve < <(printf '%bNOOP\r\n' "$bad")
		[[ ${lines[1]} = '500 5.5.2 '* && ${#lines[@]} = 2 ]]
	done
	[ "$(printf 'NO\0OP\r\nQUIT\r\n' | smtp-serve | cut -c -3 | paste -sd ' ')" = '220 500 221' ]
}

@test "a browser is sent away" {
	for method in 'GET / HTTP/1.1' 'POST / HTTP/1.0' 'CONNECT x:25 HTTP/1.1'; do
		run -76 smtp-serve < <(printf '%s\r\nMAIL FROM:<>\r\n' "$method")
		[[ $output = *'554 5.5.1 '* && $output != *503* ]]
	done
}

@test "what a client calls itself adds no field, and no reverse name does" {
	export TCPREMOTEHOST=$'x\nEvil: yes'
	printf '%s\r\n' $'EHLO a(b)<c>\te\x80\x1bf' 'MAIL FROM:<>' 'RCPT TO:<bob@here.example>' DATA . | smtp-serve >/dev/null
	[ "$(message_of "$(queued)" | head -n 1)" = 'Received: from a?b??c??e??f ([192.0.2.7])' ]
}

@test "an IPv6 client is written as RFC 5321 has it" {
	unset TCPREMOTEHOST
	TCPREMOTEIP=2001:db8::7 session >/dev/null <<<"$to_bob"$'\nDATA\n.'
	grep -Fq 'Received: from client.example ([IPv6:2001:db8::7])' "$(queued)"
}

@test "more Received fields than max-hops are a loop; those behind the header do not count" {
	pennypost 'max-hops 3'
	local fields=$'Received: a\nSubject: x\nRECEIVED: b\nX-Received: c\nReceived: d'
	[ "$(codes <<<"$to_bob"$'\nDATA\n'"$fields"$'\nReceived: e\n\n.')" = '220 250 250 250 354 554' ]
	[ -z "$(queued)" ]
	[ "$(codes <<<"$to_bob"$'\nDATA\n'"$fields"$'\n\nReceived: e\n.')" = '220 250 250 250 354 250' ]
}

@test "filters see the letter and its envelope, and change it" {
	cat >"$BATS_TEST_TMPDIR/mark" <<-'END'
		#!/bin/sh
		echo "X-Filter: $1 $SENDER $RECIPIENT $SMTP_CLIENT $SMTP_HELO $SMTP_PROTOCOL"
		exec cat
	END
	chmod +x "$BATS_TEST_TMPDIR/mark"
	pennypost "filter $BATS_TEST_TMPDIR/mark one | $BATS_TEST_TMPDIR/mark two"
	session >/dev/null <<<"$to_bob"$'\nDATA\nSubject: x\n\nbody\n.'
	message_of "$(queued)" | sed '/^Received/,/^	for/d' | diff - <(cat <<-'END'
		X-Filter: two alice@example.org bob@here.example 192.0.2.7 client.example ESMTP
		X-Filter: one alice@example.org bob@here.example 192.0.2.7 client.example ESMTP
		Subject: x

		body
	END
	)
}

@test "a filter defers with 75, refuses with its own words, and is never skipped" {
	printf '#!/bin/sh\nexit 75\n' >"$BATS_TEST_TMPDIR/later"
	printf '#!/bin/sh\nprintf "a \\033\\303virus\\nmore\\n" >&2; exit 1\n' >"$BATS_TEST_TMPDIR/never"
	printf '#!/bin/sh\nkill -9 $$\n' >"$BATS_TEST_TMPDIR/dead"
	printf '#!/bin/sh\nexec sleep 60\n' >"$BATS_TEST_TMPDIR/hung"
	chmod +x "$BATS_TEST_TMPDIR"/*
	while read -r filter want; do
		pennypost "filter cat | $BATS_TEST_TMPDIR/$filter | cat"
		[[ $(session -t 1 <<<"$to_bob"$'\nDATA\n.' | tail -n 1) = "$want"* ]]
	done <<-'END'
		later 451 4.7.1
		never 554 5.7.1 a ??virus
		dead 451 4.7.1
		hung 451 4.7.1
		missing 451 4.7.1
		../../../../../bin/true 451 4.3.0
	END
	[ -z "$(queued)" ]
}

@test "a command gets the letter on its standard input, and the envelope" {
	unset RECIPIENT
	session sh -c 'cat >"$0"; echo "$SENDER,$RECIPIENT,$SMTP_CLIENT,$SMTP_CLIENT_NAME,$SMTP_OPTIONS,$*" >"$0.envelope"' \
		"$BATS_TEST_TMPDIR/letter" <<<"$to_bob"$'\nRCPT TO:<postmaster>\nDATA\nSubject: x\n\nbody\n.' |
		tail -n 1 | grep -qx '250 2.0.0 OK'
	tail -n +3 "$BATS_TEST_TMPDIR/letter" | diff - <(printf 'Subject: x\n\nbody\n')
	[ "$(cat "$BATS_TEST_TMPDIR/letter.envelope")" = \
		'alice@example.org,,192.0.2.7,client.example,,-- bob@here.example postmaster@here.example' ]
	[ ! -e "$PENNYPOST/queue" ]
}

@test "the exit status of a command is the reply" {
	while read -r status want; do
		[[ $(session sh -c "echo said >&2; exit $status" <<<"$to_bob"$'\nDATA\n.' | tail -n 1) = "$want" ]]
	done <<-'END'
		0 250 2.0.0 OK
		64 554 5.6.0 said
		65 554 5.6.0 said
		67 550 5.1.1 said
		68 550 5.1.2 said
		69 554 5.3.0 said
		70 451 4.3.0 said
		75 451 4.3.0 said
		77 554 5.7.1 said
		1 451 4.3.0 said
	END
	[[ $(session /nonexistent <<<"$to_bob"$'\nDATA\n.' | tail -n 1) = '451 4.3.0 '* ]]
}

@test "a letter cut off is not stored, wherever the client leaves" {
	whole=$(printf '%s\r\n' "EHLO x" "MAIL FROM:<>" "RCPT TO:<bob@here.example>" DATA "a: b" "" "text" . QUIT; echo .)
	whole=${whole%.}
	for ((n = 0; n < ${#whole} - 8; n += 3)); do
		printf %s "${whole:0:n}" | smtp-serve >/dev/null
	done
	[ -z "$(queued)" ]
	printf %s "${whole:0:${#whole} - 6}" | smtp-serve >/dev/null
	[ -n "$(queued)" ]
}

@test "a client that falls silent, wherever, is given up after -t seconds" {
	hang() { { printf '%s\r\n' "$@"; sleep 3; } | { smtp-serve -t 1; [ $? = 75 ] || echo status; } | tail -n 1; }
	hang >"$BATS_TEST_TMPDIR/1" &
	hang 'EHLO x' >"$BATS_TEST_TMPDIR/2" &
	hang 'EHLO x' 'MAIL FROM:<>' >"$BATS_TEST_TMPDIR/3" &
	hang 'EHLO x' 'MAIL FROM:<>' 'RCPT TO:<bob@here.example>' DATA >"$BATS_TEST_TMPDIR/4" &
	hang 'EHLO x' 'MAIL FROM:<>' 'RCPT TO:<bob@here.example>' DATA text >"$BATS_TEST_TMPDIR/5" &
	hang 'EHLO x' 'MAIL FROM:<>' 'RCPT TO:<bob@here.example>' 'BDAT 10' text >"$BATS_TEST_TMPDIR/6" &
	hang 'BDAT 10' text >"$BATS_TEST_TMPDIR/7" &
	wait
	[ "$(cat "$BATS_TEST_TMPDIR"/[1-7] | tr -d '\r' | sort | uniq -c | xargs)" = '7 421 4.4.2 You took too long' ]
}

@test "a byte a moment, in a command or a letter, does not hold a session" {
	drip() { printf '%s\r\n' "$@"; for _ in {1..40}; do printf x; sleep .1; done; }
	{ drip | smtp-serve -t 1 | tail -n 1 >"$BATS_TEST_TMPDIR/1"; } 2>/dev/null &
	{ drip 'EHLO x' 'MAIL FROM:<>' 'RCPT TO:<bob@here.example>' DATA | smtp-serve -t 1 | tail -n 1 >"$BATS_TEST_TMPDIR/2"; } 2>/dev/null &
	{ drip 'EHLO x' 'MAIL FROM:<>' 'RCPT TO:<bob@here.example>' 'BDAT 99' | smtp-serve -t 1 | tail -n 1 >"$BATS_TEST_TMPDIR/3"; } 2>/dev/null &
	wait
	[ "$(cat "$BATS_TEST_TMPDIR"/[1-3] | tr -d '\r' | sort | uniq -c | xargs)" = '3 421 4.4.2 You took too long' ]
}

@test "a client that reads nothing is given up after -t seconds" {
	run -75 perl -MSocket -e 'socketpair(my $us, my $them, AF_UNIX, SOCK_STREAM, 0); my $pid = fork;
		if (!$pid) { open(STDIN, "<&", $them); open(STDOUT, ">&", $them); close $us; exec @ARGV; }
		close $them; $SIG{PIPE} = sub { };
		for (1 .. 20000) { syswrite($us, ("EHLO x\r\nMAIL FROM:<>\r\n" . "RCPT TO:<bob\@here.example>\r\n" x 90 . "RSET\r\n")) or last; }
		waitpid $pid, 0; exit $? >> 8' smtp-serve -t 1
}

@test "the greeting, then all replies of a pipelined batch in one write" {
	printf '%s\r\n' 'EHLO x' 'MAIL FROM:<>' 'RCPT TO:<bob@here.example>' 'RCPT TO:<postmaster>' DATA >"$BATS_TEST_TMPDIR/batch"
	strace -o "$BATS_TEST_TMPDIR/trace" -e trace=write smtp-serve <"$BATS_TEST_TMPDIR/batch" >/dev/null
	[ "$(grep -c '^write(1,' "$BATS_TEST_TMPDIR/trace")" = 2 ]
}

@test "250 is said after the file and its folder are synced" {
	strace -o "$BATS_TEST_TMPDIR/trace" -e trace=fsync,fdatasync,linkat,write smtp-serve < <(
		printf '%s\r\n' 'EHLO x' 'MAIL FROM:<>' 'RCPT TO:<bob@here.example>' DATA .) >/dev/null
	grep -oE '^(f(data)?sync|linkat|write\(1,)' "$BATS_TEST_TMPDIR/trace" | tr -d '\n' | grep -Eq 'f(data)?synclinkatfsync.*write\(1,$'
}

@test "letters set out at the end of the session, or when the client pauses; not with a resident runner" {
	mkdir "$BATS_TEST_TMPDIR/bin" "$PENNYPOST/queue"
	cp "$(command -v smtp-serve)" "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\necho "$@" >>"$PENNYPOST/started"\n' >"$BATS_TEST_TMPDIR/bin/queue-run"
	chmod +x "$BATS_TEST_TMPDIR/bin/queue-run"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
	pennypost 'deliver background'
	letter=${to_bob#*$'\n'}$'\nDATA\n.'
	ids=$(session <<<"$to_bob"$'\nDATA\n.\n'"$letter" | sed -n 's/.*queued as /-i /p' | xargs)
	for _ in {1..50}; do [ -e "$PENNYPOST/started" ] && break; sleep .05; done
	[ "$(cat "$PENNYPOST/started")" = "$ids" ]
	rm "$PENNYPOST/started"
	{ printf '%s\n' "$to_bob" DATA .; for _ in {1..50}; do [ -e "$PENNYPOST/started" ] && break; sleep .1; done; ls "$PENNYPOST/started" >&3; } 3>"$BATS_TEST_TMPDIR/seen" | session >/dev/null
	[ -s "$BATS_TEST_TMPDIR/seen" ]
	rm "$PENNYPOST/started"
	: >"$PENNYPOST/queue/resident"
	flock "$PENNYPOST/queue/resident" bash -c "$(declare -f session); session >/dev/null" <<<"$to_bob"$'\nDATA\n.'
	sleep .1
	[ ! -e "$PENNYPOST/started" ]
}

@test "a full standard output, a closed one, empty input and a wrong option" {
	run -74 bash -c 'smtp-serve </dev/null >/dev/full'
	run -74 bash -c '(sleep .2; smtp-serve </dev/null; echo $? >&3) 3>'"$BATS_TEST_TMPDIR/status"' | true; exit $(cat '"$BATS_TEST_TMPDIR/status"')'
	run -0 smtp-serve </dev/null
	[ "${lines[0]}" = $'220 here.example ESMTP Pennypost\r' ]
	run -64 smtp-serve -Z </dev/null
	run -64 smtp-serve -t 0 </dev/null
	head -c 100000 /dev/zero | smtp-serve | tail -n 1 | grep -q '^500 5.5.6'
}

@test "memory does not grow with the letter" {
	head -c 64000000 /dev/zero | tr '\0' x | fold -w 1000 | sed 's/$/\r/' >"$BATS_TEST_TMPDIR/long"
	pennypost 'size-limit 1G'
	peak=$({ printf '%s\r\n' 'EHLO x' 'MAIL FROM:<>' 'RCPT TO:<bob@here.example>' DATA; cat "$BATS_TEST_TMPDIR/long"; printf '\n.\r\n'; } |
		/usr/bin/time -f %M smtp-serve 2>&1 >/dev/null | tail -n 1)
	[ "$peak" -lt 8192 ] || sanitized smtp-serve
	[ "$(stat -c %s "$(queued)")" -gt 64000000 ]
}

@test "the examples of the manual page" {
	cd "$BATS_TEST_TMPDIR"
	mkdir in
	eval "$(example smtp-serve.8 5)" | tail -n 2 | head -n 1 | grep -q '^250 2.0.0 OK'
	grep -q '^Subject: hello' in/*
	[ -e "$top/etc/systemd/$(example smtp-serve.8 2 | sed 's/.* //')" ]
	grep -q '^ExecStart=.*/smtp-serve -c 200 -C 20$' "$top/etc/systemd/pennypost-smtp.service"
	load peers
	peer_folder=$BATS_TEST_TMPDIR port=$(free_port)
	read -ra command < <(example smtp-serve.8 1 | sed "s/2525/$port/")
	in_background example "$port" "${command[@]}"
	perl -MIO::Socket::INET -e 'print IO::Socket::INET->new("127.0.0.1:" . shift)->getline' "$port" | grep -q ^220
	kill "$(cat example.pid)"
}

@test "the example of the manual page that needs s6" {
	command -v s6-tcpserver >/dev/null || skip 'needs s6-networking'
	cd "$BATS_TEST_TMPDIR"
	load peers
	peer_folder=$BATS_TEST_TMPDIR port=$(free_port)
	read -ra command < <(example smtp-serve.8 4 | sed "s/0.0.0.0 25/127.0.0.1 $port/")
	in_background example "$port" "${command[@]}"
	perl -MIO::Socket::INET -e 'print IO::Socket::INET->new("127.0.0.1:" . shift)->getline' "$port" | grep -q ^220
	kill "$(cat example.pid)"
}

@test "mail for the address at which we were called is ours, for another address literal it is not" {
	export TCPLOCALIP=192.0.2.1
	run session <<-END
		EHLO client.example
		MAIL FROM:<alice@example.org>
		RCPT TO:<bob@[192.0.2.1]>
		RCPT TO:<nobody@[192.0.2.1]>
		RCPT TO:<bob@[192.0.2.2]>
		DATA
		Subject: hello

		.
		QUIT
	END
	[ "$(grep -oE '^(250 2.1.5|550 5.1.1|550 5.7.1)' <<<"$output" | tr '\n' ' ')" = '250 2.1.5 550 5.1.1 550 5.7.1 ' ]
	grep -qx -- '-  bob@here.example' "$(queued)"
}
