# A server of HTTPS for tests, with certificates of tests/tls.bash; load that before, and dns or peers.
#
#	https_start                             tests/https.py: who asks for a host gets what https_reply said, with the certificate
#	                                        $tls/HOST.pem, or $tls/https.pem; $https is its port, $tls/requests what was asked
#	https_reply HOST STATUS [TYPE] <BODY

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
