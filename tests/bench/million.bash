# shellcheck shell=bash disable=SC2154,SC1091,SC2034 # names shared with run and common.bash
# One letter with a million recipients.
bench_million() {
	count=$(scaled 1000000)
	pennypost 'per-destination 5'
	port=$(free_port)
	smtp_sink "$port"
	echo "* smtp:[127.0.0.1]:$port" >"$PENNYPOST/routes"
	awk -v n="$count" 'BEGIN { for (i = 1; i <= n; i++) print "user" i "@d" i % 1000 ".example" }' >"$work/recipients"
	row "one letter with $count recipients"
	measure queue-add "$count" million_empty million_add
	awk -v bytes="$(find "$PENNYPOST/queue" -type f -printf '%s')" -v address="$(stat -c %s "$work/recipients")" -v n="$count" \
		'BEGIN { printf "  %-34s %9.1f bytes a recipient, %.1f of them the address\n", "its file", bytes / n, (address - n) / n }'
	RUNS=1 measure 'queue-run into smtp-sink' "$count" million_list million_run
	printf '  %-34s %9d KiB\n' 'memory of queue-run, at most' "$(tail -n 1 "$work/peak")"
}
million_empty() { empty "$PENNYPOST/queue"; }
million_add() { queue-add -f s@bench.example -e 3 3<"$work/recipients" <"$letter"; }
million_list() { find "$PENNYPOST/queue" -type f; }
million_run() { peak "$work/peak" queue-run 2>"$work/run.log" && [ -z "$(find "$PENNYPOST/queue" -name '????????????????')" ]; }
