/* mime-encode: files as the body of a message, or as a bare encoded stream. See mime-encode(1). */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "encode.h"
#include "fail.h"
#include "io.h"
#include "limit.h"
#include "mime.h"

static const char usage[] = "usage: mime-encode [-w] [-H file] [-aADfi] [-c charset] [-e encoding] [-n name] [-t type] [-( ... -)] [file ...]\n"
    "       mime-encode -d encoding [-n name] [file]";

/* What follows is, up to the next of these or the end of its group: */
enum mode { MODE_PART, MODE_ATTACHED = 'a', MODE_ALTERNATIVE = 'A', MODE_DIGEST = 'D', MODE_MESSAGE = 'f', MODE_INLINE = 'i' };

static struct group {
	enum mode mode;
	struct part *all;       /* a multipart of what is in the group */
	struct part *to;        /* where the next part goes: there, or into one that is in there */
	struct part *latest;    /* what inline parts belong to */
	struct part *related;   /* the multipart that they made with it, if it is there already */
	struct part said;       /* of the group, by the options before it */
} groups[LIMIT_PART_DEPTH], *group = groups;

static struct part said;        /* by options, of the next part */
static char last_said;          /* one of them, or NUL */
static bool reads_stdin;

static struct part *new_part(struct part from)
{
	struct part *p = mem_alloc(sizeof *p);

	*p = from;
	p->fd = -1;
	return p;
}

static void append(struct part *parent, struct part *p)
{
	p->parent = parent;
	p->next = NULL;
	if (parent->last)
		parent->last->next = p;
	else
		parent->first = p;
	parent->last = p;
}

static struct part *multipart(const char *type)
{
	return new_part((struct part){ .type = type });
}

/* Puts a multipart where p is, and p into it. */
static struct part *wrap(struct part *p, struct part *in)
{
	struct part *parent = p->parent, **at = &parent->first;

	while (*at != p)
		at = &(*at)->next;
	*at = in;
	in->parent = parent;
	in->next = p->next;
	if (parent->last == p)
		parent->last = in;
	append(in, p);
	return in;
}

static void add_part(struct part *p)
{
	if (group->mode != MODE_INLINE) {
		append(group->to, p);
		if (group->mode != MODE_ATTACHED && group->mode != MODE_DIGEST) {
			group->latest = p;
			group->related = NULL;
		}
		return;
	}
	if (!group->latest)
		fail(EX_USAGE, "-i: no part before it that `%s' belongs to", p->path ? p->path : "-(");
	if (!group->related)
		group->related = wrap(group->latest, multipart("multipart/related"));
	append(group->related, p);
}

static void set_mode(enum mode mode)
{
	group->mode = mode;
	group->to = group->all;
	if (mode != MODE_ALTERNATIVE && mode != MODE_DIGEST)
		return;
	group->to = multipart(mode == MODE_DIGEST ? "multipart/digest" : "multipart/alternative");
	group->to->kept = mode == MODE_DIGEST;
	append(group->all, group->to);
}

/* What the options and the mode say of the next part. */
static struct part take_said(void)
{
	struct part p = said;

	said = (struct part){ .type = NULL };
	last_said = '\0';
	if (group->mode == MODE_ATTACHED || group->mode == MODE_INLINE)
		p.disposition = group->mode == MODE_ATTACHED ? "attachment" : "inline";
	else if (p.name && p.name[0])
		p.disposition = "inline";
	p.inlined = group->mode == MODE_INLINE;
	p.digested = group->mode == MODE_DIGEST && !p.type;
	return p;
}

static void add_file(const char *path)
{
	struct part p = take_said();

	if (p.type && slice_case_starts(slice_of(p.type), "multipart/"))
		fail(EX_USAGE, "%s: %s is a type for groups", path, p.type);
	if (strcmp(path, "-") == 0) {
		if (reads_stdin)
			fail(EX_USAGE, "-: standard input can be read but once");
		reads_stdin = true;
	}
	if (!p.type && (group->mode == MODE_MESSAGE || group->mode == MODE_DIGEST))
		p.type = "message/rfc822";
	p.path = path;
	add_part(new_part(p));
}

static void begin_group(void)
{
	struct part p = take_said();

	if (p.charset || p.encoding || (p.type && !slice_case_starts(slice_of(p.type), "multipart/")))
		fail(EX_USAGE, "-(: a group has neither charset nor encoding, and its type is a multipart");
	if (group->mode == MODE_MESSAGE || group->mode == MODE_DIGEST)
		fail(EX_USAGE, "-(: a group is no message");
	if (++group == groups + LIMIT_PART_DEPTH)
		fail(EX_USAGE, "-(: more than %d groups in each other", LIMIT_PART_DEPTH);
	*group = (struct group){ .said = p, .all = multipart(p.type ? p.type : "multipart/mixed") };
	group->all->kept = p.type != NULL;
	set_mode(MODE_PART);
}

/* What a multipart with one part is, unless it was asked for: that part. NULL for none. */
static struct part *simplest(struct part *p)
{
	struct part *only = p->first;

	return p->path || p->kept || (only && only->next) ? p : only;
}

/* Ends the group: what it has become, with options that follow it still to come. */
static struct part *end_group(void)
{
	struct part *all = group->all, *child = all->first, *result, *next;

	if (last_said)
		fail(EX_USAGE, "-%c: no file follows", last_said);
	all->first = all->last = NULL;
	for (; child; child = next) {
		next = child->next;
		if (!child->path && !child->first)
			fail(EX_USAGE, "-%c: no file follows", child->kept ? 'D' : 'A');
		append(all, simplest(child));
	}
	result = simplest(all);
	if (!all->first)
		fail(EX_USAGE, "-(: no file is in it");
	if (group->said.disposition)
		result->disposition = group->said.disposition;
	if (group->said.name)
		result->name = group->said.name;
	result->parent = NULL;
	result->inlined |= group->said.inlined;
	return result;
}

static enum encoding encoding_of(const char *name)
{
	static const char *const names[] = { "auto", "7bit", "8bit", "qp", "base64", "uu" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0)
			return (enum encoding)i;
	fail(EX_USAGE, "-e %s: none of auto, 7bit, 8bit, qp, base64, uu", name);
}

static const char *type_of(const char *text)
{
	slice type, subtype;

	if (!seven_bit(slice_of(text)) || strchr(text, '\n') || !mime_type(slice_of(text), &type, &subtype))
		fail(EX_USAGE, "-t %s: no type such as text/plain", text);
	return text;
}

static const char *charset_of(const char *text)
{
	slice rest = slice_of(text);

	if (mime_token(&rest).n == 0 || rest.n)
		fail(EX_USAGE, "-c %s: no name of a character set", text);
	return text;
}

/* For all of the message. */
static struct {
	const char *header;     /* -H */
	const char *stream;     /* -d */
	bool words;             /* -w */
} whole;

static void close_parenthesis(void)
{
	struct part *p;

	if (group == groups)
		fail(EX_USAGE, "-): no group is open");
	p = end_group();
	group--;
	add_part(p);
}

/* Of the next part: -c, -e, -n, -t. */
static bool takes_said(int option)
{
	switch (option) {
	case 'c': said.charset = charset_of(optarg); break;
	case 'e': said.encoding = encoding_of(optarg); break;
	case 'n': said.name = optarg; break;
	case 't': said.type = type_of(optarg); break;
	default: return false;
	}
	last_said = (char)option;
	return true;
}

static void take_option(int option)
{
	if (takes_said(option))
		return;
	switch (option) {
	case 'a': case 'A': case 'D': case 'f': case 'i': set_mode((enum mode)option); break;
	case '(': begin_group(); break;
	case ')': close_parenthesis(); break;
	case 'd': whole.stream = optarg; break;
	case 'H': whole.header = optarg; break;
	case 'w': whole.words = true; break;
	default: fail_usage();
	}
}

/* Options and operands in the order in which they stand. */
static void read_arguments(int argc, char **argv)
{
	bool only_files = false;

	while (optind < argc) {
		int option;

		if (!only_files && strcmp(argv[optind], "--") == 0) {
			only_files = true;
			optind++;
		} else if (!only_files && (option = getopt(argc, argv, "+aAc:d:De:fH:in:t:w()")) != -1) {
			take_option(option);
		} else {
			add_file(argv[optind++]);
		}
	}
}

static int depth(const struct part *p)
{
	int most = 0;

	for (const struct part *child = p->first; child; child = child->next) {
		int n = depth(child);

		most = n > most ? n : most;
	}
	return most + 1;
}

static bool has_file(const struct part *p)
{
	bool found = p->path != NULL;

	for (const struct part *child = p->first; child && !found; child = child->next)
		found = has_file(child);
	return found;
}

/* The only file, or standard input. */
static int stream(void)
{
	struct part *p = groups->all->first;

	if (group != groups || groups->mode || (p && (p->next || p->type || p->charset || p->encoding)) ||
	    whole.header || whole.words || said.type || said.charset || said.encoding)
		fail_usage();
	return encode_stream(whole.stream, p ? p->path : "-", p ? p->name : said.name);
}

int main(int argc, char **argv)
{
	buf header = { NULL, 0, 0 }, boundary = { NULL, 0, 0 };
	struct part *root;

	fail_name("mime-encode", usage);
	groups->all = multipart("multipart/mixed");
	set_mode(MODE_PART);
	read_arguments(argc, argv);
	if (whole.stream)
		return io_finish(stream());
	if (group != groups)
		fail(EX_USAGE, "-(: no -) follows");
	if (!has_file(groups->all))
		add_file("-");
	root = end_group();
	if (depth(root) > LIMIT_PART_DEPTH)
		fail(EX_USAGE, "more than %d parts in each other", LIMIT_PART_DEPTH);
	if (whole.header)
		read_header(whole.header, &header);
	examine(root);
	find_boundary(root, &boundary);
	write_message(root, buf_slice(&header), buf_slice(&boundary), whole.words);
	return io_finish(EX_OK);
}
