# smtp-send to the servers of others: Postfix's smtp-sink with its fault switches, Postfix, exim, Dovecot's LMTP.
load helper
load peers

setup() {
	pennypost
	peers
	cd "$BATS_TEST_TMPDIR" || return
	port=$(free_port)
	printf 'Subject: dots\n\n.one\n..two\n' >message
}

teardown() { peers_stop; }

send() { timeout 30 smtp-send -f alice@here.example -s "127.0.0.1:$port" "$@"; }

# letters N DOMAIN: N job lines of one letter each.
letters() {
	for ((i = 1; i <= $1; i++)); do
		printf 'Subject: %d\n\n.body %d\n' "$i" "$i" >"letter$i"
		printf 'id%d\t%s\t0\talice@here.example\t\tbob@%s\n' "$i" "$PWD/letter$i" "$2"
	done
}

@test "smtp-sink takes letters on one connection, with and without PIPELINING and EHLO" {
	letters 200 there.example >job-lines
	for switch in "" -p -e; do
		port=$(free_port)
		# shellcheck disable=SC2086
		smtp_sink "$port" $switch
		run -0 timeout 30 smtp-send -j -s "127.0.0.1:$port" <job-lines
		[ "$(grep -c '	250	' <<<"$output")" = 200 ]
	done
}

@test "smtp-sink: 4xx, 5xx and lost connections at each command" {
	for switch in -r -f -q; do
		for command in connect ehlo mail rcpt data .; do
			# Refused EHLO is no fault: HELO follows.
			[ "$switch$command" != -fehlo ] || continue
			port=$(free_port)
			smtp_sink "$port" "$switch" "$command"
			code=0
			send -t greeting=2s bob@there.example <message >out || code=$?
			case $switch$command in
			-fmail | -frcpt | -fdata | -f.) expect='69 500' ;;
			-r*) expect='75 450' ;;
			*) expect='75 451' ;;
			esac
			[ "$switch$command" != -rconnect ] && [ "$switch$command" != -rehlo ] || expect='75 451'
			[ "$code $(cut -f 3 out)" = "$expect" ] || { echo "$switch $command: $code $(<out)"; false; }
		done
	done
}

@test "Postfix takes 50 letters in one stream of MAIL, RCPT and BDAT, unchanged" {
	postfix_start "$port"
	letters 50 postfix.example >job-lines
	run -0 timeout 30 smtp-send -j -s "127.0.0.1:$port" <job-lines
	[ "$(grep -c '	250	2.0.0	' <<<"$output")" = 50 ]
	arrived() { [ "$(find "$peer_folder/postfix-mail/bob/new" -type f | wc -l)" = 50 ]; }
	await 10 arrived
	for i in 1 25 50; do
		grep -lx "Subject: $i" "$peer_folder"/postfix-mail/bob/new/* | xargs sed '1,/^$/d' | cmp - <(sed '1,/^$/d' "letter$i")
	done
}

@test "Postfix: refused recipients in the stream stop no other letter" {
	postfix_start "$port"
	letters 9 postfix.example | sed '4,6s/bob@/nobody@/' >job-lines
	run -0 timeout 30 smtp-send -j -s "127.0.0.1:$port" <job-lines
	[ "$(grep -c '	250	2.0.0	' <<<"$output")" = 6 ]
	[ "$(grep -c '	550	5.1.1	' <<<"$output")" = 3 ]
}

@test "exim takes 20 letters in one stream of MAIL, RCPT and BDAT" {
	exim_start "$port" 127.0.0.1 "$(free_port)"
	letters 20 exim.example >job-lines
	run -0 timeout 60 smtp-send -j -s "127.0.0.1:$port" <job-lines
	[ "$(grep -c '	250	' <<<"$output")" = 20 ]
}

@test "Dovecot takes a letter by LMTP, for two recipients" {
	dovecot_start "$port"
	run -0 send -l alice@dovecot.example bob@dovecot.example <message
	[ "$(cut -f 2,3 <<<"$output")" = "alice@dovecot.example	250
bob@dovecot.example	250" ]
}
