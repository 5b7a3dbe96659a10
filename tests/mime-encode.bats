load helper

setup() {
	cd "$BATS_TEST_TMPDIR"
	unset XDG_DATA_DIRS
	printf 'Hello\n' >letter.txt
	printf '<p>caf\303\251 <img src="cid:logo.png@inline">\n' >page.html
	printf '\211PNG\r\n\032\n\0\0' >logo.png
	printf 'Subject: inside\n\n--=_0\nFrom here\n' >letter.eml
}

# python PROGRAM: about the message m on standard input, with its leaves in `leaves`.
python() {
	/usr/bin/python3 -c "import sys, email
m = email.message_from_binary_file(sys.stdin.buffer)
leaves = [p for p in m.walk() if not p.is_multipart()]
$1"
}

# body [OPTION...]: what comes behind the header for standard input.
body() { mime-encode "$@" | sed '1,/^$/d'; }

field() { mime-encode "${@:2}" | sed -n "s/^$1: //p" | head -n 1; }

types() { mime-list "$1" | cut -f2,3 | paste -sd' '; }

@test "one file is a single part" {
	run -0 mime-encode letter.txt
	[ "$output" = $'MIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n\nHello' ]
	[ "$(mime-encode <letter.txt)" = "$output" ]
	[ "$(mime-encode - <letter.txt)" = "$output" ]
}

@test "several are a multipart/mixed" {
	run -0 mime-encode letter.txt logo.png
	[ "$output" = 'MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=_01_"

--=_01_
Content-Type: text/plain; charset=us-ascii

Hello

--=_01_
Content-Type: image/png
Content-Transfer-Encoding: base64
Content-Disposition: inline; filename=logo.png

iVBORw0KGgoAAA==
--=_01_--' ]
}

@test "-A, -i and -a: alternatives, a page with its picture, attachments" {
	mime-encode -A letter.txt page.html -i logo.png -a letter.txt >m
	[ "$(types m)" = $'0\tmultipart/mixed 1\tmultipart/alternative 1.1\ttext/plain 1.2\tmultipart/related 1.2.1\ttext/html 1.2.2\timage/png 2\ttext/plain' ]
	[ "$(python 'print(m.get_payload()[0].get_payload()[1].get_param("type"), leaves[2]["Content-ID"],
		leaves[2].get_content_disposition(), leaves[3].get_content_disposition(), leaves[3].get_filename())' <m)" = \
		'text/html <logo.png@inline> inline attachment letter.txt' ]
	[ "$(python 'print(leaves[0]["Content-Disposition"])' <m)" = None ]
}

@test "-i without a part before it: 64" {
	run -64 mime-encode -i logo.png letter.txt
	[[ $output = *"no part before it that \`logo.png'"* ]]
	mime-encode -a logo.png -f letter.eml -i logo.png >m
	[ "$(types m)" = $'0\tmultipart/mixed 1\timage/png 2\tmultipart/related 2.1\tmessage/rfc822 2.1.1\ttext/plain 2.2\timage/png' ]
}

@test "-D: a digest; -f: messages" {
	mime-encode -D letter.eml letter.eml >m
	[ "$(types m)" = $'0\tmultipart/digest 1\tmessage/rfc822 1.1\ttext/plain 2\tmessage/rfc822 2.1\ttext/plain' ]
	[ "$(grep -c '^Content-' m)" = 1 ]
	echo 'See below.' | mime-encode - -f letter.eml >m
	[ "$(types m)" = $'0\tmultipart/mixed 1\ttext/plain 2\tmessage/rfc822 2.1\ttext/plain' ]
	mime-decode -p 2 m | cmp - letter.eml
	[ "$(field Content-Type -D letter.eml)" = 'multipart/digest; boundary="=_11_"' ]
}

@test "groups are put together as if nothing else were there" {
	mime-encode letter.txt -a -t multipart/parallel '-(' logo.png -A letter.txt page.html '-)' letter.txt >m
	[ "$(types m)" = $'0\tmultipart/mixed 1\ttext/plain 2\tmultipart/parallel 2.1\timage/png 2.2\tmultipart/alternative 2.2.1\ttext/plain 2.2.2\ttext/html 3\ttext/plain' ]
	[ "$(python 'print(*(p.get_content_disposition() for p in m.get_payload()))' <m)" = 'None attachment attachment' ]
	[ "$(mime-encode '-(' '-(' letter.txt '-)' '-)')" = "$(mime-encode letter.txt)" ]
	mime-encode page.html -a logo.png -i '-(' letter.txt logo.png '-)' >m
	[ "$(types m)" = $'0\tmultipart/mixed 1\tmultipart/related 1.1\ttext/html 1.2\tmultipart/mixed 1.2.1\ttext/plain 1.2.2\timage/png 2\timage/png' ]
}

@test "groups that are none: 64" {
	run -64 mime-encode '-(' letter.txt
	[ "$output" = 'mime-encode: -(: no -) follows' ]
	run -64 mime-encode letter.txt '-)'
	[ "$output" = 'mime-encode: -): no group is open' ]
	run -64 mime-encode '-(' '-)'
	[ "$output" = 'mime-encode: -(: no file is in it' ]
	run -64 mime-encode -t text/plain '-(' letter.txt '-)'
	run -64 mime-encode -e qp '-(' letter.txt '-)'
	run -64 mime-encode -D '-(' letter.eml '-)'
	run -64 mime-encode -t multipart/mixed letter.txt
	[ "$output" = 'mime-encode: letter.txt: multipart/mixed is a type for groups' ]
	run -64 mime-encode -A -a letter.txt
	[ "$output" = 'mime-encode: -A: no file follows' ]
	run -64 mime-encode letter.txt -n x
	[ "$output" = 'mime-encode: -n: no file follows' ]
}

@test "groups a hundred deep, and no more" {
	deep() { for ((i = 0; i < $1; i++)); do printf -- '%s\n' '-(' letter.txt; done; for ((i = 0; i < $1; i++)); do echo '-)'; done; }
	mapfile -t args < <(deep 99)
	mime-encode letter.txt "${args[@]}" >m
	[ "$(python 'print(len(leaves), m.is_multipart())' <m)" = '100 True' ]
	mapfile -t args < <(deep 100)
	run -64 mime-encode letter.txt "${args[@]}"
	mapfile -t args < <(deep 60 | sed 's/^letter.txt/&\n-A\n&/')
	run -64 mime-encode letter.txt "${args[@]}"
	[ "$output" = 'mime-encode: more than 100 parts in each other' ]
	mapfile -t args < <(deep 5000)
	run -64 mime-encode "${args[@]}"
}

@test "7bit is what comes through as it is; the rest is encoded" {
	[ "$(printf 'a\tb\177\n.a\n..\n aFrom b\n-- =_0\n' | mime-encode | grep -c Transfer-Encoding)" = 0 ]
	[ "$(printf 'From a\n' | body)" = '=46rom a' ]
	[ "$(printf 'a\n.\n' | body | tail -n 1)" = =2E ]
	[ "$(printf 'a \n' | body)" = a=20 ]
	[ "$(printf 'a' | body)" = a= ]
	[ "$(printf 'a cup of caf\303\251\n' | body)" = 'a cup of caf=C3=A9' ]
	[ "$(printf 'a long line\r\nb\n' | body)" = $'a long line=0D=0A=\nb' ]
	[ "$(printf 'a b\rc\n' | body)" = 'a b=0Dc' ]
	printf '%0998d\n' 0 >line
	[ "$(mime-encode <line | grep -c Transfer-Encoding)" = 0 ]
	printf '%0999d\n' 0 >line
	[ "$(field Content-Transfer-Encoding - <line)" = quoted-printable ]
	[ "$(mime-encode <line | mime-decode -p 1 | cksum)" = "$(cksum <line)" ]
	[ "$(printf '\0\1\2\3' | field Content-Transfer-Encoding)" = base64 ]
	[ "$(printf 'зима\n' | field Content-Transfer-Encoding)" = base64 ]
	[ "$(printf 'to be or not to be, that is the question: зима\n' | field Content-Transfer-Encoding)" = quoted-printable ]
}

@test "of what is no text and has NULs the first megabyte decides, else all of it" {
	head -c 1100000 /dev/urandom >bytes
	{ cat bytes; yes abcdefg | head -c 8000000; } >mixed
	[ "$(field Content-Transfer-Encoding mixed)" = base64 ]
	[ "$(field Content-Transfer-Encoding -t text/plain mixed)" = quoted-printable ]
	{ tr -d '\0' <bytes; yes abcdefg | head -c 9000000 | tr '\n' x; } >mixed
	[ "$(field Content-Transfer-Encoding -t application/x mixed)" = quoted-printable ]
}

@test "a last line without an end is none of a multipart's business" {
	printf 'no end' >end.txt
	[ "$(mime-encode end.txt letter.txt | grep -c Transfer-Encoding)" = 0 ]
	[ "$(mime-encode end.txt letter.txt | mime-decode -p 1)" = 'no end' ]
}

@test "of what is no text line ends are bytes" {
	printf 'one\ntwo = 2 \n' | body -e qp -t application/x-any >got
	[ "$(cat got)" = 'one=0Atwo =3D 2 =0A=' ]
	[ "$(printf 'a\nb\n' | body -e auto -t application/x-any)" = $'a\nb' ]
}

@test "-e: that encoding, and what is not what it promises is refused" {
	for encoding in 7bit 8bit qp base64 uu; do
		mime-encode -e "$encoding" -n x letter.txt >m
		mime-decode -p 1 m | cmp - letter.txt
	done
	[ "$(field Content-Transfer-Encoding -e base64 letter.txt)" = base64 ]
	[ "$(field Content-Transfer-Encoding -e uu letter.txt)" = x-uuencode ]
	[ "$(body -e uu -n 'a b' letter.txt | head -n 1)" = 'begin 644 a b' ]
	run -65 mime-encode -e 7bit page.html
	[ "$output" = 'mime-encode: page.html: 7bit: has bytes above 127' ]
	run -65 mime-encode -e 8bit logo.png
	[ "$output" = 'mime-encode: logo.png: 8bit: has NULs' ]
	run -64 mime-encode -e binary letter.txt
}

@test "8bit is said of all that it is in" {
	mime-encode letter.txt '-(' letter.txt -e 8bit page.html '-)' >m
	[ "$(grep -c '^Content-Transfer-Encoding: 8bit' m)" = 3 ]
	[ "$(sed '/^$/q' m | grep -c 8bit)" = 1 ]
	printf 'Subject: \303\251\n\n\n' >8.eml
	[ "$(field Content-Transfer-Encoding -a 8.eml)" = 8bit ]
	[ "$(mime-encode -D 8.eml | grep -c '^Content-Transfer-Encoding: 8bit')" = 2 ]
}

@test "charset: us-ascii, utf-8, unknown-8bit, or as -c says of the next file" {
	[ "$(field Content-Type letter.txt)" = 'text/plain; charset=us-ascii' ]
	[ "$(field Content-Type page.html)" = 'text/html; charset=utf-8' ]
	[ "$(printf 'caf\351\n' | field Content-Type)" = 'text/plain; charset=unknown-8bit' ]
	[ "$(printf 'caf\351\n' | field Content-Type -c iso-8859-1)" = 'text/plain; charset=iso-8859-1' ]
	[ "$(printf 'caf\351\n' | field Content-Type -t 'text/plain; charset=latin1')" = 'text/plain; charset=latin1' ]
	[ "$(mime-encode -c koi8-r letter.txt page.html | grep -c koi8-r)" = 1 ]
	[ "$(field Content-Type logo.png)" = image/png ]
	run -64 mime-encode -c 'a b' letter.txt
}

@test "types: by name, then by content, by the data base or without it" {
	cp logo.png picture; cp page.html dummy; printf '%%PDF-1.4\n\0' >paper; echo 'BM is no picture' >text
	printf '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC>\n' >x; printf '\0\1\2' >bytes
	for dirs in /usr/local/share:/usr/share /nonexistent; do
		export XDG_DATA_DIRS=$dirs
		[ "$(field Content-Type page.html)" = 'text/html; charset=utf-8' ]
		[ "$(field Content-Type -a letter.eml)" = message/rfc822 ]
		[ "$(field Content-Type picture)" = image/png ]
		[ "$(field Content-Type paper)" = application/pdf ]
		[ "$(field Content-Type <logo.png)" = image/png ]
		[ "$(field Content-Type text)" = 'text/plain; charset=us-ascii' ]
		[ "$(field Content-Type bytes)" = application/octet-stream ]
		[ "$(field Content-Type /dev/null)" = 'text/plain; charset=us-ascii' ]
		[ "$(field Content-Type -n x.pdf letter.txt)" = application/pdf ]
	done
}

@test "shared-mime-info: the weightiest pattern, then the longest; magic with masks, words, ranges and levels" {
	mkdir -p share/mime
	export XDG_DATA_DIRS=$PWD/share
	printf '%s\n' '# comment' '50:text/short:*.q' '50:text/long:*.b.q' '80:text/heavy:heavy.*' '50:text/case:*.C:cs' broken >share/mime/globs2
	printf 'MIME-Magic\0\n[80:text/no]\n>0=\0\1z\n1>1=\0\1b\n[70:x/level]\n>0=\0\2ab\n1>4=\0\1c+3\n[60:x/mask]\n>0=\0\2\xf0\x01&\xf0\xff\n[60:x/word]\n>0=\0\2\x12\x34~2\n[50:message/x]\n>0=\0\1m\n' \
		>share/mime/magic
	for name in a.q a.b.q heavy.q a.C a.c; do cp letter.txt "$name"; done
	[ "$(mime-encode a.q a.b.q heavy.q a.C a.c | sed -n 's/;.*//;s/^Content-Type: text.//p' | paste -sd' ')" = 'short long heavy case plain' ]
	[ "$(printf 'ab\0\0\0\0c' | field Content-Type)" = x/level ]
	[ "$(printf 'ab\0\0\0\0\0c' | field Content-Type)" = application/octet-stream ]
	[ "$(printf '\xfa\1\0' | field Content-Type)" = x/mask ]
	[ "$(printf '\x34\x12\0' | field Content-Type)" = x/word ]
	[ "$(printf 'm\0' | field Content-Type)" = application/octet-stream ]
	printf 'MIME-Magic\0\n[80:x/y]\n>0=\xff\xff' >share/mime/magic
	[ "$(printf 'z\0' | field Content-Type)" = application/octet-stream ]
}

@test "-t: with parameters, and what is no type is refused" {
	[ "$(field Content-Type -t 'text/calendar; method=REQUEST' letter.txt)" = 'text/calendar; method=REQUEST; charset=us-ascii' ]
	for wrong in text '' 'text/' $'text/plain\nBcc: all' $'text/\303\251'; do
		run -64 mime-encode -t "$wrong" letter.txt
	done
}

@test "names: RFC 2231, with -w encoded words too; -n another or none" {
	cp logo.png 'caf'$'\303\251'' "1".png'
	mime-encode -a caf*.png >m
	grep -Fx "Content-Disposition: attachment; filename*=utf-8''caf%C3%A9%20%221%22.png" m
	[ "$(python 'print(m.get_filename())' <m)" = 'café "1".png' ]
	mime-encode -w -a caf*.png >m
	grep -F 'name="=?utf-8?q?caf=C3=A9_=221=22=2Epng?="' m
	[ "$(field Content-Disposition -a ./logo.png)" = 'attachment; filename=logo.png' ]
	[ "$(field Content-Disposition -n 'a b' letter.txt)" = 'inline; filename="a b"' ]
	[ "$(field Content-Disposition -a -n '' logo.png)" = attachment ]
	[ "$(field Content-Disposition -n '' logo.png)" = '' ]
	[ "$(field Content-Disposition -a - <logo.png)" = attachment ]
	cp logo.png $'a\nBcc: all'
	[ "$(mime-encode -a $'a\nBcc: all' | grep -c '^Bcc')" = 0 ]
}

@test "options: an option is about what follows it; -- ends them" {
	cp letter.txt ./-a
	[ "$(mime-encode -- -a | wc -l)" = 4 ]
	[ "$(mime-encode -tapplication/x letter.txt letter.txt | grep -c application/x)" = 1 ]
	run -64 mime-encode - -
	[ "$output" = 'mime-encode: -: standard input can be read but once' ]
}

@test "-H: its fields come first, encoded and folded, without those of MIME" {
	printf 'Subject: caf\303\251\r\nContent-Type: text/html\r\nMIME-version: 1.0\r\nTo: bob@example.org,\r\n carol@example.org\r\n\r\nnot: this\r\n' >fields
	run -0 mime-encode -H fields letter.txt
	[ "$output" = 'Subject: =?utf-8?q?caf=C3=A9?=
To: bob@example.org,
 carol@example.org
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

Hello' ]
	printf 'Subject: x' >fields
	[ "$(mime-encode -H fields letter.txt | head -n 2 | tail -n 1)" = 'MIME-Version: 1.0' ]
	printf 'Subject: x\nno field\n' >fields
	run -65 mime-encode -H fields letter.txt
	[ "$output" = "mime-encode: fields: \`no field': no header field" ]
	run -66 mime-encode -H nosuch letter.txt
}

@test "a message is not encoded: CRLF becomes LF, and what cannot be is refused or sent as bytes" {
	printf 'Subject: x\r\n\r\na \r\n' >crlf.eml
	[ "$(body -f crlf.eml | od -c)" = "$(printf 'Subject: x\n\na \n' | od -c)" ]
	printf 'Subject: x\n\n\0\n' >nul.eml
	run -65 mime-encode -f nul.eml
	[ "$output" = 'mime-encode: nul.eml: message/rfc822: has NULs' ]
	[ "$(field Content-Type -a nul.eml)" = application/octet-stream ]
	printf 'Subject: x\n\na\rb\n' >cr.eml
	run -65 mime-encode -f cr.eml
	run -65 mime-encode -f -e base64 letter.eml
	run -65 mime-encode -D -e 7bit 8.eml letter.eml || [ "$status" = 66 ]
	mime-encode -a letter.eml | mime-decode -p 1 - >/dev/null
}

@test "a boundary stands in no line of the data, however often one goes around" {
	cp letter.txt m
	for round in 1 2 3 4 5; do
		mime-encode letter.txt -f m >next
		mv next m
	done
	[ "$(python 'print(len(leaves), len(set(p.get_boundary() for p in m.walk() if p.get_boundary())))' <m)" = '6 5' ]
	for a in {0..9} {A..Z} {a..z}; do for b in {0..9} {A..Z} {a..z}; do echo "--=_$a$b"; done; done >all.txt
	mime-encode all.txt letter.txt >m
	boundary=$(sed -n 's/.*boundary="\(.*\)"/\1/p' m)
	[ "$(grep -c -e "^--$boundary" m)" = 3 ]
	[[ $boundary = =_00*1_ ]]
	mime-decode -p 1 m | cmp - all.txt
}

@test "files that change while they are read: 75" {
	yes 'a line' | head -c 3000000 >a.txt
	# The pipe is full before the second file is read again.
	{ mime-encode a.txt letter.txt || echo $? >status; } | { sleep 1; printf '%s\n' '--=_0' >letter.txt; cat >m; }
	[ "$(cat status)" = 75 ]
}

@test "standard input, pipes and files from where they are open" {
	{ read -r line; mime-encode -e base64 - letter.txt; } < <(printf 'one\ntwo\n') | mime-decode -p 1 >got
	[ "$(cat got)" = two ]
	printf 'one\ntwo\n' >two.txt
	[ "$({ head -n 1 >/dev/null; sed -n q; mime-encode; } <two.txt | tail -n 1)" != one ]
	[ "$(exec 3<two.txt; dd bs=4 count=1 <&3 >/dev/null 2>&1; mime-encode <&3 | tail -n 1)" = two ]
	mime-encode <(echo fifo) letter.txt | mime-decode -p 1 >got
	[ "$(cat got)" = fifo ]
}

@test "what needs no look goes through a pipe with no temporary file" {
	export TMPDIR=/nonexistent
	[ "$(echo x | cat | mime-encode -t application/x -e base64 | tail -n 1)" = eAo= ]
	run -73 bash -c 'echo x | cat | mime-encode -t application/x'
	[[ $output = 'mime-encode: temporary file: '* ]]
}

@test "a file that cannot be read: 66, and nothing is written" {
	run -66 --separate-stderr mime-encode letter.txt nosuch
	[ -z "$output" ]
	[ "$stderr" = 'mime-encode: nosuch: No such file or directory' ]
	run -66 --separate-stderr mime-encode letter.txt .
	[ "$stderr" = 'mime-encode: .: Is a directory' ]
}

@test "-d: bare streams, which mime-decode gives back" {
	head -c 10000 /dev/urandom >bytes
	for encoding in base64 qp uu; do
		mime-encode -d "$encoding" bytes >stream
		mime-decode -e -d "$encoding" <stream | cmp - bytes
		[ "$(LC_ALL=C awk 'length > 76' stream)" = '' ]
		mime-encode -d "$encoding" <bytes | mime-decode -d "$encoding" | cmp - bytes
	done
	[ "$(mime-encode -d uu letter.txt | head -n 1)" = 'begin 644 letter.txt' ]
	[ "$(mime-encode -d uu -n x <letter.txt | head -n 1)" = 'begin 644 x' ]
	[ "$(mime-encode -d qp <<<$'a=b \r\nc')" = 'a=3Db=20=0D=0A=
c' ]
	printf 'plain\nGr\303\274\303\237e, =?x\n' >lines
	[ "$(mime-encode -d 2047 lines)" = $'plain\n=?utf-8?q?Gr=C3=BC=C3=9Fe=2C_=3D=3Fx?=' ]
	mime-encode -d 2047 lines | mime-decode -d 2047 | cmp - lines
	[ "$(mime-encode -d 2231 <<<$'\302\243 5')" = "utf-8''%C2%A3%205" ]
	mime-encode -d 2231 lines | mime-decode -d 2231 | cmp - lines
	run -64 mime-encode -d base32 letter.txt
	run -64 mime-encode -d qp letter.txt letter.txt
	run -64 mime-encode -d qp -a letter.txt
	run -66 mime-encode -d qp .
}

@test "munpack and reformime get the same files out" {
	head -c 5000 /dev/urandom >bytes.bin
	mime-encode -H <(echo 'Subject: x') letter.txt -a bytes.bin page.html >m
	mkdir out
	munpack -q -C out ../m
	cmp out/bytes.bin bytes.bin
	cmp out/page.html page.html
	reformime -s 1.2 -e <m | cmp - bytes.bin
	reformime -s 1.3 -e <m | cmp - page.html
	[ "$(reformime <m | paste -sd' ')" = '1 1.1 1.2 1.3' ]
}

@test "random files in random shapes come back byte for byte" {
	run -0 /usr/bin/python3 "$top/tests/mime-encode.py" 2000
	[ -z "$output" ]
}

# peak COMMAND...: the most memory that it had, in KiB.
peak() { /usr/bin/time -f %M "$@" 2>&1 >/dev/null | tail -n 1; }

@test "memory stays below 8 MiB, whatever the file" {
	! sanitized mime-encode || skip "sanitizers take more"
	truncate -s 300M sparse
	[ "$(peak mime-encode letter.txt sparse)" -lt 8192 ]
	yes 'a line of text' | head -c 100M >text.txt
	[ "$(peak mime-encode text.txt letter.txt)" -lt 8192 ]
	[ "$(peak mime-encode -e qp - <text.txt)" -lt 8192 ]
	[ "$(peak mime-encode -d uu sparse)" -lt 8192 ]
}

@test "the examples of the page" {
	touch a.pdf; echo data >data; printf 'RIFF' >left.wav; cp left.wav right.wav; cp letter.txt intro.txt
	sendmail() { cat >sent; }
	export -f sendmail
	bash -ec "$(example mime-encode.1 1)"
	[ "$(mail-header Subject To <sent)" = $'Report\nbob@example.org' ]
	[ "$(types sent)" = $'0\tmultipart/mixed 1\ttext/html 2\tapplication/pdf' ]
	bash -ec "$(example mime-encode.1 2)" >m
	[ "$(types m)" = $'0\tmultipart/mixed 1\tmultipart/alternative 1.1\ttext/plain 1.2\tmultipart/related 1.2.1\ttext/html 1.2.2\timage/png 2\ttext/plain' ]
	bash -ec "$(example mime-encode.1 3)" >m
	[ "$(types m)" = $'0\tmultipart/mixed 1\ttext/plain 2\tmessage/rfc822 2.1\ttext/plain' ]
	bash -ec "$(example mime-encode.1 4)" >m
	[[ $(types m) = $'0\tmultipart/mixed 1\ttext/plain 2\tmultipart/parallel 2.1\t'*$' 3\ttext/plain' ]]
}
