#!/usr/bin/perl
# A transport for tests: answers each recipient of each job by the rules given as arguments.
#
#	transport.pl LOG [PATTERN=ACTION]...
#
# LOG gets one line a recipient that was asked for; LOG.rules may hold more arguments. The first PATTERN (a regular
# expression) that the recipient matches decides, else it is delivered. Actions:
# `CODE ENHANCED TEXT`, die, exit, silence, garbage, sleep:SECONDS (then delivered), forget.
use strict;
use Fcntl ':flock';

$| = 1;
my $log = shift;
if (open my $f, '<', "$log.rules") {
	push @ARGV, map { split } <$f>;
}
my @rules = map { [split /=/, $_, 2] } @ARGV;

sub note {
	open my $f, '>>', $log or exit 1;
	flock $f, LOCK_EX;
	syswrite $f, "@_\n";
}

note("start $$");
END { note("stop $$") if defined $log }
while (<STDIN>) {
	chomp;
	my ($id, $path, $offset, $sender, $options, @recipients) = split /\t/, $_, -1;
	for my $both (@recipients) {
		my ($recipient) = $both =~ /^((?:"(?:[^"\\]|\\.)*"|[^ ])+)/;
		my ($rule) = grep { $recipient =~ $_->[0] } @rules;
		my $action = $rule ? $rule->[1] : '250 2.1.5 taken';
		note("$id $recipient");
		kill 9, $$ if $action eq 'die';
		exit 0 if $action eq 'exit';
		sleep 1000 if $action eq 'silence';
		next if $action eq 'forget';
		if ($action =~ /^sleep:(.*)/) {
			select undef, undef, undef, $1;
			$action = '250 2.1.5 taken at last';
		}
		$action =~ s/_/ /g;
		my ($code, $enhanced, $text) = split / /, $action, 3;
		print $action eq 'garbage' ? "what?\n" : "$id\t$recipient\t$code\t$enhanced\t$text\tmx.test\n";
	}
}
