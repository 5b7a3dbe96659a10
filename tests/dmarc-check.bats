# shellcheck disable=SC2154,SC2016 # variables of bats and of the fixture
load helper
load dns

setup_file() {
	load helper
	load dns
	dns_zone example.test <<-END
		_dmarc TXT "v=DMARC1; p=reject; sp=quarantine"
		_dmarc.strict TXT "v=DMARC1; p=reject; aspf=s; adkim=s"
		_dmarc.none TXT "v=DMARC1; p=none"
		_dmarc.zero TXT "v=DMARC1; p=reject; pct=0"
		_dmarc.twice TXT "v=DMARC1; p=reject"
		_dmarc.twice TXT "v=DMARC1; p=none"
		_dmarc.xn--bcher-kva TXT "v=DMARC1; p=reject"
	END
	dns_zone other.test <<<'@ TXT x'
	dns_start
}

teardown_file() {
	load dns
	peers_stop
}

setup() { pennypost "resolver $dns"; }

# checks STATUS LINE FROM [OPTION]...: of a letter from there, its line with blanks for tabs.
checks() {
	run -"$1" --separate-stderr dmarc-check "${@:4}" <<<"From: $3"$'\nTo: x\n\nFrom: body@other.test'
	[ "${output//$'\t'/ }" = "$2" ] || { echo "$output"; return 1; }
}

@test "pass where SPF or DKIM passed for the author's domain or, relaxed, its organization" {
	checks 0 'pass none example.test example.test spf ' a@example.test -f example.test
	checks 0 'pass none example.test example.test dkim ' 'A <a@Example.test>' -d mail.example.test
	checks 0 'pass none sub.example.test example.test spf dkim ' a@sub.example.test -f other.test -f x.example.test -d example.test
	checks 0 'pass none xn--bcher-kva.example.test xn--bcher-kva.example.test spf ' a@bücher.example.test -f xn--bcher-kva.example.test
}

@test "fail: 77 where the domain asks for refusal, else 0; subdomains have a policy of their own" {
	checks 77 'fail reject example.test example.test  ' a@example.test -f other.test -d example.test.other.test
	checks 77 'fail reject example.test example.test  ' a@example.test
	checks 0 'fail quarantine sub.example.test example.test  ' a@sub.example.test
	checks 0 'fail none none.example.test none.example.test  ' a@none.example.test
}

@test "strict alignment: the very domain" {
	checks 77 'fail reject strict.example.test strict.example.test  ' a@strict.example.test -f example.test -d x.strict.example.test
	checks 0 'pass none strict.example.test strict.example.test dkim ' a@strict.example.test -d strict.example.test
}

@test "pct spares letters: the next milder policy" {
	checks 0 'fail quarantine zero.example.test zero.example.test  ' a@zero.example.test
}

@test "none where nothing, or more than one thing, is published" {
	checks 0 'none none other.test   ' a@other.test -f other.test
	checks 0 'none none twice.example.test   ' a@twice.example.test -f example.test
}

@test "permerror without exactly one author; temperror where DNS fails" {
	checks 65 'permerror none    From names not exactly one author' 'a@example.test, b@example.test'
	checks 65 'permerror none    From names not exactly one author' $'a@example.test\nFrom: b@other.test'
	checks 65 'permerror none    From names not exactly one author' 'a@example.test, <'
	checks 65 'permerror none    the author has no domain' 'a'
	run -65 dmarc-check <<<$'To: x\n\nFrom: a@example.test'
	[[ $output = *'no From' ]]
	checks 75 'temperror none x.dead.test   DNS look-up of _dmarc.x.dead.test: SERVFAIL' a@x.dead.test
}

@test "without -f and -d what our own host found counts, and nobody else's" {
	printf '%s\n' 'Authentication-Results: here.example; spf=pass smtp.mailfrom=a@mail.example.test;' \
		$'\tdkim=fail header.d=example.test; dkim=pass header.i=@news.example.test' 'From: a@example.test' '' >"$BATS_TEST_TMPDIR/letter"
	[ "$(dmarc-check <"$BATS_TEST_TMPDIR/letter" | cut -f1,5)" = $'pass\tspf dkim' ]
	run -77 dmarc-check < <(sed 's/here.example/there.example/' "$BATS_TEST_TMPDIR/letter")
	run -77 dmarc-check < <(sed 's/=pass/=neutral/' "$BATS_TEST_TMPDIR/letter")
}

@test "-a: a field for the message" {
	run -77 dmarc-check -a <<<'From: a@example.test'
	[ "$output" = $'Authentication-Results: here.example;\n\tdmarc=fail (p=reject) header.from=example.test' ]
}

@test "wrong options" {
	for wrong in -d '-t 0' x; do
		# shellcheck disable=SC2086 # words
		run -64 dmarc-check $wrong </dev/null
	done
}

@test "the examples of the manual page" {
	cd "$BATS_TEST_TMPDIR"
	echo 'From: a@example.test' >message
	run -77 bash -c "$(example dmarc-check.1 1 | sed 's/example.com/other.test/')"
	[[ $output = fail* ]]
	run -0 bash -c "$(example dmarc-check.1 2)"
}
