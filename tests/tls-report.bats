# shellcheck disable=SC2154 # variables of bats and of the fixture
load helper
load dns

setup_file() {
	load helper
	load dns
	dns_zone example.test <<-END
		_smtp._tls TXT "v=TLSRPTv1; rua=mailto:reports@example.test"
		_smtp._tls.many TXT "v=TLSRPTv1;" "rua=https://x.test/v1 , mailto:a%2Bb@other.test,mailto:nobody, mailto:c@example.test"
		_smtp._tls.web TXT "v=TLSRPTv1; rua=https://x.test/v1"
		_smtp._tls.twice TXT "v=TLSRPTv1; rua=mailto:a@example.test"
		_smtp._tls.twice TXT "v=TLSRPTv1; rua=mailto:b@example.test"
	END
	dns_start
}

teardown_file() {
	load dns
	peers_stop
}

setup() {
	pennypost "resolver $dns"
	cd "$BATS_TEST_TMPDIR"
}

# line DOMAIN [WORD]...: what smtp-send logs of a session on the way there, other words where they are given.
line() {
	local words word

	words="tlsrpt=success domain=$1 policy=sts time=2026-11-23T10:00:00Z mx=mx.$1 from=192.0.2.1 to=2001:db8::2 \
text=version%3A%20STSv1%0D%0Amode%3A%20testing%0D%0Amx%3A%20%2A.$1%0D%0Amax_age%3A%201"
	for word in "${@:2}"; do
		if [[ $words = *" ${word%%=*}="* || $words = "${word%%=*}="* ]]; then
			words=$(sed -E "s/(^| )${word%%=*}=[^ ]*/\1${word//\//\\/}/" <<<"$words")
		else
			words+=" $word"
		fi
	done
	echo "$words"
}

said() { /usr/bin/python3 "$top/tests/tlsrpt.py"; }

@test "-n: the report as JSON, as RFC 8460 has it; sessions are counted, policy by policy" {
	{
		line example.test
		echo "Nov 23 10:00:00 here smtp-send[77]: $(line example.test time=2026-11-23T23:59:59Z)"
		line example.test tlsrpt=certificate-expired reason=since%20yesterday
		line example.test tlsrpt=certificate-expired reason=since%20yesterday
		line example.test tlsrpt=starttls-not-supported
		line example.test policy=tlsa text=3%201%201%2000ff%0A2%200%201%20aa
		line example.test policy=no-policy-found text=
	} >log
	tls-report -n log | said >said
	diff said - <<-'END'
		2026-11-23T10:00:00Z 2026-11-23T23:59:59Z 1795428000.1795478399.example.test@here.example postmaster@here.example
		example.test no-policy-found   1 0
		example.test sts ['version: STSv1', 'mode: testing', 'mx: *.example.test', 'max_age: 1'] ['*.example.test'] 2 3
		example.test failed-session-count=2 result-type=certificate-expired sending-mta-ip=192.0.2.1 receiving-mx-hostname=mx.example.test receiving-ip=2001:db8::2 failure-reason-code=since yesterday
		example.test failed-session-count=1 result-type=starttls-not-supported sending-mta-ip=192.0.2.1 receiving-mx-hostname=mx.example.test receiving-ip=2001:db8::2
		example.test tlsa ['3 1 1 00ff', '2 0 1 aa']  1 0
	END
}

@test "a policy that could not be had has no host" {
	line example.test tlsrpt=sts-policy-fetch-error mx= from= to= text= >log
	tls-report -n log | said | grep -x "example.test failed-session-count=1 result-type=sts-policy-fetch-error"
}

@test "whatever a server said of itself, it is JSON" {
	line example.test tlsrpt=validation-failure 'reason=%22%5C%0A%00%FF%E2%82%AC%1b[31m' >log
	tls-report -n <log | said | grep -F 'failure-reason-code="\'
}

@test "what others log does not count, whatever a stranger makes them log" {
	{
		echo "Nov 23 10:00:00 here smtp-serve[7]: from=<\"smtp-send: $(line example.test)\"@x>"
		echo "Nov 23 10:00:00 here smtp-sender[7]: $(line example.test)"
		line example.test time=never
		line example.test domain=
	} >log
	[ -z "$(tls-report -n log)" ]
}

@test "a letter in the queue: gzipped, named and addressed as the domain says, and known to be a report" {
	line example.test >log
	[ "$(tls-report log | cut -f1-3)" = $'example.test\t1\treports@example.test' ]
	letter=$(queued)
	grep -x 'sender postmaster@here.example' "$letter"
	grep -x 'option tls=may' "$letter"
	grep -x -- '-  reports@example.test' "$letter"
	message_of "$letter" >message
	[ "$(mime-list message | cut -f3 | paste -sd' ')" = 'multipart/report text/plain application/tlsrpt+gzip' ]
	[ "$(mime-list message | cut -f7 | tail -1)" = 'here.example!example.test!1795428000!1795428000.json.gz' ]
	mime-decode -p 2 message | gzip -dc | cmp - <(tls-report -n log)
	mail-header Subject <message | grep 'Report Domain: example.test Submitter: here.example Report-ID: <1795428000.1795428000.example.test@here.example>'
	[ "$(mail-header TLS-Report-Domain TLS-Report-Submitter <message | paste -sd' ')" = 'example.test here.example' ]
	mail-header Content-Type <message | grep 'report-type="tlsrpt"'
}

@test "who gets it: whom the one record names by mailto" {
	for domain in many web twice none; do
		line $domain.example.test
	done >log
	[ "$(tls-report log | cut -f1,3 | tr '\t\n' '= ')" = \
		'many.example.test=a+b@other.test c@example.test none.example.test= twice.example.test= web.example.test= ' ]
	[ "$(queued | wc -l)" = 1 ]
}

@test "-d names the domain; a file that is not there is said, and the others count" {
	{ line example.test; line web.example.test; } >log
	[ "$(tls-report -n -d Web.example.test log | said | cut -d' ' -f1,2 | tail -1)" = 'web.example.test sts' ]
	run -66 --separate-stderr tls-report -n nowhere log
	[ "$stderr" = 'tls-report: nowhere: No such file or directory' ]
	[ "${#lines[@]}" = 2 ]
	run -0 tls-report </dev/null
	[ -z "$output" ]
	run -64 tls-report -r nonsense </dev/null
	line dead.test >log
	run --separate-stderr tls-report log
	[ "$stderr" = 'tls-report: DNS look-up of _smtp._tls.dead.test: SERVFAIL' ]
}

@test "the examples of the manual page" {
	line example.test >mail.log
	journalctl() { cat mail.log; }
	eval "$(example tls-report.1 1)" | grep '^example.test'
	eval "$(example tls-report.1 2 | sed 's,/var/log/,,; s/example.com/example.test/')" | said
}
