# shellcheck disable=SC2154,SC2016 # variables of bats and of the fixture; a program for another shell
load helper
load dns

setup_file() {
	load helper
	load dns
	dns_zone example.test signed <<-END
		@ MX 20 mx2
		@ MX 10 mx1
		mx1 A 127.0.0.2
		mx1 A 127.0.0.4
		mx1 AAAA ::1
		mx2 A 127.0.0.3
		equal MX 10 mx1
		equal MX 10 mx2
		equal MX 10 mx3
		mx3 A 127.0.0.5
		null MX 0 .
		none TXT none
		alias CNAME example.test.
		out CNAME other.test.
		www MX 10 mxalias
		mxalias CNAME mx2
		lost MX 10 nowhere
	END
	dns_zone other.test <<-END
		@ MX 10 mx1.example.test.
		plain A 127.0.0.6
		six AAAA ::1
		xn--bcher-kva MX 10 plain
	END
	dns_start
	dns_canned
}

teardown_file() {
	load dns
	peers_stop
}

setup() { pennypost "resolver $dns"; }

# looks STATUS WORDS ARG...: mx-lookup prints nothing, exits with the status, and says in one line what is the matter.
looks() {
	run -"$1" --separate-stderr mx-lookup "${@:3}"
	[ -z "$output" ] || return 1
	[ "$stderr" = "mx-lookup: $2" ] || { echo "$stderr"; return 1; }
}

milliseconds() {
	local start=${EPOCHREALTIME/[.,]/}

	"$@" >/dev/null 2>&1 || return
	echo $(((${EPOCHREALTIME/[.,]/} - start) / 1000))
}

@test "one line an address, in the order to try them: by preference, the families in turn" {
	mx-lookup example.test >"$BATS_TEST_TMPDIR/got"
	diff <(sed 's/127.0.0.[24]/127.0.0.2or4/' "$BATS_TEST_TMPDIR/got") - <<-END
		example.test	10	mx1.example.test	::1	secure
		example.test	10	mx1.example.test	127.0.0.2or4	secure
		example.test	10	mx1.example.test	127.0.0.2or4	secure
		example.test	20	mx2.example.test	127.0.0.3	secure
	END
	grep -q 127.0.0.2 "$BATS_TEST_TMPDIR/got"
	grep -q 127.0.0.4 "$BATS_TEST_TMPDIR/got"
}

@test "-4 and -6 ask for one family" {
	[ "$(mx-lookup -4 example.test | cut -f4 | grep -c :)" = 0 ]
	[ "$(mx-lookup -6 example.test | cut -f4)" = ::1 ]
	looks 68 'plain.other.test: no address' -6 plain.other.test
	looks 68 'six.other.test: no address' -4 six.other.test
	[ "$(mx-lookup six.other.test | cut -f3,4)" = $'six.other.test\t::1' ]
}

@test "equal preferences are shuffled" {
	for _ in {1..100}; do echo equal.example.test; done | mx-lookup -4 |
		awk '{ rank = NR % 4; if (rank == 1) print $3 }' | sort -u >"$BATS_TEST_TMPDIR/firsts"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/firsts")" = 3 ]
}

@test "a domain without MX is its own exchange" {
	[ "$(mx-lookup plain.other.test)" = $'plain.other.test\t0\tplain.other.test\t127.0.0.6\tinsecure' ]
}

@test "an alias is followed, at the domain and at the exchange" {
	[ "$(mx-lookup -4 alias.example.test | cut -f3 | uniq | tr '\n' ' ')" = 'mx1.example.test mx2.example.test ' ]
	[ "$(mx-lookup www.example.test)" = $'www.example.test\t10\tmxalias.example.test\t127.0.0.3\tsecure' ]
	[ "$(mx-lookup -r "$canned" cname.test | cut -f3)" = a.test ]
	looks 75 'loop.test: DNS look-up of loop.test: too many aliases' -r "$canned" loop.test
	looks 75 'chain.test: DNS look-up of c11.test: too many aliases' -r "$canned" chain.test
}

@test "what is permanent and what may be retried are told apart" {
	looks 68 'nx.example.test: no such domain' nx.example.test
	looks 68 'none.example.test: no address' none.example.test
	looks 68 'lost.example.test: no address' lost.example.test
	looks 69 'null.example.test: takes no mail (null MX)' null.example.test
	looks 75 'a.dead.test: DNS look-up of a.dead.test: SERVFAIL' a.dead.test
}

@test "with several domains 75 wins, else the first failure" {
	run -69 mx-lookup example.test null.example.test nx.example.test
	run -68 mx-lookup nx.example.test null.example.test
	run -75 mx-lookup null.example.test a.dead.test nx.example.test
}

@test "internationalized names go out as A-labels" {
	[ "$(LC_ALL=C mx-lookup bücher.other.test)" = $'xn--bcher-kva.other.test\t10\tplain.other.test\t127.0.0.6\tinsecure' ]
	[ "$(mx-lookup BÜCHER.Other.TEST. | cut -f1)" = xn--bcher-kva.other.test ]
}

@test "an address literal is its own exchange" {
	[ "$(mx-lookup '[192.0.2.1]')" = $'[192.0.2.1]\t0\t[192.0.2.1]\t192.0.2.1\tinsecure' ]
	[ "$(mx-lookup '[IPv6:2001:DB8::1]' | cut -f3,4)" = $'[IPv6:2001:db8::1]\t2001:db8::1' ]
	looks 68 '[192.0.2.1]: no address' -6 '[192.0.2.1]'
	for bad in '[192.0.2.256]' '[2001:db8::1]' '[IPv6:192.0.2.1]' '[x]'; do
		looks 68 "$bad: not an address literal" "$bad"
	done
}

@test "what is no domain name is never asked about" {
	for bad in 192.0.2.1 'a b' -x.test a..b '[]' "$(printf 'a%.0s' {1..64}).test"; do
		looks 68 "$bad: not a domain name" -r "$canned" -- "$bad"
	done
	looks 68 'a?b: not a domain name' $'a\nb'
}

@test "our own host drops out with all that are not preferred to it" {
	pennypost "resolver $dns" 'hostname MX2.example.test'
	[ "$(mx-lookup example.test | cut -f3 | sort -u)" = mx1.example.test ]
	looks 78 'equal.example.test: mail loops back to this host' equal.example.test
	pennypost "resolver $dns" 'hostname mx1.example.test'
	looks 78 'example.test: mail loops back to this host' example.test
	looks 78 'local.test: mail loops back to this host' -r "$canned" local.test
	looks 78 'mx1.example.test: mail loops back to this host' mx1.example.test
}

@test "domains come one a line, and go out in that order whatever is done at once" {
	for j in 1 2 20 1000; do
		run -68 --separate-stderr mx-lookup -r "$canned" -j "$j" < <(printf '%s\n' slow.test '' good.test ' nx.test ' signed.test a.test)
		[ "$stderr" = 'mx-lookup: nx.test: no such domain' ]
		[ "$(cut -f1 <<<"$output" | uniq | tr '\n' ' ')" = 'slow.test good.test signed.test a.test ' ]
	done
}

@test "each line is answered as it comes, by one process" {
	coproc look { mx-lookup 3>&-; }
	for domain in plain.other.test six.other.test; do
		echo "$domain" >&"${look[1]}"
		read -r -t 5 got _ <&"${look[0]}"
		[ "$got" = "$domain" ]
	done
	pid=$look_PID
	eval "exec ${look[1]}>&-"
	wait "$pid"
}

@test "the addresses of all exchanges are asked for at once" {
	[ "$(mx-lookup -r "$canned" slow.test | wc -l)" = 10 ]
	[ "$(milliseconds mx-lookup -r "$canned" slow.test)" -lt 1000 ] # one after another: 4000
}

@test "twenty thousand domains pass in constant memory" {
	! sanitized mx-lookup || skip "a sanitizer takes the address space"
	seq 20000 | sed 's/.*/nx&.example.test/' >"$BATS_TEST_TMPDIR/in"
	(ulimit -v 32768; mx-lookup -j 100 <"$BATS_TEST_TMPDIR/in" 2>"$BATS_TEST_TMPDIR/errors") || [ $? = 68 ]
	[ "$(grep -c 'no such domain' "$BATS_TEST_TMPDIR/errors")" = 20000 ]
}

@test "a truncated answer is asked for again over TCP, and of too many exchanges the best are taken" {
	mx-lookup -r "$canned" big.test >"$BATS_TEST_TMPDIR/big"
	diff <(cut -f2 "$BATS_TEST_TMPDIR/big") <(seq 50)
	[ "$(mx-lookup -r "$canned" huge.test | cut -f3 | sort -u | wc -l)" = 50 ]
	[ "$(mx-lookup -r "$canned" many.test | wc -l)" = 16 ]
	looks 75 'cut.test: DNS look-up of cut.test: malformed answer' -r "$canned" cut.test
}

@test "a lost answer is asked for again; a server that is mute or not there is given up in time" {
	[ "$(mx-lookup -t 1 -r "$canned" late.test | cut -f3)" = a.test ]
	took=$(milliseconds looks 75 'mute.test: DNS look-up of mute.test: no answer' -t 1 -r "$canned" mute.test)
	[ "$took" -gt 900 ] && [ "$took" -lt 2000 ]
	looks 75 'a.test: DNS look-up of a.test: no server gives an answer' -r 127.0.0.1:1 a.test
}

@test "a server that knows no EDNS is asked without" {
	[ "$(printf 'formerr.test\nformerr.test\n' | mx-lookup -r "$canned" -j 1 | cut -f3 | uniq -c | tr -s ' ')" = ' 2 a.test' ]
	looks 75 'always.formerr.test: DNS look-up of always.formerr.test: FORMERR' -r "$canned" always.formerr.test
}

@test "nonsense from DNS is a failure that may pass, never a verdict" {
	while read -r name why; do
		echo "$name.test" >&3
		echo "mx-lookup: $name.test: DNS look-up of $name.test: $why"
	done 3>"$BATS_TEST_TMPDIR/names" >"$BATS_TEST_TMPDIR/want" <<-END
		garbage no answer
		short no answer
		other no answer
		query malformed answer
		pointer malformed answer
		length malformed answer
		servfail SERVFAIL
		notimp NOTIMP
		refused REFUSED
		nonsense unexpected answer
		referral not a resolver
		lame not a resolver
	END
	run -75 mx-lookup -t 1 -r "$canned" <"$BATS_TEST_TMPDIR/names"
	diff <(echo "$output") "$BATS_TEST_TMPDIR/want"
	looks 75 'badhost.test: DNS look-up of length.test: malformed answer' -r "$canned" badhost.test
}

@test "an exchange that cannot be found gives way to the others" {
	[ "$(mx-lookup -r "$canned" half.test | cut -f2,3)" = $'20\ta.test' ]
	looks 68 'none.test: no address' -r "$canned" none.test
	looks 75 'maybe.test: DNS look-up of servfail.test: SERVFAIL' -r "$canned" maybe.test
}

@test "hosts that are none are passed over, and nothing of their names is printed" {
	looks 68 'controls.test: no exchange has a valid name' -r "$canned" controls.test
	looks 68 'literal.test: no exchange has a valid name' -r "$canned" literal.test
	looks 68 'odd.test: no exchange has a valid name' -r "$canned" odd.test
	looks 68 'zero.test: no address' -r "$canned" zero.test
	[ "$(mx-lookup -r "$canned" dot.test | cut -f3)" = a.test ]
	[ "$(mx-lookup -r "$canned" twice.test | cut -f2,3)" = $'10\ta.test' ]
}

@test "secure: only what a server on loopback vouches for, all the way" {
	[ "$(mx-lookup out.example.test mx3.example.test | cut -f1,5 | tr '\t\n' '= ')" = \
		'out.example.test=insecure out.example.test=insecure out.example.test=insecure mx3.example.test=secure ' ]
	[ "$(mx-lookup -r "$canned" signed.test | cut -f3,5 | tr '\t\n' '= ')" = 'vouched.test=secure a.test=insecure ' ]
}

# In a network and a root of its own: resolv.conf is ours, and so is port 53.
needs_elsewhere() {
	command -v ip >/dev/null || skip "needs ip (iproute2)"
	[ -e /etc/resolv.conf ] || skip "needs a resolv.conf to stand in for"
	unshare -rnm true 2>/dev/null || skip "needs user namespaces"
}

elsewhere() {
	printf '%s\n' "$@" >"$BATS_TEST_TMPDIR/resolv.conf"
	pennypost
	cat >"$BATS_TEST_TMPDIR/run" <<-END
		mount --bind "$BATS_TEST_TMPDIR/resolv.conf" /etc/resolv.conf
		ip link set lo up
		ip address add 192.0.2.53/32 dev lo
		for address in 127.0.0.1 192.0.2.53; do
			perl "$top/tests/dns.pl" 53 \$address 3>&- & pids="\$pids \$!"
		done
		for name in servfail refused notimp; do
			n=\$((n + 1))
			perl "$top/tests/dns.pl" 53 127.0.0.1\$n \$name.test 3>&- & pids="\$pids \$!"
		done
		until [ "\$(grep -c ':0035 .* 0A ' /proc/net/tcp)" = 5 ]; do sleep 0.02; done
		mx-lookup -t 3 signed.test | cut -f3,5 | head -n 1
		kill \$pids
	END
	unshare -rnm sh -e "$BATS_TEST_TMPDIR/run"
}

@test "secure: a server elsewhere is believed only with trust-ad" {
	needs_elsewhere
	[ "$(elsewhere 'nameserver 192.0.2.53')" = $'vouched.test\tinsecure' ]
	[ "$(elsewhere 'nameserver 192.0.2.53' 'options edns0 trust-ad')" = $'vouched.test\tsecure' ]
	[ "$(elsewhere 'nameserver 127.0.0.1')" = $'vouched.test\tsecure' ]
	[ "$(elsewhere 'nameserver 127.0.0.1' 'nameserver 192.0.2.53')" = $'vouched.test\tinsecure' ]
}

@test "of several servers the next is asked where one is not there or fails" {
	needs_elsewhere
	for failing in 127.0.0.11 127.0.0.12 127.0.0.13; do
		[ "$(elsewhere "nameserver $failing" 'nameserver 127.0.0.1')" = $'vouched.test\tsecure' ]
	done
	[ "$(elsewhere 'nameserver 127.0.0.11' 'nameserver 127.0.0.12' 2>&1)" = 'mx-lookup: signed.test: DNS look-up of signed.test: no server gives an answer' ]
	[ "$(elsewhere '# none' 'nameserver 127.0.0.9' 'nameserver 127.0.0.1')" = $'vouched.test\tsecure' ]
}

@test "-r is an address with or without a port, and goes before the setting" {
	pennypost "resolver 127.0.0.1:1"
	[ "$(mx-lookup -r "$dns" plain.other.test | wc -l)" = 1 ]
	for bad in x '' 127.0.0.1: 127.0.0.1:0 127.0.0.1:65536 '[::1' '[::1]x' '[::1]:' ::1::x; do
		[ -z "$bad" ] || run -64 mx-lookup -r "$bad" example.test
	done
	run -75 mx-lookup -t 1 -r '[::1]:1' example.test
	run -75 mx-lookup -t 1 -r ::1 example.test
	pennypost "resolver nonsense"
	run -78 --separate-stderr mx-lookup example.test
	[ "$stderr" = "mx-lookup: resolver nonsense: not an address with or without a port" ]
}

@test "a wrong option is a usage error" {
	for wrong in -Z -46 '-j 0' '-j 1001' '-j x' '-t 0' '-t x' -j; do
		# shellcheck disable=SC2086 # two words
		run -64 mx-lookup $wrong example.test
	done
}

@test "empty input is done at once; NUL is in no name" {
	run -0 mx-lookup </dev/null
	[ -z "$output" ]
	run -68 mx-lookup < <(printf 'a\0b.example.test\n')
	[ "$output" = 'mx-lookup: a: not a domain name' ]
	run -68 mx-lookup < <(head -c 200000 /dev/zero)
	[ "$(mx-lookup < <(printf plain.other.test) | wc -l)" = 1 ]
}

@test "a full standard output and a closed pipe are no success" {
	run -74 bash -c 'mx-lookup example.test >/dev/full'
	run -141 bash -c 'mx-lookup -j 1 < <(while echo example.test; do :; done) | head -n 1 >/dev/null; exit "${PIPESTATUS[0]}"'
}

@test "the examples of the manual page" {
	cd "$BATS_TEST_TMPDIR"
	printf '%s\n' a@plain.other.test b@null.example.test c@a.dead.test d@plain.other.test e@bücher.other.test >subscribers
	[ "$(eval "$(example mx-lookup.1 1 | sed 's/example.com/plain.other.test/')" | cut -f3)" = plain.other.test ]
	[ "$(eval "$(example mx-lookup.1 2)")" = 'mx-lookup: null.example.test: takes no mail (null MX)' ]
	[ "$(eval "$(example mx-lookup.1 3)" 2>/dev/null | tr -s ' ')" = ' 2 plain.other.test' ]
}
