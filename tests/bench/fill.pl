#!/usr/bin/perl
# fill.pl QUEUE COUNT DUE DOMAINS LETTER: queue files as queue-add writes them, due in DUE seconds, to user@d1.example,
# user@d2.example and so on in turn. Nothing is synced: this only sets the stage.
use strict;
use warnings;

my ($queue, $count, $due, $domains, $file) = @ARGV;
my @digits = split //, '0123456789abcdefghjkmnpqrstvwxyz';
open my $in, '<', $file or die "$file: $!\n";
my $letter = join '', <$in>;

for my $number (1 .. $count) {
	my ($id, $rest) = ('', $number);
	for (1 .. 16) {
		$id .= $digits[$rest % 32];
		$rest = int $rest / 32;
	}
	$id = reverse $id;
	my $shard = "$queue/" . substr $id, -1;
	mkdir $shard;
	open my $out, '>', "$shard/$id" or die "$shard/$id: $!\n";
	my $domain = 1 + $number % $domains;
	print $out "pennypost-queue 1\narrived 2026-01-01T00:00:00Z\nsender s\@bench.example\n-  user\@d$domain.example\n\n$letter";
	close $out or die "$shard/$id: $!\n";
	utime time, time + $due, "$shard/$id";
}
