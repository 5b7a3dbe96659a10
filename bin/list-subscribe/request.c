/* By mail: who asks is asked to confirm it, and who does is on the list, or off it. */
#include <errno.h>
#include <string.h>

#include "clock.h"
#include "confirm.h"
#include "fail.h"
#include "io.h"
#include "limit.h"
#include "notify.h"
#include "replies.h"
#include "request.h"
#include "subscribe.h"
#include "verp.h"

static _Noreturn void cannot(const struct list *l)
{
	fail(fail_status(errno), "%s: %s", l->name, strerror(errno));
}

static void tell(const struct conf *c, const struct list *l, const struct request *r, const char *text, slice to, slice confirm)
{
	buf days = { NULL, 0, 0 };

	buf_addnumber(&days, LIMIT_CONFIRMATION / (24 * 3600));
	if (notify(c, l, &(struct notification){ .text = text, .to = to, .reply_to = confirm, .answered = buf_slice(&r->fields),
	    .enclosed = -1, .values = (const struct text_value[]){ { "address", to }, { "confirm", confirm },
	    { "days", buf_slice(&days) }, { NULL, { NULL, 0 } } } }))
		cannot(l);
	buf_free(&days);
}

static void ask_to_confirm(const struct way *way, const struct conf *c, const struct list *l, const struct request *r)
{
	buf about = { NULL, 0, 0 }, confirm = { NULL, 0, 0 };

	verp_add_extension(&about, r->sender);
	if (confirm_add_address(&confirm, l, way->purpose, buf_slice(&about)))
		fail(EX_CONFIG, "%s/key: %s", l->folder, strerror(errno));
	tell(c, l, r, way->confirm, r->sender, buf_slice(&confirm));
	buf_free(&about);
	buf_free(&confirm);
}

static void change(const struct way *way, const struct conf *c, const struct list *l, const struct request *r, slice address)
{
	buf line = { NULL, 0, 0 };
	int changes;

	buf_addslice(&line, address);
	if (way->joins) {
		buf_addtext(&line, "\tsince=");
		clock_add_stamp(&line, clock_now());
		line.n -= strlen("T00:00:00Z");
	}
	changes = roster_change_one(l, buf_slice(&line), way->joins);
	if (changes < 0)
		cannot(l);
	if (changes) {
		log_line("list=%s status=%sd recipient=%.*s", l->name, way->purpose, (int)address.n, address.p);
		tell(c, l, r, way->done, address, SLICE(""));
	}
	buf_free(&line);
}

/* A program may follow a link, and nobody but a person confirms: vacation programs answer whatever comes. */
static int is_confirmed(const struct way *way, const struct list *l, const struct request *r, slice *about)
{
	int good = request_is_personal(r) ? confirm_check(l, way->purpose, r->extension, about) : 0;

	if (good == 0 && !way->joins)
		good = confirm_check_link(l, r->extension, about);
	return good;
}

/* Whether the extension was a confirmation. */
static bool take_confirmation(const struct way *way, const struct conf *c, const struct list *l, const struct request *r)
{
	buf address = { NULL, 0, 0 };
	slice about;
	int good = r->extension.n ? is_confirmed(way, l, r, &about) : 0;

	if (good < 0)
		fail(EX_CONFIG, "%s/key: %s", l->folder, strerror(errno));
	if (good && verp_add_recipient(&address, about))
		change(way, c, l, r, buf_slice(&address));
	buf_free(&address);
	return good;
}

int answer_mail(const struct way *way, const struct conf *c, const struct list *l)
{
	buf why = { NULL, 0, 0 };
	struct request r;
	int allowed, is_there;

	if (request_read(&r, &io_in, &why))
		fail(EX_DATAERR, "%s", why.p);
	if (take_confirmation(way, c, l, &r))
		return EX_OK;
	allowed = replies_allow(c, l, &r);
	is_there = allowed > 0 ? list_has(l, "subscribers", r.sender) : 0;
	if (allowed < 0 || is_there < 0)
		cannot(l);
	if (allowed && is_there == way->joins)
		tell(c, l, &r, way->pointless, r.sender, SLICE(""));
	else if (allowed)
		ask_to_confirm(way, c, l, &r);
	buf_free(&r.fields);
	return EX_OK;
}
