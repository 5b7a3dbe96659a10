# The whole road of a list, by real programs, names and TCP: a list on one host, subscribers there, on another and on one
# that refuses them; what they are sent, what bounces, what is digested, and how they leave.
load helper
load peers
load hosts

setup() {
	peers
	hosts_begin
	host olga lists.example 127.0.0.2 'deliver queue'
	host bob post.example 127.0.0.3 'deliver queue'
	zones+=('local-zone: "sink.example." static' 'local-data: "sink.example. A 127.0.0.4"')
	name_server
	spawn sink env "LD_LIBRARY_PATH=$peer_libraries" "$PEERS/postfix/usr/sbin/smtp-sink" $(is_root && echo -u nobody) -f rcpt "127.0.0.4:$mail_port" 100
	mkdir -p "$peer_folder"/bob/mail/dan/{cur,new,tmp}
	mkdir -m 2770 "$peer_folder"/{olga,bob}/queue
	printf 'ghost: gone-long-ago\n' >"$peer_folder/bob/aliases"
	on olga list-create news news@lists.example olga@lists.example
	list=$peer_folder/olga/lists/news
	[ "$(id -u)" != 0 ] || chown -R nobody:nogroup "$peer_folder"/{olga,bob}
	host_up olga
	host_up bob
}

teardown() { peers_stop; }

inbox() { echo "$peer_folder/$1/mail/$2/new"; }
newest() { find "$(inbox "$1" "$2")" -type f -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2; }
idle() { [ -z "$(on olga queue-list)$(on bob queue-list)" ]; }

# All letters go their ways, and what answers them, until none is left.
turn() {
	for _ in {1..12}; do
		! idle || return 0
		on olga queue-run -a
		on bob queue-run -a
	done 2>>"$peer_folder/turns.log"
	idle || { cat "$peer_folder"/*.log; return 1; }
}

# mail TO [FIELD...]: a letter of bob's, from his host.
mail() {
	{
		printf '%s\n' 'From: bob@post.example' "To: $1" "${@:2}" ''
		echo 'Over the wire.'
	} | on bob sendmail -i -f bob@post.example -- "$1"
	turn
}

scores() { on olga list-bounce -l news | cut -f1,2 | sort; }

@test "subscribe, post, bounce, probe, digest and leave, over three hosts" {
	mail news-subscribe@lists.example
	mail "$(sed -n 's/^Reply-To: <\(.*\)>/\1/p' "$(newest bob bob)")"
	grep -q '^bob@post.example	since=' "$list/subscribers"
	printf '%s\n' $'dan@post.example\tdigest' ghost@post.example nobody@post.example in@sink.example olga@lists.example |
		on olga list-subscribe news >/dev/null
	[ "$(id -u)" != 0 ] || chown nobody "$list/subscribers" "$list/lock"

	mail news@lists.example 'Subject: first'
	grep -qx 'Subject: first' "$(newest bob bob)"
	grep -qx 'Return-Path: <news-bounce-bob=post.example@lists.example>' "$(newest bob bob)"
	grep -qx 'Over the wire.' "$(newest olga olga)"
	[ "$(scores)" = $'ghost@post.example\t1.00\nin@sink.example\t0.00\nnobody@post.example\t1.00' ]
	# ghost was accepted, so his host wrote the bounce, and it came back by SMTP.
	grep -q 'ghost=post.example@lists.example.*relay=.*mail.lists.example' "$peer_folder/turns.log"

	for who in ghost nobody; do
		for days in 4 3 2; do
			printf '%s\thard\t5.1.1\tgone\n' "$(date -u -d "$days days ago" +%Y-%m-%dT12:00:00Z)"
		done >"$list/bounces/$who@post.example"
	done
	mail news@lists.example 'Subject: second'
	[ "$(cut -f1 "$list/bounces/removed" | sort -u | paste -sd' ')" = 'ghost@post.example nobody@post.example' ]
	[ "$(cut -f1 "$list/subscribers" | paste -sd' ')" = 'bob@post.example dan@post.example in@sink.example olga@lists.example' ]

	on olga list-digest -a news
	turn
	[ "$(find "$(inbox bob dan)" -type f | wc -l)" = 1 ]
	mkdir -p "$BATS_TEST_TMPDIR/burst"
	mbox-split -f digest -d "$BATS_TEST_TMPDIR/burst" "$(newest bob dan)"
	[ "$(mail-header Subject "$BATS_TEST_TMPDIR"/burst/* | cut -f2- | sort | paste -sd' ')" = 'first second' ]

	link=$(mail-header List-Unsubscribe "$(newest bob bob)")
	link=${link#<mailto:} link=${link%>}
	mail "$link"
	run ! grep -q bob@post.example "$list/subscribers"
	grep -qx 'Subject: You have left news' "$(newest bob bob)"
}

@test "a click on the letter's link is enough to leave" {
	printf '%s\n' bob@post.example dan@post.example >"$list/subscribers"
	echo 'unsubscribe https://lists.example/u' >>"$list/conf"
	mail news@lists.example 'Subject: click'
	query=$(sed -n 's/^List-Unsubscribe: <https:[^?]*?\([^>]*\)>.*/\1/p' "$(newest bob dan)")
	echo 'List-Unsubscribe=One-Click' | on olga env REQUEST_METHOD=POST QUERY_STRING="$query" list-post-unsubscribe |
		grep -q 'dan@post.example</strong> is no longer subscribed'
	[ "$(cat "$list/subscribers")" = bob@post.example ]
}

@test "two lists that subscribe to each other, with a vacation program on both, come to rest" {
	on bob list-create talk talk@post.example bob@post.example
	[ "$(id -u)" != 0 ] || chown -R nobody:nogroup "$peer_folder/bob"
	for conf in "$list/conf" "$peer_folder/bob/lists/talk/conf"; do
		printf '%s\n' 'post open' 'reply-to list' >>"$conf"
	done
	printf '%s\n' talk@post.example dan@post.example >"$list/subscribers"
	printf '%s\n' news@lists.example dan@post.example >"$peer_folder/bob/lists/talk/subscribers"
	cat >"$peer_folder/away" <<-END
		#!/bin/sh
		{ sed /^Return-Path/d | formail -rt -A 'Auto-Submitted: auto-replied'; echo; echo I am away.; } |
			PENNYPOST=$peer_folder/bob $BUILD/bin/sendmail -f dan@post.example -t
	END
	chmod 755 "$peer_folder/away"
	printf '\\dan, "|%s"\n' "$peer_folder/away" >"$peer_folder/bob/mail/dan/.forward"
	[ "$(id -u)" != 0 ] || chown nobody "$peer_folder/bob/mail/dan/.forward"
	mail news@lists.example 'Subject: round'
	[ "$(find "$(inbox bob dan)" -type f | wc -l)" = 2 ]
	[ "$(grep -c 'delivered to a command' "$peer_folder/turns.log")" -lt 20 ]
	[ "$(grep -c '/away' "$peer_folder/turns.log")" = 0 ]
}
