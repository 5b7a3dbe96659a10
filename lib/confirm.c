#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "addr.h"
#include "clock.h"
#include "confirm.h"
#include "cookie.h"
#include "io.h"
#include "limit.h"

int confirm_add_key(buf *key, const struct list *l, const char *purpose)
{
	buf secret = { NULL, 0, 0 };
	char *path = list_path(l, "key");
	int status = io_file(AT_FDCWD, path, LIMIT_SETTING_LINE, &secret);

	if (status == 0 && cookie_add_key(key, slice_trim(buf_slice(&secret)), slice_of(purpose))) {
		errno = EINVAL;
		status = -1;
	}
	free(path);
	buf_free(&secret);
	return status;
}

static void add_address(buf *to, const struct list *l, const char *purpose, slice key, slice about)
{
	slice list = slice_of(l->address);
	buf local = { NULL, 0, 0 };

	buf_addslice(&local, addr_local(list));
	buf_print(&local, "-%s-", purpose);
	cookie_add_dated(&local, key, about, clock_now());
	addr_add_local(to, buf_slice(&local));
	buf_addchar(to, '@');
	buf_addslice(to, addr_domain(list));
	buf_free(&local);
}

int confirm_add_address(buf *to, const struct list *l, const char *purpose, slice about)
{
	buf key = { NULL, 0, 0 };
	int status = confirm_add_key(&key, l, purpose);

	if (status == 0)
		add_address(to, l, purpose, buf_slice(&key), about);
	buf_free(&key);
	return status;
}

/* Its time, 0 where it has none. */
static int read_cookie(const struct list *l, const char *purpose, slice extension, slice *about, time_t *made)
{
	buf key = { NULL, 0, 0 };
	int status = confirm_add_key(&key, l, purpose);

	if (status == 0)
		status = cookie_read(extension, buf_slice(&key), about, made);
	buf_free(&key);
	return status;
}

int confirm_check(const struct list *l, const char *purpose, slice extension, slice *about)
{
	time_t now = clock_now(), made = 0;
	int status = read_cookie(l, purpose, extension, about, &made);

	return status > 0 ? made && made <= now && now - made < LIMIT_CONFIRMATION : status;
}

int confirm_check_link(const struct list *l, slice extension, slice *about)
{
	time_t made = 0;
	int status = read_cookie(l, CONFIRM_LINK, extension, about, &made);

	return status > 0 ? made == 0 : status;
}
