# list-check: what is wrong with a list.
load helper

setup() {
	pennypost
	list-create news news@here.example olga@here.example
	list=$PENNYPOST/lists/news
}
conf() { printf '%s\n' 'address news@here.example' "$@" >"$list/conf"; }

# finds LINE...: that, and nothing else.
finds() {
	run -78 list-check news
	[ "$output" = "$(printf '%s\n' "$@")" ] || { echo "$output"; return 1; }
}

@test "what list-create made is right" {
	[ -z "$(list-check news)" ]
	sed -i 's/^news-help: /news-help: olga, /' "$PENNYPOST/aliases"
	[ -z "$(list-check news)" ]
}

@test "settings: an address that is not ours, a link that nobody follows" {
	echo 'address news@there.example' >"$list/conf"
	finds 'conf: address: there.example is none of local-domains'
	conf 'unsubscribe http://here.example/u' 'verp no'
	finds 'conf: unsubscribe: mail programs follow https:// only (RFC 8058)' "conf: unsubscribe: says nothing with \`verp no'"
	conf 'unknown x'
	run -78 list-check news
	[[ $output = "list-check: $list/conf: line 2: "* ]]
}

@test "aliases: one that is missing, one that goes elsewhere" {
	sed -i '/^news-bounce:/d; s/^news-owner:.*/news-owner: bob/' "$PENNYPOST/aliases"
	finds "$PENNYPOST/aliases: no alias news-bounce: \"|$BUILD/bin/list-bounce news\"" \
		"$PENNYPOST/aliases: news-owner: :include:$list/owners is not among its members"
}

@test "the key: missing, no key, readable by others" {
	chmod 644 "$list/key"
	finds 'key: others than its owner may read it'
	echo x >"$list/key"
	finds 'key: not 64 hexadecimal digits'
	rm "$list/key"
	finds 'key: No such file or directory'
}

@test "people: no address, the list itself, an unknown option; owners there are none of; ten are named and the others counted" {
	printf 'bob\nNews@Here.example\nalice@here.example\tdigest plain since=2026-01-01 nomail\neve@here.example\tdigests\n' >"$list/subscribers"
	mkdir -p "$list"/digest/{cur,new,tmp}
	finds "subscribers: \`bob': not an address" "subscribers: \`News@Here.example': the list itself: a loop" \
		"subscribers: \`eve@here.example': an unknown option"
	seq 13 >"$list/subscribers"
	run -78 list-check news
	[ "${#lines[@]} ${lines[10]}" = '11 subscribers: and 3 more' ]
	: >"$list/subscribers"
	echo '# nobody' >"$list/owners"
	conf 'others hold'
	finds 'owners: nobody' 'conf: others: nobody moderates what is held'
}

@test "folders: half a Maildir" {
	mkdir -p "$list"/digest/{new,tmp}
	finds 'digest/cur: no folder: digest is no Maildir'
}

@test "rights: what belongs to another than the list" {
	[ "$(id -u)" = 0 ] || skip "needs root"
	chown nobody "$list/subscribers" "$list/archive/new"
	finds 'subscribers: belongs to another than the list'"'"'s folder' 'archive/new: belongs to another than the list'"'"'s folder'
}

@test "texts: no subject, not UTF-8, not readable" {
	printf 'Hello\n' >"$list/texts/help"
	printf 'Subject: Gr\xfc\xdfe\n\n' >"$list/texts/probe"
	rm "$list/texts/held"
	mkdir "$list/texts/held"
	printf 'Gr\xfc\xdfe\n' >"$list/texts/footer"
	finds "texts/help: does not begin with \`Subject:'" 'texts/held: Is a directory' 'texts/probe: not UTF-8' 'texts/footer: not UTF-8'
}

@test "list-check(1), Examples: every command does what is said" {
	list-create talk talk@here.example olga@here.example
	rm "$PENNYPOST"/lists/*/key
	run eval "$(example list-check.1 1)"
	[ "$output" = $'key: No such file or directory\nkey: No such file or directory' ]
}
