/* authres: whatever a stranger says comes out as one well-formed field, whose results are read back as they were said. */
#include <stdint.h>
#include <stdlib.h>

#include "authres.h"
#include "limit.h"

static void check(bool good)
{
	if (!good)
		abort();
}

static void read_hostile(slice header)
{
	buf result = { NULL, 0, 0 }, value = { NULL, 0, 0 };
	struct field f;

	while (head_next(&header, &f)) {
		authres_is(&f, "here.example");
		for (slice rest = authres_results(f.body); authres_next(&rest, &result);)
			authres_says(buf_slice(&result), "spf", &value);
	}
	buf_free(&result), buf_free(&value);
}

static void write_hostile(slice value)
{
	buf field = { NULL, 0, 0 }, result = { NULL, 0, 0 }, got = { NULL, 0, 0 };
	struct authres a = authres_begin(&field, "Authentication-Results:", "here.example", "\n");
	slice rest;
	struct field f;

	authres_result(&a, "spf", "pass", "");
	authres_property(&a, "smtp.mailfrom", value);
	authres_end(&a);
	rest = buf_slice(&field);
	check(head_next(&rest, &f) && rest.n == 0 && authres_is(&f, "here.example"));
	rest = authres_results(f.body);
	check(authres_next(&rest, &result) && rest.n == 0);
	check(authres_says(buf_slice(&result), "spf", &got) && slice_is(buf_slice(&got), "pass"));
	check(authres_says(buf_slice(&result), "smtp.mailfrom", &got) && got.n <= strlen("pass") + LIMIT_ADDRESS);
	buf_free(&field), buf_free(&result), buf_free(&got);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	read_hostile((slice){ (const char *)p, n });
	write_hostile((slice){ (const char *)p, n });
	return 0;
}
