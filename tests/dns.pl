#!/usr/bin/perl
# dns.pl PORT [ADDRESS [NAME]]: a DNS server that misbehaves, each name in its own way, see the table of names;
# or all as NAME does.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use Time::HiRes 'time';

my ($A, $CNAME, $SOA, $MX, $TXT, $AAAA) = (1, 5, 6, 15, 16, 28);
my ($QR, $AA, $TC, $RA, $AD) = (0x8000, 0x400, 0x200, 0x80, 0x20);
my ($FORMERR, $SERVFAIL, $NXDOMAIN, $NOTIMP, $REFUSED) = (1, 2, 3, 4, 5);
my %asked;

sub name { join('', map { chr(length) . $_ } split /\./, $_[0]) . "\0" }
sub rr { my ($name, $type, $data) = @_; $name . pack('nnNn', $type, 1, 60, length $data) . $data }
sub mx { my ($preference, $host) = @_; [$MX, pack('n', $preference) . $host] }
sub alias { [$CNAME, name($_[0])] }
sub address { [$A, pack('C4', split /\./, $_[0])] }

# Answers: flags and code, then records of the name asked for.
sub records { my ($flags, @records) = @_; sub {
	my $q = shift;
	pack('nnnnnn', $q->{id}, $QR | $flags, 1, scalar @records, 0, 0) . $q->{question}
		. join('', map { rr("\xc0\x0c", @$_) } @records);
} }

# Another way with MX than with addresses.
sub mail { my ($mx, $other) = @_; sub { ($_[0]{type} == $MX ? $mx : $other || records($RA))->(@_) } }
sub raw { my $make = shift; sub { $make->(shift) } }
sub over_tcp { my $full = shift; sub { my $q = shift; $q->{tcp} ? $full->($q) : records($RA | $TC)->($q) } }
sub addressed { my $to = shift; sub { ($_[0]{type} == $A ? records($RA, address($to)) : records($RA))->(@_) } }

my $good = mail(records($RA, mx(10, name('a.test'))), addressed('127.0.0.9'));
my %names = (
	'a.test' => addressed('127.0.0.9'),
	'good.test' => $good,
	'mute.test' => raw(sub { undef }),
	'_dmarc.mute.test' => raw(sub { undef }),
	'late.test' => sub { $asked{"late$_[0]{type}"}++ ? $good->(@_) : undef },
	'garbage.test' => raw(sub { pack('n', $_[0]{id}) . "\x81\x80" . "\xff" x 100 }),
	'short.test' => raw(sub { pack('n', $_[0]{id}) . "\x81" }),
	'query.test' => raw(sub { my $p = $good->($_[0]); substr($p, 2, 1) = chr(ord(substr $p, 2, 1) & 0x7f); $p }),
	'other.test' => raw(sub { $good->({ %{$_[0]}, question => name('else.test') . pack('nn', $MX, 1) }) }),
	'pointer.test' => raw(sub { my $q = shift; pack('nnnnnn', $q->{id}, $QR | $RA, 1, 1, 0, 0) . $q->{question}
		. pack('n', 0xc000 | (12 + length $q->{question})) . pack('nnNn', $MX, 1, 60, 2) . "\0\0" }),
	'formerr.test' => sub { my $q = shift; $q->{edns} ? records($RA | $FORMERR)->($q) : $good->($q) },
	'always.formerr.test' => records($RA | $FORMERR),
	'servfail.test' => records($RA | $SERVFAIL),
	'notimp.test' => records($RA | $NOTIMP),
	'refused.test' => records($REFUSED),
	'nonsense.test' => records($RA | 11),
	'referral.test' => records(0),
	'lame.test' => records($NXDOMAIN),
	'authority.test' => records($AA | $NXDOMAIN),
	'nodata.test' => records($RA),
	'big.test' => mail(over_tcp(records($RA, map { mx($_, name("m$_.test")) } reverse 1 .. 60))),
	'huge.test' => mail(over_tcp(records($RA, map { mx(10, name("m$_.test")) } 1 .. 2500))),
	'cut.test' => records($RA | $TC),
	'cname.test' => records($RA, alias('good.test')),
	'loop.test' => records($RA, alias('loop.test')),
	'chain.test' => records($RA, alias('c1.test')),
	'odd.test' => records($RA, alias("o\\d\nd.test")),
	'controls.test' => mail(records($RA, mx(10, name("a\n\x1b[2J.test")), mx(20, name('a b.test')), mx(30, "\x03a.b\x00"),
		mx(40, name("a\tb\x00c.test")))),
	'literal.test' => mail(records($RA, mx(10, name('192.0.2.1')), mx(10, name('[192.0.2.1]')))),
	'local.test' => mail(records($RA, mx(10, name('localhost')), mx(20, name('a.test')))),
	'dot.test' => mail(records($RA, mx(0, "\0"), mx(10, name('a.test')))),
	'twice.test' => mail(records($RA, mx(10, name('A.test')), mx(20, name('a.TEST')))),
	'half.test' => mail(records($RA, mx(10, name('servfail.test')), mx(20, name('a.test')))),
	'none.test' => mail(records($RA, mx(10, name('nodata.test')), mx(20, name('authority.test')))),
	'maybe.test' => mail(records($RA, mx(10, name('nodata.test')), mx(20, name('servfail.test')))),
	'length.test' => mail(records($RA, [$MX, ''], [$MX, "\0"], [$MX, "\0\x0a"]), records($RA, [$A, 'abc'], [$AAAA, 'abc'])),
	'_dmarc.length.test' => records($RA, [$TXT, "\x0fv=DMARC1; p=none"], [$TXT, "\x05ab"]),
	'badhost.test' => mail(records($RA, mx(10, name('length.test')))),
	'zero.test' => mail(records($RA), sub { records($RA, $_[0]{type} == $A
		? (address('0.0.0.0'), address('224.0.0.1')) : ([$AAAA, "\0" x 16], [$AAAA, "\xff\x02" . "\0" x 14]))->(@_) }),
	'many.test' => mail(records($RA), sub { records($RA, $_[0]{type} == $A ? map { address("127.0.1.$_") } 1 .. 40 : ())->(@_) }),
	'slow.test' => mail(records($RA, map { mx($_, name("slow$_.test")) } 1 .. 10)),
	'signed.test' => mail(records($RA | $AD, mx(10, name('vouched.test')), mx(20, name('a.test')))),
	'vouched.test' => sub { records($RA | $AD, $_[0]{type} == $A ? address('127.0.0.9') : ())->(@_) },
);

sub answer {
	my ($packet, $tcp) = @_;
	my ($id, undef, undef, undef, undef, $additional) = unpack 'n6', $packet;
	my ($at, @labels) = (12);
	while (my $n = unpack 'C', substr($packet, $at, 1)) {
		push @labels, substr($packet, $at + 1, $n);
		$at += $n + 1;
	}
	my $name = $ARGV[2] // lc join '.', @labels;
	my %q = (id => $id, tcp => $tcp, edns => $additional, type => unpack('n', substr($packet, $at + 1, 2)),
		question => substr($packet, 12, $at + 5 - 12));
	return records($RA, alias("c" . ($1 + 1) . ".test"))->(\%q) if $name =~ /^c(\d+)\.test$/;
	return ($names{'a.test'}->(\%q), 0.2) if $name =~ /^slow\d+\.test$/;
	return $names{'a.test'}->(\%q) if $name =~ /^m\d+\.test$/;
	return ($names{$name} || records($RA | $NXDOMAIN))->(\%q);
}

my ($port, $address) = ($ARGV[0], $ARGV[1] // '127.0.0.1');
my $udp = IO::Socket::INET->new(Proto => 'udp', LocalAddr => $address, LocalPort => $port) or die "port $port: $!\n";
my $tcp = IO::Socket::INET->new(Listen => 5, LocalAddr => $address, LocalPort => $port, ReuseAddr => 1)
	or die "port $port: $!\n";
my $select = IO::Select->new($udp, $tcp);
my (%partial, @later);

sub datagram {
	my $from = recv($udp, my $packet, 65535, 0) // return;
	my ($reply, $delay) = answer($packet, 0);
	push @later, [time + ($delay // 0), $reply, $from] if defined $reply;
}

sub stream {
	my $client = shift;
	if (!sysread $client, $partial{$client}, 65535, length($partial{$client} // '')) {
		delete $partial{$client};
		$select->remove($client);
		return;
	}
	while (length $partial{$client} >= 2 and length $partial{$client} >= 2 + unpack 'n', $partial{$client}) {
		my $packet = substr $partial{$client}, 2, unpack 'n', $partial{$client};
		substr($partial{$client}, 0, 2 + length $packet) = '';
		my ($reply) = answer($packet, 1);
		print $client pack('n', length $reply) . $reply if defined $reply;
		$client->flush;
	}
}

for (;;) {
	for my $ready ($select->can_read(@later ? 0.01 : undef)) {
		if ($ready == $udp) { datagram() }
		elsif ($ready == $tcp) { $select->add(scalar $tcp->accept) }
		else { stream($ready) }
	}
	my @due = grep { $_->[0] <= time } @later;
	@later = grep { $_->[0] > time } @later;
	send $udp, $_->[1], 0, $_->[2] for @due;
}
