# bounce-make: result lines and a message into a report for its sender.
load helper

setup() {
	pennypost
	cd "$BATS_TEST_TMPDIR"
	export TZ=UTC
	printf '%s\n' 'Received: from there.example by here.example with ESMTP id x; Mon, 23 Nov 2026 19:40:12 +0000' \
		'Message-ID: <1@here.example>' 'From: alice@here.example' 'Subject: hello' '' 'How are you?' >message
	results 'bob@there.example orcpt=rfc822;bobby+20b@there.example\t550\t5.1.1\tno such user\tmx.there.example [192.0.2.1]' \
		'carol@there.example\t250\t2.0.0\tok\tmx.there.example [192.0.2.1]\tdsn' \
		'dave@there.example\t450\t4.2.2\tfull\tmx.there.example [192.0.2.1]' \
		'erin@gone.example\t554\t5.1.2\tno such domain'
}

# results LINE...: what smtp-send prints, without the id.
results() {
	printf -- '-\t%b\n' "$@" >results
	touch -d '2026-11-24 10:00:00 UTC' results
}

make() { bounce-make "$@" <message; }
parsed() { bounce-parse | cut -f 1-3 | tr '\t' ' ' | paste -sd,; }
fields() { mime-decode -p 2 | grep "$@"; }

@test "a report of what failed: golden" {
	make -o envid=x+2By alice@here.example results >report
	sed -E 's/[0-9a-f]{32}/CHANCE/; s/^Date: .*/Date: NOW/' report | diff - <(cat <<-'END'
		Date: NOW
		From: Mail Delivery System <MAILER-DAEMON@here.example>
		To: <alice@here.example>
		Subject: Your letter could not be delivered
		Message-ID: <CHANCE@here.example>
		In-Reply-To: <1@here.example>
		References: <1@here.example>
		Auto-Submitted: auto-replied
		MIME-Version: 1.0
		Content-Type: multipart/report; report-type=delivery-status;
	END
		printf '\tboundary="CHANCE"\n'
		cat <<-'END'

		--CHANCE
		Content-Type: text/plain; charset=us-ascii
		Content-Transfer-Encoding: 7bit

		This is the mail system at here.example.

		Your letter could not be delivered to the recipients below. Nobody will
		try again.

		  bob@there.example
		    mx.there.example [192.0.2.1]: 550 5.1.1 no such user
		    There is no such mailbox. Check the spelling of the address.

		  erin@gone.example
		    554 5.1.2 no such domain
		    There is no such domain. Check the spelling of the address.

		Your letter, or its header, is enclosed.

		--CHANCE
		Content-Type: message/delivery-status
		Content-Transfer-Encoding: 7bit

		Original-Envelope-Id: x+y
		Reporting-MTA: dns; here.example
		Arrival-Date: Mon, 23 Nov 2026 19:40:12 +0000

		Original-Recipient: rfc822; bobby b@there.example
		Final-Recipient: rfc822; bob@there.example
		Action: failed
		Status: 5.1.1
		Remote-MTA: dns; mx.there.example [192.0.2.1]
		Diagnostic-Code: smtp; 550 5.1.1 no such user
		Last-Attempt-Date: Tue, 24 Nov 2026 10:00:00 +0000

		Final-Recipient: rfc822; erin@gone.example
		Action: failed
		Status: 5.1.2
		Diagnostic-Code: X-Pennypost; 554 5.1.2 no such domain
		Last-Attempt-Date: Tue, 24 Nov 2026 10:00:00 +0000

		--CHANCE
		Content-Type: message/rfc822
		Content-Transfer-Encoding: 7bit

	END
		cat message
		printf '\n--CHANCE--\n')
}

@test "each kind reports the results that are of it" {
	actions() { make -k "$1" alice@here.example results | fields -A 2 -h '^Final-Recipient' | grep -v ^Final | paste -sd' ' | tr -d -; }
	results 'a@x.example\t250\t2.0.0\tok' 'b@x.example\t250\t2.1.5\tok\tmx.x.example\tdsn' 'c@x.example\t451\t4.3.0\tlater' \
		'd@x.example\t500\t5.0.0\tnever'
	[ "$(actions failed)" = 'Action: failed Status: 5.0.0' ]
	[ "$(actions expired)" = 'Action: failed Status: 5.4.7  Action: failed Status: 5.0.0' ]
	[ "$(actions delayed)" = 'Action: delayed Status: 4.3.0' ]
	[ "$(actions delivered)" = 'Action: delivered Status: 2.0.0' ]
	[ "$(actions relayed)" = 'Action: relayed Status: 2.0.0' ]
	run -64 make -k lost alice@here.example results
}

@test "nothing to report: 69, and nothing is printed" {
	results 'a@x.example\t250\t2.0.0\tok' 'c@x.example\t451\t4.3.0\tlater'
	run -69 --separate-stderr make alice@here.example results
	[ "$stderr" = 'bounce-make: results: nothing to report' ]
	[ -z "$output" ]
	: >results
	run -69 make -k delayed alice@here.example results
}

@test "the message comes back whole, or its header where ret=hdrs or its size says so" {
	part() { make "$@" alice@here.example results | mime-decode -p 3 | cmp - "$part"; }
	part=message part
	sed '/^$/,$d' message >header
	part=header part -o ret=hdrs
	part=header part -k delayed
	head -c 60000 /dev/zero | tr '\0' x | fold >>message
	part=header part
	part=message part -o ret=full
	part=header part -o ret=full -o body=binarymime
	part=header part -o ret=full -o requiretls
}

@test "a message that comes through a pipe, or stands in the middle of a file" {
	cat message | bounce-make alice@here.example results | mime-decode -p 3 | cmp - message
	{ echo before; cat message; } >file
	(dd bs=1 count=7 of=/dev/null 2>/dev/null; bounce-make alice@here.example results) <file | mime-decode -p 3 | cmp - message
	run -74 bounce-make alice@here.example results <"$BATS_TEST_TMPDIR"
	TMPDIR=/nowhere run -73 bounce-make alice@here.example results < <(cat message)
}

@test "the time of arrival is that of our own Received field, and of no other" {
	make alice@here.example results | fields '^Arrival-Date'
	sed -i 's/ by here/ by there/' message
	run ! fields '^Arrival-Date' < <(make alice@here.example results)
}

@test "addresses beyond ASCII: the types of RFC 6533" {
	results 'bücher@bücher.example\t550\t5.1.1\tnicht hier'
	printf 'Subject: grüße\n\nbody\n' >message
	make -o smtputf8 'älice@here.example' results >report
	grep -x 'Content-Type: multipart/report; report-type=global-delivery-status;' report
	grep -x 'To: <älice@here.example>' report
	[ "$(mime-list <report | cut -f 3 | paste -sd' ')" = 'multipart/report text/plain message/global-delivery-status message/global text/plain' ]
	fields -x 'Final-Recipient: utf-8; bücher@bücher.example' <report
	[ "$(parsed <report)" = 'bücher@bücher.example failed 5.1.1' ]
	make -o ret=hdrs alice@here.example results >report
	grep -x 'Content-Type: message/global-headers' report
}

@test "hostile results and messages add no field, end no part and forge no recipient" {
	evil='x\\nInjected: yes\\n\\nFinal-Recipient: rfc822; eve@evil.example'
	results "\"a: b\"@x.example orcpt=rfc822;x+0D+0AInjected:+20yes\t550\t5.1.1\\\\nInjected: yes\t$evil\t$evil" \
		"b@x.example\\\\nInjected: yes orcpt=x\\\\nInjected:;yes\t550\t5.1.1\t\\\\n--x--\\\\nInjected: yes"
	printf 'Message-ID: <x>\r\n Injected: yes\nSubject: x\n\n--x--\n\nContent-Type: text/html\n\n' >message
	make -o envid=a+0AInjected:+20yes alice@here.example results >report
	run ! grep -i '^Injected' report
	[ "$(mime-list <report | cut -f 3 | paste -sd' ')" = 'multipart/report text/plain message/delivery-status message/rfc822 text/plain' ]
	[ "$(mime-decode -p 2 <report | grep -c '^Final-Recipient')" = 2 ]
	mime-decode -p 3 <report | cmp - message
}

@test "a message that holds a boundary we made ends nothing in the next report" {
	make alice@here.example results >first
	cp first message
	make alice@here.example results | mime-decode -p 3 | cmp - first
}

@test "bounce-parse and flufl.bounce read back what was written" {
	make -k expired alice@here.example results >report
	[ "$(parsed <report)" = 'bobby b@there.example failed 5.1.1,dave@there.example failed 5.4.7,erin@gone.example failed 5.1.2' ]
	[ "$(make -k delayed alice@here.example results | parsed)" = 'dave@there.example delayed 4.2.2' ]
	/usr/bin/python3 -c 'import flufl.bounce' || skip 'no flufl.bounce'
	results 'bob@there.example\t550\t5.1.1\tno such user' 'erin@gone.example\t554\t5.1.2\tno such domain'
	[ "$(make alice@here.example results | /usr/bin/python3 -c '
import email, sys
from flufl.bounce import scan_message
print(*sorted(a.decode() for a in scan_message(email.message_from_binary_file(sys.stdin.buffer))))')" = 'bob@there.example erin@gone.example' ]
}

@test "what smtp-send prints is what is read, and the report goes into the queue" {
	status=0
	smtp-send -s 127.0.0.1:1 -t connect=1s -f alice@here.example bob@there.example <message >results || status=$?
	[ "$status" = 75 ]
	make -k expired alice@here.example results | queue-add alice@here.example
	[ "$(message_of "$(queued)" | parsed)" = 'bob@there.example failed 5.4.7' ]
}

@test "what is no result line is 65 with its number, and nothing is printed" {
	for wrong in '' 'bob@x.example' 'bob@x.example\tx\t5.1.1\tno' 'bob@x.example\t150\t5.1.1\tno'; do
		results 'a@x.example\t550\t5.1.1\tno' "$wrong"
		run -65 --separate-stderr make alice@here.example results
		[ "$stderr" = 'bounce-make: results: line 2: not a result' ]
		[ -z "$output" ]
	done
	run -66 make alice@here.example nowhere
	run -74 make alice@here.example "$BATS_TEST_TMPDIR"
	yes -- $'-\tbob@x.example\t550\t5.1.1\tno' | head -n 10001 >results
	run -65 make alice@here.example results
	[ "$output" = 'bounce-make: results: more than 10000 recipients' ]
}

@test "nobody is told without a sender: 65" {
	for sender in '' '<>' alice 'a b@here.example' $'a@here.example\nBcc: x@y.example'; do
		run -65 --separate-stderr make "$sender" results
		[ -z "$output" ]
	done
	run -64 make alice@here.example
	run -64 make -o verify alice@here.example results
}

@test "bounce-make(1): the examples" {
	printf '%s\n' '#!/bin/sh' 'cat >/dev/null; cat results; exit 69' >smtp-send
	chmod +x smtp-send
	mv results kept
	sed 's/cat results/cat kept/' -i smtp-send
	PATH=$PWD:$PATH bash -c "$(example bounce-make.1 1)"
	[ "$(message_of "$(queued)" | mime-decode -p 2 | grep -c ^Final)" = 3 ]
	[ "$(bash -c "$(example bounce-make.1 2)" | mime-decode -p 2 | grep '^Action')" = 'Action: delayed' ]
}
