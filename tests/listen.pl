#!/usr/bin/perl
# listen.pl [-d] ADDRESS PORT... COMMAND...: listens there (a number is a port), and becomes the command, with the socket as
# its standard input, as inetd's `wait` has it; with -d the sockets are descriptors 3, 4, ..., as systemd passes them.
use strict;
use warnings;
use IO::Socket::INET;
use POSIX 'dup2';

my $descriptors = @ARGV && $ARGV[0] eq '-d' && shift;
my $address = shift // die "usage: listen.pl [-d] address port... command...\n";
$^F = 1000;
my @sockets;
while (@ARGV && $ARGV[0] =~ /^\d+$/) {
	my $port = shift;
	push @sockets, IO::Socket::INET->new(Listen => 511, LocalAddr => $address, LocalPort => $port, ReuseAddr => 1)
		|| die "listen.pl: $address:$port: $!\n";
}
if ($descriptors) {
	my @high = map { POSIX::fcntl($_, 0, 100) } @sockets; # out of the way of those numbers
	dup2($high[$_], 3 + $_) for 0 .. $#high;
	POSIX::close($_) for @high;
	@ENV{qw(LISTEN_PID LISTEN_FDS)} = ($$, scalar @high);
} else {
	dup2(fileno $sockets[0], 0);
	POSIX::close(fileno $sockets[0]);
}
exec @ARGV or die "listen.pl: $ARGV[0]: $!\n";
