# shellcheck shell=bash disable=SC2154,SC1091,SC2034 # names shared with run and common.bash
# What each thing costs with more and more letters waiting that are not due. LETTERS="1000 1000000" asks for a million.
bench_growth() {
	local waiting

	port=$(free_port)
	smtp_sink "$port"
	pennypost
	mkdir "$work/mail"
	printf 'Subject: hello\n\nHello.\n' >"$work/hello"
	for waiting in ${LETTERS:-$(scaled 1000) $(scaled 10000) $(scaled 100000)}; do
		row "how it grows: $waiting letters waiting, not due"
		empty "$PENNYPOST/queue"
		echo '* smtp:[127.0.0.1]:'"$port" >"$PENNYPOST/routes"
		fill "$PENNYPOST/queue" "$waiting" 86400
		measure 'a pass with nothing to do' "$waiting" nothing growth_pass
		measure 'find -type f -newermt now' "$waiting" nothing growth_find
		first=
		measure 'queue-list' "$waiting" nothing growth_list
		first=
		measure 'sendmail -odq, 100 letters' 100 nothing growth_inject
		find "$PENNYPOST/queue" -type f ! -newermt now -delete
		growth_arrival
	done
}
growth_pass() { queue-run; }
growth_find() { find "$PENNYPOST/queue" -type f -newermt "$(date +@%s)" ; }
growth_list() { queue-list >"$work/list"; }
growth_inject() { repeat 100 1 "$letter" sendmail -odq -t -i; }

# From exec of queue-add to the message in the hands of a transport that takes 1 ms to start.
growth_arrival() {
	cat >"$work/transport" <<-END
		#!/bin/sh
		IFS='	'
		while read -r id path offset sender options recipient; do
			: >"$work/mail/\$id"
			echo "\$id	\$recipient	250	2.0.0	taken"
		done
	END
	chmod +x "$work/transport"
	echo "* pipe:$work/transport" >"$PENNYPOST/routes"
	growth_in_a_row
	spawn resident queue-run -d
	sleep 0.5
	first=
	single 'queue-add to transport, -d' "$work/mail" queue-add -f s@bench.example r@d1.example
	kill "$(cat "$peer_folder/resident.pid")"
	await 5 gone "$(cat "$peer_folder/resident.pid")"
	single 'the two in a row, no runner' "$work/mail" env "PENNYPOST=$work/elsewhere" sh "$work/in-a-row"
}
growth_in_a_row() {
	mkdir -p "$work/elsewhere/queue"
	printf 'id\t%s\t0\ts@bench.example\t\tr@d1.example\n' "$work/hello" >"$work/line"
	echo "queue-add -f s@bench.example r@d1.example && exec $work/transport <$work/line" >"$work/in-a-row"
}
