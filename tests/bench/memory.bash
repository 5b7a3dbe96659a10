# shellcheck shell=bash disable=SC2154,SC1091,SC2034 # names shared with run and common.bash
# The most memory that each program takes, with a message of 1 MB and one of 1 GB.
bench_memory() {
	local size most=()

	row 'memory at most, in KiB, with a short message and a long one'
	mkdir -p "$work/mail/bob/"{new,tmp,cur}
	pennypost 'size-limit 2G' 'relay-from 127.0.0.0/8' "mailboxes $work/mail" 'local-domains here.example'
	port=$(free_port)
	smtp_sink "$port"
	serve=$(free_port)
	in_background serve "$serve" tcpserver -HRl0 127.0.0.1 "$serve" peak "$work/peak-serve" smtp-serve
	for size in 1 $((1024 * SCALE / 100)); do
		{ cat "$letter"; head -c "${size}M" < <(yes 'It was the best of times, it was the worst of times.'); } >"$work/big"
		memory_of queue-add queue-add -f s@here.example r@d1.example
		memory_of sendmail sendmail -odq -t -i
		memory_of smtp-send smtp-send -s "127.0.0.1:$port" -f s@here.example r@d1.example
		memory_of mail-deliver mail-deliver -f s@here.example bob
		smtp-send -s "127.0.0.1:$serve" -f s@here.example r@d1.example <"$work/big" >>"$work/log"
		await 5 test -s "$work/peak-serve"
		mv "$work/peak-serve" "$work/peak-smtp-serve"
		echo "* smtp:[127.0.0.1]:$port" >"$PENNYPOST/routes"
		memory_of 'queue-run' queue-run
		rm "$PENNYPOST/routes"
		find "$work/mail" "$PENNYPOST/queue" -type f -delete
		for program in queue-add sendmail smtp-send mail-deliver smtp-serve queue-run; do
			most[size]+=" $(cat "$work/peak-$program")"
			rm "$work/peak-$program"
		done
	done
	for size in "${!most[@]}"; do
		# shellcheck disable=SC2086 # six numbers
		printf '  %5d MB   queue-add %d, sendmail %d, smtp-send %d, mail-deliver %d, smtp-serve %d, queue-run %d\n' "$size" \
			${most[size]}
	done
}
memory_of() {
	local program=$1

	shift
	peak "$work/peak-$program" "$@" <"$work/big" >>"$work/log" 2>&1 || echo "  $program failed: $(tail -n 1 "$work/log")"
}
