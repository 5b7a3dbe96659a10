#include "flowed.h"

enum { NO_SIGNATURE = 4 };

static void begin_line(struct flowed *f)
{
	f->state = FLOWED_QUOTES;
	f->quotes = 0;
	f->signature = 0;
}

void flowed_begin(struct flowed *f, bool delsp)
{
	*f = (struct flowed){ .delsp = delsp };
	begin_line(f);
}

/* A line of another depth than the paragraph ends it. */
static void begin_text(struct flowed *f, buf *out)
{
	f->state = FLOWED_TEXT;
	if (f->open && f->quotes == f->depth)
		return;
	if (f->open)
		buf_addchar(out, '\n');
	f->depth = f->quotes;
	for (size_t i = 0; i < f->depth; i++)
		buf_addchar(out, '>');
	if (f->depth)
		buf_addchar(out, ' ');
	f->open = false;
}

static void put_held(struct flowed *f, buf *out)
{
	if (f->blank)
		buf_addchar(out, ' ');
	if (f->cr)
		buf_addchar(out, '\r');
	f->blank = f->cr = false;
}

static void end_line(struct flowed *f, buf *out)
{
	bool flows = f->blank && f->signature != 3;

	if (flows) {
		if (!f->delsp)
			buf_addchar(out, ' ');
	} else {
		put_held(f, out);
		buf_addchar(out, '\n');
	}
	f->blank = f->cr = false;
	f->open = flows;
	begin_line(f);
}

static void put_text(struct flowed *f, char c, buf *out)
{
	if (c == '\n') {
		end_line(f, out);
		return;
	}
	if (c == '\r' && !f->cr) {
		f->cr = true;
		return;
	}
	if (f->signature < 3)
		f->signature = "-- "[f->signature] == c ? f->signature + 1 : NO_SIGNATURE;
	else
		f->signature = NO_SIGNATURE;
	put_held(f, out);
	f->blank = c == ' ';
	f->cr = c == '\r';
	if (!f->blank && !f->cr)
		buf_addchar(out, c);
}

static void put(struct flowed *f, char c, buf *out)
{
	if (f->state == FLOWED_QUOTES) {
		if (c == '>') {
			f->quotes++;
			return;
		}
		f->state = FLOWED_STUFFING;
	}
	if (f->state == FLOWED_STUFFING) {
		begin_text(f, out);
		if (c == ' ')
			return;
	}
	put_text(f, c, out);
}

void flowed_more(struct flowed *f, slice text, buf *out)
{
	for (size_t i = 0; i < text.n; i++)
		put(f, text.p[i], out);
}

void flowed_finish(struct flowed *f, buf *out)
{
	if (f->state == FLOWED_QUOTES && f->quotes)
		begin_text(f, out);
	put_held(f, out);
	if (f->open && f->state == FLOWED_QUOTES)
		buf_addchar(out, '\n');
}
