# smtp-serve and TLS: OpenSSL's client, curl, swaks, Python, and our own.
load helper
load peers
load tls

setup_file() {
	tls_authority
	tls_certificate here here.example
	tls_certificate next here.example
	tls_certificate rsa here.example
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$tls/rsa.key" -out "$tls/rsa.pem" -subj /CN=rsa 2>/dev/null
}

setup() {
	pennypost "tls-certificate $tls/here.pem" "tls-key $tls/here.key" "tls-ca $tls/ca.pem"
	mkdir -p "$PENNYPOST/mailboxes/bob"
	peer_folder=$BATS_TEST_TMPDIR
	port=$(free_port)
	cd "$BATS_TEST_TMPDIR" || return
	printf 'Subject: x\n\nbody\n' >message
}

teardown() { kill $(cat "$BATS_TEST_TMPDIR"/*.pid) 2>/dev/null || true; }

serve() { in_background serve "$port" "$top/tests/listen.pl" 127.0.0.1 "$port" smtp-serve "$@"; }
client() { timeout 20 openssl s_client -quiet -connect "127.0.0.1:$port" -CAfile "$tls/ca.pem" -verify_return_error "$@" 2>client.log; }
talk() { sed 's/$/\r/' | client "$@" | tr -d '\r'; }
serial() { timeout 20 openssl s_client -connect "127.0.0.1:$port" "$@" </dev/null 2>/dev/null | openssl x509 -noout -serial; }

@test "STARTTLS: a letter comes in by TLS, and its Received field, the protocol and the greeting say so" {
	serve
	swaks --silent 2 --tls --tls-verify --tls-ca-path "$tls/ca.pem" --server "127.0.0.1:$port" --helo client.example \
		--from alice@example.org --to bob@here.example
	await 5 grep -q 'status=accepted' "$peer_folder/serve.log"
	grep -A 1 'by here.example with ESMTPS id ' "$(queued)" | grep -q '	tls TLS_AES_256_GCM_SHA384'
	printf 'EHLO x\nSTARTTLS\nQUIT\n' | talk -starttls smtp >said
	grep -x '250-REQUIRETLS' said
	run ! grep STARTTLS said
	grep -x '503 5.5.1 There is TLS' said
}

@test "curl, Python and smtp-send come in by TLS" {
	serve
	curl -sS --crlf --ssl-reqd --cacert "$tls/ca.pem" --resolve "here.example:$port:127.0.0.1" --mail-from alice@example.org \
		--mail-rcpt bob@here.example -T message "smtp://here.example:$port/client.example"
	/usr/bin/python3 - "$port" "$tls/ca.pem" <<-END
		import smtplib, ssl, sys
		with smtplib.SMTP("127.0.0.1", int(sys.argv[1])) as server:
		    context = ssl.create_default_context(cafile=sys.argv[2])
		    context.check_hostname = False
		    server.starttls(context=context)
		    server.sendmail("alice@example.org", ["bob@here.example"], "Subject: x\n\nbody\n")
	END
	run -0 smtp-send -o tls=require -f alice@example.org -s "127.0.0.1:$port" bob@here.example <message
	[ "$(queued | wc -l)" = 3 ]
}

@test "-T: TLS from the first byte; without a certificate it does not start" {
	serve -T
	printf 'EHLO x\nQUIT\n' | talk >said
grep -x '250-REQUIRETLS' said
	run -0 smtp-send -o tls=require -f alice@example.org -s "smtps:127.0.0.1:$port" bob@here.example <message
	grep -q 'with ESMTPS id ' "$(queued)"
	sed -i '/tls-certificate/d' "$PENNYPOST/conf"
	run -78 smtp-serve -T </dev/null
	[ "$output" = "smtp-serve: -T: no tls-certificate in $PENNYPOST/conf" ]
}

@test "what was sent in plaintext behind STARTTLS is thrown away (CVE-2011-0411)" {
	serve
	perl -MIO::Socket::INET -MIO::Socket::SSL -e '
		my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$ARGV[0]") or die;
		scalar <$s>;
		syswrite $s, "EHLO x\r\n";
		while (<$s>) { last if /^250 / }
		syswrite $s, "STARTTLS\r\nEHLO injected\r\nMAIL FROM:<evil\@example.org>\r\n";
		scalar <$s>;
		IO::Socket::SSL->start_SSL($s, SSL_verify_mode => 0) or die "handshake\n";
		print $s "RCPT TO:<bob\@here.example>\r\nQUIT\r\n";
		print <$s>;' "$port" >said
	[ "$(tr -d '\r' <said)" = $'503 5.5.1 No sender was given\n221 2.0.0 Bye' ]
}

@test "after STARTTLS the client has to say again who it is, and what it began is gone" {
	serve
	printf 'MAIL FROM:<a@example.org>\nQUIT\n' | talk -starttls smtp >said
	grep -x '503 5.5.1 Say EHLO first' said
	printf '%s\r\n' 'EHLO x' 'MAIL FROM:<a@example.org>' STARTTLS QUIT | smtp-serve | tr -d '\r' >said
	grep -x '503 5.5.1 It is too late for that' said
	printf '%s\r\n' 'EHLO x' 'STARTTLS now' QUIT | smtp-serve | tr -d '\r' | grep -x '501 5.5.4 Syntax: STARTTLS'
}

@test "REQUIRETLS is kept with the letter, and refused without TLS" {
	serve
	printf '%s\n' 'EHLO x' 'MAIL FROM:<a@example.org> REQUIRETLS' 'RCPT TO:<bob@here.example>' DATA 'Subject: x' '' x . QUIT |
		talk -starttls smtp >said
	grep '^250 2.0.0 ' said
	grep -x 'option requiretls' "$(queued)"
	printf '%s\r\n' 'EHLO x' 'MAIL FROM:<a@example.org> REQUIRETLS' QUIT | smtp-serve | tr -d '\r' | grep -x '555 5.5.4 REQUIRETLS is not for here'
}

@test "a client that talks nonsense, or nothing, instead of a handshake is left" {
	serve -t 1
	exec 4<>"/dev/tcp/127.0.0.1/$port"
	read -r _ <&4
	printf 'EHLO x\r\nSTARTTLS\r\n' >&4
	timeout 5 cat <&4 >said
		grep -q '220 2.0.0 Go ahead' said
	exec 4>&-
	await 5 grep -q 'status=refused reason="TLS: timed out"' "$peer_folder/serve.log"
	printf 'EHLO x\nQUIT\n' | talk -starttls smtp | grep -x '221 2.0.0 Bye'
}

@test "SIGHUP takes the new certificate; one that is not there leaves the old one; sessions resume" {
	cp "$tls/here.pem" current.pem
	cp "$tls/here.key" current.key
	sed -i "s,^tls-certificate.*,tls-certificate $PWD/current.pem,; s,^tls-key.*,tls-key $PWD/current.key," "$PENNYPOST/conf"
	serve
	[ "$(serial -starttls smtp)" = "$(openssl x509 -in "$tls/here.pem" -noout -serial)" ]
	cp "$tls/next.pem" current.pem
	cp "$tls/next.key" current.key
	kill -HUP "$(cat serve.pid)"
	new=$(openssl x509 -in "$tls/next.pem" -noout -serial)
	await 20 eval '[ "$(serial -starttls smtp)" = "$new" ]'
	rm current.key
	kill -HUP "$(cat serve.pid)"
	await 20 grep -q "smtp-serve: $PWD/current.key: No such file or directory" serve.log
	[ "$(serial -starttls smtp)" = "$new" ]
	{ await 10 test -s session; printf 'quit\r\n'; } |
		timeout 20 openssl s_client -starttls smtp -connect "127.0.0.1:$port" -sess_out session >/dev/null 2>&1
	printf 'quit\r\n' | timeout 20 openssl s_client -starttls smtp -connect "127.0.0.1:$port" -sess_in session 2>/dev/null | grep -q '^Reused, TLSv1.3'
}

@test "two certificates: each client gets the one that it can check; TLS 1.1 is none" {
	sed -i "s,^tls-certificate.*,tls-certificate $tls/here.pem $tls/rsa.pem,; s,^tls-key.*,tls-key $tls/here.key $tls/rsa.key," "$PENNYPOST/conf"
	serve
	for algorithm in ECDSA RSA; do
		timeout 10 openssl s_client -starttls smtp -connect "127.0.0.1:$port" -tls1_2 -cipher "ECDHE-$algorithm-AES128-GCM-SHA256" \
			</dev/null 2>/dev/null | grep -q "Cipher is ECDHE-$algorithm-AES128-GCM-SHA256"
	done
	run ! timeout 10 openssl s_client -starttls smtp -connect "127.0.0.1:$port" -tls1_1 -cipher 'ALL:@SECLEVEL=0' </dev/null
	sed -i "s,^tls-key.*,tls-key $tls/next.key," "$PENNYPOST/conf"
	run -78 smtp-serve </dev/null
	[[ $output = "smtp-serve: $tls/next.key: key values mismatch" ]]
}

@test "an encrypted key is none: nobody is asked for its password, nor is standard input" {
	openssl pkcs8 -topk8 -in "$tls/here.key" -passout pass:secret -out pkcs8.key
	openssl ec -in "$tls/here.key" -aes128 -passout pass:secret -out traditional.key
	for key in pkcs8 traditional; do
		sed -i "s,^tls-key.*,tls-key $PWD/$key.key," "$PENNYPOST/conf"
		echo secret >input
		run -78 setsid -w smtp-serve <input
		[[ $output = "smtp-serve: $PWD/$key.key: unsupported encryption" ]]
	done
}

@test "a letter of 64 MB comes through unchanged both ways" {
	echo 'size-limit 100M' >>"$PENNYPOST/conf"
	serve
	{ printf 'Subject: x\n\n'; head -c 48000000 /dev/urandom | base64; } >big
	run -0 timeout 60 smtp-send -o tls=require -f alice@example.org -s "127.0.0.1:$port" bob@here.example <big
	message_of "$(queued)" | sed '1,/^Subject/{/^Subject/!d}' | cmp - big
}
