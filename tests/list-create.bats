# list-create: a folder and some lines of aliases, and the list is alive.
load helper

setup() {
	pennypost
	mkdir -p "$PENNYPOST/mailboxes"/{alice,bob,carol,olga}
}

@test "a folder that only its owner reads, aliases, and nothing else" {
	list-create news news@here.example olga@here.example
	[ "$(cd "$PENNYPOST/lists" && find . ! -path './news/texts/*' | LC_ALL=C sort | paste -sd' ')" = \
		". ./news ./news/archive ./news/archive/cur ./news/archive/new ./news/archive/tmp ./news/conf ./news/key ./news/owners ./news/subscribers ./news/texts" ]
	[ "$(ls "$PENNYPOST/lists/news/texts" | paste -sd' ')" = \
		"already-subscribed confirm-subscribe confirm-unsubscribe held help moderate not-subscribed probe rejected subscribed unsubscribed" ]
	[[ $(cat "$PENNYPOST/lists/news/key") =~ ^[0-9a-f]{64}$ ]]
	[ "$(stat -c %a "$PENNYPOST/lists/news" "$PENNYPOST/lists/news/subscribers" "$PENNYPOST/lists/news/key" | paste -sd' ')" = "700 600 600" ]
	[ "$(cat "$PENNYPOST/lists/news/conf")" = "address news@here.example" ]
	[ "$(cat "$PENNYPOST/lists/news/owners")" = olga@here.example ]
	[ "$(cat "$PENNYPOST/aliases")" = "news: \"|$BUILD/bin/list-explode news\"
news-subscribe: \"|$BUILD/bin/list-subscribe -m news\"
news-unsubscribe: \"|$BUILD/bin/list-unsubscribe -m news\"
news-help: \"|$BUILD/bin/list-help news\"
news-accept: \"|$BUILD/bin/list-moderate -m accept news\"
news-reject: \"|$BUILD/bin/list-moderate -m reject news\"
news-bounce: \"|$BUILD/bin/list-bounce news\"
news-probe: \"|$BUILD/bin/list-bounce -p news\"
news-owner: :include:$PENNYPOST/lists/news/owners" ]
}

@test "what is there stays: a list, an alias" {
	printf 'staff: bob\n' >"$PENNYPOST/aliases"
	list-create news news@here.example olga@here.example
	before=$(find "$PENNYPOST" -type f -exec md5sum {} + | sort)
	run -73 --separate-stderr list-create news other@here.example olga@here.example
	[[ $stderr = "list-create: $PENNYPOST/lists/news: File exists" ]]
	run -73 list-create other News@here.example olga@here.example
	run -73 list-create other staff@here.example olga@here.example
	[ "$(find "$PENNYPOST" -type f -exec md5sum {} + | sort)" = "$before" ]
	[ "$(head -n 1 "$PENNYPOST/aliases")" = 'staff: bob' ]
}

@test "an alias without a line end stays one" {
	printf 'staff: bob' >"$PENNYPOST/aliases"
	list-create news news@here.example olga@here.example
	[ "$(head -n 1 "$PENNYPOST/aliases")" = 'staff: bob' ]
	[ "$(wc -l <"$PENNYPOST/aliases")" = 10 ]
	newaliases
}

@test "what is no name and no address is 65, and makes nothing" {
	for name in '' .. . .hidden a/b 'a b' "$(printf 'a%.0s' {1..300})"; do
		run -65 list-create "$name" news@here.example olga@here.example
	done
	for address in '' news @here.example $'news@here.example\nx: |y' 'a b@here.example' 'a:b@here.example' '"a"@here.example'; do
		run -65 list-create news "$address" olga@here.example
	done
	run -65 list-create news news@here.example olga
	run -64 list-create news news@here.example
	[ ! -e "$PENNYPOST/lists" ]
	[ ! -e "$PENNYPOST/aliases" ]
}

@test "as root the list belongs to whom the commands of aliases run as" {
	[ "$(id -u)" = 0 ] || skip "needs root"
	touch "$PENNYPOST/aliases"
	chown nobody "$PENNYPOST/aliases"
	list-create news news@here.example olga@here.example
	[ -z "$(find "$PENNYPOST/lists/news" ! -user nobody)" ]
}
