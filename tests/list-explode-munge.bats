# list-explode: From becomes the list's where the author's domain asks others to refuse what lists make of its letters.
load helper
load dns

setup_file() {
	load helper
	load dns
	dns_zone example.test <<-END
		_dmarc.reject TXT "v=DMARC1; p=reject"
		_dmarc.quarantine TXT "v=DMARC1; p=quarantine; pct=0"
		_dmarc.none TXT "v=DMARC1; p=none; sp=reject"
		_dmarc.strings TXT "v=DM" "ARC1; p" "=reject"
		_dmarc.two TXT "v=DMARC1; p=reject"
		_dmarc.two TXT "v=DMARC1; p=reject; rua=mailto:a@b.example"
		_dmarc.among TXT "v=spf1 -all"
		_dmarc.among TXT "v=DMARC1; p=reject"
		_dmarc.alias CNAME _dmarc.reject
		_dmarc.xn--bcher-kva TXT "v=DMARC1; p=reject"
		silent TXT "nothing"
	END
	dns_zone sub.test <<-END
		_dmarc TXT "v=DMARC1; p=none; sp=reject"
		_dmarc.own TXT "v=DMARC1; p=none"
		_dmarc.both TXT "v=DMARC1; p=none"
		_dmarc.both TXT "v=DMARC1; p=none; adkim=s"
	END
	dns_zone co.uk <<-END
		_dmarc TXT "v=DMARC1; p=reject"
		_dmarc.strict TXT "v=DMARC1; p=quarantine"
	END
	dns_start
	dns_canned
}

teardown_file() {
	load dns
	peers_stop
}

setup() {
	pennypost "resolver $dns"
	list-create news news@here.example olga@here.example
	list=$PENNYPOST/lists/news
	echo bob@here.example >"$list/subscribers"
	conf
}

conf() { printf '%s\n' 'address news@here.example' 'post open' "$@" >"$list/conf"; }
resolver() { sed -i "s/^resolver .*/resolver $1/" "$PENNYPOST/conf"; }

# sent FIELD...: the header that subscribers get of a message with these fields.
sent() {
	local id

	id=$(printf '%s\n' "$@" '' hello | list-explode news) || return
	message_of "$PENNYPOST/queue/${id: -1}/$id" | sed '/^List-/d; /^Precedence:/d; /^$/q'
}
from() { sent "From: $1" | mail-header From; }
munged='alice via news <news@here.example>'

@test "auto: the policy of the author's domain decides: reject and quarantine, whatever pct says; not none, not silence" {
	for domain in reject quarantine strings among alias; do
		[ "$(from "alice@$domain.example.test")" = "$munged" ]
	done
	for domain in none silent nothing two; do
		[ "$(from "alice@$domain.example.test")" = "alice@$domain.example.test" ]
	done
	[ "$(from 'alice@REJECT.Example.Test')" = "$munged" ]
	[ "$(from 'alice@bücher.example.test')" = "$munged" ]
}

@test "a domain without a record belongs to its organization, by the public suffix list, whose sp= counts, else its p=" {
	[ "$(from alice@sub.test)" = alice@sub.test ]
	[ "$(from alice@a.b.sub.test)" = "$munged" ]
	[ "$(from alice@own.sub.test)" = alice@own.sub.test ]
	[ "$(from alice@both.sub.test)" = alice@both.sub.test ]
	[ "$(from alice@strict.co.uk)" = "$munged" ]
	[ "$(from alice@deep.in.strict.co.uk)" = "$munged" ]
	[ "$(from alice@lenient.co.uk)" = alice@lenient.co.uk ]
	[ "$(from alice@deep.in.lenient.co.uk)" = alice@deep.in.lenient.co.uk ]
}

@test "where DNS fails for now the message is munged, and the log says why" {
	run -0 --separate-stderr from alice@a.dead.test
	[ "$output" = "$munged" ]
	[[ $stderr = 'list=news status=munged reason="DNS look-up of _dmarc.a.dead.test: SERVFAIL"'* ]]
	resolver 127.0.0.1:1
	[ "$(from alice@none.example.test 2>/dev/null)" = "$munged" ]
	resolver "$canned"
	run -0 --separate-stderr from alice@mute.test
	[ "$output" = "$munged" ]
	[[ $stderr = *'DNS look-up of _dmarc.mute.test: no answer"'* ]]
	run -0 --separate-stderr from alice@length.test
	[ "$output" = "$munged" ]
	[[ $stderr = *'DNS look-up of _dmarc.length.test: malformed answer"'* ]]
	resolver nonsense
	run -78 sent 'From: alice@none.example.test'
}

@test "always and never ask nobody" {
	resolver 127.0.0.1:1
	conf 'munge always'
	run -0 --separate-stderr from alice@here.example
	[ "$output" = "$munged" ]
	[[ $stderr != *look-up* ]]
	conf 'munge never'
	run -0 --separate-stderr from alice@reject.example.test
	[ "$output" = alice@reject.example.test ]
	[[ $stderr != *look-up* ]]
	conf 'munge perhaps'
	run -78 sent 'From: alice@here.example'
}

@test "what is munged: From, with the old one beside it; answers go to the author; Sender goes" {
	diff <(sent 'Subject: x' 'From: Alice Example' ' <alice@reject.example.test>' 'Sender: Carol <carol@reject.example.test>' \
		'To: news@here.example' 'X-Original-From: forged@evil.example') - <<-'END'
		Subject: x
		X-Original-From: Alice Example
		 <alice@reject.example.test>
		From: Alice Example via news
		 <news@here.example>
		To: news@here.example
		Reply-To: Alice Example
		 <alice@reject.example.test>

	END
	run ! grep -q carol <(sent 'From: Alice <alice@reject.example.test>' 'Sender: Carol <carol@reject.example.test>')
	[ "$(sent 'From: alice@none.example.test' 'Sender: Carol <carol@b.example>' | mail-header Sender)" = 'Carol <carol@b.example>' ]
}

@test "one Reply-To comes out: the author's own, if it says one, or the author" {
	[ "$(sent 'From: alice@reject.example.test' 'Reply-To: me@b.example' | mail-header Reply-To)" = me@b.example ]
	[ "$(sent 'From: alice@reject.example.test' 'Reply-To: me@b.example' 'Reply-To: you@b.example' | mail-header Reply-To)" = me@b.example ]
	[ "$(sent 'Reply-To:' 'From: alice@reject.example.test' 'Reply-To: <>' | mail-header Reply-To)" = alice@reject.example.test ]
	[ "$(sent 'Reply-To: <>' 'From: alice@reject.example.test' 'Reply-To: me@b.example' | mail-header Reply-To)" = me@b.example ]
}

@test "where answers go to the list the author is in Cc, unless among the recipients" {
	conf 'reply-to list'
	diff <(sent 'From: Alice <alice@reject.example.test>' 'Reply-To: me@b.example' 'Cc: bob@b.example,' ' carol@b.example' 'Cc: dave@b.example') - <<-'END'
		X-Original-From: Alice <alice@reject.example.test>
		From: Alice via news
		 <news@here.example>
		Cc: Alice <alice@reject.example.test>,
		 bob@b.example,
		 carol@b.example
		Cc: dave@b.example
		Reply-To: news@here.example

	END
	[ "$(sent 'From: alice@reject.example.test' | mail-header Cc)" = alice@reject.example.test ]
	[ "$(sent 'From: alice@reject.example.test' 'Cc: ' | mail-header Cc)" = alice@reject.example.test ]
	[ -z "$(sent 'From: alice@reject.example.test' 'To: Me <ALICE@reject.example.test>' | mail-header Cc)" ]
	[ "$(sent 'From: alice@reject.example.test' 'Cc: bob@b.example, "unclosed' | sed -n 's/^Cc: //p')" = 'alice@reject.example.test,' ]
}

@test "the name: decoded and encoded again, of a comment, the local part where there is none or it is an address" {
	conf 'munge always'
	name() { sent "From: $1" | sed -n '/^From/,/</p' | mail-header From; }
	[ "$(name '=?iso-8859-1?q?J=F6rg?= <j@b.example>')" = 'Jörg via news <news@here.example>' ]
	sent 'From: =?iso-8859-1?q?J=F6rg?= <j@b.example>' | grep -qx 'From: =?utf-8?q?J=C3=B6rg_via_news?='
	[ "$(name 'j@b.example (Jim Beam)')" = 'Jim Beam via news <news@here.example>' ]
	[ "$(name '"Beam, \"Jim\"" <j@b.example>')" = '"Beam, \"Jim\" via news" <news@here.example>' ]
	[ "$(name 'j@b.example')" = 'j via news <news@here.example>' ]
	for name in ceo@bank.example '=?utf-8?q?ceo=40bank=2Eexample?='; do
		[ "$(name "\"$name\" <j@b.example>")" = 'j via news <news@here.example>' ]
	done
	[ "$(name '"a@bank.example"@b.example')" = 'a via news <news@here.example>' ]
	[ "$(name '"@x"@b.example')" = 'via news <news@here.example>' ]
	[ "$(name '=?utf-8?q?a=0D=0ABcc:_b?= <j@b.example>' | wc -l)" = 1 ]
	# An encoded word that encodes an encoded word stays the text that it is.
	name '=?utf-8?q?=3D=3Futf-8=3Fq=3Fceo=3D40bank=3F=3D?= <j@b.example>' | grep -qF '=?utf-8?q?ceo=40bank?='
	[ "$(sent "From: $(printf 'é%.0s' {1..500}) <j@b.example>" | sed -n '/^From/,/</p' | wc -c)" -lt 800 ]
}

@test "an author in a group" {
	conf 'munge always'
	[ "$(from 'Team: Alice <alice@a.example>;')" = 'Alice via news <news@here.example>' ]
	[ "$(sent 'From: Team: Alice <alice@a.example>;' | mail-header Reply-To)" = 'Alice <alice@a.example>' ]
}

@test "what others found out about the message stays" {
	[ "$(sent 'Authentication-Results: here.example; dmarc=pass' 'From: alice@reject.example.test' | head -n 1)" = \
		'Authentication-Results: here.example; dmarc=pass' ]
}
