/* keyed: rows come out in the order of their names, and those that are the same as they stood. */
#include <stdlib.h>

#include "keyed.h"
#include "tap.h"

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int main(void)
{
	static char text[3000][12], twice[2][4] = { "a", "a" };
	struct keyed rows[3000];
	bool sorted = true;

	for (unsigned i = 0; i < 3000; i++) {
		snprintf(text[i], sizeof text[i], "%.*s%u", (int)(i % 9), "aaaaaaaa", i * 7919 % 1000);
		rows[i] = (struct keyed){ keyed_start(slice_of(text[i])), text[i] };
	}
	keyed_sort(rows, 3000, by_name);
	for (size_t i = 1; i < 3000; i++)
		sorted = sorted && strcmp(rows[i - 1].row, rows[i].row) <= 0;
	ok(sorted, "3,000 rows, some of one start");
	ok(keyed_start(SLICE("")) == 0 && keyed_start(SLICE("\1")) == 1ull << 56, "short texts");
	ok(keyed_start(SLICE("ab")) < keyed_start(SLICE("b")) && keyed_start(SLICE("\x7f")) < keyed_start(SLICE("\x80")), "the order of bytes");
	rows[0] = (struct keyed){ keyed_start(SLICE("a")), twice[0] };
	rows[1] = (struct keyed){ keyed_start(SLICE("a")), twice[1] };
	keyed_sort(rows, 2, by_name);
	ok(rows[0].row == twice[0] && rows[1].row == twice[1], "what is the same stays as it stood");
	keyed_sort(NULL, 0, by_name);
	ok(true, "no rows");
	return tap_done();
}
