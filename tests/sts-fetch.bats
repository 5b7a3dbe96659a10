# shellcheck disable=SC2154 # variables of the fixtures
load helper
load dns
load tls
load https

policy() { printf 'version: STSv1\nmode: %s\nmx: mx.%s\nmx: *.backup.test\nmax_age: 86400\n' "$1" "$2"; }

setup_file() {
	load helper
	load dns
	load tls
	load https
	tls_authority
	tls_authority nobody
	good=
	for name in good moved page broken full silent changing expired other stranger; do
		dns_zone $name.test <<-END
			_mta-sts TXT "v=STSv1; id=2026a;"
			mta-sts A 127.0.0.1
		END
		good+=,DNS:mta-sts.$name.test
	done
	dns_zone homeless.test <<<'_mta-sts TXT "v=STSv1; id=2026a;"'
	dns_zone twice.test <<-END
		_mta-sts TXT "v=STSv1; id=2026a;"
		_mta-sts TXT "v=STSv1; id=2026b;"
	END
	dns_zone without.test <<<'mta-sts A 127.0.0.1'
	tls_certificate https "${good#,DNS:}"
	tls_certificate mta-sts.expired.test mta-sts.expired.test -days -1
	tls_certificate mta-sts.other.test mta-sts.good.test
	tls_certificate mta-sts.stranger.test mta-sts.stranger.test -CA "$tls/nobody.pem" -CAkey "$tls/nobody.key"
	dns_start
	https_start
}

teardown_file() {
	load dns
	peers_stop
}

setup() {
	pennypost "resolver $dns" "https-port $https" "tls-ca $tls/ca.pem"
	cache=$PENNYPOST/queue/sts
	rm -f "$tls/requests"
}

# failure DOMAIN: what the cache says of the last attempt.
failure() { sed -n 's/^failed [^ ]* 2026a //p' "$cache/$1"; }

@test "a policy is printed, and kept with its id and the time that it holds" {
	policy enforce good.test | https_reply mta-sts.good.test '200 OK'
	run -0 sts-fetch Good.Test
	[ "$output" = $'good.test\t2026a\tenforce\t86400\tmx.good.test *.backup.test\t' ]
	[ "$(head -2 "$cache/good.test")" = $'pennypost-sts 1\nid 2026a' ]
	fetched=$(date -d "$(sed -n 's/^fetched //p' "$cache/good.test")" +%s)
	[ "$(date -d "$(sed -n 's/^expires //p' "$cache/good.test")" +%s)" = $((fetched + 86400)) ]
	[ "$(stat -c %Y "$cache/good.test")" = $((fetched + 86400)) ]
	sed '1,/^$/d' "$cache/good.test" | cmp - <(policy enforce good.test)
	[ "$(cat "$tls/requests")" = 'mta-sts.good.test GET /.well-known/mta-sts.txt HTTP/1.1' ]
	[ "$(find "$cache" -type f)" = "$cache/good.test" ]
}

@test "certificates that are expired, of another host, of no authority we know: nothing is asked" {
	for name in expired other stranger; do
		policy enforce $name.test | https_reply mta-sts.$name.test '200 OK'
		run -75 sts-fetch $name.test
		[[ $output = $name.test$'\t2026a\t\t\t\t'* ]]
		[[ $(failure $name.test) = 'sts-webpki-invalid '* ]]
	done
	[[ $(failure expired.test) = *'expired'* ]]
	[ ! -e "$tls/requests" ]
	sed -i /tls-ca/d "$PENNYPOST/conf"
	run -75 sts-fetch good.test
	[[ $(failure good.test) = 'sts-webpki-invalid '* ]]
}

@test "the authorities may be a folder; where they are not there it is 78" {
	mkdir "$PENNYPOST/ca"
	cp "$tls/ca.pem" "$PENNYPOST/ca/"
	openssl rehash "$PENNYPOST/ca"
	policy testing good.test | https_reply mta-sts.good.test '200 OK' 'TEXT/Plain; charset=utf-8'
	sed -i 's/^tls-ca.*/tls-ca ca/' "$PENNYPOST/conf"
	[ "$(sts-fetch good.test | cut -f3)" = testing ]
	sed -i 's/^tls-ca.*/tls-ca nowhere/' "$PENNYPOST/conf"
	run -78 sts-fetch good.test
	[ "$output" = "sts-fetch: $PENNYPOST/nowhere: No such file or directory" ]
}

@test "no redirection is followed, an error is none, nor is what is no text, no policy or too long" {
	printf 'x' | https_reply mta-sts.moved.test $'301 Moved\r\nLocation: https://mta-sts.good.test/.well-known/mta-sts.txt'
	policy enforce page.test | https_reply mta-sts.page.test '200 OK' text/html
	echo 'mode: enforce' | https_reply mta-sts.broken.test '200 OK'
	{ policy enforce full.test; head -c 65536 /dev/zero; } | https_reply mta-sts.full.test '200 OK'
	run -75 sts-fetch moved.test
	[ "$output" = $'moved.test\t2026a\t\t\t\tHTTP status 301' ]
	[ "$(failure moved.test)" = 'sts-policy-fetch-error HTTP status 301' ]
	run -65 sts-fetch page.test
	[ "$(failure page.test)" = 'sts-policy-invalid not text/plain' ]
	run -65 sts-fetch broken.test
	[ "$(failure broken.test)" = 'sts-policy-invalid not of version STSv1' ]
	run -65 sts-fetch full.test
	[ "$(failure full.test)" = 'sts-policy-invalid too long' ]
	[ "$(grep -c good "$tls/requests")" = 0 ]
}

@test "a host that says nothing is given up in time" {
	run -75 timeout 5 sts-fetch -t 1 silent.test
	[[ $(failure silent.test) = 'sts-policy-fetch-error '*'timed out'* ]]
	grep GET "$tls/requests"
	run -64 sts-fetch -t 0 silent.test
}

@test "what DNS says: no record or two, no host, no answer" {
	run -69 sts-fetch without.test
	[ "$output" = $'without.test\t\t\t\t\tno TXT record' ]
	run -69 sts-fetch twice.test
	run -75 sts-fetch x.dead.test
	[ "$output" = $'x.dead.test\t\t\t\t\tDNS look-up of _mta-sts.x.dead.test: SERVFAIL' ]
	[ ! -d "$cache" ]
	run -75 sts-fetch homeless.test
	[[ $(failure homeless.test) = 'sts-policy-fetch-error '* ]]
}

@test "a proxy in the environment is not asked" {
	policy enforce good.test | https_reply mta-sts.good.test '200 OK'
	https_proxy=http://127.0.0.1:9 all_proxy=http://127.0.0.1:9 sts-fetch good.test
}

@test "a failure leaves the policy that was fetched before, and says so beside it; success takes the failure away" {
	policy enforce changing.test | https_reply mta-sts.changing.test '200 OK'
	sts-fetch changing.test
	https_reply mta-sts.changing.test '500 Oops' <<<x
	run -75 sts-fetch changing.test
	[ "$(failure changing.test)" = 'sts-policy-fetch-error HTTP status 500' ]
	grep -x 'id 2026a' "$cache/changing.test"
	sed '1,/^$/d' "$cache/changing.test" | cmp - <(policy enforce changing.test)
	policy none changing.test | https_reply mta-sts.changing.test '200 OK'
	sts-fetch changing.test
	run ! grep failed "$cache/changing.test"
	grep -x 'mode: none' "$cache/changing.test"
}

@test "several domains: a line each; the first failure is the status, unless a retry may help" {
	policy enforce good.test | https_reply mta-sts.good.test '200 OK'
	run -69 sts-fetch without.test good.test
	[ "${#lines[@]}" = 2 ]
	run -75 sts-fetch without.test x.dead.test
	run -65 --separate-stderr sts-fetch ../x good.test
	[ "$stderr" = 'sts-fetch: ../x: not a domain name' ]
	run -64 sts-fetch
}

@test "a cache that cannot be written is said" {
	policy enforce good.test | https_reply mta-sts.good.test '200 OK'
	mkdir -p "$PENNYPOST/queue"
	touch "$PENNYPOST/queue/sts"
	run --separate-stderr sts-fetch good.test
	[ "$status" = 66 ] || [ "$status" = 73 ]
	[[ $stderr = "sts-fetch: $PENNYPOST/queue/sts/good.test: "* ]]
	[[ $output = *enforce* ]]
}

@test "the examples of the manual page" {
	policy enforce good.test | https_reply mta-sts.good.test '200 OK'
	sts-fetch good.test
	eval "$(example sts-fetch.1 1 | sed 's/example\.com/good.test/')" | grep enforce
	[ "$(eval "$(example sts-fetch.1 2)" | cut -f1,3)" = $'good.test\tenforce' ]
}
