#include "addr.h"
#include "author.h"
#include "head.h"

int mailbox_of(slice fields, const char *name, buf *address)
{
	struct addr a = { .bare = false };
	struct addr_list list;
	struct field f, other;
	int found = -1;

	if (!head_find_next(&fields, name, &f))
		return 0;
	if (head_find(fields, name, &other))
		return -1;
	list = addr_list(f.body);
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

int author_of(slice fields, buf *address)
{
	return mailbox_of(fields, "From", address);
}
