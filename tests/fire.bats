# The short form of `make check-fire`: runners killed at random, a flood of connections, a full disk.
load helper

@test "8 queue-run at once, killed at random, deliver each letter, and twice only what was in flight" {
	run -0 "$top/tests/runners.pl" -n 400 -s 4
	[[ $output =~ ' 0 lost, '.*' 0 violations' && ! $output =~ ' 0 killed' ]]
}

@test "so do runners of two hosts that share the folder" {
	unshare -um true 2>/dev/null || skip "needs root"
	run -0 "$top/tests/runners.pl" -k 2 -n 200 -s 2
	[[ $output =~ ' 0 lost, '.*' 0 violations' && ! $output =~ ' 0 killed' ]]
}

@test "in a flood of evil connections an honest sender is answered within a second, and nothing accepted is lost" {
	for way in '' -l; do
		run -0 "$top/tests/flood.pl" $way -n 100 -a 25 -s 3 -z 1M
		[[ $output =~ ' 0 violations' ]]
	done
}

@test "a full disk: 452, exits that say so, nothing half-written, and service when there is room" {
	unshare -m true 2>/dev/null || skip "needs root"
	run -0 "$top/tests/disk.sh"
	[[ $output =~ ' 0 violations' ]]
}
