/* mx_host: what needs no DNS. */
#include "mx.h"
#include "tap.h"

static void host(const struct mx_setup *setup, const char *name, enum mx_status status, const char *first)
{
	char text[NETWORK_TEXT] = "";
	struct mx mx;

	mx_host(&mx, setup, slice_of(name));
	mx_wait(&mx);
	ok(mx.status == status && (status == MX_OK) == (mx.exchanges == 1), name);
	if (mx.exchanges)
		address_text(&mx.exchange[0].address[0], text);
	same(slice_of(text), first, name);
	mx_free(&mx);
}

int main(void)
{
	buf why = { NULL, 0, 0 };
	struct mx_setup setup = { .dns = dns_open("127.0.0.1:1", 100, &why), .ourselves = "here.example", .only_v4 = true };

	host(&setup, "localhost", MX_OK, "127.0.0.1"); /* by /etc/hosts; we may well be told to send to ourselves */
	host(&setup, "LOCALHOST", MX_OK, "127.0.0.1");
	host(&setup, "192.0.2.1", MX_OK, "192.0.2.1");
	host(&setup, "[192.0.2.1]", MX_OK, "192.0.2.1");
	host(&setup, "::1", MX_NO_ADDRESS, "");
	host(&setup, "0.0.0.0", MX_NO_ADDRESS, "");
	setup.only_v4 = false;
	host(&setup, "::1", MX_OK, "::1");
	host(&setup, "[2001:DB8::1]", MX_OK, "2001:db8::1");
	host(&setup, "::", MX_NO_ADDRESS, "");
	host(&setup, "a b", MX_NO_DOMAIN, "");
	host(&setup, "", MX_NO_DOMAIN, "");
	host(&setup, "[]", MX_NO_DOMAIN, "");
	host(&setup, "host.example", MX_AGAIN, "");
	dns_close(setup.dns);
	return tap_done();
}
