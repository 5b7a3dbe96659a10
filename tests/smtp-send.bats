load helper
load peers
load canned.bash

setup() {
	pennypost
	cd "$BATS_TEST_TMPDIR" || return
	printf 'Subject: dots\n\n.one\n..two\nlast' >message
	printf 'Subject: dots\r\n\r\n.one\r\n..two\r\nlast\r\n' >wire
}

teardown() {
	canned_stop
	peers_stop
}

times=(-t connect=2s -t greeting=300ms -t helo=300ms -t mail=300ms -t rcpt=300ms -t data=300ms -t dot=300ms -t block=1s
	-t quit=200ms)

send() { timeout 30 smtp-send -t quit=200ms -f alice@here.example "$@"; }

# letters N [FROM]: N job lines, each of a file of its own with one recipient.
letters() {
	local i

	for ((i = ${2:-1}; i < ${2:-1} + $1; i++)); do
		printf 'Subject: %d\n\nbody\n' "$i" >"letter$i"
		printf 'id%d\t%s\t0\tsender%d@here.example\t\tbob%d@there.example\n' "$i" "$PWD/letter$i" "$i" "$i"
	done
}

commands() { sed -n 's/^C: //p' "$1/log"; }
count() { grep -c -- "$1" "$2" || true; }

@test "a letter goes out: LF becomes CRLF, dots are stuffed, a last line gets its end" {
	for extensions in "" +PIPELINING +CHUNKING "+PIPELINING +CHUNKING +SIZE +8BITMIME +DSN"; do
		rm -rf server
		# shellcheck disable=SC2086
		canned server $extensions
		run -0 send -s "127.0.0.1:$port" bob@there.example <message
		[ "$output" = "-	bob@there.example	250	2.0.0	Ok: queued as 1	[127.0.0.1]" ]
		cmp server/1 wire
		[ "$(count BARE server/log)" = 0 ]
	done
}

@test "the message may come through a pipe, end its lines in CRLF, be empty" {
	canned server
	send -s "127.0.0.1:$port" bob@there.example < <(cat message)
	send -s "127.0.0.1:$port" bob@there.example <wire
	send -s "127.0.0.1:$port" bob@there.example </dev/null
	cmp server/1 wire
	cmp server/2 wire
	[ ! -s server/3 ]
}

@test "PIPELINING: MAIL, RCPT and DATA in one write, the next letter's behind the final dot, QUIT behind the last" {
	canned server +PIPELINING hold
	letters 5 | send -j -s "127.0.0.1:$port" 2>&1 | tee out || true
	letters 5 >job-lines
	timeout 20 smtp-send -j -s "127.0.0.1:$port" <job-lines >results
	[ "$(cut -f 1-3 results)" = "$(printf 'id%d\tbob%d@there.example\t250\n' 1 1 2 2 3 3 4 4 5 5)" ]
	[ "$(count '^read' server/log)" -le 8 ]
}

@test "PIPELINING and CHUNKING: letter after letter without waiting" {
	canned server +PIPELINING +CHUNKING hold=50
	letters 50 >job-lines
	timeout 20 smtp-send -j -s "127.0.0.1:$port" <job-lines >results
	[ "$(count '	250	' results)" = 50 ]
	for i in 1 25 50; do
		sed 's/$/\r/' "letter$i" | cmp - "server/$i"
		grep -q "^letter $i: <sender$i@here.example> -> <bob$i@there.example>\$" server/log
	done
}

@test "a long message goes in chunks, and its memory is not the message's" {
	! sanitized smtp-send || skip "a sanitizer takes the address space"
	canned server +PIPELINING +CHUNKING
	yes 'a line of a long message, of which there are very many' | head -c 20000000 >long
	echo >>long
	(ulimit -v 30000; smtp-send -s "127.0.0.1:$port" bob@there.example <long)
	sed 's/$/\r/' long | cmp - server/1
	canned plain
	(ulimit -v 30000; smtp-send -s "127.0.0.1:$port" bob@there.example <long)
	sed 's/$/\r/' long | cmp - plain/1
}

@test "time-outs are for a block, not for a whole message" {
	yes 'a line of a long message, of which there are very many' | head -c 20000000 >long
	for extensions in "" "+PIPELINING +CHUNKING"; do
		rm -rf server
		# shellcheck disable=SC2086
		canned server sip $extensions
		run -0 send -t block=2s -t dot=10s -s "127.0.0.1:$port" bob@there.example <long
	done
}

# Every step of the dialogue with a server that falls silent, or closes, or resets the connection there.
each_step() {
	local how step expect

	for how in hang close reset; do
		for step in connect ehlo mail rcpt data dot bdat; do
			(
				folder=$step-$how
				canned "$folder" "$@" "$step=$how"
				status=0
				timeout 20 smtp-send "${times[@]}" -s "127.0.0.1:$port" b@there.example c@there.example <message >"$folder/out" || status=$?
				kill "${servers[@]}"
				echo "$status $(cut -f 2,3 "$folder/out" | tr '\t\n' '  ')" >"$folder/result"
			) &
		done
		wait
	done
	for how in hang close reset; do
		for step in connect ehlo mail rcpt data dot bdat; do
			expect='75 b@there.example 451 c@there.example 451 '
			# A step that this dialogue does not have.
			[ "$(commands "$step-$how" | tail -n 1)" != QUIT ] || expect='0 b@there.example 250 c@there.example 250 '
			[ "$(<"$step-$how/result")" = "$expect" ] || { echo "$step $how: $(<"$step-$how/result")"; return 1; }
		done
	done
}

@test "a server that hangs, closes or resets at any step: temporary failure" { each_step; }
@test "the same with PIPELINING" { each_step +PIPELINING; }
@test "the same with PIPELINING and CHUNKING" { each_step +PIPELINING +CHUNKING; }

@test "a server that hangs or closes at QUIT takes nothing back" {
	for how in hang close reset; do
		canned "$how" quit=$how
		run -0 send -s "127.0.0.1:$port" bob@there.example <message
		[[ $output = *'	250	2.0.0	'* ]]
	done
}

@test "nothing listens: 4.4.1, and all letters have it at once" {
	letters 3 >job-lines
	run -0 smtp-send -j -s "127.0.0.1:$(free_port)" <job-lines
	[ "$(cut -f 3,4 <<<"$output" | sort -u)" = '451	4.4.1' ]
	[ ${#lines[@]} = 3 ]
}

@test "a lost connection: only what was not answered is sent again" {
	for extensions in "" +PIPELINING "+PIPELINING +CHUNKING"; do
		for how in close 'closeafter:421 4.7.0 enough'; do
			rm -rf server
			# shellcheck disable=SC2086
			canned server $extensions "mail#3=$how"
			letters 5 >job-lines
			smtp-send -j -s "127.0.0.1:$port" <job-lines >results
			[ "$(cut -f 1,3 results | sort)" = "$(printf 'id%d\t250\n' 1 2 3 4 5)" ]
			[ "$(count ^connection server/log)" = 2 ]
			[ "$(grep -o '^letter .*<bob.@' server/log | sed 's/.*<//' | sort)" = "$(printf 'bob%d@\n' 1 2 3 4 5)" ]
		done
	done
}

@test "a letter at which the connection breaks each time waits, and stops no other" {
	for extensions in "" +PIPELINING "+PIPELINING +CHUNKING"; do
		rm -rf server
		# shellcheck disable=SC2086
		canned server $extensions 'rcpt/bob2=close'
		letters 4 >job-lines
		smtp-send -j -s "127.0.0.1:$port" <job-lines >results
		[ "$(cut -f 1,3,4 results | sort)" = "id1	250	2.0.0
id2	451	4.5.0
id3	250	2.0.0
id4	250	2.0.0" ]
	done
}

@test "what was sent to its end and never answered is sent again, not for ever" {
	canned server dot=close
	run -75 send -s "127.0.0.1:$port" bob@there.example <message
	[ "$(count ^letter server/log)" = 2 ]
}

@test "replies of any size and shape are read" {
	for reply in huge line drip '250-one\n250-two\n250 three' '250' 'raw:250 a bare LF\n' 'raw:250 \000\001\377 NULs\r\n' \
	    '250-first\n450-second\n250 the last line counts'; do
		rm -rf server
		canned server "mail=$reply" "rcpt=$reply" "dot=$reply"
		timeout 30 smtp-send -s "127.0.0.1:$port" bob@there.example <message >out || { echo "$reply"; return 1; }
		grep -q '	250	' out
	done
}

@test "nonsense for a reply ends the connection, and is a temporary failure" {
	for reply in 'garbage' '\n' '199 too low' '600 too high' '25 short' '250_no' '354 not here' 'raw:\0\0\0\r\n'; do
		rm -rf server
		canned server "mail=$reply"
		run -75 send -s "127.0.0.1:$port" bob@there.example <message
		[[ $output = *'	451	4.5.0	'* ]] || [[ $output = *'	451	4.4.2	'* ]] || { echo "$reply"; false; }
	done
	rm -rf server
	canned server 'data=250 so what'
	run -75 send -s "127.0.0.1:$port" bob@there.example <message
}

@test "a reply to nothing, behind another one, does not become the answer to a later letter" {
	canned server 'dot#1=raw:250 one\r\n250 two\r\n550 5.1.1 three\r\n'
	letters 2 >job-lines
	timeout 20 smtp-send -j -s "127.0.0.1:$port" <job-lines >results
	[ "$(cut -f 1,3 results)" = 'id1	250
id2	250' ]
}

@test "the text of a reply is its lines without codes, controls hidden, bounded" {
	canned server 'rcpt=550-5.1.1 The account does not exist.\n550-5.1.1 Please try\n550 5.1.1 another.'
	run -67 send -s "127.0.0.1:$port" bob@there.example <message
	[ "$output" = "-	bob@there.example	550	5.1.1	The account does not exist. Please try another.	[127.0.0.1]" ]
	canned second 'rcpt=raw:550 \033[31mred\r\n'
	run -69 send -s "127.0.0.1:$port" bob@there.example <message
	[ "$output" = '-	bob@there.example	550	5.0.0	?[31mred	[127.0.0.1]' ]
	canned third rcpt=huge
	run -0 send -s "127.0.0.1:$port" bob@there.example <message
	[ ${#output} -lt 2000 ]
}

@test "each recipient has its own result, as soon as it is known" {
	canned server +PIPELINING 'rcpt/b@=550 5.1.1 unknown' 'rcpt/c@=450 4.2.1 busy' 'dot=250 2.6.0 taken'
	run -75 send -s "127.0.0.1:$port" a@there.example b@there.example c@there.example <message
	[ "$(cut -f 2-4 <<<"$output" | sort)" = "a@there.example	250	2.6.0
b@there.example	550	5.1.1
c@there.example	450	4.2.1" ]
}

@test "exit status: 67 no such user, 77 policy, 65 the message, 69 otherwise; 75 where one may be tried again" {
	canned server 'rcpt/u@=550 5.1.1 no' 'rcpt/p@=550 5.7.1 no' 'rcpt/m@=554 5.6.0 no' 'rcpt/x@=550 no' 'rcpt/t@=450 no'
	run -67 send -s "127.0.0.1:$port" u@there.example <message
	run -77 send -s "127.0.0.1:$port" p@there.example <message
	run -65 send -s "127.0.0.1:$port" m@there.example <message
	run -69 send -s "127.0.0.1:$port" x@there.example <message
	run -75 send -s "127.0.0.1:$port" x@there.example t@there.example u@there.example <message
}

@test "MAIL, DATA or the final dot refused: all recipients have that reply, the next letter goes" {
	for extensions in "" +PIPELINING "+PIPELINING +CHUNKING"; do
		for step in mail data dot bdat; do
			[[ $extensions = *CHUNKING* && $step = d* || $extensions != *CHUNKING* && $step = bdat ]] && continue
			rm -rf server
			# shellcheck disable=SC2086
			canned server $extensions "$step#1=552 5.3.4 refused"
			letters 2 >job-lines
			timeout 20 smtp-send -j -s "127.0.0.1:$port" <job-lines >results
			[ "$(cut -f 1,3,4 results)" = "id1	552	5.3.4
id2	250	2.0.0" ]
			[ "$(count ^connection server/log)" = 1 ]
			grep -q '<sender2@here.example> -> <bob2@there.example>' server/log
		done
	done
}

@test "all RCPT refused, 354 all the same: a lone dot, then the next letter (RFC 2920 3.1)" {
	canned server +PIPELINING 'rcpt#1=550 5.1.1 no' 'data#1=354 go ahead'
	letters 2 >job-lines
	timeout 20 smtp-send -j -s "127.0.0.1:$port" <job-lines >results
	grep -q '^lone dot' server/log
	[ "$(cut -f 1,3 results)" = "id1	550
id2	250" ]
	sed 's/$/\r/' letter2 | cmp - server/1
}

@test "all RCPT refused before BDAT: the next letter has its own sender (RFC 3030 4.2)" {
	canned server +PIPELINING +CHUNKING hold=2 'rcpt/bob[13]=550 5.1.1 no'
	letters 4 >job-lines
	timeout 20 smtp-send -j -s "127.0.0.1:$port" <job-lines >results
	[ "$(cut -f 1,3 results | sort)" = "id1	550
id2	250
id3	550
id4	250" ]
	grep -q '<sender2@here.example> -> <bob2@there.example>' server/log
	grep -q '<sender4@here.example> -> <bob4@there.example>' server/log
}

@test "MAIL refused in the stream: its recipients have that reply, the others go" {
	canned server +PIPELINING +CHUNKING hold=3 'mail/sender2=550 5.7.1 not you'
	letters 4 >job-lines
	timeout 20 smtp-send -j -s "127.0.0.1:$port" <job-lines >results
	[ "$(cut -f 1,3,4 results | sort)" = "id1	250	2.0.0
id2	550	5.7.1
id3	250	2.0.0
id4	250	2.0.0" ]
}

@test "MAIL refused but a RCPT taken: nothing is sent to such a server" {
	canned server +PIPELINING 'mail=550 5.7.1 no' 'rcpt=250 2.1.5 yes' 'data=354 go'
	run -77 send -s "127.0.0.1:$port" bob@there.example <message
	[ "$(count ^letter server/log)" = 0 ]
}

@test "a chunk refused in the middle: the rest stays here, the next letter goes" {
	canned server +PIPELINING +CHUNKING 'bdat#2=452 4.3.1 full'
	yes 'a line of a long message' | head -n 1000000 >long
	{ printf 'long\t%s\t0\ta@here.example\t\tbob@there.example\n' "$PWD/long"; letters 1; } >job-lines
	timeout 20 smtp-send -j -s "127.0.0.1:$port" <job-lines >results
	[ "$(cut -f 1,3,4 results)" = "long	452	4.3.1
id1	250	2.0.0" ]
	[ "$(count 'BDAT.*LAST' server/log)" = 1 ]
}

@test "more than 100 recipients go in several transactions; too many for the server go in the next" {
	canned server +PIPELINING
	mapfile -t recipients < <(seq -f 'user%.0f@there.example' 250)
	send -s "127.0.0.1:$port" "${recipients[@]}" <message >out
	[ "$(count '	250	' out)" = 250 ]
	[ "$(count ^letter server/log)" = 3 ]
	canned small +PIPELINING 'rcpt#3=452 4.5.3 too many' 'rcpt#4=452 4.5.3 too many' 'rcpt#5=452 4.5.3 too many'
	send -s "127.0.0.1:$port" "${recipients[@]:0:5}" <message >out
	[ "$(count '	250	' out)" = 5 ]
	[ "$(count ^letter small/log)" = 2 ]
	[ "$(count ^connection small/log)" = 1 ] || [ "$(count ^connection small/log)" = 2 ]
}

@test "452 that means something else is the recipient's result" {
	canned server 'rcpt#2=452 4.2.2 mailbox full'
	run -75 send -s "127.0.0.1:$port" a@there.example b@there.example <message
	[[ $output = *'b@there.example	452	4.2.2	'* ]]
}

@test "a message larger than SIZE is refused before MAIL: 552 5.3.4" {
	canned server '+SIZE 20'
	run -69 send -s "127.0.0.1:$port" bob@there.example <message
	[[ $output = *'	552	5.3.4	'* ]]
	[ "$(commands server | count MAIL -)" = 0 ]
	canned roomy '+SIZE 1000'
	send -s "127.0.0.1:$port" bob@there.example <message
	commands roomy | grep -qx "MAIL FROM:<alice@here.example> SIZE=$(wc -c <wire)"
}

@test "8BITMIME: BODY is said where the body has 8-bit bytes" {
	canned server +8BITMIME
	printf 'Subject: x\n\n\303\251\n' | send -s "127.0.0.1:$port" bob@there.example
	send -s "127.0.0.1:$port" bob@there.example <message
	[ "$(commands server | grep MAIL)" = 'MAIL FROM:<alice@here.example> BODY=8BITMIME
MAIL FROM:<alice@here.example>' ]
}

@test "8-bit bytes for a server without 8BITMIME: converted; SIZE is that of what is sent" {
	printf 'Subject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n.\303\251 =\n' >accents
	for extensions in +SIZE "+SIZE +PIPELINING +CHUNKING"; do
		rm -rf server
		# shellcheck disable=SC2086
		canned server $extensions
		send -s "127.0.0.1:$port" bob@there.example <accents
		[ "$(LC_ALL=C count '[^ -~]' - < <(tr -d '\r' <server/1))" = 0 ]
		grep -q '^Content-Transfer-Encoding: quoted-printable' server/1
		sed '1,/^\r$/d' server/1 | perl -MMIME::QuotedPrint -ne 'print decode_qp($_)' | cmp - <(printf '.\303\251 =\n')
		commands server | grep -qx "MAIL FROM:<alice@here.example> SIZE=$(wc -c <server/1)"
	done
	canned eight +8BITMIME
	send -s "127.0.0.1:$port" bob@there.example <accents
	sed 's/$/\r/' accents | cmp - eight/1
}

@test "NUL, bare CR and lines over 998 never go out as they are, but arrive" {
	{ printf 'Subject: x\n\n'; head -c 1500 /dev/zero | tr '\0' y; printf '\nb\rc\0d\n.\n'; } >unfit
	canned server +8BITMIME +PIPELINING
	send -s "127.0.0.1:$port" bob@there.example <unfit
	[ "$(count BARE server/log)" = 0 ]
	sed '1,/^\r$/d' server/1 | perl -MMIME::QuotedPrint -ne 's/\r\n/\n/; print decode_qp($_)' | cmp - <(sed '1,/^$/d' unfit)
	{ printf 'Subject: x\n\n'; head -c 998 /dev/zero | tr '\0' y; echo; } >fits
	send -s "127.0.0.1:$port" bob@there.example <fits
	sed 's/$/\r/' fits | cmp - server/2
}

@test "what is signed is not converted: 5.6.3" {
	printf 'MIME-Version: 1.0\nContent-Type: multipart/signed; boundary=b\n\n--b\n\n\303\251\n--b--\n' >signed
	canned server
	run -65 send -s "127.0.0.1:$port" bob@there.example <signed
	[[ $output = *'	554	5.6.3	'* ]]
	[ "$(commands server | count MAIL -)" = 0 ]
	canned eight +8BITMIME
	send -s "127.0.0.1:$port" bob@there.example <signed
	sed 's/$/\r/' signed | cmp - eight/1
}

@test "a long message is converted in little memory" {
	! sanitized smtp-send || skip "a sanitizer takes the address space"
	{ printf 'Subject: x\n\n'; yes $'caf\303\251' | head -c 6000000; } >long
	canned server +CHUNKING
	(ulimit -v 30000; smtp-send -s "127.0.0.1:$port" bob@there.example <long)
	[ "$(sed '1,/^\r$/d' server/1 | perl -MMIME::QuotedPrint -ne 's/\r\n/\n/; print decode_qp($_)' | cmp - <(sed '1,/^$/d' long) 2>&1)" = '' ]
}

@test "SMTPUTF8: a domain becomes A-labels where that is enough; else 5.6.7" {
	canned plain
	run -0 send -s "127.0.0.1:$port" 'bob@bücher.example' <message
	[[ $output = '-	bob@bücher.example	250	'* ]]
	commands plain | grep -qx 'RCPT TO:<bob@xn--bcher-kva.example>'
	run -65 send -s "127.0.0.1:$port" 'bøb@there.example' <message
	[[ $output = *'	553	5.6.7	'* ]]
	run -65 send -f 'ålice@here.example' -s "127.0.0.1:$port" bob@there.example <message
	[[ $output = *'	5.6.7	'* ]]
	run -65 send -o smtputf8 -s "127.0.0.1:$port" bob@there.example < <(printf 'Subject: \303\251\n\nx\n')
	[[ $output = *'	5.6.7	'* ]]
	canned utf8 +SMTPUTF8 +8BITMIME
	send -o smtputf8 -s "127.0.0.1:$port" 'bøb@bücher.example' <message
	commands utf8 | grep -qx 'MAIL FROM:<alice@here.example> SMTPUTF8'
	commands utf8 | grep -qx 'RCPT TO:<bøb@bücher.example>'
}

@test "DSN: RET, ENVID, NOTIFY and ORCPT go to a server that knows them, and only there" {
	printf 'id\t%s\t0\ta@here.example\tret=hdrs envid=QQ\tbob@there.example notify=success,failure orcpt=rfc822;bob@x\tc@there.example\n' \
		"$PWD/message" >job-lines
	canned server +DSN
	smtp-send -j -s "127.0.0.1:$port" <job-lines
	commands server | grep -qx 'MAIL FROM:<a@here.example> RET=hdrs ENVID=QQ'
	commands server | grep -qx 'RCPT TO:<bob@there.example> NOTIFY=success,failure ORCPT=rfc822;bob@x'
	canned plain
	smtp-send -j -s "127.0.0.1:$port" <job-lines
	commands plain | grep -qx 'MAIL FROM:<a@here.example>'
}

@test "a server without EHLO gets HELO" {
	canned server noehlo
	send -s "127.0.0.1:$port" bob@there.example <message
	[ "$(commands server | head -n 2)" = 'EHLO here.example
HELO here.example' ]
}

@test "LMTP: LHLO, a result for each recipient, over TCP and a Unix socket" {
	for extensions in "" +PIPELINING "+PIPELINING +CHUNKING"; do
		for where in "" unix; do
			rm -rf server
			# shellcheck disable=SC2086
			canned server lmtp $where $extensions 'rcpt/no@=550 5.1.1 no' 'dot/full@=452 4.2.2 full' 'bdat/full@=452 4.2.2 full'
			[ "$where" ] || port=127.0.0.1:$port
			run -75 send -l -s "$port" a@there.example no@there.example full@there.example b@there.example <message
			[ "$(cut -f 2-4 <<<"$output" | sort)" = "a@there.example	250	2.0.0
b@there.example	250	2.0.0
full@there.example	452	4.2.2
no@there.example	550	5.1.1" ]
			commands server | grep -qx 'LHLO here.example'
		done
	done
}

@test "LMTP: nobody accepted, and the next letter goes" {
	for extensions in "" +PIPELINING "+PIPELINING +CHUNKING"; do
		rm -rf server
		# shellcheck disable=SC2086
		canned server lmtp $extensions 'rcpt#1=550 5.1.1 no'
		letters 2 >job-lines
		timeout 20 smtp-send -l -j -s "127.0.0.1:$port" <job-lines >results
		[ "$(cut -f 1,3 results)" = "id1	550
id2	250" ]
	done
}

@test "-j: a result is printed while more jobs may come, and the connection is kept" {
	canned server +PIPELINING
	mkfifo job-lines results
	timeout 20 smtp-send -j -s "127.0.0.1:$port" <job-lines >results 3>&- &
	exec 8>job-lines 9<results
	letters 1 >&8
	read -r -t 5 line <&9
	[[ $line = id1* ]]
	letters 1 2 >&8
	read -r -t 5 line <&9
	[[ $line = id2* ]]
	exec 8>&-
	wait $!
	[ "$(count ^connection server/log)" = 1 ]
}

@test "-j: an idle connection is left, and made again for the next job" {
	canned server
	{ letters 1; sleep 0.6; letters 1 2; } | smtp-send -j -t idle=200ms -s "127.0.0.1:$port" >results
	[ "$(cut -f 1,3 results)" = "id1	250
id2	250" ]
	[ "$(count ^connection server/log)" = 2 ]
	[ "$(commands server | count QUIT -)" = 2 ]
}

@test "-j: a server that closes an idle connection costs nothing" {
	canned server +PIPELINING 'dot#1=closeafter:250 2.0.0 taken, bye'
	{ letters 1; sleep 0.3; letters 1 2; } | smtp-send -j -s "127.0.0.1:$port" >results
	[ "$(cut -f 1,3 results)" = "id1	250
id2	250" ]
}

# job N SERVER: a line for the Nth letter, to go to that server.
job() { letters 1 "$1" | sed "s/@here.example\t/&route=smtp:$2/"; }

@test "-j: route= names the server of a job, and -s goes before it" {
	canned here +PIPELINING
	first=127.0.0.1:$port
	canned there +PIPELINING
	for n in 1 2 3 4; do
		job $n "$([ $((n % 2)) = 1 ] && echo "$first" || echo "127.0.0.1:$port")"
	done >job-lines
	smtp-send -j <job-lines >results
	[ "$(sort results | cut -f 1,3)" = "$(printf 'id%d\t250\n' 1 2 3 4)" ]
	[ "$(commands here | count RCPT -)" = 2 ]
	[ "$(commands there | count RCPT -)" = 2 ]
	smtp-send -j -s "$first" <job-lines >results
	[ "$(commands here | count RCPT -)" = 6 ]
	[ "$(commands here | count QUIT -)" = "$(count ^connection here/log)" ]
}

@test "-j: route= to what is no server: 4.3.5, and the others go" {
	canned server
	{ job 1 nowhere:smtp; job 2 "127.0.0.1:$port"; } | smtp-send -j >results
	[ "$(cut -f 1,3,4 results)" = "id1	451	4.3.5
id2	250	2.0.0" ]
}

@test "-j: a server that hangs at QUIT holds up no letter for another" {
	canned hangs quit=hang
	first=127.0.0.1:$port
	canned server
	{ job 1 "$first"; job 2 "127.0.0.1:$port"; } >job-lines
	timeout 12 smtp-send -j -t quit=15s <job-lines >results
	[ "$(cut -f 1,3 results)" = "$(printf 'id%d\t250\n' 1 2)" ]
	{ job 1 "$first"; sleep 0.3; job 2 "127.0.0.1:$port"; } | timeout 12 smtp-send -j -t quit=15s >results
	[ "$(cut -f 1,3 results)" = "$(printf 'id%d\t250\n' 1 2)" ]
	canned again quit=hang
	first=127.0.0.1:$port
	canned other
	{ job 1 "$first"; sleep 0.6; job 2 "127.0.0.1:$port"; } | timeout 12 smtp-send -j -t quit=15s -t idle=200ms >results
	[ "$(cut -f 1,3 results)" = "$(printf 'id%d\t250\n' 1 2)" ]
}

@test "-j: what is no job is said, and the others go; a file that cannot be read is 4.3.0" {
	canned server
	{ echo nonsense; printf 'gone\t/nonexistent\t0\ta@here.example\t\tbob@there.example\n'; letters 1; } >job-lines
	run -65 --separate-stderr smtp-send -j -s "127.0.0.1:$port" <job-lines
	[ "$stderr" = 'smtp-send: standard input: not a job' ]
	[[ ${lines[0]} = 'gone	bob@there.example	451	4.3.0	'* ]]
	[[ ${lines[1]} = 'id1	bob1@there.example	250	'* ]]
	printf 'nul\t/nonexistent\t0\ta@here.example\t\tbob@a\0b.example\n' >job-lines
	run -65 timeout 10 smtp-send -j <job-lines
	[ "$output" = 'smtp-send: standard input: not a job' ]
}

@test "-j: an address that would be more than an address is not sent" {
	canned server
	printf 'id\t%s\t0\ta@here.example\t\tbob@there.example>\\nDATA\n' "$PWD/message" >job-lines
	run -0 smtp-send -j -s "127.0.0.1:$port" <job-lines
	[[ $output = *'	553	5.1.3	'* ]]
	[ "$(commands server | count DATA -)" = 0 ]
}

@test "a server that talks without end gets no longer than a silent one" {
	canned server mail=flood
	run -75 timeout 20 smtp-send -t mail=500ms -s "127.0.0.1:$port" bob@there.example <message
	[[ $output = *"	451	4.4.2	timed out, awaiting the reply to MAIL	"* ]]
}

@test "-v prints the dialogue on standard error" {
	canned server
	run -0 --separate-stderr send -v -s "127.0.0.1:$port" bob@there.example <message
	diff - <(printf '%s\n' "$stderr") <<-END
		-- connected to [127.0.0.1]
		S: 220 canned.example ESMTP
		C: EHLO here.example
		S: 250-canned.example
		S: 250 HELP
		C: MAIL FROM:<alice@here.example>
		S: 250 2.1.0 Ok
		C: RCPT TO:<bob@there.example>
		S: 250 2.1.5 Ok
		C: DATA
		S: 354 go ahead
		C: (the message)
		C: .
		S: 250 2.0.0 Ok: queued as 1
		C: QUIT
		S: 221 2.0.0 Bye
	END
}

@test "a wrong option, no recipient, a wrong time or server is a usage error" {
	run -64 smtp-send -Z bob@there.example <message
	run -64 smtp-send -s 127.0.0.1 <message
	run -64 smtp-send -j bob@there.example </dev/null
	run -64 smtp-send -j -f alice@here.example </dev/null
	run -64 smtp-send -t nonsense=1s bob@there.example <message
	run -64 smtp-send -t dot=soon bob@there.example <message
	run -64 smtp-send -s 127.0.0.1:99999 bob@there.example <message
	run -64 smtp-send -o nonsense bob@there.example <message
}

@test "a full or closed standard output is no success" {
	canned server
	run -74 bash -c "smtp-send -s 127.0.0.1:$port bob@there.example <message >/dev/full"
	run -74 closed_pipe smtp-send -s "127.0.0.1:$port" bob@there.example <message
	run -0 smtp-send -j -s "127.0.0.1:$port" </dev/null
	[ -z "$output" ]
}

@test "requiretls: refused, for there is no TLS" {
	canned server
	run -77 send -o requiretls -s "127.0.0.1:$port" bob@there.example <message
	[[ $output = *'	550	5.7.30	'* ]]
}

@test "the examples of the manual" {
	for n in 1 2; do
		rm -rf server
		canned server
		bash -c "$(example smtp-send.1 "$n" | sed "s/127.0.0.1:2525/127.0.0.1:$port/")"
		cmp server/1 wire
	done
}

@test "an empty -s is no server, and said to be wrong usage" {
	run -64 smtp-send -s '' bob@there.example </dev/null
	[[ $output = "usage: smtp-send "* ]]
}
