#!/usr/bin/perl
# delay-proxy.pl MS PORT TARGETPORT: a long line on one machine. What one side sends reaches the
# other MS milliseconds later, whatever its amount; connections take one MS to be made.
use strict;
use warnings;
use IO::Poll qw(POLLIN POLLOUT);
use IO::Socket::INET;
use Time::HiRes qw(time);

my ($ms, $port, $target) = @ARGV;
die "usage: delay-proxy.pl ms port targetport\n" unless defined $target;
my $delay = $ms / 1000;
my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 100, ReuseAddr => 1)
	or die "delay-proxy: port $port: $!\n";

# A pipe is one direction: { from, to, queue of [due, bytes], closed }; undefined bytes are the end.
my @pipes;

sub connect_both {
	my $near = $listener->accept or return;
	my $far = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $target) or return;
	for my $pair ([$near, $far], [$far, $near]) {
		setsockopt $pair->[0], 6, 1, 1;    # TCP_NODELAY
		$pair->[0]->blocking(0);
		push @pipes, { from => $pair->[0], to => $pair->[1], queue => [] };
	}
}

sub take {
	my $pipe = shift;
	my $got = sysread $pipe->{from}, my $bytes, 1 << 16;
	return if !defined $got && $!{EAGAIN};
	push @{ $pipe->{queue} }, [time + $delay, $got ? $bytes : undef];
	$pipe->{closed} = 1 if !$got;
}

sub pass {
	my $pipe = shift;
	my $queue = $pipe->{queue};
	while (@$queue && $queue->[0][0] <= time) {
		if (!defined $queue->[0][1]) {
			shutdown $pipe->{to}, 1;
			$pipe->{done} = 1;
			return;
		}
		my $sent = syswrite $pipe->{to}, $queue->[0][1];
		if (!defined $sent) {
			$pipe->{done} = 1 if !$!{EAGAIN};
			return;
		}
		substr $queue->[0][1], 0, $sent, '';
		shift @$queue if !length $queue->[0][1];
	}
}

local $SIG{PIPE} = 'IGNORE';
for (;;) {
	my $poll = IO::Poll->new;
	my ($now, $wait) = (time, 3600);
	$poll->mask($listener => POLLIN);
	my %mask;
	for my $pipe (@pipes) {
		$mask{$pipe->{from}} = [$pipe->{from}, ($mask{$pipe->{from}}[1] // 0) | POLLIN] if !$pipe->{closed};
		next if !@{ $pipe->{queue} };
		my $left = $pipe->{queue}[0][0] - $now;
		if ($left > 0) {
			$wait = $left if $left < $wait;
		} else {
			$mask{$pipe->{to}} = [$pipe->{to}, ($mask{$pipe->{to}}[1] // 0) | POLLOUT];
		}
	}
	$poll->mask(@$_) for values %mask;
	$poll->poll($wait);
	connect_both() if $poll->events($listener);
	for my $pipe (@pipes) {
		take($pipe) if !$pipe->{closed} && $poll->events($pipe->{from});
		pass($pipe);
	}
	@pipes = grep { !$_->{done} } @pipes;
}
