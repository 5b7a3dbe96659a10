#include "mime.h"
#include "transfer.h"

enum transfer_encoding transfer_encoding(slice body)
{
	static const struct { const char *name; enum transfer_encoding encoding; } names[] = {
		{ "", TRANSFER_IDENTITY }, { "7bit", TRANSFER_IDENTITY }, { "8bit", TRANSFER_IDENTITY },
		{ "binary", TRANSFER_IDENTITY }, { "base64", TRANSFER_BASE64 }, { "quoted-printable", TRANSFER_QP },
		{ "uuencode", TRANSFER_UU }, { "x-uuencode", TRANSFER_UU }, { "x-uue", TRANSFER_UU },
	};
	slice token = mime_token(&body);

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (slice_case_is(token, names[i].name))
			return names[i].encoding;
	return TRANSFER_UNKNOWN;
}

void transfer_decoder_begin(struct transfer_decoder *d, enum transfer_encoding encoding)
{
	*d = (struct transfer_decoder){ .encoding = encoding };
}

slice transfer_decode(struct transfer_decoder *d, slice bytes)
{
	buf_clear(&d->out);
	switch (d->encoding) {
	case TRANSFER_BASE64: base64_decode(&d->base64, bytes, &d->out); break;
	case TRANSFER_QP: qp_decode(&d->qp, bytes, &d->out); break;
	case TRANSFER_UU: uu_decode(&d->uu, bytes, &d->out); break;
	default: return bytes;
	}
	return buf_slice(&d->out);
}

slice transfer_decode_rest(struct transfer_decoder *d)
{
	buf_clear(&d->out);
	switch (d->encoding) {
	case TRANSFER_BASE64: base64_decode_finish(&d->base64, &d->out); break;
	case TRANSFER_QP: qp_decode_finish(&d->qp, &d->out); break;
	case TRANSFER_UU: uu_decode_finish(&d->uu, &d->out); break;
	default: break;
	}
	return buf_slice(&d->out);
}

void transfer_decoder_end(struct transfer_decoder *d)
{
	buf_free(&d->out);
}
