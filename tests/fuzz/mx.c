/*
 * mx: whatever DNS answers, what comes of it keeps what mx.h promises. The input
 * is the answers, one after another, each behind two bytes with its length.
 */
#define CARES_NO_DEPRECATED
#include <ares.h>
#include <stdlib.h>

#include "domain.h"
#include "limit.h"
#include "mx.h"

static slice answers;

static void check(bool good)
{
	if (!good)
		abort();
}

/* In place of the network: the next answer of the input, or none. */
void ares_send(ares_channel channel, const unsigned char *question, int n, ares_callback answered, void *context)
{
	unsigned char *copy;
	size_t length;

	(void)channel;
	(void)question;
	(void)n;
	if (answers.n < 2) {
		answered(context, ARES_ETIMEOUT, 0, NULL, 0);
		return;
	}
	length = (size_t)(unsigned char)answers.p[0] << 8 | (unsigned char)answers.p[1];
	answers = slice_from(answers, 2);
	copy = (unsigned char *)mem_text(slice_upto(answers, length));
	answered(context, ARES_SUCCESS, 0, copy, (int)slice_upto(answers, length).n);
	free(copy);
	answers = slice_from(answers, length);
}

static void check_exchange(const struct exchange *e)
{
	size_t of_family[2] = { 0, 0 };

	check(e->addresses > 0 && domain_valid(slice_of(e->host)));
	for (size_t i = 0; i < e->addresses; i++)
		of_family[address_is_v4(&e->address[i])]++;
	check(of_family[0] <= LIMIT_ADDRESSES && of_family[1] <= LIMIT_ADDRESSES);
}

static void check_all(const struct mx *mx)
{
	check(mx->done && (mx->status == MX_OK) == (mx->exchanges > 0) && (mx->status == MX_OK) == (mx->why.n == 0));
	check(mx->exchanges <= LIMIT_EXCHANGES);
	for (size_t i = 0; i < mx->exchanges; i++) {
		check_exchange(&mx->exchange[i]);
		check(i == 0 || mx->exchange[i - 1].preference <= mx->exchange[i].preference);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct mx_setup setup = { .ourselves = "here.example" };
	buf why = { NULL, 0, 0 };
	struct mx mx;

	if (!setup.dns)
		setup.dns = dns_open("127.0.0.1", 1000, &why);
	answers = (slice){ (const char *)p, n };
	mx_exchanges(&mx, &setup, SLICE("good.test"));
	mx_wait(&mx);
	check_all(&mx);
	mx_free(&mx);
	return 0;
}
