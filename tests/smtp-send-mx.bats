# Where smtp-send goes without -s: a DNS server of our own, and a server on each of several addresses of loopback.
load helper
load dns
load canned.bash

setup_file() {
	dns_zone there.example <<-END
		@ MX 10 first
		@ MX 20 second
		first A 127.0.0.2
		second A 127.0.0.3
		twins MX 10 both
		both A 127.0.0.2
		both AAAA ::1
		silent MX 10 nowhere
		nowhere A 127.0.0.9
		none MX 0 .
		loop MX 10 here.example.
		plain A 127.0.0.3
		xn--bcher-kva MX 10 second
	END
	dns_start
	export dns
}

teardown_file() { peers_stop; }

setup() {
	smtp_port=$(free_port)
	pennypost "resolver $dns" "smtp-port $smtp_port"
	cd "$BATS_TEST_TMPDIR" || return
	printf 'Subject: x\n\nbody\n' >message
}

teardown() { canned_stop; }

# server ADDRESS ARG...: as canned.pl has it; its folder is ADDRESS.
server() { canned "$1" "at=$1:$smtp_port" "${@:2}"; }

send() { timeout 30 smtp-send -t greeting=1s -t mail=1s -f alice@here.example "$@" <message; }

@test "the first exchange takes it; the result names it with its address" {
	server 127.0.0.2
	server 127.0.0.3
	run -0 send bob@there.example
	[ "$output" = "-	bob@there.example	250	2.0.0	Ok: queued as 1	first.there.example [127.0.0.2]" ]
	[ ! -e 127.0.0.3/1 ]
}

@test "nobody listens at the first: the second" {
	server 127.0.0.3
	run -0 send bob@there.example
	[[ $output = *'	second.there.example [127.0.0.3]' ]]
}

@test "the first greets with 4xx or 5xx, answers EHLO or MAIL with 421, closes, is silent: the second" {
	for fault in 'connect=450 4.3.2 later' 'connect=554 5.7.1 go away' 'connect=421 4.3.2 busy' connect=close connect=hang \
	    'ehlo=450 later' 'mail=421 4.3.2 busy' mail=close mail=hang ehlo=close connect=garbage; do
		rm -rf 127.*
		server 127.0.0.2 "$fault"
		server 127.0.0.3
		run -0 send bob@there.example
		[[ $output = *'	second.there.example [127.0.0.3]' ]] || { echo "$fault: $output"; false; }
		kill "${servers[@]}"
		servers=()
		await 5 not_listening
	done
}

not_listening() { ! listens "$(printf %04X "$smtp_port")"; }

@test "what a server says of a recipient is final: the second is not asked" {
	server 127.0.0.2 'rcpt=550 5.1.1 unknown'
	server 127.0.0.3
	run -67 send bob@there.example
	[[ $output = *'	550	5.1.1	unknown	first.there.example [127.0.0.2]' ]]
	[ ! -e 127.0.0.3/log ] || [ "$(grep -c connection 127.0.0.3/log)" = 0 ]
}

@test "all exchanges fail: 4.4.x" {
	run -75 send bob@there.example
	[[ $output = *'	451	4.4.1	'* ]]
	server 127.0.0.2 'connect=554 go away'
	run -75 send bob@there.example
	[[ $output = *'	451	4.4.'* ]]
}

@test "the other address family is called where one does not answer" {
	server 127.0.0.2
	run -0 send bob@twins.there.example
	[[ $output = *'	both.there.example [127.0.0.2]' ]]
}

@test "no such domain 5.1.2, null MX 5.1.10, loop 5.4.6, DNS failing 4.4.3" {
	run -68 send bob@nosuch.there.example
	[[ $output = *'	550	5.1.2	'* ]]
	run -69 send bob@none.there.example
	[[ $output = *'	556	5.1.10	'* ]]
	run -69 send bob@loop.there.example
	[[ $output = *'	5.4.6	'* ]]
	run -75 send bob@dead.test
	[[ $output = *'	451	4.4.3	'* ]]
}

@test "a domain without MX is its own exchange; a name beyond ASCII is looked for in A-labels" {
	server 127.0.0.3
	run -0 send bob@plain.there.example
	[[ $output = *'	plain.there.example [127.0.0.3]' ]]
	run -0 send bob@bücher.there.example
	[[ $output = *'	second.there.example [127.0.0.3]' ]]
	grep -qx 'C: RCPT TO:<bob@xn--bcher-kva.there.example>' 127.0.0.3/log
}

@test "domains in UTF-8 are brought into A-labels once each, not for each of the others" {
	local all

	mapfile -t all < <(printf 'bob@bü%d.there.example\n' {1..1200})
	ulimit -t 5
	run -68 --separate-stderr timeout 60 smtp-send -f alice@here.example "${all[@]}" <message
	[ ${#lines[@]} = 1200 ]
}

@test "recipients of several domains each go their way" {
	server 127.0.0.2
	server 127.0.0.3
	run -75 send bob@there.example carol@plain.there.example dave@dead.test eve@THERE.example
	[ "$(cut -f 2,3 <<<"$output" | sort)" = "bob@there.example	250
carol@plain.there.example	250
dave@dead.test	451
eve@THERE.example	250" ]
	[ "$(grep -c '^letter' 127.0.0.2/log)" = 1 ]
}

@test "-s with a name asks DNS for its addresses; one that is not there is no reason to return letters" {
	server 127.0.0.3
	run -0 send -s second.there.example bob@elsewhere.example
	[[ $output = *'	second.there.example [127.0.0.3]' ]]
	run -75 send -s nosuch.there.example bob@elsewhere.example
	[[ $output = *'	451	4.4.'* ]]
}

@test "-j: jobs of several domains, in any order" {
	server 127.0.0.2
	server 127.0.0.3
	for domain in there.example plain.there.example there.example none.there.example plain.there.example; do
		printf 'id\t%s\t0\t\t\tbob@%s\n' "$PWD/message" "$domain"
	done >job-lines
	run -0 smtp-send -j <job-lines
	[ "$(cut -f 2,3 <<<"$output" | sort | uniq -c | tr -s ' ')" = " 1 bob@none.there.example	556
 2 bob@plain.there.example	250
 2 bob@there.example	250" ]
}
