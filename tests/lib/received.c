/* received: the field as each of those writes it who are in use, or were. */
#include "clock.h"
#include "received.h"
#include "tap.h"

static void add(buf *to, slice s)
{
	buf_addslice(to, s);
	buf_addchar(to, '|');
}

/* helo|name|address|by|with|id|recipient|date|, and `broken`. */
static void vector(const char *body, const char *want)
{
	struct received r;
	char text[NETWORK_TEXT] = "";
	buf got = { NULL, 0, 0 };

	received_read(&r, slice_of(body));
	if (r.has_address)
		address_text(&r.address, text);
	add(&got, r.helo);
	add(&got, r.name);
	add(&got, slice_of(text));
	add(&got, r.by);
	add(&got, r.with);
	add(&got, r.id);
	add(&got, r.recipient);
	if (r.dated)
		clock_add_stamp(&got, r.when);
	buf_addtext(&got, r.broken ? "|broken" : "|");
	same(buf_slice(&got), want, body);
	buf_free(&got);
}

#define DATE "Mon, 23 Nov 2026 19:40:12 +0100"
#define UTC "2026-11-23T18:40:12Z"

static void sendmail_and_its_like(void)
{
	vector("from mail.example.org (mail.example.org [192.0.2.1]) by mx.example.com (8.15.2/8.15.2) with ESMTPS id 3AB1x"
	    " (version=TLSv1.2 cipher=ECDHE bits=256 verify=NOT) for <bob@example.com>; " DATE " (CET)",
	    "mail.example.org|mail.example.org|192.0.2.1|mx.example.com|ESMTPS|3AB1x|bob@example.com|" UTC "|");
	vector("from localhost (IDENT:joe@host.example.org. [192.0.2.1] (may be forged)) by mx.example.com (8.9.3/8.9.3) with SMTP id AA01; " DATE,
	    "localhost|host.example.org|192.0.2.1|mx.example.com|SMTP|AA01||" UTC "|");
	vector("(from root@localhost) by mx.example.com (8.15.2/8.15.2/Submit) id 3AB1; " DATE, "|||mx.example.com||3AB1||" UTC "|");
	vector("from lion.example.edu by tiger.example.edu (5.61/1.34) id AA12345; Mon, 23 Nov 26 13:40:12 EST",
	    "lion.example.edu|||tiger.example.edu||AA12345||" UTC "|");
	vector("from lion by tiger via TCP with SMTP id AA12 for bob; " DATE, "lion|||tiger|SMTP|AA12|bob|" UTC "|");
}

static void postfix(void)
{
	vector("from [192.168.1.5] (cable.example.net [203.0.113.5]) (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)"
	    " key-exchange X25519) (No client certificate requested) (Authenticated sender: al) by smtp.example.org (Postfix)"
	    " with ESMTPSA id 4F1 for <bob@example.com>; " DATE,
	    "[192.168.1.5]|cable.example.net|203.0.113.5|smtp.example.org|ESMTPSA|4F1|bob@example.com|" UTC "|");
	vector("from x (unknown [IPv6:2001:db8::1]) by mx.example.com (Postfix) with ESMTP id 4F1; " DATE,
	    "x|unknown|2001:db8::1|mx.example.com|ESMTP|4F1||" UTC "|");
	vector("by mx.example.com (Postfix, from userid 1000) id 4F1; " DATE, "|||mx.example.com||4F1||" UTC "|");
}

static void exim(void)
{
	vector("from mail.example.org ([192.0.2.1]:40612) by mx.example.com with esmtps (TLS1.3) tls TLS_AES_256_GCM_SHA384 (Exim 4.96)"
	    " (envelope-from <al@example.org>) id 1abc-0002 for bob@example.com; " DATE,
	    "mail.example.org||192.0.2.1|mx.example.com|esmtps|1abc-0002|bob@example.com|" UTC "|");
	vector("from cable.example.net ([203.0.113.5] helo=laptop) by mx.example.com with esmtp (Exim 4.96) id 1abc; " DATE,
	    "laptop|cable.example.net|203.0.113.5|mx.example.com|esmtp|1abc||" UTC "|");
	vector("from [203.0.113.5] (helo=laptop) by mx.example.com with esmtp (Exim 4.96) id 1abc; " DATE,
	    "laptop||203.0.113.5|mx.example.com|esmtp|1abc||" UTC "|");
	vector("from [203.0.113.5] (port=4711 helo=[10.0.0.2]) by mx.example.com with smtp id 1abc; " DATE,
	    "[10.0.0.2]||203.0.113.5|mx.example.com|smtp|1abc||" UTC "|");
	vector("from al by mx.example.com with local (Exim 4.96) (envelope-from <al@example.com>) id 1abc; " DATE,
	    "al|||mx.example.com|local|1abc||" UTC "|");
}

static void qmail(void)
{
	vector("from unknown (HELO laptop) (203.0.113.5) by mx.example.com with SMTP; 23 Nov 2026 18:40:12 -0000",
	    "laptop|unknown|203.0.113.5|mx.example.com|SMTP|||" UTC "|");
	vector("from cable.example.net (HELO laptop) (al@203.0.113.5) by mx.example.com with ESMTPA; " DATE,
	    "laptop|cable.example.net|203.0.113.5|mx.example.com|ESMTPA|||" UTC "|");
	vector("from mail.example.org (192.0.2.1) by mx.example.com with SMTP; " DATE,
	    "mail.example.org||192.0.2.1|mx.example.com|SMTP|||" UTC "|");
	vector("(qmail 1234 invoked by uid 1000); " DATE, "|||||||" UTC "|");
}

static void others(void)
{
	vector("from AM0.example.com (2603:10a6:208::19) by DB8.example.com (2603:10a6:10::23) with Microsoft SMTP Server (version=TLS1_2,"
	    " cipher=TLS_ECDHE) id 15.20.8182.10; " DATE,
	    "AM0.example.com||2603:10a6:208::19|DB8.example.com|Microsoft SMTP Server|15.20.8182.10||" UTC "|");
	vector("from AM0.example.com ([fe80::1]) by AM0.example.com ([fe80::1%3]) with mapi id 15.20.8182.010; " DATE,
	    "AM0.example.com||fe80::1|AM0.example.com|mapi|15.20.8182.010||" UTC "|");
	vector("from AM0.example.com (192.0.2.1) by DB8.example.com (192.0.2.2) with Microsoft SMTP Server id 15.20 via Frontend Transport; " DATE,
	    "AM0.example.com||192.0.2.1|DB8.example.com|Microsoft SMTP Server|15.20||" UTC "|");
	vector("from mail pickup service by WEB1 with Microsoft SMTPSVC; " DATE, "mail pickup service|||WEB1|Microsoft SMTPSVC|||" UTC "|");
	vector("from mail-ed1.example.com (mail-ed1.example.com. [209.85.208.45]) by mx.example.net with SMTPS id a1-b2sor for"
	    " <bob@example.net> (Google Transport Security); Mon, 23 Nov 2026 10:40:12 -0800 (PST)",
	    "mail-ed1.example.com|mail-ed1.example.com|209.85.208.45|mx.example.net|SMTPS|a1-b2sor|bob@example.net|" UTC "|");
	vector("by 2002:a05:6214:1bc5:0:0:0:0 with SMTP id m5csp; " DATE, "|||2002:a05:6214:1bc5:0:0:0:0|SMTP|m5csp||" UTC "|");
	vector("from laptop (cable.example.net [203.0.113.5]) by mx.example.com (OpenSMTPD) with ESMTPSA id 7f1"
	    " (TLSv1.3:TLS_AES_256_GCM_SHA384:256:NO) auth=yes user=al for <bob@example.com>; " DATE,
	    "laptop|cable.example.net|203.0.113.5|mx.example.com|ESMTPSA|7f1|bob@example.com|" UTC "|");
	vector("from localhost (mx.example.com [local]) by mx.example.com (OpenSMTPD) with ESMTPA id 7f1; " DATE,
	    "localhost|||mx.example.com|ESMTPA|7f1||" UTC "|");
	vector("from mail.example.org ([192.0.2.1]) by notes.example.com (Lotus Domino Release 8.5.3FP6) with ESMTP"
	    " id 2026112319401234-5678 ; " DATE,
	    "mail.example.org||192.0.2.1|notes.example.com|ESMTP|2026112319401234-5678||" UTC "|");
	vector("from mail.example.org (mail.example.org [192.0.2.1]) by mx.example.com (pennypost) with ESMTP id abc; " DATE,
	    "mail.example.org|mail.example.org|192.0.2.1|mx.example.com|ESMTP|abc||" UTC "|");
	vector("from a.example by b.example; " DATE, "a.example|||b.example||||" UTC "|");
	vector("FROM a.example BY b.example WITH smtp; " DATE, "a.example|||b.example|smtp|||" UTC "|");
}

static void broken(void)
{
	vector("", "||||||||broken");
	vector(";", "||||||||broken");
	vector("by b.example", "|||b.example|||||");
	vector("by b.example; yesterday", "|||b.example|||||");
	vector("from a.example; " DATE, "a.example|||||||" UTC "|broken");
	vector("nonsense; " DATE, "|||||||" UTC "|broken");
	vector("from a.example (no end by b.example; " DATE, "a.example (no end|||b.example||||" UTC "|broken");
	vector("from a.example by b.example by c.example; " DATE, "a.example|||b.example||||" UTC "|broken");
	vector("from a.example by b.example id x; y; " DATE, "a.example|||b.example||x; y||" UTC "|broken");
	vector("from a (a;b) by b.example; " DATE, "a|||b.example||||" UTC "|");
	vector("from \"a; b\" by b.example; " DATE, "\"a; b\"|||b.example||||" UTC "|");
}

int main(void)
{
	sendmail_and_its_like();
	postfix();
	exim();
	qmail();
	others();
	broken();
	return tap_done();
}
