#include "leaf.h"
#include "mime.h"

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

void leaf_begin(struct leaf *l, const struct part *p, bool raw, bool unflow)
{
	bool text = slice_case_is(p->type, "text"), delsp;

	*l = (struct leaf){ .converts = text && !raw };
	transfer_decoder_begin(&l->decoder, p->encoding);
	if (l->converts)
		part_charset(p, &l->charset);
	l->unflows = text && unflow && is_flowed(p, &delsp);
	if (l->unflows)
		flowed_begin(&l->flowed, delsp);
}

static slice convert(struct leaf *l, slice decoded, bool last)
{
	if (l->converts) {
		buf_clear(&l->converted);
		charset_more(&l->charset, decoded, &l->converted);
		if (last)
			charset_finish(&l->charset, &l->converted);
		decoded = buf_slice(&l->converted);
	}
	if (l->unflows) {
		buf_clear(&l->unflowed);
		flowed_more(&l->flowed, decoded, &l->unflowed);
		if (last)
			flowed_finish(&l->flowed, &l->unflowed);
		decoded = buf_slice(&l->unflowed);
	}
	return decoded;
}

slice leaf_more(struct leaf *l, slice bytes)
{
	return convert(l, transfer_decode(&l->decoder, bytes), false);
}

slice leaf_finish(struct leaf *l)
{
	return convert(l, transfer_decode_rest(&l->decoder), true);
}

void leaf_end(struct leaf *l)
{
	transfer_decoder_end(&l->decoder);
	buf_free(&l->converted);
	buf_free(&l->unflowed);
}
