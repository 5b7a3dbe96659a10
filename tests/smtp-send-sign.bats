# shellcheck disable=SC2154 # variables of bats and of the fixture
# Letters that begin here are signed as they leave: the file `dkim`, the queue option `sign`.
load helper
load dkim
load canned.bash

setup_file() {
	load helper
	load dkim
	dkim_keys here.example
	dns_zone here.example <"$keys/records"
	dns_start
}

teardown_file() {
	load dkim
	peers_stop
}

setup() {
	pennypost "resolver $dns"
	cd "$BATS_TEST_TMPDIR"
	cp -r "$keys" "$PENNYPOST"
	printf '%s\n' '# ours' 'here.example rsa keys/rsa.pem' '' "here.example ed $PENNYPOST/keys/ed.pem" >"$PENNYPOST/dkim"
	printf 'From: Alice <alice@here.example>\nSubject: x\n\n.one\nlast' >message
}

teardown() { canned_stop; }

send() { timeout 30 smtp-send -s "127.0.0.1:$port" -o sign -f "${sender:-alice@there.example}" bob@there.example; }
results() { dkim-verify | cut -f1 | paste -sd' '; }

@test "each key of the author's domain signs what is on the wire" {
	for extensions in '' +CHUNKING '+SIZE +8BITMIME'; do
		rm -rf server
		# shellcheck disable=SC2086 # words
		canned server $extensions
		send <message
		[ "$(results <server/1)" = 'pass pass' ]
		sed '1,/^From/{/^From/!d}' server/1 | cmp - <(sed 's/$/\r/' message; echo)
		[ "$(grep -c BARE server/log)" = 0 ]
	done
	grep "SIZE=$(wc -c <server/1)" server/log
}

@test "a domain below it too; one above, another, and none is not signed for" {
	canned server
	for author in alice@mail.here.example alice@example alice@there.example alice; do
		sed "s/alice@here.example/$author/" message | send
	done
	[ "$(results <server/1)" = 'pass pass' ]
	for i in 2 3 4; do run ! grep DKIM server/$i; done
	printf 'From: alice@here.example\nnonsense\nSubject: x\n\nbody\n' | send
	printf 'From: alice@here.example\nFrom: bob@here.example\n\nbody\n' | send
	printf 'body alone\n' | send
	for i in 5 6 7; do run ! grep DKIM server/$i; done
}

@test "where the author has no key of ours, the sender signs: a list what others wrote" {
	canned server
	echo 'lists.example rsa keys/rsa.pem' >>"$PENNYPOST/dkim"
	sed 's/alice@here.example/alice@there.example/; s/^Subject/List-Unsubscribe: <https:\/\/lists.example\/1>\n&/' message |
		sender=news-bounce-bob=there.example@lists.example send
	mail-header -r DKIM-Signature server/1 | tr -d ' \t\n' | grep 'd=lists.example;.*:List-Unsubscribe:'
	sender=news@lists.example send <message
	run ! grep d=lists.example server/2
	[ "$(results <server/2)" = 'pass pass' ]
}

@test "signed as it is converted for a server without 8BITMIME, and with the fields of each recipient" {
	canned server
	printf 'From: alice@here.example\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n.\303\251 =\n' | send
	grep -a 'quoted-printable' server/1
	[ "$(results <server/1)" = 'pass pass' ]
	printf 'id\t%s\t0\talice@here.example\tsign field=To:+20<bob@there.example>\tbob@there.example\n' "$PWD/message" |
		smtp-send -j -s "127.0.0.1:$port"
	grep '^To: <bob@there.example>' server/2
	[ "$(results <server/2)" = 'pass pass' ]
	sed -i '/^To:/d' server/2
	[ "$(results <server/2)" = 'fail fail' ]
}

@test "a large letter, in constant memory" {
	! sanitized smtp-send || skip "sanitizers need memory of their own"
	canned server
	{ cat message; yes 'line' | head -c 20000000; } >large
	prlimit --data=16777216 smtp-send -s "127.0.0.1:$port" -o sign -f alice@here.example bob@there.example <large
	[ "$(results <server/1)" = 'pass pass' ]
}

@test "what is wrong with the keys is said, and the letter waits" {
	waits() {
		run -75 send <message
		[[ $output = $'-\tbob@there.example\t451\t4.3.5\t'"$PENNYPOST/dkim: line $1"$'\t'* ]] || { echo "$output"; return 1; }
	}
	canned server
	echo 'here.example x' >"$PENNYPOST/dkim"
	waits '1: not a domain, a selector and the file of a key'
	printf '\n-x s keys/ed.pem\n' >"$PENNYPOST/dkim"
	waits '2: not a domain'
	echo 'here.example s keys/none.pem' >"$PENNYPOST/dkim"
	waits "1: $PENNYPOST/keys/none.pem: No such file or directory"
	rm "$PENNYPOST/dkim"
	send <message
	run ! grep DKIM server/1
}

@test "who writes letters of our own has them signed: mail-inject, clients that we trust; others do not" {
	canned server +SIZE
	echo "* smtp:[127.0.0.1]:$port" >"$PENNYPOST/routes"
	mail-inject -f alice@here.example bob@there.example <message
	queue-run
	[ "$(results <server/1)" = 'pass pass' ]
	session() { printf '%s\r\n' 'EHLO x' 'MAIL FROM:<alice@here.example>' "RCPT TO:<$1>" DATA 'From: alice@here.example' '' hello . QUIT | smtp-serve >said; }
	TCPREMOTEIP=127.0.0.1 TCPLOCALIP=127.0.0.1 session bob@there.example
	queue-run
	[ "$(results <server/2)" = 'pass pass' ]
	mkdir -p "$PENNYPOST/mailboxes/carol"
	TCPREMOTEIP=192.0.2.1 TCPLOCALIP=127.0.0.1 session carol@here.example
	run ! grep '^option sign' "$(queued)"
}

@test "a bounce is signed by the domain of its author, and what lists write of themselves" {
	canned server rcpt=550\ no
	echo "* smtp:[127.0.0.1]:$port" >"$PENNYPOST/routes"
	queue-add -f carol@there.example bob@there.example <message
	queue-run || true
	grep -l '^option sign' "$PENNYPOST"/queue/?/*
	list-create all all@here.example alice@there.example
	rm -rf "$PENNYPOST/queue"
	list-help all < <(printf 'From: dave@there.example\nSubject: help\n\n') || true
	SENDER=dave@there.example list-help all < <(printf 'From: dave@there.example\nSubject: help\n\n')
	grep -l '^option sign' "$PENNYPOST"/queue/?/*
}

@test "the example of pennypost-dkim(5)" {
	canned server
	example pennypost-dkim.5 1 | sed 's/example.org/here.example/; s/nov26-ed/ed/g; s/nov26/rsa/g' >"$PENNYPOST/dkim"
	send <message
	[ "$(results <server/1)" = 'pass pass' ]
}
