#!/usr/bin/perl
# mailbox.pl COUNT: an mboxrd of so many messages of 12 KB in the mean, always the same: text, replies with quoted lines,
# lines that begin with `From `, attachments in base64.
use strict;
use warnings;

my $state = 1;
sub chance($) { $state = ($state * 1103515245 + 12345) & 0x7fffffff; ($state >> 8) % $_[0] }

my @syllables = qw(ba co di fu ge ha ji ko lu me no pa qui ro sa te un ve wo xy za tor men lin gra sta pol ther ing ed);
my @words = map { join '', map { $syllables[chance(@syllables)] } 0 .. chance(3) } 1 .. 4000;
my @paragraphs = map { paragraph(30 + chance(110)) } 1 .. 3000;
my @base64 = map { join('', map { ('A' .. 'Z', 'a' .. 'z', 0 .. 9, '+', '/')[chance(64)] } 1 .. 76) . "\n" } 1 .. 2000;

sub paragraph {
	my ($text, $line) = ('', '');
	for (1 .. $_[0]) {
		my $word = $words[chance(@words)];
		if (length($line) + length($word) > 71) { $text .= "$line\n"; $line = '' }
		$line .= $line eq '' ? $word : " $word";
	}
	return "$text$line\n";
}

sub body {
	my $text = '';
	while (length $text < $_[0]) {
		my $paragraph = $paragraphs[chance(@paragraphs)];
		my $kind = chance(100);
		$paragraph =~ s/^/> /mg if $kind < 25;
		$paragraph = ">From here on it was another\n$paragraph" if $kind >= 94;
		$text .= "$paragraph\n";
	}
	return $text;
}

for my $i (1 .. $ARGV[0]) {
	my ($name, $size) = ($words[chance(@words)], chance(10) < 6 ? 400 + chance(6600) : 1000 + chance(4000));
	printf "From %s\@a.example Mon Nov 23 %02d:%02d:%02d 2026\n", $name, $i / 3600 % 24, $i / 60 % 60, $i % 60;
	print "Received: from b.example by c.example with ESMTPS id $i\n\tfor <bob\@c.example>; Mon, 23 Nov 2026 19:40:12 +0000\n";
	print "Message-ID: <$i\@a.example>\nFrom: $name <$name\@a.example>\nTo: bob\@c.example\nSubject: $words[chance(@words)]\n\n";
	print body($size);
	print @base64[0 .. 50 + chance(500)] if chance(10) >= 6;
	print "\n";
}
