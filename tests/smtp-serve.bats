load helper

setup() {
	pennypost
	mkdir -p "$PENNYPOST/mailboxes/bob"
	export TCPREMOTEIP=192.0.2.7 TCPREMOTEHOST=client.example
}

# session [option]... <<<'what the client says': the replies, without CR.
session() { sed 's/$/\r/' | smtp-serve "$@" | tr -d '\r'; }

# A transaction up to its letter.
to_bob='EHLO client.example
MAIL FROM:<alice@example.org>
RCPT TO:<bob@here.example>'

@test "a letter is stored behind its envelope and our Received field" {
	session >"$BATS_TEST_TMPDIR/replies" <<-END
		$to_bob
		DATA
		Subject: hello

		..one dot
		.
		QUIT
	END
	id=$(sed -n 's/^250 2.0.0 queued as //p' "$BATS_TEST_TMPDIR/replies")
	[ "$(queued)" = "$PENNYPOST/queue/${id: -1}/$id" ]
	sed 's/^arrived .*Z$/arrived/; s/; ..., .* [+-]....$/; DATE/' "$(queued)" | diff - <(cat <<-END
		pennypost-queue 1
		arrived
		sender alice@example.org
		-  bob@here.example

		Received: from client.example (client.example [192.0.2.7])
		$(printf '\t')by here.example with ESMTP id $id
		$(printf '\t')for <bob@here.example>; DATE
		Subject: hello

		.one dot
	END
	)
}

@test "EHLO offers what the session can do" {
	session <<<'EHLO client.example' | sed -n 2,9p | diff - <(cat <<-END
		250-here.example
		250-PIPELINING
		250-SIZE 52428800
		250-8BITMIME
		250-SMTPUTF8
		250-DSN
		250-ENHANCEDSTATUSCODES
		250 CHUNKING
	END
	)
}
