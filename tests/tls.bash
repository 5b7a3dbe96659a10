# shellcheck shell=bash
# Certificates for tests, in the folder $tls, of an authority that nobody else trusts.
#
#	tls_authority [NAME]                    $tls/NAME.pem, without a name ca.pem
#	tls_certificate NAME HOST [ARG...]      $tls/NAME.pem and NAME.key for HOST (a name or an address), by ca; ARGs are
#	                                        openssl's: -days 0, -CA another.pem -CAkey another.key
#	tls_record NAME [USAGE]                 the TLSA record of its key, 3 1 1, or of it itself with usage 2

tls_authority() {
	local name=${1:-ca}

	tls=${tls:-$BATS_FILE_TMPDIR/tls}
	mkdir -p "$tls"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$tls/$name.key" -out "$tls/$name.pem" \
		-subj "/CN=Tests $name" -days 3 2>/dev/null
	export tls
}

tls_certificate() {
	local name=$1 host=$2 kind=DNS

	shift 2
	[[ $host != [0-9]*.*[0-9] ]] || kind=IP
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$tls/$name.key" -out "$tls/$name.request" \
		-subj "/CN=$name" 2>/dev/null
	openssl x509 -req -in "$tls/$name.request" -CA "$tls/ca.pem" -CAkey "$tls/ca.key" -days 3 \
		-extfile <(echo "subjectAltName = $kind:$host") -out "$tls/$name.pem" "$@" 2>/dev/null
	chmod 644 "$tls/$name.key"
}

tls_record() {
	if [ "${2:-3}" = 3 ]; then
		printf '3 1 1 %s' "$(openssl x509 -in "$tls/$1.pem" -noout -pubkey | openssl pkey -pubin -outform der | sha256sum | cut -d ' ' -f 1)"
	else
		printf '2 0 1 %s' "$(openssl x509 -in "$tls/$1.pem" -outform der | sha256sum | cut -d ' ' -f 1)"
	fi
}
