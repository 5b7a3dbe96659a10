# The peers themselves: that a test which fails beside one has found something, and that they come up for everyone.
load helper
load peers

setup() { peers; }
teardown() { peers_stop; }

letter() { printf 'From: a@example.com\nTo: bob\nSubject: peers\n\nhello\n'; }

# Hands the letter to a server without any program of ours.
hand_over() { swaks --server "127.0.0.1:$1" --from alice@example.com --to "$2" --data - --hide-all "${@:3}" < <(letter); }

one_file() { [ "$(find "$@" -type f 2>/dev/null | wc -l)" = 1 ]; }

@test "a free port is free, and waiting for one nobody opens ends" {
	port=$(free_port)
	run ! listens "$(printf %04X "$port")"
	in_background listener "$port" perl -MIO::Socket::INET -e 'IO::Socket::INET->new(Listen => 1, LocalPort => shift)->accept' "$port"
	listens "$(printf %04X "$port")"
}

@test "smtp-sink takes what smtp-source sends, and shows a fault on demand" {
	port=$(free_port)
	smtp_sink "$port" -c
	smtp_source -m 5 "127.0.0.1:$port"
	faulty=$(free_port)
	smtp_sink "$faulty" -r DATA
	run ! smtp_source "127.0.0.1:$faulty"
}

@test "Postfix delivers to a Maildir" {
	port=$(free_port)
	postfix_start "$port"
	hand_over "$port" bob@postfix.example
	await 10 one_file "$peer_folder/postfix-mail/bob/new"
	grep -x hello "$peer_folder"/postfix-mail/bob/new/*
}

@test "exim delivers to a Maildir, and sends on what is not its own" {
	port=$(free_port) next=$(free_port)
	smtp_sink "$next" -d "$peer_folder/exim-sent."
	exim_start "$port" 127.0.0.1 "$next"
	hand_over "$port" bob@exim.example
	await 10 one_file "$peer_folder/exim-mail/bob/new"
	grep -x hello "$peer_folder"/exim-mail/bob/new/*
}

@test "Dovecot takes letters by LMTP, and doveadm reads them" {
	port=$(free_port)
	dovecot_start "$port"
	hand_over "$port" bob@dovecot.example --protocol LMTP
	one_file "$peer_folder/dovecot-mail/bob/new"
	dovecot_run doveadm fetch -u bob text all | grep -x hello
}
