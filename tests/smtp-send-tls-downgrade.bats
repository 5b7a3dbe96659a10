# A man in the middle (tests/mitm.py) takes TLS away between smtp-send and smtp-serve, or shows certificates of his own: what
# was asked for by a route, DANE or MTA-STS is not talked out of smtp-send, and the letter does not leave.
# shellcheck disable=SC2154 # variables of bats and of the fixtures
load helper
load dns
load tls
load https

# What he does at 127.0.1.1, .2, …
ways=(pass strip cross refuse unknown garbage inject stranger other expired liar)

# zone KIND: a domain for each way, its own exchange.
zone() {
	local i

	for i in "${!ways[@]}"; do
		printf '%s MX 10 %s\n%s A 127.0.1.%d\n' "${ways[i]}" "${ways[i]}" "${ways[i]}" $((i + 1))
		[ "$1" != dane ] || echo "_$port._tcp.${ways[i]} TLSA $(tls_record mail)"
		[ "$1" != sts ] || printf '_mta-sts.%s TXT "v=STSv1; id=1"\nmta-sts.%s A 127.0.0.1\n' "${ways[i]}" "${ways[i]}"
	done
}

# exchanges NAME HOST...: a domain with these, best first.
exchanges() { printf "$1 MX %d %s\n" $(for i in $(seq 2 $#); do echo "$i ${!i}"; done); }

policy() { printf 'version: STSv1\nmode: %s\nmx: %s\nmax_age: 86400\n' "$1" "$2"; }

setup_file() {
	local names hosts way

	port=$(free_port) upstream=$(free_port)
	export port
	tls_authority
	tls_authority rogue
	names='*.dane.example,DNS:*.sts.example,DNS:*.open.example'
	tls_certificate mail "$names"
	tls_certificate stranger "$names" -CA "$tls/rogue.pem" -CAkey "$tls/rogue.key"
	tls_certificate other evil.example
	tls_certificate expired "$names" -days -1
	dns_zone dane.example signed <<-END
		$(zone dane)
		unanswered MX 10 unanswered
		unanswered A 127.0.1.1
		_$port._tcp.unanswered CNAME x.dead.test.
	END
	dns_zone bogus.example signed <<<$'@ MX 10 mail\nmail A 127.0.1.1'
	sed -i 's/127\.0\.1\.1/127.0.1.2/' "$peer_folder/zones/bogus.example"
	dns_zone open.example <<-END
		$(zone open)
		nobody A 127.0.1.99
		$(exchanges stripped-first strip pass)
		$(exchanges stripped-last pass strip)
		$(exchanges all-lack strip liar cross unknown stranger)
		$(exchanges down-first nobody strip)
		$(exchanges down-last strip nobody)
		$(exchanges refusing strip refuse)
		$(exchanges garbled garbage liar)
	END
	dns_zone sts.example <<-END
		$(zone sts)
		blocked MX 10 strip
		_mta-sts.blocked CNAME x.dead.test.
		gone MX 10 strip
		changed MX 10 strip
		_mta-sts.changed TXT "v=STSv1; id=2"
		mta-sts.changed A 127.0.0.1
		led-away MX 10 mail.evil.example.
		testing MX 10 strip
		first MX 10 strip
		_mta-sts.first TXT "v=STSv1; id=1"
		mta-sts.first A 127.0.0.1
	END
	dns_zone evil.example <<<'mail A 127.0.1.1'
	for way in "${ways[@]}"; do
		hosts+=,DNS:mta-sts.$way.sts.example
	done
	tls_certificate https "${hosts#,DNS:}"
	for way in "${ways[@]}"; do
		policy enforce '*.sts.example' | https_reply "mta-sts.$way.sts.example" '200 OK'
	done
	dns_start
	https_start
	mkdir "$peer_folder/server"
	printf '%s\n' 'hostname server.example' 'log stderr' 'deliver queue' 'queue-reserve 0' "tls-certificate $tls/mail.pem" \
		"tls-key $tls/mail.key" >"$peer_folder/server/conf"
	PENNYPOST=$peer_folder/server in_background server "$upstream" "$BATS_TEST_DIRNAME/listen.pl" 127.0.0.1 "$upstream" smtp-serve
	in_background mitm "$port" /usr/bin/python3 "$BATS_TEST_DIRNAME/mitm.py" "$port" "$upstream" "$tls"
}

teardown_file() { peers_stop; }

setup() {
	pennypost "resolver $dns" "smtp-port $port" "https-port $https" "tls-ca $tls/ca.pem" "tls-report on"
	rm -f "$tls/heard" "$tls/requests"
	message=$'Subject: x\n\nx'
	cd "$BATS_TEST_TMPDIR" || return
}

# sent DOMAIN [ARG...]: to bob at each way of the domain; in $left and $stayed those by which the letter left and did not, as
# the results have it.
sent() {
	local domain=$1 recipients=("${ways[@]/#/bob@}")

	shift
	timeout 30 smtp-send -t tls=1s -f alice@here.example "$@" "${recipients[@]/%/.$domain}" <<<"$message" \
		>results 2>said || true
	left=$(sed -n 's/^-\tbob@\([a-z]*\)\.[^\t]*\t250\t.*/\1/p' results | paste -sd' ')
	stayed=$(sed -nE 's/^-\tbob@([a-z]*)\.[^\t]*\t(451\t4\.7\.([45]|30)|550\t5\.7\.30)\t.*/\1/p' results | paste -sd' ')
}

# overheard: the ways at which a letter, or who it is for, could be read.
overheard() { sed -nE 's/^([a-z]*) (MAIL|RCPT|DATA|BDAT).*/\1/p' "$tls/heard" | sort -u | paste -sd' '; }

# reported DOMAIN: what is reported of it: policy, sessions that were encrypted as it asks, and others; and how these failed.
reported() {
	[ -e reports ] || tls-report -n said | /usr/bin/python3 "$top/tests/tlsrpt.py" >reports
	sed -nE -e "s/^$1 (tlsa|sts|no-policy-found) .* ([0-9]+ [0-9]+)$/\1 \2/p" -e "s/^$1 .*result-type=([^ ]*).*/\1/p" reports | paste -sd' '
}

# one ADDRESS [ARG...]: to this address.
one() { run --separate-stderr timeout 30 smtp-send -t tls=1s -f alice@here.example "${@:2}" "$1" <<<"$message"; }

kept() {
	[ "$status" = 75 ] && [[ $output = *$'\t451\t4.7.'*"$1"* ]] && [ -z "$(overheard)" ] || { echo "$output"; return 1; }
}

# cached DOMAIN MODE EXCHANGE: what was fetched of it yesterday.
cached() {
	mkdir -p "$PENNYPOST/queue/sts"
	{
		printf 'pennypost-sts 1\nid 1\nfetched %s\nexpires %s\n\n' "$(date -ud '1 day ago' +%FT%TZ)" "$(date -ud '1 day' +%FT%TZ)"
		policy "$2" "$3"
	} >"$PENNYPOST/queue/sts/$1"
}

@test "nothing is asked for: he can read all that he likes, and the letters leave" {
	sent open.example
	[ "$left" = "${ways[*]}" ]
	[ "$(overheard)" = 'cross expired garbage liar other refuse stranger strip unknown' ]
	[ "$(reported stranger.open.example)" = 'no-policy-found 1 0' ]
	[ "$(reported refuse.open.example)" = 'no-policy-found 0 1 starttls-not-supported' ]
}

@test "tls=require: only where there is TLS, whoever speaks it" {
	sent open.example -o tls=require
	[ "$left" = 'pass inject stranger other expired' ]
	[ "$stayed" = 'strip cross refuse unknown garbage liar' ]
	[ "$(overheard)" = 'expired other stranger' ]
}

@test "tls=verify: only with a certificate that counts" {
	sent open.example -o tls=verify
	[ "$left" = 'pass inject' ]
	[ "$stayed" = 'strip cross refuse unknown garbage stranger other expired liar' ]
	[ "$(overheard)" = '' ]
}

@test "DANE" {
	sent dane.example
	[ "$left" = 'pass inject' ]
	[ "$stayed" = 'strip cross refuse unknown garbage stranger other expired liar' ]
	[ "$(overheard)" = '' ]
	[[ $(<results) = *proof=dane,policy=dane* ]]
	[ "$(reported pass.dane.example)" = 'tlsa 1 0' ]
	[ "$(reported strip.dane.example)" = 'tlsa 0 1 starttls-not-supported' ]
	[ "$(reported stranger.dane.example)" = 'tlsa 0 1 certificate-not-trusted' ]
	grep -F "pass.dane.example tlsa ['$(tls_record mail)']" reports
	one bob@bogus.example
	[ "$status" = 75 ]
	[[ $output = *$'\t4.4.3\t'*SERVFAIL* ]]
}

@test "tls=may: what DANE asks for does not count, for reports that it fails" {
	sent dane.example -o tls=may
	[ "$left" = "${ways[*]}" ]
	[[ $(<results) = *policy=may* ]]
}

@test "TLS-Required: No: what DANE and MTA-STS ask for does not count, what an administrator or REQUIRETLS does" {
	message=$'Subject: x\ntls-required:\n NO\n\nx'
	for domain in dane sts; do
		sent $domain.example
		[ "$left" = "${ways[*]}" ]
		[[ $(<results) = *policy=may* && $(<results) != *policy=[!m]* ]]
	done
	for option in tls=verify requiretls; do
		rm "$tls/heard"
		sent open.example -o $option
		[ "$left" = 'pass inject' ]
		[ "$(overheard)" = '' ]
	done
}

@test "TLS-Required: with another word, or in the body, it waives nothing" {
	for message in $'TLS-Required: Never\n\nx' $'Subject: x\n\nTLS-Required: No\n'; do
		sent dane.example
		[ "$left" = 'pass inject' ]
		[ "$(overheard)" = '' ]
	done
}

@test "REQUIRETLS: only to who has proven who he is, and promises to go on like that" {
	for domain in dane open; do
		sent $domain.example -o requiretls
		[ "$left" = 'pass inject' ]
		[ "$stayed" = 'strip cross refuse unknown garbage stranger other expired liar' ]
		[ "$(overheard)" = '' ]
	done
}

@test "REQUIRETLS: who strips STARTTLS at one exchange stops no letter that another can have" {
	for domain in stripped-first stripped-last; do
		one bob@$domain.open.example -o requiretls
		[ "$status" = 0 ]
		[[ $output = *$'\tpass.open.example '*proof=ca,* ]]
	done
	[ "$(overheard)" = '' ]
}

@test "REQUIRETLS: the letter goes back if no exchange will do, and waits while one of them is in trouble" {
	one bob@all-lack.open.example -o requiretls
	[ "$status" = 77 ]
	[[ $output = *$'\t550\t5.7.30\t'*$'\tstranger.open.example '* ]]
	for domain in down-first down-last; do
		one bob@$domain.open.example -o requiretls
		kept '30	connect to nobody.open.example: Connection refused	nobody.open.example'
	done
	one bob@refusing.open.example -o requiretls
	kept '30	'
	one bob@garbled.open.example -o requiretls
	kept '30	TLS: '
}

@test "MTA-STS: smtp-send has the policies fetched, once" {
	sent sts.example
	[ "$left" = 'pass inject' ]
	[ "$stayed" = 'strip cross refuse unknown garbage stranger other expired liar' ]
	[ "$(overheard)" = '' ]
	[[ $(<results) = *proof=ca,policy=mta-sts* ]]
	[ "$(reported pass.sts.example)" = 'sts 1 0' ]
	[ "$(reported expired.sts.example)" = 'sts 0 1 certificate-expired' ]
	[ "$(reported other.sts.example)" = 'sts 0 1 certificate-host-mismatch' ]
	[ "$(reported garbage.sts.example)" = 'sts 0 1 validation-failure' ]
	[ "$(wc -l <"$tls/requests")" = "${#ways[@]}" ]
	one bob@pass.sts.example
	[ "$status" = 0 ]
	[ "$(wc -l <"$tls/requests")" = "${#ways[@]}" ]
}

@test "MTA-STS: a policy that was fetched before holds when its record or the new one is kept back" {
	for domain in blocked gone changed; do
		cached $domain.sts.example enforce '*.sts.example'
		one bob@$domain.sts.example
		kept 'mta-sts'
	done
	grep '^failed .* 2 sts-webpki-invalid' "$PENNYPOST/queue/sts/changed.sts.example"
	touch -d '1 min ago' "$PENNYPOST/queue/sts/changed.sts.example"
	one bob@changed.sts.example
	kept 'mta-sts'
	[ "$(stat -c %Y "$PENNYPOST/queue/sts/changed.sts.example")" -lt "$(date -d '30 sec ago' +%s)" ]
}

@test "MTA-STS: a policy that cannot be kept holds all the same" {
	mkdir "$PENNYPOST/queue"
	touch "$PENNYPOST/queue/sts"
	one bob@strip.sts.example
	kept 'mta-sts'
	[[ $stderr = *"sts-fetch: $PENNYPOST/queue/sts/strip.sts.example: "* ]]
	one bob@pass.sts.example
	[ "$status" = 0 ]
	[[ $output = *proof=ca,policy=mta-sts ]]
}

@test "MTA-STS: an exchange that the policy does not name gets nothing" {
	cached led-away.sts.example enforce '*.sts.example'
	one bob@led-away.sts.example
	kept 'does not name mail.evil.example'
	[[ $stderr = 'tlsrpt=validation-failure domain=led-away.sts.example policy=sts '* ]]
}

@test "DANE and MTA-STS: a session counts for DANE, a host that must not be called for the policy that says so" {
	cached pass.dane.example enforce '*.dane.example'
	one bob@pass.dane.example
	[ "$status" = 0 ]
	[[ $stderr = 'tlsrpt=success domain=pass.dane.example policy=tlsa '* ]]
	cached pass.dane.example enforce '*.sts.example'
	one bob@pass.dane.example
	kept 'does not name '
	[[ $stderr = 'tlsrpt=validation-failure domain=pass.dane.example policy=sts '* ]]
	cached unanswered.dane.example enforce '*.dane.example'
	one bob@unanswered.dane.example
	[ "$status" = 75 ]
	[[ $stderr = 'tlsrpt=dnssec-invalid domain=unanswered.dane.example policy=tlsa '* ]]
}

@test "MTA-STS: only with enforce, and only what could be fetched once (RFC 8461 §10.2)" {
	cached testing.sts.example testing '*.sts.example'
	one bob@testing.sts.example
	[ "$status" = 0 ]
	[[ $stderr = 'tlsrpt=starttls-not-supported domain=testing.sts.example policy=sts '* ]]
	one bob@first.sts.example
	[ "$status" = 0 ]
	grep 'sts-webpki-invalid' "$PENNYPOST/queue/sts/first.sts.example"
	[[ ${stderr_lines[0]} = 'tlsrpt=sts-webpki-invalid domain=first.sts.example policy=sts '*' reason='* ]]
	[[ ${stderr_lines[1]} = 'tlsrpt=starttls-not-supported domain=first.sts.example policy=no-policy-found '* ]]
}
