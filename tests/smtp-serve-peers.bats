# smtp-serve beside what really talks to it: tcpserver, swaks, Postfix's smtp-source, and those who mean ill.
load helper
load peers

setup() {
	pennypost
	mkdir -p "$PENNYPOST/mailboxes/bob"
	unset TCPREMOTEIP TCPREMOTEHOST
}

teardown() { peers_stop; }

# listen [COMMAND...]: a server on $port of loopback, each connection to COMMAND, or to smtp-serve.
listen() {
	port=$(free_port)
	[ $# -gt 0 ] || set -- smtp-serve -t 10
	peer_folder=${peer_folder:-$(mktemp -d "$BATS_TEST_TMPDIR/peers.XXXXXX")}
	in_background "server-$port" "$port" tcpserver -HRD -l0 -c 50 "${address:-127.0.0.1}" "$port" "$@"
}

# ask SECONDS-OF-WAITING TEXT: all that a server says to one who sends this once it was greeted.
ask() {
	perl -MIO::Socket::IP -e 'my ($host, $port, $text) = @ARGV; my $s = IO::Socket::IP->new(PeerHost => $host,
		PeerPort => $port, LocalHost => $ENV{FROM} || undef) or die; $SIG{PIPE} = "IGNORE";
		sysread($s, my $greeting, 1000) unless $ENV{EARLY}; syswrite($s, $text) if length $text; select(undef, undef, undef, .3);
		my $all = $greeting // ""; while (sysread($s, my $some, 10000)) { $all .= $some } print $all' \
		"${address:-127.0.0.1}" "$port" "$1" | tr -d '\r'
}

@test "no letter can be smuggled in the text of another" {
	run -0 --separate-stderr "$top/tests/smuggle.pl" 5
	[ "${lines[3]}" = 'smuggled, changed or lost                0' ]
}

@test "swaks, through a pipe" {
	TCPREMOTEIP=192.0.2.7 swaks --pipe smtp-serve --from alice@example.org --to bob@here.example --h-Subject swaks \
		--body $'one\n.two\n' --hide-all
	grep -qx '.two' "$(queued)"
	swaks --pipe 'smtp-serve -l' --protocol LMTP --from alice@example.org --to bob@here.example,postmaster@here.example \
		--hide-all
	[ "$(queued | wc -l)" = 2 ]
	run -24 swaks --pipe smtp-serve --from alice@example.org --to nobody@here.example --hide-all
}

@test "smtp-source: sessions at once, connections kept or not, SMTP and LMTP; every letter is stored once" {
	peers
	listen
	smtp_source -s 4 -m 40 -l 4096 -f alice@example.org -t bob@here.example "127.0.0.1:$port"
	smtp_source -d -s 4 -m 40 -l 4096 -f alice@example.org -t bob@here.example "127.0.0.1:$port"
	[ "$(queued | wc -l)" = 80 ]
	mkdir "$PENNYPOST"/mailboxes/{1,2,3}bob
	listen smtp-serve -l
	smtp_source -L -d -s 2 -m 10 -r 3 -f alice@example.org -t bob@here.example "127.0.0.1:$port"
	[ "$(queued | wc -l)" = 90 ]
}

@test "the client is who the connection says, whatever the environment claims" {
	listen env TCPREMOTEIP=10.0.0.1 TCPREMOTEHOST=friend.example TCP6REMOTEIP=10.0.0.1 smtp-serve
	pennypost 'relay-from 10.0.0.0/8'
	hello=$'EHLO x\r\nMAIL FROM:<>\r\n'
	FROM=127.0.0.5 ask "$hello"$'RCPT TO:<carol@example.com>\r\nQUIT\r\n' | grep -q '^550 5.7.1'
	FROM=127.0.0.5 ask "$hello"$'RCPT TO:<bob@here.example>\r\nDATA\r\n.\r\nQUIT\r\n' | grep -q '^250 2.0.0 queued'
	grep -q '^Received: from x (\[127.0.0.5\])$' "$(queued)"
}

@test "IPv6, and its name where the look-up agrees" {
	address=::1 listen env TCP6REMOTEHOST=me.example TCP6REMOTEIP=::1 smtp-serve
	address=::1 ask $'EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<bob@here.example>\r\nDATA\r\n.\r\nQUIT\r\n' >/dev/null
	grep -Fqx 'Received: from x (me.example [IPv6:::1])' "$(queued)"
}

@test "who speaks before the greeting is no mail server" {
	listen sh -c 'sleep .2; exec smtp-serve'
	EARLY=1 ask $'EHLO x\r\n' | grep -qx '554 5.5.1 You spoke before you were greeted'
}

@test "the reply that ends a session arrives although the client goes on talking" {
	listen
	text=$(printf 'x%.0s' {1..100000})
	for _ in 1 2 3; do
		ask $'NOOP\n'"$text" | grep -q '^500 5.5.2'
	done
}

@test "diagnostics are no part of the dialogue where inetd gives the connection as standard error" {
	listen sh -c 'exec smtp-serve 2>&0'
	pennypost 'queue-reserve 1000T'
	ask $'EHLO x\r\nMAIL FROM:<>\r\nQUIT\r\n' >"$BATS_TEST_TMPDIR/said"
	grep -q ^452 "$BATS_TEST_TMPDIR/said"
	run -1 grep -v '^[2-5][0-9][0-9][ -]' "$BATS_TEST_TMPDIR/said"
}

@test "an honest sender is answered within a second beside those who hang" {
	case $BUILD in *sanitize*) most=4000000 ;; *) most=1000000 ;; esac
	listen
	for _ in {1..20}; do
		exec {slow}<>"/dev/tcp/127.0.0.1/$port"
		printf 'EHLO x\r\nMA' >&"$slow"
	done
	for _ in 1 2 3; do # a busy machine may lose a second of its own
		start=${EPOCHREALTIME/./}
		ask $'EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<bob@here.example>\r\nDATA\r\n.\r\nQUIT\r\n' | grep -q '^250 2.0.0 queued'
		[ $((${EPOCHREALTIME/./} - start)) -ge "$most" ] || return 0
	done
	false
}
