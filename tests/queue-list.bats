load helper

setup() {
	pennypost
	one=$(printf 'Subject: one\n\n1\n' | queue-add -f alice@here.example bob@example.com carol@example.org)
	two=$(printf 'Subject: two\n\n22\n' | queue-add dave@example.com)
}

file_of() { echo "$PENNYPOST/queue/${1: -1}/$1"; }

@test "a line a letter in the order of arrival: id bytes arrived next attempts sender recipients reason" {
	touch -d '2031-02-03T04:05:06Z' "$(file_of "$one")"
	printf '2026-11-23T10:00:00Z\tbob@example.com\tmx.example.com\t451 4.3.0 later\n' >"$(file_of "$one").log"
	printf '2026-11-23T11:00:00Z\tbob@example.com\tmx.example.com\t450 4.2.0 a\\ttab\n' >>"$(file_of "$one").log"
	run -0 queue-list
	arrived='20[0-9-]*T[0-9:]*Z'
	[[ ${lines[0]} =~ ^$one$'\t'[0-9]+$'\t'$arrived$'\t'2031-02-03T04:05:06Z$'\t'2$'\t'alice@here.example$'\t'bob@example.com,carol@example.org$'\t450 4.2.0 a\\ttab'$ ]]
	[[ ${lines[1]} =~ ^$two$'\t'[0-9]+$'\t'$arrived$'\t'$arrived$'\t0\t\t'dave@example.com$'\t'$ ]]
	[ "$(queue-list "$one" | cut -f2)" = "$(stat -c %s "$(file_of "$one")")" ]
}

@test "only recipients that are still to do are listed" {
	sed -i 's/^-  bob/+  bob/' "$(file_of "$one")"
	[ "$(queue-list "$one" | cut -f7)" = carol@example.org ]
}

@test "conditions must all hold; patterns are fnmatch's, without case" {
	[ "$(queue-list -f '*@HERE.example' | cut -f1)" = "$one" ]
	[ "$(queue-list -f '<>' | cut -f1)" = "$two" ]
	[ "$(queue-list -r 'd?ve@*' | cut -f1)" = "$two" ]
	[ "$(queue-list -d example.org | cut -f1)" = "$one" ]
	[ "$(queue-list -d example.com | wc -l)" = 2 ]
	[ -z "$(queue-list -d example.com -f '*@elsewhere.example')" ]
	[ -z "$(queue-list -a 1h)" ]
	sed -i 's/^arrived 20../arrived 2001/' "$(file_of "$two")"
	[ "$(queue-list -a 1h | cut -f1)" = "$two" ]
}

@test "held, dead and corrupt letters say so where the next attempt stands" {
	queue-edit hold "$one"
	[ "$(queue-list "$one" | cut -f4)" = hold ]
	echo junk >"$(file_of "$two")"
	[ "$(queue-list "$two" | cut -f4)" = corrupt ]
}

@test "mailq has the classic columns, also through a pipe, and says when the queue is empty" {
	ln -s "$BUILD/bin/queue-list" "$BATS_TEST_TMPDIR/mailq"
	run -0 "$BATS_TEST_TMPDIR/mailq"
	[[ ${lines[0]} = *'Queue ID'*'--Size--'*'Sender/Recipient'* ]]
	[[ ${lines[1]} = "$one "*' alice@here.example' ]]
	[[ ${lines[2]} =~ ^\ +bob@example.com$ ]]
	[[ $output = *MAILER-DAEMON* ]]
	[[ ${lines[-1]} = '-- 1 Kbytes in 2 Requests.' ]]
	queue-edit drop -a 0
	[ "$("$BATS_TEST_TMPDIR/mailq")" = 'Mail queue is empty' ]
}

@test "on a terminal a person sees the classic columns" {
	script -qec queue-list /dev/null </dev/null | grep -q 'Sender/Recipient'
}

@test "an id that is not there is 66, a wrong option 64, a full disk 74, an empty queue 0" {
	run -66 queue-list 0000000000000000
	run -66 queue-list ../../../etc/passwd
	run -64 queue-list -x
	run -64 queue-list -a yesterday
	run -74 bash -c 'queue-list >/dev/full'
	queue-edit drop -a 0
	run -0 queue-list
	[ -z "$output" ]
}

@test "a closed pipe ends it" {
	for i in $(seq 50); do queue-add bob@example.com </dev/null >/dev/null; done
	queue-list | head -n 1 | grep -q "$one"
}

@test "the examples of the manual page" {
	[ "$(bash -c "$(example queue-list.1 1)" | awk '{ print $1 $2 }' | sort | tr '\n' ' ')" = '1example.org 2example.com ' ]
	printf 'x\tx\tx\t451 4.3.0 later\n' >"$(file_of "$one").log"
	bash -c "$(example queue-list.1 2)" | grep -q '1 451 4.3.0 later'
}
