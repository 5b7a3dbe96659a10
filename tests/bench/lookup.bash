# shellcheck shell=bash disable=SC2154,SC1091,SC2034 # names shared with run and common.bash
# The exchanges of domains, from a server on this machine that has them at hand.
. "$top/tests/dns.bash"

bench_lookup() {
	local i

	count=$(scaled 1000)
	for ((i = 1; i <= count; i++)); do
		printf 'd%d MX 10 mx%d\nmx%d A 127.0.0.1\n' "$i" "$i" "$i"
	done | dns_zone bench
	for ((i = 1; i <= count; i++)); do
		echo "d$i.bench"
	done >"$work/domains"
	dns_start
	pennypost
	dns_port=${dns#*:}
	cc -O2 -o "$work/mx-loop" "$here/mx-loop.c" -lcares
	row 'mx-lookup: one domain, 100 times in a row'
	measure mx-lookup 100 nothing lookup_one
	echo d7.bench >"$work/domain"
	measure 'c-ares loop, a process each' 100 nothing lookup_least
	measure 'true, which only starts' 100 nothing lookup_true
	measure dig 100 nothing lookup_dig
	measure host 100 nothing lookup_host
	row "mx-lookup: $count domains"
	measure 'mx-lookup -j 100' "$count" nothing lookup_many
	measure 'c-ares loop, 100 at once' "$count" nothing lookup_loop
}
hundred() { repeat 100 1 /dev/null "$@"; }
lookup_one() { hundred mx-lookup -r "$dns" d7.bench; }
lookup_least() { repeat 100 1 "$work/domain" "$work/mx-loop" "$dns" 1; }
lookup_true() { hundred /bin/true; }
lookup_dig() { hundred dig +short @127.0.0.1 -p "$dns_port" d7.bench MX; }
lookup_host() { hundred host -p "$dns_port" -t MX d7.bench 127.0.0.1; }
lookup_many() { [ "$(mx-lookup -j 100 -r "$dns" <"$work/domains" | wc -l)" = "$count" ]; }
lookup_loop() { [ "$("$work/mx-loop" "$dns" 100 <"$work/domains" | wc -l)" = "$count" ]; }
