#include <idn2.h>
#include <string.h>

#include "domain.h"
#include "limit.h"

enum { LABEL = 63, NAME = 253 };        /* RFC 1035 §2.3.4, as text */

static bool label_valid(slice label)
{
	if (label.n == 0 || label.n > LABEL || label.p[0] == '-' || label.p[label.n - 1] == '-')
		return false;
	for (size_t i = 0; i < label.n; i++)
		if (!ascii_letter(label.p[i]) && !ascii_digit(label.p[i]) && label.p[i] != '-' && label.p[i] != '_')
			return false;
	return true;
}

static bool all_digits(slice s)
{
	size_t n = 0;

	while (n < s.n && ascii_digit(s.p[n]))
		n++;
	return n == s.n;
}

bool domain_valid(slice name)
{
	slice label = { "", 0 };

	if (name.n == 0 || name.n > NAME)
		return false;
	while (slice_cut(&name, '.', &label))
		if (!label_valid(label))
			return false;
	return !all_digits(label);
}

static slice without_dot(slice name)
{
	return name.n && name.p[name.n - 1] == '.' ? slice_upto(name, name.n - 1) : name;
}

static int add_valid(slice name, buf *to)
{
	name = without_dot(name);
	if (!domain_valid(name))
		return -1;
	buf_addlower(to, name);
	return 0;
}

int domain_ascii(slice name, buf *to)
{
	uint8_t *labels;
	char text[LIMIT_ADDRESS * 2];
	int status;

	if (slice_is_ascii(name))
		return add_valid(name, to);
	if (name.n >= sizeof text || slice_find(name, '\0') < name.n)
		return -1;
	memcpy(text, name.p, name.n);
	text[name.n] = '\0';
	if (idn2_lookup_u8((const uint8_t *)text, &labels, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return -1;
	status = add_valid(slice_of((const char *)labels), to);
	idn2_free(labels);
	return status;
}

slice domain_plain(slice name, buf *labels)
{
	if (slice_is_ascii(name))
		return without_dot(name);
	buf_clear(labels);
	if (name.p[0] == '.')
		buf_addchar(labels, '.');
	return domain_ascii(slice_from(name, labels->n), labels) == 0 ? buf_slice(labels) : name;
}

bool domain_same(slice a, slice b)
{
	buf one = { NULL, 0, 0 }, other = { NULL, 0, 0 };
	bool same = slice_case_same(domain_plain(a, &one), domain_plain(b, &other));

	buf_free(&one);
	buf_free(&other);
	return same;
}
