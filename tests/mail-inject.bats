# shellcheck disable=SC2016,SC2094,SC2154 # texts for other shells; files read twice; what bats sets
load helper

setup() {
	pennypost
	mkdir -p "$PENNYPOST/mailboxes/root"
}

# The message of the only letter, without what changes from run to run.
stored() {
	message_of "$(queued)" | sed -e '/^Received: /,/^\tid /d' -e '/^Date: .* [+-][0-9]*$/d' \
		-e '/^Message-ID: <[0-9.a-f]*@here.example>$/d' -e '/^From: .*'"$(me)"'@here.example>*$/d'
}
me() { id -un; }
recipients() { sed -n '/^$/q; s/^-  //p' "$(queued)" | paste -sd' '; }
sender() { sed -n '/^$/q; s/^sender //p' "$(queued)"; }
options() { sed -n '/^$/q; s/^option //p' "$(queued)" | paste -sd' '; }
reset() { rm -rf "$PENNYPOST/queue"; }

# filter [option]...: the result of -n on our input, without Date and Message-ID where they were added.
filter() { mail-inject -n "$@" | sed -e '/^Date: .* [+-][0-9]*$/d' -e '/^Message-ID: <[0-9]/d'; }

@test "-t takes recipients from To, Cc and Bcc, adds them to the arguments, and removes Bcc with its folds" {
	sendmail -t -i -f alice@a.example dave@d.example <<-'END'
		From: alice@a.example
		To: Bob <bob@b.example>, "C, D" <carol@c.example>
		bcc: secret@s.example,
		 more@s.example
		Cc: list: erin@e.example;
		Subject: lunch

		Bcc: this is text
	END
	[ "$(recipients)" = "dave@d.example bob@b.example carol@c.example secret@s.example more@s.example erin@e.example" ]
	[ "$(sender)" = alice@a.example ]
	diff <(stored) - <<-'END'
		From: alice@a.example
		To: Bob <bob@b.example>, "C, D" <carol@c.example>
		Cc: list: erin@e.example;
		Subject: lunch

		Bcc: this is text
	END
}

@test "without -t the header says nothing about recipients, and Bcc goes all the same" {
	printf 'To: bob@b.example\nBcc: carol@c.example\n\n' | sendmail dave@d.example
	[ "$(recipients)" = dave@d.example ]
	run -1 grep -i bcc "$(queued)"
}

@test "a recipient named twice gets one letter; its domain has no case" {
	printf 'To: bob@B.example, Bob@b.example\n\n' | sendmail -t bob@b.example
	[ "$(recipients)" = "bob@b.example Bob@b.example" ]
	reset
	sendmail bob@bücher.example bob@XN--bcher-kva.example </dev/null
	[ "$(recipients)" = "bob@bücher.example" ]
}

@test "an argument may hold a list, with names and comments" {
	sendmail 'a@a.example, "B, C" <b@b.example>' 'c@c.example (Carol)' </dev/null
	[ "$(recipients)" = "a@a.example b@b.example c@c.example" ]
}

@test "Received names host, program, user and id" {
	sendmail bob@b.example </dev/null
	id=$(basename "$(queued)")
	message_of "$(queued)" | head -n 2 | tr '\n' '|' |
		grep -qE "^Received: by here\.example \(pennypost, userid $(id -u)\)\|	id $id; [A-Z][a-z]{2}, [0-9]+ [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} [+-][0-9]{4}\|$"
}

@test "missing Date, Message-ID and From are added; what is there stays" {
	sendmail bob@b.example <<<'Subject: x'
	message_of "$(queued)" | sed '1,2d' | sed 's/[0-9]//g' >"$BATS_TEST_TMPDIR/got"
	grep -qE '^Date: [A-Z][a-z]{2},  [A-Z][a-z]{2}  :: [+-]$' "$BATS_TEST_TMPDIR/got"
	grep -qE '^Message-ID: <\.[a-f]*\.@here\.example>$' "$BATS_TEST_TMPDIR/got"
	grep -qE "^From: .*$(me | tr -d 0-9)@here\.example>?$" "$BATS_TEST_TMPDIR/got"
	reset
	printf 'Date: never\nmessage-id : <x@y>\nFROM: a@b.example\nTo: b@b.example\n\n' >"$BATS_TEST_TMPDIR/whole"
	sendmail bob@b.example <"$BATS_TEST_TMPDIR/whole"
	message_of "$(queued)" | sed '1,2d' | cmp - "$BATS_TEST_TMPDIR/whole"
}

@test "an empty Date or From is none" {
	[ "$(printf 'From:\nDate: \n \nTo: b@b.example\n' | mail-inject -n -f a@a.example | grep -cE '^(From: a@a.example|Date: .+|To: b@b.example)$')" = 3 ]
}

@test "From is the sender's address with the name of -F, encoded where it must be" {
	[ "$(filter -f a@a.example </dev/null | sed -n 's/^From: //p')" = a@a.example ]
	[ "$(filter -f a@a.example -F 'Alice L' </dev/null | sed -n 's/^From: //p')" = 'Alice L <a@a.example>' ]
	[ "$(filter -f a@a.example -F 'Alice P. L' </dev/null | sed -n 's/^From: //p')" = '"Alice P. L" <a@a.example>' ]
	[ "$(filter -f a@a.example -F 'Jörg' </dev/null | sed -n 's/^From: //p')" = '=?utf-8?q?J=C3=B6rg?= <a@a.example>' ]
	[ "$(filter -f a@a.example -F $'x\nBcc: y' </dev/null | sed -n 's/^From: //p')" = '=?utf-8?q?x=0ABcc=3A_y?= <a@a.example>' ]
	[ "$(printf 'From: b@b.example\n' | filter -F Alice | sed -n 's/^From: //p')" = b@b.example ]
}

@test "the null sender is '' or <>; From is then the login" {
	for null in -f'<>' -r'<>'; do
		sendmail "$null" bob@b.example </dev/null
		[ "$(sender)" = '' ]
		message_of "$(queued)" | grep -q "^From: .*$(me)@here.example"
		reset
	done
	sendmail -f '' bob@b.example </dev/null
	[ "$(sender)" = '' ]
}

@test "the sender is -f or -r, attached or not, in any form; else the login" {
	for words in '-f a@a.example' '-fa@a.example' '-r a@a.example' '-ra@a.example'; do
		# shellcheck disable=SC2086
		sendmail $words bob@b.example </dev/null
		[ "$(sender)" = a@a.example ]
		reset
	done
	sendmail -f 'Alice <"a"@a.example> (x)' bob@b.example </dev/null
	[ "$(sender)" = a@a.example ]
	reset
	sendmail -f alice bob@b.example </dev/null
	[ "$(sender)" = alice@here.example ]
	reset
	sendmail bob@b.example </dev/null
	[ "$(sender)" = "$(me)@here.example" ]
	run -65 sendmail -f 'a@a.example, b@b.example' bob@b.example </dev/null
	run -65 sendmail -f 'a b' bob@b.example </dev/null
}

@test "Sender is added where From has several" {
	printf 'From: a@a.example, b@b.example\n' | filter -f c@c.example | grep -qx 'Sender: c@c.example'
	[ "$(printf 'From: a@a.example, b@b.example\nSender: d@d.example\n' | filter -f c@c.example | grep -c c@c.example)" = 0 ]
	[ "$(printf 'From: a@a.example\n' | filter -f c@c.example | grep -c Sender)" = 0 ]
}

@test "bare addresses get the domain, and nothing else in their fields changes" {
	pennypost 'domain corp.example'
	diff <(filter <<-'END'
		From: root (Cron Daemon)
		To: "A, B" <a>, b@b.example,
		    c ,  group : d,<e>;
		Subject: root
		Reply-To: Some One, "q u"
		X-To: bare
	END
	) - <<-'END'
		From: root@corp.example (Cron Daemon)
		To: "A, B" <a@corp.example>, b@b.example,
		    c@corp.example ,  group : d@corp.example,<e@corp.example>;
		Subject: root
		Reply-To: Some One, "q u"@corp.example
		X-To: bare

	END
}

@test "a bare recipient who is known here stays here; others get the domain" {
	pennypost 'domain corp.example'
	mkdir -p "$PENNYPOST/mailboxes/root"
	echo 'sales: a@a.example' >"$PENNYPOST/aliases"
	printf 'To: root, boss, Sales, x@y.example\n\n' | sendmail -t
	[ "$(recipients)" = "root@here.example boss@corp.example Sales@here.example x@y.example" ]
	message_of "$(queued)" | grep -qx 'To: root@here.example, boss@corp.example, Sales@here.example, x@y.example'
	pennypost 'domain corp.example' 'local-domains'
	reset
	sendmail root </dev/null
	[ "$(recipients)" = root@corp.example ]
}

@test "masquerade: our own addresses are shown with another domain, -f or not" {
	pennypost 'masquerade example.net' 'domain corp.example'
	printf 'From: A <alice@localhost>\nReply-To: alice@corp.example, x@x.example\nTo: root\n\n' |
		sendmail -f alice@here.example bob@b.example root@here.example
	[ "$(sender)" = alice@example.net ]
	[ "$(recipients)" = "bob@b.example root@here.example" ]
	stored | head -n 3 | diff - <(printf 'From: A <alice@example.net>\nReply-To: alice@example.net, x@x.example\nTo: root@here.example\n')
	reset
	sendmail -f bob@elsewhere.example bob@b.example </dev/null
	[ "$(sender)" = bob@elsewhere.example ]
	pennypost 'masquerade me@isp.example'
	reset
	printf 'From: A <alice>\n\n' | sendmail bob@b.example
	[ "$(sender)" = me@isp.example ]
	message_of "$(queued)" | grep -qx 'From: A <me@isp.example>'
	pennypost 'masquerade @isp.example'
	run -78 sendmail bob@b.example </dev/null
}

@test "a letter without To and Cc says so" {
	printf 'Bcc: bob@b.example\n\n' | sendmail -t
	message_of "$(queued)" | grep -qx 'To: undisclosed-recipients:;'
}

@test "Resent- fields: recipients and what is missing are those of the newest block; the old Bcc goes too" {
	sendmail -t -f me@m.example <<-'END'
		Received: by x.example; now
		Resent-To: new@n.example
		Resent-Bcc: hidden@h.example
		Resent-Cc: two
		Resent-From: me@m.example
		Resent-From: earlier@e.example
		Resent-To: earlier@e.example
		From: old@o.example
		To: old@o.example
		Bcc: gone@g.example

		text
	END
	[ "$(recipients)" = "new@n.example hidden@h.example two@here.example" ]
	message_of "$(queued)" | sed -n '/^Received: by x/,$p' | sed 's/^\(Resent-Date\|Resent-Message-ID\): .*/\1/' | diff - <(cat <<-'END'
		Received: by x.example; now
		Resent-Date
		Resent-Message-ID
		Resent-To: new@n.example
		Resent-Cc: two@here.example
		Resent-From: me@m.example
		Resent-From: earlier@e.example
		Resent-To: earlier@e.example
		From: old@o.example
		To: old@o.example

		text
	END
	)
}

@test "CRLF pairs become LF once, lone CRs stay, in any cuts" {
	printf 'To: b@b.example\r\nSubject: a\r\n b\r\n\r\none\r\ntwo\r\r\nthree\rfour\n\r\n\r' >"$BATS_TEST_TMPDIR/in"
	printf 'To: b@b.example\nSubject: a\n b\n\none\ntwo\r\nthree\rfour\n\n\r' >"$BATS_TEST_TMPDIR/want"
	for options in '' -i; do
		filter -f a@a.example $options <"$BATS_TEST_TMPDIR/in" | sed '/^From: a@a.example$/d' | cmp - "$BATS_TEST_TMPDIR/want"
	done
	{ printf '\r\n'; head -c 65534 /dev/zero | tr '\0' x; printf '\r\n\r\r\n'; } >"$BATS_TEST_TMPDIR/in"
	for options in '' -i; do
		mail-inject -n $options <"$BATS_TEST_TMPDIR/in" | sed '1,/^$/d' | cmp - <(head -c 65534 /dev/zero | tr '\0' x; printf '\n\r\n')
	done
	printf 'Subject: x\r\n' | filter | grep -qx 'Subject: x'
}

@test "without -i a lone dot ends the input; with -i or -oi it is data" {
	for end in '.\n' '.\r\n' '.'; do
		[ "$(printf "\none\n..\n%b" "$end" | mail-inject -n | sed '1,/^$/d' | paste -sd,)" = one,.. ]
	done
	[ "$(printf '\none\n.\ntwo\n' | mail-inject -n | sed '1,/^$/d' | paste -sd,)" = one ]
	[ "$(printf '\none\n.x\ntwo\n' | mail-inject -n | sed '1,/^$/d' | paste -sd,)" = one,.x,two ]
	for i in -i -oi -ti; do
		[ "$(printf '\none\n.\ntwo\n' | mail-inject -n $i | sed '1,/^$/d' | paste -sd,)" = one,.,two ]
	done
	[ "$(printf 'Subject: x\n.\nTo: y@y.example\n' | mail-inject -n | grep -c y@y)" = 0 ]
	{ head -c 65536 /dev/zero | tr '\0' x; printf '.\nz\n'; } >"$BATS_TEST_TMPDIR/in"
	mail-inject -n <"$BATS_TEST_TMPDIR/in" | sed '1,/^$/d' | cmp - "$BATS_TEST_TMPDIR/in"
}

@test "a first From line is dropped, of an mbox too" {
	for first in 'From bob Mon Nov 23\n' '>From bob\n>From carol\r\n' "From $(head -c 70000 /dev/zero | tr '\0' x)\n"; do
		[ "$(printf "%bSubject: x\n\nFrom here\n" "$first" | filter -f a@a.example | paste -sd,)" = "From: a@a.example,To: undisclosed-recipients:;,Subject: x,,From here" ]
	done
	printf '\nFrom here\n' | mail-inject -n | grep -qx 'From here'
	printf 'From : bob@b.example\nTo: x@y.example\n\nhi\n' | mail-inject -n -t | grep -q '^From *:.*bob@b.example'
}

@test "a message without a header gets one" {
	for text in 'Hello Bob,\nhow: are you\n' '\nHello Bob,\nhow: are you\n' ' Hello Bob,\nhow: are you\n'; do
		mail-inject -n < <(printf %b "$text") | sed '1,/^$/d' | diff -Z - <(printf %b "${text#\\n}")
	done
}

@test "an empty input is a letter with a header" {
	sendmail bob@b.example </dev/null
	[ "$(message_of "$(queued)" | tail -n 1)" = '' ]
	message_of "$(queued)" | grep -q '^From: '
}

@test "lines of the header longer than 998 are folded, others stay as they are" {
	{
		printf 'References:'; seq -f ' <message-%.0f@example.org>' 200 | tr -d '\n'
		printf '\nTo: '; seq -f 'user%.0f@example.org,' 200 | tr -d '\n'
		printf '\nX: %0500d\n\ty\n\n' 1
	} >"$BATS_TEST_TMPDIR/in"
	filter <"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/out"
	[ "$(grep -v '^X: ' "$BATS_TEST_TMPDIR/out" | awk '{ if (length > n) n = length } END { print n }')" -le 78 ]
	tr -d ' \n' <"$BATS_TEST_TMPDIR/out" | grep -qF "$(tr -d ' \n' <"$BATS_TEST_TMPDIR/in")"
	sendmail -t <"$BATS_TEST_TMPDIR/in"
	[ "$(recipients | wc -w)" = 200 ]
}

@test "8-bit text and NULs are kept; smtputf8 is asked for where an address needs it" {
	printf 'Subject: J\303\266rg\n\nJ\303\266rg\0\n' >"$BATS_TEST_TMPDIR/in"
	sendmail bob@b.example <"$BATS_TEST_TMPDIR/in"
	[ "$(options)" = '' ]
	message_of "$(queued)" | tail -c 23 | cmp - "$BATS_TEST_TMPDIR/in"
	reset
	printf 'To: J\303\266rg <j\303\266rg@b.example>\n\n' | sendmail -t
	[ "$(options)" = smtputf8 ]
	reset
	sendmail -f 'jörg@b.example' bob@b.example </dev/null
	[ "$(options)" = smtputf8 ]
}

@test "-N, -R, -V and -B stand in the envelope" {
	sendmail -N SUCCESS,failure -R hdrs -V 'a b=c' -B8BITMIME a@a.example b@b.example </dev/null
	[ "$(options)" = 'body=8bitmime ret=hdrs envid=a+20b+3Dc' ]
	[ "$(recipients)" = "a@a.example notify=success,failure b@b.example notify=success,failure" ]
	reset
	sendmail -Nnever -VQQ+3D -B binarymime a@a.example </dev/null
	[ "$(options)" = 'body=binarymime envid=QQ+3D' ]
	[ "$(recipients)" = "a@a.example notify=never" ]
	for wrong in -Nsometimes -Nnever,delay -N '-Rsome' '-B9bit' -V '-V '"$(printf '%0101d' 1)"; do
		run -64 sendmail "$wrong" a@a.example </dev/null
	done
}

@test "flags that mean nothing here are taken with their arguments, grouped or not" {
	sendmail -Am -C/tmp/x -d0.1 -em -h 5 -Lx -O Timeout=1 -om -p smtp -X /tmp/log -G -m -n -U -x \
		-oQ/tmp/elsewhere -oX/tmp/y -Gmnxi a@a.example </dev/null
	sendmail -tioem -- -b@b.example </dev/null && return 1
	[ "$(recipients)" = a@a.example ]
	[ ! -e /tmp/elsewhere ] && [ ! -e /tmp/log ]
}

@test "what follows the first recipient, or --, is no option" {
	run -65 sendmail a@a.example -f b@b.example </dev/null
	run -65 sendmail -- -f </dev/null
	[ -z "$(queued)" ]
}

@test "an envelope address with a leading dash is refused" {
	for words in '-f-x@a.example b@b.example' '-- -oQ/tmp@b.example' '-- <-x@b.example>'; do
		# shellcheck disable=SC2086
		run -65 sendmail $words </dev/null
	done
	run -65 sendmail -t <<<'To: "-oQ/tmp"@b.example'
	[ -z "$(queued)" ]
}

@test "64: no recipients, wrong options; 65: what is no address; nothing is left" {
	run -64 sendmail </dev/null
	run -64 sendmail -t <<<'Subject: nobody'
	run -64 sendmail -t <<<'To: undisclosed-recipients:;'
	run -64 sendmail -Z a@a.example </dev/null
	run -64 sendmail -bx a@a.example </dev/null
	run -64 sendmail -q9x </dev/null
	run -64 sendmail -f </dev/null
	run -65 --separate-stderr sendmail -t <<<'To: Cron Daemon'
	[ "$stderr" = "sendmail: To: \`Cron Daemon': not an address" ]
	run -65 sendmail 'a@' </dev/null
	run -65 sendmail $'a@a.example\nb' </dev/null
	run -65 sendmail '<>' </dev/null
	[ -z "$(queued)" ]
}

@test "65: larger than size-limit, or a header beyond all bounds; nothing is left" {
	pennypost 'size-limit 10K'
	run -65 sendmail -i a@a.example < <(head -c 20000 /dev/zero)
	run -65 sendmail a@a.example < <(printf 'X:'; head -c 2000000 /dev/zero)
	[ -z "$(queued)" ]
}

@test "a failing queue is 71, 74, 77 or 78 and never 75" {
	pennypost 'queue-reserve 1000T'
	run -71 sendmail a@a.example </dev/null
	pennypost 'colour blue'
	run -78 sendmail a@a.example </dev/null
	pennypost
	run -71 sendmail a@a.example <"$PENNYPOST"
	for call in fsync linkat write:when=1 openat:when=8+; do
		for error in ENOSPC EIO EDQUOT EMFILE EAGAIN; do
			run strace -o /dev/null -e "inject=${call%%:*}:error=$error${call#"${call%%:*}"}" sendmail a@a.example </dev/null
			[[ " 0 71 74 77 78 " = *" $status "* ]] || { echo "$call $error: $status"; return 1; }
			[ "$status" = 0 ] || [ -z "$(queued)" ]
			reset
		done
	done
	[ "$(id -u)" = 0 ] || { mkdir -m 500 "$PENNYPOST/queue"; run -77 sendmail a@a.example </dev/null; }
}

@test "a file size limit of the caller is an error of writing, and no signal" {
	run -74 bash -c 'ulimit -f 1; head -c 100000 /dev/zero | sendmail -i a@a.example'
	[ -z "$(queued)" ]
}

@test "file and folder are synced before it ends" {
	sendmail bob@b.example </dev/null
	strace -f -o "$BATS_TEST_TMPDIR/trace" -e trace=fsync,linkat,exit_group sendmail bob@b.example </dev/null
	grep -oE '(fsync|linkat|exit_group)' "$BATS_TEST_TMPDIR/trace" | tail -n 4 | paste -sd, | grep -qx 'fsync,linkat,fsync,exit_group'
}

@test "killed before the letter is in place, it leaves nothing" {
	coproc sendmail bob@b.example
	printf 'Subject: x\n\n' >&"${COPROC[1]}"
	kill -TERM "$COPROC_PID"
	wait "$COPROC_PID" || true
	[ -z "$(queued)" ]
}

@test "memory does not grow with the message" {
	pennypost 'size-limit 200M'
	for size in 1 100; do
		head -c ${size}M /dev/zero | tr '\0' '\n' | /usr/bin/python3 -c 'import resource, subprocess
subprocess.run(["sendmail", "bob@b.example"], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)'
	done >"$BATS_TEST_TMPDIR/kilobytes"
	{ read -r small; read -r large; } <"$BATS_TEST_TMPDIR/kilobytes"
	[ "$large" -lt $((small + 1024)) ]
}

@test "-n prints the result, and asks for no recipients" {
	[ "$(printf 'From: a@a.example\nDate: x\nMessage-ID: <x>\nTo: b@b.example\n\nhi\n' | mail-inject -n)" = "$(printf 'From: a@a.example\nDate: x\nMessage-ID: <x>\nTo: b@b.example\n\nhi')" ]
	[ -z "$(queued)" ]
	run -74 bash -c 'mail-inject -n </dev/null >/dev/full'
	run bash -c 'head -c 1000000 /dev/zero | mail-inject -n -i | head -c 10 >/dev/null; exit ${PIPESTATUS[1]}'
	[ "$status" != 0 ]
}

@test "a closed standard input is an empty letter, and no file of the queue becomes descriptor 0" {
	sendmail bob@b.example <&- 2>&- >&-
	[ "$(queued | wc -l)" = 1 ]
	[ "$(message_of "$(queued)" | sed '1,/^$/d' | wc -c)" = 0 ]
}

@test "-v explains each change" {
	printf 'From x\r\nFrom: a\r\nBcc: b@b.example\r\n\r\n' | sendmail -v -t 2>"$BATS_TEST_TMPDIR/said"
	sed -e 's/\(Date\|Message-ID\) added: .*/\1/' "$BATS_TEST_TMPDIR/said" | diff - <(cat <<-'END'
		sendmail: `From ' line removed
		sendmail: CRLF line ends made LF
		sendmail: Date
		sendmail: Message-ID
		sendmail: To added: undisclosed-recipients:;
		sendmail: a completed: a@here.example
		sendmail: Bcc removed: nobody is to see it
	END
	)
}

# A copy of the program with a queue-run beside it that tells how it was called.
with_runner() {
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	cp "$BUILD/bin/mail-inject" "$BATS_TEST_TMPDIR/bin/sendmail"
	printf '#!/bin/sh\n%s\necho "$@" >>"$PENNYPOST/called"\n' "${1-}" >"$BATS_TEST_TMPDIR/bin/queue-run"
	chmod +x "$BATS_TEST_TMPDIR/bin/queue-run"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

@test "deliver now and -odi wait for the first attempt" {
	with_runner
	sendmail -odi bob@b.example </dev/null
	[ "$(cat "$PENNYPOST/called")" = "-i $(basename "$(queued)")" ]
	pennypost 'deliver now'
	sendmail bob@b.example </dev/null
	[ "$(wc -l <"$PENNYPOST/called")" = 2 ]
	sendmail -odq bob@b.example </dev/null
	sendmail -oi -odd bob@b.example </dev/null
	[ "$(wc -l <"$PENNYPOST/called")" = 2 ]
}

@test "deliver background and -odb leave a runner behind, unless a resident one holds the queue" {
	with_runner 'while [ -e "$PENNYPOST/wait" ]; do sleep 0.02; done'
	touch "$PENNYPOST/wait"
	sendmail -odb bob@b.example </dev/null
	[ ! -e "$PENNYPOST/called" ]
	rm "$PENNYPOST/wait"
	for i in {1..200}; do [ -s "$PENNYPOST/called" ] && break; sleep 0.02; done
	[ "$(cat "$PENNYPOST/called")" = "-i $(basename "$(queued)")" ]
	flock "$PENNYPOST/queue/resident" sendmail -odi bob@b.example </dev/null
	[ "$(wc -l <"$PENNYPOST/called")" = 1 ]
}

@test "a runner that cannot be started does not make a stored letter fail" {
	with_runner
	rm "$BATS_TEST_TMPDIR/bin/queue-run"
	run -0 sendmail -odi bob@b.example </dev/null
	[ "$(queued | wc -l)" = 1 ]
}

@test "-q runs all, -q15m what is due, -qIid one letter, -qR and -qS those that match" {
	with_runner
	sendmail -f alice@a.example bob@b.example </dev/null
	first=$(basename "$(queued)")
	sendmail -f carol@c.example dave@d.example </dev/null
	sendmail -q
	sendmail -q15m
	sendmail "-qI$first"
	sendmail -qRb.example
	sendmail -qSalice
	sendmail -qRnobody
	diff "$PENNYPOST/called" - <<-END
		-a

		-i $first
		-i $first
		-i $first
	END
}

@test "mailq and -bp show the queue in the classic look" {
	[ "$(mailq)" = 'Mail queue is empty' ]
	sendmail -f alice@a.example bob@b.example </dev/null
	for command in 'mailq' 'mailq -v' 'mailq -Ac' 'sendmail -bp' 'sendmail -v -bp'; do
		$command | grep -q alice@a.example
		$command | grep -q "^$(basename "$(queued)") "
	done
	mailq "$(basename "$(queued)")" | grep -q bob@b.example
}

@test "newaliases and -bi look through the aliases" {
	newaliases
	printf 'a: b\nc: d,\n  e\n' >"$PENNYPOST/aliases"
	newaliases
	sendmail -bi
	printf 'a: b\nnonsense\n' >"$PENNYPOST/aliases"
	run -65 --separate-stderr newaliases
	[[ $stderr = "newaliases: $PENNYPOST/aliases: line 2: "* ]]
	run -65 sendmail -bi
}

@test "-bv tells what is known of each recipient" {
	echo 'sales: a@a.example' >"$PENNYPOST/aliases"
	echo 'gone.example error:5.1.2 It is no more' >"$PENNYPOST/routes"
	diff <(sendmail -bv root sales x@x.example) - <<-'END'
		root@here.example... deliverable: user root
		sales@here.example... deliverable: alias sales
		x@x.example... deliverable: not local
	END
	run -67 sendmail -bv root nobody-here
	[ "${lines[1]}" = 'nobody-here@here.example... user unknown' ]
	run -69 sendmail -bv a@gone.example
	[ "$output" = 'a@gone.example... 5.1.2 It is no more' ]
	run -64 sendmail -bv
	[ -z "$(queued)" ]
}

@test "installed set-gid, it takes nothing from its caller's environment" {
	[ "$(id -u)" = 0 ] || skip "needs root"
	[ ! -e /etc/pennypost ] || skip "this machine has a Pennypost"
	! sanitized mail-inject || skip "a sanitizer looks for leaks by ptrace, which set-gid forbids"
	shared=$(mktemp -d /tmp/pennypost-setgid.XXXXXX)
	chmod 755 "$shared"
	cp "$BUILD/bin/mail-inject" "$shared/sendmail"
	chgrp mail "$shared/sendmail" && chmod 2755 "$shared/sendmail"
	mkdir "$shared/p" && cp "$PENNYPOST/conf" "$shared/p/conf" && chmod -R 777 "$shared/p"
	as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups env PENNYPOST="$shared/p" LOGNAME=root "$@"; }
	run --separate-stderr as_nobody "$shared/sendmail" bob@b.example </dev/null
	run_status=$status run_stderr=$stderr
	chmod 755 "$shared/sendmail"
	run -0 as_nobody "$shared/sendmail" bob@b.example </dev/null
	rm -rf "$shared"
	[ "$run_status" = 71 ]
	[[ $run_stderr = "sendmail: /etc/pennypost/queue: "* ]]
}

@test "the examples of the pages do what they say" {
	bash -c "$(example mail-inject.1 1)"
	[ "$(recipients)" = bob@example.com ]
	[ "$(message_of "$(queued)" | sed '1,/^$/d')" = 'At one?' ]
	bash -c "$(example mail-inject.1 2)" 2>"$BATS_TEST_TMPDIR/said" | grep -qx 'From: root@here.example (Cron Daemon)'
	grep -qx 'mail-inject: root completed: root@here.example' "$BATS_TEST_TMPDIR/said"
	[[ $(bash -c "$(example mailq.1 1)") = "-- "*"1 Request." ]]
	reset
	bash -c "$(example sendmail.8 1)"
	[ "$(recipients)" = bob@example.com ]
	bash -c "$(example newaliases.1 1)"
	[ "$(cat "$PENNYPOST/aliases")" = 'sales: alice, bob' ]
}
