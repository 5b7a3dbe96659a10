# list-digest: what was posted to a list, as digests; and messages in files as one.
load helper

setup() {
	pennypost
	cd "$BATS_TEST_TMPDIR"
	export TZ=UTC
	list-create news news@here.example olga@here.example
	list=$PENNYPOST/lists/news
	mkdir -p "$list"/digest/{new,cur,tmp}
	subscribers $'alice@here.example\tdigest' $'bob@here.example\tdigest plain' carol@here.example
}

subscribers() { printf '%s\n' "$@" >"$list/subscribers"; }
conf() { printf '%s\n' 'address news@here.example' 'munge never' "$@" >"$list/conf"; }

# message N: one to look at.
message() { printf 'From: Alice <alice@here.example>\nDate: Mon, 23 Nov 2026 19:40:12 +0000\nSubject: hello %s\n\nText %s\n-- \nA\n' "$1" "$1"; }

# waits NAME [AGE]: a message waits for the next digest, and came so long ago.
waits() {
	message "$1" >"$list/digest/new/$1"
	touch -d "${2:-1 hour} ago" "$list/digest/new/$1"
}
waiting() { ls "$list"/digest/new "$list"/digest/cur | grep -v '^/\|^$' | paste -sd' '; }

# What chance and the clock put into a digest.
constant() { sed -E 's/[0-9a-f]{32}/CHANCE/g; s/^Date: .*(20[0-9]{2}) .*/Date: \1/'; }
digest_of() { message_of "$(grep -lx -- "-  $1@here.example" $(queued))"; }
topics() { sed -n 's/^ *[0-9]*\. \(.*\) (.*)$/\1/p' | paste -sd,; }
issues() { for file in $(queued); do message_of "$file" | mail-header Subject; done; }

# What nmh's burst makes of a digest: the files mail/inbox/2 and so on.
burst_of() {
	HOME=$PWD MH=$PWD/profile
	export HOME MH
	rm -rf mail
	mkdir -p mail/inbox
	echo "Path: $PWD/mail" >profile
	cp "$1" mail/inbox/1
	PATH=$PATH:/usr/bin/mh burst +inbox 1
}

@test "messages as a MIME digest: golden" {
	message 1 >m1
	printf 'From: =?utf-8?q?J=C3=B6rg?= <j@here.example>\nSubject: =?iso-8859-1?q?gr=FC=DFe?=\n\ngr\xc3\xbc\xc3\x9fe, no end' >m2
	list-digest - m1 m2 | constant | diff - <(cat <<-'END'
		Subject: Digest
		MIME-Version: 1.0
		Content-Type: multipart/mixed; boundary="parts-CHANCE"
		Content-Transfer-Encoding: 8bit

		--parts-CHANCE
		Content-Type: text/plain; charset=utf-8
		Content-Transfer-Encoding: 8bit

		Digest

		   1. hello 1 (Alice)
		   2. grüße (Jörg)

		--parts-CHANCE
		Content-Type: multipart/digest; boundary="digest-CHANCE"
		Content-Transfer-Encoding: 8bit

		--digest-CHANCE

		From: Alice <alice@here.example>
		Date: 2026
		Subject: hello 1

		Text 1
		-- 
		A

		--digest-CHANCE
		Content-Transfer-Encoding: 8bit

		From: =?utf-8?q?J=C3=B6rg?= <j@here.example>
		Subject: =?iso-8859-1?q?gr=FC=DFe?=

		grüße, no end
		--digest-CHANCE--

		--parts-CHANCE--
	END
	)
}

@test "messages as a plain digest: golden" {
	message 1 >m1
	cat >m2 <<-'END'
		Received: by nobody
		Keywords: none
		Message-ID: <2@here.example>
		To: =?utf-8?q?J=C3=B6rg?= <j@here.example>,
		 k@here.example
		MIME-Version: 1.0
		Content-Type: multipart/mixed; boundary=b

		--b
		Content-Type: multipart/alternative; boundary=c

		--c
		Content-Type: text/plain; charset=iso-8859-1
		Content-Transfer-Encoding: quoted-printable

		gr=FC=DFe
		--c
		Content-Type: text/html

		<p>not this</p>
		--c--
		--b
		Content-Type: application/pdf; name="a b.pdf"
		Content-Transfer-Encoding: base64

		AAAA
		AAAA
		--b
		Content-Type: message/rfc822

		Subject: inner

		not this
		--b
		Content-Type: text/x-patch
		Content-Disposition: attachment; filename=x.patch

		not this
		--b
		Content-Type: text/html; charset=utf-8
		Content-Transfer-Encoding: base64

		PGh0bWw+PHA+SGFsbG8gJmFtcDs8L3A+DQoNCg0KICA8cD4tIDxiPmR1PC9iPjwvcD48L2h0bWw+
		--b--
	END
	printf 'X: y\n' >m3
	list-digest -p - m1 m2 m3 | constant | diff - <(cat <<-'END'
		Subject: Digest
		MIME-Version: 1.0
		Content-Type: text/plain; charset=utf-8
		Content-Transfer-Encoding: 8bit

		Digest

		   1. hello 1 (Alice)
		   2. (no subject) (nobody)
		   3. (no subject) (nobody)

		----------------------------------------------------------------------

		Date: 2026
		From: Alice <alice@here.example>
		Subject: hello 1

		Text 1
		- -- 
		A

		------------------------------

		To: Jörg <j@here.example>, k@here.example
		Message-ID: <2@here.example>
		Keywords: none

		grüße

		[attachment: a b.pdf, application/pdf, 6 bytes]

		[attachment: message/rfc822, 24 bytes]

		[attachment: x.patch, text/x-patch, 8 bytes]

		Hallo &

		- - du

		------------------------------

		Subject: (no subject)


		------------------------------

		End of Digest
		*************
	END
	)
}

# What no digester likes.
odd_messages() {
	mkdir odd
	message 1 >odd/1
	printf 'From a@b Mon Nov 23 19:40:12 2026\nFrom: x@a.example\n\nbody\n' >odd/2
	printf 'Subject: crlf\r\n\r\nbody\r\n' >odd/3
	printf 'no header\n\nbody\n' >odd/4
	: >odd/5
	printf 'Subject: only' >odd/6
	printf 'Subject: grüße\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nno end\n\n\n' >odd/7
	printf 'Subject: rules\n\n%s\n\nFrom: eve@evil.example\n\n%s\n\nEnd of x\n- a\n--b\n-\n' "$(printf -- '-%.0s' {1..30})" \
		"$(printf -- '-%.0s' {1..70})" >odd/8
	list-digest - odd >digest
	cp digest odd/9
	list-digest -p - odd/[1-8] >odd/91
}

@test "mbox-split and nmh's burst give the messages of a MIME digest back to the byte" {
	odd_messages
	printf 'Subject: nul\n\n\0a\rb\n.\nend' >odd/92
	list-digest - odd >digest
	mbox-split -f digest -d out digest
	[ "$(ls out | wc -l)" = 11 ]
	burst_of digest
	rm odd/92 mail/inbox/12 # nmh keeps no NULs
	i=0
	for file in odd/*; do
		i=$((i + 1))
		cmp "$file" "out/$(printf %010d $i)"
		cmp "$file" "mail/inbox/$((i + 1))"
	done
}

@test "mbox-split and burst take a plain digest apart: each message with its text" {
	odd_messages
	list-digest -p - odd/[1-8] >digest
	mbox-split -f rfc1153 -d out digest
	[ "$(ls out | wc -l)" = 8 ]
	burst_of digest
	[ "$(ls mail/inbox | wc -l)" = 9 ]
	for i in {1..8}; do
		sed '1,/^$/d; s/^- //' "out/000000000$i" | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' >ours
		sed '1,/^$/d' "mail/inbox/$((i + 1))" | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' | cmp - ours
	done
	sed '1,/^$/d' odd/8 | cmp - <(sed '1,/^$/d' mail/inbox/9)
	[ "$(grep -c ^Subject mail/inbox/9)" = 1 ]
	mbox-split -n digest | grep -q .
}

@test "what a message says forges no boundary, no line of the contents and no field" {
	printf 'From: "x\n y" <a@b.example>\nSubject: =?utf-8?q?a=0A=0A--digest=0ABcc:_eve?=\r\n more\nDate: x\n\n--parts\n' >m1
	printf 'Subject: %s\nFrom: %s <a@b.example>\n\n' "$(printf 'ü%.0s' {1..2000})" "$(printf 'x%.0s' {1..2000})" >m2
	for form in '' -p; do
		list-digest $form - m1 m2 >digest
		run ! grep -q '^Bcc' digest
		[ "$(sed -n '/^Digest$/,/^--/p' digest | wc -l)" = 6 ]
		[ "$(sed -n 's/^   2. //p' digest | wc -c)" = 404 ]
		sed -n '/^Digest$/,/^--/p' digest | iconv -f utf-8 -t utf-8 >/dev/null
	done
	list-digest - m1 m2 | mime-list | cut -f 2,3 | paste -sd, | grep -F '2.1	message/rfc822'
}

@test "no messages are 66, and a message that cannot be read is passed over and said" {
	mkdir empty
	run -66 list-digest - empty
	[ "$output" = 'list-digest: no messages' ]
	message 1 >m1
	run -66 --separate-stderr list-digest - nowhere m1
	[ "$(topics <<<"$output")" = 'hello 1' ]
	[ "$stderr" = 'list-digest: nowhere: No such file or directory' ]
	TMPDIR=/nowhere run -73 list-digest - m1
	[ "$output" = 'list-digest: temporary file: No such file or directory' ]
	cat m1 | list-digest - | mbox-split -f digest - -- cat | cmp - m1
	run -64 list-digest -a - m1
	run -64 list-digest -p news
	run -64 list-digest news 1
	run -64 list-digest
}

@test "a message of any size takes no memory" {
	! sanitized list-digest || skip "sanitizers need memory of their own"
	{ printf 'Subject: big\n\n'; yes 'a line of text' | head -c 50000000; } >big
	for form in '' -p; do
		/usr/bin/time -f %M -o kilobytes list-digest $form - big | tail -c +1 >digest
		[ "$(cat kilobytes)" -lt 8192 ]
		[ "$(stat -c %s digest)" -gt 50000000 ]
	done
}

@test "one letter for each form, to those who get it, as the list sends; then the messages are gone" {
	waits 1
	waits 2
	mv "$list/digest/new/1" "$list/digest/cur/1:2,S"
	ids=$(list-digest -a news)
	[ "$(queued | xargs -n 1 basename | sort)" = "$(sort <<<"$ids")" ]
	[ -z "$(waiting)" ]
	[ "$(grep -h '^-  ' $(queued) | sort | paste -sd' ')" = '-  alice@here.example -  bob@here.example' ]
	[ "$(grep -hx 'sender news-bounce-=@here.example' $(queued) | wc -l)" = 2 ]
	[ "$(grep -hx 'option verp' $(queued) | wc -l)" = 2 ]
	digest_of alice | sed '/^$/,$d' | constant | diff - <(cat <<-'END'
		From: news <news@here.example>
		To: news@here.example
		Subject: news Digest, issue 1
		Date: 2026
		Message-ID: <CHANCE@here.example>
		List-Id: <news.here.example>
		List-Post: <mailto:news@here.example>
		List-Help: <mailto:news-help@here.example>
		List-Owner: <mailto:news-owner@here.example>
		List-Subscribe: <mailto:news-subscribe@here.example>
		Precedence: list
		Auto-Submitted: auto-generated
		MIME-Version: 1.0
		Content-Type: multipart/mixed; boundary="parts-CHANCE"
	END
	)
	digest_of bob | grep -x 'Content-Type: text/plain; charset=utf-8'
	for who in alice bob; do
		[ "$(digest_of $who | topics)" = 'hello 1,hello 2' ]
	done
	digest_of bob | grep -x 'End of news Digest, issue 1'
}

@test "issues count, and the subject has the prefix of the list" {
	conf 'prefix [ñews]' 'description News, weekly' 'verp no'
	subscribers $'alice@here.example\tdigest'
	for n in 1 2 3; do
		waits "$n"
		list-digest -a news
	done
	[ "$(issues | sort | paste -sd,)" = '[ñews] Digest, issue 1,[ñews] Digest, issue 2,[ñews] Digest, issue 3' ]
	[ "$(cat "$list/digest.issue")" = 'issue 3' ]
	grep -qx 'sender news-bounce@here.example' $(queued)
	grep -hx 'From: "News, weekly" <news@here.example>' $(queued)
	grep -hx -A 1 'news Digest, issue 2' $(queued) | grep -x 'News, weekly'
	echo 'issue 41' >"$list/digest.issue"
	waits 4
	list-digest -a news
	issues | grep -x '\[ñews\] Digest, issue 42'
}

@test "a digest is due by the age of its oldest message, by their number or by their bytes; by none that is 0" {
	waits 1 '23 hours'
	waits 2
	list-digest news
	[ "$(waiting)" = '1 2' ]
	touch -d '25 hours ago' "$list/digest/new/2"
	list-digest news
	[ -z "$(waiting)" ]
	conf 'digest-age 0' 'digest-count 3'
	waits 1 '1 year'
	waits 2
	list-digest news
	[ "$(waiting)" = '1 2' ]
	waits 3
	list-digest news
	[ -z "$(waiting)" ]
	conf 'digest-count 0' 'digest-size 300'
	waits 1
	waits 2
	list-digest news
	[ "$(waiting)" = '1 2' ]
	waits 3
	list-digest news
	[ "$(waiting)" = '3' ]
	conf 'digest-age off' 'digest-count 0' 'digest-size 0'
	waits 4 '1 year'
	run -0 list-digest news
	[ -z "$output" ]
	list-digest -a news
	[ -z "$(waiting)" ]
}

@test "no digest has more messages or bytes than that, but one message always goes" {
	subscribers $'alice@here.example\tdigest'
	conf 'digest-count 2'
	for n in 1 2 3 4 5; do waits $n; done
	list-digest news
	[ "$(for file in $(queued); do topics <"$file"; done | sort | paste -sd' ')" = 'hello 1,hello 2 hello 3,hello 4' ]
	[ "$(waiting)" = 5 ]
	conf 'digest-size 100'
	waits 6
	rm $(queued)
	list-digest news
	[ "$(for file in $(queued); do topics <"$file"; done | sort | paste -sd' ')" = 'hello 5 hello 6' ]
}

@test "options: nomail gets none, comments and what is no address harm nobody" {
	subscribers '# people' $'alice@here.example\tdigest nomail' $'not an address\tdigest' $'bob@here.example\tsince=2026 plain digest' \
		$'carol@here.example\tplain' $'olga@here.example\tdigest'
	waits 1
	run -0 --separate-stderr list-digest -a news
	[[ $stderr = "list-digest: subscribers: \`not an address': not an address"* ]]
	[ "$(queued | wc -l)" = 2 ]
	digest_of olga | grep -q 'multipart/digest'
	digest_of bob | grep -q '^End of'
}

@test "where nobody gets digests the messages go when they are due, and no issue is counted" {
	subscribers alice@here.example $'bob@here.example\tdigest nomail'
	waits 1 '2 days'
	waits 2
	run -0 list-digest news
	[ "$output" = 'list=news status=dropped messages=2 reason="nobody gets digests"' ]
	[ -z "$(waiting)$(queued)" ]
	[ ! -e "$list/digest.issue" ]
}

@test "what is no file, or hidden, in the Maildir stays there; without a Maildir nothing is due" {
	mkdir "$list/digest/new/folder"
	ln -s /etc/passwd "$list/digest/new/link"
	echo x >"$list/digest/new/.hidden"
	run -0 list-digest -a news
	[ -z "$output" ]
	waits 1
	list-digest -a news
	[ "$(digest_of alice | topics)" = 'hello 1' ]
	rm -r "$list/digest"
	run -0 list-digest -a news
	run -66 list-digest -a other
}

@test "a message that cannot be read is said, and the others go" {
	[ "$(id -u)" != 0 ] || skip "root reads everything"
	waits 1
	waits 2
	chmod 0 "$list/digest/new/1"
	run -66 --separate-stderr list-digest -a news
	[ "$(waiting)" = 1 ]
	[[ $stderr = *"list-digest: $list/digest/new/1: Permission denied"* ]]
	chmod 0 "$list/digest"
	run list-digest -a news
	[ "$status" != 0 ]
	[ "$output" = "list-digest: $list/digest: Permission denied" ]
	chmod 700 "$list/digest"
}

@test "killed before the letters are ready: they are removed from hold/, and all begins again" {
	waits 1
	id=$(queue-add -f '' nobody@here.example </dev/null)
	queue-edit hold "$id"
	printf '%s\n' 'issue 5' "letter $id" 'letter 1k112r59grt0vcjy' >"$list/digest.issue"
	list-digest -a news
	[ -z "$(find "$PENNYPOST/queue/hold" -type f)" ]
	[ "$(issues | sort -u)" = 'news Digest, issue 5' ]
	[ "$(cat "$list/digest.issue")" = 'issue 5' ]
}

@test "killed behind that: the letters go into the queue, and the messages that are in them go" {
	waits 1
	waits 2
	waits 3
	id=$(queue-add -f '' nobody@here.example </dev/null)
	queue-edit hold "$id"
	printf '%s\n' 'issue 5' "letter $id" 'letter 1k112r59grt0vcjy' 'file new/1' 'file cur/gone' 'file new/3' ready >"$list/digest.issue"
	run -0 list-digest news
	[ "${lines[0]}" = "$id" ]
	[ "$(waiting)" = 2 ]
	[ "$(queued | wc -l)" = 1 ]
	[ "$(cat "$list/digest.issue")" = 'issue 5' ]
}

@test "a letter that somebody has in hold/ is 75, and the next run goes on" {
	waits 1
	id=$(queue-add -f '' nobody@here.example </dev/null)
	queue-edit hold "$id"
	printf '%s\n' 'issue 5' "letter $id" 'file new/1' ready >"$list/digest.issue"
	run -75 flock "$PENNYPOST/queue/hold/$id" list-digest news
	[ "$(waiting)" = 1 ]
	list-digest news
	[ -z "$(waiting)" ]
}

@test "a state that is none is 78, and removes no file that is not the Maildir's" {
	waits 1
	echo kept >"$list/digest/kept"
	for wrong in 'file new/../kept' 'file kept' 'file new/' 'file new/a\\0b/../../x' 'letter ../x' 'issue x' 'nonsense'; do
		printf '%s\n' 'issue 5' "$wrong" ready >"$list/digest.issue"
		run -78 list-digest -a news
		[[ $output = "list-digest: $list/digest.issue: line 2: "* ]]
	done
	[ -e "$list/digest/kept" ]
	[ "$(waiting)" = 1 ]
}

@test "a full disk: nothing is sent, nothing is lost, and the next run sends it" {
	waits 1
	echo 'queue-reserve 1000T' >>"$PENNYPOST/conf"
	run list-digest -a news
	[ "$status" -ge 71 ] && [ "$status" -le 74 ]
	[ "$(waiting)$(queued)" = 1 ]
	sed -i '$d' "$PENNYPOST/conf"
	list-digest -a news
	[ "$(queued | wc -l)" = 2 ]
}

@test "a letter larger than size-limit goes out as it came in" {
	echo 'size-limit 1K' >>"$PENNYPOST/conf"
	{ message 1; yes | head -c 900; } >"$list/digest/new/1"
	list-digest -a news
	[ "$(queued | wc -l)" = 2 ]
}

@test "two at once send each message once" {
	subscribers $'alice@here.example\tdigest'
	for n in {1..40}; do waits "$n"; done
	conf 'digest-count 5'
	for n in 1 2 3 4; do list-digest -a news >"out.$n" 2>&1 & done
	wait
	cat out.? | grep -v = | sort | diff - <(queued | xargs -n 1 basename | sort)
	[ "$(grep -h '^   .*hello' $(queued) | wc -l)" = 40 ]
	[ "$(grep -ho 'hello.*(' $(queued) | sort -u | wc -l)" = 40 ]
	[ "$(cat "$list/digest.issue")" = 'issue 8' ]
}

@test "from a post to the mailbox: list-explode keeps what is posted where somebody gets digests" {
	rm -r "$list/digest"
	conf
	mkdir -p "$PENNYPOST"/mailboxes/{alice,bob,carol}
	subscribers $'alice@here.example\tnomail' carol@here.example
	message 1 | list-explode news
	[ ! -e "$list/digest" ]
	subscribers $'alice@here.example\tdigest' $'bob@here.example\tdigest plain' carol@here.example
	conf 'to subscriber'
	message 2 | list-explode news
	[ "$(waiting | wc -w)" = 1 ]
	list-digest -a news
	queue-run
	[ "$(grep -l '^Subject: hello 2' "$PENNYPOST"/mailboxes/*/new/* | wc -l)" = 3 ]
	[ "$(mime-list "$PENNYPOST"/mailboxes/alice/new/* | cut -f 3 | paste -sd' ')" = 'multipart/mixed text/plain multipart/digest message/rfc822 text/plain' ]
	for who in alice bob; do
		grep -qx "Return-Path: <news-bounce-$who=here.example@here.example>" "$PENNYPOST/mailboxes/$who"/new/*
		[ "$(mail-header To "$PENNYPOST/mailboxes/$who"/new/*)" = "<$who@here.example>" ]
		[[ $(mail-header List-Unsubscribe "$PENNYPOST/mailboxes/$who"/new/*) = "<mailto:news-unsubscribe-"*"-$who=here.example@here.example>" ]]
	done
	list-explode news <"$(ls "$PENNYPOST"/mailboxes/bob/new/*)" && false || [ $? = 65 ]
}

@test "list-digest(1): the examples" {
	waits 1 '2 days'
	bash -c "$(example list-digest.1 1 | sed 's/^[^ ]* \* \* \* \* //')"
	[ "$(queued | wc -l)" = 2 ]
	mkdir -p Maildir/{new,cur}
	message 1 >Maildir/new/1
	bash -c "$(example list-digest.1 2)"
	[ "$(digest_of bob | grep -c '^Subject: Digest')" = 0 ]
	message_of "$(grep -l 'bob@there' $(queued))" | grep -x 'Subject: Digest'
	message 7 >letter
	bash -c "$(example list-digest.1 3)"
	grep -x 'Subject: hello 7' letters/0000000001
}
