#!/usr/bin/perl
# posts.pl FOLDER COUNT [FIRST]: a Maildir of what was posted to a list, 1,000 a month: threads, quotes, patches, some HTML; the
# same each time. With FIRST, one from that number on.
use strict;
use warnings;
use POSIX qw(strftime);

my ($folder, $count, $first) = (@ARGV, 1);
my @words = map { join '', map { qw(ba co di fu ge ha ji ko lu me no pa ro sa te un ve wo)[rand 18] } 1 .. 1 + rand 4 } 1 .. 500;
my @people = map { [ucfirst $words[rand @words], $words[rand @words]] } 1 .. 60;

srand 11;
sub some { join ' ', map { $words[rand @words] } 1 .. shift }

-d $_ or mkdir $_ or die "$_: $!\n" for $folder, map { "$folder/$_" } qw(cur new tmp);
my (%subject, %references);
for my $i (1 .. $first + $count - 1) {
	my ($name, $domain) = @{ $people[rand @people] };
	my $when = 1500000000 + $i * 2592 + int rand 600;
	my $parent = $i > 1 && rand() < .7 ? $i - 1 - int rand($i > 30 ? 30 : $i - 1) : 0;
	my @before = $parent ? (@{ $references{$parent} }, $parent) : ();
	my $lines = 10 + rand 40;
	my ($type, $body) = ('text/plain; charset=utf-8', '');

	$references{$i} = [@before > 20 ? @before[-20 .. -1] : @before];
	$subject{$i} = $parent ? $subject{$parent} =~ s/^(Re: )?/Re: /r : '[list] ' . some(3 + rand 5);
	$body .= "On Tuesday, $name <$name\@$domain.example> wrote:\n" . join('', map { '> ' . some(9) . "\n" } 1 .. 6) . "\n" if $parent;
	$body .= some(10) . "\n" . ($_ % 7 ? '' : "\nSee https://www.$domain.example/$words[rand @words]?a=1&b=2.\n\n") for 1 .. $lines;
	($type, $body) = ('text/html; charset=utf-8', "<html><body><p>" . $body =~ s/&/&amp;/gr =~ s/>/&gt;/gr =~ s/</&lt;/gr . '</p></body></html>')
	    if $i % 50 == 0;
	next if $i < $first;
	open my $out, '>', sprintf '%s/cur/%d.M%dP1.here:2,S', $folder, $when + 5, $i or die "$folder: $!\n";
	print $out "Received: by here.example; $i\nMessage-ID: <$i\@here.example>\n";
	print $out "Date: ", strftime('%a, %d %b %Y %H:%M:%S +0000', gmtime $when), "\n";
	print $out "From: $name $domain <$name\@$domain.example>\nTo: list\@here.example\nSubject: $subject{$i}\n";
	print $out "References:", join('', map { "\n\t<$_\@here.example>" } @{ $references{$i} }), "\n" if $parent;
	print $out "MIME-Version: 1.0\nContent-Type: $type\n\n$body";
	close $out or die "$folder: $!\n";
}
