# DNS for tests: unbound as an ordinary user on loopback and a free port, with the zones of the test, a root that
# knows no other, and no way out. Ended by peers_stop, as what tests/peers.bash starts.
#
#	dns_zone NAME [signed] <<END    a zone from its records, as a zone file has them; SOA and NS are added
#	dns_start [LINE...]             the server with all zones so far, $dns its address:port; any name under dead.test
#	                                is SERVFAIL; LINEs are added to its settings
#	dns_canned                      tests/dns.pl, a server that misbehaves, $canned its address:port

# shellcheck source=tests/peers.bash disable=SC1091
source "$(dirname "${BASH_SOURCE[0]}")/peers.bash"

dns_folder() {
	peer_folder=${peer_folder:-$(mktemp -d "${TMPDIR:-/tmp}/dns.XXXXXX")}
	export peer_folder
	mkdir -p "$peer_folder/zones"
}

dns_zone() {
	dns_folder
	{
		echo "\$ORIGIN $1."
		echo "\$TTL 60"
		echo "@ SOA ns hostmaster 1 3600 600 86400 60"
		echo "@ NS ns"
		echo "ns A 127.0.0.1"
		cat
	} >"$peer_folder/zones/$1"
	[ "${2:-}" != signed ] || dns_sign "$1"
}

# The zone's key is the trust anchor, so that unbound vouches for the zone itself.
dns_sign() {
	local key

	command -v ldns-signzone >/dev/null || skip "no ldns-signzone (ldnsutils)"
	(
		cd "$peer_folder/zones" || exit
		key=$(ldns-keygen -a ED25519 "$1")
		ldns-signzone -f "$1.signed" "$1" "$key"
		mv "$1.signed" "$1"
		mv "$key.key" "../$1.anchor"
		rm "$key".*
	)
}

dns_upstream() { printf 'auth-zone:\n  name: "%s"\n  zonefile: "%s"\n  for-downstream: no\n' "$1" "$2"; }

dns_conf() {
	local port=$1 zone

	shift
	cat <<-END
		server:
		  interface: 127.0.0.1@$port
		  directory: "$peer_folder"
		  chroot: ""
		  username: ""
		  pidfile: ""
		  use-syslog: no
		  module-config: "validator iterator"
		  minimal-responses: yes
		  val-log-level: 1
		  local-zone: "test." nodefault
	END
	for zone in "$peer_folder"/*.anchor; do
		[ ! -e "$zone" ] || echo "  trust-anchor-file: \"$zone\""
	done
	printf '  %s\n' "$@"
	dns_upstream . "$peer_folder/root"
	for zone in "$peer_folder"/zones/*; do
		dns_upstream "$(basename "$zone")." "$zone"
	done
	# Unbound asks nobody on loopback, so that this is a way to nowhere.
	printf 'forward-zone:\n  name: "dead.test."\n  forward-addr: 127.0.0.1\n'
}

dns_start() {
	local port

	dns_folder
	port=$(free_port)
	printf '. 60 SOA ns.test. hostmaster.test. 1 3600 600 86400 60\n. 60 NS ns.test.\n' >"$peer_folder/root"
	dns_conf "$port" "$@" >"$peer_folder/unbound.conf"
	in_background unbound "$port" unbound -d -c "$peer_folder/unbound.conf"
	export dns=127.0.0.1:$port
}

dns_canned() {
	local port

	dns_folder
	port=$(free_port)
	in_background canned "$port" perl "${BASH_SOURCE[0]%/*}/dns.pl" "$port"
	export canned=127.0.0.1:$port
}
