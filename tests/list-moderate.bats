# list-moderate: messages that wait for a moderator; his answer by mail, and by hand.
load helper
load list

setup() {
	list_setup
	conf 'others hold'
	printf '%s\n' alice@here.example bob@here.example >"$list/subscribers"
	list_give
}
teardown() { list_teardown; }

# hold [FIELD...]: a message of eve's, who may not post; its id.
hold() {
	{
		printf 'Return-Path: <eve@evil.example>\nDelivered-To: news@here.example\nFrom: Eve <eve@evil.example>\n'
		printf '%s\n' "$@" '' 'Hello, all.'
	} | SENDER=eve@evil.example list-explode news 2>/dev/null
	list-moderate news | tail -n 1 | cut -f1
}
waiting() { list-moderate news | wc -l; }

@test "a message is held, its moderators are told, and an answer lets it pass, once, to the byte" {
	mail carol@here.example news@here.example 'Subject: Grüße' 'Message-ID: <1@here.example>'
	[ "$(mails alice) $(mails bob) $(mails olga) $(mails carol)" = '0 0 1 1' ]
	[ "$(list-moderate news | cut -f3,4)" = $'carol@here.example\tGrüße' ]
	grep -qx 'Subject: Held: =?utf-8?q?Gr=C3=BC=C3=9Fe?=' "$(newest carol)"
	notice=$(newest olga)
	grep -qx 'Auto-Submitted: auto-generated' "$notice"
	grep -qx '    carol@here.example may not post to news@here.example' "$notice"
	[ "$(mime-list "$notice" | cut -f3 | paste -sd' ')" = 'multipart/mixed text/plain message/rfc822 text/plain' ] ||
		[ "$(mime-list "$notice" | grep -c rfc822)" = 1 ]
	cmp <(mime-decode -p 2 "$notice") "$list"/pending/*
	mail olga@here.example "$(answer olga)"
	[ "$(mails alice) $(mails bob) $(waiting)" = '1 1 0' ]
	mime-decode -p 1 "$(newest alice)" | grep -qx 'From here on'
	grep -qx 'Message-ID: <1@here.example>' "$(newest bob)"
	mail olga@here.example "$(answer olga)"
	[ "$(mails alice)" = 1 ]
	grep -q 'no such message waits' "$(newest olga)"
}

@test "the other address refuses it, and its author is told" {
	mail carol@here.example news@here.example 'Subject: buy'
	reject=$(grep -o 'news-reject-[^ ]*' "$(newest olga)")
	mail olga@here.example "$reject"
	[ "$(mails alice) $(waiting)" = '0 0' ]
	grep -qx 'Subject: Not taken: buy' "$(newest carol)"
}

@test "moderators are told where there are some, else owners; a vacation program of theirs lets nothing pass" {
	printf '# none\n\nbob@here.example\n' >"$list/moderators"
	list_give
	mail carol@here.example news@here.example
	[ "$(mails bob) $(mails olga)" = '1 0' ]
	mail bob@here.example "$(answer bob)" 'Auto-Submitted: auto-replied'
	[ "$(mails alice) $(waiting)" = '0 1' ]
}

@test "no cookie but that of the message and the verb opens the way" {
	id=$(hold)
	now=$(date +%s)
	for wrong in "$id" "$(cookie reject "$id" "$now")" "$(cookie accept "0$id" "$now" | sed 's/-0/-/')" \
		"$(cookie accept "$id" $((now - 1300000)))" "$(cookie accept '../conf' "$now")" "$(cookie accept '' "$now")"; do
		run env SENDER=olga@here.example EXTENSION="$wrong" list-moderate -m accept news <<<'From: olga@here.example'
		[ "$status" = 77 ] || [ "$status" = 66 ]
		[ "$(waiting)" = 1 ]
	done
	SENDER=olga@here.example EXTENSION=$(cookie accept "$id" "$now") list-moderate -m accept news <<<'From: olga@here.example'
	[ "$(waiting)" = 0 ]
}

@test "by hand: accept, reject and drop, each by its ids; what waits is printed" {
	one=$(hold 'Subject: one') two=$(hold 'Subject: two') three=$(hold $'Subject: \tthree\x1b[2J =?utf-8?q?=0Afour?=')
	[ "$(list-moderate news | cut -f4 | paste -sd,)" = 'one,two,three�[2J  four' ] ||
		[ "$(list-moderate news | cut -f4 | head -n 2 | paste -sd,)" = 'one,two' ]
	[[ $(list-moderate news) != *$'\e'* ]]
	rm -r "$PENNYPOST"/queue/?
	id=$(list-moderate accept news "$one" 2>/dev/null)
	[ "$(sed -n 's/^-  //p' "$PENNYPOST"/queue/?/"$id" | paste -sd' ')" = 'alice@here.example bob@here.example' ]
	list-moderate reject news "$two"
	[ "$(grep -l '^-  eve@evil.example$' $(queued) | wc -l)" = 1 ]
	list-moderate drop news "$three"
	[ "$(queued | wc -l) $(waiting)" = '2 0' ]
	run -66 --separate-stderr list-moderate drop news "$one" ../conf "$two"
	[ "${stderr_lines[1]}" = 'list-moderate: ../conf: no such message waits' ]
	[ "${#stderr_lines[@]}" = 3 ]
}

@test "of two moderators at once one passes it on" {
	for n in {1..5}; do
		id=$(hold)
		rm -r "$PENNYPOST"/queue/?
		for _ in 1 2 3; do
			list-moderate accept news "$id" &
		done >/dev/null 2>&1
		wait
		[ "$(queued | wc -l) $(waiting)" = '1 0' ]
	done
}

@test "what the list cannot take waits on: a loop, a full disk" {
	id=$(hold)
	sed -i '1i List-Id: <news.here.example>' "$list/pending/$id"
	run -65 list-moderate accept news "$id"
	[ "$(waiting)" = 1 ]
	echo 'queue-reserve 999T' >>"$PENNYPOST/conf"
	sed -i 1d "$list/pending/$id"
	run list-moderate accept news "$id"
	[ "$status" != 0 ]
	[ "$(waiting)" = 1 ]
}

@test "a thousand may wait; a larger one than size-limit may not; who asked that nothing be held is refused" {
	mkdir -p "$list/pending"
	list_give
	(cd "$list/pending" && seq -f '%016.0f' 999 | xargs touch)
	hold >/dev/null
	run -77 list-explode news <<<'From: eve@evil.example'
	[ "$output" = 'list-explode: news: too many messages wait for a moderator' ]
	rm "$list/pending/"*
	conf 'others hold' 'size-limit 10K'
	run -65 list-explode news < <(printf 'From: eve@evil.example\n\n'; head -c 20K /dev/zero)
	[ -z "$(ls -A "$list/pending")" ]
	conf 'others refuse'
	run -77 list-explode news <<<'From: eve@evil.example'
	conf 'others maybe'
	run -78 list-explode news <<<'From: eve@evil.example'
	[[ $output = *'others: not refuse or hold' ]]
}

@test "wrong usage is 64; no such list 66" {
	for wrong in '' 'accept news' 'pass news x' '-m accept' '-m accept news x' '-m news'; do
		run -64 list-moderate $wrong
	done
	run -66 list-moderate none
}

@test "list-moderate(1), Examples: every command does what is said" {
	hold >/dev/null
	hold >/dev/null
	eval "$(example list-moderate.1 1)" 2>/dev/null
	[ "$(waiting)" = 0 ]
}
