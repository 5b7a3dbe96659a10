#!/usr/bin/perl
# sender.pl PORT: what Mail::SPF says to lines `ip TAB sender TAB helo`, with the DNS server at this port.
use strict;
use warnings;
use Mail::SPF;
use Net::DNS::Resolver;

my $dns = Net::DNS::Resolver->new(nameservers => ['127.0.0.1'], port => $ARGV[0], recurse => 1, retry => 1, udp_timeout => 2);
while (<STDIN>) {
	chomp;
	my ($ip, $sender, $helo) = split /\t/;
	my $server = Mail::SPF::Server->new(dns_resolver => $dns, query_rr_types => Mail::SPF::Server->query_rr_type_txt);
	my $said = $server->process(Mail::SPF::Request->new(versions => [1], scope => 'mfrom', identity => $sender, ip_address => $ip,
		helo_identity => $helo));
	print $said->code, "\t", $said->text, "\n";
}
