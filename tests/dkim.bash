# Keys that sign, for tests, in the folder $keys, and DNS to publish them (tests/dns.bash).
#
#	dkim_keys DOMAIN        $keys/rsa.pem and ed.pem, for the selectors rsa and ed, and $keys/records, theirs for its zone

# shellcheck source=tests/dns.bash disable=SC1091
source "$(dirname "${BASH_SOURCE[0]}")/dns.bash"

dkim_keys() {
	export keys=$BATS_FILE_TMPDIR/keys
	mkdir "$keys"
	dkim-key -g rsa -d "$1" -s rsa -k "$keys/rsa.pem" >"$keys/records"
	dkim-key -g ed25519 -d "$1" -s ed -k "$keys/ed.pem" >>"$keys/records"
}
