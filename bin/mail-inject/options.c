#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "inject.h"
#include "xtext.h"

/*
 * Every letter of the sendmail table; what takes an argument and is not named below is ignored with
 * it. What follows the first recipient is a recipient.
 */
static const char letters[] = "+A:B:C:F:GL:N:O:R:UV:X:b:d:e:f:h:imno:p:q::r:tvx";

/* The word of a list that this is, whatever its case, or NULL. */
static const char *known(slice text, const char *const words[])
{
	while (*words && !slice_case_is(text, *words))
		words++;
	return *words;
}

static void set_body(struct request *r, const char *type)
{
	static const char *const types[] = { "7bit", "8bitmime", "binarymime", NULL };

	r->body = known(slice_of(type), types);
	if (!r->body)
		fail(EX_USAGE, "-B %s: not 7BIT, 8BITMIME or BINARYMIME", type);
}

static void set_return(struct request *r, const char *what)
{
	static const char *const whats[] = { "full", "hdrs", NULL };

	r->returned = known(slice_of(what), whats);
	if (!r->returned)
		fail(EX_USAGE, "-R %s: not full or hdrs", what);
}

static void set_notify(struct request *r, const char *when)
{
	static const char *const never[] = { "never", NULL }, *const events[] = { "success", "failure", "delay", NULL };
	slice rest = slice_of(when), word;

	buf_clear(&r->notify);
	buf_addtext(&r->notify, " notify=");
	if (known(rest, never))
		buf_addtext(&r->notify, "never");
	else
		for (bool first = true; slice_cut(&rest, ',', &word); first = false) {
			if (!known(word, events))
				fail(EX_USAGE, "-N %s: not never, or a list of success, failure and delay", when);
			if (!first)
				buf_addchar(&r->notify, ',');
			buf_addtext(&r->notify, known(word, events));
		}
}

/* RFC 3461 §4.4: at most 100 characters, as xtext; what is none yet is made so. */
static void set_envelope_id(struct request *r, const char *id)
{
	slice text = slice_of(id);

	if (text.n == 0 || text.n > 100)
		fail(EX_USAGE, "-V: not of 1 to 100 characters");
	buf_clear(&r->envelope_id);
	if (xtext_is(text))
		buf_addslice(&r->envelope_id, text);
	else
		xtext_add(&r->envelope_id, text);
}

static void set_mode(struct request *r, const char *mode)
{
	static const struct { char letter; enum mode mode; } modes[] = {
		{ 'm', POST }, { 's', SESSION }, { 'p', LIST }, { 'i', ALIASES }, { 'v', VERIFY },
	};

	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
		if (mode[0] == modes[i].letter && !mode[1]) {
			r->mode = modes[i].mode;
			return;
		}
	fail(EX_USAGE, "-b%s: none of -bm, -bs, -bp, -bi, -bv", mode);
}

/* -oi and -odb, -odq, -odi; every other option of sendmail's own is its own. */
static void set_option(struct request *r, const char *option)
{
	if (strcmp(option, "i") == 0)
		r->ignore_dots = true;
	else if (strcmp(option, "db") == 0)
		r->deliver = "background";
	else if (strcmp(option, "dq") == 0 || strcmp(option, "dd") == 0)
		r->deliver = "queue";
	else if (strcmp(option, "di") == 0)
		r->deliver = "now";
}

void options_read(struct request *r, int argc, char **argv, const char *program)
{
	int ch;

	while ((ch = getopt(argc, argv, letters)) != -1)
		switch (ch) {
		case 'B': set_body(r, optarg); break;
		case 'F': r->name = optarg; break;
		case 'N': set_notify(r, optarg); break;
		case 'R': set_return(r, optarg); break;
		case 'V': set_envelope_id(r, optarg); break;
		case 'b': set_mode(r, optarg); break;
		case 'f': case 'r': r->sender = optarg; break;
		case 'i': r->ignore_dots = true; break;
		case 'n': r->print = strcmp(program, "mail-inject") == 0; break;
		case 'o': set_option(r, optarg); break;
		case 'q':
			r->mode = RUN;
			r->run = optarg;
			break;
		case 't': r->from_header = true; break;
		case 'v': r->verbose = true; break;
		case '?': fail_usage();
		}
	r->recipients = argv + optind;
}
