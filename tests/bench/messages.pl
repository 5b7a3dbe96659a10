#!/usr/bin/perl
# messages.pl big MB lf|crlf|odd: a message with an attachment of so many megabytes; odd: lines of any length, with junk between.
# messages.pl small COUNT FOLDER: messages of some 12 KB with a text and two attachments, a file each.
# messages.pl qp MB english|polish: a stream of quoted-printable. All are the same in each run.
use strict;
use warnings;
use MIME::Base64 qw(encode_base64);
use MIME::QuotedPrint qw(encode_qp);

my ($what, $size, $kind) = @ARGV;
srand 20261124;
my $bytes = join '', map { pack 'N', int rand 2**32 } 1 .. 15_000;      # 60,000: a whole number of lines of 57

sub head {
	my ($boundary) = @_;
	return "From: Alice <alice\@here.example>\nTo: bob\@there.example\nSubject: some parts\n" .
	    "MIME-Version: 1.0\nContent-Type: multipart/mixed;\n boundary=\"$boundary\"\n\n";
}

sub attachment {
	my ($name) = @_;
	return "Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n" .
	    "Content-Disposition: attachment; filename=\"$name\"\n\n";
}

sub lines {
	my ($data) = @_;
	return encode_base64($data) if $kind ne 'odd';
	my ($digits, $out) = (encode_base64($data, ''), '');
	while (length $digits) {
		$out .= substr($digits, 0, 1 + int rand 200, '') . (rand() < .1 ? " \t!" : '') . "\n";
	}
	return $out;
}

sub big {
	my $chunk = lines(substr $bytes, 0, 57_000);
	my $start = head('=_b') . "--=_b\n\nsee below\n--=_b\n" . attachment('big.bin');
	my $end = "--=_b--\n";
	if ($kind eq 'crlf') { s/\n/\r\n/g for $start, $chunk, $end }
	print $start;
	print $chunk for 1 .. $size * 1_000_000 / 57_000;
	print $end;
}

sub small {
	mkdir $kind or die "$kind: $!\n";
	for my $n (1 .. $size) {
		open my $out, '>', sprintf '%s/%06d', $kind, $n or die "$kind: $!\n";
		print $out head("=_$n"), "--=_$n\nContent-Type: text/plain; charset=utf-8\n\n", "It was the best of times.\n" x 92;
		for my $part (1, 2) {
			print $out "--=_$n\n", attachment("file-$n-$part.bin"), encode_base64(substr $bytes, int rand 50_000, 2400);
		}
		print $out "--=_$n--\n";
		close $out or die "$kind: $!\n";
	}
}

sub qp {
	my %text = (
		english => "It was the best of times, it was the worst of times, it was the age of wisdom.\n" x 500,
		polish => "Za\xc5\xbc\xc3\xb3\xc5\x82\xc4\x87 g\xc4\x99\xc5\x9bl\xc4\x85 ja\xc5\xba\xc5\x84, a potem spokojnie wr\xc3\xb3\xc4\x87 do domu.\n" x 500,
	);
	my $chunk = encode_qp($text{$kind});
	print $chunk for 1 .. $size * 1_000_000 / length $chunk;
}

({ big => \&big, small => \&small, qp => \&qp }->{$what})->();
