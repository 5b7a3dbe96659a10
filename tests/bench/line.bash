# shellcheck shell=bash disable=SC2154,SC1091,SC2034 # names shared with run and common.bash
# Letters over a long line: 50 ms each way, one connection. The far end stores in memory: its disk is not in question.
bench_line() {
	local count few

	count=$(scaled 1000)
	few=$(scaled 20)
	delivers=$(free_port)
	sinks=$(free_port)
	far_chunking=$(free_port)
	far_sink=$(free_port)
	pennypost 'relay-from 127.0.0.0/8' 'per-destination 1'
	far_home=$(mktemp -d /dev/shm/bench.XXXXXX)
	trap 'row_end; rm -rf "$far_home"' EXIT
	mkdir "$far_home/queue"
	printf '%s\n' 'hostname far.example' 'log stderr' 'queue-reserve 0' 'deliver queue' 'relay-from 127.0.0.0/8' >"$far_home/conf"
	in_background far "$delivers" env PENNYPOST="$far_home" tcpserver -HRl0 127.0.0.1 "$delivers" smtp-serve
	smtp_sink "$sinks"
	in_background line-chunking "$far_chunking" perl "$here/delay-proxy.pl" 50 "$far_chunking" "$delivers"
	in_background line-sink "$far_sink" perl "$here/delay-proxy.pl" 50 "$far_sink" "$sinks"

	row 'long line: letters of 4 KB over one connection with 50 ms each way; compare the rates'
	far=$far_chunking
	measure "queue-run, CHUNKING, $count letters" "$count" line_fill line_run
	far=$far_sink count=$((few * 5))
	measure "queue-run, PIPELINING only, $count" "$count" line_fill line_run
	count=$few
	(line_postfix "$far_chunking" 'CHUNKING')
	(line_postfix "$far_sink" 'PIPELINING only')
	(line_exim "$far_chunking" 'CHUNKING')
	(line_exim "$far_sink" 'PIPELINING only')
}
line_fill() {
	echo "* smtp:[127.0.0.1]:$far" >"$PENNYPOST/routes"
	empty "$far_home/queue"
	fill "$PENNYPOST/queue" "$count" -1
}
line_run() { queue-run && [ -z "$(find "$PENNYPOST/queue" -name '????????????????')" ]; }

# Postfix keeps a connection only if it is told to expect many letters for that place.
line_postfix() {
	local next=$1

	. "$here/queue.bash"
	domains=1
	postfix_port=$(free_port)
	peer_folder=$work/postfix-$next
	mkdir "$peer_folder"
	trap peers_stop EXIT
	postfix_start "$postfix_port" 'smtpd_recipient_restrictions = permit_mynetworks,reject' "relayhost = [127.0.0.1]:$next" \
		'defer_transports = smtp' 'minimal_backoff_time = 3600s' 'smtp_destination_concurrency_limit = 1' \
		'initial_destination_concurrency = 1' "smtp_connection_cache_destinations = [127.0.0.1]:$next"
	spool=$peer_folder/postfix/spool
	measure "Postfix, $2, $count letters" "$count" postfix_fill postfix_drain
}

line_exim() {
	local next=$1

	. "$here/queue.bash"
	peer_folder=$work/exim-$next
	mkdir "$peer_folder"
	trap peers_stop EXIT
	exim_start "$(free_port)" 127.0.0.1 "$next"
	measure "exim -qq, $2, $count letters" "$count" exim_fill line_exim_run
}
line_exim_run() { exim_run -qq && await 60 exim_empty; }
