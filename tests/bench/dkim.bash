# shellcheck shell=bash disable=SC2154,SC1091,SC2034 # names shared with run and common.bash
# Signatures: one letter a process beside peers, many letters in one, a long one beside SHA-256 alone, and all that a filter asks.
. "$top/tests/dns.bash"

bench_dkim() {
	dkim-key -g rsa -d dkim.bench -s rsa -k "$work/rsa.pem" >"$work/records"
	dkim-key -g ed25519 -d dkim.bench -s ed -k "$work/ed.pem" >>"$work/records"
	{ cat "$work/records"; printf '@ TXT "v=spf1 ip4:192.0.2.1 -all"\n_dmarc TXT "v=DMARC1; p=reject"\n'; } >"$work/zone"
	dns_zone dkim.bench <"$work/zone"
	dns_start
	pennypost "resolver $dns" 'relay-from'
	sed 's/alice@here.example/alice@dkim.bench/; s/^Subject/Date: Fri, 27 Nov 2026 20:00:00 +0000\n&/' "$letter" >"$work/letter"
	dkim-sign -d dkim.bench -s rsa -k "$work/rsa.pem" <"$work/letter" >"$work/signed"
	dkim_both <"$work/letter" >"$work/both"
	row 'dkim-sign: a letter of 4 KB, RSA-2048, a process each'
	measure dkim-sign 100 nothing dkim_sign
	measure 'opendkim-testmsg (rsa-sha1)' 20 nothing dkim_opendkim
	measure 'python3-dkim' 5 nothing dkim_python
	measure 'Mail::DKIM' 5 nothing dkim_perl
	row 'dkim-verify: the same, its key from a server on this machine, a process each'
	measure dkim-verify 100 nothing dkim_verify
	measure 'python3-dkim (its key at hand)' 5 nothing dkim_verify_python
	measure 'Mail::DKIM' 5 nothing dkim_verify_perl
	dkim_many
	dkim_long
	row 'auth-check: a letter with two signatures, SPF and DMARC, a process each'
	measure auth-check 100 nothing dkim_auth
}
dkim_sign() { repeat 100 1 "$work/letter" dkim-sign -d dkim.bench -s rsa -k "$work/rsa.pem"; }
dkim_opendkim() { repeat 20 1 "$work/letter" opendkim-testmsg -d dkim.bench -s rsa -k "$work/rsa.pem"; }
dkim_python() { repeat 5 1 "$work/letter" /usr/bin/python3 -c 'import dkim, sys
m = sys.stdin.buffer.read()
dkim.sign(m, b"rsa", b"dkim.bench", open(sys.argv[1], "rb").read())' "$work/rsa.pem"; }
dkim_perl() { repeat 5 1 "$work/letter" perl "$top/tests/signatures.pl" sign "$work/rsa.pem" relaxed; }
dkim_verify() { repeat 100 1 "$work/signed" dkim-verify; }
dkim_verify_python() { repeat 5 1 "$work/signed" /usr/bin/python3 -c 'import dkim, sys
key = "".join(open(sys.argv[1]).readline().split("\"")[1::2]).encode()
sys.exit(not dkim.verify(sys.stdin.buffer.read(), dnsfunc=lambda name, timeout=5: key))' "$work/records"; }
dkim_verify_perl() { RES_NAMESERVERS=127.0.0.1 RES_OPTIONS=port:${dns#*:} repeat 5 1 "$work/signed" perl "$top/tests/signatures.pl" verify; }
dkim_auth() { repeat 100 1 "$work/both" auth-check -i 192.0.2.1 -f alice@dkim.bench -h dkim.bench; }

# Letters that differ, signed and not, and their names.
dkim_many() {
	local i count

	count=$(scaled 10000)
	mkdir "$work/letters" "$work/signed-letters"
	for ((i = 0; i < count; i++)); do
		echo "$work/letters/$i" >>"$work/names"
		sed "s/^To: user/&$i/" "$work/letter" >"$work/letters/$i"
	done
	dkim_sign_many
	while IFS=$'\t' read -r name fields; do
		{ printf '%b' "$fields"; cat "$name"; } >"$work/signed-letters/${name##*/}"
	done <"$work/out"
	row 'many letters in one process, each by RSA-2048 and Ed25519'
	measure 'dkim-sign -j' "$count" nothing dkim_sign_many
	measure 'dkim-verify' "$count" nothing dkim_verify_many
	printf '  in RSA, Ed25519 and SHA-256, by instructions: dkim-sign %s, dkim-verify %s\n' \
		"$(dkim_share dkim-sign -j -d dkim.bench -s rsa -k "$work/rsa.pem" -s ed -k "$work/ed.pem")" "$(dkim_share dkim-verify -j)"
}
dkim_both() { dkim-sign "$@" -d dkim.bench -s rsa -k "$work/rsa.pem" -s ed -k "$work/ed.pem"; }
dkim_sign_many() { dkim_both -j <"$work/names" >"$work/out"; }
dkim_verify_many() { dkim-verify "$work/signed-letters" >"$work/out"; }
# The share of a program's instructions, per cent, in these operations and what they call; 1,000 letters are as good as all.
dkim_share() {
	local names=$work/names

	[ "$1" = dkim-sign ] || sed 's,/letters/,/signed-letters/,' "$names" >"$work/signed-names"
	[ "$1" = dkim-sign ] || names=$work/signed-names
	head -n 1000 "$names" | valgrind --tool=callgrind --callgrind-out-file="$work/callgrind" "$(command -v "$1")" "${@:2}" >"$work/out" 2>"$work/valgrind"
	callgrind_annotate --inclusive=yes --threshold=100 "$work/callgrind" | awk '
		/PROGRAM TOTALS/ { gsub(",", "", $1); total = $1 }
		/:(EVP_PKEY_sign|EVP_PKEY_verify|EVP_DigestSign|EVP_DigestVerify|EVP_DigestUpdate|EVP_DigestFinal_ex) \[/ { gsub(",", "", $1); sum += $1 }
		END { printf "%.1f %%", 100 * sum / total }'
}

dkim_long() {
	local size=$((1024 * SCALE / 100))

	{ cat "$work/letter"; head -c "${size}M" < <(yes 'It was the best of times, it was the worst of times.'); } >"$work/long"
	dkim-sign -d dkim.bench -s rsa -k "$work/rsa.pem" <"$work/long" >"$work/long-signed"
	row "a message of $size MB, by the MB"
	measure dkim-verify "$size" nothing dkim_verify_long
	measure 'SHA-256 of it, and nothing else' "$size" nothing dkim_hash_long
	measure 'dkim-sign, which writes it too' "$size" nothing dkim_sign_long
	peak "$work/peak" dkim-verify <"$work/long-signed" >"$work/out"
	peak "$work/peak" dkim-sign -d dkim.bench -s rsa -k "$work/rsa.pem" <"$work/long" >/dev/null
	printf '  memory at most, in KiB: dkim-verify %d, dkim-sign %d\n' "$(sed -n 1p "$work/peak")" "$(sed -n 2p "$work/peak")"
	rm "$work/long" "$work/long-signed"
}
dkim_verify_long() { dkim-verify <"$work/long-signed"; }
dkim_hash_long() { hash-loop <"$work/long-signed"; }
dkim_sign_long() { dkim-sign -d dkim.bench -s rsa -k "$work/rsa.pem" <"$work/long" >/dev/null; }
