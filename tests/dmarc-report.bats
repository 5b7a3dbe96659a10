# shellcheck disable=SC2154,SC2016 # variables of bats and of the fixture
load helper
load dns

setup_file() {
	load helper
	load dns
	dns_zone example.test <<-END
		_dmarc TXT "v=DMARC1; p=reject; rua=mailto:reports@example.test"
		_dmarc.far TXT "v=DMARC1; p=none; rua=mailto:a@other.test,mailto:b@unasked.test, https://x.test/, mailto:c%2Bd@mail.example.test!1k, mailto:e@example.test!10"
		_dmarc.deaf TXT "v=DMARC1; p=none"
	END
	dns_zone other.test <<<'far.example.test._report._dmarc TXT "v=DMARC1"'
	dns_zone unasked.test <<<'@ TXT x'
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

# line DOMAIN [WORD]...: what auth-check logs of a message from there, other words where they are given.
line() {
	local words word

	words="dmarc=fail from=$1 domain=$1 p=reject sp=reject adkim=r aspf=r pct=100 disposition=reject aligned=none done=reject \
time=2026-11-23T10:00:00Z client=203.0.113.9 spf=fail spf-domain=$1 spf-scope=mfrom"
	for word in "${@:2}"; do
		words=$(sed -E "s/(^| )${word%%=*}=[^ ]*/\1${word//\//\\/}/" <<<"$words")
	done
	echo "$words"
}

# value XPATH FILE
value() { xmllint --xpath "string($1)" "$2"; }

@test "-n: the report as XML, as RFC 7489 appendix C has it; alike messages are counted" {
	{
		line example.test
		echo "Nov 23 10:00:00 here auth-check[77]: $(line example.test time=2026-11-23T23:59:59Z)"
		line example.test client=2001:db8::1 dmarc=pass aligned=spf done=none disposition=none spf=pass spf-scope=helo
	} >log
	dmarc-report -n log >xml
	xmllint --noout --schema "$top/tests/dmarc.xsd" xml
	[ "$(value 'count(//record)' xml)" = 2 ]
	[ "$(value '//record[row/source_ip="203.0.113.9"]/row/count' xml)" = 2 ]
	[ "$(value '//record[row/source_ip="2001:db8::1"]//policy_evaluated/spf' xml)" = pass ]
	[ "$(value '//date_range/begin' xml) $(value '//date_range/end' xml)" = '1795428000 1795478399' ]
	[ "$(value //report_metadata/email xml)" = postmaster@here.example ]
	[ "$(value //policy_published/p xml)" = reject ]
}

@test "why something else was done than the domain wants" {
	line example.test done=none >log
	[ "$(dmarc-report -n log | xmllint --xpath 'string(//reason/type)' -)" = local_policy ]
	line example.test done=none disposition=none pct=0 >log
	[ "$(dmarc-report -n log | xmllint --xpath 'string(//reason/type)' -)" = sampled_out ]
	line example.test >log
	[ "$(dmarc-report -n log | xmllint --xpath 'count(//reason)' -)" = 0 ]
}

@test "what others log does not count, whatever a stranger makes them log" {
	{
		echo "Nov 23 10:00:00 here smtp-serve[7]: from=<\"auth-check: $(line example.test)\"@x>"
		echo "Nov 23 10:00:00 here smtp-serve[7]: auth-check[8]: $(line example.test)"
		echo "Nov 23 10:00:00 here auth-checker[7]: $(line example.test)"
		echo "dmarc=none from=other.test client=192.0.2.1 time=2026-11-23T10:00:00Z spf=none"
		line example.test time=never
	} >log
	[ -z "$(dmarc-report -n log)" ]
}

@test "markup in a line does no harm" {
	line example.test 'spf-domain=<a>&amp;' >log
	dmarc-report -n <log | xmllint --noout --schema "$top/tests/dmarc.xsd" -
}

@test "a letter in the queue: gzipped, named and addressed as the domain says" {
	line example.test >log
	[ "$(dmarc-report log | cut -f1-3)" = $'example.test\t1\treports@example.test' ]
	letter=$(queued)
	grep -x 'sender postmaster@here.example' "$letter"
	grep -x -- '-  reports@example.test' "$letter"
	message_of "$letter" >message
	[ "$(mime-list message | cut -f3,6)" = $'application/gzip\tattachment' ]
	[ "$(mime-list message | cut -f7)" = 'here.example!example.test!1795428000!1795428000.xml.gz' ]
	mime-decode -p 1 message | gzip -dc | xmllint --noout --schema "$top/tests/dmarc.xsd" -
	mail-header Subject <message | grep 'Report Domain: example.test Submitter: here.example Report-ID: <1795428000.1795428000.reject.example.test>'
}

@test "who gets it: other organizations only if they want it, none more than it takes" {
	line far.example.test p=none sp=none done=none disposition=none >log
	[ "$(dmarc-report log | cut -f3)" = 'a@other.test c+d@mail.example.test' ]
	line deaf.example.test p=none >log
	[ "$(dmarc-report log | cut -f3,4)" = $'\t' ]
	[ "$(queued | wc -l)" = 1 ]
}

@test "a report is of one domain and one policy; -d names the domain" {
	{
		line example.test
		line example.test p=none
		line deaf.example.test
	} >log
	[ "$(dmarc-report log | cut -f1 | paste -sd' ')" = 'deaf.example.test example.test example.test' ]
	[ "$(dmarc-report -n -d deaf.example.test log | xmllint --xpath 'string(//domain)' -)" = deaf.example.test ]
}

@test "what auth-check logs is what this reads" {
	printf 'From: a@example.test\n\nx\n' | auth-check -i 203.0.113.9 -f a@example.test -h x 2>log >/dev/null
	dmarc-report -n log | xmllint --noout --schema "$top/tests/dmarc.xsd" -
}

@test "a file that is not there is said, and the others count" {
	line example.test >log
	run -66 --separate-stderr dmarc-report -n nowhere log
	[ "$stderr" = 'dmarc-report: nowhere: No such file or directory' ]
	[[ $output = *'<source_ip>'* ]]
	run -0 dmarc-report </dev/null
	[ -z "$output" ]
	run -64 dmarc-report -r nonsense </dev/null
}

@test "the examples of the manual page" {
	line example.test >mail.log
	journalctl() { cat mail.log; }
	eval "$(example dmarc-report.1 1)" | grep '^example.test'
	eval "$(example dmarc-report.1 2 | sed 's,/var/log/,,; s/example.com/example.test/')" | xmllint --noout -
}
