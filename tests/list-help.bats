# list-help: who asks what a list is.
load helper
load list

setup() { list_setup; }
teardown() { list_teardown; }

@test "who asks is told, at the sender of the envelope alone" {
	mail bob@here.example news-help@here.example 'Reply-To: carol@here.example' 'Message-ID: <1@here.example>'
	[ "$(mails bob) $(mails carol)" = '1 0' ]
	for line in 'Return-Path: <>' 'Subject: About news' 'In-Reply-To: <1@here.example>' 'Auto-Submitted: auto-replied' \
		'    news-subscribe@here.example'; do
		grep -qxF -- "$line" "$(newest bob)"
	done
}

@test "no program is answered, and nobody more than five times an hour" {
	for sender in '' MAILER-DAEMON@there.example; do
		printf 'From: x\n\n' | SENDER=$sender list-help news
	done
	printf 'From: x\nAuto-Submitted: auto-replied\n\n' | SENDER=bob@here.example list-help news
	[ -z "$(queued)" ]
	for _ in {1..7}; do
		printf 'From: x\n\n' | SENDER=bob@here.example list-help news
	done
	[ "$(queued | wc -l)" = 5 ]
}

@test "without SENDER or a message 65; without a list 64; no such list 66; no room 73" {
	run -65 list-help news <<<'From: x'
	[ "$output" = 'list-help: SENDER is not set: who sent the request?' ]
	export SENDER=bob@here.example
	run -65 list-help news </dev/null
	run -64 list-help </dev/null
	run -66 list-help none <<<'From: x'
	echo 'queue-reserve 999T' >>"$PENNYPOST/conf"
	run -73 list-help news <<<'From: x'
}

@test "list-help(1), Examples: every command does what is said" {
	eval "$(example list-help.1 1)"
	grep -q '^-  alice@here.example$' "$(queued)"
}
