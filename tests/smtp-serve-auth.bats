# smtp-serve -s where clients log in.
load helper
load peers
load tls

setup() {
	pennypost 'auth users' 'auth-plaintext 192.0.2.0/24 127.0.0.1' 'relay-from' 'local-domains here.example lists.example bücher.example'
	mkdir -p "$PENNYPOST/mailboxes/bob"
	export TCPREMOTEIP=192.0.2.7
	unset TCPREMOTEHOST
	(umask 077 && echo 'correct horse' | user-make alice >"$PENNYPOST/users")
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() { peers_stop; }

# Patience is short, and with it the pauses.
session() { sed -u 's/$/\r/' | timeout 20 smtp-serve -s -t 20 "$@" 2>>log | tr -d '\r'; }
codes() { session | sed -n 's/^\([0-9][0-9][0-9]\) .*/\1/p' | paste -sd ' '; }
base64_of() { printf "$1" | base64 -w0; }
plain() { echo "AUTH PLAIN $(base64_of "\\0$1\\0$2")"; }
right=$(plain alice 'correct horse')

# letter FROM [FIELD]...: a transaction, its header as given.
letter() {
	printf '%s\n' "MAIL FROM:<$1>" 'RCPT TO:<carol@there.example>' DATA "${@:2}" '' hello .
}

@test "who logged in may relay; the Received field, the environment and the log say so" {
	printf '%s\n' 'EHLO client.example' "$right" "$(letter alice@here.example 'From: alice@here.example')" QUIT | session >replies
	grep -x '250-AUTH SCRAM-SHA-256 PLAIN LOGIN' replies
	grep -x '235 2.7.0 Welcome' replies
	grep -q 'by here.example with ESMTPA id' "$(queued)"
	grep 'client=192.0.2.7 helo=client.example user=alice status=authenticated' log
	grep 'user=alice from=<alice@here.example> to=<carol@there.example> .* status=accepted' log
	run ! grep -e "$(base64_of horse)" -e horse log
	printf '%s\n' 'EHLO x' "$right" 'MAIL FROM:<alice@here.example> SMTPUTF8' 'RCPT TO:<carol@there.example>' \
		DATA 'From: alice@here.example' '' . 'EHLO x' | session sh -c 'echo $SMTP_PROTOCOL $SMTP_USER >said' >replies
	[ "$(<said)" = 'UTF8SMTPA alice' ]
	[ "$(grep -c AUTH replies)" = 1 ]
}

@test "nobody may do anything here without logging in" {
	[ "$(letter alice@here.example 'From: alice@here.example' | sed '1i EHLO x' | sed '/^DATA/,$d' | codes)" = '220 250 530 503' ]
}

@test "PLAIN and LOGIN, with and without initial response; cancelled; nonsense" {
	[ "$(codes <<<$'EHLO x\n'"$right")" = '220 250 235' ]
	[ "$(printf '%s\n' 'EHLO x' 'AUTH PLAIN' "${right#AUTH PLAIN }" | codes)" = '220 250 334 235' ]
	printf '%s\n' 'ehlo x' 'auth login' "$(base64_of alice)" "$(base64_of 'correct horse')" | session |
		tail -n 3 | diff - <(printf '%s\n' '334 VXNlcm5hbWU6' '334 UGFzc3dvcmQ6' '235 2.7.0 Welcome')
	[ "$(printf '%s\n' 'EHLO x' "AUTH LOGIN $(base64_of alice)" "$(base64_of 'correct horse')" | codes)" = '220 250 334 235' ]
	[ "$(printf '%s\n' 'EHLO x' 'AUTH LOGIN' '*' 'AUTH PLAIN' 'a b' 'AUTH PLAIN =' "$right" | codes)" = '220 250 334 501 334 501 501 235' ]
	[ "$(printf '%s\n' 'EHLO x' AUTH 'AUTH PLAIN a b' 'AUTH CRAM-MD5' 'AUTH SCRAM-SHA-256-PLUS' 'AUTH PLAIN *' | codes)" = '220 250 501 501 504 504 501' ]
	printf 'EHLO x\nAUTH PLAIN\nA\0A=\n' | session | grep -x '501 5.5.2 Not base64'
	{ printf 'EHLO x\nAUTH PLAIN\n'; head -c 12280 /dev/zero | tr '\0' B; printf '\nAUTH PLAIN\n'; head -c 12300 /dev/zero | tr '\0' A; echo; } |
		session | tail -n 4 | cut -c1-9 | diff - <(printf '%s\n' '334 ' '501 5.5.2' '334 ' '500 5.5.6')
}

@test "not twice, not within a letter, not after HELO, not before; not with LMTP's port 25 self" {
	[ "$(printf '%s\n' "$right" 'HELO x' "$right" 'EHLO x' "$right" "$right" RSET "$right" 'EHLO x' "$right" | codes)" = \
		'220 503 250 503 250 235 503 250 503 250 503' ]
	TCPREMOTEIP=127.0.0.1 pennypost 'auth users' 'auth-plaintext 127.0.0.1'
	[ "$(TCPREMOTEIP=127.0.0.1 codes <<<$'EHLO x\nMAIL FROM:<>\n'"$right"$'\nRSET\n'"$right")" = '220 250 250 503 250 235' ]
	printf '%s\n' 'EHLO x' "$right" | sed 's/$/\r/' | smtp-serve 2>>log >replies
	run ! grep AUTH replies
	grep '^502 5.5.1' replies
	echo 'auth' >>"$PENNYPOST/conf"
	printf '%s\n' 'EHLO x' "$right" | session >replies
	run ! grep AUTH replies
	grep '^502 5.5.1' replies
}

@test "without TLS nothing is offered, and nothing taken, but from auth-plaintext" {
	export TCPREMOTEIP=198.51.100.1
	printf '%s\n' 'EHLO x' "$right" | session >replies
	run ! grep AUTH replies
	grep -x '538 5.7.11 Not without TLS' replies
}

@test "wrong passwords: a pause before each answer, and three are the end" {
	wrong=$(plain alice wrong)
	start=${EPOCHREALTIME/[.,]/}
	printf '%s\n' 'EHLO x' "$wrong" "$(plain nobody wrong)" "$(plain $'a"b c' wrong)" "$right" NOOP | session >replies
	[ $((${EPOCHREALTIME/[.,]/} - start)) -gt 300000 ]
	tail -n 4 replies | diff - <(yes '535 5.7.8 Wrong user or password' | head -n 3; echo '421 4.7.0 Too many wrong passwords')
	grep 'user=alice from=<> status=refused reply="535' log
	grep 'user=nobody from=<> status=refused reply="535' log
	grep 'user=a?b?c from=<> status=refused reply="535' log
}

@test "users that cannot be read: nothing is offered, and letters wait at the client" {
	rm "$PENNYPOST/users"
	printf '%s\n' 'EHLO x' "$right" | session >replies
	run ! grep AUTH replies
	grep '^504' replies
	grep "sasl-check: $PENNYPOST/users: No such file" log
}

# may FROM HEADER-FROM [FIELD]...: the replies to MAIL and to the message.
may() {
	printf '%s\n' 'EHLO x' "$right" "$(letter "$1" "From: $2" "${@:3}")" | codes | cut -d' ' -f4-
}

@test "only one's own addresses: in the envelope, in From and in Sender" {
	[ "$(may alice@here.example alice@here.example)" = '250 250 354 250' ]
	[ "$(may alice@lists.example 'Alice <ALICE+x@Here.Example>' 'Sender: alice@here.example')" = '250 250 354 250' ]
	[ "$(may '' alice@here.example)" = '250 250 354 250' ]
	[ "$(may alice@xn--bcher-kva.example alice@bücher.example)" = '250 250 354 250' ]
	others='bob@here.example alice@there.example alice alice-x@here.example alice+@evil.example'
	printf '%s\n' 'EHLO x' "$right" "$(printf 'MAIL FROM:<%s>\n' $others)" | codes | grep -x '220 250 235 553 553 553 553 553'
	for from in $others; do letter alice@here.example "From: $from"; done | sed "1i EHLO x\n$right" | codes |
		grep -x '220 250 235\( 250 250 354 553\)\{5\}'
	{
		letter alice@here.example 'From: alice@here.example' 'Sender: bob@here.example'
		letter alice@here.example 'From: alice@here.example, bob@here.example'
		letter alice@here.example 'From: alice@here.example' 'From: bob@here.example'
		letter alice@here.example 'Subject: x'
		letter alice@here.example 'From: alice@here.example' 'no field' 'From: bob@here.example'
	} | sed "1i EHLO x\n$right" | codes | grep -x '220 250 235 250 250 354 553\( 250 250 354 550\)\{3\} 250 250 354 554'
	[ "$(queued | wc -l)" = 4 ]
	grep -q '5.7.1 That is not an address of yours' log
}

@test "who sends again names himself, and sends nothing that others wrote" {
	{
		letter alice@here.example 'Resent-From: alice@here.example' 'Resent-Sender: alice+x@here.example' \
			'Resent-From: bob@here.example' 'From: alice@here.example'
		letter alice@here.example 'Resent-From: alice@here.example' 'From: bob@here.example'
		letter alice@here.example 'Resent-From: bob@here.example' 'From: alice@here.example'
		letter alice@here.example 'Resent-From: alice@here.example' 'Resent-Sender: bob@here.example' 'From: alice@here.example'
		letter alice@here.example 'Resent-From: alice@here.example, bob@here.example' 'From: alice@here.example'
	} | sed "1i EHLO x\n$right" | codes | grep -x '220 250 235 250 250 354 250\( 250 250 354 553\)\{3\} 250 250 354 550'
}

@test "may-send says it otherwise, for the users that it names" {
	example pennypost-users.5 2 >"$PENNYPOST/may-send"
	printf '%s\n' '# more' 'alice *' >added
	[ "$(may info@here.example alice@here.example)" = '250 250 354 250' ]
	[ "$(may alice@lists.example alice@here.example | cut -c1-3)" = 553 ]
	sed -i 's/^shop/alice/' "$PENNYPOST/may-send"
	[ "$(may any@shop.example alice@here.example)" = '250 250 354 250' ]
	[ "$(may any@sub.shop.example alice@here.example | cut -c1-3)" = 553 ]
	cat added >>"$PENNYPOST/may-send"
	[ "$(may any@where.example any@else.example)" = '250 250 354 250' ]
	echo 'bob nonsense' >>"$PENNYPOST/may-send"
	[ "$(may alice@here.example alice@here.example | cut -c1-3)" = 451 ]
	grep "may-send: line 5: not .user address" log
	echo 'Alice info@bücher.example' >"$PENNYPOST/may-send"
	[ "$(may info@xn--bcher-kva.example 'info@bücher.example')" = '250 250 354 250' ]
	[ "$(may info@xn--bcher-kva.example alice@here.example | cut -d' ' -f4)" = 553 ]
	(umask 077 && echo x | user-make dora@dora.example >"$PENNYPOST/users")
	rm "$PENNYPOST/may-send"
	right=$(plain dora@dora.example x)
	[ "$(may dora@dora.example dora@dora.example)" = '250 250 354 250' ]
	[ "$(may dora@here.example dora@dora.example | cut -c1-3)" = 553 ]
}

@test "by BDAT, in pieces, it is the same" {
	printf '%s\r\n' 'EHLO x' "$right" 'MAIL FROM:<alice@here.example>' 'RCPT TO:<carol@there.example>' 'BDAT 7' >said
	printf 'From: bBDAT 23 LAST\r\nob@here.example\r\n\r\nhi\r\n' >>said
	smtp-serve -s <said 2>>log | tail -n 1 | grep '^553 5.7.1'
	sed 's/From: bBDAT/From: aBDAT/; s/23 LAST/26 LAST/; s/^ob@/lice@/' said | sed 's/26 LAST/25 LAST/' | smtp-serve -s 2>>log | tail -n 1 | grep '^250 2.0.0 queued'
}

@test "where it listens, who left has left: the next session of the process has to log in, and can" {
	port=$(free_port)
	peer_folder=$(mktemp -d "$BATS_TEST_TMPDIR/peers.XXXXXX")
	unset TCPREMOTEIP
	in_background server "$port" "$top/tests/listen.pl" 127.0.0.1 "$port" smtp-serve -s -c 1
	/usr/bin/python3 - "$port" <<-'END'
		import smtplib, sys
		for i in range(5):
		    s = smtplib.SMTP('127.0.0.1', int(sys.argv[1]))
		    s.ehlo()
		    assert s.mail('alice@here.example')[0] == 530
		    assert s.login('alice', 'correct horse')[0] == 235
		    assert s.mail('alice@here.example')[0] == 250
		    s.quit()
	END
	[ "$(pgrep -c -P "$(pgrep -P "$(<"$peer_folder/server.pid")")")" = 1 ]
}

@test "swaks, python's smtplib, curl, and gsasl for SCRAM-SHA-256, at a server that is shut in" {
	port=$(free_port)
	peer_folder=$(mktemp -d "$BATS_TEST_TMPDIR/peers.XXXXXX")
	unset TCPREMOTEIP
	in_background server "$port" tcpserver -HRD -l0 127.0.0.1 "$port" smtp-serve -s -t 10
	for mechanism in PLAIN LOGIN; do
		swaks --server "127.0.0.1:$port" --auth $mechanism --auth-user alice --auth-password 'correct horse' \
			--from alice@here.example --to carol@there.example --hide-all
		run -28 swaks --server "127.0.0.1:$port" --auth $mechanism --auth-user alice --auth-password 'wrong' \
			--from alice@here.example --to carol@there.example --hide-all
		/usr/bin/python3 - "$port" $mechanism <<-'END'
			import smtplib, sys
			s = smtplib.SMTP('127.0.0.1', int(sys.argv[1]))
			s.ehlo()
			s.esmtp_features['auth'] = sys.argv[2]
			s.login('alice', 'correct horse')
			s.sendmail('alice@here.example', ['carol@there.example'], b'From: alice@here.example\r\n\r\nhello\r\n')
			s.quit()
		END
		printf 'From: alice@here.example\n\nhello\n' | curl -sS --crlf "smtp://127.0.0.1:$port" --login-options AUTH=$mechanism -u 'alice:correct horse' \
			--mail-from alice@here.example --mail-rcpt carol@there.example -T -
	done
	[ "$(queued | wc -l)" = 6 ]
	gsasl --client --smtp --no-starttls -m SCRAM-SHA-256 -a alice -p 'correct horse' --service smtp "127.0.0.1" "$port" </dev/null >said 2>&1
	grep '^235 2.7.0' said
	run gsasl --client --smtp --no-starttls -m SCRAM-SHA-256 -a alice -p wrong --service smtp "127.0.0.1" "$port" </dev/null
	[[ $output = *'535 5.7.8'* ]]
}

# encrypted [ARG]...: smtp-serve -s with a certificate, at a port, for real clients.
encrypted() {
	tls_authority
	tls_certificate here 127.0.0.1
	tls_certificate inner inner.example
	pennypost 'auth users' "tls-certificate $tls/here.pem" "tls-key $tls/here.key" "tls-ca $tls/ca.pem" 'relay-from' "$@"
	port=$(free_port)
	peer_folder=$(mktemp -d "$BATS_TEST_TMPDIR/peers.XXXXXX")
	unset TCPREMOTEIP
	in_background server "$port" "$top/tests/listen.pl" 127.0.0.1 "$port" smtp-serve -s -t 20
}

@test "by TLS: AUTH is offered within it alone, to swaks, to the gsasl tool and to smtp-send, bound to the connection" {
	encrypted
	swaks --server "127.0.0.1:$port" --quit-after EHLO >said
	run ! grep AUTH said
	swaks --server "127.0.0.1:$port" --tls --auth PLAIN --auth-user alice --auth-password 'correct horse' --from alice@here.example \
		--to carol@there.example >said
	grep -q '250-AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN' said
	grep -q 'by here.example with ESMTPSA id' "$(queued)"
	for mechanism in SCRAM-SHA-256-PLUS 'SCRAM-SHA-256 --no-cb'; do
		# shellcheck disable=SC2086 # words
		gsasl --client --smtp --x509-ca-file "$tls/ca.pem" -m $mechanism -a alice -p 'correct horse' --service smtp 127.0.0.1 "$port" </dev/null >said 2>&1
		grep '^235 2.7.0' said
	done
	printf 'From: alice@here.example\n\nhello\n' >message
	(umask 077 && echo '127.0.0.1 alice correct horse' >"$PENNYPOST/secrets")
	run -0 smtp-send -v -f alice@here.example -s "127.0.0.1:$port" carol@there.example <message
	grep '^C: AUTH SCRAM-SHA-256-PLUS' <<<"$output"
	(umask 077 && echo '127.0.0.1 alice wrong' >"$PENNYPOST/secrets")
	run -75 smtp-send -f alice@here.example -s "127.0.0.1:$port" carol@there.example <message
	[[ $output = *"	451	4.7.8	cannot log in: 535 5.7.8 Wrong user or password	"* ]]
}

@test "a certificate that is listed lets its owner relay, also when he comes back by a ticket; another does not" {
	encrypted 'relay-certificates'
	print=$(openssl x509 -in "$tls/inner.pem" -noout -fingerprint -sha256 | cut -d= -f2)
	sed -i "s/^relay-certificates.*/relay-certificates 00${print:2} $print/" "$PENNYPOST/conf"
	kill -HUP "$(<"$peer_folder/server.pid")"
	to_carol() {
		printf 'EHLO x\r\nMAIL FROM:<root@inner.example>\r\nRCPT TO:<carol@there.example>\r\nQUIT\r\n' | { cat; sleep 0.3; } |
			timeout 10 openssl s_client -quiet -starttls smtp -connect "127.0.0.1:$port" "$@" 2>client.log | tr -d '\r' | tail -n 3 | cut -c1-9 | paste -sd' '
	}
	[ "$(to_carol)" = '530 5.7.0 503 5.5.1 221 2.0.0' ]
	[ "$(to_carol -cert "$tls/here.pem" -key "$tls/here.key")" = '530 5.7.0 503 5.5.1 221 2.0.0' ]
	[ "$(to_carol -cert "$tls/inner.pem" -key "$tls/inner.key" -sess_out ticket)" = '250 2.1.0 250 2.1.5 221 2.0.0' ]
	[ "$(to_carol -cert "$tls/inner.pem" -key "$tls/inner.key" -sess_in ticket)" = '250 2.1.0 250 2.1.5 221 2.0.0' ]
	grep "certificate=$(tr -d : <<<"${print,,}") status=authenticated" "$peer_folder/server.log"
	echo 'relay-certificates 12:34' >>"$PENNYPOST/conf"
	run -78 smtp-serve </dev/null
	[[ $output = *"relay-certificates: \`12:34': not a SHA-256 fingerprint" ]]
}
