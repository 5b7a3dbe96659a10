load helper

setup() { cd "$BATS_TEST_TMPDIR"; }

@test "a new key of each kind: in a file that nobody else can read, and the record that publishes it" {
	run -0 dkim-key -g rsa -d example.test -s s1 -k rsa.pem
	[[ $output = 's1._domainkey.example.test. IN TXT ( "v=DKIM1; k=rsa; p='* ]]
	[ "$(stat -c %a rsa.pem)" = 600 ]
	openssl pkey -in rsa.pem -noout -text | grep '2048 bit'
	[ "$(grep -o 'p=.*' <<<"$output" | tr -d '"() ' | cut -c3-)" = "$(openssl pkey -in rsa.pem -pubout -outform DER | base64 -w0)" ]
	[ "$(grep -o '"[^"]*"' <<<"$output" | awk '{ print length - 2 <= 255 }' | sort -u)" = 1 ]
	run -0 dkim-key -g ed25519 -d example.test -s s2 -k ed.pem
	[ "$output" = "s2._domainkey.example.test. IN TXT ( \"v=DKIM1; k=ed25519; p=$(openssl pkey -in ed.pem -pubout -outform DER | tail -c 32 | base64)\" )" ]
}

@test "a file that is there is left as it is" {
	echo mine >key.pem
	run -73 --separate-stderr dkim-key -g rsa -d example.test -s s -k key.pem
	[ "$stderr" = 'dkim-key: key.pem: File exists' ]
	ln -s nowhere link.pem
	run -73 dkim-key -g ed25519 -d example.test -s s -k link.pem
	[ "$(cat key.pem)" = mine ]
	[ ! -e nowhere ]
}

@test "the record of a key that OpenSSL made, in both forms of PEM" {
	openssl genrsa -out new.pem 2048 2>log
	openssl rsa -in new.pem -traditional -out old.pem 2>log
	dkim-key -d example.test -s s -k new.pem >new
	dkim-key -d example.test -s s -k old.pem | cmp - new
	openssl genpkey -algorithm ed25519 -out ed.pem
	dkim-key -d bücher.example -s s -k ed.pem | grep '^s._domainkey.xn--bcher-kva.example. IN TXT ( "v=DKIM1; k=ed25519; p='
}

@test "what is no key for signatures: 78, and why" {
	refused() {
		run -78 --separate-stderr dkim-key -d example.test -s s -k "$1"
		[ "$stderr" = "dkim-key: $1: $2" ] || { echo "$stderr"; return 1; }
	}
	openssl genrsa -out small.pem 1024 2>log
	refused small.pem 'an RSA key of fewer than 2048 bits'
	openssl genrsa -aes128 -passout pass:x -out locked.pem 2048 2>log
	refused locked.pem 'not a private key in PEM, not encrypted, RSA or Ed25519'
	openssl ecparam -genkey -name prime256v1 -out ec.pem 2>log
	chmod 600 ec.pem
	refused ec.pem 'not a private key in PEM, not encrypted, RSA or Ed25519'
	openssl genrsa -out open.pem 2048 2>log
	chmod 644 open.pem
	refused open.pem 'others may read or change it: chmod 640'
	refused nowhere.pem 'No such file or directory'
}

@test "wrong options and names" {
	for wrong in '' '-d x.test -s s' '-d x.test -k k' '-s s -k k' '-g dsa -d x.test -s s -k k' '-d x.test -s s -k k more' '-d -x -s s -k k' '-d x.test -s a..b -k k'; do
		# shellcheck disable=SC2086 # words
		run -64 dkim-key $wrong
	done
}

@test "the examples of the manual page" {
	run -0 bash -c "$(example dkim-key.1 1)"
	[ -s nov26.pem ]
	[ "$(wc -l <<<"$output")" = 1 ]
	[ "$(bash -c "$(example dkim-key.1 2)")" = "$output" ]
}
