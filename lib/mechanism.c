#include "mechanism.h"

static const struct { const char *name; unsigned mechanism; bool client_first; } known[] = {
	{ "SCRAM-SHA-256-PLUS", SASL_SCRAM_SHA_256_PLUS, true },
	{ "SCRAM-SHA-1-PLUS", SASL_SCRAM_SHA_1_PLUS, true },
	{ "SCRAM-SHA-256", SASL_SCRAM_SHA_256, true },
	{ "SCRAM-SHA-1", SASL_SCRAM_SHA_1, true },
	{ "CRAM-MD5", SASL_CRAM_MD5, false },
	{ "OAUTHBEARER", SASL_OAUTHBEARER, true },
	{ "XOAUTH2", SASL_XOAUTH2, true },
	{ "PLAIN", SASL_PLAIN, true },
	{ "LOGIN", SASL_LOGIN, false },
};

enum { KNOWN = sizeof known / sizeof known[0] };

unsigned sasl_mechanism(slice name)
{
	for (size_t i = 0; i < KNOWN; i++)
		if (slice_case_is(name, known[i].name))
			return known[i].mechanism;
	return 0;
}

unsigned sasl_mechanisms(slice names)
{
	unsigned all = 0;
	slice name;

	while (slice_word(&names, &name))
		all |= sasl_mechanism(name);
	return all;
}

const char *sasl_name(unsigned mechanism)
{
	for (size_t i = 0; i < KNOWN; i++)
		if (known[i].mechanism == mechanism)
			return known[i].name;
	return "";
}

void sasl_add_names(buf *to, unsigned mechanisms)
{
	const char *before = "";

	for (size_t i = 0; i < KNOWN; i++)
		if (mechanisms & known[i].mechanism) {
			buf_print(to, "%s%s", before, known[i].name);
			before = " ";
		}
}

unsigned sasl_choose(unsigned offered, bool oauth, bool bound)
{
	const unsigned tokens = SASL_OAUTHBEARER | SASL_XOAUTH2, plus = SASL_SCRAM_SHA_1_PLUS | SASL_SCRAM_SHA_256_PLUS;

	offered &= oauth ? tokens : ~tokens;
	if (!bound)
		offered &= ~plus;
	for (size_t i = 0; i < KNOWN; i++)
		if (offered & known[i].mechanism)
			return known[i].mechanism;
	return 0;
}

bool sasl_client_first(unsigned mechanism)
{
	for (size_t i = 0; i < KNOWN; i++)
		if (known[i].mechanism == mechanism)
			return known[i].client_first;
	return false;
}
