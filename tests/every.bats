# Every program, with what no program likes: a wrong option, nothing, NULs, a full disk, a closed pipe or nothing at its end.
# What each then does in detail stands in its own test file.
load helper

setup() {
	pennypost 'resolver 127.0.0.1:9'
	mkdir -p "$PENNYPOST/mailboxes/alice"
	printf 'Received: by here.example\nFrom: alice@here.example\nTo: alice\nSubject: x\n\nhello\n' >"$BATS_TEST_TMPDIR/letter"
	printf 'From: alice@here.example\nTo: al\0ice\nSubj\0ect: x\n\n\0\0hello\0' >"$BATS_TEST_TMPDIR/nul"
	queue-add alice@here.example <"$BATS_TEST_TMPDIR/letter" >/dev/null
	list-create all all@here.example alice@here.example
	echo 'post open' >>"$PENNYPOST/lists/all/conf"
	echo alice@here.example >"$PENNYPOST/lists/all/subscribers"
	export SENDER=alice@here.example
	cd "$BATS_TEST_TMPDIR"
	[ -e "$BATS_FILE_TMPDIR/key.pem" ] || dkim-key -g ed25519 -d here.example -s s -k "$BATS_FILE_TMPDIR/key.pem" >log
	printf -- '-\tbob@there.example\t550\t5.1.1\tno\n' >results
}

# The way each program is run here, with its input (a letter, where nothing is said).
declare -gA run_as=(
	[queue-add]='queue-add alice@here.example'
	[mail-inject]='mail-inject -n -t'
	[mx-lookup]='mx-lookup [127.0.0.1]'
	[smtp-send]='smtp-send -t connect=1s -s 127.0.0.1:1 alice@there.example'
	[smtp-serve]='smtp-serve'
	[queue-run]='queue-run'
	[queue-list]='queue-list'
	[queue-edit]='queue-edit retry -a 0'
	[mail-deliver]='mail-deliver -n alice'
	[list-create]='list-create more more@here.example alice@here.example'
	[list-archive]="list-archive all $BATS_FILE_TMPDIR/pages"
	[list-digest]='list-digest -'
	[list-explode]='list-explode all'
	[list-bounce]='list-bounce -l all'
	[list-check]='list-check all'
	[list-help]='list-help all'
	[list-moderate]='list-moderate all'
	[list-post-unsubscribe]='env REQUEST_METHOD=GET QUERY_STRING=all/x list-post-unsubscribe'
	[list-subscribe]='list-subscribe all more@here.example'
	[mime-list]='mime-list'
	[dmarc-check]='dmarc-check -a'
	[dmarc-report]='dmarc-report'
	[auth-check]='auth-check'
	[dkim-key]="dkim-key -d here.example -s s -k $BATS_FILE_TMPDIR/key.pem"
	[dkim-sign]="dkim-sign -d here.example -s s -k $BATS_FILE_TMPDIR/key.pem"
	[dkim-verify]='dkim-verify'
	[arc-seal]="arc-seal -d here.example -s s -k $BATS_FILE_TMPDIR/key.pem"
	[spf-check]='spf-check -i 192.0.2.1 -f alice@localhost -h localhost'
	[tls-report]='tls-report'
	[sts-fetch]='sts-fetch -t 2 localhost'
	[mime-decode]='mime-decode -p 1'
	[mime-encode]='mime-encode'
	[mail-header]='mail-header Subject'
	[mail-trace]='mail-trace'
	[bounce-make]='bounce-make alice@here.example results'
	[bounce-parse]="bounce-parse $top/tests/fuzz/bounced/qmail -"
	[sasl-answer]='sasl-answer'
	[sasl-check]='sasl-check'
	[user-make]='user-make alice'
	[mbox-split]='mbox-split -n'
	[mbox-join]='mbox-join'
)

# Filters that know of messages only, and of no Pennypost.
without_settings=' dkim-key dkim-sign list-digest mime-list mime-decode mime-encode mail-header mail-trace bounce-parse mbox-split mbox-join user-make '

# These say nothing on standard output.
silent=' dmarc-report tls-report queue-run list-archive list-create list-bounce list-check list-help list-moderate '

programs() { for program in "$top"/bin/*; do basename "$program" .c; done; }

# tolerably STATUS...: the last run ended in one of these ways, not by a crash or a time-out.
tolerably() {
	[[ " $* " = *" $status "* ]] || { echo "$program: exit $status: $output"; return 1; }
}

@test "every program is in this table" {
	[ "$(programs)" = "$(printf '%s\n' "${!run_as[@]}" | LC_ALL=C sort)" ]
}

@test "a wrong option: 64, and the usage on standard error" {
	for program in $(programs); do
		for wrong in -Y --nonsense; do
			run --separate-stderr timeout 10 "$program" "$wrong" </dev/null
			tolerably 64
			[ -z "$output" ]
			[[ $stderr = "usage: $program "* ]]
		done
	done
}

@test "an empty input ends every program, and none crashes" {
	for program in $(programs); do
		run timeout 10 ${run_as[$program]} </dev/null
		tolerably 0 75 77 $([[ ' dkim-sign dmarc-check list-explode list-help user-make ' != *" $program "* ]] || echo 65)
	done
}

@test "a closed standard input is an empty one, and a closed standard error changes nothing" {
	for program in $(programs); do
		run timeout 10 bash -c "${run_as[$program]} <&- 2>&-"
		tolerably 0 75 77 $([[ ' dkim-sign dmarc-check list-explode list-help user-make ' != *" $program "* ]] || echo 65)
	done
}

@test "NULs in the input crash no program" {
	for program in $(programs); do
		run timeout 10 ${run_as[$program]} <"$BATS_TEST_TMPDIR/nul"
		tolerably 0 65 75 76 77
	done
}

@test "a full disk behind standard output: 74" {
	for program in $(programs); do
		[[ $silent != *" $program "* ]] || continue
		run timeout 10 bash -c "${run_as[$program]} >/dev/full" <"$BATS_TEST_TMPDIR/letter"
		tolerably 74
	done
}

@test "a closed standard output: 74, or nothing to those who say nothing there" {
	for program in $(programs); do
		run timeout 10 bash -c "${run_as[$program]} >&-" <"$BATS_TEST_TMPDIR/letter"
		tolerably $([[ $silent = *" $program "* ]] && echo 0 || echo 74)
	done
}

@test "a closed pipe behind standard output: 74, or the signal" {
	for program in $(programs); do
		[[ $silent != *" $program "* ]] || continue
		run closed_pipe timeout 10 ${run_as[$program]} <"$BATS_TEST_TMPDIR/letter"
		tolerably 74 141
	done
}

@test "no settings where PENNYPOST points: 78, and the path is named" {
	for program in $(programs); do
		[[ $without_settings != *" $program "* ]] || continue
		run env PENNYPOST=/nonexistent timeout 10 ${run_as[$program]} <"$BATS_TEST_TMPDIR/letter"
		tolerably 78
		[[ $output = "$program: /nonexistent"* ]]
	done
}

@test "a standard input that cannot be read is called so by every program" {
	for program in $(programs); do
		run --separate-stderr timeout 10 ${run_as[$program]} </
		[ "$status" = 0 ] || [ -z "$stderr" ] || [[ $'\n'$stderr = *$'\n'"$program: standard input: Is a directory"* ]] ||
			{ echo "$program: exit $status: $stderr"; false; }
	done
}

@test "a temporary file that cannot be made is said, and the status is 73" {
	for program in 'mime-decode -c' 'mime-decode -t text/plain' 'mbox-join -f mboxcl2' 'mime-encode -' \
		'smtp-send -s [127.0.0.1]:9 -f a@here.example b@there.example' 'bounce-make a@here.example results' \
		dkim-verify "${run_as[dkim-sign]}" "${run_as[arc-seal]}"; do
		run -73 --separate-stderr env TMPDIR=/nowhere $program < <(
			printf 'Content-Type: text/plain\nContent-Disposition: attachment\n\nx\n'; yes | head -c 200000)
		[[ $stderr = "${program%% *}: "*"temporary file: No such file or directory" ]]
	done
}
