#include <errno.h>
#include <string.h>

#include "decode.h"
#include "fail.h"
#include "mime.h"
#include "param.h"

/* RFC 3676: text that says format=flowed; delsp=yes. */
static bool is_flowed(const struct part *p, bool *delsp)
{
	buf value = { NULL, 0, 0 };
	bool flowed = mime_parameter(p->content_type, "format", &value) && slice_case_is(buf_slice(&value), "flowed");

	buf_clear(&value);
	*delsp = mime_parameter(p->content_type, "delsp", &value) && slice_case_is(buf_slice(&value), "yes");
	buf_free(&value);
	return flowed;
}

void leaf_begin(struct leaf *l, const struct part *p, const struct request *request, struct writer *to)
{
	bool text = slice_case_is(p->type, "text"), delsp;

	*l = (struct leaf){ .to = to, .converts = text && !request->raw };
	transfer_decoder_begin(&l->decoder, p->encoding);
	if (l->converts)
		part_charset(p, &l->charset);
	l->unflows = text && request->unflow && is_flowed(p, &delsp);
	if (l->unflows)
		flowed_begin(&l->flowed, delsp);
}

static void put_text(struct leaf *l, slice text)
{
	if (l->unflows) {
		buf_clear(&l->unflowed);
		flowed_more(&l->flowed, text, &l->unflowed);
		text = buf_slice(&l->unflowed);
	}
	writer_put(l->to, text);
}

static void put(struct leaf *l, slice decoded)
{
	if (l->converts) {
		buf_clear(&l->converted);
		charset_more(&l->charset, decoded, &l->converted);
		decoded = buf_slice(&l->converted);
	}
	put_text(l, decoded);
}

void leaf_more(struct leaf *l, slice bytes)
{
	put(l, transfer_decode(&l->decoder, bytes));
}

void leaf_end(struct leaf *l)
{
	put(l, transfer_decode_rest(&l->decoder));
	if (l->converts) {
		buf_clear(&l->converted);
		charset_finish(&l->charset, &l->converted);
		put_text(l, buf_slice(&l->converted));
	}
	if (l->unflows) {
		buf_clear(&l->unflowed);
		flowed_finish(&l->flowed, &l->unflowed);
		writer_put(l->to, buf_slice(&l->unflowed));
	}
	transfer_decoder_end(&l->decoder);
	buf_free(&l->converted);
	buf_free(&l->unflowed);
}

int walk(const struct part_events *events, void *context, const char *name, struct reader *in)
{
	if (part_walk_message(events, context, in) == 0)
		return EX_OK;
	warn("%s: %s", name, strerror(errno));
	return EX_IOERR;
}

bool is_plain_text(const struct part *p)
{
	return p->encoding == TRANSFER_IDENTITY && slice_case_is(p->type, "text") && slice_case_is(p->subtype, "plain");
}
