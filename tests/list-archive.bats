# list-archive: the archive of a list as HTML.
load helper

setup() {
	pennypost
	list-create tea tea@here.example owner@here.example
	list=$PENNYPOST/lists/tea
	out=$BATS_TEST_TMPDIR/out
	umask 022
}

# post TIME [NUMBER]: the message on standard input into the archive, delivered then.
post() { cat >"$list/archive/tmp/$1.M${2:-1}P1.here" && mv "$list/archive/tmp/$1.M${2:-1}P1.here" "$list/archive/new"; }

# short NUMBER SUBJECT [FIELD]...: posts a message of two lines, NUMBER hours after noon of 1 November 2026.
short() {
	local number=$1 subject=$2 when=$((1793534400 + $1 * 3600)) date
	local name=$((when + 60)).M${1}P1.here
	shift 2

	LC_ALL=C TZ=UTC printf -v date '%(%a, %d %b %Y %T %z)T' "$when"
	printf '%s\n' "Message-ID: <$number@x.example>" "Date: $date" "From: Alice <alice@x.example>" "Subject: $subject" "$@" \
		'' "This is letter $number." >"$list/archive/tmp/$name"
	mv "$list/archive/tmp/$name" "$list/archive/new"
}

# What a message's page is called by its Message-ID.
id() { printf %s "$1" | openssl sha1 -binary | base32; }

page() { echo "$out/message/$(id "$1@x.example").html"; }

# The files of the archive, and what is in them.
sums() { (cd "${1:-$out}" && find . -type f ! -name .lock -exec sha1sum {} +) | LC_ALL=C sort -k2; }

# since: files that were written, made or removed after `mark`.
mark() {
	sums >"$BATS_TEST_TMPDIR/sums"
	find "$out" -type f -exec touch -d 2000-01-01 {} +
}
written() { (cd "$out" && find . -type f -newermt 2000-01-02 ! -name .lock | LC_ALL=C sort); }

# The archive is what it would be, were it made anew.
as_new() {
	rm -rf "$BATS_TEST_TMPDIR/new"
	list-archive tea "$BATS_TEST_TMPDIR/new"
	diff <(sums) <(sums "$BATS_TEST_TMPDIR/new")
}

valid() {
	find "$out" -name '*.html' -print0 | xargs -0 -n 1 tidy -q -e 2>&1 | grep -v 'proprietary attribute "aria-current"' | tee /dev/stderr |
		(! grep .)
	find "$out" -name '*.html' -print0 | xargs -0 /usr/bin/python3 "$top/tests/html5.py"
}

@test "a page a message, a month by date and by thread, and a front" {
	short 1 'One cup'
	short 2 'Re: One cup' 'In-Reply-To: <1@x.example>'
	run -0 list-archive tea "$out"
	[ -z "$output" ]
	diff - <(cd "$out" && find . -type f | sort) < <(printf './%s\n' .lock 2026-11/index.html 2026-11/threads.html index.html \
		index.tsv "message/$(id 1@x.example).html" "message/$(id 2@x.example).html" style.css | sort)
	diff - "$(page 2)" <<-EOF
	<!DOCTYPE html>
	<html lang="en">
	<head>
	<meta charset="utf-8">
	<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'">
	<meta name="referrer" content="no-referrer">
	<meta name="viewport" content="width=device-width, initial-scale=1">
	<title>Re: One cup – tea</title>
	<link rel="stylesheet" href="../style.css">
	</head>
	<body>
	<header>
	<a href="../index.html">tea</a>
	</header>
	<nav class="ways" aria-label="Messages, above">
	<p><a href="../2026-11/index.html#$(id 2@x.example)">By date</a>
	<a href="../message/$(id 1@x.example).html" class="back" rel="prev">Previous</a>
	</p>
	<p><a href="../2026-11/threads.html#$(id 2@x.example)">By thread</a>
	<a href="../message/$(id 1@x.example).html" class="back">Previous</a>
	<a href="../message/$(id 1@x.example).html" class="up">In reply to</a>
	</p>
	</nav>
	<main>
	<h1><bdi>Re: One cup</bdi></h1>
	<p class="by"><span><bdi>Alice</bdi>
	<bdi>alice@…</bdi></span>
	<time datetime="2026-11-01T14:00:00Z">1 November 2026, 14:00 UTC</time></p>
	<article>
	<div class="text">This is letter 2.
	</div>
	</article>
	</main>
	<nav class="ways" aria-label="Messages, below">
	<p><a href="../2026-11/index.html#$(id 2@x.example)">By date</a>
	<a href="../message/$(id 1@x.example).html" class="back" rel="prev">Previous</a>
	</p>
	<p><a href="../2026-11/threads.html#$(id 2@x.example)">By thread</a>
	<a href="../message/$(id 1@x.example).html" class="back">Previous</a>
	<a href="../message/$(id 1@x.example).html" class="up">In reply to</a>
	</p>
	</nav>
	</body>
	</html>
	EOF
	diff - <(sed -n '/<main>/,$p' "$out/2026-11/threads.html") <<-EOF
	<main>
	<h1>November 2026</h1>
	<nav class="views" aria-label="Order">
	<a href="index.html">By date</a>
	<a href="threads.html" aria-current="page">By thread</a>
	<span>2 messages</span>
	</nav>
	<ul class="letters threads">
	<li id="$(id 1@x.example)"><a href="../message/$(id 1@x.example).html"><bdi>One cup</bdi></a>
	<span class="by"><bdi>Alice</bdi></span> <time datetime="2026-11-01T13:00:00Z">1 Nov 13:00</time><ul>
	<li id="$(id 2@x.example)"><a href="../message/$(id 2@x.example).html"><bdi>Re: One cup</bdi></a>
	<span class="by"><bdi>Alice</bdi></span> <time datetime="2026-11-01T14:00:00Z">1 Nov 14:00</time></li>
	</ul>
	</li>
	</ul>
	</main>
	</body>
	</html>
	EOF
	diff - <(sed -n '/<main>/,/<\/main>/p' "$out/index.html") <<-EOF
	<main>
	<h1>tea</h1>
	<h2>2026</h2>
	<ul class="months">
	<li><a href="2026-11/index.html">November</a>
	<span>2 messages</span>
	<a href="2026-11/threads.html">by thread</a></li>
	</ul>
	</main>
	EOF
	valid
}

@test "one more message changes its own page, its neighbours', its month and the front; no other file" {
	for n in 1 2 3 4 5; do short "$n" "Cup $n"; done
	short 800 'Of another month'
	list-archive tea "$out"
	mark
	short 6 'Re: Cup 1' 'References: <1@x.example>'
	list-archive tea "$out"
	[ "$(written)" = "$({
		printf './%s\n' 2026-11/index.html 2026-11/threads.html index.html index.tsv
		for n in 1 5 6 800; do echo "./message/$(id $n@x.example).html"; done
	} | LC_ALL=C sort)" ]
	as_new
}

@test "nothing new: nothing is written" {
	short 1 'One cup'
	list-archive tea "$out"
	mark
	list-archive tea "$out"
	[ -z "$(written)" ]
	mv "$list"/archive/new/* "$list/archive/cur/$(ls "$list/archive/new"):2,S"
	list-archive tea "$out"
	[ -z "$(written)" ]
}

@test "a message that is removed is gone with its files, and a month with its last" {
	short 1 'One cup'
	short 2 'Re: One cup' 'In-Reply-To: <1@x.example>' 'Content-Type: application/x-tea; name=x'
	short 800 'Of another month'
	list-archive tea "$out"
	[ -e "${out}/message/$(id 2@x.example)/1.bin" ]
	rm "$list"/archive/new/*M2P* "$list"/archive/new/*M800P*
	list-archive tea "$out"
	[ ! -e "$(page 2)" ]
	[ ! -e "$out/message/$(id 2@x.example)" ]
	[ ! -e "$out/2026-12" ]
	run -1 grep -r 'Re: One cup' "$out"
	as_new
	rm "$list"/archive/new/*
	list-archive tea "$out"
	grep 'There are no messages yet' "$out/index.html"
	[ -z "$(ls "$out/message")" ]
	as_new
}

@test "URLs stay: another Maildir name, other messages, a lost index; what the index no longer knows is removed" {
	for n in 1 2 3; do short "$n" "Cup $n"; done
	printf 'From: a@x.example\nSubject: no id\n\nbody\n' | post 1793600000 9
	list-archive tea "$out"
	sums >"$BATS_TEST_TMPDIR/before"
	rm "$list"/archive/new/*M1P*
	cp "$(page 3)" "$out/message/$(id stranger).html"
	cp "$(page 3)" "$out/message/mine.html"
	mkdir "$out/2020-01"
	touch "$out/2020-01/index.html"
	echo 'broken' >"$out/index.tsv"
	list-archive tea "$out"
	[ ! -e "$(page 1)" ]
	[ ! -e "$out/message/$(id stranger).html" ]
	[ -e "$out/message/mine.html" ]
	[ ! -e "$out/2020-01" ]
	rm "$out/message/mine.html"
	as_new
	mbox-join "$list/archive" >"$BATS_TEST_TMPDIR/mbox"
	ls "$out/message" >"$BATS_TEST_TMPDIR/names"
	rm "$list"/archive/new/*
	mbox-split -m "$list/archive" "$BATS_TEST_TMPDIR/mbox"
	list-archive tea "$out"
	diff "$BATS_TEST_TMPDIR/names" <(ls "$out/message")
}

@test "what is on the way when it is killed is made good by the next run" {
	for n in $(seq 30); do short "$n" "Cup $n" "References: <$((n / 2))@x.example>" 'Content-Type: text/html'; done
	list-archive tea "$BATS_TEST_TMPDIR/whole"
	sums "$BATS_TEST_TMPDIR/whole" >"$BATS_TEST_TMPDIR/sums"
	for call in openat write renameat unlinkat mkdirat; do
		for when in 2 30; do
			rm -rf "$out"
			rm -f "$list"/archive/new/*M99P* "$list"/archive/new/*M98P*
			strace -o /dev/null -e inject=$call:signal=KILL:when=$when list-archive tea "$out" || true
			short 99 'Late' 'References: <5@x.example>'
			short 98 'Later' 'References: <99@x.example>'
			rm "$list"/archive/new/*M98P*
			strace -o /dev/null -e inject=$call:signal=KILL:when=$when list-archive tea "$out" || true
			rm "$list"/archive/new/*M99P*
			strace -o /dev/null -e inject=$call:signal=KILL:when=$((when / 2 + 1)) list-archive tea "$out" || true
			list-archive tea "$out"
			rm -f "$out/.new"
			sums | diff "$BATS_TEST_TMPDIR/sums" -
		done
	done
}

@test "two at once do not hurt each other" {
	for n in $(seq 40); do short "$n" "Cup $n"; done
	for i in 1 2 3 4; do list-archive tea "$out" & done
	short 41 'Late'
	wait
	list-archive tea "$out"
	as_new
}

@test "threads: across months, and each in the order in which it is read" {
	short 1 'One'
	short 800 'Of December' 'In-Reply-To: <1@x.example>'
	short 2 'Re: One' 'References: <gone@x.example> <1@x.example> <also-gone@x.example>'
	short 3 'Two'
	short 4 'Re: Re: One' 'References: <800@x.example>'
	list-archive tea "$out"
	[ "$(grep -o '<bdi>[^<]*</bdi></a>' "$out/2026-11/threads.html" | sed 's/<[^>]*>//g' | paste -sd,)" = 'One,Re: One,Re: Re: One,Two' ]
	grep -A1 'answers <a' "$out/2026-12/threads.html" | grep "message/$(id 1@x.example).html"
	grep 'class="up"' "$(page 2)" | grep "$(id 1@x.example)"
	valid
}

@test "messages that answer each other in a circle, or themselves" {
	short 1 'One' 'In-Reply-To: <3@x.example>'
	short 2 'Two' 'In-Reply-To: <1@x.example>'
	short 3 'Three' 'In-Reply-To: <2@x.example>'
	short 4 'Self' 'In-Reply-To: <4@x.example>'
	list-archive tea "$out"
	[ "$(grep -o '<bdi>[^<]*</bdi></a>' "$out/2026-11/threads.html" | sed 's/<[^>]*>//g' | paste -sd,)" = 'Three,One,Two,Self' ]
	run -1 grep 'class="up"' "$(page 4)"
	[ "$(cat "$out"/message/*.html | grep -c 'class="up"')" = 4 ]
	valid
}

@test "the same Message-ID twice: two pages; none: a page" {
	short 1 'One'
	sed 's/Subject: One/Subject: Another/' "$list"/archive/new/*M1P* | post 1793600000 5
	printf 'Subject: none\n\nx\n' | post 1793600001 6
	printf 'Subject: none\n\nx\n' | post 1793600002 7
	printf 'Subject: none\n\ny\n' | post 1793600003 8
	list-archive tea "$out"
	grep '<h1><bdi>One<' "$(page 1)"
	grep '<h1><bdi>Another<' "$out/message/$(id 1@x.example)-2.html"
	[ "$(grep -l '<h1><bdi>none<' "$out"/message/* | wc -l)" = 3 ]
	[ "$(ls "$out"/message/*-2.html | wc -l)" = 2 ]
	rm "$list"/archive/new/*M1P*
	list-archive tea "$out"
	grep '<h1><bdi>Another<' "$(page 1)"
	as_new
}

@test "dates: none, wrong, of the future: then the time of arrival" {
	for date in 'Date: tomorrow' 'Date: Mon, 23 Nov 2099 10:00:00 +0000' 'Date: Thu, 01 Jan 1970 00:00:00 +0000' 'X-Date: none'; do
		n=$((n + 1))
		printf 'Message-ID: <%d@x.example>\n%s\n\nx\n' $n "$date" | post 1793534400 $n
	done
	printf 'Message-ID: <9@x.example>\n\nx\n' | post 99999999999999999 9
	printf 'Message-ID: <10@x.example>\nDate: Sun, 1 Nov 2026 15:00:00 +0300\n\nx\n' | post 1793600000 10
	list-archive tea "$out"
	for n in 1 2 3 4 10; do grep 'datetime="2026-11-01T12:00:00Z"' "$(page $n)"; done
	grep 'datetime="1970-01-01' "$(page 9)"
	[ "$(cd "$out" && echo ????-??)" = '1970-01 2026-11' ]
}

@test "nothing of a message is markup" {
	short 1 '<script>alert("1")</script>&amp;' 'Content-Type: text/plain; name="x.html\"><script>"'
	printf '%s\n' 'Message-ID: <2@x.example>' "From: \"<img src=x onerror='1'>\" <a@x.example>" 'Subject: =?utf-8?Q?=3Cb=3E_=E2=80=AEfdp.exe_=00=0A=1B?=' '' \
		'</div></main><script>alert(1)</script> &lt; "quoted" '"'single'"' http://x.example/"onclick="x <http://y.example/?a=1&b=2>.' \
		$'control \x01\x1b[31m \x7f \xc2\x85 \xef\xbf\xbe' | post 1793600000 2
	printf '%s\n' 'Message-ID: <3@x.example>' 'Content-Type: text/html' '' '<script>alert(1)</script><p onclick="x">a &lt;b&gt; <a href="javascript:x">link</a>' |
		post 1793600001 3
	list-archive tea "$out"
	run -1 grep -r --include='*.html' '<script\|<img\|<p on\|<b>\|href="javascript' "$out"
	grep -F '<bdi>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;amp;</bdi>' "$(page 1)"
	grep -F '&lt;/div&gt;&lt;/main&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp;lt; &quot;quoted&quot; &#39;single&#39;' "$(page 2)"
	grep -F '<a rel="nofollow noopener" href="http://y.example/?a=1&amp;b=2">http://y.example/?a=1&amp;b=2</a>&gt;.' "$(page 2)"
	grep -F '<a rel="nofollow noopener" href="http://x.example/">http://x.example/</a>&quot;onclick=&quot;x' "$(page 2)"
	grep -F 'control ��[31m � � �' "$(page 2)"
	grep -F 'a &lt;b&gt; link' "$(page 3)"
	valid
}

@test "addresses are hidden, but for a list that shows them" {
	printf '%s\n' 'Message-ID: <1@x.example>' 'From: bob@secret.example (Bob at bob@secret.example)' 'Subject: to carol@secret.example' '' \
		'Write to dave@secret.example, <erin@secret.example>, mailto:frank@secret.example,' \
		'not to user@host nor @decorator.x; https://lists.example/m/grace@kept.example stays.' | post 1793600000
	printf '%s\n' 'Message-ID: <2@x.example>' 'From: bob@secret.example' '' x | post 1793600001
	list-archive tea "$out"
	run -1 grep -r 'secret' "$out"
	grep -F 'Write to dave@…, &lt;erin@…&gt;, mailto:frank@…,' "$(page 1)"
	grep -F 'not to user@host nor @decorator.x; <a' "$(page 1)"
	grep -F 'href="https://lists.example/m/grace@kept.example"' "$(page 1)"
	grep -F '<bdi>bob@…</bdi>' "$out/2026-11/index.html"
	echo 'archive-addresses shown' >>"$list/conf"
	list-archive tea "$out"
	grep -F 'Write to dave@secret.example,' "$(page 1)"
	grep -F '<bdi>bob@secret.example</bdi>' "$out/2026-11/index.html"
	as_new
	echo 'archive-addresses some' >>"$list/conf"
	run -78 list-archive tea "$out"
	[ "$output" = "list-archive: $list/conf: archive-addresses: not hidden or shown" ]
}

@test "text: quotes, format=flowed, character sets, HTML where there is no other" {
	printf '%s\n' 'Message-ID: <1@x.example>' 'Content-Type: text/plain; format=flowed; charset=iso-8859-1' '' '> quoted ' '> text' '>> more' \
		$'gr\xfc\xdfe ' 'in one line' | post 1793600000 1
	printf '%s\n' 'Message-ID: <2@x.example>' 'Content-Type: multipart/alternative; boundary=b' '' '--b' 'Content-Type: text/html' '' '<p>as HTML</p>' \
		'--b' '' 'as text' '--b--' | post 1793600001 2
	printf '%s\n' 'Message-ID: <3@x.example>' 'Content-Type: text/html; charset=utf-8' '' '<h1>caf&eacute;</h1>' '' '' '<p> &gt; quoted</p><p>AT&T' |
		post 1793600002 3
	list-archive tea "$out"
	diff - <(sed -n '/<article>/,/<.article>/p' "$(page 1)") <<-EOF
	<article>
	<div class="text"><blockquote class="q1">&gt; quoted text
	</blockquote><blockquote class="q2">&gt;&gt; more
	</blockquote>grüße in one line
	</div>
	</article>
	EOF
	grep 'as text' "$(page 2)"
	run -1 grep 'as HTML\|class="file"' "$(page 2)"
	diff - <(sed -n '/<article>/,/<.article>/p' "$(page 3)") <<-EOF
	<article>
	<p class="file"><a href="$(id 3@x.example)/1.bin" download="part-1.html"><bdi>part-1.html</bdi></a> <span>text/html, 50 bytes</span></p>
	<div class="text">café

	<blockquote class="q1">&gt; quoted
	</blockquote>
	AT&amp;T
	</div>
	</article>
	EOF
	valid
}

@test "files: none that a browser would run; patches are also shown, large texts are not" {
	{
		printf '%s\n' 'Message-ID: <1@x.example>' 'MIME-Version: 1.0' 'Content-Type: multipart/mixed; boundary=b' '' '--b' '' 'see below' \
			'--b' 'Content-Type: text/html; name="../../evil.html"' 'Content-Disposition: attachment' '' '<script>alert(1)</script>' \
			'--b' 'Content-Type: image/svg+xml; name="=?utf-8?Q?a=E2=80=AE=22=3E?=.svg"' 'Content-Transfer-Encoding: base64' '' 'PHN2Zy8+' \
			'--b' 'Content-Type: text/x-diff; name=tea.diff' '' '+milk' \
			'--b' 'Content-Type: message/rfc822' '' 'From: Carol <c@y.example>' 'Subject: inner' '' 'said inside' \
			'--b' 'Content-Type: text/plain' ''
		head -c 1100000 < <(yes 'too long to be shown')
		printf '\n--b--\n'
	} | post 1793600000
	list-archive tea "$out"
	[ "$(cd "$out/message" && find . -type f -name '*.bin' | LC_ALL=C sort | sed 's,.*/,,' | paste -sd' ')" = '2.bin 3.bin 4.bin 6.bin' ]
	[ "$(cat "$out/message/$(id 1@x.example)/2.bin")" = '<script>alert(1)</script>' ]
	[ "$(cat "$out/message/$(id 1@x.example)/3.bin")" = '<svg/>' ]
	[ "$(stat -c %s "$out/message/$(id 1@x.example)/6.bin")" = 1100000 ]
	grep -F 'download="evil.html"' "$(page 1)"
	grep -F 'download="a�&quot;&gt;.svg"' "$(page 1)"
	grep -A1 'tea.diff' "$(page 1)" | grep '+milk'
	grep -F '<dt>Subject</dt><dd><bdi>inner</bdi>' "$(page 1)"
	grep 'said inside' "$(page 1)"
	grep -F '<dd><bdi>Carol &lt;c@…&gt;</bdi></dd>' "$(page 1)"
	run -1 grep 'too long to be shown' "$(page 1)"
	grep -F '1.1 MB' "$(page 1)"
	valid
	inode=$(stat -c %i "$out/message/$(id 1@x.example)/6.bin")
	short 700 'A neighbour'
	list-archive tea "$out"
	grep 'rel="next"' "$(page 1)"
	[ "$(stat -c %i "$out/message/$(id 1@x.example)/6.bin")" = "$inode" ]
}

@test "headers of the absurd: a subject of 10 MB, thousands of references, no message at all" {
	{
		printf 'Message-ID: <1@x.example>\nSubject: '
		head -c 10000000 < <(yes 'tea ') | tr -d '\n'
		printf '\n\nbody\n'
	} | post 1793600000 1
	{
		printf 'Message-ID: <2@x.example>\nReferences:'
		for n in $(seq 20000); do printf ' <gone%d@x.example>' "$n"; done
		printf '\n <3@x.example>\nSubject: %s\n\nbody\n' "$(head -c 500000 < <(yes 'many ') | tr -d '\n')"
	} | post 1793600001 2
	short 3 'Three'
	head -c 100000 /dev/urandom | post 1793600002 4
	: | post 1793600003 5
	list-archive tea "$out"
	[ "$(ls "$out"/message/*.html | wc -l)" = 5 ]
	grep 'class="up"' "$(page 2)" | grep "$(id 3@x.example)"
	[ "$(wc -c <"$(page 2)")" -lt 5000 ]
	[ "$(wc -c <"$out/2026-11/index.html")" -lt 5000 ]
	[ -z "$(awk 'length > 2000' "$out/index.tsv")" ]
}

@test "a thread 3,000 deep: indented so far, in little time" {
	mkdir "$BATS_TEST_TMPDIR/deep"
	perl -e 'for (1 .. 3000) {
		open my $out, ">", sprintf "%s/%d.M%dP1.here", $ARGV[0], 1793534400 + $_, $_ or die;
		printf $out "Message-ID: <%d\@x.example>\nReferences: <%d\@x.example>\nSubject: Re: deep\n\nx\n", $_, $_ - 1;
	}' "$list/archive/new"
	list-archive tea "$out"
	[ "$(grep -c '<li id' "$out/2026-11/threads.html")" = 3000 ]
	awk '{ d += gsub(/<ul/, "") - gsub(/<\/ul/, "") } d > most { most = d } END { exit d != 0 || most != 8 }' "$out/2026-11/threads.html"
	short 5 'Shallow'
	list-archive tea "$out"
	as_new
}

@test "memory: bytes a message, and none for how long one is" {
	gcc -O2 -o "$BATS_TEST_TMPDIR/peak" "$top/tests/bench/peak.c"
	{
		printf 'Message-ID: <1@x.example>\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n'
		head -c 30000000 < <(yes 'a long text, in lines')
		printf '\n--b\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n'
		head -c 30000000 /dev/zero | base64
		printf '\n--b\n\n'
		head -c 30000000 /dev/zero | tr '\0' '<'
	} | post 1793600000
	run -0 "$BATS_TEST_TMPDIR/peak" "$BATS_TEST_TMPDIR/kib" list-archive tea "$out"
	[ "$(cat "$BATS_TEST_TMPDIR/kib")" -lt 8192 ] || sanitized list-archive
}

@test "what cannot be read is said, and the rest is done" {
	short 1 'One'
	ln -s /proc/self/mem "$list/archive/new/1793600000.M2P1.here"
	run -74 list-archive tea "$out"
	[ "$output" = "list-archive: $list/archive: 1793600000.M2P1.here: Input/output error" ]
	[ -e "$(page 1)" ]
}

@test "no list, no archive, no folder to write to" {
	run -66 list-archive nonesuch "$out"
	[ "$output" = 'list-archive: nonesuch: no such list' ]
	run -73 list-archive tea /nowhere/out
	[ "$output" = 'list-archive: /nowhere/out: No such file or directory' ]
	run -64 list-archive tea
	rm -r "$list/archive"
	run -66 list-archive tea "$out"
	[ "$output" = "list-archive: $list/archive: No such file or directory" ]
}

@test "a full disk: 73, and the next run goes on" {
	short 1 'One'
	short 2 'Two'
	list-archive tea "$out"
	short 3 'Three'
	run -73 strace -o /dev/null -e inject=write:error=ENOSPC:when=2 list-archive tea "$out"
	[[ $output = "list-archive: message/"*": No space left on device" ]]
	list-archive tea "$out"
	rm -f "$out/.new"
	as_new
}

@test "in a browser, on a phone and on a desk, by day and by night: nothing overlaps, is cut off, pale, or loaded" {
	short 1 'One cup of tea, and then another, for the subject of this letter is longer than a phone is wide'
	printf '%s\n' 'Message-ID: <2@x.example>' 'Date: Sun, 01 Nov 2026 15:00:00 +0000' 'In-Reply-To: <1@x.example>' \
		'From: =?utf-8?B?157XqdeUINeb15TXnw==?= <moshe@x.example>' 'Subject: =?utf-8?B?16nXnNeV150g4oCuZXhlLmZkcA==?=' \
		'Content-Type: multipart/mixed; boundary=b' '' '--b' '' '>> first' '> second' '>>> third' \
		"https://x.example/$(head -c 200 < <(yes averylongpath) | tr -d '\n')" '' 'Some text.' '--b' \
		"Content-Type: application/pdf; name=$(head -c 100 < <(yes longname) | tr -d '\n').pdf" '' 'x' '--b' 'Content-Type: message/rfc822' '' \
		'From: carol@x.example' 'Subject: inner' '' 'x' '--b--' | post 1793545200 2
	for n in $(seq 3 14); do short "$n" "Re: ${n}thatisonewordofmanylettersthathastobebrokensomewhere" "References: <$((n - 1))@x.example>"; done
	short 800 'Of another month' 'References: <1@x.example>'
	echo 'description Tea, and what goes with it' >>"$list/conf"
	list-archive tea "$out"
	pages=("$out/index.html" "$out"/2026-11/*.html "$out/2026-12/threads.html" "$(page 1)" "$(page 2)")
	for way in 360 '-d 1100'; do
		run -0 timeout 300 /usr/bin/python3 "$top/tests/browser.py" $way "${pages[@]}"
		[ -z "$output" ]
	done
	# It can tell: a page that is wider, and one whose style is not there.
	sed 's/overflow-wrap: anywhere//; s/white-space: pre-wrap/white-space: pre/' "$out/style.css" >"$BATS_TEST_TMPDIR/style.css"
	mkdir "$BATS_TEST_TMPDIR/message"
	cp "$(page 2)" "$BATS_TEST_TMPDIR/message/x.html"
	run -0 timeout 300 /usr/bin/python3 "$top/tests/browser.py" 360 "$BATS_TEST_TMPDIR/message/x.html"
	[[ $output = *'wider than the window'*'cut off'* ]]
}

@test "list-archive(1): the examples" {
	short 1 'One cup'
	cd "$BATS_TEST_TMPDIR"
	export HOME=$BATS_TEST_TMPDIR
	eval "$(example list-archive.1 1)"
	[ -e "$HOME/www/tea/index.html" ]
	run -0 eval "$(example list-archive.1 2)"
	[ "$output" = "$(id 1@x.example)" ]
	run -0 eval "$(example list-archive.1 3)"
	[ "$output" = "2026-11-01T13:00:00Z	One cup" ]
}
