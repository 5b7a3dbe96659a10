# list-bounce: what comes back, from the queue through aliases to a score; the probe; who is removed, and who is not.
load helper
load list

setup() {
	list_setup
	echo nobody@here.example >"$list/subscribers"
	list_give
}
teardown() { list_teardown; }

# report STATUS SAID [ACTION]: a bounce; known EXTENSION STATUS SAID [ACTION]: one that came for somebody.
report() {
	printf '%s\n' 'From: MAILER-DAEMON@there.example' 'Subject: failed' 'MIME-Version: 1.0' \
		'Content-Type: multipart/report; report-type=delivery-status; boundary=b' '' --b '' Sorry. --b \
		'Content-Type: message/delivery-status' '' 'Reporting-MTA: dns; there.example' '' \
		'Final-Recipient: rfc822; nobody@here.example' "Action: ${3:-failed}" "Status: $1" "Diagnostic-Code: smtp; $2" '' --b--
}
known() { report "${@:2}" | EXTENSION=$1 list-bounce news; }
hard() { known nobody=here.example 5.1.1 '550 5.1.1 no such user'; }
# history DAYS-AGO...: hard bounces of those days.
history() {
	mkdir -p "$list/bounces"
	for days; do
		printf '%s\thard\t5.1.1\t550 no\n' "$(date -u -d "$days days ago" +%Y-%m-%dT%H:%M:%SZ)"
	done >"$list/bounces/nobody@here.example"
	list_give
}
score() { list-bounce -l news | cut -f2; }

@test "what comes back of a post counts, once a day; a probe follows, and when that comes back the subscriber is gone" {
	mail olga@here.example news@here.example 'Subject: 1'
	mail olga@here.example news@here.example 'Subject: 2'
	[ "$(list-bounce -l news | cut -f1,2,4,5)" = "nobody@here.example	1.00	hard	5.1.1" ]
	history 4 3 2
	mail olga@here.example news@here.example 'Subject: 3'
	[ "$(people)" = '' ]
	grep -q 'text=probe recipient=nobody@here.example' "$BATS_TEST_TMPDIR/log" || grep -rq probe "$list/bounces/removed"
	[ "$(cut -f1,3,4 "$list/bounces/removed" | uniq)" = $'nobody@here.example\thard\t5.1.1\nnobody@here.example\tprobe' ]
	[ ! -e "$list/bounces/nobody@here.example" ]
	[ "$(mails olga)" = 0 ]
}

@test "a probe that arrives keeps the subscriber; the next one comes two weeks later" {
	history 3 2 1
	run hard
	[[ ${lines[-1]} = *status=probed* || $output = *probed* ]]
	[ "$(queued | wc -l)" = 1 ]
	[[ $(sed -n 's/^sender //p' "$(queued)") = news-probe-*-nobody=here.example@here.example ]]
	[ "$(sed -n 's/^-  //p' "$(queued)")" = nobody@here.example ]
	grep -q '550 5.1.1 no such user' "$(queued)"
	run hard
	[ "$(queued | wc -l)" = 1 ]
	sed -i 's/^.*\tprobe/'"$(date -u -d '15 days ago' +%Y-%m-%dT12:00:00Z)"'\tprobe/' "$list/bounces/nobody@here.example"
	run hard
	[ "$(queued | wc -l)" = 2 ]
}

@test "a score halves with its half-life, and the limit is the owner's" {
	history 0
	[ "$(score)" = 1.00 ]
	history 30
	[ "$(score)" = 0.50 ]
	history 60 30 0
	[ "$(score)" = 1.75 ]
	conf 'bounce-half-life 10d'
	[ "$(score)" = 1.14 ]
	history 900
	[ "$(score)" = 0.00 ]
	conf 'bounce-limit 0'
	history 5 4 3 2 1
	hard
	[ -z "$(queued)" ]
	conf 'bounce-limit 1'
	hard
	[ "$(queued | wc -l)" = 1 ]
}

@test "what is full, refused by policy or late is noted and counts nothing, nor does a vacation notice" {
	known nobody=here.example 4.2.2 '452 4.2.2 mailbox full'
	known nobody=here.example 5.7.1 '550 5.7.1 rejected as spam by policy'
	known nobody=here.example 5.7.26 '550 5.7.26 This mail has been blocked because the sender is unauthenticated. DMARC'
	known nobody=here.example 4.4.1 'timed out' delayed
	printf 'From: nobody@here.example\nSubject: Out of office\nAuto-Submitted: auto-replied\n\nI am away until Monday.\n' |
		EXTENSION=nobody=here.example list-bounce news
	[ "$(cut -f2 "$list/bounces/nobody@here.example" | paste -sd' ')" = 'soft policy delayed' ]
	[ "$(score)" = 0.00 ]
	now=$(date +%s)
	report 5.7.1 '550 5.7.1 spam' | EXTENSION=$(cookie probe nobody=here.example "$now") list-bounce -p news
	report 4.2.2 '452 4.2.2 full' | EXTENSION=$(cookie probe nobody=here.example "$now") list-bounce -p news
	[ "$(people)" = nobody@here.example ]
}

@test "a complaint unsubscribes" {
	printf '%s\n' 'From: fbl@there.example' 'MIME-Version: 1.0' 'Content-Type: multipart/report; report-type=feedback-report; boundary=b' \
		'' --b '' 'A complaint.' --b 'Content-Type: message/feedback-report' '' 'Feedback-Type: abuse' 'User-Agent: x/1' 'Version: 1' '' \
		--b 'Content-Type: message/rfc822' '' 'Return-Path: <news-bounce-nobody=here.example@here.example>' 'From: olga@here.example' '' x --b-- |
		list-bounce news
	[ "$(people)" = '' ]
	grep -q 'complaint' "$list/bounces/removed"
}

@test "only what comes back to a probe that we sent removes: a forged one, one of another, one that is too old do not" {
	now=$(date +%s)
	for wrong in nobody=here.example "x-nobody=here.example" "$(cookie bounce nobody=here.example "$now")" \
		"$(cookie probe bob=here.example "$now" | sed s/bob/nobody/)" "$(cookie probe nobody=here.example $((now - 1300000)))"; do
		report 5.1.1 '550 no' | EXTENSION=$wrong list-bounce -p news
		[ "$(people)" = nobody@here.example ]
	done
	[ ! -e "$list/bounces/nobody@here.example" ]
	report 5.1.1 '550 no' | EXTENSION=$(cookie probe nobody=here.example "$now") list-bounce -p news
	[ "$(people)" = '' ]
}

@test "the address that it came to goes before what the report says; without one the report counts" {
	echo bob@here.example >>"$list/subscribers"
	[ "$(known bob=here.example 5.1.1 '550 no')" = $'bob@here.example\tnoted\t1.00' ]
	[ "$(report 5.1.1 '550 no' | list-bounce news)" = $'nobody@here.example\tnoted\t1.00' ]
	[ "$(list-bounce -l news | wc -l)" = 2 ]
}

@test "who is no subscriber has no file, whatever his name is" {
	known eve=evil.example 5.1.1 '550 no'
	known '../../x=y' 5.1.1 '550 no'
	[ ! -e "$list/bounces" ]
	printf '%s\n' '"../a/b"@c.example' 'a/b@c.example' 'a%2fb@c.example' >"$list/subscribers"
	for extension in '../a/b=c.example' 'a/b=c.example' 'a%2fb=c.example'; do
		known "$extension" 5.1.1 '550 no'
	done
	[ "$(cd "$list/bounces" && printf '%s\n' * | LC_ALL=C sort | paste -sd' ')" = '"..%2Fa%2Fb"@c.example a%252fb@c.example a%2Fb@c.example' ]
	[ "$(list-bounce -l news | cut -f1 | LC_ALL=C sort)" = "$(LC_ALL=C sort "$list/subscribers")" ]
}

@test "of twenty at once none is lost, and one probe goes out" {
	history 3 2 1
	for n in {1..20}; do
		known nobody=here.example 5.1.1 "550 5.1.1 no $n" &
		known nobody=here.example 4.2.2 "452 4.2.2 full $n" &
	done >/dev/null 2>&1
	wait
	[ "$(cut -f2 "$list/bounces/nobody@here.example" | sort | uniq -c | awk '{ print $1 $2 }' | paste -sd' ')" = '4hard 1probe 1soft' ]
	[ "$(queued | wc -l)" = 1 ]
}

@test "months of bounces are kept, not years" {
	history {150..1}
	hard
	[ "$(wc -l <"$list/bounces/nobody@here.example")" -le 102 ]
	[ "$(wc -l <"$list/bounces/nobody@here.example")" -ge 50 ]
	[ "$(tail -n 1 "$list/bounces/nobody@here.example" | cut -f2)" = probe ]
}

@test "no bounce is 65; no such list 66; a wrong option 64; a key that is none 78" {
	run -65 list-bounce news <<<$'From: alice@here.example\nSubject: hello\n\nHi.\n'
	run -66 list-bounce none </dev/null
	run -64 list-bounce -l -p news
	run -64 list-bounce
	echo x >"$list/key"
	EXTENSION=x run -78 list-bounce -p news </dev/null
}

@test "list-bounce(1), Examples: every command does what is said" {
	history 3 2
	[ "$(eval "$(example list-bounce.1 1)" | cut -f1)" = nobody@here.example ]
}

@test "a bounce of a bounce of a probe ends with the postmaster" {
	mkdir -p "$boxes/postmaster"
	rm "$list/key"
	list_give
	report 5.1.1 '550 no' | mail-inject -f '' -- "news-probe-$(printf '%016d' 7)-nobody=here.example@here.example"
	turn
	[ "$(mails postmaster)" = 1 ]
	[ "$(people)" = nobody@here.example ]
	[ -z "$(queued)" ]
}
