#!/usr/bin/perl
# runners.pl [-k hosts] [-n letters] [-r runners] [-s seconds]: queue-run many times at once over one queue, killed
# and started again at random all the while. Every letter must be delivered once or more, and more than once only
# where a runner was killed with it in flight. With -k the runners belong to so many hosts (UTS namespaces; root) that
# share the queue folder. Prints the figures; exits 1 on any violation.
use strict;
use warnings;
use Cwd 'realpath';
use File::Basename;
use File::Temp 'tempdir';
use Getopt::Std;
use Time::HiRes qw(sleep time);

# Letters that a runner has in hand at most where there are few: it may open so many files, others included.
use constant FEW_FILES => 200;

# Between the answer of a transport and its mark in the queue file, on a busy machine.
use constant IN_FLIGHT => 1;
use constant SHARDS => '0123456789abcdefghjkmnpqrstvwxyz';

transport(@ARGV) if @ARGV && $ARGV[0] eq 'transport';

my %o = (k => 1, n => 20000, r => 8, s => 60);
getopts('k:n:r:s:', \%o) && !@ARGV or die "usage: runners.pl [-k hosts] [-n letters] [-r runners] [-s seconds]\n";
my $build = $ENV{BUILD} || dirname(realpath $0) . '/../build';
$ENV{PATH} = "$build/bin:$ENV{PATH}";
my $work = tempdir('runners.XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $queue = "$work/queue";
my ($violations, $kills, $ends, $serial, %running, %killed) = (0, 0, 0, 0);

sub violation { print STDERR "  @_\n"; $violations++ }

sub slurp { open my $f, '<', $_[0] or return ''; local $/; scalar <$f> }

sub put {
	my ($name, $text) = @_;
	open my $f, '>', $name or die "$name: $!\n";
	print $f $text;
	close $f or die "$name: $!\n";
}

# One process a letter would take longer than the test: the first is queue-add's, the others its like.
sub fill {
	my $id = `echo 'Subject: fire' | PENNYPOST=$work/1 queue-add -f alice\@here.example bob\@example.com`;
	chomp $id;
	my $text = slurp("$queue/" . substr($id, -1) . "/$id");
	for my $n (2 .. $o{n}) {
		my $digits = '';
		for (my $rest = $n; length $digits < 5; $rest = int($rest / 32)) {
			$digits = substr(SHARDS, $rest % 32, 1) . $digits;
		}
		substr($id, -5) = $digits;
		my $shard = substr($digits, -1);
		mkdir "$queue/$shard", 0750;
		put("$queue/$shard/$id", $text);
	}
}

# A letter takes its transport so long that all of them last as long as the killing does.
sub prepare {
	my $pause = $o{s} * $o{r} * 2 / $o{n};
	for my $host (1 .. $o{k}) {
		mkdir "$work/$host";
		put("$work/$host/conf", "hostname host$host.example\nlog stderr\ndeliver queue\nqueue-reserve 0\n"
			. "queue $queue\nconcurrency 4\nper-destination 2\nmailboxes mailboxes\n");
		put("$work/$host/routes", "* pipe:" . realpath($0) . " transport $work/log $pause\n");
	}
	fill();
}

# A transport that writes down what it delivers and whose it is, before it answers.
sub transport {
	my (undef, $log, $pause) = @_;
	open my $f, '>>', $log or exit 1;
	$| = 1;
	while (my $job = <STDIN>) {
		chomp $job;
		my ($id, $path, $offset, $sender, $options, @recipients) = split /\t/, $job, -1;
		sleep rand 2 * $pause;
		syswrite $f, "$id $ENV{RUNNER} " . time . "\n" or exit 1;
		print "$id\t$_\t250\t2.0.0\ttaken\n" for @recipients;
	}
	exit 0;
}

sub start {
	my $number = ++$serial;
	my $host = $number % $o{k} + 1;
	my $pid = fork // die "fork: $!\n";
	if ($pid == 0) {
		$ENV{PENNYPOST} = "$work/$host";
		$ENV{RUNNER} = $number;
		open STDERR, '>>', "$work/errors";
		my $few = $o{n} < 2000 * $o{r} ? 'ulimit -n ' . FEW_FILES . ' &&' : '';
		exec 'sh', '-c', "$few exec queue-run" if $o{k} == 1;
		exec 'unshare', '-um', 'sh', '-c', "hostname host$host && $few exec queue-run";
		exit 127;
	}
	$running{$pid} = $number;
}

sub reap {
	while ((my $pid = waitpid -1, 1) > 0) {
		my $number = delete $running{$pid};
		$ends++ if !$killed{$number};
		violation("runner $number ended with status $?") if $? && !$killed{$number};
	}
}

sub kill_one {
	my @pids = keys %running;
	my $pid = $pids[rand @pids];
	$killed{$running{$pid}} = time;
	kill 'KILL', $pid;
	waitpid $pid, 0;
	delete $running{$pid};
	$kills++;
}

sub queued { split /\n/, `find $queue/? -type f` }

# Ten kills a second: a runner lives for about a second, enough to deliver and be seen to.
sub fire {
	my $end = time + $o{s};
	while (time < $end) {
		reap();
		start() while keys %running < $o{r};
		sleep rand 0.2;
		kill_one();
	}
}

# What the killed have left behind finishes, then runners that nobody kills find the rest.
sub settle {
	my $end = time + 60 + $o{s};
	while (time < $end && (queued() || keys %running)) {
		reap();
		start() while queued() && keys %running < $o{r};
		sleep 0.1;
	}
	violation(scalar(queued()), 'letters stay in the queue') if queued();
	violation('queue-run does not end') if keys %running;
	kill 'KILL', keys %running;
	for my $folder (qw(corrupt dead hold)) {
		violation("letters in $folder") if -d "$queue/$folder" && `find $queue/$folder -type f`;
	}
}

# Of all deliveries of a letter one at most is by a runner that lived to mark it.
sub judge {
	my (%deliveries, %clean);
	my ($total, $twice, $most) = (0, 0, 0);
	for (split /\n/, slurp("$work/log")) {
		my ($id, $number, $when) = split;
		my $kill = $killed{$number};
		$total++;
		$deliveries{$id}++;
		$clean{$id}++ if !$kill || $when < $kill - IN_FLIGHT;
	}
	my $lost = $o{n} - keys %deliveries;
	my @wrong = grep { $clean{$_} > 1 } keys %clean;
	$most < $_ and $most = $_ for values %deliveries;
	violation("$lost letters were never delivered") if $lost;
	violation(scalar(@wrong), "letters were delivered again though nobody was killed: $wrong[0]") if @wrong;
	violation('what runners said: ' . $_) for grep { !/status=delivered/ } split /\n/, slurp("$work/errors");
	printf "runners: %d letters, %d hosts, %d runners at once for %d s: %d killed, %d ended by themselves\n",
		@o{qw(n k r s)}, $kills, $ends;
	printf "runners: %d lost, %d deliveries too many (at most %d of one letter), %d letters not in flight at a kill, %d violations\n",
		$lost, $total - keys %deliveries, $most, scalar(@wrong), $violations;
}

prepare();
fire();
settle();
judge();
exit($violations > 0);
