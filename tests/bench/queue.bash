# shellcheck shell=bash disable=SC2154,SC1091,SC2034 # names shared with run and common.bash
# A full queue into smtp-sink.
bench_queue() {
	local i user=()

	count=$(scaled 5000)
	pennypost
	port=$(free_port)
	# All of 127.0.0.0/8 is this machine; with no address, smtp-sink listens on each of them.
	is_root && user=(-u nobody)
	in_background sink "$port" env "LD_LIBRARY_PATH=$peer_libraries" "$PEERS/postfix/usr/sbin/smtp-sink" \
		"${user[@]}" ":$port" 400
	for domains in 1 50; do
		for ((i = 1; i <= domains; i++)); do
			echo "d$i.example smtp:[127.0.0.$i]:$port"
		done >"$PENNYPOST/routes"
		row "queue-run: $count letters of 4 KB to $domains destination(s) at smtp-sink"
		measure queue-run "$count" queue_fill queue_run
		measure 'send-loop, 5 connections' "$count" queue_fill queue_floor
		[ "$domains" = 1 ] || measure 'send-loop, 20 connections' "$count" queue_fill queue_floor_wide
		(queue_postfix)
		[ "$domains" != 1 ] || (queue_exim)
		[ "$domains" != 1 ] || (queue_dma)
	done
}
queue_fill() { fill "$PENNYPOST/queue" "$count" -1 "$domains"; }
queue_run() { queue-run && [ -z "$(find "$PENNYPOST/queue" -name '????????????????')" ]; }
queue_floor() { find "$PENNYPOST/queue" -type f -name '????????????????' -print0 | xargs -0 -s 1000000 send-loop "$port" 5; }
queue_floor_wide() { find "$PENNYPOST/queue" -type f -name '????????????????' -print0 | xargs -0 -s 1000000 send-loop "$port" 20; }

# Postfix's letters wait in its hold queue, with Postfix stopped; the time is from its start to the last letter's end.
queue_postfix() {
	local i

	peer_folder=$work/postfix-$domains
	mkdir "$peer_folder"
	trap peers_stop EXIT
	postfix_port=$(free_port)
	for ((i = 1; i <= 50; i++)); do
		echo "d$i.example smtp:[127.0.0.$i]:$port"
	done >"$work/transport"
	postfix_start "$postfix_port" 'smtpd_recipient_restrictions = permit_mynetworks,reject' \
		"transport_maps = texthash:$work/transport" 'defer_transports = smtp' 'minimal_backoff_time = 3600s'
	spool=$peer_folder/postfix/spool
	measure 'Postfix, its start included' "$count" postfix_fill postfix_drain
}
postfix_fill() {
	local i

	sed -i '/^defer_transports/d' "$peer_folder/postfix/etc/main.cf"
	echo 'defer_transports = smtp' >>"$peer_folder/postfix/etc/main.cf"
	postfix_run postfix status || postfix_run postfix start
	wait_for_port "$postfix_port"
	for ((i = 1; i <= domains; i++)); do
		smtp_source -4 -d -s 4 -l 4096 -m $((count / domains)) -f s@bench.example -t "user@d$i.example" "127.0.0.1:$postfix_port"
	done
	await 60 postfix_deferred
	postfix_run postfix stop
	sed -i 's/^defer_transports.*/defer_transports =/' "$peer_folder/postfix/etc/main.cf"
	find "$spool/deferred" -type f -exec touch -d '10 min ago' {} +
	sync -f "$spool"
}
postfix_deferred() { [ -z "$(find "$spool/incoming" "$spool/active" -type f)" ]; }
postfix_empty() { [ -z "$(find "$spool/incoming" "$spool/active" "$spool/deferred" -type f)" ]; }
postfix_drain() { postfix_run postfix start && await 120 postfix_empty; }

queue_exim() {
	exim_port=$(free_port)
	exim_start "$exim_port" 127.0.0.1 "$port"
	count=$(scaled 1000)
	measure "exim -q, $count letters" "$count" exim_fill exim_drain
}
# Batched SMTP (-bS): one exim stores them all.
exim_fill() {
	local message n

	message=$(cat "$letter")
	for ((n = 0; n < count; n++)); do
		printf '%s\n' 'MAIL FROM:<s@bench.example>' 'RCPT TO:<user@d1.example>' DATA "$message" .
	done | exim_run -bS -odq
}
exim_drain() { exim_run -q && await 120 exim_empty; }
exim_empty() { [ -z "$(find "$peer_folder/exim/spool/input" -type f)" ]; }

queue_dma() {
	is_root || skip 'dma and nullmailer need root'
	mkdir -p "$work"/{etc/dma,etc/nullmailer,dma,spool/nullmailer,nullmailer/queue,nullmailer/tmp,nullmailer/failed}
	chmod 777 "$work"/{dma,nullmailer,nullmailer/*}
	peers_see
	measure 'dma -q' "$count" dma_fill dma_drain
	count=$(scaled 200)
	measure "nullmailer-send, $count letters" "$count" nullmailer_fill nullmailer_drain
}
dma_fill() { as_peer dma repeat "$count" 4 "$letter" dma -t -i && sync -f "$work/dma"; }
dma_drain() { as_peer dma dma -q && await 120 dma_empty; }
dma_empty() { [ -z "$(find "$work/dma" -name 'Q*')" ]; }
nullmailer_fill() { as_peer nullmailer repeat "$count" 4 "$letter" nullmailer-inject -b; }
nullmailer_drain() {
	local status=0

	as_peer nullmailer nullmailer-send &
	await 120 nullmailer_empty || status=1
	kill $!
	return "$status"
}
nullmailer_empty() { [ -z "$(find "$work/nullmailer/queue" -type f)" ]; }
