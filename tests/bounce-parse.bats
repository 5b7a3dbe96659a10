# What came back, in the forms of tests/fuzz/bounced/, of real Postfix and exim, and of the corpus of flufl.bounce.
load helper
load peers

setup() {
	vectors=$top/tests/fuzz/bounced
	cd "$BATS_TEST_TMPDIR"
	mkdir -p Maildir/{cur,new,tmp}
	cp "$vectors/rfc3464" bounce
	cp "$vectors/qmail" Maildir/cur/1.x:2,S
	cp "$vectors/vacation" Maildir/new/2.x
}

teardown() { peers_stop; }

parse() { bounce-parse "$vectors/$1"; }

@test "recipient action status class reason, in each of the forms" {
	bounce-parse "$vectors" | sed "s,^$vectors/,," | diff "$top/tests/bounce-parse.tsv" -
}

@test "line ends of CRLF change nothing" {
	mkdir crlf
	for file in "$vectors"/*; do
		sed 's/$/\r/' "$file" >"crlf/${file##*/}"
	done
	bounce-parse crlf | sed 's,^crlf/,,' | diff "$top/tests/bounce-parse.tsv" -
}

@test "with several messages or a folder each line begins with the name of its message" {
	[ "$(bounce-parse Maildir | cut -f1,2)" = $'Maildir/cur/1.x:2,S\tbob@example.com\nMaildir/cur/1.x:2,S\tcarol@example.com\nMaildir/new/2.x\tbob@example.com' ]
	[ "$(bounce-parse <bounce)" = "$(bounce-parse bounce)" ]
	[ "$(bounce-parse bounce bounce | cut -f1 | uniq -c | tr -s ' ')" = ' 4 bounce' ]
}

@test "no bounce prints nothing: 65 where it is the only message" {
	for file in letter rfc3464-success arf-not-spam; do
		run -65 --separate-stderr bounce-parse "$vectors/$file"
		[ -z "$output" ]
		[ "$stderr" = 'bounce-parse: no bounce' ]
	done
	run -0 bounce-parse "$vectors/letter" "$vectors/letter"
	[ -z "$output" ]
}

@test "what cannot be opened is passed over: 66" {
	run -66 --separate-stderr bounce-parse bounce nothing bounce
	[ "${#lines[@]}" = 4 ]
	[ "$stderr" = 'bounce-parse: nothing: No such file or directory' ]
}

@test "words go before digits, policy before all" {
	class_of() {
		printf 'Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822;a@b.example\nAction: failed\nStatus: %s\nDiagnostic-Code: smtp; %s\n' "$1" "$2" |
			bounce-parse | cut -f3,4
	}
	[ "$(class_of 5.7.1 '550 5.7.1 No such user here')" = $'5.7.1\thard' ]
	[ "$(class_of 5.1.1 '550 5.1.1 <a@b.example>: blocked as spam')" = $'5.1.1\tpolicy' ]
	[ "$(class_of 5.0.0 '550 5.2.2 x')" = $'5.2.2\tsoft' ]
	[ "$(class_of 5.1.1 '550 <a@spam.blocked.example> no')" = $'5.1.1\thard' ]
	[ "$(class_of '' '550 no')" = $'5.0.0\thard' ]
	for status in 5.7.1=policy 4.7.0=policy 5.7.17=hard 5.1.8=policy 5.1.1=hard 4.1.1=soft 5.2.1=hard 5.2.2=soft 5.2.3=soft \
		5.3.0=soft 5.4.4=hard 5.4.7=soft 5.5.4=soft 5.6.0=soft 5.0.0=hard 4.0.0=soft; do
		[ "$(class_of "${status%=*}" x)" = "${status%=*}	${status#*=}" ] || { echo "$status"; false; }
	done
}

@test "nothing that a bounce says forges a line, or an escape of the terminal" {
	[ "$(parse hostile | wc -l)" = 1 ]
	run ! grep -P '[\x00-\x08\x0b-\x1f\x7f]' <(parse hostile)
}

@test "a bounce names 10,000 recipients at most, in little memory; 65" {
	{ printf 'Content-Type: message/delivery-status\n\n'
		perl -e 'printf "Final-Recipient: rfc822;user%d\@example.com\nAction: failed\nDiagnostic-Code: smtp; 550 %s %d\n\n", $_, "x" x 100, $_ for 1 .. 20000'
	} >many
	run -65 --separate-stderr timeout 10 bounce-parse many
	[ "${#lines[@]}" = 10000 ]
	[ "$stderr" = 'bounce-parse: many: names more recipients than are taken' ]
	peak() { /usr/bin/time -f %M "$@" 2>&1 >/dev/null | tail -n 1; }
	sanitized bounce-parse || [ "$(peak bounce-parse many)" -lt 8192 ]
}

@test "no size takes memory: a line, a letter and a list of addresses without end" {
	peak() { /usr/bin/time -f %M timeout 20 "$@" 2>&1 >/dev/null | tail -n 1; }
	! sanitized bounce-parse || skip "sanitizers need memory of their own"
	{ cat "$vectors/qmail"; yes 'and so on' | head -c 50000000; } >letter
	{ printf 'From: MAILER-DAEMON\nSubject: failure notice\n\n'; yes 'a@b.example ' | tr -d '\n' | head -c 20000000; } >line
	{ printf 'From: MAILER-DAEMON\nSubject: failure notice\n\nundeliverable:\n'; seq -f '<a%.0f@b.example>:' 1000000; } >list
	for file in letter line list; do
		[ "$(peak bounce-parse "$file")" -lt 8192 ]
	done
}

@test "queue-run's own reports" {
	pennypost
	mkdir -p "$PENNYPOST/mailboxes/alice"
	printf 'there.example error:5.1.1 nobody of that name\n' >"$PENNYPOST/routes"
	printf 'Subject: x\n\nhello\n' | queue-add -f alice@here.example bob@there.example
	queue-run
	[[ $(bounce-parse "$PENNYPOST"/mailboxes/alice/new/*) = $'bob@there.example\tfailed\t5.1.1\thard\t'*'nobody of that name' ]]
}

@test "bounces of a real Postfix and of a real exim" {
	peers
	printf 'Subject: x\n\nhello\n' >letter
	port=$(free_port)
	postfix_start "$port"
	postfix_run sendmail -f bob@postfix.example nobody@postfix.example <letter
	arrived() { [ -n "$(ls "$peer_folder/postfix-mail/bob/new" 2>/dev/null)" ]; }
	await 20 arrived
	[[ $(bounce-parse "$peer_folder"/postfix-mail/bob/new/*) = $'nobody@postfix.example\tfailed\t5.1.1\thard\t'*unknown* ]]
	port=$(free_port)
	next=$(free_port)
	smtp_sink "$next" -f rcpt
	exim_start "$port" 127.0.0.1 "$next"
	exim_run -odf -f bob@exim.example carol@there.example <letter || true
	arrived() { [ -n "$(ls "$peer_folder/exim-mail/bob/new" 2>/dev/null)" ]; }
	await 20 arrived
	bounce-parse "$peer_folder"/exim-mail/bob/new/* | cut -f1,2,4 >exim
	[ "$(<exim)" = $'carol@there.example\tfailed\tsoft' ] || { cat exim; false; }
}

@test "nine of ten recipients that flufl.bounce finds in its own corpus are found" {
	corpus=/usr/lib/python3/dist-packages/flufl/bounce/tests/data
	[ -d "$corpus" ] || skip 'no flufl.bounce'
	/usr/bin/python3 "$top/tests/bounced.py" "$corpus"/*.txt | LC_ALL=C sort >theirs
	bounce-parse "$corpus"/*.txt | awk -F '\t' -v OFS='\t' '{ sub(".*/", "", $1); print $1, tolower($2), $3 }' | LC_ALL=C sort -u >ours
	[ "$(wc -l <theirs)" -gt 100 ]
	[ "$(LC_ALL=C comm -12 theirs ours | wc -l)" -ge $(($(wc -l <theirs) * 9 / 10)) ]
}

@test "bounce-parse(1): the examples" {
	[ "$(bash -c "$(example bounce-parse.1 1)" | tail -n 1)" = $'carol@example.com\tdelayed' ]
	[ "$(bash -c "$(example bounce-parse.1 2)")" = bob@example.com ]
	[ "$(bash -c "$(example bounce-parse.1 3)" | tr -s ' ')" = $' 1 auto-reply\n 1 hard\n 1 policy' ]
}
