# shellcheck disable=SC2154,SC2016 # variables of bats and of the fixture
load helper
load dns

setup_file() {
	load helper
	load dns
	dns_zone example.test <<-END
		@ TXT "v=spf1 ip4:192.0.2.0/24 " "include:other.example.test -all exp=why.example.test"
		why TXT "%{i} is no host of %{d}, says %{r}"
		other TXT "v=spf1 a:host.example.test ?all"
		host A 198.51.100.1
		host AAAA 2001:db8::1
		soft TXT "v=spf1 ~all"
		bad TXT "v=spf1 ip4:1.2.3 -all"
		twice TXT "v=spf1 -all"
		twice TXT "v=spf1 +all"
		lost TXT "v=spf1 include:x.dead.test -all"
		loop TXT "v=spf1 redirect=loop.example.test"
		neutral TXT "v=spf1"
		local TXT "v=spf1 exists:%{l}.of.example.test -all"
		alice.of A 127.0.0.2
		eleven TXT "v=spf1 a:host.example.test a:host.example.test a:host.example.test a:host.example.test a:host.example.test a:host.example.test a:host.example.test a:host.example.test a:host.example.test a:host.example.test a:host.example.test +all"
		xn--bcher-kva TXT "v=spf1 ip4:192.0.2.1 -all"
	END
	dns_start
}

teardown_file() {
	load dns
	peers_stop
}

setup() { pennypost "resolver $dns"; }

# checks STATUS LINE IP SENDER [HELO]: one check, its line with blanks for tabs.
checks() {
	run -"$1" --separate-stderr spf-check -i "$3" -f "$4" -h "${5:-helo.example.test}"
	[ "${output//$'\t'/ }" = "$2" ] || { echo "$output"; return 1; }
}

@test "the test suite of RFC 7208: every result and explanation" {
	run -0 /usr/bin/python3 "$top/tests/sender.py" suite
	[ "${lines[-1]}" = '203 tests, 0 wrong' ]
}

@test "random records: the same answers as python3-spf" {
	run -0 /usr/bin/python3 "$top/tests/sender.py" random 2 1000
	[[ ${lines[-1]} = '1000 questions, 0 wrong: '* ]]
}

@test "and the same as Mail::SPF" {
	run -0 /usr/bin/python3 "$top/tests/sender.py" perl 2 160
	[ "${lines[-1]}" = '160 questions, 0 wrong' ]
}

@test "what can be asked at once is asked at once: ten includes take as long as two answers" {
	run -0 /usr/bin/python3 "$top/tests/sender.py" late
	[[ ${lines[0]} = 'pass '[23] ]]
	echo "what turns out not to be needed is not waited for"
	[[ ${lines[1]} = 'pass '[23] ]]
}

@test "one line: result, identity, domain, mechanism, what is said" {
	checks 0 'pass mailfrom example.test ip4:192.0.2.0/24 ' 192.0.2.7 alice@example.test
	checks 0 'pass mailfrom example.test include:other.example.test ' 198.51.100.1 alice@example.test
	checks 0 'pass mailfrom example.test include:other.example.test ' 2001:db8::1 alice@example.test
	checks 0 'softfail mailfrom soft.example.test ~all ' 192.0.2.7 alice@soft.example.test
	checks 0 'neutral mailfrom neutral.example.test default ' 192.0.2.7 alice@neutral.example.test
	checks 0 'none mailfrom host.example.test  ' 192.0.2.7 alice@host.example.test
	checks 0 'none mailfrom [192.0.2.7]  ' 192.0.2.7 'alice@[192.0.2.7]'
}

@test "fail: 77, with the explanation of the domain" {
	checks 77 'fail mailfrom example.test -all 203.0.113.9 is no host of example.test, says here.example' 203.0.113.9 alice@example.test
}

@test "permerror: 65, temperror: 75, and why" {
	checks 65 'permerror mailfrom bad.example.test  malformed: ip4:1.2.3' 192.0.2.7 alice@bad.example.test
	checks 65 'permerror mailfrom twice.example.test  more than one record at twice.example.test' 192.0.2.7 alice@twice.example.test
	checks 65 'permerror mailfrom loop.example.test  more than 10 terms ask DNS' 192.0.2.7 alice@loop.example.test
	checks 65 'permerror mailfrom eleven.example.test  more than 10 terms ask DNS' 192.0.2.7 alice@eleven.example.test
	checks 75 'temperror mailfrom lost.example.test  DNS look-up of x.dead.test: SERVFAIL' 192.0.2.7 alice@lost.example.test
}

@test "the null sender is postmaster at the name of HELO" {
	checks 77 'fail helo example.test -all 203.0.113.9 is no host of example.test, says here.example' 203.0.113.9 '' example.test
	checks 0 'pass helo example.test ip4:192.0.2.0/24 ' 192.0.2.7 '<>' example.test
	checks 0 'none helo localhost  ' 192.0.2.7 '' localhost
}

@test "an IPv4-mapped address is one of IPv4" {
	checks 0 'pass mailfrom example.test ip4:192.0.2.0/24 ' ::ffff:192.0.2.7 alice@example.test
}

@test "domains in UTF-8 are asked for in A-labels; a local part in UTF-8 is in no name" {
	checks 0 'pass mailfrom xn--bcher-kva.example.test ip4:192.0.2.1 ' 192.0.2.1 alice@bücher.example.test
	checks 0 'pass mailfrom local.example.test exists:%{l}.of.example.test ' 192.0.2.1 alice@local.example.test
	checks 77 'fail mailfrom local.example.test -all ' 192.0.2.1 älice@local.example.test
}

@test "lines of standard input: many checks in one run; the first failure counts, unless a retry may help" {
	run -77 spf-check <<-END
		192.0.2.7	alice@example.test	x
		203.0.113.9	alice@example.test	x
		192.0.2.7	alice@bad.example.test	x
	END
	[ "$(cut -f1 <<<"$output" | paste -sd' ')" = 'pass fail permerror' ]
	run -75 spf-check <<-END
		203.0.113.9	alice@example.test	x
		192.0.2.7	alice@lost.example.test	x
	END
	run -65 --separate-stderr spf-check <<<$'nonsense\tx\ty'
	[ "$stderr" = 'spf-check: nonsense: not an IP address' ]
	run -65 --separate-stderr spf-check < <(head -c 300000 /dev/zero)
	[ "$stderr" = 'spf-check: standard input: a line without end' ]
}

@test "-R: a field Received-SPF, in which nothing breaks out of its quotes" {
	run -77 spf-check -R -i 203.0.113.9 -f 'al"i\ce@example.test' -h $'x"\ny'
	diff - <(echo "${output//$'\t'/@}") <<-'END'
		Received-SPF: fail
		@receiver="here.example";
		@identity=mailfrom;
		@client-ip="203.0.113.9";
		@envelope-from="al\"i\\ce@example.test";
		@helo="x\"?y";
		@mechanism="-all"
	END
	run -65 spf-check -R -i 203.0.113.9 -f a@bad.example.test -h x
	[[ $output = *$';\n\tproblem="malformed: ip4:1.2.3"' ]]
}

@test "wrong options" {
	for wrong in '-i 192.0.2.1' '-f a -h b' '-t 0' '-t x' 'x' '-r'; do
		# shellcheck disable=SC2086 # words
		run -64 spf-check $wrong </dev/null
	done
	run -64 spf-check -r nonsense </dev/null
	for wrong in '' nonsense 192.0.2.1.1; do
		run -64 --separate-stderr spf-check -i "$wrong" -f a -h b
		[ "$stderr" = "spf-check: $wrong: not an IP address" ]
	done
}

@test "the examples of the manual page" {
	sed 's/example.com/example.test/' <<<"$(example spf-check.1 1)" >"$BATS_TEST_TMPDIR/run"
	run -77 bash "$BATS_TEST_TMPDIR/run"
	[[ $output = fail$'\t'* ]]
	export SMTP_CLIENT=203.0.113.9 SENDER=alice@example.test SMTP_HELO=x
	bash -c "$(example spf-check.1 2)" <<<$'Subject: x\n' >"$BATS_TEST_TMPDIR/letter"
	[ "$(head -n 1 "$BATS_TEST_TMPDIR/letter")" = 'Received-SPF: fail' ]
	[ "$(tail -n 2 "$BATS_TEST_TMPDIR/letter")" = $'Subject: x' ]
}
