# The programs that know `sendmail` and the words they call it with, each really run where it is installed.
load helper

setup() {
	pennypost
	mkdir -p "$PENNYPOST/mailboxes/root"
	export HOME=$BATS_TEST_TMPDIR EMAIL=alice@a.example
	cd "$HOME"
}

recipients() { sed -n '/^$/q; s/^-  //p' "$(queued)" | paste -sd' '; }
sender() { sed -n '/^$/q; s/^sender //p' "$(queued)"; }
field() { message_of "$(queued)" | sed -n "/^\$/q; s/^$1: //p"; }
body() { message_of "$(queued)" | sed '1,/^$/d'; }
needs() { command -v "$1" >/dev/null || skip "$1 is not installed"; }

cron_job() { printf 'From: root (Cron Daemon)\nTo: root\nSubject: Cron <root@here> true\nX-Cron-Env: <SHELL=/bin/sh>\n\n.\ndone\n'; }

@test "cronie: -FCronDaemon -i -odi -oem -oi -t -f user" {
	cron_job | sed 's/^From: .*/From: "(Cron Daemon)" <root>/' | sendmail -FCronDaemon -i -odq -oem -oi -t -f root
	[ "$(recipients)" = root@here.example ]
	[ "$(sender)" = root@here.example ]
	[ "$(field From)" = '"(Cron Daemon)" <root@here.example>' ]
	[ "$(body)" = $'.\ndone' ]
	cron_job | sendmail -FCronDaemon -i -odi -oem -oi -t -f root 2>"$BATS_TEST_TMPDIR/said"
}

@test "Debian cron: -i -FCronDaemon -B8BITMIME -oem user" {
	cron_job | sendmail -i -FCronDaemon -B8BITMIME -oem root
	[ "$(recipients)" = root@here.example ]
	[ "$(field From)" = 'root@here.example (Cron Daemon)' ]
	[ "$(field To)" = root@here.example ]
	[ "$(body)" = $'.\ndone' ]
	grep -qx 'option body=8bitmime' "$(queued)"
}

@test "-oem -oi -- recipients" {
	printf 'Subject: x\n\n.\n' | sendmail -oem -oi -- bob@b.example carol@c.example
	[ "$(recipients)" = "bob@b.example carol@c.example" ]
	[ "$(body)" = . ]
}

@test "git send-email" {
	perl -MMail::Address -e 1 2>/dev/null && [ -x "$(git --exec-path)/git-send-email" ] || skip "git send-email is not installed"
	git -c init.defaultBranch=main init -q repository
	cd repository
	git config user.name 'Alice Liddell' && git config user.email alice@a.example
	echo text >file && git add file && git commit -qm 'A file'
	echo more >>file && git commit -qam 'More of the file'
	git format-patch -q -1
	git send-email --quiet --confirm=never --smtp-server="$BUILD/bin/sendmail" --to='Bob <bob@b.example>' \
		--cc=carol@c.example 0001-*.patch
	[ "$(recipients)" = "bob@b.example carol@c.example alice@a.example" ]
	[ "$(field Subject)" = '[PATCH] More of the file' ]
	message_of "$(queued)" | grep -qx '+more'
	rm -r "$PENNYPOST/queue"
	git send-email --quiet --confirm=never --sendmail-cmd="$BUILD/bin/sendmail -i" --envelope-sender=bounce@a.example \
		--suppress-cc=all --to=bob@b.example 0001-*.patch
	[ "$(sender)" = bounce@a.example ]
	[ "$(recipients)" = bob@b.example ]
}

@test "s-nail" {
	needs s-nail
	echo 'Hello Bob' | s-nail -n -S mta="$BUILD/bin/sendmail" -S v15-compat -S sendwait -r alice@a.example -s 'A subject' \
		-c carol@c.example -b dave@d.example bob@b.example
	[ "$(sender)" = alice@a.example ]
	[ "$(recipients | tr ' ' '\n' | sort | paste -sd' ')" = "bob@b.example carol@c.example dave@d.example" ]
	[ "$(field Subject)" = 'A subject' ]
	[ "$(body)" = 'Hello Bob' ]
	run -1 grep -i '^bcc' "$(queued)"
}

@test "mutt" {
	needs mutt
	echo 'Hello Bob' | mutt -n -F /dev/null -e "set sendmail='$BUILD/bin/sendmail -oem -oi' use_envelope_from=yes from=alice@a.example copy=no sendmail_wait=10" \
		-s 'Grüße' -b dave@d.example bob@b.example
	[ "$(sender)" = alice@a.example ]
	[ "$(recipients)" = "bob@b.example dave@d.example" ]
	[ "$(body)" = 'Hello Bob' ]
	run -1 grep -i '^bcc' "$(queued)"
}

@test "php mail(): CRLF header, -t -i, and a sender behind them" {
	needs php
	php -n -d sendmail_path="$BUILD/bin/sendmail -t -i" -r 'exit(mail("Bob <bob@b.example>", "A subject", "one\r\ntwo\n.\nthree",
		["From" => "alice@a.example", "Bcc" => "dave@d.example"], "-fbounce@a.example") ? 0 : 1);'
	[ "$(sender)" = bounce@a.example ]
	[ "$(recipients)" = "bob@b.example dave@d.example" ]
	[ "$(field From)" = alice@a.example ]
	[ "$(body)" = $'one\ntwo\n.\nthree' ]
	run -1 grep $'\r' "$(queued)"
}

@test "php mail() is told of a letter that was not stored" {
	needs php
	pennypost 'queue-reserve 1000T'
	run -1 php -n -d sendmail_path="$BUILD/bin/sendmail -t -i" -r 'exit(mail("bob@b.example", "x", "y") ? 0 : 1);'
}

@test "scripts: a pipe to sendmail -t -oi" {
	/usr/bin/python3 - <<-'END'
		import subprocess
		from email.message import EmailMessage
		m = EmailMessage()
		m["From"], m["To"], m["Bcc"], m["Subject"] = "Alice <alice@a.example>", "bob@b.example", "dave@d.example", "Grüße"
		m.set_content("Hallo\n.\n")
		subprocess.run(["sendmail", "-t", "-oi"], input=m.as_bytes(), check=True)
	END
	[ "$(recipients)" = "bob@b.example dave@d.example" ]
	[ "$(body)" = $'Hallo\n.' ]
}

@test "Symfony, swaks: -bs speaks SMTP on standard input and output" {
	needs swaks
	[ -x "$BUILD/bin/smtp-serve" ] || skip "smtp-serve is not built"
	swaks --pipe 'sendmail -bs' --helo here.example --from alice@a.example --to bob@b.example,carol@c.example \
		--header 'Subject: A subject' --body 'Hello Bob' --hide-all
	[ "$(sender)" = alice@a.example ]
	[ "$(recipients)" = "bob@b.example carol@c.example" ]
	[ "$(field Subject)" = 'A subject' ]
	[ "$(body | head -n 1)" = 'Hello Bob' ]
}
