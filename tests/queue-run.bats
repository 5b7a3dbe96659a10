load helper
load queue-run.bash

setup() {
	pennypost
	transport
}

@test "what is due is delivered and leaves the queue" {
	id=$(add bob@example.com carol@example.net)
	run -0 --separate-stderr queue-run
	[ "$(grep -c "^$id " "$asked")" = 2 ]
	[ -z "$(queued)" ]
	grep -Eq "^id=$id to=<bob@example.com> sender=<alice@here.example> relay=mx.test status=delivered code=250 reply=\"250 2.1.5 taken\" delay=[0-9]+$" <<<"$stderr"
}

@test "a transport gets the path, the offset and the envelope as pennypost-transport(5) says" {
	printf '#!/bin/sh\ncat >"%s"\n' "$BATS_TEST_TMPDIR/job" >"$BATS_TEST_TMPDIR/keep"
	chmod +x "$BATS_TEST_TMPDIR/keep"
	echo "* pipe:$BATS_TEST_TMPDIR/keep" >"$PENNYPOST/routes"
	id=$(add -o smtputf8 -o ret=hdrs 'bob@example.com notify=never' '"a b"@example.com')
	queue-run
	IFS=$'\t' read -r got path offset sender options rcpts <"$BATS_TEST_TMPDIR/job"
	[ "$got $path" = "$id $(file_of "$id")" ]
	[ "$sender $options" = "alice@here.example smtputf8 ret=hdrs" ]
	[ "$rcpts" = $'bob@example.com notify=never\t"a b"@example.com' ]
	[ "$(tail -c +$((offset + 1)) "$path")" = "$(message_of "$path")" ]
}

@test "with verp each recipient is a job, from a sender of its own, to which its report goes" {
	printf '#!/bin/sh\nexec tee -a "%s" | "%s/tests/transport.pl" "%s"\n' "$BATS_TEST_TMPDIR/jobs" "$top" "$asked" >"$BATS_TEST_TMPDIR/keep"
	chmod +x "$BATS_TEST_TMPDIR/keep"
	printf "%s pipe:$BATS_TEST_TMPDIR/keep\n" here.example '*' >"$PENNYPOST/routes"
	printf '^%s=550_5.1.1_no\n' carol dave >"$asked.rules"
	echo letter | queue-add -f news-bounce-=@here.example -o verp bob@example.com carol@example.com dave@example.com
	queue-run
	queue-run
	[ "$(cut -f 4,6 "$BATS_TEST_TMPDIR/jobs" | sort)" = "\
	news-bounce-carol=example.com@here.example
	news-bounce-dave=example.com@here.example
news-bounce-bob=example.com@here.example	bob@example.com
news-bounce-carol=example.com@here.example	carol@example.com
news-bounce-dave=example.com@here.example	dave@example.com" ]
	[ -z "$(queued)" ]
}

@test "fields of an entry are filled in for each recipient, who is then a job of his own; its key goes to nobody" {
	printf '#!/bin/sh\nexec tee -a "%s" | "%s/tests/transport.pl" "%s"\n' "$BATS_TEST_TMPDIR/jobs" "$top" "$asked" >"$BATS_TEST_TMPDIR/keep"
	chmod +x "$BATS_TEST_TMPDIR/keep"
	printf "%s pipe:$BATS_TEST_TMPDIR/keep\n" here.example '*' >"$PENNYPOST/routes"
	id=$(echo letter | queue-add -f news@here.example 'bob+x@example.com' '"c d"@example.com')
	key=$(printf '01%.0s' {1..32})
	sed -i "4i option key=$key\noption field=To:+20<{address}>\noption field=X:+20{link}{+2B}\noption body=7bit" "$(queued)"
	queue-run
	cookie() { printf '.%s' "$1" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" | sed 's/.* //' | head -c 16; }
	[ "$(cut -f 5,6 "$BATS_TEST_TMPDIR/jobs" | sort)" = "\
field=To:+20<\"c+20d\"@example.com> field=X:+20$(cookie 'c d=example.com')-c%20d+3Dexample.com{+2B} body=7bit	\"c d\"@example.com
field=To:+20<bob+2Bx@example.com> field=X:+20$(cookie 'bob+x=example.com')-bob%2Bx+3Dexample.com{+2B} body=7bit	bob+x@example.com" ]
}

@test "what was deferred waits, with a line in its log, and is not tried before its time" {
	transport carol=451_4.3.0_later
	id=$(add bob@example.com carol@example.com)
	queue-run
	file=$(file_of "$id")
	grep -q '^+  bob@example.com$' "$file"
	grep -q '^-  carol@example.com$' "$file"
	[ "$(cut -f 2- "$file.log")" = "carol@example.com	mx.test	451 4.3.0 later" ]
	queue-run
	[ "$(grep -c . "$file.log")" = 1 ]
	make_due
	queue-run
	[ "$(asked_for carol)" = 2 ]
	[ "$(asked_for bob)" = 1 ]
}

# wait_of AGE: the seconds from now to the next attempt of a letter that old.
wait_of() {
	local id
	id=$(add carol@example.com)
	age "$id" "$1"
	queue-run
	echo $(($(stat -c %Y "$(file_of "$id")") - $(date +%s)))
}

@test "a letter waits as long again as it has waited, from retry-first to retry-most, give or take a tenth" {
	transport carol=451_4.3.0_later
	for try in '1 second:268:331' '1 hour:3238:3962' '4 days:12958:15842'; do
		IFS=: read -r old least most <<<"$try"
		wait=$(wait_of "$old")
		[ "$wait" -ge "$least" ]
		[ "$wait" -le "$most" ]
	done
}

@test "two letters that fail together do not come back together" {
	transport carol=451_4.3.0_later
	for _ in {1..12}; do wait_of '4 hours'; done | sort -u >"$BATS_TEST_TMPDIR/waits"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/waits")" -gt 3 ]
}

# time(2) is behind the times of files by up to a tick; here by half a minute, so that it shows.
@test "a letter is due as soon as it is stored, whatever time(2) says" {
	printf '#include <time.h>\ntime_t time(time_t *to) { struct timespec now; clock_gettime(CLOCK_REALTIME, &now);
		now.tv_sec -= 30; if (to) *to = now.tv_sec; return now.tv_sec; }' >"$BATS_TEST_TMPDIR/late.c"
	cc -shared -fPIC -o "$BATS_TEST_TMPDIR/late.so" "$BATS_TEST_TMPDIR/late.c"
	add bob@example.com
	ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD=$BATS_TEST_TMPDIR/late.so queue-run
	[ -z "$(queued)" ]
}

@test "-a tries what is not due too" {
	transport 'carol=451_4.3.0_later'
	add carol@example.com
	queue-run
	[ -n "$(queued)" ]
	transport
	queue-run -a
	[ -z "$(queued)" ]
}

@test "-i tries this letter, due or not, and no other" {
	first=$(add bob@example.com)
	second=$(add carol@example.com)
	touch -d '1 hour' "$(file_of "$first")"
	queue-run -i "$first"
	[ "$(queued)" = "$(file_of "$second")" ]
}

@test "-i with an id that is held, gone or none" {
	id=$(add bob@example.com)
	queue-edit hold "$id"
	queue-run -i "$id" -i 0000000000000000
	[ -f "$PENNYPOST/queue/hold/$id" ]
	[ ! -e "$asked" ]
	run -64 queue-run -i ../../etc/passwd
}

@test "-R tries the letters with recipients in a domain, due or not" {
	first=$(add bob@example.com carol@Example.NET)
	second=$(add dave@example.com)
	touch -d '1 hour' "$(file_of "$first")"
	queue-run -R example.net
	[ "$(queued)" = "$(file_of "$second")" ]
}

@test "a domain in A-labels and in UTF-8 is one destination" {
	id=$(add -o smtputf8 bob@bücher.example carol@XN--bcher-kva.example)
	touch -d '1 hour' "$(file_of "$id")"
	printf '#!/bin/sh\ntee "%s" | exec "%s" "%s"\n' "$BATS_TEST_TMPDIR/job" "$top/tests/transport.pl" "$asked" >"$BATS_TEST_TMPDIR/keep"
	chmod +x "$BATS_TEST_TMPDIR/keep"
	printf '%s\n' "bücher.example pipe:$BATS_TEST_TMPDIR/keep" '* error:5.1.2 lost' >"$PENNYPOST/routes"
	queue-run -R BÜCHER.example
	[ -z "$(queued)" ]
	[ "$(cut -f 6- "$BATS_TEST_TMPDIR/job")" = $'bob@bücher.example\tcarol@XN--bcher-kva.example' ]
}

@test "a letter may name its route" {
	id=$(add bob@example.com)
	queue-edit reroute -t 'error:5.7.1' "$id"
	queue-run
	[ "$(asked_for bob)" = 0 ]
	[ "$(asked_for alice)" = 1 ]
}

@test "error: in routes answers without a transport" {
	printf 'gone.example error:5.1.2 moved away\nlater.example error:4.3.2 not today\n' >>"$PENNYPOST/routes"
	id=$(add bob@gone.example carol@later.example)
	run -0 --separate-stderr queue-run
	grep -q "to=<bob@gone.example> .* status=failed code=550 reply=\"550 5.1.2 moved away\"" <<<"$stderr"
	grep -q "to=<carol@later.example> .* status=deferred code=450 reply=\"450 4.3.2 not today\"" <<<"$stderr"
	[ "$(asked_for alice)" = 1 ]
}

@test "recipients are grouped by destination, a hundred in a job" {
	printf 'a.example pipe:%s %s\nb.example pipe:%s %s\n' "$top/tests/transport.pl" "$asked.a" \
		"$top/tests/transport.pl" "$asked.b" >"$PENNYPOST/routes"
	{ seq -f 'x%.0f@a.example' 150; seq -f 'x%.0f@b.example' 50; seq -f 'y%.0f@a.example' 101; } | shuf >"$BATS_TEST_TMPDIR/rcpts"
	add -e 3 3<"$BATS_TEST_TMPDIR/rcpts"
	strace -f -e trace=write -s 64 -o "$BATS_TEST_TMPDIR/trace" queue-run
	[ "$(grep -c '@a.example$' "$asked.a")" = 251 ]
	[ "$(grep -c '@b.example$' "$asked.b")" = 50 ]
	[ -z "$(queued)" ]
}

@test "a letter damaged in any part goes to corrupt/, with a line saying why, and holds up no other" {
	printf 'pennypost-queue 2\n' >"$BATS_TEST_TMPDIR/bad1"
	: >"$BATS_TEST_TMPDIR/bad2"
	printf 'pennypost-queue 1\narrived yesterday\nsender a@b\n-  c@d\n\nx\n' >"$BATS_TEST_TMPDIR/bad3"
	printf 'pennypost-queue 1\narrived 2026-11-23T19:40:12Z\nsender a@b\n-  c@d\nx  e@f\n\nx\n' >"$BATS_TEST_TMPDIR/bad4"
	printf 'pennypost-queue 1\narrived 2026-11-23T19:40:12Z\nsender a@b\n-  c@d\n' >"$BATS_TEST_TMPDIR/bad5"
	printf 'pennypost-queue 1\narrived 2026-11-23T19:40:12Z\nsender a@b\n-  c\0@d\n\n' | head -c 64 >"$BATS_TEST_TMPDIR/bad6"
	add bob@example.com
	for n in 1 2 3 4 5 6; do
		mkdir -p "$PENNYPOST/queue/0"
		cp "$BATS_TEST_TMPDIR/bad$n" "$PENNYPOST/queue/0/000000000000${n}000"
	done
	ln -s /etc/passwd "$PENNYPOST/queue/0/0000000000007000"
	mkdir "$PENNYPOST/queue/0/0000000000008000"
	run -0 --separate-stderr queue-run
	[ "$(ls "$PENNYPOST/queue/corrupt" | wc -l)" = 8 ]
	[ "$(grep -c 'status=corrupt reason="[a-z]' <<<"$stderr")" = 8 ]
	[ "$(asked_for bob)" = 1 ]
	[ "$(asked_for c)" = 0 ]
}

@test "a letter whose recipients are all done is only removed" {
	id=$(add bob@example.com)
	sed -i 's/^-  /+  /' "$(file_of "$id")"
	queue-run
	[ -z "$(queued)" ]
	[ ! -e "$asked" ]
}

@test "once a day, what crashes left behind is cleared away" {
	id=$(add bob@example.com)
	touch -d '1 hour' "$(file_of "$id")"
	mkdir -p "$PENNYPOST/queue/tmp" "$PENNYPOST/queue/sts" "$PENNYPOST/queue/0"
	touch -d '2 days ago' "$PENNYPOST/queue/sts/expired.example"
	touch -d '2 days' "$PENNYPOST/queue/sts/holds.example"
	touch -d '2 days ago' "$PENNYPOST/queue/tmp/old" "$PENNYPOST/queue/0/0000000000000000.log" "$(file_of "$id").log"
	touch "$PENNYPOST/queue/tmp/new"
	queue-run
	[ "$(ls "$PENNYPOST/queue/tmp" "$PENNYPOST/queue/sts" | paste -sd' ')" = "$PENNYPOST/queue/sts: holds.example  $PENNYPOST/queue/tmp: new" ]
	[ ! -e "$PENNYPOST/queue/0/0000000000000000.log" ]
	[ -e "$(file_of "$id").log" ]
	touch -d '2 days ago' "$PENNYPOST/queue/tmp/again"
	queue-run
	[ -e "$PENNYPOST/queue/tmp/again" ]
	touch -d '2 days ago' "$PENNYPOST/queue/swept"
	queue-run
	[ ! -e "$PENNYPOST/queue/tmp/again" ]
}

@test "wrong options and settings" {
	run -64 queue-run -Z
	run -64 queue-run extra
	run -64 queue-run -c 0
	run -64 queue-run -c many
	run -64 queue-run -d -i 0000000000000000
	echo 'x nonsense' >"$PENNYPOST/routes"
	run -78 queue-run
	echo 'x smtp:host extra' >"$PENNYPOST/routes"
	run -78 queue-run
	pennypost 'colour blue'
	run -78 queue-run
}

@test "closed standard descriptors and a full standard error change nothing" {
	add bob@example.com
	queue-run <&- >&- 2>/dev/full
	add carol@example.com
	queue-run 2>&-
	[ -z "$(queued)" ]
	[ "$(asked_for '')" = 2 ]
}

@test "NULs in a message and in an address harm nobody" {
	id=$(head -c 1000 /dev/zero | queue-add -f alice@here.example bob@example.com)
	queue-run
	[ "$(asked_for bob)" = 1 ]
	id=$(add bob@example.com)
	sed -i 's/bob@/b\x00b@/' "$(file_of "$id")"
	queue-run
	[ "$(asked_for b)" = 2 ]
	[ -z "$(queued)" ]
}

@test "a letter delivered at its first attempt is neither marked nor synced, only unlinked" {
	add bob@example.com
	strace -f -o "$BATS_TEST_TMPDIR/trace" -e trace=pwrite64,fsync,fdatasync,unlink queue-run
	[ "$(grep -oE '\b(pwrite64|fdatasync|fsync|unlink)\(' "$BATS_TEST_TMPDIR/trace" | paste -sd' ')" = "unlink( unlink( fsync(" ]
}

@test "marks are synced before a letter is let go" {
	transport carol=451_4.3.0_later
	add bob@example.com carol@example.com
	strace -f -o "$BATS_TEST_TMPDIR/trace" -e trace=pwrite64,fdatasync queue-run
	grep -oE '\b(pwrite64|fdatasync)\(' "$BATS_TEST_TMPDIR/trace" | paste -sd' ' | grep -Fxq 'pwrite64( fdatasync('
}

@test "no descriptor left is a reason to try later, not to hang" {
	pennypost
	mkdir -p "$PENNYPOST/mailboxes/bob"
	queue-add -f alice@here.example bob@here.example </dev/null
	run -0 timeout 5 strace -qq -o /dev/null -P "$(queued)" -e inject=openat:error=EMFILE:when=1 queue-run
	[[ $output = *'Too many open files'* ]]
	queue-run
	[ -z "$(queued)" ]
}

@test "a failure that cannot be marked is not forgotten: the letter stays, and its sender is told later" {
	rm "$PENNYPOST/routes"
	mkdir -p "$PENNYPOST/mailboxes/alice"
	queue-add -f alice@here.example nobody@here.example </dev/null
	run -0 strace -qq -o /dev/null -e inject=pwrite64:error=EIO:when=1 queue-run
	[ -n "$(queued)" ]
	queue-run -a
	grep -q '^Action: failed' "$PENNYPOST"/mailboxes/alice/new/*
	[ -z "$(queued)" ]
}

@test "the examples of the manual page work" {
	[ "$(example queue-run.8 1)" = '*/5 * * * * queue-run' ]
	first=$(add bob@example.com)
	second=$(add carol@example.net)
	touch -d '1 hour' "$(file_of "$first")"
	eval "$(example queue-run.8 2)" >"$BATS_TEST_TMPDIR/left"
	[ "$(queued)" = "$(file_of "$second")" ]
	[ ! -s "$BATS_TEST_TMPDIR/left" ]
	eval "$(example queue-run.8 3)"
	[ -z "$(queued)" ]
}
