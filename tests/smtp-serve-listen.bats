# smtp-serve at a socket that listens: inetd's `wait`, s6-tcpserver-socketbinder, systemd.
load helper
load peers

setup() {
	pennypost
	mkdir -p "$PENNYPOST/mailboxes/bob"
	peer_folder=$BATS_TEST_TMPDIR
	port=$(free_port)
	unset LISTEN_FDS LISTEN_PID
}

teardown() {
	kill $(cat "$BATS_TEST_TMPDIR"/*.pid) 2>/dev/null || true
}

serve() { in_background serve "$port" "$top/tests/listen.pl" 127.0.0.1 "$port" smtp-serve "$@"; }
parent() { cat "$peer_folder/serve.pid"; }
log() { cat "$peer_folder/serve.log"; }

# connect PORT [ADDRESS]: what is said on standard input, to the server once it greeted, and back, from this address.
connect() {
	perl -MIO::Socket::INET -MIO::Select -e '
		my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$ARGV[0]", LocalAddr => $ARGV[1] // "127.0.0.1") or die "$!\n";
		$| = 1;
		print scalar <$s>;
		my $wait = IO::Select->new($s, \*STDIN);
		while (1) { for ($wait->can_read) {
			if (sysread $_, my $bytes, 65536) { syswrite $_ == $s ? \*STDOUT : $s, $bytes }
			elsif ($_ == $s) { exit }
			else { $wait->remove($_); shutdown $s, 1 }
		} }' "$@"
}

# The first line that a client is told within a second, or nothing.
greeting() { timeout 1 bash -c "exec 4<>/dev/tcp/127.0.0.1/${1:-$port}; head -n 1 <&4" | tr -d '\r'; }

transaction='EHLO client.example\r\nMAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@here.example>\r\nDATA\r\n'

@test "a letter comes in by a listening standard input, and tells who sent it" {
	serve
	swaks --silent 2 --server "127.0.0.1:$port" --helo client.example --from alice@example.org --to bob@here.example
	await 5 grep -q "id=.* client=127.0.0.1 .*status=accepted" "$peer_folder/serve.log"
	grep -q 'from client.example (\[127.0.0.1\])' "$(queued)"
}

@test "systemd's descriptors, several of them, are listened at; LISTEN_PID of another process is not ours" {
	other=$(free_port)
	in_background serve "$port" "$top/tests/listen.pl" -d 127.0.0.1 "$port" "$other" smtp-serve
	[[ $(greeting) = "220 here.example "* ]]
	[[ $(greeting "$other") = "220 here.example "* ]]
	LISTEN_FDS=1 LISTEN_PID=1 run smtp-serve </dev/null
	[ "$status" = 0 ]
	[[ $output = "220 "* ]]
}

@test "systemd-socket-activate starts it, with descriptor 3 and as inetd would" {
	command -v systemd-socket-activate >/dev/null || skip 'no systemd-socket-activate'
	in_background serve "$port" systemd-socket-activate -E PENNYPOST="$PENNYPOST" -l "127.0.0.1:$port" "$BUILD/bin/smtp-serve"
	[[ $(greeting) = "220 here.example "* ]]
	[[ $(greeting) = "220 here.example "* ]]
}

@test "many sessions, one after another and at once, from smtp-source" {
	peers
	serve -c 5
	smtp_source -4 -f alice@example.org -t bob@here.example -m 60 -s 12 "127.0.0.1:$port"
	[ "$(queued | wc -l)" = 60 ]
}

@test "-c: more connections than that wait until somebody leaves, and are then greeted" {
	serve -c 2
	exec 5<>"/dev/tcp/127.0.0.1/$port" 6<>"/dev/tcp/127.0.0.1/$port"
	head -n 1 <&5 | grep -q ^220
	head -n 1 <&6 | grep -q ^220
	[ -z "$(greeting)" ]
	exec 5>&- 5<&-
	[[ $(greeting) = 220* ]]
	exec 6>&- 6<&-
}

@test "-C: one address has no more sessions than that, unless it may relay; others are served" {
	printf '%s\n' 'relay-from 127.0.0.3' >>"$PENNYPOST/conf"
	serve -C 1
	coproc first { connect "$port" 127.0.0.2; }
	read -r line <&"${first[0]}"
	[[ $line = 220* ]]
	[[ $(connect "$port" 127.0.0.2 </dev/null) = "421 4.7.0 Too many connections from your address"* ]]
	[[ $(connect "$port" 127.0.0.4 </dev/null) = 220* ]]
	log | grep -q '^client=127.0.0.2 status=refused reply="421 4.7.0'
	kill "$first_PID"
}

# session COMMANDS: what the server answers to these lines, the greeting left out.
session() { printf '%b' "$1" | connect "$port" | tr -d '\r' | tail -n +2; }

@test "a process serves one session after another, and each knows nothing of those before" {
	echo 'relay-from 127.0.0.3' >>"$PENNYPOST/conf"
	serve -c 1
	await 5 pgrep -P "$(parent)" >/dev/null
	child=$(pgrep -P "$(parent)")
	[[ $(session "${transaction}Subject: half") = *354* ]]
	[[ $(session 'MAIL FROM:<alice@example.org>\r\n') = "503 5.5.1 Say EHLO first" ]]
	for _ in 1 2 3; do
		[[ $(session 'X\r\nX\r\nX\r\nX\r\nX\r\nDATA\r\n') = *"503 5.5.1 No sender was given" ]] # no tarpit yet
	done
	[[ $(session 'EHLO client.example\r\nMAIL FROM:<>\r\nRCPT TO:<a@new.example>\r\n') = *"550 5.7.1 We do not relay"* ]]
	echo 'new.example smtp:other.example' >"$PENNYPOST/routes"
	[[ $(session 'EHLO client.example\r\nMAIL FROM:<>\r\nRCPT TO:<a@new.example>\r\n') = *"250 2.1.5 OK" ]]
	[ "$(pgrep -P "$(parent)")" = "$child" ]
	[ -z "$(queued)" ]
}

@test "a session that breaks the protocol ends its process, and so do a hundred sessions" {
	serve -c 1
	await 5 pgrep -P "$(parent)" >/dev/null
	child=$(pgrep -P "$(parent)")
	[[ $(session 'EHLO client.example\n') = "500 5.5.2 A line ends in CRLF" ]]
	[[ $(greeting) = 220* ]]
	await 5 gone "$child"
	child=$(pgrep -P "$(parent)")
	for _ in {1..100}; do
		exec {connection}<>"/dev/tcp/127.0.0.1/$port"
		read -r -t 5 line <&"$connection"
		[[ $line = 220* ]]
		exec {connection}>&-
	done
	await 5 gone "$child"
	[[ $(greeting) = 220* ]]
}

@test "SIGHUP: the next sessions have the new settings, and a mistake in them leaves the old" {
	serve
	[[ $(greeting) = "220 here.example "* ]]
	sed -i 's/^hostname.*/hostname there.example/' "$PENNYPOST/conf"
	[[ $(greeting) = "220 here.example "* ]]
	kill -HUP "$(parent)"
	await 5 eval '[[ $(greeting) = "220 there.example "* ]]'
	echo 'nonsense 1' >>"$PENNYPOST/conf"
	kill -HUP "$(parent)"
	await 5 grep -q nonsense "$peer_folder/serve.log"
	[[ $(greeting) = "220 there.example "* ]]
	sed -i '$d' "$PENNYPOST/conf"
	echo 'relay-from ten' >>"$PENNYPOST/conf"
	kill -HUP "$(parent)"
	await 5 grep -q 'relay-from: .ten.: not a network' "$peer_folder/serve.log"
	[[ $(greeting) = "220 there.example "* ]]
}

@test "SIGTERM ends it at once with 0, those who wait too, and a session goes on" {
	serve
	exec 5<>"/dev/tcp/127.0.0.1/$port"
	read -r -t 5 line <&5
	printf "$transaction" >&5
	for _ in {1..11}; do read -r -t 5 line <&5; [[ $line != 354* ]] || break; done
	family=$(pgrep -d' ' -P "$(parent)")
	kill "$(parent)"
	await 5 gone "$(parent)"
	run ! bash -c "exec 4<>/dev/tcp/127.0.0.1/$port"
	printf 'Subject: late\r\n\r\n.\r\nQUIT\r\n' >&5
	grep -q '^250 2.0.0 queued' <&5
	grep -q '^Subject: late' "$(queued)"
	for pid in $family; do await 5 gone "$pid"; done
}

@test "a killed parent leaves none behind that waits" {
	serve
	await 5 eval '[ "$(pgrep -c -P "$(parent)")" -gt 1 ]'
	family=$(pgrep -d' ' -P "$(parent)")
	kill -KILL "$(parent)"
	for pid in $family; do await 5 gone "$pid"; done
}

@test "killed sessions are replaced, and wrong settings are said at the start" {
	serve
	for _ in 1 2 3; do
		await 5 pgrep -P "$(parent)" >/dev/null
		killed=$(pgrep -d , -P "$(parent)")
		kill -KILL ${killed//,/ }
		await 5 sh -c "! ps -p $killed >/dev/null"
		[[ $(greeting) = 220* ]]
	done
	echo 'relay-from ten' >>"$PENNYPOST/conf"
	run -78 "$top/tests/listen.pl" 127.0.0.1 "$(free_port)" smtp-serve
	[[ $output = "smtp-serve: relay-from: "* ]]
}

@test "-c and -C take numbers above 0" {
	for wrong in '-c 0' '-C 0' '-c x' '-C -1'; do
		run -64 smtp-serve $wrong </dev/null
	done
}

@test "the tarpit lets go of a client that left" {
	serve -t 3000 -c 1
	perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new("127.0.0.1:" . shift); <$s>; print $s "X\r\n" x 15;
		<$s>; setsockopt $s, SOL_SOCKET, SO_LINGER, pack("ii", 1, 0)' "$port"
	await 5 eval '[[ $(greeting) = 220* ]]'
}
