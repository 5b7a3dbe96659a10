# shellcheck disable=SC2002,SC2016,SC2154 # texts for other shells, pipes that are meant; what bats sets
# mail-deliver for the users of a system, whose passwd is ours: bound over /etc/passwd in a mount namespace. Root
# becomes each of them; for others the only user that can be had is the one whom a user namespace calls root.
load helper
load peers

setup() {
	pennypost 'mailboxes'
	home=$(mktemp -d "${TMPDIR:-/tmp}/deliver.XXXXXX")
	mv "$PENNYPOST" "$home/pennypost"
	export PENNYPOST=$home/pennypost
	chmod 755 "$home" "$PENNYPOST"
	printf '%s\n' "root:x:0:0::$home/root:/bin/sh" "ann:x:61001:61001::$home/ann:/bin/sh" "ben:x:61002:61002::$home/ben:/bin/bash" \
		"pennypost:x:61000:61000::/:/bin/false" "nobody:x:65534:65534::/nonexistent:/bin/false" >"$home/passwd"
	printf '%s\n' 'root:x:0:' 'ann:x:61001:' 'ben:x:61002:' 'pennypost:x:61000:' 'team:x:61005:ann' 'nogroup:x:65534:' >"$home/group"
	mkdir -m 700 "$home/root" "$home/ann" "$home/ben"
	printf 'Subject: hello\n\nbody\n' >"$home/letter"
}
teardown() { rm -rf "$home"; peers_stop; }

# Sees our passwd and group, and calls itself root.
within() {
	local bind='mount --bind "$0/passwd" /etc/passwd && mount --bind "$0/group" /etc/group && exec "$@"' how=-m

	is_root || how=-Urm
	unshare $how sh -c "$bind" "$home" "$@"
}
namespaces() { within true 2>/dev/null || skip "needs a mount namespace"; }

# The same with the privileges of a real system: users that own their homes, a queue that is pennypost's.
as_root() {
	is_root || skip "needs root"
	namespaces
	chown 61001:61001 "$home/ann"
	chown 61002:61002 "$home/ben"
	mkdir -m 700 "$PENNYPOST/queue"
	chown 61000:61000 "$PENNYPOST/queue"
}
deliver() { within mail-deliver -f alice@a.example "$@" <"$home/letter"; }
owner() { stat -c %u:%g "$@" | sort -u; }

@test "a user's letter goes to Maildir in the home, or where mailbox says" {
	namespaces
	deliver root
	[ "$(find "$home/root/Maildir/new" -type f | wc -l)" = 1 ]
	printf 'mailbox Mail/\n' >>"$PENNYPOST/conf"
	deliver root+x
	[ "$(find "$home/root/Mail/new" -type f | wc -l)" = 1 ]
	printf 'mailbox mbox:inbox\n' >>"$PENNYPOST/conf"
	deliver ROOT
	deliver root
	[ "$(grep -c '^From alice@a.example ' "$home/root/inbox")" = 2 ]
	printf 'mailbox inbox\n' >>"$PENNYPOST/conf"
	deliver root
	[ "$(grep -c '^From alice@a.example ' "$home/root/inbox")" = 3 ]
	run -67 deliver zoe
}

@test "a home that is not there is tried again, and never made" {
	namespaces
	rm -r "$home/root"
	run -75 deliver root
	[ ! -e "$home/root" ]
}

@test "another user's mailbox needs root, and says so" {
	is_root && skip "needs an ordinary user"
	run -75 --separate-stderr mail-deliver -f alice@a.example root <"$home/letter"
	[[ $stderr = *"needs root"* ]]
}

@test "root is forwarded like everybody" {
	namespaces
	echo 'ann' >"$home/root/.forward"
	deliver root
	[ "$(sed -n 's/^-  //p' "$(queued)")" = ann@here.example ]
}

@test "root: the letter is the user's own, and so is what reads .forward and runs its commands" {
	as_root
	printf '%s\n' '\ann' 'ben' "\"|/bin/sh -c '{ id -u; id -g; id -G; umask; ls $home/ben; } >out 2>&1; cat >mine'\"" \
		>"$home/ann/.forward"
	chown 61001 "$home/ann/.forward"
	deliver ann
	[ "$(owner "$home"/ann/Maildir "$home"/ann/Maildir/* "$home"/ann/Maildir/new/* "$home/ann/mine")" = 61001:61001 ]
	diff <(head -n 4 "$home/ann/out") - <<-END
		61001
		61001
		61001 61005
		0077
	END
	grep -q 'Permission denied' "$home/ann/out"
	[ "$(sed -n 's/^-  //p' "$(queued)")" = ben@here.example ]
	[ "$(owner "$(queued)")" = 61000:61000 ]
	printf 'id1\t%s\t0\t\t\tben@here.example\tann@here.example\tzoe@here.example\n' "$home/letter" >"$home/jobs"
	within mail-deliver -j <"$home/jobs" | cut -f2,3 | sort | paste -sd' ' | grep -x $'ann@here.example\t250 ben@here.example\t250 zoe@here.example\t550'
	[ "$(owner "$home"/ben/Maildir/new/*)" = 61002:61002 ]
}

@test "root: a pipe as the message reaches mailbox, command and queue alike" {
	as_root
	printf '%s\n' '\ann' ben "\"|/bin/sh -c 'cat >mine'\"" >"$home/ann/.forward"
	chown 61001 "$home/ann/.forward"
	cat "$home/letter" | within mail-deliver ann
	for copy in "$home/ann/mine" "$home"/ann/Maildir/new/* "$(queued)"; do
		tail -n 3 "$copy" | cmp - "$home/letter"
	done
}

@test "root: nothing in a home is followed out of it with more than the user's rights" {
	as_root
	mkdir "$home/ben/Maildir"
	ln -s "$home/ben/Maildir" "$home/ann/Maildir"
	run -75 deliver ann
	echo secret >"$home/root/secret"
	ln -s "$home/root/secret" "$home/ann/.forward"
	run -75 --separate-stderr deliver ann
	[[ $stderr = *"Permission denied" ]]
	echo 'zoe@far.example' >"$home/ben/.forward"
	chown 61001 "$home/ben/.forward"
	run -75 --separate-stderr deliver ben
	[[ $stderr = *"not the user's own"* ]]
	[ -z "$(queued)" ]
}

@test "root: commands and files of an alias are the owner's of the aliases, or nobody's, never root's" {
	as_root
	mkdir -m 777 "$home/place"
	echo "run: \"|/bin/sh -c 'id -u >$home/place/out'\", $home/place/file" >"$PENNYPOST/aliases"
	deliver run
	[ "$(cat "$home/place/out") $(owner "$home/place/file")" = "65534 65534:65534" ]
	rm "$home/place"/*
	chown 61002 "$PENNYPOST/aliases"
	deliver run
	[ "$(cat "$home/place/out") $(owner "$home/place/file")" = "61002 61002:61002" ]
}

@test "root: lists are read as whom the queue belongs to" {
	as_root
	echo "list: :include:$home/list" >"$PENNYPOST/aliases"
	echo ben >"$home/list"
	chmod 600 "$home/list"
	run -75 --separate-stderr deliver list
	[[ $stderr = *"$home/list: Permission denied" ]]
	chown 61000 "$home/list"
	deliver list
	[ "$(sed -n 's/^-  //p' "$(queued)")" = ben@here.example ]
}

@test "root: a folder under mailboxes is delivered to as its owner" {
	as_root
	echo 'mailboxes boxes' >>"$PENNYPOST/conf"
	mkdir -p "$PENNYPOST/boxes/x" "$PENNYPOST/boxes/y"
	chown 61001 "$PENNYPOST/boxes/x"
	deliver x
	deliver y
	[ "$(owner "$PENNYPOST"/boxes/x/new/*)" = 61001:0 ]
	[ "$(owner "$PENNYPOST"/boxes/y/new/*)" = 0:0 ]
}

@test "root: a full disk holds the letter back and keeps nothing of it" {
	as_root
	mount=$(printf 'mount -t tmpfs -o size=200k,mode=755 none %s/ann && chown 61001 %s/ann && ' "$home" "$home")
	head -c 400000 /dev/zero >>"$home/letter"
	printf '%s\n' "$home/ann/mbox" >"$home/forward"
	run -75 --separate-stderr within sh -c "$mount"'mail-deliver ann <"$1/letter"; status=$?; find "$1/ann" -type f | grep . && exit 1
		exit $status' - "$home"
	[[ $stderr = *"No space left on device" ]]
	run -75 --separate-stderr within sh -c "$mount"'cp "$1/forward" "$1/ann/.forward" && chown 61001 "$1/ann/.forward" &&
		mail-deliver ann <"$1/letter"; status=$?; [ -e "$1/ann/mbox" ] && exit 1; exit $status' - "$home"
	[[ $stderr = *"No space left on device" ]]
}

@test "doveadm reads the Maildir" {
	peers
	over_usr "$PEERS/dovecot" true 2>/dev/null || skip "Dovecot needs a mount namespace with an overlay"
	reader=$(is_root && echo nobody || id -un)
	mkdir "$home/boxes" "$home/boxes/bob" "$peer_folder/dovecot"
	is_root && chown -R nobody "$home/boxes/bob"
	printf 'mailboxes %s/boxes\n' "$home" >>"$PENNYPOST/conf"
	for i in 1 2 3; do
		printf 'Subject: letter %s\n\nbody\n' "$i" | mail-deliver -f alice@a.example bob
	done
	dovecot_settings "$peer_folder/dovecot" "$home" 0 >"$peer_folder/dovecot/conf"
	USER=x HOME=$home/boxes/bob dovecot_run doveadm -o "mail_uid=$reader" -o "mail_gid=$(id -gn "$reader")" \
		-o "mail_location=maildir:$home/boxes/bob" fetch 'hdr.subject hdr.delivered-to body size.physical' all >"$home/out"
	[ "$(grep -cx 'body' "$home/out") $(grep -cx 'hdr.delivered-to: bob@here.example' "$home/out")" = "3 3" ]
	grep '^hdr.subject' "$home/out" | diff - <(printf 'hdr.subject: letter %s\n' 1 2 3)
	[ "$(sed -n 's/^size.physical: //p' "$home/out" | sort -u)" = "$(stat -c %s "$home"/boxes/bob/*/*,S=* | sort -u)" ]
}

@test "a passwd that cannot be read is tried again, and is not nobody" {
	strace -e trace=none true 2>/dev/null || skip "no strace here"
	for error in EMFILE EIO EACCES; do
		run -75 --separate-stderr strace -o /dev/null -P /etc/passwd -e "inject=openat,open:error=$error" \
			mail-deliver zoe <"$home/letter"
		[[ $stderr = "mail-deliver: zoe@here.example: passwd: "* ]]
	done
	run -67 mail-deliver zoe <"$home/letter"
}
