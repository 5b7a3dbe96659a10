# shellcheck shell=bash disable=SC2154,SC1091,SC2034 # names shared with run and common.bash
# Letters from smtp-source into a queue on the disk.
bench_receive() {
	local sessions kept label

	count=$(scaled 1000)
	pennypost 'relay-from 127.0.0.0/8'
	mkdir "$work/floor"
	port=$(free_port)
	in_background tcpserver "$port" tcpserver -HRl0 -c 200 127.0.0.1 "$port" smtp-serve
	listening=$(free_port)
	in_background listening "$listening" "$top/tests/listen.pl" 127.0.0.1 "$listening" smtp-serve
	sink=$(free_port)
	smtp_sink "$sink"
	held=$peer_folder/postfix/spool/hold
	postfix_port=$(free_port)
	postfix=true
	(postfix_start "$postfix_port" 'smtpd_recipient_restrictions = static:HOLD,permit_mynetworks,reject' \
		'smtpd_client_connection_count_limit = 0' 'default_transport = discard:') || postfix=false
	for sessions in 1 8; do
		for kept in '' -d; do
			label="$sessions at once${kept:+, connections kept}"
			row "reception: $count letters of 4 KB by smtp-source, $label"
			source_options=(-4 -l 4096 -f s@bench.example -t r@d1.example -m "$count" -s "$sessions" ${kept:+"$kept"})
			measure 'smtp-serve, listening' "$count" empty_queue receive_listening
			measure 'tcpserver smtp-serve' "$count" empty_queue receive_ours
			measure "store-loop, $sessions processes" "$count" empty_floor receive_floor
			! "$postfix" || measure 'Postfix smtpd into hold' "$count" empty_held receive_postfix
			measure 'smtp-sink, which stores nothing' "$count" nothing receive_sink
		done
	done
}
empty_queue() { empty "$PENNYPOST/queue"; }
empty_floor() { empty "$work/floor"; }
empty_held() { empty "$held"; }
receive_listening() { receive_at "$listening"; }
receive_ours() { receive_at "$port"; }
receive_at() {
	smtp_source "${source_options[@]}" "127.0.0.1:$1" && [ "$(find "$PENNYPOST/queue" -type f | wc -l)" = "$count" ]
}
receive_floor() { store-loop "$work/floor" "$count" 4096 "$sessions"; }
receive_postfix() { smtp_source "${source_options[@]}" "127.0.0.1:$postfix_port"; }
receive_sink() { smtp_source "${source_options[@]}" "127.0.0.1:$sink"; }
