/* aliases(5): names, continuation lines, quotes, members of every kind; what does not close. */
#include "aliases.h"
#include "tap.h"

static const char file[] =
	"# comment\n"
	"\n"
	"root: alice\n"
	"Staff : bob,carol,\n"
	"# between\n"
	"\n"
	"\tdave@far.example,\n"
	"  \"|/bin/cat -n, x\"\n"
	"\"john smith\": john\n"
	"no colon here\n"
	"root: second\n"
	"empty:\n"
	"open: \"bob\n"
	"last: x";

static const struct { const char *name; int line; const char *members; } finds[] = {
	{ "root", 3, "alice" },
	{ "ROOT", 3, "alice" },
	{ "staff", 4, "bob,carol, dave@far.example, \"|/bin/cat -n, x\"" },
	{ "john smith", 9, "john" },
	{ "empty", 12, "" },
	{ "last", 14, "x" },
	{ "comment", 0, "" },
	{ "no colon here", 0, "" },
	{ "", 0, "" },
	{ "roo", 0, "" },
};

/* Members one after the other, each behind |-free brackets; `!` where the list does not close. */
static const struct { const char *list, *members; } lists[] = {
	{ "", "" },
	{ " , ,, ", "" },
	{ "bob", "[bob]" },
	{ "bob, carol ,\tdave", "[bob][carol][dave]" },
	{ "\"a, b\"@x.test, c", "[\"a, b\"@x.test][c]" },
	{ "Smith <bob@x.test> (hi, there), c", "[Smith <bob@x.test> (hi, there)][c]" },
	{ "\"Smith, J\" <j@x.test>", "[\"Smith, J\" <j@x.test>]" },
	{ "|/bin/x", "[|/bin/x]" },
	{ "\"|/bin/x a, b\"", "[|/bin/x a, b]" },
	{ "|\"/bin/x a, b\"", "[|/bin/x a, b]" },
	{ "\"|/bin/sh -c \\\"x, y\\\"\"", "[|/bin/sh -c \"x, y\"]" },
	{ "\"/var/mail/with blank\"", "[/var/mail/with blank]" },
	{ "\":include:/a b\", :include:/c", "[:include:/a b][:include:/c]" },
	{ "\"bob\"", "[\"bob\"]" },
	{ "\\bob, x", "[\\bob][x]" },
	{ "a\\,b", "[a\\,b]" },
	{ "error:5.1.6 gone to x.test", "[error:5.1.6 gone to x.test]" },
	{ "a\n# no, b\nc, d\n#\n", "[a][c][d]" },
	{ "a, \"b\nc", "[a]!" },
	{ "(a, b", "!" },
	{ "<a, b", "!" },
	{ "a, \"", "[a]!" },
	{ "\\", "[\\]" },
	{ "a\\", "[a\\]" },
};

static const struct { const char *member; enum member_kind kind; const char *rest; } kinds[] = {
	{ "bob", MEMBER_ADDRESS, "bob" },
	{ "\\bob", MEMBER_MAILBOX, "bob" },
	{ "| /bin/x y", MEMBER_COMMAND, "/bin/x y" },
	{ "/file", MEMBER_FILE, "/file" },
	{ ":INCLUDE: /list", MEMBER_INCLUDE, "/list" },
	{ "error:5.1.6 gone", MEMBER_ERROR, "5.1.6 gone" },
	{ "errors", MEMBER_ADDRESS, "errors" },
	{ "", MEMBER_ADDRESS, "" },
};

static void check_lists(void)
{
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		buf got = { NULL, 0, 0 }, member = { NULL, 0, 0 };
		slice list = slice_of(lists[i].list);
		int more;

		while ((more = aliases_member(&list, &member)) > 0)
			buf_print(&got, "[%s]", member.p);
		buf_addtext(&got, more < 0 ? "!" : "");
		same(buf_slice(&got), lists[i].members, lists[i].list);
		buf_free(&got);
		buf_free(&member);
	}
}

static void check_faults(void)
{
	static const struct { const char *text, *why; } faults[] = {
		{ "a: b\n c\n# x\nd: e, \"f g\"@x\n", "" },
		{ " a: b\n", "f: line 1: not `name: members'" },
		{ "a: b\nc d\n", "f: line 2: not `name: members'" },
		{ "a: b\nc:\n # x\nd: e\n", "" },
		{ "a: b\nc:\n#\nd: e\n", "f: line 2: a name without members" },
		{ "a: (b\n", "f: line 1: quotes or brackets do not close" },
		{ "\"a: b\n", "f: line 1: not `name: members'" },
	};

	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		struct aliases a = { .path = "f" };
		buf why = { NULL, 0, 0 };

		buf_addtext(&a.text, faults[i].text);
		buf_addtext(&why, "");
		ok((aliases_check(&a, &why) == 0) == (faults[i].why[0] == '\0'), "checked");
		same(buf_slice(&why), faults[i].why, faults[i].text);
		buf_free(&a.text);
		buf_free(&why);
	}
}

int main(void)
{
	struct aliases a = { .path = "f" };
	buf members = { NULL, 0, 0 };
	slice rest;

	buf_addtext(&a.text, file);
	for (size_t i = 0; i < sizeof finds / sizeof finds[0]; i++) {
		ok(aliases_find(&a, slice_of(finds[i].name), &members) == finds[i].line, finds[i].name);
		if (finds[i].line)
			same(buf_slice(&members), finds[i].members, finds[i].name);
	}
	check_lists();
	check_faults();
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		ok(aliases_kind(slice_of(kinds[i].member), &rest) == kinds[i].kind, kinds[i].member);
		same(rest, kinds[i].rest, kinds[i].member);
	}
	buf_free(&a.text);
	buf_free(&members);
	return tap_done();
}
