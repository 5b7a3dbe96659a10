/* What clients say to an SMTP server: RFC 5321 §4.1 and its extensions, and what the hostile say. */
#include <string.h>

#include "command.h"
#include "tap.h"

/* `address options size` of a MAIL argument, or the reply that refuses it. */
static const struct { const char *argument, *want; } mails[] = {
	{ "FROM:<alice@example.org>", "alice@example.org|" },
	{ "from: <alice@example.org>", "alice@example.org|" },
	{ "FROM:alice@example.org", "alice@example.org|" },
	{ "FROM:<>", "|" },
	{ "FROM:<> BODY=8BITMIME", "|body=8bitmime" },
	{ "FROM:<@relay.example,@two.example:alice@example.org>", "alice@example.org|" },
	{ "FROM:<\"a b\"@example.org>", "\"a b\"@example.org|" },
	{ "FROM:<\"a\\\"> b\"@example.org>", "\"a\\\"> b\"@example.org|" },
	{ "FROM:<a+b=c@[192.0.2.1]>", "a+b=c@[192.0.2.1]|" },
	{ "FROM:<a@[IPv6:2001:db8::1]>", "a@[IPv6:2001:db8::1]|" },
	{ "FROM:<a@b> SIZE=12 BODY=7bit RET=HDRS ENVID=x+2By", "a@b|body=7bit ret=hdrs envid=x+2By 12" },
	{ "FROM:<a@b> SIZE=99999999999999999999", "a@b| 999999999999999999" },
	{ "FROM:<j\303\266rg@b\303\274cher.example> SMTPUTF8", "j\303\266rg@b\303\274cher.example|smtputf8" },
	{ "FROM:<j\303\266rg@example.org>", "553" },
	{ "FROM:<j\303@example.org> SMTPUTF8", "501" },
	{ "FROM:<j\355\240\200@example.org> SMTPUTF8", "501" },
	{ "FROM:<j\300\257@example.org> SMTPUTF8", "501" },
	{ "", "501" },
	{ "TO:<a@b>", "501" },
	{ "FROM:", "501" },
	{ "FROM:<a@b", "501" },
	{ "FROM:<a@b>x", "501" },
	{ "FROM:<a@b>SIZE=1", "501" },
	{ "FROM:<a b@c>", "501" },
	{ "FROM:<a@b@c>", "501" },
	{ "FROM:<@b>", "501" },
	{ "FROM:<a@>", "501" },
	{ "FROM:<.a@b>", "501" },
	{ "FROM:<a.@b>", "501" },
	{ "FROM:<a..b@c>", "501" },
	{ "FROM:<a@b..c>", "501" },
	{ "FROM:<a@b.>", "501" },
	{ "FROM:<a@-b>", "501" },
	{ "FROM:<a@b->", "501" },
	{ "FROM:<-oQ/tmp@b>", "501" },
	{ "FROM:<\"-x\"@b>", "\"-x\"@b|" },
	{ "FROM:<\"a\tb\"@c>", "501" },
	{ "FROM:<\"a@b>", "501" },
	{ "FROM:<\"a\\\"@b>", "501" },
	{ "FROM:<a@[192.0.2.256]>", "501" },
	{ "FROM:<a@[evil]>", "501" },
	{ "FROM:<a@[192.0.2.1>", "501" },
	{ "FROM:<@:a@b>", "501" },
	{ "FROM:<@a,a@b>", "501" },
	{ "FROM:<<a@b>>", "501" },
	{ "FROM:<a@b> SIZE", "501" },
	{ "FROM:<a@b> SIZE=", "501" },
	{ "FROM:<a@b> SIZE=-1", "501" },
	{ "FROM:<a@b> SIZE=1 SIZE=2", "501" },
	{ "FROM:<a@b> SIZE=999999999999999999999", "501" },
	{ "FROM:<a@b> BODY=BINARYMIME", "555" },
	{ "FROM:<a@b> BODY", "555" },
	{ "FROM:<a@b> SMTPUTF8=1", "501" },
	{ "FROM:<a@b> RET=ALL", "501" },
	{ "FROM:<a@b> ENVID=a=b", "501" },
	{ "FROM:<a@b> ENVID=a+2x", "501" },
	{ "FROM:<a@b> ENVID=", "501" },
	{ "FROM:<a@b> AUTH=<>", "555" },
	{ "FROM:<a@b> COLOUR=blue", "555" },
};

static const struct { const char *argument; bool utf8; const char *want; } rcpts[] = {
	{ "TO:<bob@example.com>", false, "bob@example.com|" },
	{ "to: bob@example.com", false, "bob@example.com|" },
	{ "TO:<Postmaster>", false, "Postmaster|" },
	{ "TO:<bob@example.com> NOTIFY=NEVER", false, "bob@example.com|notify=never" },
	{ "TO:<bob@example.com> notify=Success,FAILURE,delay ORCPT=rfc822;b+2Bob@example.com", false,
	    "bob@example.com|notify=success,failure,delay orcpt=rfc822;b+2Bob@example.com" },
	{ "TO:<bob@example.com> ORCPT=utf-8;j\\x{F6}rg@example.com", false,
	    "bob@example.com|orcpt=utf-8;j\\x{F6}rg@example.com" },
	{ "TO:<b\303\266b@example.com>", true, "b\303\266b@example.com|" },
	{ "TO:<b\303\266b@example.com>", false, "553" },
	{ "TO:<>", false, "501" },
	{ "FROM:<a@b>", false, "501" },
	{ "TO:<a@b> NOTIFY=NEVER,SUCCESS", false, "501" },
	{ "TO:<a@b> NOTIFY=SUCCESS,SUCCESS", false, "501" },
	{ "TO:<a@b> NOTIFY=SUCCESS,", false, "501" },
	{ "TO:<a@b> NOTIFY=", false, "501" },
	{ "TO:<a@b> NOTIFY", false, "501" },
	{ "TO:<a@b> ORCPT=bob@example.com", false, "501" },
	{ "TO:<a@b> ORCPT=;x", false, "501" },
	{ "TO:<a@b> ORCPT=rfc822;", false, "501" },
	{ "TO:<a@b> ORCPT=rfc822;a=b", false, "501" },
	{ "TO:<a@b> ORCPT=rf\001c;a", false, "501" },
	{ "TO:<a@b> ORCPT=utf-8;a\001", false, "501" },
	{ "TO:<a@b> SIZE=1", false, "555" },
	{ "TO:<a@b> NOTIFY=NEVER NOTIFY=NEVER", false, "501" },
};

static void outcome(buf *b, const char *wrong, slice address, const buf *options, long long size)
{
	buf_clear(b);
	if (wrong) {
		buf_add(b, wrong, 3);
		return;
	}
	buf_addslice(b, address);
	buf_addchar(b, '|');
	buf_addslice(b, buf_slice(options));
	if (size)
		buf_print(b, " %lld", size);
}

static void bdat(const char *argument, long long size, bool last)
{
	long long got;
	bool got_last;
	const char *wrong = command_bdat(slice_of(argument), &got, &got_last);

	ok(size < 0 ? wrong != NULL : !wrong && got == size && got_last == last, argument);
}

int main(void)
{
	buf b = { NULL, 0, 0 }, address = { NULL, 0, 0 };

	for (size_t i = 0; i < sizeof mails / sizeof mails[0]; i++) {
		struct mail_command m;
		const char *wrong = command_mail(slice_of(mails[i].argument), &m);

		outcome(&b, wrong, m.from.address, &m.options, m.size);
		same(buf_slice(&b), mails[i].want, mails[i].argument);
		buf_free(&m.options);
	}
	for (size_t i = 0; i < sizeof rcpts / sizeof rcpts[0]; i++) {
		struct rcpt_command r;
		const char *wrong = command_rcpt(slice_of(rcpts[i].argument), rcpts[i].utf8, &r);

		outcome(&b, wrong, r.to.address, &r.options, 0);
		same(buf_slice(&b), rcpts[i].want, rcpts[i].argument);
		buf_free(&r.options);
	}
	for (size_t n = 250; n <= 257; n++) {
		struct rcpt_command r;

		buf_clear(&address);
		buf_addtext(&address, "TO:<");
		for (size_t i = 0; i < n; i++)
			buf_addchar(&address, 'a');
		buf_addtext(&address, "@example.com>");
		ok((command_rcpt(buf_slice(&address), false, &r) == NULL) == (n <= 256), "a local part has at most 256 bytes");
		buf_free(&r.options);
	}
	bdat("0 LAST", 0, true);
	bdat("86", 86, false);
	bdat("  86   last ", 86, true);
	bdat("999999999999999999", 999999999999999999, false);
	bdat("18446744073709551616", -1, false);
	bdat("18446744073709551617 LAST", -1, false);
	bdat("-1", -1, false);
	bdat("", -1, false);
	bdat("1x", -1, false);
	bdat("1 LASTLY", -1, false);
	bdat("1 2", -1, false);
	buf_free(&b);
	buf_free(&address);
	return tap_done();
}
