# list-explode: what each subscriber's letter has of its own: a link to leave the list, and To.
load helper
load list

setup() {
	list_setup
	printf '%s\n' alice@here.example bob@here.example >"$list/subscribers"
	list_give
}
teardown() { list_teardown; }

# link USER: what his newest letter says of leaving.
link() { mail-header List-Unsubscribe "$(newest "$1")"; }

@test "each letter has a link, made with the list's secret; a letter to it is enough to leave, and it stays good" {
	mail alice@here.example news@here.example
	about=$(cookie one-click bob=here.example)
	[ "$(link bob)" = "<mailto:news-unsubscribe-$about@here.example>" ]
	[ "$(link alice)" = "<mailto:news-unsubscribe-$(cookie one-click alice=here.example)@here.example>" ]
	[ "$(grep -c '^List-Unsubscribe' "$(newest bob)")" = 1 ]
	printf '\n' | mail-inject -f noreply@there.example -- "news-unsubscribe-$about@here.example"
	turn
	[ "$(people)" = alice@here.example ]
	grep -qx 'Subject: You have left news' "$(newest bob)"
	echo bob@here.example >>"$list/subscribers"
	mail bob@here.example "news-unsubscribe-$about@here.example" 'Auto-Submitted: auto-generated'
	[ "$(people)" = alice@here.example ]
}

@test "a link says nothing of another, of another list, nor of how to subscribe" {
	about=$(cookie one-click bob=here.example)
	for wrong in "${about/bob/alice}" "0$about" "${about%%-*}" "$(cookie unsubscribe bob=here.example)"; do
		mail carol@here.example "news-unsubscribe-$wrong@here.example"
		[ "$(people)" = 'alice@here.example bob@here.example' ]
	done
	mail carol@here.example "news-subscribe-$(cookie one-click carol=here.example)@here.example"
	[ "$(people)" = 'alice@here.example bob@here.example' ]
	list-create talk talk@here.example olga@here.example
	echo bob@here.example >"$PENNYPOST/lists/talk/subscribers"
	list_give
	mail carol@here.example "talk-unsubscribe-$about@here.example"
	[ "$(cat "$PENNYPOST/lists/talk/subscribers")" = bob@here.example ]
}

@test "with a URL there is one for a click, and the field that says so" {
	conf 'unsubscribe https://here.example/u'
	mail alice@here.example news@here.example
	about=$(cookie one-click bob=here.example)
	[ "$(link bob)" = "<https://here.example/u?news/$about>, <mailto:news-unsubscribe-$about@here.example>" ]
	grep -qx 'List-Unsubscribe-Post: List-Unsubscribe=One-Click' "$(newest bob)"
}

@test "without verp, and without a key, all letters are the same, and leave by a request" {
	conf 'verp no' 'unsubscribe https://here.example/u'
	mail alice@here.example news@here.example
	[ "$(link bob)" = '<mailto:news-unsubscribe@here.example>' ]
	run ! grep -q List-Unsubscribe-Post "$(newest bob)"
	conf
	rm "$list/key"
	mail alice@here.example news@here.example
	[ "$(link bob)" = '<mailto:news-unsubscribe@here.example>' ]
	grep -qx 'Return-Path: <news-bounce-bob=here.example@here.example>' "$(newest bob)"
}

@test "To is the subscriber's where the list says so, and only then" {
	mail alice@here.example news@here.example
	[ "$(mail-header To "$(newest bob)")" = news@here.example ]
	conf 'to subscriber'
	mail alice@here.example news@here.example 'Cc: dave@there.example'
	[ "$(mail-header To "$(newest bob)")" = '<bob@here.example>' ]
	[ "$(grep -c '^To:' "$(newest bob)")" = 1 ]
	[ "$(mail-header Cc "$(newest alice)")" = dave@there.example ]
	conf 'to somebody'
	run -78 list-explode news <<<'From: alice@here.example'
	[[ $output = *'to: not author or subscriber' ]]
}

@test "what is peculiar about an address stands in a link as a mail program wants it, and comes back" {
	for who in 'o%66b+x@there.example' '"a b?c"@there.example' 'grün@bücher.example'; do
		list-subscribe news "$who"
	done
	printf 'From: alice@here.example\n\nx\n' | list-explode news
	printf '#!/bin/sh\nexec cat >>%s/jobs\n' "$shared" >"$shared/keep"
	chmod 755 "$shared/keep"
	touch "$shared/jobs"
	chmod 666 "$shared/jobs"
	printf '* pipe:%s/keep\n' "$shared" >"$PENNYPOST/routes"
	queue-run -a 2>/dev/null
	for who in 'o%66b+x=there.example' 'a b?c=there.example' 'grün=xn--bcher-kva.example'; do
		uri=$(python3 -c 'import sys, urllib.parse; print(urllib.parse.quote(sys.argv[1], safe="="))' "$(cookie one-click "$who")")
		field=$(python3 -c 'import sys; print("".join(c if "!" <= c <= "~" and c not in "+=" else "+%02X" % ord(c) for c in sys.argv[1]))' \
			"List-Unsubscribe: <mailto:news-unsubscribe-$uri@here.example>")
		grep -qF "field=$field" "$shared/jobs"
		SENDER=x@there.example EXTENSION=$(cookie one-click "$who") list-unsubscribe -m news <<<'From: x'
	done
	[ "$(people)" = 'alice@here.example bob@here.example' ]
}
