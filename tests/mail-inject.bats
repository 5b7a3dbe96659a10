load helper

setup() { pennypost; }

# The message of the only letter, without the lines that change from run to run.
stored() { message_of "$(queued)" | sed -e '/^Received: /,/^\tid /d' -e '/^Date: .* [+-][0-9]*$/d' -e '/^Message-ID: <[0-9.a-f]*@here.example>$/d'; }

recipients() { sed -n '/^$/q; s/^-  //p' "$(queued)" | paste -sd' '; }

sender() { sed -n '/^$/q; s/^sender //p' "$(queued)"; }

@test "-t takes recipients from To, Cc and Bcc, adds them to the arguments, and removes Bcc with its folds" {
	sendmail -t -i -f alice@a.example dave@d.example <<-'END'
		From: alice@a.example
		To: Bob <bob@b.example>, "C, D" <carol@c.example>
		bcc: secret@s.example,
		 more@s.example
		Cc: list: erin@e.example;
		Subject: lunch

		Bcc: this is text
	END
	[ "$(recipients)" = "dave@d.example bob@b.example carol@c.example secret@s.example more@s.example erin@e.example" ]
	[ "$(sender)" = alice@a.example ]
	diff <(stored) - <<-'END'
		From: alice@a.example
		To: Bob <bob@b.example>, "C, D" <carol@c.example>
		Cc: list: erin@e.example;
		Subject: lunch

		Bcc: this is text
	END
}
