# shellcheck disable=SC2154 # variables of bats and of the fixture
load helper
load dkim

setup_file() {
	load helper
	load dkim
	dkim_keys example.test
	dns_zone example.test <"$keys/records"
	dns_start
}

teardown_file() {
	load dkim
	peers_stop
}

setup() {
	pennypost "resolver $dns"
	cd "$BATS_TEST_TMPDIR"
	both="-d example.test -s rsa -k $keys/rsa.pem -s ed -k $keys/ed.pem"
	printf '%s\n' 'Received: by x' 'From: Alice <alice@example.test>' 'To: bob' 'Subject: Dinner' 'List-Unsubscribe: <https://x.test/1>' \
		'List-Unsubscribe-Post: List-Unsubscribe=One-Click' '' 'Hi  Bob, ' '.' '' >letter
}

results() { dkim-verify | cut -f1 | paste -sd' '; }

tag() { mail-header -r DKIM-Signature | tr -d ' \t\n' | tr ';' '\n' | sed -n "s/^$1=//p"; }

@test "two signatures in one run, each good; behind them the message as it was" {
	# shellcheck disable=SC2086 # words
	dkim-sign $both <letter >signed
	[ "$(results <signed)" = 'pass pass' ]
	[ "$(grep -c '^DKIM-Signature:' signed)" = 2 ]
	tail -n "$(wc -l <letter)" signed | cmp - letter
	[ "$(awk '{ print length <= 78 }' signed | sort -u)" = 1 ]
}

@test "what is signed: relaxed, the whole body, From and the bulk fields once more than they are there" {
	dkim-sign -d example.test -s rsa -k "$keys/rsa.pem" <letter >signed
	[ "$(tag c <signed)" = relaxed/relaxed ]
	[ -z "$(tag l <signed)$(tag x <signed)" ]
	[ "$(tag h <signed)" = From:From:To:To:Cc:Subject:Subject:Content-Type:Content-Transfer-Encoding:MIME-Version:List-Unsubscribe:List-Unsubscribe:List-Unsubscribe-Post:List-Unsubscribe-Post ]
	for field in 'From: x@example.test' 'Subject: x' 'Content-Type: text/html' 'List-Unsubscribe: <https://y.test>' 'List-Unsubscribe-Post: x'; do
		[ "$({ echo "$field"; cat signed; } | results)" = fail ]
	done
	[ "$({ printf 'Received: by y\nReply-To: x\nList-Id: <x>\n'; cat signed; } | results)" = pass ]
}

@test "-H: these fields, and From; -x: it expires" {
	dkim-sign -H Subject:to:subject -x 2d -d example.test -s ed -k "$keys/ed.pem" <letter >signed
	[ "$(tag h <signed)" = Subject:to:subject:From ]
	[ $(($(tag x <signed) - $(tag t <signed))) = 172800 ]
	[ "$(results <signed)" = pass ]
	dkim-sign -H from -d example.test -s ed -k "$keys/ed.pem" <letter | tag h | grep -x from
}

@test "LF and CRLF are signed alike, and stay as they are; NULs and a line without end too" {
	sed 's/$/\r/' letter | dkim-sign -d example.test -s ed -k "$keys/ed.pem" >crlf
	[ "$(grep -c $'\r$' crlf)" = "$(wc -l <crlf)" ]
	[ "$(results <crlf) $(tr -d '\r' <crlf | results)" = 'pass pass' ]
	printf 'From: a@example.test\n\n\0x\n.\rno end' >odd
	dkim-sign -d example.test -s ed -k "$keys/ed.pem" <odd >signed
	tail -c "$(wc -c <odd)" signed | cmp - odd
	[ "$(results <signed) $({ cat signed; echo; } | results)" = 'pass pass' ]
}

@test "a large message from a file or a pipe: constant memory" {
	! sanitized dkim-sign || skip "sanitizers need memory of their own"
	{ cat letter; head -c 150M /dev/zero; } >large
	prlimit --data=8388608 dkim-sign -d example.test -s ed -k "$keys/ed.pem" <large >signed
	[ "$(prlimit --data=8388608 dkim-verify <signed | cut -f1)" = pass ]
	# shellcheck disable=SC2002 # a pipe
	[ "$(cat large | prlimit --data=8388608 dkim-sign -d example.test -s ed -k "$keys/ed.pem" | wc -c)" = "$(wc -c <signed)" ]
	run -73 env TMPDIR=/nowhere dkim-sign -d example.test -s ed -k "$keys/ed.pem" < <(cat large)
}

@test "-j: names of messages, and for each the fields that belong in front of it" {
	cp letter second
	# shellcheck disable=SC2086 # words
	run -66 --separate-stderr dkim-sign -j $both < <(printf 'letter\nnowhere\nsecond')
	[ "${#lines[@]}" = 2 ]
	[ "$(cut -f1 <<<"$output" | paste -sd' ')" = 'letter second' ]
	{ printf '%b' "$(cut -f2 <<<"${lines[1]}")"; cat second; } >signed
	[ "$(results <signed)" = 'pass pass' ]
	[ "$stderr" = 'dkim-sign: nowhere: No such file or directory' ]
}

@test "python3-dkim verifies what we sign, and we what it signs, in every canonicalization" {
	cp "$keys"/*.pem "$keys/records" .
	run -0 /usr/bin/python3 "$top/tests/signatures.py" . 100
	[ "$output" = '100 of theirs, 0 wrong; 200 of ours, 0 wrong' ]
}

@test "Mail::DKIM verifies what we sign, and we what it signs" {
	export RES_NAMESERVERS=127.0.0.1 RES_OPTIONS=port:${dns#*:}
	dkim-sign -d example.test -s rsa -k "$keys/rsa.pem" <letter | perl "$top/tests/signatures.pl" verify | grep -x 'rsa-sha256 pass'
	for canonical in simple simple/relaxed relaxed/simple relaxed; do
		perl "$top/tests/signatures.pl" sign "$keys/rsa.pem" "$canonical" <letter >signed
		[ "$(results <signed)" = pass ]
	done
}

@test "opendkim-testmsg verifies what we sign; what it signs, by rsa-sha1, counts for nothing" {
	{ echo 'Date: Fri, 27 Nov 2026 20:00:00 +0000'; cat letter; } | sed 's/$/\r/' | opendkim-testmsg -C -d example.test -s rsa -k "$keys/rsa.pem" >signed
	[ "$(results <signed)" = policy ]
	unshare -nm true 2>/dev/null || skip "no network of our own here"
	# It asks port 53 of the servers of resolv.conf: a network in which that is ours.
	sed -n '/^Date/,$p' signed | dkim-sign -d example.test -s rsa -k "$keys/rsa.pem" >good
	sed 's/Bob/Rob/' good >bad
	sed "s/@${dns#*:}/@53/" "$peer_folder/unbound.conf" >53.conf
	echo 'nameserver 127.0.0.1' >resolv.conf
	cat >there <<-'END'
		ip link set lo up
		mount --bind resolv.conf /etc/resolv.conf
		unbound -d -c 53.conf 2>unbound.log & server=$!
		for i in 1 2 3 4 5 6 7 8 9; do dig +short +tries=1 +time=1 example.test soa | grep -q . && break; done
		opendkim-testmsg <good && echo good
		opendkim-testmsg <bad || echo bad
		kill $server
	END
	run -0 unshare -nm sh there
	[[ $output = *good*bad ]] || { echo "$output"; false; }
}

@test "what cannot be signed: 65; keys that are none: 78" {
	run -65 --separate-stderr dkim-sign -d example.test -s rsa -k "$keys/rsa.pem" < <(printf 'Subject: x\n\n')
	[ "$stderr" = 'dkim-sign: standard input: no From' ]
	run -78 --separate-stderr dkim-sign -d example.test -s rsa -k letter <letter
	[[ $stderr = 'dkim-sign: letter: '* ]]
	run -65 dkim-sign -d example.test -s ed -k "$keys/ed.pem" < <(yes 'From: x' | head -n 10001)
	run -65 dkim-sign -d example.test -s ed -k "$keys/ed.pem" < <(echo 'From: x'; yes ' ' | head -n 600000)
}

@test "wrong options" {
	for wrong in '' "-d example.test -k $keys/rsa.pem" "-s rsa -k $keys/rsa.pem" "$both letter" "-H a::b $both" "-H ab;c $both" "-x soon $both" "-d x -s y"; do
		# shellcheck disable=SC2086 # words
		run -64 dkim-sign $wrong <letter
	done
}

@test "the examples of the manual page" {
	cp "$keys/rsa.pem" nov26.pem
	cp "$keys/ed.pem" nov26-ed.pem
	cp letter message
	mkdir queue
	cp letter queue/1
	for n in 1 2; do
		run -0 bash -c "$(example dkim-sign.1 $n | sed 's/example.org/example.test/')"
		[[ $output = *'DKIM-Signature: v=1; a=rsa-sha256'*'DKIM-Signature: v=1; a=ed25519-sha256'* ]] || { echo "$output"; false; }
	done
}
