# shellcheck shell=bash disable=SC2154,SC1091,SC2034 # names shared with run and common.bash
# Letters by TLS to a server on this machine that stores in memory.
. "$top/tests/dns.bash"
. "$top/tests/tls.bash"

bench_tls() {
	count=$(scaled 1000)
	port=$(free_port)
	tls=$work/tls
	tls_authority
	tls_certificate mx mx.tls.bench
	chmod 755 "$tls"
	dns_zone tls.bench signed <<-END
		@ MX 10 mx
		mx A 127.0.0.1
		_$port._tcp.mx TLSA $(tls_record mx)
	END
	dns_start
	pennypost "resolver $dns" "smtp-port $port" 'per-destination 1' 'log syslog'
	far_home=$(mktemp -d /dev/shm/bench.XXXXXX)
	trap 'row_end; rm -rf "$far_home"' EXIT
	mkdir "$far_home/queue"
	printf '%s\n' 'hostname mx.tls.bench' 'log stderr' 'queue-reserve 0' 'deliver queue' 'relay-from 127.0.0.0/8' \
		"tls-certificate $tls/mx.pem" "tls-key $tls/mx.key" >"$far_home/conf"
	in_background far "$port" env PENNYPOST="$far_home" "$top/tests/listen.pl" 127.0.0.1 "$port" smtp-serve

	row 'smtp-send: one letter of 4 KB with MX, TLSA and MTA-STS look-ups, from process start to QUIT'
	measure 'smtp-send, TLS 1.3 and DANE' 50 tls_empty tls_send
	measure 'smtp-send, tls=off' 50 tls_empty tls_send_plain

	row "queue-run: $count letters of 4 KB over one TLS connection"
	echo "* smtp:[127.0.0.1]:$port tls=require" >"$PENNYPOST/routes"
	measure queue-run "$count" tls_fill tls_run
	(tls_postfix)
}
tls_empty() { empty "$far_home/queue"; }
tls_send() { repeat 50 1 "$letter" smtp-send -f alice@here.example bob@tls.bench; }
tls_send_plain() { repeat 50 1 "$letter" smtp-send -o tls=off -f alice@here.example bob@tls.bench; }
tls_fill() {
	tls_empty
	fill "$PENNYPOST/queue" "$count" -1
}
tls_run() { queue-run && [ -z "$(find "$PENNYPOST/queue" -name '????????????????')" ]; }

# Its clients keep a connection by TLS only through tlsproxy, and only if told to expect many letters for that place.
tls_postfix() {
	. "$here/queue.bash"
	domains=1
	postfix_port=$(free_port)
	peer_folder=$work/postfix-tls
	mkdir "$peer_folder"
	trap peers_stop EXIT
	postfix_start "$postfix_port" 'smtpd_recipient_restrictions = permit_mynetworks,reject' "relayhost = [127.0.0.1]:$port" \
		'defer_transports = smtp' 'minimal_backoff_time = 3600s' 'smtp_destination_concurrency_limit = 1' \
		'initial_destination_concurrency = 1' "smtp_connection_cache_destinations = [127.0.0.1]:$port" \
		'smtp_tls_security_level = encrypt' 'smtp_tls_connection_reuse = yes'
	spool=$peer_folder/postfix/spool
	measure "Postfix, $count letters" "$count" tls_postfix_fill postfix_drain
}
tls_postfix_fill() {
	tls_empty
	postfix_fill
}
