#include <arpa/inet.h>
#include <string.h>

#include "network.h"

static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

bool address_read(slice text, struct address *a)
{
	char s[NETWORK_TEXT];

	if (text.n == 0 || text.n >= sizeof s || slice_find(text, '\0') < text.n)
		return false;
	memcpy(s, text.p, text.n);
	s[text.n] = '\0';
	if (inet_pton(AF_INET6, s, a->byte) == 1)
		return true;
	memcpy(a->byte, mapped, sizeof mapped);
	return inet_pton(AF_INET, s, a->byte + sizeof mapped) == 1;
}

bool address_is_v4(const struct address *a)
{
	return memcmp(a->byte, mapped, sizeof mapped) == 0;
}

void address_text(const struct address *a, char text[NETWORK_TEXT])
{
	if (address_is_v4(a))
		inet_ntop(AF_INET, a->byte + sizeof mapped, text, NETWORK_TEXT);
	else
		inet_ntop(AF_INET6, a->byte, text, NETWORK_TEXT);
}

void address_add_literal(buf *to, const struct address *a)
{
	char text[NETWORK_TEXT];

	address_text(a, text);
	buf_print(to, "[%s%s]", address_is_v4(a) ? "" : "IPv6:", text);
}

bool address_read_literal(slice domain, struct address *a)
{
	slice text = { domain.p + 1, domain.n > 2 ? domain.n - 2 : 0 };
	bool v6 = slice_case_starts(text, "IPv6:");

	if (text.n == 0 || domain.p[0] != '[' || domain.p[domain.n - 1] != ']')
		return false;
	if (v6)
		text = slice_from(text, 5);
	return address_read(text, a) && v6 == (slice_find(text, ':') < text.n);
}

bool network_read(slice text, struct network *net)
{
	size_t n = slice_find(text, '/');
	slice address = slice_upto(text, n);
	long long bits;

	if (address.n > 1 && address.p[0] == '[' && address.p[address.n - 1] == ']')
		address = (slice){ address.p + 1, address.n - 2 };
	if (!address_read(address, &net->address))
		return false;
	net->bits = 128;
	if (n == text.n)
		return true;
	bits = slice_number(slice_from(text, n + 1));
	if (address_is_v4(&net->address) && slice_find(address, ':') == address.n)
		bits += bits < 0 ? 0 : 96;
	net->bits = (unsigned)bits;
	return bits >= 0 && bits <= 128;
}

bool network_holds(const struct network *net, const struct address *a)
{
	size_t whole = net->bits / 8;
	unsigned char mask = (unsigned char)(0xff00 >> net->bits % 8);

	if (memcmp(net->address.byte, a->byte, whole))
		return false;
	return net->bits % 8 == 0 || ((net->address.byte[whole] ^ a->byte[whole]) & mask) == 0;
}

int network_listed(const char *list, const struct address *a, slice *wrong)
{
	slice rest = slice_of(list);
	struct network net;
	int found = 0;

	while (slice_word(&rest, wrong)) {
		if (!network_read(*wrong, &net))
			return -1;
		found |= network_holds(&net, a);
	}
	return found;
}
