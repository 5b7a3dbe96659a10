#include "addr.h"
#include "author.h"
#include "head.h"

static int only_mailbox(slice body, buf *address)
{
	struct addr a = { .bare = false };
	struct addr_list list = addr_list(body);
	int found = -1;

	if (addr_next(&list, &a) > 0 && a.address.n) {
		size_t n = address->n;

		buf_addslice(address, buf_slice(&a.address));
		found = 1;
		if (addr_next(&list, &a) != 0) {
			address->p[address->n = n] = '\0';
			found = -1;
		}
	}
	addr_free(&a);
	return found;
}

int mailbox_of(slice fields, const char *name, buf *address)
{
	struct field f, other;

	if (!head_find_next(&fields, name, &f))
		return 0;
	return head_find(fields, name, &other) ? -1 : only_mailbox(f.body, address);
}

int first_mailbox_of(slice fields, const char *name, buf *address)
{
	struct field f;

	return head_find(fields, name, &f) ? only_mailbox(f.body, address) : 0;
}

int author_of(slice fields, buf *address)
{
	return mailbox_of(fields, "From", address);
}
