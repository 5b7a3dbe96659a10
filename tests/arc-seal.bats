# shellcheck disable=SC2154 # variables of bats and of the fixture
load helper
load dkim

setup_file() {
	load helper
	load dkim
	dkim_keys example.test
	dns_zone example.test <"$keys/records"
	dns_start 'local-zone: "lost._domainkey.example.test" always_refuse'
}

teardown_file() {
	load dkim
	peers_stop
}

setup() {
	pennypost "resolver $dns"
	cd "$BATS_TEST_TMPDIR"
	printf '%s\n' 'Authentication-Results: here.example; spf=pass smtp.mailfrom=a@example.test' 'Authentication-Results: there.example; spf=fail' \
		'From: Alice <alice@example.test>' 'To: bob' 'Subject: Dinner' '' 'Hi  Bob, ' >letter
	seal <letter >one
}

seal() { arc-seal -d example.test -s "${1:-rsa}" -k "$keys/${2:-rsa}.pem"; }
check() { auth-check -i 192.0.2.1 -f x@other.test -h x 2>log; }
chain() { check | sed -n 's/^	arc=\([a-z]* (i=[0-9]*)\).*/\1/p' | head -n 1; }

# peers FILE: what python3-dkim and Mail::DKIM say of the chain.
peers() {
	/usr/bin/python3 - "$keys/records" "$1" <<-'END'
		import dkim, sys
		records = {line.split()[0]: "".join(line.split('"')[1::2]).encode() for line in open(sys.argv[1])}
		wire = open(sys.argv[2], "rb").read().replace(b"\n", b"\r\n")
		print(dkim.arc_verify(wire, dnsfunc=lambda name, timeout=5: records.get(name.decode()))[0].decode())
	END
	RES_NAMESERVERS=127.0.0.1 RES_OPTIONS=port:${dns#*:} perl -MMail::DKIM::ARC::Verifier -e \
		'my $v = Mail::DKIM::ARC::Verifier->new; while (<>) { s/\n/\r\n/; $v->PRINT($_) } $v->CLOSE; print $v->result, "\n"' "$1"
}

@test "a message is sealed with our own results, and stays as it was behind the set" {
	[ "$(grep -c '^ARC-' one)" = 3 ]
	tail -n "$(wc -l <letter)" one | cmp - letter
	mail-header -r ARC-Authentication-Results <one | grep -x $'i=1; here.example;\tspf=pass smtp.mailfrom=a@example.test'
	grep -x 'ARC-Seal: i=1; a=rsa-sha256; cv=none;' one
	[ "$(chain <one)" = 'pass (i=1)' ]
	[ "$(peers one | paste -sd' ')" = 'pass pass' ]
}

@test "sealed again and again: by what was found when it came, or is found now" {
	check <one | seal >two
	grep -x 'ARC-Seal: i=2; a=rsa-sha256; cv=pass;' two
	[ "$(chain <two)" = 'pass (i=2)' ]
	[ "$(peers two | paste -sd' ')" = 'pass pass' ]
	seal <one | grep -x 'ARC-Seal: i=2; a=rsa-sha256; cv=pass;'
	check <two | seal ed ed | chain | grep -x 'pass (i=3)'
}

@test "python3-dkim's seals pass, and so do ours over them" {
	/usr/bin/python3 - "$keys/rsa.pem" letter >theirs <<-'END'
		import dkim, sys
		letter = open(sys.argv[2], "rb").read().replace(b"\n", b"\r\n")
		set = dkim.arc_sign(letter, b"rsa", b"example.test", open(sys.argv[1], "rb").read(), b"here.example")
		sys.stdout.buffer.write((b"".join(set) + letter).replace(b"\r\n", b"\n"))
	END
	[ "$(chain <theirs)" = 'pass (i=1)' ]
	check <theirs | seal >ours
	[ "$(chain <ours)" = 'pass (i=2)' ]
	[ "$(peers ours | head -n 1)" = pass ]
}

@test "what was changed after it was sealed fails, is sealed so once, and no more" {
	sed 's/^Hi/Ho/' one >changed
	check <changed | grep 'arc=fail (i=1) reason="the body was changed after it was sealed"'
	sed 's/^Subject: /&Re: /' one | check | grep 'reason="the header was changed after it was sealed"'
	sed 's/i=1; here/i=1; there/' one | check | grep 'reason="a seal is broken"'
	check <changed | seal >failed
	grep -x 'ARC-Seal: i=2; a=rsa-sha256; cv=fail;' failed
	[ "$(chain <failed)" = 'fail (i=2)' ]
	check <failed | sed 's/^Ho/Hu/' >again
	seal <again | cmp - again
}

@test "sets that are not whole, numbered wrongly, too many: none of them passes" {
	fails() { check | grep "arc=fail.*reason=\"$1"; }
	sed '/^ARC-Auth/,/^Auth/{/^Auth/!d}' one | fails 'a set that is not whole'
	{ sed -n '/^ARC-Auth/,/^Auth/{/^Auth/!p}' one; cat one; } | fails 'a set that is not whole'
	sed 's/^ARC-Seal: i=1/ARC-Seal: i=2/' one | fails 'a set that is not whole'
	sed 's/^ARC-Seal: i=1/ARC-Seal: i=51/' one | fails 'a set without a number (i=)'
	sed 's/^ARC-Seal: i=1/ARC-Seal: i=0/' one | fails 'a set without a number (i=)'
	sed 's/cv=none/cv=pass/' one | fails 'a set that says that the chain is broken (cv=)'
	sed 's/cv=none;/& h=from;/' one | fails 'a seal that names fields (h=)'
	sed 's/rsa-sha256; cv/rsa-sha1; cv/' one | fails 'rsa-sha1'
	sed 's/relaxed;/& l=1;/' one | fails 'only a part of the body'
}

@test "a key that DNS does not tell for now: 75, and nothing is sealed" {
	seal lost <letter >lost
	run -75 --separate-stderr seal <lost
	[ -z "$output" ]
	[[ $stderr = 'arc-seal: standard input: DNS look-up of lost._domainkey.example.test: '* ]]
}

@test "wrong options" {
	for wrong in '' '-d x.test -s s' "-d x.test -s s -k $keys/rsa.pem letter" "-d x.test -s s -k $keys/rsa.pem -t 0" "-d -x -s s -k $keys/rsa.pem"; do
		# shellcheck disable=SC2086 # words
		run -64 arc-seal $wrong <letter
	done
	run -78 arc-seal -d x.test -s s -k letter <letter
}

@test "the example of the manual page" {
	cp letter message
	cp "$keys/rsa.pem" nov26.pem
	bash -c "$(example arc-seal.1 1)"
	grep -l '^ARC-Seal: i=1' "$(queued)"
}

@test "without -k the domain's first RSA key in the file dkim; where there is none, 78" {
	cp -r "$keys" "$PENNYPOST"
	printf '%s\n' 'example.test ed keys/ed.pem' 'example.test rsa keys/rsa.pem' >"$PENNYPOST/dkim"
	arc-seal -d lists.example.test <letter >sealed
	[ "$(chain <sealed)" = 'pass (i=1)' ]
	grep -A 3 '^ARC-Seal:' sealed | tr -d ' \t\n' | grep -q 'd=example.test;s=rsa;'
	run -78 arc-seal -d other.test <letter
	[ "$output" = "arc-seal: $PENNYPOST/dkim: no RSA key for other.test" ]
	run -64 arc-seal -d example.test -s rsa <letter
}

@test "a list with seal yes sends what was found when a message came, its own changes sealed; without a key nothing goes" {
	list-create news news@lists.example.test alice@example.test
	printf '%s\n' 'seal yes' 'prefix [news]' 'post open' 'munge never' >>"$PENNYPOST/lists/news/conf"
	echo bob@example.com >"$PENNYPOST/lists/news/subscribers"
	mkdir -p "$PENNYPOST/lists/news/archive"/{new,cur,tmp}
	run -78 list-explode news <letter
	[ -z "$(queued)$(find "$PENNYPOST/lists/news/archive" -type f)" ]
	echo "example.test rsa $keys/rsa.pem" >"$PENNYPOST/dkim"
	SENDER=alice@example.test list-explode news <letter
	message_of "$(queued)" >sealed
	grep -x 'Subject: \[news\] Dinner' sealed
	[ "$(chain <sealed)" = 'pass (i=1)' ]
	[ "$(peers sealed | head -n 1)" = pass ]
	sed -n '/^ARC-Authentication-Results:/,/^[^ \t]/p' sealed | grep -q 'spf=pass'
}

@test "a list whose sealed message cannot be stored says why" {
	list-create news news@lists.example.test alice@example.test
	printf '%s\n' 'seal yes' 'post open' 'munge never' >>"$PENNYPOST/lists/news/conf"
	echo bob@example.com >"$PENNYPOST/lists/news/subscribers"
	echo "example.test rsa $keys/rsa.pem" >"$PENNYPOST/dkim"
	echo 'size-limit 100K' >>"$PENNYPOST/conf"
	{ cat letter; head -c 600000 /dev/zero | tr '\0' x | fold; } >large
	SENDER=alice@example.test run -65 list-explode news <large
	[ "$output" = 'list-explode: news: the message is larger than size-limit' ]
	[ -z "$(queued)" ]
}
