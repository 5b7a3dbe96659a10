# smtp-serve and smtp-send shut themselves in: what code that took one of them over could still do.
load helper

setup_file() {
	${CC:-cc} -shared -fPIC -o "$BATS_FILE_TMPDIR/intruder.so" "$BATS_TEST_DIRNAME/intruder.c"
}

setup() {
	case $BUILD in *sanitize*) skip 'a sanitizer wants to be loaded first' ;; esac
	pennypost
	mkdir -p "$PENNYPOST/mailboxes/bob"
	export INTRUDER_READS=/etc/hostname INTRUDER_WRITES=$BATS_TEST_TMPDIR/loot
	mkdir "$BATS_TEST_TMPDIR/elsewhere"
	letter=$'EHLO client.example\r\nMAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@here.example>\r\nDATA\r\n\r\n.\r\nQUIT\r\n'
}

preload="env LD_PRELOAD=$BATS_FILE_TMPDIR/intruder.so"
serve() { "$@" smtp-serve <<<"$letter" 2>"$BATS_TEST_TMPDIR/said" >"$BATS_TEST_TMPDIR/replies"; }
said() { sed -n 's/^intruder: //p' "$BATS_TEST_TMPDIR/said" | head -n 4 | paste -sd,; }
stored() { grep -q '^250 2.0.0 queued' "$BATS_TEST_TMPDIR/replies"; }

# Without landlock, or seccomp, or both: what strace makes of the calls.
lacking() { strace -f -qq -o /dev/null "$@"; }
no_landlock=(-e inject=landlock_create_ruleset:error=ENOSYS)
no_seccomp=(-e inject=prctl:error=EINVAL:when=2)

@test "a session opens nothing outside its folders, and starts nothing" {
	serve $preload
	[ "$(said)" = 'read: Permission denied,write: Permission denied,exec: Operation not permitted,keyctl: Operation not permitted' ]
	[ ! -e "$INTRUDER_WRITES" ]
	stored
}

@test "it reads its settings, and writes to the queue alone" {
	INTRUDER_READS=$PENNYPOST/conf INTRUDER_WRITES=$PENNYPOST/conf serve $preload
	[[ $(said) = 'read: done,write: Permission denied,'* ]]
	INTRUDER_WRITES=$PENNYPOST/queue/loot serve $preload
	[[ $(said) = *',write: done,'* ]]
}

@test "a shard of the queue that is a link out of it is not followed" {
	mkdir "$PENNYPOST/queue"
	for shard in 0 1 2 3 4 5 6 7 8 9 a b c d e f g h j k m n p q r s t v w x y z; do
		ln -s "$BATS_TEST_TMPDIR/elsewhere" "$PENNYPOST/queue/$shard"
	done
	serve env
	grep -q '^451 4.3.0' "$BATS_TEST_TMPDIR/replies"
	[ -z "$(ls "$BATS_TEST_TMPDIR/elsewhere")" ]
	serve lacking "${no_landlock[@]}"
	stored
}

@test "aliases and routes that are links to elsewhere are read" {
	echo 'staff: bob' >"$BATS_TEST_TMPDIR/elsewhere/aliases"
	echo 'there.example error:5.1.2 moved' >"$BATS_TEST_TMPDIR/elsewhere/routes"
	ln -s "$BATS_TEST_TMPDIR"/elsewhere/{aliases,routes} "$PENNYPOST/"
	letter=${letter/bob@here/staff@here}
	serve env
	stored
	letter=${letter/staff@here/staff@there}
	serve env
	grep -q '^550 5.1.2 moved' "$BATS_TEST_TMPDIR/replies"
}

@test "with users from the system all may be read, for the modules of nsswitch.conf" {
	sed -i '/^mailboxes/d' "$PENNYPOST/conf"
	letter=${letter/bob@here/root@here}
	serve $preload
	[[ $(said) = 'read: done,write: Permission denied,exec: Operation not permitted,'* ]]
	stored
}

@test "a session that runs a filter, a command or queue-run is not shut in" {
	echo 'filter cat' >>"$PENNYPOST/conf"
	serve $preload
	[[ $(said) = *'exec: done,'* ]]
	stored
	sed -i -e '/^filter/d' -e 's/^deliver.*/deliver now/' "$PENNYPOST/conf"
	serve $preload
	[[ $(said) = *'exec: done,'* ]]
}

@test "where the kernel has no landlock, no seccomp, or neither, letters are stored all the same" {
	serve lacking "${no_landlock[@]}" $preload
	[[ $(said) = 'read: done,write: done,exec: Operation not permitted,'* ]]
	stored
	serve lacking "${no_seccomp[@]}" $preload
	[[ $(said) = 'read: Permission denied,write: Permission denied,exec: Permission denied,'* ]]
	stored
	serve lacking "${no_landlock[@]}" "${no_seccomp[@]}" $preload
	[[ $(said) = 'read: done,write: done,exec: done,'* ]]
	stored
}

@test "where files cannot be made without a name, the queue's tmp/ serves" {
	INTRUDER_NAMES=1 serve $preload
	[ -d "$PENNYPOST/queue/tmp" ]
	stored
	[ -z "$(ls "$PENNYPOST/queue/tmp")" ]
}

@test "smtp-send writes to no file and starts nothing, with a message and with jobs" {
	load peers
	peer_folder=$BATS_TEST_TMPDIR port=$(free_port)
	in_background server "$port" tcpserver -HRl0 127.0.0.1 "$port" smtp-serve
	echo hello >"$BATS_TEST_TMPDIR/message"
	LD_PRELOAD=$BATS_FILE_TMPDIR/intruder.so smtp-send -s "127.0.0.1:$port" bob@here.example \
		<"$BATS_TEST_TMPDIR/message" 2>"$BATS_TEST_TMPDIR/said" | cut -f 3 | grep -x 250
	[ "$(said)" = 'read: done,write: Permission denied,exec: Operation not permitted,keyctl: Operation not permitted' ]
	cat "$BATS_TEST_TMPDIR/message" | smtp-send -s "127.0.0.1:$port" bob@here.example | cut -f 3 | grep -x 250
	printf '%s\t%s\t0\t\t\tbob@here.example\n' id "$BATS_TEST_TMPDIR/message" |
		$preload smtp-send -j -s "127.0.0.1:$port" 2>"$BATS_TEST_TMPDIR/said" | cut -f 3 | grep -x 250
	[[ $(said) = 'read: done,write: Permission denied,exec: Operation not permitted,'* ]]
	kill "$(cat "$BATS_TEST_TMPDIR/server.pid")"
	[ ! -e "$INTRUDER_WRITES" ]
}
