#!/usr/bin/perl
# arrival.pl TIMES FOLDER COMMAND...: runs the command, and prints the microseconds from then until a file stands in FOLDER,
# which is removed; so many times, a line each. Exit 1 if one does not come within ten seconds.
use strict;
use warnings;
use Time::HiRes qw(time usleep);

my ($times, $folder, @command) = @ARGV;

sub arrived {
	opendir my $dir, $folder or return;
	return grep { !/^\./ } readdir $dir;
}

for (1 .. $times) {
	my $begun = time;
	my $child = fork // die "fork: $!\n";
	exec @command or die "$command[0]: $!\n" if !$child;
	my @files;
	while (!(@files = arrived())) {
		exit 1 if time > $begun + 10;
		usleep 200;
	}
	printf "%d\n", (time - $begun) * 1e6;
	waitpid $child, 0;
	unlink "$folder/$_" for @files;
	usleep 50_000;
}
