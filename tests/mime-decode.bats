load helper

setup() {
	cd "$BATS_TEST_TMPDIR"
	cat >letter <<-'EOF'
		From: alice@here.example
		Content-Type: multipart/mixed; boundary=b

		--b
		Content-Type: multipart/alternative; boundary=c

		--c
		Content-Type: text/plain; charset=iso-8859-1; format=flowed
		Content-Transfer-Encoding: quoted-printable

		caf=E9 is =
		=20
		open
		> quoted
		--c
		Content-Type: text/html; charset=utf-8
		Content-Transfer-Encoding: base64

		PGI+Y2Fmw6k8L2I+Cg==
		--c--
		--b
		Content-Type: image/png
		Content-Transfer-Encoding: base64
		Content-Disposition: attachment; filename="a/../../etc/passwd"

		AAECAwQF
		--b
		Content-Type: message/rfc822

		Subject: inside
		Content-Type: text/plain

		inner text
		--b--
	EOF
}

# extracted [OPTION...]: what -x says of the letter, into the folder out.
extracted() { mime-decode "$@" -x out letter; }

@test "-p: the part of that number, decoded, text in UTF-8" {
	run -0 mime-decode -p 1.1 letter
	[ "$output" = $'café is  \nopen\n> quoted' ]
	[ "$(mime-decode -p 2 letter | od -An -tx1)" = ' 00 01 02 03 04 05' ]
	[ "$(mime-decode -p 3.1 <letter)" = 'inner text' ]
}

@test "-p of a message, and of a multipart: what is in it, as it stands" {
	[ "$(mime-decode -p 3 letter)" = $'Subject: inside\nContent-Type: text/plain\n\ninner text' ]
	mime-decode -p 0 letter | cmp - <(sed '1,/^$/d' letter)
	[ "$(mime-decode -p 1 letter | sed -n '2p;$p')" = "$(printf '%s\n' --c '--c--' | tail -n 2 | head -n 1; echo --c--)" ] ||
		[ "$(mime-decode -p 1 letter | head -n 1)" = --c ]
	[ "$(mime-decode -p 1 letter | tail -n 1)" = --c-- ]
}

@test "-p of a part that is not there: 66, and nothing on standard output" {
	run -66 --separate-stderr mime-decode -p 7 letter
	[ "$stderr" = 'mime-decode: letter: no part 7' ]
	[ -z "$output" ]
}

@test "-r: text as it was sent" {
	[ "$(mime-decode -r -p 1.1 letter | head -c 4 | od -An -tx1)" = ' 63 61 66 e9' ]
}

@test "-F: paragraphs of format=flowed on one line" {
	[ "$(mime-decode -F -p 1.1 letter)" = $'café is  open\n> quoted' ]
}

@test "-t: the first of a type, the last of alternatives, no attachment unless there is nothing else" {
	[ "$(mime-decode -t text/plain letter | head -n 1)" = 'café is  ' ]
	[ "$(mime-decode -t text letter)" = '<b>café</b>' ]
	[ "$(mime-decode -t 'text/*' letter)" = '<b>café</b>' ]
	[ "$(mime-decode -t image letter | wc -c)" = 6 ]
	printf 'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment\n\nattached\n--b\n\nshown\n--b\n\nlater\n--b--\n' >attached
	[ "$(mime-decode -t text/plain attached)" = shown ]
	printf '%s\n' 'Content-Type: multipart/alternative; boundary=a' '' --a '' plain --a 'Content-Type: multipart/related; boundary=r' '' \
		--r 'Content-Type: text/html' '' page --r 'Content-Disposition: inline' '' 'of the page' --r-- --a-- >related
	[ "$(mime-decode -t text/plain related)" = plain ]
	[ "$(mime-decode -t text related)" = page ]
	printf '%s\n' 'Content-Type: multipart/mixed; boundary=a' '' --a 'Content-Type: message/rfc822' 'Content-Disposition: attachment' '' \
		'Subject: in' '' inner --a '' outer --a-- >forwarded
	[ "$(mime-decode -t text forwarded)" = outer ]
	[ "$(mime-decode -t message/rfc822 forwarded)" = $'Subject: in\n\ninner' ]
	[ "$(mime-decode -t multipart related)" = "$(mime-decode -p 0 related)" ]
	run -66 --separate-stderr mime-decode -t video letter
	[ "$stderr" = 'mime-decode: letter: no video in it' ]
}

@test "-x: a file a part, with a safe name, and a line for each" {
	run -0 extracted
	[ "${lines[0]}" = $'1.1\tout/part-1.1.txt' ]
	[ "${lines[1]}" = $'1.2\tout/part-1.2.html' ]
	[ "${lines[2]}" = $'2\tout/passwd.png' ]
	[ "${lines[3]}" = $'3\tout/part-3.eml' ]
	[ ${#lines[@]} = 4 ]
	[ "$(cat out/part-1.2.html)" = '<b>café</b>' ]
	[ "$(cat out/part-3.eml)" = "$(mime-decode -p 3 letter)" ]
}

@test "-a: attachments only; several messages: which one comes first" {
	[ "$(extracted -a)" = $'2\tout/passwd.png' ]
	run -0 mime-decode -a -x more letter letter
	[ "${lines[0]}" = $'letter\t2\tmore/passwd.png' ]
	[ "${lines[1]}" = $'letter\t2\tmore/passwd-2.png' ]
}

@test "-x: names cannot leave the folder, hide, be options, drive a terminal, or overwrite" {
	n=0
	for name in '..' '.bashrc' '-rf' '/abs/olute' 'C:\\\\win\\\\x.doc' $'e\033]0;x\007.txt' '' ' . ' 'a/' "$(printf 'n%.0s' {1..400}).pdf"; do
		printf 'Content-Type: application/pdf\nContent-Disposition: attachment; filename="%s"\n\nx' "$name" >"m$n"
		n=$((n + 1))
	done
	mkdir safe
	echo old >safe/x.doc
	ln -s /nonexistent/target safe/olute.pdf
	run -0 mime-decode -x safe m*
	[ "$(cat safe/x.doc)" = old ]
	[ ! -e /nonexistent/target ]
	[ "$(find safe -type f ! -name x.doc | wc -l)" = $n ]
	find safe -mindepth 1 -printf '%f\n' | LC_ALL=C sort >names
	run ! grep -qP '^[.-]|[\x00-\x1f]|^.{256}' names
	grep -qx '_bashrc.pdf' names
	grep -qx '_rf.pdf' names
	grep -qx 'x-2.doc\|x-3.doc' names
	grep -qx "n\{251\}\.pdf" names
}

@test "-x: no mark in a name turns its end around" {
	local no=$'\xef\xbf\xbd'

	printf 'Content-Disposition: attachment; filename="a\xe2\x80\xaefdp.\xd8\x9c\xe2\x81\xa7\xe2\x80\x8fexe"\n\nx' >turned
	[ "$(mime-decode -x out turned)" = $'1\tout/a'"${no}fdp.$no$no${no}exe" ]
	printf 'Content-Disposition: attachment; filename="a\xe2\x80\xa9b\xc3\x98\xe2\x80\x94.x"\n\nx' >plain
	[ "$(mime-decode -x out plain)" = $'1\tout/a b\xc3\x98\xe2\x80\x94.x' ]
}

@test "-x: names by RFC 2231 and RFC 2047, and by name= where there is no filename" {
	printf 'Content-Type: text/plain; name="=?utf-8?q?=C3=A9t=C3=A9?="\n\nx' >one
	printf 'Content-Disposition: attachment; filename*0*=utf-8'"''"'%%E2%%82%%AC; filename*1=".txt"\n\nx' >two
	[ "$(mime-decode -x out one)" = $'1\tout/été.txt' ]
	[ "$(mime-decode -x out two)" = $'1\tout/€.txt' ]
}

@test "-x: uuencoded blocks in plain text are files too" {
	{
		printf 'Subject: old style\n\nsee below\n'
		printf 'hello, world\n' | perl -0777 -ne 'print "begin 644 ../hello.txt\n", pack("u", $_), "`\nend\n"'
		printf 'begin 12 is no file\nbegin 644 neither\nis this\n'
	} >uu
	run -0 mime-decode -x out uu
	[ "${lines[0]}" = $'1\tout/hello.txt' ]
	[ "${lines[1]}" = $'1\tout/part-1.txt' ]
	[ ${#lines[@]} = 2 ]
	[ "$(cat out/hello.txt)" = 'hello, world' ]
	diff <(sed '1,/^$/d' uu) out/part-1.txt
}

@test "-x: a uuencoded block is found wherever what is read of the text is cut" {
	block=$(printf 'begin 644 x\n%%:&5L;&\\\n`\nend')
	text=$(head -c 130947 /dev/zero | tr '\0' x)
	for size in {130950..131080..3}; do
		text+=xxx
		printf '%s\n' 'X: y' '' "$text" "$block" beginning beg "$block" >"text$size"
	done
	texts=(text*)
	mime-decode -x out text* | cut -f1 | uniq -c >files
	[ "$(grep -c '^ *3 text' files)" = ${#texts[@]} ]
	[ "$(cat out/x out/x-*)" = "$(printf 'hello%.0s' "${texts[@]}" "${texts[@]}")" ]
}

@test "no folder can be made for -x, no temporary file for -c and -t: 73" {
	run -73 mime-decode -x missing/out letter
	[ "$output" = 'mime-decode: missing/out: No such file or directory' ]
	run -73 mime-decode -x letter/out letter
	TMPDIR=/nonexistent run -73 bash -c 'cat letter | mime-decode -c'
	[ "$output" = 'mime-decode: standard input: temporary file: No such file or directory' ]
	TMPDIR=/nonexistent run -73 mime-decode -t text letter
}

@test "-x: a full disk is said with the file, and no half file stays" {
	[ "$(id -u)" = 0 ] || skip "needs mount"
	head -c 200000 /dev/urandom | base64 >body
	{ printf 'Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n'; cat body; } >big
	cat >full.sh <<-'EOF'
		mount -t tmpfs -o size=64k none small || exit 77
		mime-decode -x small/out big; echo "status $?"; find small/out -type f
	EOF
	mkdir small
	run -0 --separate-stderr unshare -m bash full.sh
	[ "$output" = 'status 73' ]
	[ "$stderr" = 'mime-decode: small/out/part-1.pdf: No space left on device' ]
}

@test "-d: bare streams" {
	[ "$(printf 'aGVs\r\n bG8=\n' | mime-decode -d base64)" = hello ]
	[ "$(printf 'h=65llo=\n!=C3=A9\n' | mime-decode -d qp)" = 'hello!é' ]
	[ "$(printf 'begin 644 x\n%%:&5L;&\\\n`\nend\n' | mime-decode -d uu)" = hello ]
	[ "$(printf '=?iso-8859-2?q?=A3=F3d=BC?= and\n more\n' | mime-decode -d 2047)" = $'Łódź and\nmore' ]
	[ "$(printf "utf-8'en'%%C2%%A3%%20rates\n" | mime-decode -d 2231)" = '£ rates' ]
}

@test "-d -e: the offset of what is not well-formed, and 65" {
	[ "$(printf 'aGVsbG8=\n' | mime-decode -e -d base64)" = hello ]
	run -65 --separate-stderr mime-decode -e -d base64 < <(printf 'aGVs!bG8=')
	[ "$stderr" = 'mime-decode: standard input: byte 4: not what the encoding has there' ]
	run -65 mime-decode -e -d qp < <(printf 'a =zz')
	[ "$(printf 'aGVs!bG8=' | mime-decode -d base64)" = hello ]
}

@test "-d 2047 and 2231 with -e: a line that is wrong ends it, with the offset in the stream" {
	[ "$(printf '=?utf-8?q?=C3=A9?= = a?\r\n?=\n' | mime-decode -e -d 2047)" = $'é = a?\n?=' ]
	run -65 --separate-stderr mime-decode -e -d 2047 < <(printf 'plain\nand =?utf-8?q?=C3=A?=\nmore\n')
	[ "$output" = plain ]
	[ "$stderr" = 'mime-decode: standard input: byte 10: not what the encoding has there' ]
	[ "$(printf "utf-8''%%41\r\niso-8859-1'fr'%%E9\n" | mime-decode -e -d 2231)" = $'A\né' ]
	run -65 --separate-stderr mime-decode -e -d 2231 < <(printf "utf-8''a\nutf-8''%%4\n")
	[ "$output" = a ]
	[ "$stderr" = 'mime-decode: standard input: byte 16: not what the encoding has there' ]
}

@test "-c: every part as 7bit, 8bit or binary, and the structure as it was" {
	mime-decode -c letter >plain
	diff <(mime-list letter | cut -f2-4,6,7) <(mime-list plain | cut -f2-4,6,7)
	diff <(mime-decode -r -p 1.1 letter) <(mime-decode -r -p 1.1 plain)
	diff <(mime-decode -p 1.2 letter) <(mime-decode -p 1.2 plain)
	mime-decode -p 2 letter | cmp - <(mime-decode -p 2 plain)
	[ "$(mime-list plain | cut -f5 | paste -sd,)" = "binary,8bit,8bit,8bit,binary,," ]
	grep -q '<b>café</b>' plain
}

@test "-c of what cannot be read twice" {
	mime-decode -c <letter >file
	cat letter | mime-decode -c | cmp - file
}

@test "-c: a part whose line would be a boundary stays encoded, and so does what is signed" {
	evil=$(printf 'before\n--b--\nafter\n' | base64 -w0)
	printf 'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Transfer-Encoding: base64\n\n%s\n--b--\n' "$evil" >evil
	mime-decode -c evil | cmp - evil
	printf 'Content-Type: multipart/signed; boundary=b\n\n--b\nContent-Transfer-Encoding: base64\n\naGVsbG8=\n--b--\n' >signed
	mime-decode -c signed | cmp - signed
}

@test "-c: a part in a multipart that ends in a CR stays encoded, and keeps it" {
	for type in image/png text/plain message/rfc822; do
		printf 'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: %s\nContent-Transfer-Encoding: base64\n\n%s\n--b--\n' \
			"$type" "$(printf 'a: b\n\nend\r' | base64)" >cr
		mime-decode -c cr | cmp - cr
	done
	printf 'Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n%s\n' "$(printf 'end\r' | base64)" >alone
	[ "$(mime-decode -c alone | mime-decode -p 1 | od -An -c | tr -d ' \n')" = 'end\r' ]
}

@test "-c: text gets the line ends of the message, other types none" {
	crlf=$(printf 'one\r\ntwo\r\n' | base64)
	for type in text/plain application/pdf; do
		printf 'Content-Type: %s\nContent-Transfer-Encoding: base64\n\n%s\n' "$type" "$crlf" >"${type%/*}"
	done
	[ "$(mime-decode -c text | sed '1,/^$/d' | od -An -c | tr -d ' \n')" = 'one\ntwo\n' ]
	[ "$(mime-decode -c application | sed '1,/^$/d' | od -An -c | tr -d ' \n')" = 'one\r\ntwo\r\n' ]
	sed 's/$/\r/' text >text.crlf
	[ "$(mime-decode -c text.crlf | sed '1,/^\r$/d' | od -An -c | tr -d ' \n')" = 'one\r\ntwo\r\n' ]
}

@test "-c: a message in base64 is a message again" {
	inner=$(printf 'Subject: in\nContent-Transfer-Encoding: quoted-printable\n\ncaf=C3=A9\n' | base64 -w0)
	printf 'Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n%s\n' "$inner" >encoded
	run -0 mime-decode -c encoded
	[ "$output" = $'Content-Type: message/rfc822\nContent-Transfer-Encoding: 8bit\n\nSubject: in\nContent-Transfer-Encoding: 8bit\n\ncafé' ]
}

@test "decoded bytes agree with python's email and with GMime, part by part" {
	/usr/bin/python3 "$top/tests/mime.py" corpus corpus 150
	/usr/bin/python3 "$top/tests/mime.py" bodies corpus >theirs
	/usr/bin/python3 "$top/tests/gmime.py" bodies corpus | diff theirs -
	while IFS=$'\t' read -r file part _; do
		mime-decode -r -p "$part" "$file" >"$file $part"
	done <theirs
	md5sum corpus/*' '* | sed -E 's/^([^ ]*)  ([^ ]*) (.*)/\2\t\3\t\1/' | sort -V >ours
	sort -V theirs | diff - ours
	[ "$(wc -l <theirs)" -gt 200 ]
}

@test "-c of messages of every shape: the same structure, the same bytes of every part" {
	/usr/bin/python3 "$top/tests/mime.py" corpus corpus 100
	mkdir recoded
	for file in corpus/*; do mime-decode -c "$file" >"recoded/${file#*/}"; done
	run ! grep -raqi 'encoding: \(base64\|quoted-printable\)' recoded
	diff <(mime-list corpus | cut -f2-4,6,7 ) <(mime-list recoded | cut -f2-4,6,7)
	mkdir before after
	while IFS=$'\t' read -r file part type _; do
		[[ $type != multipart/* && $type != message/* ]] || continue
		mime-decode -r -p "$part" "$file" >"before/${file#*/} $part"
		mime-decode -r -p "$part" "recoded/${file#*/}" >"after/${file#*/} $part"
	done < <(mime-list corpus)
	diff -r before after
	[ "$(find before -size +0 | wc -l)" -gt 100 ]
}

@test "modes exclude each other; options go with theirs" {
	for wrong in '' '-p 1 -c' '-a -p 1' '-e -c' '-d nonsense' '-d base64 letter'; do
		run -64 mime-decode $wrong letter
	done
}

@test "a large part: memory stays below 8 MiB" {
	printf 'Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n' >big
	head -c 30000000 /dev/zero | base64 >>big
	peak=$(/usr/bin/time -f %M mime-decode -p 1 big 2>&1 >/dev/null)
	[ "$peak" -lt 8192 ]
	[ "$(mime-decode -p 1 big | wc -c)" = 30000000 ]
}

@test "mime-decode(1): the examples" {
	mkdir -p Maildir/{cur,new}
	cp letter Maildir/cur/1
	printf 'Content-Transfer-Encoding: base64\n\n%s\n' "$(echo 'your Invoice' | base64)" >Maildir/cur/2
	[ "$(bash -c "$(example mime-decode.1 1)")" = $'café is  open\n> quoted' ]
	HOME=$PWD bash -c "$(example mime-decode.1 2)"
	[ "$(ls attachments)" = passwd.png ]
	[ "$(HOME=$PWD bash -c "$(example mime-decode.1 3)")" = "$PWD/Maildir/cur/2" ]
}
