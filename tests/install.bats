# INSTALL, done to the letter where nothing of it stays.
load helper

@test "INSTALL: the user and the queue of a system: everybody posts, nobody reads, mail arrives as its recipient" {
	[ "$(id -u)" = 0 ] || skip "needs root"
	case $BUILD in *sanitize*) skip 'a sanitizer cannot look into a set-gid program' ;; esac
	mkdir "$BATS_TEST_TMPDIR/layers"
	unshare -m sh -c 'mount -t tmpfs tmpfs "$0" && mkdir "$0/u" "$0/w" &&
		mount -t overlay overlay -o "lowerdir=/etc,upperdir=$0/u,workdir=$0/w" /etc' "$BATS_TEST_TMPDIR/layers" ||
		skip "needs a mount namespace with overlays"
	before=$(cat /etc/passwd /etc/group | cksum)
	run unshare -m env -u PENNYPOST BUILD="$BUILD" "$top/tests/install.sh" "$BATS_TEST_TMPDIR/layers"
	echo "$output"
	[ "$status" = 0 ]
	[ "$(grep -c '^- ' <<<"$output")" = 6 ]
	[ "$(cat /etc/passwd /etc/group | cksum)" = "$before" ]
}

@test "INSTALL: the Pennypost of one person, without root" {
	export HOME=$BATS_TEST_TMPDIR
	bash -euo pipefail -c "$(sed -n '/^One person, no root$/,/^The user and/s/^    //p' "$top/INSTALL" | grep -v '^\*/')"
	PENNYPOST=$HOME/.pennypost queue-add bob@example.com </dev/null
	[ "$(PENNYPOST=$HOME/.pennypost queue-list | cut -f7)" = bob@example.com ]
}

@test "INSTALL: a server has its users, and signs what it sends" {
	export PENNYPOST=$BATS_TEST_TMPDIR
	commands=$(sed -n '/^Has users log in/,/^Checks what/s/^    //p' "$top/INSTALL" | grep -v 'systemctl\|chgrp\|chown' | sed "s,/etc/pennypost,$PENNYPOST,; s/sudo //")
	printf '%s\n' 'hostname mail.example.org' 'log stderr' >"$PENNYPOST/conf"
	run -0 bash -euo pipefail -c "$commands" <<<'correct horse'
	[[ $output = *'nov26._domainkey.example.org. IN TXT'* ]]
	run -0 sasl-check <<<"begin	PLAIN	$(printf '\0alice\0correct horse' | base64)		"
	[ "$output" = 'user	alice' ]
	mail-inject -odq -f alice@example.org bob@example.com <<<'From: alice@example.org'
	grep -qx 'option sign' "$PENNYPOST"/queue/?/*
	grep -qx 'example.org nov26 nov26.pem' "$PENNYPOST/dkim"
	[ "$(stat -c %a "$PENNYPOST/users" "$PENNYPOST/nov26.pem" | paste -sd' ')" = '640 600' ]
}
