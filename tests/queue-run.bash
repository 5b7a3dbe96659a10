# For the tests of queue-run: a Pennypost whose mail all goes to tests/transport.pl.
asked=$BATS_TEST_TMPDIR/asked

# transport [PATTERN=ACTION]...: with these rules. What it was asked for goes to $asked.
transport() {
	echo "$*" >"$asked.rules"
	printf "%s pipe:$top/tests/transport.pl $asked\n" here.example '*' >"$PENNYPOST/routes"
}

# add [queue-add arguments]: a letter in the queue; prints its id.
add() { printf 'Subject: hello\nMessage-ID: <one@here.example>\n\nworld\n' | queue-add -f alice@here.example "$@"; }

# letters N: N letters, quickly: the first is added, the others are copies under other ids.
letters() {
	local file
	mkdir -p "$PENNYPOST/queue/hold"
	file=$PENNYPOST/queue/hold/$(add bob@example.com)
	mv "$(file_of "${file##*/}")" "$file"
	perl -e '
		my ($file, $queue, $n) = @ARGV;
		open my $in, "<", $file; local $/; my $text = <$in>;
		my @shards = split //, "0123456789abcdefghjkmnpqrstvwxyz";
		mkdir "$queue/$_" for @shards;
		for (1..$n) {
			my $shard = $shards[$_ % 32];
			(my $mine = $text) =~ s/bob\@/user$_\@/;
			open my $out, ">", sprintf "$queue/$shard/00000%010d%s", $_, $shard; print $out $mine;
		}' "$file" "$PENNYPOST/queue" "$1"
	rm "$file"
}

file_of() { echo "$PENNYPOST/queue/${1: -1}/$1"; }

# How often a recipient that matches was asked for.
asked_for() { : >>"$asked" && grep -Ec "^[0-9a-z]{16} $1" "$asked"; }

# make_due: all letters, now.
make_due() {
	local files

	mapfile -t files < <(queued)
	[ ${#files[@]} = 0 ] || touch -d '1 second ago' "${files[@]}"
}

# age ID TIME: as if it had arrived TIME ago, and due.
age() {
	sed -i "s/^arrived .*/arrived $(date -u -d "$2 ago" +%FT%TZ)/" "$(file_of "$1")"
	touch -d '1 second ago' "$(file_of "$1")"
}

# until_true SECONDS COMMAND...
until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep .02
	done
}
