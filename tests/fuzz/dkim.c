/* dkim: whatever a header and a body say, every signature and the chain of seals get a result, the same however the body is cut; and whatever a key says. */
#include <stdint.h>
#include <stdlib.h>

#include "arc.h"
#include "clock.h"

static void check(bool good)
{
	if (!good)
		abort();
}

/* All keys are this one. */
static void publish(struct dkim_keys *keys, slice record)
{
	struct dkim_key *k = mem_alloc(sizeof *k);

	*k = (struct dkim_key){ .done = true, .name = mem_text(SLICE("s._domainkey.d.example")), .asked = clock_ms() };
	if (!dkim_key_read(k, record))
		k->result = DKIM_PERMERROR;
	check((k->result == DKIM_PASS) == (k->key.pkey != NULL));
	keys->first = k;
}

/* For keys of other names. */
static struct dns *nowhere(void)
{
	static struct dns *dns;
	buf why = { NULL, 0, 0 };

	if (!dns)
		dns = dns_open("127.0.0.1:9", 1, &why);
	return dns;
}

static slice body_of(slice fields, slice message)
{
	return slice_from(message, fields.n);
}

static void verify(struct dkim_keys *keys, slice fields, slice body, size_t step, buf *results)
{
	struct dkim_verify v;
	struct arc a;

	dkim_verify_begin(&v, keys, fields);
	arc_begin(&a, &v);
	for (slice rest = body; rest.n; rest = slice_from(rest, step))
		dkim_verify_body(&v, slice_upto(rest, step));
	dkim_verify_end(&v);
	arc_end(&a);
	check((a.result == ARC_FAIL || a.result == ARC_AGAIN) == (a.why != NULL));
	buf_print(results, "%s ", arc_names[a.result]);
	check(v.count <= LIMIT_SIGNATURES);
	for (size_t i = 0; i < v.count; i++) {
		check(v.check[i].result != DKIM_NONE && (v.check[i].result == DKIM_PASS) == !v.check[i].why);
		buf_print(results, "%s ", dkim_names[v.check[i].result]);
	}
	arc_free(&a);
	dkim_verify_free(&v);
}

/* The first line is a key, the rest a message. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	slice message = { (const char *)p, n }, record, fields, rest;
	struct dkim_keys keys = { .dns = nowhere() };
	buf whole = { NULL, 0, 0 }, cut = { NULL, 0, 0 };
	struct field f;

	if (!n)
		return 0;
	slice_cut(&message, '\n', &record);
	publish(&keys, record);
	for (rest = message; head_next(&rest, &f);)
		;
	fields = slice_upto(message, (size_t)(message.n - rest.n));
	verify(&keys, fields, body_of(fields, message), n, &whole);
	verify(&keys, fields, body_of(fields, message), 1, &cut);
	check(slice_same(buf_slice(&whole), buf_slice(&cut)));
	dkim_keys_free(&keys);
	buf_free(&whole), buf_free(&cut);
	return 0;
}
