#!/usr/bin/perl
# maildir.pl FOLDER COUNT: a Maildir of so many messages, of a header of some 1 KB and 1 to 25 KB of text; the same each time.
use strict;
use warnings;

my ($folder, $count) = @ARGV;
my @words = map { join '', map { qw(ba co di fu ge ha ji ko lu me no pa ro sa te un ve wo)[rand 18] } 1 .. 1 + rand 4 } 1 .. 500;

srand 7;
sub some { join ' ', map { $words[rand @words] } 1 .. shift }
sub address { my $name = $words[rand @words]; ucfirst($name) . " <$name\@$words[rand @words].example>" }

mkdir $_ or die "$_: $!\n" for $folder, map { "$folder/$_" } qw(cur new tmp);
for my $i (1 .. $count) {
	open my $out, '>', sprintf '%s/cur/%d.M%dP1.here:2,S', $folder, 1600000000 + $i, $i or die "$folder: $!\n";
	print $out "Received: from $words[rand @words].example (unknown [192.0.2.", int rand 256, "])\n\tby $words[rand @words].example with ESMTPS id $i;\n",
	    "\tSun, 13 Sep 2020 12:26:40 +0000\n" for 1 .. 3;
	print $out "Message-ID: <$i\@here.example>\nDate: Sun, 13 Sep 2020 12:26:40 +0000\n";
	print $out 'From: ', ($i % 5 ? address : '=?utf-8?Q?J=C3=BCrgen?= <juergen@here.example>'), "\n";
	print $out 'To: ', join(",\n\t", map { address } 1 .. 1 + rand 5), "\n";
	print $out 'Subject: ', ($i % 4 ? some(6) : '=?iso-8859-1?Q?Gr=FC=DFe?= =?utf-8?B?4oKs?= ' . some(3)), "\n";
	print $out "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n";
	print $out some(10), "\n" for 1 .. 20 + rand 400;
	close $out or die "$folder: $!\n";
}
