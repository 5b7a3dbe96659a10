load helper

setup() {
	pennypost
	id=$(printf 'Subject: one\n\n1\0\r2' | queue-add -f alice@here.example -o ret=hdrs bob@example.com 'carol@example.org notify=never')
	file=$PENNYPOST/queue/${id: -1}/$id
}

@test "hold takes a letter out of every runner's sight, release brings it back, due now" {
	touch -d '2031-01-01' "$file"
	[ "$(queue-edit hold "$id")" = "$id"$'\thold' ]
	[ -f "$PENNYPOST/queue/hold/$id" ] && [ ! -e "$file" ]
	queue-edit release "$id"
	[ -f "$file" ] && [ "$(stat -c %Y "$file")" -le "$(date +%s)" ]
}

@test "retry makes it due now" {
	touch -d '2031-01-01' "$file"
	queue-edit retry -r 'bob@*'
	[ "$(stat -c %Y "$file")" -le "$(date +%s)" ]
	touch -d '2031-01-01' "$file"
	mkdir "$PENNYPOST/queue/down"
	touch "$PENNYPOST/queue/down/mx:example.com"
	[ "$(queue-edit retry)" = "$id"$'\tretry' ]
	[ -z "$(ls "$PENNYPOST/queue/down")" ]
}

@test "reroute writes it anew with a route of its own, byte for byte" {
	sed -i 's/^-  bob/+  bob/' "$file"
	queue-edit reroute -t 'smtp:[relay.example]:587' "$id"
	[ ! -e "$file" ]
	new=$(queued)
	[ "$(sed -n '/^option /p; /^[-+]  /p' "$new")" = "option route=smtp:[relay.example]:587
option ret=hdrs
-  carol@example.org notify=never" ]
	tail -c 19 "$new" | cmp - <(printf '\nSubject: one\n\n1\0\r2')
	queue-edit reroute -t lmtp:/run/lmtp -a 0
	[ "$(grep -ac '^option route=' "$(queued)")" = 1 ]
}

@test "bounce leaves its recipients failed, with a reason, for the next runner to report" {
	queue-edit hold "$id"
	queue-edit bounce "$id"
	[ "$(grep -ac '^!  ' "$file")" = 2 ]
	grep -q $'\tbob@example.com\t\t554 5.0.0 returned' "$file.log"
}

@test "drop removes it and its log" {
	queue-edit bounce "$id"
	queue-edit drop "$id"
	[ -z "$(find "$PENNYPOST/queue" -type f)" ]
}

@test "a damaged letter can be dropped and nothing else" {
	echo junk >"$file"
	run -65 --separate-stderr queue-edit retry "$id"
	[[ $stderr = "queue-edit: $id: does not begin with"* ]]
	queue-edit drop "$id"
	[ ! -e "$file" ]
}

@test "-n shows and does nothing" {
	[ "$(queue-edit drop -n -d example.com)" = "$id"$'\tdrop' ]
	[ -f "$file" ]
}

@test "a letter being delivered is left alone: 75" {
	exec 9<"$file"
	flock 9
	run -75 --separate-stderr queue-edit drop "$id"
	[ "$stderr" = "queue-edit: $id: being delivered now" ]
	[ -f "$file" ]
}

@test "the wrong words are a usage error, and nothing is touched" {
	for words in '' 'shred -a 0' 'drop' 'drop -x' 'drop -t local -a 0' 'reroute -a 0' 'reroute -t nonsense: -a 0'; do
		run -64 queue-edit $words
	done
	run -64 queue-edit reroute -t 'pipe:two words' -a 0
	run -66 queue-edit drop 0000000000000000
	run -74 bash -c "queue-edit retry $id >/dev/full"
	[ -f "$file" ]
}

@test "the examples of the manual page" {
	queue-add -f news@here.example bob@example.com </dev/null
	bash -c "$(example queue-edit.8 1)"
	[ "$(queued)" = "$file" ]
	[ -z "$(find "$PENNYPOST/queue/hold" -type f)" ]
	sed -i 's/^arrived 20../arrived 2001/' "$file"
	bash -c "$(example queue-edit.8 2)"
	grep -aqF 'option route=smtp:[relay.example.net]:587' "$(queued)"
}
