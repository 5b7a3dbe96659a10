#include "der.h"

static size_t byte(slice s, size_t i)
{
	return (unsigned char)s.p[i];
}

/* The length behind the tag; *n: the bytes that it takes. */
static bool take_length(slice s, size_t *length, size_t *n)
{
	size_t count = s.n && byte(s, 0) > 0x80 ? byte(s, 0) - 0x80 : 0;

	if (s.n == 0 || byte(s, 0) == 0x80 || count > 3 || count >= s.n)
		return false;
	*n = 1 + count;
	*length = count ? 0 : byte(s, 0);
	for (size_t i = 1; i <= count; i++)
		*length = *length << 8 | byte(s, i);
	return !count || (byte(s, 1) && *length > 0x7f);
}

bool der_take(slice *rest, int tag, slice *content)
{
	size_t length, n;

	if (rest->n == 0 || (unsigned char)rest->p[0] != tag || !take_length(slice_from(*rest, 1), &length, &n)
	    || length > rest->n - 1 - n)
		return false;
	*content = slice_upto(slice_from(*rest, 1 + n), length);
	*rest = slice_from(*rest, 1 + n + length);
	return true;
}

bool der_number(slice *rest, slice *number)
{
	slice after = *rest;

	if (!der_take(&after, DER_INTEGER, number) || number->n == 0 || byte(*number, 0) >= 0x80)
		return false;
	if (byte(*number, 0) == 0) {
		*number = slice_from(*number, 1);
		if (number->n == 0 || byte(*number, 0) < 0x80)
			return false;
	}
	*rest = after;
	return true;
}

bool der_bits(slice *rest, slice *bytes)
{
	slice after = *rest;

	if (!der_take(&after, DER_BITS, bytes) || bytes->n == 0 || byte(*bytes, 0) != 0)
		return false;
	*bytes = slice_from(*bytes, 1);
	*rest = after;
	return true;
}
