# The whole road: from sendmail on one host to a Maildir on another, by way of a real name server and real TCP; and
# the same with real peers at either end, whose bodies must be ours to the byte.
load helper
load peers
load hosts

setup() {
	peers
	hosts_begin
	host alice penny.example 127.0.0.2
	host bob post.example 127.0.0.3
	name_server
}

teardown() { peers_stop; }

# Bytes that break careless programs: dots, From_ lines, 8-bit text, blanks at the end, a line of 998, no text at all
# in the last lines.
body() {
	printf '.\n..\n.dot\nFrom the start\n>From here\ncaf\303\251 \n\t\n'
	printf '%998s\n' '' | tr ' ' 'x'
	printf 'trailing \n\n.\n\n'
}

letter() { printf 'From: %s\nTo: %s\nSubject: road\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n' "$1" "$2"; body; }

# same_body FOLDER...: the one letter there has the body above.
same_body() {
	local files

	mapfile -t files < <(find "$@" -type f)
	[ ${#files[@]} = 1 ] || { printf 'letters: %s\n' "${files[*]}"; return 1; }
	sed '1,/^\r*$/d' "${files[0]}" | tr -d '\r' | cmp - <(body)
}

inbox() { echo "$peer_folder/$1/mail/$1/new"; }

filled() { await 10 holds_a_letter "$1"; }

# send_by PORT FOLDER RECIPIENT [TRANSPORT]: Alice's queue-run hands the letter to a peer.
send_by() {
	on alice bash -c "echo '* ${4:-smtp}:127.0.0.1:$1' >routes"
	letter alice@penny.example "$3" | on alice sendmail -i -odi -f alice@penny.example -- "$3"
	filled "$2"
	same_body "$2"
	[ -z "$(on alice queue-list)" ]
}

@test "a letter goes from sendmail by queue, MX, SMTP and queue to a Maildir, with a Received for each hop" {
	host_up bob
	letter alice@penny.example bob@post.example | on alice sendmail -t -i -f alice@penny.example
	arrived bob
	same_body "$(inbox bob)"
	file=$(find "$(inbox bob)" -type f)
	[ "$(grep -c '^Received: ' "$file")" = 2 ]
	[ "$(sed -n 1p "$file")" = 'Return-Path: <alice@penny.example>' ]
	grep -A1 '^Received: from mail.penny.example ' "$file" | grep 'by mail.post.example with ESMTP id'
	await 5 eval '[ -z "$(on alice queue-list)$(on bob queue-list)" ]'
}

@test "a letter to an unknown user comes back as a bounce, and the queues are empty" {
	host_up bob
	letter alice@penny.example nobody@post.example | on alice sendmail -t -i -f alice@penny.example
	await 5 eval 'on alice queue-run; holds_a_letter "$(inbox alice)"' 2>/dev/null
	file=$(find "$(inbox alice)" -type f)
	grep -x 'Return-Path: <>' "$file"
	grep -x 'Action: failed' "$file"
	grep -x 'Status: 5.1.1' "$file"
	grep '^Final-Recipient: rfc822; *nobody@post.example' "$file"
	await 5 eval '[ -z "$(on alice queue-list)$(on bob queue-list)" ]'
}

@test "while a host is down its letters wait, and go through when it is back" {
	letter alice@penny.example bob@post.example | on alice sendmail -t -i -odi -f alice@penny.example
	on alice queue-list | cut -f7,8 | grep "^bob@post.example"$'\t''4'
	host_up bob
	on alice queue-edit retry -a 0
	await 5 eval 'on alice queue-run; holds_a_letter "$(inbox bob)"' 2>/dev/null
	same_body "$(inbox bob)"
}

@test "a letter for two people on two hosts reaches both, once" {
	host carol carol.example 127.0.0.4
	host_down unbound
	name_server
	host_up bob
	host_up carol
	letter alice@penny.example 'bob@post.example, carol@carol.example' |
		on alice sendmail -t -i -odi -f alice@penny.example
	arrived bob
	arrived carol
	same_body "$(inbox bob)"
	same_body "$(inbox carol)"
}

@test "a resident queue-run delivers what arrives by SMTP, and its bounces" {
	host_up bob
	spawn runner on alice queue-run -d
	letter alice@penny.example bob@post.example | on alice sendmail -t -i -f alice@penny.example
	arrived bob
	letter alice@penny.example nobody@post.example | on alice sendmail -t -i -f alice@penny.example
	arrived alice
}

@test "to Postfix, byte for byte" {
	port=$(free_port)
	postfix_start "$port"
	send_by "$port" "$peer_folder/postfix-mail/bob/new" bob@postfix.example
}

@test "to exim, byte for byte" {
	port=$(free_port)
	exim_start "$port" 127.0.0.1 25
	send_by "$port" "$peer_folder/exim-mail/bob/new" bob@exim.example
}

@test "to Dovecot by LMTP, byte for byte, and doveadm reads it" {
	port=$(free_port)
	dovecot_start "$port"
	send_by "$port" "$peer_folder/dovecot-mail/bob/new" bob@dovecot.example lmtp
	dovecot_run doveadm fetch -u bob body all | grep -a '^From the start'
}

@test "doveadm reads a Maildir that mail-deliver wrote" {
	mkdir -p "$peer_folder/dovecot-mail"
	sed -i "s,^mailboxes .*,mailboxes $peer_folder/dovecot-mail," "$peer_folder/bob/conf"
	mkdir -p "$peer_folder"/dovecot-mail/bob/{cur,new,tmp}
	letter alice@penny.example bob@post.example | on bob mail-deliver -f alice@penny.example bob
	[ "$(id -u)" != 0 ] || chown -R nobody "$peer_folder/dovecot-mail"
	dovecot_start "$(free_port)"
	[ "$(dovecot_run doveadm search -u bob header subject road | wc -l)" = 1 ]
	dovecot_run doveadm fetch -u bob text all | tr -d '\r' | sed '1,/^$/d' | cmp -n "$(body | wc -c)" - <(body)
}

@test "from Postfix, byte for byte" {
	host_up bob
	postfix_start "$(free_port)" "relayhost = [127.0.0.3]:$mail_port"
	letter carol@postfix.example bob@post.example | postfix_run sendmail -i -f carol@postfix.example bob@post.example
	filled "$(inbox bob)"
	same_body "$(inbox bob)"
	grep -x 'Return-Path: <carol@postfix.example>' "$(inbox bob)"/*
}

@test "from exim, byte for byte" {
	host_up bob
	exim_start "$(free_port)" 127.0.0.3 "$mail_port"
	letter carol@exim.example bob@post.example | exim_run -i -f carol@exim.example bob@post.example
	filled "$(inbox bob)"
	same_body "$(inbox bob)"
}

@test "Postfix passes on to us what we gave it, and the letter is whole" {
	host_up bob
	port=$(free_port)
	postfix_start "$port" "relayhost = [127.0.0.3]:$mail_port"
	send_by "$port" "$(inbox bob)" bob@post.example
	[ "$(grep -c '^Received: ' "$(inbox bob)"/*)" = 3 ]
}

@test "the demo plays in under 20 seconds and 81 columns, and leaves nothing behind" {
	mkdir "$BATS_TEST_TMPDIR/tmp"
	TMPDIR=$BATS_TEST_TMPDIR/tmp run -0 timeout 20 "$top/tests/demo"
	[ -z "$(ls -A "$BATS_TEST_TMPDIR/tmp")" ]
	[ -z "$(awk 'length > 80' <<<"$output")" ]
	for said in 'C: MAIL FROM:<alice@penny.example>' 'S: 250 2.1.5' 'Subject: Are you there?' 'Action: failed'; do
		[[ $output = *"$said"* ]] || { echo "$output"; return 1; }
	done
}
