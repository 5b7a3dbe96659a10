# shellcheck shell=bash disable=SC2154,SC1091,SC2034 # names shared with run and common.bash
# Mailing lists: a post to few and to many, its way to each of them, and changes of a long list.
bench_lists() {
	pennypost 'per-destination 5'
	list-create news news@here.example owner@here.example
	printf '%s\n' 'post open' 'munge never' >>"$PENNYPOST/lists/news/conf"
	subscribers=$PENNYPOST/lists/news/subscribers
	rm -r "$PENNYPOST/lists/news/archive"

	row 'list-explode: one post, time for each subscriber'
	for count in 10 "$(scaled 10000)" "$(scaled 1000000)"; do
		list_of "$count"
		first=
		measure "list-explode, $count subscribers" "$count" lists_empty lists_post
	done
	awk -v bytes="$(find "$PENNYPOST/queue" -type f -printf '%s')" -v n="$count" \
		'BEGIN { printf "  %-36s %8.1f bytes a subscriber\n", "its file", bytes / n }'
	peak "$work/peak" list-explode news <"$letter" >>"$work/log" 2>&1
	printf '  %-36s %8d KiB\n' 'memory of list-explode, at most' "$(tail -n 1 "$work/peak")"

	row "list-subscribe: a list of $count"
	measure 'one more' 1 nothing lists_one
	cp "$subscribers" "$work/all"
	first=
	measure 'all of them from a file' "$count" lists_none lists_all

	count=$(scaled 1000)
	printf '%s\n' 'digest-count 0' 'digest-size 0' >>"$PENNYPOST/lists/news/conf"
	printf '%s\n' $'user1@d1.example\tdigest' $'user2@d1.example\tdigest plain' >"$subscribers"
	row "list-digest: a digest of $count messages, in each of its forms"
	first=
	measure 'list-digest' "$count" lists_waiting lists_digest

	count=$(scaled 10000)
	list_of "$count"
	port=$(free_port)
	smtp_sink "$port"
	echo "* smtp:[127.0.0.1]:$port" >"$PENNYPOST/routes"
	row "a post to $count subscribers in 100 domains, each with a sender of its own, into smtp-sink"
	measure 'queue-run' "$count" lists_posted lists_run
	measure 'smtp-source, kept connections' "$count" nothing lists_source
	if command -v mlmmj-send >/dev/null; then
		few=$(scaled 500)
		lists_mlmmj_make
		measure "mlmmj-send, $few of them" "$few" nothing lists_mlmmj
	fi
	(lists_postfix)
}
list_of() { awk -v n="$1" 'BEGIN { for (i = 1; i <= n; i++) print "user" i "@d" i % 100 ".example" }' | LC_ALL=C sort >"$subscribers"; }
lists_empty() { empty "$PENNYPOST/queue"; }
lists_post() { list-explode news <"$letter"; }
lists_one() { [ "$(list-subscribe news "one-more-$RANDOM$RANDOM@d1.example" | wc -l)" = 1 ]; }
lists_waiting() {
	empty "$PENNYPOST/queue"
	mkdir -p "$PENNYPOST"/lists/news/digest/{new,cur,tmp}
	for ((i = 0; i < count; i++)); do cp "$letter" "$PENNYPOST/lists/news/digest/new/$i"; done
}
lists_digest() { [ "$(list-digest -a news | wc -l)" = 2 ]; }
lists_none() { : >"$subscribers"; }
lists_all() { [ "$(list-subscribe news <"$work/all" | wc -l)" -ge "$count" ]; }
lists_posted() { lists_empty && lists_post && sync -f "$PENNYPOST/queue"; }
lists_run() { queue-run && [ -z "$(find "$PENNYPOST/queue" -type f -name '????????????????')" ]; }
lists_source() { smtp_source -4 -d -s 20 -l 4096 -m "$count" -f s@bench.example -t user@d1.example "127.0.0.1:$port"; }

# A list of mlmmj's, and its sender by itself: it waits some 40 ms for each recipient.
lists_mlmmj_make() {
	local list=$work/mlmmj

	mkdir -p "$list"/{control,subscribers.d,nomailsubs.d,digesters.d,archive,queue/discarded,bounce,text,requeue,incoming,moderation,subconf,unsubconf}
	echo news@here.example >"$list/control/listaddress"
	echo 127.0.0.1 >"$list/control/relayhost"
	echo "$port" >"$list/control/smtpport"
	head -n "$few" "$subscribers" >"$list/subscribers.d/u"
	cp "$letter" "$work/mlmmj-letter"
}
lists_mlmmj() { echo "$RANDOM" >"$work/mlmmj/index" && "$(command -v mlmmj-send)" -L "$work/mlmmj" -m "$work/mlmmj-letter" -D; }

# One letter of Postfix's to all of them, with a sender for each; from its start to the letter's end.
lists_postfix() {
	peer_folder=$work/postfix-lists
	mkdir "$peer_folder"
	trap peers_stop EXIT
	postfix_port=$(free_port)
	postfix_start "$postfix_port" "relayhost = [127.0.0.1]:$port" 'defer_transports = smtp' 'minimal_backoff_time = 3600s'
	spool=$peer_folder/postfix/spool
	measure 'Postfix with VERP, its start included' "$count" lists_postfix_fill postfix_drain
}
lists_postfix_fill() {
	local people

	sed -i '/^defer_transports/d' "$peer_folder/postfix/etc/main.cf"
	echo 'defer_transports = smtp' >>"$peer_folder/postfix/etc/main.cf"
	postfix_run postfix status || postfix_run postfix start
	wait_for_port "$postfix_port"
	mapfile -t people <"$subscribers"
	postfix_run sendmail -XV -f news@here.example "${people[@]}" <"$letter"
	await 60 postfix_deferred
	postfix_run postfix stop
	sed -i 's/^defer_transports.*/defer_transports =/' "$peer_folder/postfix/etc/main.cf"
	find "$spool/deferred" -type f -exec touch -d '10 min ago' {} +
}
