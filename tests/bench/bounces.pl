#!/usr/bin/perl
# bounces.pl COUNT FOLDER: bounces of some 3 KB as they come, a file each: of ten, four are reports of Postfix, two of Exim,
# two of qmail, one of Exchange, and one is a vacation notice. The same in each run.
use strict;
use warnings;

my ($count, $folder) = @ARGV;
my $letter = "Return-Path: <news-bounce\@lists.example.org>\nFrom: News <news\@lists.example.org>\nTo: news\@lists.example.org\n" .
    "Subject: the news\nMessage-ID: <1\@lists.example.org>\n\n" . "It was the best of times, it was the worst of times.\n" x 20;
my $received = join '', map { "Received: from mx$_.example.com (mx$_.example.com [192.0.2.$_])\n\tby mail.example.org (Postfix) with ESMTPS id 4F$_\n" .
    "\tfor <news-bounce\@lists.example.org>; Mon, 23 Nov 2026 19:4$_:00 +0100 (CET)\n" } 1 .. 4;

sub report {
	my ($user, $said, $status) = @_;
	return "Return-Path: <>\n${received}From: MAILER-DAEMON\@mx.example.com (Mail Delivery System)\n" .
	    "To: news-bounce\@lists.example.org\nSubject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\n" .
	    "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status;\n\tboundary=\"B_$user\"\n\n" .
	    "This is a MIME-encapsulated message.\n\n--B_$user\nContent-Description: Notification\n\n" .
	    "This is the mail system at host mx.example.com.\n\nI'm sorry to have to inform you that your message could not\n" .
	    "be delivered to one or more recipients. It's attached below.\n\n<$user\@example.com>: host mx.example.net[192.0.2.9]" .
	    " said: $said\n    (in reply to RCPT TO command)\n\n--B_$user\nContent-Type: message/delivery-status\n\n" .
	    "Reporting-MTA: dns; mx.example.com\nArrival-Date: Mon, 23 Nov 2026 19:40:00 +0100 (CET)\n\n" .
	    "Final-Recipient: rfc822; $user\@example.com\nOriginal-Recipient: rfc822;$user\@example.com\nAction: failed\n" .
	    "Status: $status\nRemote-MTA: dns; mx.example.net\nDiagnostic-Code: smtp; $said\n\n" .
	    "--B_$user\nContent-Type: message/rfc822\n\n$letter\n--B_$user--\n";
}

sub plain {
	my ($from, $subject, $text, $more) = @_;
	return "Return-Path: <>\n${received}From: $from\nTo: news-bounce\@lists.example.org\nSubject: $subject\n$more\n$text$letter";
}

sub exim {
	my ($user) = @_;
	return plain('Mail Delivery System <Mailer-Daemon@mx.example.com>', 'Mail delivery failed: returning message to sender',
	    "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one" .
	    " or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  $user\@example.com\n" .
	    "    host mx.example.net [192.0.2.9]\n    SMTP error from remote mail server after RCPT TO:<$user\@example.com>:\n" .
	    "    552 5.2.2 mailbox full\n\n------ This is a copy of the message, including all the headers. ------\n\n",
	    "X-Failed-Recipients: $user\@example.com\n");
}

sub qmail {
	my ($user) = @_;
	return plain('MAILER-DAEMON@mx.example.com', 'failure notice', "Hi. This is the qmail-send program at mx.example.com.\n" .
	    "I'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up." .
	    " Sorry it didn't work out.\n\n<$user\@example.com>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n" .
	    "--- Below this line is a copy of the message.\n\n", '');
}

sub exchange {
	my ($user) = @_;
	return plain('System Administrator <postmaster@example.com>', 'Undeliverable: the news', "Your message\n\n  To:      news\@lists.example.org\n" .
	    "  Subject: the news\n  Sent:    Mon, 23 Nov 2026 19:40:00 +0100\n\ndid not reach the following recipient(s):\n\n" .
	    "$user\@example.com on Mon, 23 Nov 2026 19:41:00 +0100\n    The recipient name is not recognized\n" .
	    "    MSEXCH:IMS:Example:MAIN:MX 0 (000C05A6) Unknown Recipient\n\n", '');
}

sub vacation {
	my ($user) = @_;
	return plain("$user\@example.com", 'Out of office: the news', "I am away until Monday.\n\n", "Auto-Submitted: auto-replied\n");
}

mkdir $folder or die "$folder: $!\n";
for my $n (0 .. $count - 1) {
	my $user = "user$n";
	my @kinds = ((sub { report($user, "550 5.1.1 <$user\@example.com>: Recipient address rejected: User unknown", '5.1.1') }) x 3,
	    sub { report($user, '554 5.7.1 Service unavailable; blocked using zen.spamhaus.org', '5.7.1') },
	    (sub { exim($user) }) x 2, (sub { qmail($user) }) x 2, sub { exchange($user) }, sub { vacation($user) });
	open my $out, '>', sprintf '%s/%06d', $folder, $n or die "$folder: $!\n";
	print $out $kinds[$n % 10]->();
	close $out or die "$folder: $!\n";
}
