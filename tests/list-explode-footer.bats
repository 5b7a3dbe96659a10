# list-explode: the footer, in messages of every shape, read by other programs.
load helper

setup() {
	pennypost
	list-create news news@here.example olga@here.example
	list=$PENNYPOST/lists/news
	rm -r "$list/archive"
	printf '%s\n' 'address news@here.example' 'munge never' 'post open' >"$list/conf"
	echo bob@here.example >"$list/subscribers"
	cd "$BATS_TEST_TMPDIR"
	footer 'To leave: write to news-owner@here.example'
}

rule=_______________________________________________
# footer LINE...: the list has it; `footer` is what subscribers see.
footer() {
	printf '%s\n' "$@" >"$list/texts/footer"
	printf '%s\n' "$rule" "$@" >footer
}

# sent: the message that subscribers get of standard input, without what the list says of itself.
sent() {
	local id

	id=$(list-explode news 2>/dev/null) || return
	message_of "$PENNYPOST/queue/${id: -1}/$id" | sed '1,/^\r*$/ { /^List-/d; /^Precedence:/d }'
	rm "$PENNYPOST/queue/${id: -1}/$id"
}
letter() { printf '%s\n' 'From: a@b.example' "$@"; }
mixed() {
	letter 'Content-Type: multipart/mixed; boundary=b' '' preamble --b '' text --b 'Content-Type: image/png' '' png --b-- epilogue
}
plain='Content-Type: text/plain; charset=utf-8'

@test "text gets it at its end, behind an empty line and one of underscores" {
	diff <(letter '' hello | sent) <(letter '' hello '' $rule 'To leave: write to news-owner@here.example')
	diff <(letter "$plain" '' hello | sent) <(letter "$plain" '' hello '' "$(<footer)")
	diff <(printf 'From: a@b.example\n\nno end' | sent) <(letter '' 'no end' '' "$(<footer)")
	diff <(letter 'Subject: only' | sent) <(letter 'Subject: only' '' '' "$(<footer)")
	diff <(letter 'Content-Length: 6' 'Lines: 1' '' hello | sent) <(letter '' hello '' "$(<footer)")
}

@test "no footer, no change: the file is missing, or empty" {
	for empty in '' '\n \n\t\n'; do
		printf "$empty" >"$list/texts/footer"
		cmp <(mixed) <(mixed | sent)
		cmp <(letter 'Lines: 1' '' 'x') <(letter 'Lines: 1' '' 'x' | sent)
	done
	rm -r "$list/texts"
	cmp <(mixed) <(mixed | sent)
}

@test "CRLF stays, a soft line break ends, and quoted-printable stays that" {
	diff <(letter '' hello | sed '3,$ s/$/\r/' | sent) <({ letter '' hello '' "$(<footer)"; } | sed '3,$ s/$/\r/')
	footer 'a = b'
	qp='Content-Transfer-Encoding: quoted-printable'
	for end in 'hello\n' hello 'hello=\n' 'hello= \n' 'hello='; do
		{ letter "$qp" ''; printf "$end"; } | sent >got
		diff <(mime-decode -p 1 got) <(printf '%s\n' hello '' "$(<footer)") || { echo "$end"; cat -A got; return 1; }
		grep -qx 'a =3D b' got
	done
}

@test "format=flowed: the footer's lines stay lines, and are no quotes" {
	footer '> not quoted' ' indented' 'blanks at its end  ' last
	flowed='Content-Type: text/plain; charset=utf-8; format=Flowed; delsp=yes'
	letter "$flowed" '' 'it flows ' | sent >got
	diff <(tail -n 4 got) <(printf '%s\n' ' > not quoted' '  indented' 'blanks at its end' last)
}

@test "what is not ASCII: in UTF-8 with its label, quoted, or as a part of its own; never in another charset" {
	footer 'Grüße'
	diff <(letter "$plain" '' hello | sent) <(letter "$plain" 'MIME-Version: 1.0' 'Content-Transfer-Encoding: 8bit' '' hello '' "$(<footer)")
	diff <(letter 'MIME-Version: 1.0' "$plain" 'Content-Transfer-Encoding: 7Bit' '' hello | sent) \
		<(letter 'MIME-Version: 1.0' "$plain" 'Content-Transfer-Encoding: 8bit' '' hello '' "$(<footer)")
	for label in 8bit binary; do
		diff <(letter "Content-Transfer-Encoding: $label" "$plain" '' hello | sent) <(letter "Content-Transfer-Encoding: $label" "$plain" '' hello '' "$(<footer)")
	done
	letter 'Content-Transfer-Encoding: quoted-printable' "$plain" '' h=C3=B6 | sent | grep -qx 'Gr=C3=BC=C3=9Fe'
	for charset in '' '; charset=us-ascii' '; charset=iso-8859-1' '; charset=x-nonesuch'; do
		letter "Content-Type: text/plain$charset" 'Content-Transfer-Encoding: 8bit' '' $'h\xf6' | sent >got
		[ "$(mime-list got | cut -f2-5 | tr '\t\n' ' ;')" = "0 multipart/mixed  8bit;1 text/plain ${charset#*=} 8bit;2 text/plain utf-8 quoted-printable;" ] ||
			{ mime-list got; return 1; }
		cmp <(sed -n '/^h/,/^--/p' got | head -n 1) <(printf 'h\xf6\n')
	done
	printf 'Gr\xfc\xdfe \r\n' >"$list/texts/footer"
	letter "$plain" '' hello | sent | grep -qx 'Grüße'
}

@test "ASCII fits in charsets that have it as it is, in no others" {
	for charset in us-ascii iso-8859-15 windows-1251 koi8-r gb18030 big5 euc-jp; do
		[ "$(letter "Content-Type: text/plain; charset=$charset" '' x | sent | mime-list | wc -l)" = 1 ] || { echo "$charset"; return 1; }
	done
	for charset in utf-16 utf-16le utf-32 ebcdic-us x-nonesuch; do
		[ "$(letter "Content-Type: text/plain; charset=$charset" '' x | sent | mime-list | wc -l)" = 3 ] || { echo "$charset"; return 1; }
	done
	footer '1 +1 ~{ 2'
	for charset in utf-7 hz-gb-2312; do
		[ "$(letter "Content-Type: text/plain; charset=$charset" '' x | sent | mime-list | wc -l)" = 3 ] || { echo "$charset"; return 1; }
	done
}

@test "multipart/mixed gets one more part, before its last boundary; all else stays to the byte" {
	mixed | sent >got
	diff <(mixed) got | grep '^[<>0-9]' >difference || true
	diff <(sed -n 's/^> //p' difference) <(printf '%s\n' --b 'Content-Type: text/plain; charset=us-ascii' 'Content-Transfer-Encoding: 7bit' \
		'Content-Disposition: inline' '' "$(<footer)" '')
	run ! grep -q '^<' difference
	mixed | sed 's/$/\r/' | sent >got
	[ "$(sed '1,/^\r*$/d' got | grep -vc $'\r$')" = 0 ]
	[ "$(mime-list got | cut -f3 | paste -sd' ')" = 'multipart/mixed text/plain image/png text/plain' ]
}

@test "a multipart that is not closed is; one without parts keeps its text in sight" {
	mixed | sed '/^--b--/,$d' | sent >got
	[ "$(mime-list got | cut -f3 | paste -sd' ')" = 'multipart/mixed text/plain image/png text/plain' ]
	[ "$(tail -n 1 got)" = --b-- ]
	cmp <(mime-decode -p 2 got) <(printf 'png\n')
	letter 'Content-Type: multipart/mixed; boundary=b' '' --b '' --b-- | sent >got
	[ "$(mime-list got | wc -l)" = 3 ]
	letter 'Content-Type: multipart/mixed; boundary=b' '' text >bare
	cmp bare <(sent <bare)
	letter 'Content-Type: multipart/mixed; boundary=b' '' text --b-- >bare
	cmp bare <(sent <bare)
	letter 'Content-Type: multipart/mixed; boundary=b' >bare
	cmp bare <(sent <bare)
}

@test "anything else becomes the first part of a multipart/mixed, to the byte, with its fields" {
	html() { letter 'Subject: x' 'Content-Type: text/html' 'X-Mine: y' 'Content-Transfer-Encoding: base64' 'Content-Language: de' '' 'PGI+' 'x'; }
	html | sent >got
	boundary=$(sed -n 's/^Content-Type: multipart.*boundary="\(.*\)"$/\1/p' got)
	diff got - <<-END
		From: a@b.example
		Subject: x
		X-Mine: y
		MIME-Version: 1.0
		Content-Type: multipart/mixed; boundary="$boundary"

		--$boundary
		Content-Type: text/html
		Content-Transfer-Encoding: base64
		Content-Language: de

		PGI+
		x

		--$boundary
		Content-Type: text/plain; charset=us-ascii
		Content-Transfer-Encoding: 7bit
		Content-Disposition: inline

		$(<footer)

		--$boundary--
	END
	[ "$(html | sent | grep -c "$boundary")" = 0 ]
	for type in multipart/alternative multipart/related multipart/report multipart/digest message/rfc822 image/png garbage 'text/plain; name=x'; do
		letter "Content-Type: $type; boundary=b" '' --b '' x --b-- | sent >got
		[ "$(mime-list got | sed -n '1p;$p' | cut -f3 | paste -sd' ')" = 'multipart/mixed text/plain' ]
	done
	letter 'Content-Type: text/plain' 'Content-Type: text/html' '' x | sent >got
	[ "$(mime-list got | wc -l)" = 3 ]
}

@test "what is signed or encrypted is left alone" {
	for type in 'multipart/signed; boundary=b' 'Multipart/Encrypted; boundary=b' application/pkcs7-mime application/x-pkcs7-mime \
		application/pgp-encrypted application/pgp message/partial; do
		letter 'Lines: 3' "Content-Type: $type" '' --b '' x --b-- >before
		cmp before <(sent <before)
		letter 'Content-Type: text/plain' "Content-Type: $type" '' x >before
		cmp before <(sent <before)
		letter 'Content-Type: multipart/mixed; boundary=a' '' --a "Content-Type: $type" '' --b '' x --b-- '' --a -- --a-- >before
		cmp before <(sent <before)
	done
}

@test "real signatures hold: S/MIME, and PGP/MIME" {
	openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out certificate -subj /CN=a -addext 'subjectAltName=email:a@b.example' 2>/dev/null
	for detached in '' -nodetach; do
		printf 'Content-Type: text/plain\n\nhello\n' | openssl cms -sign $detached -signer certificate -inkey key -md sha256 >signed
		{ letter 'Subject: x'; cat signed; } | sent | openssl cms -verify -CAfile certificate -out content 2>errors || { cat errors; return 1; }
		[ "$(tr -d '\r' <content | tail -n 1)" = hello ]
	done
	command -v gpg >/dev/null || skip "no gpg"
	export GNUPGHOME=$BATS_TEST_TMPDIR/gnupg
	mkdir -m 700 "$GNUPGHOME"
	gpg -q --batch --passphrase '' --quick-generate-key a@b.example ed25519 sign 2>/dev/null
	printf 'Content-Type: text/plain\r\n\r\nhello\r\n' >part
	gpg -q --batch --armor --detach-sign -o signature part
	{ letter 'Content-Type: multipart/signed; boundary=b; micalg=pgp-sha512; protocol="application/pgp-signature"' '' --b; tr -d '\r' <part
		echo; printf '%s\n' --b 'Content-Type: application/pgp-signature' '' "$(<signature)" --b--; } | sent >got
	sed '1,/^--b/d' got | sed '/^--b/,$d' | sed '$d' | sed 's/$/\r/' >signed
	sed -n '/^-----BEGIN/,/^-----END/p' got >signature
	gpg -q --verify signature signed
	gpgconf --kill gpg-agent
}

@test "a message that came round has one footer; an answer that quotes it gets its own" {
	footer 'Grüße'
	for message in "letter '' hello" "letter '$plain' '' hello" 'mixed' "letter 'Content-Type: text/html' '' hello" \
		"letter '$plain' 'Content-Transfer-Encoding: quoted-printable' '' hello" "mixed | sed 's/$/\r/'"; do
		eval "$message" | sent >once
		grep -v '^X-Never' once | sent | cmp once -
	done
	{ letter "$plain" '' hello; sed 's/^/> /' footer; } | sent >got
	[ "$(grep -c "Grüße$" got)" = 2 ]
	{ letter "$plain" ''; cat footer; echo 'written below'; } | sent >got
	[ "$(grep -c "Grüße$" got)" = 2 ]
}

@test "no line of the footer is a boundary, whatever boundary the message has" {
	footer one --b two
	mixed | sent >got
	[ "$(mime-list got | cut -f3,5 | tail -n 1)" = $'text/plain\tbase64' ]
	[ "$(mime-list got | wc -l)" = 4 ]
	cmp footer <(mime-decode -p 3 got)
}

@test "lines too long for mail are quoted" {
	footer "$(printf 'x%.0s' {1..1200})"
	letter '' hello | sent >got
	[ "$(mime-list got | tail -n 1 | cut -f5)" = quoted-printable ]
	cmp footer <(mime-decode -p 2 got)
	[ "$(awk '{ if (length > n) n = length } END { print n }' got)" -lt 100 ]
}

@test "addresses of the list stand in it by their names" {
	footer 'To leave: $unsubscribe. To the owner of $name: $owner. $$1'
	diff <(letter '' hello | sent | tail -n 1) <(echo 'To leave: news-unsubscribe@here.example. To the owner of news: news-owner@here.example. $1')
}

@test "a footer that cannot be read, or is too long, is no reason to send without" {
	head -c 9000 /dev/zero | tr '\0' x >"$list/texts/footer"
	run -78 sent < <(letter '' hello)
	rm "$list/texts/footer"
	mkdir "$list/texts/footer"
	run sent < <(letter '' hello)
	[ "$status" -ge 71 ] && [ "$status" -le 74 ]
	[ -z "$(queued)" ]
}

@test "NULs, bare CRs and binary pass" {
	{ letter "$plain" 'Content-Transfer-Encoding: binary' ''; printf 'a\0b\rc\n.\n'; } | sent >got
	{ letter "$plain" 'Content-Transfer-Encoding: binary' ''; printf 'a\0b\rc\n.\n\n'; cat footer; } | cmp - got
	{ letter 'Content-Type: multipart/mixed; boundary=b' '' --b 'Content-Transfer-Encoding: binary' ''; printf 'a\0b\rc\r\n--b--'; } | sent >got
	cmp <(mime-decode -p 1 got) <(printf 'a\0b\rc')
	# A bare CR before a boundary does not become half of its line end.
	for end in '\r\n--b--\n' ''; do
		{ letter 'Content-Type: multipart/mixed; boundary=b' '' --b ''; printf 'a\n\r'"$end"; } | sent >got
		cmp <(mime-decode -p 1 got) <(printf 'a\n\r')
	done
}

# all_sent: each message of `before`, as subscribers get it, in `after`.
all_sent() {
	rm -rf after
	mkdir after
	for message in before/*; do
		sent <"$message" >"after/${message##*/}"
	done
}

@test "messages of every shape have the parts that they had, to the byte, and the footer: by Python's email, GMime and mime-list" {
	/usr/bin/python3 "$top/tests/footer.py" corpus before 25
	footer ' first' '> = second' last
	all_sent
	/usr/bin/python3 "$top/tests/footer.py" check before after footer
	footer 'Grüße'
	all_sent
	/usr/bin/python3 "$top/tests/footer.py" check before after footer
	for folder in before after; do
		/usr/bin/python3 "$top/tests/gmime.py" bodies "$folder" | sed "s,^$folder/,," | cut -f1,3 >"$folder.gmime"
		mime-list "$folder"/* | cut -f1,3 | grep -v multipart | sed "s,^$folder/,," >"$folder.list"
	done
	# What is text grew at its end, and has other sums; whose sums stayed has one line more, or none.
	for kind in gmime list; do
		diff before.$kind after.$kind | grep '^<' | cut -f1 | sort | uniq -d >lost
		[ ! -s lost ]
		[ "$(wc -l <after.$kind)" -gt "$(wc -l <before.$kind)" ]
	done
	cut -f1 before.list | sort | uniq -c >before.count
	cut -f1 after.list | sort | uniq -c >after.count
	paste before.count after.count | awk '$3 != $1 && $3 != $1 + 1 { print; wrong = 1 } END { exit wrong }'
}

@test "memory stays below 16 MiB, however long the message, whatever its shape" {
	! sanitized list-explode || skip "sanitizers need memory of their own"
	echo 'size-limit 1G' >>"$PENNYPOST/conf"
	for type in 'text/plain' 'text/html' 'multipart/mixed; boundary=b'; do
		{ letter "Content-Type: $type" '' --b ''; head -c 100000000 /dev/zero; printf '\n--b--\n'; } |
			/usr/bin/time -f %M -o kilobytes list-explode news
		[ "$(cat kilobytes)" -lt 16384 ]
		rm $(queued)
	done
}
