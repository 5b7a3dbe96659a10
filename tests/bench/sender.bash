# shellcheck shell=bash disable=SC2154,SC1091,SC2034 # names shared with run and common.bash
# Who sent it: SPF with all ten look-ups, and a letter with SPF and DMARC, from a server on this machine that has them at hand.
. "$top/tests/dns.bash"

bench_sender() {
	local i

	for i in 1 2 3 4 5 6 7 8 9 10; do
		echo "i$i TXT \"v=spf1 ip4:192.0.2.$i -all\""
	done >"$work/zone"
	{
		echo "@ TXT \"v=spf1$(printf ' include:i%d.sub.bench' 1 2 3 4 5 6 7 8 9 10) -all\""
		echo '_dmarc TXT "v=DMARC1; p=reject"'
		cat "$work/zone"
	} | dns_zone sub.bench
	dns_start
	pennypost "resolver $dns" 'relay-from'
	cat >"$work/pyspf" <<-END
		import DNS, spf
		DNS.defaults['server'], DNS.defaults['port'] = ['127.0.0.1'], ${dns#*:}
		print(spf.check2(i='192.0.2.10', s='a@sub.bench', h='sub.bench')[0])
	END
	row 'spf-check: a record with ten look-ups, a process each'
	measure spf-check 100 nothing sender_spf
	if /usr/bin/python3 -c 'import spf, DNS' 2>/dev/null; then
		measure 'python3-spf' 5 nothing sender_pyspf
	fi
	if command -v spfquery >/dev/null; then
		measure 'spfquery (Mail::SPF)' 5 nothing sender_spfquery
	fi
	row 'auth-check: a letter of 4 KB with those ten look-ups and DMARC, a process each'
	sed 's/here.example/sub.bench/' "$letter" >"$work/letter"
	measure auth-check 100 nothing sender_auth
}
sender_spf() { repeat 100 1 /dev/null spf-check -i 192.0.2.10 -f a@sub.bench -h sub.bench; }
sender_pyspf() { for _ in 1 2 3 4 5; do [ "$(/usr/bin/python3 "$work/pyspf")" = pass ] || return; done; }
sender_spfquery() {
	local i

	for i in 1 2 3 4 5; do
		RES_NAMESERVERS=127.0.0.1 RES_OPTIONS="port:${dns#*:}" spfquery --scope mfrom --identity a@sub.bench --ip 192.0.2.10 | grep -q '^pass' || return
	done
}
sender_auth() { repeat 100 1 "$work/letter" auth-check -i 192.0.2.10 -f a@sub.bench -h sub.bench; }
