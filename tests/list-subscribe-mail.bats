# list-subscribe -m, list-unsubscribe -m: the list by mail, from aliases to mailboxes and back.
load helper
load list

setup() { list_setup; }
teardown() { list_teardown; }

@test "who asks is asked to confirm it, who answers is subscribed, and told so; the same to leave" {
	mail alice@here.example news-subscribe@here.example 'Message-ID: <1@here.example>'
	[ "$(people)" = '' ]
	[ "$(mails alice)" = 1 ]
	for line in 'Return-Path: <>' 'From: <news-owner@here.example>' 'To: <alice@here.example>' 'Subject: Please confirm: news' \
		'In-Reply-To: <1@here.example>' 'Auto-Submitted: auto-replied' "    $(answer alice)"; do
		grep -qxF -- "$line" "$(newest alice)"
	done
	mail alice@here.example "$(answer alice)"
	grep -qx "alice@here.example	since=$(date -u +%Y-%m-%d)" "$list/subscribers"
	grep -qx 'Subject: Welcome to news' "$(newest alice)"
	mail alice@here.example news-unsubscribe@here.example
	[ "$(people)" = alice@here.example ]
	mail alice@here.example "$(answer alice)"
	[ "$(people)" = '' ]
	grep -qx 'Subject: You have left news' "$(newest alice)"
	[ "$(mails alice)" = 4 ]
}

@test "who is there already, or was never there, is told; an answer that comes twice changes nothing" {
	mail alice@here.example news-subscribe@here.example
	confirm=$(answer alice)
	mail alice@here.example "$confirm"
	mail alice@here.example "$confirm"
	[ "$(people) $(mails alice)" = 'alice@here.example 2' ]
	mail Alice@here.example news-subscribe@here.example
	grep -qx 'Subject: You are subscribed to news' "$(newest alice)"
	mail bob@here.example news-unsubscribe@here.example
	grep -qx 'Subject: You are not subscribed to news' "$(newest bob)"
}

# ask EXTENSION [FIELD...]: list-subscribe as mail-deliver would run it.
ask() { printf '%s\n' 'From: x' "${@:2}" '' | SENDER=bob@here.example EXTENSION=$1 list-subscribe -m news; }

@test "a cookie is HMAC-SHA-256 of its purpose, its time and the address, and holds for two weeks" {
	now=$(date +%s)
	for wrong in "$(cookie subscribe carol@here.example "$now")" "$(cookie unsubscribe carol=here.example "$now")" \
		"$(cookie subscribe carol=here.example $((now - 14 * 86400)))" "$(cookie subscribe carol=here.example $((now + 60)))" \
		"$(cookie subscribe bob=here.example "$now" | sed 's/bob/carol/')" "0$(cookie subscribe carol=here.example "$now")" \
		"$(cookie subscribe carol=here.example "$now" | tr -d -)" x x-y - -carol=here.example .-carol=here.example; do
		ask "$wrong"
		[ "$(people)" = '' ]
	done
	ask "$(cookie subscribe carol=here.example $((now - 14 * 86400 + 60)))"
	[ "$(people)" = carol@here.example ]
	EXT=$(cookie subscribe Dave=here.example "$now")
	ask "${EXT,,}"
	[ "$(people)" = 'carol@here.example dave@here.example' ]
	ask "$(cookie subscribe 'a b=here.example' "$now")"
	ask "$(cookie subscribe "$(printf 'a-%.0s' {1..20})z=b-c-d.example" "$now")"
	[ "$(people)" = "\"a b\"@here.example $(printf 'a-%.0s' {1..20})z@b-c-d.example carol@here.example dave@here.example" ]
}

@test "an address full of hyphens finds its way to the list" {
	long=$(printf 'a-%.0s' {1..20})z
	mail alice@here.example "news-subscribe-$(cookie subscribe "$long=b-c.example" "$(date +%s)")@here.example"
	[ "$(people)" = "$long@b-c.example" ]
}

@test "no program is answered, nor confirms" {
	now=$(date +%s)
	for field in 'Auto-Submitted: auto-replied' 'Auto-Submitted: auto-generated (vacation)' 'Precedence: bulk' 'Precedence: junk' \
		'Precedence: LIST' 'List-Id: <x.y>' 'X-Autoreply: yes' 'X-Auto-Response-Suppress: All
X-Autorespond: x' 'X-Autoresponder: y'; do
		ask '' "$field"
		ask "$(cookie subscribe bob=here.example "$now")" "$field"
	done
	for sender in '' MAILER-DAEMON@there.example news-bounce@there.example owner-x@there.example no-reply@there.example; do
		printf 'From: x\n\n' | SENDER=$sender EXTENSION='' list-subscribe -m news
	done
	[ -z "$(queued)" ]
	[ "$(people)" = '' ]
	ask '' 'Auto-Submitted: no' 'X-Autoreply: no'
	[ "$(queued | wc -l)" = 1 ]
}

@test "a vacation program that answers whoever the header names subscribes nobody" {
	cat >"$shared/away" <<-END
		#!/bin/sh
		{ sed /^Return-Path/d | formail -rt -A 'Precedence: junk'; echo; echo I am away.; } | $BUILD/bin/sendmail -f bob@here.example -t
	END
	chmod 755 "$shared/away"
	printf '%s\n' '\bob' "|$shared/away" >"$boxes/bob/.forward"
	list_give
	mail bob@here.example news-subscribe@here.example
	[ "$(mails bob)" = 1 ]
	grep -q 'to=<news-subscribe-.*-bob=here.example@here.example> .*status=delivered' "$BATS_TEST_TMPDIR/log"
	[ "$(people)" = '' ]
}

@test "who is named in many requests gets five letters an hour, of all lists; others go on" {
	list-create talk talk@here.example olga@here.example
	list_give
	for _ in {1..8}; do
		ask '' 2>/dev/null
		printf 'From: x\n\n' | SENDER=BOB@here.example EXTENSION='' list-subscribe -m talk 2>/dev/null
	done
	[ "$(queued | wc -l)" = 5 ]
	printf 'From: x\n\n' | SENDER=carol@here.example EXTENSION='' list-subscribe -m talk
	[ "$(queued | wc -l)" = 6 ]
	sed -i 's/^20../2001/' "$PENNYPOST/lists/.replies"
	ask ''
	[ "$(queued | wc -l)" = 7 ]
	[ "$(wc -l <"$PENNYPOST/lists/.replies")" = 1 ]
}

@test "no sender and no text puts a field into an answer" {
	for sender in $'bob@here.example\nBcc: eve@evil.example' $'bob@here.example\r\nX: y' 'bob@here.example> <eve@evil.example' \
		'-bob@here.example' "$(printf 'b%.0s' {1..600})@here.example"; do
		printf 'From: x\n\n' | SENDER=$sender EXTENSION='' list-subscribe -m news
	done
	[ -z "$(queued)" ]
	ask '' $'Message-ID: <x>\n Bcc: eve@evil.example' 'Message-ID: <y@z>'
	[ "$(grep -ciE 'bcc|in-reply-to' "$(queued)")" = 0 ]
}

@test "texts are the owner's: UTF-8, words in their places, dollars, and ours where there are none" {
	printf 'Subject: Bestätige: $name\nX-Note: $nothing $$5\n\nGrüße an $address von $list, $owner; $unknown $$list $' >"$list/texts/confirm-subscribe"
	ask ''
	message_of "$(queued)" >"$BATS_TEST_TMPDIR/m"
	[ "$(mail-header Subject <"$BATS_TEST_TMPDIR/m")" = 'Bestätige: news' ]
	[ "$(mime-decode -p 1 <"$BATS_TEST_TMPDIR/m")" = \
		'Grüße an bob@here.example von news@here.example, news-owner@here.example; $unknown $list $' ]
	grep -qxF 'X-Note: $nothing $5' "$BATS_TEST_TMPDIR/m"
	rm -r "$list/texts" "$(queued)"
	ask ''
	grep -q '^Subject: Please confirm: news$' "$(queued)"
}

@test "without SENDER it is 65, without a message too; without a key 78; no such list 66; a wrong number of arguments 64" {
	run -65 list-subscribe -m news <<<'From: x'
	[ "${lines[0]}" = 'list-subscribe: SENDER is not set: who sent the request?' ]
	SENDER=bob@here.example run -65 list-unsubscribe -m news </dev/null
	SENDER=bob@here.example run -66 list-subscribe -m none <<<'From: x'
	run -64 list-subscribe -m news bob@here.example
	echo short >"$list/key"
	SENDER=bob@here.example run -78 list-subscribe -m news <<<'From: x'
	[[ $output = *"list-subscribe: $list/key: "* ]]
	rm "$list/key"
	SENDER=bob@here.example run -78 list-subscribe -m news <<<'From: x'
}
