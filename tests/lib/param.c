/* param: the examples of RFC 2231, and parameters as mail really has them. */
#include <stdlib.h>

#include "param.h"
#include "tap.h"

static void vector(const char *body, const char *name, const char *want)
{
	buf got = { NULL, 0, 0 };
	bool there = mime_parameter_text(slice_of(body), name, &got);

	if (want)
		same(buf_slice(&got), want, body);
	else
		ok(!there && got.n == 0, body);
	buf_free(&got);
}

static void of_the_rfc(void)
{
	vector("message/external-body; access-type=URL;\n URL*0=\"ftp://\";\n URL*1=\"cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar\"",
	    "url", "ftp://cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar");
	vector("application/x-stuff;\n title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A", "title", "This is ***fun***");
	vector("application/x-stuff\n ;title*0*=us-ascii'en'This%20is%20even%20more%20\n ;title*1*=%2A%2A%2Afun%2A%2A%2A%20\n"
	    " ;title*2=\"isn't it!\"", "title", "This is even more ***fun*** isn't it!");
}

static void strictly(const char *text, long long want)
{
	ok(param_extended_wrong(slice_of(text)) == want, text);
}

static void well_formed(void)
{
	strictly("utf-8''", -1);
	strictly("us-ascii'en-us'This%20is%20%2A%2a%41", -1);
	strictly("", 0);
	strictly("plain", 0);
	strictly("''a", 0);
	strictly("nobody-knows''a", 0);
	strictly("utf-8''a b", 8);
	strictly("utf-8''a%4", 8);
	strictly("utf-8''%4x", 7);
	strictly("utf-8''\xc3\xa9", 7);
	strictly("utf-8''it's", 9);
}

static void in_pieces(void)
{
	vector("a; n*1=b; n*0=a; n*2=c", "n", "abc");
	vector("a; n*0=a; n*2=c", "n", "a");
	vector("a; n*1=b", "n", NULL);
	vector("a; n*0=a; n*0=b; n*1=c; n*1=d", "n", "ac");
	vector("a; n*0*=utf-8''%E2%82; n*1*=%AC", "n", "€");
	vector("a; n*0*=iso-8859-1''%E9; n*1=\"%41\"; n*2*=%E9", "n", "é%41é");
	vector("a; n*0=caf; n*1*=%C3%A9", "n", "café");
	vector("a; n*0=\"=?utf-8?Q?caf=\"; n*1=\"C3=A9?=\"", "n", "café");
	vector("a; n*999=x; n*=y", "n", "y");
	vector("a; n*99999999999999999999=x; n*-1=z; n*x=u", "n", NULL);
}

static void as_it_comes(void)
{
	vector("a; n=plain; n*=utf-8''b%C3%A9", "n", "bé");
	vector("a; n*0=pieces; n=plain", "n", "pieces");
	vector("a; n=first; n=second", "n", "first");
	vector("a; n*=x''first; n*=x''second", "n", "first");
	vector("a; filename=x; n=y", "n", "y");
	vector("a; name=x", "n", NULL);
	vector("a; n*=\"UTF-8''caf%C3%A9\"", "n", "café");
	vector("a; n*=caf%E9", "n", "café");
	vector("a; n*='en'caf%C3%A9", "n", "café");
	vector("a; n*=nobody-knows''caf%C3%A9", "n", "café");
	vector("a; n*=utf-8''100%", "n", "100%");
	vector("a; n*=gb2312''%C4%FA.txt", "n", "您.txt");
	vector("a; n=\"=?iso-2022-jp?B?GyRCJWEhPCVrGyhC?=.txt\"", "n", "メール.txt");
	vector("a; n==?utf-8?Q?x?=", "n", "x");
	vector("a; n=\"caf\xc3\xa9\"", "n", "café");
	vector("a; n=\"caf\xe9\"", "n", "café");
	vector("a; n=\"\"", "n", "");
	vector("a", "n", NULL);
	vector("", "n", NULL);
}

static void controls(void)
{
	vector("a; n*=utf-8''a%0D%0Ab%00c%1Bd%C2%9B", "n", "a  b\uFFFDc\uFFFDd\uFFFD");
	vector("a; n*0*=utf-8''a%0; n*1*=Ab", "n", "a%0Ab");
	vector("a; n=\"=?utf-8?Q?a=0Ab?=\"", "n", "a b");
}

static void written(slice value, const char *want)
{
	buf field = { NULL, 0, 0 }, back = { NULL, 0, 0 };

	buf_addtext(&field, "attachment");
	mime_add_parameter(&field, "filename", value);
	same(buf_slice(&field), want, want);
	ok(mime_parameter_text(buf_slice(&field), "filename", &back) && slice_same(buf_slice(&back), value), "and back");
	buf_free(&field), buf_free(&back);
}

#define T50 "12345678901234567890123456789012345678901234567890"

static void as_it_is_written(void)
{
	written(SLICE("a-b.txt"), "attachment; filename=a-b.txt");
	written(SLICE("a b;.txt"), "attachment; filename=\"a b;.txt\"");
	written(SLICE("a\"\\"), "attachment; filename=\"a\\\"\\\\\"");
	written(SLICE("=?x"), "attachment; filename*=utf-8''%3D%3Fx");
	written(SLICE("\xc2\xa3 rates"), "attachment; filename*=utf-8''%C2%A3%20rates");
	written(SLICE(T50 ".txt"), "attachment; filename=" T50 ".txt");
	written(SLICE(T50 "12345.txt"), "attachment;\n filename=" T50 "12345.txt");
	written(SLICE(T50 "123456789012345.txt"), "attachment;\n filename*0*=utf-8''" T50 "12;\n filename*1*=3456789012345.txt");
	written(SLICE("\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad"),
	    "attachment;\n filename*0*=utf-8''%E4%B8%AD%E4%B8%AD%E4%B8%AD%E4%B8%AD%E4%B8%AD%E4%B8%AD;\n filename*1*=%E4%B8%AD");
}

/* Any bytes come back, but for those that no name shows; no line is longer than 76. */
static void round_trips(void)
{
	buf value = { NULL, 0, 0 }, field = { NULL, 0, 0 }, back = { NULL, 0, 0 };
	int good = 0, count = 2000;

	srand(1);
	for (int i = 0; i < count; i++) {
		slice rest, line;
		bool fits = true;

		buf_clear(&value), buf_clear(&field), buf_clear(&back);
		buf_addchar(&value, 'a');
		for (int n = rand() % 100; n > 0; n--)
			buf_addtext(&value, rand() % 2 ? (char[]){ (char)(33 + rand() % 94), '\0' } : "\xc3\xa9");
		buf_addtext(&field, "a/b");
		mime_add_parameter(&field, "n", buf_slice(&value));
		rest = buf_slice(&field);
		while (slice_cut(&rest, '\n', &line))
			fits = fits && line.n <= 76;
		good += fits && mime_parameter_text(buf_slice(&field), "n", &back) &&
		    slice_same(buf_slice(&value), buf_slice(&back));
	}
	ok(good == count, "2000 random names come back");
	buf_free(&value), buf_free(&field), buf_free(&back);
}

int main(void)
{
	of_the_rfc();
	well_formed();
	in_pieces();
	as_it_comes();
	controls();
	as_it_is_written();
	round_trips();
	return tap_done();
}
