#include <string.h>

#include "cookie.h"
#include "personal.h"
#include "uri.h"
#include "verp.h"
#include "xtext.h"

static const char field_is[] = "field=", key_is[] = "key=";

static void add_word(buf *options, const char *name, slice value)
{
	buf_addtext(options, options->n ? " " : "");
	buf_addtext(options, name);
	xtext_add(options, value);
}

void personal_add_field(buf *options, slice field)
{
	add_word(options, field_is, field);
}

void personal_add_key(buf *options, slice key)
{
	add_word(options, key_is, key);
}

bool personal_is(slice options)
{
	slice word;

	while (slice_word(&options, &word))
		if (slice_starts(word, field_is))
			return true;
	return false;
}

static slice key_of(slice options)
{
	slice word;

	while (slice_word(&options, &word))
		if (slice_starts(word, key_is))
			return slice_from(word, strlen(key_is));
	return (slice){ "", 0 };
}

void personal_add_link(buf *to, slice key, slice recipient)
{
	buf about = { NULL, 0, 0 }, link = { NULL, 0, 0 };

	verp_add_extension(&about, recipient);
	cookie_add_lasting(&link, key, buf_slice(&about));
	uri_add(to, buf_slice(&link));
	buf_free(&about);
	buf_free(&link);
}

/* A field with what stands in braces filled in. */
static void fill(buf *to, slice field, slice key, slice recipient)
{
	while (field.n) {
		if (slice_starts(field, "{address}")) {
			buf_addslice(to, recipient);
			field = slice_from(field, strlen("{address}"));
		} else if (slice_starts(field, "{link}")) {
			personal_add_link(to, key, recipient);
			field = slice_from(field, strlen("{link}"));
		} else {
			buf_addchar(to, field.p[0]);
			field = slice_from(field, 1);
		}
	}
}

static void add_filled(buf *to, slice xtext, slice key, slice recipient)
{
	buf field = { NULL, 0, 0 }, filled = { NULL, 0, 0 };

	xtext_add_decoded(&field, xtext);
	fill(&filled, buf_slice(&field), key, recipient);
	personal_add_field(to, buf_slice(&filled));
	buf_free(&field);
	buf_free(&filled);
}

void personal_add_options(buf *to, slice options, slice recipient)
{
	slice key = key_of(options), word;

	while (slice_word(&options, &word))
		if (slice_starts(word, field_is)) {
			add_filled(to, slice_from(word, strlen(field_is)), key, recipient);
		} else if (!slice_starts(word, key_is)) {
			buf_addtext(to, to->n ? " " : "");
			buf_addslice(to, word);
		}
}

void personal_add_above(buf *to, slice options)
{
	slice word;

	while (slice_word(&options, &word))
		if (slice_starts(word, field_is)) {
			xtext_add_decoded(to, slice_from(word, strlen(field_is)));
			buf_addchar(to, '\n');
		}
}
