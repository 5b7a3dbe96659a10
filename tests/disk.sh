#!/bin/bash
# disk.sh: what each program does when the disk is full, on a tiny tmpfs of its own (root, for a mount namespace).
# Prints a line a check and the figures; exits 1 on any violation, 77 where it cannot run.

if [ "$1" != mounted ]; then
	unshare -m true 2>/dev/null || { echo 'disk: needs root' >&2; exit 77; }
	exec unshare -m "$0" mounted
fi

top=$(cd "$(dirname "$0")/.." && pwd)
PATH=${BUILD:-$top/build}/bin:$PATH
work=$(mktemp -d "${TMPDIR:-/tmp}/disk.XXXXXX")
chmod 755 "$work"
disk=$work/disk
export PENNYPOST=$work/pennypost TCPREMOTEIP=127.0.0.1
trap 'umount "$disk"; rm -rf "$work"' EXIT
checks=0 violations=0

mkdir -p "$disk" "$PENNYPOST"
mount -t tmpfs -o size=512k,nr_inodes=120,mode=755 tmpfs "$disk" || exit 77
mkdir -p "$disk/mailboxes/bob"
# The folders of the queue stay once made: what a letter leaves is counted without them.
mkdir -p "$disk"/queue/{{0..9},{a..h},j,k,m,n,{p..t},{v..z}}
printf '%s\n' 'hostname here.example' 'log stderr' 'deliver queue' 'queue-reserve 0' \
	"mailboxes $disk/mailboxes" "queue $disk/queue" >"$PENNYPOST/conf"

letter() { printf 'From: alice@here.example\nTo: bob@here.example\nSubject: disk\n\n'; seq -f 'line %.0f of the letter' "${1:-300}"; }

# check WHAT GOT WANTED-PATTERN
check() {
	checks=$((checks + 1))
	# shellcheck disable=SC2053 # a pattern
	[[ $2 = $3 ]] && return
	echo "  $1: $2, not $3" >&2
	violations=$((violations + 1))
}

letters() { find "$disk/queue" "$disk/mailboxes" -type f ! -name swept ! -name '*.log' | wc -l; }
used() { df --output=used,iused "$disk" | tail -n 1 | tr -s ' '; }
room_ends() { cat /dev/zero >"$disk/filler" 2>/dev/null; }
files_end() {
	local n=0
	while (: >"$disk/file$n") 2>/dev/null; do
		n=$((n + 1))
	done
}
room_returns() { rm -f "$disk"/filler "$disk"/file*; }

# codes LETTER: the replies to a session that sends it.
codes() {
	{ printf '%s\n' 'EHLO x' 'MAIL FROM:<alice@here.example>' 'RCPT TO:<bob@here.example>' DATA; cat "$1"; echo .
	  echo QUIT; } | sed 's/$/\r/' | smtp-serve -t 10 2>/dev/null | sed -n 's/^\([0-9][0-9][0-9]\) .*/\1/p' | paste -sd ' '
}

# What is refused leaves nothing, and takes no room.
refuses() {
	local what=$1 file=$2 before status program
	before=$(letters)$(used)
	for program in 'sendmail -i bob@here.example' 'queue-add -f alice@here.example bob@here.example'; do
		$program <"$file" >/dev/null 2>&1
		status=$?
		check "$what: ${program%% *}" "$status" '7[134]'
		check "$what: left by ${program%% *}" "$(letters)$(used)" "$before"
	done
	check "$what: smtp-serve" "$(codes "$file")" '220 250 *452*'
	check "$what: left by smtp-serve" "$(letters)$(used)" "$before"
}

takes() {
	local before
	before=$(letters)
	for program in 'sendmail -i bob@here.example' 'queue-add -f alice@here.example bob@here.example'; do
		$program <"$1" >/dev/null 2>&1
		check "room again: ${program%% *}" "$?" 0
	done
	check 'room again: smtp-serve' "$(codes "$1")" '220 250 250 250 354 250 221'
	check 'room again: letters' "$(letters)" $((before + 3))
}

# A session that goes on while room ends and returns.
one_session() {
	local reply serve_pid
	coproc serve { exec smtp-serve -t 10 2>/dev/null; }
	# shellcheck disable=SC2154 # set by coproc
	serve_pid=$serve_PID
	ask() {
		printf '%s\r\n' "$@" >&"${serve[1]}"
		while read -r -t 10 reply <&"${serve[0]}" && [[ $reply = ???-* ]]; do :; done
	}
	read -r -t 10 reply <&"${serve[0]}"
	ask 'EHLO x'
	files_end
	ask 'MAIL FROM:<alice@here.example>'
	check 'MAIL on a disk without inodes' "$reply" '452 4.3.1*'
	room_returns
	room_ends
	ask 'MAIL FROM:<alice@here.example>'
	[[ $reply = 452* ]] || { ask 'RCPT TO:<bob@here.example>'; ask DATA; ask 'Subject: x' '' "$(printf '%9999s' x)" .; }
	check 'DATA on a full disk' "$reply" '452 4.3.1*'
	room_returns
	ask RSET
	ask 'MAIL FROM:<alice@here.example>'; ask 'RCPT TO:<bob@here.example>'; ask DATA; ask 'Subject: x' '' .
	check 'the same session when there is room again' "$reply" '250 2.0.0 queued*'
	ask QUIT
	wait "$serve_pid" 2>/dev/null
}

# deliver NAME: the code of mail-deliver -j, by a job as queue-run gives it.
deliver() {
	printf 'x\t%s\t0\talice@here.example\t\t%s@here.example\n' "$work/letter" "$1" |
		mail-deliver -j 2>/dev/null | cut -f 3,4 | tr '\t' ' '
}

mailboxes() {
	local before
	mkdir -p "$work/aliases"
	printf 'carol: %s\n' "$disk/mailboxes/carol" >"$PENNYPOST/aliases"
	chmod 777 "$disk/mailboxes"
	check 'a Maildir' "$(deliver bob)" '250 *'
	check 'an mbox' "$(deliver carol)" '250 *'
	cp "$disk/mailboxes/carol" "$work/carol"
	room_ends
	before=$(letters)$(used)
	check 'a Maildir on a full disk' "$(deliver bob)" '4?? 4.*'
	check 'an mbox on a full disk' "$(deliver carol)" '4?? 4.*'
	mail-deliver bob <"$work/letter" >/dev/null 2>&1
	check 'mail-deliver on a full disk' "$?" '7[1345]'
	check 'left by mail-deliver' "$(letters)$(used)" "$before"
	cmp -s "$disk/mailboxes/carol" "$work/carol"
	check 'the mbox as it was' "$?" 0
	room_returns
	check 'a Maildir with room again' "$(deliver bob)" '250 *'
	check 'an mbox with room again' "$(deliver carol)" '250 *'
	rm -rf "$disk"/mailboxes/bob/new/* "$disk/mailboxes/carol"
}

# What waits is delivered to a mailbox on the same disk once there is room.
runner() {
	local count
	count=$(find "$disk/queue" -type f -path '*/?/*' ! -name '*.log' | wc -l)
	check 'letters for queue-run' "$((count > 0))" 1
	room_ends
	queue-run >/dev/null 2>&1
	check 'queue-run on a full disk keeps them' "$(letters)" "$count"
	room_returns
	find "$disk/queue" -type f -path '*/?/*' -exec touch -d '1 minute ago' {} +
	queue-run >/dev/null 2>&1
	check 'queue-run with room again' "$(find "$disk/mailboxes/bob/new" -type f | wc -l)" "$count"
	check 'left in the queue' "$(find "$disk/queue" -type f -path '*/?/*' | wc -l)" 0
}

letter >"$work/letter"
letter 60000 >"$work/large"
queue-add -f alice@here.example bob@here.example <"$work/letter" >/dev/null
refuses 'a letter larger than the disk' "$work/large"
room_ends
refuses 'a full disk' "$work/letter"
room_returns
takes "$work/letter"
files_end
refuses 'no inodes' "$work/letter"
room_returns
takes "$work/letter"
one_session
mailboxes
runner
echo "disk: $checks checks, $violations violations"
[ "$violations" = 0 ]
