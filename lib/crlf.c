#include "crlf.h"

/* Appends *in up to the next CR, which is taken too. */
static enum crlf_status take_line(struct crlf *c, slice *in, buf *out)
{
	size_t n = slice_find(*in, '\r');
	slice text = slice_upto(*in, n);

	if (slice_find(text, '\n') < text.n)
		return CRLF_BARE_LF;
	buf_addslice(out, text);
	c->state = n < in->n ? CRLF_AFTER_CR : CRLF_IN_LINE;
	*in = slice_from(*in, n + 1);
	return CRLF_MORE;
}

static enum crlf_status end_line(struct crlf *c, slice *in, buf *out)
{
	if (in->p[0] != '\n')
		return CRLF_BARE_CR;
	*in = slice_from(*in, 1);
	if (c->state == CRLF_AFTER_DOT_CR)
		return CRLF_END;
	buf_addchar(out, '\n');
	c->state = CRLF_LINE_START;
	return CRLF_MORE;
}

enum crlf_status crlf_decode(struct crlf *c, slice *in, buf *out)
{
	enum crlf_status status = CRLF_MORE;

	while (in->n && status == CRLF_MORE)
		switch (c->state) {
		case CRLF_LINE_START:
			c->state = c->dotted && in->p[0] == '.' ? CRLF_AFTER_DOT : CRLF_IN_LINE;
			if (c->state == CRLF_AFTER_DOT)
				*in = slice_from(*in, 1);
			break;
		case CRLF_AFTER_DOT:
			c->state = in->p[0] == '\r' ? CRLF_AFTER_DOT_CR : CRLF_IN_LINE;
			if (c->state == CRLF_AFTER_DOT_CR)
				*in = slice_from(*in, 1);
			break;
		case CRLF_IN_LINE:
			status = take_line(c, in, out);
			break;
		case CRLF_AFTER_CR:
		case CRLF_AFTER_DOT_CR:
			status = end_line(c, in, out);
			break;
		}
	return status;
}

bool crlf_complete(const struct crlf *c)
{
	return c->state == CRLF_LINE_START || c->state == CRLF_IN_LINE;
}
