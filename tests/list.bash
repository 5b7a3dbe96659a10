# A mailing list news@here.example of olga's, alive: from aliases through the queue to mailboxes. Loaded behind helper.

# Run by root, the commands of aliases are nobody's, who has to get at all of this.
list_setup() {
	shared_folder 755
	pennypost "$@"
	mv "$PENNYPOST" "$shared"
	PENNYPOST=$shared/pennypost
	boxes=$PENNYPOST/mailboxes
	mkdir -p "$boxes"/{alice,bob,carol,olga}
	list-create news news@here.example olga@here.example
	list=$PENNYPOST/lists/news
	mkdir -m 2770 "$PENNYPOST/queue"
	conf
}

list_teardown() { rm -rf "$shared"; }

# Whom the programs of the list run as: what tests make by hand is given to him too.
list_give() { [ "$(id -u)" != 0 ] || chown -R nobody:nogroup "$PENNYPOST"; }

# No name server is asked here.
conf() { printf '%s\n' 'address news@here.example' 'munge never' "$@" >"$list/conf"; list_give; }

# turn: letters go their ways, and what answers them, until none is left.
turn() {
	for _ in {1..12}; do
		[ -n "$(queued)" ] || return 0
		queue-run -a 2>>"$BATS_TEST_TMPDIR/log"
	done
	[ -z "$(queued)" ]
}

# mail FROM TO [FIELD...]: a letter with these fields besides, and all that comes of it.
mail() {
	{
		printf 'From: %s\nTo: %s\n' "$1" "$2"
		printf '%s\n' "${@:3}" ''
		echo 'From here on'
	} | mail-inject -f "$1" -- "$2"
	turn
}

# mails USER: how many he has. newest USER: the last that came.
mails() { find "$boxes/$1/new" -type f 2>/dev/null | wc -l; }
newest() { find "$boxes/$1/new" -type f -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2; }

# answer USER: where an answer to his newest letter goes.
answer() { sed -n 's/^Reply-To: <\(.*\)>$/\1/p' "$(newest "$1")"; }

people() { cut -f1 "$list/subscribers" | paste -sd' '; }

# cookie PURPOSE ABOUT [SECONDS]: what the list would write now, or at another time, worked out by openssl.
hmac() { openssl dgst -sha256 -mac HMAC -macopt "hexkey:$1" | sed 's/.* //'; }
cookie() {
	local key date=''

	key=$(printf %s "$1" | hmac "$(cat "$list/key")")
	[ $# = 2 ] || date=$(printf %x "$3")
	printf '%s%s-%s\n' "${date:+$date.}" "$(printf '%s.%s' "$date" "${2,,}" | hmac "$key" | head -c 16)" "$2"
}
