# What README and pennypost(7) show is typed in here, as it stands there.
load helper

setup() {
	cd "$BATS_TEST_TMPDIR"
	export USER=me LOGNAME=me TMPDIR=$BATS_TEST_TMPDIR HOME=$BATS_TEST_TMPDIR
}

@test "README, By hand: every command does what is said" {
	sed -n '/^By hand/,$s/^    //p' "$top/README" | sed '1d' >commands
	[ "$(wc -l <commands)" -gt 10 ]
	mkdir -p Maildir/{cur,new}
	printf 'Subject: kept\nContent-Type: Text/X-Kept\n\n' >Maildir/cur/1
	run -0 bash -euo pipefail commands
	[ "$(grep -cx hello <<<"$output")" -ge 2 ]
	grep -x 'Delivered-To: alice@here.example' <<<"$output"
	grep '^250 2.0.0 ' <<<"$output"
	boxes=$(echo "$TMPDIR"/tmp.*/boxes/alice/new)
	[ "$(ls "$boxes" | wc -l)" -ge 2 ]
	grep -x 'Subject: again' "$boxes"/*
	grep -x ' *1 text/x-kept' <<<"$output"
}

@test "pennypost(7): the example delivers a letter and leaves nothing" {
	run -0 bash -euo pipefail -c "$(example pennypost.7 1)"
	[ "${lines[-1]}" = hello ]
	[ -z "$(ls -A)" ]
}
