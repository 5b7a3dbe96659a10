/* words: the table of RFC 2047 §8, encoded words as mail really has them, and what may not come out of them. */
#include <time.h>

#include "tap.h"
#include "limit.h"
#include "words.h"

static void vector(slice in, const char *want)
{
	buf got = { NULL, 0, 0 };

	words_decode(&got, in);
	same(buf_slice(&got), want, want);
	buf_free(&got);
}

static void of_the_rfc(void)
{
	vector(SLICE("(=?ISO-8859-1?Q?a?=)"), "(a)");
	vector(SLICE("(=?ISO-8859-1?Q?a?= b)"), "(a b)");
	vector(SLICE("(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)"), "(ab)");
	vector(SLICE("(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)"), "(ab)");
	vector(SLICE("(=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=)"), "(ab)");
	vector(SLICE("(=?ISO-8859-1?Q?a_b?=)"), "(a b)");
	vector(SLICE("(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)"), "(a b)");
	vector(SLICE(" =?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>"), "Keith Moore <moore@cs.utk.edu>");
	vector(SLICE("=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?= <keld@dkuug.dk>"), "Keld Jørn Simonsen <keld@dkuug.dk>");
	vector(SLICE("=?ISO-8859-1?Q?Andr=E9?= Pirard <PIRARD@vm1.ulg.ac.be>"), "André Pirard <PIRARD@vm1.ulg.ac.be>");
	vector(SLICE("=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\n =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?="),
	    "If you can read this you understand the example.");
	vector(SLICE("Nathaniel Borenstein <nsb@thumper.bellcore.com>\n (=?iso-8859-8?b?7eXs+SDv4SDs6Oj08A==?=)"),
	    "Nathaniel Borenstein <nsb@thumper.bellcore.com> (םולש ןב לטטפנ)");
}

static void of_all_languages(void)
{
	vector(SLICE("=?iso-2022-jp?B?GyRCJWEhPCVrJE43b0w+GyhC?="), "メールの件名");
	vector(SLICE("=?ISO-2022-JP?B?GyRCJWEhPCVrJE4bKEI=?=\n =?ISO-2022-JP?B?GyRCN29MPhsoQg==?="), "メールの件名");
	vector(SLICE("=?gb2312?B?udjT2rvh0um1xM2o1qo=?="), "关于会议的通知");
	vector(SLICE("=?GB18030?B?lTKCNsVj6UY=?="), "𠀀與镕");
	vector(SLICE("Re: =?koi8-r?Q?=F0=D2=C9=D7=C5=D4=2C_=CD=C9=D2?="), "Re: Привет, мир");
	vector(SLICE("=?shift_jis?B?k/qWe4zqtsU=?="), "日本語ｶﾅ");
	vector(SLICE("=?Big5?B?pKSk5bZspfM=?="), "中文郵件");
	vector(SLICE("=?ks_c_5601-1987?B?jGO55rCix88=?="), "똠방각하");
	vector(SLICE("=?windows-1251?Q?=D1=FA=E5=F8=FC?= ="), "Съешь =");
	vector(SLICE("=?windows-1255?B?+ezl7Q==?="), "שלום");
	vector(SLICE("=?utf-7?Q?Gr+APwA3w-e?="), "Grüße");
	vector(SLICE("=?x-unknown?Q?caf=E9?="), "café");
	vector(SLICE("=?x-unknown?Q?caf=C3=A9?="), "café");
	vector(SLICE("=?nobody-knows?Q?caf=C3=A9?="), "café");
	vector(SLICE("=?utf-16be?B?AGgA6Q==?="), "hé");
}

static void strictly(slice line, long long want)
{
	ok(words_wrong(line) == want, line.p);
}

static void well_formed(void)
{
	strictly(SLICE(""), -1);
	strictly(SLICE("a = ? =b ?= \xff"), -1);
	strictly(SLICE("=?utf-8?q?=E2=82=AC_x?= =?ISO-8859-1*en?B?4g==?="), -1);
	strictly(SLICE("ab =?"), 3);
	strictly(SLICE("=?utf-8?q?a"), 0);
	strictly(SLICE("=?utf-8?q?a?= =?utf-8?x?a?="), 14);
	strictly(SLICE("=?utf-8?q?a b?="), 0);
	strictly(SLICE("=?utf-8?q?=4?="), 0);
	strictly(SLICE("=?utf-8?b?4g?="), 0);
	strictly(SLICE("=?utf-8?b?4 g==?="), 0);
	strictly(SLICE("=?nobody-knows?q?a?="), 0);
	strictly(SLICE("=?utf-8?q?aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?="), -1);
	strictly(SLICE("=?utf-8?q?aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?="), 0);
}

static void as_it_comes(void)
{
	vector(SLICE("=?utf-8?B?4g==?= =?UTF-8?B?gqw=?="), "€");
	vector(SLICE("=?utf-8?Q?=E2?=\n =?utf-8?B?gqw?="), "€");
	vector(SLICE("=?utf-8?Q?=E2?= x =?utf-8?B?gqw=?="), "\uFFFD x \uFFFD\uFFFD");
	vector(SLICE("=?utf-8?Q?a?==?utf-8?Q?b?="), "ab");
	vector(SLICE("=?utf-8?B?aGVsbG8?="), "hello");
	vector(SLICE("=?utf-8?B?aGVs\n bG8=?="), "hello");
	vector(SLICE("=?utf-8?Q?a b  c?="), "a b  c");
	vector(SLICE("\"=?utf-8?Q?J=C3=BCrgen?=\" <j@example.org>"), "\"Jürgen\" <j@example.org>");
	vector(SLICE("=?utf-8*en-GB?Q?caf=C3=A9?="), "café");
	vector(SLICE("=?utf-8*en?q?caf=c3?= =?utf-8?q?=a9?="), "café");
	vector(SLICE("re:=?utf-8?Q?=41?=b"), "re:Ab");
	vector(SLICE("=?utf-8?Q?\?="), "");
	vector(SLICE("a =?utf-8?Q?\?= b"), "a  b");
	vector(SLICE("=?utf-8?Q?50%_=_=4_=ZZ?="), "50% = =4 =ZZ");
	vector(SLICE("  folded\r\n\tand  so\r\n on \r\n"), "folded and  so on");
	vector(SLICE("raw caf\xc3\xa9"), "raw café");
	vector(SLICE("raw caf\xe9"), "raw café");
	vector(SLICE(""), "");
	vector(SLICE(" \r\n "), "");
}

static void broken(void)
{
	vector(SLICE("=?utf-8?Q?no end"), "=?utf-8?Q?no end");
	vector(SLICE("=?utf-8?X?abc?="), "=?utf-8?X?abc?=");
	vector(SLICE("=?utf-8?B?a*b?="), "=?utf-8?B?a*b?=");
	vector(SLICE("=?utf-8?=?utf-8?Q?x?="), "=?utf-8?x");
	vector(SLICE("=??Q?x?="), "=??Q?x?=");
	vector(SLICE("=?utf 8?Q?x?="), "=?utf 8?Q?x?=");
	vector(SLICE("=?= =?"), "=?= =?");
	vector(SLICE("=?utf-8?Q"), "=?utf-8?Q");
	vector(SLICE("=?utf-8?Q?"), "=?utf-8?Q?");
	vector(SLICE("=?a-name-of-a-character-set-that-is-longer-than-any-that-there-ever-was-or-will-be?Q?x?="),
	    "=?a-name-of-a-character-set-that-is-longer-than-any-that-there-ever-was-or-will-be?Q?x?=");
}

static void controls(void)
{
	vector(SLICE("=?utf-8?Q?a=0D=0ABcc:_x?="), "a  Bcc: x");
	vector(SLICE("=?utf-8?B?YQkAGwc=?="), "a \uFFFD\uFFFD\uFFFD");
	vector(SLICE("=?utf-8?Q?=1B[2J=7F=C2=9B?="), "\uFFFD[2J\uFFFD\uFFFD");
	vector(SLICE("=?utf-8?Q?a=E2=80=A8b=E2=80=A9c=C2=85d?="), "a b c\uFFFDd");
	vector(SLICE("=?utf-7?Q?+AAoADQAb-?="), "  \uFFFD");
	vector(SLICE("a\0b\rc\033d\x80"), "a\uFFFDb c\uFFFDd€");
	vector(SLICE("a\tb"), "a b");
}

/* A field as large as a header may be, of words that never end: time must grow with its length alone. */
static void endless(void)
{
	buf body = { NULL, 0, 0 }, out = { NULL, 0, 0 };
	clock_t begun = clock();

	while (body.n < LIMIT_HEADER)
		buf_addtext(&body, "=?a?q?x");
	words_decode(&out, buf_slice(&body));
	ok(slice_same(buf_slice(&out), buf_slice(&body)), "words that never end stay");
	ok(clock() - begun < 5 * CLOCKS_PER_SEC, "and cost no more than their length");
	buf_free(&body);
	buf_free(&out);
}

int main(void)
{
	of_the_rfc();
	of_all_languages();
	well_formed();
	as_it_comes();
	broken();
	controls();
	endless();
	return tap_done();
}
