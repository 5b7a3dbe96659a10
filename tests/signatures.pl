#!/usr/bin/perl
# Signatures by Mail::DKIM: signatures.pl sign KEY CANONICALIZATION <message >signed: a field and the message, for s=rsa of
# example.test; signatures.pl verify <message: a result for each signature. RES_NAMESERVERS and RES_OPTIONS name the DNS server.
use strict;
use warnings;
use Mail::DKIM::Signer;
use Mail::DKIM::Verifier;

my ($way, $key, $canonical) = @ARGV;
my @lines = <STDIN>;
my $dkim = $way eq 'sign'
    ? Mail::DKIM::Signer->new(Algorithm => 'rsa-sha256', Method => $canonical, Domain => 'example.test', Selector => 'rsa', KeyFile => $key)
    : Mail::DKIM::Verifier->new;
s/\r?\n/\r\n/ for my @wire = @lines;
$dkim->PRINT($_) for @wire;
$dkim->CLOSE;
if ($way eq 'sign') {
    my $field = $dkim->signature->as_string;
    $field =~ s/\r//g;
    print $field, "\n", @lines;
} else {
    print $_->algorithm, ' ', $_->result_detail, "\n" for $dkim->signatures;
}
