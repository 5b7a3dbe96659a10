# list-create: a folder and three lines of aliases, and the list is alive.
load helper

setup() {
	pennypost
	mkdir -p "$PENNYPOST/mailboxes"/{alice,bob,carol,olga}
}

@test "a folder that only its owner reads, aliases, and nothing else" {
	list-create news news@here.example olga@here.example
	[ "$(cd "$PENNYPOST/lists" && find . | LC_ALL=C sort | paste -sd' ')" = \
		". ./news ./news/archive ./news/archive/cur ./news/archive/new ./news/archive/tmp ./news/conf ./news/owners ./news/subscribers" ]
	[ "$(stat -c %a "$PENNYPOST/lists/news" "$PENNYPOST/lists/news/subscribers" | paste -sd' ')" = "700 600" ]
	[ "$(cat "$PENNYPOST/lists/news/conf")" = "address news@here.example" ]
	[ "$(cat "$PENNYPOST/lists/news/owners")" = olga@here.example ]
	[ "$(cat "$PENNYPOST/aliases")" = "news: \"|$BUILD/bin/list-explode news\"
news-owner: :include:$PENNYPOST/lists/news/owners
news-bounce: news-owner" ]
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
	[ "$(wc -l <"$PENNYPOST/aliases")" = 4 ]
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
