#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "limit.h"
#include "personal.h"
#include "queue-run.h"
#include "verp.h"

static void add_recipient(struct task *t, slice both, uint32_t at)
{
	t->rows[t->count++] = (struct task_row){ .at = at, .text = (uint32_t)t->text.n, .length = (uint32_t)both.n };
	buf_addslice(&t->text, both);
}

slice task_recipient(const struct task *t, size_t row)
{
	return (slice){ t->text.p + t->rows[row].text, t->rows[row].length };
}

bool entry_has_verp(const struct entry *e)
{
	return option_value(buf_slice(&e->q.options), "verp").p && verp_is_pattern(buf_slice(&e->q.sender));
}

slice entry_return_path(const struct entry *e, slice recipient, buf *own)
{
	slice sender = buf_slice(&e->q.sender);

	if (!entry_has_verp(e))
		return sender;
	buf_clear(own);
	verp_add_sender(own, sender, recipient);
	return buf_slice(own);
}

/* Whose return path, or fields, are each recipient's own needs a transaction for each. */
static bool is_personal(const struct entry *e)
{
	return entry_has_verp(e) || personal_is(buf_slice(&e->q.options));
}

/* What cannot be read any more is left alone until the next attempt. */
struct task *task_take(struct batch *b)
{
	size_t most = is_personal(b->entry) ? 1 : LIMIT_TRANSACTION;
	size_t n = b->end - b->next < most ? b->end - b->next : most;
	struct task *t = mem_alloc(sizeof *t);
	struct entry *e = b->entry;
	buf both = { NULL, 0, 0 };

	*t = (struct task){ .entry = e, .to = b->to, .unreachable = true };
	t->rows = mem_grow(NULL, n, sizeof *t->rows);
	for (; n > 0; n--, b->next++)
		if (queued_recipient(&e->q, e->rows[b->next].at, &both) == 0) {
			add_recipient(t, buf_slice(&both), e->rows[b->next].at);
		} else {
			e->skipped++;
			e->left--;
		}
	buf_free(&both);
	t->left = t->count;
	return t;
}

void task_line(const struct manager *m, const struct task *t, buf *line)
{
	const struct queued *q = &t->entry->q;
	buf path = { NULL, 0, 0 }, options = { NULL, 0, 0 }, own = { NULL, 0, 0 };
	slice first = rcpt_address(task_recipient(t, 0));

	buf_print(&path, "%s/%s/%s", m->queue.path, q->folder, q->id);
	if (t->to->kind == ROUTE_SMTP)
		buf_print(&options, "route=%s%s ", slice_starts(slice_of(t->to->target), ROUTE_IMPLICIT_TLS) ? "" : "smtp:", t->to->target);
	if (t->to->tls)
		buf_print(&options, "tls=%s ", route_tls_name(t->to->tls));
	if (personal_is(buf_slice(&q->options)))
		personal_add_options(&options, buf_slice(&q->options), first);
	else
		buf_addslice(&options, buf_slice(&q->options));
	transport_add_job(line, slice_of(q->id), buf_slice(&path), q->message, entry_return_path(t->entry, first, &own),
	    slice_trim(buf_slice(&options)));
	buf_free(&path);
	buf_free(&own);
	buf_free(&options);
	for (size_t i = 0; i < t->count; i++)
		if (!t->rows[i].answered)
			transport_add_recipient(line, task_recipient(t, i));
	buf_addchar(line, '\n');
}

/* Gives back what has no answer as it is: the letter stays due. */
void task_skip(struct manager *m, struct task *t)
{
	t->entry->skipped += t->left;
	t->entry->left -= t->left;
	t->left = 0;
	t->unreachable = false;
	task_finish(m, t);
}

void task_finish(struct manager *m, struct task *t)
{
	if (t->success)
		report_send_success(m, t);
	if (t->unreachable && t->count)
		down_notice(m, t->to, buf_slice(&t->entry->last_reply));
	t->to->load--;
	destination_ready(m, t->to);
	entry_touch(m, t->entry);
	buf_free(&t->text);
	free(t->rows);
	free(t);
}
