/* charset: one text in each set that mail is written in, whole and then byte by byte; and what is no text. */
#include <stdint.h>
#include <stdlib.h>

#include "charset.h"
#include "tap.h"

static void to_utf8(const char *name, slice in, size_t step, buf *out)
{
	struct charset s;

	if (charset_open(&s, slice_of(name)))
		charset_guess(&s);
	for (; in.n; in = slice_from(in, step))
		charset_more(&s, slice_upto(in, step), out);
	charset_finish(&s, out);
}

static void vector(const char *name, slice in, const char *want)
{
	buf whole = { NULL, 0, 0 }, bytewise = { NULL, 0, 0 };

	to_utf8(name, in, SIZE_MAX, &whole);
	to_utf8(name, in, 1, &bytewise);
	same(buf_slice(&whole), want, name);
	ok(slice_same(buf_slice(&whole), buf_slice(&bytewise)), "the same byte by byte");
	buf_free(&whole);
	buf_free(&bytewise);
}

static void known(const char *name, bool want)
{
	struct charset s;
	buf none = { NULL, 0, 0 };
	bool got = charset_open(&s, slice_of(name)) == 0;

	ok(got == want, name);
	if (got)
		charset_finish(&s, &none);
	buf_free(&none);
}

static void texts(void)
{
	vector("iso-2022-jp", SLICE("\x1b$B%a!<%k$N7oL>\x1b(B"), "メールの件名");
	vector("gb2312", SLICE("\xb9\xd8\xd3\xda\xbb\xe1\xd2\xe9\xb5\xc4\xcd\xa8\xd6\xaa"), "关于会议的通知");
	vector("gb18030", SLICE("\x95" "2\x82" "6\xc5" "c\xe9" "F"), "𠀀與镕");
	vector("gbk", SLICE("\xe9" "F"), "镕");
	vector("koi8-r", SLICE("\xf0\xd2\xc9\xd7\xc5\xd4, \xcd\xc9\xd2"), "Привет, мир");
	vector("koi8-u", SLICE("\xb7\xa7"), "Її");
	vector("shift_jis", SLICE("\x93\xfa\x96{\x8c\xea\xb6\xc5"), "日本語ｶﾅ");
	vector("cp932", SLICE("\x87@\x87\x8a\xee\xe0"), "①㈱髙");
	vector("x-sjis", SLICE("\x87@\x95\\"), "①表");
	vector("big5", SLICE("\xa4\xa4\xa4\xe5\xb6l\xa5\xf3"), "中文郵件");
	vector("big5-hkscs", SLICE("\x9d\xf8\x9d\xcf"), "啲嘢");
	vector("euc-kr", SLICE("\xbe\xc8\xb3\xe7\xc7\xcf\xbc\xbc\xbf\xe4"), "안녕하세요");
	vector("ks_c_5601-1987", SLICE("\x8c" "c\xb9\xe6\xb0\xa2\xc7\xcf"), "똠방각하");
	vector("windows-1250", SLICE("Za\xbf\xf3\xb3\xe6 g\xea\x9cl\xb9 ja\x9f\xf1"), "Zażółć gęślą jaźń");
	vector("windows-1251", SLICE("\xd1\xfa\xe5\xf8\xfc \xe5\xf9\xb8"), "Съешь ещё");
	vector("windows-1252", SLICE("\x93na\xefve\x94 \x96 \x80" "5"), "“naïve” – €5");
	vector("iso-8859-1", SLICE("\x93" "caf\xe9\x94"), "“café”");
	vector("windows-1253", SLICE("\xca\xe1\xeb\xe7\xec\xdd\xf1\xe1"), "Καλημέρα");
	vector("windows-1254", SLICE("\xddstanbul \xf0"), "İstanbul ğ");
	vector("iso-8859-9", SLICE("\xf0\xfd\xfe"), "ğış");
	vector("windows-1255", SLICE("\xf9\xec\xe5\xed"), "שלום");
	vector("iso-8859-8-i", SLICE("\xf9\xec\xe5\xed"), "שלום");
	vector("windows-1256", SLICE("\xe3\xd1\xcd\xc8\xc7"), "مرحبا");
	vector("windows-1257", SLICE("\xc0\xfeuolas"), "Ąžuolas");
	vector("windows-1258", SLICE("\xf0"), "đ");
	vector("iso-8859-2", SLICE("P\xf8\xedli\xb9 \xbelu\xbbou\xe8k\xfd"), "Příliš žluťoučký");
	vector("iso-8859-15", SLICE("\xa4 \xbc"), "€ Œ");
	vector("cp-850", SLICE("\xa4" "and\xa3"), "ñandú");
	vector("x-mac-roman", SLICE("Zo\x91\xaa"), "Zoë™");
	vector("utf-7", SLICE("Gr+APwA3w-e +ZeVnLA-"), "Grüße 日本");
	vector("unicode-1-1-utf-7", SLICE("+AOkAKw-"), "é+");
	vector("tis-620", SLICE("\xca\xc7\xd1\xca\xb4\xd5"), "สวัสดี");
	vector("euc-jp", SLICE("\xc6\xfc\xcb\xdc\xb8\xec"), "日本語");
	vector("utf-16", SLICE("\xff\xfe" "a\x00\xe9\x00\xac 4\xd8\x1e\xdd"), "aé€𝄞");
	vector("utf-16le", SLICE("h\x00\xe9\x00"), "hé");
	vector("utf-16be", SLICE("\x00h\x00\xe9"), "hé");
	vector("utf-32", SLICE("\xff\xfe\x00\x00\xe9\x00\x00\x00"), "é");
	vector("ucs-4", SLICE("\x00\x00\x00\xe9\xff\xff\xff\xff"), "é\uFFFD");
	vector("iso-2022-kr", SLICE("\x1b$)C\x0e>H3g\x0f"), "안녕");
	vector("viscii", SLICE("Vi\xaet"), "Việt");
	vector("hz-gb-2312", SLICE("~{9XSZ~} ~~ x"), "关于 ~ x");
}

/* What readers take for a larger set, and what is no character. */
static void oddities(void)
{
	vector("us-ascii", SLICE("\x93" "caf\xe9\x94"), "“café”");
	vector("us-ascii", SLICE("caf\xc3\xa9"), "café");
	vector("x-unknown", SLICE("caf\xc3\xa9 caf\xe9"), "café café");
	vector("unknown-8bit", SLICE("\xe2\x82\xac \xe2\x82 \xe2"), "€ â‚ â");
	vector("windows-1252", SLICE("\x81 \x8d"), "\uFFFD \uFFFD");
	vector("utf-8", SLICE("a\xff\xc3(\xe2\x82 \xf0\x9f\x98\x80"), "a\uFFFD\uFFFD(\uFFFD 😀");
	vector("utf-8", SLICE("\xed\xa0\x80 \xc0\xaf \xf4\x90\x80\x80"),
	    "\uFFFD\uFFFD\uFFFD \uFFFD\uFFFD \uFFFD\uFFFD\uFFFD\uFFFD");
	vector("utf-8", SLICE("half: \xe2\x82"), "half: \uFFFD");
	vector("utf-8", SLICE(""), "");
	vector("gb18030", SLICE("a\xff" "b"), "a\uFFFDb");
	vector("gb18030", SLICE("half: \xb9"), "half: \uFFFD");
	vector("utf-16le", SLICE("\x00\xd8" "a\x00"), "\uFFFDa");
	vector("iso-2022-jp", SLICE("\x1b$B%a\nb"), "メ\nb");
	vector("iso-2022-jp", SLICE("\x1b$B-!-j\x1b(B \x1b(I1\x1b(B"), "①㈱ ｱ");
	vector("iso-2022-jp", SLICE("\x1b$B)!%a\x1b(B\x1b[2J\xff"), "\uFFFDメ\uFFFD[2J\uFFFD");
	vector("iso-2022-jp", SLICE("\x1b$B%"), "\uFFFD");
	vector("hz-gb-2312", SLICE("~~{ ~{<:Ky2;~}~\n ~x ~{9X\nb"), "~{ 己所不 ~x 关\nb");
	vector("windows-1258", SLICE("e\xcc" "e"), "èe");
}

/* Spellings of mail, and names that nobody may use. */
static void names(void)
{
	static const char *const good[] = { "\"UTF-8\"", " utf8 ", "'koi8-r'", "iso 8859-1", "ISO_8859-2:1987", "latin-1",
		"win-1251", "x-cp1251", "dos-850", "ibm-437", "iso-ir-100", "ansi_x3.4-1968", "windows-31j", "x-gbk",
		"iso-8859-8-i", "latin9", "iso-2022-cn", "euc-tw", "x-mac-ce", "johab", "csISO2022JP", "eucgb2312_cn", "big5_tw" };
	static const char *const bad[] = { "", "\"\"", "nonsense", "utf-8//TRANSLIT", "koi8-r//IGNORE", "koi8-r,utf-8", "../utf-8", "wchar_t", "x-wchar_t", "x-", "-.-", "osf00010104",
		"utf-8\x01", "a-name-that-is-longer-than-any-that-there-is-or-ever-was" };

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		known(good[i], true);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		known(bad[i], false);
}

static void characters(void)
{
	ok(utf8_character(SLICE("")) == 0, "no character in nothing");
	ok(utf8_character(SLICE("€x")) == 3, "three bytes");
	ok(utf8_character(SLICE("\xe2\x82")) == 0, "half of one is none");
	ok(utf8_character(SLICE("\xed\xa0\x80")) == 0, "nor is half of a pair");
}

int main(void)
{
	texts();
	oddities();
	names();
	characters();
	return tap_done();
}
