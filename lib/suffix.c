#include <libpsl.h>

#include "suffix.h"

const char *suffix_organization(const char *domain)
{
	const char *registered = psl_registrable_domain(psl_builtin(), domain);

	return registered ? registered : domain;
}
