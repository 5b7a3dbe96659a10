load helper

setup() {
	pennypost
	cd "$BATS_TEST_TMPDIR" || return
	umask 077
	cat >"$PENNYPOST/secrets" <<-'END'
		# ours
		smtp.example.org        alice  correct horse
		smtp.example.org:465    other  of the port
		[192.0.2.1]:25          bob    |printf 1\n2\n
		2001:db8::1             bob    x
		/run/lmtp               bob    y
		oauth.example:587       carol@example.org oauth  ya29.token=
		oauth.command           carol  oauth |echo   told
	END
}

# ask [LINE]...: what is answered, of lines whose fields are separated by blanks; `_` is a blank within a field.
ask() { printf '%s\n' "$@" | tr ' _' '\t ' | sasl-answer; }

# first SERVER MECHANISMS: what a client says first, decoded, NULs as `|`, ^A as `;`.
first() { ask "begin $1 $2" | cut -f3 | base64 -d | tr '\0\1' '|;'; }

@test "the example" {
	[ "$(bash -c "$(example sasl-answer.1 1)")" = $'begin\tPLAIN\tAGFsaWNlAGNvcnJlY3QgaG9yc2U=' ]
}

@test "a server is found by its name, in any case, with its port before without it; another is none" {
	[ "$(first SMTP.example.org:587 PLAIN)" = '|alice|correct horse' ]
	[ "$(first smtp.example.org PLAIN)" = '|alice|correct horse' ]
	[ "$(first smtp.example.org:465 PLAIN)" = '|other|of the port' ]
	[ "$(first '[192.0.2.1]:25' PLAIN)" = '|bob|1' ]
	[ "$(first '[2001:db8::1]:25' PLAIN)" = '|bob|x' ]
	[ "$(first /run/lmtp PLAIN)" = '|bob|y' ]
	for server in example.org '[192.0.2.1]' '[192.0.2.1]:587' smtp.example.org.evil.example oauth.example ''; do
		[ "$(ask "begin $server PLAIN")" = $'none\t' ]
	done
	rm "$PENNYPOST/secrets"
	[ "$(ask "begin smtp.example.org PLAIN")" = $'none\t' ]
}

@test "tokens: OAUTHBEARER before XOAUTH2, and no other; a refusal is taken to its end" {
	[ "$(first oauth.example:587 PLAIN_XOAUTH2_OAUTHBEARER)" = 'n,a=carol@example.org,;host=oauth.example;port=587;auth=Bearer ya29.token=;;' ]
	[ "$(first oauth.example:587 PLAIN_XOAUTH2)" = 'user=carol@example.org;auth=Bearer ya29.token=;;' ]
	[ "$(first oauth.command XOAUTH2)" = 'user=carol;auth=Bearer told;;' ]
	[ "$(ask 'begin oauth.command PLAIN')" = $'fail\tthe server takes no OAuth token' ]
	[ "$(ask 'begin oauth.command OAUTHBEARER' 'challenge eyJzdGF0dXMiOiI0MDEifQ==' | tail -n1)" = $'answer\tAQ==' ]
}

@test "the strongest mechanism that is offered" {
	rest='PLAIN LOGIN'
	for name in CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256; do
		rest="$rest $name"
		[ "$(ask "begin smtp.example.org ${rest// /_}" | cut -f2)" = $name ]
	done
	[ "$(ask "begin smtp.example.org LOGIN")" = $'begin\tLOGIN\t' ]
	[ "$(ask "begin smtp.example.org SCRAM-SHA-256-PLUS_PLAIN")" = $'begin\tPLAIN\tAGFsaWNlAGNvcnJlY3QgaG9yc2U=' ]
	[ "$(ask "begin smtp.example.org SCRAM-SHA-256-PLUS_PLAIN YmluZA==" | cut -f2)" = SCRAM-SHA-256-PLUS ]
	[ "$(ask "begin smtp.example.org GSSAPI_EXTERNAL")" = $'fail\tthe server offers no mechanism that we know' ]
	ask 'begin smtp.example.org LOGIN' 'challenge VXNlcm5hbWU6' 'challenge UGFzc3dvcmQ6' accepted |
		diff - <(printf '%s\t%s\n' begin $'LOGIN\t' answer YWxpY2U= answer Y29ycmVjdCBob3JzZQ== 'done' '')
}

@test "a server of SCRAM that is satisfied before it has proven itself is none" {
	ask 'begin smtp.example.org SCRAM-SHA-256' accepted | tail -n1 | diff - \
		<(printf 'fail\tthe server has not proven that it knows the password itself\n')
	[ "$(ask 'begin smtp.example.org SCRAM-SHA-256' 'challenge cj14' | tail -n1 | cut -f1)" = fail ]
	[ "$(ask 'challenge cj14' accepted nonsense | cut -f1 | paste -sd' ')" = 'fail fail fail' ]
}

@test "a file that others may read, a line that is none, a command that fails: the reason" {
	chmod 640 "$PENNYPOST/secrets"
	[ "$(ask 'begin smtp.example.org PLAIN')" = "fail	$PENNYPOST/secrets: others may read it: chmod 600" ]
	chmod 600 "$PENNYPOST/secrets"
	echo 'x y' >>"$PENNYPOST/secrets"
	[ "$(ask 'begin smtp.example.org PLAIN')" = "fail	$PENNYPOST/secrets: line 9: not \`host user password'" ]
	printf '%s\n' 'a u |false' 'b u |/nowhere x' 'c u |true' 'd u |' 'e u |printf a\0b' 'f u oauth a;b' >"$PENNYPOST/secrets"
	printf 'g u oauth a\1b\n' >>"$PENNYPOST/secrets"
	for server in a b c d e g; do ask "begin $server PLAIN_XOAUTH2"; done | diff - <(printf 'fail\t%s\n' \
		'false: exit status 1' '/nowhere: No such file or directory' 'true: said nothing' 'a command that is empty' \
		'the user or the password cannot be said in this mechanism' 'the user or the password cannot be said in this mechanism')
}

@test "commands see no shell, and have no descriptor of ours" {
	printf '%s\n' '#!/bin/sh' 'echo "$*" $(ls -l /proc/self/fd | grep -c socket)' >say
	chmod +x say
	echo "a u |$PWD/say \$(id) ; * > x" >"$PENNYPOST/secrets"
	[ "$(first a PLAIN)" = '|u|$(id) ; * > x 0' ]
}
