# list-explode: a message to all subscribers, from alias to mailbox and back.
load helper

# Run by root, the commands of aliases are nobody's, who has to get at all of this.
setup() {
	shared_folder 755
	pennypost
	mv "$PENNYPOST" "$shared"
	PENNYPOST=$shared/pennypost
	boxes=$PENNYPOST/mailboxes
	mkdir -p "$boxes"/{alice,bob,carol,olga}
	list-create news news@here.example olga@here.example
	list=$PENNYPOST/lists/news
	conf
	printf '%s\n' alice@here.example bob@here.example >"$list/subscribers"
}

teardown() { rm -rf "$shared"; }

# post [FIELD...]: a message of alice, with these fields first, straight to the list.
post() {
	{
		[ $# = 0 ] || printf '%s\n' "$@"
		printf 'From: Alice <alice@here.example>\nSubject: hello\n\nFrom here on\n.\n'
	} | list-explode news
}
# No name server is asked here: tests/list-explode-munge.bats is for that.
conf() { printf '%s\n' 'address news@here.example' 'munge never' "$@" >"$list/conf"; }
sent() { message_of "$(queued)"; }
recipients() { sed -n '/^$/q; s/^-  //p' $(queued) | paste -sd' '; }
mails() { find "$boxes/$1/new" -type f 2>/dev/null | wc -l; }

@test "one letter with all subscribers, from a sender that says whom it is for; the id is printed" {
	id=$(post)
	[ "$(queued)" = "$PENNYPOST/queue/${id: -1}/$id" ]
	diff <(grep -v '^arrived\|^option key=[0-9a-f]\{64\}$' "$(queued)") - <<-END
		pennypost-queue 1
		sender news-bounce-=@here.example
		option verp
		option field=List-Unsubscribe:+20<mailto:news-unsubscribe-{link}@here.example>
		-  alice@here.example
		-  bob@here.example

		From: Alice <alice@here.example>
		Subject: hello
		List-Id: <news.here.example>
		List-Post: <mailto:news@here.example>
		List-Help: <mailto:news-help@here.example>
		List-Owner: <mailto:news-owner@here.example>
		List-Subscribe: <mailto:news-subscribe@here.example>
		Precedence: list

		From here on
		.
	END
}

@test "from the alias to each mailbox, and what bounces is noted of whom it is" {
	echo nobody@here.example >>"$list/subscribers"
	printf 'From: alice@here.example\nTo: news@here.example\n\nhello\n' >"$BATS_TEST_TMPDIR/letter"
	mkdir -m 2770 "$PENNYPOST/queue"
	[ "$(id -u)" != 0 ] || chown -R nobody:nogroup "$PENNYPOST"
	mail-inject -f alice@here.example news@here.example <"$BATS_TEST_TMPDIR/letter"
	for _ in {1..6}; do queue-run -a; done
	[ "$(mails alice) $(mails bob) $(mails olga)" = '1 1 0' ]
	grep -qx 'Return-Path: <news-bounce-bob=here.example@here.example>' "$boxes"/bob/new/*
	grep -q '	hard	5.1.1	' "$list/bounces/nobody@here.example"
	[ -z "$(queued)" ]
}

@test "who may post: subscribers, owners and moderators; anybody; moderators alone" {
	echo mia@here.example >"$list/moderators"
	from() { printf 'From: %s\n\nhello\n' "$1" | list-explode news; }
	from ALICE@Here.Example
	from olga@here.example
	from mia@here.example
	run -77 --separate-stderr from eve@evil.example
	[ "$stderr" = 'list-explode: news: eve@evil.example may not post to news@here.example' ]
	run -77 from 'alice@here.example, eve@evil.example'
	run -77 from ''
	run -77 from $'alice@here.example\nfrom : eve@evil.example'
	conf 'post open'
	from eve@evil.example
	conf 'post moderators'
	from mia@here.example
	run -77 from alice@here.example
	[ "$(queued | wc -l)" = 5 ]
}

@test "an author whose domain denies it is nobody, as far as our own host says so" {
	post 'Authentication-Results: other.example; dmarc=fail' 'Authentication-Results: here.example; dmarc=pass'
	run -77 post 'Authentication-Results: here.example;' ' spf=pass; dmarc=fail (p=reject)'
	post 'Authentication-Results: here.example.evil.example; dmarc=fail'
	[ "$(queued | wc -l)" = 2 ]
}

@test "a message that was here is 65, by its List-Id or by a second delivery" {
	post
	sent >"$BATS_TEST_TMPDIR/again"
	run -65 list-explode news <"$BATS_TEST_TMPDIR/again"
	run -65 post 'Delivered-To: news@here.example' 'Delivered-To: bob@b.example' 'Delivered-To: news@here.example'
	post 'Delivered-To: news@here.example' 'List-Id: <other.here.example>'
	[ "$(queued | wc -l)" = 2 ]
}

@test "a second delivery is one however the domain is written" {
	conf 'address news@bücher.example'
	post 'Delivered-To: news@xn--bcher-kva.example'
	run -65 post 'Delivered-To: news@xn--bcher-kva.example' 'Delivered-To: bob@b.example' 'Delivered-To: news@BÜCHER.example'
}

@test "automatic answers are dropped, and nobody is told" {
	SENDER='' run -0 post
	run -0 post 'Auto-Submitted: auto-replied (vacation)'
	run -0 post 'Precedence: junk'
	[ -z "$(queued)" ]
	SENDER=alice@here.example post 'Auto-Submitted: auto-generated' 'Precedence: bulk'
	[ "$(queued | wc -l)" = 1 ]
}

@test "what other lists said, and what asks for receipts, is gone" {
	post 'Return-Path: <alice@here.example>' 'List-Id: Other <other.example>' 'List-Unsubscribe: <mailto:x@other.example>,' \
		' <https://other.example/>' 'Disposition-Notification-To: a@b.example' 'Return-Receipt-To: a@b.example' 'Errors-To: x@y.example'
	run ! grep -q 'other\|b.example\|y.example\|Return-Path' <(sent)
	[ "$(sent | grep -c '^List-Id:')" = 1 ]
}

@test "the prefix stands once in a subject, whatever it is encoded in" {
	conf 'prefix [news]'
	subject() {
		printf 'From: alice@here.example\n%s\n\nx\n' "$1" | list-explode news >/dev/null
		sent | mail-header Subject
		rm "$(queued)"
	}
	[ "$(subject 'Subject: hello')" = '[news] hello' ]
	[ "$(subject 'Subject: Re: [news] hello')" = 'Re: [news] hello' ]
	[ "$(subject 'Subject: =?utf-8?b?W25ld3NdIGdyw7zDn2U=?=')" = '[news] grüße' ]
	[ "$(subject 'Subject: =?iso-8859-1?q?gr=FC=DFe?=')" = '[news] grüße' ]
	[ "$(subject 'X-Nothing: said')" = '[news]' ]
	[ "$(subject "Subject: $(printf '%040000d' 0)")" = "$(printf '%040000d' 0)" ]
	conf 'prefix [ñews]'
	[ "$(subject 'Subject: hello')" = '[ñews] hello' ]
	run ! grep -q $'[\x80-\xff]' <(LC_ALL=C; printf 'From: alice@here.example\nSubject: y\n\nx\n' | list-explode news >/dev/null; sent)
}

@test "reply-to list: one Reply-To, the list's; else the author's own" {
	post 'Reply-To: me@here.example'
	[ "$(sent | mail-header Reply-To)" = me@here.example ]
	rm "$(queued)"
	conf 'reply-to list' 'description News, weekly' 'archive https://here.example/news/'
	post 'Reply-To: me@here.example'
	[ "$(sent | mail-header Reply-To)" = news@here.example ]
	[ "$(sent | mail-header List-Id)" = '"News, weekly" <news.here.example>' ]
	[ "$(sent | mail-header List-Archive)" = '<https://here.example/news/>' ]
}

@test "options of subscribers: nomail and digest get no letter; comments and what is no address harm nobody" {
	printf '%s\n' '# people' $'alice@here.example\tnomail' $'bob@here.example\tsince=2026-01-01' '' \
		$'carol@here.example\tsince=2026-01-01 digest' 'not an address' "$(printf 'x%.0s' {1..200000})@here.example" 'olga@here.example' >"$list/subscribers"
	conf 'post open'
	run -0 --separate-stderr post
	[ "$(recipients)" = 'bob@here.example olga@here.example' ]
	[[ $stderr = "list-explode: subscribers: \`not an address': not an address"* ]]
}

@test "without verp all bounces come to one sender, and the letter travels together" {
	conf 'verp no'
	post
	grep -qx 'sender news-bounce@here.example' "$(queued)"
	run ! grep -q '^option verp' "$(queued)"
}

@test "the archive, where it is, and the digest, where somebody gets digests, have what subscribers get" {
	printf '%s\tdigest\n' carol@here.example >>"$list/subscribers"
	post
	for folder in archive digest; do
		cmp <(sent) "$list/$folder"/new/*
	done
	rm -r "$list/archive" "$list/digest"
	sed -i 's/\tdigest$/& nomail/' "$list/subscribers"
	post
	[ ! -e "$list/archive" ]
	[ ! -e "$list/digest" ]
}

@test "a message larger than size-limit is 65, one that cannot be stored 71 to 74, and nothing is left" {
	conf 'size-limit 1K'
	big() { { printf 'From: alice@here.example\n\n'; head -c 2000 /dev/zero; } | list-explode news; }
	run -65 --separate-stderr big
	[ "$stderr" = 'list-explode: news: the message is larger than size-limit' ]
	conf
	mv "$list/archive" "$list/archived"
	touch "$list/archive"
	run big
	[ "$status" -ge 71 ] && [ "$status" -le 74 ]
	[ -z "$(find "$PENNYPOST/queue" "$list/archived" -type f)" ]
	rm "$list/archive"
	mv "$list/archived" "$list/archive"
	rm -r "$PENNYPOST/queue"
	touch "$PENNYPOST/queue"
	run big
	[ "$status" -ge 71 ] && [ "$status" -le 74 ]
	[ -z "$(find "$list/archive" -type f)" ]
}

@test "no such list is 66, a list with wrong settings 78, no message 65" {
	for name in other '' ../lists/news . news/; do
		run -66 list-explode "$name" </dev/null
	done
	run -65 list-explode news </dev/null
	run -65 list-explode news < <(printf 'no header\n')
	for wrong in 'post everybody' 'reply-to nobody' 'verp perhaps' 'seal perhaps' 'munge perhaps' 'nonsense 1' 'address news' 'size-limit x'; do
		printf '%s\n' 'address news@here.example' "$wrong" >"$list/conf"
		run -78 post
	done
	: >"$list/conf"
	run -78 post
	run -64 list-explode
	run -64 list-explode news other
}

@test "the body is kept to the byte: NULs, bare CRs, no line end" {
	printf 'a\0b\rc\n.\nFrom x\nend' >"$BATS_TEST_TMPDIR/body"
	{ printf 'From: alice@here.example\n\n'; cat "$BATS_TEST_TMPDIR/body"; } | list-explode news
	sed '1,/^$/d' "$(queued)" | sed '1,/^$/d' | cmp - "$BATS_TEST_TMPDIR/body"
}

@test "a million subscribers: 40 bytes each, and memory below 16 MiB" {
	! sanitized list-explode || skip "sanitizers need memory of their own"
	seq 1000000 | sed 's/.*/user&@d&.example/' >"$list/subscribers"
	conf 'post open'
	printf 'From: a@a.example\n\nx\n' >"$BATS_TEST_TMPDIR/letter"
	/usr/bin/time -f %M -o "$BATS_TEST_TMPDIR/kilobytes" list-explode news <"$BATS_TEST_TMPDIR/letter"
	[ "$(cat "$BATS_TEST_TMPDIR/kilobytes")" -lt 16384 ]
	[ "$(grep -c '^-  ' "$(queued)")" = 1000000 ]
	[ "$(stat -c %s "$(queued)")" -lt 40000000 ]
}
