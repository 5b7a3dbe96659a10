# Certificates for tests, and a server of HTTPS. They lie in $peer_folder/tls; load dns first, or peers.
#
#	https_authority [NAME]                    an authority, ca where nothing is said: $tls/NAME.pem
#	https_certificate HOSTS [NAME [DAYS [CA]]]  $tls/HOST.pem for each of these words: one certificate, for the name where one is
#	                                        given, else for all of them, by the authority; its key is HOST.key
#	https_start                             tests/https.py: who asks for a host gets what https_reply said; $https is its
#	                                        port, $tls/requests what was asked
#	https_reply HOST STATUS [TYPE] <BODY    with the certificate $tls/HOST.pem

https_authority() {
	peer_folder=${peer_folder:-$(mktemp -d "${TMPDIR:-/tmp}/tls.XXXXXX")}
	export peer_folder tls=$peer_folder/tls
	mkdir -p "$tls"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=${1:-ca}" -days 30 \
		-keyout "$tls/${1:-ca}.key" -out "$tls/${1:-ca}.pem" 2>/dev/null
}

https_certificate() {
	local ca=$tls/${4:-ca} names=${2:-$1} host first=$tls/${1%% *}

	names=DNS:${names// /,DNS:}
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=x" -addext "subjectAltName=$names" \
		-keyout "$first.key" 2>/dev/null |
		openssl x509 -req -CA "$ca.pem" -CAkey "$ca.key" -copy_extensions copyall -days "${3:-30}" -out "$first.pem" 2>/dev/null
	for host in ${1#"${1%% *}"}; do
		cp "$first.key" "$tls/$host.key"
		cp "$first.pem" "$tls/$host.pem"
	done
}

https_start() {
	export https
	https=$(free_port)
	in_background https "$https" /usr/bin/python3 "${BASH_SOURCE[0]%/*}/https.py" "$https" "$tls"
}

https_reply() {
	{
		printf 'HTTP/1.1 %s\r\nContent-Type: %s\r\nConnection: close\r\n\r\n' "$2" "${3:-text/plain}"
		cat
	} >"$tls/$1.new"
	mv "$tls/$1.new" "$tls/$1.reply"
}
