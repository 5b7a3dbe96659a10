# smtp-send where it has to log in.
load helper
load peers
load canned.bash
load tls

setup() {
	pennypost 'auth-plaintext 127.0.0.1'
	cd "$BATS_TEST_TMPDIR" || return

	printf 'Subject: hello\n\nhello\n' >message
}

teardown() {
	canned_stop
	peers_stop
}

secret() { (umask 077; printf '%s\n' "$@" >"$PENNYPOST/secrets"); }
# shellcheck disable=SC2120 # most calls are by run
send() { timeout 30 smtp-send -t auth=1s -f alice@here.example -s "127.0.0.1:$port" "$@" bob@there.example <message; }
commands() { sed -n 's/^C: //p' "$1/log"; }
base64_of() { printf "$1" | base64 -w0; }

@test "who is named in secrets logs in, on each connection, before the first letter; others do not" {
	canned server '+AUTH PLAIN LOGIN' +PIPELINING
	secret '127.0.0.1 tim tanstaaftanstaaf'
	run -0 send
	[ "$(commands server | paste -sd'|')" = "EHLO here.example|AUTH PLAIN $(base64_of '\0tim\0tanstaaftanstaaf')|MAIL FROM:<alice@here.example>|RCPT TO:<bob@there.example>|DATA|QUIT" ]
	secret '127.0.0.2 tim tanstaaftanstaaf'
	run -0 send
	[ "$(commands server | grep -c AUTH)" = 1 ]
	rm "$PENNYPOST/secrets"
	run -0 send
	[ "$(commands server | grep -c AUTH)" = 1 ]
	secret "[127.0.0.1]:$port tim tanstaaftanstaaf"
	run -0 send
	[ "$(commands server | grep -c AUTH)" = 2 ]
}

@test "no password is shown, not even with -v" {
	canned server '+AUTH LOGIN PLAIN' 'auth#1=235 fine' 'auth#2=334 VXNlcm5hbWU6' 'auth#3=334 UGFzc3dvcmQ6'
	secret '127.0.0.1 tim tanstaaftanstaaf'
	run -0 --separate-stderr send -v
	run ! grep -e tanstaaf -e "$(base64_of tanstaaf | head -c 8)" <<<"$output$stderr"
	grep -x 'C: AUTH PLAIN (a secret)' <<<"$stderr"
	run ! grep -r tanstaaf --include='*.log' .
}

@test "a server that quotes what it was told puts no secret into the result, nor into the dialogue" {
	local plain login said

	plain=$(base64_of '\0tim\0tanstaaftanstaaf') login=$(base64_of tanstaaftanstaaf)
	secret '127.0.0.1 tim tanstaaftanstaaf'
	quoted() {
		rm -rf server
		canned server "$@"
		run -75 --separate-stderr send -v
		said=$output$stderr
		run ! grep -ie tanstaa -e "${plain:0:8}" -e "${plain: -12:8}" -e "${login:0:8}" <<<"$said"
	}
	for words in "what is AUTH PLAIN $plain" "what is AUTH PLAIN ${plain:0:15}..." "AUTH PLAIN ${plain^^}?" \
		'tim may not say tanstaaftanstaaf' "no\\n535 5.7.8 AUTH PLAIN\\n535 5.7.8 $plain"; do
		quoted '+AUTH PLAIN' "auth=535 5.7.8 $words"
	done
	quoted '+AUTH PLAIN' "auth=421 4.3.0 AUTH PLAIN $plain is too much"
	quoted '+AUTH PLAIN' "auth=334 $plain"
	quoted '+AUTH LOGIN' 'auth#1=334 VXNlcm5hbWU6' 'auth#2=334 UGFzc3dvcmQ6' "auth#3=500 5.5.1 $login: unknown command"
	[[ $said = *"	451	4.7.8	cannot log in: 500 5.5.1 (words that quote a secret)	"* ]]
}

@test "without TLS no password leaves, unless the host is in auth-plaintext or a Unix socket: 451 4.7.8" {
	pennypost
	canned server '+AUTH PLAIN'
	secret '127.0.0.1 tim tanstaaftanstaaf'
	run -75 send
	[ "$output" = "-	bob@there.example	451	4.7.8	cannot log in: no password is sent without TLS	127.0.0.1 [127.0.0.1]" ] ||
		[ "$output" = "-	bob@there.example	451	4.7.8	cannot log in: no password is sent without TLS	[127.0.0.1]" ]
	[ "$(commands server | paste -sd' ')" = 'EHLO here.example QUIT' ]
	canned inside '+AUTH PLAIN' unix
	secret "$port tim tanstaaftanstaaf"
	run -0 timeout 30 smtp-send -f alice@here.example -s "$port" bob@there.example <message
	grep -q '^C: AUTH PLAIN ' inside/log
}

@test "what is wrong with the password or the server returns no letter, and is tried once" {
	canned server '+AUTH PLAIN' 'auth=535 5.7.8 Not with this password'
	secret '127.0.0.1 tim tanstaaftanstaaf'
	run -75 send
	[[ $output = *"	451	4.7.8	cannot log in: 535 5.7.8 Not with this password	"* ]]
	[ "$(grep -c '^connection' server/log)" = 1 ]
	canned_stop
	servers=()
	wrong() {
		canned "$1" "${@:2}"
		send >"$1/said" || echo $? >"$1/status"
		kill "${servers[@]}"
	}
	i=0
	for rule in 'auth=454 4.7.0 later' 'auth=334 ***' 'auth=334 ' 'auth=500 what?' auth=close auth=hang 'auth=334 x' auth=closeafter:334; do
		i=$((i + 1))
		wrong rule$i '+AUTH PLAIN' "$rule" &
	done
	wait
	for announced in +SIZE '+AUTH GSSAPI' +AUTH noehlo; do
		i=$((i + 1))
		wrong offer$i "$announced" &
	done
	wait
	[ "$(cat rule*/status offer*/status | sort | uniq -c | tr -s ' ')" = ' 12 75' ]
	run ! grep -l MAIL rule*/log offer*/log
	[ "$(grep -l '	451	4.7.8	cannot log in: the server offers no mechanism that we know	' offer*/said | wc -l)" = 4 ]
}

@test "a server that wants us to log in, and has no line in secrets, returns no letter" {
	canned server +PIPELINING 'mail=530 5.7.0 Authentication required'
	run -75 send
	[[ $output = *"	451	4.7.8	cannot log in: no secret for this server, which says 530 5.7.0 Authentication required	"* ]]
	[ "$(grep -c '^connection' server/log)" = 1 ]
}

@test "a file that others may read, or a command that fails, is the reason of the result" {
	canned server '+AUTH PLAIN'
	secret '127.0.0.1 tim |false'
	run -75 send
	[[ $output = *"	451	4.7.8	cannot log in: false: exit status 1	"* ]]
	secret '127.0.0.1 tim |sleep 2'
	run -75 send -t auth=200ms
	[[ $output = *"	451	4.7.8	cannot log in: sasl-answer does not answer	"* ]]
	secret '127.0.0.1 tim tanstaaf'
	chmod 644 "$PENNYPOST/secrets"
	run -75 send
	[[ $output = *"others may read it: chmod 600"* ]]
}

@test "a token goes by OAUTHBEARER, alone on its line if it is long, and a refusal is heard out" {
	secret '127.0.0.1 tim@here.example oauth ya29.token'
	canned server '+AUTH PLAIN XOAUTH2 OAUTHBEARER' 'auth#1=334 eyJzdGF0dXMiOiI0MDEifQ==' 'auth#2=535 5.7.8 no'
	run -75 send
	[ "$(commands server | sed -n '2,3p')" = "AUTH OAUTHBEARER $(base64_of "n,a=tim@here.example,\\1host=127.0.0.1\\1port=$port\\1auth=Bearer ya29.token\\1\\1")
AQ==" ]
	long=$(head -c 3000 /dev/zero | tr '\0' x)
	printf '%s\n' "$long" >token
	secret "127.0.0.1 tim oauth |cat $PWD/token"
	canned long '+AUTH XOAUTH2' 'auth/XOAUTH2=334 '
	run -0 send
	[ "$(commands long | sed -n '2,3p')" = "AUTH XOAUTH2
$(printf 'user=tim\1auth=Bearer %s\1\1' "$long" | base64 -w0)" ]
}

@test "queue-run spares a server that does not let us in" {
	canned server '+AUTH PLAIN' 'auth=535 5.7.8 no'
	printf '%s\n' 'auth-plaintext 127.0.0.1' "smarthost 127.0.0.1:$port" 'per-destination 1' >>"$PENNYPOST/conf"
	secret '127.0.0.1 tim wrong'
	for to in bob carol dave; do queue-add $to@there.example <message; done
	queue-run 2>log
	[ "$(grep -c '^C: AUTH' server/log)" = 1 ]
	[ "$(queued | wc -l)" = 3 ]
	grep -q 'status=deferred.*cannot log in: 535' log
}

@test "Postfix and Dovecot: SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, PLAIN, LOGIN; and a wrong password" {
	peers
	port=$(free_port)
	dovecot_auth tim tanstaaftanstaaf
	tls_authority
	tls_certificate mail 127.0.0.1
	postfix_start "$port" 'smtpd_sasl_auth_enable = yes' 'smtpd_sasl_type = dovecot' "smtpd_sasl_path = $peer_folder/auth" \
		'smtpd_relay_restrictions = permit_sasl_authenticated, reject' smtpd_tls_security_level=may \
		"smtpd_tls_cert_file=$tls/mail.pem" "smtpd_tls_key_file=$tls/mail.key"
	declare -A ports
	for mechanism in SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN; do
		ports[$mechanism]=$(free_port)
		echo "127.0.0.1:${ports[$mechanism]} inet n - n - - smtpd -o smtpd_sasl_mechanism_filter=$mechanism"
	done >>"$peer_folder/postfix/etc/master.cf"
	postfix_run postfix reload
	for mechanism in "${!ports[@]}"; do
		port=${ports[$mechanism]}
		wait_for_port "$port"
		secret '127.0.0.1 tim tanstaaftanstaaf'
		run -0 --separate-stderr send -v
		grep -q "^C: AUTH $mechanism" <<<"$stderr"
		[[ $output = *"	250	2.0.0	"* ]]
	done
	# By TLS: to a server that has proven who it is, or need not.
	pennypost
	secret '127.0.0.1 tim tanstaaftanstaaf'
	run -75 send
	[[ $output = *"	451	4.7.8	cannot log in: no password is sent to a server that does not prove who it is	"* ]]
	echo "tls-ca $tls/ca.pem" >>"$PENNYPOST/conf"
	run -0 send
	pennypost
	run -0 send -o tls=require

	secret "127.0.0.1 tim tanstaaftanstaaF"
	run -75 send -o tls=require -t auth=9s
	[[ $output = *"	451	4.7.8	cannot log in: 535 5.7.8 "* ]]
}
