# list-post-unsubscribe: a click, by a real web server and a real client.
load helper
load list

setup() {
	list_setup
	printf '%s\n' alice@here.example 'b&b@here.example' >"$list/subscribers"
	list_give
	port=$((20000 + RANDOM % 10000))
	link=news/$(cookie one-click alice=here.example)
}

teardown() {
	[ -z "${server:-}" ] || kill "$server" 2>/dev/null || true
	list_teardown
}

# The configuration of the page, with what surrounds it here.
serve() {
	{
		printf 'server.document-root = "%s"\nserver.port = %s\nserver.bind = "127.0.0.1"\n' "$shared" "$port"
		printf 'server.modules += ( "mod_setenv" )\nsetenv.set-environment = ( "PENNYPOST" => "%s" )\n' "$PENNYPOST"
		example list-post-unsubscribe.1 1 | sed "s|/usr/local/bin/|$BUILD/bin/|"
	} >"$shared/lighttpd.conf"
	lighttpd -D -f "$shared/lighttpd.conf" 2>>"$shared/web.log" >&2 3>&- &
	server=$!
	for _ in {1..100}; do
		! curl -s -o /dev/null "http://127.0.0.1:$port/" || return 0
		sleep 0.1
	done
	cat "$shared/web.log"
	return 1
}
url() { printf 'http://127.0.0.1:%s/unsubscribe?%s\n' "$port" "$1"; }
code() { curl -s -o "$shared/page" -w '%{http_code}' "$@"; }

@test "a post unsubscribes, in either form, again and again; a look at the link does not" {
	serve
	[ "$(code "$(url "$link")")" = 200 ]
	grep -q '<button name="List-Unsubscribe" value="One-Click">' "$shared/page"
	[ "$(code -I "$(url "$link")")" = 200 ]
	[ "$(wc -l <"$list/subscribers")" = 2 ]
	[ "$(code -d List-Unsubscribe=One-Click "$(url "$link")")" = 200 ]
	[ "$(people)" = 'b&b@here.example' ]
	grep -q 'alice@here.example</strong> is no longer subscribed' "$shared/page"
	[ "$(code -d List-Unsubscribe=One-Click "$(url "$link")")" = 200 ]
	[ "$(code -F List-Unsubscribe=One-Click "$(url "news/$(cookie one-click 'b%26b=here.example' | sed 's/[0-9a-f]*-//' |
		sed "s/^/$(cookie one-click 'b&b=here.example' | cut -d- -f1)-/")")")" = 200 ]
	grep -q 'b&amp;b@here.example' "$shared/page"
	[ "$(people)" = '' ]
}

@test "the link that the list sends is the one that works" {
	conf "unsubscribe http://127.0.0.1:$port/unsubscribe"
	mail alice@here.example news@here.example
	serve
	sent=$(sed -n 's/^List-Unsubscribe: <\([^>]*\)>.*/\1/p' "$(newest alice)")
	[ "$(code -d List-Unsubscribe=One-Click "$sent")" = 200 ]
	[ "$(people)" = 'b&b@here.example' ]
}

# page METHOD QUERY [INPUT]: the program without a server; its first line in $output.
page() { run --separate-stderr env REQUEST_METHOD="$1" QUERY_STRING="$2" list-post-unsubscribe <<<"${3:-}"; }

@test "what is wrong has its status, and changes nothing" {
	page POST "$link" 'x=y'
	[ "$status ${lines[0]}" = '65 Status: 400 Bad Request' ]
	for wrong in "${link/alice/bob}" "${link/[0-9a-f]-/x-}" news/ news news/x "$(cookie one-click alice=here.example)/x"; do
		page POST "$wrong" List-Unsubscribe=One-Click
		[ "$status ${lines[0]}" = '77 Status: 403 Forbidden' ] || [ "$status ${lines[0]}" = '66 Status: 404 Not Found' ]
	done
	for wrong in '' / none/x ../news/x '%2e%2e/x' "<script>/x"; do
		page GET "$wrong"
		[ "$status ${lines[0]}" = '66 Status: 404 Not Found' ]
		[[ $output != *'<script>'* ]]
	done
	page PUT "$link"
	[ "$status ${lines[0]}" = '64 Status: 405 Method Not Allowed' ]
	[ "$(wc -l <"$list/subscribers")" = 2 ]
	run -64 --separate-stderr list-post-unsubscribe
	[[ $stderr = 'usage: list-post-unsubscribe'* ]]
	rm "$list/key"
	page POST "$link" List-Unsubscribe=One-Click
	[ "$status ${lines[0]}" = '75 Status: 503 Service Unavailable' ]
}

@test "what a web server makes of a query is no option; a page forbids what it does not need; a long post is not read to its end" {
	run --separate-stderr env REQUEST_METHOD=GET QUERY_STRING="$link" list-post-unsubscribe -Y --version
	[ "${lines[0]}" = 'Status: 200 OK' ]
	[[ $output = *"Content-Security-Policy: default-src 'none'"* ]]
	run --separate-stderr bash -c "head -c 1G /dev/zero | REQUEST_METHOD=POST QUERY_STRING='$link' list-post-unsubscribe"
	[ "${lines[0]}" = 'Status: 400 Bad Request' ]
}
