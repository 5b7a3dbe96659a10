# Reports of failure, delay and success: RFC 3461 to 3464, read by parsers that are not ours.
load helper
load queue-run.bash

setup() {
	pennypost
	transport bob=550_5.1.1_no_such_user alice=450_4.2.0_busy
	command -v /usr/bin/python3 >/dev/null || skip "no python3"
}

# report: the only letter with a null sender, as tests/bounce.py understands it.
report() { message_of "$(grep -lx 'sender ' $(queued))" | "$top/tests/bounce.py"; }

reports() { grep -lx 'sender ' $(queued) /dev/null | wc -l; }

@test "a failure is reported at once, with all that RFC 3464 asks for" {
	id=$(add -o envid=QQ+2B1 'bob@example.com orcpt=rfc822;Bob+2BX@Old.example' carol@example.com)
	queue-run
	[ ! -e "$(file_of "$id")" ]
	report >"$BATS_TEST_TMPDIR/facts"
	arrived=$(sed -n 's/^0 Arrival-Date: //p' "$BATS_TEST_TMPDIR/facts")
	[ $(($(date +%s) - $(date -d "$arrived" +%s))) -lt 20 ]
	sed -E 's/(Date: )[A-Z][a-z]{2}, [0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} ..:..:.. [-+]....$/\1DATE/' "$BATS_TEST_TMPDIR/facts" | diff - <(cat <<-'END'
		From: Mail Delivery System <MAILER-DAEMON@here.example>
		To: alice@here.example
		Subject: Your letter could not be delivered
		Auto-Submitted: auto-replied
		In-Reply-To: <one@here.example>
		type multipart/report delivery-status
		parts text/plain message/delivery-status message/rfc822
		defects []
		text This is the mail system at here.example. Your letter could not be delivered to the recipients below. Nobody will try again. bob@example.com mx.test: 550 5.1.1 no such user There is no such mailbox. Check the spelling of the address. Your letter, or its header, is enclosed.
		0 Original-Envelope-Id: QQ+1
		0 Reporting-MTA: dns; here.example
		0 Arrival-Date: DATE
		1 Original-Recipient: rfc822; Bob+X@Old.example
		1 Final-Recipient: rfc822; bob@example.com
		1 Action: failed
		1 Status: 5.1.1
		1 Remote-MTA: dns; mx.test
		1 Diagnostic-Code: smtp; 550 5.1.1 no such user
		1 Last-Attempt-Date: DATE
		enclosed b'Subject: hello\nMessage-ID: <one@here.example>\n\nworld\n'
	END
	)
	grep -q '^-  alice@here.example$' "$(queued)"
}

@test "Perl's MIME parser sees the same parts" {
	perl -MEmail::MIME -e1 2>/dev/null || perl -MMIME::Parser -e1 2>/dev/null || skip "no MIME parser for perl"
	add bob@example.com
	queue-run
	message_of "$(queued)" >"$BATS_TEST_TMPDIR/report"
	if perl -MEmail::MIME -e1 2>/dev/null; then
		perl -MEmail::MIME -0777 -ne 'print join " ", map { $_->content_type =~ /^([^;]+)/ } Email::MIME->new($_)->parts' "$BATS_TEST_TMPDIR/report"
	else
		perl -MMIME::Parser -e '$p = MIME::Parser->new; $p->output_to_core(1); print join " ", map { $_->mime_type } $p->parse_open(shift)->parts' "$BATS_TEST_TMPDIR/report"
	fi >"$BATS_TEST_TMPDIR/types"
	[ "$(cat "$BATS_TEST_TMPDIR/types")" = "text/plain message/delivery-status message/rfc822" ]
}

@test "one report tells of all that failed in a pass" {
	transport bob=550_5.1.1_unknown carol=554_5.7.1_refused alice=450_4.2.0_busy
	add bob@example.com carol@example.net dave@example.org
	queue-run
	report >"$BATS_TEST_TMPDIR/facts"
	grep -q '^1 Status: 5.1.1$' "$BATS_TEST_TMPDIR/facts"
	grep -q '^2 Status: 5.7.1$' "$BATS_TEST_TMPDIR/facts"
	[ "$(grep -c ' Final-Recipient:' "$BATS_TEST_TMPDIR/facts")" = 2 ]
}

@test "what failed is reported once, though the letter waits for others" {
	transport bob=550_5.1.1_unknown carol=451_4.3.0_later alice=450_4.2.0_busy
	id=$(add bob@example.com carol@example.com)
	queue-run
	queue-run -i "$id"
	[ "$(reports)" = 1 ]
	[ "$(asked_for bob)" = 1 ]
	[ "$(asked_for carol)" = 2 ]
}

@test "after its lifetime a letter comes back, with 5.4.7 and the last answer" {
	transport bob=451_4.3.0_come_later alice=450_4.2.0_busy
	id=$(add bob@example.com)
	age "$id" '119 hours'
	queue-run
	[ -e "$(file_of "$id")" ]
	age "$id" '121 hours'
	queue-run
	[ ! -e "$(file_of "$id")" ]
	report >"$BATS_TEST_TMPDIR/facts"
	grep -qx '1 Status: 5.4.7' "$BATS_TEST_TMPDIR/facts"
	grep -qx '1 Action: failed' "$BATS_TEST_TMPDIR/facts"
	grep -qx '1 Diagnostic-Code: smtp; 451 4.3.0 come later' "$BATS_TEST_TMPDIR/facts"
}

@test "a delay is told once, after delay-notice, and not to who did not ask" {
	echo 'delay-notice 2h' >>"$PENNYPOST/conf"
	transport bob=451_4.3.0_later carol=451_4.3.0_later dave=451_4.3.0_later alice=450_4.2.0_busy
	id=$(add bob@example.com 'carol@example.com notify=failure' 'dave@example.com notify=DELAY,failure')
	age "$id" '119 minutes'
	queue-run
	[ "$(reports)" = 0 ]
	sed -i 's/^[^\t]*/2020-01-01T00:00:00Z/' "$(file_of "$id").log"
	age "$id" '121 minutes'
	queue-run
	[ "$(reports)" = 1 ]
	report >"$BATS_TEST_TMPDIR/facts"
	grep -qx 'Subject: Your letter is delayed' "$BATS_TEST_TMPDIR/facts"
	[ "$(grep ' Final-Recipient:' "$BATS_TEST_TMPDIR/facts")" = $'1 Final-Recipient: rfc822; bob@example.com\n2 Final-Recipient: rfc822; dave@example.com' ]
	grep -qx '1 Action: delayed' "$BATS_TEST_TMPDIR/facts"
	grep -qx '1 Status: 4.3.0' "$BATS_TEST_TMPDIR/facts"
	until=$(date -d "$(sed -n 's/^1 Will-Retry-Until: //p' "$BATS_TEST_TMPDIR/facts")" +%s)
	[ $((until - $(date -d "$(sed -n 's/^arrived //p' "$(file_of "$id")")" +%s))) = 432000 ]
	for _ in 1 2; do queue-run -i "$id"; done
	[ "$(reports)" = 1 ]
	[ -e "$(file_of "$id")" ]
}

@test "without delay-notice only NOTIFY=DELAY asks for it, after four hours" {
	transport bob=451_4.3.0_later carol=451_4.3.0_later alice=450_4.2.0_busy
	id=$(add bob@example.com 'carol@example.com notify=delay')
	age "$id" '5 hours'
	queue-run
	[ "$(report | grep -c ' Final-Recipient: rfc822; carol')" = 1 ]
	[ "$(report | grep -c ' Final-Recipient:')" = 1 ]
}

@test "NOTIFY=NEVER, and NOTIFY without FAILURE: no report, and nothing is left" {
	add 'bob@example.com notify=never'
	add 'bob@example.com notify=success,delay'
	queue-run
	[ -z "$(queued)" ]
	[ "$(asked_for alice)" = 0 ]
}

@test "NOTIFY=SUCCESS: delivered is told by us, unless the next host will" {
	add 'carol@example.com notify=success,failure' dave@example.com
	queue-run
	report >"$BATS_TEST_TMPDIR/facts"
	grep -qx '1 Action: delivered' "$BATS_TEST_TMPDIR/facts"
	grep -qx '1 Status: 2.1.5' "$BATS_TEST_TMPDIR/facts"
	[ "$(grep -c ' Final-Recipient:' "$BATS_TEST_TMPDIR/facts")" = 1 ]
	grep -q "^parts text/plain message/delivery-status text/rfc822-headers$" "$BATS_TEST_TMPDIR/facts"
	rm $(queued)
	printf '#!/bin/sh\nexec sed "s/\\t.*\\t\\([^\\t ]*\\) .*/\\t\\1\\t250\\t2.0.0\\tok\\tmx.test\\tdsn/"\n' >"$BATS_TEST_TMPDIR/dsn"
	chmod +x "$BATS_TEST_TMPDIR/dsn"
	echo "* pipe:$BATS_TEST_TMPDIR/dsn" >"$PENNYPOST/routes"
	add 'carol@example.com notify=success'
	queue-run
	[ -z "$(queued)" ]
}

@test "RET: the header with HDRS, the letter with FULL, and without RET what is small" {
	big() { printf 'Subject: big\n\n'; head -c 60000 /dev/zero | tr '\0' x | fold -w 70; }
	for try in 'ret=hdrs:add:text/rfc822-headers' 'ret=full:big:message/rfc822' ':add:message/rfc822' ':big:text/rfc822-headers'; do
		IFS=: read -r ret size type <<<"$try"
		if [ $size = add ]; then add ${ret:+-o $ret} bob@example.com; else big | queue-add -f alice@here.example ${ret:+-o $ret} bob@example.com; fi
		queue-run
		[ "$(report | grep ^parts)" = "parts text/plain message/delivery-status $type" ]
		[ $size$type = bigmessage/rfc822 ] && [ "$(report | grep -c ^enclosed.*xxxxx)" = 1 ]
		[ $type != text/rfc822-headers ] || [ "$(report | grep -Ec '^enclosed.*(world|xxxxx)')" = 0 ]
		rm $(queued)
	done
}

@test "a letter too large to come back within size-limit sends its header" {
	echo 'size-limit 30K' >>"$PENNYPOST/conf"
	{ printf 'Subject: big\n\n'; head -c 30000 /dev/zero | tr '\0' x | fold -w 70; } | queue-add -f alice@here.example -o ret=full bob@example.com
	queue-run
	[ "$(report | grep ^parts)" = "parts text/plain message/delivery-status text/rfc822-headers" ]
}

@test "nothing in a letter, a reply or an address gets out of its place" {
	printf '#!/usr/bin/perl\n$|=1; while (<STDIN>) { chomp; ($id, @x) = split /\\t/; $_ = $x[-1]; s/ orcpt.*//; print "$id\\t$_\\t550\\t5.1.1\\tno\\\\n\\\\nInjected: yes\\\\n--x\\r\\tmx\\001\\\\nInjected: too\\n" }\n' >"$BATS_TEST_TMPDIR/evil"
	chmod +x "$BATS_TEST_TMPDIR/evil"
	echo "evil.example pipe:$BATS_TEST_TMPDIR/evil" >>"$PENNYPOST/routes"
	printf 'Subject: x\nMessage-ID: <a b>\n\n--b--\n--b\n--\nInjected: three\n\r\n.\n' |
		queue-add -f alice@here.example -o 'envid=a+0AInjected:+20four' '"a: b"@evil.example orcpt=rfc822;x+0D+0AInjected:+20five'
	queue-run
	report >"$BATS_TEST_TMPDIR/facts"
	run ! grep -Eq '^([0-9]+ )?Injected' "$BATS_TEST_TMPDIR/facts"
	grep -q '^defects \[\]$' "$BATS_TEST_TMPDIR/facts"
	grep -q '^parts text/plain message/delivery-status message/rfc822$' "$BATS_TEST_TMPDIR/facts"
	grep -qxF '0 Original-Envelope-Id: a+0AInjected:+20four' "$BATS_TEST_TMPDIR/facts"
	grep -qxF '1 Original-Recipient: rfc822; x+0D+0AInjected:+20five' "$BATS_TEST_TMPDIR/facts"
	grep -qxF '1 Final-Recipient: rfc822; "a: b"@evil.example' "$BATS_TEST_TMPDIR/facts"
	[ "$(grep -c '^In-Reply-To: None$' "$BATS_TEST_TMPDIR/facts")" = 1 ]
	message_of "$(queued)" | tail -n 8 | head -n 7 | cat -A | grep -qxF '^M$'
}

@test "two reports never have the same boundary" {
	add bob@example.com
	add bob@example.com
	queue-run
	[ "$(grep -h boundary= $(queued) | sort -u | wc -l)" = 2 ]
}

@test "a letter with SMTPUTF8 comes back as RFC 6533 says" {
	transport b=550_5.1.1_kein_Empfänger al=450_4.2.0_busy
	printf 'Subject: grüße\n\nbody\n' | queue-add -f alice@here.example -o smtputf8 -o body=8bitmime 'bücher@bücher.example'
	queue-run
	report >"$BATS_TEST_TMPDIR/facts"
	grep -qx 'type multipart/report global-delivery-status' "$BATS_TEST_TMPDIR/facts"
	grep -qx 'parts text/plain message/global-delivery-status message/global' "$BATS_TEST_TMPDIR/facts"
	grep -qx '1 Final-Recipient: utf-8; bücher@bücher.example' "$BATS_TEST_TMPDIR/facts"
	grep -q 'bücher@bücher.example mx.test: 550 5.1.1 kein Empfänger' "$BATS_TEST_TMPDIR/facts"
	grep -qx '1 Diagnostic-Code: smtp; 550 5.1.1 kein Empf??nger' "$BATS_TEST_TMPDIR/facts"
	grep -qx 'option body=8bitmime' "$(queued)"
	run ! grep -qx 'option smtputf8' "$(queued)"
	rm $(queued)
	printf 'Subject: x\n\nbody\n' | queue-add -f 'älice@here.example' -o smtputf8 bob@example.com
	transport bob=550_5.1.1_no lice=450_4.2.0_busy
	queue-run
	grep -qx 'option smtputf8' "$(queued)"
}

@test "what is 7-bit is said to be, and a letter that is not is not" {
	add bob@example.com
	queue-run
	grep -qx 'option body=7bit' "$(queued)"
	run ! grep -q 8bit "$(queued)"
	rm $(queued)
	printf 'Subject: x\n\ngr\303\274\303\237e\n' | queue-add -f alice@here.example bob@example.com
	queue-run
	grep -qx 'option body=8bitmime' "$(queued)"
	[ "$(grep -c 'Content-Transfer-Encoding: 8bit' "$(queued)")" = 1 ]
}

@test "the failure of a bounce goes to the postmaster, and the failure of that to dead/" {
	transport bob=550_5.1.1_unknown alice=550_5.1.1_unknown postmaster=450_4.2.0_busy
	add bob@example.com
	queue-run
	[ "$(queued | wc -l)" = 1 ]
	grep -qx -- '-  postmaster@here.example' "$(queued)"
	report | grep -qx 'Subject: Your letter could not be delivered (a bounce that nobody takes)'
	transport postmaster=550_5.1.1_unknown
	run -0 --separate-stderr queue-run -a
	[ -z "$(queued)" ]
	[ "$(ls "$PENNYPOST/queue/dead" | grep -vc log)" = 1 ]
	grep -q 'status=dead' <<<"$stderr"
	queue-run -a
	[ "$(ls "$PENNYPOST/queue/dead" | grep -vc log)" = 1 ]
}

@test "a second bounce that is forwarded and fails elsewhere does not go round" {
	transport bob=550_5.1.1_unknown alice=550_5.1.1_unknown postmaster=450_4.2.0_busy
	add bob@example.com
	queue-run
	second=$(queued)
	message_of "$second" | queue-add -f '' bob@elsewhere.example
	rm "$second"*
	queue-run
	[ -z "$(queued)" ]
	[ "$(ls "$PENNYPOST/queue/dead" | grep -vc log)" = 1 ]
}

@test "postmaster in conf may be an address elsewhere" {
	echo 'postmaster ops@elsewhere.example' >>"$PENNYPOST/conf"
	transport bob=550_5.1.1_unknown ops=450_4.2.0_busy
	printf 'Subject: x\n\n' | queue-add -f '' bob@example.com
	queue-run
	grep -qx -- '-  ops@elsewhere.example' "$(queued)"
}

@test "what cannot be reported stays, and is reported when there is room again" {
	sed -i 's/^queue-reserve .*/queue-reserve 1000T/' "$PENNYPOST/conf"
	id=$(PENNYPOST=$PENNYPOST; sed -i 's/1000T/0/' "$PENNYPOST/conf"; add bob@example.com)
	sed -i 's/^queue-reserve .*/queue-reserve 1000T/' "$PENNYPOST/conf"
	run -0 --separate-stderr queue-run
	grep -q 'status=error reason="report not stored: No space left on device"' <<<"$stderr"
	grep -q '^!  bob' "$(file_of "$id")"
	[ "$(reports)" = 0 ]
	sed -i 's/^queue-reserve .*/queue-reserve 0/' "$PENNYPOST/conf"
	make_due
	queue-run
	[ ! -e "$(file_of "$id")" ]
	[ "$(reports)" = 1 ]
	[ "$(asked_for bob)" = 1 ]
	report | grep -qx '1 Diagnostic-Code: smtp; 550 5.1.1 no such user'
}

@test "the report is on the disk before the letter is gone" {
	add bob@example.com
	strace -o "$BATS_TEST_TMPDIR/trace" -e trace=linkat,fsync,unlink queue-run
	grep -oE '^(linkat|fsync|unlink)\(' "$BATS_TEST_TMPDIR/trace" | paste -sd' ' |
		grep -q 'fsync( linkat( fsync( unlink( unlink('
}

@test "queue-edit bounce: the sender is told" {
	id=$(add carol@example.com)
	queue-edit bounce "$id"
	queue-run
	report | grep -qx '1 Diagnostic-Code: X-Pennypost; 554 5.0.0 returned by the postmaster'
}

@test "more failures than one report holds make several, and a log of megabytes is read" {
	transport bob=550_5.1.1_no_such_user_here_and_this_is_a_long_story alice=450_4.2.0_busy
	seq -f 'bob%.0f@example.com' 12000 >"$BATS_TEST_TMPDIR/rcpts"
	add -e 3 3<"$BATS_TEST_TMPDIR/rcpts"
	queue-run 2>/dev/null
	[ "$(queued | wc -l)" = 2 ]
	[ "$(cat $(queued) | grep -c '^Diagnostic-Code: smtp; 550 5.1.1 no such user here')" = 12000 ]
}
