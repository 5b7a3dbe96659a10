# shellcheck disable=SC2154,SC2086 # variables of bats and of the fixture; words
load helper
load dkim

setup_file() {
	load helper
	load dkim
	dkim_keys example.test
	ed=$(sed -n '2s/.*p=\(.*\)".*/\1/p' "$keys/records")
	dns_zone example.test <<-END
		$(cat "$keys/records")
		exact._domainkey TXT "v=DKIM1; k=ed25519; t=s; p=$ed"
		testing._domainkey TXT "v=DKIM1; k=ed25519; t=y; p=$ed"
		other._domainkey TXT "some other record"
		other._domainkey TXT "v=DKIM1; k=ed25519; p=$ed"
		revoked._domainkey TXT "v=DKIM1; k=ed25519; p="
		large._domainkey TXT $(large_key)
		small._domainkey TXT "p=$(openssl genrsa 512 2>/dev/null | openssl rsa -pubout -outform DER 2>/dev/null | base64 -w0)"
	END
	dns_start
}

# An RSA key of 16384 bits, in strings.
large_key() {
	/usr/bin/python3 - <<-'END'
		import base64
		integer = lambda n: b"\x02\x82" + len(n).to_bytes(2, "big") + n
		numbers = integer(b"\0" + b"\xff" * 2048) + b"\x02\x03\1\0\1"
		text = "p=" + base64.b64encode(b"\x30\x82" + len(numbers).to_bytes(2, "big") + numbers).decode()
		print(" ".join('"%s"' % text[i:i + 250] for i in range(0, len(text), 250)))
	END
}

teardown_file() {
	load dkim
	peers_stop
}

setup() {
	pennypost "resolver $dns"
	cd "$BATS_TEST_TMPDIR"
	printf '%s\n' 'From: Alice <alice@example.test>' 'To: bob' 'Subject: Dinner' 'Content-Transfer-Encoding: 8bit' '' 'Hi  Bob, ' 'From me: caf'$'\303\251' '.' 'bye' >letter
	sign <letter >signed
}

# sign [SELECTOR]: by the key of Ed25519.
sign() { dkim-sign -d example.test -s "${1:-ed}" -k "$keys/ed.pem"; }

# says RESULT WHY [EDITS] <message
says() {
	run dkim-verify
	[ "$(cut -f1,6,7 <<<"$output")" = "$1"$'\t'"$2"$'\t'"${3:-}" ] || { echo "$output"; return 1; }
}

@test "a line for each signature: result, domain, selector, algorithm, bits" {
	dkim-sign -d example.test -s rsa -k "$keys/rsa.pem" <signed >both
	run -0 dkim-verify both
	[ "$output" = $'pass\texample.test\trsa\trsa-sha256\t2048\t\t\npass\texample.test\ted\ted25519-sha256\t256\t\t' ]
	run -77 dkim-verify letter
	[ "$output" = $'none\t\t\t\t\t\t' ]
}

@test "messages of a folder, of operands and of -j, each line with its name" {
	mkdir box
	cp signed box/1
	cp letter box/2
	run -77 dkim-verify box
	[ "$(cut -f1,2 <<<"$output" | tr '\t' ' ' | paste -sd' ')" = 'box/1 pass box/2 none' ]
	run -66 --separate-stderr dkim-verify signed nowhere
	[ "$output" = $'signed\tpass\texample.test\ted\ted25519-sha256\t256\t\t' ]
	[ "$(printf 'signed\nsigned' | dkim-verify -j | cut -f2 | paste -sd' ')" = 'pass pass' ]
}

@test "-a: the message with the field in front, and what is forged removed" {
	{ printf 'Authentication-Results: here.example; dkim=pass\nAuthentication-Results: there.example; dkim=pass\n'; cat signed; } >forged
	run -0 dkim-verify -a <forged
	[ "${lines[0]}" = 'Authentication-Results: here.example;' ]
	[[ ${lines[1]} = $'\tdkim=pass (256-bit key) header.d=example.test header.s=ed' ]]
	[[ ${lines[2]} = $'\theader.a=ed25519-sha256 header.b='* ]]
	dkim-verify -a <forged | sed '1,3d' | cmp - <(sed 1d forged)
	sed 's/^Hi/Ho/' forged | dkim-verify -a | grep 'dkim=fail (256-bit key) reason="the body was changed"'
	dkim-verify -a <letter | grep -x $'\tdkim=none'
}

@test "the edit that broke it is named, if undoing it makes it good" {
	says fail 'the header was changed' 'Subject was tagged' < <(sed 's/^Subject: /&[list] /' signed)
	says fail 'the header was changed' 'Subject was tagged' < <(sed 's/Dinner/Re: x/' letter | sign | sed 's/^Subject: Re: /&[list] /')
	says fail 'the header was changed' 'From was replaced' < <(sed 's/^From: \(.*\)/From: list@x.test\nX-Original-From: \1/' signed)
	says fail 'the header was changed' 'MIME-Version was added' < <(echo MIME-Version: 1.0; cat signed)
	for h in Sender List-{Id,Help,Unsubscribe,Subscribe,Post,Owner,Archive}; do echo "$h: x"; done >added
	absent=$(cut -d: -f1 added | paste -sd:)
	says fail 'the header was changed' 'Subject was tagged, Sender was added, List- fields were added' \
		< <(cat added; dkim-sign -H "From:Subject:$absent" -d example.test -s ed -k "$keys/ed.pem" <letter | sed 's/^Subject: /&[list] /')
	says fail 'the header was changed' 'Subject was tagged, MIME-Version was added' < <(echo MIME-Version: 1.0; sed 's/^Subject: /&[list] /' signed)
	says fail 'the header was changed' '' < <(sed 's/^Subject: /&Re: /' signed)
	says fail 'the body was changed' '2 lines were added at the end of the body' < <(cat signed; printf -- '-- \nfooter')
	says fail 'the body was changed' '1 line was added at the end of the body' < <(cat signed; printf '\n\r\nfooter\n')
	says fail 'the body was changed' '1 line was added at the start of the body' < <(sed 's/^Hi/warning\n&/' signed)
	says fail 'the body was changed' "lines \`From ' of the body were quoted" < <(sed 's/^From me/>&/' signed)
	says fail 'the body was changed' 'lines of the body had dots added' < <(sed 's/^\.$/../' signed)
	says fail 'header and body were changed' 'the body was encoded again, Content-Transfer-Encoding was changed' \
		< <(LC_ALL=C sed 's/: 8bit/: quoted-printable/; s/Bob, $/Bob,=20/; s/\xc3\xa9/=C3=A9/' signed)
	says fail 'header and body were changed' 'the body was encoded again, Content-Transfer-Encoding was changed' \
		< <(sed '/^$/,$d; s/: 8bit/: base64/' signed; echo; sed '1,/^$/d' signed | base64)
	says fail 'header and body were changed' '2 lines were added at the end of the body, Subject was tagged' < <(sed 's/^Subject: /&[list] /' signed; printf -- '-- \nfooter\n')
	says fail 'the body was changed' '' < <(sed 's/bye/Bye/' signed)
}

@test "a message through a pipe that is larger than the buffer is explained as well" {
	{ cat letter; head -c 300000 /dev/zero | tr '\0' '\n'; echo end; } | sign >large
	# shellcheck disable=SC2002 # a pipe
	says fail 'the body was changed' '1 line was added at the end of the body' < <(cat large - <<<footer)
}

@test "keys: for one domain alone, in tests, beside other records, revoked, too small, too large, missing, unknown" {
	says pass '' < <(sign other <letter)
	says pass '' < <(sign exact <letter)
	says permerror 'the key is not for subdomains (t=s)' < <(sign exact <letter | sed 's/d=example.test;/& i=@a.example.test;/')
	sign testing <letter | dkim-verify -a | grep 'pass (256-bit key, the domain is testing)'
	says permerror 'the key was revoked' < <(sign revoked <letter)
	says permerror 'no key at nowhere._domainkey.example.test' < <(sign nowhere <letter)
	says permerror 'a key of another kind (k=)' < <(sign rsa <letter)
	says policy 'an RSA key of 16384 bits, more than we compute with' < <(sign large <letter)
	says policy 'an RSA key of 512 bits, which proves nothing (RFC 8301)' < <(sign small <letter)
	says temperror 'DNS look-up of ed._domainkey.dead.test: SERVFAIL' < <(sed 's/d=example.test/d=dead.test/' signed)
	run -75 dkim-verify < <(sed 's/d=example.test/d=dead.test/' signed)
}

@test "signatures that count for nothing, or are none" {
	says policy 'only a part of the body is signed (l=)' < <(sed 's/s=ed;/& l=4;/' signed)
	says policy 'rsa-sha1, which proves nothing (RFC 8301)' < <(sed 's/a=ed25519-sha256/a=rsa-sha1/; s/bh=.*/bh=AAAAAAAAAAAAAAAAAAAAAAAAAAA=;/' signed)
	says policy 'it has expired (x=)' < <(sed 's/t=[0-9]*/t=1; x=2/' signed)
	says neutral 'it expires before it was made (t=, x=)' < <(sed 's/t=[0-9]*/t=2; x=1/' signed)
	says neutral 'From is not signed (h=)' < <(sed 's/From:From:/X:/' signed)
	says neutral 'an identity that is not of the domain (i=)' < <(sed 's/s=ed;/& i=@xexample.test;/' signed)
	says neutral 'an identity that is not of the domain (i=)' < <(sed 's/s=ed;/& i=example.test;/' signed)
	says neutral 'an unknown algorithm (a=)' < <(sed 's/-sha256/-sha512/' signed)
	says neutral 'an unknown canonicalization (c=)' < <(sed 's/relaxed;/strict;/' signed)
	says neutral 'a version that is not 1 (v=)' < <(sed 's/v=1/v=2/' signed)
	says neutral 'a key that is not in DNS (q=)' < <(sed 's/s=ed;/& q=http;/' signed)
	says neutral 'no hash of the body (bh=)' < <(sed 's/bh=/&A/' signed)
	says neutral 'not a list of tags' < <(sed 's/v=1/& v=1/; s/s=ed;/& s=ed;/' signed)
	says neutral 'no domain or no selector (d=, s=)' < <(sed 's/s=ed;//' signed)
	says neutral 'a domain or selector that is none (d=, s=)' < <(sed 's/s=ed;/s=a b;/' signed)
}

@test "parts that a list added at the end of a multipart are counted, as Mailman and list-explode add them" {
	added() { sed 's/^--a b--/--a b\nContent-Type: text\/plain\n\nfooter\n\n&/' "$@"; }
	printf '%s\n' 'From: alice@example.test' 'Content-Type: multipart/mixed; boundary="a b"' '' --'a b' '' text --'a bc' --'a b' '' more '' --'a b--' '' | sign >mixed
	for end in '' 's/$/\r/' '$d' '$s/$/\n\n/'; do
		says fail 'the body was changed' '1 part was added at the end of the body' < <(added mixed | sed "$end")
		says fail 'the body was changed' '2 parts were added at the end of the body' < <(added mixed | added | sed "$end")
	done
	says fail 'the body was changed' '2 lines were added at the end of the body' < <(cat mixed; printf '%s\n' --'a b' footer)
	says fail 'the body was changed' '' < <(added mixed | sed 's/more/less/')
	says fail 'the body was changed' '' < <(sed 's/^--a b--/--a c\n\nfooter\n&/' mixed)
	says fail 'the body was changed' '1 part was added at the end of the body' < <(by_mailman mixed)
	says fail 'the body was changed' '1 part was added at the end of the body' < <(by_list_explode mixed)
}

@test "a body that a list made a part of a multipart, as Mailman and list-explode do where a footer has no other place" {
	wrapped='the body was made a part of a multipart'
	printf '%s\n' 'From: alice@example.test' 'Subject: Dinner' 'MIME-Version: 1.0' >start
	cat start - >html <<-END
		Content-Type: text/html; charset=utf-8
		Content-Language: fr
		Content-Transfer-Encoding: quoted-printable

		<p>caf=C3=A9
		--

	END
	cat start - >alternative <<-END
		Content-Type: multipart/alternative; boundary="a b"

		preamble
		--a b

		text
		--a b
		Content-Type: text/html

		<p>text
		--a b--
		epilogue
	END
	for file in html alternative; do
		sign <$file >$file.ours
		by_python simple $file >$file.simple
		by_python relaxed $file >$file.relaxed
	done
	for file in {html,alternative}.{ours,simple,relaxed}; do
		says pass '' <$file
		for list in by_mailman by_list_explode; do
			$list $file >wrapped
			for end in '' '$d' '$s/$/\n\n/' 's/$/\r/'; do
				says fail 'header and body were changed' "$wrapped" < <(sed "$end" wrapped)
			done
			says fail 'header and body were changed' "$wrapped" < <(sed '0,/^$/s//\nThis is a message in parts.\n/' wrapped)
			says fail 'header and body were changed' "$wrapped, Subject was tagged" < <(sed 's/^Subject: /&[list] /' wrapped)
			says fail 'header and body were changed' "$wrapped" < <(sed 's/Dinner/Lunch/' wrapped)
			says fail 'header and body were changed' '' < <(sed 's/^<p>/<b>/' wrapped)
		done
	done
	sed '/^MIME-Version/d' html | sign >bare
	says fail 'header and body were changed' "$wrapped, MIME-Version was added" < <(by_list_explode bare)
	dkim-sign -H From -d example.test -s ed -k "$keys/ed.pem" <html >loose
	says fail 'the body was changed' "$wrapped" < <(by_list_explode loose)
}

# by_python WAY FILE: signed by python3-dkim, the body canonicalized so.
by_python() {
	/usr/bin/python3 - "$keys/rsa.pem" "$@" <<-'END'
		import dkim, sys
		key, way, letter = open(sys.argv[1], "rb").read(), sys.argv[2].encode(), open(sys.argv[3], "rb").read()
		signature = dkim.sign(letter.replace(b"\n", b"\r\n"), b"rsa", b"example.test", key, canonicalize=(b"relaxed", way))
		sys.stdout.buffer.write(signature.replace(b"\r\n", b"\n") + letter)
	END
}

# by_mailman FILE: with a footer as Mailman's handler `decorate` adds it: to a multipart/mixed, or to one made of the message.
by_mailman() {
	/usr/bin/python3 - "$1" <<-'END'
		import email, email.message, email.mime.text, sys
		with open(sys.argv[1], "rb") as f:
		    message = email.message_from_binary_file(f)
		footer = email.mime.text.MIMEText("footer", "plain", "us-ascii")
		footer["Content-Disposition"] = "inline"
		if message.get_content_type() == "multipart/mixed":
		    message.attach(footer)
		else:
		    inner = email.message.Message()
		    for name, value in message.items():
		        if name.lower().startswith("content-"):
		            inner[name] = value
		    inner.set_payload(message.get_payload())
		    inner.preamble, inner.epilogue = message.preamble, message.epilogue
		    message.preamble = message.epilogue = None
		    message.set_payload([inner, footer])
		    for name in "content-type", "content-transfer-encoding", "content-disposition":
		        del message[name]
		    message["Content-Type"] = "multipart/mixed"
		sys.stdout.buffer.write(message.as_bytes(unixfrom=False))
	END
}

# by_list_explode FILE: with the footer of a list of our own.
by_list_explode() {
	local list=$PENNYPOST/lists/news

	if [ ! -d "$list" ]; then
		list-create news news@here.example olga@here.example
		echo 'To leave: $unsubscribe' >"$list/texts/footer"
		echo bob@here.example >"$list/subscribers"
		printf '%s\n' 'address news@here.example' 'munge never' 'post open' >"$list/conf"
	fi
	list-explode news <"$1" >/dev/null
	message_of "$(queued)"
	rm "$(queued)"
}

@test "LF and CRLF, a mailbox's first line, no header, NULs" {
	says pass '' < <(sed 's/$/\r/' signed)
	says pass '' < <(echo 'From alice Fri Nov 27 20:00:00 2026'; cat signed)
	says none '' </dev/null
	says none '' < <(echo; cat signed)
	says fail 'the body was changed' '1 line was added at the end of the body' < <(cat signed; printf '\0')
	says fail 'the header was changed' '' < <(sed 's/Dinner/Din\x00ner/' signed)
}

@test "hostile: 10,000 signatures, fields and names without end, a tag list of 1 MB" {
	! sanitized dkim-verify || skip "sanitizers need memory of their own"
	limited() { run timeout 10 prlimit --data=33554432 dkim-verify; }
	limited < <(for ((i = 0; i < 2000; i++)); do echo 'DKIM-Signature: v=1;'; done; cat signed)
	[ "$(grep -v : <<<"$output" | cut -f1 | uniq -c | tr -s ' ')" = ' 10 neutral' ]
	[[ $output = *'dkim-verify: standard input: more than 10 signatures: the others are not looked at'* ]]
	limited < <(sed "s/From:From/&$(printf ':x%.0s' {1..3000})/" signed)
	[ "$(cut -f1,6 <<<"$output")" = $'neutral\ttoo many fields (h=)' ]
	limited < <(cat signed | sed '/^$/,$d'; yes x: | head -n 9999; echo)
	[ "$(cut -f1,6 <<<"$output")" = $'permerror\ta header of too many fields' ]
	limited < <(printf 'DKIM-Signature: v=1'; yes ';a=x' | head -n 200000 | tr -d '\n'; echo)
	[ "$(cut -f1 <<<"$output")" = neutral ]
	limited < <(sed '/^$/,$d' signed; yes 'x: y' | head -n 9000; echo; sed '1,/^$/d' signed)
	[ "$(cut -f1 <<<"$output")" = pass ]
	limited < <(sed '/^$/,$d' signed; printf '%s\n' 'Content-Type: multipart/mixed; boundary=b' '' --b; yes "x: $(printf 'y%.0s' {1..900})" | head -n 40000)
	[ "$(cut -f1 <<<"$output")" = fail ]
	limited < <(for i in 1 2 3 4 5 6 7 8 9 10; do sed -n '1,/==$/p' signed | sed "s/From:From/&$(printf ':x%.0s' {1..400})/"; done; yes 'x: y' | head -n 9000; cat letter)
	[ "$(cut -f1 <<<"$output" | sort -u)" = fail ]
}

@test "wrong options" {
	for wrong in -x '-t 0' '-r nonsense' '-a signed letter' '-j signed' '-a -j'; do
		run -64 dkim-verify $wrong </dev/null
	done
}

@test "the examples of the manual page" {
	cp signed message
	[ "$(bash -c "$(example dkim-verify.1 1)" | cut -f1)" = pass ]
	mkdir -p Maildir/new Maildir/cur
	{ cat signed; echo footer; } >Maildir/new/1
	cp signed Maildir/new/2
	[ "$(bash -c "$(example dkim-verify.1 2)")" = 'Maildir/new/1 example.test 1 line was added at the end of the body' ]
}
