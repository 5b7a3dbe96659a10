#!/usr/bin/perl
# arrival.pl TIMES FOLDER COMMAND...: runs the command, and prints the microseconds from then until a file stands in FOLDER,
# which is removed; so many times, a line each, two seconds apart, so that nobody has the last one's connection still open.
# Exit 1 if one does not come within ten seconds.
use strict;
use warnings;
use Time::HiRes qw(time usleep);

my ($times, $folder, @command) = @ARGV;

sub arrived {
	opendir my $dir, $folder or return;
	return grep { !/^\./ } readdir $dir;
}

for my $turn (1 .. $times) {
	my $begun = time;
	my $child = fork // die "fork: $!\n";
	if (!$child) {
		sysseek STDIN, 0, 0;
		open STDOUT, '>&', \*STDERR;
		exec @command or die "$command[0]: $!\n";
	}
	my @files;
	while (!(@files = arrived())) {
		exit 1 if time > $begun + 10;
		usleep 200;
	}
	printf "%d\n", (time - $begun) * 1e6;
	waitpid $child, 0;
	unlink "$folder/$_" for @files;
	sleep 2 if $turn < $times;
}
