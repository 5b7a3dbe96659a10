# shellcheck disable=SC2154,SC2016 # variables of bats and of the fixture
load helper
load dkim

setup_file() {
	load helper
	load dkim
	dkim_keys example.test
	dns_zone example.test <<-END
		@ TXT "v=spf1 ip4:192.0.2.0/24 -all exp=why.example.test"
		why TXT "not \\" our host"
		_dmarc TXT "v=DMARC1; p=reject; rua=mailto:reports@example.test"
		$(cat "$keys/records")
	END
	dns_zone other.test <<<'@ TXT "v=spf1 ip4:198.51.100.0/24 -all"'
	dns_start 'local-zone: "lost._domainkey.example.test" always_refuse'
}

teardown_file() {
	load dkim
	peers_stop
}

setup() {
	pennypost "resolver $dns"
	cd "$BATS_TEST_TMPDIR"
	printf '%s\n' 'Received: by x' 'From: Alice <alice@example.test>' 'To: bob' '' 'hello' >letter
}

from() { auth-check -i "$1" -f "$2" -h "${3-mail.example.test}" "${@:4}" 2>log; }

@test "the field of a message that passes, and what was there unchanged behind it" {
	from 192.0.2.1 alice@example.test <letter >out
	diff out - <<-END
		Authentication-Results: here.example;
		$(printf '\t')spf=pass smtp.mailfrom=alice@example.test smtp.helo=mail.example.test;
		$(printf '\t')dkim=none;
		$(printf '\t')dmarc=pass (p=reject) header.from=example.test
		$(cat letter)
	END
}

@test "of one that fails: with the reason that the domain gives, quoted" {
	from 203.0.113.9 alice@example.test <letter >out
	diff <(head -n 5 out) - <<-END
		Authentication-Results: here.example;
		$(printf '\t')spf=fail reason="not \\" our host" smtp.mailfrom=alice@example.test
		$(printf '\t')smtp.helo=mail.example.test;
		$(printf '\t')dkim=none;
		$(printf '\t')dmarc=fail (p=reject) header.from=example.test
	END
	cmp letter <(tail -n +6 out)
}

@test "SPF for another domain does not make it the author's; nor does the null sender" {
	from 198.51.100.1 x@other.test <letter | grep -A2 spf=pass | grep dmarc=fail
	from 198.51.100.1 '' other.test <letter >out
	grep -x $'\tspf=pass smtp.helo=other.test;' out
	grep dmarc=fail out
	from 192.0.2.9 '' example.test <letter | grep dmarc=pass
}

sign() { dkim-sign -d example.test -s rsa -k "$keys/rsa.pem" -s ed -k "$keys/ed.pem"; }

@test "signatures: each has its result, and one that passes for the domain of the author proves it" {
	sign <letter >signed
	from 203.0.113.9 x@other.test x -p <signed >out
	diff <(sed 's/header.b=[^;]*/header.b=/; /DKIM-Signature/,$d' out) - <<-END
		Authentication-Results: here.example;
		$(printf '\t')spf=fail smtp.mailfrom=x@other.test smtp.helo=x;
		$(printf '\t')dkim=pass (2048-bit key) header.d=example.test header.s=rsa
		$(printf '\t')header.a=rsa-sha256 header.b=;
		$(printf '\t')dkim=pass (256-bit key) header.d=example.test header.s=ed
		$(printf '\t')header.a=ed25519-sha256 header.b=;
		$(printf '\t')dmarc=pass (p=reject) header.from=example.test
	END
	sed '1,/dmarc=/d' out | cmp - signed
	[[ $(cat log) = *' aligned=dkim '*' dkim=pass:example.test:rsa dkim=pass:example.test:ed' ]]
	sed 's/^hello/jello/' signed >broken
	run -77 auth-check -p -i 203.0.113.9 -f x@other.test -h x <broken
	from 203.0.113.9 x@other.test <broken | grep -c 'dkim=fail.*the body was changed' | grep -x 2
	sed 's/^From:.*/From: bob@other.test/' letter | sign | from 203.0.113.9 x@other.test | grep 'dmarc=none'
}

@test "what may be proved and could not be checked is no failure" {
	dkim-sign -d example.test -s lost -k "$keys/ed.pem" <letter >signed
	run -0 auth-check -p -i 203.0.113.9 -f alice@example.test -h x <signed
	[[ $output = *'dkim=temperror'*'dmarc=temperror (p=reject)'*'reason="what may prove it could not be checked"'* ]]
	from 192.0.2.1 alice@example.test <signed | grep dmarc=pass
}

@test "a signed message of any size, from a file and through a pipe, in constant memory" {
	! sanitized auth-check || skip "sanitizers need memory of their own"
	{ cat letter; head -c 100M /dev/zero; } | dkim-sign -d example.test -s ed -k "$keys/ed.pem" >large
	prlimit --data=8388608 auth-check -i 203.0.113.9 -f x@other.test -h x <large 2>log | sed '1,/dmarc=pass/d' | cmp - large
	cat large | prlimit --data=8388608 auth-check -i 203.0.113.9 -f x@other.test -h x 2>log | sed '1,/dmarc=pass/d' | cmp - large
}

@test "fields that bear our name are removed, however they are written; all others stay" {
	{
		printf 'Authentication-Results: here.example\0; dmarc=pass\nAuthentication-Results: here.example\v; dmarc=pass\n'
		printf 'Authentication-Results: here.example; dmarc=pass\n'
		printf 'X: 1\nauthentication-results:\n\t(x) "HERE.example"\n\t1; dkim=pass\nAuthentication-Results: here.example (; spf=pass\n'
		printf 'Authentication-Results: there.example; dmarc=pass\n'
		cat letter
		printf 'Authentication-Results: here.example; in the body\n'
	} >forged
	from 192.0.2.1 alice@example.test <forged | sed '1,4d' | diff - <(sed '1,3d; /^auth/,/^Auth/d' forged)
	SMTP_CLIENT=127.0.0.1 auth-check <forged | cmp - <(sed '1,3d; /^auth/,/^Auth/d' forged)
}

@test "behind a line that is no field there are no more fields, and none continues ours" {
	local forged='Authentication-Results: here.example; dmarc=pass'

	printf '%s\n' 'From: alice@example.test' 'no field' "$forged" '' hello >odd
	from 203.0.113.9 x@other.test <odd | sed '1,/^$/d' | diff - <(tail -n +2 odd)
	SMTP_CLIENT=127.0.0.1 auth-check <odd | diff - <(sed 1G odd)
	printf ' ;\r\n dmarc=pass\r\n%s\r\n\r\nhello\r\n' "$forged" >odd
	from 203.0.113.9 x@other.test <odd | sed $'1,/^\r$/d' | cmp - odd
}

@test "what an authenticated client sends is ours, and passes unchanged" {
	export SMTP_CLIENT=203.0.113.9 SENDER=alice@example.test SMTP_HELO=x
	for protocol in ESMTPA ESMTPSA LMTPSA UTF8SMTPSA; do
		SMTP_PROTOCOL=$protocol auth-check -p <letter | cmp - letter
	done
	SMTP_PROTOCOL=ESMTPS SMTP_TRUSTED=yes auth-check -p <letter | cmp - letter
	for protocol in SMTP ESMTP ESMTPS UTF8SMTP ''; do
		SMTP_TRUSTED='' SMTP_PROTOCOL=$protocol run -77 auth-check -p <letter
	done
}

@test "bytes pass unchanged: CRLF, NULs, no header, no line end" {
	printf 'From: alice@example.test\r\nX: \0\r\n\r\n\0\rb\n.\377' >crlf
	from 192.0.2.1 alice@example.test <crlf >out
	cmp crlf <(tail -c "$(wc -c <crlf)" out)
	[ "$(head -n 4 out | grep -c $'\r$')" = 4 ]
	printf 'no field\nx' | from 192.0.2.1 a@example.test | tail -n 2 | cmp - <(printf 'no field\nx')
	from 192.0.2.1 a@example.test </dev/null | grep dmarc=permerror
}

@test "memory does not grow with the message" {
	! sanitized auth-check || skip "sanitizers need memory of their own"
	[ "$({ cat letter; head -c 200M /dev/zero; } | prlimit --data=8388608 auth-check -i 192.0.2.1 -f alice@example.test -h x 2>log | wc -c)" -gt 209715200 ]
}

@test "-p: what fails and is to be refused is refused with a reason; what names no author too" {
	run -77 --separate-stderr auth-check -p -i 203.0.113.9 -f alice@example.test -h x <letter
	[ -z "$output" ]
	[[ $stderr = 'auth-check: example.test: the policy of this domain has us refuse what is not from it (DMARC)'* ]]
	from 192.0.2.1 alice@example.test x -p <letter >out
	grep dmarc=pass out
	run -77 auth-check -p -i 192.0.2.1 -f alice@example.test -h x < <(printf 'From: a@example.test\nFrom: b@other.test\n\n')
	run -0 auth-check -p -i 203.0.113.9 -f alice@other.test -h x < <(printf 'From: alice@other.test\n\n')
	run -0 auth-check -p -i 203.0.113.9 -f alice@other.test -h x < <(printf 'From: alice@x.dead.test\n\n')
	[[ $output = *dmarc=temperror* ]]
}

@test "each message is a line in the log" {
	from 203.0.113.9 alice@example.test <letter >out
	[[ $(cat log) = 'dmarc=fail from=example.test domain=example.test p=reject sp=reject adkim=r aspf=r pct=100 disposition=reject aligned=none done=none time='*' client=203.0.113.9 spf=fail spf-domain=example.test spf-scope=mfrom' ]] || { cat log; false; }
}

@test "as the filter of smtp-serve: the line of its refusal is the reply" {
	pennypost "resolver $dns" 'relay-from 192.0.2.77' 'filter auth-check -p'
	mkdir -p "$PENNYPOST/mailboxes/alice"
	export TCPREMOTEIP=203.0.113.9 TCPLOCALIP=203.0.113.1
	session() { printf '%s\r\n' 'EHLO x.example.test' "MAIL FROM:<$1>" 'RCPT TO:<alice@here.example>' DATA "From: $2" '' hello . QUIT | smtp-serve; }
	session a@example.test a@example.test >said 2>log
	grep "^554 5.7.1 auth-check: example.test: the policy of this domain" said || { cat said log; false; }
	session a@other.test a@other.test 2>log | grep "^250 2"
	grep -l $'^\tspf=fail' "$PENNYPOST"/queue/?/*
}

@test "wrong options and addresses" {
	for wrong in -i '-t 0' x; do
		# shellcheck disable=SC2086 # words
		run -64 auth-check $wrong </dev/null
	done
	for wrong in '' nonsense 192.0.2.1.1; do
		run -64 --separate-stderr auth-check -i "$wrong" </dev/null
		[ "$stderr" = "auth-check: $wrong: not an IP address" ]
	done
}

@test "the examples of the manual page" {
	pennypost "resolver $dns" "$(example auth-check.1 1)"
	queue-list
	cp letter message
	run -0 bash -c "$(example auth-check.1 2 | sed 's/example.com/example.test/')"
	[[ $output = *dmarc=fail* ]]
}
