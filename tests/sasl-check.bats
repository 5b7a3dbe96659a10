load helper

setup() {
	pennypost 'auth users'
	cd "$BATS_TEST_TMPDIR" || return
	umask 077
	echo 'correct horse' | user-make alice >"$PENNYPOST/users"
}

teardown() { [ -z "${service:-}" ] || rm -f "/etc/pam.d/$service"; }

base64_of() { printf "$1" | base64 -w0; }

# check [LINE]...: what is answered, of lines whose fields are separated by blanks.
check() { printf '%s\n' "$@" | tr ' ' '\t' | sasl-check; }

# plain USER PASSWORD [BEHALF]
plain() { check "begin PLAIN $(base64_of "$3\\0$1\\0$2")"; }

@test "the example" {
	[ "$(bash -c "$(example sasl-check.8 1)")" = $'user\talice' ]
}

@test "PLAIN and LOGIN, with and without an initial response" {
	[ "$(plain alice 'correct horse')" = $'user\talice' ]
	[ "$(plain alice 'correct horse' alice)" = $'user\talice' ]
	[ "$(plain alice 'correct horse' bob)" = $'no\talice' ]
	[ "$(plain alice 'correct')" = $'no\talice' ]
	[ "$(plain bob 'correct horse')" = $'no\tbob' ]
	[ "$(plain '' 'correct horse')" = $'no\t' ]
	check 'begin PLAIN' "answer $(base64_of '\0alice\0correct horse')" \
		"begin login" "answer $(base64_of alice)" "answer $(base64_of 'correct horse')" \
		"begin LOGIN $(base64_of alice)" "answer $(base64_of 'wrong')" \
		'begin PLAIN =' "begin PLAIN $(base64_of 'alice')" 'begin PLAIN ***' 'answer x' 'begin CRAM-MD5' 'begin' nonsense |
		diff - <(printf '%s\t%s\n' challenge '' user alice challenge VXNlcm5hbWU6 challenge UGFzc3dvcmQ6 user alice \
			challenge UGFzc3dvcmQ6 no alice malformed '' malformed '' malformed '' malformed '' unknown CRAM-MD5 unknown '' malformed '')
}

@test "SCRAM is offered where all have verifiers, and with PLUS where there is a channel to bind to" {
	[ "$(check offer 'offer YmluZA==')" = $'offer\tSCRAM-SHA-256 PLAIN LOGIN\noffer\tSCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN' ]
	echo secret | user-make -c bob >>"$PENNYPOST/users"
	[ "$(check offer 'begin SCRAM-SHA-256')" = $'offer\tPLAIN LOGIN\nunknown\tSCRAM-SHA-256' ]
	[ "$(plain alice 'correct horse')" = $'user\talice' ]
	[ "$(plain bob secret)" = $'user\tbob' ]
	[ "$(plain bob '')" = $'no\tbob' ]
	printf '# nobody\n\n' >"$PENNYPOST/users"
	[ "$(check offer)" = $'offer\tPLAIN LOGIN' ]
	[ "$(plain alice 'correct horse')" = $'no\talice' ]
}

@test "a locked user, and one whose hash is none, get in with no password" {
	printf '%s\n' 'bob:*' 'carol:!$y$j9T$x' 'dave:x' 'erin:*0' >>"$PENNYPOST/users"
	for user in bob carol dave erin; do
		for password in '' '*' '*0' x; do
			[ "$(plain $user "$password")" = $'no\t'$user ]
		done
	done
}

# What the server of SCRAM says first of a user, without its nonce.
salt_of() { check "begin SCRAM-SHA-256 $(base64_of "n,,n=$1,r=abcdefgh")" | cut -f2 | base64 -d | sed 's/^r=[^,]*,//'; }

@test "nobody has a salt too, that stays, and that of another is another" {
	salt=$(salt_of alice)
	[ "$salt" = "s=$(cut -d, -f2 "$PENNYPOST/users"),i=20000" ]
	nobody=$(salt_of nobody)
	[ "${nobody: -8}" = ,i=20000 ]
	[ "${#nobody}" = "${#salt}" ]
	[ "$nobody" = "$(salt_of nobody)" ]
	[ "$nobody" != "$(salt_of another)" ]
	[ "$nobody" != "$salt" ]
}

@test "a file that others may read or change, or with a line that is none, lets nobody in and is named" {
	for mode in 644 660 604 642; do
		chmod $mode "$PENNYPOST/users"
		run -0 --separate-stderr check "begin PLAIN $(base64_of '\0alice\0correct horse')" offer
		[ "$output" = $'unknown\tPLAIN\noffer\t' ]
		[[ ${stderr_lines[0]} = "sasl-check: $PENNYPOST/users: others may read or change it: chmod 640" ]]
	done
	chmod 640 "$PENNYPOST/users"
	[ "$(plain alice 'correct horse')" = $'user\talice' ]
	for line in 'bob' 'bob:' ':x' 'bob:{SCRAM-SHA-256}0,a,b,c' 'bob:{SHA}x' 'b b:x'; do
		echo "$line" >>"$PENNYPOST/users"
		run -0 --separate-stderr check offer
		[ "$output" = $'offer\t' ]
		[ "${stderr_lines[0]}" = "sasl-check: $PENNYPOST/users: line 2: not \`user:hash'" ]
		sed -i '$d' "$PENNYPOST/users"
	done
	mkfifo fifo
	mv fifo "$PENNYPOST/users"
	run -0 check offer
	[ "${lines[0]}" = "sasl-check: $PENNYPOST/users: not a file" ]
}

@test "PAM: the service is asked, and one that is not there lets nobody in" {
	[ "$(id -u)" = 0 ] && [ -d /etc/pam.d ] || skip "no rights to write a PAM service"
	service=pennypost-test-$$
	printf '%s\n' 'auth [success=1 default=ignore] pam_exec.so expose_authtok quiet /bin/grep -qx secret' \
		'auth requisite pam_deny.so' 'auth required pam_permit.so' 'account required pam_permit.so' >/etc/pam.d/$service
	echo "auth pam:$service" >>"$PENNYPOST/conf"
	said=$(check offer "begin PLAIN $(base64_of '\0alice\0secret')" "begin PLAIN $(base64_of '\0alice\0Secret')")
	[ "$said" = $'offer\tPLAIN LOGIN\nuser\talice\nno\talice' ]
}

@test "a line longer than any: 65" {
	run -65 sasl-check < <(head -c 200000 /dev/zero)
	[ "$output" = 'sasl-check: standard input: a line without end' ]
}
