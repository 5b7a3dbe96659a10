#!/usr/bin/perl
# flood.pl [-l] [-a attackers] [-n connections] [-s seconds] [-z size-limit]: connections of all evil kinds to smtp-serve
# under tcpserver, or with -l listening by itself, so many at once, each for at most so many seconds; every tenth sends letters as it should. All the
# while another sender is answered within a second; memory and descriptors stay bounded; each letter that got its 250
# is in the queue, whole, and no letter is there that nobody sent to its end. Prints the figures; exits 1 on violations.
use strict;
use warnings;
use Cwd 'realpath';
use File::Basename;
use File::Temp 'tempdir';
use Getopt::Std;
use IO::Select;
use IO::Socket::INET;
use Socket qw(SOL_SOCKET SO_LINGER);
use Time::HiRes qw(sleep time);

# KiB of a session's memory at its peak (a sanitizer's own is not counted), its descriptors, and seconds that the honest sender may wait.
use constant { MEMORY => 8 * 1024, DESCRIPTORS => 12, PATIENCE => 1 };

my %o = (a => 100, n => 1000, s => 10, z => '50M');
getopts('a:ln:s:z:', \%o) && !@ARGV or die "usage: flood.pl [-l] [-a attackers] [-n connections] [-s seconds] [-z size]\n";
$o{z} =~ /^(\d+)([KM]?)$/ or die "flood.pl: -z $o{z}: not a size\n";
my $limit = $1 * { '' => 1, K => 1024, M => 1024 * 1024 }->{$2};
my $build = $ENV{BUILD} || dirname(realpath $0) . '/../build';
$ENV{PATH} = "$build/bin:$ENV{PATH}";
my $work = tempdir('flood.XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $most = $o{a} + 5;
my ($port, $server, $violations, $memory, $descriptors, $sessions, $slowest, $honest) = (0, 0, 0, 0, 0, 0, 0, 0);
my (%ran, %accepted, %perhaps);

sub violation { print STDERR "  @_\n"; $violations++ }

# --- a client

sub dial { IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port, Timeout => 30) }

# Writes for at most so long; what the server says meanwhile is kept. False when it has hung up.
sub say_for {
	my ($c, $bytes, $seconds) = @_;
	my $end = time + $seconds;
	local $SIG{PIPE} = 'IGNORE';
	$c->{socket}->blocking(0);
	while (length $bytes) {
		return 0 if time > $end;
		listen_for($c, 0);
		next if !IO::Select->new($c->{socket})->can_write(0.05);
		my $n = syswrite $c->{socket}, $bytes, 65536;
		return 0 if !defined $n && !$!{EAGAIN};
		substr($bytes, 0, $n) = '' if $n;
	}
	return 1;
}

# Reads what comes within so many seconds, until it matches or the server has hung up.
sub listen_for {
	my ($c, $seconds, $wanted) = @_;
	my $end = time + $seconds;
	do {
		return 1 if $wanted && $c->{heard} =~ $wanted;
		my $left = $end - time;
		if (IO::Select->new($c->{socket})->can_read($left > 0 ? $left : 0)) {
			sysread($c->{socket}, $c->{heard}, 65536, length $c->{heard}) or return 0;
		}
	} while time < $end;
	return $wanted && $c->{heard} =~ $wanted;
}

# The reply to one command, however many lines: its code, or nothing.
sub ask {
	my ($c, $command) = @_;
	$c->{heard} = '';
	say_for($c, "$command\r\n", 10) if defined $command;
	return listen_for($c, 10, qr/^\d{3} .*\n\z/m) ? substr($c->{heard}, 0, 3) : '';
}

# Without a word of goodbye.
sub reset_by_peer {
	my ($c) = @_;
	setsockopt $c->{socket}, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0);
	close $c->{socket};
}

sub envelope { "EHLO flood.example\r\nMAIL FROM:<eve\@example.org>\r\nRCPT TO:<bob\@here.example>\r\n" }
sub letter { my $name = shift; "Subject: $name\r\n\r\n" . "line of $name\r\n" x 50 . "end of $name\r\n" }

# --- what the flood is made of: each gets a client, its name, and seconds

my %kinds = (
	letter => sub {
		my ($c, $name, $seconds) = @_;
		say_for($c, envelope() . "DATA\r\n" . letter($name) . ".\r\n", $seconds);
		listen_for($c, 30, qr/^250 2\.0\.0 queued/m);
	},
	slow => sub {
		my ($c, $name, $seconds) = @_;
		my $text = envelope() . "DATA\r\n";
		for (my $n = 0; $n < $seconds; $n++) {
			say_for($c, substr($text, $n, 1), 1) or last;
			sleep 1;
		}
	},
	'slow letter' => sub {
		my ($c, $name, $seconds) = @_;
		say_for($c, envelope() . "DATA\r\nSubject: ", $seconds);
		say_for($c, 'x', 1) && sleep 1 for 2 .. $seconds;
	},
	recipients => sub {
		my ($c, $name, $seconds) = @_;
		say_for($c, envelope() . "RCPT TO:<bob\@here.example>\r\n" x 100000, $seconds);
		listen_for($c, $seconds, qr/^421/m);
	},
	'endless line' => sub { my ($c, undef, $seconds) = @_; say_for($c, 'x' x (16 << 20), $seconds) },
	'endless letter line' => sub {
		my ($c, $name, $seconds) = @_;
		say_for($c, envelope() . "DATA\r\n", $seconds) && say_for($c, 'x' x ($limit > 1 << 22 ? 1 << 22 : $limit), $seconds);
	},
	'too large' => sub {
		my ($c, $name, $seconds) = @_;
		my $end = time + 10 * $seconds;
		my $block = "twenty times as much as is allowed\r\n" x 10000;
		say_for($c, envelope() . "DATA\r\n", $seconds);
		for (my $sent = 0; $sent < 20 * $limit; $sent += length $block) {
			say_for($c, $block, $end - time) or last;
		}
		listen_for($c, $seconds, qr/^552/m);
	},
	'half open' => sub { my ($c, undef, $seconds) = @_; listen_for($c, $seconds, qr/never/); reset_by_peer($c) },
	greeting => sub {
		my ($c, undef, $seconds) = @_;
		say_for($c, 'EHLO ' . 'x' x 102400 . "\r\n", $seconds);
		listen_for($c, $seconds, qr/^500/m);
	},
	chunk => sub {
		my ($c, undef, $seconds) = @_;
		my @sizes = qw(18446744073709551616 18446744073709551615 9223372036854775808 9223372036854775807 4294967296 -1);
		say_for($c, envelope() . "BDAT $sizes[rand @sizes]\r\n" . "x\r\n" x 1000 . "BDAT 0 LAST\r\n", $seconds);
		listen_for($c, $seconds, qr/^5\d\d|^250 2\.0\.0 queued/m);
	},
	'cut off' => sub {
		my ($c, $name, $seconds) = @_;
		say_for($c, envelope() . "DATA\r\n" . letter($name), $seconds);
		reset_by_peer($c);
	},
	vanished => sub {
		my ($c, $name, $seconds) = @_;
		say_for($c, envelope() . "DATA\r\n" . letter($name) . ".\r\n", $seconds);
		reset_by_peer($c);
	},
	nonsense => sub {
		my ($c, undef, $seconds) = @_;
		say_for($c, join("\r\n", map { join '', map { chr rand 256 } 1 .. rand 200 } 1 .. 100) . "\r\n", $seconds);
		listen_for($c, $seconds, qr/^(421|500 5\.5\.2 A line)/m);
	},
);
my @kinds = ('letter', grep { $_ ne 'letter' } sort keys %kinds);

# --- the service

sub start_server {
	mkdir $_ for "$work/mailboxes", "$work/mailboxes/bob";
	open my $f, '>', "$work/conf" or die "$work/conf: $!\n";
	print $f "hostname here.example\nlog stderr\ndeliver queue\nqueue-reserve 0\nmailboxes mailboxes\nsize-limit $o{z}\n";
	close $f;
	$port = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')->sockport;
	$server = fork // die "fork: $!\n";
	if ($server == 0) {
		$ENV{PENNYPOST} = $work;
		open STDERR, '>', "$work/errors";
		exec dirname(realpath $0) . '/listen.pl', '127.0.0.1', $port, 'smtp-serve', '-c', $most if $o{l};
		exec 'tcpserver', '-HRD', '-l0', '-b', $most, '-c', $most, '127.0.0.1', $port, 'smtp-serve';
		exit 127;
	}
	for (1 .. 100) { last if dial(); sleep 0.05 }
}

sub children {
	open my $f, '<', "/proc/$server/task/$server/children" or return;
	return split ' ', <$f> // '';
}

# Those that have a client: who listens has some beside them that wait for one, with a socket pair as the only socket.
sub busy {
	return children() if !$o{l};
	return grep { my $pid = $_; (readlink "/proc/$pid/fd/1" // '') =~ /^socket:/ } children();
}

sub measure {
	my @pids = busy();
	$sessions = @pids if @pids > $sessions;
	for my $pid (@pids) {
		open my $f, '<', "/proc/$pid/status" or next;
		my $peak = join('', <$f>) =~ /^Name:\tsmtp-serve.*^VmHWM:\s*(\d+)/ms ? $1 : next;
		opendir my $d, "/proc/$pid/fd" or next;
		my $open = grep { !/^\./ } readdir $d;
		$memory = $peak if $peak > $memory;
		$descriptors = $open if $open > $descriptors;
	}
}

# --- the flood, a process a connection

sub attack {
	my ($kind, $name, $report) = @_;
	my $c = { socket => dial(), heard => '' };
	my $outcome = 'not connected';
	if ($c->{socket}) {
		listen_for($c, 30, qr/^220 .*\n/m);
		$c->{heard} = '';
		$kinds{$kind}->($c, $name, $o{s});
		$outcome = $c->{heard} =~ /^250 2\.0\.0 queued as (\w+)/m ? $1 : 'refused';
	}
	syswrite $report, "$kind\t$name\t$outcome\n";
	exit 0;
}

sub judge_attack {
	my ($kind, $name, $outcome) = split /\t/, shift;
	$ran{$kind}++;
	$perhaps{$name} = 1 if $kind eq 'vanished';
	if ($outcome =~ /^(refused|not connected)$/) {
		violation("$name: a good letter was $outcome") if $kind eq 'letter';
		violation("$name: $outcome") if $outcome eq 'not connected' && $kind ne 'letter';
	} else {
		violation("$name: $kind, and a letter was accepted") if $kind !~ /^(letter|vanished)$/;
		$accepted{$outcome} = $name;
	}
}

# A whole letter; how long the slowest answer took.
sub honest_letter {
	my $name = 'honest' . ++$honest;
	my ($worst, $begun, $code) = (0, time);
	my $c = { socket => dial(), heard => '' };
	return violation("$name: no connection") if !$c->{socket};
	for my $step ([220], [250, 'EHLO honest.example'], [250, 'MAIL FROM:<alice@example.org>'],
			[250, 'RCPT TO:<bob@here.example>'], [354, 'DATA'], [250, letter($name) . '.'], [221, 'QUIT']) {
		$code = ask($c, $step->[1] // ());
		$worst = time - $begun if time - $begun > $worst;
		return violation("$name: $step->[0] expected, not: $c->{heard}") if $code ne $step->[0];
		$accepted{$1} = $name if $c->{heard} =~ /^250 2\.0\.0 queued as (\w+)/;
		$begun = time;
	}
	$slowest = $worst if $worst > $slowest;
	violation(sprintf '%s: waited %.1f s for an answer', $name, $worst) if $worst > PATIENCE;
}

sub flood {
	my ($started, %attackers, $rest) = (0);
	pipe my $reports, my $report or die "pipe: $!\n";
	$rest = '';
	while ($started < $o{n} || keys %attackers) {
		while ($started < $o{n} && keys %attackers < $o{a}) {
			my $number = $started++;
			my $kind = $number % 10 ? $kinds[1 + $number % $#kinds] : 'letter';
			my $pid = fork // die "fork: $!\n";
			attack($kind, "flood$number", $report) if $pid == 0;
			$attackers{$pid} = 1;
		}
		honest_letter();
		measure();
		while ((my $pid = waitpid -1, 1) > 0) { delete $attackers{$pid} }
		sysread $reports, $rest, 65536, length $rest if IO::Select->new($reports)->can_read(0.02);
		judge_attack($1) while $rest =~ s/^(.*)\n//;
	}
	judge_attack($_) for split /\n/, $rest;
	violation('some attackers did not report') if eval { my $n = 0; $n += $_ for values %ran; $n } != $o{n};
}

# --- what is left

sub look_into_queue {
	my (%there, $more);
	for my $file (split /\n/, `find $work/queue -type f`) {
		my $id = basename $file;
		open my $f, '<', $file or next;
		my $text = join '', <$f>;
		my ($name) = $text =~ /^Subject: (.*)$/m;
		$there{$id} = $name //= '?';
		violation("$file: not whole") if $text !~ /\n\n(line of \Q$name\E\n){50}end of \Q$name\E\n\z/;
		violation("$file: nobody was told of $name") if !$accepted{$id} && !$perhaps{$name} && ++$more;
	}
	for my $id (keys %accepted) {
		violation("$id: accepted and gone") if ($there{$id} // '') ne $accepted{$id};
	}
	return scalar keys %there;
}

sub finish {
	my $end = time + 15;
	sleep 0.1 while busy() && time < $end;
	violation(scalar(my @left = busy()), 'sessions do not end with their clients') if busy();
	violation("$memory KiB in one session") if $memory > MEMORY && `nm $build/bin/smtp-serve` !~ /__asan/;
	violation("$descriptors descriptors in one session") if $descriptors > DESCRIPTORS;
	violation("$sessions sessions at once") if $sessions > $most;
	kill 'TERM', children(), $server;
	waitpid $server, 0;
}

start_server();
flood();
finish();
my $stored = look_into_queue();
printf "flood: %d connections, %d at once: %s\n", $o{n}, $o{a}, join ', ', map { "$ran{$_} $_" } sort keys %ran;
printf "flood: %d honest letters all the while, the slowest answer %.0f ms\n", $honest, 1000 * $slowest;
printf "flood: a session took at most %d KiB and %d descriptors, %d sessions at once\n", $memory, $descriptors, $sessions;
printf "flood: %d letters accepted, %d in the queue, %d violations\n", scalar keys %accepted, $stored, $violations;
exit($violations > 0);
