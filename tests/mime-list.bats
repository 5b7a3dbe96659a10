load helper

setup() {
	cd "$BATS_TEST_TMPDIR"
	cat >mixed <<-'EOF'
		From: alice@here.example
		Subject: three parts
		MIME-Version: 1.0
		Content-Type: Multipart/Mixed;
		 boundary="b 1"

		This is a message of several parts.
		--b 1
		Content-Type: text/plain; charset="UTF-8" (as ever)
		Content-Transfer-Encoding: Quoted-Printable

		caf=C3=A9
		two
		--b 1
		Content-Type: image/png; name=ignored.png
		Content-Transfer-Encoding: base64
		Content-Disposition: attachment; filename*=utf-8''na%C3%AFve%09tab.png

		AAECAwQF
		--b 1
		Content-Type: message/rfc822

		Subject: inside
		Content-Type: text/plain

		--b 1 is no boundary
		--b 1--
	EOF
}

@test "a line a part: file part type charset encoding disposition filename bytes lines" {
	run -0 mime-list mixed
	[ "${lines[0]}" = $'mixed\t0\tmultipart/mixed\t\t\t\t\t'"$(sed '1,/^$/d' mixed | wc -c)"$'\t' ]
	[ "${lines[1]}" = $'mixed\t1\ttext/plain\tutf-8\tquoted-printable\t\t\t9\t2' ]
	[ "${lines[2]}" = $'mixed\t2\timage/png\t\tbase64\tattachment\tnaïve tab.png\t6\t' ]
	[ "${lines[3]}" = $'mixed\t3\tmessage/rfc822\t\t\t\t\t'"$(printf 'Subject: inside\nContent-Type: text/plain\n\n--b 1 is no boundary' | wc -c)"$'\t' ]
	[ "${lines[4]}" = $'mixed\t3.1\ttext/plain\t\t\t\t\t20\t1' ]
	[ ${#lines[@]} = 5 ]
}

@test "CRLF changes only the bytes that line ends are" {
	sed 's/$/\r/' mixed >crlf
	mime-list mixed | cut -f2-7,9 >lf.list
	mime-list crlf | cut -f2-7,9 | diff lf.list -
}

@test "standard input is -, and several operands are read in turn" {
	run -0 mime-list <mixed
	[[ ${lines[0]} = -$'\t'0$'\t'multipart/mixed* ]]
	run -0 mime-list mixed - mixed <mixed
	[ "$(cut -f1 <<<"$output" | uniq -c | awk '{ printf "%s:%s ", $1, $2 }')" = "5:mixed 5:- 5:mixed " ]
}

@test "a Maildir is its messages in the order of their names; other folders their files" {
	mkdir -p box/{cur,new,tmp} folder/sub
	printf 'Content-Type: text/html\n\n' >box/cur/2:2,S
	printf 'Content-Type: text/plain\n\n' >box/new/1
	printf 'Content-Type: text/enriched\n\n' >box/new/3
	cp mixed box/tmp/4
	cp mixed box/cur/.hidden
	[ "$(mime-list box | cut -f1,3)" = $'box/new/1\ttext/plain\nbox/cur/2:2,S\ttext/html\nbox/new/3\ttext/enriched' ]
	printf '\n' >folder/b
	printf '\n' >folder/a
	[ "$(mime-list folder | cut -f1 | paste -sd' ')" = 'folder/a folder/b' ]
}

@test "what cannot be opened is said, the rest is read, and the exit is 66" {
	run --separate-stderr -66 mime-list nowhere mixed
	[ "$stderr" = "mime-list: nowhere: No such file or directory" ]
	[ ${#lines[@]} = 5 ]
}

@test "a file that cannot be read is 74" {
	run -74 --separate-stderr mime-list /proc/self/mem
	[[ $stderr = "mime-list: /proc/self/mem: "* ]]
}

@test "-0 ends records by NUL" {
	[ "$(mime-list -0 mixed | tr -cd '\0' | wc -c)" = 5 ]
	[ "$(mime-list -0 mixed | tr '\0' '\n')" = "$(mime-list mixed)" ]
}

@test "-s draws the tree" {
	mime-list -s mixed | sed 's/  [0-9]* byte.*//' >tree
	diff - tree <<-'EOF'
		mixed
		0  multipart/mixed
		├─ 1  text/plain  utf-8  quoted-printable
		├─ 2  image/png  base64  attachment  "naïve tab.png"
		└─ 3  message/rfc822
		   └─ 3.1  text/plain
	EOF
}

@test "a name with a TAB or newline in it breaks no record; controls of a file name are gone" {
	printf 'Content-Disposition: attachment; filename="a\tb\\\\c\033[2J"\n\n' >$'ta\tb\nnl\\'
	run -0 mime-list $'ta\tb\nnl\\'
	[ "$(cut -f1 <<<"$output")" = 'ta\tb\nnl\\' ]
	[ "$(cut -f7 <<<"$output")" = $'a b\\\\c\xef\xbf\xbd[2J' ]
}

@test "a file name longer than 255 bytes is cut between characters" {
	printf 'Content-Disposition: attachment; filename*=utf-8'"''"'x%s\n\n' "$(printf '%%C3%%A9%.0s' {1..200})" >long
	[ "$(mime-list long | cut -f7)" = "x$(printf 'é%.0s' {1..127})" ]
}

@test "what a reader cannot know is empty; defaults are those of RFC 2046" {
	[ "$(printf 'Subject: x\n\nhello\n' | mime-list)" = $'-\t1\ttext/plain\t\t\t\t\t6\t1' ]
	[ "$(mime-list </dev/null)" = $'-\t1\ttext/plain\t\t\t\t\t0\t0' ]
	run -0 mime-list < <(printf 'Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\nhi\n--b--\n')
	[[ ${lines[1]} = -$'\t'1$'\t'message/rfc822$'\t'* ]]
}

@test "a Maildir whose messages all get flags, or go, while it is read: none is lost, none twice, in no time" {
	mkdir -p box/{cur,new,tmp}
	seq -f 'box/new/%0100.0f' 20000 | xargs touch
	change=$(printf '%s\n' 'import os' 'for n in os.listdir("box/new"):' \
		'	if int(n) % 2 or int(n) < 10000: os.rename("box/new/" + n, "box/cur/" + n + ":2,S")' '	else: os.unlink("box/new/" + n)')
	{ timeout 20 mime-list box || touch late; } |
		{ read -r first; /usr/bin/python3 -c "$change"; touch -d '1 hour ago' box/cur; echo "$first"; cat; } >out
	[ ! -e late ]
	cut -f1 out | sed 's/:.*//; s/.*\/0*//' | sort >names
	[ -z "$(uniq -d names)" ]
	seq 20000 | awk '$1 % 2 || $1 < 10000' | sort | comm -13 names - | cmp - /dev/null
	grep -q :2,S out
}

@test "mime-list(1): the examples count types, and sort attachments" {
	mkdir -p Maildir/{cur,new}
	cp mixed Maildir/cur/1:2,S
	printf 'Content-Type: Image/PNG\nContent-Disposition: attachment; filename=big.png\n\n%0100d' 0 >Maildir/new/2
	run -0 env HOME="$PWD" bash -c "$(example mime-list.1 1)"
	[ "$(sed 's/^ *//' <<<"${lines[0]}")" = '2 text/plain' ] || [ "$(sed 's/^ *//' <<<"${lines[0]}")" = '2 image/png' ]
	run -0 env HOME="$PWD" bash -c "$(example mime-list.1 2)"
	[ "$(cut -f7,8 <<<"${lines[0]}")" = $'big.png\t100' ]
	[ "$(cut -f7,8 <<<"${lines[1]}")" = $'naïve tab.png\t6' ]
}

@test "types agree with python's email and with GMime, message by message" {
	/usr/bin/python3 "$top/tests/mime.py" corpus corpus 300
	mime-list corpus | cut -f1-3 >ours
	/usr/bin/python3 "$top/tests/mime.py" list corpus | diff - ours
	/usr/bin/python3 "$top/tests/gmime.py" list corpus | diff - ours
	[ "$(wc -l <ours)" -gt 900 ]
}

@test "a gigabyte of nothing: memory stays below 8 MiB" {
	printf 'Content-Type: application/octet-stream\n\n' >sparse
	header=$(stat -c %s sparse)
	truncate -s 1G sparse
	[ "$(mime-list sparse | cut -f8)" = $((1024 * 1024 * 1024 - header)) ]
	peak=$(/usr/bin/time -f %M mime-list sparse 2>&1 >/dev/null)
	[ "$peak" -lt 8192 ]
}
