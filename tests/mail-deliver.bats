# shellcheck disable=SC1003,SC2002,SC2016,SC2154 # texts for other shells, pipes that are meant, what bats sets
# mail-deliver without privileges: everybody's mailbox is a folder under `mailboxes`.
load helper

# Commands and files of aliases are nobody's when root runs this: $shared is a place for them that all may write in.
setup() {
	pennypost
	shared_folder 1777
	boxes=$PENNYPOST/mailboxes
	mkdir -p "$boxes/bob" "$boxes/carol"
	letter >"$BATS_TEST_TMPDIR/letter"
}
teardown() { rm -rf "$shared"; }

letter() { printf 'From: alice@a.example\nSubject: hello\n\nbody\n'; }
aliases() { cat >"$PENNYPOST/aliases"; }
forward() { cat >"$boxes/bob/.forward"; }
deliver() { mail-deliver -f alice@a.example "$@" <"$BATS_TEST_TMPDIR/letter"; }
letters() { find "$boxes/${1:-bob}/new" -type f 2>/dev/null | wc -l; }
recipients() { sed -n '/^$/q; s/^-  //p' "$@" | LC_ALL=C sort | paste -sd' '; }
sender() { sed -n '/^$/q; s/^sender //p' "$@"; }
# job RECIPIENT...: one job line for the letter.
job() { printf 'id1\t%s\t0\talice@a.example\t%s' "$BATS_TEST_TMPDIR/letter" "${options:-}"; printf '\t%s' "$@"; echo; }
# The program of a |command, one that says what it was given.
script() { cat >"$shared/$1"; chmod 755 "$shared/$1"; }

@test "a letter comes into new/ byte for byte below Return-Path and Delivered-To, and for its owner only" {
	{ letter; head -c 200000 /dev/urandom; printf '\0\r\r\nno line end'; } >"$BATS_TEST_TMPDIR/letter"
	umask 0
	deliver bob@here.example
	file=$(find "$boxes/bob/new" -type f)
	cmp "$file" <(printf 'Return-Path: <alice@a.example>\nDelivered-To: bob@here.example\n'; cat "$BATS_TEST_TMPDIR/letter")
	[ "$(stat -c %a "$file" "$boxes/bob/new" "$boxes/bob/cur" "$boxes/bob/tmp" | paste -sd' ')" = "600 700 700 700" ]
	[[ ${file##*/} =~ ^[0-9]+\.M[0-9]{6}P[0-9]+R[0-9a-f]{8}\.[^:/]+,S=$(stat -c %s "$file")$ ]]
	[ -z "$(ls -A "$boxes/bob/tmp")" ]
}

@test "from a pipe or a file, empty, with the null sender, and to a bare name of the first local domain" {
	mail-deliver bob </dev/null
	cat "$BATS_TEST_TMPDIR/letter" | mail-deliver -f '<>' bob
	for file in "$boxes"/bob/new/*; do
		[ "$(head -n 2 "$file")" = $'Return-Path: <>\nDelivered-To: bob@here.example' ]
	done
	[ "$(letters)" = 2 ]
}

@test "the letter, then the folder it is in, is synced before the end" {
	deliver bob
	strace -o "$BATS_TEST_TMPDIR/trace" -e trace=fsync,rename,renameat,renameat2 "$BUILD/bin/mail-deliver" bob </dev/null
	grep -oE '^(fsync|rename)' "$BATS_TEST_TMPDIR/trace" | paste -sd' ' | grep -x 'fsync rename fsync'
}

@test "nobody is 67, whatever the address looks like, and nothing is made" {
	touch "$boxes/file"
	mkdir "$boxes/.hidden" "$PENNYPOST/outside"
	for user in dave ../../x ../outside '../mailboxes/bob' /etc '|sh' '|sh@here.example' -- .hidden . .. file '' '-f' '-bob' \
		'bob/new' $'bob\n' ':include:/etc/passwd' '/etc/passwd' '\' '"bob' "$(printf 'b%.0s' {1..300})"; do
		run -67 mail-deliver -- "$user" </dev/null
	done
	[ "$(find "$boxes" -mindepth 1 | wc -l)" = 4 ]
	printf 'id1\t/dev/null\t0\t\t\tb\0b@here.example\n' | mail-deliver -j | grep -aP '^id1\tb\0b@here.example\t553\t5.1.3\t'
}

@test "user+extension and user-extension reach the user, and names compare without case at last" {
	mkdir "$boxes/bob-list"
	for user in bob+x bob-x bob-x-y+z BOB '"bob"' 'b\ob' Bob+X; do
		deliver "$user@here.example"
	done
	[ "$(letters)" = 7 ]
	deliver bob-list
	deliver bob-list-owner
	[ "$(letters bob-list)" = 2 ]
	run -67 deliver bobx
	run -67 deliver x+bob
}

@test "postmaster is always somebody: an alias, a mailbox, the setting, or a mailbox made for it" {
	deliver Postmaster
	[ "$(letters postmaster)" = 1 ]
	rm -r "$boxes/postmaster"
	pennypost 'postmaster carol'
	deliver postmaster
	[ "$(recipients "$(queued)")" = carol@here.example ]
	aliases <<<'postmaster: bob'
	[ "$(mail-deliver -n postmaster)" = $'alias\tpostmaster\nforward\tbob@here.example' ]
}

@test "what cannot be looked up now is tried again, and is not nobody" {
	mkdir "$PENNYPOST/aliases"
	run -75 --separate-stderr deliver bob
	[[ $stderr = "mail-deliver: bob@here.example: $PENNYPOST/aliases: "* ]]
	rmdir "$PENNYPOST/aliases"
	mv "$boxes" "$boxes.away"
	run -75 deliver bob
	run -75 deliver dave
}

@test "an alias becomes one letter to all its members, each named once, with Delivered-To above" {
	aliases <<-'END'
		# people
		Staff: bob, Carol <carol@here.example>,
		# more of them

		 	dave@far.example (Dave), BOB@far.example,
		 bob, "e f"@far.example
	END
	deliver staff@here.example
	[ "$(recipients "$(queued)")" = '"e f"@far.example BOB@far.example bob@here.example carol@here.example dave@far.example' ]
	[ "$(sender "$(queued)")" = alice@a.example ]
	message_of "$(queued)" | cmp - <(echo 'Delivered-To: staff@here.example'; letter)
	[ "$(letters)" = 0 ]
}

@test "an alias may name itself, or a mailbox by a backslash, beside others" {
	aliases <<<$'bob: bob, far@far.example\ncarol: \\carol, far@far.example\nall: \\bob, \\carol, \\nobody'
	deliver bob
	deliver carol
	[ "$(letters bob) $(letters carol) $(queued | wc -l)" = "1 1 2" ]
	run -67 deliver all
	[ "$(letters bob) $(letters carol)" = "2 2" ]
}

@test "owner-NAME is the sender of a list, but not of bounces" {
	aliases <<-'END'
		list: bob, carol
		owner-list: dave@far.example
		other: bob
		owner-other: bob, carol
		owner-owner: postmaster
	END
	deliver list
	[ "$(sender "$(queued)")" = dave@far.example ]
	rm "$(queued)"
	deliver other
	[ "$(sender "$(queued)")" = owner-other@here.example ]
	rm "$(queued)"
	deliver owner-other
	[ "$(sender "$(queued)")" = postmaster@here.example ]
	rm "$(queued)"
	mail-deliver list <"$BATS_TEST_TMPDIR/letter"
	[ "$(sender "$(queued)")" = "" ]
}

@test ":include: reads lists, from lists; who may write them decides what they may name" {
	aliases <<<"list: :include:$shared/list"
	cat >"$shared/list" <<-END
		# members
		bob, carol

		:include:$shared/more
	END
	echo 'dave@far.example' >"$shared/more"
	deliver list
	[ "$(recipients "$(queued)")" = "bob@here.example carol@here.example dave@far.example" ]
	rm "$(queued)"
	echo "|/bin/true" >>"$shared/more"
	chmod g+w "$shared/more"
	run -77 --separate-stderr deliver list
	[[ $stderr = *"may name addresses only"* ]]
	[ "$(recipients "$(queued)")" = "bob@here.example carol@here.example dave@far.example" ]
	rm "$shared/more"
	run -75 deliver list
	[ "$(queued | wc -l)" = 1 ]
}

@test "lists that include each other end" {
	aliases <<<"list: :include:$shared/a"
	echo ":include:$shared/b" >"$shared/a"
	echo "bob, :include:$shared/a" >"$shared/b"
	run -65 --separate-stderr deliver list
	[[ $stderr = *"too deep"* ]]
	[ -z "$(queued)" ]
}

@test "one member that is no address fails, for good, and the others get the letter" {
	aliases <<<'list: bob, two words, carol, -oQ/tmp'
	run -67 --separate-stderr deliver list
	[[ $stderr = *"two words: not an address"* ]]
	[ "$(recipients "$(queued)")" = "bob@here.example carol@here.example" ]
}

@test "an alias whose quotes do not close is tried again, and hurts no other" {
	aliases <<<$'broken: "bob\nfine: bob\nempty:'
	run -75 --separate-stderr deliver broken
	[[ $stderr = *"$PENNYPOST/aliases: line 1: quotes or brackets do not close"* ]]
	run -75 deliver empty
	deliver fine
}

@test "error: says no, with its code and text; 4.x.x not yet" {
	aliases <<<$'gone: error:5.1.6 has moved to x.test\nlater: error:4.2.0 on holiday\nno: error: never was'
	run -69 --separate-stderr deliver gone
	[ "$stderr" = "mail-deliver: gone@here.example: has moved to x.test" ]
	run -75 deliver later
	run -67 deliver no
	job gone@here.example | mail-deliver -j | grep -P '\t550\t5\.1\.6\thas moved to x\.test\t$'
}

@test "a letter that has been here goes no further" {
	printf 'Received: x\nDelivered-To:\n BOB@here.example\n\n' >"$BATS_TEST_TMPDIR/letter"
	run -65 deliver bob
	deliver bob+x
	[ "$(letters)" = 1 ]
}

@test "aliases that name each other end at the second round" {
	aliases <<<$'a: b\nb: a, carol'
	deliver a
	for round in 1 2; do
		file=$(queued)
		printf 'id1\t%s\t%s\ta@b.example\t\t%s@here.example\n' "$file" "$(sed '/^$/q' "$file" | wc -c)" \
			"$([ $round = 1 ] && echo b || echo a)" | mail-deliver -j >"$BATS_TEST_TMPDIR/result"
		rm "$file"
	done
	grep -P '\ta@here.example\t554\t5\.4\.6\t' "$BATS_TEST_TMPDIR/result"
	[ -z "$(queued)" ]
}

@test "|command gets words and no shell, the letter on stdin, and an environment of its own" {
	script show <<-'END'
		#!/bin/sh
		{ for word; do echo "<$word>"; done; pwd; env | grep -vE '^(_|PWD|SHLVL|OLDPWD)=' | sort; cat; } >>"${0%/*}/out"
	END
	forward <<<"\"|$shared/show 'a b' \\\"c d\\\" \\\$HOME ; * >x\""
	SECRET=1 LD_PRELOAD='' mail-deliver -f 'al ice'@a.example bob+x </dev/null && false
	SECRET=1 deliver bob+x@here.example
	diff "$shared/out" - <<-END
		<a b>
		<c d>
		<\$HOME>
		<;>
		<*>
		<>x>
		$boxes/bob
		DOMAIN=here.example
		EXTENSION=x
		HOME=$boxes/bob
		LOCAL=bob+x
		LOGNAME=bob
		PATH=/usr/local/bin:/usr/bin:/bin
		PENNYPOST=$PENNYPOST
		RECIPIENT=bob+x@here.example
		SENDER=alice@a.example
		SHELL=/bin/sh
		USER=bob
		Return-Path: <alice@a.example>
		Delivered-To: bob+x@here.example
		$(letter)
	END
	[ "$(letters)" = 0 ]
}

@test "a command that its user writes for the shell gets one" {
	forward <<<"\"|/bin/sh -c 'grep -c hello >$shared/out'\""
	deliver bob
	[ "$(cat "$shared/out")" = 1 ]
}

@test "the exit of a command is taken by sysexits, and 99, 100 and 111 by qmail's meaning" {
	script leave <<<$'#!/bin/sh\necho "because $1" >&2\nexit $1'
	while read -r exit code enhanced; do
		forward <<<"|$shared/leave $exit"
		job bob@here.example | mail-deliver -j >"$BATS_TEST_TMPDIR/result"
		IFS=$'\t' read -r _ _ got_code got_enhanced text _ <"$BATS_TEST_TMPDIR/result"
		[ "$exit $got_code $got_enhanced" = "$exit $code $enhanced" ]
		[ "$code" = 250 ] || [ "$text" = "$shared/leave: exit $exit: because $exit" ]
	done <<-END
		0 250 2.0.0
		99 250 2.0.0
		65 550 5.6.0
		67 550 5.1.1
		69 550 5.3.0
		70 550 5.3.0
		77 550 5.7.0
		78 550 5.3.5
		100 550 5.3.0
		1 451 4.3.0
		71 451 4.3.0
		73 451 4.3.0
		74 451 4.3.0
		75 451 4.3.0
		111 451 4.3.0
	END
	forward <<<"|$shared/missing"
	run -75 --separate-stderr deliver bob
	[[ $stderr = *"$shared/missing: exit 126: $shared/missing: No such file or directory" ]]
	forward <<<'"|/bin/sh -c '"'kill -9 \$\$'"'"'
	run -75 --separate-stderr deliver bob
	[[ $stderr = *"ended by signal 9"* ]]
}

@test "exit 99 means that the members behind it are done" {
	forward <<<$'far@far.example\n|/bin/sh -c "exit 99"\n\\bob\nother@far.example'
	deliver bob
	[ "$(letters)" = 0 ]
	[ "$(recipients "$(queued)")" = far@far.example ]
}

@test "a command may say too much, read nothing, or leave a child that holds its pipes" {
	head -c 3000000 /dev/zero >>"$BATS_TEST_TMPDIR/letter"
	script noise <<<$'#!/bin/sh\nprintf "\\n\\033[2Jfirst\\nsecond\\n" >&2\nhead -c 3000000 /dev/zero >&2\nexit 67'
	forward <<<"|$shared/noise"
	run -67 --separate-stderr deliver bob
	[[ $stderr = *"exit 67: ?[2Jfirst" ]]
	forward <<<"|/bin/true"
	deliver bob
	script daemon <<<$'#!/bin/sh\nsleep 9 &\necho $! >"${0%/*}/pid"'
	forward <<<"|$shared/daemon"
	SECONDS=0
	deliver bob
	[ "$SECONDS" -lt 5 ]
	kill "$(cat "$shared/pid")"
}

@test "a command that hangs is ended with all that it started, and tried again" {
	script hang <<<$'#!/bin/sh\nsleep 60 &\necho $! >"${0%/*}/pid"\nwait'
	forward <<<"|$shared/hang"
	SECONDS=0
	run -75 --separate-stderr deliver -t 1 bob
	[[ $stderr = *"still running after 1 seconds" ]]
	[ "$SECONDS" -lt 10 ]
	gone=$(cat "$shared/pid")
	for _ in {1..50}; do [ -d "/proc/$gone" ] && ! grep -q '^State:.Z' "/proc/$gone/status" || break; sleep 0.1; done
	[ ! -d "/proc/$gone" ] || grep -q '^State:.Z' "/proc/$gone/status"
}

@test "a |command or /file of an alias may stand beside addresses, which wait until it went well" {
	aliases <<<"list: bob, \"|/bin/sh -c 'cat >>$shared/out; exit \$(cat $shared/exit)'\", $shared/file"
	echo 75 >"$shared/exit"
	run -75 deliver list
	[ -z "$(queued)" ]
	echo 0 >"$shared/exit"
	cat "$BATS_TEST_TMPDIR/letter" | mail-deliver -f alice@a.example list
	[ "$(recipients "$(queued)")" = bob@here.example ]
	[ "$(grep -c '^Delivered-To: list@here.example$' "$shared/out" "$shared/file" | paste -sd' ')" = "$shared/out:2 $shared/file:2" ]
}

@test ".forward: addresses go to the queue, and the user's own name or \\name to the mailbox" {
	forward <<<$'# where to\nbob, "Dave" <dave@far.example>\n\\bob\n/dev/null\ncarol'
	deliver bob@here.example
	[ "$(letters)" = 2 ]
	[ "$(recipients "$(queued)")" = "carol@here.example dave@far.example" ]
	message_of "$(queued)" | cmp - <(echo 'Delivered-To: bob@here.example'; letter)
	cat "$BATS_TEST_TMPDIR/letter" | mail-deliver bob
	[ "$(letters)" = 4 ]
}

@test ".forward+extension comes before .forward" {
	forward <<<'a@far.example'
	echo 'b@far.example' >"$boxes/bob/.forward+x"
	deliver bob+x
	[ "$(recipients "$(queued)")" = b@far.example ]
	rm "$(queued)"
	deliver bob+../x
	[ "$(recipients "$(queued)")" = a@far.example ]
}

@test "a .forward that others can write, or that cannot be read, holds the letter back; an empty one is none" {
	: | forward
	deliver bob
	[ "$(letters)" = 1 ]
	forward <<<'a@far.example'
	chmod 620 "$boxes/bob/.forward"
	run -75 --separate-stderr deliver bob
	[[ $stderr = *"$boxes/bob/.forward: "*"others can write it" ]]
	rm "$boxes/bob/.forward"
	mkfifo "$boxes/bob/.forward"
	run -75 deliver bob
	rm "$boxes/bob/.forward"
	ln -s .forward "$boxes/bob/.forward"
	run -75 deliver bob
	rm "$boxes/bob/.forward"
	[ "$(id -u)" = 0 ] || {
		forward <<<'a@far.example'
		chmod 0 "$boxes/bob/.forward"
		run -75 deliver bob
	}
	[ -z "$(queued)" ] && [ "$(letters)" = 1 ]
}

@test "an mbox keeps letters apart that look like separators, and s-nail reads them" {
	aliases <<<"box: $shared/mbox"
	printf 'From: a@a.example\nSubject: one\n\nFrom here\n>From there\nno line end' >"$BATS_TEST_TMPDIR/letter"
	deliver box
	letter >"$BATS_TEST_TMPDIR/letter"
	mail-deliver box <"$BATS_TEST_TMPDIR/letter"
	[ "$(grep -c '^From ' "$shared/mbox")" = 2 ]
	grep -qE '^From alice@a\.example (Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ 0-9]{2} ..:..:.. 20..$' "$shared/mbox"
	grep -q '^From MAILER-DAEMON ' "$shared/mbox"
	grep -x '>From here' "$shared/mbox"
	grep -x '>>From there' "$shared/mbox"
	[ "$(stat -c %a "$shared/mbox")" = 600 ]
	[ ! -e "$shared/mbox.lock" ]
	command -v s-nail >/dev/null || skip "no s-nail"
	cp "$shared/mbox" "$BATS_TEST_TMPDIR/copy"
	run -0 bash -c "MAILRC=/dev/null HOME=$BATS_TEST_TMPDIR s-nail -:/ -R -H -f '$BATS_TEST_TMPDIR/copy' | grep -cE 'one|hello'"
	[ "$output" = 2 ]
}

@test "ten deliveries at once to one mbox are all whole" {
	aliases <<<"box: $shared/mbox"
	for i in {0..9}; do
		{ printf 'Subject: letter %s\n\n' "$i"; seq -f "$i: %.0f" 20000; } >"$shared/letter$i"
		mail-deliver box <"$shared/letter$i" &
	done
	wait
	for i in {0..9}; do
		sed -n "/^Subject: letter $i\$/,/^From /p" "$shared/mbox" | sed '/^From /d' | cmp - <(cat "$shared/letter$i"; echo)
	done
	[ "$(grep -c '^From ' "$shared/mbox")" = 10 ]
	[ ! -e "$shared/mbox.lock" ]
}

@test "a file with two names, a link, a folder or a device is no mbox" {
	aliases <<<$'two: '"$shared/two"$'\nlink: '"$shared/link"$'\nfolder: '"$shared/folder"$'\ndevice: /dev/zero'
	touch "$shared/two"
	chmod 666 "$shared/two"
	ln "$shared/two" "$shared/second"
	ln -s "$shared/elsewhere" "$shared/link"
	mkdir "$shared/folder"
	for box in two link folder; do
		run -73 deliver "$box"
	done
	run ! deliver device
	[ ! -s "$shared/two" ] && [ ! -e "$shared/elsewhere" ]
}

@test "a file that ends in a slash is a Maildir" {
	aliases <<<"box: $shared/box/"
	deliver box
	[ "$(find "$shared/box/new" -type f | wc -l)" = 1 ]
}

@test "a locked mbox is waited for until the deadline" {
	aliases <<<"box: $shared/mbox"
	echo '1 elsewhere boot' >"$shared/mbox.lock"
	run -75 --separate-stderr deliver -t 1 box
	[[ $stderr = *"$shared/mbox: Connection timed out" ]]
	{ sleep 0.3; rm "$shared/mbox.lock"; } &
	deliver -t 20 box
	[ "$(grep -c '^Subject: hello' "$shared/mbox")" = 1 ]
}

@test "a disk that ends in the middle of a letter leaves nothing of it" {
	head -c 300000 /dev/zero >>"$BATS_TEST_TMPDIR/letter"
	aliases <<<$'box: '"$shared/mbox"$'\nlist: dave@far.example'
	letter | mail-deliver box
	cp "$shared/mbox" "$BATS_TEST_TMPDIR/before"
	for user in bob box list; do
		run -75 --separate-stderr bash -c "ulimit -f 100; mail-deliver $user <'$BATS_TEST_TMPDIR/letter'"
		[[ $stderr = *"File too large" ]]
	done
	[ "$(find "$boxes/bob" -type f | wc -l)" = 0 ]
	cmp "$shared/mbox" "$BATS_TEST_TMPDIR/before"
	[ ! -e "$shared/mbox.lock" ]
	[ -z "$(find "$PENNYPOST/queue" -type f)" ]
}

@test "what a crash left in tmp/ goes after 36 hours, and not before" {
	mkdir "$boxes"/bob/{tmp,new,cur}
	touch -d '37 hours ago' "$boxes/bob/tmp/old"
	touch -d '35 hours ago' "$boxes/bob/tmp/young"
	deliver bob
	[ "$(ls "$boxes/bob/tmp")" = young ]
}

@test "-n says what would happen, and does nothing" {
	aliases <<-END
		list: bob, dave@far.example, :include:$shared/list, "|/bin/false x", $shared/file, \\carol
		owner-list: carol
	END
	echo 'erin@far.example' >"$shared/list"
	forward <<<$'\\bob\nfar@far.example\n|/bin/false'
	diff <(mail-deliver -n -f alice@a.example list) - <<-END
		alias	list
		owner	carol@here.example
		include	$shared/list
		command	/bin/false x
		mbox	$shared/file
		maildir	$boxes/carol
		forward	bob@here.example
		forward	dave@far.example
		forward	erin@far.example
	END
	diff <(mail-deliver -n bob) - <<-END
		user	bob
		include	$boxes/bob/.forward
		maildir	$boxes/bob
		command	/bin/false
		forward	far@far.example
	END
	run -67 --separate-stderr mail-deliver -n dave
	[ "$output" = $'nobody\tdave@here.example' ]
	[ "$(find "$PENNYPOST" "$shared" -type f | wc -l)" = 4 ]
	run -74 bash -c 'mail-deliver -n bob >/dev/full'
	run -74 bash -c '(sleep 0.2; mail-deliver -n bob; echo $? >"$1"/status) | true; sleep 0.4; exit $(cat "$1/status")' - "$shared"
}

@test "-j answers for every recipient of every job, whatever became of it" {
	aliases <<<$'list: dave@far.example\n"a b": bob'
	{ job bob@here.example dave@here.example 'list@here.example notify=never'; echo garbage; job '"a b"@here.example'
	  printf 'id2\t/nowhere\t0\t\t\tbob@here.example\n'; printf 'id3\t%s\t5\t\t\tcarol' "$BATS_TEST_TMPDIR/letter"; } >"$BATS_TEST_TMPDIR/jobs"
	run -65 --separate-stderr mail-deliver -j <"$BATS_TEST_TMPDIR/jobs"
	[ "$stderr" = "mail-deliver: standard input: not a job line" ]
	diff <(sort <<<"$output" | sed 's/forwarded as [0-9a-z]*/forwarded/') - <<-END
		id1	"a b"@here.example	250	2.0.0	forwarded	
		id1	bob@here.example	250	2.0.0	delivered to the mailbox	
		id1	dave@here.example	550	5.1.1	no such user	
		id1	list@here.example	250	2.0.0	forwarded	
		id2	bob@here.example	451	4.2.0	/nowhere: No such file or directory	
		id3	carol	250	2.0.0	delivered to the mailbox	
	END
	[ "$(tail -n +3 "$boxes"/carol/new/*)" = "$(letter | tail -c +6)" ]
}

@test "-j delivers many at once, and answers as soon as it knows" {
	forward <<<"|/bin/sh -c \"sleep 1\""
	SECONDS=0
	{ for _ in {1..8}; do job bob@here.example; done; job carol@here.example; } | mail-deliver -j >"$BATS_TEST_TMPDIR/results"
	[ "$SECONDS" -lt 5 ]
	[ "$(head -n 1 "$BATS_TEST_TMPDIR/results" | cut -f2)" = carol@here.example ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/results")" = 9 ]
	for _ in {1..100}; do job carol@here.example carol@here.example; done | mail-deliver -j | cut -f3- | sort | uniq -c |
		grep -x ' *200 250.2.0.0.delivered to the mailbox.'
	[ "$(letters carol)" = 201 ]
	run -74 bash -c "printf '%s\n' '$(job carol@here.example)' | mail-deliver -j >/dev/full"
	run -0 mail-deliver -j </dev/null
	[ -z "$output" ]
}

@test "wishes of the letter go on with a forward, but not into a list, and success is told once" {
	aliases <<<$'one: far@far.example\nlist: far@far.example\nowner-list: bob'
	options='smtputf8 body=8bitmime ret=hdrs envid=x' job 'one@here.example notify=success,failure orcpt=rfc822;one@o.example' |
		mail-deliver -j
	[ "$(sed -n '/^$/q; s/^option //p' "$(queued)" | paste -sd' ')" = "smtputf8 body=8bitmime ret=hdrs envid=x" ]
	[ "$(recipients "$(queued)")" = 'far@far.example notify=failure orcpt=rfc822;one@o.example' ]
	rm "$(queued)"
	job 'one@here.example notify=success' | mail-deliver -j
	[ "$(recipients "$(queued)")" = 'far@far.example notify=never' ]
	rm "$(queued)"
	options='smtputf8 ret=hdrs envid=x' job 'list@here.example notify=success orcpt=rfc822;one@o.example' | mail-deliver -j
	[ "$(sed -n '/^$/q; s/^option //p' "$(queued)")" = smtputf8 ]
	[ "$(recipients "$(queued)")" = 'far@far.example' ]
}

@test "memory does not grow with the letter" {
	command -v /usr/bin/time >/dev/null || skip "no time(1)"
	peak() { /usr/bin/time -f %M "$@" 2>&1 >/dev/null | tail -n 1; }
	forward <<<$'\\bob\n|/bin/true\nfar@far.example\n'"$shared/mbox"
	small=$(letter | peak mail-deliver bob)
	large=$({ letter; head -c 40000000 /dev/zero; } | peak mail-deliver bob)
	[ "$large" -lt $((small + 2000)) ]
}

@test "closed descriptors and usage" {
	bash -c 'mail-deliver bob <"$1" >&- 2>&-' - "$BATS_TEST_TMPDIR/letter"
	[ "$(letters)" = 1 ]
	run -67 bash -c 'mail-deliver nobody <"$1" >&- 2>&-' - "$BATS_TEST_TMPDIR/letter"
	mail-deliver bob <&-
	for arguments in '' 'a b' '-Z' '-j a' '-j -n' '-t 0 bob' '-t x bob' '-j -f a@b.example'; do
		# shellcheck disable=SC2086
		run -64 mail-deliver $arguments </dev/null
	done
}

@test "mail-deliver(1): the examples" {
	cd "$boxes/bob"
	cp "$BATS_TEST_TMPDIR/letter" message
	bash -c "$(example mail-deliver.1 1)"
	[ "$(letters)" = 1 ]
	aliases <<<$'sales: bob@example.net, "|/usr/local/bin/ticket --new"\nowner-sales: carol'
	diff <(bash -c "$(example mail-deliver.1 2)") <(example mail-deliver.1 3)
	bash -c "$(example mail-deliver.1 4)"
	deliver bob
	[ "$(letters)" = 2 ]
	[ "$(recipients "$(queued)")" = bob@example.net ]
	deliver bob+lists
	grep -x 'Subject: hello' "lists.lists"
	[ "$(letters)" = 2 ]
}

@test "aliases(5): the example" {
	example aliases.5 1 | sed "s,/etc/pennypost/sales,$shared/sales,; s,/var/mail/sales,$shared/box," | aliases
	echo 'dave, erin@example.net' >"$shared/sales"
	newaliases
	deliver sales
	[ "$(recipients "$(queued)")" = 'alice@here.example bob@example.net dave@here.example erin@example.net' ]
	[ "$(sender "$(queued)")" = alice@here.example ]
	[ -s "$shared/box" ]
	rm "$(queued)"
	run -69 deliver dave
	deliver carol
	[ "$(letters carol) $(recipients "$(queued)")" = "1 carol@example.net" ]
	[ "$(mail-deliver -n tickets)" = $'alias\ttickets\ncommand\t/usr/local/bin/ticket --new' ]
}
