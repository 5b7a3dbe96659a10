load helper

setup() { pennypost; cd "$BATS_TEST_TMPDIR" || return; }

# right USER PASSWORD: what sasl-check says.
right() { printf 'begin\tPLAIN\t%s\n' "$(printf '\0%s\0%s' "$1" "$2" | base64 -w0)" | sasl-check; }

@test "user-make(1): a verifier by default, a hash with -c, of the first line, and both let in whom they are of" {
	umask 077
	bash -c "$(example user-make.1 1)" && mv users "$PENNYPOST/users"
	printf 'battery staple \nmore\n' | user-make -c bob@here.example >>"$PENNYPOST/users"
	grep -E '^alice:\{SCRAM-SHA-256\}20000,[A-Za-z0-9+/=]{24},[A-Za-z0-9+/=]{44},[A-Za-z0-9+/=]{44}$' "$PENNYPOST/users"
	grep -E '^bob@here.example:\$y\$' "$PENNYPOST/users"
	[ "$(right alice 'correct horse battery staple')" = $'user\talice' ]
	[ "$(right bob@here.example 'battery staple ')" = $'user\tbob@here.example' ]
	[ "$(right bob@here.example 'battery staple')" = $'no\tbob@here.example' ]
	[ "$(printf x | user-make a)" != "$(printf x | user-make a)" ]
}

@test "what the gsasl tool makes of a password is the same" {
	line=$(echo 'pencil' | user-make alice)
	salt=$(cut -d, -f2 <<<"$line")
	[ "$line" = "alice:$(gsasl --mkpasswd --mechanism SCRAM-SHA-256 --iteration-count 20000 --salt "$salt" --password pencil)" ]
}

@test "no password: 65; no name: 64" {
	for password in '' '\n' 'a\0b\n'; do
		run -65 user-make alice < <(printf "$password")
		run -65 user-make -c alice < <(printf "$password")
	done
	for name in '' a:b 'a b' '#a' $'a\nb'; do
		run -64 user-make "$name" <<<x
	done
	run -64 user-make <<<x
}

# typed FIRST SECOND: what user-make prints to a file when it is given these on its terminal; what that shows, on standard output.
typed() {
	/usr/bin/python3 -c 'import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
	os.execvp("sh", ["sh", "-c", "user-make alice >users 2>&1"])
shown = b""
for question, words in zip((b"Password: ", b"Once more: "), sys.argv[1:]):
	while not shown.endswith(question): shown += os.read(fd, 100)
	os.write(fd, words.encode() + b"\n")
os.waitpid(pid, 0)
print(shown + os.read(fd, 100))' "$@"
}

@test "a terminal is asked, twice, and shows nothing of it" {
	typed secret secret >shown
	run ! grep secret shown
	grep '^alice:{SCRAM' users
	typed secret other
	grep -x 'user-make: these are two passwords' users
}
