#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "aliases.h"
#include "io.h"
#include "limit.h"

int aliases_read(struct aliases *a, const struct conf *c, buf *why)
{
	struct stat st;

	*a = (struct aliases){ .path = conf_path(c, "aliases") };
	if (stat(a->path, &st) == 0 && io_file(AT_FDCWD, a->path, LIMIT_ALIASES, &a->text) == 0) {
		a->there = true;
		a->owner = st.st_uid;
		return 0;
	}
	if (errno == ENOENT)
		return 0;
	buf_print(why, "%s: %s", a->path, strerror(errno));
	return -1;
}

void aliases_free(struct aliases *a)
{
	free(a->path);
	buf_free(&a->text);
	*a = (struct aliases){ .path = NULL };
}

/* A line and those that continue it, by beginning with a blank; comments and empty lines between them count as none. */
struct entry {
	slice rest;             /* of the file */
	int next;               /* number of its first line */
	int line;               /* where this entry begins */
	slice first;
	slice more;             /* from the second line to the end of the entry */
};

static bool is_comment(slice line)
{
	slice text = slice_trim(line);

	return text.n == 0 || line.p[0] == '#';
}

static void take_continuation(struct entry *e)
{
	const char *from = e->rest.p;
	slice line, ahead = e->rest;

	e->more = (slice){ from, 0 };
	while (slice_cut(&ahead, '\n', &line) && (is_comment(line) || ascii_blank(line.p[0]))) {
		e->rest = ahead;
		e->next++;
		e->more.n = (size_t)(line.p + line.n - from);
	}
}

static bool next_entry(struct entry *e)
{
	while (slice_cut(&e->rest, '\n', &e->first)) {
		e->line = e->next++;
		if (is_comment(e->first))
			continue;
		take_continuation(e);
		return true;
	}
	return false;
}

/* Splits `name : members`; a name in quotes may hold anything. */
static int read_name(slice line, buf *name, slice *members)
{
	bool quoted = false;
	size_t i;

	buf_clear(name);
	if (line.n == 0 || ascii_blank(line.p[0]))
		return -1;
	for (i = 0; i < line.n && (quoted || line.p[i] != ':'); i++)
		if (line.p[i] == '"')
			quoted = !quoted;
		else if (quoted && line.p[i] == '\\' && i + 1 < line.n)
			buf_addchar(name, line.p[++i]);
		else
			buf_addchar(name, line.p[i]);
	while (name->n && ascii_blank(name->p[name->n - 1]))
		name->p[--name->n] = '\0';
	*members = slice_from(line, i + 1);
	return i == line.n || name->n == 0 ? -1 : 0;
}

static void join(buf *members, slice first, slice more)
{
	slice line;

	buf_clear(members);
	buf_addslice(members, slice_trim(first));
	while (slice_cut(&more, '\n', &line))
		if (!is_comment(line)) {
			buf_addchar(members, ' ');
			buf_addslice(members, slice_trim(line));
		}
}

int aliases_find(const struct aliases *a, slice name, buf *members)
{
	struct entry e = { .rest = buf_slice(&a->text), .next = 1 };
	buf own = { NULL, 0, 0 };
	slice first;
	int line = 0;

	while (line == 0 && next_entry(&e))
		if (read_name(e.first, &own, &first) == 0 && slice_case_same(buf_slice(&own), name)) {
			join(members, first, e.more);
			line = e.line;
		}
	buf_free(&own);
	return line;
}

static const char *fault(slice line, slice more, buf *text)
{
	buf member = { NULL, 0, 0 };
	const char *what = NULL;
	slice list;
	int got, count = 0;

	if (read_name(line, text, &list))
		return "not `name: members'";
	join(text, list, more);
	list = buf_slice(text);
	while ((got = aliases_member(&list, &member)) > 0)
		count++;
	if (got < 0)
		what = "quotes or brackets do not close";
	else if (count == 0)
		what = "a name without members";
	buf_free(&member);
	return what;
}

int aliases_check(const struct aliases *a, buf *why)
{
	struct entry e = { .rest = buf_slice(&a->text), .next = 1 };
	buf text = { NULL, 0, 0 };
	const char *what = NULL;

	while (!what && next_entry(&e))
		what = fault(e.first, e.more, &text);
	if (what)
		buf_print(why, "%s: line %d: %s", a->path, e.line, what);
	buf_free(&text);
	return what ? -1 : 0;
}

/* How far a member reaches; -1 where something is left open. */
static int member_end(slice list, size_t *end)
{
	bool quoted = false, angled = false;
	int comments = 0;
	size_t i;

	for (i = 0; i < list.n && list.p[i] != '\n'; i++) {
		char c = list.p[i];

		if (c == '\\')
			i += i + 1 < list.n && list.p[i + 1] != '\n';
		else if (c == '"' && !comments)
			quoted = !quoted;
		else if (quoted)
			continue;
		else if (c == '(')
			comments++;
		else if (c == ')' && comments)
			comments--;
		else if (c == '<' || c == '>')
			angled = c == '<';
		else if (c == ',' && !comments && !angled)
			break;
	}
	*end = i;
	return quoted || comments || angled ? -1 : 0;
}

/* Whether text is one quoted string from end to end; what it says goes to *to. */
static bool unquote(slice text, buf *to)
{
	buf_clear(to);
	if (text.n < 2 || text.p[0] != '"')
		return false;
	for (size_t i = 1; i < text.n; i++) {
		if (text.p[i] == '"')
			return i + 1 == text.n;
		if (text.p[i] == '\\' && i + 2 < text.n)
			i++;
		buf_addchar(to, text.p[i]);
	}
	return false;
}

static void set_member(buf *member, slice text)
{
	buf inside = { NULL, 0, 0 };
	slice rest;

	buf_clear(member);
	if (unquote(text, &inside) && aliases_kind(buf_slice(&inside), &rest) != MEMBER_ADDRESS) {
		buf_addslice(member, buf_slice(&inside));
	} else if (text.p[0] == '|' && unquote(slice_trim(slice_from(text, 1)), &inside)) {
		buf_addchar(member, '|');
		buf_addslice(member, buf_slice(&inside));
	} else {
		buf_addslice(member, text);
	}
	buf_free(&inside);
}

int aliases_member(slice *list, buf *member)
{
	while (list->n) {
		slice text, line = slice_upto(*list, slice_find(*list, '\n'));
		size_t end;

		if (line.n && line.p[0] == '#') {
			*list = slice_from(*list, line.n + 1);
			continue;
		}
		if (member_end(*list, &end)) {
			*list = (slice){ NULL, 0 };
			return -1;
		}
		text = slice_trim(slice_upto(*list, end));
		*list = slice_from(*list, end + 1);
		if (text.n) {
			set_member(member, text);
			return 1;
		}
	}
	return 0;
}

enum member_kind aliases_kind(slice member, slice *rest)
{
	static const struct { const char *mark; enum member_kind kind; bool keep; } kinds[] = {
		{ "\\", MEMBER_MAILBOX, false }, { "|", MEMBER_COMMAND, false }, { "/", MEMBER_FILE, true },
		{ ":include:", MEMBER_INCLUDE, false }, { "error:", MEMBER_ERROR, false },
	};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (slice_case_starts(member, kinds[i].mark)) {
			*rest = kinds[i].keep ? member : slice_trim(slice_from(member, strlen(kinds[i].mark)));
			return kinds[i].kind;
		}
	*rest = member;
	return MEMBER_ADDRESS;
}
