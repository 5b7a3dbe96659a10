/* param: the examples of RFC 2231, and parameters as mail really has them. */
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

int main(void)
{
	of_the_rfc();
	in_pieces();
	as_it_comes();
	controls();
	return tap_done();
}
