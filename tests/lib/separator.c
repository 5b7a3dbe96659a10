/* separator: the dates of archives, and text that only begins like one. */
#include "separator.h"
#include "tap.h"

static const struct { const char *line, *sender; long date; } separators[] = {
	{ "From a@b.example Mon Nov 23 19:40:12 2026", "a@b.example", 1795462812 },
	{ "From a@b.example Mon Nov 23 19:40:12 2026\n", "a@b.example", 1795462812 },
	{ "From a@b.example  Mon Nov 23 19:40:12 2026\r\n", "a@b.example", 1795462812 },
	{ "From a Mon Nov  2 09:05:00 2026", "a", 1793610300 },
	{ "From a Nov 23 19:40:12 2026", "a", 1795462812 },
	{ "From a Mon Nov 23 19:40 2026", "a", 1795462800 },
	{ "From a Nov 23 19:40 26", "a", 1795462800 },
	{ "From a Mon Nov 23 19:40:12 98", "a", 911850012 },
	{ "From a Mon Nov 23 19:40:12 +0100 2026", "a", 1795459212 },
	{ "From a Mon Nov 23 19:40:12 2026 +0100", "a", 1795459212 },
	{ "From a Mon Nov 23 19:40:12 2026 -0330", "a", 1795475412 },
	{ "From a Mon Nov 23 19:40:12 EST 2026", "a", 1795480812 },
	{ "From a Mon Nov 23 19:40:12 2026 PST", "a", 1795491612 },
	{ "From a Mon Nov 23 19:40:12 MET DST 2026", "a", 1795455612 },
	{ "From a Mon, 23 Nov 2026 19:40:12 +0100 (CET)", "a", 1795459212 },
	{ "From a 23 Nov 2026 19:40:12", "a", 1795462812 },
	{ "From host!user Mon Nov 23 19:40 1998 remote from host", "host!user", 911850000 },
	{ "From user at example.org Mon Nov 23 19:40 2026", "user at example.org", 1795462800 },
	{ "From user at example.org  Mon Nov 23 19:40:12 2026", "user at example.org", 1795462812 },
	{ "From Alice B. Carol Mon Nov 23 19:40:12 2026", "Alice B. Carol", 1795462812 },
	{ "From \"a b\"@c.example Mon Nov 23 19:40:12 2026", "\"a b\"@c.example", 1795462812 },
	{ "From - Mon Nov 23 19:40:12 2026", "-", 1795462812 },
	{ "From ???@??? Mon Nov 23 19:40:12 2026", "???@???", 1795462812 },
	{ "From  Mon Nov 23 19:40:12 2026", "", 1795462812 },
	{ "From Mon Mon Nov 23 19:40:12 2026", "Mon", 1795462812 },
	{ "From 1653@xxx Mon Nov 23 19:40:12 +0000 2026", "1653@xxx", 1795462812 },
};

static const char *const others[] = {
	"", "From", "From ", "From a", "From a\n", "from a Mon Nov 23 19:40:12 2026", "From: a Mon Nov 23 19:40:12 2026",
	">From a Mon Nov 23 19:40:12 2026", "From the beginning of the week we heard", "From Monday to Friday 9:00",
	"From a Mon Nov 23 19:40:12", "From a Mon Nov 23 2026", "From a Mon Now 23 19:40:12 2026",
	"From a Mon Nov 32 19:40:12 2026", "From a Mon Nov 0 19:40:12 2026", "From a Mon Nov 23 24:40:12 2026",
	"From a Mon Nov 23 19:60:12 2026", "From a Mon Nov 23 19:4 2026", "From a Mon Nov 23 19:40:12:13 2026",
	"From a Mon Nov 23 19:40:12 1826", "From a Mon Nov 23 19:40:12 20266", "From a Mon Nov 23 19:40:12 2026 we met",
	"From here on until Nov 23 19:40 2026", "From Nov 23 19:40 2026", "From a Mon Nov 0023 19:40:12 2026x",
	"From a Mon Nov 23 19:40:12 2026 remote", "From a Mon Nov 23 19:40:12 2026 remote from x y",
};

int main(void)
{
	struct separator s;
	buf b = { NULL, 0, 0 };

	for (size_t i = 0; i < sizeof separators / sizeof *separators; i++) {
		bool good = separator_read(slice_of(separators[i].line), &s);

		ok(good && s.date == separators[i].date, separators[i].line);
		if (good)
			same(s.sender, separators[i].sender, separators[i].line);
		if (good && s.date != separators[i].date)
			printf("# got %ld\n", (long)s.date);
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		ok(!separator_read(slice_of(others[i]), &s), others[i]);
	separator_add(&b, SLICE("a b\tc\nd@e.example"), 1795462812);
	same(buf_slice(&b), "From a-b-c-d@e.example Mon Nov 23 19:40:12 2026\n", "what would end the sender");
	buf_clear(&b);
	separator_add(&b, SLICE(""), 1793610300);
	same(buf_slice(&b), "From MAILER-DAEMON Mon Nov  2 09:05:00 2026\n", "no sender");
	buf_free(&b);
	return tap_done();
}
