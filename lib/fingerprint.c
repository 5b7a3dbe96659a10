#include "fingerprint.h"

enum { DIGITS = 64 };

/* The digits of a word in lower case: whether it is a fingerprint. */
static bool read_word(slice word, char digits[DIGITS])
{
	size_t n = 0;

	for (size_t i = 0; i < word.n; i++) {
		bool between = n > 0 && n % 2 == 0 && word.p[i] == ':' && word.p[i - 1] != ':';

		if (between)
			continue;
		if (n == DIGITS || ascii_hex(word.p[i]) < 0)
			return false;
		digits[n++] = ascii_lower(word.p[i]);
	}
	return n == DIGITS && word.p[word.n - 1] != ':';
}

int fingerprint_listed(const char *list, slice fingerprint, slice *wrong)
{
	slice rest = slice_of(list);
	char digits[DIGITS];
	int found = 0;

	while (slice_word(&rest, wrong)) {
		if (!read_word(*wrong, digits))
			return -1;
		found |= slice_same((slice){ digits, DIGITS }, fingerprint);
	}
	return found;
}
