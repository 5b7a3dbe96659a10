#!/bin/bash
# crash.sh [-p point] [-s stride] [scenario ...]: every system call of a program is once its last, or fails once.
#
# A scenario prepares a Pennypost, lets a program take a letter over, and says what must hold
# afterwards: what was acknowledged is there, whole; what was not is there whole or not at all;
# and after the next run without faults nothing is left to do and no junk remains.
# The same must hold of every state that the disk may be in when the power fails after some call
# (powercut.py). With a stride only every so many points are tried, with -p only the fault named, as in a
# violation. Prints a line a scenario; exits 1 on any violation.

top=$(cd "$(dirname "$0")/.." && pwd)
PATH=${BUILD:-$top/build}/bin:$PATH
work=$(mktemp -d "${TMPDIR:-/tmp}/crash.XXXXXX")
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
server=''
export PENNYPOST=$work/pennypost
shopt -s nullglob globstar extglob dotglob

body=$(seq -f 'line %.0f of the letter' 300)
letter() { printf 'From: alice@here.example\nTo: bob@here.example\nSubject: crash\n\n%s\n' "$body"; }
letter >"$work/letter"
letter | sed 's/$/\r/' >"$work/letter.crlf"

# A Pennypost as the scenario wants it, made once and copied for each point.
prepare() {
	rm -rf "$PENNYPOST" "$work/before"
	mkdir -p "$PENNYPOST/mailboxes/bob" "$PENNYPOST/mailboxes/alice"
	printf '%s\n' 'hostname here.example' 'log stderr' 'deliver queue' 'queue-reserve 0' \
		'mailboxes mailboxes' >"$PENNYPOST/conf"
	"${scenario}_before"
	cp -a "$PENNYPOST" "$work/before"
}
afresh() {
	rm -rf "$PENNYPOST" "$work/there/queue"
	cp -a "$work/before" "$PENNYPOST"
}

# $queued, the letters in the queue; $delivered, those in the mailbox and on the other host.
look() {
	local file

	queued=() delivered=()
	for file in "$PENNYPOST"/queue/?/!(*.log); do
		[ ! -f "$file" ] || queued+=("$file")
	done
	for file in "$PENNYPOST/mailboxes/bob/new"/** "$work/there/queue"/**; do
		[ ! -f "$file" ] || delivered+=("$file")
	done
}

is_whole() {
	local text

	IFS= read -r -d '' text <"$1"
	text=${text//$'\r'/}
	[[ $text = *$'\nSubject: crash\n'* ]] || return
	text=$'\n'${text#*$'\nSubject: crash\n'}
	[ "${text#*$'\n\n'}" = "$body"$'\n' ]
}

violation() { echo "  $scenario: $point: $*" >&2; violations=$((violations + 1)); }

# What the queue and the mailbox hold is whole, and at least this many are there.
expect() {
	local least=$1 file count=0

	look
	for file in "${queued[@]}" "${delivered[@]}"; do
		is_whole "$file" || violation "$(basename "$file") is not whole"
		count=$((count + 1))
	done
	[ "$count" -ge "$least" ] || violation "an acknowledged letter is gone"
}

# After a run without faults: all of it delivered, nothing else left.
settle() {
	local old

	look
	[ ${#queued[@]} = 0 ] || touch "${queued[@]}"
	old=("$PENNYPOST/queue"/**/@(*.log|swept))
	[ ${#old[@]} = 0 ] || touch -d '3 days ago' "${old[@]}"
	queue-run >/dev/null 2>"$work/settle" || violation "the next run failed: $(head -n 1 "$work/settle")"
	look
	[ ${#queued[@]} = 0 ] || violation "${#queued[@]} stay in the queue: $(tr '\n' ';' <"$work/settle")"
	is_empty "$PENNYPOST/queue/corrupt"/* || violation "a corrupt letter"
	is_empty "$PENNYPOST/queue"/**/*.log || violation "an orphaned log"
}

is_empty() { [ $# = 0 ]; }

# --- scenarios: NAME_once, NAME_before, NAME_command (run under faults), NAME_after STATUS

queue_add_before() { :; }
queue_add_command() { exec "$@" queue-add -f alice@here.example bob@here.example <"$work/letter"; }
queue_add_after() { expect $(($1 == 0)); settle; expect $(($1 == 0)); }

mail_inject_before() { :; }
mail_inject_command() { exec "$@" mail-inject -t -i -f alice@here.example <"$work/letter"; }
mail_inject_after() { queue_add_after "$1"; }

mail_deliver_before() { :; }
mail_deliver_command() { exec "$@" mail-deliver -f alice@here.example bob <"$work/letter"; }
mail_deliver_after() { expect $(($1 == 0)); }

# A file in aliases is never written as root: whoever it is may write there.
mail_deliver_mbox_before() {
	echo "bob: $PENNYPOST/mailboxes/bob.mbox" >"$PENNYPOST/aliases"
	chmod 755 "$work" "$PENNYPOST"
	chmod 777 "$PENNYPOST/mailboxes"
}
mail_deliver_mbox_command() { mail_deliver_command "$@"; }
mail_deliver_mbox_after() {
	local mbox=$PENNYPOST/mailboxes/bob.mbox count=0
	if [ "$1" = 0 ]; then
		[ "$(grep -c '^From ' "$mbox")" = 1 ] || violation "an acknowledged letter is gone"
	fi
	# What a kill cut short is taken back by the next delivery; what a power cut left, whose lock is of another
	# boot, stays and is followed by a whole letter.
	[[ $point != power* ]] || rm -f "$mbox.lock"
	mail-deliver -f alice@here.example bob <"$work/letter" 2>/dev/null || violation "the next delivery failed"
	count=$(grep -c '^line 300 of the letter$' "$mbox")
	[ "$count" = $((1 + ($1 == 0))) ] || [ "$1" != 0 ] || violation "a letter is gone"
	[[ $point = power* ]] || [ "$(grep -c '^line 7 ' "$mbox")" = "$count" ] || violation "a part of a letter stays"
	tail -n 301 "$mbox" | head -n 300 | cmp -s - <(printf '%s\n' "$body") || violation "the next letter is not whole"
}

mail_deliver_forward_before() { echo 'carol: bob@here.example' >"$PENNYPOST/aliases"; }
mail_deliver_forward_command() { exec "$@" mail-deliver -f alice@here.example carol <"$work/letter"; }
mail_deliver_forward_after() { queue_add_after "$1"; }

list_explode_before() {
	list-create news news@here.example alice@here.example
	printf '%s\n' 'address news@here.example' 'post open' 'munge never' >"$PENNYPOST/lists/news/conf"
	echo bob@here.example >"$PENNYPOST/lists/news/subscribers"
}
list_explode_command() { exec "$@" list-explode news <"$work/letter"; }
list_explode_after() {
	local file archived=0
	for file in "$PENNYPOST"/lists/news/archive/new/*; do
		is_whole "$file" || violation "$(basename "$file") is not whole in the archive"
		archived=$((archived + 1))
	done
	[ "$archived" -ge $(($1 == 0)) ] || violation "what was sent is not in the archive"
	# But for what was refused only the id, on standard output.
	look
	[ "$1" -lt 71 ] || [ "$1" -gt 74 ] || [[ $point = write:* ]] || is_empty "${queued[@]}" || violation "exit $1, but it is in the queue"
	queue_add_after "$1"
}

queue_run_before() { queue-add -f alice@here.example bob@here.example <"$work/letter" >/dev/null; }
queue_run_command() { exec "$@" queue-run; }
queue_run_after() { expect 1; settle; ! is_empty "${delivered[@]}" || violation "not delivered"; expect 1; }

bounce_before() { queue-add -f alice@here.example nobody@here.example <"$work/letter" >/dev/null; }
bounce_command() { exec "$@" queue-run; }
bounce_after() {
	settle
	grep -qr '^Action: failed' "$PENNYPOST/mailboxes/alice/new" || violation "nobody told the sender"
}

# Another host, at which the letter is in the queue when it was taken over.
smtp_send_once() {
	local port
	port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport')
	mkdir -p "$work/there/mailboxes/bob"
	printf '%s\n' 'hostname there.example' 'log stderr' 'deliver queue' 'queue-reserve 0' 'mailboxes mailboxes' \
		>"$work/there/conf"
	PENNYPOST=$work/there tcpserver -HRD -l0 127.0.0.1 "$port" smtp-serve 2>/dev/null 3>&- &
	server=$!
	server_port=$port
	until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do sleep 0.05; done
}
smtp_send_before() {
	echo "there.example smtp:[127.0.0.1]:$server_port" >"$PENNYPOST/routes"
	queue-add -f alice@here.example bob@there.example <"$work/letter" >/dev/null
}
smtp_send_command() { exec "$@" queue-run; }
smtp_send_after() {
	expect 1
	queue-edit retry >/dev/null
	settle
	! is_empty "${delivered[@]}" || violation "not delivered"
	expect 1
}

chunked_dialogue() {
	printf 'EHLO there.example\r\nMAIL FROM:<alice@there.example>\r\nRCPT TO:<bob@here.example>\r\n'
	printf 'BDAT 100\r\n'
	head -c 100 "$work/letter.crlf"
	printf 'BDAT %d LAST\r\n' $(($(wc -c <"$work/letter.crlf") - 100))
	tail -c +101 "$work/letter.crlf"
	printf 'QUIT\r\n'
}
smtp_serve_bdat_before() { chunked_dialogue >"$work/dialogue"; }
smtp_serve_bdat_command() { smtp_serve_command "$@"; }
smtp_serve_bdat_after() {
	local accepted
	accepted=$(grep -c '^250 2.0.0 queued' "$work/output")
	expect "$accepted"
	settle
	expect "$accepted"
}

dialogue() {
	printf 'EHLO there.example\r\nMAIL FROM:<alice@there.example>\r\nRCPT TO:<bob@here.example>\r\nDATA\r\n'
	cat "$work/letter.crlf"
	printf '.\r\nQUIT\r\n'
}
smtp_serve_before() { dialogue >"$work/dialogue"; }
smtp_serve_command() { exec "$@" smtp-serve -t 6 <"$work/dialogue"; }
smtp_serve_after() {
	local accepted
	accepted=$(grep -c '^250 2.0.0 ' "$work/output")
	expect "$accepted"
	settle
	expect "$accepted"
}

# Three messages, for somebody who gets MIME digests and somebody who gets plain ones.
list_digest_before() {
	local n
	list-create news news@here.example alice@here.example
	printf '%s\tdigest\n' bob@here.example 'alice@here.example' >"$PENNYPOST/lists/news/subscribers"
	sed -i '2s/$/ plain/' "$PENNYPOST/lists/news/subscribers"
	mkdir -p "$PENNYPOST"/lists/news/digest/{cur,new,tmp}
	for n in new/1 new/2 cur/3; do
		letter | sed "s,^Subject: crash,& $n," >"$PENNYPOST/lists/news/digest/$n"
	done
}
list_digest_command() { exec "$@" list-digest -a news; }
list_digest_after() {
	local list=$PENNYPOST/lists/news file holds left

	left=("$PENNYPOST/queue/hold"/*)
	is_empty "${left[@]}" || [ "$1" != 0 ] || violation "a letter is in hold"
	list-digest -a news >/dev/null 2>"$work/settle" || violation "the next run failed: $(head -n 1 "$work/settle")"
	look
	[ ${#queued[@]} = 2 ] || violation "${#queued[@]} digests are in the queue"
	for file in "${queued[@]}"; do
		holds=$(grep -E '^(Subject: (crash |.*Digest)|line 300 of)' "$file" | LC_ALL=C sort)
		[ "$holds" = "$whole_digest" ] || violation "a digest holds: $(tr '\n' ';' <<<"$holds")"
	done
	[ "$(<"$list/digest.issue")" = 'issue 1' ] || violation "the list is not at rest: $(paste -sd';' "$list/digest.issue")"
	left=("$list"/digest/{new,cur}/* "$PENNYPOST/queue/hold"/*)
	is_empty "${left[@]}" || violation "a message or a letter stays"
}
whole_digest='Subject: crash cur/3
Subject: crash new/1
Subject: crash new/2
Subject: news Digest, issue 1
line 300 of the letter
line 300 of the letter
line 300 of the letter'

# --- the faults

faults='
write,writev,pwrite64 ENOSPC EIO EDQUOT
fsync,fdatasync EIO ENOSPC
link,linkat,rename,renameat,renameat2,unlink,unlinkat EIO ENOSPC
openat,open EMFILE EIO ENOSPC
mmap ENOMEM
read,pread64,poll EINTR
'

# A sanitizer that gets no memory for itself ends the program, some with status 0: nothing of ours fails there.
if ldd "$(command -v mail-deliver)" | grep -q libasan; then
	faults=${faults/mmap ENOMEM/}
fi

# One run under strace with this injection; an interrupted call is to go on as if nothing had happened. A filter that
# lets all other calls pass makes it fast, but loses a signal that is to be injected.
try() {
	local filter=--seccomp-bpf

	point=$1
	[[ $1 != *:signal=* ]] || filter=
	afresh
	{
		("${scenario}_command" timeout -s KILL 20 strace -f $filter -qq -o /dev/null \
			-e "trace=${1%%:*}" -e "inject=$1") >"$work/output"
		status=$?
	} 2>/dev/null
	[ "$status" != 137 ] || [[ $1 = *KILL* ]] || violation "hangs"
	"${scenario}_after" "$status"
	points=$((points + 1))
}

# `name count` for every system call of the program and its children: the most that one process makes.
calls() {
	afresh
	("${scenario}_command" strace -f -qq -o "$work/trace") >/dev/null 2>&1
	awk '{ sub(/\(.*/, "", $2) } $2 ~ /^[a-z0-9_]+$/ && $2 !~ /^(exit|exit_group|execve)$/ { n[$1 " " $2]++ }
		END { for (k in n) { split(k, a, " "); if (n[k] > most[a[2]]) most[a[2]] = n[k] }
		for (k in most) print k, most[k] }' "$work/trace" | sort
}

# Every stride-th of the points that come in.
thin_out() { awk -v s="$stride" 'NR % s == 0'; }

points_of() {
	local name count nth call_set errors error
	while read -r name count; do
		for ((nth = 1; nth <= count; nth++)); do
			echo "$name:signal=KILL:when=$nth"
			while read -r call_set errors; do
				[[ ,$call_set, = *,$name,* ]] || continue
				for error in $errors; do
					echo "$name:error=$error:when=$nth"
				done
			done <<<"$faults"
		done
	done < <(calls)
}

# Every disk that a power cut may leave. A program that ends without a word has taken nothing over.
try_power_cuts() {
	local states number maker ask answer
	afresh
	("${scenario}_command" strace -f -y -xx -s 100000000 -o "$work/trace") >/dev/null 2>&1
	coproc disk { exec "$top/tests/powercut.py" "$work/trace" "$work/before" "$PENNYPOST" "$work/output"; }
	maker=$! answer=${disk[0]} ask=${disk[1]}
	read -r states <&"$answer"
	for ((number = 0; number < states; number += stride)); do
		point="power cut $number"
		echo "$number" >&"$ask"
		read -r status <&"$answer"
		"${scenario}_after" "$status"
		points=$((points + 1))
	done
	exec {ask}>&-
	wait "$maker" || violation "powercut.py failed"
}

stride=1
only=
while getopts p:s: option; do
	case $option in
	p) only=$OPTARG ;;
	s) stride=$OPTARG ;;
	*) echo 'usage: crash.sh [-p point] [-s stride] [scenario ...]' >&2; exit 64 ;;
	esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || set -- queue_add mail_inject smtp_serve smtp_serve_bdat mail_deliver mail_deliver_mbox \
	mail_deliver_forward list_explode queue_run bounce smtp_send list_digest

total=0
for scenario; do
	points=0 violations=0
	if declare -F "${scenario}_once" >/dev/null; then
		"${scenario}_once"
	fi
	prepare
	while read -r fault; do
		try "$fault"
	done < <(if [ -n "$only" ]; then echo "$only"; else points_of | thin_out; fi)
	[ -n "$only" ] || try_power_cuts
	printf '%-22s %5d points  %d violations\n' "$scenario" "$points" "$violations"
	total=$((total + violations))
	[ "$points" -gt 0 ] || total=$((total + 1))
done
[ "$total" = 0 ]
