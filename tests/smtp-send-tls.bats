# smtp-send and TLS: to a real Postfix, with DANE by a zone that unbound validates, and MTA-STS from its cache.
load helper
load dns
load tls
load canned

setup_file() {
	peers
	port=$(free_port) postfix_smtps=$(free_port)
	export port postfix_smtps
	tls_authority
	tls_certificate mail mail.dane.example,DNS:mail2.dane.example,DNS:good.open.example
	tls_certificate client client.example
	cat "$tls/ca.pem" >>"$tls/mail.pem"
	postfix_start "$port" smtpd_tls_security_level=may "smtpd_tls_cert_file=$tls/mail.pem" "smtpd_tls_key_file=$tls/mail.key" \
		virtual_mailbox_domains=static:all virtual_mailbox_maps=static:bob/ smtpd_tls_received_header=yes \
		smtpd_tls_ask_ccert=yes "smtpd_tls_CAfile=$tls/ca.pem"
	serve_at 127.0.0.3
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$tls"
	(port=$port smtp_sink_at 127.0.0.2)
	dns_zone dane.example signed <<-END
		mail A 127.0.0.1
		_$port._tcp.mail TLSA $(tls_record mail)
		ee MX 10 mail
		ta MX 10 mail2
		mail2 A 127.0.0.1
		_$port._tcp.mail2 TLSA $(tls_record ca 2)
		bad MX 10 host-bad
		host-bad A 127.0.0.1
		_$port._tcp.host-bad TLSA $(tls_record client)
		odd MX 10 host-odd
		host-odd A 127.0.0.1
		_$port._tcp.host-odd TLSA 1 1 1 $(tls_record client | cut -d ' ' -f 4)
		bare MX 10 host-bare
		host-bare A 127.0.0.2
		_$port._tcp.host-bare TLSA $(tls_record mail)
		bare-odd MX 10 host-bare-odd
		host-bare-odd A 127.0.0.2
		_$port._tcp.host-bare-odd TLSA 1 1 1 $(tls_record mail | cut -d ' ' -f 4)
		dead MX 10 host-dead
		host-dead A 127.0.0.1
		_$port._tcp.host-dead CNAME x.dead.test.
		alias MX 10 host-alias
		host-alias CNAME mail
		alias-bad MX 10 host-alias-bad
		host-alias-bad CNAME host-none
		_$port._tcp.host-alias-bad TLSA $(tls_record client)
		two MX 10 host-bad
		two MX 20 mail
		next MX 10 mail
		next MX 20 ours
		ours A 127.0.0.3
		_$port._tcp.ours TLSA $(tls_record mail)
		none MX 10 host-none
		host-none A 127.0.0.1
	END
	dns_zone open.example <<-END
		@ MX 10 mail
		mail A 127.0.0.1
		_$port._tcp.mail TLSA $(tls_record client)
		good A 127.0.0.1
		bare MX 10 host-bare
		host-bare A 127.0.0.2
	END
	dns_start
	export peer_folder dns
}

smtp_sink_at() {
	in_background sink "$port" env "LD_LIBRARY_PATH=$peer_libraries" "$PEERS/postfix/usr/sbin/smtp-sink" -u nobody "$1:$port" 128
}

# smtp-serve, which knows REQUIRETLS.
serve_at() {
	mkdir "$BATS_FILE_TMPDIR/ours"
	printf '%s\n' 'hostname ours.example' 'log stderr' 'deliver queue' 'queue-reserve 0' "tls-certificate $tls/mail.pem" \
		"tls-key $tls/mail.key" >"$BATS_FILE_TMPDIR/ours/conf"
	PENNYPOST=$BATS_FILE_TMPDIR/ours in_background ours "$port" "$BATS_TEST_DIRNAME/listen.pl" "$1" "$port" smtp-serve
}

teardown_file() { peers_stop; }

setup() {
	pennypost "resolver $dns" "smtp-port $port" "tls-ca $tls/ca.pem"
	cd "$BATS_TEST_TMPDIR" || return
	printf 'Subject: x\n\nbody\n' >message
}

teardown() { canned_stop; }

send() { timeout 30 smtp-send -f alice@here.example "$@" <message; }
field() { cut -f "$1" <<<"$output"; }

# kept HOW...: the letter did not leave, for a reason that a retry may mend, in the words of HOW.
kept() { [ "$status" = 75 ] && [[ $(field 3-5) = 451*"$*"* ]] || { echo "$output"; false; }; }

# policy CODE TEXT [DOMAIN]: what the cache of sts-fetch holds of the domain.
sts_policy() {
	mkdir -p "$PENNYPOST/queue/sts"
	printf 'pennypost-sts 1\nid 1\nfetched %s\nexpires %s\n\nversion: STSv1\nmode: %s\nmx: %s\nmax_age: 86400\n' \
		"$(date -u +%FT%TZ)" "$(date -u -d '+1 day' +%FT%TZ)" "$2" "$3" >"$PENNYPOST/queue/sts/$1"
}

@test "TLS where it is offered, with any certificate, and what was agreed on is in the result" {
	run -0 send -s "127.0.0.1:$port" bob@postfix.example
	[ "$(field 8)" = TLSv1.3,TLS_AES_256_GCM_SHA384,proof=none,policy=opportunistic ]
	await 5 grep -rq 'TLSv1.3 with cipher TLS_AES_256_GCM_SHA384' "$peer_folder/postfix-mail"
	run -0 send -o tls=off -s "127.0.0.1:$port" bob@postfix.example
	[ "$(field 8)" = none,policy=off ]
	run -0 send -s "127.0.0.2:$port" bob@postfix.example
	[ "$(field 8)" = "" ]
}

@test "tls=require: nothing goes to a server without TLS" {
	run send -o tls=require -s "127.0.0.2:$port" bob@postfix.example
	kept "4.7.4	no TLS, and require asks for it"
	run -0 send -o tls=require -s "127.0.0.1:$port" bob@postfix.example
	[[ $(field 8) = TLSv1.3*proof=none,policy=require ]]
}

@test "tls=verify: the certificate has to have the name, and be by an authority that we trust" {
	run -0 send -o tls=verify -s "mail.dane.example:$port" bob@postfix.example
	[[ $(field 8) = *,policy=dane ]]
	run -0 send -o tls=verify -s "good.open.example:$port" bob@postfix.example
	[[ $(field 8) = *,proof=ca,policy=verify ]]
	run send -o tls=verify -s "mail.open.example:$port" bob@postfix.example
	kept "4.7.5	certificate not trusted: hostname mismatch (verify)"
	run send -o tls=verify -s "127.0.0.1:$port" bob@postfix.example
	kept "4.7.5	certificate not trusted: IP address mismatch (verify)"
	sed -i 's,^tls-ca.*,tls-ca missing,' "$PENNYPOST/conf"
	run -78 send -o tls=verify -s "good.open.example:$port" bob@postfix.example
	[[ $output = *"smtp-send: $PENNYPOST/missing: No such file or directory"* ]]
	sed -i '/tls-ca/d' "$PENNYPOST/conf"
	run send -o tls=verify -s "mail.open.example:$port" bob@postfix.example
	kept "4.7.5	certificate not trusted: self-signed certificate in certificate chain (verify)"
	run send -o tls=verify -s "127.0.0.2:$port" bob@postfix.example
	kept "4.7.4	no TLS"
}

@test "smtps: TLS from the first byte, and a proof unless tls=require" {
	run send -s "smtps:127.0.0.1:$postfix_smtps" bob@postfix.example
	kept "4.7.5	certificate not trusted: IP address mismatch (verify)"
	run -0 send -o tls=require -s "smtps:127.0.0.1:$postfix_smtps" bob@postfix.example
	[[ $(field 8) = TLSv1.3* ]]
	run send -o tls=require -s "smtps:127.0.0.1:$port" -t tls=1s bob@postfix.example
	kept "4.7.5	TLS: "
	run -64 send -s smtps: bob@postfix.example
}

@test "a certificate with a weak key is encryption, and no proof" {
	local weak_port

	weak_port=$(free_port)
	openssl req -newkey rsa:1024 -nodes -keyout weak.key -out weak.request -subj /CN=weak 2>/dev/null
	openssl x509 -req -in weak.request -CA "$tls/ca.pem" -CAkey "$tls/ca.key" -extfile <(echo subjectAltName=IP:127.0.0.1) -out weak.pem 2>/dev/null
	printf '554 no\r\n' | openssl s_server -accept "127.0.0.1:$weak_port" -naccept 1 -cert weak.pem -key weak.key \
		-cipher DEFAULT@SECLEVEL=0 -quiet 3>&- &
	wait_for_port "$weak_port"
	run -75 send -o tls=require -s "smtps:127.0.0.1:$weak_port" bob@postfix.example
	[[ $(field 8) = *,proof=none,policy=require ]]
}

@test "DANE: a certificate or authority that DNSSEC vouches for, and no other" {
	run -0 send bob@ee.dane.example bob@ta.dane.example
	[ "$(field 8 | sort -u)" = TLSv1.3,TLS_AES_256_GCM_SHA384,proof=dane,policy=dane ]
	run send bob@bad.dane.example
	kept "4.7.5	certificate not trusted"
	run -0 send bob@alias.dane.example
	[[ $(field 8) = *,proof=dane,policy=dane ]]
	run send bob@alias-bad.dane.example
	kept "4.7.5	certificate not trusted"
	run -0 send bob@two.dane.example
	[[ $(field 6) = "mail.dane.example "* ]]
}

@test "DANE: no TLS where records demand it, or records that are kept back: the letter stays" {
	run send bob@bare.dane.example
	kept "4.7.4	no TLS, and dane asks for it"
	run send bob@bare-odd.dane.example
	kept "4.7.4	no TLS, and dane asks for it"
	run send bob@dead.dane.example
	kept "4.4.3	DNS look-up of TLSA records of host-dead.dane.example: SERVFAIL"
}

@test "DANE: records that cannot be used ask for no proof, those without DNSSEC for nothing" {
	run -0 send bob@odd.dane.example
	[[ $(field 8) = TLSv1.3*,proof=none,policy=dane ]]
	run -0 send bob@none.dane.example bob@open.example
	[ "$(field 8 | sed 's/.*proof/proof/' | sort -u)" = proof=none,policy=opportunistic ]
	run -0 send bob@bare.open.example
}

@test "MTA-STS enforce: only exchanges that the policy names, with their certificate" {
	sts_policy open.example enforce mail.open.example
	run send bob@open.example
	kept "4.7.5	certificate not trusted: hostname mismatch (mta-sts)"
	sts_policy open.example enforce other.open.example
	run send bob@open.example
	kept "4.7.5	the MTA-STS policy of the domain does not name mail.open.example"
	sts_policy bare.open.example enforce host-bare.open.example
	run send bob@bare.open.example
	kept "4.7.4	no TLS, and mta-sts asks for it"
	sts_policy open.example testing other.open.example
	run -0 send bob@open.example
	sts_policy ee.dane.example enforce other.dane.example
	run send bob@ee.dane.example
	kept "4.7.5	the MTA-STS policy"
	sts_policy ee.dane.example enforce mail.dane.example
	run -0 send bob@ee.dane.example
	[[ $(field 8) = *proof=dane,policy=dane ]]
}

@test "REQUIRETLS: not without a proof of who the server is, nor where it does not know the word" {
	run -77 send -o requiretls -s "127.0.0.2:$port" bob@postfix.example
	[[ $output = *"	550	5.7.30	"*"does not prove who it is"* ]]
	run -77 send -o requiretls bob@open.example
	[[ $output = *"	550	5.7.30	"*"does not prove who it is"* ]]
	run -77 send -o requiretls bob@ee.dane.example
	[[ $output = *"	550	5.7.30	"*"does not know it"* ]]
}

@test "REQUIRETLS: an exchange that does not know it is passed over, by letters that ask for it only" {
	for options in requiretls '' requiretls; do
		printf 'id%s\t%s\t0\talice@here.example\t%s\tbob@next.dane.example\n' "$options" "$PWD/message" "$options"
	done >job-lines
	run -0 timeout 30 smtp-send -j <job-lines
	[ "$(cut -f 1,3,6 <<<"$output" | sort)" = "id	250	mail.dane.example [127.0.0.1]
idrequiretls	250	ours.dane.example [127.0.0.3]
idrequiretls	250	ours.dane.example [127.0.0.3]" ]
	[ "$(field 8 | sort -u)" = TLSv1.3,TLS_AES_256_GCM_SHA384,proof=dane,policy=dane ]
}

@test "a handshake that fails: without TLS the next time, but not where TLS is required" {
	canned server +STARTTLS 'starttls=220 2.0.0 go'
	run -0 send -t tls=500ms -s "127.0.0.1:$port" bob@postfix.example
	[ "$(cut -f 3,8 <<<"$output")" = "250	none,policy=opportunistic" ]
	grep -q "^C: STARTTLS" server/log
	run send -t tls=500ms -o tls=require -s "127.0.0.1:$port" bob@postfix.example
	kept "4.7.5	TLS: "
	canned refusing +STARTTLS 'starttls=454 4.7.0 not now'
	run -0 send -s "127.0.0.1:$port" bob@postfix.example
	run send -o tls=require -s "127.0.0.1:$port" bob@postfix.example
	kept "4.7.4	no TLS"
}

@test "tls-client-certificate is shown to a server that asks; settings that are wrong are 78" {
	printf 'tls-client-certificate %s\ntls-client-key %s\n' "$tls/client.pem" "$tls/client.key" >>"$PENNYPOST/conf"
	run -0 send -s "127.0.0.1:$port" bob@postfix.example
	await 5 grep -rq 'Client CN "client"' "$peer_folder/postfix-mail"
	echo "tls-client-certificate nothing" >>"$PENNYPOST/conf"
	run -78 send -s "127.0.0.1:$port" bob@postfix.example
	[[ $output = "smtp-send: $PENNYPOST/nothing: "* ]]
}

@test "exim with TLS, a connection for each letter: after the first, handshakes are short" {
	local peer_folder=$BATS_TEST_TMPDIR/exim
	mkdir "$peer_folder"
	chmod 755 "$BATS_TEST_TMPDIR" "$peer_folder"
	exim_port=$(free_port)
	exim_pem=$tls/mail exim_start "$exim_port" 127.0.0.1 "$port"
	for i in 1 2 3; do
		printf 'id%d\t%s\t0\talice@here.example\t\tbob@exim.example\n' "$i" "$PWD/message"
	done >job-lines
	run -0 timeout 60 smtp-send -v -j -s "127.0.0.1:$exim_port" <job-lines
	[ "$(grep -c '	250	.*	TLSv1.3' <<<"$output")" = 3 ]
	[ "$(grep -c 'X=TLS1.3:(AES_256_GCM:256\*' exim/exim/log/main)" = 2 ]
	peers_stop
}

@test "queue-run hands on what the route asks for, logs how it was, and spares a server without it" {
	echo "* smtp:127.0.0.1:$port tls=require" >"$PENNYPOST/routes"
	echo 'log stderr' >>"$PENNYPOST/conf"
	queue-add -f alice@here.example bob@postfix.example <message
	queue-run 2>log
	grep 'relay=\[127.0.0.1\] tls=TLSv1.3,TLS_AES_256_GCM_SHA384,proof=none,policy=require status=delivered' log
	echo "* smtps:127.0.0.1:$postfix_smtps" >"$PENNYPOST/routes"
	queue-add -f alice@here.example bob@postfix.example <message
	queue-run 2>log
	grep 'tls=TLSv1.3,TLS_AES_256_GCM_SHA384,proof=none,policy=verify status=deferred code=451 reply="451 4.7.5 certificate not trusted' log
	[ -n "$(find "$PENNYPOST/queue/down" -type f)" ]
}

@test "a thousand letters go over one connection" {
	for i in {1..1000}; do
		printf 'id%d\t%s\t0\talice@here.example\t\tbob@postfix.example\n' "$i" "$PWD/message"
	done >job-lines
	run -0 timeout 60 smtp-send -v -j -s "127.0.0.1:$port" <job-lines
	[ "$(grep -c '	250	.*	TLSv1.3' <<<"$output")" = 1000 ]
	[ "$(grep -c 'C: STARTTLS' <<<"$output")" = 1 ]
}
