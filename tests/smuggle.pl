#!/usr/bin/perl
# smuggle.pl: every text of up to five of CR, LF, dot and NUL at the end of a letter, with a second letter hidden behind
# it, into a session of its own of smtp-serve. A letter ends at CRLF.CRLF and nowhere else, and where a CR or LF stands alone
# nothing is taken. Prints a table of what became of how many; exits 1 if a letter was smuggled, changed or lost.
use strict;
use warnings;

my $folder = "$ENV{PENNYPOST}/smuggle";
my $hello = "EHLO x\r\nMAIL FROM:<alice\@example.org>\r\nRCPT TO:<bob\@here.example>\r\nDATA\r\ntext";
my $hidden = "MAIL FROM:<evil\@example.org>\r\nRCPT TO:<bob\@here.example>\r\nDATA\r\nevil\r\n.\r\nQUIT\r\n";
my (%table, @wrong);

sub slurp {
	open(my $in, '<:raw', shift) or die;
	local $/;
	return scalar <$in>;
}

# The letters in the queue, their envelope and our Received field taken off.
sub letters {
	my @found;
	for my $file (sort grep { -f } glob("$ENV{PENNYPOST}/queue/?/*")) {
		my $text = slurp($file);
		$text =~ s/^.*?\n\n//s;
		$text =~ s/^Received: .*\n(?:\t.*\n)*//;
		push @found, $text;
		unlink $file;
	}
	return @found;
}

# What a strict reader makes of it: the letters, or none where a line ends in anything but CRLF.
sub expected {
	my ($text) = @_;
	my @want;
	while ($text =~ s/^(.*?)\r\n\.\r\n//s) {
		my $letter = "$1\r\n";
		return @want if $letter =~ /\r(?!\n)/ || $letter =~ /(?<!\r)\n/;
		$letter =~ s/\r\n/\n/g;
		$letter =~ s/^\.//mg;
		push @want, $letter;
		$text =~ s/^MAIL.*?DATA\r\n//s or last;
	}
	return @want;
}

sub serve {
	my $pid = fork // die "fork: $!";
	if ($pid == 0) {
		open(STDIN, '<', "$folder.in") && open(STDOUT, '>', "$folder.out") && open(STDERR, '>', '/dev/null') or die;
		exec 'smtp-serve';
		die;
	}
	waitpid $pid, 0;
}

sub try {
	my ($sequence) = @_;
	open(my $out, '>:raw', "$folder.in") or die;
	print $out $hello, $sequence, $hidden;
	close $out;
	serve();
	my @want = expected("text$sequence$hidden");
	my @got = letters();
	my $name = $sequence =~ s/\r/CR /gr =~ s/\n/LF /gr =~ s/\0/NUL /gr =~ s/\./. /gr;
	$table{@want == 0 ? 'refused: a CR or LF alone' : @want == 1 ? 'one letter, the rest is its text' : 'two letters'}++;
	push @wrong, $name if join("\1", sort @got) ne join("\1", sort @want)
	    || (!@want && slurp("$folder.out") !~ /^5.*\r\n\z/m);
}

my @longer = ('');
for (0 .. ($ARGV[0] // 5)) {
	try($_) for @longer;
	@longer = map { my $s = $_; map { "$s$_" } "\r", "\n", '.', "\0" } @longer;
}
printf "%-36s %5d\n", $_, $table{$_} for sort keys %table;
printf "%-36s %5d\n", 'smuggled, changed or lost', scalar @wrong;
print "  $_\n" for @wrong;
exit(@wrong ? 1 : 0);
