#!/usr/bin/perl
# An SMTP or LMTP server for tests that does what it is told, one connection after another.
#
#	canned.pl FOLDER [+KEYWORD]... [FLAG]... [RULE]...
#
# Its port is printed (FOLDER/socket, with flag `unix'). FOLDER/log gets a line for each command and
# event, FOLDER/N the Nth message as it was on the wire, without stuffed dots. +KEYWORD announces an extension.
#
# Flags: `lmtp'; `unix'; `sip' (64 KB are read each 10 ms); `at=ADDRESS:PORT' instead of a free port of 127.0.0.1; `noehlo' (EHLO is refused); `hold' keeps all replies to MAIL, RCPT, final dot, RSET and BDAT back
# until DATA or QUIT came; `hold=N' keeps all replies back until N letters came by BDAT.
#
# A rule is STEP[/REGEX][#N]=ACTION: what to do at connect, ehlo, helo, starttls, auth (and what follows 334), mail, rcpt, data, dot, bdat, rset or quit (Nth time,
# counted over all connections), where the line matches. The first that fits counts. ACTION is
#	a reply (`\n' in it is CRLF), hang, close, reset (RST), closeafter:REPLY, raw:BYTES (with perl's escapes),
#	huge (10 MB of it, then 250), flood (of it, without end), line (one of 10 MB), drip (a byte of a good reply each 50 ms), late (a good reply after 100 ms), partial (no line end, then silence)
use strict;
use warnings;
use Socket; # and not IO::Socket, which takes twice as long to start

my ($folder, @args) = @ARGV;
my (%flag, @keywords, @rules, %count, $letters, $hold);
for (@args) {
	if (/^\+(.*)/) { push @keywords, $1 }
	elsif (/^at=(.*)/) { $flag{at} = $1 }
	elsif (/^(lmtp|unix|sip|noehlo|hold)(?:=(\d+))?$/) { $flag{$1} = $2 || 'yes' }
	elsif (m{^(\w+)(?:/((?:[^#=])*))?(?:#(\d+))?=(.*)$}s) { push @rules, { step => $1, regex => $2, n => $3, action => $4 } }
	else { die "canned.pl: $_?\n" }
}
$letters = 0;

open my $log, '>>', "$folder/log" or die "$folder/log: $!";
sub note { syswrite $log, "@_\n" }

my $listener;
if ($flag{unix}) {
	socket $listener, PF_UNIX, SOCK_STREAM, 0 or die "socket: $!";
	bind $listener, pack_sockaddr_un("$folder/socket") or die "bind: $!";
} else {
	my ($address, $port) = split /:/, $flag{at} || '127.0.0.1:0';
	socket $listener, PF_INET, SOCK_STREAM, 0 or die "socket: $!";
	setsockopt $listener, SOL_SOCKET, SO_REUSEADDR, 1;
	bind $listener, pack_sockaddr_in($port, inet_aton($address)) or die "bind: $!";
}
listen $listener, 10 or die "listen: $!";
syswrite STDOUT, ($flag{unix} ? "$folder/socket" : (unpack_sockaddr_in(getsockname $listener))[0]) . "\n";
open STDOUT, '>&', \*STDERR or die;

my ($client, $in, $out, %state);

sub flush_out {
	my $at = 0;
	while ($at < length $out) {
		my $n = syswrite $client, $out, 65536, $at or die "peer\n";
		$at += $n;
	}
	$out = '';
}

sub more {
	flush_out() unless $hold;
	my $n = sysread $client, $in, 65536, length $in;
	die "peer\n" unless $n;
	select undef, undef, undef, 0.01 if $flag{sip};
	note("read");
}

sub line {
	more() until $in =~ /\n/;
	$in =~ s/^(.*?\n)//s;
	my $line = $1;
	note("BARE $line") unless $line =~ /^[^\r\n]*\r\n$/;
	$line =~ s/\r?\n$//;
	return $line;
}

# Until the client closes.
sub hang {
	flush_out();
	1 while sysread $client, my $ignored, 65536;
	die "hung\n";
}

sub answer {
	my ($step, $line, $default) = @_;
	my $n = ++$count{$step};
	my ($rule) = grep { $_->{step} eq $step && (!$_->{n} || $_->{n} == $n) && (!defined $_->{regex} || $line =~ /$_->{regex}/i) } @rules;
	my $action = $rule ? $rule->{action} : $default;

	hang() if $action eq 'hang';
	if ($action eq 'close') { flush_out(); die "closed\n" }
	if ($action eq 'reset') {
		flush_out();
		setsockopt $client, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0;
		die "closed\n";
	}
	if ($action =~ /^closeafter:(.*)/) { $out .= "$1\r\n"; flush_out(); die "closed\n" }
	if ($action =~ /^raw:(.*)/s) { my $raw = eval qq{"$1"}; $out .= $raw; return $raw }
	if ($action eq 'flood') { flush_out(); for (;;) { $out = "250-no end\r\n" x 1000; flush_out() } }
	if ($action eq 'huge') { $out .= "250-" . 'x' x 60 . "\r\n" for 1 .. 160_000; $action = '250 enough' }
	if ($action eq 'line') { $out .= '250 ' . 'x' x 10_000_000 . "\r\n"; return $action }
	if ($action eq 'partial') { $out .= '250 ok'; hang() }
	if ($action eq 'late') { flush_out(); select undef, undef, undef, 0.1; $action = '250 at last' }
	if ($action eq 'drip') {
		flush_out();
		for (split //, "250-one\r\n250 two\r\n") { syswrite $client, $_ or die "peer\n"; select undef, undef, undef, 0.05 }
		return '250 drip';
	}
	$action =~ s/\\n/\r\n/g;
	$out .= "$action\r\n";
	return $action;
}

sub good { $_[0] =~ /^2|^line|drip/ }

sub keep {
	my ($text) = @_;
	open my $f, '>', "$folder/" . ++$letters or die;
	print $f $text;
	close $f;
	note("letter $letters: $state{sender} -> @{$state{rcpts}}");
}

sub final {
	my ($step) = @_;
	my @rcpts = $flag{lmtp} ? @{$state{rcpts}} : ('');
	answer($step, $_, "250 2.0.0 Ok: queued as $letters") for @rcpts;
	%state = (rcpts => []);
}

sub take_data {
	my ($action) = @_;
	return unless $action =~ /^3/;
	undef $hold if $flag{hold};
	flush_out();
	$hold = $flag{hold};
	my ($end, $from) = (-1, 0);
	until ($in =~ /^\.\r\n/ || ($end = index $in, "\r\n.\r\n", $from) >= 0) {
		$from = length($in) > 4 ? length($in) - 4 : 0;
		more();
	}
	my $text = $in =~ s/^\.\r\n// ? '' : substr $in, 0, $end + 2, '';
	$in =~ s/^\.\r\n// if $text ne '';
	note("BARE in data") if $text =~ /(?<!\r)\n|\r(?!\n)/;
	$text =~ s/^\.//mg;
	if (@{$state{rcpts}}) { keep($text); final('dot') }
	else { note("lone dot") if $text eq ''; answer('dot', '', '554 5.5.1 no valid recipients'); %state = (rcpts => []) }
}

sub take_bdat {
	my ($line) = @_;
	my ($n, $last) = $line =~ /^bdat (\d+)( last)?$/i or return answer('bdat', $line, '501 5.5.4 syntax');
	more() while length $in < $n;
	$state{text} .= substr $in, 0, $n, '';
	return answer('bdat', $line, '503 5.5.1 no recipients') unless @{$state{rcpts}};
	if (!$last) { $state{bad} = 1 unless good(answer('bdat', $line, '250 2.0.0 ok')); return }
	if ($state{bad}) { $out .= "503 5.5.1 failed before\r\n"; return }
	keep($state{text});
	final('bdat');
	undef $hold if $flag{hold} && $flag{hold} ne 'yes' && $letters >= $flag{hold};
}

sub greet {
	my ($verb, $line) = @_;
	return answer('ehlo', $line, '502 5.5.1 what?') if $flag{noehlo} && $verb eq 'ehlo';
	return answer('ehlo', $line, '500 5.5.1 wrong hello') if ($verb eq 'lhlo') != !!$flag{lmtp};
	answer('ehlo', $line, join '\n', map({ "250-$_" } 'canned.example', @keywords), '250 HELP');
}

sub session {
	answer('connect', '', '220 canned.example ESMTP');
	flush_out();
	$hold = $flag{hold};
	for (;;) {
		my $line = line();
		my ($verb) = lc($line) =~ /^(\w*)/;
		note("C: $line");
		if ($verb eq 'ehlo' || $verb eq 'lhlo') { greet($verb, $line); flush_out() }
		elsif ($verb eq 'auth') {
			while (answer('auth', $line, '235 2.7.0 you are in') =~ /^334/) {
				flush_out();
				note('C: ' . ($line = line()));
			}
		} elsif ($verb eq 'helo') { answer('helo', $line, '250 canned.example') }
		elsif ($verb eq 'mail') {
			my $reply = $state{sender} ? answer('mail', $line, '503 5.5.1 nested MAIL') : answer('mail', $line, '250 2.1.0 Ok');
			($state{sender}) = $line =~ /(<.*?>)/ if good($reply) && !$state{sender};
		} elsif ($verb eq 'rcpt') {
			my $reply = answer('rcpt', $line, $state{sender} ? '250 2.1.5 Ok' : '503 5.5.1 need MAIL');
			push @{$state{rcpts}}, $line =~ /(<.*?>)/ if good($reply);
		} elsif ($verb eq 'data') {
			take_data(answer('data', $line, @{$state{rcpts}} ? '354 go ahead' : '554 5.5.1 no valid recipients'));
		} elsif ($verb eq 'bdat') { take_bdat($line) }
		elsif ($verb eq 'rset') { %state = (rcpts => []); answer('rset', $line, '250 2.0.0 Ok') }
		elsif ($verb eq 'starttls') { answer('starttls', $line, '500 5.5.1 Not here') }
		elsif ($verb eq 'quit') { answer('quit', $line, '221 2.0.0 Bye'); flush_out(); die "quit\n" }
		else { $out .= "500 5.5.2 what?\r\n" }
	}
}

$SIG{PIPE} = 'IGNORE';
while (accept $client, $listener) {
	($in, $out, %state) = ('', '', rcpts => []);
	undef $hold;
	note('connection');
	eval { session() };
	note('end: ' . $@ =~ s/\n.*//sr);
	close $client;
}
