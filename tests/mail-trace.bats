load helper
load peers

setup() {
	cd "$BATS_TEST_TMPDIR"
	cat >letter <<-'END'
		Received: from localhost (localhost [127.0.0.1])
		  by store.example.com (Postfix) with LMTP id 99
		  for <bob@example.com>; Mon, 23 Nov 2026 19:45:30 +0100
		Received: from mail.example.org (mail.example.org [192.0.2.7])
		  by mx.example.com (Postfix) with ESMTPS id 4F1
		  for <bob@example.com>; Mon, 23 Nov 2026 19:40:30 +0100
		Subject: x
		Received: from cable.example.net ([203.0.113.5] helo=laptop)
		  by mail.example.org with esmtpsa (Exim 4.96)
		  id 1abc; Mon, 23 Nov 2026 18:40:15 +0000

		Received: not this
	END
	mkdir -p Maildir/{cur,new,tmp}
	cp letter Maildir/cur/1.x:2,S
}

teardown() { peers_stop; }

# notes HOP [ARGUMENT]...: of a message on standard input.
notes() { mail-trace "${@:2}" | awk -F '\t' -v hop="$1" '$1 == hop { print $10 }'; }

# hops FROM-AND-BY...: a message of these Received fields, the newest first, a minute apart.
hops() {
	local minute=$((30 + $#))

	for hop; do
		printf 'Received: %s; Mon, 23 Nov 2026 19:%d:00 +0100\n' "$hop" $((minute--))
	done
}

@test "hop time delay helo address by with id for note, from the first hop to the last" {
	run -0 mail-trace letter
	[ "${lines[0]}" = $'1\t2026-11-23T18:40:15Z\t\tlaptop\t203.0.113.5\tmail.example.org\tesmtpsa\t1abc\t\thelo' ]
	[ "${lines[1]}" = $'2\t2026-11-23T18:40:30Z\t15\tmail.example.org\t192.0.2.7\tmx.example.com\tESMTPS\t4F1\tbob@example.com\t' ]
	[ "${lines[2]}" = $'3\t2026-11-23T18:45:30Z\t300\tlocalhost\t127.0.0.1\tstore.example.com\tLMTP\t99\tbob@example.com\t' ]
	[ "${#lines[@]}" = 3 ]
	[ "$(sed 's/$/\r/' letter | mail-trace)" = "$output" ]
	[ "$(printf 'Subject: x\n\n' | mail-trace)" = '' ]
}

@test "with several messages or a folder each line begins with the name of its message" {
	[ "$(mail-trace Maildir | cut -f1,2)" = $'Maildir/cur/1.x:2,S\t1\nMaildir/cur/1.x:2,S\t2\nMaildir/cur/1.x:2,S\t3' ]
	[ "$(mail-trace letter letter | wc -l)" = 6 ]
}

@test "syntax, no-date" {
	printf 'Received: rubbish; Mon, 23 Nov 2026 19:40:12 +0100\nReceived: by b.example; yesterday\n\n' >letter
	[ "$(notes 2 <letter)" = syntax ]
	[ "$(notes 1 <letter)" = no-date ]
	[ "$(printf 'Received: \n' | notes 1)" = syntax,no-date ]
}

@test "skew up to five minutes, backwards beyond; the delay is from the last hop with a date" {
	cat >letter <<-'END'
		Received: by d; Mon, 23 Nov 2026 19:40:00 +0100
		Received: by c; Mon, 23 Nov 2026 19:45:01 +0100
		Received: by c; no date
		Received: by b; Mon, 23 Nov 2026 19:45:00 +0100
		Received: by a; Mon, 23 Nov 2026 19:50:00 +0100
	END
	[ "$(mail-trace letter | cut -f3,10)" = $'\t\n-300\tskew\n\tno-date\n1\t\n-301\tbackwards' ]
}

@test "helo: another name, or another address, than the client's" {
	notes_of() { hops "from $1 by b.example" | notes 1; }
	[ "$(notes_of 'a.example (A.example. [192.0.2.1])')" = '' ]
	[ "$(notes_of 'a.example (b.example [192.0.2.1])')" = helo ]
	[ "$(notes_of '[192.0.2.1] (b.example [192.0.2.1])')" = '' ]
	[ "$(notes_of '[IPv6:2001:db8:0::1] (b.example [IPv6:2001:db8::1])')" = '' ]
	[ "$(notes_of '[10.0.0.1] (b.example [192.0.2.1])')" = helo ]
	[ "$(notes_of 'a.example (unknown [192.0.2.1])')" = nameless ]
	[ "$(notes_of 'a.example')" = '' ]
}

@test "private: only between hops on the Internet" {
	public='from a ([192.0.2.1]) by b' private='from a ([10.1.2.3]) by b'
	[ "$(hops "$private" "$public" "$private" | mail-trace | cut -f10 | tr '\n' :)" = ::: ]
	[ "$(hops "$public" "$private" "$private" "$public" | mail-trace | cut -f10 | tr '\n' :)" = :private:private:: ]
	for address in 127.0.0.1 169.254.1.1 172.31.0.1 192.168.0.1 100.64.0.1 IPv6:fd00::1 IPv6:fe80::1; do
		[ "$(hops "$public" "from a ([$address]) by b" "$public" | notes 2)" = private ]
	done
	[ "$(hops "$public" 'from a ([172.32.0.1]) by b' "$public" | notes 2)" = '' ]
}

@test "-t: what stands before the trusted hosts is untrusted, and forged where it names one of them" {
	hops 'from b.example by store.example.com' 'from b.example by MX.example.com' 'from mx.example.com by b.example' \
		'from x by mx.example.com' 'from x by notexample.com' >letter
	[ "$(mail-trace -t example.com letter | cut -f10 | tr '\n' :)" = untrusted:forged:untrusted::: ]
	[ "$(mail-trace -t example.com -t b.example letter | cut -f10 | tr '\n' :)" = untrusted:::::  ]
	[ "$(mail-trace letter | cut -f10 | tr '\n' :)" = ::::: ]
	{ echo 'Received: (qmail 1 invoked by uid 1); Mon, 23 Nov 2026 19:50:00 +0100'; cat letter; } >qmail
	[ "$(mail-trace -t example.com qmail | cut -f10 | tr '\n' :)" = untrusted:forged:untrusted:::: ]
}

@test "-g draws the road" {
	run -0 mail-trace -g -t example.com letter
	diff - <(echo "$output") <<-'END'
		laptop [203.0.113.5]
		  | 2026-11-23T18:40:15Z, esmtpsa
		  ! the client's name is not that of its address
		  ! only a stranger says so
		mail.example.org
		  | 2026-11-23T18:40:30Z, 15 s, ESMTPS
		mx.example.com
		  | as localhost [127.0.0.1]
		  | 2026-11-23T18:45:30Z, 5 min, LMTP
		store.example.com
	END
	[ "$(mail-trace -g letter Maildir | grep -n ':$')" = $'1:letter:\n12:Maildir/cur/1.x:2,S:' ]
}

@test "nothing that a message says forges a line" {
	printf 'Received: from \033[2J\tx by b\0y id a\\b; Mon, 23 Nov 2026 19:40:12 +0100\n' >letter
	[ "$(mail-trace letter)" = $'1\t2026-11-23T18:40:12Z\t\t\uFFFD[2J x\t\tb\uFFFDy\t\ta\\\\b\t\t' ]
}

@test "a hundred thousand hops, parentheses and semicolons take no time and little memory; over 1 MB: 65" {
	peak() { /usr/bin/time -f %M "$@" 2>&1 >/dev/null | tail -n 1; }
	yes 'Received:' | head -c 1000000 >letter
	timeout 10 mail-trace letter >out
	[ "$(wc -l <out)" = 100000 ]
	sanitized mail-trace || [ "$(peak mail-trace letter)" -lt 8192 ]
	for what in '(' '();' '"' '\(' ' by a'; do
		{ echo 'Received: from a'; yes " $(yes "$what" | head -n 100 | tr -d '\n')" | head -c 900000; } >letter
		timeout 10 mail-trace letter >/dev/null
	done
	yes 'Received: by a' | head -n 100000 >letter
	run -65 mail-trace letter
}

@test "what mail-inject and smtp-serve write is read" {
	pennypost
	mkdir -p "$PENNYPOST/mailboxes/alice"
	printf 'To: alice\n\nhello\n' | mail-inject -f bob@here.example -i alice
	message_of "$(queued)" >own
	[ "$(mail-trace own | cut -f6,10)" = $'here.example\t' ]
	printf '%s\r\n' 'EHLO me' 'MAIL FROM:<me@example.com>' 'RCPT TO:<alice@here.example>' DATA 'Subject: x' '' hello . QUIT |
		TCPREMOTEIP=192.0.2.1 PROTO=TCP smtp-serve sh -c 'cat >served' >/dev/null
	[ "$(mail-trace served | cut -f4-7)" = $'me\t192.0.2.1\there.example\tESMTP' ]
	[ "$(notes 1 <served)" = '' ]
}

@test "what Postfix and exim write is read" {
	pennypost
	peers
	printf 'Subject: x\n\nhello\n' >letter
	port=$(free_port)
	postfix_start "$port"
	timeout 30 smtp-send -f al@here.example -s "127.0.0.1:$port" bob@postfix.example <letter
	arrived() { [ -n "$(ls "$peer_folder/postfix-mail/bob/new")" ]; }
	await 10 arrived
	[[ $(mail-trace "$peer_folder"/postfix-mail/bob/new/* | cut -f4-) =~ ^here.example$'\t127.0.0.1\tmail.postfix.example\tESMTP\t'[0-9A-Za-z]+$'\tbob@postfix.example\tnameless'$ ]]
	port=$(free_port)
	exim_start "$port" 127.0.0.1 "$(free_port)"
	timeout 60 smtp-send -f al@here.example -s "127.0.0.1:$port" bob@exim.example <letter
	arrived() { [ -n "$(ls "$peer_folder/exim-mail/bob/new")" ]; }
	await 10 arrived
	[[ $(mail-trace "$peer_folder"/exim-mail/bob/new/* | cut -f4-) =~ ^here.example$'\t127.0.0.1\tmail.exim.example\tesmtp\t'[-0-9A-Za-z]+$'\tbob@exim.example\t'$ ]]
}

@test "mail-trace(1): the examples" {
	[ "$(bash -c "$(example mail-trace.1 1)" | tail -n 1)" = store.example.com ]
	[ "$(bash -c "$(example mail-trace.1 2)")" = $'300\tstore.example.com' ]
	[ "$(bash -c "$(example mail-trace.1 3)" | tr -s ' ')" = $' 1 127.0.0.1\n 1 192.0.2.7' ]
}
